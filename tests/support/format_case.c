#include "support/format_case.h"

#include "base/hash.h"
#include "json/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define LINE_SPACE (1u << 16)

static void *keep(format_arena *arena, size_t count, size_t size) {
    arena->blocks = realloc(arena->blocks, (arena->count + 1) * sizeof *arena->blocks);
    assert_non_null(arena->blocks);
    void *block = calloc(count + 1, size);
    assert_non_null(block);
    arena->blocks[arena->count++] = block;
    return block;
}

void format_arena_done(format_arena *arena) {
    for (size_t i = 0; i < arena->count; i++)
        free(arena->blocks[i]);
    free(arena->blocks);
    *arena = (format_arena){NULL, 0};
}

cJSON *format_read_data(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", JSONLOG_TEST_DATA, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = 1u << 20;
    char *text = calloc(1, size);
    assert_non_null(text);
    size_t len = fread(text, 1, size - 1, file);
    fclose(file);
    assert_true(len < size - 1);
    cJSON *json = cJSON_Parse(text);
    if (json == NULL)
        print_error("%s is no JSON near: %.60s\n", name, cJSON_GetErrorPtr());
    assert_non_null(json);
    free(text);
    return json;
}

/* ---- options ---- */

static const cJSON *get(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *get_string(const cJSON *object, const char *name) {
    const cJSON *item = get(object, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static bool is_set(const cJSON *object, const char *name) {
    return cJSON_IsTrue(get(object, name)) != 0;
}

static unsigned get_number(const cJSON *object, const char *name) {
    const cJSON *item = get(object, name);
    return cJSON_IsNumber(item) ? (unsigned)item->valuedouble : 0;
}

/* The place of an option's word in the words of its enum, which begin with the default. */
static unsigned pick(const cJSON *object, const char *name, const char *const *words) {
    const char *word = get_string(object, name);
    for (unsigned i = 0; word != NULL && words[i] != NULL; i++) {
        if (strcmp(words[i], word) == 0)
            return i;
    }
    assert_null(word);
    return 0;
}

static const char **strings_of(format_arena *arena, const cJSON *array, size_t *count) {
    *count = (size_t)cJSON_GetArraySize(array);
    const char **strings = keep(arena, *count, sizeof *strings);
    size_t at = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, array) strings[at++] = item->valuestring;
    return strings;
}

static jsonlog_rename *renames_of(format_arena *arena, const cJSON *object, size_t *count) {
    *count = (size_t)cJSON_GetArraySize(object);
    jsonlog_rename *renames = keep(arena, *count, sizeof *renames);
    size_t at = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, object) renames[at++] =
        (jsonlog_rename){item->string, item->valuestring};
    return renames;
}

static void set_enums(jsonlog_json_options *options, const cJSON *json) {
    static const char *const styles[] = {"utc",          "offset",        "local", "epoch_number",
                                         "epoch_string", "epoch_seconds", NULL};
    static const char *const precisions[] = {"ms", "s", "us", "ns", "python", NULL};
    static const char *const collisions[] = {"suffix", "last", "first", NULL};
    static const char *const nonfinites[] = {"null", "string", NULL};
    static const char *const bytes[] = {"base64url", "base64", "hex", NULL};
    options->time_style = (jsonlog_time_style)pick(json, "time_style", styles);
    options->timestamp_precision = (jsonlog_precision)pick(json, "precision", precisions);
    options->collision = (jsonlog_collision)pick(json, "collision", collisions);
    options->nonfinite = (jsonlog_nonfinite)pick(json, "nonfinite", nonfinites);
    options->bytes_style = (jsonlog_bytes_style)pick(json, "bytes_style", bytes);
}

static void set_flags(jsonlog_json_options *options, const cJSON *json) {
    options->rename_keeps_missing = is_set(json, "rename_keeps_missing");
    options->skip_underscored = is_set(json, "skip_underscored");
    options->with_source = is_set(json, "with_source");
    options->with_thread = is_set(json, "with_thread");
    options->message_always = is_set(json, "message_always");
    options->omit_empty = is_set(json, "omit_empty");
    options->expand_dots = is_set(json, "expand_dots");
    options->causes_as_array = is_set(json, "causes_as_array");
    options->ascii_only = is_set(json, "ascii_only");
    options->escape_separators = is_set(json, "escape_separators");
    options->invalid_as_hex = is_set(json, "invalid_as_hex");
    options->spaced = is_set(json, "spaced");
}

jsonlog_json_options format_options(format_arena *arena, const cJSON *json) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    const char *style = get_string(json, "style");
    options.format = get_string(json, "format");
    options.style = style == NULL ? '\0' : *style;
    if (get(json, "names") != NULL)
        options.names = strings_of(arena, get(json, "names"), &options.name_count);
    options.rename = renames_of(arena, get(json, "rename"), &options.rename_count);
    options.static_fields = format_fields(arena, get(json, "static"), &options.static_count);
    options.defaults = format_fields(arena, get(json, "defaults"), &options.default_count);
    options.exclude = strings_of(arena, get(json, "exclude"), &options.exclude_count);
    options.timestamp_key = get_string(json, "timestamp_key");
    options.asctime_format = get_string(json, "asctime_format");
    options.prefix = get_string(json, "prefix");
    options.terminator = get_string(json, "terminator");
    options.indent = get_number(json, "indent");
    options.line_max = get_number(json, "line_max");
    options.depth_max = get_number(json, "depth_max");
    set_enums(&options, json);
    set_flags(&options, json);
    return options;
}

