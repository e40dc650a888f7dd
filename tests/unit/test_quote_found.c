#include <jsonlog/pattern.h>

#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "support/quote_call.h"

/* --- random texts ---------------------------------------------------------------------------- */

#define CODE_POINTS_MAX 24

typedef struct text {
    char bytes[ROOM / 4];
    size_t len;
} text;

static const char *const latin[] = {
    "a", "b", "Z",  "0",    "9",    "\"",   "\"",       "\\",       "\\",       "%", "[", "]",
    "{", "}", "(",  ")",    ".",    "+",    "?",        "^",        "$",        "|", "-", "_",
    "'", "`", "!",  "&",    "<",    ">",    "~",        "=",        "@",        "/", ";", ":",
    ",", "#", " ",  "\n",   "\t",   "\r",   "\v",       "\f",       "n",        "x", "u", "t",
    "d", "s", "\b", "\x01", "\x1f", "\x7f", "\xc2\x80", "\xc3\xbf", "\xc3\xa9",
};
static const char *const wide[] = {
    HANGUL,         EMOJI,      "\xec\x9d\xb8", "\xe2\x80\xa8",     "\xe2\x80\xae", "\xef\xbf\xbd",
    "\xef\xbb\xbf", "\xc4\x80", "\xdf\xbf",     "\xf4\x8f\xbf\xbf", "\xea\xb0\x80", "\xef\xbf\xbf",
};

typedef struct alphabet {
    size_t wide_share; /* of ten */
    bool has_star;
    bool has_nul;
} alphabet;

static void add_bytes(text *to, const char *bytes, size_t len) {
    assert_true(to->len + len <= sizeof to->bytes);
    if (len > 0)
        memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
}

static void add_random(text *to, const alphabet *from, test_random *random) {
    if (from->has_nul && test_random_below(random, 20) == 0)
        add_bytes(to, "", 1);
    else if (from->has_star && test_random_below(random, 20) == 0)
        add_bytes(to, "*", 1);
    else {
        const bool is_wide = test_random_below(random, 10) < from->wide_share;
        const char *character = is_wide ? wide[test_random_below(random, COUNT(wide))]
                                        : latin[test_random_below(random, COUNT(latin))];
        add_bytes(to, character, strlen(character));
    }
}

static text random_text(const alphabet *from, test_random *random) {
    text made = {.len = 0};
    for (size_t left = test_random_below(random, CODE_POINTS_MAX); left > 0; left--)
        add_random(&made, from, random);
    return made;
}

/* The beginning of a code point, or the end. */
static size_t random_cut(const text *of, test_random *random) {
    size_t at = test_random_below(random, of->len + 1);
    while (at < of->len && ((unsigned char)of->bytes[at] & 0xC0) == 0x80)
        at--;
    return at;
}

static size_t next_code_point(const text *of, size_t at) {
    do
        at++;
    while (at < of->len && ((unsigned char)of->bytes[at] & 0xC0) == 0x80);
    return at;
}

/* The text itself, or with a code point added, removed or exchanged, or with something round it. */
static text vary(const text *original, const alphabet *from, test_random *random) {
    const size_t how = test_random_below(random, 7);
    const size_t cut = random_cut(original, random);
    const bool loses_one = (how == 1 || how == 2) && cut < original->len;
    const size_t rest = loses_one ? next_code_point(original, cut) : cut;
    text made = {.len = 0};
    if (how >= 4 && how != 5)
        add_random(&made, from, random);
    add_bytes(&made, original->bytes, cut);
    if (how == 2 || how == 3)
        add_random(&made, from, random);
    add_bytes(&made, original->bytes + rest, original->len - rest);
    if (how >= 5)
        add_random(&made, from, random);
    return made;
}

static bool is_found(const text *needle, const text *value, unsigned flags) {
    if (needle->len > value->len || (flags == 0 && needle->len != value->len))
        return false;
    const size_t last = value->len - needle->len;
    const size_t from = flags == JSONLOG_QUOTE_SUFFIX ? last : 0;
    const size_t to = flags == JSONLOG_QUOTE_PREFIX ? 0 : last;
    for (size_t at = from; at <= to; at++)
        if (memcmp(value->bytes + at, needle->bytes, needle->len) == 0)
            return true;
    return false;
}

/* --- events ---------------------------------------------------------------------------------- */

