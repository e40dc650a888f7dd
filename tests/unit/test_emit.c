#include "record/capture_hook.h"
#include "record/record.h"
#include "support/log_lines.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define INFO(rest) LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\"" rest "}")

static jsonlog_handler *lines;
static jsonlog_logger *logger;
static jsonlog_stats before;

static int start(void **state) {
    (void)state;
    lines = log_lines_at(jsonlog_root());
    logger = jsonlog_get("t");
    return lines == NULL ? -1 : 0;
}

static int stop(void **state) {
    (void)state;
    jsonlog_handler_release(lines);
    return 0;
}

static int note_stats(void **state) {
    (void)state;
    jsonlog_get_stats(&before);
    return 0;
}

#define assert_counted(counter, by)                         \
    do {                                                    \
        jsonlog_stats now;                                  \
        jsonlog_get_stats(&now);                            \
        assert_int_equal(now.counter - before.counter, by); \
    } while (0)

static void a_call_becomes_a_line(void **state) {
    (void)state;
    errno = 42;
    jsonlog_info(logger, "m", "i", 1, "o", jsonlog_object("a", jsonlog_array(1, "x")), "d", 20.0);
    assert_int_equal(errno, 42);
    const char *text = log_lines_take(lines);
    assert_string_equal(text, INFO(",\"i\":1,\"o\":{\"a\":[1,\"x\"]},\"d\":20.0"));
    assert_counted(records, 1);
    assert_counted(lines, 1);
    assert_counted(bytes, strlen(text));
}

static void messages_of_all_kinds(void **state) {
    (void)state;
    const char *none = NULL;
    jsonlog_info(logger, none, "a", 1);
    jsonlog_infof(logger, "%s %d", "retry", 3);
    jsonlog_info(logger, jsonlog_text("%d", 5), "a", jsonlog_text("%c", 'c'));
    jsonlog_error(logger, jsonlog_secret("password"));
    jsonlog_log(logger, 25, "m");
    assert_string_equal(log_lines_take(lines),
                        LINE("\"INFO\",\"logger\":\"t\",\"a\":1}")
                            LINE("\"INFO\",\"logger\":\"t\",\"message\":\"retry 3\"}")
                                LINE("\"INFO\",\"logger\":\"t\",\"message\":\"5\",\"a\":\"c\"}")
                                    LINE("\"ERROR\",\"logger\":\"t\",\"errorMessage\":\"***\"}")
                                        LINE("\"LEVEL 25\",\"logger\":\"t\",\"message\":\"m\"}"));
    jsonlog_info(logger, jsonlog_object("a", 1));
    assert_string_equal(log_lines_take(lines),
                        LINE("\"INFO\",\"logger\":\"t\",\"message\":\"__could_not_encode__\"}"));
    assert_counted(replaced_values, 1);
}

static void a_long_text_is_cut_on_a_code_point(void **state) {
    (void)state;
    char space[JSONLOG_TEXT_MAX];
    char text[1200];
    memset(text, 'a', sizeof text);
    text[1023] = '\0';
    jsonlog_value value = jsonlog_format_text(space, "%s", text);
    assert_int_equal(value.with.len, 1023); /* just fits, with its NUL */
    text[1023] = 'a';
    text[1024] = '\0';
    value = jsonlog_format_text(space, "%s", text);
    assert_int_equal(value.with.len, 1023);
    assert_memory_equal(value.as.string + 1019, "a\xE2\x80\xA6", 4);
    memcpy(text + 1018, "\xF0\x9F\x98\x80", 4); /* the cut would split it */
    value = jsonlog_format_text(space, "%s", text);
    assert_int_equal(value.with.len, 1021);
    assert_memory_equal(value.as.string + 1017, "a\xE2\x80\xA6", 4);
    assert_int_equal(jsonlog_format_text(space, "%s", "").with.len, 0);
}

static void characters_are_strings(void **state) {
    (void)state;
    jsonlog_info(logger, "m", "a", jsonlog_char('a'), "nul", jsonlog_char(0), "e",
                 jsonlog_char(0x20AC), "g", jsonlog_char(0x1F600), "s", jsonlog_char(0xD800), "b",
                 jsonlog_char(0x110000));
    assert_string_equal(
        log_lines_take(lines),
        INFO(",\"a\":\"a\",\"nul\":\"\\u0000\",\"e\":\"\xE2\x82\xAC\",\"g\":\"\xF0\x9F\x98\x80\""
             ",\"s\":\"\xEF\xBF\xBD\",\"b\":\"\xEF\xBF\xBD\""));
}

