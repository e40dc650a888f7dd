#ifndef JL_JSON_TEXT_STEPS_H
#define JL_JSON_TEXT_STEPS_H
/**
 * Long texts on their way into a JSON string, a vector at a time where the processor has vectors
 * (base/cpu.h): looked at and copied in one pass, UTF-8 checked only in steps that hold some.
 *
 * UTF-8 is checked as John Keiser and Daniel Lemire do it ("Validating UTF-8 in less than one
 * instruction per byte", 2020): three tables, one for each half of a byte and one for the upper
 * half of the next, say which errors two bytes in a row may be part of, and what they agree on is
 * one; whether a third and fourth byte has to follow is seen from the byte two and three before.
 *
 * Where there are no such vectors, nothing is taken. What is left may be fit too: who asks goes on
 * byte by byte.
 */
#include <stddef.h>

/** Shorter texts are not worth the call. The longest step, and the three bytes before it that its
 * first ones may belong to. */
#define JL_TEXT_STEPS_MIN (64 + 3)

/** How far the steps went. */
typedef struct jl_text_steps {
    size_t taken; /**< of the text; ends on a code point */
    size_t written;
} jl_text_steps;

/**
 * Write a text as the inside of a JSON string, as far as it is well-formed UTF-8 and surely finds
 * room: below U+0020, `"` and `\` escaped, all else as it is.
 *
 * @param room  of `out`; what is behind the bytes written is undefined.
 */
jl_text_steps jl_text_steps_put(char *out, size_t room, const char *text, size_t len);

/** How many bytes at the start of a text may stand in a JSON string as they are; ends on a code
 * point. */
size_t jl_text_steps_plain(const char *text, size_t len);

/** jl_copy_plain() of json/plain_copy.h. @param len  JL_TEXT_STEPS_MIN at least. */
size_t jl_text_steps_copy(char *out, const char *text, size_t len);

#endif
