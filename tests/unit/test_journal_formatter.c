#include "record/journal_entry.h"

#include "support/failing_allocator.h"
#include "support/format_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define SPACE (1u << 17)

static jsonlog_journald_options defaults(void) {
    jsonlog_journald_options options = JSONLOG_JOURNALD_OPTIONS_INIT;
    return options;
}

/* The fields of an entry, each on a line of its own; a NUL is shown as `@`. */
static const char *entry_text(const jsonlog_journald_options *options,
                              const jsonlog_record *record) {
    static char line[SPACE], shown[SPACE];
    jsonlog_formatter *formatter = jl_journal_formatter_new(options, NULL);
    assert_non_null(formatter);
    jl_text rest = {line, jsonlog_formatter_format(formatter, record, line, sizeof line)};
    assert_in_range(rest.len, 1, formatter->line_max);
    assert_true(jl_journal_entry_begin(&rest));
    size_t len = 0;
    while (rest.len > 0) {
        jl_text field = {NULL, 0};
        assert_true(jl_journal_entry_next(&rest, &field));
        memcpy(shown + len, field.ptr, field.len);
        len += field.len;
        shown[len++] = '\n';
    }
    for (size_t i = 0; i < len; i++)
        shown[i] = shown[i] == '\0' ? '@' : shown[i];
    shown[len] = '\0';
    jsonlog_formatter_release(formatter);
    return shown;
}

static const char *entry_of_json(const jsonlog_journald_options *options, const char *json) {
    format_arena arena = {NULL, 0};
    cJSON *parsed = cJSON_Parse(json);
    assert_non_null(parsed);
    const jsonlog_record record = format_record(&arena, parsed);
    const char *text = entry_text(options, &record);
    format_arena_done(&arena);
    cJSON_Delete(parsed);
    return text;
}

#define FRONT "LEVEL=INFO\nLOGGER=test\nTID=0\n"

static void records_become_entries(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"{\"level\":40,\"logger\":\"payment\",\"thread\":4711,\"message\":\"token expired\","
         "\"site\":{\"file\":\"src/login.c\",\"line\":42,\"function\":\"login\"},"
         "\"fields\":{\"errorCode\":\"DA00012\",\"user\":{\"id\":7,\"age\":20}}}",
         "MESSAGE=token expired\nLEVEL=ERROR\nLOGGER=payment\nCODE_FILE=src/login.c\nCODE_LINE=42\n"
         "CODE_FUNC=login\nTID=4711\nERROR_CODE=DA00012\nUSER_ID=7\nUSER_AGE=20\n"},
        {"{\"logger\":\"\"}", "MESSAGE=\nLEVEL=INFO\nTID=0\n"},
        {"{\"message\":\"a\\nb\",\"fields\":{\"text\":\"c\\n\\nd=e\"}}",
         "MESSAGE=a\nb\n" FRONT "TEXT=c\n\nd=e\n"},
        {"{\"message\":\"m\",\"suppressed\":3,\"fields\":{\"message\":\"x\",\"tid\":1}}",
         "MESSAGE=m\n" FRONT "FIELD_MESSAGE=x\nFIELD_TID=1\nSUPPRESSED=3\n"},
        {"{\"message\":\"m\",\"fields\":{\"userId\":1,\"user_id\":2}}",
         "MESSAGE=m\n" FRONT "USER_ID=1\nUSER_ID=2\n"},
    };
    const jsonlog_journald_options options = defaults();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(entry_of_json(&options, cases[i][0]), cases[i][1]);
}

