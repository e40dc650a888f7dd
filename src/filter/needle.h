#ifndef JL_FILTER_NEEDLE_H
#define JL_FILTER_NEEDLE_H
/**
 * A text that every match must hold, searched in raw bytes: many at a time, at its two rarest
 * places.
 *
 * In JSON any character can also be spelled with an escape. So the search of a guarded needle stops
 * as well where an escape begins that could spell a part of it; whoever searches looks closer then.
 */
#include "base/text.h"

#include <stdint.h>

/** Longer ones are cut: what holds a text holds its parts. */
#define JL_NEEDLE_MAX 32

/** Which escapes could hide a needle. */
typedef enum jl_needle_guard {
    JL_GUARD_NONE,
    JL_GUARD_ASCII, /**< `\u00`: the needle is ASCII */
    JL_GUARD_ALL,   /**< `\u` */
} jl_needle_guard;

typedef struct jl_needle {
    unsigned char bytes[JL_NEEDLE_MAX];
    uint8_t len;     /**< 2 at least */
    uint8_t rare[2]; /**< where its rarest bytes stand */
    uint8_t guard;   /**< a jl_needle_guard */
    uint8_t score;   /**< the higher, the rarer it can be expected to be */
} jl_needle;

/** Make a needle. @param text  of any length. @return false if it is too short to be worth it. */
bool jl_needle_make(jl_needle *needle, jl_text text, jl_needle_guard guard);

/** For tests: with `false`, no text is worth it from now on, and patterns that are compiled then read
 * every line. */
void jl_needle_use(bool is_used);

/** @return the first place where the needle stands or a guarded escape begins; NULL: nowhere. */
const char *jl_needle_find(const jl_needle *needle, const char *at, const char *end);

/** The same byte by byte: what the other one is held against. */
const char *jl_needle_find_plainly(const jl_needle *needle, const char *at, const char *end);

#endif