/* ---- values ---- */

static uint8_t *hex_bytes(format_arena *arena, const char *text, size_t *len) {
    *len = strlen(text) / 2;
    uint8_t *bytes = keep(arena, *len, 1);
    for (size_t i = 0; i < *len; i++) {
        unsigned byte = 0;
        assert_int_equal(sscanf(text + 2 * i, "%2x", &byte), 1);
        bytes[i] = (uint8_t)byte;
    }
    return bytes;
}

static jsonlog_value *values_of(format_arena *arena, const cJSON *array, size_t *count) {
    *count = (size_t)cJSON_GetArraySize(array);
    jsonlog_value *values = keep(arena, *count, sizeof *values);
    size_t at = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, array) values[at++] = format_value(arena, item);
    return values;
}

static jsonlog_value time_value(const cJSON *parts) {
    struct timespec time = {
        .tv_sec = (time_t)strtoll(cJSON_GetArrayItem(parts, 0)->valuestring, NULL, 10),
        .tv_nsec = strtol(cJSON_GetArrayItem(parts, 1)->valuestring, NULL, 10),
    };
    return jsonlog_time(time);
}

static jsonlog_value special_value(format_arena *arena, const cJSON *item) {
    const char *type = item->string;
    const char *text = item->valuestring;
    size_t len = 0;
    if (strcmp(type, "$int") == 0)
        return jsonlog_from_int64(strtoll(text, NULL, 10));
    if (strcmp(type, "$uint") == 0)
        return jsonlog_from_uint64(strtoull(text, NULL, 10));
    if (strcmp(type, "$double") == 0)
        return jsonlog_from_double(strtod(text, NULL));
    if (strcmp(type, "$float") == 0)
        return jsonlog_from_float(strtof(text, NULL));
    if (strcmp(type, "$duration") == 0)
        return jsonlog_duration_ns(strtoll(text, NULL, 10));
    if (strcmp(type, "$hex") == 0)
        return jsonlog_hex(strtoull(text, NULL, 10));
    if (strcmp(type, "$raw") == 0)
        return jsonlog_raw(text, strlen(text));
    if (strcmp(type, "$errno") == 0)
        return jsonlog_errno((int)item->valuedouble);
    if (strcmp(type, "$time") == 0)
        return time_value(item);
    if (strcmp(type, "$cjson") == 0)
        return jsonlog_cjson(item);
    if (strcmp(type, "$secret") == 0)
        return jsonlog_mark_secret(format_value(arena, item));
    if (strcmp(type, "$causes") == 0) {
        const jsonlog_value *causes = values_of(arena, item, &len);
        return jsonlog_from_values(JSONLOG_TYPE_CAUSES, causes, len);
    }
    const uint8_t *bytes = hex_bytes(arena, text, &len);
    if (strcmp(type, "$bytes") == 0)
        return jsonlog_bytes(bytes, len);
    if (strcmp(type, "$uuid") == 0)
        return jsonlog_uuid(bytes);
    assert_string_equal(type, "$text");
    return jsonlog_string((const char *)bytes, len);
}

