#include "json/scanner.h"

static bool is_in_object(const jl_scanner *scanner) {
    return (scanner->objects[scanner->depth / 64] >> (scanner->depth % 64) & 1) != 0;
}

void jl_scan_begin(jl_scanner *scanner, jl_text text) {
    /* An empty text may come with NULL, on which no pointer arithmetic is allowed. */
    const char *start = text.ptr == NULL ? "" : text.ptr;
    scanner->end = start + text.len;
    scanner->at = jl_scan_blanks(start, scanner->end);
    scanner->fault = JL_SCAN_OK;
    scanner->depth = 0;
}

bool jl_scan_finish(jl_scanner *scanner) {
    scanner->at = jl_scan_blanks(scanner->at, scanner->end);
    return scanner->at == scanner->end || jl_scan_fail(scanner, JL_SCAN_SYNTAX);
}

bool jl_scan_open(jl_scanner *scanner) {
    if (scanner->depth == JSONLOG_NESTING_MAX)
        return jl_scan_fail(scanner, JL_SCAN_DEPTH);
    scanner->depth++;
    uint64_t *word = &scanner->objects[scanner->depth / 64];
    const uint64_t bit = UINT64_C(1) << (scanner->depth % 64);
    *word = *scanner->at == '{' ? *word | bit : *word & ~bit;
    scanner->at++;
    return true;
}

void jl_scan_close(jl_scanner *scanner) {
    scanner->depth--;
    scanner->at++;
}

static bool read_number(jl_scanner *scanner, jl_json_value *value) {
    const char *end = jl_scan_number_end(scanner->at, scanner->end, &value->is_integer);
    if (end == NULL)
        return jl_scan_fail(scanner, JL_SCAN_SYNTAX);
    value->kind = JL_JSON_NUMBER;
    value->number = (jl_text){scanner->at, (size_t)(end - scanner->at)};
    scanner->at = end;
    return true;
}

static bool read_name(jl_scanner *scanner, jl_json_value *value, jl_text name, jl_json_kind kind) {
    const jl_text rest = {scanner->at, (size_t)(scanner->end - scanner->at)};
    if (!jl_text_starts_with(rest, name))
        return jl_scan_fail(scanner, JL_SCAN_SYNTAX);
    value->kind = kind;
    scanner->at += name.len;
    return true;
}

bool jl_scan_scalar(jl_scanner *scanner, jl_json_value *value) {
    if (scanner->at == scanner->end)
        return jl_scan_fail(scanner, JL_SCAN_SYNTAX);
    switch (*scanner->at) {
    case '"': value->kind = JL_JSON_STRING; return jl_scan_string(scanner, &value->string);
    case 't': return read_name(scanner, value, JL_TEXT("true"), JL_JSON_TRUE);
    case 'f': return read_name(scanner, value, JL_TEXT("false"), JL_JSON_FALSE);
    case 'n': return read_name(scanner, value, JL_TEXT("null"), JL_JSON_NULL);
    default: return read_number(scanner, value);
    }
}

/* Into every container that begins here, up to and over the first scalar or empty container. */
static bool skip_down(jl_scanner *scanner) {
    jl_json_string key;
    while (jl_scan_is_container(scanner)) {
        if (!jl_scan_open(scanner))
            return false;
        const jl_scan_next next = is_in_object(scanner) ? jl_scan_member(scanner, true, &key)
                                                        : jl_scan_element(scanner, true);
        if (next == JL_SCAN_END) {
            jl_scan_close(scanner);
            return true;
        }
        if (next == JL_SCAN_BAD)
            return false;
    }
    return jl_scan_skip_scalar(scanner);
}

bool jl_scan_skip(jl_scanner *scanner) {
    jl_json_string key;
    const uint32_t base = scanner->depth;
    if (!skip_down(scanner))
        return false;
    while (scanner->depth > base) {
        const jl_scan_next next = is_in_object(scanner) ? jl_scan_member(scanner, false, &key)
                                                        : jl_scan_element(scanner, false);
        if (next == JL_SCAN_BAD || (next == JL_SCAN_MORE && !skip_down(scanner)))
            return false;
        if (next == JL_SCAN_END)
            jl_scan_close(scanner);
    }
    return true;
}
