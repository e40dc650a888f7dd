#include "json/binary.h"

#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void assert_content(const jl_buffer *out, const char *expected) {
    assert_int_equal(out->status, JSONLOG_OK);
    assert_int_equal(out->len, strlen(expected));
    if (out->len > 0)
        assert_memory_equal(out->data, expected, out->len);
}

/* RFC 4648 section 10, and bytes that use both last letters of the alphabets. */
static void writes_base64(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        const char *standard;
        const char *url_safe;
    } cases[] = {
        {"", "", ""},
        {"f", "Zg==", "Zg=="},
        {"fo", "Zm8=", "Zm8="},
        {"foo", "Zm9v", "Zm9v"},
        {"foob", "Zm9vYg==", "Zm9vYg=="},
        {"fooba", "Zm9vYmE=", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
        {"\xfb\xff\xfe", "+//+", "-__-"},
        {"\xff", "/w==", "_w=="},
    };
    char space[64];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jl_buffer out;
        jl_buffer_init(&out, space, sizeof space, sizeof space);
        size_t len = strlen(cases[i].bytes);
        assert_true(jl_base64_append(&out, cases[i].bytes, len, false, SIZE_MAX));
        assert_content(&out, cases[i].standard);
        jl_buffer_clear(&out);
        assert_true(jl_base64_append(&out, cases[i].bytes, len, true, strlen(cases[i].url_safe)));
        assert_content(&out, cases[i].url_safe);
    }
}

static void cuts_base64_at_four_characters(void **state) {
    (void)state;
    char space[64];
    for (size_t limit = 0; limit <= 16; limit++) {
        jl_buffer out;
        jl_buffer_init(&out, space, sizeof space, sizeof space);
        bool is_whole = jl_base64_append(&out, "foobar12", 8, false, limit);
        assert_int_equal(is_whole, limit >= 12);
        assert_int_equal(out.len, limit < 12 ? limit / 4 * 4 : 12);
        assert_memory_equal("Zm9vYmFyMTI=", space, out.len);
    }
}

static int sextet(char c) {
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(alphabet, c);
    return at == NULL || c == '\0' ? 0 : (int)(at - alphabet);
}

static void base64_reads_back(void **state) {
    (void)state;
    test_random random = {20};
    for (size_t len = 1; len < 200; len++) {
        uint8_t bytes[200];
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)test_random_next(&random);
        jl_buffer out;
        jl_buffer_init(&out, NULL, 0, 1000);
        assert_true(jl_base64_append(&out, bytes, len, false, SIZE_MAX));
        assert_int_equal(out.len, (len + 2) / 3 * 4);
        for (size_t i = 0; i < len; i++) {
            const char *group = out.data + i / 3 * 4;
            int bits = sextet(group[0]) << 18 | sextet(group[1]) << 12 | sextet(group[2]) << 6 |
                       sextet(group[3]);
            assert_int_equal(bits >> (16 - i % 3 * 8) & 0xFF, bytes[i]);
        }
        jl_buffer_done(&out);
    }
}

static void writes_hex(void **state) {
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x0f, 0xa5, 0xff};
    char space[64];
    for (size_t limit = 0; limit <= 10; limit++) {
        jl_buffer out;
        jl_buffer_init(&out, space, sizeof space, sizeof space);
        bool is_whole = jl_hex_append(&out, bytes, sizeof bytes, limit);
        assert_int_equal(is_whole, limit >= 8);
        assert_int_equal(out.len, limit < 8 ? limit / 2 * 2 : 8);
        assert_memory_equal("000fa5ff", space, out.len);
    }
    jl_buffer out;
    jl_buffer_init(&out, space, sizeof space, sizeof space);
    assert_true(jl_hex_append(&out, NULL, 0, 0));
    assert_true(jl_base64_append(&out, NULL, 0, false, 0));
    assert_content(&out, "");
}

static void writes_a_uuid(void **state) {
    (void)state;
    static const uint8_t bytes[16] = {0xf8, 0x1d, 0x4f, 0xae, 0x7d, 0xec, 0x11, 0xd0,
                                      0xa7, 0x65, 0x00, 0xa0, 0xc9, 0x1e, 0x6b, 0xf6};
    char space[64];
    jl_buffer out;
    jl_buffer_init(&out, space, sizeof space, sizeof space);
    jl_uuid_append(&out, bytes);
    assert_content(&out, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
}

static void writes_nothing_into_a_buffer_without_room(void **state) {
    (void)state;
    static const uint8_t bytes[16] = {0};
    jl_buffer out;
    jl_buffer_init(&out, NULL, 0, 3);
    assert_false(jl_base64_append(&out, bytes, 1, false, SIZE_MAX));
    assert_int_equal(out.status, JSONLOG_E_LIMIT);
    jl_buffer_clear(&out);
    assert_false(jl_hex_append(&out, bytes, 2, SIZE_MAX));
    assert_int_equal(out.status, JSONLOG_E_LIMIT);
    jl_buffer_clear(&out);
    jl_uuid_append(&out, bytes);
    assert_int_equal(out.status, JSONLOG_E_LIMIT);
    assert_int_equal(out.len, 0);
    jl_buffer_done(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_base64),
        cmocka_unit_test(cuts_base64_at_four_characters),
        cmocka_unit_test(base64_reads_back),
        cmocka_unit_test(writes_hex),
        cmocka_unit_test(writes_a_uuid),
        cmocka_unit_test(writes_nothing_into_a_buffer_without_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
