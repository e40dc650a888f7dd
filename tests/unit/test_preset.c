#include "support/counted_heap.h"
#include "support/json_check.h"
#include "support/log_lines.h"
#include "support/preset_case.h"
#include "support/test_random.h"

#include "format/preset_class.h"

#include <jsonlog/jsonlog.h>
#include <jsonlog/lambda.h>
#include <jsonlog/metric.h>
#include <jsonlog/redact.h>
#include <jsonlog/trace.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static counted_heap heap = {.fail_after = SIZE_MAX};
static jsonlog_handler *lines;
static jsonlog_logger *pay;

static int start(void **state) {
    (void)state;
    if (counted_heap_install(&heap) != JSONLOG_OK)
        return -1;
    alarm(60);
    lines = log_lines_at(jsonlog_root());
    pay = jsonlog_get("pay");
    jsonlog_logger_set_level(pay, JSONLOG_LEVEL_TRACE);
    return lines == NULL ? -1 : 0;
}

static int stop(void **state) {
    (void)state;
    jsonlog_handler_release(lines);
    return 0;
}

static int clean(void **state) {
    (void)state;
    jsonlog_handler_set_formatter(lines, NULL);
    jsonlog_set_clock(log_lines_now, NULL);
    log_lines_take(lines);
    return 0;
}

static void use(jsonlog_preset preset, const jsonlog_preset_options *options,
                const jsonlog_json_options *more) {
    jsonlog_formatter *formatter = jsonlog_preset_formatter_new(preset, options, more, NULL);
    assert_non_null(formatter);
    jsonlog_handler_set_formatter(lines, formatter);
    jsonlog_formatter_release(formatter);
}

static void assert_has(const char *line, const char *part) {
    if (strstr(line, part) == NULL)
        print_error("%s\nis not in\n%s\n", part, line);
    assert_non_null(strstr(line, part));
}

static void assert_lacks(const char *line, const char *part) {
    if (strstr(line, part) != NULL)
        print_error("%s\nis in\n%s\n", part, line);
    assert_null(strstr(line, part));
}

/* ---- bytes ---- */

static const cJSON *get(const cJSON *row, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(row, name);
}

static bool is_one_line(const cJSON *row) {
    const cJSON *options = get(row, "options");
    return get(options, "indent") == NULL && get(options, "prefix") == NULL;
}

static bool has_its_bytes(const cJSON *row, const char *file) {
    format_arena arena = {NULL, 0};
    const char *expected = get(row, "expected")->valuestring;
    const char *line = preset_case_line(&arena, row);
    char copy[4096];
    const int len = snprintf(copy, sizeof copy, "%s\n", line);
    const bool is_right =
        strcmp(line, expected) == 0 && (!is_one_line(row) || json_check_line(copy, (size_t)len));
    if (!is_right)
        print_error("%s, %s:\n  expected %s\n  got      %s\n", file, get(row, "name")->valuestring,
                    expected, line);
    format_arena_done(&arena);
    return is_right;
}

static void every_preset_gives_its_bytes(void **state) {
    (void)state;
    static const struct {
        const char *file;
        int least;
    } files[] = {{"default", 24},       {"lambda", 24},       {"ecs", 28},
                 {"opentelemetry", 28}, {"google-cloud", 32}, {"datadog", 27},
                 {"logstash", 24},      {"combined", 9},      {"python_json_logger", 50},
                 {"deviations", 5}};
    int failed = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "presets/%s.json", files[i].file);
        cJSON *rows = format_read_data(name);
        const cJSON *row;
        cJSON_ArrayForEach(row, rows) failed += !has_its_bytes(row, files[i].file);
        assert_true(cJSON_GetArraySize(rows) >= files[i].least);
        cJSON_Delete(rows);
    }
    assert_int_equal(failed, 0);
}

/* ---- names ---- */

