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

/** Go to the next member of the innermost object. @param is_first  no comma stands before it. */
jl_scan_next jl_scan_member(jl_scanner *scanner, bool is_first, jl_json_string *key);

/** Go to the next element of the innermost array. */
jl_scan_next jl_scan_element(jl_scanner *scanner, bool is_first);

/** @return true if the value at `at` is an object or an array. */
static inline bool jl_scan_is_container(const jl_scanner *scanner) {
    return scanner->at < scanner->end && (*scanner->at == '{' || *scanner->at == '[');
}

/** Read the string, number or name at `at`, and step over it. */
bool jl_scan_scalar(jl_scanner *scanner, jl_json_value *value);

/** Step over the whole value at `at`, checking all of it. */
bool jl_scan_skip(jl_scanner *scanner);

/*
 * The inner loops, each on its own so that a vector twin can stand in for it.
 */

/** @return the first byte that is no blank, or end. */
const char *jl_scan_blanks(const char *at, const char *end);

/**
 * Find the quote that ends a string.
 *
 * @param at          behind the opening quote.
 * @param has_escape  receives whether there was a backslash.
 * @return the closing quote; NULL if there is none, or a control character or a bad escape before
 * it.
 */
const char *jl_scan_string_end(const char *at, const char *end, bool *has_escape);

/** @return the first byte behind the number at `at`; NULL if it is none. */
const char *jl_scan_number_end(const char *at, const char *end, bool *is_integer);

#endif