/* A well-formed code point; `*at` moves behind it. */
static unsigned decode(const text *from, size_t *at) {
    const unsigned lead = (unsigned char)from->bytes[*at];
    const size_t end = next_code_point(from, *at);
    unsigned c = lead < 0x80 ? lead : lead & (0xFFu >> (end - *at + 1));
    for (size_t i = *at + 1; i < end; i++)
        c = c << 6 | ((unsigned char)from->bytes[i] & 0x3Fu);
    *at = end;
    return c;
}

static size_t add_escape(char *out, unsigned c) {
    if (c < 0x10000)
        return (size_t)sprintf(out, "\\u%04x", c);
    c -= 0x10000;
    return (size_t)sprintf(out, "\\u%04X\\u%04x", 0xD800 + (c >> 10), 0xDC00 + (c & 0x3FF));
}

/* As a JSON string; one in four characters is escaped that need not be, if `is_odd`. */
static size_t write_string(char *out, const text *from, bool is_odd, test_random *random) {
    char *end = out;
    *end++ = '"';
    for (size_t at = 0; at < from->len;) {
        const size_t start = at;
        const unsigned c = decode(from, &at);
        if (c < 0x20 || (is_odd && test_random_below(random, 4) == 0)) {
            end += add_escape(end, c);
            continue;
        }
        if (c == '"' || c == '\\')
            *end++ = '\\';
        memcpy(end, from->bytes + start, at - start);
        end += at - start;
    }
    *end++ = '"';
    return (size_t)(end - out);
}

/* {"v":value,"w":1} */
static size_t write_event(char *out, const text *value, bool is_odd, test_random *random) {
    char *end = out;
    end += sprintf(end, "{\"v\":");
    end += write_string(end, value, is_odd, random);
    end += sprintf(end, ",\"w\":1}");
    return (size_t)(end - out);
}

/* --- what is quoted is found, and nothing else ----------------------------------------------- */

static void check_event(const jsonlog_filter *filter, const text *value, bool expected,
                        test_random *random) {
    char event[ROOM];
    for (int is_odd = 0; is_odd < 2; is_odd++) {
        const size_t len = write_event(event, value, is_odd, random);
        if (jsonlog_filter_match(filter, event, len) != expected)
            fail_msg("%s on %.*s should be %d", jsonlog_filter_get_pattern(filter, NULL), (int)len,
                     event, expected);
    }
}

static void check_values(const call *self, const alphabet *from, test_random *random) {
    char literal[ROOM], pattern[ROOM + 32];
    assert_true(writes(self, literal));
    snprintf(pattern, sizeof pattern, "{ $.v = %s && $.w = 1 }", literal);
    jsonlog_filter *filter = compile(pattern);
    text needle = {.len = 0};
    add_bytes(&needle, self->text, self->len);
    check_event(filter, &needle, true, random);
    for (int i = 0; i < 8; i++) {
        const text value = vary(&needle, from, random);
        check_event(filter, &value, is_found(&needle, &value, self->flags), random);
    }
    jsonlog_filter_free(filter);
}

static void a_quoted_text_matches_itself_only(void **state) {
    (void)state;
    static const alphabet plain = {.wide_share = 3};
    static const alphabet starred = {.wide_share = 3, .has_star = true, .has_nul = true};
    test_random random = {20261122};
    for (size_t left = test_effort(3000); left > 0; left--) {
        const text needle = random_text(&plain, &random);
        for (unsigned flags = 0; flags <= BOTH; flags++)
            check_values(&(call){QUOTE, needle.bytes, needle.len, flags, NULL, 0}, &starred,
                         &random);
    }
}

static void a_text_with_a_star_or_nul_is_never_quoted(void **state) {
    (void)state;
    static const alphabet starred = {.wide_share = 3, .has_star = true, .has_nul = true};
    test_random random = {5};
    for (size_t left = test_effort(3000); left > 0; left--) {
        const text needle = random_text(&starred, &random);
        const bool has_nul = memchr(needle.bytes, '\0', needle.len) != NULL;
        const bool has_star = memchr(needle.bytes, '*', needle.len) != NULL;
        char out[ROOM];
        assert_int_equal(writes(&(call){QUOTE, needle.bytes, needle.len, 0, NULL, 0}, out),
                         !has_nul && !has_star);
        assert_int_equal(writes(&(call){PHRASE, needle.bytes, needle.len, 0, NULL, 0}, out),
                         !has_nul && needle.len > 0);
    }
}

