/*
 * References to values of a JSON event: read or refused as a selector of the reference is, and the
 * value is the node that the selector leads to. The input is `reference NUL line`.
 */
#include "fuzz_input.h"
#include "oracle/oracle.h"

#include <jsonlog/extract.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_REFERENCE 1000 /* the pattern made of it must not be too long */

static void require(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "reference: %s\n", what);
    abort();
}

/** @return the condition that the reference is the selector of, or NULL if it is none. */
static oracle_node *read_selector(const char *reference) {
    size_t len = strlen(reference);
    char *pattern = oracle_alloc(len + 20);
    snprintf(pattern, len + 20, "{%s NOT EXISTS}", reference);
    oracle_node *node = oracle_pattern_parse(pattern, strlen(pattern));
    bool is_selector = node && node->kind == ORACLE_CONDITION && node->column == ORACLE_NOT_EXISTS;
    free(pattern);
    if (is_selector)
        return node;
    oracle_pattern_free(node);
    return NULL;
}

static bool has_wildcard(const oracle_node *selector) {
    for (size_t i = 0; i < selector->step_count; i++)
        if (selector->steps[i].kind == ORACLE_STEP_WILD)
            return true;
    return false;
}

static jsonlog_found_type type_of(const oracle_value *node) {
    static const jsonlog_found_type types[] = {
        [ORACLE_NULL] = JSONLOG_FOUND_NULL,     [ORACLE_FALSE] = JSONLOG_FOUND_BOOL,
        [ORACLE_TRUE] = JSONLOG_FOUND_BOOL,     [ORACLE_NUMBER] = JSONLOG_FOUND_NUMBER,
        [ORACLE_STRING] = JSONLOG_FOUND_STRING, [ORACLE_ARRAY] = JSONLOG_FOUND_ARRAY,
        [ORACLE_OBJECT] = JSONLOG_FOUND_OBJECT,
    };
    return node ? types[node->kind] : JSONLOG_FOUND_NOTHING;
}

/** The text of a string is its decoded one; of anything else what reads as the same value again. */
static void check_text(const jsonlog_found *found, const oracle_value *node) {
    size_t len = jsonlog_found_text(found, NULL, 0), expected_len = 0;
    char *text = oracle_alloc(len + 1);
    require(jsonlog_found_text(found, text, len + 1) == len && text[len] == '\0', "a wrong length");
    if (node->kind == ORACLE_STRING) {
        char *expected = oracle_text_to_utf8(node->text, 0xFFFD, &expected_len);
        require(len == expected_len && memcmp(text, expected, len) == 0, "another text");
        free(expected);
    } else if (node->kind == ORACLE_NUMBER) {
        require(strcmp(text, node->number) == 0, "another number");
    } else {
        oracle_value *again = oracle_json_read(text, len);
        require(again && again->kind == node->kind && again->count == node->count, "another value");
        oracle_json_free(again);
    }
    free(text);
}

static void check_value(const jsonlog_found *found, const oracle_node *selector, const char *line,
                        size_t len) {
    oracle_value *event = oracle_json_read(line, len);
    bool is_object = event && event->kind == ORACLE_OBJECT;
    const oracle_value *node =
        is_object ? oracle_follow(event, selector->steps, selector->step_count) : NULL;
    require(found->type == type_of(node), "a value of another type");
    if (node)
        check_text(found, node);
    oracle_json_free(event);
}

static void check(const jsonlog_filter *filter, const char *reference, const char *line,
                  size_t len) {
    jsonlog_found found;
    jsonlog_err err;
    oracle_node *selector = read_selector(reference);
    size_t reference_len = strlen(reference);
    jsonlog_status status = jsonlog_filter_extract(filter, reference, line, len, &found, &err);
    bool has_blank_end = reference_len > 0 && strchr(" \t\n\v\f\r", reference[reference_len - 1]);
    bool has_blank_start = strchr(" \t\n\v\f\r", *reference) != NULL;
    if (selector && !has_blank_end && !has_blank_start)
        require((status == JSONLOG_OK) == !has_wildcard(selector), "a selector refused, or not");
    if (!selector)
        require(status != JSONLOG_OK, "something else than a selector accepted");
    if (status == JSONLOG_OK)
        check_value(&found, selector, line, len);
    else
        require(err.offset <= reference_len || err.offset == JSONLOG_NO_OFFSET, "a bad offset");
    oracle_pattern_free(selector);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static jsonlog_filter *filter;
    const char *any = "{ $.a = * }";
    if (!filter && jsonlog_filter_compile(any, strlen(any), &filter, NULL) != JSONLOG_OK)
        return 0;
    char *reference = oracle_alloc(size + 1);
    if (size)
        memcpy(reference, data, size);
    reference[size] = '\0';
    size_t len = strlen(reference), line_len = size > len ? size - len - 1 : 0;
    if (len > LONGEST_REFERENCE) {
        free(reference);
        return 0;
    }
    char *line = oracle_alloc(line_len); /* ends where its memory does */
    if (line_len)
        memcpy(line, reference + len + 1, line_len);
    check(filter, reference, line, line_len);
    free(line);
    free(reference);
    return 0;
}
