/* Shortening a line to its cap. In this order, each step only if the one before was not enough:
 *
 *   1. the longest strings of fields are cut, all to one common length, the largest that fits;
 *   2. then those of the record's own attributes, likewise;
 *   3. fields that no line could hold go, then fields from the end, then attributes from the end,
 * and errorCode last; what stays is cut as in 1 and 2, but to the largest lengths that fit now.
 * What CloudWatch reads of a metric never goes: rather there is no line.
 *
 * Every step writes the line anew and looks whether it fits; strings are not read beyond their
 * limit, so a try costs no more than the cap.
 */
#include "format/line.h"

/* Strings are not cut below this: shorter ones say nothing. A large line is worth more per string.
 */
#define FLOOR_LEAST 16
#define FLOOR_MOST  64
#define FLOOR_SHARE 256

static size_t cap_of(const jl_line *line) {
    return line->out->limit - line->start;
}

static size_t floor_of(const jl_line *line) {
    size_t floor = cap_of(line) / FLOOR_SHARE;
    if (floor < FLOOR_LEAST)
        return FLOOR_LEAST;
    return floor > FLOOR_MOST ? FLOOR_MOST : floor;
}

static void set_limits(jl_line *line, size_t field, size_t role) {
    line->limits[JL_RANK_FIELD] = field;
    line->limits[JL_RANK_ROLE] = role;
    line->limits[JL_RANK_CODE] = cap_of(line);
}

/* The largest limit of a rank that fits; its floor does, the cap does not. Leaves that line
 * written. */
static __attribute__((cold)) bool fit_rank(jl_line *line, jl_rank rank) {
    size_t fits = floor_of(line);
    size_t fails = cap_of(line);
    while (fails > fits + 1) {
        size_t middle = fits + (fails - fits) / 2;
        line->limits[rank] = middle;
        if (jl_line_write(line))
            fits = middle;
        else
            fails = middle;
    }
    line->limits[rank] = fits;
    return jl_line_write(line);
}

static __attribute__((cold)) bool fit_strings(jl_line *line) {
    size_t cap = cap_of(line);
    size_t floor = floor_of(line);
    set_limits(line, cap, cap);
    if (jl_line_write(line))
        return true;
    set_limits(line, floor, cap);
    if (jl_line_write(line))
        return fit_rank(line, JL_RANK_FIELD);
    set_limits(line, floor, floor);
    return jl_line_write(line) && fit_rank(line, JL_RANK_ROLE);
}

/* A field that does not even fit beside the attributes alone would push out everything behind it.
 */
static void drop_too_long(jl_line *line) {
    line->drop_rank = JL_RANK_ROLE;
    line->keep = UINT32_MAX;
    size_t cap = cap_of(line);
    size_t base = jl_line_write(line) ? line->out->len - line->start : 0;
    for (uint32_t at = 1; base != 0 && at < line->entries->count; at++) {
        jl_entry *entry = &line->entries->items[at];
        bool is_field =
            entry->attribute != JL_ATTRIBUTE_GROUP && jl_entry_rank(entry) == JL_RANK_FIELD;
        if (is_field && jl_line_measure(line, (uint16_t)at) > cap - base)
            entry->flags |= JL_ENTRY_DROPPED;
    }
}

/* Keep as many entries of the rank as fit, from the front. @return false if not even none do. */
static bool drop_from_end(jl_line *line, jl_rank rank) {
    uint32_t fits = 0;
    uint32_t fails = line->entries->count + 1;
    line->drop_rank = rank;
    line->keep = 0;
    if (!jl_line_write(line))
        return false;
    while (fails > fits + 1) {
        line->keep = fits + (fails - fits) / 2;
        if (jl_line_write(line))
            fits = line->keep;
        else
            fails = line->keep;
    }
    line->keep = fits;
    return true;
}

static bool drop_members(jl_line *line) {
    size_t floor = floor_of(line);
    set_limits(line, floor, floor);
    drop_too_long(line);
    const unsigned end = line->record->emf == NULL ? JL_RANK_COUNT : JL_RANK_CODE;
    for (unsigned rank = JL_RANK_FIELD; rank < end; rank++) {
        if (drop_from_end(line, (jl_rank)rank))
            return true;
    }
    return false;
}

bool jl_line_fit(jl_line *line) {
    line->drop_rank = JL_RANK_FIELD;
    line->keep = UINT32_MAX;
    if (fit_strings(line))
        return true;
    /* A callback may write more the second time; then the line is the shorter one. */
    return drop_members(line) && (fit_strings(line) || jl_line_write(line));
}
