/* JSON that a caller passes as text: checked, then written again without blanks and in the
 * formatter's style. What is not one JSON value with unique keys in valid UTF-8 is written as a
 * string of the same bytes. In a program that is linked statically only if it makes such values. */
#include "base/utf8.h"
#include "format/hash_set.h"
#include "format/value_writer.h"
#include "json/escape.h"
#include "json/unescape.h"

#define HASH_SEED 1

/* Longer than an escaped code point and the mark together. */
#define CUT_MARGIN 32

/* ---- checking ---- */

/* Walks the keys of the object at the start of a checked text. */
typedef struct key_walk {
    jl_scanner scanner;
    jl_json_string key;
    bool is_first;
} key_walk;

static void begin_keys(key_walk *walk, jl_text object) {
    jl_scan_begin(&walk->scanner, object);
    jl_scan_open(&walk->scanner);
    walk->is_first = true;
}

static bool next_key(key_walk *walk) {
    if (!walk->is_first && !jl_scan_skip(&walk->scanner))
        return false;
    jl_scan_next next = jl_scan_member(&walk->scanner, walk->is_first, &walk->key);
    walk->is_first = false;
    return next == JL_SCAN_MORE;
}

static size_t count_keys(jl_text object) {
    key_walk walk;
    size_t count = 0;
    begin_keys(&walk, object);
    while (next_key(&walk))
        count++;
    return count;
}

/* @return true if the key occurs among the first `count` ones. */
static bool occurs_before(jl_text object, jl_json_string key, size_t count) {
    key_walk walk;
    begin_keys(&walk, object);
    for (size_t i = 0; i < count && next_key(&walk); i++) {
        if (jl_json_string_same(walk.key, key))
            return true;
    }
    return false;
}

static bool part_repeats(jl_text object, size_t part, size_t parts) {
    jl_hash_set seen = {.count = 0};
    key_walk walk;
    begin_keys(&walk, object);
    for (size_t i = 0; next_key(&walk); i++) {
        uint32_t hash = jl_json_string_hash(walk.key, HASH_SEED);
        if (!jl_hash_is_in_part(hash, part, parts))
            continue;
        bool is_suspect = jl_hash_set_is_full(&seen) || jl_hash_set_add(&seen, hash);
        if (is_suspect && occurs_before(object, walk.key, i))
            return true;
    }
    return false;
}

static bool object_repeats(jl_text object) {
    size_t count = count_keys(object);
    size_t parts = count < 2 ? 0 : jl_hash_parts(count);
    for (size_t part = 0; part < parts; part++) {
        if (part_repeats(object, part, parts))
            return true;
    }
    return false;
}

static size_t string_len(jl_text text) {
    size_t at = 1;
    while (text.ptr[at] != '"')
        at += text.ptr[at] == '\\' ? 2 : 1;
    return at + 1;
}

/* Walks a text whose grammar is checked, bracket by bracket. */
static bool is_well_built(jl_text json) {
    unsigned depth = 0;
    for (size_t at = 0; at < json.len; at++) {
        jl_text rest = {json.ptr + at, json.len - at};
        char c = json.ptr[at];
        if (c == '"')
            at += string_len(rest) - 1;
        if ((c == '{' || c == '[') && ++depth > JL_DEPTH_MAX)
            return false;
        if (c == '{' && object_repeats(rest))
            return false;
        if (c == '}' || c == ']')
            depth--;
    }
    return true;
}

bool jl_raw_is_json(jl_text json) {
    jl_scanner scanner;
    if (json.len == 0 || jl_utf8_valid_prefix(json) < json.len)
        return false;
    jl_scan_begin(&scanner, json);
    return jl_scan_skip(&scanner) && jl_scan_finish(&scanner) && is_well_built(json);
}

/* ---- writing ---- */

static size_t plain_len(const char *at, const char *end) {
    const char *backslash = memchr(at, '\\', (size_t)(end - at));
    return (size_t)((backslash == NULL ? end : backslash) - at);
}

/* An escape of the text stays as it is spelled: it is ASCII and valid in every style. */
static const char *copy_escape(jsonlog_writer *writer, const char *at) {
    size_t len = at[1] == 'u' ? 6 : 2;
    jl_buffer_append(writer->out, at, len);
    return at + len;
}

