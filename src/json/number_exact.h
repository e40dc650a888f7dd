#ifndef JL_JSON_NUMBER_EXACT_H
#define JL_JSON_NUMBER_EXACT_H
/** The slow and certain half of reading a number: whole-number arithmetic of any needed length. */
#include "base/text.h"

#include <stdint.h>

/** The value 0.DIGITS * 10^point, sign apart. */
typedef struct jl_digits {
    jl_text digits; /**< from the first digit that is not 0; may contain one `.` */
    int64_t point;
} jl_digits;

/**
 * Compare a decimal number with c * 2^q.
 *
 * @param number  within a factor of two of c * 2^q, so that the sizes below are enough.
 * @param c       not 0.
 * @param q       -1075 to 970.
 * @return less than, equal to or greater than 0 as the number is less, equal or greater.
 */
int jl_digits_compare(jl_digits number, uint64_t c, int q);

#endif