static void a_disabled_call_evaluates_nothing(void **state) {
    (void)state;
    int evaluated = 0;
    jsonlog_debug(logger, "m", "n", ++evaluated);
    jsonlog_info((jsonlog_logger *)NULL, "m", "n", ++evaluated);
    assert_int_equal(evaluated, 0);
    assert_string_equal(log_lines_take(lines), "");
    assert_counted(records, 0);
}

static void fields_may_have_keys_made_at_run_time(void **state) {
    (void)state;
    const jsonlog_field fields[] = {jsonlog_field_make("a\"b", jsonlog_value_of(1)),
                                    {"cut", 1, jsonlog_value_of(2)},
                                    {NULL, 0, jsonlog_value_of(3)}};
    jsonlog_log_fields(logger, JSONLOG_LEVEL_INFO, "message", 1, fields, 3);
    jsonlog_log_fields(logger, JSONLOG_LEVEL_INFO, NULL, 0, NULL, 5);
    jsonlog_log_fields(logger, JSONLOG_LEVEL_DEBUG, "off", JSONLOG_NUL_TERMINATED, NULL, 0);
    jsonlog_log_fields(NULL, JSONLOG_LEVEL_INFO, "m", 1, NULL, 0);
    assert_string_equal(log_lines_take(lines), INFO(",\"a\\\"b\":1,\"c\":2,\"null\":3")
                                                   LINE("\"INFO\",\"logger\":\"t\"}"));
}

static void more_than_256_fields_are_dropped_and_said_so(void **state) {
    (void)state;
    static char keys[300][16];
    static jsonlog_field fields[300];
    for (int i = 0; i < 300; i++) {
        snprintf(keys[i], sizeof keys[i], "k%d", i);
        fields[i] = jsonlog_field_make(keys[i], jsonlog_value_of(i));
    }
    jsonlog_log_fields(logger, JSONLOG_LEVEL_INFO, "m", 1, fields, 300);
    const char *text = log_lines_take(lines);
    assert_non_null(strstr(text, "\"k255\":255"));
    assert_null(strstr(text, "\"k256\""));
    assert_non_null(strstr(text, "\"_dropped\":44"));
}

static void what_cannot_be_a_record_is_refused(void **state) {
    (void)state;
    static jsonlog_slot slot;
    const jsonlog_value message = jsonlog_from_string("m");
    const jsonlog_site future = {JSONLOG_SITE_ABI + 1, 20, 0, 1, "f", "f", "", &slot};
    jsonlog_log_values(logger, &future, &message);
    const jsonlog_site without_level = {JSONLOG_SITE_ABI, 0, 0, 1, "f", "f", "", &slot};
    jsonlog_log_values(logger, &without_level, &message);
    jsonlog_log_fields(logger, 0, "m", 1, NULL, 0);
    jsonlog_log_fields(logger, 255, "m", 1, NULL, 0);
    jsonlog_log_fields(logger, -1, "m", 1, NULL, 0);
    jsonlog_log_values(NULL, &future, &message);
    assert_counted(lost_invalid, 5);
    assert_counted(records, 0);
    assert_string_equal(log_lines_take(lines), "");
}

/* ---- equal keys ---- */

static void log_twice(int a, int b) {
    jsonlog_info(logger, "m", "k", a, "x", 0, "k", b);
}

static void equal_keys_are_reported_once_per_site(void **state) {
    (void)state;
    log_twice(1, 2);
    const char *text = log_lines_take(lines);
    const char *expected = INFO(",\"k\":2,\"x\":0");
    assert_memory_equal(text, expected, strlen(expected));
    text += strlen(expected);
    expected = LOG_LINES_TIME
        "\"WARN\",\"logger\":\"jsonlog\",\"message\":\"a log call has two fields with the "
        "same key; the later one wins\",\"key\":\"k\",\"file\":\"";
    assert_memory_equal(text, expected, strlen(expected));
    assert_non_null(strstr(text, "test_emit.c\",\"line\":"));
    log_twice(3, 4);
    assert_string_equal(log_lines_take(lines), INFO(",\"k\":4,\"x\":0"));
    assert_counted(duplicate_keys, 2);
    const jsonlog_field fields[] = {jsonlog_field_make("a", jsonlog_value_of(1)),
                                    jsonlog_field_make("a", jsonlog_value_of(2)),
                                    jsonlog_field_make("a", jsonlog_value_of(3))};
    jsonlog_log_fields(logger, JSONLOG_LEVEL_INFO, "m", 1, fields, 3);
    assert_string_equal(log_lines_take(lines), INFO(",\"a\":3"));
    assert_counted(duplicate_keys, 4);
}

static void a_key_that_needs_escaping_is_escaped(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) { /* first use and later ones */
        jsonlog_info(logger, "m", "tab	key", 1, "café", 2);
        assert_string_equal(log_lines_take(lines), INFO(",\"tab\\tkey\":1,\"caf\xC3\xA9\":2"));
    }
}

