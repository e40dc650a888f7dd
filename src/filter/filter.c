#include <jsonlog/filter.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"
#include "filter/complain.h"
#include "filter/lexer.h"
#include "filter/matcher.h"
#include "filter/program.h"

/* --- what every pattern must be -------------------------------------------------------------- */

static jsonlog_status check_encoding(jl_text pattern, jsonlog_err *err) {
    const size_t valid = jl_utf8_valid_prefix(pattern);
    if (valid < pattern.len)
        return jl_err_set(err, JSONLOG_E_INVALID, valid, "the pattern is not UTF-8");
    const char *nul = pattern.len == 0 ? NULL : memchr(pattern.ptr, '\0', pattern.len);
    if (nul != NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, (size_t)(nul - pattern.ptr),
                          "the pattern contains a NUL byte");
    return JSONLOG_OK;
}

/* CloudWatch counts as Java does: a code point beyond U+FFFF is two units. */
static jsonlog_status check_length(jl_text pattern, jsonlog_err *err) {
    size_t units = 0;
    for (size_t i = 0; i < pattern.len; i++) {
        const unsigned char byte = (unsigned char)pattern.ptr[i];
        units += (size_t)((byte & 0xC0) != 0x80) + (size_t)(byte >= 0xF0);
        if (units > JSONLOG_PATTERN_MAX)
            return jl_err_set(
                err, JSONLOG_E_LIMIT, i,
                "1 validation error detected: Value at 'filterPattern' failed to "
                "satisfy constraint: Member must have length less than or equal to %d",
                JSONLOG_PATTERN_MAX);
    }
    return JSONLOG_OK;
}

/* --- which language it is written in --------------------------------------------------------- */

static bool is_blank(jl_text pattern) {
    for (size_t i = 0; i < pattern.len; i++) {
        if (!jl_is_pattern_blank(pattern.ptr[i]))
            return false;
    }
    return true;
}

static jsonlog_filter_kind kind_of(jl_text pattern) {
    if (is_blank(pattern))
        return JSONLOG_FILTER_ALL;
    switch (pattern.ptr[0]) {
    case '{': return JSONLOG_FILTER_JSON;
    case '[': return JSONLOG_FILTER_DELIMITED;
    case '%': return JSONLOG_FILTER_REGEX;
    default: return JSONLOG_FILTER_TEXT;
    }
}

static jsonlog_status check_ends(jl_text pattern, char open, char close, jsonlog_err *err) {
    if (pattern.len > 1 && pattern.ptr[pattern.len - 1] == close)
        return JSONLOG_OK;
    return jl_err_set(err, JSONLOG_E_SYNTAX, pattern.len,
                      "If a filter pattern starts with '%c' it must end with '%c'", open, close);
}

/* Behind the pattern and its NUL: room for the texts it spells with escapes. */
static char *scratch_of(jsonlog_filter *filter) {
    return filter->bytes + filter->pattern.len + 1;
}

static jsonlog_status parse_json(jsonlog_filter *filter, jl_syntax *syntax, jsonlog_err *err) {
    jsonlog_status status = jl_json_parse(filter->pattern, scratch_of(filter), syntax, err);
    if (status == JSONLOG_OK)
        status = jl_json_compile(syntax, &filter->json, err);
    if (status == JSONLOG_OK)
        jl_prefilter_of_json(&filter->prefilter, filter->json);
    return status;
}

static jsonlog_status parse_delimited(jsonlog_filter *filter, jl_syntax *syntax, jsonlog_err *err) {
    jsonlog_status status = jl_delimited_parse(filter->pattern, scratch_of(filter), syntax, err);
    return status == JSONLOG_OK ? jl_delimited_compile(syntax, &filter->delimited, err) : status;
}

static jsonlog_status compile_brackets(jsonlog_filter *filter, jsonlog_err *err) {
    const bool is_json = filter->kind == JSONLOG_FILTER_JSON;
    jsonlog_status status =
        check_ends(filter->pattern, is_json ? '{' : '[', is_json ? '}' : ']', err);
    if (status != JSONLOG_OK)
        return status;
    jl_syntax *syntax = jl_alloc(sizeof *syntax);
    if (syntax == NULL)
        return jl_err_nomem(err);
    status = is_json ? parse_json(filter, syntax, err) : parse_delimited(filter, syntax, err);
    jl_syntax_done(syntax);
    jl_free(syntax);
    return status;
}

static jsonlog_status compile_regex(jsonlog_filter *filter, jsonlog_err *err) {
    const jl_text pattern = filter->pattern;
    size_t end = 0;
    jsonlog_status status = check_ends(pattern, '%', '%', err);
    if (status == JSONLOG_OK)
        status = jl_regex_compile(pattern, 0, &end, &filter->regex, err);
    if (status != JSONLOG_OK || end == pattern.len)
        return status;
    const jl_text rest = {pattern.ptr + end, pattern.len - end};
    size_t bytes = 1;
    jl_utf8_decode(rest, &bytes);
    return jl_complain_term(err, end, (jl_text){rest.ptr, bytes},
                            "nothing stands beside a regular expression");
}

static jsonlog_status compile_text(jsonlog_filter *filter, jsonlog_err *err) {
    const jsonlog_status status =
        jl_text_compile(filter->pattern, scratch_of(filter), &filter->text, err);
    if (status != JSONLOG_OK)
        return status;
    jl_prefilter_of_text(&filter->prefilter, filter->text);
    filter->is_settled =
        filter->prefilter.count > 0 && jl_text_is_one_of(filter->text, JL_NEEDLE_MAX);
    return JSONLOG_OK;
}

