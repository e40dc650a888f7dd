#ifndef JL_RECORD_RECORD_H
#define JL_RECORD_RECORD_H
/**
 * A record on its way from the call to the handlers, and the fields it carries.
 *
 * Fields come in four strengths, call > scope > bound > static. Merged, the weaker come first, and a stronger
 * value takes the place of the weaker one's. jl_record_fields() does that once per record.
 */
#include "base/text.h"

#include <jsonlog/record.h>

/** The most distinct fields of a record; further ones are dropped and counted in `dropped`. */
#define JL_RECORD_FIELDS_MAX 256

/** What filters and processors may set or leave out on one record. */
#define JL_RECORD_EDITS_MAX 16

/** A key with its value. */
typedef struct jl_field {
    jl_text key;        /**< as the caller gave it, without quotes */
    const jsonlog_value *value;
    uint32_t hash;      /**< jl_hash(key) */
    bool key_is_plain;  /**< the key may be written without escaping */
} jl_field;

/** Fields somebody owns: bound to a logger, pushed on a thread, or static. Immutable once made, counted by
 *  reference; keys and values are deep copies in the same block. See context.h. */
typedef struct jl_context jl_context;

struct jsonlog_record {
    int64_t time_ns;
    int level;
    const char *logger;             /**< dotted name, "" for the root */
    const jsonlog_site *site;       /**< NULL without a call site */
    const jsonlog_value *message;   /**< type STRING, or NULL */
    uint64_t thread;
    uint64_t suppressed;            /**< held back before this one; written as the field "suppressed" if not 0 */

    const jl_field *call;           /**< the caller's fields in the order of the call; equal keys not yet resolved */
    uint32_t call_count;
    bool call_is_unique;            /**< no two call keys are equal */
    const jl_context *scope;        /**< each may be NULL */
    const jl_context *bound;
    const jl_context *statics;

    /* Filled by jl_record_fields() and by the edits; the space belongs to the emitter. */
    jl_field *merged;               /**< JL_RECORD_FIELDS_MAX entries, or NULL: then merging is not possible and
                                         only the call's fields are seen */
    uint32_t merged_count;
    bool is_merged;
    uint32_t call_dropped;          /**< fields of the call beyond JL_RECORD_FIELDS_MAX */
    uint32_t dropped;               /**< all fields beyond JL_RECORD_FIELDS_MAX; right once the fields are merged */
    struct jl_record_edit {
        jl_text key;
        jsonlog_value value;
        bool is_removal;
    } *edits;                       /**< JL_RECORD_EDITS_MAX entries, or NULL */
    uint32_t edit_count;
};

/** @return the distinct fields in writing order; *count is set. Merges on first use, then returns the same. */
const jl_field *jl_record_fields(const jsonlog_record *record, uint32_t *count);

/** The level's text, borrowed for ever. */
jl_text jl_level_text(int level);

#endif