static void presets_have_names(void **state) {
    (void)state;
    static const char *const names[] = {
        "default",      "lambda",  "ecs",      "opentelemetry",
        "google-cloud", "datadog", "logstash", "python-json-logger"};
    for (int i = 0; i < 8; i++) {
        jsonlog_preset found = JSONLOG_PRESET_DEFAULT;
        assert_string_equal(jsonlog_preset_name((jsonlog_preset)i), names[i]);
        assert_int_equal(jsonlog_preset_from_name(names[i], &found), JSONLOG_OK);
        assert_int_equal(found, i);
    }
    jsonlog_preset untouched = JSONLOG_PRESET_ECS;
    assert_int_equal(jsonlog_preset_from_name("ECS", &untouched), JSONLOG_E_NOT_FOUND);
    assert_int_equal(jsonlog_preset_from_name("", &untouched), JSONLOG_E_NOT_FOUND);
    assert_int_equal(jsonlog_preset_from_name(NULL, &untouched), JSONLOG_E_NOT_FOUND);
    assert_int_equal(untouched, JSONLOG_PRESET_ECS);
    assert_null(jsonlog_preset_name((jsonlog_preset)8));
}

/* ---- wrong options ---- */

static jsonlog_preset_options plain;
static jsonlog_json_options more;

static void refuse(jsonlog_preset preset, jsonlog_status code, const char *part) {
    jsonlog_err err = {.code = JSONLOG_OK};
    assert_null(jsonlog_preset_formatter_new(preset, &plain, &more, &err));
    assert_int_equal(err.code, code);
    assert_true(err.offset == JSONLOG_NO_OFFSET);
    assert_has(err.text, part);
    assert_null(jsonlog_preset_formatter_new(preset, &plain, &more, NULL));
    plain = (jsonlog_preset_options)JSONLOG_PRESET_OPTIONS_INIT;
    more = (jsonlog_json_options)JSONLOG_JSON_OPTIONS_INIT;
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    static const char *const names[] = {"message"};
    static const char *const nothing[] = {NULL};
    const jsonlog_field severity = jsonlog_field_make("severity", jsonlog_null());
    plain = (jsonlog_preset_options)JSONLOG_PRESET_OPTIONS_INIT;
    more = (jsonlog_json_options)JSONLOG_JSON_OPTIONS_INIT;
    refuse((jsonlog_preset)8, JSONLOG_E_INVALID, "no such preset");
    plain.size--;
    refuse(JSONLOG_PRESET_ECS, JSONLOG_E_INVALID, "wrong size");
    more.size--;
    refuse(JSONLOG_PRESET_ECS, JSONLOG_E_INVALID, "wrong size");
    more.format = "%(message)s";
    refuse(JSONLOG_PRESET_ECS, JSONLOG_E_INVALID, "layout of its own");
    more.names = names;
    more.name_count = 1;
    refuse(JSONLOG_PRESET_LAMBDA, JSONLOG_E_INVALID, "layout of its own");
    more.timestamp_key = "t";
    refuse(JSONLOG_PRESET_OPENTELEMETRY, JSONLOG_E_INVALID, "layout of its own");
    more.style = '{';
    refuse(JSONLOG_PRESET_LOGSTASH, JSONLOG_E_INVALID, "layout of its own");
    more.expand_dots = true;
    refuse(JSONLOG_PRESET_GOOGLE_CLOUD, JSONLOG_E_INVALID, "no expand_dots");
    more.static_fields = &severity;
    more.static_count = 1;
    refuse(JSONLOG_PRESET_GOOGLE_CLOUD, JSONLOG_E_INVALID, "\"severity\" is the preset's own");
    more.static_count = 1;
    refuse(JSONLOG_PRESET_DATADOG, JSONLOG_E_INVALID, "list is missing");
    more.rename_count = 1;
    refuse(JSONLOG_PRESET_DATADOG, JSONLOG_E_INVALID, "list is missing");
    plain.label_count = 1;
    refuse(JSONLOG_PRESET_ECS, JSONLOG_E_INVALID, "list is missing");
    plain.label_count = 1;
    plain.labels = nothing;
    refuse(JSONLOG_PRESET_ECS, JSONLOG_E_INVALID, "label without its name");
    more.line_max = 63; /* and whatever the JSON formatter refuses */
    refuse(JSONLOG_PRESET_ECS, JSONLOG_E_INVALID, "line_max");
}

