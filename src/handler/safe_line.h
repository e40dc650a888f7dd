#ifndef JL_HANDLER_SAFE_LINE_H
#define JL_HANDLER_SAFE_LINE_H
/**
 * A line made in a signal handler: no allocation, no locale, no stdio. What does not fit is left
 * out as a whole and said so.
 */
#include "base/text.h"

#include <stdint.h>

typedef struct jl_safe_line {
    char *text; /**< the caller's */
    size_t size;
    size_t len;
    bool is_cut; /**< something did not fit; nothing is added from there on */
} jl_safe_line;

void jl_safe_append(jl_safe_line *line, jl_text bytes);
/** As the inside of a JSON string: valid UTF-8, escaped; an ill-formed byte becomes U+FFFD. */
void jl_safe_append_escaped(jl_safe_line *line, jl_text text);
void jl_safe_append_unsigned(jl_safe_line *line, uint64_t number);
void jl_safe_append_signed(jl_safe_line *line, int64_t number);
/** `0x` and lower case digits. */
void jl_safe_append_hex(jl_safe_line *line, uint64_t number);
/** Decimal digits with zeroes in front. */
void jl_safe_append_digits(jl_safe_line *line, uint64_t number, unsigned width);

#endif
