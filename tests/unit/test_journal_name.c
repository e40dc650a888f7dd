#include "format/journal_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* Keys are given as one text, `/` between them. */
static void make(jl_journal_name *name, const char *prefix, const char *keys,
                 const jl_flat_path *outer) {
    const size_t len = strcspn(keys, "/");
    const jl_flat_path path = {outer, {keys, len}, 0};
    if (keys[len] == '/')
        make(name, prefix, keys + len + 1, &path);
    else
        jl_journal_name_make(name, jl_text_of(prefix), &path);
}

static void expect(const char *prefix, const char *keys, const char *expected) {
    jl_journal_name name;
    make(&name, prefix, keys, NULL);
    char text[JL_JOURNAL_NAME_MAX + 1] = "";
    memcpy(text, name.text, name.len);
    assert_string_equal(text, expected);
}

#define A10 "aaaaaaaaaa"
#define B10 "AAAAAAAAAA"

static void keys_become_names(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        {"", "user", "USER"},
        {"", "errorCode", "ERROR_CODE"},
        {"", "error_code", "ERROR_CODE"},
        {"", "errorCODE", "ERROR_CODE"},
        {"", "HTTPStatus", "HTTPSTATUS"},
        {"", "utf8Text", "UTF8_TEXT"},
        {"", "user/id", "USER_ID"},
        {"", "user/homeAddress/zip", "USER_HOME_ADDRESS_ZIP"},
        {"", "user.id", "USER_ID"},
        {"", "a--b", "A_B"},
        {"", "__private__", "PRIVATE"},
        {"", "a/_b", "A_B"},
        {"", "사용자id", "ID"},
        {"", "a사용자", "A"},
        {"", "사용자", "FIELD"},
        {"", "", "FIELD"},
        {"", "/", "FIELD"},
        {"", "2xx", "FIELD_2XX"},
        {"", "0", "FIELD_0"},
        {"", "message", "FIELD_MESSAGE"},
        {"", "Priority", "FIELD_PRIORITY"},
        {"", "code/file", "FIELD_CODE_FILE"},
        {"", "syslog_raw", "FIELD_SYSLOG_RAW"},
        {"", "_tid", "FIELD_TID"},
        {"", "messages", "MESSAGES"},
        {"", "messageId", "MESSAGE_ID"},
        {"", "errno", "ERRNO"},
        {"APP_", "message", "APP_MESSAGE"},
        {"APP_", "2xx", "APP_2XX"},
        {"APP_", "_x", "APP_X"},
        {"APP_", "", "APP_"},
        {"APP", "userId", "APPUSER_ID"},
        {"CODE_", "line", "FIELD_CODE_LINE"},
        {"", A10 A10 A10 A10 A10 A10 "bcde", B10 B10 B10 B10 B10 B10 "BCDE"},
        {"", A10 A10 A10 A10 A10 A10 "bcdefg", B10 B10 B10 B10 B10 B10 "BCDE"},
        {"", A10 A10 A10 A10 A10 A10 "bcd/fg", B10 B10 B10 B10 B10 B10 "BCD_"},
        {"", "1" A10 A10 A10 A10 A10 A10, "FIELD_1" B10 B10 B10 B10 B10 "AAAAAAA"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(cases[i][0], cases[i][1], cases[i][2]);
}

static void tells_prefixes_from_others(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool is_good;
    } cases[] = {
        {"", true},
        {"APP_", true},
        {"A", true},
        {"A1_", true},
        {"_APP", false},
        {"1APP", false},
        {"app_", false},
        {"APP-", false},
        {"APP\n", false},
        {"A=", false},
        {"\xEA", false},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF", true},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(jl_journal_is_prefix(cases[i].text), cases[i].is_good);
}

/* Whatever the key, the journal would take the name. */
static void every_key_makes_a_good_name(void **state) {
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        char key[100];
        size_t len = 0;
        for (seed = seed * 6364136223846793005u + 1; len < (seed >> 33) % 90; len++) {
            key[len] = (char)(seed >> (len % 50));
            seed = seed * 6364136223846793005u + len;
        }
        const jl_flat_path path = {NULL, {key, len}, 0};
        jl_journal_name name;
        jl_journal_name_make(&name, JL_TEXT(""), &path);
        assert_in_range(name.len, 1, 64);
        assert_true(name.text[0] >= 'A' && name.text[0] <= 'Z');
        for (size_t i = 0; i < name.len; i++)
            assert_non_null(memchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", name.text[i], 37));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_become_names),
        cmocka_unit_test(tells_prefixes_from_others),
        cmocka_unit_test(every_key_makes_a_good_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
