#ifndef JL_RECORD_LEVEL_H
#define JL_RECORD_LEVEL_H
/** The names that levels were given, and reading them. */
#include "base/hidden.h"

#include <stdbool.h>

#define JL_LEVEL_COUNT 256

/** Atomic; a text in here stays valid for ever. NULL: the level has the name it was born with. */
JL_EXTERN const char *jl_level_given[JL_LEVEL_COUNT];

/** @param level  below JL_LEVEL_COUNT, not negative. */
static inline const char *jl_level_given_name(int level) {
    return __atomic_load_n(&jl_level_given[level], __ATOMIC_ACQUIRE);
}

/** As jsonlog_level_parse(), for who has nobody to complain to. @return whether it was a level. */
bool jl_level_read(const char *name, int *level);

#endif
