#include "filter/reference.h"

#include "base/err.h"
#include "filter/complain.h"
#include "filter/lexer.h"
#include "filter/select.h"

/* --- selectors ------------------------------------------------------------------------------- */

static jsonlog_status refuse_selector(jsonlog_err *err, size_t offset) {
    return jl_err_set(err, JSONLOG_E_SYNTAX, offset,
                      "a value of a JSON event is named by a selector such as $.user.age");
}

static jsonlog_status check_selector(jl_text text, jsonlog_err *err) {
    jl_lexer lexer;
    if (text.len == 0 || text.ptr[0] != '$')
        return refuse_selector(err, 0);
    jl_lexer_begin_reference(&lexer, text, err);
    jsonlog_status status = jl_lexer_next(&lexer);
    if (status != JSONLOG_OK)
        return status;
    return lexer.at == text.len ? JSONLOG_OK : refuse_selector(err, lexer.at);
}

static jsonlog_status read_selector(jl_text text, jl_step *steps, jl_reference *out,
                                    jsonlog_err *err) {
    jsonlog_status status = check_selector(text, err);
    if (status != JSONLOG_OK)
        return status;
    *out = (jl_reference){.steps = steps};
    for (size_t at = 1; at < text.len;) {
        jl_step *step = &steps[out->step_count++];
        const size_t offset = at;
        at += jl_step_read((jl_text){text.ptr + at, text.len - at}, step);
        step->end = at;
        if (step->kind == JL_STEP_ANY)
            return jl_err_set(err, JSONLOG_E_UNSUPPORTED, offset,
                              "a wildcard selects many values, and one is wanted here");
    }
    return JSONLOG_OK;
}

/* --- fields ---------------------------------------------------------------------------------- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static size_t digit_count(jl_text text) {
    size_t count = 0;
    while (count < text.len && is_digit(text.ptr[count]))
        count++;
    return count;
}

/* Saturated: no line has that many tokens. */
static size_t read_position(jl_text digits) {
    size_t position = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (__builtin_mul_overflow(position, (size_t)10, &position) ||
            __builtin_add_overflow(position, (size_t)(digits.ptr[i] - '0'), &position))
            return SIZE_MAX;
    }
    return position;
}

static jsonlog_status find_position(const jl_delimited_program *program, jl_text digits,
                                    jl_reference *out, jsonlog_err *err) {
    const size_t position = read_position(digits);
    if (position == 0)
        return jl_err_set(err, JSONLOG_E_SYNTAX, 1, "tokens are counted from $1 on");
    if (!program->has_rest && position > program->field_count)
        return jl_err_set(
            err, JSONLOG_E_NOT_FOUND, 1,
            "the pattern has %zu field%s, the last of which takes the rest of the line",
            program->field_count, program->field_count == 1 ? "" : "s");
    const bool is_field = position <= program->before;
    *out = (jl_reference){.field = is_field ? position - 1 : SIZE_MAX, .position = position - 1};
    return JSONLOG_OK;
}

static jsonlog_status find_name(const jl_delimited_program *program, jl_text reference,
                                jl_reference *out, jsonlog_err *err) {
    for (size_t i = 0; i < program->field_count; i++) {
        if (jl_text_equal(program->fields[i].reference, reference)) {
            *out = (jl_reference){.field = i};
            return JSONLOG_OK;
        }
    }
    const int len =
        reference.len < JSONLOG_ERR_TEXT_MAX ? (int)reference.len : JSONLOG_ERR_TEXT_MAX;
    return jl_err_set(err, JSONLOG_E_NOT_FOUND, 1, "the pattern has no field '%.*s'", len - 1,
                      reference.ptr + 1);
}

