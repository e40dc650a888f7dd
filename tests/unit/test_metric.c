#include "support/log_lines.h"

#include <jsonlog/jsonlog.h>
#include <jsonlog/metric.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static jsonlog_handler *lines;
static jsonlog_logger *pay;

static int start(void **state) {
    (void)state;
    alarm(60);
    lines = log_lines_at(jsonlog_root());
    pay = jsonlog_get("pay");
    return lines == NULL ? -1 : 0;
}

static int stop(void **state) {
    (void)state;
    jsonlog_handler_release(lines);
    return 0;
}

/* Each test begins with no lines and the default formatter. */
static int clean(void **state) {
    (void)state;
    jsonlog_handler_set_formatter(lines, NULL);
    jsonlog_set_clock(log_lines_now, NULL);
    log_lines_take(lines);
    return 0;
}

static void use(const jsonlog_json_options *options) {
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(options, NULL);
    assert_non_null(formatter);
    jsonlog_handler_set_formatter(lines, formatter);
    jsonlog_formatter_release(formatter);
}

/* ---- lines ---- */

#define HEAD       LOG_LINES_TIME "\"INFO\",\"logger\":\"pay\","
#define META(rest) "\"_aws\":{\"Timestamp\":1795334865784,\"CloudWatchMetrics\":[{" rest "}]}"

static void a_call_reads_as_in_the_header(void **state) {
    (void)state;
    jsonlog_metric(pay, "Payments", jsonlog_dimensions("service", "pay"), "latency",
                   jsonlog_ms(12.5), "requests", jsonlog_count(1), "requestId", "7f3a");
    assert_string_equal(
        log_lines_take(lines),
        HEAD META("\"Namespace\":\"Payments\",\"Dimensions\":[[\"service\"]],\"Metrics\":["
                  "{\"Name\":\"latency\",\"Unit\":\"Milliseconds\"},"
                  "{\"Name\":\"requests\",\"Unit\":\"Count\"}]") ",\"service\":\"pay\","
                                                                 "\"latency\":12.5,\"requests\":1,"
                                                                 "\"requestId\":\"7f3a\"}\n");
}

/* A formatter with no attribute but "_aws". */
static void write_the_event_alone(void) {
    static const char *const names[] = {"_aws"};
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.names = names;
    options.name_count = 1;
    use(&options);
}

static int64_t time_of_first(void *context) {
    (void)context;
    return INT64_C(1574109732004) * 1000000;
}

static int64_t time_of_second(void *context) {
    (void)context;
    return INT64_C(1704067200000) * 1000000;
}

/* What CloudWatch's specification shows, byte for byte. */
static const char *document(size_t index) {
    static char text[4096];
    FILE *file = fopen(JSONLOG_TEST_DATA "/emf/documents.jsonl", "r");
    assert_non_null(file);
    for (size_t i = 0; i <= index; i++)
        assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    return text;
}

static void the_first_document_of_the_specification(void **state) {
    (void)state;
    write_the_event_alone();
    jsonlog_set_clock(time_of_first, NULL);
    jsonlog_metric(pay, "lambda-function-metrics", jsonlog_dimensions("functionVersion", "$LATEST"),
                   "time", jsonlog_measure_every(60, 100, JSONLOG_UNIT_MILLISECONDS), "requestId",
                   "989ffbf8-9ace-4817-a57c-e4dd734019ee");
    assert_string_equal(log_lines_take(lines), document(0));
}

static void the_second_document_of_the_specification(void **state) {
    (void)state;
    write_the_event_alone();
    jsonlog_set_clock(time_of_second, NULL);
    jsonlog_metric(pay, "app",
                   jsonlog_dimension_sets(jsonlog_dimensions("service", "api"),
                                          jsonlog_dimensions("service", "api", "route", "/v1")),
                   "latency", jsonlog_ms(jsonlog_array(12.5, 13, 40)), "bytes",
                   jsonlog_measure(1841, JSONLOG_UNIT_BYTES), "level", "info", "message",
                   "request done");
    assert_string_equal(log_lines_take(lines), document(1));
}

