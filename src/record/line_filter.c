#include "record/line_filter.h"

jl_line_filter *jl_line_filter_retain(jl_line_filter *filter) {
    if (filter != NULL)
        __atomic_fetch_add(&filter->references, 1, __ATOMIC_RELAXED);
    return filter;
}

void jl_line_filter_release(jl_line_filter *filter) {
    if (filter != NULL && __atomic_fetch_sub(&filter->references, 1, __ATOMIC_ACQ_REL) == 1)
        filter->free(filter);
}

static void release_retired(jl_retired *retired) {
    jl_line_filter_release((jl_line_filter *)(void *)retired);
}

void jl_line_filter_retire(jl_line_filter *filter) {
    if (filter != NULL)
        jl_epoch_retire(&filter->retired, release_retired);
}
