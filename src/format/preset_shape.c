#include "format/preset_shape.h"

#include "base/hash.h"
#include "format/emf_parts.h"
#include "record/site.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

/* ---- space ---- */

char *jl_shape_room(jl_shape *shape, size_t size) {
    if (size > sizeof shape->text - shape->text_used)
        return NULL;
    char *room = shape->text + shape->text_used;
    shape->text_used += size;
    return room;
}

jl_text jl_shape_text(jl_shape *shape, size_t size, const char *format, ...) {
    char *room = jl_shape_room(shape, size);
    if (room == NULL)
        return (jl_text){NULL, 0};
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(room, size, format, arguments);
    va_end(arguments);
    if (len < 0 || (size_t)len >= size)
        return (jl_text){NULL, 0};
    return (jl_text){room, (size_t)len};
}

jsonlog_value *jl_shape_keep(jl_shape *shape, jsonlog_value value) {
    if (shape->value_count == JL_SHAPE_VALUES)
        return NULL;
    jsonlog_value *kept = &shape->values[shape->value_count++];
    *kept = value;
    return kept;
}

jl_text jl_shape_string(const jsonlog_value *value) {
    if (value->type != JSONLOG_TYPE_STRING || (value->flags & JSONLOG_VALUE_SECRET) != 0)
        return (jl_text){NULL, 0};
    return (jl_text){value->as.string, value->with.len};
}

/* ---- fields at the top ---- */

static jl_field *find(const jl_field *fields, uint32_t count, jl_text key, uint32_t hash) {
    for (uint32_t i = 0; i < count; i++) {
        if (fields[i].hash == hash && jl_text_equal(fields[i].key, key))
            return (jl_field *)(uintptr_t)&fields[i];
    }
    return NULL;
}

static void append(jl_shape *shape, const jl_field *field) {
    if (shape->count == sizeof shape->fields / sizeof shape->fields[0])
        shape->dropped++;
    else
        shape->fields[shape->count++] = *field;
}

static bool is_taken(const jl_shape *shape, jl_text key) {
    uint32_t count = 0;
    const jl_field *fields = jl_record_fields(shape->record, &count);
    const uint32_t hash = jl_hash(key);
    return find(fields, count, key, hash) != NULL ||
           find(shape->fields, shape->count, key, hash) != NULL;
}

/* As the JSON formatter does it with a key that belongs to the record: severity_2. */
static void append_numbered(jl_shape *shape, const jl_field *field) {
    const size_t size = field->key.len + sizeof "_4294967295";
    char *room = jl_shape_room(shape, size);
    if (room == NULL) {
        shape->dropped++;
        return;
    }
    jl_text key = {room, 0};
    for (unsigned number = 2; key.len == 0 || is_taken(shape, key); number++)
        key.len =
            (size_t)snprintf(room, size, "%.*s_%u", (int)field->key.len, field->key.ptr, number);
    jl_field numbered;
    jl_field_set(&numbered, key.ptr, key.len, field->value);
    append(shape, &numbered);
}

static void put_field(jl_shape *shape, const jl_field *field, bool is_metric) {
    jl_field *own = find(shape->fields, shape->own, field->key, field->hash);
    const jsonlog_collision collision = shape->formatter->json->collision;
    if (own == NULL)
        append(shape, field);
    else if (is_metric || collision == JSONLOG_COLLISION_LAST_WINS)
        own->value = field->value;
    else if (collision == JSONLOG_COLLISION_FIRST_WINS)
        shape->dropped++;
    else
        append_numbered(shape, field);
}

jsonlog_value *jl_shape_put_own(jl_shape *shape, const char *key, jsonlog_value value) {
    jsonlog_value *kept = jl_shape_keep(shape, value);
    assert(kept != NULL && shape->own == shape->count); /* begin comes first, with all the room */
    jl_field field;
    jl_field_set(&field, key, JSONLOG_NUL_TERMINATED, kept);
    append(shape, &field);
    shape->own = shape->count;
    return kept;
}

/* ---- members ---- */

void jl_shape_put_member(jl_shape *shape, jl_text key, jsonlog_value value) {
    if (shape->member_count == sizeof shape->members / sizeof shape->members[0])
        shape->dropped++;
    else
        shape->members[shape->member_count++] = (jsonlog_field){key.ptr, key.len, value};
}

/* ---- fields under other keys ---- */

/* What a key hides is to be hidden under its new name too. @return NULL: it is left out. */
static const jsonlog_value *visible(const jl_shape *shape, jl_text *key,
                                    const jsonlog_value *value) {
    return shape->redactor == NULL ? value : jl_redact_field(shape->redactor, key, value);
}