static jsonlog_status compile_kind(jsonlog_filter *filter, jsonlog_err *err) {
    switch (filter->kind) {
    case JSONLOG_FILTER_ALL: return JSONLOG_OK;
    case JSONLOG_FILTER_JSON:
    case JSONLOG_FILTER_DELIMITED: return compile_brackets(filter, err);
    case JSONLOG_FILTER_TEXT: return compile_text(filter, err);
    case JSONLOG_FILTER_REGEX: return compile_regex(filter, err);
    }
    return JSONLOG_E_INVALID;
}

/* The pattern, its NUL, and as much again for texts without their escapes. */
static jsonlog_filter *new_filter(jl_text pattern) {
    jsonlog_filter *filter = jl_calloc(1, sizeof *filter + 2 * pattern.len + 1);
    if (filter == NULL)
        return NULL;
    if (pattern.len > 0)
        memcpy(filter->bytes, pattern.ptr, pattern.len);
    filter->pattern = (jl_text){filter->bytes, pattern.len};
    filter->kind = kind_of(filter->pattern);
    return filter;
}

jsonlog_status jsonlog_filter_compile(const char *pattern, size_t len, jsonlog_filter **out,
                                      jsonlog_err *err) {
    if (out == NULL || (pattern == NULL && len > 0))
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "the pattern and the place for the filter must not be NULL");
    const jl_text text = {pattern, len};
    jsonlog_status status = check_length(text, err);
    if (status == JSONLOG_OK)
        status = check_encoding(text, err);
    if (status != JSONLOG_OK)
        return status;
    jsonlog_filter *filter = new_filter(text);
    if (filter == NULL)
        return jl_err_nomem(err);
    status = compile_kind(filter, err);
    if (status == JSONLOG_OK)
        *out = filter;
    else
        jsonlog_filter_free(filter);
    return status;
}

void jsonlog_filter_free(jsonlog_filter *filter) {
    if (filter == NULL)
        return;
    jl_json_program_free(filter->json);
    jl_text_program_free(filter->text);
    jl_regex_free(filter->regex);
    jl_delimited_program_free(filter->delimited);
    jl_free(filter);
}

jsonlog_filter_kind jsonlog_filter_get_kind(const jsonlog_filter *filter) {
    return filter->kind;
}

const char *jsonlog_filter_get_pattern(const jsonlog_filter *filter, size_t *len) {
    if (len != NULL)
        *len = filter->pattern.len;
    return filter->bytes;
}

static bool is_matched_by_names(const jl_json_program *program) {
    return program->is_of_names && jl_bits_can_read();
}

static bool match_json(const jl_json_program *program, jl_text line) {
    if (!is_matched_by_names(program))
        return jl_json_match(program, line, NULL, NULL);
    jl_bits_reader reader = jl_bits_begin(line.ptr, line.ptr + line.len, false);
    return jl_names_match(program, &reader);
}

static bool match_line(const jsonlog_filter *filter, jl_text line) {
    switch (filter->kind) {
    case JSONLOG_FILTER_JSON: return match_json(filter->json, line);
    case JSONLOG_FILTER_TEXT: return jl_text_match(filter->text, line);
    case JSONLOG_FILTER_REGEX: return jl_regex_search(filter->regex, line);
    case JSONLOG_FILTER_DELIMITED: return jl_delimited_match(filter->delimited, line);
    case JSONLOG_FILTER_ALL: break;
    }
    return true;
}

bool jsonlog_filter_match(const jsonlog_filter *filter, const char *line, size_t len) {
    /* An empty line may come as NULL, which no search takes. */
    const jl_text text = {line == NULL ? "" : line, len};
    return jl_prefilter_find(&filter->prefilter, text.ptr, text.ptr + len) != NULL &&
           match_line(filter, text);
}

/* --- many lines ------------------------------------------------------------------------------ */

static const char *line_start(const char *start, const char *inside) {
    const char *newline = memrchr(start, '\n', (size_t)(inside - start));
    return newline == NULL ? start : newline + 1;
}

static const char *line_end(const char *inside, const char *end) {
    const char *newline = memchr(inside, '\n', (size_t)(end - inside));
    return newline == NULL ? end : newline;
}

/* Judge a line and find its end, which reading it by names finds on the way.
 * @param inside  a place in the line. @param end  of all lines. */
static bool match_and_end(const jsonlog_filter *filter, const char *line, const char *inside,
                          const char *end, const char **newline) {
    if (filter->kind == JSONLOG_FILTER_JSON && is_matched_by_names(filter->json)) {
        jl_bits_reader reader = jl_bits_begin(line, end, true);
        const bool is_match = jl_names_match(filter->json, &reader);
        *newline = reader.end;
        return is_match;
    }
    *newline = line_end(inside, end);
    return filter->is_settled || match_line(filter, (jl_text){line, (size_t)(*newline - line)});
}

/* The place that was found is inside the line that may match, or in front of a newline that a term
 * of a text pattern holds, which no line does. */
const char *jsonlog_filter_find(const jsonlog_filter *filter, const char **at, const char *end,
                                size_t *len) {
    while (*at < end) {
        const char *inside = jl_prefilter_find(&filter->prefilter, *at, end);
        if (inside == NULL)
            break;
        const char *line = line_start(*at, inside);
        const char *newline = NULL;
        const bool is_match = match_and_end(filter, line, inside, end, &newline);
        *at = newline < end ? newline + 1 : end;
        *len = (size_t)(newline - line);
        if (is_match)
            return line;
    }
    *at = end;
    return NULL;
}
