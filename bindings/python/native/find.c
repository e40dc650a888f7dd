/* Many lines with one call from Python: a call takes longer than most lines do. */
#define _GNU_SOURCE
#include "native.h"

#include <string.h>

/* What is to be looked at: from here on, whole lines. */
typedef struct lines {
    const char *from;
    const char *end;
} lines;

static lines lines_of(const jlpy_piece *piece) {
    lines out = {piece->bytes + piece->at, piece->bytes + piece->len};
    if (piece->is_last || out.from == out.end)
        return out;
    const char *newline = memrchr(out.from, '\n', (size_t)(out.end - out.from));
    out.end = newline == NULL ? out.from : newline + 1;
    return out;
}

static void done_with(jlpy_piece *piece, const lines *looked_at) {
    piece->at = (size_t)(looked_at->from - piece->bytes);
}

size_t jlpy_find(const jsonlog_filter *filter, jlpy_piece *piece, size_t *spans, size_t room) {
    lines look = lines_of(piece);
    size_t count = 0;
    while (count < room) {
        const char *line = jsonlog_filter_find(filter, &look.from, look.end, &spans[2 * count + 1]);
        if (line == NULL)
            break;
        spans[2 * count++] = (size_t)(line - piece->bytes);
    }
    done_with(piece, &look);
    return count;
}

size_t jlpy_count(const jsonlog_filter *filter, jlpy_piece *piece) {
    lines look = lines_of(piece);
    size_t count = 0;
    size_t line_len;
    while (jsonlog_filter_find(filter, &look.from, look.end, &line_len) != NULL)
        count++;
    done_with(piece, &look);
    return count;
}

static size_t list_numbers(const uint64_t *matches, size_t count, size_t *numbers) {
    size_t listed = 0;
    for (size_t i = 0; (i = jsonlog_filter_set_next(matches, count, i)) < count; i++)
        numbers[listed++] = i;
    return listed;
}

size_t jlpy_set_find(const jsonlog_filter_set *set, jlpy_piece *piece, size_t *span,
                     uint64_t *matches, size_t *numbers) {
    lines look = lines_of(piece);
    const char *line = jsonlog_filter_set_find(set, &look.from, look.end, &span[1], matches);
    done_with(piece, &look);
    if (line == NULL)
        return 0;
    span[0] = (size_t)(line - piece->bytes);
    return list_numbers(matches, jsonlog_filter_set_count(set), numbers);
}

size_t jlpy_set_match(const jsonlog_filter_set *set, const char *line, size_t len,
                      uint64_t *matches, size_t *numbers) {
    if (jsonlog_filter_set_match(set, line, len, matches) == 0)
        return 0;
    return list_numbers(matches, jsonlog_filter_set_count(set), numbers);
}
