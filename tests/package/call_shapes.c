/**
 * Every shape a log call can have, compiled as C11, C17, C2x, C++17 and C++20. Where the languages
 * differ by nature
 * (`true` in C11 is an int) a maker makes them equal.
 */
#include <jsonlog/jsonlog.h>
#include <jsonlog/metric.h>

#include <stdint.h>
#include <string.h>

static int evaluated;

static int count_evaluation(int value) {
    evaluated++;
    return value;
}

static jsonlog_logger *logger_once(jsonlog_logger *log) {
    evaluated++;
    return log;
}

static bool write_point(jsonlog_writer *writer, void *context) {
    const int *point = (const int *)context;
    jsonlog_write_begin_object(writer);
    jsonlog_write_key(writer, "x", 1);
    jsonlog_write_value(writer, jsonlog_value_of(point[0]));
    jsonlog_write_key(writer, "y", 1);
    jsonlog_write_value(writer, jsonlog_value_of(point[1]));
    jsonlog_write_end_object(writer);
    return true;
}

static int64_t fixed_clock(void *context) {
    (void)context;
    return 1795334865784000000;
}

static void log_types(jsonlog_logger *log) {
    const bool yes = true;
    const signed char sc = -1;
    const unsigned char uc = 255;
    const short s = INT16_MIN;
    const unsigned short us = UINT16_MAX;
    const long l = -5;
    const unsigned long ul = 5;
    const long long ll = INT64_MIN;
    const unsigned long long ull = UINT64_MAX;
    const float f = 0.1f;
    char mutable_text[] = "mutable";
    const char *none = (const char *)NULL;
    void *nowhere = NULL;
    struct timespec time = {1795334865, 5000000};
    jsonlog_info(log, "types", "bool", yes, "sc", sc, "uc", uc, "s", s, "us", us, "i", -1, "u", 1u,
                 "l", l, "ul", ul, "ll", ll, "ull", ull, "f", f, "d", 20.0, "text", mutable_text,
                 "none", none, "nowhere", nowhere, "time", time);
}

static void log_makers(jsonlog_logger *log) {
    static const uint8_t uuid[16] = {0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3,
                                     0xa4, 0x56, 0x42, 0x66, 0x14, 0x17, 0x40, 0x00};
    static const int ints[] = {1, -2, 3};
    static const double doubles[] = {0.5, 1e300};
    static const bool bools[] = {true, false};
    static const char *const strings[] = {"a", NULL, "c"};
    int point[] = {3, 4};
    const jsonlog_field fields[] = {jsonlog_field_make("run\"time", jsonlog_value_of(1)),
                                    jsonlog_field_make("b", jsonlog_null())};
    const jsonlog_value values[] = {jsonlog_value_of(1), jsonlog_value_of("two")};
    jsonlog_info(
        log, "makers", "string", jsonlog_string("a\0b", 3), "bytes", jsonlog_bytes("\xff\xfe", 2),
        "bool", jsonlog_bool(evaluated >= 0), "null", jsonlog_null(), "char", jsonlog_char(0xAC00),
        "duration", jsonlog_duration_ns(1500000), "errno", jsonlog_errno(2), "uuid",
        jsonlog_uuid(uuid), "hex", jsonlog_hex(255), "raw", jsonlog_raw("{ \"a\" : 1 }", 11),
        "call", jsonlog_call(write_point, point), "ints", jsonlog_ints(ints, 3), "doubles",
        jsonlog_doubles(doubles, 2), "bools", jsonlog_bools(bools, 2), "strings",
        jsonlog_strings(strings, 3), "fields", jsonlog_fields(fields, 2), "values",
        jsonlog_values(values, 2), "secret", jsonlog_secret("hunter2"), "causes",
        jsonlog_causes("outer", jsonlog_text("inner %d", 1)), "text",
        jsonlog_text("%d of %d", 1, 2));
}

static void log_nesting(jsonlog_logger *log) {
    jsonlog_error(
        log, "nested", "empty", jsonlog_object(), "none", jsonlog_array(), "one",
        jsonlog_array((1)), "five",
        jsonlog_object(
            "a",
            jsonlog_object("b", jsonlog_object("c", jsonlog_object("d", jsonlog_object("e", 5))))),
        "mixed", jsonlog_array(1, "two", 3.5, jsonlog_object("four", 4), jsonlog_array(5, 6)),
        jsonlog_kv("kv", 1));
}

