#ifndef JL_FILTER_TEXT_PATTERN_H
#define JL_FILTER_TEXT_PATTERN_H
/**
 * Text patterns: terms that occur in a line or do not.
 *
 *     text   = { blank } { item { blank } }
 *     item   = [ ( "-" | "?" ) { blank } ] ( word | phrase )
 *     word   = { letter | digit | "_" | "." | beyond ASCII }
 *     phrase = '"' { any but '"' | '\"' | '\\' } '"'             not empty
 *
 * Behind an item stands a blank, `-`, `?` or the end, so `a-b` is `a` without `b`. A `?` counts
 * only if every item has one; then one of them must occur. Terms are compared as bytes.
 */
#include "base/text.h"

#include <jsonlog/filter.h>

#include <stdint.h>

/* The shortest term is a letter, and a blank stands between two. */
#define JL_TERMS_MAX ((JSONLOG_PATTERN_MAX + 1) / 2)

typedef enum jl_term_kind {
    JL_TERM_REQUIRED,
    JL_TERM_EXCLUDED,
    JL_TERM_OPTIONAL,
} jl_term_kind;

typedef struct jl_term {
    jl_term_kind kind;
    jl_text text;   /**< what must be found, without escapes */
    jl_text source; /**< as the pattern spells it, sign included */
} jl_term;

typedef struct jl_text_program {
    size_t count;
    bool is_choice; /**< all terms are optional */
    jl_term terms[];
} jl_text_program;

/**
 * @param pattern  checked: well-formed UTF-8 without NUL, not too long. The program views it.
 * @param scratch  room for pattern.len bytes that the program views too.
 * @param out      set on success; free with jl_text_program_free().
 */
jsonlog_status jl_text_compile(jl_text pattern, char *scratch, jl_text_program **out,
                               jsonlog_err *err);

void jl_text_program_free(jl_text_program *program);

/** @return where the term occurs in the line first, whatever its sign; SIZE_MAX: nowhere. */
size_t jl_term_find(const jl_term *term, jl_text line);

static inline bool jl_term_occurs(const jl_term *term, jl_text line) {
    return jl_term_find(term, line) != SIZE_MAX;
}

/** Of the terms that count, is one enough, and has none more than `len` bytes? Then to find one is
 * to know that the line matches. A term with a newline is in no line of a buffer. */
bool jl_text_is_one_of(const jl_text_program *program, size_t len);

bool jl_text_match(const jl_text_program *program, jl_text line);

#endif
