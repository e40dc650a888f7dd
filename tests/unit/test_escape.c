#include "json/escape.h"

#include "base/utf8.h"
#include "json/escape_scan.h"
#include "support/test_random.h"
#include "support/vector_kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <stdio.h>

#define ALL_OPTIONS (JL_ESCAPE_ASCII | JL_ESCAPE_SEPARATORS | JL_ESCAPE_BYTES)
#define INPUT_MAX   300
#define OUTPUT_MAX  (INPUT_MAX * 6 + 16)

/* The slow reference: one unit at a time, each with printf. @return the bytes of the input taken.
 */
static size_t escape_unit(jl_text text, unsigned options, char out[16]) {
    size_t bytes;
    uint32_t c = jl_utf8_decode(text, &bytes);
    bool is_ascii = (options & JL_ESCAPE_ASCII) != 0;
    bool is_separator = c == 0x2028 || c == 0x2029;
    const char *name = c == 0 || c > 0x7F ? NULL : strchr("\bb\tt\nn\ff\rr\"\"\\\\", (int)c);
    bool has_short = name != NULL && (c < 0x20 || c == '"' || c == '\\');
    if (c == JL_UTF8_INVALID && (options & JL_ESCAPE_BYTES) != 0)
        snprintf(out, 16, "\\\\x%02x", (unsigned char)text.ptr[0]);
    else if (c == JL_UTF8_INVALID)
        snprintf(out, 16, "%s", is_ascii ? "\\ufffd" : "\xef\xbf\xbd");
    else if (has_short)
        snprintf(out, 16, "\\%c", c == '"' || c == '\\' ? (int)c : name[1]);
    else if (c > 0xFFFF && is_ascii)
        snprintf(out, 16, "\\u%04x\\u%04x", 0xD800 + ((c - 0x10000) >> 10),
                 0xDC00 + ((c - 0x10000) & 0x3FF));
    else if (c < 0x20 || (is_ascii && c >= 0x7F) ||
             (is_separator && (options & JL_ESCAPE_SEPARATORS) != 0))
        snprintf(out, 16, "\\u%04x", c);
    else
        snprintf(out, 16, "%.*s", (int)bytes, text.ptr);
    return bytes;
}

typedef struct reference {
    char text[OUTPUT_MAX];
    size_t len;
    size_t taken;
    bool is_whole;
} reference;

/* All units that fit `limit`. */
static void escape_up_to(jl_text text, unsigned options, size_t limit, reference *result) {
    *result = (reference){.is_whole = true};
    while (result->taken < text.len) {
        char unit[16];
        jl_text rest = {text.ptr + result->taken, text.len - result->taken};
        size_t bytes = escape_unit(rest, options, unit);
        if (result->len + strlen(unit) > limit) {
            result->is_whole = false;
            return;
        }
        memcpy(result->text + result->len, unit, strlen(unit));
        result->len += strlen(unit);
        result->taken += bytes;
    }
}

static void escape_plainly(jl_text text, unsigned options, size_t limit, reference *result) {
    escape_up_to(text, options, limit, result);
    if (result->is_whole)
        return;
    const char *mark = (options & JL_ESCAPE_ASCII) != 0 ? "\\u2026" : "\xe2\x80\xa6";
    if (strlen(mark) > limit)
        return;
    escape_up_to(text, options, limit - strlen(mark), result);
    memcpy(result->text + result->len, mark, strlen(mark));
    result->len += strlen(mark);
}