static void every_number_has_its_form(void **state) {
    (void)state;
    const double doubles[] = {0.5, -1e300 * 0, 0x1p359};
    const int ints[] = {1, -2};
    write_the_event_alone();
    jsonlog_metric(pay, "a", jsonlog_dimensions(), "u", jsonlog_us((unsigned char)3), "i",
                   jsonlog_count(INT64_MIN), "f", jsonlog_percent(0.1f), "d",
                   jsonlog_measure(jsonlog_doubles(doubles, 2), JSONLOG_UNIT_NONE), "n",
                   jsonlog_count(jsonlog_ints(ints, 2)), "t",
                   jsonlog_seconds(jsonlog_duration_ns(1500000)));
    assert_string_equal(log_lines_take(lines),
                        "{" META("\"Namespace\":\"a\",\"Dimensions\":[[]],\"Metrics\":["
                                 "{\"Name\":\"u\",\"Unit\":\"Microseconds\"},{\"Name\":\"i\","
                                 "\"Unit\":\"Count\"},"
                                 "{\"Name\":\"f\",\"Unit\":\"Percent\"},{\"Name\":\"d\"},"
                                 "{\"Name\":\"n\",\"Unit\":\"Count\"},{\"Name\":\"t\",\"Unit\":"
                                 "\"Seconds\"}]") ",\"u\":3,\"i\":-9223372036854775808,\"f\":0.1,"
                                                  "\"d\":[0.5,-0.0],\"n\":[1,-2],"
                                                  "\"t\":0.0015}\n");
}

static void in_a_log_call_it_is_the_plain_number(void **state) {
    (void)state;
    jsonlog_info(pay, "m", "latency", jsonlog_ms(12.5));
    assert_string_equal(log_lines_take(lines), HEAD "\"message\":\"m\",\"latency\":12.5}\n");
}

static int evaluated;

static int number(void) {
    return ++evaluated;
}

static void a_level_that_is_off_evaluates_nothing(void **state) {
    (void)state;
    jsonlog_logger_set_level(pay, JSONLOG_LEVEL_WARN);
    jsonlog_metric(pay, "a", jsonlog_dimensions("d", jsonlog_text("%d", number())), "n",
                   jsonlog_count(number()));
    jsonlog_metric(NULL, "a", jsonlog_dimensions(), "n", jsonlog_count(number()));
    jsonlog_logger_set_level(pay, JSONLOG_LEVEL_NOTSET);
    assert_int_equal(evaluated, 0);
    assert_string_equal(log_lines_take(lines), "");
}

/* ---- with names made at run time ---- */

static jsonlog_field text_field(const char *key, const char *text) {
    return jsonlog_field_make(key, jsonlog_from_string(text));
}

static jsonlog_field count_field(const char *key, int64_t count) {
    return jsonlog_field_make(key,
                              jsonlog_measured(jsonlog_from_int64(count), JSONLOG_UNIT_COUNT, 0));
}

static void an_event_says_the_same_as_a_call(void **state) {
    (void)state;
    const jsonlog_field dimensions[] = {text_field("a", "1"), text_field("b", "2")};
    const jsonlog_field metrics[] = {count_field("n", 3)};
    const jsonlog_field properties[] = {text_field("p", "q")};
    const uint64_t sets[] = {1, 3, 0};
    jsonlog_metric_event event = JSONLOG_METRIC_EVENT_INIT;
    event.metric_namespace = "x";
    event.level = JSONLOG_LEVEL_WARN;
    event.time_ms = LOG_LINES_TIME_NS / 1000000 - 1;
    event.dimensions = dimensions;
    event.dimension_count = 2;
    event.sets = sets;
    event.set_count = 3;
    event.metrics = metrics;
    event.metric_count = 1;
    event.properties = properties;
    event.property_count = 1;
    assert_int_equal(jsonlog_metric_log(pay, &event, NULL), JSONLOG_OK);
    assert_string_equal(
        log_lines_take(lines), LOG_LINES_TIME
        "\"WARN\",\"logger\":\"pay\",\"_aws\":{\"Timestamp\":1795334865783,\"CloudWatchMetrics\":[{"
        "\"Namespace\":\"x\",\"Dimensions\":[[\"a\"],[\"a\",\"b\"],[]],\"Metrics\":["
        "{\"Name\":\"n\",\"Unit\":\"Count\"}]}]},\"a\":\"1\",\"b\":\"2\",\"n\":3,\"p\":\"q\"}\n");
}

