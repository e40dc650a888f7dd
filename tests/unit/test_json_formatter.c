#include "support/failing_allocator.h"
#include "support/format_case.h"
#include "support/json_check.h"

#include "base/hash.h"

#include <locale.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const cJSON *get(const cJSON *row, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(row, name);
}

static bool is_compact(const cJSON *row) {
    const cJSON *options = get(row, "options");
    return get(options, "indent") == NULL && get(options, "prefix") == NULL;
}

static void every_option_gives_its_bytes(void **state) {
    (void)state;
    cJSON *rows = format_read_data("format/options.json");
    int failed = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, rows) {
        format_arena arena = {NULL, 0};
        const char *expected = get(row, "expected")->valuestring;
        const char *line = format_case_line(&arena, row);
        char copy[4096];
        int len = snprintf(copy, sizeof copy, "%s\n", line);
        bool is_valid = !is_compact(row) || json_check_line(copy, (size_t)len);
        if (strcmp(line, expected) != 0 || !is_valid) {
            print_error("%s:\n  expected %s\n  got      %s\n", get(row, "name")->valuestring,
                        expected, line);
            failed++;
        }
        format_arena_done(&arena);
    }
    assert_int_equal(failed, 0);
    assert_true(cJSON_GetArraySize(rows) >= 60);
    cJSON_Delete(rows);
}

/* ---- wrong options ---- */

static void refuse(const jsonlog_json_options *options, jsonlog_status code, size_t offset,
                   const char *part) {
    jsonlog_err err;
    assert_null(jsonlog_json_formatter_new(options, &err));
    assert_int_equal(err.code, code);
    assert_true(err.offset == offset);
    assert_non_null(strstr(err.text, part));
    assert_null(jsonlog_json_formatter_new(options, NULL));
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    const size_t nowhere = JSONLOG_NO_OFFSET;
    static const char *const names[] = {"message"};
    static const jsonlog_rename to_one[] = {{"a", "x"}, {"b", "x"}};
    static const jsonlog_rename of_one[] = {{"a", "x"}, {"a", "y"}};
    static const jsonlog_rename onto[] = {{"logger", "timestamp"}};
    static const jsonlog_rename nameless[] = {{"a", NULL}};
    static jsonlog_field many[33];
#define REFUSE(code, offset, part, ...)                                       \
    do {                                                                      \
        jsonlog_json_options options = {.size = sizeof options, __VA_ARGS__}; \
        refuse(&options, code, offset, part);                                 \
    } while (0)
    jsonlog_json_options wrong_size = JSONLOG_JSON_OPTIONS_INIT;
    wrong_size.size--;
    refuse(&wrong_size, JSONLOG_E_INVALID, nowhere, "version");
    REFUSE(JSONLOG_E_INVALID, nowhere, "not both", .format = "%(a)s", .names = names,
           .name_count = 1);
    REFUSE(JSONLOG_E_INVALID, nowhere, "style '@'", .format = "a", .style = '@');
    REFUSE(JSONLOG_E_INVALID, nowhere, "no field", .format = "text");
    REFUSE(JSONLOG_E_INVALID, nowhere, "no field", .format = "", .style = ',');
    REFUSE(JSONLOG_E_SYNTAX, 5, "bracket", .format = "ab %(name");
    REFUSE(JSONLOG_E_INVALID, nowhere, "below 64", .line_max = 63);
    REFUSE(JSONLOG_E_INVALID, nowhere, "no room", .line_max = 64,
           .prefix = "a long long long prefix: ");
    REFUSE(JSONLOG_E_INVALID, nowhere, "depth_max", .depth_max = 65);
    REFUSE(JSONLOG_E_INVALID, nowhere, "indent", .indent = 17);
    REFUSE(JSONLOG_E_INVALID, nowhere, "to one key: \"x\"", .rename = to_one, .rename_count = 2);
    REFUSE(JSONLOG_E_INVALID, nowhere, "of one key: \"a\"", .rename = of_one, .rename_count = 2);
    REFUSE(JSONLOG_E_INVALID, nowhere, "\"timestamp\"", .rename = onto, .rename_count = 1);
    REFUSE(JSONLOG_E_INVALID, nowhere, "without its name", .rename = nameless, .rename_count = 1);
    REFUSE(JSONLOG_E_INVALID, nowhere, "list is missing", .exclude_count = 1);
    REFUSE(JSONLOG_E_LIMIT, nowhere, "32 static", .static_fields = many, .static_count = 33);
    REFUSE(JSONLOG_E_LIMIT, nowhere, "64 renames", .rename = to_one, .rename_count = 65);
    REFUSE(JSONLOG_E_INVALID, nowhere, "does not exist", .time_style = (jsonlog_time_style)6);
    REFUSE(JSONLOG_E_INVALID, nowhere, "does not exist", .collision = (jsonlog_collision)3);
#undef REFUSE
}