/* ---- nesting ---- */

static bool log_inside(jsonlog_writer *writer, void *context) {
    int *depth = context;
    if (++*depth < 5)
        jsonlog_info(logger, "m", "inner", jsonlog_call(log_inside, depth));
    jsonlog_write_value(writer, jsonlog_from_int64(*depth));
    return true;
}

static void a_call_in_a_callback_is_a_record_of_its_own(void **state) {
    (void)state;
    int depth = 0;
    jsonlog_info(logger, "m", "outer", jsonlog_call(log_inside, &depth), "last", "text");
    /* One level goes out first; the level below that is dropped, and its callback never called. */
    assert_string_equal(log_lines_take(lines),
                        INFO(",\"inner\":2") INFO(",\"outer\":2,\"last\":\"text\""));
    assert_counted(lost_nested, 1);
    assert_counted(records, 2);
}

static bool log_and_count(const jsonlog_line *line, void *context) {
    (void)line;
    ++*(int *)context;
    jsonlog_info(logger, "from the handler");
    return true;
}

static void a_handler_that_logs_does_not_hang(void **state) {
    (void)state;
    int calls = 0;
    jsonlog_handler *handler = jsonlog_callback_handler_new(log_and_count, &calls);
    jsonlog_logger_add_handler(logger, handler);
    jsonlog_info(logger, "m");
    jsonlog_logger_remove_handler(logger, handler);
    jsonlog_handler_release(handler);
    assert_int_equal(calls, 1);
    /* The nested record reached the other handler, and not the one it came from. */
    assert_string_equal(log_lines_take(lines),
                        LINE("\"INFO\",\"logger\":\"t\",\"message\":\"from the handler\"}")
                            INFO(""));
    assert_counted(lost_nested, 1);
}

static bool log_in_filter(jsonlog_record *record, void *context) {
    (void)record;
    ++*(int *)context;
    jsonlog_info(logger, "from the filter");
    return true;
}

static void a_filter_that_logs_is_not_asked_again(void **state) {
    (void)state;
    int calls = 0;
    jsonlog_logger_add_filter(logger, log_in_filter, &calls);
    jsonlog_info(logger, "m");
    assert_int_equal(jsonlog_logger_remove_filter(logger, log_in_filter, &calls), JSONLOG_OK);
    assert_int_equal(calls, 1);
    assert_string_equal(log_lines_take(lines),
                        LINE("\"INFO\",\"logger\":\"t\",\"message\":\"from the filter\"}")
                            INFO(""));
}

/* ---- formatters ---- */

static int formatted;

static jsonlog_status format_short(const jsonlog_record *record, jsonlog_output *output,
                                   void *context) {
    (void)record;
    (void)context;
    formatted++;
    jsonlog_output_append(output, "line\n", 5);
    return JSONLOG_OK;
}

static jsonlog_status format_nothing(const jsonlog_record *record, jsonlog_output *output,
                                     void *context) {
    (void)record;
    (void)output;
    (void)context;
    return JSONLOG_E_UNSUPPORTED;
}

static void handlers_with_one_formatter_share_the_line(void **state) {
    (void)state;
    jsonlog_formatter *formatter = jsonlog_formatter_new(format_short, NULL, NULL, 64);
    jsonlog_handler *three[3];
    for (int i = 0; i < 3; i++) {
        three[i] = jsonlog_memory_handler_new(1024);
        jsonlog_handler_set_formatter(three[i], formatter);
    }
    formatted = 0;
    jsonlog_logger_set_handlers(logger, three, 3);
    jsonlog_info(logger, "m");
    jsonlog_logger_set_handlers(logger, NULL, 0);
    assert_int_equal(formatted, 1);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(log_lines_take(three[i]), "line\n");
        jsonlog_handler_release(three[i]);
    }
    jsonlog_formatter_release(formatter);
    log_lines_take(lines);
}

static void a_failing_formatter_costs_only_its_own_line(void **state) {
    (void)state;
    jsonlog_formatter *formatter = jsonlog_formatter_new(format_nothing, NULL, NULL, 0);
    jsonlog_handler *handler = jsonlog_memory_handler_new(1024);
    jsonlog_handler_set_formatter(handler, formatter);
    jsonlog_formatter_release(formatter);
    jsonlog_logger_add_handler(logger, handler);
    jsonlog_info(logger, "m");
    jsonlog_logger_remove_handler(logger, handler);
    jsonlog_handler_stats stats;
    jsonlog_handler_get_stats(handler, &stats);
    assert_int_equal(stats.lost, 1);
    jsonlog_handler_release(handler);
    assert_string_equal(log_lines_take(lines), INFO(""));
    assert_counted(lost_output, 1);
}