jsonlog_value format_value(format_arena *arena, const cJSON *value) {
    size_t count = 0;
    if (cJSON_IsString(value))
        return jsonlog_from_string(value->valuestring);
    if (cJSON_IsBool(value))
        return jsonlog_bool(cJSON_IsTrue(value) != 0);
    if (cJSON_IsNumber(value) && (double)(int64_t)value->valuedouble == value->valuedouble)
        return jsonlog_from_int64((int64_t)value->valuedouble);
    if (cJSON_IsNumber(value))
        return jsonlog_from_double(value->valuedouble);
    if (cJSON_IsArray(value)) {
        const jsonlog_value *values = values_of(arena, value, &count);
        return jsonlog_values(values, count);
    }
    if (!cJSON_IsObject(value))
        return jsonlog_null();
    if (value->child != NULL && value->child->string[0] == '$' &&
        strncmp(value->child->string, "$key:", 5) != 0)
        return special_value(arena, value->child);
    const jsonlog_field *fields = format_fields(arena, value, &count);
    return jsonlog_fields(fields, count);
}

/* A key of the form $key:ff stands for these bytes. */
static jsonlog_field field_of(format_arena *arena, const cJSON *item) {
    jsonlog_field field = jsonlog_field_make(item->string, format_value(arena, item));
    if (strncmp(item->string, "$key:", 5) == 0)
        field.key = (const char *)hex_bytes(arena, item->string + 5, &field.key_len);
    return field;
}

jsonlog_field *format_fields(format_arena *arena, const cJSON *object, size_t *count) {
    *count = (size_t)cJSON_GetArraySize(object);
    jsonlog_field *fields = keep(arena, *count, sizeof *fields);
    size_t at = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, object) fields[at++] = field_of(arena, item);
    return fields;
}

/* ---- records ---- */

static void set_call(format_arena *arena, jsonlog_record *record, const cJSON *object) {
    size_t count = 0;
    const jsonlog_field *fields = format_fields(arena, object, &count);
    jl_field *call = keep(arena, count, sizeof *call);
    for (size_t i = 0; i < count; i++) {
        jl_text key = jl_text_of(fields[i].key);
        if (fields[i].key_len != JSONLOG_NUL_TERMINATED)
            key.len = fields[i].key_len;
        call[i] = (jl_field){key, &fields[i].value, jl_hash(key), jl_escape_is_plain(key)};
    }
    record->call = call;
    record->call_count = (uint32_t)count;
}

static jsonlog_site *site_of(format_arena *arena, const cJSON *json) {
    jsonlog_site *site = keep(arena, 1, sizeof *site);
    site->abi = JSONLOG_SITE_ABI;
    site->file = get_string(json, "file");
    site->line = get_number(json, "line");
    site->function = get_string(json, "function");
    return site;
}

jsonlog_record format_record(format_arena *arena, const cJSON *json) {
    const char *time = get_string(json, "time_ns");
    const char *logger = get_string(json, "logger");
    const cJSON *message = get(json, "message");
    jsonlog_record record = {
        .time_ns = time == NULL ? 1795334865784000000 : strtoll(time, NULL, 10),
        .level = get(json, "level") == NULL ? JSONLOG_LEVEL_INFO : (int)get_number(json, "level"),
        .logger = logger == NULL ? "test" : logger,
        .thread = get_number(json, "thread"),
        .suppressed = get_number(json, "suppressed"),
    };
    record.merged = keep(arena, JL_RECORD_FIELDS_MAX, sizeof *record.merged);
    record.edits = keep(arena, JL_RECORD_EDITS_MAX, sizeof *record.edits);
    if (message != NULL && !cJSON_IsNull(message)) {
        jsonlog_value *value = keep(arena, 1, sizeof *value);
        *value = format_value(arena, message);
        record.message = value;
    }
    if (get(json, "site") != NULL)
        record.site = site_of(arena, get(json, "site"));
    set_call(arena, &record, get(json, "fields"));
    return record;
}

const char *format_line(format_arena *arena, jsonlog_formatter *formatter,
                        const jsonlog_record *record) {
    char *line = keep(arena, LINE_SPACE, 1);
    size_t len = jsonlog_formatter_format(formatter, record, line, LINE_SPACE - 1);
    line[len] = '\0';
    return line;
}

const char *format_case_line(format_arena *arena, const cJSON *row) {
    jsonlog_json_options options = format_options(arena, get(row, "options"));
    jsonlog_err err;
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, &err);
    if (formatter == NULL)
        print_error("%s: %s\n", get_string(row, "name"), err.text);
    assert_non_null(formatter);
    jsonlog_record record = format_record(arena, get(row, "record"));
    char *line = (char *)(uintptr_t)format_line(arena, formatter, &record);
    size_t len = strlen(line);
    if (len > 0 && line[len - 1] == '\n')
        line[len - 1] = '\0';
    jsonlog_formatter_release(formatter);
    return line;
}
