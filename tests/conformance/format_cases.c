/*
 * What is logged and the exact line: tests/data/bindings/format_cases.jsonl, one case a line, which
 * every binding runs too. Here through the public C API. See the README beside the data.
 */
#include <jsonlog/jsonlog.h>
#include <jsonlog/preset.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES_MIN 80
#define RING_SIZE (1u << 20)

/* What the values of a case point to; freed as one. */
typedef struct arena {
    void *blocks[512];
    size_t count;
} arena;

static void *keep(arena *of, size_t count, size_t size) {
    assert_true(of->count < sizeof of->blocks / sizeof *of->blocks);
    void *block = calloc(count + 1, size);
    assert_non_null(block);
    return of->blocks[of->count++] = block;
}

static void release(arena *of) {
    while (of->count > 0)
        free(of->blocks[--of->count]);
}

static const cJSON *get(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

typedef struct text {
    const char *bytes; /* NULL: none */
    size_t len;
} text;

static text text_of_hex(arena *of, const char *hex) {
    const size_t len = strlen(hex) / 2;
    char *bytes = keep(of, len, 1);
    for (size_t i = 0; i < len; i++) {
        unsigned byte = 0;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        bytes[i] = (char)byte;
    }
    return (text){bytes, len};
}

/* A message or a key: a string, {"bytes": "hex"}, or null. */
static text text_of(arena *of, const cJSON *item) {
    if (cJSON_IsObject(item))
        return text_of_hex(of, cJSON_GetStringValue(get(item, "bytes")));
    const char *string = cJSON_GetStringValue(item);
    return (text){string, string == NULL ? 0 : strlen(string)};
}

static jsonlog_value value_of(arena *of, const cJSON *value);

static jsonlog_field *fields_of(arena *of, const cJSON *pairs, size_t *count) {
    *count = (size_t)cJSON_GetArraySize(pairs);
    jsonlog_field *fields = keep(of, *count, sizeof *fields);
    size_t at = 0;
    const cJSON *pair;
    cJSON_ArrayForEach(pair, pairs) {
        const text key = text_of(of, cJSON_GetArrayItem(pair, 0));
        fields[at].key = key.bytes;
        fields[at].key_len = key.len;
        fields[at++].value = value_of(of, cJSON_GetArrayItem(pair, 1));
    }
    return fields;
}

static jsonlog_value array_of(arena *of, const cJSON *items) {
    const size_t count = (size_t)cJSON_GetArraySize(items);
    jsonlog_value *values = keep(of, count, sizeof *values);
    size_t at = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, items) values[at++] = value_of(of, item);
    return jsonlog_values(values, count);
}

static jsonlog_value object_of(arena *of, const cJSON *pairs) {
    size_t count = 0;
    const jsonlog_field *fields = fields_of(of, pairs, &count);
    return jsonlog_fields(fields, count);
}

static jsonlog_value value_of(arena *of, const cJSON *value) {
    const cJSON *item = value->child;
    assert_non_null(item);
    const char *type = item->string;
    const char *string = cJSON_GetStringValue(item);
    if (strcmp(type, "int") == 0)
        return jsonlog_from_int64(strtoll(string, NULL, 10));
    if (strcmp(type, "uint") == 0)
        return jsonlog_from_uint64(strtoull(string, NULL, 10));
    if (strcmp(type, "double") == 0)
        return jsonlog_from_double(strtod(string, NULL));
    if (strcmp(type, "bool") == 0)
        return jsonlog_bool(cJSON_IsTrue(item) != 0);
    if (strcmp(type, "string") == 0)
        return jsonlog_string(string, strlen(string));
    if (strcmp(type, "raw") == 0)
        return jsonlog_raw(string, strlen(string));
    if (strcmp(type, "array") == 0)
        return array_of(of, item);
    if (strcmp(type, "object") == 0)
        return object_of(of, item);
    if (strcmp(type, "null") == 0)
        return jsonlog_null();
    assert_string_equal(type, "bytes");
    const text bytes = text_of_hex(of, string);
    return jsonlog_string(bytes.bytes, bytes.len);
}

static int64_t the_time(void *context) {
    return *(const int64_t *)context;
}

/* A handler of the case's preset takes the place of all others. */
static jsonlog_handler *handler_of(const char *name) {
    jsonlog_preset preset;
    jsonlog_err err;
    assert_int_equal(jsonlog_preset_from_name(name, &preset), JSONLOG_OK);
    jsonlog_formatter *formatter = jsonlog_preset_formatter_new(preset, NULL, NULL, &err);
    assert_non_null(formatter);
    jsonlog_handler *handler = jsonlog_memory_handler_new(RING_SIZE);
    assert_non_null(handler);
    assert_int_equal(jsonlog_handler_set_formatter(handler, formatter), JSONLOG_OK);
    jsonlog_formatter_release(formatter);
    assert_int_equal(jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1), JSONLOG_OK);
    return handler;
}

static void log_case(arena *of, const cJSON *row) {
    static int64_t time_ns;
    int level = 0;
    size_t count = 0;
    time_ns = strtoll(cJSON_GetStringValue(get(row, "time_ns")), NULL, 10);
    jsonlog_set_clock(the_time, &time_ns);
    assert_int_equal(jsonlog_level_parse(cJSON_GetStringValue(get(row, "level")), &level, NULL),
                     JSONLOG_OK);
    const text message = text_of(of, get(row, "message"));
    const jsonlog_field *fields = fields_of(of, get(row, "fields"), &count);
    jsonlog_log_fields(jsonlog_get(cJSON_GetStringValue(get(row, "logger"))), level, message.bytes,
                       message.len, fields, count);
}

static bool run_case(const cJSON *row) {
    static char out[RING_SIZE];
    arena of = {{NULL}, 0};
    jsonlog_handler *handler = handler_of(cJSON_GetStringValue(get(row, "preset")));
    log_case(&of, row);
    const size_t len = jsonlog_memory_handler_read(handler, out, sizeof out);
    const char *expected = cJSON_GetStringValue(get(row, "line"));
    const bool is_same =
        len == strlen(expected) + 1 && memcmp(out, expected, len - 1) == 0 && out[len - 1] == '\n';
    if (!is_same)
        fprintf(stderr, "%s\n  is        %s  should be %s\n",
                cJSON_GetStringValue(get(row, "name")), out, expected);
    jsonlog_handler_release(handler);
    release(&of);
    return is_same;
}

static void lines_are_exact(void **state) {
    (void)state;
    FILE *file = fopen(JSONLOG_TEST_DATA "/bindings/format_cases.jsonl", "r");
    assert_non_null(file);
    pthread_setname_np(pthread_self(), "worker-1");
    jsonlog_logger_set_level(jsonlog_root(), JSONLOG_LEVEL_NOTSET);
    char *line = NULL;
    size_t size = 0;
    size_t run = 0;
    size_t failed = 0;
    while (getline(&line, &size, file) > 0) {
        cJSON *row = cJSON_Parse(line);
        assert_non_null(row);
        failed += !run_case(row);
        run++;
        cJSON_Delete(row);
    }
    free(line);
    fclose(file);
    assert_int_equal(failed, 0);
    assert_true(run >= CASES_MIN);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_are_exact)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
