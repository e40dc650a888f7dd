/*
 * Any text made into a literal by the library means exactly that text. The input is
 * `text NUL other`; `other` is a value that the pattern must tell from the text.
 */
#include "fuzz_input.h"
#include "oracle/oracle_filter.h"

#include <jsonlog/pattern.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LITERAL_MAX 9000

typedef struct view {
    const char *at;
    size_t len;
} view;

static void require(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "quote: %s\n", what);
    abort();
}

static bool begins(view whole, view part) {
    return part.len <= whole.len && memcmp(whole.at, part.at, part.len) == 0;
}

static bool ends(view whole, view part) {
    return part.len <= whole.len && memcmp(whole.at + whole.len - part.len, part.at, part.len) == 0;
}

static bool contains(view whole, view part) {
    return part.len == 0 || memmem(whole.at, whole.len, part.at, part.len) != NULL;
}

/** What the flags say of a value. */
static bool is_meant(view value, view text, unsigned flags) {
    switch (flags) {
    case JSONLOG_QUOTE_PREFIX: return begins(value, text);
    case JSONLOG_QUOTE_SUFFIX: return ends(value, text);
    case JSONLOG_QUOTE_PREFIX | JSONLOG_QUOTE_SUFFIX: return contains(value, text);
    default: return value.len == text.len && begins(value, text);
    }
}

static bool is_text(view text, uint32_t last) {
    uint32_t c = 0;
    size_t at = 0, taken = 1;
    for (; at < text.len && taken > 0; at += taken) {
        taken = oracle_utf8_next(text.at + at, text.len - at, &c);
        if (taken == 0 || c > last)
            return false;
    }
    return true;
}

/** Put the literal into a pattern on one field and ask the oracle about both values. */
static void check_meaning(const char *literal, view text, view other, unsigned flags) {
    char pattern[LITERAL_MAX + 20];
    snprintf(pattern, sizeof pattern, "[f=%s]", literal);
    oracle_fields *fields = oracle_fields_parse(pattern, strlen(pattern));
    if (!fields) /* only for its length */
        return;
    const oracle_node *expression = fields->at[0].expression;
    require(oracle_field_passes(expression, text.at, text.len), "the text itself is not meant");
    require(oracle_field_passes(expression, other.at, other.len) == is_meant(other, text, flags),
            "another value is taken for it, or is not");
    oracle_fields_free(fields);
}

static void check_quote(view text, view other, unsigned flags) {
    char literal[LITERAL_MAX];
    size_t len = jsonlog_pattern_quote(text.at, text.len, flags, literal, sizeof literal);
    bool is_possible = is_text(text, 0x10FFFF) && !memchr(text.at, '*', text.len) &&
                       !memchr(text.at, '\0', text.len);
    require((len != SIZE_MAX) == is_possible, "a quoted literal refused, or not");
    if (is_possible && len < sizeof literal)
        check_meaning(literal, text, other, flags);
}

static void check_regex(view text, view other, unsigned flags) {
    char literal[LITERAL_MAX];
    size_t len = jsonlog_pattern_quote_regex(text.at, text.len, flags, literal, sizeof literal);
    bool is_possible = is_text(text, 0xFF) && (text.len > 0 || flags != 3);
    require((len != SIZE_MAX) == is_possible, "a regular expression refused, or not");
    if (is_possible && len < sizeof literal)
        check_meaning(literal, text, other, flags);
}

static void check_phrase(view text, view other) {
    char phrase[LITERAL_MAX];
    size_t len = jsonlog_pattern_quote_phrase(text.at, text.len, phrase, sizeof phrase);
    bool is_possible = is_text(text, 0x10FFFF) && text.len > 0 && !memchr(text.at, '\0', text.len);
    require((len != SIZE_MAX) == is_possible, "a phrase refused, or not");
    oracle_terms *terms =
        is_possible && len < sizeof phrase ? oracle_terms_parse(phrase, len) : NULL;
    if (!terms)
        return;
    require(oracle_terms_match(terms, text.at, text.len), "the text itself is not found");
    require(oracle_terms_match(terms, other.at, other.len) == contains(other, text),
            "another text is taken for it, or is not");
    oracle_terms_free(terms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *bytes = oracle_alloc(size + 1);
    if (size)
        memcpy(bytes, data, size);
    bytes[size] = '\0';
    view text = {bytes, strlen(bytes)}, other = {"", 0};
    if (text.len < size)
        other = (view){bytes + text.len + 1, size - text.len - 1};
    if (is_text(other, 0x10FFFF) && size < 2000)
        for (unsigned flags = 0; flags < 4; flags++) {
            check_quote(text, other, flags);
            check_regex(text, other, flags);
            check_phrase(text, other);
        }
    free(bytes);
    return 0;
}
