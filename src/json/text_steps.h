#ifndef JL_JSON_TEXT_STEPS_H
#define JL_JSON_TEXT_STEPS_H
/**
 * Texts beyond ASCII, looked at 32 bytes at a time where the processor can (AVX2, asked at run
 * time), for those who otherwise go code point by code point.
 *
 * UTF-8 is checked as John Keiser and Daniel Lemire do it ("Validating UTF-8 in less than one
 * instruction per byte", 2020): three tables, one for each half of a byte and one for the upper
 * half of the next, say which errors two bytes in a row may be part of, and what they agree on is
 * one; whether a third and fourth byte has to follow is seen from the byte two and three before.
 */
#include <stddef.h>

/** How many bytes at the start of a text are well-formed UTF-8 and may stand in a JSON string as
 * they are (nothing below U+0020, no `"`, no `\`), as far as that shows in such steps: ends on a
 * code point, and what follows may be fit too, so who asks goes on byte by byte. */
size_t jl_plain_text_steps(const char *text, size_t len);

#endif
