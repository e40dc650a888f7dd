#include "filter/operand.h"

#include "filter/glob_escaped.h"

static size_t count_stars(jl_text text) {
    size_t stars = 0;
    for (size_t i = 0; i < text.len; i++)
        stars += text.ptr[i] == '*';
    return stars;
}

static bool is_wildcard_text(const jl_condition_syntax *condition) {
    return condition->operand == JL_OPERAND_TEXT && count_stars(condition->text) > 0;
}

/* How many pieces and table entries the texts with stars need. */
static void count_pieces(const jl_syntax *syntax, size_t *pieces, size_t *entries) {
    *pieces = *entries = 0;
    for (size_t i = 0; i < syntax->condition_count; i++) {
        const jl_condition_syntax *condition = &syntax->conditions[i];
        if (!is_wildcard_text(condition))
            continue;
        *pieces += count_stars(condition->text) + 1;
        *entries += condition->text.len;
    }
}

static jl_text *split_at_stars(jl_text text, jl_text *pieces) {
    const char *start = text.ptr;
    const char *end = text.ptr + text.len;
    for (const char *at = start; at < end; at++) {
        if (*at != '*')
            continue;
        *pieces++ = (jl_text){start, (size_t)(at - start)};
        start = at + 1;
    }
    *pieces++ = (jl_text){start, (size_t)(end - start)};
    return pieces;
}

static void make_wildcard(jl_operand_space *space, jl_condition *condition, jl_text text) {
    jl_text *first = space->pieces;
    space->pieces = split_at_stars(text, first);
    condition->operand = JL_TEST_WILDCARD;
    condition->wildcard.glob = (jl_glob){
        .pieces = first,
        .count = (uint32_t)(space->pieces - first),
        .has_replacement = jl_literal_of(text).has_replacement,
    };
    condition->wildcard.failure = space->failures;
    jl_wildcard_build(&condition->wildcard.glob, space->failures);
    space->failures += text.len;
}

static void make_operand(jl_operand_space *space, jl_condition *to, jl_condition_syntax *from) {
    switch (from->operand) {
    case JL_OPERAND_NONE: to->operand = JL_TEST_NOTHING; break;
    case JL_OPERAND_REGEX:
        to->operand = JL_TEST_REGEX;
        to->regex = from->regex;
        from->regex = NULL;
        break;
    case JL_OPERAND_NUMBER:
        to->operand = JL_TEST_NUMBER;
        to->number = from->number;
        to->text = jl_literal_of(from->text);
        break;
    case JL_OPERAND_TEXT:
        if (is_wildcard_text(from)) {
            make_wildcard(space, to, from->text);
            break;
        }
        to->operand = JL_TEST_TEXT;
        to->text = jl_literal_of(from->text);
        break;
    }
}

jl_operand_space jl_operand_take(jl_block *from, const jl_syntax *syntax) {
    size_t pieces = 0;
    size_t entries = 0;
    count_pieces(syntax, &pieces, &entries);
    jl_operand_space space;
    space.pieces = JL_TAKE(from, jl_text, pieces);
    space.failures = JL_TAKE(from, uint16_t, entries);
    return space;
}

void jl_operand_make(jl_operand_space *space, jl_condition *to, jl_condition_syntax *from) {
    *to = (jl_condition){
        .operation = from->operation,
        .is_wild = from->is_wild,
        .source = from->source,
        .selector = from->selector,
        .literal = from->literal,
        .step_count = from->step_count,
    };
    make_operand(space, to, from);
}
