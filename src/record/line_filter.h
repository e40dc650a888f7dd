#ifndef JL_RECORD_LINE_FILTER_H
#define JL_RECORD_LINE_FILTER_H
/**
 * Decides about a finished line. An interface, so that a program which only logs does not link what
 * stands behind it. Immutable, shared by threads, counted by reference.
 */
#include "base/epoch.h"

#include <jsonlog/handler.h>

typedef struct jl_line_filter {
    jl_retired retired;
    uint32_t references; /**< atomic */
    bool (*passes)(const struct jl_line_filter *self, const jsonlog_line *line);
    void (*free)(struct jl_line_filter *self);
} jl_line_filter;

/** One reference more; @return filter. NULL is legal, here and below. */
jl_line_filter *jl_line_filter_retain(jl_line_filter *filter);
/** One reference less; the last one frees. */
void jl_line_filter_release(jl_line_filter *filter);
/** Give up the only reference as soon as no thread can be reading it. */
void jl_line_filter_retire(jl_line_filter *filter);

#endif
