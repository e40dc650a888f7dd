#include "format/entries.h"

#include "base/hash.h"
#include "format/members.h"
#include "format/emf_parts.h"
#include "record/record.h"

jl_key jl_entry_key(const jl_entry *entry) {
    return (jl_key){
        .text = {entry->key, entry->key_len},
        .hash = entry->hash,
        .suffix = entry->suffix,
        .is_plain = (entry->flags & JL_ENTRY_PLAIN) != 0,
    };
}

/* In a flat list the fields of a record stand behind everything else, in the order of their
 * indexes. */
static bool may_stop_at(const jl_entries *entries, uint16_t group, uint16_t at, const jl_key *key) {
    return entries->is_distinct && group == 0 && at >= entries->first_field && key->is_plain;
}

uint16_t jl_entries_find(const jl_entries *entries, uint16_t group, const jl_key *key,
                         bool is_numbered) {
    unsigned escapes = entries->formatter->style.escapes;
    for (uint16_t at = entries->items[group].child; at != 0; at = entries->items[at].next) {
        const jl_entry *entry = &entries->items[at];
        if (may_stop_at(entries, group, at, key))
            return 0;
        if (entry->hash != key->hash || ((entry->flags & JL_ENTRY_NUMBERED) != 0) != is_numbered)
            continue;
        jl_key other = jl_entry_key(entry);
        if (jl_key_same(&other, key, escapes))
            return at;
    }
    return 0;
}

static uint16_t last_of(const jl_entries *entries, uint16_t group) {
    if (group == 0)
        return entries->last;
    uint16_t last = entries->items[group].child;
    while (last != 0 && entries->items[last].next != 0)
        last = entries->items[last].next;
    return last;
}

static void link_last(jl_entries *entries, uint16_t group, uint16_t at) {
    uint16_t last = last_of(entries, group);
    entries->items[at].next = 0;
    if (last == 0)
        entries->items[group].child = at;
    else
        entries->items[last].next = at;
    if (group == 0)
        entries->last = at;
}

uint16_t jl_entries_append(jl_entries *entries, uint16_t group, const jl_addition *addition) {
    if (entries->count == JL_ENTRIES_MAX || addition->key.text.len > UINT32_MAX) {
        entries->dropped++;
        return 0;
    }
    uint16_t at = (uint16_t)entries->count++;
    entries->items[at] = (jl_entry){
        .key = addition->key.text.ptr,
        .key_len = (uint32_t)addition->key.text.len,
        .hash = addition->key.hash,
        .value = addition->value,
        .attribute = (uint8_t)addition->attribute,
        .flags = (uint8_t)(addition->flags | (addition->key.is_plain ? JL_ENTRY_PLAIN : 0u)),
    };
    link_last(entries, group, at);
    if (!addition->key.is_plain)
        entries->is_distinct = false;
    return at;
}

/* ---- equal keys ---- */

/* The new value at the old one's position. */
static void replace(jl_entries *entries, uint16_t at, const jl_addition *addition) {
    const unsigned kept = JL_ENTRY_PLAIN | JL_ENTRY_NUMBERED;
    jl_entry *entry = &entries->items[at];
    entry->attribute = (uint8_t)addition->attribute;
    entry->value = addition->value;
    entry->flags = (uint8_t)((entry->flags & kept) | addition->flags);
}

static void place_numbered(jl_entries *entries, uint16_t group, const jl_addition *addition) {
    uint16_t at = jl_entries_find(entries, group, &addition->key, true);
    if (at != 0 && entries->items[at].attribute == JL_ATTRIBUTE_VALUE) {
        replace(entries, at, addition);
        return;
    }
    at = jl_entries_append(entries, group, addition);
    if (at != 0)
        entries->items[at].flags |= JL_ENTRY_NUMBERED;
    entries->has_numbered = true;
}

/* A caller's field whose key belongs to the record itself. */
static void collide(jl_entries *entries, uint16_t group, uint16_t at, const jl_addition *addition) {
    switch (entries->formatter->collision) {
    case JSONLOG_COLLISION_FIRST_WINS: entries->dropped++; break;
    case JSONLOG_COLLISION_LAST_WINS:
        if (at != 0) {
            replace(entries, at, addition);
            break;
        }
        place_numbered(entries, group, addition);
        break;
    default: place_numbered(entries, group, addition);
    }
}

