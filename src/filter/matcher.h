#ifndef JL_FILTER_MATCHER_H
#define JL_FILTER_MATCHER_H
/** From a line to a verdict. Nothing here allocates, locks, recurses or changes errno. */
#include "filter/program.h"

/** Is the line one JSON object, and if not, where and why does it stop being one? */
typedef struct jl_json_check {
    jl_scan_fault fault;
    size_t offset;
} jl_json_check;

/**
 * Run a JSON pattern over a line.
 *
 * @param verdicts  NULL, or room for one verdict a condition, in the order of the pattern; all
 * false when the line is not one JSON object.
 * @param check     NULL, or receives what is wrong with the line.
 */
bool jl_json_match(const jl_json_program *program, jl_text line, bool *verdicts,
                   jl_json_check *check);

/**
 * jl_json_match() for a program whose steps are all names: without a look at keys that nobody asks
 * for, and only a line that would match is checked to be JSON.
 *
 * @param reader  at the beginning of a line; afterwards its `end` is that of the line.
 */
bool jl_names_match(const jl_json_program *program, jl_bits_reader *reader);

bool jl_delimited_match(const jl_delimited_program *program, jl_text line);

#endif
