#ifndef JL_BASE_COMPAT_FAULT_H
#define JL_BASE_COMPAT_FAULT_H
/** What systems do differently with faults, under one name each. */
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Return addresses of this thread's calls, innermost first; @return how many. Async-signal-safe
 * once it has been called: the first call loads a library. 0 where the system has no such thing. */
int jl_compat_backtrace(void **frames, int max);

/** Where the interrupted code was, of the third argument of a signal handler; 0: not known. */
uintptr_t jl_compat_program_counter(const void *context);

/** A piece of memory that code runs from. */
typedef struct jl_compat_code {
    uintptr_t begin, end;
    uintptr_t base;   /**< what to take off an address to get the one in the file */
    const char *path; /**< of the module, "" for the program; good during the call */
} jl_compat_code;

/** Call `visit` for each. Not from a signal handler. */
void jl_compat_each_code(void (*visit)(const jl_compat_code *code, void *context), void *context);

/** Send a signal to this thread with the siginfo it came with, as far as the system lets one.
 * Async-signal-safe. */
void jl_compat_signal_again(int signal, siginfo_t *info);

/** The least that a stack for signals must have beside what the handler itself needs. */
size_t jl_compat_signal_frame_size(void);

#endif