/* The two keys that may have to be added at the end of a line must be free there. */
static bool is_reserved(const jl_entries *entries, const jl_key *key) {
    const jl_json_formatter *formatter = entries->formatter;
    unsigned escapes = formatter->style.escapes;
    return jl_key_same(key, &formatter->truncated_key, escapes) ||
           jl_key_same(key, &formatter->dropped_key, escapes);
}

/* Two fields under one key after a rename: the later counts, and the loss is counted unless the
 * policy asks for it. */
static void overtake(jl_entries *entries, uint16_t at, const jl_addition *addition) {
    bool is_loss = at >= entries->first_field && entries->first_field != 0 &&
                   (entries->items[at].flags & (JL_ENTRY_WEAK | JL_ENTRY_ROLE)) == 0 &&
                   entries->formatter->collision != JSONLOG_COLLISION_LAST_WINS;
    entries->dropped += is_loss ? 1u : 0u;
    replace(entries, at, addition);
}

/* A metric's own key is its own, whoever has it: an attribute, or a field that was renamed. */
static void meet_emf_part(jl_entries *entries, uint16_t at, const jl_addition *addition) {
    if ((addition->flags & JL_ENTRY_EMF) != 0)
        replace(entries, at, addition);
    else
        entries->dropped++;
}

void jl_entries_place(jl_entries *entries, uint16_t group, const jl_addition *addition) {
    uint16_t at = jl_entries_find(entries, group, &addition->key, false);
    bool is_role = (addition->flags & JL_ENTRY_ROLE) != 0;
    if (at == 0 && group == 0 && is_reserved(entries, &addition->key)) {
        collide(entries, group, 0, addition);
        return;
    }
    if (at == 0) {
        jl_entries_append(entries, group, addition);
        return;
    }
    const jl_entry *entry = &entries->items[at];
    if (((addition->flags ^ entry->flags) & JL_ENTRY_EMF) != 0) {
        meet_emf_part(entries, at, addition);
    } else if (entry->attribute == JL_ATTRIBUTE_GROUP) {
        bool can_merge = addition->attribute == JL_ATTRIBUTE_VALUE &&
                         (addition->value->flags & JSONLOG_VALUE_SECRET) == 0 &&
                         jl_is_walkable(addition->value) &&
                         addition->value->type != JSONLOG_TYPE_CJSON;
        if (can_merge)
            entries->formatter->dots->merge(entries, at, addition->value, addition->flags);
        else
            place_numbered(entries, group, addition);
    } else if ((entry->flags & JL_ENTRY_ROLE) != 0 && !is_role) {
        collide(entries, group, at, addition);
    } else {
        overtake(entries, at, addition);
    }
}

/* ---- collecting ---- */

static void add(jl_entries *entries, const jl_addition *addition) {
    const jl_dots *dots = entries->formatter->dots;
    if (dots != NULL && entries->emf == NULL)
        dots->place(entries, addition);
    else
        jl_entries_place(entries, 0, addition);
}

static bool is_excluded(const jl_json_formatter *formatter, const jl_key *key) {
    if (formatter->skips_underscored && key->text.len > 0 && key->text.ptr[0] == '_')
        return true;
    for (size_t i = 0; i < formatter->exclude_count; i++) {
        if (jl_key_same(key, &formatter->excludes[i], formatter->style.escapes))
            return true;
    }
    return false;
}

static bool is_error_code(const jl_key *key) {
    return key->text.len == 9 && memcmp(key->text.ptr, "errorCode", 9) == 0;
}

static void add_field(jl_entries *entries, jl_key key, const jsonlog_value *value, unsigned flags) {
    const jl_json_formatter *formatter = entries->formatter;
    if (is_excluded(formatter, &key))
        return;
    unsigned rename = 0;
    const jl_key written = jl_json_formatter_rename(formatter, key, &rename);
    if (rename != 0 && entries->redactor != NULL) {
        jl_text name = written.text;
        value = jl_redact_field(entries->redactor, &name, value);
        if (value == NULL)
            return;
    }
    jl_addition addition = {
        .key = written,
        .attribute = JL_ATTRIBUTE_VALUE,
        .value = value,
        .flags = flags | (is_error_code(&key) ? JL_ENTRY_CODE : 0u),
    };
    if (rename != 0)
        entries->renamed |= UINT64_C(1) << (rename - 1);
    add(entries, &addition);
}

