#ifndef JL_FILTER_PROGRAM_H
#define JL_FILTER_PROGRAM_H
/**
 * What a filter pattern compiles to: immutable, one block of memory beside its regular expressions.
 *
 * The selectors of all conditions form one trie, so a line is walked once however many conditions
 * there are. Conditions are numbered in the order in which a walk of the trie meets them, parents
 * first; so the conditions at and below a node are the range [first, end), and a key that comes
 * a second time withdraws all that was found below it by clearing that range.
 */
#include "filter/glob.h"
#include "filter/name_edge.h"
#include "filter/parser.h"
#include "filter/prefilter.h"
#include "filter/text_pattern.h"
#include "json/line_bits.h"

/** A text with stars; also matched on strings with escapes, in one pass (see glob_escaped.h). */
typedef struct jl_wildcard_text {
    jl_glob glob;
    const uint16_t *failure; /**< of all pieces, one behind the other */
} jl_wildcard_text;

typedef enum jl_test_operand {
    JL_TEST_NOTHING,
    JL_TEST_NUMBER,
    JL_TEST_TEXT,
    JL_TEST_WILDCARD,
    JL_TEST_REGEX,
} jl_test_operand;

typedef struct jl_condition {
    jl_operator operation;
    jl_test_operand operand;
    bool is_wild;      /**< its selector has a wildcard */
    jl_literal text;   /**< of TEXT; of NUMBER: as the pattern spells it */
    jl_decimal number; /**< of NUMBER */
    jl_wildcard_text wildcard;
    jl_regex *regex; /**< owned */
    /* For reports only: */
    jl_text source;
    jl_text selector; /**< of a field its reference, `$name` */
    jl_text literal;  /**< the operand, as the pattern spells it */
    const jl_step *steps;
    size_t step_count;
} jl_condition;

typedef struct jl_index_edge {
    uint64_t index;
    uint16_t node;
} jl_index_edge;

/** Keys with different bits are different, if neither has an escape. */
static inline uint64_t jl_key_bit(const char *key, size_t len) {
    return UINT64_C(1) << ((len * 8 + (len == 0 ? 0 : (unsigned char)key[0])) % 64);
}

/** A place in the event that some selector goes through. Node 0 is `$`. */
typedef struct jl_node {
    const jl_name_edge *names;
    const jl_index_edge *indexes;
    uint16_t name_count;
    uint16_t index_count;
    uint64_t name_sieve; /**< the jl_key_bit() of each name; all of them if one can be spelled with
                              ill-formed bytes */
    uint16_t any;        /**< the node of the wildcard step; 0 if there is none */
    uint16_t first;      /**< conditions at this node: [first, own_end) */
    uint16_t own_end;    /**< conditions below it: [own_end, end) */
    uint16_t end;
    uint8_t slot;    /**< with `any`: which of the pattern's wildcard parents this is */
    bool is_wild;    /**< a wildcard step leads to it */
    bool wants_null; /**< an IS NULL condition here looks into an array */
} jl_node;

typedef struct jl_json_program {
    const jl_node *nodes;
    size_t node_count;
    jl_condition *conditions; /**< in trie order */
    size_t condition_count;
    const uint16_t *in_order; /**< the conditions in the order of the pattern */
    const uint16_t *joints;   /**< postfix, numbers in trie order */
    size_t joint_count;
    size_t slot_count;      /**< nodes with a wildcard step below them */
    bool holds_for_nothing; /**< lines match in which no condition has found anything */
    bool is_of_names;       /**< every step is a name: jl_names_match() can be asked */
    jl_sieve sieve;         /**< of those names */
} jl_json_program;

/** An entry of a space-delimited pattern, `...` left out. */
typedef struct jl_field {
    jl_text reference;      /**< `$name`; empty: the field has no name */
    const uint16_t *joints; /**< in the program's joints */
    uint16_t joint_count;   /**< 0: any token will do */
} jl_field;

typedef struct jl_delimited_program {
    const jl_field *fields;
    size_t field_count;
    size_t before;            /**< fields in front of `...`; all of them if there is none */
    bool has_rest;            /**< there is `...`, or no field at all, which means the same */
    jl_condition *conditions; /**< in the order of the pattern */
    size_t condition_count;
} jl_delimited_program;

struct jsonlog_filter {
    jsonlog_filter_kind kind;
    /* One of these, as the kind says; all of them NULL for JSONLOG_FILTER_ALL. */
    jl_json_program *json;
    jl_text_program *text;
    jl_regex *regex;
    jl_delimited_program *delimited;
    jl_prefilter prefilter;
    bool is_settled; /**< by its needles: a line in which one stands matches */
    jl_text pattern; /**< views `bytes` */
    char bytes[];    /**< the pattern with a NUL, then the texts it spells with escapes */
};

/**
 * Turn syntax into a program, which keeps viewing what the syntax views.
 *
 * @param syntax  its regular expressions move into the program.
 * @return JSONLOG_OK or JSONLOG_E_NOMEM.
 */
jsonlog_status jl_json_compile(jl_syntax *syntax, jl_json_program **out, jsonlog_err *err);

void jl_json_program_free(jl_json_program *program);

/** The same for a space-delimited pattern. */
jsonlog_status jl_delimited_compile(jl_syntax *syntax, jl_delimited_program **out,
                                    jsonlog_err *err);

void jl_delimited_program_free(jl_delimited_program *program);

#endif
