#include "json/number.h"
#include "logger/config_option.h"

/*
 * JSON of the file as values of the library, in the arena: whoever takes them copies them deeply.
 */

static bool read_value(jl_config_load *load, const jl_node *node, jsonlog_value *out);

/* Exact where 64 bits hold it, else the nearest double, as of a number with a fraction. */
static bool read_number(jl_config_load *load, const jl_node *node, jsonlog_value *out) {
    const bool is_negative = node->text.ptr[0] == '-';
    uint64_t digits = 0;
    bool is_exact = node->is_integer;
    for (size_t i = is_negative; i < node->text.len && is_exact; i++)
        is_exact = !__builtin_mul_overflow(digits, 10, &digits) &&
                   !__builtin_add_overflow(digits, (uint64_t)(node->text.ptr[i] - '0'), &digits);
    if (is_exact && !is_negative) {
        *out = jsonlog_from_uint64(digits);
        return true;
    }
    if (is_exact && digits > 0 && digits <= (uint64_t)INT64_MAX + 1) {
        *out = jsonlog_from_int64(-(int64_t)(digits - 1) - 1);
        return true;
    }
    const double number = jl_read_double(node->text);
    if (number > 1.7976931348623157e308 || number < -1.7976931348623157e308)
        return jl_config_expected(load, node, "a number that a double can hold");
    *out = jsonlog_from_double(number);
    return true;
}

static bool read_array(jl_config_load *load, const jl_node *node, jsonlog_value *out) {
    jsonlog_value *values = jl_arena_array(&load->arena, node->count, sizeof *values);
    if (values == NULL)
        return jl_config_nomem(load) == JSONLOG_OK;
    for (const jl_node *element = node->first; element != NULL; element = element->next)
        if (!read_value(load, element, &values[element->index]))
            return false;
    *out = jsonlog_values(values, node->count);
    return true;
}

static bool read_value(jl_config_load *load, const jl_node *node, jsonlog_value *out) {
    const jsonlog_field *fields = NULL;
    size_t count = 0;
    switch (node->kind) {
    case JL_JSON_STRING: *out = jsonlog_string(node->text.ptr, node->text.len); return true;
    case JL_JSON_NUMBER: return read_number(load, node, out);
    case JL_JSON_TRUE: *out = jsonlog_bool(true); return true;
    case JL_JSON_FALSE: *out = jsonlog_bool(false); return true;
    case JL_JSON_NULL: *out = jsonlog_null(); return true;
    case JL_JSON_ARRAY: return read_array(load, node, out);
    default: break;
    }
    if (!jl_read_fields(load, node, &fields, &count))
        return false;
    *out = jsonlog_fields(fields, count);
    return true;
}

bool jl_read_fields(jl_config_load *load, const jl_node *node, const jsonlog_field **out,
                    size_t *count) {
    if (node->kind != JL_JSON_OBJECT)
        return jl_config_expected(load, node, "an object of fields");
    jsonlog_field *fields = jl_arena_array(&load->arena, node->count, sizeof *fields);
    if (fields == NULL)
        return jl_config_nomem(load) == JSONLOG_OK;
    for (const jl_node *member = node->first; member != NULL; member = member->next) {
        fields[member->index].key = member->key;
        fields[member->index].key_len = JSONLOG_NUL_TERMINATED;
        if (!read_value(load, member, &fields[member->index].value))
            return false;
    }
    *out = fields;
    *count = node->count;
    return true;
}
