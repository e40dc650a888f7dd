/*
 * Fields from JavaScript. Reading an object may run getters and toJSON(), so JavaScript reads it
 * (lib/encode.cjs) and hands over bytes, in one call a record; numbers are little-endian:
 *
 *     record := message object            object := 'o' count:u32 (text value)*
 *     message := '0' | 's' text           array, causes := 'a' | 'c' count:u32 value*
 *     text := size:u32 byte*              string, bytes, raw := 's' | 'b' | 'r' text
 *     value := 'n' | 't' | 'f'            null, true, false
 *            | 'i' f64 | 'd' f64          an integer, a double
 *            | 'I' i64 | 'U' u64 | 'h' u64 | 'D' i64
 *                                         int64, uint64, hexadecimal, duration in nanoseconds
 *            | 'T' i64                    a time in nanoseconds since 1970
 *            | 'x' | '*'                  what could not be read, a secret
 *            | object | array …
 */
#include "node_addon.h"

#include <string.h>

/* Deeper than any formatter goes (64), so that it is the formatter that marks what is too deep. */
#define DEPTH_MAX 80

#define NS_PER_S         1000000000
#define SAFE_INTEGER_MAX 9007199254740991.0

typedef struct reader {
    const char *at;
    const char *end;
    jn_addon *addon;
    unsigned depth;
    bool is_bad;
} reader;

static bool cannot_encode(jsonlog_writer *writer, void *context) {
    (void)writer;
    (void)context;
    return false;
}

static void take(reader *from, void *out, size_t size) {
    memset(out, 0, size);
    from->is_bad |= (size_t)(from->end - from->at) < size;
    if (from->is_bad)
        return;
    memcpy(out, from->at, size);
    from->at += size;
}

static uint32_t take_u32(reader *from) {
    uint32_t number;
    take(from, &number, sizeof number);
    return number;
}

static int64_t take_i64(reader *from) {
    int64_t number;
    take(from, &number, sizeof number);
    return number;
}

static double take_double(reader *from) {
    double number;
    take(from, &number, sizeof number);
    return number;
}

static const char *take_text(reader *from, size_t *len) {
    *len = take_u32(from);
    const char *text = from->at;
    from->is_bad |= (size_t)(from->end - from->at) < *len;
    if (from->is_bad)
        *len = 0;
    from->at += *len;
    return text;
}

/* @return room for `count` items that each take at least a byte of what is left. */
static void *take_items(reader *from, uint32_t count, size_t size) {
    if (count > (size_t)(from->end - from->at))
        from->is_bad = true;
    void *items = from->is_bad ? NULL : jn_arena_take(from->addon, count * size);
    from->is_bad |= items == NULL;
    return items;
}

static jsonlog_value value_of(reader *from);

static jsonlog_field *fields_of(reader *from, uint32_t *count) {
    *count = take_u32(from);
    jsonlog_field *fields = take_items(from, *count, sizeof *fields);
    for (uint32_t i = 0; i < *count && !from->is_bad; i++) {
        fields[i].key = take_text(from, &fields[i].key_len);
        fields[i].value = value_of(from);
    }
    return fields;
}

static jsonlog_value object_of(reader *from) {
    uint32_t count = 0;
    const jsonlog_field *fields = fields_of(from, &count);
    return jsonlog_fields(fields, count);
}

static jsonlog_value array_of(reader *from, jsonlog_type type) {
    const uint32_t count = take_u32(from);
    jsonlog_value *values = take_items(from, count, sizeof *values);
    for (uint32_t i = 0; i < count && !from->is_bad; i++)
        values[i] = value_of(from);
    return jsonlog_from_values(type, values, count);
}

static jsonlog_value text_value_of(reader *from, char tag) {
    size_t len = 0;
    const char *text = take_text(from, &len);
    if (tag == 's')
        return jsonlog_string(text, len);
    return tag == 'b' ? jsonlog_bytes(text, len) : jsonlog_raw(text, len);
}

static jsonlog_value time_of(int64_t ns) {
    int64_t rest = ns % NS_PER_S;
    rest += rest < 0 ? NS_PER_S : 0;
    const struct timespec time = {.tv_sec = (time_t)((ns - rest) / NS_PER_S), .tv_nsec = rest};
    return jsonlog_time(time);
}

/* An integer that a JavaScript number holds exactly. */
static jsonlog_value integer_of(reader *from) {
    const double number = take_double(from);
    const bool is_integer = number >= -SAFE_INTEGER_MAX && number <= SAFE_INTEGER_MAX;
    from->is_bad |= !is_integer;
    return jsonlog_from_int64(is_integer ? (int64_t)number : 0);
}

static jsonlog_value flat_value_of(reader *from, char tag) {
    switch (tag) {
    case 'n': return jsonlog_null();
    case 't': return jsonlog_bool(true);
    case 'f': return jsonlog_bool(false);
    case 'i': return integer_of(from);
    case 'd': return jsonlog_from_double(take_double(from));
    case 'I': return jsonlog_from_int64(take_i64(from));
    case 'U': return jsonlog_from_uint64((uint64_t)take_i64(from));
    case 'h': return jsonlog_hex((uint64_t)take_i64(from));
    case 'D': return jsonlog_duration_ns(take_i64(from));
    case 'T': return time_of(take_i64(from));
    case 'x': return jsonlog_call(cannot_encode, NULL);
    case '*': return jsonlog_mark_secret(jsonlog_null());
    default: from->is_bad = true; return jsonlog_null();
    }
}

static jsonlog_value nested_value_of(reader *from, char tag) {
    jsonlog_value value = jsonlog_null();
    from->is_bad |= ++from->depth > DEPTH_MAX;
    if (!from->is_bad)
        value = tag == 'o' ? object_of(from)
                           : array_of(from, tag == 'a' ? JSONLOG_TYPE_ARRAY : JSONLOG_TYPE_CAUSES);
    from->depth--;
    return value;
}

static jsonlog_value value_of(reader *from) {
    char tag = 0;
    take(from, &tag, 1);
    if (tag == 's' || tag == 'b' || tag == 'r')
        return text_value_of(from, tag);
    if (tag == 'o' || tag == 'a' || tag == 'c')
        return nested_value_of(from, tag);
    return flat_value_of(from, tag);
}

static bool decode(reader *from, jn_fields *out) {
    char tag = 0;
    uint32_t count = 0;
    *out = (jn_fields){NULL, 0, NULL, 0};
    take(from, &tag, 1);
    if (tag == 's')
        out->message = take_text(from, &out->message_len);
    take(from, &tag, 1);
    from->is_bad |= tag != 'o';
    out->fields = fields_of(from, &count);
    out->count = count;
    return !from->is_bad;
}

bool jn_fields_get(const jn_call *call, size_t arg, jn_fields *out) {
    jn_text bytes;
    size_t start = 0;
    size_t end = 0;
    if (!jn_size_get(call, arg + 1, &start) || !jn_size_get(call, arg + 2, &end) ||
        !jn_text_get(call, arg, &bytes))
        return false;
    const bool is_borrowed = bytes.owned == NULL && bytes.borrowed == NULL;
    const bool is_whole = is_borrowed && start <= end && end <= bytes.len;
    if (is_whole) {
        reader from = {bytes.bytes + start, bytes.bytes + end, call->addon, 0, false};
        if (decode(&from, out))
            return true;
    }
    jn_text_done(&bytes);
    jn_arena_reset(call);
    return jn_throw_type(call, "these bytes are no fields") != NULL;
}
