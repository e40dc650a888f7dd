#include "format/flat_fields.h"

#include "base/errno_text.h"
#include "format/members.h"
#include "format/value_writer.h"
#include "json/escape.h"
#include "json/unescape.h"
#include "record/record.h"

typedef struct flat_visit {
    jl_flat_fn fn;
    void *context;
} flat_visit;

static bool visit(const flat_visit *flat, const jl_flat_path *path, const jsonlog_value *value);

static bool visit_inner(const flat_visit *flat, const jl_flat_path *path, jl_text key,
                        const jsonlog_value *value) {
    const jl_flat_path inner = {path, key, path->depth + 1};
    return visit(flat, &inner, value);
}

/* @param is_empty  set to whether there is no member. */
static bool visit_members(const flat_visit *flat, const jl_flat_path *path,
                          const jsonlog_value *object, bool *is_empty) {
    const bool may_repeat = jl_members_may_repeat(object, 0);
    jl_members members;
    jl_member member;
    size_t index = 0;
    bool goes_on = true;
    jl_members_begin(&members, object);
    while (goes_on && jl_members_next(&members, &member)) {
        if (!may_repeat || jl_members_resolve(object, index, &member, 0))
            goes_on = visit_inner(flat, path, member.key, member.value);
        index++;
    }
    *is_empty = index == 0;
    return goes_on;
}

static bool visit_errno(const flat_visit *flat, const jl_flat_path *path, int64_t error) {
    const jsonlog_value code = jsonlog_from_int64(error);
    const jsonlog_value name = jsonlog_from_string(jl_errno_name((int)error));
    const jsonlog_value text = jsonlog_from_string(jl_errno_sentence((int)error));
    return visit_inner(flat, path, JL_TEXT("code"), &code) &&
           visit_inner(flat, path, JL_TEXT("name"), &name) &&
           visit_inner(flat, path, JL_TEXT("text"), &text);
}

static bool visit(const flat_visit *flat, const jl_flat_path *path, const jsonlog_value *value) {
    const bool is_secret = (value->flags & JSONLOG_VALUE_SECRET) != 0;
    if (is_secret || !(value->type == JSONLOG_TYPE_ERRNO || jl_is_walkable(value)))
        return flat->fn(flat->context, path, value);
    if (path->depth >= JL_DEPTH_MAX) {
        const jsonlog_value too_deep = jsonlog_from_string("__too_deep__");
        return flat->fn(flat->context, path, &too_deep);
    }
    if (value->type == JSONLOG_TYPE_ERRNO)
        return visit_errno(flat, path, value->as.i64);
    bool is_empty = false;
    const bool goes_on = visit_members(flat, path, value, &is_empty);
    return is_empty ? flat->fn(flat->context, path, value) : goes_on;
}

bool jl_flat_each(jl_text key, const jsonlog_value *value, jl_flat_fn fn, void *context) {
    const flat_visit flat = {fn, context};
    const jl_flat_path path = {NULL, key, 0};
    return visit(&flat, &path, value);
}

/* The metadata of a metric is text for one reader, and long. */
static bool is_metadata(const jsonlog_record *record, const jl_field *field) {
    return record->emf != NULL && jl_text_equal(field->key, JL_TEXT("_aws"));
}

void jl_flat_each_field(const jsonlog_record *record, jl_flat_fn fn, void *context) {
    uint32_t count = 0;
    const jl_field *fields = jl_record_fields(record, &count);
    bool goes_on = true;
    for (uint32_t i = 0; i < count && goes_on; i++)
        if (!is_metadata(record, &fields[i]))
            goes_on = jl_flat_each(fields[i].key, fields[i].value, fn, context);
}

/* ---- the text of a value ---- */

/* The string that stands in quotes from `start` to the end becomes its meaning, in its place: that
 * is never longer. */
static void unquote(jl_buffer *out, size_t start) {
    char *to = out->data + start;
    jl_unescape cursor = {to + 1, out->data + out->len - 1};
    while (jl_unescape_is_more(&cursor)) {
        char bytes[4];
        const size_t len = jl_unescape_next_bytes(&cursor, bytes);
        memcpy(to, bytes, len);
        to += len;
    }
    out->len = (size_t)(to - out->data);
}

void jl_flat_append_value(jl_buffer *out, const jsonlog_value *value) {
    const bool is_secret = (value->flags & JSONLOG_VALUE_SECRET) != 0;
    if (value->type == JSONLOG_TYPE_STRING && !is_secret) {
        jl_buffer_append(out, value->as.string, value->with.len);
        return;
    }
    const size_t start = out->len;
    jsonlog_writer writer;
    jl_writer_init(&writer, out, &jl_json_style_default, JL_ESCAPE_UNLIMITED);
    jl_write_value(&writer, JL_TEXT(""), value);
    if (out->status == JSONLOG_OK && out->len > start && out->data[start] == '"')
        unquote(out, start);
}