static void too_many_names_are_refused(void **state) {
    (void)state;
    char space[33][16];
    const char *names[33];
    for (int i = 0; i < 33; i++) {
        snprintf(space[i], sizeof space[i], "n%d", i);
        names[i] = space[i];
    }
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.names = names;
    options.name_count = 33;
    refuse(&options, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET, "32 field names");
}

/* ---- copies and memory ---- */

static const char *const full_case =
    "{\"options\":{\"format\":\"%(asctime)s "
    "%(message)s\",\"asctime_format\":\"%Y\",\"rename\":{\"a\":\"b\"},"
    "\"static\":{\"s\":\"text\",\"o\":{\"x\":[1,2]}},\"defaults\":{\"d\":{\"$bytes\":\"ff\"}},"
    "\"exclude\":[\"e\"],\"timestamp_key\":\"t\",\"prefix\":\"p\"},"
    "\"record\":{\"message\":\"m\",\"fields\":{\"a\":1}}}";

static void every_failed_allocation_is_reported(void **state) {
    (void)state;
    format_arena arena = {NULL, 0};
    cJSON *row = cJSON_Parse(full_case);
    jsonlog_json_options options = format_options(&arena, get(row, "options"));
    jsonlog_formatter *formatter = NULL;
    int failures = 0;
    for (; formatter == NULL; failures++) {
        jsonlog_err err = {.code = JSONLOG_OK};
        allocations_left = failures;
        formatter = jsonlog_json_formatter_new(&options, &err);
        if (formatter == NULL)
            assert_int_equal(err.code, JSONLOG_E_NOMEM);
        assert_true(failures < 100);
    }
    allocations_left = -1;
    assert_true(failures > 10);
    jsonlog_formatter_release(formatter);
    format_arena_done(&arena);
    cJSON_Delete(row);
}

static void options_are_copied(void **state) {
    (void)state;
    format_arena options_arena = {NULL, 0};
    format_arena arena = {NULL, 0};
    cJSON *row = cJSON_Parse(full_case);
    jsonlog_json_options options = format_options(&options_arena, get(row, "options"));
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
    assert_non_null(formatter);
    jsonlog_record record = format_record(&arena, get(row, "record"));
    cJSON_DeleteItemFromObjectCaseSensitive(row, "options");
    format_arena_done(&options_arena);
    assert_string_equal(
        format_line(&arena, formatter, &record),
        "p{\"d\":\"_w==\",\"asctime\":\"2026\",\"message\":\"m\",\"s\":\"text\",\"o\":{\"x\":"
        "[1,2]},\"b\":1,\"t\":\"2026-11-22T08:07:45.784Z\"}\n");
    jsonlog_formatter_release(formatter);
    format_arena_done(&arena);
    cJSON_Delete(row);
}

static void formatting_allocates_nothing(void **state) {
    (void)state;
    cJSON *rows = format_read_data("format/options.json");
    const cJSON *row;
    cJSON_ArrayForEach(row, rows) {
        format_arena arena = {NULL, 0};
        jsonlog_json_options options = format_options(&arena, get(row, "options"));
        jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
        jsonlog_record record = format_record(&arena, get(row, "record"));
        char line[16384];
        allocations_left = 0;
        assert_true(jsonlog_formatter_format(formatter, &record, line, sizeof line) > 0);
        allocations_left = -1;
        jsonlog_formatter_release(formatter);
        format_arena_done(&arena);
    }
    cJSON_Delete(rows);
}

