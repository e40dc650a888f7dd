#include "support/failing_allocator.h"
#include "support/format_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void expect_line(const jsonlog_human_options *options, const char *record,
                        const char *expected) {
    format_arena arena = {NULL, 0};
    cJSON *json = cJSON_Parse(record);
    assert_non_null(json);
    jsonlog_record made = format_record(&arena, json);
    jsonlog_formatter *formatter = jsonlog_human_formatter_new(options, NULL);
    assert_non_null(formatter);
    assert_string_equal(format_line(&arena, formatter, &made), expected);
    jsonlog_formatter_release(formatter);
    format_arena_done(&arena);
    cJSON_Delete(json);
}

static jsonlog_human_options plain(void) {
    jsonlog_human_options options = JSONLOG_HUMAN_OPTIONS_INIT;
    options.color = JSONLOG_COLOR_NEVER;
    options.utc = true;
    return options;
}

static void records_read_well(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"{\"level\":40,\"logger\":\"payment\",\"message\":\"token "
         "expired\",\"fields\":{\"errorCode\":\"DA00012\",\"user\":{\"age\":20}}}",
         "08:07:45.784 ERROR payment  token expired  errorCode=DA00012 user.age=20\n"},
        {"{\"level\":20,\"logger\":\"\",\"message\":\"m\"}", "08:07:45.784 INFO  root  m\n"},
        {"{\"level\":30,\"fields\":{\"a\":1}}", "08:07:45.784 WARN  test  a=1\n"},
        {"{\"message\":\"m\",\"suppressed\":3}", "08:07:45.784 INFO  test  m  suppressed=3\n"},
        /* words are quoted where they have to be */
        {"{\"fields\":{\"a\":\"\",\"b\":\"x y\",\"c\":\"k=v\",\"d\":\"say "
         "\\\"hi\\\"\",\"e\":\"a\\\\b\",\"f\":\"가나\",\"g h\":1,\"i\":\"-\"}}",
         "08:07:45.784 INFO  test  a=\"\" b=\"x y\" c=\"k=v\" d=\"say \\\"hi\\\"\" e=\"a\\\\b\" "
         "f=가나 \"g h\"=1 i=-\n"},
        /* every type */
        {"{\"fields\":{\"n\":null,\"t\":true,\"d\":1.5,\"l\":[1,\"x\",{\"y\":2}],\"e\":{},\"z\":[]}"
         "}",
         "08:07:45.784 INFO  test  n=null t=true d=1.5 l=[1,\"x\",{\"y\":2}] e={} z=[]\n"},
        {"{\"fields\":{\"u\":{\"$uuid\":\"00112233445566778899aabbccddeeff\"},\"h\":{\"$hex\":"
         "\"255\"},\"s\":{\"$secret\":{\"a\":1}},\"b\":{\"$bytes\":\"ff\"}}}",
         "08:07:45.784 INFO  test  u=00112233-4455-6677-8899-aabbccddeeff h=0xff s=*** b=_w==\n"},
        {"{\"fields\":{\"e\":{\"$errno\":2},\"c\":{\"$cjson\":{\"a\":{\"b\":1}}},\"o\":{\"x\":1,"
         "\"y\":{\"z\":[]},\"x\":2}}}",
         "08:07:45.784 INFO  test  e.code=2 e.name=ENOENT e.text=\"No such file or directory\" "
         "c.a.b=1 o.x=2 o.y.z=[]\n"},
        {"{\"fields\":{\"c\":{\"$causes\":[\"a\",\"b\"]},\"r\":{\"$raw\":\"{ \\\"a\\\": 1 }\"}}}",
         "08:07:45.784 INFO  test  c=\"a: b\" r={\"a\":1}\n"},
    };
    jsonlog_human_options options = plain();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_line(&options, rows[i][0], rows[i][1]);
}

static void nothing_can_move_the_terminal(void **state) {
    (void)state;
    jsonlog_human_options options = plain();
    expect_line(&options,
                "{\"message\":{\"$text\":\"411b5b326d0a09e280aec285ff7f\"},\"logger\":\"a\\u001b\","
                "\"fields\":{\"k\\u001b\":\"\\u001b[2J\",\"r\":[\"\\u202e\\u001b\"],"
                "\"raw\":{\"$raw\":\"\\\"\\u061c\\\"\"}}}",
                "08:07:45.784 INFO  a\\x1b  A\\x1b[2m\\n\\t\\u202e\\u0085\xEF\xBF\xBD\\x7f  "
                "\"k\\x1b\"=\"\\x1b[2J\" r=[\"\\u202e\\u001b\"] raw=\"\\u061c\"\n");
}

