#ifndef JSONLOG_CRASH_H
#define JSONLOG_CRASH_H
/**
 * What a service says when it crashes: the lines it still holds in memory, and one FATAL line.
 *
 *     jsonlog_crash_options options = JSONLOG_CRASH_OPTIONS_INIT;
 *     jsonlog_err err;
 *     options.handler = file;
 *     if (jsonlog_crash_install(&options, &err) != JSONLOG_OK)
 *         fprintf(stderr, "%s\n", err.text);
 *
 *     {"timestamp":"2026-11-22T08:07:45.784Z","logType":"FATAL","logger":"jsonlog",
 *      "errorMessage":"signal 11 (SIGSEGV) at address 0x0","signal":11,"code":1,"thread":4711,
 *      "backtrace":["0x55d0c1a011d9 payment+0x11d9","0x7f3a5c02724a libc.so.6+0x2724a"],
 *      "flushed":12,"lost":0,"unflushed":0}
 *
 * On SIGSEGV, SIGABRT, SIGBUS, SIGFPE or SIGILL the lines in buffers (jsonlog_buffered()) and in
 * the rings of async handlers are written, then the FATAL line (one line, one write, at most
 * JSONLOG_CRASH_LINE_MAX bytes), then the signal goes where it would have gone without us: the
 * disposition that stood before the install is put back and the signal comes again. So the exit
 * status, the core dump with the registers of the fault, and a foreign handler with its siginfo,
 * mask and flags are what they would have been.
 *
 * How it comes again: where a function handles it next, a fault that the processor raised (si_code
 * above zero) comes by returning to the instruction, which faults once more, in its own context;
 * what was sent (kill, raise, abort, timers) is sent to the same thread with the siginfo it had
 * (rt_tgsigqueueinfo). Where the process is to die, both are sent, with the siginfo, and take
 * effect at the instruction that was interrupted: a fault might not come a second time. The
 * kernel's own message about a fault ("segfault at") is missing then. If a fault does not happen
 * any more because another thread has mapped the page, and the program has a handler, the process
 * lives on without us for this signal. If another handler was installed after ours and calls ours,
 * ours calls the one before it.
 *
 * Of what is held in memory:
 *  - the writing thread of an async handler is given time to write, to whatever target; then it is
 *    stopped between two lines. What it has not written is written by the crashing thread, if the
 *    target is a stream, file or rotating handler without a pattern;
 *  - a buffer is written if nobody is inside a call of its handler; nobody gets in from then on;
 *  - "flushed" counts the lines that the crashing thread wrote;
 *  - "lost" are lines that the output did not take, or that no signal handler can write (those for
 *    handlers of other kinds);
 *  - "unflushed" are lines whose owner was inside a call, so that they may have been written, or
 *    may not even have been accepted. They are left alone.
 * Every accepted line of these handlers is in the log or in one of the last two. So is every line
 * of a socket or syslog handler: as long as it is connected its thread is given time to send what
 * is in its buffer, and what is not delivered then is "unflushed". What a flight recorder, a memory
 * handler or the FILE of a stdio handler keeps is not counted.
 * Handlers that are neither buffered nor async hold nothing; threads that log through them may
 * write lines behind the FATAL line until the process is gone.
 *
 * The whole takes at most `wait_ms` for threads and outputs that do not move on, once more for the
 * FATAL line, plus what writing
 * to a file takes. Outputs that are no files are written to only as far as they take more at once.
 *
 * A second crash meanwhile: in another thread, it waits until the first one is done, for at most
 * twice that time, and goes to the previous handler; in this handler itself (a stack that was
 * overwritten cannot be walked), the line is written with what is known, and then the same.
 *
 * SIGSEGV for a stack that overflowed is reported for threads that called
 * jsonlog_crash_thread_enter(), which gives them a second stack for signals, and for the thread
 * that installed. One that a thread has already (sanitizers, language runtimes) is used if it is
 * not too small.
 *
 * Programs whose SIGSEGV is ordinary (virtual machines, collectors) should install this first and
 * their own handler after it, calling on what was there before for what is not theirs.
 *
 * Threads: everything may be called from any thread; install, uninstall and refresh one at a time
 * (a second one gets JSONLOG_E_STATE). Signals: nothing; what runs in them runs by itself. Fork:
 * the child has it too. Frames of the backtrace are found with backtrace(3) and no symbols are
 * looked up: `addr2line -e payment 0x11d9` says what the example above was.
 */
