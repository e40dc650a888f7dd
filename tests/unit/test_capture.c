#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/capture_fixture.h"

/* ---- lines from elsewhere -------------------------------------------------------------------- */

typedef struct feed_case {
    const char *text;
    size_t count;
    const char *lines[3];
} feed_case;

static const feed_case feed_cases[] = {
    {"", 0, {NULL}},
    {"\n", 0, {NULL}},
    {" \t\r\n\n  \n", 0, {NULL}},
    {"one", 1, {"one"}},
    {"one\n", 1, {"one"}},
    {"one\ntwo", 2, {"one", "two"}},
    {"\none\n\ntwo\n \nthree\n", 3, {"one", "two", "three"}},
    {" indented \r\nx\n", 2, {" indented \r", "x"}},
};

static void fed_text_is_split_into_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof feed_cases / sizeof feed_cases[0]; i++) {
        const feed_case *row = &feed_cases[i];
        jsonlog_capture *capture = jsonlog_capture_new();
        assert_int_equal(jsonlog_capture_feed(capture, row->text, strlen(row->text)), JSONLOG_OK);
        assert_int_equal(jsonlog_capture_count(capture), row->count);
        for (size_t k = 0; k < row->count; k++) {
            char line[32];
            assert_int_equal(jsonlog_capture_line(capture, k, line, sizeof line),
                             strlen(row->lines[k]));
            assert_string_equal(line, row->lines[k]);
        }
        jsonlog_capture_stop(capture);
    }
}

static void lines_are_read_in_any_order(void **state) {
    (void)state;
    jsonlog_capture *capture = jsonlog_capture_new();
    const char text[] = "a\0b\nsecond\n3";
    assert_int_equal(jsonlog_capture_feed(capture, text, sizeof text - 1), JSONLOG_OK);
    char line[4] = "zzz";
    assert_int_equal(jsonlog_capture_line(capture, 2, line, sizeof line), 1);
    assert_string_equal(line, "3");
    assert_int_equal(jsonlog_capture_line(capture, 0, line, sizeof line), 3);
    assert_memory_equal(line, "a\0b", 4);
    assert_int_equal(jsonlog_capture_line(capture, 1, line, sizeof line), 6);
    assert_string_equal(line, "sec");
    assert_int_equal(jsonlog_capture_line(capture, 1, line, 1), 6);
    assert_string_equal(line, "");
    assert_int_equal(jsonlog_capture_line(capture, 1, NULL, 0), 6);
    assert_true(jsonlog_capture_line(capture, 3, line, sizeof line) == SIZE_MAX);
    jsonlog_capture_line(capture, 0, line, sizeof line);
    jsonlog_capture_clear(capture);
    assert_int_equal(jsonlog_capture_count(capture), 0);
    assert_true(jsonlog_capture_line(capture, 0, line, sizeof line) == SIZE_MAX);
    jsonlog_capture_feed(capture, "new", 3);
    assert_int_equal(jsonlog_capture_line(capture, 0, line, sizeof line), 3);
    assert_string_equal(line, "new");
    jsonlog_capture_stop(capture);
}

static void null_and_nonsense_are_refused(void **state) {
    (void)state;
    char line[4] = "zzz";
    jsonlog_capture_stop(NULL);
    jsonlog_capture_clear(NULL);
    assert_int_equal(jsonlog_capture_count(NULL), 0);
    assert_true(jsonlog_capture_line(NULL, 0, line, sizeof line) == SIZE_MAX);
    assert_string_equal(line, "");
    assert_int_equal(jsonlog_capture_feed(NULL, "x", 1), JSONLOG_E_INVALID);
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.size--;
    assert_null(jsonlog_capture_start(&options));
    options.size++;
    options.scope = (jsonlog_capture_scope)2;
    assert_null(jsonlog_capture_start(&options));
    options.scope = JSONLOG_CAPTURE_THREAD;
    options.level = -1;
    assert_null(jsonlog_capture_start(&options));
    options.level = 256;
    assert_null(jsonlog_capture_start(&options));
    jsonlog_capture *capture = jsonlog_capture_start(NULL);
    assert_int_equal(jsonlog_capture_feed(capture, NULL, 1), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_capture_feed(capture, NULL, 0), JSONLOG_OK);
    jsonlog_capture_stop(capture);
}

