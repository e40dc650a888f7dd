#ifndef JL_FORMAT_MEMBERS_H
#define JL_FORMAT_MEMBERS_H
/**
 * The members of everything that is written as an object: pairs with a key literal, fields with
 * keys made at run time, cJSON objects. One way to walk them, and to find equal keys without memory
 * of its own.
 */
#include "format/keys.h"

struct cJSON;

typedef struct jl_member {
    jl_text key;
    const jsonlog_value *value; /**< points into the object, or to `made` of the cursor */
} jl_member;

/** A place in an object. The cursor must not be copied while a member of it is in use. */
typedef struct jl_members {
    const jsonlog_value *object;
    size_t left; /**< of pairs and fields */
    const char *keys;
    const jsonlog_value *values;
    const jsonlog_field *fields;
    const struct cJSON *item;
    jsonlog_value made; /**< a cJSON item as a value */
} jl_members;

/** @return true if the value is written as an object whose members can be walked. */
bool jl_is_walkable(const jsonlog_value *value);

/** @param object  a walkable value. */
void jl_members_begin(jl_members *members, const jsonlog_value *object);
bool jl_members_next(jl_members *members, jl_member *member);

/** @return true if some key may occur twice; false is certain. */
bool jl_members_may_repeat(const jsonlog_value *object, unsigned escapes);

/**
 * Decide about member `index` of an object with equal keys: the last value counts, at the first
 * position.
 *
 * @param member  the member at index; receives the value that counts.
 * @param last    the cursor that owns that value.
 * @return false if the member stands behind an equal one and is left out.
 */
bool jl_members_resolve(const jsonlog_value *object, size_t index, jl_member *member,
                        jl_members *last, unsigned escapes);

#endif
