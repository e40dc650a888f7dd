#ifndef JL_BASE_CANCEL_H
#define JL_BASE_CANCEL_H
/**
 * What a thread must not be cancelled in: whoever holds a lock then would hold it for ever. Around
 * system calls that are cancellation points, rather than around each record, because it costs as
 * much as a lock.
 */
#include <pthread.h>

/** @return the state, for jl_cancel_as_before(). */
static inline int jl_cancel_not(void) {
    int state = 0;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    return state;
}

static inline void jl_cancel_as_before(int state) {
    pthread_setcancelstate(state, NULL);
}

#endif
