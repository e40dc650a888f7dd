/* Dotted keys as nested objects: "log.level" and "log.file" share the object "log". */
#include "format/entries.h"
#include "format/members.h"

/* Objects made of one key; what follows stays one key. Bounds how deep a line of dots can nest. */
#define SEGMENTS_MAX 16

/* A key with an empty part ("a..b", ".a") is not meant as a path. */
static bool is_path(jl_text key) {
    bool has_dot = false;
    bool is_empty = true;
    for (size_t i = 0; i < key.len; i++) {
        bool is_dot = key.ptr[i] == '.';
        if (is_dot && is_empty)
            return false;
        has_dot |= is_dot;
        is_empty = is_dot;
    }
    return has_dot && !is_empty;
}

static bool can_open(const jl_entry *entry) {
    return entry->attribute == JL_ATTRIBUTE_VALUE &&
           (entry->value->flags & JSONLOG_VALUE_SECRET) == 0 &&
           (entry->value->type == JSONLOG_TYPE_OBJECT || entry->value->type == JSONLOG_TYPE_FIELDS);
}

/* An entry becomes a group without members yet. */
static void clear_entry(jl_entry *entry) {
    entry->attribute = JL_ATTRIBUTE_GROUP;
    entry->value = NULL;
    entry->child = 0;
    entry->flags &= JL_ENTRY_PLAIN | JL_ENTRY_NUMBERED;
}

static void merge(jl_entries *entries, uint16_t group, const jsonlog_value *object,
                  unsigned flags) {
    jl_members members;
    jl_member member;
    jl_members_begin(&members, object);
    while (jl_members_next(&members, &member)) {
        jl_addition addition = {
            .key = jl_key_of(member.key, entries->formatter->style.escapes),
            .value = member.value,
            .flags = flags,
        };
        jl_entries_place(entries, group, &addition);
    }
}

/* A field that holds an object becomes a group of its members, so that others can join them. */
static void open_entry(jl_entries *entries, uint16_t at) {
    jl_entry *entry = &entries->items[at];
    const jsonlog_value *object = entry->value;
    unsigned flags = entry->flags & (JL_ENTRY_CODE | JL_ENTRY_ROLE);
    clear_entry(entry);
    merge(entries, at, object, flags);
}

static uint16_t new_group(jl_entries *entries, uint16_t group, const jl_key *key,
                          bool is_numbered) {
    jl_addition addition = {
        .key = *key,
        .attribute = JL_ATTRIBUTE_GROUP,
        .flags = is_numbered ? JL_ENTRY_NUMBERED : 0u,
    };
    entries->has_numbered |= is_numbered;
    return jl_entries_append(entries, group, &addition);
}

/* @return the group of this name, made if need be; 0 if there is no room for it. Where a value that
 * is no object stands under the name, the group comes later and gets a number. */
static uint16_t enter(jl_entries *entries, uint16_t group, const jl_key *key) {
    uint16_t at = jl_entries_find(entries, group, key, false);
    if (at == 0)
        return new_group(entries, group, key, false);
    if (entries->items[at].attribute == JL_ATTRIBUTE_GROUP)
        return at;
    if (can_open(&entries->items[at])) {
        open_entry(entries, at);
        return at;
    }
    /* A default gives way to anything. */
    if ((entries->items[at].flags & JL_ENTRY_WEAK) != 0) {
        clear_entry(&entries->items[at]);
        return at;
    }
    at = jl_entries_find(entries, group, key, true);
    if (at != 0 && entries->items[at].attribute == JL_ATTRIBUTE_GROUP)
        return at;
    return new_group(entries, group, key, true);
}

static void place(jl_entries *entries, const jl_addition *addition) {
    unsigned escapes = entries->formatter->style.escapes;
    jl_addition leaf = *addition;
    jl_text rest = addition->key.text;
    uint16_t group = 0;
    for (int i = 0; i < SEGMENTS_MAX && is_path(rest); i++) {
        const char *dot = memchr(rest.ptr, '.', rest.len);
        size_t len = (size_t)(dot - rest.ptr);
        jl_key key = jl_key_of((jl_text){rest.ptr, len}, escapes);
        group = enter(entries, group, &key);
        if (group == 0)
            return;
        rest = (jl_text){dot + 1, rest.len - len - 1};
        leaf.key = jl_key_of(rest, escapes);
    }
    jl_entries_place(entries, group, &leaf);
}

const jl_dots jl_dots_are_paths = {.place = place, .merge = merge};
