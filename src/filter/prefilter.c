#include "filter/prefilter.h"

#include "filter/program.h"

/* A condition's way to be true that is not a text: `= "1"` is true of the number 1. These are the
 * bytes of what jl_number_canonical() makes. */
static bool could_be_number(jl_text text) {
    static const char bytes[] = "0123456789+-.eEInfityNa";
    for (size_t i = 0; i < text.len; i++) {
        if (memchr(bytes, text.ptr[i], sizeof bytes - 1) == NULL)
            return false;
    }
    return true;
}

/* --- needles of one text --------------------------------------------------------------------- */

/* Bytes that JSON spells with an escape, always or at will (`\/`). */
static bool is_spelled_plainly(char c) {
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\' && c != '/';
}

static void keep_better(jl_prefilter *best, const jl_needle *needle) {
    if (best->count == 0 || needle->score > best->needles[0].score)
        *best = (jl_prefilter){.count = 1, .needles = {*needle}};
}

static jl_needle_guard guard_for(jl_text text) {
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] >= 0x80)
            return JL_GUARD_ALL;
    }
    return JL_GUARD_ASCII;
}

/* A part of a value, with the quotes that stand round it. */
static void consider_part(jl_prefilter *best, jl_text part, bool at_start, bool at_end) {
    char bytes[JL_NEEDLE_MAX];
    size_t len = 0;
    jl_needle needle;
    if (at_start)
        bytes[len++] = '"';
    const size_t taken = part.len < sizeof bytes - len ? part.len : sizeof bytes - len;
    memcpy(bytes + len, part.ptr, taken);
    len += taken;
    if (at_end && taken == part.len && len < sizeof bytes)
        bytes[len++] = '"';
    if (part.len > 0 && jl_needle_make(&needle, (jl_text){bytes, len}, guard_for(part)))
        keep_better(best, &needle);
}

/* What stands between two stars, or all of a value. */
static void consider_piece(jl_prefilter *best, jl_text piece, bool at_start, bool at_end) {
    size_t from = 0;
    for (size_t i = 0; i <= piece.len; i++) {
        if (i < piece.len && is_spelled_plainly(piece.ptr[i]))
            continue;
        consider_part(best, (jl_text){piece.ptr + from, i - from}, at_start && from == 0,
                      at_end && i == piece.len);
        from = i + 1;
    }
}

static void consider_glob(jl_prefilter *best, const jl_glob *glob) {
    bool is_text = false;
    for (uint32_t i = 0; i < glob->count; i++)
        is_text = is_text || !could_be_number(glob->pieces[i]);
    for (uint32_t i = 0; is_text && !glob->has_replacement && i < glob->count; i++)
        consider_piece(best, glob->pieces[i], i == 0, i + 1 == glob->count);
}

static void consider_name(jl_prefilter *best, jl_text name) {
    jl_needle needle;
    if (jl_needle_make(&needle, name, JL_GUARD_NONE))
        keep_better(best, &needle);
}

static jl_prefilter of_condition(const jl_condition *condition) {
    jl_prefilter best = {.count = 0};
    if (condition->operation == JL_OP_IS_TRUE)
        consider_name(&best, JL_TEXT("true"));
    else if (condition->operation == JL_OP_IS_FALSE)
        consider_name(&best, JL_TEXT("false"));
    else if (condition->operation != JL_OP_EQ)
        return best;
    if (condition->operand == JL_TEST_TEXT && !condition->text.has_replacement &&
        !could_be_number(condition->text.text))
        consider_piece(&best, condition->text.text, true, true);
    if (condition->operand == JL_TEST_WILDCARD)
        consider_glob(&best, &condition->wildcard.glob);
    return best;
}

/* --- joined ---------------------------------------------------------------------------------- */

static unsigned worst_score(const jl_prefilter *prefilter) {
    unsigned worst = UINT8_MAX;
    for (size_t i = 0; i < prefilter->count; i++)
        worst = prefilter->needles[i].score < worst ? prefilter->needles[i].score : worst;
    return worst;
}

static void join_and(jl_prefilter *left, const jl_prefilter *right) {
    if (left->count == 0 || (right->count > 0 && worst_score(right) > worst_score(left)))
        *left = *right;
}

static void join_or(jl_prefilter *left, const jl_prefilter *right) {
    if (left->count == 0 || right->count == 0 ||
        left->count + right->count > JL_PREFILTER_NEEDLES) {
        left->count = 0;
        return;
    }
    for (size_t i = 0; i < right->count; i++)
        left->needles[left->count++] = right->needles[i];
}

/* The stack of a pattern of many conditions is large, but a pattern is made once. Beyond this depth
 * nothing is known. */
enum { DEPTH_MAX = 16 };

void jl_prefilter_of_json(jl_prefilter *prefilter, const jl_json_program *program) {
    jl_prefilter stack[DEPTH_MAX];
    size_t used = 0;
    prefilter->count = 0;
    for (size_t i = 0; i < program->joint_count; i++) {
        const uint16_t joint = program->joints[i];
        if (joint < JL_JOINT_AND) {
            if (used == DEPTH_MAX)
                return;
            stack[used++] = of_condition(&program->conditions[joint]);
            continue;
        }
        used--;
        if (joint == JL_JOINT_AND)
            join_and(&stack[used - 1], &stack[used]);
        else
            join_or(&stack[used - 1], &stack[used]);
    }
    *prefilter = stack[0];
}

/* Of terms that must occur the best one; of a choice all. */
void jl_prefilter_of_text(jl_prefilter *prefilter, const jl_text_program *program) {
    prefilter->count = 0;
    for (size_t i = 0; i < program->count; i++) {
        jl_prefilter one = {.count = 0};
        if (program->terms[i].kind == (program->is_choice ? JL_TERM_OPTIONAL : JL_TERM_REQUIRED))
            consider_name(&one, program->terms[i].text);
        if (program->is_choice && i > 0)
            join_or(prefilter, &one);
        else
            join_and(prefilter, &one);
    }
}

/* --- on lines -------------------------------------------------------------------------------- */

const char *jl_prefilter_find(const jl_prefilter *prefilter, const char *at, const char *end) {
    if (prefilter->count == 0)
        return at;
    const char *first = NULL;
    for (size_t i = 0; i < prefilter->count; i++) {
        const char *found = jl_needle_find(&prefilter->needles[i], at, end);
        if (found != NULL) {
            first = found;
            end = found;
        }
    }
    return first;
}
