#ifndef JL_FORMAT_FLAT_FIELDS_H
#define JL_FORMAT_FLAT_FIELDS_H
/**
 * Objects taken apart: what is written where keys cannot nest (`user.age=20`, `USER_AGE=20`).
 */
#include "base/buffer.h"

#include <jsonlog/record.h>

/** The keys on the way to a value, the innermost first. */
typedef struct jl_flat_path {
    const struct jl_flat_path *outer;
    jl_text key;
    unsigned depth;
} jl_flat_path;

/** Takes one value that is no object, or an empty one, a secret, or one that is too deep. @return
 * false to stop. */
typedef bool (*jl_flat_fn)(void *context, const jl_flat_path *path, const jsonlog_value *value);

/** Call fn for a value, or for every member of an object, at any depth. Of members with equal keys
 *  the last one counts. @return what fn returned last. */
bool jl_flat_each(jl_text key, const jsonlog_value *value, jl_flat_fn fn, void *context);

/** The same for all fields of a record. What only CloudWatch is to read is passed over. */
void jl_flat_each_field(const jsonlog_record *record, jl_flat_fn fn, void *context);

/** The text of a value: a string as its bytes, a secret as ***, everything else as compact JSON,
 *  without quotes and escapes where that is a string. */
void jl_flat_append_value(jl_buffer *out, const jsonlog_value *value);

#endif
