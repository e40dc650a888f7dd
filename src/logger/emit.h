#ifndef JL_LOGGER_EMIT_H
#define JL_LOGGER_EMIT_H
/** From a log call to the handlers: what is under all functions that log. */
#include "logger/tree.h"
#include "record/record.h"

/** What a log call was made with, in one of its three forms: `values`, `fields` or `emf`. */
typedef struct jl_log_call {
    const jl_logger *logger;
    const jsonlog_site *site;    /**< NULL if there is none */
    const jsonlog_value *values; /**< one for each key of the site */
    const jsonlog_field *fields;
    const jl_emf *emf;            /**< each key once */
    size_t count;                 /**< of `fields` */
    const jsonlog_value *message; /**< as passed */
    int level;
    int64_t time_ns;     /**< 0: now */
    uint64_t suppressed; /**< held back before, besides what the site's slot says */
    uint64_t *held_back; /**< for a call without a site, what its slot would say; may be NULL */
    bool is_own;         /**< the library's: never sampled, and nothing is reported behind it */
    uint32_t repeats;    /**< out: how many fields lose to an equal key */
    jsonlog_status lost; /**< out: why a metric's line could not be made; see emf_loss */
} jl_log_call;

/** Log one record; keeps errno. The gate has let the level through, which is from 1 to 254. */
void jl_emit(jl_log_call *call);

#endif