static void the_source_stands_last(void **state) {
    (void)state;
    jsonlog_human_options options = plain();
    options.with_source = true;
    expect_line(&options,
                "{\"message\":\"m\",\"site\":{\"file\":\"src/"
                "pay.c\",\"line\":7,\"function\":\"f\"},\"fields\":{\"a\":1}}",
                "08:07:45.784 INFO  test  m  a=1  pay.c:7\n");
    expect_line(&options, "{\"message\":\"m\"}", "08:07:45.784 INFO  test  m\n");
}

static void local_time_is_the_default(void **state) {
    (void)state;
    setenv("TZ", "KST-9", 1);
    tzset();
    jsonlog_human_options options = plain();
    options.utc = false;
    expect_line(&options, "{\"message\":\"m\"}", "17:07:45.784 INFO  test  m\n");
    setenv("TZ", "UTC0", 1);
    tzset();
}

static void colours_are_reset(void **state) {
    (void)state;
    jsonlog_human_options options = plain();
    options.color = JSONLOG_COLOR_ALWAYS;
    expect_line(&options, "{\"level\":40,\"message\":\"m\",\"fields\":{\"a\":1}}",
                "08:07:45.784 \x1b[31mERROR\x1b[0m test  m  \x1b[2ma=\x1b[0m1\n");
    expect_line(&options, "{\"level\":10,\"message\":\"m\"}",
                "08:07:45.784 \x1b[36mDEBUG\x1b[0m test  m\n");
}

static bool is_coloured(const char *no_color, const char *terminal, int descriptor) {
    if (no_color == NULL)
        unsetenv("NO_COLOR");
    else
        setenv("NO_COLOR", no_color, 1);
    setenv("TERM", terminal, 1);
    jsonlog_human_options options = JSONLOG_HUMAN_OPTIONS_INIT;
    options.descriptor = descriptor;
    jsonlog_formatter *formatter = jsonlog_human_formatter_new(&options, NULL);
    const jsonlog_record record = {.level = 40, .logger = "a"};
    char line[256];
    size_t len = jsonlog_formatter_format(formatter, &record, line, sizeof line);
    jsonlog_formatter_release(formatter);
    return memchr(line, '\x1b', len) != NULL;
}

static void colours_follow_the_terminal(void **state) {
    (void)state;
    int master = posix_openpt(2 /* O_RDWR */);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        skip();
    int files[2];
    assert_int_equal(pipe(files), 0);
    assert_true(is_coloured(NULL, "xterm", master));
    assert_true(is_coloured("", "xterm", master));
    assert_false(is_coloured("1", "xterm", master));
    assert_false(is_coloured(NULL, "dumb", master));
    assert_false(is_coloured(NULL, "xterm", files[1]));
    close(master);
    close(files[0]);
    close(files[1]);
}

static void long_lines_are_cut_on_code_points(void **state) {
    (void)state;
    char text[600] = "";
    for (int i = 0; i < 190; i++)
        strcat(text, "가");
    const jsonlog_value message = jsonlog_from_string(text);
    const jsonlog_record record = {.level = 20, .logger = "a", .message = &message};
    for (size_t cap = 64; cap < 620; cap++) {
        jsonlog_human_options options = plain();
        options.color = cap % 2 == 0 ? JSONLOG_COLOR_NEVER : JSONLOG_COLOR_ALWAYS;
        options.line_max = cap;
        jsonlog_formatter *formatter = jsonlog_human_formatter_new(&options, NULL);
        char line[1024];
        size_t len = jsonlog_formatter_format(formatter, &record, line, sizeof line);
        assert_true(len > 0 && len <= cap && len + 12 > (cap < 600 ? cap : 600));
        assert_int_equal(line[len - 1], '\n');
        line[len] = '\0';
        assert_int_equal(strstr(line, "…") != NULL, cap < 600u + (cap % 2 == 0 ? 0 : 9));
        jsonlog_formatter_release(formatter);
    }
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    jsonlog_err err;
    jsonlog_human_options options = plain();
    options.size = 1;
    assert_null(jsonlog_human_formatter_new(&options, &err));
    assert_int_equal(err.code, JSONLOG_E_INVALID);
    options = plain();
    options.line_max = 63;
    assert_null(jsonlog_human_formatter_new(&options, &err));
    assert_int_equal(err.code, JSONLOG_E_INVALID);
    allocations_left = 0;
    assert_null(jsonlog_human_formatter_new(NULL, &err));
    allocations_left = -1;
    assert_int_equal(err.code, JSONLOG_E_NOMEM);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_read_well),
        cmocka_unit_test(nothing_can_move_the_terminal),
        cmocka_unit_test(the_source_stands_last),
        cmocka_unit_test(local_time_is_the_default),
        cmocka_unit_test(colours_are_reset),
        cmocka_unit_test(colours_follow_the_terminal),
        cmocka_unit_test(long_lines_are_cut_on_code_points),
        cmocka_unit_test(wrong_options_are_refused),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
