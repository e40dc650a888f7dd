/**
 * Space-delimited patterns.
 *
 *     delimited = "[" , [ field , { "," , field } ] , "]"
 *     field     = nothing | "..." | an expression of conditions on one name
 */
#include "oracle_filter.h"
#include "oracle_parser.h"

#include <stdlib.h>
#include <string.h>

/* --- the pattern ------------------------------------------------------------------------- */

static oracle_text take_name(oracle_parser *p) {
    oracle_text name = {p->text.at + p->pos, 0};
    uint32_t first = oracle_peek(p);
    if (!oracle_is_letter(first) && first != '_' && first < 0x80)
        return name;
    while (oracle_is_name_character(oracle_peek(p))) {
        p->pos++;
        name.len++;
    }
    return name;
}

/** `name` or `name = value`; all conditions of a field have the same name. */
static bool take_condition(oracle_parser *p, oracle_node *node) {
    bool is_comparison = false;
    oracle_text name = take_name(p);
    bool is_first = p->field_name.len == 0;
    if (name.len == 0 || (!is_first && !oracle_text_equals(name, p->field_name)))
        return false;
    p->field_name = name;
    oracle_skip_blanks(p);
    bool is_taken = oracle_take_comparison(p, node, &is_comparison);
    if (!is_comparison)
        node->kind = ORACLE_NAME;
    return is_taken;
}

static bool is_new(const oracle_fields *fields, const oracle_field *field) {
    for (const oracle_field *other = fields->at; other < field; other++) {
        if (field->is_ellipsis && other->is_ellipsis)
            return false;
        if (field->name.len > 0 && oracle_text_equals(field->name, other->name))
            return false;
    }
    return true;
}

static bool take_field(oracle_parser *p, oracle_fields *fields) {
    fields->at = oracle_grow(fields->at, (fields->count + 1) * sizeof *fields->at);
    oracle_field *field = &fields->at[fields->count++];
    *field = (oracle_field){0};
    oracle_skip_blanks(p);
    if (oracle_peek(p) == ',' || oracle_peek(p) == ']')
        return true;
    field->is_ellipsis = oracle_take(p, "...");
    if (!field->is_ellipsis) {
        p->field_name = (oracle_text){NULL, 0};
        field->expression = oracle_take_or(p);
        if (!field->expression)
            return false;
        for (size_t i = 0; i < p->field_name.len; i++)
            oracle_text_push(&field->name, p->field_name.at[i]);
    }
    oracle_skip_blanks(p);
    return is_new(fields, field);
}

static bool take_fields(oracle_parser *p, oracle_fields *fields) {
    if (!oracle_take(p, "["))
        return false;
    oracle_skip_blanks(p);
    if (!oracle_take(p, "]")) {
        do {
            if (!take_field(p, fields))
                return false;
        } while (oracle_take(p, ","));
        if (!oracle_take(p, "]"))
            return false;
    }
    return p->pos == p->text.len;
}

oracle_fields *oracle_fields_parse(const char *pattern, size_t len) {
    oracle_parser p = {.condition = take_condition};
    oracle_fields *fields = oracle_alloc(sizeof *fields);
    *fields = (oracle_fields){NULL, 0};
    bool is_taken = oracle_decode(&p, pattern, len) && take_fields(&p, fields);
    free(p.text.at);
    if (is_taken)
        return fields;
    oracle_fields_free(fields);
    return NULL;
}

void oracle_fields_free(oracle_fields *fields) {
    if (!fields)
        return;
    for (size_t i = 0; i < fields->count; i++) {
        free(fields->at[i].name.at);
        oracle_pattern_free(fields->at[i].expression);
    }
    free(fields->at);
    free(fields);
}

/* --- binding ----------------------------------------------------------------------------- */

/** Where `...` stands; `[]` is read as `[...]`, and count stands for none. */
static size_t find_ellipsis(const oracle_fields *fields) {
    size_t at = 0;
    while (at < fields->count && !fields->at[at].is_ellipsis)
        at++;
    return at;
}

