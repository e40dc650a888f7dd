#ifndef JL_JSON_ESCAPE_H
#define JL_JSON_ESCAPE_H
/**
 * Bytes to the inside of a JSON string (RFC 8259 section 7): always valid JSON in valid UTF-8,
 * whatever the bytes are.
 *
 * Escaped: `"` `\` and U+0000-U+001F (the five short forms \b \t \n \f \r, else \u00XX in
 * lower-case hex).
 * `/` and DEL stay as they are unless an option says otherwise.
 */
#include "base/buffer.h"
#include "base/text.h"

/** Options, or-ed together. */
enum {
    JL_ESCAPE_ASCII =
        1u << 0, /**< everything beyond ASCII, and DEL, as \uXXXX, surrogate pairs included */
    JL_ESCAPE_SEPARATORS = 1u << 1, /**< U+2028 and U+2029 as \u2028 and \u2029 */
    JL_ESCAPE_BYTES = 1u << 2, /**< an ill-formed byte as the four characters \xNN (so `\\xNN` in
                                    JSON) instead of one U+FFFD */
};

/** No limit for jl_escape_append(). */
#define JL_ESCAPE_UNLIMITED SIZE_MAX

/** Where an escape stopped. */
typedef struct jl_escaped {
    size_t taken;  /**< bytes of the input that were written */
    bool is_whole; /**< false: the limit cut the text and the mark was written */
} jl_escaped;

/**
 * Append `text` without quotes.
 *
 * @param limit  the most bytes to append, mark included. A longer text is cut on a code point
 * (never inside an escape) and the mark `…` (U+2026; `\u2026` with JL_ESCAPE_ASCII) follows if it
 * fits the limit too. The input is not read further than needed to know that.
 */
jl_escaped jl_escape_append(jl_buffer *out, jl_text text, unsigned options, size_t limit);

/** Write `text` without quotes and options into plain memory from `out` to `end`.
 * @return the end of what was written; NULL if it does not fit: then what is there is undefined. */
char *jl_escape_put(char *out, const char *end, jl_text text);

/** Append `text` in quotes, without limit: whole, or nothing with the status of `out` set. */
void jl_escape_append_string(jl_buffer *out, jl_text text, unsigned options);

/** @return true if the bytes may stand inside a JSON string as they are: valid UTF-8, nothing to
 * escape. */
bool jl_escape_is_plain(jl_text text);

#endif
