#ifndef JL_ORACLE_ORACLE_H
#define JL_ORACLE_ORACLE_H
/**
 * The slow, obvious reference for CloudWatch JSON filter patterns; oracle_filter.h has the others.
 *
 * It shares no code with the library: it reads the whole line into a tree, the whole pattern into
 * another, and then does what the specification's table says, one node at a time. Text is held as
 * code points, numbers as decimal digits, so nothing here is clever enough to be wrong in a way the
 * engine could be. It allocates as it likes and aborts when there is no memory.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where the specification can be read in more than one way, the reading taken; one line each.
 */

/** The last code point that `\xhh` of a regular expression may name; 0x7F: only ASCII. */
#define ORACLE_LAST_HEX_ESCAPE 0xFF
/** Whether a NUL may stand between quotes of a pattern; jsonlog_filter_compile() says no. */
#define ORACLE_NUL_MAY_STAND false
/** Whether `.`, `[^a]` and `\W` match a lone surrogate; section 10.11: only `*` does. */
#define ORACLE_SURROGATE_IS_CHARACTER false
/** Whether `!= 5` is true of a token too large for a double; section 6.3 as for a word. */
#define ORACLE_INFINITE_TOKEN_DIFFERS true

/** Decoded text. A lone surrogate of a JSON escape stays the code point it names. */
typedef struct oracle_text {
    uint32_t *at;
    size_t len;
} oracle_text;

/** malloc() and realloc() that abort instead of failing. */
void *oracle_alloc(size_t bytes);
void *oracle_grow(void *memory, size_t bytes);

void oracle_text_push(oracle_text *text, uint32_t code_point);
bool oracle_text_equals(oracle_text a, oracle_text b);
/** The code points of ASCII bytes. */
oracle_text oracle_text_of_ascii(const char *bytes);
/** Bytes as UTF-8, NUL-terminated, to be freed; a surrogate becomes `surrogate_as`. */
char *oracle_text_to_utf8(oracle_text text, uint32_t surrogate_as, size_t *len);
/** Bytes as code points, each ill-formed byte as U+FFFD; to be freed. */
oracle_text oracle_text_of_bytes(const char *bytes, size_t len);
/** Length of the well-formed UTF-8 sequence at `at`, its code point in *out; 0: ill-formed. */
size_t oracle_utf8_next(const char *at, size_t len, uint32_t *out);

/* --- JSON -------------------------------------------------------------------------------- */

typedef enum oracle_kind {
    ORACLE_NULL,
    ORACLE_FALSE,
    ORACLE_TRUE,
    ORACLE_NUMBER,
    ORACLE_STRING,
    ORACLE_ARRAY,
    ORACLE_OBJECT,
} oracle_kind;

/** One JSON value; every duplicate member is kept, in the order of the text. */
typedef struct oracle_value {
    oracle_kind kind;
    oracle_text text;             /**< of a string, decoded */
    char *number;                 /**< source text of a number, NUL-terminated */
    oracle_text *names;           /**< of an object's members */
    struct oracle_value *members; /**< of an object or array */
    size_t count;
} oracle_value;

/** @return the one JSON value that the line is, or NULL if it is anything else. */
oracle_value *oracle_json_read(const char *line, size_t len);
void oracle_json_free(oracle_value *value);
/** @return the last member of that name; NULL if there is none or `object` is not an object. */
const oracle_value *oracle_json_member(const oracle_value *object, oracle_text name);
/** @return whether member `index` is the last of its name, and so the one that counts. */
bool oracle_json_counts(const oracle_value *object, size_t index);

/* --- numbers ----------------------------------------------------------------------------- */

/** (-1)^negative * 0.DIGITS * 10^exponent, without leading or trailing zeros; no digits: zero. */
typedef struct oracle_decimal {
    bool is_negative;
    char *digits;
    int64_t exponent;
} oracle_decimal;

/** Whether the whole token is of the grammar's `number`; *exponent is where that begins, or 0. */
bool oracle_is_number(oracle_text token, size_t *exponent);
/** Read `[+-] digits [. digits] [e [+-] digits]` exactly; the caller has checked the grammar. */
oracle_decimal oracle_decimal_read(const char *source);
void oracle_decimal_free(oracle_decimal *decimal);
/** @return below, at or above zero as a is below, at or above b. */
int oracle_decimal_compare(const oracle_decimal *a, const oracle_decimal *b);

/** A number of an event: integers are exact, all others are doubles. */
typedef struct oracle_number {
    bool is_infinite;
    oracle_decimal decimal; /**< not set if infinite */
    char *canonical;        /**< what globs, quoted text and regular expressions see */
} oracle_number;

