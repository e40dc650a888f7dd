#include "format/members.h"

#include "format/hash_set.h"
#include "record/keys_literal.h"

#include <cjson/cJSON.h>

static const cJSON *cjson_of(const jsonlog_value *value) {
    return value->as.pointer;
}

bool jl_is_walkable(const jsonlog_value *value) {
    switch (value->type) {
    case JSONLOG_TYPE_OBJECT:
    case JSONLOG_TYPE_FIELDS: return true;
    case JSONLOG_TYPE_CJSON: return cJSON_IsObject(cjson_of(value)) != 0;
    default: return false;
    }
}

void jl_members_begin(jl_members *members, const jsonlog_value *object) {
    *members = (jl_members){.object = object};
    if (object->type == JSONLOG_TYPE_OBJECT) {
        members->left = object->count;
        members->at.pairs.keys = object->with.keys;
        members->at.pairs.values = object->as.values;
    } else if (object->type == JSONLOG_TYPE_FIELDS) {
        members->left = object->with.len;
        members->at.fields = object->as.fields;
    } else {
        members->at.item = cjson_of(object)->child;
    }
}

static bool next_pair(jl_members *members, jl_member *member) {
    if (members->left == 0)
        return false;
    member->key = jl_keys_next(&members->at.pairs.keys);
    member->value = members->at.pairs.values++;
    members->left--;
    return true;
}

static bool next_field(jl_members *members, jl_member *member) {
    if (members->left == 0)
        return false;
    member->key = jl_field_key(members->at.fields);
    member->value = &members->at.fields->value;
    members->at.fields++;
    members->left--;
    return true;
}

static bool next_item(jl_members *members, jl_member *member) {
    const cJSON *item = members->at.item;
    if (item == NULL)
        return false;
    member->made = jsonlog_from_pointer(JSONLOG_TYPE_CJSON, item, 0);
    member->value = &member->made;
    member->key = jl_text_of(item->string);
    members->at.item = item->next;
    return true;
}

bool jl_members_next(jl_members *members, jl_member *member) {
    switch (members->object->type) {
    case JSONLOG_TYPE_OBJECT: return next_pair(members, member);
    case JSONLOG_TYPE_FIELDS: return next_field(members, member);
    default: return next_item(members, member);
    }
}

static size_t count_members(const jsonlog_value *object) {
    if (object->type == JSONLOG_TYPE_OBJECT)
        return object->count;
    if (object->type == JSONLOG_TYPE_FIELDS)
        return object->with.len;
    size_t count = 0;
    for (const cJSON *item = cjson_of(object)->child; item != NULL; item = item->next)
        count++;
    return count;
}

/* A part that is too full for its set counts as one with equal keys. */
static bool part_may_repeat(const jsonlog_value *object, size_t part, size_t parts,
                            unsigned escapes) {
    jl_hash_set seen = {.count = 0};
    jl_members members;
    jl_member member;
    jl_members_begin(&members, object);
    while (jl_members_next(&members, &member)) {
        uint32_t hash = jl_key_of(member.key, escapes).hash;
        if (!jl_hash_is_in_part(hash, part, parts))
            continue;
        if (jl_hash_set_is_full(&seen) || jl_hash_set_add(&seen, hash))
            return true;
    }
    return false;
}

bool jl_members_may_repeat(const jsonlog_value *object, unsigned escapes) {
    size_t count = count_members(object);
    if (count < 2)
        return false;
    size_t parts = jl_hash_parts(count);
    for (size_t part = 0; part < parts; part++) {
        if (part_may_repeat(object, part, parts, escapes))
            return true;
    }
    return false;
}

static void take_value(jl_member *member, const jl_member *other) {
    if (other->value == &other->made) {
        member->made = other->made;
        member->value = &member->made;
    } else {
        member->value = other->value;
    }
}

__attribute__((cold)) bool jl_members_resolve(const jsonlog_value *object, size_t index,
                                              jl_member *member, unsigned escapes) {
    jl_key key = jl_key_of(member->key, escapes);
    jl_members members;
    jl_member other;
    jl_members_begin(&members, object);
    for (size_t i = 0; jl_members_next(&members, &other); i++) {
        jl_key other_key = jl_key_of(other.key, escapes);
        if (i == index || !jl_key_same(&key, &other_key, escapes))
            continue;
        if (i < index)
            return false;
        take_value(member, &other);
    }
    return true;
}
