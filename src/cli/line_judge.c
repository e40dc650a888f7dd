#include "cli/line_judge.h"

#include <stdlib.h>
#include <string.h>

/* Sums of bytes, so that the compiler can count in whole vectors; one holds up to 255. */
enum { LANES = 32, ROUNDS_MAX = 255 };

static uint64_t count_block(const char *bytes, size_t rounds) {
    uint8_t sums[LANES] = {0};
    uint64_t count = 0;
    for (size_t i = 0; i < rounds; i++) {
        for (size_t lane = 0; lane < LANES; lane++)
            sums[lane] = (uint8_t)(sums[lane] + (bytes[i * LANES + lane] == '\n'));
    }
    for (size_t lane = 0; lane < LANES; lane++)
        count += sums[lane];
    return count;
}

static uint64_t count_newlines(const char *at, const char *end) {
    uint64_t count = 0;
    while (end - at >= LANES) {
        const size_t most = (size_t)(end - at) / LANES;
        const size_t rounds = most < ROUNDS_MAX ? most : ROUNDS_MAX;
        count += count_block(at, rounds);
        at += rounds * LANES;
    }
    for (; at < end; at++)
        count += *at == '\n';
    return count;
}

/* One pass over a piece. */
typedef struct judging {
    const line_judge *judge;
    const char *counted; /* the number of newlines before here is known */
    selected_lines *out;
} judging;

static uint64_t count_up_to(judging *j, const char *line) {
    if (j->judge->counts_lines)
        j->out->all += count_newlines(j->counted, line);
    j->counted = line;
    return j->out->all + 1;
}

static bool grow(selected_lines *out) {
    if (out->count < out->capacity)
        return true;
    const size_t capacity = out->capacity == 0 ? 256 : 2 * out->capacity;
    selected_line *lines = realloc(out->lines, capacity * sizeof *lines);
    if (lines == NULL)
        return false;
    out->lines = lines;
    out->capacity = capacity;
    return true;
}

/* A line that the pattern speaks for. @return false if memory is out. */
static bool consider(judging *j, const char *text, size_t len) {
    const time_range *range = j->judge->range;
    if (time_range_is_set(range) && time_range_check(range, text, len) == TIME_OUTSIDE)
        return true;
    if (j->judge->keeps_lines) {
        if (!grow(j->out))
            return false;
        j->out->lines[j->out->count] = (selected_line){text, len, count_up_to(j, text)};
    }
    j->out->count++;
    return true;
}

/* All lines from `at` to `end`, where another begins. */
static bool consider_each(judging *j, const char *at, const char *end) {
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *line_end = newline == NULL ? end : newline;
        if (!consider(j, at, (size_t)(line_end - at)))
            return false;
        at = newline == NULL ? end : newline + 1;
    }
    return true;
}

static bool judge_all(judging *j, const char *at, const char *end) {
    size_t len = 0;
    const char *others = at; /* lines from here on that do not match */
    const char *line = NULL;
    while ((line = jsonlog_filter_find(j->judge->filter, &at, end, &len)) != NULL) {
        const bool has_memory =
            j->judge->inverts ? consider_each(j, others, line) : consider(j, line, len);
        if (!has_memory)
            return false;
        others = at;
    }
    return !j->judge->inverts || consider_each(j, others, end);
}

bool line_judge_run(const line_judge *judge, const char *bytes, size_t len, selected_lines *out) {
    const char *end = bytes + len;
    judging j = {judge, bytes, out};
    out->count = out->all = 0;
    const bool has_memory = judge_all(&j, bytes, end);
    count_up_to(&j, end);
    if (judge->counts_lines && len > 0 && end[-1] != '\n')
        out->all++;
    return has_memory;
}

void selected_lines_done(selected_lines *selected) {
    free(selected->lines);
    *selected = (selected_lines){0};
}
