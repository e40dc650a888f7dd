#include "record/context.h"

#include "base/alloc.h"
#include "base/hash.h"
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

static jl_context *new_context(const source *from, jl_context *parent) {
    jl_copy copy = {NULL, 0, false};
    jl_copy_take(&copy, 1, sizeof(jl_context) + from->count * sizeof(jl_field));
    const size_t values_at = copy.used;
    copy_all(&copy, from, NULL);
    char *block = copy.is_too_large ? NULL : jl_alloc(copy.used);
    if (block == NULL)
        return NULL;
    jl_context *context = (jl_context *)(void *)block;
    *context =
        (jl_context){.references = 1, .count = from->count, .parent = jl_context_retain(parent)};
    context->total = from->count + (parent == NULL ? 0 : parent->total);
    copy = (jl_copy){block, values_at, false};
    copy_all(&copy, from, context->fields);
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