/* ---- what a capture sees --------------------------------------------------------------------- */

static void all_loggers_are_seen(void **state) {
    (void)state;
    jsonlog_logger *cut_off = jsonlog_get("cut.off");
    jsonlog_logger_set_propagate(cut_off, false);
    jsonlog_capture *capture = start_thread();
    log_n(1);
    jsonlog_info(cut_off, "alone", "n", 2);
    jsonlog_info(jsonlog_get("made.later"), "late", "n", 3);
    jsonlog_info(jsonlog_root(), "root", "n", 4);
    for (int n = 1; n <= 4; n++)
        assert_int_equal(times(capture, n), 1);
    assert_int_equal(jsonlog_capture_count(capture), 4);
    jsonlog_capture_stop(capture);
    jsonlog_logger_set_propagate(cut_off, true);
}

static void a_record_is_seen_once(void **state) {
    (void)state;
    jsonlog_handler *second = jsonlog_memory_handler_new(4096);
    jsonlog_logger_add_handler(jsonlog_get("early"), second);
    jsonlog_capture *capture = start(JSONLOG_CAPTURE_THREAD, 0, true);
    log_n(1);
    assert_int_equal(times(capture, 1), 1);
    jsonlog_capture_stop(capture);
    jsonlog_logger_remove_handler(jsonlog_get("early"), second);
    jsonlog_handler_release(second);
}

static void all_fields_are_seen(void **state) {
    (void)state;
    const jsonlog_field service = {"service", JSONLOG_NUL_TERMINATED, jsonlog_value_of("shop")};
    assert_int_equal(jsonlog_set_static_fields(&service, 1), JSONLOG_OK);
    jsonlog_logger *bound = jsonlog_with(early, "requestId", "r1");
    jsonlog_capture *capture = start_thread();
    jsonlog_scope scope = jsonlog_scope_push("user", 7);
    jsonlog_warn(bound, "with fields", "own", true);
    jsonlog_scope_pop(scope);
    assert_true(jsonlog_expect_match(capture,
                                     "{ $.service = \"shop\" && $.requestId = \"r1\" && $.user = 7 "
                                     "&& $.own = 1 && $.logType = \"WARN\" }",
                                     NULL));
    jsonlog_capture_stop(capture);
    jsonlog_logger_free(bound);
    assert_int_equal(jsonlog_set_static_fields(NULL, 0), JSONLOG_OK);
}

static bool drop_secrets(jsonlog_record *record, void *context) {
    (void)context;
    jsonlog_record_remove_field(record, "password", 8);
    return jsonlog_record_get_field(record, "drop", 4) == NULL;
}

static void logger_filters_come_first(void **state) {
    (void)state;
    assert_int_equal(jsonlog_logger_add_filter(early, drop_secrets, NULL), JSONLOG_OK);
    jsonlog_capture *capture = start_thread();
    jsonlog_info(early, "login", "password", "secret");
    jsonlog_info(early, "noise", "drop", 1);
    assert_int_equal(jsonlog_capture_count(capture), 1);
    assert_true(jsonlog_expect_none(capture, "{ $.password = * }", NULL));
    jsonlog_capture_stop(capture);
    assert_int_equal(jsonlog_logger_remove_filter(early, drop_secrets, NULL), JSONLOG_OK);
}

/* ---- formatters ------------------------------------------------------------------------------ */

static jsonlog_formatter *renaming_formatter(unsigned indent) {
    const jsonlog_rename rename = {"logType", "severity"};
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.rename = &rename;
    options.rename_count = 1;
    options.indent = indent;
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
    assert_non_null(formatter);
    return formatter;
}

static void names_are_those_of_production(void **state) {
    (void)state;
    jsonlog_formatter *formatter = renaming_formatter(0);
    jsonlog_handler_set_formatter(kept, formatter);
    jsonlog_formatter_release(formatter);
    jsonlog_capture *capture = start_thread();
    log_n(1);
    assert_true(jsonlog_expect_match(capture, "{ $.severity = \"INFO\" }", NULL));
    jsonlog_handler_set_formatter(kept, NULL);
    log_n(2);
    assert_true(jsonlog_expect_match(capture, "{ $.logType = \"INFO\" && $.n = 2 }", NULL));
    jsonlog_capture_stop(capture);
}

