#include "support/line_sampler.h"

#include "support/test_random.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What no pattern of people names. */
#define OTHER "~other~"

/* One attempt at a line. */
typedef struct sampler {
    bool is_match;
    bool is_random;
    test_random random;
} sampler;

static bool choose(sampler *s) {
    return s->is_random ? test_random_below(&s->random, 2) == 0 : s->is_match;
}

static char *copy(const char *text, size_t len) {
    char *out = malloc(len + 1);
    if (out == NULL)
        abort();
    memcpy(out, text, len);
    out[len] = '\0';
    return out;
}

/* --- regular expressions --------------------------------------------------------------------- */

static char escaped(const char **at) {
    const char c = *(*at)++;
    char hex[3] = "";
    switch (c) {
    case 'd': return '5';
    case 's': return ' ';
    case 'w': return 'w';
    case 'D':
    case 'S': return 'x';
    case 'W': return '-';
    case 't': return '\t';
    case 'n': return '\n';
    case 'x':
        memcpy(hex, *at, 2);
        *at += 2;
        return (char)strtol(hex, NULL, 16);
    default: return c;
    }
}

/* The first character of a class; of a negated one something unlikely to be in it. */
static char class_letter(const char **at) {
    const bool is_negated = **at == '^';
    *at += is_negated ? 1 : 0;
    const char *inside = *at + (**at == '\\' ? 1 : 0);
    const char first = **at == '\\' ? escaped(&inside) : **at;
    for ((*at)++; **at != ']'; (*at)++)
        *at += **at == '\\' ? 1 : 0;
    (*at)++;
    return is_negated ? '~' : first;
}

/* How often the atom stands: as seldom as it may, but once where that is allowed. */
static size_t quantity(const char **at) {
    size_t count = 1;
    if (**at == '{') {
        count = strtoul(*at + 1, NULL, 10);
        *at = strchr(*at, '}') + 1;
    } else if (**at == '*' || **at == '+' || **at == '?') {
        (*at)++;
    }
    *at += **at == '?' ? 1 : 0;
    return count;
}

char *sample_regex(jl_text source) {
    char *expression = copy(source.ptr, source.len);
    char *out = calloc(1, 4096);
    if (out == NULL)
        abort();
    size_t len = 0;
    for (const char *at = expression; *at != '\0' && *at != '|';) {
        const char c = *at++;
        if (c == '^' || c == '$')
            continue;
        const char letter = c == '\\'  ? escaped(&at)
                            : c == '[' ? class_letter(&at)
                            : c == '.' ? 'x'
                                       : c;
        for (size_t count = quantity(&at); count > 0 && len < 4095; count--)
            out[len++] = letter;
    }
    free(expression);
    return out;
}

/* --- values ---------------------------------------------------------------------------------- */

/* A text that is equal to the operand, or matches it. */
static char *like_operand(const jl_condition *condition) {
    if (condition->operand == JL_TEST_REGEX)
        return sample_regex((jl_text){condition->literal.ptr + 1, condition->literal.len - 2});
    if (condition->operand != JL_TEST_WILDCARD)
        return copy(condition->text.text.ptr, condition->text.text.len);
    char *out = calloc(1, 4 * JSONLOG_PATTERN_MAX);
    if (out == NULL)
        abort();
    for (size_t i = 0; i < condition->wildcard.glob.count; i++)
        strncat(out, condition->wildcard.glob.pieces[i].ptr,
                condition->wildcard.glob.pieces[i].len);
    return out;
}

/* A number on the wanted side of the operand. */
static char *number_beside(const jl_condition *condition, bool is_true) {
    char text[64];
    char *literal = copy(condition->text.text.ptr, condition->text.text.len);
    const bool wants_less =
        (condition->operation == JL_OP_LT || condition->operation == JL_OP_LE) == is_true;
    snprintf(text, sizeof text, "%.17g", strtod(literal, NULL) + (wants_less ? -1 : 1));
    free(literal);
    return copy(text, strlen(text));
}

static bool is_like_any_text(const jl_condition *condition) {
    size_t len = condition->operand == JL_TEST_WILDCARD ? 0 : 1;
    for (size_t i = 0; i < condition->wildcard.glob.count; i++)
        len += condition->wildcard.glob.pieces[i].len;
    return len == 0;
}

/* The value as text, without quotes; *is_raw: as JSON. NULL: none. */
static char *value_for(const jl_condition *condition, bool is_true, bool *is_raw) {
    const char *raw = OTHER;
    *is_raw = true;
    switch (condition->operation) {
    case JL_OP_LT:
    case JL_OP_LE:
    case JL_OP_GT:
    case JL_OP_GE: return number_beside(condition, is_true);
    case JL_OP_EQ:
    case JL_OP_NE:
        *is_raw = condition->operand == JL_TEST_NUMBER;
        if (is_true == (condition->operation == JL_OP_EQ))
            return like_operand(condition);
        if (is_like_any_text(condition))
            return NULL;
        break;
    case JL_OP_IS_NULL: raw = "null"; break;
    case JL_OP_IS_TRUE: raw = "true"; break;
    case JL_OP_IS_FALSE: raw = "false"; break;
    case JL_OP_NOT_EXISTS:
        if (is_true)
            return NULL;
        break;
    case JL_OP_ANY: break;
    }
    *is_raw = is_true && raw[0] != '~';
    return *is_raw ? copy(raw, strlen(raw)) : copy(OTHER, strlen(OTHER));
}

/* --- JSON ------------------------------------------------------------------------------------ */

static cJSON *child_at(const cJSON *parent, const jl_step *step) {
    char *name = copy(step->name.len == 0 ? "any" : step->name.ptr,
                      step->name.len == 0 ? 3 : step->name.len);
    cJSON *child = cJSON_IsArray(parent) ? cJSON_GetArrayItem(parent, (int)step->index)
                                         : cJSON_GetObjectItemCaseSensitive(parent, name);
    free(name);
    return child;
}