static void limits_are_named(void **state) {
    (void)state;
    static const char *labels[JL_LABELS_MAX + 1];
    static jsonlog_field statics[JL_FIXED_MAX];
    static jsonlog_rename renames[JL_RENAMES_MAX];
    char project[JL_PROJECT_MAX + 2];
    memset(project, 'p', sizeof project);
    project[sizeof project - 1] = '\0';
    plain = (jsonlog_preset_options)JSONLOG_PRESET_OPTIONS_INIT;
    more = (jsonlog_json_options)JSONLOG_JSON_OPTIONS_INIT;
    plain.project = project;
    refuse(JSONLOG_PRESET_GOOGLE_CLOUD, JSONLOG_E_LIMIT, "128 bytes");
    plain.labels = labels;
    plain.label_count = JL_LABELS_MAX + 1;
    refuse(JSONLOG_PRESET_ECS, JSONLOG_E_LIMIT, "32 labels");
    more.static_fields = statics;
    more.static_count = JL_FIXED_MAX;
    refuse(JSONLOG_PRESET_ECS, JSONLOG_E_LIMIT, "32 static fields, 1 of them the preset's");
    more.rename = renames;
    more.rename_count = JL_RENAMES_MAX;
    refuse(JSONLOG_PRESET_ECS, JSONLOG_E_LIMIT, "63 renames");
}

/* ---- options ---- */

static void options_are_copied(void **state) {
    (void)state;
    char service[] = "pay";
    char project[] = "proj";
    char label[] = "team";
    const char *labels[] = {label};
    jsonlog_preset_options options = JSONLOG_PRESET_OPTIONS_INIT;
    options.service = service;
    options.project = project;
    options.labels = labels;
    options.label_count = 1;
    use(JSONLOG_PRESET_GOOGLE_CLOUD, &options, NULL);
    service[0] = project[0] = label[0] = '?';
    labels[0] = NULL;
    jsonlog_info(pay, "m", "team", "core", "traceId", "ab");
    const char *line = log_lines_take(lines);
    assert_has(line, "\"serviceContext\":{\"service\":\"pay\"}");
    assert_has(line, "\"projects/proj/traces/ab\"");
    assert_has(line, "\"logging.googleapis.com/labels\":{\"team\":\"core\"}");
}

static void the_host_is_found_out(void **state) {
    (void)state;
    char host[256];
    char expected[300];
    assert_int_equal(gethostname(host, sizeof host), 0);
    snprintf(expected, sizeof expected, "\"host.hostname\":\"%s\"", host);
    jsonlog_preset_options options = JSONLOG_PRESET_OPTIONS_INIT;
    options.host = "";
    use(JSONLOG_PRESET_ECS, &options, NULL);
    jsonlog_info(pay, "m");
    assert_has(log_lines_take(lines), expected);
}

static void the_lambda_preset_reads_like_the_lambda_formatter(void **state) {
    (void)state;
    char one[512];
    setenv("AWS_LAMBDA_FUNCTION_NAME", "orders", 1);
    setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128", 1);
    use(JSONLOG_PRESET_LAMBDA, NULL, NULL);
    jsonlog_error(pay, "m", "a", 1);
    const char *line = log_lines_take(lines);
    assert_true(strlen(line) < sizeof one);
    strcpy(one, line);
    jsonlog_formatter *lambda = jsonlog_lambda_formatter_new(NULL, NULL);
    assert_non_null(lambda);
    jsonlog_handler_set_formatter(lines, lambda);
    jsonlog_formatter_release(lambda);
    jsonlog_error(pay, "m", "a", 1);
    assert_string_equal(one, log_lines_take(lines));
    assert_has(one, "\"functionName\":\"orders\",\"functionMemorySize\":128");
    unsetenv("AWS_LAMBDA_FUNCTION_NAME");
    unsetenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
}