/* The JSON formatter renames at the top only. */
static void put_renamed_member(jl_shape *shape, jl_text name, const jsonlog_value *value) {
    const jl_json_formatter *json = shape->formatter->json;
    unsigned rename = 0;
    const jl_key key =
        jl_json_formatter_rename(json, jl_key_of(name, json->style.escapes), &rename);
    name = key.text;
    if (rename != 0)
        value = visible(shape, &name, value);
    if (value != NULL)
        jl_shape_put_member(shape, name, *value);
}

static void put(jl_shape *shape, const char *key, const jsonlog_value *value, bool is_member) {
    jl_text name = jl_text_of(key);
    value = visible(shape, &name, value);
    if (value == NULL)
        return;
    if (is_member) {
        put_renamed_member(shape, name, value);
        return;
    }
    jl_field field;
    jl_field_set(&field, name.ptr, name.len, value);
    put_field(shape, &field, false);
}

void jl_shape_put(jl_shape *shape, const char *key, const jsonlog_value *value) {
    put(shape, key, value, shape->formatter->of_class->all_are_members);
}

void jl_shape_put_top(jl_shape *shape, const char *key, const jsonlog_value *value) {
    put(shape, key, value, false);
}

void jl_shape_put_made(jl_shape *shape, const char *key, jsonlog_value value) {
    const jsonlog_value *kept = jl_shape_keep(shape, value);
    if (kept == NULL)
        shape->dropped++;
    else
        jl_shape_put(shape, key, kept);
}

/* ---- all fields ---- */

static bool is_excluded(const jl_json_formatter *json, const jl_key *key) {
    if (json->skips_underscored && key->text.len > 0 && key->text.ptr[0] == '_')
        return true;
    for (size_t i = 0; i < json->exclude_count; i++) {
        if (jl_key_same(key, &json->excludes[i], json->style.escapes))
            return true;
    }
    return false;
}

static jl_key key_of(const jl_shape *shape, const jl_field *field) {
    return jl_key_known(field->key, field->hash, field->key_is_plain,
                        shape->formatter->json->style.escapes);
}

bool jl_shape_has(const jl_shape *shape, jl_text name) {
    uint32_t count = 0;
    const jl_field *fields = jl_record_fields(shape->record, &count);
    const jl_field *field = find(fields, count, name, jl_hash(name));
    if (field == NULL)
        return false;
    const jl_key key = key_of(shape, field);
    return !is_excluded(shape->formatter->json, &key);
}

static void shape_field(jl_shape *shape, const jl_field *field) {
    const jl_preset_formatter *formatter = shape->formatter;
    const jl_key key = key_of(shape, field);
    if (is_excluded(formatter->json, &key))
        return;
    unsigned rename = 0;
    jl_json_formatter_rename(formatter->json, key, &rename);
    if (rename == 0 && jl_shape_take_known(shape, field))
        return;
    if (formatter->of_class->all_are_members)
        put_renamed_member(shape, field->key, field->value);
    else
        put_field(shape, field, false);
}

/* The object of members belongs to the preset and stands last. */
static void reserve_members(jl_shape *shape) {
    const jl_preset_class *of_class = shape->formatter->of_class;
    shape->object = NULL;
    if (of_class->all_are_members || shape->formatter->label_count > 0)
        shape->object = jl_shape_put_own(shape, of_class->members, jsonlog_null());
}

/* A metric may have taken its key, or a field where the last one wins. */
static void close_members(jl_shape *shape) {
    if (shape->object == NULL)
        return;
    const jl_field object = shape->fields[0];
    if (object.value != shape->object) {
        shape->dropped += shape->member_count;
        return;
    }
    shape->count--;
    memmove(shape->fields, shape->fields + 1, shape->count * sizeof object);
    if (shape->member_count == 0)
        return;
    *shape->object = jsonlog_fields(shape->members, shape->member_count);
    append(shape, &object);
}

void jl_shape_fill(jl_shape *shape, const jl_preset_formatter *formatter,
                   const jsonlog_record *record) {
    shape->formatter = formatter;
    shape->record = record;
    shape->redactor = record->redactor;
    shape->dropped = 0;
    shape->count = 0;
    shape->own = 0;
    shape->value_count = 0;
    shape->member_count = 0;
    shape->text_used = 0;
    uint32_t count = 0;
    const jl_field *fields = jl_record_fields(record, &count);
    reserve_members(shape);
    if (formatter->of_class->begin != NULL)
        formatter->of_class->begin(shape);
    for (uint32_t i = 0; i < count; i++) {
        if (JSONLOG_UNLIKELY(record->emf != NULL) && jl_emf_has_part(record->emf, &fields[i]))
            put_field(shape, &fields[i], true);
        else
            shape_field(shape, &fields[i]);
    }
    if (formatter->of_class->all_are_members && record->suppressed != 0)
        jl_shape_put_member(shape, JL_TEXT("suppressed"), jsonlog_from_uint64(record->suppressed));
    close_members(shape);
}
