/* The behaviours of python-json-logger, item by item: tests/data/pjl_checklist.json says of each
 * what became of it here. A row that is done has bytes to compare or names a test of this file. */
#include "support/format_case.h"

#include "base/hash.h"

#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ITEMS 83

static const cJSON *get(const cJSON *row, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(row, name);
}

static const char *text_of(const cJSON *row, const char *name) {
    const cJSON *item = get(row, name);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static jsonlog_json_options only_message(void) {
    static const char *const names[] = {"message"};
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.names = names;
    options.name_count = 1;
    return options;
}

static const jsonlog_value m = {.type = JSONLOG_TYPE_STRING, .as.string = "m", .with.len = 1};

static jl_field field_of(const char *key, const jsonlog_value *value) {
    jl_text text = jl_text_of(key);
    return (jl_field){text, value, jl_hash(text), true};
}

/* The line of one field, without the newline. */
static const char *line_of(const jsonlog_json_options *options, const jsonlog_record *record) {
    static char line[4096];
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(options, NULL);
    assert_non_null(formatter);
    size_t len = jsonlog_formatter_format(formatter, record, line, sizeof line - 1);
    line[len == 0 ? 0 : len - 1] = '\0';
    jsonlog_formatter_release(formatter);
    return line;
}

static const char *field_line(const jsonlog_json_options *options, jsonlog_value value) {
    const jl_field field = field_of("k", &value);
    const jsonlog_record record = {.level = 20,
                                   .logger = "test",
                                   .message = &m,
                                   .call = &field,
                                   .call_count = 1,
                                   .call_is_unique = true};
    return line_of(options, &record);
}

/* ---- rows that need code ---- */

static void an_unknown_style_is_refused(void) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    jsonlog_err err;
    options.format = "message";
    options.style = '@';
    assert_null(jsonlog_json_formatter_new(&options, &err));
    assert_int_equal(err.code, JSONLOG_E_INVALID);
    assert_non_null(strstr(err.text, "% { $ ,"));
}

static void a_format_without_field_is_refused(void) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    jsonlog_err err;
    options.format = "plain text";
    assert_null(jsonlog_json_formatter_new(&options, &err));
    assert_int_equal(err.code, JSONLOG_E_INVALID);
}

static bool parse_lines(const char *format, void (*add)(void *list, const char *name, size_t len),
                        void *list, void *context) {
    (void)context;
    for (; *format != '\0'; format += strspn(format, "\n")) {
        size_t len = strcspn(format, "\n");
        add(list, format, len);
        format += len;
    }
    return true;
}

static void a_callback_parses_its_style(void) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.format = "levelname\nmessage";
    options.style = 'n';
    options.parse = parse_lines;
    assert_string_equal(field_line(&options, jsonlog_null()),
                        "{\"levelname\":\"INFO\",\"message\":\"m\",\"k\":null}");
}

static void all_attributes_can_be_chosen(void) {
    static const char *const names[] = {"asctime",         "created",   "filename", "funcName",
                                        "levelname",       "levelno",   "lineno",   "module",
                                        "msecs",           "message",   "name",     "pathname",
                                        "process",         "taskName",  "thread",   "processName",
                                        "relativeCreated", "threadName"};
    const jsonlog_site site = {
        .abi = JSONLOG_SITE_ABI, .line = 7, .file = "src/pay.c", .function = "pay"};
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.names = names;
    options.name_count = sizeof names / sizeof names[0];
    const jsonlog_record record = {.time_ns = 1795334865784500000,
                                   .level = 30,
                                   .logger = "a.b",
                                   .message = &m,
                                   .site = &site,
                                   .thread = 42};
    setenv("TZ", "KST-9", 1);
    tzset();
    const char *line = line_of(&options, &record);
    const char *start =
        "{\"asctime\":\"2026-11-22 17:07:45,784\",\"created\":1795334865.7845,"
        "\"filename\":\"pay.c\",\"funcName\":\"pay\",\"levelname\":\"WARN\","
        "\"levelno\":30,\"lineno\":7,\"module\":\"pay\",\"msecs\":784.0,"
        "\"message\":\"m\",\"name\":\"a.b\",\"pathname\":\"src/pay.c\",\"process\":";
    assert_memory_equal(line, start, strlen(start));
    assert_non_null(
        strstr(line, ",\"taskName\":null,\"thread\":42,\"processName\":\"test_pjl_checklist\","
                     "\"relativeCreated\":"));
    assert_non_null(strstr(line, "\"threadName\":\"test_pjl_check"));
    setenv("TZ", "UTC0", 1);
    tzset();
}

