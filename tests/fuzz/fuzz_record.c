/*
 * Any record is one line, and the line one JSON object in UTF-8 with unique keys, within the cap.
 * What the fields say is found again in it, as long as nothing had to be cut.
 *
 * The input is read as record_input.c says: formatter options, level, message, bound fields,
 * fields.
 */
#include "fuzz_input.h"
#include "oracle/oracle.h"
#include "record_input.h"

#include <jsonlog/handler.h>
#include <jsonlog/logger.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX 16384

static char line[4 * LINE_MAX];
static size_t line_len;
static size_t line_count;

static void require(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "record: %s\n%.*s\n", what, (int)line_len, line);
    abort();
}

static jsonlog_status keep(void *self, const jsonlog_line *written) {
    (void)self;
    line_count++;
    line_len = written->len < sizeof line ? written->len : sizeof line;
    memcpy(line, written->text, line_len);
    return JSONLOG_OK;
}

static const jsonlog_handler_class keeper = {
    .size = sizeof keeper, .name = "keeper", .write = keep};

/* --- the line ---------------------------------------------------------------------------- */

static bool has_unique_keys(const oracle_value *value) {
    for (size_t i = 0; i < value->count; i++)
        if (!oracle_json_counts(value, i) || !has_unique_keys(&value->members[i]))
            return false;
    return true;
}

static bool is_utf8(const char *text, size_t len) {
    uint32_t c = 0;
    size_t at = 0, taken = 1;
    for (; at < len && taken > 0; at += taken)
        taken = oracle_utf8_next(text + at, len - at, &c);
    return taken > 0;
}

/** @return the object that the line is. */
static oracle_value *read_line(size_t line_max) {
    require(line_len > 0 && line[line_len - 1] == '\n', "it has no newline at its end");
    require(!memchr(line, '\n', line_len - 1), "it has another newline");
    require(line_len <= (line_max ? line_max : LINE_MAX), "it is longer than its cap");
    require(is_utf8(line, line_len), "it is not UTF-8");
    oracle_value *object = oracle_json_read(line, line_len - 1);
    require(object && object->kind == ORACLE_OBJECT, "it is no JSON object");
    require(has_unique_keys(object), "a key stands twice");
    return object;
}

/* --- the values -------------------------------------------------------------------------- */

static const oracle_value *member(const oracle_value *object, const char *key) {
    oracle_text name = oracle_text_of_ascii(key);
    const oracle_value *found = oracle_json_member(object, name);
    free(name.at);
    return found;
}

static bool is_same_text(const oracle_value *found, const jsonlog_value *value) {
    if (!is_utf8(value->as.string, value->with.len))
        return found->kind == ORACLE_STRING;
    oracle_text text = oracle_text_of_bytes(value->as.string, value->with.len);
    bool is_same = found->kind == ORACLE_STRING && oracle_text_equals(found->text, text);
    free(text.at);
    return is_same;
}

static bool is_same_integer(const oracle_value *found, const jsonlog_value *value) {
    char digits[32];
    if (value->type == JSONLOG_TYPE_INT64)
        snprintf(digits, sizeof digits, "%lld", (long long)value->as.i64);
    else
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)value->as.u64);
    return found->kind == ORACLE_NUMBER && strcmp(found->number, digits) == 0;
}

static bool is_same_double(const oracle_value *found, const jsonlog_value *value) {
    double number = value->as.f64;
    if (number != number || number - number != 0)
        return found->kind == ORACLE_NULL || found->kind == ORACLE_STRING;
    if (found->kind != ORACLE_NUMBER || !strpbrk(found->number, ".e"))
        return false;
    if (value->type == JSONLOG_TYPE_FLOAT)
        return (double)strtof(found->number, NULL) == number;
    double read = strtod(found->number, NULL);
    return memcmp(&read, &number, sizeof read) == 0; /* minus zero too */
}

static bool is_same(const oracle_value *found, const jsonlog_value *value) {
    switch (value->type) {
    case JSONLOG_TYPE_NULL: return found->kind == ORACLE_NULL;
    case JSONLOG_TYPE_BOOL: return found->kind == (value->as.boolean ? ORACLE_TRUE : ORACLE_FALSE);
    case JSONLOG_TYPE_INT64:
    case JSONLOG_TYPE_UINT64: return is_same_integer(found, value);
    case JSONLOG_TYPE_FLOAT:
    case JSONLOG_TYPE_DOUBLE: return is_same_double(found, value);
    case JSONLOG_TYPE_STRING: return is_same_text(found, value);
    default: return true;
    }
}

/** The field is looked for under its own key, so only keys that nothing else wants. */
static void check_field(const oracle_value *object, const jsonlog_field *fields, size_t count,
                        size_t index, bool may_be_missing) {
    const jsonlog_field *field = &fields[index];
    bool is_plain = field->key_len == JSONLOG_NUL_TERMINATED &&
                    (strcmp(field->key, "a") == 0 || strcmp(field->key, "b") == 0 ||
                     strcmp(field->key, "errorCode") == 0);
    for (size_t i = index + 1; i < count; i++) /* the last of equal keys counts */
        is_plain = is_plain && fields[i].key_len == JSONLOG_NUL_TERMINATED &&
                   strcmp(fields[i].key, field->key) != 0;
    if (!is_plain || (field->value.flags & JSONLOG_VALUE_SECRET))
        return;
    const oracle_value *found = member(object, field->key);
    require(found || may_be_missing, "a field is missing");
    require(!found || is_same(found, &field->value), "a field has another value");
}

/* --- one record -------------------------------------------------------------------------- */

static jsonlog_handler *handler;

static void set_up(void) {
    handler = jsonlog_handler_new(&keeper, NULL);
    jsonlog_logger_set_level(jsonlog_get("fuzz"), 1);
    jsonlog_logger_set_propagate(jsonlog_get("fuzz"), false);
    jsonlog_logger_add_handler(jsonlog_get("fuzz"), handler);
}

static void log_one(record_input *input, const jsonlog_json_options *options) {
    jsonlog_field bound[2], fields[RECORD_FIELDS_MAX];
    int level = 1 + record_byte(input) % 254;
    size_t message_len = 0, bound_count = record_byte(input) % 3;
    const char *message = record_text(input, &message_len);
    for (size_t i = 0; i < bound_count; i++)
        bound[i] = record_field(input, 0);
    size_t count = record_byte(input) % (RECORD_FIELDS_MAX + 1);
    for (size_t i = 0; i < count; i++)
        fields[i] = record_field(input, 0);
    jsonlog_logger *logger = jsonlog_logger_with_fields(jsonlog_get("fuzz"), bound, bound_count);
    line_count = line_len = 0;
    jsonlog_log_fields(logger, level, message_len == 23 ? NULL : message, message_len, fields,
                       count);
    require(line_count > 0, "there is no line");
    require(line_count == 1, "there are several lines");
    oracle_value *object = read_line(options->line_max);
    bool is_cut = member(object, "_truncated") || member(object, "_dropped");
    for (size_t i = 0; !is_cut && !options->expand_dots && i < count; i++)
        check_field(object, fields, count, i, options->omit_empty);
    oracle_json_free(object);
    jsonlog_logger_free(logger);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static record_input input; /* large */
    if (!handler)
        set_up();
    memset(&input, 0, sizeof input);
    input.at = data;
    input.left = size;
    jsonlog_json_options options = record_options(&input);
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
    if (!formatter)
        return 0;
    jsonlog_handler_set_formatter(handler, formatter);
    log_one(&input, &options);
    jsonlog_formatter_release(formatter);
    return 0;
}