static void values_are_texts(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"null", "F=null\n"},
        {"true", "F=true\n"},
        {"\"\"", "F=\n"},
        {"\"a\\\"b\\\\\"", "F=a\"b\\\n"},
        {"{\"$text\":\"61ff00620a\"}", "F=a\xFF@b\n\n"},
        {"{\"$bytes\":\"00ff0a00\"}", "F=@\xFF\n@\n"},
        {"{\"$int\":\"-9223372036854775808\"}", "F=-9223372036854775808\n"},
        {"{\"$uint\":\"18446744073709551615\"}", "F=18446744073709551615\n"},
        {"{\"$double\":\"20\"}", "F=20.0\n"},
        {"{\"$duration\":\"1500000\"}", "F=0.0015\n"},
        {"{\"$hex\":\"255\"}", "F=0xff\n"},
        {"{\"$uuid\":\"00112233445566778899aabbccddeeff\"}",
         "F=00112233-4455-6677-8899-aabbccddeeff\n"},
        {"{\"$time\":[\"0\",\"0\"]}", "F=1970-01-01T00:00:00.000Z\n"},
        {"{\"$secret\":\"hidden\"}", "F=***\n"},
        {"{\"$secret\":{\"a\":1}}", "F=***\n"},
        {"{\"$secret\":{\"$bytes\":\"00\"}}", "F=***\n"},
        {"[1,\"x\",{\"y\":2}]", "F=[1,\"x\",{\"y\":2}]\n"},
        {"[]", "F=[]\n"},
        {"{}", "F={}\n"},
        {"{\"a\":{\"b\":{\"c\":1}},\"d\":{}}", "F_A_B_C=1\nF_D={}\n"},
        {"{\"a\":1,\"b\":2,\"a\":3}", "F_A=3\nF_B=2\n"},
        {"{\"a\":{\"$bytes\":\"0a\"},\"b\":{\"$text\":\"ff\"}}", "F_A=\n\nF_B=\xFF\n"},
        {"{\"$errno\":2}", "F_CODE=2\nF_NAME=ENOENT\nF_TEXT=No such file or directory\n"},
        {"{\"$causes\":[\"a\",\"b\"]}", "F=a: b\n"},
        {"{\"$cjson\":{\"a\":\"x\\ny\",\"b\":[1]}}", "F_A=x\ny\nF_B=[1]\n"},
        {"{\"$raw\":\"{ \\\"a\\\": 1 }\"}", "F={\"a\":1}\n"},
        {"{\"$raw\":\"\\\"\\\\ud83d\\\\ude00\\\\n\\\\u0000\\\"\"}", "F=\xF0\x9F\x98\x80\n@\n"},
        {"{\"$raw\":\"\\\"\\\"\"}", "F=\n"},
    };
    const jsonlog_journald_options options = defaults();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char json[256], expected[256];
        snprintf(json, sizeof json, "{\"message\":\"m\",\"fields\":{\"f\":%s}}", cases[i][0]);
        snprintf(expected, sizeof expected, "MESSAGE=m\n%s%s", FRONT, cases[i][1]);
        assert_string_equal(entry_of_json(&options, json), expected);
    }
}

static void options_add_prefix_and_time(void **state) {
    (void)state;
    jsonlog_journald_options options = defaults();
    options.field_prefix = "APP_";
    options.with_timestamp = true;
    assert_string_equal(
        entry_of_json(&options, "{\"message\":\"m\",\"time_ns\":\"1795334865784123456\","
                                "\"fields\":{\"message\":1,\"a\":{\"b\":2}}}"),
        "MESSAGE=m\n" FRONT "TIMESTAMP=2026-11-22T08:07:45.784123456Z\nAPP_MESSAGE=1\nAPP_A_B=2\n");
}

/* ---- limits ---- */

static jsonlog_value text_value(char *space, char c, size_t len) {
    memset(space, c, len);
    return jsonlog_string(space, len);
}

static jl_field field_of(const char *key, const jsonlog_value *value) {
    return (jl_field){.key = jl_text_of(key), .value = value, .key_is_plain = true};
}

/* Lengths are counted with the four bytes in front of each field. */
static void what_does_not_fit_is_cut_or_counted(void **state) {
    (void)state;
    static char spaces[3][4096];
    jsonlog_journald_options options = defaults();
    options.entry_max = 1024;
    const jsonlog_value message = text_value(spaces[0], 'm', 600);
    const jsonlog_value values[] = {
        text_value(spaces[1], 'a', 300),
        jsonlog_bytes(spaces[2], 500),
        text_value(spaces[2], 'c', 2000),
        jsonlog_from_int64(7),
    };
    const jl_field fields[] = {field_of("a", &values[0]), field_of("b", &values[1]),
                               field_of("c", &values[2]), field_of("d", &values[3])};
    const jsonlog_record record = {.level = JSONLOG_LEVEL_INFO,
                                   .logger = "",
                                   .message = &message,
                                   .call = fields,
                                   .call_count = 4,
                                   .call_is_unique = true};
    const char *text = entry_text(&options, &record);
    /* half of 1,024 without its length, "MESSAGE=" and the mark of the cut */
    assert_int_equal(strspn(strchr(text, 'm'), "m"), 512 - 4 - 8 - 3);
    assert_non_null(strstr(text, "m\xE2\x80\xA6\nLEVEL=INFO\n"));
    assert_int_equal(strspn(strstr(text, "\nA=") + 3, "a"), 300);
    assert_null(strstr(text, "\nB="));
    assert_non_null(strstr(text, "c\xE2\x80\xA6\n"));
    assert_null(strstr(text, "\nD="));
    assert_non_null(strstr(text, "\nJSONLOG_TRUNCATED=2\nJSONLOG_DROPPED=2\n"));
}

