#ifndef JL_FILTER_LINT_HINT_H
#define JL_FILTER_LINT_HINT_H
/**
 * Hints for patterns that do not compile: the pattern is read with a blind eye for the mistakes
 * people make who come from SQL, jq, C or Logs Insights, and written again as it may have been
 * meant. Shared only by lint_hint*.c.
 *
 * Each mistake gives a hint. If all that was written again compiles it is the suggestion of all
 * hints; if some part could not be understood (`is_lost`), the hints stand without one.
 */
#include "base/buffer.h"

#include <jsonlog/lint.h>

/* More say nothing that the first ones do not. */
#define JL_HINTS_MAX 16

typedef struct jl_hint {
    jsonlog_lint_code code;
    size_t offset;
    size_t len;
    const char *text;
} jl_hint;

typedef struct jl_rewrite {
    jl_text pattern;
    size_t at;  /**< what is read next */
    size_t end; /**< where reading ends: the closing bracket, or the end of the pattern */
    jl_buffer out;
    jl_hint hints[JL_HINTS_MAX];
    size_t hint_count;
    bool is_lost;
    bool is_delimited;
} jl_rewrite;

/* --- reading: lint_hint_read.c -----------------------------------------------------------------
 */

/** @return the byte at `at` plus `ahead`; NUL behind the end. */
char jl_hint_peek(const jl_rewrite *rewrite, size_t ahead);
bool jl_hint_is_at(const jl_rewrite *rewrite, const char *text);
/** @return true if this word, in upper or lower case and ended by something else, is next. */
bool jl_hint_is_word(const jl_rewrite *rewrite, const char *word);
/** Step over the word and the blanks behind it if it is next. */
bool jl_hint_take_word(jl_rewrite *rewrite, const char *word);
void jl_hint_skip_blanks(jl_rewrite *rewrite);
/** Copy blanks to the output. */
void jl_hint_copy_blanks(jl_rewrite *rewrite);
/** Copy the next `len` bytes. */
void jl_hint_copy(jl_rewrite *rewrite, size_t len);
/** Write something else instead of the next `len` bytes. */
void jl_hint_replace(jl_rewrite *rewrite, size_t len, const char *text);
void jl_hint_write(jl_rewrite *rewrite, jl_text text);
/** Take back what was written behind `len`. A buffer that ran out of memory stays so. */
void jl_hint_cut(jl_rewrite *rewrite, size_t len);
/** A text in double quotes, with its escapes. */
void jl_hint_write_phrase(jl_rewrite *rewrite, jl_text text);
/** Note a mistake at [offset, end). */
void jl_hint_note(jl_rewrite *rewrite, jsonlog_lint_code code, size_t offset, size_t end,
                  const char *text);

typedef enum jl_quote { JL_QUOTE_NONE, JL_QUOTE_DOUBLE, JL_QUOTE_SINGLE, JL_QUOTE_CURLY } jl_quote;

/** Which quotation mark stands at an offset, and how many bytes it has. */
jl_quote jl_hint_quote(const jl_rewrite *rewrite, size_t at, size_t *len);

/**
 * Read a text in quotation marks of any kind.
 *
 * @param inside  set to what stands between them, escapes and all.
 * @return false if there is none, or it does not end; `at` has not moved then.
 */
bool jl_hint_read_quoted(jl_rewrite *rewrite, jl_text *inside, jl_quote *quote);

/* --- the parts ---------------------------------------------------------------------------------
 */

void jl_hint_json(jl_rewrite *rewrite);
void jl_hint_text(jl_rewrite *rewrite);
void jl_hint_selector(jl_rewrite *rewrite);

/** How the value behind an operator is to be read. */
typedef enum jl_value_mode {
    JL_VALUE_EQUAL,
    JL_VALUE_SIZE,
    JL_VALUE_CONTAINS, /**< stars round it */
    JL_VALUE_LIKE,     /**< SQL's percent signs are stars */
    JL_VALUE_REGEX,
} jl_value_mode;

void jl_hint_value(jl_rewrite *rewrite, jl_value_mode mode);

/** A regular expression from its percent sign on. */
void jl_hint_regex(jl_rewrite *rewrite);
/** Write the inside of one between percent signs, without what the dialect does not have. */
void jl_hint_write_regex(jl_rewrite *rewrite, jl_text body);
/** @return true if the slash at `at` begins `/expression/`; *end is set to the closing one. */
bool jl_hint_is_slashed(const jl_rewrite *rewrite, size_t *end);

#endif
