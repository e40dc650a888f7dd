#include "record_input.h"

#include <string.h>

#define DEEPEST 5

uint8_t record_byte(record_input *input) {
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

uint64_t record_number(record_input *input) {
    uint64_t number = 0;
    size_t len = record_byte(input) % 9;
    for (; len > 0; len--)
        number = number << 8 | record_byte(input);
    return number;
}

const char *record_text(record_input *input, size_t *len) {
    const char *at = (const char *)input->at;
    size_t byte = record_byte(input);
    size_t wanted = byte < 0xF0 ? byte % 24 : (byte - 0xEF) * 1500; /* long ones have to be cut */
    at = (const char *)input->at;
    *len = wanted < input->left ? wanted : input->left;
    input->at += *len;
    input->left -= *len;
    return *len ? at : "";
}

/** Doubles whose bits mean something, and any others. */
static double a_double(record_input *input) {
    static const double known[] = {0.0,  -0.0, 1.0,  0.1,     1e15,        1e16,     1e17, 5e-324,
                                   1e-5, 1e22, 1e23, 1.5e300, 123456789.0, -1.0 / 3, 1e-4, 2e9};
    uint8_t how = record_byte(input);
    uint64_t bits = record_number(input);
    double number = 0;
    if (how < 64)
        return known[how % 16];
    if (how < 96)
        return (double)(int64_t)bits / 100;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static bool write_some(jsonlog_writer *writer, void *context) {
    record_input copy = *(const record_input *)context; /* the same each time it is asked */
    uint8_t plan = record_byte(&copy);
    size_t len = 0;
    if (plan % 8 == 0)
        return false;
    if (plan & 1)
        jsonlog_write_begin_array(writer);
    for (size_t i = 0; i < plan % 5; i++) {
        if (plan & 0x40)
            jsonlog_write_begin_object(writer);
        if (plan & 0x80) {
            const char *key = record_text(&copy, &len);
            jsonlog_write_key(writer, key, len);
        }
        const char *text = record_text(&copy, &len);
        jsonlog_write_value(writer, jsonlog_string(text, len));
        if (plan & 0x40)
            jsonlog_write_end_object(writer);
    }
    if (plan & 1)
        jsonlog_write_end_array(writer);
    return true;
}

static jsonlog_value a_callback(record_input *input) {
    static record_input frozen; /* what the callback reads: the input as it is now */
    frozen = *input;
    record_number(input);
    return jsonlog_call(write_some, &frozen);
}

static jsonlog_value an_array(record_input *input, unsigned depth) {
    size_t count = record_byte(input) % 5;
    if (depth >= DEEPEST || input->value_count + count > RECORD_VALUES_MAX)
        return jsonlog_values(input->values, 0);
    jsonlog_value *values = &input->values[input->value_count];
    input->value_count += count;
    for (size_t i = 0; i < count; i++)
        values[i] = record_value(input, depth + 1);
    return jsonlog_values(values, count);
}

static jsonlog_value an_object(record_input *input, unsigned depth) {
    size_t count = record_byte(input) % 5;
    if (depth >= DEEPEST || input->member_count + count > RECORD_VALUES_MAX)
        return jsonlog_fields(input->members, 0);
    jsonlog_field *members = &input->members[input->member_count];
    input->member_count += count;
    for (size_t i = 0; i < count; i++)
        members[i] = record_field(input, depth + 1);
    return jsonlog_fields(members, count);
}

static jsonlog_value some_numbers(record_input *input) {
    uint8_t how = record_byte(input);
    if (input->number_count == RECORD_VALUES_MAX)
        return jsonlog_null();
    int64_t *numbers = input->numbers[input->number_count++];
    for (size_t i = 0; i < 4; i++)
        numbers[i] = (int64_t)record_number(input);
    switch (how % 5) {
    case 0: return jsonlog_int64s(numbers, how % 4);
    case 1: return jsonlog_uint64s((const uint64_t *)numbers, how % 4);
    case 2: return jsonlog_ints((const int *)numbers, how % 8);
    case 3: return jsonlog_uuid((const uint8_t *)numbers);
    default:
        for (size_t i = 0; i < 4; i++) {
            double number = a_double(input);
            memcpy(&numbers[i], &number, sizeof number);
        }
        return jsonlog_doubles((const double *)numbers, how % 4);
    }
}

static jsonlog_value some_strings(record_input *input) {
    static const char *const known[] = {"", "a", "\"", "\xFF", "가", NULL};
    for (size_t i = 0; i < 4; i++)
        input->strings[i] = known[record_byte(input) % 6];
    return jsonlog_strings(input->strings, 4);
}

static jsonlog_value some_causes(record_input *input, unsigned depth) {
    jsonlog_value value = an_array(input, depth);
    value.type = JSONLOG_TYPE_CAUSES;
    return value;
}

static jsonlog_value a_text(record_input *input, uint8_t how) {
    size_t len = 0;
    const char *text = record_text(input, &len);
    switch (how % 4) {
    case 0: return jsonlog_bytes(text, len);
    case 1: return jsonlog_raw(text, len);
    default: return jsonlog_string(text, len);
    }
}

static jsonlog_value a_time(record_input *input) {
    struct timespec time = {(time_t)record_number(input),
                            (long)(record_number(input) % 1000000000)};
    return jsonlog_time(time);
}

static jsonlog_value an_unmarked_value(record_input *input, uint8_t how, unsigned depth) {
    switch (how % 20) {
    case 0: return jsonlog_null();
    case 1: return jsonlog_bool(record_byte(input) & 1);
    case 2: return jsonlog_from_int64((int64_t)record_number(input));
    case 3: return jsonlog_from_uint64(record_number(input));
    case 4: return jsonlog_from_double(a_double(input));
    case 5: return jsonlog_from_float((float)a_double(input));
    case 6:
    case 7:
    case 8: return a_text(input, (uint8_t)(how / 20));
    case 9: return a_time(input);
    case 10: return jsonlog_duration_ns((int64_t)record_number(input));
    case 11: return jsonlog_errno((int)record_number(input));
    case 12: return jsonlog_hex(record_number(input));
    case 13: return jsonlog_char((uint32_t)record_number(input));
    case 14: return a_callback(input);
    case 15: return some_numbers(input);
    case 16: return some_strings(input);
    case 17: return some_causes(input, depth);
    case 18: return an_array(input, depth);
    default: return an_object(input, depth);
    }
}

jsonlog_value record_value(record_input *input, unsigned depth) {
    uint8_t how = record_byte(input);
    jsonlog_value value = an_unmarked_value(input, how, depth);
    return how == 0xFF ? jsonlog_mark_secret(value) : value;
}

jsonlog_field record_field(record_input *input, unsigned depth) {
    static const char *const known[] = {"a",          "b",
                                        "a.b",        "a.b.c",
                                        "",           "timestamp",
                                        "logType",    "message",
                                        "errorCode",  "_x",
                                        "a_2",        "_truncated",
                                        "_dropped",   "errorMessage",
                                        "logger",     "errorMessage_2",
                                        "suppressed", ".",
                                        "a.",         "message_2"};
    uint8_t how = record_byte(input);
    jsonlog_field field = {0};
    field.key = known[how % 20];
    field.key_len = JSONLOG_NUL_TERMINATED;
    if (how >= 0xC0)
        field.key = record_text(input, &field.key_len);
    field.value = record_value(input, depth);
    return field;
}

jsonlog_json_options record_options(record_input *input) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    uint8_t bits = record_byte(input), more = record_byte(input), choice = record_byte(input);
    options.skip_underscored = bits & 1;
    options.with_source = bits & 2;
    options.with_thread = bits & 4;
    options.message_always = bits & 8;
    options.omit_empty = bits & 16;
    options.expand_dots = bits & 32;
    options.causes_as_array = bits & 64;
    options.ascii_only = bits & 128;
    options.escape_separators = more & 1;
    options.invalid_as_hex = more & 2;
    options.spaced = more & 4;
    options.collision = (jsonlog_collision)(more / 8 % 3);
    options.nonfinite = (jsonlog_nonfinite)(choice & 1);
    options.bytes_style = (jsonlog_bytes_style)(choice / 2 % 3);
    options.time_style = (jsonlog_time_style)(choice / 8 % 6);
    options.timestamp_precision = (jsonlog_precision)(choice / 48 % 5);
    options.depth_max = more / 32;
    options.line_max = record_byte(input) % 4 ? 0 : 64 + record_number(input) % 2000;
    return options;
}
