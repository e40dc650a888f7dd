#include "base/utf8.h"

#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The slow reference, straight from the definition: take the bits of each form, then refuse what
 * has a shorter form, is a surrogate or lies beyond the last code point. */
static uint32_t decode_plainly(const unsigned char *bytes, size_t len, size_t *taken) {
    static const struct {
        unsigned char mask, mark;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
    *taken = 1;
    for (size_t more = 0; more < 4; more++) {
        if ((bytes[0] & forms[more].mask) != forms[more].mark)
            continue;
        uint32_t code_point = bytes[0] & (0xFFu & ~forms[more].mask);
        for (size_t i = 1; i <= more; i++) {
            if (i >= len || (bytes[i] & 0xC0) != 0x80)
                return JL_UTF8_INVALID;
            code_point = code_point * 64 + (bytes[i] & 0x3Fu);
        }
        if (code_point < forms[more].least || code_point > 0x10FFFF ||
            (code_point >= 0xD800 && code_point <= 0xDFFF))
            return JL_UTF8_INVALID;
        *taken = more + 1;
        return code_point;
    }
    return JL_UTF8_INVALID;
}

static size_t valid_prefix_plainly(const unsigned char *bytes, size_t len) {
    size_t at = 0;
    size_t taken;
    while (at < len && decode_plainly(bytes + at, len - at, &taken) != JL_UTF8_INVALID)
        at += taken;
    return at;
}

static void check_sequence(const unsigned char *bytes, size_t len) {
    jl_text text = {(const char *)bytes, len};
    size_t got_bytes = 0;
    size_t expected_bytes = 0;
    uint32_t got = jl_utf8_decode(text, &got_bytes);
    uint32_t expected = decode_plainly(bytes, len, &expected_bytes);
    size_t prefix = jl_utf8_valid_prefix(text);
    /* The assertion macros cost more than the work, and there are 17 million sequences. */
    if (got == expected && got_bytes == expected_bytes &&
        prefix == valid_prefix_plainly(bytes, len))
        return;
    print_error("%02x %02x %02x %02x, %zu bytes\n", bytes[0], bytes[1], bytes[2], bytes[3], len);
    fail();
}

static void decodes_all_short_sequences(void **state) {
    (void)state;
    unsigned char bytes[4] = {0};
    for (uint32_t i = 0; i < 1u << 24; i++) {
        bytes[0] = (unsigned char)(i >> 16);
        bytes[1] = (unsigned char)(i >> 8);
        bytes[2] = (unsigned char)i;
        if (bytes[1] == 0 && bytes[2] == 0)
            check_sequence(bytes, 1);
        if (bytes[2] == 0)
            check_sequence(bytes, 2);
        check_sequence(bytes, 3);
    }
}

static void decodes_sequences_of_four(void **state) {
    (void)state;
    static const unsigned char lasts[] = {0x00, 0x7F, 0x80, 0xAB, 0xBF, 0xC0, 0xFF};
    unsigned char bytes[4];
    for (uint32_t i = 0; i < 0x10 << 16; i++) {
        bytes[0] = (unsigned char)(0xF0 + (i >> 16));
        bytes[1] = (unsigned char)(i >> 8);
        bytes[2] = (unsigned char)i;
        bytes[3] = lasts[i % sizeof lasts];
        check_sequence(bytes, 4);
        check_sequence(bytes, 3);
    }
}

static void encodes_what_it_decodes(void **state) {
    (void)state;
    for (uint32_t code_point = 0; code_point <= 0x10FFFF; code_point++) {
        if (code_point >= 0xD800 && code_point <= 0xDFFF)
            continue;
        char out[4];
        size_t len = jl_utf8_encode(code_point, out);
        size_t bytes;
        uint32_t back = jl_utf8_decode((jl_text){out, len}, &bytes);
        if (back != code_point || bytes != len)
            assert_int_equal(back, code_point);
    }
}

static void pins_some_letters(void **state) {
    (void)state;
    static const struct {
        uint32_t code_point;
        const char *text;
    } cases[] = {
        {'A', "A"},
        {0xE9, "\xc3\xa9"},
        {0xC778, "인"},
        {0x20AC, "€"},
        {0x1F600, "\xf0\x9f\x98\x80"},
        {0x10FFFF, "\xf4\x8f\xbf\xbf"},
        {0xFFFD, "\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[4];
        size_t len = jl_utf8_encode(cases[i].code_point, out);
        assert_int_equal(len, strlen(cases[i].text));
        assert_memory_equal(out, cases[i].text, len);
        size_t bytes;
        assert_int_equal(jl_utf8_decode(jl_text_of(cases[i].text), &bytes), cases[i].code_point);
    }
}

/* Pieces that go together and pieces that do not. */
static size_t random_text(test_random *random, unsigned char *out, size_t limit) {
    static const char *const pieces[] = {
        "a",    "plain text ", "\xc3\xa9", "인",   "\xf0\x9f\x98\x80",
        "\xff", "\xe1\x80",    "\xf0\x9f", "\x80", "\xed\xa0\x80"};
    size_t len = 0;
    for (;;) {
        const char *piece = pieces[test_random_below(random, sizeof pieces / sizeof pieces[0])];
        size_t piece_len = strlen(piece);
        if (len + piece_len > limit)
            return len;
        memcpy(out + len, piece, piece_len);
        len += piece_len;
    }
}

static void finds_the_valid_prefix_of_any_text(void **state) {
    (void)state;
    test_random random = {10};
    for (size_t i = 0; i < test_effort(20000); i++) {
        unsigned char bytes[80];
        size_t len = random_text(&random, bytes, test_random_below(&random, sizeof bytes));
        size_t got = jl_utf8_valid_prefix((jl_text){(char *)bytes, len});
        assert_int_equal(got, valid_prefix_plainly(bytes, len));
    }
}

static void cuts_between_sequences(void **state) {
    (void)state;
    test_random random = {11};
    for (size_t i = 0; i < test_effort(5000); i++) {
        unsigned char bytes[60];
        size_t len = random_text(&random, bytes, sizeof bytes);
        size_t expected = 0;
        for (size_t limit = 0; limit <= len + 2; limit++) {
            size_t taken = 1;
            while (expected < len) {
                decode_plainly(bytes + expected, len - expected, &taken);
                if (expected + taken > limit)
                    break;
                expected += taken;
            }
            assert_int_equal(jl_utf8_cut((jl_text){(char *)bytes, len}, limit), expected);
        }
    }
    assert_int_equal(jl_utf8_cut((jl_text){NULL, 0}, 0), 0);
    assert_int_equal(jl_utf8_cut((jl_text){NULL, 0}, 5), 0);
}

static void knows_what_is_hostile(void **state) {
    (void)state;
    static const uint32_t hostile[] = {0,      0x1B,   0x1F,   0x7F,   0x80,
                                       0x9F,   0x061C, 0x200E, 0x200F, 0x2028,
                                       0x2029, 0x202A, 0x202E, 0x2066, 0x2069};
    static const uint32_t harmless[] = {0x20,   0x7E,   0xA0,   0x061B, 0x061D, 0x200D,  0x2010,
                                        0x2027, 0x202F, 0x2065, 0x206A, 0xC778, 0x10FFFF};
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++)
        assert_true(jl_utf8_is_hostile(hostile[i]));
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        assert_false(jl_utf8_is_hostile(harmless[i]));
}

static void knows_wide_letters(void **state) {
    (void)state;
    static const uint32_t wide[] = {0x1100, 0x3042, 0x4E2D, 0xAC00,  0xC778,
                                    0xD7A3, 0xFF21, 0xFFE6, 0x1F600, 0x20000};
    static const uint32_t narrow[] = {'a', 0xE9, 0x20AC, 0x2026, 0x303F, 0xD7A4, 0xFF61, 0x10FFFF};
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        assert_int_equal(jl_utf8_columns(wide[i]), 2);
    for (size_t i = 0; i < sizeof narrow / sizeof narrow[0]; i++)
        assert_int_equal(jl_utf8_columns(narrow[i]), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_all_short_sequences),
        cmocka_unit_test(decodes_sequences_of_four),
        cmocka_unit_test(encodes_what_it_decodes),
        cmocka_unit_test(pins_some_letters),
        cmocka_unit_test(finds_the_valid_prefix_of_any_text),
        cmocka_unit_test(cuts_between_sequences),
        cmocka_unit_test(knows_what_is_hostile),
        cmocka_unit_test(knows_wide_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