static void another_formatter_can_be_named(void **state) {
    (void)state;
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.formatter = renaming_formatter(2);
    jsonlog_capture *capture = jsonlog_capture_start(&options);
    jsonlog_formatter_release(options.formatter);
    log_n(1);
    jsonlog_error(early, "failed");
    /* A record is one line of the capture even if its formatter writes several. */
    assert_int_equal(jsonlog_capture_count(capture), 2);
    assert_true(jsonlog_expect_match(capture, "{ $.severity = \"INFO\" && $.n = 1 }", NULL));
    char line[512];
    const size_t len = jsonlog_capture_line(capture, 0, line, sizeof line);
    assert_true(len > 0 && len < sizeof line && line[len - 1] == '}');
    /* The level is known without the line saying it. */
    jsonlog_expectation quiet = JSONLOG_EXPECTATION_INIT;
    quiet.kind = JSONLOG_EXPECT_QUIET;
    assert_false(jsonlog_expect(capture, &quiet, NULL));
    jsonlog_capture_stop(capture);
}

static void mark(jsonlog_record *record, void *context) {
    (void)context;
    jsonlog_record_set_field(record, "marked", 6, jsonlog_value_of(1));
    jsonlog_record_remove_field(record, "n", 1);
}

/* What a formatter's processor does is for its own line: not for the next capture, nor for
 * handlers. */
static void a_processor_changes_only_its_own_line(void **state) {
    (void)state;
    jsonlog_json_options json = JSONLOG_JSON_OPTIONS_INIT;
    json.process = mark;
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.passes_through = true;
    jsonlog_capture *plain = jsonlog_capture_start(&options);
    options.formatter = jsonlog_json_formatter_new(&json, NULL);
    assert_non_null(options.formatter);
    jsonlog_capture *marked = jsonlog_capture_start(&options);
    jsonlog_formatter_release(options.formatter);
    jsonlog_scope scope = jsonlog_scope_push("scope", 1);
    log_n(71);
    jsonlog_scope_pop(scope);
    assert_true(
        jsonlog_expect_match(marked, "{ $.marked = 1 && $.scope = 1 && $.n NOT EXISTS }", NULL));
    assert_true(
        jsonlog_expect_match(plain, "{ $.marked NOT EXISTS && $.scope = 1 && $.n = 71 }", NULL));
    jsonlog_capture_stop(marked);
    jsonlog_capture_stop(plain);
    assert_kept("\"scope\":1", true);
    assert_kept("\"n\":71", true);
    assert_kept("marked", false);
}

static jsonlog_status refuse(const jsonlog_record *record, jsonlog_output *output, void *context) {
    (void)record;
    (void)output;
    (void)context;
    return JSONLOG_E_INVALID;
}

static void a_line_that_cannot_be_made_is_not_forgotten(void **state) {
    (void)state;
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.formatter = jsonlog_formatter_new(refuse, NULL, NULL, 0);
    assert_non_null(options.formatter);
    jsonlog_capture *capture = jsonlog_capture_start(&options);
    jsonlog_formatter_release(options.formatter);
    assert_true(jsonlog_expect_none(capture, "", NULL));
    log_n(1);
    jsonlog_report *report = NULL;
    assert_false(jsonlog_expect_none(capture, "", &report));
    assert_non_null(strstr(jsonlog_report_text(report), "incomplete: 1 line could not be made"));
    jsonlog_report_free(report);
    jsonlog_capture_stop(capture);
}

/* ---- handlers and levels --------------------------------------------------------------------- */

static void records_are_kept_from_handlers(void **state) {
    (void)state;
    jsonlog_capture *capture = start_thread();
    log_n(11);
    log_elsewhere(12);
    assert_kept("\"n\":11", false);
    assert_kept("\"n\":12", true);
    jsonlog_capture_stop(capture);
    log_n(13);
    assert_kept("\"n\":13", true);
}