#include <jsonlog/handler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The longest FATAL line, newline included: what a pipe keeps whole. Frames that do not fit are
 *  left out. */
#define JSONLOG_CRASH_LINE_MAX   4096
#define JSONLOG_CRASH_FRAMES_MAX 32
/** Of what `fields` and the names take in the line. */
#define JSONLOG_CRASH_FIELDS_MAX 1024

/** Which signals, as bits. */
enum {
    JSONLOG_CRASH_SEGV = 1,
    JSONLOG_CRASH_ABRT = 2,
    JSONLOG_CRASH_BUS = 4,
    JSONLOG_CRASH_FPE = 8,
    JSONLOG_CRASH_ILL = 16,
};

/** Options of jsonlog_crash_install(); start from JSONLOG_CRASH_OPTIONS_INIT. All text is copied.
 */
typedef struct jsonlog_crash_options {
    size_t size;
    jsonlog_handler *handler; /**< where the FATAL line goes: a stream, file or rotating handler, or
                                   an async one in front of such; takes a reference. Its formatter,
                                   level and filters are not asked */
    int descriptor;   /**< if there is no handler; 0: standard error. Stays yours, and open */
    unsigned signals; /**< of JSONLOG_CRASH_SEGV and so on; 0: all */
    uint32_t wait_ms; /**< see above; 0: 500 */

    const char *timestamp_key;   /**< NULL: "timestamp"; RFC 3339 in UTC */
    const char *level_key;       /**< NULL: "logType" */
    const char *level_text;      /**< NULL: "FATAL" */
    const char *logger_key;      /**< NULL: "logger" */
    const char *logger;          /**< NULL: "jsonlog" */
    const char *message_key;     /**< NULL: "errorMessage" */
    const jsonlog_field *fields; /**< in every FATAL line, behind the message; as the default JSON
                                      formatter writes them now, so what redaction shall hide in
                                      them it must hide already (redact.h) */
    size_t field_count;
} jsonlog_crash_options;
#define JSONLOG_CRASH_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_crash_options)

/**
 * Begin to watch for crashes. One report for each install: after a crash that the process has
 * survived, uninstall and install again.
 *
 * A signal that is ignored now stays ignored when another process sends it.
 *
 * @param options  NULL for defaults.
 * @param err      may be NULL.
 * @return JSONLOG_OK; JSONLOG_E_INVALID for wrong options.size, a handler of another kind, a bad
 *         descriptor, or two equal keys in the line; JSONLOG_E_LIMIT for fields that are too long;
 *         JSONLOG_E_STATE if it is installed already; JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_status jsonlog_crash_install(const jsonlog_crash_options *options,
                                                 jsonlog_err *err);

/**
 * Put back the dispositions that stood before, where ours are still in place; a handler that was
 * installed after ours stays, and ours under it does no more than pass on. Waits for a crash that
 * another thread is reporting. Does nothing if it is not installed. The calling thread leaves, as
 * by jsonlog_crash_thread_leave(), if it is the one that installed.
 */
JSONLOG_API void jsonlog_crash_uninstall(void);

/**
 * Give this thread a stack of its own for signals (sigaltstack(2)), 64 KiB with a guard page, so
 * that an overflow of the ordinary one can be reported. Before or after the install. Ends with the
 * thread or with jsonlog_crash_thread_leave(); calls do not nest.
 *
 * @return JSONLOG_OK, also if the thread has such a stack already; JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_status jsonlog_crash_thread_enter(void);

/** Take it away again, if it is still the one in use. Not from a signal handler. */
JSONLOG_API void jsonlog_crash_thread_leave(void);

/**
 * Look again which modules there are, so that addresses in those loaded since the install get a
 * name; call it after dlopen(). Frames of modules that are not known have their address only.
 *
 * @return JSONLOG_OK, JSONLOG_E_STATE (not installed, or being changed), JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_status jsonlog_crash_refresh(void);

#ifdef __cplusplus
}
#endif
#endif
