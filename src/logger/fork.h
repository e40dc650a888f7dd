#ifndef JL_LOGGER_FORK_H
#define JL_LOGGER_FORK_H
/** Make a child of fork() able to log at once, also one of a process with many threads. Once. */
void jl_fork_watch(void);
#endif