static void log_widest(jsonlog_logger *log) {
    jsonlog_warn(log, "32 pairs", "a", 1, "b", 2, "c", 3, "d", 4, "e", 5, "f", 6, "g", 7, "h", 8,
                 "i", 9, "j", 10, "k", 11, "l", 12, "m", 13, "n", 14, "o", 15, "p", 16, "q", 17,
                 "r", 18, "s", 19, "t", 20, "u", 21, "v", 22, "w", 23, "x", 24, "y", 25, "z", 26,
                 "aa", 27, "bb", 28, "cc", 29, "dd", 30, "ee", 31, "ff", 32);
}

static void log_forms(jsonlog_logger *log) {
    const char *text = "run-time message %s";
    jsonlog_info(log, text);
    jsonlog_info(log, (const char *)NULL, "only", "fields");
    jsonlog_infof(log, "retry %d of %s", 2, "3");
    jsonlog_infof(log, "plain");
    jsonlog_fatal(log, jsonlog_text("code %03d", 7), "k", 1);
    jsonlog_log(log, 25, "level chosen at run time", "level", 25);
    for (int i = 0; i < 5; i++) {
        jsonlog_warn_once(log, "once", "i", i);
        jsonlog_warn_every_n(log, 3, "every third", "i", i);
        jsonlog_warn_every_ms(log, 3600000, "once an hour", "i", i);
    }
    if (evaluated < 0)
        jsonlog_info(log, "no dangling else");
    else
        jsonlog_info(log, "else");
}

static void log_evaluation(jsonlog_logger *log) {
    evaluated = 0;
    jsonlog_debug(log, "off", "n", count_evaluation(1));
    jsonlog_info((jsonlog_logger *)NULL, "no logger", "n", count_evaluation(1));
    jsonlog_info(logger_once(log), "evaluated once", "n", count_evaluation(1));
    jsonlog_info(log, "evaluations", "count", evaluated);
}

static void log_context(jsonlog_logger *log) {
    jsonlog_logger *child = jsonlog_with(log, "requestId", "r-1", "user", jsonlog_object("id", 7));
    const jsonlog_scope scope = jsonlog_scope_push("step", 1, "tags", jsonlog_array("x", 2));
    jsonlog_info(child, "bound", "requestId", "stronger", "own", jsonlog_bool(evaluated > 0));
    jsonlog_scope_pop(scope);
    jsonlog_info(child, "popped");
    jsonlog_logger_free(child);
}

static void log_metrics(jsonlog_logger *log) {
    const double numbers[] = {1.5, -2};
    const char *service = "pay";
    jsonlog_metric(log, "Calls", jsonlog_dimensions("service", "pay"), "latency", jsonlog_ms(12.5),
                   "requests", jsonlog_count(1u), "requestId", "r-1");
    jsonlog_metric(
        log, service,
        jsonlog_dimension_sets(jsonlog_dimensions(), jsonlog_dimensions("service", service, "route",
                                                                        jsonlog_text("/v%d", 1))),
        "list", jsonlog_seconds(jsonlog_array(1, 2.5, (short)3)), "typed",
        jsonlog_measure(jsonlog_doubles(numbers, 2), JSONLOG_UNIT_BYTES_PER_SECOND), "fine",
        jsonlog_measure_every(1, 7, JSONLOG_UNIT_NONE), "took",
        jsonlog_seconds(jsonlog_duration_ns(1500000)));
    jsonlog_info(log, "a plain number", "latency", jsonlog_ms(3));
    jsonlog_warn_burst(log, 1, 1000, jsonlog_text("burst %d", 1), "i", 1);
    jsonlog_warn_burst(log, 1, 1000, "literal burst");
}

int main(void) {
    jsonlog_logger *log = jsonlog_get("calls");
    jsonlog_set_clock(fixed_clock, NULL);
    log_types(log);
    log_makers(log);
    log_nesting(log);
    log_widest(log);
    log_forms(log);
    log_evaluation(log);
    log_context(log);
    log_metrics(log);
    return 0;
}