static void records_pass_if_all_captures_let_them(void **state) {
    (void)state;
    jsonlog_capture *open = start(JSONLOG_CAPTURE_THREAD, 0, true);
    log_n(21);
    jsonlog_capture *closed = start_thread();
    log_n(22);
    jsonlog_capture_stop(closed);
    log_n(23);
    assert_kept("\"n\":21", true);
    assert_kept("\"n\":22", false);
    assert_kept("\"n\":23", true);
    for (int n = 21; n <= 23; n++)
        assert_int_equal(times(open, n), 1);
    jsonlog_capture_stop(open);
}

static void a_lowered_level_reaches_no_handler(void **state) {
    (void)state;
    assert_false(jsonlog_enabled(early, JSONLOG_LEVEL_DEBUG));
    jsonlog_capture *all = start(JSONLOG_CAPTURE_THREAD, JSONLOG_LEVEL_TRACE, true);
    jsonlog_capture *some = start(JSONLOG_CAPTURE_THREAD, JSONLOG_LEVEL_DEBUG, true);
    jsonlog_capture *usual = start(JSONLOG_CAPTURE_PROCESS, 0, true);
    assert_true(jsonlog_enabled(early, JSONLOG_LEVEL_TRACE));
    jsonlog_debug(early, "debug", "n", 31);
    jsonlog_trace(early, "trace", "n", 32);
    jsonlog_info(early, "info", "n", 33);
    assert_int_equal(times(all, 31), 1);
    assert_int_equal(times(all, 32), 1);
    assert_int_equal(times(some, 31), 1);
    assert_int_equal(times(some, 32), 0);
    assert_int_equal(jsonlog_capture_count(all), 3);
    assert_int_equal(jsonlog_capture_count(some), 2);
    assert_int_equal(jsonlog_capture_count(usual), 1);
    jsonlog_capture_stop(all);
    assert_false(jsonlog_enabled(early, JSONLOG_LEVEL_TRACE));
    assert_true(jsonlog_enabled(early, JSONLOG_LEVEL_DEBUG));
    jsonlog_capture_stop(some);
    assert_false(jsonlog_enabled(early, JSONLOG_LEVEL_DEBUG));
    jsonlog_capture_stop(usual);
    assert_kept("\"n\":31", false);
    assert_kept("\"n\":32", false);
    assert_kept("\"n\":33", true);
}

static void a_level_above_takes_nothing_away(void **state) {
    (void)state;
    jsonlog_capture *capture = start(JSONLOG_CAPTURE_THREAD, JSONLOG_LEVEL_ERROR, false);
    log_n(1);
    assert_int_equal(times(capture, 1), 1);
    jsonlog_capture_stop(capture);
}

static void *log_debug_number(void *n) {
    jsonlog_debug(early, "debug", "n", *(int *)n);
    return NULL;
}

static void other_threads_keep_their_level(void **state) {
    (void)state;
    jsonlog_capture *capture = start(JSONLOG_CAPTURE_THREAD, JSONLOG_LEVEL_DEBUG, true);
    int n = 41;
    run_thread(log_debug_number, &n);
    assert_int_equal(jsonlog_capture_count(capture), 0);
    assert_kept("\"n\":41", false);
    jsonlog_capture_stop(capture);
}

int main(void) {
    if (!set_up_loggers())
        return 1;
    const struct CMUnitTest tests[] = {
        CAPTURE_TEST(fed_text_is_split_into_lines),
        CAPTURE_TEST(lines_are_read_in_any_order),
        CAPTURE_TEST(null_and_nonsense_are_refused),
        CAPTURE_TEST(all_loggers_are_seen),
        CAPTURE_TEST(a_record_is_seen_once),
        CAPTURE_TEST(all_fields_are_seen),
        CAPTURE_TEST(logger_filters_come_first),
        CAPTURE_TEST(names_are_those_of_production),
        CAPTURE_TEST(another_formatter_can_be_named),
        CAPTURE_TEST(a_processor_changes_only_its_own_line),
        CAPTURE_TEST(a_line_that_cannot_be_made_is_not_forgotten),
        CAPTURE_TEST(records_are_kept_from_handlers),
        CAPTURE_TEST(records_pass_if_all_captures_let_them),
        CAPTURE_TEST(a_lowered_level_reaches_no_handler),
        CAPTURE_TEST(a_level_above_takes_nothing_away),
        CAPTURE_TEST(other_threads_keep_their_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
