#ifndef JL_JSON_SCANNER_H
#define JL_JSON_SCANNER_H
/**
 * Reading JSON on demand: a pull scanner over the caller's bytes.
 *
 * It checks strictly what RFC 8259 says and builds nothing: no tree, no copy, no allocation, no
 * recursion. One deliberate tolerance: inside a string, bytes that are no UTF-8 are let through
 * (they count as U+FFFD each, see json/unescape.h), because a log line with one bad byte is still a
 * log line.
 *
 *     value  = object | array | string | number | "true" | "false" | "null"
 *     object = "{" [ string ":" value { "," string ":" value } ] "}"
 *     array  = "[" [ value { "," value } ] "]"
 *
 * After a function has failed, `fault` and `at` say what and where; nothing may be read on.
 */
#include "base/text.h"
#include "json/scan_loops.h"

#include <jsonlog/filter.h>

#include <stdint.h>

/** The inside of a JSON string, between its quotes, as it is spelled. */
typedef struct jl_json_string {
    const char *ptr;
    size_t len;
    bool has_escape; /**< a backslash occurs */
} jl_json_string;

typedef enum jl_json_kind {
    JL_JSON_OBJECT,
    JL_JSON_ARRAY,
    JL_JSON_STRING,
    JL_JSON_NUMBER,
    JL_JSON_TRUE,
    JL_JSON_FALSE,
    JL_JSON_NULL,
} jl_json_kind;

/** A scalar, or the kind of a container. Views the line. */
typedef struct jl_json_value {
    jl_json_kind kind;
    jl_json_string string; /**< of JL_JSON_STRING */
    jl_text number;        /**< of JL_JSON_NUMBER */
    bool is_integer;       /**< the number has neither fraction nor exponent */
} jl_json_value;

typedef enum jl_scan_fault {
    JL_SCAN_OK,
    JL_SCAN_SYNTAX, /**< the bytes at `at` are no JSON */
    JL_SCAN_DEPTH,  /**< nested deeper than JSONLOG_NESTING_MAX */
} jl_scan_fault;

typedef struct jl_scanner {
    const char *at;
    const char *end;
    jl_scan_fault fault;
    uint32_t depth;                                        /**< containers that are open */
    uint64_t objects[(JSONLOG_NESTING_MAX + 1 + 63) / 64]; /**< bit d: the container at depth d is
                                                              an object */
} jl_scanner;

/** What comes next in a container. */
typedef enum jl_scan_next {
    JL_SCAN_BAD,  /**< no JSON */
    JL_SCAN_MORE, /**< `at` is on the first byte of a value */
    JL_SCAN_END,  /**< `at` is on the closing bracket; jl_scan_close() goes on */
} jl_scan_next;

/** Start at the first byte that is no blank. */
void jl_scan_begin(jl_scanner *scanner, jl_text text);

/** @return true if nothing but blanks is left. */
bool jl_scan_finish(jl_scanner *scanner);

/** Step into the container whose bracket `at` is on. */
bool jl_scan_open(jl_scanner *scanner);

/** Step out, over the closing bracket that JL_SCAN_END found. */
void jl_scan_close(jl_scanner *scanner);

/** @return false. */
static inline bool jl_scan_fail(jl_scanner *scanner, jl_scan_fault fault) {
    scanner->fault = fault;
    return false;
}

/** Over the comma, unless the container ends here. `at` ends on the first byte of what follows. */
static inline jl_scan_next jl_scan_item(jl_scanner *scanner, bool is_first, char closing) {
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
        jl_scan_fail(scanner, JL_SCAN_SYNTAX);
    return next;
}

/** Go to the next element of the innermost array. @param is_first  no comma stands before it. */
static inline jl_scan_next jl_scan_element(jl_scanner *scanner, bool is_first) {
    return jl_scan_item(scanner, is_first, ']');
}

/** Read the string at `at`, and step over it. */
static inline bool jl_scan_string(jl_scanner *scanner, jl_json_string *string) {
    if (scanner->at == scanner->end || *scanner->at != '"')
        return jl_scan_fail(scanner, JL_SCAN_SYNTAX);
    const char *start = scanner->at + 1;
    const char *quote = jl_scan_string_end(start, scanner->end, &string->has_escape);
    if (quote == NULL)
        return jl_scan_fail(scanner, JL_SCAN_SYNTAX);
    string->ptr = start;
    string->len = (size_t)(quote - start);
    scanner->at = quote + 1;
    return true;
}

/** Go to the next member of the innermost object: `at` ends on its value. */
static inline jl_scan_next jl_scan_member(jl_scanner *scanner, bool is_first, jl_json_string *key) {
    const jl_scan_next next = jl_scan_item(scanner, is_first, '}');
    if (next != JL_SCAN_MORE)
        return next;
    if (!jl_scan_string(scanner, key))
        return JL_SCAN_BAD;
    scanner->at = jl_scan_blanks(scanner->at, scanner->end);
    if (scanner->at < scanner->end && *scanner->at == ':') {
        scanner->at = jl_scan_blanks(scanner->at + 1, scanner->end);
        if (scanner->at < scanner->end)
            return JL_SCAN_MORE;
    }
    jl_scan_fail(scanner, JL_SCAN_SYNTAX);
    return JL_SCAN_BAD;
}

/** @return true if the value at `at` is an object or an array. */
static inline bool jl_scan_is_container(const jl_scanner *scanner) {
    return scanner->at < scanner->end && (*scanner->at == '{' || *scanner->at == '[');
}

/** Read the string, number or name at `at`, and step over it. */
bool jl_scan_scalar(jl_scanner *scanner, jl_json_value *value);

/** Step over the whole value at `at`, checking all of it. */
bool jl_scan_skip(jl_scanner *scanner);

/** Step over the string, number or name at `at`. */
static inline bool jl_scan_skip_scalar(jl_scanner *scanner) {
    const char *end = jl_scan_scalar_end(scanner->at, scanner->end);
    if (end == NULL)
        return jl_scan_fail(scanner, JL_SCAN_SYNTAX);
    scanner->at = end;
    return true;
}

/** jl_scan_skip(), with scalars in line. */
static inline bool jl_scan_skip_value(jl_scanner *scanner) {
    return jl_scan_is_container(scanner) ? jl_scan_skip(scanner) : jl_scan_skip_scalar(scanner);
}

#endif