static void the_default_needs_no_memory(void **state) {
    (void)state;
    allocations_left = 0;
    jsonlog_formatter *formatter = jl_formatter_default();
    allocations_left = -1;
    assert_ptr_equal(formatter, jl_formatter_default());
    assert_int_equal(formatter->line_max, 16384);
    jsonlog_formatter_release(jsonlog_formatter_retain(formatter));
    const jsonlog_record record = {.level = 20, .logger = "a.b"};
    char line[256];
    size_t len = jsonlog_formatter_format(formatter, &record, line, sizeof line);
    const char expected[] =
        "{\"timestamp\":\"1970-01-01T00:00:00.000Z\",\"logType\":\"INFO\",\"logger\":\"a.b\"}\n";
    assert_int_equal(len, sizeof expected - 1);
    assert_memory_equal(line, expected, len);
}

/* A line is appended to what the buffer holds, and a full buffer is left as it was. */
static void a_line_is_appended(void **state) {
    (void)state;
    char space[20000];
    jl_buffer out;
    jl_buffer_init(&out, space, sizeof space, sizeof space);
    jl_buffer_append_text(&out, JL_TEXT("before\n"));
    jsonlog_formatter *formatter = jl_formatter_default();
    const jsonlog_record record = {.level = 20, .logger = "a"};
    assert_int_equal(formatter->format(formatter, &record, &out), JSONLOG_OK);
    assert_int_equal(formatter->format(formatter, &record, &out), JSONLOG_OK);
    assert_memory_equal(space, "before\n{\"time", 13);
    assert_true(out.capacity == sizeof space && out.limit == sizeof space);
    assert_true(json_check_line(space + 7, (out.len - 7) / 2));
}

/* ---- callbacks ---- */

static jsonlog_json_options only_message(void) {
    static const char *const names[] = {"message"};
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.names = names;
    options.name_count = 1;
    return options;
}

static void expect_line(const jsonlog_json_options *options, const char *fields,
                        const char *expected) {
    format_arena arena = {NULL, 0};
    char text[1024];
    snprintf(text, sizeof text, "{\"message\":\"m\",\"fields\":%s}", fields);
    cJSON *json = cJSON_Parse(text);
    jsonlog_record record = format_record(&arena, json);
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(options, NULL);
    assert_string_equal(format_line(&arena, formatter, &record), expected);
    jsonlog_formatter_release(formatter);
    format_arena_done(&arena);
    cJSON_Delete(json);
}

static void edit_record(jsonlog_record *record, void *context) {
    jsonlog_record_remove_field(record, "secret", 6);
    jsonlog_record_set_field(record, "host", 4, jsonlog_from_string(context));
    jsonlog_record_set_field(record, "a", 1, jsonlog_from_int64(2));
}

static void a_processor_edits_its_own_copy(void **state) {
    (void)state;
    jsonlog_json_options options = only_message();
    options.process = edit_record;
    static char host[] = "h1";
    options.process_context = host;
    expect_line(&options, "{\"a\":1,\"secret\":2,\"b\":3}",
                "{\"message\":\"m\",\"a\":2,\"b\":3,\"host\":\"h1\"}\n");
}

/* Numbers are doubled, the key "fail" fails, "twice" writes two values, everything else is left
 * alone. */
static bool replace(jsonlog_writer *writer, const char *key, size_t key_len,
                    const jsonlog_value *value, void *context) {
    (void)context;
    jl_text name = {key, key_len};
    if (jl_text_equal(name, JL_TEXT("nothing")))
        return true;
    if (jl_text_equal(name, JL_TEXT("twice"))) {
        jsonlog_write_value(writer, jsonlog_null());
        jsonlog_write_value(writer, jsonlog_null());
        return true;
    }
    if (value->type != JSONLOG_TYPE_INT64) {
        jsonlog_write_value(writer, jsonlog_from_string("not kept"));
        return false;
    }
    jsonlog_write_value(writer, jsonlog_from_int64(value->as.i64 * 2));
    return true;
}