static void add_fixed(jl_entries *entries, const jl_fixed *fixed, size_t count, unsigned flags) {
    unsigned escapes = entries->formatter->style.escapes;
    for (size_t i = 0; i < count; i++) {
        jl_text key = fixed[i].key;
        const jsonlog_value *value = &fixed[i].value;
        if (entries->redactor != NULL)
            value = jl_redact_field(entries->redactor, &key, value);
        if (value != NULL)
            add_field(entries, jl_key_of(key, escapes), value, flags);
    }
}

bool jl_column_is_wanted(const jl_column *column, const jsonlog_record *record) {
    bool is_message = column->attribute == JL_ATTRIBUTE_MESSAGE ||
                      column->attribute == JL_ATTRIBUTE_ERROR_MESSAGE;
    bool must_be_present = is_message || column->when == JL_WHEN_PRESENT;
    if (must_be_present && !jl_attribute_is_present(column->attribute, record))
        return false;
    if (column->when == JL_WHEN_BELOW_ERROR)
        return record->level < JSONLOG_LEVEL_ERROR;
    if (column->when == JL_WHEN_FROM_ERROR)
        return record->level >= JSONLOG_LEVEL_ERROR;
    return true;
}

static const jsonlog_value null_value = {.type = JSONLOG_TYPE_NULL};

static void add_columns(jl_entries *entries, const jsonlog_record *record) {
    const jl_json_formatter *formatter = entries->formatter;
    for (size_t i = 0; i < formatter->column_count; i++) {
        const jl_column *column = &formatter->columns[i];
        if (!jl_column_is_wanted(column, record))
            continue;
        bool is_field = column->attribute == JL_ATTRIBUTE_VALUE;
        jl_addition addition = {
            .key = column->key,
            .attribute = column->attribute,
            .value = &null_value,
            .flags = is_field ? JL_ENTRY_WEAK : JL_ENTRY_ROLE,
        };
        /* A column that waits for its field must not put null over a default. */
        if (is_field && jl_entries_find(entries, 0, &column->key, false) != 0)
            continue;
        if (column->rename != 0 && !is_field)
            entries->renamed |= UINT64_C(1) << (column->rename - 1);
        add(entries, &addition);
    }
}

static void add_role(jl_entries *entries, jl_key key, jl_attribute attribute) {
    jl_addition addition = {.key = key, .attribute = attribute, .flags = JL_ENTRY_ROLE};
    add(entries, &addition);
}

/* What comes last in the line: how many calls were held back, and the time where a layout asks for
 * it. */
static void add_last_roles(jl_entries *entries, const jsonlog_record *record) {
    const jl_json_formatter *formatter = entries->formatter;
    if (record->suppressed != 0)
        add_role(entries, formatter->suppressed_key, JL_ATTRIBUTE_SUPPRESSED);
    if (formatter->has_timestamp_key)
        add_role(entries, formatter->timestamp_key, JL_ATTRIBUTE_TIMESTAMP);
}

static void relink_last(jl_entries *entries, uint16_t at) {
    uint16_t before = 0;
    uint16_t each = entries->items[0].child;
    for (; each != 0 && each != at; each = entries->items[each].next)
        before = each;
    if (each == 0)
        return;
    if (before == 0)
        entries->items[0].child = entries->items[at].next;
    else
        entries->items[before].next = entries->items[at].next;
    if (entries->last == at)
        entries->last = before;
    link_last(entries, 0, at);
}

/* Where the policy protects the record's own keys, the last ones take theirs before the fields
 * come, and only then go to the end. `first` to `end` are their entries. */
static void move_to_end(jl_entries *entries, uint32_t first, uint32_t end) {
    for (uint32_t at = first; at < end; at++)
        relink_last(entries, (uint16_t)at);
}

static void add_emf_part(jl_entries *entries, jl_key key, const jsonlog_value *value) {
    const jl_addition addition = {
        .key = key,
        .attribute = JL_ATTRIBUTE_VALUE,
        .value = value,
        .flags = JL_ENTRY_EMF,
    };
    jl_entries_place(entries, 0, &addition);
}

