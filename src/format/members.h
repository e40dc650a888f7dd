#ifndef JL_FORMAT_MEMBERS_H
#define JL_FORMAT_MEMBERS_H
/**
 * The members of everything that is written as an object: pairs with a key literal, fields with
 * keys made at run time, cJSON objects. One way to walk them, and to find equal keys without memory
 * of its own.
 */
#include "format/keys.h"

struct cJSON;

/** A member; not to be copied, as `value` may point into it. */
typedef struct jl_member {
    jl_text key;
    const jsonlog_value *value; /**< points into the object, or to `made` */
    jsonlog_value made;         /**< a cJSON item as a value */
} jl_member;

/** A place in an object. Small, because one stands on the stack for every level of nesting. */
typedef struct jl_members {
    const jsonlog_value *object;
    size_t left; /**< of pairs and fields */
    union {
        struct {
            const char *keys;
            const jsonlog_value *values;
        } pairs;
        const jsonlog_field *fields;
        const struct cJSON *item;
    } at;
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
 * @return false if the member stands behind an equal one and is left out.
 */
bool jl_members_resolve(const jsonlog_value *object, size_t index, jl_member *member,
                        unsigned escapes);

#endif
