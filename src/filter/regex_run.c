#include "filter/regex.h"

#include "filter/regex_program.h"
#include "base/utf8.h"

/*
 * The reference is jl_regex_feed(): one code point, one step over all words, nothing clever.
 * jl_regex_search() is allowed three shortcuts, each tested against it: a required literal is
 * looked for first, a program of one word keeps its state in registers, and bytes that cannot begin
 * a match are skipped while no match is under way. All take at most `words` steps for a code point.
 */

/* ---- one step ---- */

/* What a state of several words carries from one word into the next. */
typedef struct carries {
    uint64_t shifted;
    uint64_t skipped;
} carries;

static uint64_t skip_optional(uint64_t next, uint64_t optional, uint64_t *carry) {
    uint64_t sum = 0;
    bool over = __builtin_add_overflow(next & optional, optional, &sum);
    over |= __builtin_add_overflow(sum, *carry, &sum);
    *carry = over;
    return next | (sum ^ optional);
}

static uint64_t step_word(const jl_regex_word *word, uint64_t state, uint64_t entries,
                          uint64_t takers, carries *carry) {
    uint64_t next = (state << 1 | carry->shifted) & word->follows;
    carry->shifted = state >> 63;
    next = skip_optional(next, word->optional, &carry->skipped);
    return (next | (state & word->loops) | entries) & takers;
}

static void step(const jl_regex *regex, jl_regex_run *run, unsigned symbol) {
    const uint64_t *takers = regex->takers + symbol * regex->words;
    carries carry = {0, 0};
    uint64_t found = 0;
    uint64_t alive = 0;
    for (size_t w = 0; w < regex->words; w++) {
        const jl_regex_word *word = &regex->column[w];
        uint64_t entries = run->is_at_start ? word->start : word->restart;
        run->states[w] = step_word(word, run->states[w], entries, takers[w], &carry);
        found |= run->states[w] & word->found;
        alive |= run->states[w];
    }
    run->is_at_start = false;
    run->is_alive = alive != 0;
    run->has_matched = found != 0;
}

/* ---- a run ---- */

static bool is_certain(const jl_regex *regex, const jl_regex_run *run) {
    return run->has_matched || (!run->is_alive && !run->is_at_start && !regex->can_restart);
}

void jl_regex_begin(const jl_regex *regex, jl_regex_run *run) {
    memset(run->states, 0, regex->words * sizeof run->states[0]);
    run->is_at_start = true;
    run->is_alive = false;
    run->has_matched = regex->matches_always;
}

static unsigned symbol_of(uint32_t code_point) {
    if (code_point < JL_REGEX_OTHER)
        return code_point;
    return code_point >= 0xD800 && code_point <= 0xDFFF ? JL_REGEX_NOTHING : JL_REGEX_OTHER;
}

bool jl_regex_feed(const jl_regex *regex, jl_regex_run *run, uint32_t code_point) {
    if (!is_certain(regex, run))
        step(regex, run, symbol_of(code_point));
    return is_certain(regex, run);
}

bool jl_regex_end(const jl_regex *regex, const jl_regex_run *run) {
    if (run->has_matched)
        return true;
    if (run->is_at_start)
        return regex->matches_empty;
    uint64_t found = 0;
    for (size_t w = 0; w < regex->words; w++)
        found |= run->states[w] & regex->column[w].found_at_end;
    return found != 0;
}

/* ---- whole texts ---- */

static unsigned take_symbol(jl_text *rest) {
    size_t bytes = 1;
    unsigned symbol = (unsigned char)rest->ptr[0];
    if (symbol >= 0x80)
        symbol = symbol_of(jl_utf8_decode(*rest, &bytes));
    rest->ptr += bytes;
    rest->len -= bytes;
    return symbol;
}

/* All bytes from 0x80 on are alike here, so it never stops inside a code point. */
static void skip_to_start(const jl_regex *regex, jl_text *rest) {
    size_t i = 0;
    while (i < rest->len && !regex->starts[(unsigned char)rest->ptr[i]])
        i++;
    rest->ptr += i;
    rest->len -= i;
}

static void feed_wide(const jl_regex *regex, jl_regex_run *run, jl_text rest) {
    while (rest.len > 0 && !is_certain(regex, run)) {
        if (!run->is_alive && !run->is_at_start)
            skip_to_start(regex, &rest);
        if (rest.len > 0)
            step(regex, run, take_symbol(&rest));
    }
}

/* Nearly every expression has at most 64 positions. Its state is one register. */
static void feed_narrow(const jl_regex *regex, jl_regex_run *run, jl_text rest) {
    const jl_regex_word word = regex->column[0];
    uint64_t entries = run->is_at_start ? word.start : word.restart;
    uint64_t state = run->states[0];
    bool may_skip = !run->is_at_start;
    while (rest.len > 0 && (state & word.found) == 0) {
        if (state == 0 && may_skip)
            skip_to_start(regex, &rest);
        if (rest.len == 0)
            break;
        uint64_t takers = regex->takers[take_symbol(&rest)];
        uint64_t next = (state << 1) & word.follows;
        next |= ((next & word.optional) + word.optional) ^ word.optional;
        state = (next | (state & word.loops) | entries) & takers;
        entries = word.restart;
        may_skip = true;
    }
    run->states[0] = state;
    run->is_at_start = false;
    run->is_alive = state != 0;
    run->has_matched = (state & word.found) != 0;
}

bool jl_regex_feed_text(const jl_regex *regex, jl_regex_run *run, jl_text text) {
    if (text.len > 0 && !is_certain(regex, run)) {
        if (regex->words == 1)
            feed_narrow(regex, run, text);
        else
            feed_wide(regex, run, text);
    }
    return is_certain(regex, run);
}

bool jl_regex_search(const jl_regex *regex, jl_text text) {
    jl_text literal = regex->literal;
    if (literal.len > 0) {
        if (text.len < literal.len || memmem(text.ptr, text.len, literal.ptr, literal.len) == NULL)
            return false;
        if (regex->is_literal)
            return true;
    }
    jl_regex_run run;
    jl_regex_begin(regex, &run);
    (void)jl_regex_feed_text(regex, &run, text);
    return jl_regex_end(regex, &run);
}