static int64_t count_clock(void *context) {
    ++*(int *)context;
    return 0;
}

static void formatting_asks_no_clock(void) {
    int calls = 0;
    jsonlog_json_options options = only_message();
    jsonlog_set_clock(count_clock, &calls);
    field_line(&options, jsonlog_null());
    jsonlog_set_clock(NULL, NULL);
    assert_int_equal(calls, 0);
}

static void options_are_copied(void) {
    char to[] = "T";
    jsonlog_rename rename = {"k", to};
    jsonlog_field fixed = jsonlog_field_make("s", jsonlog_from_string(to));
    jsonlog_json_options options = only_message();
    options.rename = &rename;
    options.rename_count = 1;
    options.static_fields = &fixed;
    options.static_count = 1;
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
    to[0] = 'X';
    rename.from = "other";
    const jsonlog_value one = jsonlog_from_int64(1);
    const jl_field field = field_of("k", &one);
    const jsonlog_record record = {.level = 20, .message = &m, .call = &field, .call_count = 1};
    char line[256];
    size_t len = jsonlog_formatter_format(formatter, &record, line, sizeof line - 1);
    line[len] = '\0';
    assert_string_equal(line, "{\"message\":\"m\",\"s\":\"T\",\"T\":1}\n");
    jsonlog_formatter_release(formatter);
}

static void check_printf(const jsonlog_temporary *text) {
    jsonlog_json_options options = only_message();
    const jsonlog_value message = text->jsonlog_value_;
    const jsonlog_record record = {.level = 20, .message = &message};
    assert_string_equal(line_of(&options, &record), "{\"message\":\"retry 1 of 3\"}");
}

static void printf_text_is_the_message(void) {
    check_printf(jsonlog_text("retry %d of %d", 1, 3));
}

static void inputs_are_not_modified(void) {
    jsonlog_json_options options = only_message();
    const jsonlog_field inner[] = {jsonlog_field_make("a", jsonlog_from_int64(1)),
                                   jsonlog_field_make("a", jsonlog_from_int64(2))};
    jsonlog_field copy[2];
    memcpy(copy, inner, sizeof inner);
    field_line(&options, jsonlog_fields(inner, 2));
    assert_memory_equal(copy, inner, sizeof inner);
}

static void a_null_key_is_text(void) {
    jsonlog_json_options options = only_message();
    const jsonlog_field inner = jsonlog_field_make(NULL, jsonlog_from_int64(1));
    assert_string_equal(field_line(&options, jsonlog_fields(&inner, 1)),
                        "{\"message\":\"m\",\"k\":{\"null\":1}}");
}

static void edits_of_a_filter_are_written(void) {
    jl_field merged[JL_RECORD_FIELDS_MAX];
    struct jl_record_edit edits[JL_RECORD_EDITS_MAX];
    const jsonlog_value one = jsonlog_from_int64(1);
    const jl_field field = field_of("k", &one);
    jsonlog_json_options options = only_message();
    jsonlog_record record = {.level = 20,
                             .message = &m,
                             .call = &field,
                             .call_count = 1,
                             .call_is_unique = true,
                             .merged = merged,
                             .edits = edits};
    assert_int_equal(jsonlog_record_set_field(&record, "host", 4, jsonlog_from_string("h")),
                     JSONLOG_OK);
    assert_string_equal(line_of(&options, &record), "{\"message\":\"m\",\"k\":1,\"host\":\"h\"}");
}

