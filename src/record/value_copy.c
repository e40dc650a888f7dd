#include "record/value_copy.h"

#include "record/context.h"

#include <cjson/cJSON.h>

#include <stdalign.h>

void *jl_copy_take(jl_copy *copy, size_t count, size_t size) {
    size_t bytes = 0;
    size_t end = 0;
    const size_t mask = alignof(max_align_t) - 1;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(copy->used, bytes, &end) || end > SIZE_MAX - mask) {
        copy->is_too_large = true;
        return NULL;
    }
    void *place = copy->start == NULL ? NULL : copy->start + copy->used;
    copy->used = (end + mask) & ~mask;
    return place;
}

const char *jl_copy_bytes(jl_copy *copy, const void *bytes, size_t len) {
    char *place = len == SIZE_MAX ? NULL : jl_copy_take(copy, len + 1, 1);
    if (len == SIZE_MAX)
        copy->is_too_large = true;
    if (place == NULL)
        return bytes;
    if (len > 0)
        memcpy(place, bytes, len);
    place[len] = '\0';
    return place;
}

static jsonlog_value text_value(const char *text) {
    return jsonlog_from_string(text);
}

/* ---- a cJSON tree becomes objects and arrays ----------------------------------------------------
 */

/* cJSON keeps a double; an integral one that a double holds exactly is written without fraction. */
static jsonlog_value cjson_number(double number) {
    const double exact = 9007199254740992.0; /* 2^53 */
    if (number >= -exact && number <= exact && number == (double)(int64_t)number)
        return jsonlog_from_int64((int64_t)number);
    return jsonlog_from_double(number);
}

static jsonlog_value copy_cjson(jl_copy *copy, const cJSON *item, unsigned depth);

static size_t children_of(const cJSON *item) {
    size_t count = 0;
    for (const cJSON *child = item->child; child != NULL; child = child->next)
        count++;
    return count;
}

static jsonlog_value copy_cjson_array(jl_copy *copy, const cJSON *item, unsigned depth) {
    const size_t count = children_of(item);
    jsonlog_value *values = jl_copy_take(copy, count, sizeof *values);
    size_t i = 0;
    for (const cJSON *child = item->child; child != NULL; child = child->next, i++) {
        const jsonlog_value value = copy_cjson(copy, child, depth + 1);
        if (values != NULL)
            values[i] = value;
    }
    return jsonlog_from_values(JSONLOG_TYPE_ARRAY, values, count);
}

static jsonlog_value copy_cjson_object(jl_copy *copy, const cJSON *item, unsigned depth) {
    const size_t count = children_of(item);
    jsonlog_field *fields = jl_copy_take(copy, count, sizeof *fields);
    size_t i = 0;
    for (const cJSON *child = item->child; child != NULL; child = child->next, i++) {
        const char *key = child->string == NULL ? "null" : child->string;
        const size_t len = strlen(key);
        const jsonlog_field field = {jl_copy_bytes(copy, key, len), len,
                                     copy_cjson(copy, child, depth + 1)};
        if (fields != NULL)
            fields[i] = field;
    }
    jsonlog_value value = jsonlog_value_make(JSONLOG_TYPE_FIELDS, count);
    value.as.fields = fields;
    return value;
}

static jsonlog_value copy_cjson(jl_copy *copy, const cJSON *item, unsigned depth) {
    jsonlog_type type = JSONLOG_TYPE_STRING;
    switch (item->type & 0xff) {
    case cJSON_False: return jsonlog_from_bool(false);
    case cJSON_True: return jsonlog_from_bool(true);
    case cJSON_Number: return cjson_number(item->valuedouble);
    case cJSON_Raw: type = JSONLOG_TYPE_RAW; break;
    case cJSON_String: break;
    case cJSON_Array:
    case cJSON_Object:
        if (depth >= JL_CONTEXT_DEPTH_MAX)
            return text_value("__too_deep__");
        return (item->type & 0xff) == cJSON_Array ? copy_cjson_array(copy, item, depth)
                                                  : copy_cjson_object(copy, item, depth);
    default: return jsonlog_null();
    }
    if (item->valuestring == NULL)
        return jsonlog_null();
    const size_t len = strlen(item->valuestring);
    return jsonlog_from_pointer(type, jl_copy_bytes(copy, item->valuestring, len), len);
}

/* ---- values that hold values ---- */

static const jsonlog_value *copy_values(jl_copy *copy, const jsonlog_value *values, size_t count,
                                        unsigned depth) {
    jsonlog_value *place = jl_copy_take(copy, count, sizeof *place);
    for (size_t i = 0; i < count && !copy->is_too_large; i++) {
        const jsonlog_value value = jl_copy_value(copy, &values[i], depth + 1);
        if (place != NULL)
            place[i] = value;
    }
    return place;
}

static size_t keys_size(const char *keys, uint32_t count) {
    const char *at = keys;
    for (uint32_t i = 0; i < count; i++)
        at += strlen(at) + 1;
    return (size_t)(at - keys);
}

