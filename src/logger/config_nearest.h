#ifndef JL_LOGGER_CONFIG_NEAREST_H
#define JL_LOGGER_CONFIG_NEAREST_H
/** Which of the known words somebody may have meant. */
#include "base/text.h"

/** The best candidate so far; start with zeros. */
typedef struct jl_nearest {
    const char *word; /**< NULL: none is near */
    size_t distance;
} jl_nearest;

/** Look at one more candidate. Near is: a third of the letters differ at most, case aside. */
void jl_nearest_offer(jl_nearest *nearest, const char *meant, const char *candidate);

#endif
