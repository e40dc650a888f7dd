#ifndef JL_HANDLER_CRASH_LINE_H
#define JL_HANDLER_CRASH_LINE_H
/** The FATAL line of a crash: what is known beforehand is rendered at the install, the rest in the
 *  signal handler. */
#include "handler/crash_modules.h"
#include "handler/rescue.h"

#include <jsonlog/crash.h>

#include <signal.h>

/** What stands between the parts that are not known yet. */
typedef struct jl_crash_head {
    char text[JSONLOG_CRASH_FIELDS_MAX];
    jl_text before_time;
    jl_text before_message;
    jl_text behind_message; /**< with the fields */
} jl_crash_head;

/** Render names and fields; may allocate. @return JSONLOG_OK, JSONLOG_E_INVALID (equal keys),
 *  JSONLOG_E_LIMIT, JSONLOG_E_NOMEM. */
jsonlog_status jl_crash_head_init(jl_crash_head *head, const jsonlog_crash_options *options,
                                  jsonlog_err *err);

/** What is found out in the handler. */
typedef struct jl_crash_report {
    int signal;
    const siginfo_t *info;
    int64_t time_ns;
    uint64_t thread;
    void *frames[JSONLOG_CRASH_FRAMES_MAX];
    int frame_count;
    jl_rescue rescue;
} jl_crash_report;

/** Whether the processor raised it in the thread itself, so that it will come again by itself. */
bool jl_crash_is_fault(int signal, const siginfo_t *info);

/** Render the line. @return its length, newline included. Async-signal-safe. */
size_t jl_crash_line(char out[JSONLOG_CRASH_LINE_MAX], const jl_crash_head *head,
                     const jl_crash_report *report, const jl_modules *modules);

#endif
