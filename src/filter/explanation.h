#ifndef JL_FILTER_EXPLANATION_H
#define JL_FILTER_EXPLANATION_H
/** An explanation while it is made: what was found, and the texts that are made of it. */
#include "base/buffer.h"
#include "filter/bind.h"

#include <jsonlog/filter.h>

#define JL_NO_TEXT ((size_t)-1)

/** Tokens that `...` takes are listed up to this many; a person does not read on. */
#define JL_REST_LISTED_MAX 100

/** A value longer than this is cut. */
#define JL_VALUE_SHOWN_MAX 400

/** Where the texts of a condition start in the pool, until that has stopped moving. */
typedef struct jl_condition_texts {
    size_t text;
    size_t selector; /**< JL_NO_TEXT: there is none */
    size_t value;    /**< likewise */
    size_t reason;
    size_t found;    /**< of a term: where in the line; SIZE_MAX: nowhere */
    bool is_ignored; /**< a term with `?` beside others without */
} jl_condition_texts;

struct jsonlog_explanation {
    bool is_match;
    size_t count;
    jl_buffer pool; /**< all texts, each with a NUL */
    size_t whole;   /**< the explanation as one text, in the pool */
    size_t json;    /**< the same as JSON */
    jl_condition_texts *texts;
    uint16_t *joints; /**< how the conditions are joined, numbered in the order of the pattern */
    size_t joint_count;
    jsonlog_condition conditions[];
};

/** What the texts are made of. */
typedef struct jl_explained {
    const jsonlog_explanation *explanation;
    const jsonlog_filter *filter;
    jl_text line;
    const jl_binding *binding; /**< of space-delimited patterns */
    bool is_bound;             /**< the line has enough tokens */
} jl_explained;

/** @return a text of the pool. */
static inline jl_text jl_explanation_text_at(const jsonlog_explanation *explanation, size_t place) {
    return jl_text_of(explanation->pool.data + place);
}

/** Evaluate every condition; fills conditions, texts and joints. @return JSONLOG_OK or E_NOMEM. */
jsonlog_status jl_explain_conditions(jsonlog_explanation *explanation, const jl_explained *about);

/** For people, one line a condition. */
void jl_explanation_write_lines(jl_buffer *out, const jl_explained *about);

/** For programs. */
void jl_explanation_write_json(jl_buffer *out, const jl_explained *about);

#endif
