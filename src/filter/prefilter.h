#ifndef JL_FILTER_PREFILTER_H
#define JL_FILTER_PREFILTER_H
/**
 * What the raw bytes of a line must hold for the line to match: most lines are told from it alone.
 *
 * Of `a && b` either side will do, of `a || b` both are needed. Only what cannot be spelled another
 * way counts: a text that might also be a number's (`"404"` is 4.04e2's text as well) does not.
 */
#include "filter/needle.h"

#define JL_PREFILTER_NEEDLES 3

struct jl_json_program;
struct jl_text_program;

/** Nothing is known if there are none. */
typedef struct jl_prefilter {
    size_t count; /**< one of them must be found */
    jl_needle needles[JL_PREFILTER_NEEDLES];
} jl_prefilter;

/** What a JSON pattern's matches must hold. */
void jl_prefilter_of_json(jl_prefilter *prefilter, const struct jl_json_program *program);

/** What a text pattern's matches must hold. */
void jl_prefilter_of_text(jl_prefilter *prefilter, const struct jl_text_program *program);

/** @return the first place of a needle, or of an escape that could hide one; NULL: nothing there
 * matches. With no needle at all that is `at`. */
const char *jl_prefilter_find(const jl_prefilter *prefilter, const char *at, const char *end);

#endif
