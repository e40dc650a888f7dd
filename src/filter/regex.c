#include "filter/regex.h"

#include "filter/regex_program.h"
#include "base/alloc.h"
#include "base/err.h"

/* Says how far off the expression is, and that the limit is ours: AWS documents none. */
static jsonlog_status refuse_size(uint64_t positions, size_t offset, jsonlog_err *err) {
    return jl_err_set(
        err, JSONLOG_E_LIMIT, offset,
        "This regular expression needs %llu positions with its repeats written out%s; "
        "the limit is %d, set by jsonlog and not by AWS.",
        (unsigned long long)positions, positions >= JL_REGEX_COUNT_MAX ? " (or more)" : "",
        JL_REGEX_POSITIONS_MAX);
}

/* The sum stays exact: a pattern of 2^24 bytes times JL_REGEX_COUNT_MAX is less than 2^64. */
static jsonlog_status count_positions(const jl_regex_item *items, size_t count, size_t *positions,
                                      jsonlog_err *err) {
    uint64_t sum = 0;
    size_t offset = JSONLOG_NO_OFFSET;
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind != JL_REGEX_CHARACTER)
            continue;
        sum += jl_regex_item_positions(&items[i]);
        if (sum > JL_REGEX_COUNT_MAX)
            sum = JL_REGEX_COUNT_MAX;
        if (sum > JL_REGEX_POSITIONS_MAX && offset == JSONLOG_NO_OFFSET)
            offset = items[i].offset;
    }
    if (sum > JL_REGEX_POSITIONS_MAX)
        return refuse_size(sum, offset, err);
    *positions = (size_t)sum;
    return JSONLOG_OK;
}

static jsonlog_status build(jl_regex_item *items, size_t count, jl_regex **out, jsonlog_err *err) {
    size_t positions = 0;
    jsonlog_status status = count_positions(items, count, &positions, err);
    if (status != JSONLOG_OK)
        return status;
    jl_regex *regex = jl_regex_build(items, count);
    if (regex == NULL)
        return jl_err_nomem(err);
    regex->positions = positions;
    *out = regex;
    return JSONLOG_OK;
}

jsonlog_status jl_regex_compile(jl_text pattern, size_t open, size_t *end, jl_regex **out,
                                jsonlog_err *err) {
    size_t close = 0;
    jsonlog_status status = jl_regex_scan(pattern, open, &close, err);
    if (status != JSONLOG_OK)
        return status;
    size_t room = close - open - 1;
    jl_regex_item *items = jl_calloc(room, sizeof *items);
    if (items == NULL)
        return jl_err_nomem(err);
    size_t count = 0;
    status = jl_regex_parse(pattern, open + 1, close, items, &count, err);
    if (status == JSONLOG_OK)
        status = build(items, count, out, err);
    if (status == JSONLOG_OK)
        *end = close + 1;
    jl_free(items);
    return status;
}

void jl_regex_free(jl_regex *regex) {
    jl_free(regex);
}

size_t jl_regex_positions(const jl_regex *regex) {
    return regex->positions;
}
