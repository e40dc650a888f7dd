#include "record/record.h"

#include "base/hash.h"
#include "record/context.h"
#include "record/redaction.h"
#include "record/site.h"

/* How many contexts of a chain are put at a time: chains are linked from the strong end and put
 * from the weak one. Longer chains are walked again for each such part. */
#define CHAIN_PART 64

/* Merging under way. `seen` has a bit for each hash that is in `out`, so that most new keys need no
 * search. */
typedef struct merging {
    jl_field *out;
    uint32_t count;
    uint32_t dropped;
    uint64_t seen;
} merging;

static uint64_t bit_of(uint32_t hash) {
    return UINT64_C(1) << (hash % 64);
}

static jl_field *find(const jl_field *fields, uint32_t count, jl_text key, uint32_t hash) {
    for (uint32_t i = 0; i < count; i++)
        if (fields[i].hash == hash && jl_text_equal(fields[i].key, key))
            return (jl_field *)(uintptr_t)&fields[i];
    return NULL;
}

static void put(merging *merge, const jl_field *field) {
    if ((merge->seen & bit_of(field->hash)) != 0) {
        jl_field *weaker = find(merge->out, merge->count, field->key, field->hash);
        if (weaker != NULL) {
            weaker->value = field->value;
            return;
        }
    }
    if (merge->count == JL_RECORD_FIELDS_MAX) {
        merge->dropped++;
        return;
    }
    merge->seen |= bit_of(field->hash);
    merge->out[merge->count++] = *field;
}

static void put_all(merging *merge, const jl_field *fields, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        put(merge, &fields[i]);
}

/* The weakest first: contexts `from` to `to` of the chain, counted from its strong end. */
static void put_part(merging *merge, const jl_context *strongest, size_t from, size_t to) {
    const jl_context *part[CHAIN_PART];
    for (size_t i = 0; i < from; i++)
        strongest = strongest->parent;
    for (size_t i = 0; i < to - from; i++, strongest = strongest->parent)
        part[i] = strongest;
    for (size_t i = to - from; i-- > 0;)
        put_all(merge, part[i]->fields, part[i]->count);
}

static void put_chain(merging *merge, const jl_context *strongest) {
    size_t length = 0;
    for (const jl_context *context = strongest; context != NULL; context = context->parent)
        length++;
    while (length > 0) {
        const size_t from = length > CHAIN_PART ? length - CHAIN_PART : 0;
        put_part(merge, strongest, from, length);
        length = from;
    }
}

static void leave_out(merging *merge, jl_text key, uint32_t hash) {
    jl_field *field = find(merge->out, merge->count, key, hash);
    if (field == NULL)
        return;
    const uint32_t at = (uint32_t)(field - merge->out);
    merge->count--;
    memmove(field, field + 1, (merge->count - at) * sizeof *field);
}

static void put_edits(merging *merge, const jsonlog_record *record) {
    for (uint32_t i = 0; i < record->edit_count; i++) {
        const struct jl_record_edit *edit = &record->edits[i];
        jl_field field;
        jl_field_set(&field, edit->key.ptr, edit->key.len, &edit->value);
        if (edit->is_removal)
            leave_out(merge, field.key, field.hash);
        else
            put(merge, &field);
    }
}

static void merge_fields(jsonlog_record *record) {
    merging merge = {.out = record->merged};
    if (!record->is_flat) {
        put_chain(&merge, record->statics);
        put_chain(&merge, record->bound);
        put_chain(&merge, record->scope);
    }
    put_all(&merge, record->call, record->call_count);
    put_edits(&merge, record);
    record->merged_count = merge.count;
    record->dropped = record->call_dropped + merge.dropped;
    record->is_merged = true;
}

/* The call's own fields are all there are, or all there is room to show. */
static bool is_call_alone(const jsonlog_record *record) {
    const bool has_others =
        !record->is_flat &&
        (record->statics != NULL || record->bound != NULL || record->scope != NULL);
    return record->merged == NULL ||
           (record->call_is_unique && !has_others && record->edit_count == 0);
}

/* Most records of a site are written without ever needing them. */
static void make_call_fields(jsonlog_record *record) {
    jl_site_fields(record->site, record->values, (jl_field *)(uintptr_t)record->call);
    record->values = NULL;
}

const jl_field *jl_record_call(const jsonlog_record *record) {
    if (record->values != NULL)
        make_call_fields(jl_record_writable(record));
    return record->call;
}