static void add_child(cJSON *parent, const jl_step *step, cJSON *child) {
    if (cJSON_IsArray(parent)) {
        while (cJSON_GetArraySize(parent) < (int)step->index)
            cJSON_AddItemToArray(parent, cJSON_CreateObject());
        cJSON_AddItemToArray(parent, child);
        return;
    }
    char *name = copy(step->name.len == 0 ? "any" : step->name.ptr,
                      step->name.len == 0 ? 3 : step->name.len);
    cJSON_AddItemToObject(parent, name, child);
    free(name);
}

/* Two conditions on one text may want its start and its end. */
static void add_behind(sampler *s, cJSON *at, cJSON *value) {
    const char *end = cJSON_GetStringValue(value);
    if (!s->is_random || !cJSON_IsString(at) || end == NULL)
        return;
    char *text = calloc(1, strlen(at->valuestring) + strlen(end) + 1);
    if (text == NULL)
        abort();
    sprintf(text, "%s%s", at->valuestring, end);
    if (test_random_below(&s->random, 2) == 0)
        cJSON_SetValuestring(at, text);
    free(text);
}

/* The first value put at a place stays. */
static void put(sampler *s, cJSON *at, const jl_condition *condition, cJSON *value) {
    for (size_t i = 0; i < condition->step_count; i++) {
        const jl_step *step = &condition->steps[i];
        const bool is_last = i + 1 == condition->step_count;
        cJSON *child = child_at(at, step);
        const bool fits = cJSON_IsArray(at) ? step->kind != JL_STEP_NAME
                                            : cJSON_IsObject(at) && step->kind != JL_STEP_INDEX;
        if (!fits || (is_last && child != NULL)) {
            add_behind(s, child, value);
            cJSON_Delete(value);
            return;
        }
        if (child == NULL) {
            child = is_last                        ? value
                    : step[1].kind == JL_STEP_NAME ? cJSON_CreateObject()
                                                   : cJSON_CreateArray();
            add_child(at, step, child);
        }
        at = child;
    }
}

static void put_condition(sampler *s, cJSON *root, const jl_condition *condition) {
    bool is_raw = false;
    char *text = value_for(condition, choose(s), &is_raw);
    if (text != NULL)
        put(s, root, condition, is_raw ? cJSON_CreateRaw(text) : cJSON_CreateString(text));
    free(text);
}

static char *sample_json(sampler *s, const jl_json_program *program) {
    cJSON *root = cJSON_CreateObject();
    const size_t count = program->condition_count;
    const size_t first = s->is_random ? test_random_below(&s->random, count) : 0;
    for (size_t i = 0; i < count; i++)
        put_condition(s, root, &program->conditions[program->in_order[(first + i) % count]]);
    char *line = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    return line;
}

/* --- space-delimited ------------------------------------------------------------------------- */

static void append_token(char *line, const char *token) {
    const bool needs_quotes =
        token[0] == '\0' || strpbrk(token, " \t") != NULL || token[0] == '"' || token[0] == '[';
    const bool has_quote = strchr(token, '"') != NULL;
    sprintf(line + strlen(line), "%s%s%s ", needs_quotes ? has_quote ? "[" : "\"" : "", token,
            needs_quotes ? has_quote ? "]" : "\"" : "");
}

/* For one of the conditions of the field. */
static void append_field(sampler *s, char *line, const jl_delimited_program *program,
                         const jl_field *field) {
    if (field->joint_count == 0) {
        strcat(line, "x ");
        return;
    }
    uint16_t joint = JL_JOINT_AND;
    for (size_t i = 0; joint >= JL_JOINT_AND; i++)
        joint = field->joints[s->is_random ? test_random_below(&s->random, field->joint_count) : i];
    bool is_raw = false;
    char *token = value_for(&program->conditions[joint], choose(s), &is_raw);
    append_token(line, token == NULL ? "x" : token);
    free(token);
}

static char *sample_delimited(sampler *s, const jl_delimited_program *program) {
    char *line = calloc(1, 65536);
    if (line == NULL)
        abort();
    const bool is_short = s->is_random && !s->is_match;
    for (size_t i = is_short ? 1 : 0; i < program->field_count; i++)
        append_field(s, line, program, &program->fields[i]);
    if (line[0] != '\0')
        line[strlen(line) - 1] = '\0';
    return line;
}

/* --- text ------------------------------------------------------------------------------------ */

static char *sample_text(sampler *s, const jl_text_program *program) {
    char *line = calloc(1, 4096);
    if (line == NULL)
        abort();
    for (size_t i = 0; i < program->count; i++) {
        const jl_term *term = &program->terms[i];
        if (choose(s) != (term->kind != JL_TERM_EXCLUDED))
            continue;
        sprintf(line + strlen(line), "%.*s\n", (int)term->text.len, term->text.ptr);
    }
    return line;
}

char *sample_line(const jsonlog_filter *filter, bool is_match, size_t attempt) {
    sampler s = {is_match, attempt > 0, {attempt + 1}};
    switch (filter->kind) {
    case JSONLOG_FILTER_JSON: return sample_json(&s, filter->json);
    case JSONLOG_FILTER_DELIMITED: return sample_delimited(&s, filter->delimited);
    case JSONLOG_FILTER_TEXT: return sample_text(&s, filter->text);
    case JSONLOG_FILTER_REGEX:
        if (is_match)
            return sample_regex((jl_text){filter->pattern.ptr + 1, filter->pattern.len - 2});
        break;
    case JSONLOG_FILTER_ALL: break;
    }
    return copy("", 0);
}