static void a_cut_never_splits_a_character(void **state) {
    (void)state;
    static char text[3000];
    jsonlog_journald_options options = defaults();
    options.entry_max = 1024;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "\xED\x95\x9C"[i % 3];
    for (size_t shift = 0; shift < 3; shift++) {
        const jsonlog_value message = jsonlog_string(text, sizeof text - 3 * shift);
        jsonlog_value value = jsonlog_string("xy", shift);
        const jl_field field = field_of("abc", &value);
        jsonlog_record record = {.logger = "", .message = &message, .call = &field};
        record.call_count = 1;
        record.call_is_unique = true;
        const char *shown = entry_text(&options, &record);
        const size_t len = strcspn(shown, "\n");
        assert_int_equal((len - 8 - 3) % 3, 0);
        assert_memory_equal(shown + len - 3, "\xE2\x80\xA6", 3);
    }
}

static void the_number_of_fields_is_limited(void **state) {
    (void)state;
    static jl_field fields[JL_RECORD_FIELDS_MAX];
    const jsonlog_journald_options options = defaults();
    const jsonlog_value value = jsonlog_from_int64(1);
    for (size_t i = 0; i < JL_RECORD_FIELDS_MAX; i++)
        fields[i] = field_of("f", &value);
    const jsonlog_record record = {.logger = "",
                                   .call = fields,
                                   .call_count = JL_RECORD_FIELDS_MAX,
                                   .call_is_unique = true,
                                   .call_dropped = 5};
    const char *text = entry_text(&options, &record);
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, "\nF=1")) != NULL; at++)
        count++;
    assert_int_equal(count, JL_JOURNAL_FIELDS_MAX - 2 - 3); /* MESSAGE, LEVEL, TID */
    char expected[64];
    snprintf(expected, sizeof expected, "\nJSONLOG_DROPPED=%zu\n",
             JL_RECORD_FIELDS_MAX - count + 5);
    assert_non_null(strstr(text, expected));
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    jsonlog_err err;
    jsonlog_journald_options options = defaults();
    options.entry_max = 1023;
    assert_null(jl_journal_formatter_new(&options, &err));
    assert_int_equal(err.code, JSONLOG_E_INVALID);
    assert_string_equal(err.text,
                        "an entry of the journal may have 1,024 to 16,777,216 bytes, not 1023");
    options.entry_max = ((size_t)16 << 20) + 1;
    assert_null(jl_journal_formatter_new(&options, NULL));
    options.entry_max = 0;
    options.field_prefix = "_APP";
    assert_null(jl_journal_formatter_new(&options, &err));
    assert_string_equal(err.text, "\"_APP\" cannot begin the name of a field of the journal");
}

static void the_allocation_may_fail(void **state) {
    (void)state;
    const jsonlog_journald_options options = defaults();
    jsonlog_err err;
    allocations_left = 0;
    assert_null(jl_journal_formatter_new(&options, &err));
    allocations_left = -1;
    assert_int_equal(err.code, JSONLOG_E_NOMEM);
}

/* What is not an entry is told apart, wherever it ends. */
static void other_lines_are_no_entries(void **state) {
    (void)state;
    static const jl_journal_length lengths[] = {0, 3, 4, 5, UINT32_MAX};
    char line[9] = "\0####abcd";
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        jl_text rest = {line, sizeof line}, field;
        memcpy(line + 1, &lengths[i], 4);
        assert_true(jl_journal_entry_begin(&rest));
        assert_int_equal(jl_journal_entry_next(&rest, &field), lengths[i] <= 4);
    }
    jl_text text = JL_TEXT("{}"), empty = {NULL, 0}, field;
    assert_false(jl_journal_entry_begin(&text));
    assert_false(jl_journal_entry_begin(&empty));
    assert_false(jl_journal_entry_next(&empty, &field));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_become_entries),
        cmocka_unit_test(values_are_texts),
        cmocka_unit_test(options_add_prefix_and_time),
        cmocka_unit_test(what_does_not_fit_is_cut_or_counted),
        cmocka_unit_test(a_cut_never_splits_a_character),
        cmocka_unit_test(the_number_of_fields_is_limited),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(the_allocation_may_fail),
        cmocka_unit_test(other_lines_are_no_entries),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
