/* Any pattern: the first character chooses the kind. */
#include "oracle_filter.h"
#include "oracle_parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank_pattern(const oracle_parser *p) {
    for (size_t i = 0; i < p->text.len; i++)
        if (!oracle_is_blank(p->text.at[i]))
            return false;
    return true;
}

/** `%...%` and nothing else. */
static oracle_regex *take_regex(const oracle_parser *p) {
    size_t len = p->text.len;
    if (len < 2 || p->text.at[len - 1] != '%')
        return NULL;
    return oracle_regex_parse(p->text.at + 1, len - 2);
}

static bool take_kind(const oracle_parser *p, const char *pattern, size_t len,
                      oracle_filter *filter) {
    uint32_t first = oracle_peek(p);
    if (is_blank_pattern(p))
        return true;
    if (first == '{') {
        filter->kind = ORACLE_FILTER_JSON;
        filter->json = oracle_pattern_parse(pattern, len);
    } else if (first == '[') {
        filter->kind = ORACLE_FILTER_FIELDS;
        filter->fields = oracle_fields_parse(pattern, len);
    } else if (first == '%') {
        filter->kind = ORACLE_FILTER_REGEX;
        filter->regex = take_regex(p);
    } else {
        filter->kind = ORACLE_FILTER_TEXT;
        filter->terms = oracle_terms_parse(pattern, len);
    }
    return filter->json || filter->fields || filter->regex || filter->terms;
}

oracle_filter *oracle_filter_parse(const char *pattern, size_t len) {
    oracle_parser p = {.pos = 0};
    oracle_filter *filter = oracle_alloc(sizeof *filter);
    *filter = (oracle_filter){.kind = ORACLE_FILTER_ALL};
    bool is_taken = oracle_decode(&p, pattern, len) && take_kind(&p, pattern, len, filter);
    free(p.text.at);
    if (is_taken)
        return filter;
    oracle_filter_free(filter);
    return NULL;
}

void oracle_filter_free(oracle_filter *filter) {
    if (!filter)
        return;
    oracle_pattern_free(filter->json);
    oracle_fields_free(filter->fields);
    oracle_regex_free(filter->regex);
    oracle_terms_free(filter->terms);
    free(filter);
}

static bool regex_matches(const oracle_regex *regex, const char *line, size_t len) {
    oracle_text text = oracle_text_of_bytes(line, len);
    bool is_found = oracle_regex_search(regex, text);
    free(text.at);
    return is_found;
}

bool oracle_filter_match(const oracle_filter *filter, const char *line, size_t len) {
    switch (filter->kind) {
    case ORACLE_FILTER_TEXT: return oracle_terms_match(filter->terms, line, len);
    case ORACLE_FILTER_REGEX: return regex_matches(filter->regex, line, len);
    case ORACLE_FILTER_JSON: return oracle_match_line(filter->json, line, len);
    case ORACLE_FILTER_FIELDS: return oracle_fields_match(filter->fields, line, len);
    default: return true;
    }
}
