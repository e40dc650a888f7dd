#ifndef JL_SUPPORT_QUOTE_CALL_H
#define JL_SUPPORT_QUOTE_CALL_H
/** The functions of <jsonlog/pattern.h> under one shape, each call watched for allocations and for
 * a changed errno. Include after cmocka.h; main() installs `memory`. */
#include <jsonlog/pattern.h>

#include "support/counted_heap.h"

#include <errno.h>
#include <string.h>

#define BOTH         (JSONLOG_QUOTE_PREFIX | JSONLOG_QUOTE_SUFFIX)
#define ROOM         8192
#define HANGUL       "\xed\x95\x9c"     /* U+D55C */
#define EMOJI        "\xf0\x9f\x98\x80" /* U+1F600 */
#define E_ACUTE      "\xc3\xa9"         /* U+00E9 */
#define OF(literal)  literal, sizeof(literal) - 1
#define COUNT(array) (sizeof(array) / sizeof *(array))

static counted_heap memory = {.fail_after = SIZE_MAX};

/* A call whose room is still open, so that every function can be tried alike. */
typedef struct call {
    enum { QUOTE, PHRASE, REGEX, SELECTOR } what;
    const char *text;
    size_t len;
    unsigned flags;
    const char *const *keys;
    size_t count;
} call;

static inline size_t run(const call *self, char *out, size_t out_size) {
    const size_t heap_calls = memory.calls;
    size_t len = 0;
    errno = 77;
    switch (self->what) {
    case QUOTE:
        len = jsonlog_pattern_quote(self->text, self->len, self->flags, out, out_size);
        break;
    case PHRASE: len = jsonlog_pattern_quote_phrase(self->text, self->len, out, out_size); break;
    case REGEX:
        len = jsonlog_pattern_quote_regex(self->text, self->len, self->flags, out, out_size);
        break;
    case SELECTOR: len = jsonlog_pattern_selector(self->keys, self->count, out, out_size); break;
    }
    assert_int_equal(memory.calls, heap_calls);
    assert_int_equal(errno, 77);
    return len;
}

/* Into `out`, which has ROOM bytes. */
static inline bool writes(const call *self, char *out) {
    const size_t len = run(self, out, ROOM);
    assert_true(len == SIZE_MAX || len == strlen(out));
    return len != SIZE_MAX;
}

static inline jsonlog_filter *compile(const char *pattern) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    if (jsonlog_filter_compile(pattern, strlen(pattern), &filter, &err) != JSONLOG_OK)
        fail_msg("%s: %s at %zu", pattern, err.text, err.offset);
    return filter;
}

#endif
