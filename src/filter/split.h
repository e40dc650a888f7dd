#ifndef JL_FILTER_SPLIT_H
#define JL_FILTER_SPLIT_H
/**
 * The tokens of a line, as space-delimited patterns see them.
 *
 *     127.0.0.1 - [10/Oct/2000:13:25:15 -0700] "GET / HTTP/1.0" 200
 *     1         2 3                            4                5
 *
 * Spaces and tabs divide. A token that starts with `"` runs to the next `"`, one that starts with
 * `[` to the next `]`, without these two; the next token may follow at once. Without its partner
 * such a character is like any other, and so is every one inside a token. There are no escapes.
 */
#include "base/text.h"

typedef struct jl_splitter {
    const char *line;
    const char *at;
    const char *end;
    const char *start;   /**< where the latest token starts in the line, delimiter included */
    bool has_no_bracket; /**< known: no `]` stands further on */
} jl_splitter;

static inline jl_splitter jl_split_begin(jl_text line) {
    const char *start = line.ptr == NULL ? "" : line.ptr;
    return (jl_splitter){.line = start, .at = start, .end = start + line.len, .start = start};
}

/** @return false if there is no further token; else *token views the line. */
bool jl_split_next(jl_splitter *splitter, jl_text *token);

#endif
