#ifndef JL_CLI_CONTEXT_LINES_H
#define JL_CLI_CONTEXT_LINES_H
/**
 * The last lines before the current one, kept as copies for --before.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct context_line {
    char *text;
    size_t len;
    size_t capacity;
    uint64_t number;
} context_line;

/** A ring. Zero-initialise it with `limit` set. */
typedef struct context_lines {
    size_t limit; /**< as many as are kept at most */
    context_line *lines;
    size_t capacity;
    size_t first; /**< the oldest */
    size_t count;
} context_lines;

/** Keep a copy of a line in place of the oldest. @return false if memory is out. */
bool context_lines_keep(context_lines *kept, const char *line, size_t len, uint64_t number);

/** Take the oldest line out. @return NULL if there is none; else valid until the next keep. */
const context_line *context_lines_take(context_lines *kept);

void context_lines_clear(context_lines *kept);
void context_lines_done(context_lines *kept);

#endif