static void the_time_is_the_records(void) {
    jsonlog_json_options options = only_message();
    options.timestamp_key = "t";
    const jsonlog_record record = {.time_ns = 0, .level = 20, .message = &m};
    assert_string_equal(line_of(&options, &record),
                        "{\"message\":\"m\",\"t\":\"1970-01-01T00:00:00.000Z\"}");
}

typedef struct point {
    int x;
    const char *name;
} point;

static bool write_point(jsonlog_writer *writer, void *context) {
    const point *self = context;
    jsonlog_write_begin_object(writer);
    jsonlog_write_key(writer, "x", JSONLOG_NUL_TERMINATED);
    jsonlog_write_value(writer, jsonlog_from_int64(self->x));
    jsonlog_write_key(writer, "name", JSONLOG_NUL_TERMINATED);
    jsonlog_write_value(writer, jsonlog_from_string(self->name));
    jsonlog_write_end_object(writer);
    return true;
}

static void a_callback_writes_a_struct(void) {
    jsonlog_json_options options = only_message();
    point self = {3, "p"};
    assert_string_equal(field_line(&options, jsonlog_call(write_point, &self)),
                        "{\"message\":\"m\",\"k\":{\"x\":3,\"name\":\"p\"}}");
}

static bool fail_half_way(jsonlog_writer *writer, void *context) {
    (void)context;
    jsonlog_write_begin_array(writer);
    return false;
}

static void a_failing_callback_leaves_a_marker(void) {
    jsonlog_json_options options = only_message();
    options.timestamp_key = "t";
    assert_string_equal(
        field_line(&options, jsonlog_call(fail_half_way, NULL)),
        "{\"message\":\"m\",\"k\":\"__could_not_encode__\",\"t\":\"1970-01-01T00:00:"
        "00.000Z\"}");
}

static bool shout(jsonlog_writer *writer, const char *key, size_t key_len,
                  const jsonlog_value *value, void *context) {
    (void)key;
    (void)key_len;
    (void)context;
    if (value->type != JSONLOG_TYPE_NULL)
        return false;
    jsonlog_write_value(writer, jsonlog_from_string("NIL"));
    return true;
}

static void a_value_function_sees_nested_values(void) {
    jsonlog_json_options options = only_message();
    options.value_fn = shout;
    const jsonlog_value values[] = {jsonlog_null(), jsonlog_from_int64(1)};
    assert_string_equal(field_line(&options, jsonlog_values(values, 2)),
                        "{\"message\":\"m\",\"k\":[\"NIL\",1]}");
}

static jsonlog_status reverse(const jsonlog_record *record, jsonlog_output *output, void *context) {
    (void)context;
    size_t len = 0;
    const char *message = jsonlog_record_message(record, &len);
    while (len > 0)
        jsonlog_output_append(output, &message[--len], 1);
    jsonlog_output_append(output, "\n", 1);
    return JSONLOG_OK;
}

static void a_formatter_of_ones_own(void) {
    jsonlog_formatter *formatter = jsonlog_formatter_new(reverse, NULL, NULL, 0);
    const jsonlog_value message = jsonlog_from_string("abc");
    const jsonlog_record record = {.level = 20, .message = &message};
    char line[16];
    assert_int_equal(jsonlog_formatter_format(formatter, &record, line, sizeof line), 4);
    assert_memory_equal(line, "cba\n", 4);
    jsonlog_formatter_release(formatter);
}

static void add_field(jsonlog_record *record, void *context) {
    (void)context;
    jsonlog_record_set_field(record, "custom", 6, jsonlog_from_string("value"));
}

static void a_processor_edits_the_record(void) {
    jsonlog_json_options options = only_message();
    options.process = add_field;
    assert_string_equal(field_line(&options, jsonlog_from_int64(1)),
                        "{\"message\":\"m\",\"k\":1,\"custom\":\"value\"}");
}

