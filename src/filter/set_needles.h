#ifndef JL_FILTER_SET_NEEDLES_H
#define JL_FILTER_SET_NEEDLES_H
/**
 * What the raw bytes of a line must hold for a filter to match: as filter/prefilter.h, but with as
 * many alternatives as the pattern has, because a set searches for all of them at once.
 */
#include "filter/program.h"

/** Shorter ones would stop the search too often. */
#define JL_SET_NEEDLE_MIN 4

typedef struct jl_set_needles {
    size_t count; /**< one of them must be found; 0: nothing is known */
    jl_needle needles[JL_CONDITIONS_MAX];
    bool decides; /**< where one is found, the filter matches */
} jl_set_needles;

void jl_set_needles_of(const jsonlog_filter *filter, jl_set_needles *out);

#endif