oracle_number oracle_number_read(const char *source);
void oracle_number_free(oracle_number *number);

/* --- regular expressions ----------------------------------------------------------------- */

typedef struct oracle_regex oracle_regex;

/** @return NULL if the text between the percent signs is not of CloudWatch's dialect. */
oracle_regex *oracle_regex_parse(const uint32_t *at, size_t len);
void oracle_regex_free(oracle_regex *regex);
bool oracle_regex_search(const oracle_regex *regex, oracle_text subject);

/* --- patterns ---------------------------------------------------------------------------- */

/** The columns of the specification's table of comparisons. */
typedef enum oracle_column {
    ORACLE_EQ_TEXT,
    ORACLE_NE_TEXT,
    ORACLE_EQ_NUMBER,
    ORACLE_NE_NUMBER,
    ORACLE_LT,
    ORACLE_GT,
    ORACLE_LE,
    ORACLE_GE,
    ORACLE_EQ_REGEX,
    ORACLE_NE_REGEX,
    ORACLE_IS_NULL,
    ORACLE_IS_TRUE,
    ORACLE_IS_FALSE,
    ORACLE_NOT_EXISTS,
    ORACLE_COLUMNS,
} oracle_column;

typedef enum oracle_step_kind {
    ORACLE_STEP_NAME,
    ORACLE_STEP_INDEX,
    ORACLE_STEP_WILD,
} oracle_step_kind;

typedef struct oracle_step {
    oracle_step_kind kind;
    oracle_text name;
    size_t index; /**< SIZE_MAX for an index too large to be one */
} oracle_step;

/** A condition, or two expressions joined. */
typedef struct oracle_node {
    enum { ORACLE_CONDITION, ORACLE_AND, ORACLE_OR, ORACLE_NAME } kind; /**< NAME: a mere name */
    struct oracle_node *left, *right;
    oracle_step *steps;
    size_t step_count;
    oracle_column column;
    oracle_text literal;    /**< of a text comparison; of a number its source text */
    oracle_decimal decimal; /**< of a number comparison */
    oracle_regex *regex;
} oracle_node;

/** @return the tree of a JSON pattern, or NULL: the pattern is refused. */
oracle_node *oracle_pattern_parse(const char *pattern, size_t len);
void oracle_pattern_free(oracle_node *node);

/* --- matching ---------------------------------------------------------------------------- */

/** The rows of the table: what a selector found. */
typedef enum oracle_row {
    ORACLE_ROW_STRING,
    ORACLE_ROW_NUMBER,
    ORACLE_ROW_INFINITE,
    ORACLE_ROW_BOOL,
    ORACLE_ROW_NULL,
    ORACLE_ROW_OBJECT,
    ORACLE_ROW_ARRAY,
    ORACLE_ROW_MISSING,
    ORACLE_ROWS,
} oracle_row;

/** What a wildcard selector met. */
typedef enum oracle_wild {
    ORACLE_WILD_NO_PARENT, /**< the node before the wildcard does not exist */
    ORACLE_WILD_NOTHING,   /**< it exists, and nothing was selected */
    ORACLE_WILD_SELECTED,
    ORACLE_WILDS,
} oracle_wild;

/** Told of every condition that is evaluated; all are, the verdict of another skips none. */
typedef struct oracle_observer {
    void (*plain)(void *context, oracle_row row, oracle_column column, bool verdict);
    void (*wild)(void *context, oracle_wild wild, oracle_column column, bool verdict);
    void *context;
} oracle_observer;

/** Whether the text of a value equals the condition's text, glob or regular expression. */
bool oracle_text_passes(const oracle_node *condition, oracle_text value);
/** Whether the number stands to the condition's number as its column says; `!=` counts as `=`. */
bool oracle_number_passes(const oracle_node *condition, const oracle_number *number);
/** @return the node that steps without a wildcard lead to from the event; NULL: a missing one. */
const oracle_value *oracle_follow(const oracle_value *node, const oracle_step *steps, size_t count);
/** @return the row of a node; NULL is a missing one. */
oracle_row oracle_row_of(const oracle_value *node);
/** @return the verdict for an event, NULL being a line that is not JSON; `observer` may be NULL. */
bool oracle_match(const oracle_node *pattern, const oracle_value *event,
                  const oracle_observer *observer);
/** The same from text. */
bool oracle_match_line(const oracle_node *pattern, const char *line, size_t len);

#endif
