#ifndef JSONLOG_LINT_H
#define JSONLOG_LINT_H
/**
 * Lint: patterns that are legal but cannot mean what was written, and what to write instead of
 * patterns that are not legal.
 *
 *     jsonlog_lint *lint = NULL;
 *     const char *pattern = "{ $.status = \"200\" || $.ok = true }";
 *     if (jsonlog_lint_pattern(pattern, strlen(pattern), &lint, &err) != JSONLOG_OK)
 *         return complain(&err);
 *     for (size_t i = 0; i < jsonlog_lint_count(lint); i++)
 *         puts(jsonlog_lint_get(lint, i)->text);
 *     jsonlog_lint_free(lint);
 *
 * With sample lines it also says which selectors never occur and which occur with another type
 * only; and it takes back what the sample refutes (a `!=` on a field that every line has, a quoted
 * number where the field is always a string). A finding is a claim: ALWAYS_FALSE, ALWAYS_TRUE and
 * DUPLICATE are proven from the meaning of the comparisons, the others name a known trap.
 *
 * Not for hot paths: it allocates. A lint belongs to one thread at a time.
 */
#include <jsonlog/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The longest key of the sample, in bytes, that is remembered as what a misspelt one may have
 *  meant. Of a sample nothing else is kept but counts, so it may be as long as you like. */
#define JSONLOG_LINT_KEY_MAX 128

/** What a finding is about. Numbers are stable. */
#define JSONLOG_LINT_LIST(X)                                                                       \
    X(OPTIONAL_IGNORED, 1)  /* ?term beside a term without ?: CloudWatch ignores it */             \
    X(UNQUOTED_MINUS, 2)    /* a-b is "a but not b" */                                             \
    X(QUOTED_NUMBER, 3)     /* a number in quotes is text: 1.0 does not equal "1" */               \
    X(BARE_BOOLEAN, 4)      /* = true matches only the text "true"; IS TRUE */                     \
    X(NOT_EQUAL_MISSING, 5) /* != is false where the field is missing; || NOT EXISTS */            \
    X(DOTTED_KEY, 6)        /* the sample has the key "a.b": .['a.b'] */                           \
    X(EXISTS, 7)            /* there is no EXISTS: = * */                                          \
    X(REGEX_QUOTA, 8)       /* more regular expressions than CloudWatch takes */                   \
    X(ALWAYS_FALSE, 9)      /* a condition or a pair of them that nothing can satisfy */           \
    X(ALWAYS_TRUE, 10)      /* a pattern, or alternatives of it, that exclude nothing */           \
    X(NEVER_SEEN, 11)       /* the sample never has this selector */                               \
    X(OTHER_TYPE, 12)       /* the sample has it, but never with a type this comparison can use */ \
    X(STAR_IN_TEXT, 13)     /* a star in a text pattern's phrase is an ordinary character */       \
    X(SYNTAX, 14)           /* the pattern does not compile; a hint where one is known */          \
    X(DUPLICATE, 15)        /* the same condition twice */                                         \
    X(REGEX_ANCHORS, 16)    /* a `.` of an address or a name that stands for any character */      \
    X(WORD_OPERATOR, 17)    /* AND, OR and NOT are ordinary words in a text pattern */             \
    X(BRACKETS, 18)         /* [ERROR] names a field of a space-delimited line; "[ERROR]" */       \
    X(CURLY_QUOTES, 19)     /* typographic quotes are ordinary characters */

typedef enum jsonlog_lint_code {
#define JSONLOG_LINT_ENUM(name, value) JSONLOG_LINT_##name = (value),
    JSONLOG_LINT_LIST(JSONLOG_LINT_ENUM)
#undef JSONLOG_LINT_ENUM
} jsonlog_lint_code;

/** One finding; borrowed from the lint, until it gets another sample line or is freed. */
typedef struct jsonlog_finding {
    jsonlog_lint_code code;
    size_t offset;    /**< in the pattern, in bytes */
    size_t len;       /**< of the part that is meant; 0 where something is missing */
    const char *text; /**< one sentence, safe to show on a terminal */
    const char
        *suggestion; /**< the whole pattern as it may have been meant, which compiles; spelled
                          with the pattern's own bytes; NULL where there is no safe guess */
} jsonlog_finding;

typedef struct jsonlog_lint jsonlog_lint;

/**
 * Look at a pattern.
 *
 * A pattern that does not compile gives at least one finding with the code SYNTAX, EXISTS or
 * REGEX_QUOTA, and JSONLOG_OK; several hints for one pattern share one suggestion that heeds them
 * all.
 *
 * @param pattern  any bytes, not NUL-terminated; read during the call. NULL only if len is 0.
 * @param out      set on success; free with jsonlog_lint_free().
 * @param err      may be NULL.
 * @return JSONLOG_OK, JSONLOG_E_INVALID (NULL), JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_status jsonlog_lint_pattern(const char *pattern, size_t len, jsonlog_lint **out,
                                                jsonlog_err *err);

/**
 * Add a sample line; call it for as many as you like. Lines that are no JSON object say nothing
 * about a JSON pattern; other kinds of patterns learn nothing from a sample.
 *
 * @return JSONLOG_OK, JSONLOG_E_NOMEM (the line counts for nothing then), JSONLOG_E_INVALID (NULL).
 */
JSONLOG_API jsonlog_status jsonlog_lint_sample(jsonlog_lint *lint, const char *line, size_t len);

/**
 * Work out the findings, those of the sample included. The two functions below do it on first use;
 * call it where running out of memory must not go unnoticed.
 *
 * @return JSONLOG_OK, or JSONLOG_E_NOMEM: then there are no findings to read, and calling again
 * tries again. JSONLOG_E_INVALID for NULL.
 */
JSONLOG_API jsonlog_status jsonlog_lint_finish(jsonlog_lint *lint);

/** @return how many findings there are. `lint` must not be NULL. */
JSONLOG_API size_t jsonlog_lint_count(jsonlog_lint *lint);

/** @return finding `index`, in the order of the pattern; NULL beyond the last. */
JSONLOG_API const jsonlog_finding *jsonlog_lint_get(jsonlog_lint *lint, size_t index);

/** @return the name of a code, e.g. "OPTIONAL_IGNORED"; static storage; never NULL. */
JSONLOG_API const char *jsonlog_lint_code_name(jsonlog_lint_code code);

/** Free a lint. NULL does nothing. */
JSONLOG_API void jsonlog_lint_free(jsonlog_lint *lint);

#ifdef __cplusplus
}
#endif
#endif