static void write_inside(jsonlog_writer *writer, jl_json_string string, size_t limit) {
    size_t start = writer->out->len;
    const char *at = string.ptr;
    const char *end = at + string.len;
    while (at < end && writer->out->status == JSONLOG_OK && writer->out->len - start <= limit) {
        size_t plain = plain_len(at, end);
        if (plain == 0) {
            at = copy_escape(writer, at);
            continue;
        }
        size_t room = limit - (writer->out->len - start);
        jl_write_escaped(writer, (jl_text){at, plain},
                         room > SIZE_MAX - CUT_MARGIN ? SIZE_MAX : room + CUT_MARGIN);
        at += plain;
    }
    if (writer->out->len - start > limit || at < end)
        jl_cut_escaped(writer, start, limit);
}

static void write_raw_string(jsonlog_writer *writer, jl_json_string string, size_t limit) {
    jl_buffer_append_char(writer->out, '"');
    write_inside(writer, string, limit);
    jl_buffer_append_char(writer->out, '"');
}

static void write_raw_value(jsonlog_writer *writer, jl_scanner *scanner);

static void write_raw_array(jsonlog_writer *writer, jl_scanner *scanner) {
    bool is_first = true;
    jl_scan_open(scanner);
    for (; jl_scan_element(scanner, is_first) == JL_SCAN_MORE; is_first = false) {
        jl_write_separator(writer, is_first);
        write_raw_value(writer, scanner);
    }
    jl_scan_close(scanner);
    jl_write_close(writer, ']', !is_first);
}

/* @return false if the value is empty and the member is left out. */
static bool write_raw_member(jsonlog_writer *writer, jl_scanner *scanner, jl_json_string key,
                             bool is_first) {
    jl_buffer *out = writer->out;
    size_t start = out->len;
    bool is_wide = writer->style->is_spaced || writer->style->indent > 0;
    jl_write_separator(writer, is_first);
    write_raw_string(writer, key, SIZE_MAX);
    jl_buffer_append(out, ": ", is_wide ? 2 : 1);
    size_t value_start = out->len;
    write_raw_value(writer, scanner);
    if (!writer->style->omits_empty || out->status != JSONLOG_OK ||
        !jl_is_empty_text(out, value_start))
        return true;
    jl_buffer_rewind(out, start);
    return false;
}

static void write_raw_object(jsonlog_writer *writer, jl_scanner *scanner) {
    bool is_empty = true;
    bool is_first = true;
    jl_json_string key;
    jl_scan_open(scanner);
    for (; jl_scan_member(scanner, is_first, &key) == JL_SCAN_MORE; is_first = false)
        is_empty &= !write_raw_member(writer, scanner, key, is_empty);
    jl_scan_close(scanner);
    jl_write_close(writer, '}', !is_empty);
}

static void write_raw_scalar(jsonlog_writer *writer, jl_scanner *scanner) {
    jl_json_value value;
    const char *start = scanner->at;
    jl_scan_scalar(scanner, &value);
    if (value.kind == JL_JSON_STRING)
        write_raw_string(writer, value.string, writer->string_limit);
    else
        jl_buffer_append(writer->out, start, (size_t)(scanner->at - start));
}

/* The text is checked, so the scanner cannot fail; a full buffer ends the walk by skipping. */
static void write_raw_value(jsonlog_writer *writer, jl_scanner *scanner) {
    if (!jl_scan_is_container(scanner)) {
        write_raw_scalar(writer, scanner);
        return;
    }
    bool is_object = *scanner->at == '{';
    if (writer->out->status != JSONLOG_OK || !jl_write_open(writer, is_object ? '{' : '['))
        jl_scan_skip(scanner);
    else if (is_object)
        write_raw_object(writer, scanner);
    else
        write_raw_array(writer, scanner);
}

void jl_write_json(jsonlog_writer *writer, jl_text json) {
    if (!jl_raw_is_json(json)) {
        writer->replaced++;
        jl_write_string(writer, json);
        return;
    }
    jl_scanner scanner;
    jl_scan_begin(&scanner, json);
    write_raw_value(writer, &scanner);
}

void jl_write_raw(jsonlog_writer *writer, const jsonlog_value *value) {
    jl_write_json(writer, (jl_text){value->as.string, value->with.len});
}

jsonlog_value jsonlog_raw(const char *json, size_t len) {
    return jsonlog_from_pointer(JSONLOG_TYPE_RAW, json, len);
}
