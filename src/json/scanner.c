#include "json/scanner.h"

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

const char *jl_scan_blanks(const char *at, const char *end) {
    while (at < end && is_blank(*at))
        at++;
    return at;
}

/* `at` is on the backslash. Returns the byte behind the escape, or NULL. */
static const char *escape_end(const char *at, const char *end) {
    if (end - at < 2)
        return NULL;
    if (at[1] != 'u')
        return memchr("\"\\/bfnrt", at[1], 8) != NULL ? at + 2 : NULL;
    if (end - at < 6)
        return NULL;
    return is_hex(at[2]) && is_hex(at[3]) && is_hex(at[4]) && is_hex(at[5]) ? at + 6 : NULL;
}

const char *jl_scan_string_end(const char *at, const char *end, bool *has_escape) {
    *has_escape = false;
    while (at < end && *at != '"') {
        if ((unsigned char)*at < 0x20)
            return NULL;
        if (*at != '\\') {
            at++;
            continue;
        }
        *has_escape = true;
        at = escape_end(at, end);
        if (at == NULL)
            return NULL;
    }
    return at < end ? at : NULL;
}

static const char *digits_end(const char *at, const char *end) {
    while (at < end && is_digit(*at))
        at++;
    return at;
}

/* number = [ "-" ] ( "0" | digit1-9 { digit } ) [ "." digits ] [ ( "e" | "E" ) [ "+" | "-" ] digits
 * ] */
const char *jl_scan_number_end(const char *at, const char *end, bool *is_integer) {
    *is_integer = true;
    at += at < end && *at == '-';
    const char *start = at;
    at = at < end && *at == '0' ? at + 1 : digits_end(at, end);
    if (at == start)
        return NULL;
    if (at < end && *at == '.') {
        *is_integer = false;
        start = at + 1;
        at = digits_end(start, end);
        if (at == start)
            return NULL;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        *is_integer = false;
        start = at + 1;
        start += start < end && (*start == '+' || *start == '-');
        at = digits_end(start, end);
        if (at == start)
            return NULL;
    }
    return at;
}

static bool fail(jl_scanner *scanner, jl_scan_fault fault) {
    scanner->fault = fault;
    return false;
}

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
    return scanner->at == scanner->end || fail(scanner, JL_SCAN_SYNTAX);
}

bool jl_scan_open(jl_scanner *scanner) {
    if (scanner->depth == JSONLOG_NESTING_MAX)
        return fail(scanner, JL_SCAN_DEPTH);
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

/* Over the comma, unless the container ends here. `at` ends on the first byte of what follows. */
static jl_scan_next next_item(jl_scanner *scanner, bool is_first, char closing) {
    const char *at = jl_scan_blanks(scanner->at, scanner->end);
    jl_scan_next next = JL_SCAN_BAD;
    if (at < scanner->end && *at == closing) {
        next = JL_SCAN_END;
    } else if (at < scanner->end && (is_first || *at == ',')) {
        at = is_first ? at : jl_scan_blanks(at + 1, scanner->end);
        next = at < scanner->end ? JL_SCAN_MORE : JL_SCAN_BAD;
    }
    scanner->at = at;
    if (next == JL_SCAN_BAD)
        fail(scanner, JL_SCAN_SYNTAX);
    return next;
}

jl_scan_next jl_scan_element(jl_scanner *scanner, bool is_first) {
    return next_item(scanner, is_first, ']');
}

static bool read_string(jl_scanner *scanner, jl_json_string *string) {
    if (scanner->at == scanner->end || *scanner->at != '"')
        return fail(scanner, JL_SCAN_SYNTAX);
    const char *start = scanner->at + 1;
    const char *quote = jl_scan_string_end(start, scanner->end, &string->has_escape);
    if (quote == NULL)
        return fail(scanner, JL_SCAN_SYNTAX);
    string->ptr = start;
    string->len = (size_t)(quote - start);
    scanner->at = quote + 1;
    return true;
}

jl_scan_next jl_scan_member(jl_scanner *scanner, bool is_first, jl_json_string *key) {
    const jl_scan_next next = next_item(scanner, is_first, '}');
    if (next != JL_SCAN_MORE)
        return next;
    if (!read_string(scanner, key))
        return JL_SCAN_BAD;
    scanner->at = jl_scan_blanks(scanner->at, scanner->end);
    if (scanner->at < scanner->end && *scanner->at == ':') {
        scanner->at = jl_scan_blanks(scanner->at + 1, scanner->end);
        if (scanner->at < scanner->end)
            return JL_SCAN_MORE;
    }
    fail(scanner, JL_SCAN_SYNTAX);
    return JL_SCAN_BAD;
}

static bool read_number(jl_scanner *scanner, jl_json_value *value) {
    const char *end = jl_scan_number_end(scanner->at, scanner->end, &value->is_integer);
    if (end == NULL)
        return fail(scanner, JL_SCAN_SYNTAX);
    value->kind = JL_JSON_NUMBER;
    value->number = (jl_text){scanner->at, (size_t)(end - scanner->at)};
    scanner->at = end;
    return true;
}

static bool read_name(jl_scanner *scanner, jl_json_value *value, jl_text name, jl_json_kind kind) {
    const jl_text rest = {scanner->at, (size_t)(scanner->end - scanner->at)};
    if (!jl_text_starts_with(rest, name))
        return fail(scanner, JL_SCAN_SYNTAX);
    value->kind = kind;
    scanner->at += name.len;
    return true;
}

bool jl_scan_scalar(jl_scanner *scanner, jl_json_value *value) {
    if (scanner->at == scanner->end)
        return fail(scanner, JL_SCAN_SYNTAX);
    switch (*scanner->at) {
    case '"': value->kind = JL_JSON_STRING; return read_string(scanner, &value->string);
    case 't': return read_name(scanner, value, JL_TEXT("true"), JL_JSON_TRUE);
    case 'f': return read_name(scanner, value, JL_TEXT("false"), JL_JSON_FALSE);
    case 'n': return read_name(scanner, value, JL_TEXT("null"), JL_JSON_NULL);
    default: return read_number(scanner, value);
    }
}

/* Into every container that begins here, up to and over the first scalar or empty container. */
static bool skip_down(jl_scanner *scanner) {
    jl_json_string key;
    jl_json_value scalar;
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
    return jl_scan_scalar(scanner, &scalar);
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
