#ifndef JL_FORMAT_KEYS_H
#define JL_FORMAT_KEYS_H
/**
 * Keys compared by what they will be in the line.
 *
 * Two keys that differ only in ill-formed bytes become the same text once each such byte is U+FFFD,
 * so comparing the caller's bytes would let a key through twice. A key may carry a number that
 * tells it from an equal one: suffix 2 of `errorMessage` is written as `errorMessage_2`.
 */
#include "base/text.h"
#include "record/record.h"

#include <stdint.h>

typedef struct jl_key {
    jl_text text;
    uint32_t hash;   /**< of what is written, the suffix included */
    uint32_t suffix; /**< 0: none */
    bool is_plain;   /**< needs no escaping with JL_ESCAPE_… 0 */
} jl_key;

/** @param escapes  JL_ESCAPE_… bits; they decide what an ill-formed byte becomes. */
jl_key jl_key_of(jl_text text, unsigned escapes);

/** A key that is known to be plain or not, with jl_hash() of its bytes: no look at them if it is
 * plain. */
jl_key jl_key_known(jl_text text, uint32_t hash, bool is_plain, unsigned escapes);

/** The same key under a number, 2 or more. */
jl_key jl_key_with_suffix(jl_key key, uint32_t suffix);

bool jl_key_same(const jl_key *a, const jl_key *b, unsigned escapes);

/** The key of a field of the public struct: up to its NUL where it has no length, "null" for NULL.
 */
jl_text jl_field_key(const jsonlog_field *field);

#endif