static void edit(jsonlog_record *record, void *context) {
    jsonlog_record_set_field(record, "a", 1, jsonlog_from_int64(99));
    jsonlog_record_set_field(record, "set", 3, jsonlog_from_string(context));
    jsonlog_record_remove_field(record, "b", 1);
}

static bool set_in_filter(jsonlog_record *record, void *context) {
    (void)context;
    jsonlog_record_set_field(record, "set", 3, jsonlog_from_string("by filter"));
    return true;
}

/* A longer line than the thread's buffer was made for, too. */
static void what_a_formatter_changes_is_for_its_own_line(void **state) {
    (void)state;
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    char text[] = "by process";
    options.process = edit;
    options.process_context = text;
    options.line_max = 100000;
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
    jsonlog_handler *handler = jsonlog_memory_handler_new(LOG_LINES_SIZE);
    jsonlog_handler_set_formatter(handler, formatter);
    jsonlog_formatter_release(formatter);
    jsonlog_logger_add_handler(logger, handler); /* comes before the root's */
    jsonlog_logger_add_filter(logger, set_in_filter, NULL);
    jsonlog_info(logger, "m", "a", 1, "b", 2);
    jsonlog_logger_remove_filter(logger, set_in_filter, NULL);
    jsonlog_logger_remove_handler(logger, handler);
    assert_string_equal(log_lines_take(handler), INFO(",\"a\":99,\"set\":\"by process\""));
    assert_string_equal(log_lines_take(lines), INFO(",\"a\":1,\"b\":2,\"set\":\"by filter\""));
    jsonlog_handler_release(handler);
}

/* ---- the capture hook ---- */

static int captured;
static int captured_disabled;
static bool passes;

static bool capture(const jsonlog_record *record, bool is_enabled, jsonlog_formatter *formatter) {
    assert_non_null(formatter);
    assert_non_null(jsonlog_record_logger(record));
    captured++;
    captured_disabled += is_enabled ? 0 : 1;
    return passes;
}

static void a_capture_lowers_the_gate_and_keeps_records(void **state) {
    (void)state;
    static const jl_capture_hook hook = {capture, JSONLOG_LEVEL_DEBUG};
    jsonlog_logger *child = jsonlog_with(logger, "c", 1);
    jl_capture_hook_set(&hook);
    assert_true(jsonlog_enabled(logger, JSONLOG_LEVEL_DEBUG));
    assert_true(jsonlog_enabled(child, JSONLOG_LEVEL_DEBUG));
    assert_false(jsonlog_enabled(child, JSONLOG_LEVEL_TRACE));
    jsonlog_info(logger, "m");
    jsonlog_debug(child, "m");
    assert_int_equal(captured, 2);
    assert_int_equal(captured_disabled, 1);
    assert_string_equal(log_lines_take(lines), "");
    assert_counted(records, 1);
    passes = true;
    jsonlog_info(logger, "m");
    jsonlog_debug(logger, "m"); /* handlers never see what is switched off */
    assert_string_equal(log_lines_take(lines), INFO(""));
    jl_capture_hook_set(NULL);
    jl_capture_hook_wait();
    jsonlog_debug(logger, "m");
    assert_int_equal(captured, 4);
    assert_false(jsonlog_enabled(child, JSONLOG_LEVEL_DEBUG));
    jsonlog_logger_free(child);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_call_becomes_a_line, note_stats),
        cmocka_unit_test_setup(messages_of_all_kinds, note_stats),
        cmocka_unit_test(a_long_text_is_cut_on_a_code_point),
        cmocka_unit_test(characters_are_strings),
        cmocka_unit_test_setup(a_disabled_call_evaluates_nothing, note_stats),
        cmocka_unit_test(fields_may_have_keys_made_at_run_time),
        cmocka_unit_test(more_than_256_fields_are_dropped_and_said_so),
        cmocka_unit_test_setup(what_cannot_be_a_record_is_refused, note_stats),
        cmocka_unit_test_setup(equal_keys_are_reported_once_per_site, note_stats),
        cmocka_unit_test(a_key_that_needs_escaping_is_escaped),
        cmocka_unit_test_setup(a_call_in_a_callback_is_a_record_of_its_own, note_stats),
        cmocka_unit_test_setup(a_handler_that_logs_does_not_hang, note_stats),
        cmocka_unit_test(a_filter_that_logs_is_not_asked_again),
        cmocka_unit_test(handlers_with_one_formatter_share_the_line),
        cmocka_unit_test_setup(a_failing_formatter_costs_only_its_own_line, note_stats),
        cmocka_unit_test(what_a_formatter_changes_is_for_its_own_line),
        cmocka_unit_test_setup(a_capture_lowers_the_gate_and_keeps_records, note_stats),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