/* ---- with the rest of the library ---- */

static void edit(jsonlog_record *record, void *context) {
    (void)context;
    assert_non_null(jsonlog_record_get_field(record, "traceId", 7));
    jsonlog_record_set_field(record, "errorCode", 9, jsonlog_from_string("DA1"));
    jsonlog_record_remove_field(record, "secret", 6);
}

static void a_processor_sees_the_names_of_the_call(void **state) {
    (void)state;
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.process = edit;
    use(JSONLOG_PRESET_ECS, NULL, &options);
    jsonlog_error(pay, "m", "traceId", "t", "secret", 1);
    const char *line = log_lines_take(lines);
    assert_has(line, "\"error.code\":\"DA1\"");
    assert_has(line, "\"trace.id\":\"t\"");
    assert_lacks(line, "secret");
}

static void a_pushed_trace_is_found(void **state) {
    (void)state;
    jsonlog_trace_context trace;
    const char *header = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
    assert_int_equal(jsonlog_trace_parse_w3c(header, JSONLOG_NUL_TERMINATED, &trace, NULL),
                     JSONLOG_OK);
    use(JSONLOG_PRESET_OPENTELEMETRY, NULL, NULL);
    const jsonlog_scope scope = jsonlog_trace_push(&trace, NULL);
    jsonlog_info(pay, "m");
    jsonlog_scope_pop(scope);
    assert_has(log_lines_take(lines), "\"TraceId\":\"5759e988bd862e3fe1be46a994272793\","
                                      "\"SpanId\":\"53995c3f42cd8ad8\",\"TraceFlags\":1}");
}

static void log_metric(void) {
    jsonlog_metric(pay, "Payments", jsonlog_dimensions("status", "ok"), "traceId", jsonlog_ms(12.5),
                   "severity", jsonlog_count(1), "requestId", "7f3a");
}

static void a_metric_keeps_its_names(void **state) {
    (void)state;
    for (int preset = 0; preset < JSONLOG_PRESET_PYTHON_JSON_LOGGER; preset++) {
        use((jsonlog_preset)preset, NULL, NULL);
        log_metric();
        const char *line = log_lines_take(lines);
        assert_has(line, "\"status\":\"ok\"");
        assert_has(line, "\"traceId\":12.5");
        assert_has(line, "\"severity\":1");
        assert_has(line, "\"requestId\":\"7f3a\"");
        assert_true(json_check_line(line, strlen(line)));
    }
    use(JSONLOG_PRESET_PYTHON_JSON_LOGGER, NULL, NULL);
    log_metric();
    assert_has(log_lines_take(lines), "\"status\": \"ok\", \"traceId\": 12.5, \"severity\": 1");
}

static void log_what_is_planted(void) {
    jsonlog_error(pay, "m", "password", "planted-1", "error", "planted-2", "errorCode",
                  "planted-3");
}

static void hides_under_new_names(void) {
    static const jsonlog_preset moving[] = {JSONLOG_PRESET_ECS, JSONLOG_PRESET_OPENTELEMETRY,
                                            JSONLOG_PRESET_DATADOG};
    for (size_t i = 0; i < 3; i++) {
        use(moving[i], NULL, NULL);
        log_what_is_planted();
        assert_lacks(log_lines_take(lines), "planted");
    }
}

static void hides_what_moves(void) {
    use(JSONLOG_PRESET_ECS, NULL, NULL);
    jsonlog_error(pay, "m", "traceId", "planted-4");
    assert_lacks(log_lines_take(lines), "planted");
    use(JSONLOG_PRESET_LOGSTASH, NULL, NULL);
    jsonlog_error(pay, "m", "stackTrace", "planted-5");
    assert_lacks(log_lines_take(lines), "planted");
}

static void hides_what_is_made_of_it(void) {
    use(JSONLOG_PRESET_DATADOG, NULL, NULL);
    jsonlog_error(pay, "m", "traceId", "00000000000000ff");
    assert_lacks(log_lines_take(lines), "255");
}