static jsonlog_status read_field(const jl_delimited_program *program, jl_text text,
                                 jl_reference *out, jsonlog_err *err) {
    const jl_text name = text.len < 2 || text.ptr[0] != '$' ? (jl_text){NULL, 0}
                                                            : (jl_text){text.ptr + 1, text.len - 1};
    if (name.len > 0 && digit_count(name) == name.len)
        return find_position(program, name, out, err);
    size_t at = 0;
    while (at < name.len && jl_is_name_char(name.ptr[at]))
        at++;
    if (name.len == 0 || at < name.len || is_digit(name.ptr[0]) || name.ptr[0] == '-')
        return jl_err_set(err, JSONLOG_E_SYNTAX,
                          name.len == 0   ? 0
                          : at < name.len ? at + 1
                                          : 1,
                          "a value of a space-delimited line is named $name or $3");
    return find_name(program, text, out, err);
}

jsonlog_status jl_reference_read(const jsonlog_filter *filter, jl_text text, jl_step *steps,
                                 jl_reference *out, jsonlog_err *err) {
    if (filter->kind == JSONLOG_FILTER_JSON)
        return read_selector(text, steps, out, err);
    if (filter->kind == JSONLOG_FILTER_DELIMITED)
        return read_field(filter->delimited, text, out, err);
    return jl_err_set(err, JSONLOG_E_UNSUPPORTED, 0,
                      "only JSON and space-delimited patterns name values of a line");
}

/* --- values ---------------------------------------------------------------------------------- */

static bool is_object(jl_text line) {
    jl_scanner scanner;
    jl_scan_begin(&scanner, line);
    return scanner.at < scanner.end && *scanner.at == '{' && jl_scan_skip(&scanner) &&
           jl_scan_finish(&scanner);
}

void jl_line_values_begin(jl_line_values *values, const jsonlog_filter *filter, jl_text line) {
    values->filter = filter;
    values->line = line;
    values->is_readable = filter->kind == JSONLOG_FILTER_DELIMITED
                              ? jl_bind(filter->delimited, line, &values->binding)
                              : is_object(line);
}

static jsonlog_found find_selected(const jl_line_values *values, const jl_reference *reference) {
    static const jsonlog_found_type types[] = {
        [JL_JSON_OBJECT] = JSONLOG_FOUND_OBJECT, [JL_JSON_ARRAY] = JSONLOG_FOUND_ARRAY,
        [JL_JSON_STRING] = JSONLOG_FOUND_STRING, [JL_JSON_NUMBER] = JSONLOG_FOUND_NUMBER,
        [JL_JSON_TRUE] = JSONLOG_FOUND_BOOL,     [JL_JSON_FALSE] = JSONLOG_FOUND_BOOL,
        [JL_JSON_NULL] = JSONLOG_FOUND_NULL,
    };
    jl_selected selected;
    if (!jl_select_one(reference->steps, reference->step_count, values->line, &selected))
        return (jsonlog_found){.type = JSONLOG_FOUND_NOTHING};
    const bool is_string = selected.value.kind == JL_JSON_STRING;
    const jl_text text =
        is_string ? (jl_text){selected.value.string.ptr, selected.value.string.len} : selected.raw;
    return (jsonlog_found){types[selected.value.kind], text.ptr, text.len};
}

static jsonlog_found find_token(const jl_line_values *values, const jl_reference *reference) {
    const jl_delimited_program *program = values->filter->delimited;
    jl_text token;
    if (reference->field != SIZE_MAX)
        token = jl_binding_token(program, &values->binding, reference->field);
    else if (!jl_binding_at(program, &values->binding, values->line, reference->position, &token))
        return (jsonlog_found){.type = JSONLOG_FOUND_NOTHING};
    return (jsonlog_found){JSONLOG_FOUND_TOKEN, token.ptr, token.len};
}

jsonlog_found jl_line_values_get(const jl_line_values *values, const jl_reference *reference) {
    if (!values->is_readable)
        return (jsonlog_found){.type = JSONLOG_FOUND_NOTHING};
    if (values->filter->kind == JSONLOG_FILTER_JSON)
        return find_selected(values, reference);
    return find_token(values, reference);
}
