/* Records: message, logger and all fields, before anybody but the logger's filters sees them. */
#include "record/site.h"
#include "redact/redaction_set.h"

/* ---- message and logger ---- */

static const jsonlog_value nothing_left = {.type = JSONLOG_TYPE_STRING, .as = {.string = ""}};

void jl_redact_find_message_rule(jl_redaction_set *set) {
    static const jl_text names[] = {{"message", 7}, {"errorMessage", 12}};
    const jl_redactor redactor = {.set = &set->base};
    jl_redact_place place = {.rule = 0};
    for (size_t i = 0; i < 2; i++) {
        jl_redact_place named;
        jl_redact_member(&redactor, &set->start, names[i], &named);
        if (named.rule != 0)
            jl_redact_hit(&place, named.rule);
    }
    set->message_rule = place.rule;
}

static void redact_message(jl_redactor *redactor, jsonlog_record *record) {
    if (record->message == NULL)
        return;
    const jl_redact_place place = {.rule = jl_set_of(redactor)->message_rule};
    jsonlog_value visible = *record->message;
    const jl_redacted done = jl_redact_value(redactor, &place, 0, &visible);
    if (done == JL_REDACT_KEPT)
        return;
    if (done == JL_REDACT_REMOVED) {
        record->message = NULL;
        return;
    }
    jsonlog_value *kept = jl_scratch_take(redactor->scratch, sizeof *kept);
    record->message = kept == NULL ? &nothing_left : kept;
    if (kept != NULL)
        *kept = visible;
}

static void redact_logger(jl_redactor *redactor, jsonlog_record *record) {
    jl_text name = jl_text_of(record->logger);
    if (name.len == 0 || jl_redact_text(redactor, &name, false) == JL_REDACT_KEPT)
        return;
    char *kept = jl_scratch_take(redactor->scratch, name.len + 1);
    record->logger = kept == NULL ? "" : kept;
    if (kept == NULL)
        return;
    memcpy(kept, name.ptr, name.len);
    kept[name.len] = '\0';
}

/* ---- fields ---- */

/* The fields of a record in which something has changed. */
typedef struct field_copy {
    jl_redactor *redactor;
    const jl_field *from; /* the record's own */
    uint32_t from_count;
    jl_field *fields; /* NULL: nothing has changed yet */
    uint32_t count;
    uint32_t lost; /* without memory */
} field_copy;

/* Field `index` is the first that changes. @return false without memory. */
static bool begin_copy(field_copy *copy, uint32_t index) {
    copy->fields =
        jl_scratch_take_array(copy->redactor->scratch, copy->from_count, sizeof *copy->fields);
    if (copy->fields == NULL) {
        copy->lost = copy->from_count;
        return false;
    }
    memcpy(copy->fields, copy->from, index * sizeof *copy->fields);
    copy->count = index;
    return true;
}

static void add_changed(field_copy *copy, const jl_field *from, jl_text key,
                        const jsonlog_value *value) {
    jsonlog_value *kept = jl_scratch_take(copy->redactor->scratch, sizeof *kept);
    if (kept == NULL) {
        copy->lost++;
        return;
    }
    *kept = *value;
    jl_field *field = &copy->fields[copy->count++];
    *field = *from;
    field->value = kept;
    if (key.ptr != from->key.ptr)
        jl_field_set(field, key.ptr, key.len, kept);
}

static jl_redacted redact_field(jl_redactor *redactor, jl_text *key, jsonlog_value *value) {
    jl_redact_place place;
    jl_redact_member(redactor, &jl_set_of(redactor)->start, *key, &place);
    const jl_text visible = jl_redact_key_text(redactor, *key);
    const bool is_same_key = visible.ptr == key->ptr;
    *key = visible;
    const jl_redacted done = jl_redact_value(redactor, &place, 1, value);
    return done == JL_REDACT_KEPT && !is_same_key ? JL_REDACT_CHANGED : done;
}

static bool copy_field(field_copy *copy, uint32_t index) {
    const jl_field *from = &copy->from[index];
    jl_text key = from->key;
    jsonlog_value value = *from->value;
    const jl_redacted done = redact_field(copy->redactor, &key, &value);
    if (done != JL_REDACT_KEPT && copy->fields == NULL && !begin_copy(copy, index))
        return false;
    if (done == JL_REDACT_CHANGED)
        add_changed(copy, from, key, &value);
    else if (done == JL_REDACT_KEPT && copy->fields != NULL)
        copy->fields[copy->count++] = *from;
    return true;
}

/* From here on the record has these fields and no others. */
static void replace_fields(jsonlog_record *record, const field_copy *copy, uint32_t dropped) {
    record->call = copy->fields;
    record->call_count = copy->count;
    record->values = NULL;
    record->call_is_unique = false; /* keys may have become equal */
    record->call_dropped = dropped + copy->lost;
    record->dropped = record->call_dropped;
    record->is_flat = true;
    record->is_merged = false;
    record->edit_count = 0;
}

static void redact_fields(jl_redactor *redactor, jsonlog_record *record) {
    field_copy copy = {.redactor = redactor};
    copy.from = jl_record_fields(record, &copy.from_count);
    const uint32_t dropped = record->is_merged ? record->dropped : record->call_dropped;
    for (uint32_t i = 0; i < copy.from_count; i++) {
        if (!copy_field(&copy, i))
            break;
    }
    if (copy.fields != NULL || copy.lost > 0)
        replace_fields(record, &copy, dropped);
}

void jl_redact_record(jl_redactor *redactor, jsonlog_record *record) {
    redact_message(redactor, record);
    redact_logger(redactor, record);
    redact_fields(redactor, record);
}

bool jl_redact_beside(jl_redactor *redactor, jl_text *key, jsonlog_value *value) {
    return redact_field(redactor, key, value) != JL_REDACT_REMOVED;
}