static void what_is_hidden_stays_hidden_under_new_names(void **state) {
    (void)state;
    const jsonlog_redact_rule keys[] = {
        jsonlog_redact_key("password"),      jsonlog_redact_key("dd.trace_id"),
        jsonlog_redact_key("trace.id"),      jsonlog_redact_key("exception.message"),
        jsonlog_redact_key("error.message"), jsonlog_redact_key("stack_trace"),
        jsonlog_redact_key("error.code"),    jsonlog_redact_key("error.kind"),
        jsonlog_redact_key("error.type"),
    };
    jsonlog_redaction *set = jsonlog_redaction_new(keys, sizeof keys / sizeof keys[0], NULL, NULL);
    assert_non_null(set);
    assert_int_equal(jsonlog_set_redaction(set), JSONLOG_OK);
    jsonlog_redaction_release(set);
    hides_under_new_names();
    hides_what_moves();
    hides_what_is_made_of_it();
    assert_int_equal(jsonlog_set_redaction(NULL), JSONLOG_OK);
}

/* ---- memory ---- */

static jsonlog_formatter *make_large(void) {
    static const char *const labels[] = {"a", "b"};
    const jsonlog_field field = jsonlog_field_make("region", jsonlog_from_string("ap"));
    jsonlog_preset_options options = JSONLOG_PRESET_OPTIONS_INIT;
    jsonlog_json_options others = JSONLOG_JSON_OPTIONS_INIT;
    options.service = "pay";
    options.version = "1";
    options.project = "p";
    options.labels = labels;
    options.label_count = 2;
    others.static_fields = &field;
    others.static_count = 1;
    return jsonlog_preset_formatter_new(JSONLOG_PRESET_GOOGLE_CLOUD, &options, &others, NULL);
}

static void a_formatter_is_made_whole_or_not_at_all(void **state) {
    (void)state;
    const size_t before = heap.alive;
    jsonlog_formatter *formatter = NULL;
    size_t failures = 0;
    for (; formatter == NULL; failures++) {
        assert_true(failures < 200);
        heap.fail_after = heap.calls + failures;
        formatter = make_large();
        if (formatter == NULL)
            assert_int_equal(heap.alive, before);
    }
    heap.fail_after = SIZE_MAX;
    assert_true(failures > 10);
    jsonlog_formatter_release(formatter);
    assert_int_equal(heap.alive, before);
}

static void log_an_error(void) {
    jsonlog_error(pay, "m", "errorCode", "DA1", "error", jsonlog_errno(2), "traceId",
                  "5759e988bd862e3fe1be46a994272793", "a", 1);
}

static void a_line_allocates_nothing(void **state) {
    (void)state;
    for (int preset = 0; preset < 8; preset++) {
        use((jsonlog_preset)preset, NULL, NULL);
        log_an_error();
        const size_t before = heap.calls;
        log_an_error();
        assert_int_equal(heap.calls, before);
        log_lines_take(lines);
    }
}

/* ---- any record in any preset ---- */

static const char *const any_key[] = {
    "error",      "errorCode",   "traceId",     "spanId",      "sampled",   "stackTrace",
    "message",    "log.level",   "log.level_2", "severity",    "status",    "labels",
    "Attributes", "Body",        "@timestamp",  "levelname",   "@version",  "level_value",
    "error.code", "error.kind",  "trace.id",    "Resource",    "_dropped",  "_truncated",
    "log",        "\xff",        "\xfe",        "\xff_2",      "context",   "@type",
    "TraceFlags", "dd.trace_id", "label",       "httpRequest", "suppressed"};