static void a_quoted_phrase_occurs_where_its_text_does(void **state) {
    (void)state;
    static const alphabet characters = {.wide_share = 3, .has_star = true};
    test_random random = {77};
    for (size_t left = test_effort(5000); left > 0; left--) {
        text needle = {.len = 0};
        add_random(&needle, &characters, &random);
        const text more = random_text(&characters, &random);
        add_bytes(&needle, more.bytes, more.len);
        char literal[ROOM], pattern[2 * ROOM];
        assert_true(writes(&(call){PHRASE, needle.bytes, needle.len, 0, NULL, 0}, literal));
        jsonlog_filter *filter = compile(literal);
        snprintf(pattern, sizeof pattern, "-%s", literal);
        jsonlog_filter *without = compile(pattern);
        assert_int_equal(jsonlog_filter_get_kind(filter), JSONLOG_FILTER_TEXT);
        assert_true(jsonlog_filter_match(filter, needle.bytes, needle.len));
        for (int i = 0; i < 8; i++) {
            const text line = vary(&needle, &characters, &random);
            const bool expected = is_found(&needle, &line, BOTH);
            assert_int_equal(jsonlog_filter_match(filter, line.bytes, line.len), expected);
            assert_int_equal(jsonlog_filter_match(without, line.bytes, line.len), !expected);
        }
        jsonlog_filter_free(filter);
        jsonlog_filter_free(without);
    }
}

/* The same expression as a pattern of its own, on the line as it is. */
static void check_lines(const call *self, const alphabet *from, test_random *random) {
    char literal[ROOM];
    assert_true(writes(self, literal));
    jsonlog_filter *filter = compile(literal);
    assert_int_equal(jsonlog_filter_get_kind(filter), JSONLOG_FILTER_REGEX);
    text needle = {.len = 0};
    add_bytes(&needle, self->text, self->len);
    assert_true(jsonlog_filter_match(filter, needle.bytes, needle.len));
    for (int i = 0; i < 8; i++) {
        const text line = vary(&needle, from, random);
        assert_int_equal(jsonlog_filter_match(filter, line.bytes, line.len),
                         is_found(&needle, &line, self->flags));
    }
    jsonlog_filter_free(filter);
}

static void a_quoted_expression_matches_its_text_only(void **state) {
    (void)state;
    static const alphabet narrow = {.has_star = true, .has_nul = true};
    static const alphabet any = {.wide_share = 2, .has_star = true, .has_nul = true};
    test_random random = {4711};
    for (size_t left = test_effort(2000); left > 0; left--) {
        const text needle = random_text(&narrow, &random);
        for (unsigned flags = 0; flags <= BOTH; flags++) {
            if (needle.len == 0 && flags == BOTH)
                continue;
            const call self = {REGEX, needle.bytes, needle.len, flags, NULL, 0};
            check_values(&self, &any, &random);
            check_lines(&self, &any, &random);
        }
    }
}

static void every_code_point_has_its_expression(void **state) {
    (void)state;
    for (unsigned c = 0; c <= 0x17F; c++) {
        char bytes[2] = {(char)c, 0};
        const size_t len = c < 0x80 ? 1 : 2;
        if (len == 2) {
            bytes[0] = (char)(0xC0 | c >> 6);
            bytes[1] = (char)(0x80 | (c & 0x3F));
        }
        char literal[ROOM];
        const bool is_written = writes(&(call){REGEX, bytes, len, 0, NULL, 0}, literal);
        assert_int_equal(is_written, c <= 0xFF);
        if (!is_written)
            continue;
        jsonlog_filter *filter = compile(literal);
        for (unsigned other = 0; other < 0x80; other++) {
            const char line = (char)other;
            assert_int_equal(jsonlog_filter_match(filter, &line, 1), other == c);
        }
        assert_true(jsonlog_filter_match(filter, bytes, len));
        jsonlog_filter_free(filter);
    }
}

/* --- selectors ------------------------------------------------------------------------------- */

#define DEPTH_MAX 6

typedef struct path {
    char space[DEPTH_MAX][128];
    const char *keys[DEPTH_MAX];
    size_t count;
} path;

static bool is_array_step(const char *key) {
    size_t digits = 0;
    if (strcmp(key, "[*]") == 0)
        return true;
    return key[0] == '[' && (digits = strspn(key + 1, "0123456789")) > 0 &&
           strcmp(key + 1 + digits, "]") == 0;
}

