#ifndef JL_RECORD_VALUE_COPY_H
#define JL_RECORD_VALUE_COPY_H
/**
 * Deep copies of values into one block, in two passes of the same code: the first only measures.
 */
#include "base/text.h"

#include <jsonlog/value.h>

/** Where copies go. With start NULL nothing is written and `used` tells what it would take. */
typedef struct jl_copy {
    char *start; /**< aligned for any type, or NULL */
    size_t used;
    bool is_too_large; /**< the size does not fit a size_t */
} jl_copy;

/** Take `count` times `size` bytes; NULL while measuring. */
void *jl_copy_take(jl_copy *copy, size_t count, size_t size);

/** Copy bytes, with a NUL behind them. @return the copy, or the original while measuring. */
const char *jl_copy_bytes(jl_copy *copy, const void *bytes, size_t len);

/** @param depth  how many values it stands in. @return the copy, pointing into the block. */
jsonlog_value jl_copy_value(jl_copy *copy, const jsonlog_value *value, unsigned depth);

#endif