/* ---- what no formatter may do ---- */

#define TWO "\"Namespace\":\"a\",\"Dimensions\":[[\"timestamp\"]],\"Metrics\":[{\"Name\":\"_x.y\"}]"

static void log_awkward_names(void) {
    jsonlog_metric(pay, "a", jsonlog_dimensions("timestamp", "t"), "_x.y",
                   jsonlog_measure(1, JSONLOG_UNIT_NONE), "_x", 2, "p.q", 3);
}

static void an_attribute_gives_way(void **state) {
    (void)state;
    log_awkward_names();
    assert_string_equal(log_lines_take(lines),
                        "{\"timestamp\":\"t\",\"logType\":\"INFO\",\"logger\":\"pay\"," META(
                            TWO) ",\"_x.y\":1,\"_x\":2,\"p.q\":3}\n");
}

static void nothing_is_renamed_split_or_left_out(void **state) {
    (void)state;
    static const jsonlog_rename renames[] = {{"_x.y", "renamed"}, {"p.q", "_x.y"}, {"_aws", "aws"}};
    static const char *const excluded[] = {"_x.y", "timestamp"};
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.rename = renames;
    options.rename_count = 3;
    options.exclude = excluded;
    options.exclude_count = 2;
    options.skip_underscored = true;
    options.expand_dots = true;
    options.omit_empty = true;
    use(&options);
    log_awkward_names();
    assert_string_equal(log_lines_take(lines),
                        "{\"timestamp\":\"t\",\"logType\":\"INFO\",\"logger\":\"pay\"," META(
                            TWO) ",\"_x.y\":1,\"_dropped\":1}\n");
}

static bool write_as_text(jsonlog_writer *writer, const char *key, size_t key_len,
                          const jsonlog_value *value, void *context) {
    (void)key;
    (void)key_len;
    (void)value;
    (void)context;
    jsonlog_write_value(writer, jsonlog_from_string("changed"));
    return true;
}

static void a_value_function_gets_properties_only(void **state) {
    (void)state;
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.value_fn = write_as_text;
    use(&options);
    log_awkward_names();
    assert_string_equal(log_lines_take(lines),
                        "{\"timestamp\":\"t\",\"logType\":\"INFO\",\"logger\":\"pay\"," META(
                            TWO) ",\"_x.y\":1,\"_x\":\"changed\",\"p.q\":\"changed\"}\n");
}

static void bound_fields_are_properties_and_weaker(void **state) {
    (void)state;
    jsonlog_logger *child = jsonlog_with(pay, "n", "bound", "who", "me");
    jsonlog_metric(child, "a", jsonlog_dimensions(), "n", jsonlog_count(1));
    jsonlog_logger_free(child);
    assert_string_equal(
        log_lines_take(lines),
        HEAD "\"n\":1,\"who\":\"me\"," META("\"Namespace\":\"a\",\"Dimensions\":[[]],\"Metrics\":["
                                            "{\"Name\":\"n\",\"Unit\":\"Count\"}]") "}\n");
}