static jsonlog_value any_value(test_random *random) {
    static const jsonlog_value causes[] = {
        {.type = JSONLOG_TYPE_STRING, .as.string = "outer", .with.len = 5},
        {.type = JSONLOG_TYPE_ERRNO, .as.i64 = 28}};
    static const jsonlog_field inner[] = {
        {"log.level", 9, {.type = JSONLOG_TYPE_BOOL, .as.boolean = true}},
        {"a", 1, {.type = JSONLOG_TYPE_NULL}}};
    static char text[300];
    memset(text, 'x', sizeof text);
    switch (test_random_below(random, 9)) {
    case 0: return jsonlog_bool(true);
    case 1: return jsonlog_from_int64(-7);
    case 2: return jsonlog_from_double(0.5);
    case 3: return jsonlog_string(text, test_random_below(random, sizeof text));
    case 4: return jsonlog_errno((int)test_random_below(random, 200));
    case 5: return jsonlog_from_values(JSONLOG_TYPE_CAUSES, causes, 2);
    case 6: return jsonlog_fields(inner, 2);
    case 7: return jsonlog_from_string("5759e988bd862e3fe1be46a994272793");
    default: return jsonlog_mark_secret(jsonlog_from_string("s"));
    }
}

static jsonlog_formatter *any_formatter(test_random *random) {
    static const char *const labels[] = {"label", "status", "labels", "error"};
    jsonlog_preset_options options = JSONLOG_PRESET_OPTIONS_INIT;
    jsonlog_json_options others = JSONLOG_JSON_OPTIONS_INIT;
    const jsonlog_preset preset = (jsonlog_preset)test_random_below(random, 8);
    options.service = test_random_below(random, 2) == 0 ? NULL : "pay";
    options.project = "p";
    options.labels = labels;
    options.label_count = test_random_below(random, 5);
    options.report_errors = test_random_below(random, 2) == 0;
    others.with_source = test_random_below(random, 2) == 0;
    others.with_thread = test_random_below(random, 2) == 0;
    others.collision = (jsonlog_collision)test_random_below(random, 3);
    others.expand_dots = preset != JSONLOG_PRESET_GOOGLE_CLOUD && test_random_below(random, 3) == 0;
    others.line_max = 200 + test_random_below(random, 2000);
    return jsonlog_preset_formatter_new(preset, &options, &others, NULL);
}

static void any_record_is_one_valid_line(void **state) {
    (void)state;
    const size_t keys = sizeof any_key / sizeof any_key[0];
    test_random random = {20261122};
    for (size_t round = 0; round < test_effort(4000); round++) {
        jsonlog_field fields[24];
        const size_t count = test_random_below(&random, 24);
        for (size_t i = 0; i < count; i++)
            fields[i] =
                jsonlog_field_make(any_key[test_random_below(&random, keys)], any_value(&random));
        jsonlog_formatter *formatter = any_formatter(&random);
        assert_non_null(formatter);
        jsonlog_handler_set_formatter(lines, formatter);
        jsonlog_formatter_release(formatter);
        const int level = 5 + (int)test_random_below(&random, 60);
        jsonlog_log_fields(pay, level, "message", 7, fields, count);
        const char *line = log_lines_take(lines);
        if (!json_check_line(line, strlen(line)))
            fail_msg("round %zu: %s", round, line);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_preset_gives_its_bytes),
        cmocka_unit_test(presets_have_names),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(limits_are_named),
        cmocka_unit_test_setup(options_are_copied, clean),
        cmocka_unit_test_setup(the_host_is_found_out, clean),
        cmocka_unit_test_setup(the_lambda_preset_reads_like_the_lambda_formatter, clean),
        cmocka_unit_test_setup(a_processor_sees_the_names_of_the_call, clean),
        cmocka_unit_test_setup(a_pushed_trace_is_found, clean),
        cmocka_unit_test_setup(a_metric_keeps_its_names, clean),
        cmocka_unit_test_setup(what_is_hidden_stays_hidden_under_new_names, clean),
        cmocka_unit_test_setup(a_formatter_is_made_whole_or_not_at_all, clean),
        cmocka_unit_test_setup(a_line_allocates_nothing, clean),
        cmocka_unit_test_setup(any_record_is_one_valid_line, clean),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
