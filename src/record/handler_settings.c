#include "record/handler_settings.h"

#include "base/alloc.h"

const jl_handler_settings jl_handler_settings_default = {.formatter = NULL};

/* @return a copy to be changed, with references of its own, or NULL. */
static jl_handler_settings *copy_settings(const jl_handler_settings *now) {
    jl_handler_settings *copy = jl_alloc(sizeof *copy);
    if (copy == NULL)
        return NULL;
    *copy = *now;
    jsonlog_formatter_retain(copy->formatter);
    jl_line_filter_retain(copy->line_filter);
    return copy;
}

static void free_settings(jl_retired *retired) {
    jl_handler_settings *settings = (jl_handler_settings *)(void *)retired;
    jsonlog_formatter_release(settings->formatter);
    jl_line_filter_release(settings->line_filter);
    jl_free(settings);
}

static void publish_locked(jl_handler_setup *setup, jl_handler_settings *settings) {
    jl_handler_settings *old = __atomic_exchange_n(&setup->current, settings, __ATOMIC_SEQ_CST);
    if (old != NULL)
        jl_epoch_retire_later(&old->retired, free_settings);
}

/* A change to a copy; false: it would go beyond a limit. */
typedef bool change_fn(jl_handler_settings *settings, const void *value);

static jsonlog_status change_locked(jl_handler_setup *setup, change_fn *change, const void *value) {
    jl_handler_settings *settings = copy_settings(jl_handler_setup_load(setup));
    if (settings == NULL)
        return JSONLOG_E_NOMEM;
    if (!change(settings, value)) {
        free_settings(&settings->retired);
        return JSONLOG_E_LIMIT;
    }
    publish_locked(setup, settings);
    return JSONLOG_OK;
}

static jsonlog_status change_setup(jl_handler_setup *setup, change_fn *change, const void *value) {
    jl_lock_acquire(&setup->lock);
    const jsonlog_status status = change_locked(setup, change, value);
    jl_lock_release(&setup->lock);
    jl_epoch_settle();
    return status;
}

/* In each of them the old reference is the copy's; the settings that were in force have another. */
static bool set_formatter(jl_handler_settings *settings, const void *value) {
    jsonlog_formatter *const *formatter = value;
    jsonlog_formatter_release(settings->formatter);
    settings->formatter = jsonlog_formatter_retain(*formatter);
    return true;
}

static bool set_line_filter(jl_handler_settings *settings, const void *value) {
    jl_line_filter *const *filter = value;
    jl_line_filter_release(settings->line_filter);
    settings->line_filter = jl_line_filter_retain(*filter);
    return true;
}

static bool add_filter(jl_handler_settings *settings, const void *value) {
    const jl_record_filter *filter = value;
    if (settings->filter_count == JL_HANDLER_FILTERS_MAX)
        return false;
    settings->filters[settings->filter_count++] = *filter;
    return true;
}

jsonlog_status jl_handler_setup_formatter(jl_handler_setup *setup, jsonlog_formatter *formatter) {
    return change_setup(setup, set_formatter, &formatter);
}

jsonlog_status jl_handler_setup_line_filter(jl_handler_setup *setup, jl_line_filter *filter) {
    return change_setup(setup, set_line_filter, &filter);
}

jsonlog_status jl_handler_setup_add_filter(jl_handler_setup *setup, jl_record_filter filter) {
    return change_setup(setup, add_filter, &filter);
}

void jl_handler_setup_done(jl_handler_setup *setup) {
    if (setup->current != NULL)
        free_settings(&setup->current->retired);
}