static jsonlog_value copy_object(jl_copy *copy, const jsonlog_value *object, unsigned depth) {
    jsonlog_value value = *object;
    value.with.keys =
        jl_copy_bytes(copy, object->with.keys, keys_size(object->with.keys, object->count));
    value.as.values = copy_values(copy, object->as.values, object->count, depth);
    return value;
}

static jsonlog_value copy_fields(jl_copy *copy, const jsonlog_value *object, unsigned depth) {
    const size_t count = object->with.len;
    jsonlog_field *place = jl_copy_take(copy, count, sizeof *place);
    for (size_t i = 0; i < count && !copy->is_too_large; i++) {
        const jsonlog_field *from = &object->as.fields[i];
        const char *key = from->key == NULL ? "null" : from->key;
        const size_t len = from->key == NULL                         ? 4
                           : from->key_len == JSONLOG_NUL_TERMINATED ? strlen(key)
                                                                     : from->key_len;
        const jsonlog_field field = {jl_copy_bytes(copy, key, len), len,
                                     jl_copy_value(copy, &from->value, depth + 1)};
        if (place != NULL)
            place[i] = field;
    }
    jsonlog_value value = *object;
    value.as.fields = place;
    return value;
}

static jsonlog_value copy_strings(jl_copy *copy, const jsonlog_value *strings) {
    const char *const *from = strings->as.pointer;
    const size_t count = strings->with.len;
    const char **place = jl_copy_take(copy, count, sizeof *place);
    for (size_t i = 0; i < count && !copy->is_too_large; i++) {
        const char *string = from[i] == NULL ? NULL : jl_copy_bytes(copy, from[i], strlen(from[i]));
        if (place != NULL)
            place[i] = string;
    }
    jsonlog_value value = *strings;
    value.as.pointer = place;
    return value;
}

static jsonlog_value copy_container(jl_copy *copy, const jsonlog_value *value, unsigned depth) {
    if (depth >= JL_CONTEXT_DEPTH_MAX)
        return text_value("__too_deep__");
    if (value->type == JSONLOG_TYPE_OBJECT)
        return copy_object(copy, value, depth);
    if (value->type == JSONLOG_TYPE_FIELDS)
        return copy_fields(copy, value, depth);
    jsonlog_value array = *value;
    array.as.values = copy_values(copy, value->as.values, value->with.len, depth);
    return array;
}

/* ---- all values ---- */

/* Bytes of one element of an array of C values; 0 for other types. */
static size_t element_size(uint8_t type) {
    switch (type) {
    case JSONLOG_TYPE_INTS: return sizeof(int);
    case JSONLOG_TYPE_INT64S:
    case JSONLOG_TYPE_UINT64S: return sizeof(int64_t);
    case JSONLOG_TYPE_DOUBLES: return sizeof(double);
    case JSONLOG_TYPE_BOOLS: return sizeof(bool);
    default: return 0;
    }
}

static jsonlog_value copy_flat(jl_copy *copy, const jsonlog_value *value, size_t size) {
    jsonlog_value flat = *value;
    void *place = jl_copy_take(copy, value->with.len, size);
    if (place != NULL && value->with.len > 0)
        memcpy(place, value->as.pointer, value->with.len * size);
    flat.as.pointer = place == NULL ? value->as.pointer : place;
    return flat;
}

static jsonlog_value copy_text(jl_copy *copy, const jsonlog_value *value) {
    jsonlog_value text = *value;
    text.as.string = jl_copy_bytes(copy, value->as.string, value->with.len);
    return text;
}

/* A secret keeps its mark and nothing else; false rather than null, which some formatters leave
 * out. */
static jsonlog_value copy_secret(void) {
    return jsonlog_mark_secret(jsonlog_from_bool(false));
}

static jsonlog_value copy_by_type(jl_copy *copy, const jsonlog_value *value, unsigned depth) {
    switch (value->type) {
    case JSONLOG_TYPE_STRING:
    case JSONLOG_TYPE_BYTES:
    case JSONLOG_TYPE_UUID:
    case JSONLOG_TYPE_RAW: return copy_text(copy, value);
    case JSONLOG_TYPE_OBJECT:
    case JSONLOG_TYPE_ARRAY:
    case JSONLOG_TYPE_CAUSES:
    case JSONLOG_TYPE_FIELDS: return copy_container(copy, value, depth);
    case JSONLOG_TYPE_CJSON: return copy_cjson(copy, value->as.pointer, depth);
    case JSONLOG_TYPE_STRINGS: return copy_strings(copy, value);
    default: break;
    }
    const size_t size = element_size(value->type);
    return size == 0 ? *value : copy_flat(copy, value, size);
}

jsonlog_value jl_copy_value(jl_copy *copy, const jsonlog_value *value, unsigned depth) {
    if ((value->flags & JSONLOG_VALUE_SECRET) != 0)
        return copy_secret();
    jsonlog_value result = copy_by_type(copy, value, depth);
    result.flags &= (uint8_t)~JSONLOG_VALUE_LITERAL; /* the copy does not live for ever */
    return result;
}
