/*
 * Any bytes as a pattern, NUL and ill-formed ones too: compiled or refused as the reference has it,
 * with the offset of a refusal within the pattern and a sentence that is text.
 */
#include "fuzz_input.h"
#include "oracle/oracle_filter.h"

#include <jsonlog/filter.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "compile: %s\n", what);
    abort();
}

static bool is_utf8(const char *text, size_t len) {
    uint32_t c = 0;
    size_t at = 0, taken = 1;
    for (; at < len && taken > 0; at += taken)
        taken = oracle_utf8_next(text + at, len - at, &c);
    return taken > 0;
}

static void check_error(const jsonlog_err *err, jsonlog_status status, const char *pattern,
                        size_t len) {
    char shown[700];
    size_t text_len = strnlen(err->text, sizeof err->text);
    require(err->code == status, "the error has another code than the call");
    require(err->offset <= len || err->offset == JSONLOG_NO_OFFSET, "an offset behind the pattern");
    require(text_len > 0 && text_len < sizeof err->text, "no sentence, or one without an end");
    require(is_utf8(err->text, text_len), "a sentence that is not UTF-8");
    require(!memchr(err->text, '\n', text_len), "a sentence of several lines");
    size_t whole = jsonlog_err_render(err, pattern, len, shown, sizeof shown);
    require(strlen(shown) == (whole < sizeof shown ? whole : strlen(shown)), "a wrong length");
    require(is_utf8(shown, strlen(shown)), "a rendering that is not UTF-8");
}

static void check(const char *pattern, size_t len) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    oracle_filter *oracle = oracle_filter_parse(pattern, len);
    jsonlog_status status = jsonlog_filter_compile(pattern, len, &filter, &err);
    require((status == JSONLOG_OK) == (oracle != NULL),
            oracle ? "refused, and the oracle accepts" : "accepted, and the oracle refuses");
    if (status == JSONLOG_OK) {
        size_t kept = 0;
        const char *text = jsonlog_filter_get_pattern(filter, &kept);
        require(kept == len && memcmp(text, pattern, len) == 0, "another pattern is kept");
    } else {
        require(filter == NULL, "an output in spite of an error");
        check_error(&err, status, pattern, len);
        require(jsonlog_filter_compile(pattern, len, &filter, NULL) == status,
                "another status without an error struct");
    }
    jsonlog_filter_free(filter);
    oracle_filter_free(oracle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *pattern = oracle_alloc(size);
    if (size)
        memcpy(pattern, data, size);
    check(pattern, size);
    free(pattern);
    return 0;
}
