#ifndef JL_BASE_LAST_RESORT_H
#define JL_BASE_LAST_RESORT_H
/**
 * What is done at exit() about lines in memory when a handler hangs. Only programs that have
 * handlers with such lines have the code for it; so it is called through a pointer.
 */
#include <stdint.h>

/** Write out what can be written without waiting for who hangs. @return how many lines are lost, or
 * may be. Atomic; set by who holds lines, NULL if nobody does. */
extern uint64_t (*jl_last_resort)(void);

#endif
