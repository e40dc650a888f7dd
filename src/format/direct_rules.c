#include "format/direct_rules.h"

#include "record/context.h"

/* The fields of a call, by the keys that its site keeps or by themselves. */
typedef struct call {
    const jsonlog_record *record;
    const jl_site_key *keys; /* NULL: the record has fields */
} call;

/* ---- keys ---- */

/* Equal hashes count as equal keys: what comes of it is only the longer way. */
static bool is_key_free(const jl_json_formatter *formatter, uint32_t hash) {
    if (JSONLOG_LIKELY(!jl_key_set_may_have(&formatter->direct.keys, hash)))
        return true;
    for (size_t i = 0; i < formatter->column_count; i++) {
        if (formatter->columns[i].key.hash == hash)
            return false;
    }
    return formatter->truncated_key.hash != hash && formatter->dropped_key.hash != hash;
}

static bool are_keys_free(const jl_json_formatter *formatter, const jl_field *fields,
                          uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (!fields[i].key_is_plain || !is_key_free(formatter, fields[i].hash))
            return false;
    }
    return true;
}

static uint32_t call_hash(const call *c, uint32_t i) {
    return c->keys != NULL ? jl_site_key_hash(c->keys[i]) : c->record->call[i].hash;
}

static bool has_field(const jl_context *context, uint32_t hash) {
    for (; context != NULL; context = context->parent) {
        for (uint32_t i = 0; i < context->count; i++) {
            if (context->fields[i].hash == hash)
                return true;
        }
    }
    return false;
}

static bool may_share_with(const jl_context *context, uint32_t hash) {
    return JSONLOG_UNLIKELY(jl_key_set_may_have(&context->keys, hash)) && has_field(context, hash);
}

static bool shares_keys_with_call(const jl_context *context, const call *c) {
    for (uint32_t i = 0; i < c->record->call_count; i++) {
        if (may_share_with(context, call_hash(c, i)))
            return true;
    }
    return false;
}

static bool share_keys(const jl_context *a, const jl_context *b) {
    if (!jl_key_sets_may_share(&a->keys, &b->keys))
        return false;
    for (; b != NULL; b = b->parent) {
        for (uint32_t i = 0; i < b->count; i++) {
            if (may_share_with(a, b->fields[i].hash))
                return true;
        }
    }
    return false;
}

static bool is_chain_free(const jl_json_formatter *formatter, const jl_context *context) {
    if (!jl_key_sets_may_share(&formatter->direct.keys, &context->keys))
        return true;
    for (; context != NULL; context = context->parent) {
        if (!are_keys_free(formatter, context->fields, context->count))
            return false;
    }
    return true;
}

/* @param stronger  two contexts that stand behind this one; each may be NULL. */
static bool is_chain_ordinary(const jl_json_formatter *formatter, const call *c,
                              const jl_context *context, const jl_context *stronger,
                              const jl_context *strongest) {
    if (context == NULL)
        return true;
    return context->is_distinct && is_chain_free(formatter, context) &&
           !shares_keys_with_call(context, c) &&
           (stronger == NULL || !share_keys(context, stronger)) &&
           (strongest == NULL || !share_keys(context, strongest));
}

static uint32_t total_of(const jl_context *context) {
    return context == NULL ? 0 : context->total;
}

static bool have_contexts_room(const jsonlog_record *record) {
    const uint64_t total = (uint64_t)total_of(record->statics) + total_of(record->bound) +
                           total_of(record->scope) + record->call_count;
    return total <= JL_RECORD_FIELDS_MAX;
}

bool jl_direct_takes_contexts(const jl_json_formatter *formatter, const jsonlog_record *record,
                              const jl_site_key *site_keys) {
    const call c = {record, site_keys};
    return record->merged != NULL && have_contexts_room(record) &&
           is_chain_ordinary(formatter, &c, record->statics, record->bound, record->scope) &&
           is_chain_ordinary(formatter, &c, record->bound, record->scope, NULL) &&
           is_chain_ordinary(formatter, &c, record->scope, NULL, NULL);
}

bool jl_direct_takes_call(const jl_json_formatter *formatter, const jsonlog_record *record,
                          const jl_site_key *site_keys) {
    if (site_keys == NULL)
        return are_keys_free(formatter, record->call, record->call_count);
    for (uint32_t i = 0; i < record->call_count; i++) {
        if (!is_key_free(formatter, jl_site_key_hash(site_keys[i])))
            return false;
    }
    return true;
}

/* ---- the formatter ---- */

static bool is_column_ordinary(const jl_column *column) {
    return column->key.is_plain && column->attribute != JL_ATTRIBUTE_VALUE;
}

static bool is_style_ordinary(const jl_json_style *style) {
    return style->escapes == 0 && !style->escapes_hostile && !style->is_spaced &&
           style->indent == 0 && !style->omits_empty && style->value_fn == NULL;
}

static bool prepare_keys(jl_json_formatter *formatter) {
    jl_direct *keys = &formatter->direct;
    size_t len = 0;
    for (size_t i = 0; i < formatter->column_count; i++) {
        const jl_column *column = &formatter->columns[i];
        const jl_text key = column->key.text;
        if (!is_column_ordinary(column) || key.len + 4 > sizeof keys->text - len)
            return false;
        memcpy(keys->text + len, ",\"", 2);
        memcpy(keys->text + len + 2, key.ptr, key.len);
        memcpy(keys->text + len + 2 + key.len, "\":", 2);
        len += key.len + 4;
        keys->ends[i] = (uint16_t)len;
        jl_key_set_add(&keys->keys, column->key.hash);
    }
    jl_key_set_add(&keys->keys, formatter->truncated_key.hash);
    jl_key_set_add(&keys->keys, formatter->dropped_key.hash);
    return true;
}

static bool begins_with_time(const jl_json_formatter *formatter) {
    return formatter->column_count > 0 &&
           formatter->columns[0].attribute == JL_ATTRIBUTE_TIMESTAMP &&
           formatter->columns[0].when == JL_WHEN_ALWAYS &&
           formatter->style.time_style == JSONLOG_TIME_RFC3339_UTC;
}

static void prepare_opening(jl_json_formatter *formatter) {
    jl_direct *direct = &formatter->direct;
    const size_t len = formatter->prefix.len + direct->ends[0] + 1;
    if (len > sizeof direct->opening)
        return;
    if (formatter->prefix.len > 0)
        memcpy(direct->opening, formatter->prefix.ptr, formatter->prefix.len);
    memcpy(direct->opening + formatter->prefix.len, direct->text, direct->ends[0]);
    direct->opening[formatter->prefix.len] = '{';
    direct->opening[len - 1] = '"';
    direct->opening_len = (uint8_t)len;
}

__attribute__((cold)) void jl_direct_prepare(jl_json_formatter *formatter) {
    const bool is_plain_layout = formatter->rename_count == 0 && formatter->default_count == 0 &&
                                 formatter->static_count == 0 && formatter->exclude_count == 0 &&
                                 !formatter->skips_underscored && formatter->dots == NULL &&
                                 !formatter->has_timestamp_key && formatter->process == NULL;
    static uint32_t last_serial; /* atomic */
    formatter->direct.serial = __atomic_add_fetch(&last_serial, 1, __ATOMIC_RELAXED);
    formatter->direct.is_possible =
        is_plain_layout && is_style_ordinary(&formatter->style) && prepare_keys(formatter);
    if (formatter->direct.is_possible && begins_with_time(formatter))
        prepare_opening(formatter);
}
