#ifndef JL_HANDLER_ROTATED_NAME_H
#define JL_HANDLER_ROTATED_NAME_H
/**
 * The names of files that were put aside: made, and recognised again. What is not exactly of this
 * form is not ours.
 *
 *     BASE.NUMBER[.gz|.zst]             number: 1 to 999,999, no leading zero
 *     BASE.YYYYMMDD-HHMMSS[-AGAIN][.gz|.zst]
 *     BASE.part-INODE                   being compressed
 */
#include "handler/rotation_time.h"

#define JL_ROTATED_NUMBER_MAX 999999

/** What follows the base and a dot: room for the longest suffix, with its NUL. */
#define JL_ROTATED_SUFFIX_SIZE 48

typedef struct jl_rotated_name {
    unsigned number; /**< of a numbered file, or which one of those with the same stamp (from 1) */
    char stamp[JL_STAMP_SIZE]; /**< "" for a number */
    jsonlog_compression compression;
    bool is_part; /**< the inode is not kept */
} jl_rotated_name;

/** @return whether `name` is one of this base's, in this style or a part. */
bool jl_rotated_name_parse(const char *base, jsonlog_naming style, const char *name,
                           jl_rotated_name *out);

/** ".3.gz" */
void jl_rotated_name_suffix(const jl_rotated_name *name, char out[JL_ROTATED_SUFFIX_SIZE]);

/** "", ".gz" or ".zst" */
const char *jl_compression_suffix(jsonlog_compression compression);

/** Below 0 if `a` was put aside after `b`. */
int jl_rotated_name_compare(const jl_rotated_name *a, const jl_rotated_name *b);

#endif