const jl_field *jl_record_fields(const jsonlog_record *record, uint32_t *count) {
    jl_record_call(record);
    if (JSONLOG_LIKELY(is_call_alone(record))) {
        *count = record->call_count;
        return record->call;
    }
    if (!record->is_merged)
        merge_fields(jl_record_writable(record));
    *count = record->merged_count;
    return record->merged;
}

/* ---- the public accessors ---- */

int jsonlog_record_level(const jsonlog_record *record) {
    return record == NULL ? JSONLOG_LEVEL_NOTSET : record->level;
}

int64_t jsonlog_record_time_ns(const jsonlog_record *record) {
    return record == NULL ? 0 : record->time_ns;
}

const char *jsonlog_record_logger(const jsonlog_record *record) {
    return record == NULL ? "" : record->logger;
}

const char *jsonlog_record_message(const jsonlog_record *record, size_t *len) {
    const jsonlog_value *message = record == NULL ? NULL : record->message;
    if (len != NULL)
        *len = message == NULL ? 0 : message->with.len;
    return message == NULL ? NULL : message->as.string;
}

const char *jsonlog_record_file(const jsonlog_record *record) {
    return record == NULL || record->site == NULL ? NULL : record->site->file;
}

const char *jsonlog_record_function(const jsonlog_record *record) {
    return record == NULL || record->site == NULL ? NULL : record->site->function;
}

uint32_t jsonlog_record_line(const jsonlog_record *record) {
    return record == NULL || record->site == NULL ? 0 : record->site->line;
}

uint64_t jsonlog_record_thread(const jsonlog_record *record) {
    return record == NULL ? 0 : record->thread;
}

static jl_text key_of(const char *key, size_t len) {
    jl_field field;
    jl_field_set(&field, key, len, NULL);
    return field.key;
}

const jsonlog_value *jsonlog_record_get_field(const jsonlog_record *record, const char *key,
                                              size_t len) {
    if (record == NULL)
        return NULL;
    uint32_t count = 0;
    const jl_field *fields = jl_record_fields(record, &count);
    const jl_text text = key_of(key, len);
    const jl_field *field = find(fields, count, text, jl_hash(text));
    return field == NULL ? NULL : field->value;
}

size_t jsonlog_record_field_count(const jsonlog_record *record) {
    uint32_t count = 0;
    if (record != NULL)
        jl_record_fields(record, &count);
    return count;
}

const jsonlog_value *jsonlog_record_field_at(const jsonlog_record *record, size_t index,
                                             const char **key, size_t *key_len) {
    uint32_t count = 0;
    const jl_field *fields = record == NULL ? NULL : jl_record_fields(record, &count);
    if (index >= count)
        return NULL;
    if (key != NULL)
        *key = fields[index].key.ptr;
    if (key_len != NULL)
        *key_len = fields[index].key.len;
    return fields[index].value;
}

/* The edit of a key is overwritten by a later one, so the limit counts keys, not calls. Removing
 * and setting again moves a field to the end, as in any ordered map. */
static jsonlog_status set_edit(jsonlog_record *record, jl_text key, jsonlog_value value,
                           bool is_removal) {
    if (record == NULL)
        return JSONLOG_E_INVALID;
    uint32_t at = 0;
    while (at < record->edit_count && !jl_text_equal(record->edits[at].key, key))
        at++;
    if (record->edits == NULL || record->merged == NULL || at == JL_RECORD_EDITS_MAX)
        return JSONLOG_E_LIMIT;
    record->edits[at] = (struct jl_record_edit){key, value, is_removal};
    if (at == record->edit_count)
        record->edit_count++;
    record->is_merged = false;
    return JSONLOG_OK;
}

jsonlog_status jsonlog_record_set_field(jsonlog_record *record, const char *key, size_t len,
                                        jsonlog_value value) {
    jl_text name = key_of(key, len);
    const jl_text given = name;
    if (record != NULL && record->redactor != NULL &&
        !record->redactor->set->of_class->field(record->redactor, &name, &value))
        return set_edit(record, given, jsonlog_null(), true);
    return set_edit(record, name, value, false);
}

jsonlog_status jsonlog_record_remove_field(jsonlog_record *record, const char *key, size_t len) {
    return set_edit(record, key_of(key, len), jsonlog_null(), true);
}
