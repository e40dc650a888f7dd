#ifndef JL_BASE_UTF8_H
#define JL_BASE_UTF8_H
/**
 * UTF-8 as Unicode 15 section 3.9 defines it: no overlong forms, no surrogates, nothing beyond
 * U+10FFFF. An ill-formed byte is taken alone, as one unit (each becomes one U+FFFD).
 */
#include "base/text.h"

#include <stdint.h>

/** What a byte that starts no well-formed sequence decodes to. */
#define JL_UTF8_INVALID UINT32_MAX

/**
 * Decode the code point at text.ptr.
 *
 * @param text   not empty.
 * @param bytes  receives how many bytes it took: 1 to 4; 1 for an ill-formed byte.
 * @return the code point, or JL_UTF8_INVALID.
 */
uint32_t jl_utf8_decode(jl_text text, size_t *bytes);

/** Write a code point (no surrogate, at most U+10FFFF) to out[4]; @return bytes written, 1 to 4. */
size_t jl_utf8_encode(uint32_t code_point, char out[4]);

/** @return the length of the longest well-formed prefix: text.len if all of it is. */
size_t jl_utf8_valid_prefix(jl_text text);

/** @return the largest cut <= limit that does not split a well-formed sequence of `text`. */
size_t jl_utf8_cut(jl_text text, size_t limit);

/** @return true for code points that can change how a terminal shows other text: C0, DEL, C1,
 *  U+2028, U+2029 and the bidirectional controls (U+061C, U+200E/F, U+202A-E, U+2066-9). */
bool jl_utf8_is_hostile(uint32_t code_point);

/** @return the columns a terminal gives a code point: 2 for wide East Asian letters and
 * pictographs, else 1 (combining marks too: columns are a guide for the eye here). */
size_t jl_utf8_columns(uint32_t code_point);

#endif
