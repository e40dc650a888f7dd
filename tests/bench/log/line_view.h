#ifndef JL_BENCH_LINE_VIEW_H
#define JL_BENCH_LINE_VIEW_H
/** A line some other buffer holds. */
#include <stddef.h>

typedef struct line_view {
    const char *text;
    size_t len;
} line_view;

#endif