/* The four digits of a \u escape, or -1. */
static int32_t json_unit(const char *at, size_t len) {
    if (len < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    int32_t unit = 0;
    for (size_t i = 2; i < 6; i++) {
        const char *digit = memchr("0123456789abcdef", at[i], 16);
        if (digit == NULL)
            return -1;
        unit = unit * 16 + (at[i] <= '9' ? at[i] - '0' : at[i] - 'a' + 10);
    }
    return unit;
}

/* RFC 8259: char = unescaped / escape. Surrogates come in pairs. @return its length, 0: wrong. */
static size_t json_char(const char *at, size_t len) {
    if ((unsigned char)at[0] < 0x20 || at[0] == '"')
        return 0;
    if (at[0] != '\\')
        return 1;
    if (len >= 2 && memchr("\"\\/bfnrt", at[1], 8) != NULL)
        return 2;
    int32_t unit = json_unit(at, len);
    if (unit < 0xD800 || unit > 0xDFFF)
        return unit < 0 ? 0 : 6;
    int32_t low = json_unit(at + 6, len - 6);
    return unit < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF ? 12 : 0;
}

static void assert_json(jl_text text) {
    assert_int_equal(jl_utf8_valid_prefix(text), text.len);
    size_t step;
    for (size_t at = 0; at < text.len; at += step) {
        step = json_char(text.ptr + at, text.len - at);
        assert_true(step > 0);
    }
}

/* `space` bytes of room at first: sometimes enough for the worst case, sometimes for nothing. */
static void check(jl_text text, unsigned options, size_t limit, size_t space) {
    static char room[OUTPUT_MAX];
    reference expected;
    escape_plainly(text, options, limit, &expected);
    jl_buffer out;
    jl_buffer_init(&out, room, space, JL_ESCAPE_UNLIMITED);
    jl_buffer_append_char(&out, '!');
    jl_escaped got = jl_escape_append(&out, text, options, limit);
    assert_int_equal(out.status, JSONLOG_OK);
    assert_int_equal(got.is_whole, expected.is_whole);
    assert_int_equal(got.taken, expected.taken);
    assert_int_equal(out.len, 1 + expected.len);
    assert_memory_equal(out.data + 1, expected.text, expected.len);
    assert_true(expected.len <= limit);
    assert_json((jl_text){out.data + 1, out.len - 1});
    jl_buffer_done(&out);
}

/* Runs of plain text of any length, with what needs care between them. */
static jl_text random_text(test_random *random, char out[INPUT_MAX]) {
    static const char *const pieces[] = {
        "a",
        "plain",
        "sixteen bytes ok",
        "\"",
        "\\",
        "\n",
        "\t",
        "\x01",
        "\x1f",
        "\x7f",
        "/",
        "é",
        "인증",
        "\xe2\x80\xa8",
        "\xe2\x80\xa9",
        "\xe2\x80\xa7",
        "\xf0\x9f\x98\x80",
        "\xff",
        "\xed\xa0\x80",
        "\xf0\x9f",
        "\xe1",
        "\x80",
        "\xc0\x80",
        "\xf4\x90\x80\x80",
    };
    size_t limit = test_random_below(random, INPUT_MAX);
    bool is_noise = test_random_below(random, 4) == 0;
    size_t len = 0;
    while (len < limit) {
        if (is_noise) {
            out[len++] = (char)test_random_next(random);
            continue;
        }
        const char *piece = pieces[test_random_below(random, sizeof pieces / sizeof pieces[0])];
        for (size_t i = 0; piece[i] != '\0' && len < limit; i++)
            out[len++] = piece[i];
    }
    return (jl_text){out, len};
}

/* The text stands at the end of its memory, so that a sanitizer sees a byte read too many. */
static char *copy_exactly(jl_text text) {
    char *copy = malloc(text.len + (text.len == 0));
    assert_non_null(copy);
    memcpy(copy, text.ptr, text.len);
    return copy;
}

static void escapes_like_the_reference(void **state) {
    (void)state;
    test_random random = {30};
    for (size_t i = 0; i < test_effort(3000); i++) {
        char bytes[INPUT_MAX];
        jl_text text = random_text(&random, bytes);
        char *copy = copy_exactly(text);
        text.ptr = copy;
        for (unsigned options = 0; options <= ALL_OPTIONS; options++)
            check(text, options, JL_ESCAPE_UNLIMITED, i % 2 == 0 ? OUTPUT_MAX : i % 64);
        free(copy);
    }
}

static void cuts_like_the_reference(void **state) {
    (void)state;
    test_random random = {31};
    for (size_t i = 0; i < test_effort(100); i++) {
        char bytes[INPUT_MAX];
        jl_text text = random_text(&random, bytes);
        char *copy = copy_exactly(text);
        text.ptr = copy;
        for (size_t limit = 0; limit <= 200; limit++)
            for (unsigned options = 0; options <= ALL_OPTIONS; options++)
                check(text, options, limit, limit % 2 == 0 ? OUTPUT_MAX : 0);
        free(copy);
    }
}

static void pins_each_kind_of_escape(void **state) {
    (void)state;
    static const struct {
        const char *text;
        unsigned options;
        const char *expected;
    } cases[] = {
        {"plain", 0, "plain"},
        {"\"\\/\x7f", 0, "\\\"\\\\/\x7f"},
        {"\b\t\n\f\r\x01\x1f", 0, "\\b\\t\\n\\f\\r\\u0001\\u001f"},
        {"\x7f", JL_ESCAPE_ASCII, "\\u007f"},
        {"인증", 0, "인증"},
        {"인증", JL_ESCAPE_ASCII, "\\uc778\\uc99d"},
        {"\xf0\x9f\x98\x80", JL_ESCAPE_ASCII, "\\ud83d\\ude00"},
        {"\xe2\x80\xa8", 0, "\xe2\x80\xa8"},
        {"\xe2\x80\xa8\xe2\x80\xa9", JL_ESCAPE_SEPARATORS, "\\u2028\\u2029"},
        {"a\xff z", 0, "a\xef\xbf\xbd z"},
        {"a\xff z", JL_ESCAPE_ASCII, "a\\ufffd z"},
        {"a\xff z", JL_ESCAPE_BYTES, "a\\\\xff z"},
        {"\xed\xa0\x80", 0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jl_buffer out;
        jl_buffer_init(&out, NULL, 0, 100);
        jl_escape_append(&out, jl_text_of(cases[i].text), cases[i].options, JL_ESCAPE_UNLIMITED);
        assert_string_equal(jl_buffer_terminate(&out), cases[i].expected);
        jl_buffer_done(&out);
    }
}

static void pins_cuts(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t limit;
        const char *expected;
        size_t taken;
        bool is_whole;
    } cases[] = {
        {"abcdef", 6, "abcdef", 6, true},
        {"abcdef", 5, "ab…", 2, false},
        {"abcdef", 3, "…", 0, false},
        {"abcdef", 2, "ab", 2, false},
        {"abcdef", 0, "", 0, false},
        {"", 0, "", 0, true},
        {"인증실패", 12, "인증실패", 12, true},
        {"인증실패", 11, "인증…", 6, false},
        {"인증실패", 8, "인…", 3, false},
        {"ab\n\n\n", 7, "ab\\n…", 3, false},
        {"ab\n\n\n", 8, "ab\\n\\n\\n", 5, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jl_buffer out;
        jl_buffer_init(&out, NULL, 0, 100);
        jl_escaped got = jl_escape_append(&out, jl_text_of(cases[i].text), 0, cases[i].limit);
        assert_string_equal(jl_buffer_terminate(&out), cases[i].expected);
        assert_int_equal(got.taken, cases[i].taken);
        assert_int_equal(got.is_whole, cases[i].is_whole);
        jl_buffer_done(&out);
    }
}

/* The text claims to be longer than its memory: with a sanitizer, reading on would be seen. */
static void reads_no_further_than_the_limit_needs(void **state) {
    (void)state;
    char *memory = malloc(103);
    assert_non_null(memory);
    memset(memory, 'x', 103);
    jl_buffer out;
    jl_buffer_init(&out, NULL, 0, 1000);
    jl_escaped got = jl_escape_append(&out, (jl_text){memory, SIZE_MAX / 2}, 0, 100);
    assert_int_equal(got.taken, 97);
    assert_false(got.is_whole);
    assert_int_equal(out.len, 100);
    jl_buffer_done(&out);
    free(memory);
}

static void quotes_a_string(void **state) {
    (void)state;
    jl_buffer out;
    jl_buffer_init(&out, NULL, 0, 8);
    jl_escape_append_string(&out, JL_TEXT("a\"b"), 0);
    jl_escape_append_string(&out, (jl_text){NULL, 0}, 0);
    assert_string_equal(jl_buffer_terminate(&out), "\"a\\\"b\"\"\"");
    jl_escape_append_string(&out, JL_TEXT("x"), 0);
    assert_int_equal(out.status, JSONLOG_E_LIMIT);
    assert_int_equal(out.len, 8);
    jl_buffer_done(&out);
}

/* Whole or not at all, at every place where the buffer may end. */
static void leaves_a_full_buffer_as_it_was(void **state) {
    (void)state;
    static const char text[] = "ab\n\xff인";
    for (size_t limit = 2; limit < 20; limit++) {
        jl_buffer out;
        jl_buffer_init(&out, NULL, 0, limit);
        jl_buffer_append_text(&out, JL_TEXT("##"));
        bool fits = limit >= 2 + 12;
        jl_escape_append_string(&out, jl_text_of(text), 0);
        assert_int_equal(out.status, fits ? JSONLOG_OK : JSONLOG_E_LIMIT);
        assert_int_equal(out.len, fits ? 14 : 2);
        jl_buffer_rewind(&out, 2);
        jl_escaped got = jl_escape_append(&out, jl_text_of(text), 0, JL_ESCAPE_UNLIMITED);
        fits = limit >= 2 + 10;
        assert_int_equal(out.len, fits ? 12 : 2);
        assert_int_equal(got.taken, fits ? 7 : 0);
        assert_int_equal(got.is_whole, fits);
        jl_buffer_done(&out);
    }
}

static void knows_plain_text(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool is_plain;
    } cases[] = {
        {"", true},      {"errorCode", true},   {"인증실패 \x7f/", true},
        {"a\"", false},  {"a\\b", false},       {"long text with a\nbreak", false},
        {"\xff", false}, {"인\xec\x9d", false}, {"\xe2\x80\xa8", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(jl_escape_is_plain(jl_text_of(cases[i].text)), cases[i].is_plain);
    assert_false(jl_escape_is_plain((jl_text){"a\0b", 3}));
    assert_true(jl_escape_is_plain((jl_text){NULL, 0}));
}

/* Long ones, made of letters of one length. */
static void knows_long_plain_text(void **state) {
    (void)state;
    static const char *const letters[] = {"a", "é", "인", "\xf0\x9f\x98\x80"};
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        const size_t step = strlen(letters[i]);
        char text[INPUT_MAX + 1];
        for (size_t len = 0; len + step <= INPUT_MAX; len += step) {
            assert_true(jl_escape_is_plain((jl_text){text, len}));
            text[len] = '"';
            assert_false(jl_escape_is_plain((jl_text){text, len + 1}));
            memcpy(text + len, letters[i], step);
        }
    }
}

/* Every byte at every place of two blocks: all forms of the scan stop where the definition says. */
static void scans_agree_for_every_byte(void **state) {
    (void)state;
    for (size_t len = 0; len <= 40; len++) {
        char *text = malloc(len + (len == 0));
        assert_non_null(text);
        for (size_t at = 0; at < len; at++) {
            for (int byte = 0; byte < 256; byte++) {
                memset(text, 'x', len);
                text[at] = (char)byte;
                text[len - 1] = at + 1 < len ? '"' : text[len - 1];
                size_t expected = 0;
                while (expected < len && jl_is_plain_ascii((unsigned char)text[expected]))
                    expected++;
                assert_int_equal(jl_scan_plain_ascii(text, len), expected);
                assert_int_equal(jl_scan_plain_ascii_words(text, len), expected);
            }
        }
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_like_the_reference),
        cmocka_unit_test(cuts_like_the_reference),
        cmocka_unit_test(pins_each_kind_of_escape),
        cmocka_unit_test(pins_cuts),
        cmocka_unit_test(reads_no_further_than_the_limit_needs),
        cmocka_unit_test(quotes_a_string),
        cmocka_unit_test(leaves_a_full_buffer_as_it_was),
        cmocka_unit_test(knows_plain_text),
        cmocka_unit_test(knows_long_plain_text),
        cmocka_unit_test(scans_agree_for_every_byte),
    };
    int failed = 0;
    for (jl_vectors kind = JL_VECTORS_UNASKED; use_next_kind(&kind);)
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return failed;
}