static void random_key(char *out, test_random *random) {
    static const alphabet characters = {.wide_share = 3, .has_star = true};
    text key;
    do {
        key = random_text(&characters, random);
        memcpy(out, key.bytes, key.len);
        out[key.len] = '\0';
    } while (strchr(out, '\'') != NULL || is_array_step(out));
}

static void random_path(path *made, test_random *random) {
    made->count = 1 + test_random_below(random, DEPTH_MAX);
    bool has_wildcard = false;
    for (size_t i = 0; i < made->count; i++) {
        char *key = made->space[i];
        const size_t kind = i == 0 ? 9 : test_random_below(random, 10);
        made->keys[i] = key;
        if (kind < 2)
            sprintf(key, "[%zu]", test_random_below(random, 3));
        else if (kind == 2 && !has_wildcard)
            strcpy(key, "[*]");
        else
            random_key(key, random);
        has_wildcard = has_wildcard || strcmp(key, "[*]") == 0;
    }
}

/* The object or array that has one more member than it needs, so that a wrong step misses. */
static size_t write_nested(char *out, const path *of, size_t depth, test_random *random) {
    if (depth == of->count)
        return (size_t)sprintf(out, "\"here\"");
    char *end = out;
    const char *key = of->keys[depth];
    if (is_array_step(key)) {
        *end++ = '[';
        for (int before = key[1] == '*' ? 1 : atoi(key + 1); before > 0; before--)
            end += sprintf(end, "\"no\",");
        end += write_nested(end, of, depth + 1, random);
        end += sprintf(end, ",\"no\"]");
        return (size_t)(end - out);
    }
    text name = {.len = 0};
    add_bytes(&name, key, strlen(key));
    *end++ = '{';
    end += write_string(end, &name, true, random);
    *end++ = ':';
    end += write_nested(end, of, depth + 1, random);
    add_bytes(&name, "!", 1);
    *end++ = ',';
    end += write_string(end, &name, false, random);
    end += sprintf(end, ":\"no\"}");
    return (size_t)(end - out);
}

static void expect_found(const jsonlog_filter *filter, const path *of, bool expected,
                         test_random *random) {
    char event[ROOM];
    const size_t len = write_nested(event, of, 0, random);
    if (jsonlog_filter_match(filter, event, len) != expected)
        fail_msg("%s on %.*s should be %d", jsonlog_filter_get_pattern(filter, NULL), (int)len,
                 event, expected);
}

static void a_selector_finds_its_keys_only(void **state) {
    (void)state;
    test_random random = {31};
    for (size_t left = test_effort(5000); left > 0; left--) {
        path whole;
        random_path(&whole, &random);
        char selector[ROOM], pattern[ROOM + 32];
        assert_true(writes(&(call){SELECTOR, NULL, 0, 0, whole.keys, whole.count}, selector));
        snprintf(pattern, sizeof pattern, "{ %s = \"here\" }", selector);
        jsonlog_filter *filter = compile(pattern);
        expect_found(filter, &whole, true, &random);
        char *key = whole.space[test_random_below(&random, whole.count)];
        if (!is_array_step(key)) {
            strcat(key, "?");
            expect_found(filter, &whole, false, &random);
        }
        jsonlog_filter_free(filter);
    }
}

static void a_wildcard_in_front_means_any_member(void **state) {
    (void)state;
    static const char *const keys[] = {"[*]", "a.b"};
    char selector[64], pattern[128];
    jsonlog_pattern_selector(keys, 2, selector, sizeof selector);
    snprintf(pattern, sizeof pattern, "{ %s = 1 }", selector);
    jsonlog_filter *filter = compile(pattern);
    assert_true(jsonlog_filter_match(filter, OF("{\"x\":0,\"y\":{\"a.b\":1}}")));
    assert_false(jsonlog_filter_match(filter, OF("{\"x\":0,\"y\":{\"a.b\":2}}")));
    assert_false(jsonlog_filter_match(filter, OF("{\"a.b\":1}")));
    jsonlog_filter_free(filter);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quoted_text_matches_itself_only),
        cmocka_unit_test(a_text_with_a_star_or_nul_is_never_quoted),
        cmocka_unit_test(a_quoted_phrase_occurs_where_its_text_does),
        cmocka_unit_test(a_quoted_expression_matches_its_text_only),
        cmocka_unit_test(every_code_point_has_its_expression),
        cmocka_unit_test(a_selector_finds_its_keys_only),
        cmocka_unit_test(a_wildcard_in_front_means_any_member),
    };
    if (counted_heap_install(&memory) != JSONLOG_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