static void add_record_fields(jl_entries *entries, const jsonlog_record *record) {
    const jl_json_formatter *formatter = entries->formatter;
    uint32_t count = 0;
    const jl_field *fields = jl_record_fields(record, &count);
    entries->first_field = entries->count;
    entries->is_distinct = formatter->rename_count == 0 && formatter->dots == NULL &&
                           (record->is_merged || record->call_is_unique);
    for (uint32_t i = 0; i < count; i++) {
        jl_key key = jl_key_known(fields[i].key, fields[i].hash, fields[i].key_is_plain,
                                  formatter->style.escapes);
        if (JSONLOG_UNLIKELY(entries->emf != NULL) && jl_emf_has_part(entries->emf, &fields[i]))
            add_emf_part(entries, key, fields[i].value);
        else
            add_field(entries, key, fields[i].value, 0);
    }
    entries->is_distinct = false;
    entries->dropped += record->is_merged ? record->dropped : record->call_dropped;
}

static void add_missing(jl_entries *entries) {
    const jl_json_formatter *formatter = entries->formatter;
    for (size_t i = 0; formatter->keeps_missing && i < formatter->rename_count; i++) {
        const jl_key *to = &formatter->renames[i].to;
        bool is_there = (entries->renamed >> i & 1) != 0;
        if (is_there || jl_entries_find(entries, 0, to, false) != 0)
            continue;
        jl_addition addition = {.key = *to, .value = &null_value, .flags = JL_ENTRY_WEAK};
        add(entries, &addition);
    }
}

/* ---- numbers behind keys ---- */

static bool is_free(const jl_entries *entries, uint16_t group, const jl_key *key) {
    return jl_entries_find(entries, group, key, false) == 0 &&
           (group != 0 || !is_reserved(entries, key));
}

static void give_number(jl_entries *entries, uint16_t group, uint16_t at) {
    jl_entry *entry = &entries->items[at];
    jl_key base = jl_entry_key(entry);
    uint32_t number = 2;
    jl_key key = jl_key_with_suffix(base, number);
    while (!is_free(entries, group, &key))
        key = jl_key_with_suffix(base, ++number);
    entry->suffix = (uint16_t)number;
    entry->hash = key.hash;
    entry->flags &= (uint8_t)~JL_ENTRY_NUMBERED;
}

/* Numbers are given when all keys are known, so that a caller's own errorMessage_2 keeps its name.
 */
static void give_numbers(jl_entries *entries) {
    for (uint32_t group = 0; group < entries->count; group++) {
        for (uint16_t at = entries->items[group].child; at != 0; at = entries->items[at].next) {
            if ((entries->items[at].flags & JL_ENTRY_NUMBERED) != 0)
                give_number(entries, (uint16_t)group, at);
        }
    }
}

void jl_entries_collect(jl_entries *entries, const jl_json_formatter *formatter,
                        const jsonlog_record *record) {
    entries->formatter = formatter;
    entries->redactor = record->redactor;
    entries->emf = record->emf;
    entries->count = 1;
    entries->first_field = 0;
    entries->last = 0;
    entries->is_distinct = false;
    entries->has_numbered = false;
    entries->renamed = 0;
    entries->dropped = 0;
    entries->items[0] = (jl_entry){.attribute = JL_ATTRIBUTE_GROUP};
    bool is_protected = formatter->collision != JSONLOG_COLLISION_LAST_WINS;
    add_fixed(entries, formatter->defaults, formatter->default_count, JL_ENTRY_WEAK);
    add_columns(entries, record);
    uint32_t first_last = entries->count;
    if (is_protected)
        add_last_roles(entries, record);
    uint32_t end_last = entries->count;
    add_fixed(entries, formatter->statics, formatter->static_count, 0);
    add_record_fields(entries, record);
    if (is_protected)
        move_to_end(entries, first_last, end_last);
    else
        add_last_roles(entries, record);
    add_missing(entries);
    if (entries->has_numbered)
        give_numbers(entries);
}

bool jl_entries_have_emf(const jl_entries *entries) {
    uint32_t there = 0;
    for (uint32_t at = 1; at < entries->count; at++)
        there += (entries->items[at].flags & JL_ENTRY_EMF) != 0 && entries->items[at].suffix == 0;
    return there == jl_emf_count_parts(entries->emf);
}
