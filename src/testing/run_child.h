#ifndef JL_TESTING_RUN_CHILD_H
#define JL_TESTING_RUN_CHILD_H
/** A child process with pipes to it. */
#include <jsonlog/capture.h>

#include <sys/types.h>

/** Our ends of the pipes: never blocking, not inherited by other children, above 2; -1 where there
 * is none. */
typedef struct jl_child {
    pid_t pid;
    int input;
    int output;
    int errors;
} jl_child;

/**
 * Start the program of the options, in a process group of its own so that it can be killed with its
 * children. Safe in a threaded process.
 * @return JSONLOG_OK; JSONLOG_E_NOT_FOUND, JSONLOG_E_IO, JSONLOG_E_NOMEM, JSONLOG_E_INVALID with
 * err set and nothing open.
 */
jsonlog_status jl_child_start(const jsonlog_run_options *options, jl_child *child,
                              jsonlog_err *err);

/** Close an end and set it to -1; -1 is left alone. */
void jl_child_close(int *end);

#endif
