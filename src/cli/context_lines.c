#include "cli/context_lines.h"

#include <stdlib.h>
#include <string.h>

/* An empty line has a place too: who writes it may not pass NULL. */
static bool copy_line(context_line *to, const char *line, size_t len, uint64_t number) {
    if (len >= to->capacity) {
        char *text = realloc(to->text, len + 1);
        if (text == NULL)
            return false;
        to->text = text;
        to->capacity = len + 1;
    }
    memcpy(to->text, line, len);
    to->len = len;
    to->number = number;
    return true;
}

/* Grow with what is really kept: a limit of a million costs nothing in a short file. The ring has
 * not turned over before it has its full size, so growing needs no rotation. */
static bool grow(context_lines *kept) {
    size_t capacity = kept->capacity == 0 ? 8 : 2 * kept->capacity;
    if (capacity > kept->limit)
        capacity = kept->limit;
    context_line *lines = realloc(kept->lines, capacity * sizeof *lines);
    if (lines == NULL)
        return false;
    memset(lines + kept->capacity, 0, (capacity - kept->capacity) * sizeof *lines);
    kept->lines = lines;
    kept->capacity = capacity;
    return true;
}

bool context_lines_keep(context_lines *kept, const char *line, size_t len, uint64_t number) {
    if (kept->limit == 0)
        return true;
    if (kept->count == 0)
        kept->first = 0;
    const bool is_full = kept->count == kept->limit;
    if (!is_full && kept->first + kept->count == kept->capacity && kept->capacity < kept->limit &&
        !grow(kept))
        return false;
    context_line *slot = &kept->lines[(kept->first + kept->count) % kept->capacity];
    if (is_full)
        kept->first = (kept->first + 1) % kept->capacity;
    else
        kept->count++;
    return copy_line(slot, line, len, number);
}

const context_line *context_lines_take(context_lines *kept) {
    if (kept->count == 0)
        return NULL;
    const context_line *oldest = &kept->lines[kept->first];
    kept->first = (kept->first + 1) % kept->capacity;
    kept->count--;
    return oldest;
}

void context_lines_clear(context_lines *kept) {
    kept->count = 0;
}

void context_lines_done(context_lines *kept) {
    for (size_t i = 0; i < kept->capacity; i++)
        free(kept->lines[i].text);
    free(kept->lines);
    *kept = (context_lines){0};
}