static void *format_often(void *context) {
    jsonlog_formatter *formatter = context;
    const jsonlog_value text = jsonlog_from_string("some text");
    const jl_field field = field_of("k", &text);
    const jsonlog_record record = {.level = 20, .message = &m, .call = &field, .call_count = 1};
    for (int i = 0; i < 2000; i++) {
        char line[64];
        size_t len = jsonlog_formatter_format(formatter, &record, line, sizeof line);
        const char expected[] = "{\"message\":\"m\",\"k\":\"some text\"}\n";
        if (len != sizeof expected - 1 || memcmp(line, expected, len) != 0)
            return formatter;
    }
    return NULL;
}

static void threads_share_a_formatter(void) {
    jsonlog_json_options options = only_message();
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, format_often, formatter), 0);
    for (int i = 0; i < 4; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    jsonlog_formatter_release(formatter);
}

static const struct {
    const char *name;
    void (*run)(void);
} coded[] = {
#define CODED(name) \
    { #name, name }
    CODED(an_unknown_style_is_refused),
    CODED(a_format_without_field_is_refused),
    CODED(a_callback_parses_its_style),
    CODED(all_attributes_can_be_chosen),
    CODED(formatting_asks_no_clock),
    CODED(options_are_copied),
    CODED(printf_text_is_the_message),
    CODED(inputs_are_not_modified),
    CODED(a_null_key_is_text),
    CODED(edits_of_a_filter_are_written),
    CODED(the_time_is_the_records),
    CODED(a_callback_writes_a_struct),
    CODED(a_failing_callback_leaves_a_marker),
    CODED(a_value_function_sees_nested_values),
    CODED(a_formatter_of_ones_own),
    CODED(a_processor_edits_the_record),
    CODED(threads_share_a_formatter),
#undef CODED
};

enum { CODED_COUNT = sizeof coded / sizeof coded[0] };

/* ---- the list ---- */

static int find_coded(const char *name) {
    for (int i = 0; i < CODED_COUNT; i++) {
        if (strcmp(coded[i].name, name) == 0)
            return i;
    }
    return -1;
}

static bool is_status(const char *status) {
    return strcmp(status, "done") == 0 || strcmp(status, "deviates") == 0 ||
           strcmp(status, "no C counterpart") == 0;
}

/* @return true if the row's bytes were compared and are right. */
static bool compare(const cJSON *row) {
    format_arena arena = {NULL, 0};
    const char *line = format_case_line(&arena, row);
    bool is_same = strcmp(line, text_of(row, "expected")) == 0;
    if (!is_same)
        print_error("item %d\n  expected %s\n  got      %s\n", (int)get(row, "item")->valuedouble,
                    text_of(row, "expected"), line);
    format_arena_done(&arena);
    return is_same;
}

static void every_item_is_what_the_list_says(void **state) {
    (void)state;
    bool is_used[CODED_COUNT] = {false};
    cJSON *rows = format_read_data("pjl_checklist.json");
    int item = 0;
    int failed = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, rows) {
        const char *status = text_of(row, "status");
        bool has_bytes = get(row, "expected") != NULL;
        int at = find_coded(text_of(row, "test"));
        assert_int_equal((int)get(row, "item")->valuedouble, ++item);
        assert_true(is_status(status) && *text_of(row, "what") != '\0');
        assert_true(strcmp(status, "done") == 0 ? has_bytes || at >= 0
                                                : *text_of(row, "because") != '\0');
        assert_true(get(row, "test") == NULL || at >= 0);
        if (at >= 0)
            is_used[at] = true;
        failed += has_bytes && !compare(row);
    }
    assert_int_equal(item, ITEMS);
    assert_int_equal(failed, 0);
    for (int i = 0; i < CODED_COUNT; i++)
        assert_true(is_used[i]);
    cJSON_Delete(rows);
}

static void every_coded_item_holds(void **state) {
    (void)state;
    for (int i = 0; i < CODED_COUNT; i++)
        coded[i].run();
}

int main(void) {
    setenv("TZ", "UTC0", 1);
    tzset();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_is_what_the_list_says),
        cmocka_unit_test(every_coded_item_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