static void people_see_no_metadata(void **state) {
    (void)state;
    jsonlog_human_options options = JSONLOG_HUMAN_OPTIONS_INIT;
    options.utc = true;
    options.color = JSONLOG_COLOR_NEVER;
    jsonlog_formatter *human = jsonlog_human_formatter_new(&options, NULL);
    jsonlog_handler_set_formatter(lines, human);
    jsonlog_formatter_release(human);
    jsonlog_metric(pay, "a", jsonlog_dimensions("d", "v"), "n", jsonlog_count(1));
    assert_string_equal(log_lines_take(lines), "08:07:45.784 INFO  pay  d=v n=1\n");
}

/* ---- what does not fit ---- */

static void properties_are_shortened_and_the_event_stays_whole(void **state) {
    (void)state;
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.line_max = 330;
    use(&options);
    static char text[1000];
    memset(text, 'x', sizeof text - 1);
    jsonlog_metric(pay, "a", jsonlog_dimensions("d", "0123456789012345678901234567890123456789"),
                   "p", text, "n", jsonlog_count(1));
    const char *line = log_lines_take(lines);
    assert_int_equal(strlen(line), 330);
    assert_non_null(strstr(line, META("\"Namespace\":\"a\",\"Dimensions\":[[\"d\"]],\"Metrics\":["
                                      "{\"Name\":\"n\",\"Unit\":\"Count\"}]")));
    assert_non_null(strstr(line, "\"d\":\"0123456789012345678901234567890123456789\""));
    assert_non_null(strstr(line, "xxx…\",\"n\":1,\"_truncated\":true}\n"));
}

static void log_too_much(void) {
    static char text[1001];
    memset(text, 'x', sizeof text - 1);
    jsonlog_metric(pay, "big", jsonlog_dimensions("d", text), "n", jsonlog_count(1));
}

/* The handler tells that it lost a line, and the metric why. */
#define LOST(n)                                                                                  \
    LINE("\"WARN\",\"logger\":\"jsonlog\",\"message\":\"lines lost\",\"lost\":" n ",\"reason\":" \
         "\"format\"}")
#define REFUSED(rest) \
    LOG_LINES_TIME "\"ERROR\",\"logger\":\"jsonlog\",\"errorMessage\":\"metric refused\"," rest

static void an_event_over_the_cap_is_an_error_and_no_line(void **state) {
    (void)state;
    jsonlog_stats before;
    jsonlog_stats after;
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.line_max = 1000;
    use(&options);
    jsonlog_get_stats(&before);
    log_too_much();
    jsonlog_get_stats(&after);
    const char *line = log_lines_take(lines);
    const char *expected =
        LOST("1") REFUSED("\"limit\":\"the line does not fit its cap with all dimensions and "
                          "metrics\",\"namespace\":\"big\",\"file\":");
    assert_memory_equal(line, expected, strlen(expected));
    assert_int_equal(after.lost_format - before.lost_format, 1);
    assert_int_equal(after.lost_output - before.lost_output, 1);
}

static bool spoil(jsonlog_record *record, void *how) {
    if (jsonlog_record_level(record) > JSONLOG_LEVEL_INFO)
        return true;
    switch (*(const char *)how) {
    case 'r': jsonlog_record_remove_field(record, "d", 1); break;
    case 't': jsonlog_record_set_field(record, "n", 1, jsonlog_from_string("1")); break;
    case 'a': jsonlog_record_set_field(record, "_aws", 4, jsonlog_null()); break;
    default: jsonlog_record_set_field(record, "d", 1, jsonlog_from_string("***"));
    }
    return true;
}

/* Each call has a place of its own: a place is reported once a second. */
#define LOG_SPOILT(how)                                                                     \
    do {                                                                                    \
        char spoil_how = (how);                                                             \
        assert_int_equal(jsonlog_logger_add_filter(pay, spoil, &spoil_how), JSONLOG_OK);    \
        jsonlog_metric(pay, "x", jsonlog_dimensions("d", "v"), "n", jsonlog_count(3));      \
        assert_int_equal(jsonlog_logger_remove_filter(pay, spoil, &spoil_how), JSONLOG_OK); \
    } while (0)