/** Fields before `...` bind from the left, those behind it from the right. */
static void bind_around(const oracle_fields *fields, size_t ellipsis, const oracle_tokens *tokens,
                        oracle_binding *out) {
    size_t behind = fields->count == 0 ? 0 : fields->count - ellipsis - 1;
    out->is_bound = tokens->count >= ellipsis + behind;
    out->count = tokens->count;
    for (size_t i = 0; out->is_bound && i < tokens->count; i++) {
        size_t from_end = tokens->count - i;
        const oracle_field *field = NULL;
        if (i < ellipsis)
            field = &fields->at[i];
        else if (from_end <= behind)
            field = &fields->at[fields->count - from_end];
        out->at[i] = (oracle_bound){field, tokens->at[i].at, tokens->at[i].len};
    }
}

/** One field a token; with more tokens than fields the last is the rest of the line, raw. */
static void bind_each(const oracle_fields *fields, const oracle_tokens *tokens, const char *end,
                      oracle_binding *out) {
    out->is_bound = tokens->count >= fields->count;
    out->is_greedy = tokens->count > fields->count;
    out->count = fields->count;
    for (size_t i = 0; out->is_bound && i < fields->count; i++) {
        const oracle_token *token = &tokens->at[i];
        bool is_rest = out->is_greedy && i + 1 == fields->count;
        const char *at = is_rest ? token->raw : token->at;
        out->at[i] = (oracle_bound){&fields->at[i], at, is_rest ? (size_t)(end - at) : token->len};
    }
}

oracle_binding oracle_bind(const oracle_fields *fields, const char *line, size_t len) {
    oracle_binding out = {false, false, NULL, 0};
    line = len ? line : ""; /* it may be NULL */
    oracle_tokens tokens = oracle_split(line, len);
    size_t ellipsis = find_ellipsis(fields);
    size_t room = tokens.count > fields->count ? tokens.count : fields->count;
    out.at = oracle_alloc(room * sizeof *out.at);
    if (ellipsis < fields->count || fields->count == 0)
        bind_around(fields, ellipsis, &tokens, &out);
    else
        bind_each(fields, &tokens, line + len, &out);
    if (!out.is_bound)
        out.count = 0;
    free(tokens.at);
    return out;
}

/* --- verdicts ---------------------------------------------------------------------------- */

/** The number that a field's text is; false: it is none. */
static bool read_number(oracle_text text, oracle_number *out) {
    size_t exponent = 0, len = 0;
    if (!oracle_is_number(text, &exponent))
        return false;
    char *source = oracle_text_to_utf8(text, '?', &len);
    *out = oracle_number_read(source);
    free(source);
    return true;
}

static bool number_verdict(const oracle_node *condition, oracle_text text) {
    bool is_unequal = condition->column == ORACLE_NE_NUMBER;
    oracle_number number = {0};
    if (!read_number(text, &number))
        return is_unequal;
    bool passes = oracle_number_passes(condition, &number) != is_unequal;
    if (number.is_infinite)
        passes = is_unequal && ORACLE_INFINITE_TOKEN_DIFFERS;
    oracle_number_free(&number);
    return passes;
}

static bool condition_verdict(const oracle_node *condition, oracle_text text) {
    switch (condition->column) {
    case ORACLE_EQ_TEXT:
    case ORACLE_EQ_REGEX: return oracle_text_passes(condition, text);
    case ORACLE_NE_TEXT:
    case ORACLE_NE_REGEX: return !oracle_text_passes(condition, text);
    default: return number_verdict(condition, text);
    }
}

static bool node_verdict(const oracle_node *node, oracle_text text) {
    switch (node->kind) {
    case ORACLE_NAME: return true;
    case ORACLE_AND: return node_verdict(node->left, text) && node_verdict(node->right, text);
    case ORACLE_OR: return node_verdict(node->left, text) || node_verdict(node->right, text);
    default: return condition_verdict(node, text);
    }
}

bool oracle_field_passes(const oracle_node *expression, const char *at, size_t len) {
    if (!expression)
        return true;
    oracle_text text = oracle_text_of_bytes(at, len);
    bool passes = node_verdict(expression, text);
    free(text.at);
    return passes;
}

bool oracle_fields_match(const oracle_fields *fields, const char *line, size_t len) {
    oracle_binding binding = oracle_bind(fields, line, len);
    bool is_match = binding.is_bound;
    for (size_t i = 0; is_match && i < binding.count; i++) {
        const oracle_bound *bound = &binding.at[i];
        is_match =
            !bound->field || oracle_field_passes(bound->field->expression, bound->at, bound->len);
    }
    free(binding.at);
    return is_match;
}
