#ifndef JL_ORACLE_FILTER_H
#define JL_ORACLE_FILTER_H
/**
 * The slow, obvious reference for text patterns, stand-alone regular expressions, space-delimited
 * patterns and what these extract; and for any pattern, whose first character chooses its kind.
 *
 * Readings taken where the specification leaves room, beside those of oracle.h:
 * - Text patterns compare bytes. Tokens and regular expressions see U+FFFD for an ill-formed byte.
 * - A token is a number by the grammar's `number` (`+1`, `.5` and `007` too); without fraction and
 *   exponent it is exact, else a double, as in an event.
 * - `[]` and `[ ]` are `[...]`. A mere name within an expression (`[a || a = 1]`) is true.
 * - A blank may follow `?` as it may follow `-`.
 * - Phrases know the escapes `\"` and `\\`; any other backslash is itself, in text patterns too.
 */
#include "oracle.h"

/* --- text patterns ----------------------------------------------------------------------- */

typedef struct oracle_term {
    char sign; /**< '-', '?', or NUL for none */
    bool is_phrase;
    char *bytes;
    size_t len;
} oracle_term;

typedef struct oracle_terms {
    oracle_term *at;
    size_t count;
} oracle_terms;

/** @return the terms of a text pattern, or NULL: the pattern is refused. */
oracle_terms *oracle_terms_parse(const char *pattern, size_t len);
void oracle_terms_free(oracle_terms *terms);
bool oracle_term_occurs(const oracle_term *term, const char *line, size_t len);
/** @return whether every term has a `?`; else those that have one are ignored. */
bool oracle_terms_are_optional(const oracle_terms *terms);
bool oracle_terms_match(const oracle_terms *terms, const char *line, size_t len);

/* --- splitting a line -------------------------------------------------------------------- */

/** A token of a line: views of it. */
typedef struct oracle_token {
    const char *raw; /**< where it starts, its delimiter included */
    const char *at;  /**< what it says, delimiters dropped */
    size_t len;
} oracle_token;

typedef struct oracle_tokens {
    oracle_token *at; /**< to be freed */
    size_t count;
} oracle_tokens;

oracle_tokens oracle_split(const char *line, size_t len);

/* --- space-delimited patterns ------------------------------------------------------------ */

typedef struct oracle_field {
    bool is_ellipsis;
    oracle_text name;        /**< empty: unnamed */
    oracle_node *expression; /**< NULL: anything will do */
} oracle_field;

typedef struct oracle_fields {
    oracle_field *at;
    size_t count;
} oracle_fields;

/** @return the fields of a space-delimited pattern, or NULL: the pattern is refused. */
oracle_fields *oracle_fields_parse(const char *pattern, size_t len);
void oracle_fields_free(oracle_fields *fields);

/** What one token, or the rest of the line, is bound to; `field` is NULL if `...` took it. */
typedef struct oracle_bound {
    const oracle_field *field;
    const char *at;
    size_t len;
} oracle_bound;

typedef struct oracle_binding {
    bool is_bound;    /**< the line has tokens enough */
    bool is_greedy;   /**< the last one is the rest of the line, for more than one token */
    oracle_bound *at; /**< in the order of the line; to be freed */
    size_t count;
} oracle_binding;

oracle_binding oracle_bind(const oracle_fields *fields, const char *line, size_t len);
/** @return the verdict of an expression on the text of its field. */
bool oracle_field_passes(const oracle_node *expression, const char *at, size_t len);
bool oracle_fields_match(const oracle_fields *fields, const char *line, size_t len);

/* --- any pattern ------------------------------------------------------------------------- */

typedef enum oracle_filter_kind {
    ORACLE_FILTER_ALL,
    ORACLE_FILTER_TEXT,
    ORACLE_FILTER_REGEX,
    ORACLE_FILTER_JSON,
    ORACLE_FILTER_FIELDS,
} oracle_filter_kind;

typedef struct oracle_filter {
    oracle_filter_kind kind;
    oracle_terms *terms;
    oracle_regex *regex;
    oracle_node *json;
    oracle_fields *fields;
} oracle_filter;

/** @return NULL: the pattern is refused. */
oracle_filter *oracle_filter_parse(const char *pattern, size_t len);
void oracle_filter_free(oracle_filter *filter);
bool oracle_filter_match(const oracle_filter *filter, const char *line, size_t len);

/** A value of `extractedValues`. */
typedef struct oracle_extracted {
    char *name;     /**< `$status` or `$3`, NUL-terminated UTF-8 */
    const char *at; /**< a view of the line */
    size_t len;
} oracle_extracted;

/** @return the values that a line which matches gives, in its order; NULL: it does not match. */
oracle_extracted *oracle_extract(const oracle_filter *filter, const char *line, size_t len,
                                 size_t *count);
void oracle_extracted_free(oracle_extracted *values, size_t count);

#endif
