#ifndef JL_CLI_LINE_JUDGE_H
#define JL_CLI_LINE_JUDGE_H
/**
 * Which of many lines are selected: the pattern is asked of a whole piece of a file at once, which
 * is many times faster than line by line. Several threads may judge, each into its own list.
 */
#include "cli/time_range.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What makes a line a selected one, and what is to be known of it. */
typedef struct line_judge {
    const jsonlog_filter *filter;
    const time_range *range;
    bool inverts;
    bool keeps_lines;  /**< false: their number is all that is wanted */
    bool counts_lines; /**< all of them, and so the number of each selected one */
} line_judge;

typedef struct selected_line {
    const char *text;
    size_t len;
    uint64_t number; /**< within the piece, from 1; only if lines are counted */
} selected_line;

/** The selected lines of a piece. Zero-initialise it; it is emptied for each piece. */
typedef struct selected_lines {
    uint64_t count;
    uint64_t all; /**< lines of the piece, if they are counted */
    selected_line *lines;
    size_t capacity;
} selected_lines;

/**
 * Judge whole lines, each ended by a newline (the last one may lack it).
 * @param out  views the bytes. @return false if memory is out.
 */
bool line_judge_run(const line_judge *judge, const char *bytes, size_t len, selected_lines *out);

void selected_lines_done(selected_lines *selected);

#endif
