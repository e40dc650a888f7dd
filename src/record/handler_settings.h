#ifndef JL_RECORD_HANDLER_SETTINGS_H
#define JL_RECORD_HANDLER_SETTINGS_H
/**
 * What can be changed about a handler while others log: its formatter and its filters. Immutable
 * once published: a changed copy takes its place, and the epoch keeps the old one for whoever is
 * reading it.
 */
#include "base/epoch.h"
#include "base/hidden.h"
#include "record/formatter_base.h"
#include "record/line_filter.h"

/** The most filters of one handler: they run for every record, and a list that long is a mistake.
 */
#define JL_HANDLER_FILTERS_MAX 16

typedef struct jl_record_filter {
    bool (*fn)(const jsonlog_record *record, void *context);
    void *context;
} jl_record_filter;

typedef struct jl_handler_settings {
    jl_retired retired;
    jsonlog_formatter *formatter; /**< a reference; NULL is the default one */
    jl_line_filter *line_filter;  /**< a reference; NULL: every line passes */
    size_t filter_count;
    jl_record_filter filters[JL_HANDLER_FILTERS_MAX];
} jl_handler_settings;

/** Stands in for settings nobody has made. */
JL_EXTERN const jl_handler_settings jl_handler_settings_default;

/** The place of the settings in a handler. */
typedef struct jl_handler_setup {
    jl_handler_settings *current; /**< atomic; NULL is the default */
    jl_lock lock;                 /**< around a change */
} jl_handler_setup;

/** Borrowed until the thread unpins. */
static inline const jl_handler_settings *jl_handler_setup_load(const jl_handler_setup *setup) {
    const jl_handler_settings *settings = __atomic_load_n(&setup->current, __ATOMIC_SEQ_CST);
    return settings == NULL ? &jl_handler_settings_default : settings;
}

/** @return JSONLOG_OK or JSONLOG_E_NOMEM. A reference of its own is taken; NULL is legal. */
jsonlog_status jl_handler_setup_formatter(jl_handler_setup *setup, jsonlog_formatter *formatter);
jsonlog_status jl_handler_setup_line_filter(jl_handler_setup *setup, jl_line_filter *filter);

/** @return JSONLOG_OK, JSONLOG_E_NOMEM or JSONLOG_E_LIMIT. */
jsonlog_status jl_handler_setup_add_filter(jl_handler_setup *setup, jl_record_filter filter);

/** Nobody reads them any more. */
void jl_handler_setup_done(jl_handler_setup *setup);

#endif