static void a_value_function_replaces_values(void **state) {
    (void)state;
    jsonlog_json_options options = only_message();
    options.value_fn = replace;
    expect_line(
        &options,
        "{\"a\":1,\"o\":{\"b\":[2,\"x\"]},\"s\":{\"$secret\":1},\"c\":{\"$cjson\":{\"d\":4}}}",
        "{\"message\":\"m\",\"a\":2,\"o\":{\"b\":[4,\"x\"]},\"s\":\"***\",\"c\":{\"d\":4}}\n");
    expect_line(&options, "{\"nothing\":1,\"twice\":1,\"a\":3}",
                "{\"message\":\"m\",\"nothing\":\"__could_not_encode__\",\"twice\":\"__could_not_"
                "encode__\",\"a\":6}\n");
}

/* A locale with a decimal comma changes nothing. */
static void the_locale_does_not_matter(void **state) {
    (void)state;
    jsonlog_json_options options = only_message();
    setlocale(LC_ALL, "de_DE.UTF-8");
    expect_line(&options, "{\"a\":1.5}", "{\"message\":\"m\",\"a\":1.5}\n");
    setlocale(LC_ALL, "C");
}

/* ---- many fields ---- */

static void beyond_256_fields_are_counted(void **state) {
    (void)state;
    static jl_field fields[300], merged[JL_RECORD_FIELDS_MAX];
    static char names[300][16];
    const jsonlog_value value = jsonlog_from_int64(1);
    for (unsigned i = 0; i < 300; i++) {
        snprintf(names[i], sizeof names[i], "k%u", i);
        jl_text key = jl_text_of(names[i]);
        fields[i] = (jl_field){key, &value, jl_hash(key), true};
    }
    jsonlog_record record = {
        .level = 20, .logger = "", .call = fields, .call_count = 300, .merged = merged};
    char line[8192];
    size_t len = jsonlog_formatter_format(jl_formatter_default(), &record, line, sizeof line);
    assert_true(json_check_line(line, len));
    line[len] = '\0';
    assert_non_null(strstr(line, "\"k255\":1,\"_dropped\":44}\n"));
}

/* ---- stack ---- */

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

#define STACK_SIZE  (256u * 1024)
#define STACK_PAINT 0xA5

static void *format_deep(void *context) {
    static char line[16384];
    const jsonlog_record *record = context;
    assert_true(jsonlog_formatter_format(jl_formatter_default(), record, line, sizeof line) > 0);
    return NULL;
}

/* The deepest nesting and a line that has to be shortened, on a painted stack. An unoptimised build
 * needs more than the 32 KB that an optimised one takes. */
static void the_stack_is_bounded(void **state) {
    (void)state;
    if (IS_SANITIZED)
        skip();
    static jsonlog_field nested[70];
    static char text[20000];
    jsonlog_value values[2] = {jsonlog_string(text, sizeof text), jsonlog_from_int64(1)};
    for (int i = 0; i < 70; i++) {
        nested[i] = jsonlog_field_make("k", values[1]);
        values[1] = jsonlog_fields(&nested[i], 1);
    }
    const jl_field fields[] = {{JL_TEXT("s"), &values[0], jl_hash(JL_TEXT("s")), true},
                               {JL_TEXT("k"), &values[1], jl_hash(JL_TEXT("k")), true}};
    jsonlog_record record = {.level = 20, .logger = "a", .call = fields, .call_count = 2};
    unsigned char *stack = aligned_alloc(4096, STACK_SIZE);
    assert_non_null(stack);
    memset(stack, STACK_PAINT, STACK_SIZE);
    pthread_attr_t attributes;
    pthread_t thread;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK_SIZE), 0);
    assert_int_equal(pthread_create(&thread, &attributes, format_deep, &record), 0);
    pthread_join(thread, NULL);
    size_t unused = 0;
    while (unused < STACK_SIZE && stack[unused] == STACK_PAINT)
        unused++;
    assert_true(STACK_SIZE - unused < 64 * 1024);
    pthread_attr_destroy(&attributes);
    free(stack);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_gives_its_bytes),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(too_many_names_are_refused),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(options_are_copied),
        cmocka_unit_test(formatting_allocates_nothing),
        cmocka_unit_test(the_default_needs_no_memory),
        cmocka_unit_test(a_line_is_appended),
        cmocka_unit_test(a_processor_edits_its_own_copy),
        cmocka_unit_test(a_value_function_replaces_values),
        cmocka_unit_test(the_locale_does_not_matter),
        cmocka_unit_test(beyond_256_fields_are_counted),
        cmocka_unit_test(the_stack_is_bounded),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
