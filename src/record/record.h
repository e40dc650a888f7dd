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

/** What a field is to CloudWatch's embedded metric format. */
typedef enum jl_emf_part {
    JL_EMF_PROPERTY = 0,  /**< nothing: a field like any other */
    JL_EMF_METADATA = 1,  /**< "_aws", a callback */
    JL_EMF_DIMENSION = 2, /**< a string */
    JL_EMF_METRIC = 3,    /**< a value with JSONLOG_VALUE_METRIC */
} jl_emf_part;

/** The fields of a metric as it was logged. All but properties stand in the line under their own
 *  keys and whole, or there is no line. */
typedef struct jl_emf {
    uint32_t count;
    const jl_field *fields;
    const uint8_t *parts; /**< a jl_emf_part for each */
} jl_emf;

/** Fields somebody owns: bound to a logger, pushed on a thread, or static. Immutable once made, counted by
 *  reference; keys and values are deep copies in the same block. See context.h. */
typedef struct jl_context jl_context;

struct jl_redactor;

struct jsonlog_record {
    int64_t time_ns;
    int level;
    const char *logger;             /**< dotted name, "" for the root */
    const jsonlog_site *site;       /**< NULL without a call site */
    const jsonlog_value *message;   /**< type STRING, or NULL */
    uint64_t thread;
    uint64_t suppressed;            /**< held back before this one; written as the field "suppressed" if not 0 */

    const jl_field *call;           /**< the caller's fields in the order of the call; equal keys not yet resolved */
    const jsonlog_value *values;    /**< those of the site's keys, as long as the fields are not made of them: `call`
                                         is room for them only; else NULL */
    uint32_t call_count;
    bool call_is_unique;            /**< no two call keys are equal */
    const jl_context *scope;        /**< each may be NULL */
    const jl_context *bound;
    const jl_context *statics;
    struct jl_record_line *line;    /**< where its lines are made, or NULL: whoever has a line of it has the only one */
    jl_field *merged;               /**< JL_RECORD_FIELDS_MAX entries, or NULL: then merging is not possible and
                                         only the call's fields are seen */
    struct jl_record_edit {
        jl_text key;
        jsonlog_value value;
        bool is_removal;
    } *edits;                       /**< JL_RECORD_EDITS_MAX entries, or NULL */

    /* Zero for most records, and all in one place, so that they are cleared at once. */
    struct jl_redactor *redactor;   /**< what joins the record from here on goes through it; NULL without redaction */
    const jl_emf *emf;              /**< of a metric: what it was logged with; else NULL */
    jsonlog_status emf_loss;        /**< set by a formatter that could not keep it: LIMIT, or STATE if a part is gone */
    uint32_t call_dropped;          /**< fields of the call beyond JL_RECORD_FIELDS_MAX */
    uint32_t dropped;               /**< all fields beyond JL_RECORD_FIELDS_MAX; right once the fields are merged */
    uint32_t edit_count;
    uint32_t merged_count;          /**< of the fields that jl_record_fields() has filled in */
    bool is_merged;
    bool is_flat;                   /**< the call's fields are all there are: those of scope, bound and statics are
                                         among them already */
};

/** Fields are merged at first use and lines made as they are wanted, behind the back of a const record: one thread
 *  has it. */
static inline jsonlog_record *jl_record_writable(const jsonlog_record *record) {
    return (jsonlog_record *)(uintptr_t)record;
}

/** @return the call's own fields, record->call_count of them, made now if they are not yet. */
const jl_field *jl_record_call(const jsonlog_record *record);

/** @return the distinct fields in writing order; *count is set. Merges on first use, then returns the same. */
const jl_field *jl_record_fields(const jsonlog_record *record, uint32_t *count);

/** The level's text, borrowed for ever. */
jl_text jl_level_text(int level);

#endif