static void assert_taken_away(void) {
    const char *expected =
        LOST("1") REFUSED("\"limit\":\"a filter, a processor or a redaction changed what "
                          "CloudWatch reads\",\"namespace\":\"x\",");
    const char *text = log_lines_take(lines);
    assert_true(strlen(text) > strlen(expected));
    assert_memory_equal(text, expected, strlen(expected));
}

static void a_filter_may_hide_but_not_take_away(void **state) {
    (void)state;
    LOG_SPOILT('h');
    assert_non_null(strstr(log_lines_take(lines), "\"d\":\"***\",\"n\":3}\n"));
    LOG_SPOILT('r');
    assert_taken_away();
    LOG_SPOILT('t');
    assert_taken_away();
    LOG_SPOILT('a');
    assert_taken_away();
}

static void a_wrong_call_is_reported_with_its_place(void **state) {
    (void)state;
    jsonlog_stats before;
    jsonlog_stats after;
    jsonlog_get_stats(&before);
    jsonlog_metric(pay, "a", jsonlog_dimensions(), "n", jsonlog_count((double)NAN));
    const int line = __LINE__ - 1;
    jsonlog_get_stats(&after);
    char expected[1024];
    snprintf(expected, sizeof expected,
             REFUSED("\"limit\":\"a value is not a number from -2^360 to 2^360\",\"name\":\"n\","
                     "\"namespace\":\"a\",\"file\":\"%s\",\"line\":%d}\n"),
             __FILE__, line);
    assert_string_equal(log_lines_take(lines), expected);
    assert_int_equal(after.lost_invalid - before.lost_invalid, 1);
}

static void a_wrong_call_in_a_loop_is_no_flood(void **state) {
    (void)state;
    const char *report = NULL;
    size_t calls = 0;
    size_t reports = 0;
    for (; report == NULL || strstr(report, "\"suppressed\":") == NULL; calls++) {
        jsonlog_metric(pay, "a", jsonlog_dimensions(), "n", jsonlog_count("x"[0] * NAN));
        report = log_lines_take(lines);
        reports += *report != '\0';
        usleep(1000);
    }
    char expected[64];
    snprintf(expected, sizeof expected, "\"suppressed\":%zu}\n", calls - reports);
    assert_non_null(strstr(report, expected));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_call_reads_as_in_the_header, clean),
        cmocka_unit_test_setup(the_first_document_of_the_specification, clean),
        cmocka_unit_test_setup(the_second_document_of_the_specification, clean),
        cmocka_unit_test_setup(every_number_has_its_form, clean),
        cmocka_unit_test_setup(in_a_log_call_it_is_the_plain_number, clean),
        cmocka_unit_test_setup(a_level_that_is_off_evaluates_nothing, clean),
        cmocka_unit_test_setup(an_event_says_the_same_as_a_call, clean),
        cmocka_unit_test_setup(an_attribute_gives_way, clean),
        cmocka_unit_test_setup(nothing_is_renamed_split_or_left_out, clean),
        cmocka_unit_test_setup(a_value_function_gets_properties_only, clean),
        cmocka_unit_test_setup(bound_fields_are_properties_and_weaker, clean),
        cmocka_unit_test_setup(people_see_no_metadata, clean),
        cmocka_unit_test_setup(properties_are_shortened_and_the_event_stays_whole, clean),
        cmocka_unit_test_setup(an_event_over_the_cap_is_an_error_and_no_line, clean),
        cmocka_unit_test_setup(a_filter_may_hide_but_not_take_away, clean),
        cmocka_unit_test_setup(a_wrong_call_is_reported_with_its_place, clean),
        cmocka_unit_test_setup(a_wrong_call_in_a_loop_is_no_flood, clean),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
