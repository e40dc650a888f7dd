#ifndef JL_LOGGER_BURST_H
#define JL_LOGGER_BURST_H
/**
 * What the _burst calls hold back: counted for each call site, and told by a record of its own
 * where the site itself has nothing to log any more.
 *
 * The counts stand here and not in the slots of the sites, for a site may be gone by then with the
 * plugin it was in; so text is copied, and what a slot has is only a number that says where.
 */
#include "logger/tree.h"

/** Which counts are told. */
typedef enum jl_bursts_which {
    JL_BURSTS_OVER, /**< of windows that are over */
    JL_BURSTS_ALL,
} jl_bursts_which;

/** Log a record for each. Not from within a log call. */
void jl_bursts_report(jl_bursts_which which);

/** In the child of a fork: they are the parent's to tell. */
void jl_bursts_after_fork(void);

#endif
