#include "record/context.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "json/plain_value.h"
#include "record/keys_literal.h"
#include "record/site.h"
#include "record/value_copy.h"

/* Where the fields of a context come from: exactly one of the two. */
typedef struct source {
    const char *keys;
    const jsonlog_value *values;
    const jsonlog_field *fields;
    uint32_t count;
} source;

/* Where the values of a context stand: behind its fields, in the same block. */
static void copy_all(jl_copy *copy, const source *from, jl_field *fields) {
    jsonlog_value *values = jl_copy_take(copy, from->count, sizeof *values);
    const char *at = from->keys;
    for (uint32_t i = 0; i < from->count && !copy->is_too_large; i++) {
        jl_field field;
        const jsonlog_value *value =
            from->fields == NULL ? &from->values[i] : &from->fields[i].value;
        if (from->fields == NULL) {
            const jl_text key = jl_keys_next(&at);
            jl_field_set(&field, key.ptr, key.len, NULL);
        } else {
            jl_field_set(&field, from->fields[i].key, from->fields[i].key_len, NULL);
        }
        field.key.ptr = jl_copy_bytes(copy, field.key.ptr, field.key.len);
        const jsonlog_value copied = jl_copy_value(copy, value, 0);
        if (values == NULL)
            continue;
        values[i] = copied;
        field.value = &values[i];
        fields[i] = field;
    }
}

/* ---- what records need of the whole chain ---- */

/* Texts of a chain are copied for each link of it, so long ones are not kept. */
#define CHAIN_TEXT_MAX 4096

static bool has_key(const jl_context *context, const jl_field *field) {
    for (; context != NULL && jl_key_set_may_have(&context->keys, field->hash);
         context = context->parent) {
        for (uint32_t i = 0; i < context->count; i++) {
            if (&context->fields[i] == field)
                break;
            if (context->fields[i].hash == field->hash)
                return true;
        }
    }
    return false;
}

/* Equal hashes count as equal keys: what comes of it is only the longer way. */
static void set_keys(jl_context *context) {
    const jl_context *parent = context->parent;
    bool is_distinct = parent == NULL || parent->is_distinct;
    if (parent != NULL)
        context->keys = parent->keys;
    for (uint32_t i = 0; i < context->count; i++) {
        const jl_field *field = &context->fields[i];
        is_distinct = is_distinct && field->key_is_plain && !has_key(context, field);
        jl_key_set_add(&context->keys, field->hash);
    }
    context->is_distinct = is_distinct;
}

static const jsonlog_value *value_at(const source *from, uint32_t i) {
    return from->fields == NULL ? &from->values[i] : &from->fields[i].value;
}

static size_t key_len_at(const source *from, uint32_t i, const char **keys) {
    if (from->fields == NULL)
        return jl_keys_next(keys).len;
    jl_field field;
    jl_field_set(&field, from->fields[i].key, from->fields[i].key_len, NULL);
    return field.key.len;
}

/* @return enough room for the text of the whole chain, 0 if it is not to be kept. */
static size_t text_size(const source *from, const jl_context *parent) {
    if (parent != NULL && parent->text == NULL)
        return 0;
    size_t size = parent == NULL ? 0 : parent->text_len;
    const char *keys = from->keys;
    for (uint32_t i = 0; i < from->count; i++) {
        const jsonlog_value *value = value_at(from, i);
        const size_t value_len =
            value->type == JSONLOG_TYPE_STRING ? value->with.len : JL_PLAIN_VALUE_MAX;
        const size_t key_len = key_len_at(from, i, &keys);
        if (value_len > CHAIN_TEXT_MAX || key_len > CHAIN_TEXT_MAX)
            return 0;
        size += key_len + value_len + 8;
        if (size > CHAIN_TEXT_MAX)
            return 0;
    }
    return size + JL_PLAIN_VALUE_MAX;
}

static char *put_member(char *at, const char *end, const jl_field *field) {
    if ((size_t)(end - at) < field->key.len + 4 + JL_PLAIN_VALUE_MAX)
        return NULL;
    memcpy(at, ",\"", 2);
    memcpy(at + 2, field->key.ptr, field->key.len);
    memcpy(at + 2 + field->key.len, "\":", 2);
    return jl_put_plain_value(at + field->key.len + 4, end, field->value);
}

/* @param space  of text_size() bytes. */
static void set_text(jl_context *context, char *space, size_t size) {
    const jl_context *parent = context->parent;
    char *at = space;
    if (!context->is_distinct)
        return;
    if (parent != NULL) {
        memcpy(at, parent->text, parent->text_len);
        at += parent->text_len;
    }
    for (uint32_t i = 0; i < context->count && at != NULL; i++)
        at = put_member(at, space + size, &context->fields[i]);
    if (at == NULL)
        return;
    context->text = space;
    context->text_len = (uint32_t)(at - space);
}

static jl_context *new_context(const source *from, jl_context *parent) {
    jl_copy copy = {NULL, 0, false};
    jl_copy_take(&copy, 1, sizeof(jl_context) + from->count * sizeof(jl_field));
    const size_t values_at = copy.used;
    copy_all(&copy, from, NULL);
    const size_t text_at = copy.used;
    const size_t text_len = text_size(from, parent);
    jl_copy_take(&copy, text_len, 1);
    char *block = copy.is_too_large ? NULL : jl_alloc(copy.used);
    if (block == NULL)
        return NULL;
    jl_context *context = (jl_context *)(void *)block;
    *context =
        (jl_context){.references = 1, .count = from->count, .parent = jl_context_retain(parent)};
    context->total = from->count + (parent == NULL ? 0 : parent->total);
    copy = (jl_copy){block, values_at, false};
    copy_all(&copy, from, context->fields);
    set_keys(context);
    if (text_len > 0)
        set_text(context, block + text_at, text_len);
    return context;
}

jl_context *jl_context_new_values(const char *keys, uint32_t count, const jsonlog_value *values,
                                  jl_context *parent) {
    return new_context(&(source){.keys = keys, .values = values, .count = count}, parent);
}

jl_context *jl_context_new_fields(const jsonlog_field *fields, size_t count, jl_context *parent) {
    if (count > UINT32_MAX / 2)
        return NULL;
    static const jsonlog_field none;
    return new_context(&(source){.fields = fields == NULL ? &none : fields,
                                 .count = fields == NULL ? 0 : (uint32_t)count},
                       parent);
}

jl_context *jl_context_retain(jl_context *context) {
    if (context != NULL)
        __atomic_fetch_add(&context->references, 1, __ATOMIC_RELAXED);
    return context;
}

static bool is_last(jl_context *context) {
    return __atomic_fetch_sub(&context->references, 1, __ATOMIC_ACQ_REL) == 1;
}

/* A loop, for chains may be long. */
void jl_context_release(jl_context *context) {
    while (context != NULL && is_last(context)) {
        jl_context *parent = context->parent;
        jl_free(context);
        context = parent;
    }
}

static void free_retired(jl_retired *retired) {
    jl_context *context = (jl_context *)(void *)retired;
    jl_context *parent = context->parent;
    jl_free(context);
    jl_context_release(parent);
}

void jl_context_release_later(jl_context *context) {
    if (context != NULL && is_last(context))
        jl_epoch_retire(&context->retired, free_retired);
}
