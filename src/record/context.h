#ifndef JL_RECORD_CONTEXT_H
#define JL_RECORD_CONTEXT_H
/**
 * Contexts: fields that outlive the call they came from, because they are bound to a logger, pushed
 * on a thread, or static.
 *
 * A context is one block: the fields and, behind them, deep copies of all keys and values. It is
 * immutable once made, counted by reference, and may hang on a weaker parent, which it keeps alive.
 *
 * What becomes of a value: a cJSON tree is copied as objects and arrays of values; a callback
 * (jsonlog_call) is kept as it is and called for each record, so its context must outlive the copy;
 * of a secret nothing is kept but that it is one; beyond JL_CONTEXT_DEPTH_MAX levels stands
 * "__too_deep__".
 */
#include "base/epoch.h"
#include "record/key_set.h"
#include "record/record.h"

/** Nesting of a copied value; what the formatters write by default. */
#define JL_CONTEXT_DEPTH_MAX 64

struct jl_context {
    jl_retired retired;  /**< for owners that cannot know whether a record still looks at it */
    uint32_t references; /**< atomic */
    uint32_t count;
    jl_context *parent; /**< weaker, a reference; may be NULL */
    uint32_t total;     /**< fields in this one and all its parents */

    /* Of this one and all its parents too. */
    jl_key_set keys;
    bool is_distinct; /**< no two keys are equal, and none needs escaping */
    uint32_t text_len;
    const char *text; /**< all members as most formatters write them, the weakest first, each as
                           `,"key":value`; NULL where a style would have a say in one of them, or
                           if they are very long */

    /* Of a scope, for the thread that pushed it alone; see logger/scope.c. */
    uint64_t scope_id;
    uint64_t outer_token;
    jl_context *outer; /**< what the thread carried before, a reference */

    jl_field fields[];
};

/** From the macros' form: `keys` as one literal, `count` values. @param parent  gets a reference.
 *  @return NULL without memory. */
jl_context *jl_context_new_values(const char *keys, uint32_t count, const jsonlog_value *values,
                                  jl_context *parent);

/** From run-time fields. */
jl_context *jl_context_new_fields(const jsonlog_field *fields, size_t count, jl_context *parent);

/** NULL is legal in both. */
jl_context *jl_context_retain(jl_context *context);
void jl_context_release(jl_context *context);

/** As release, but the memory stays until no record can be looking at it. */
void jl_context_release_later(jl_context *context);

#endif
