#include "record/handler_base.h"

#include "base/alloc.h"
#include "base/epoch.h"
#include "record/handler_lock.h"
#include "record/lost_report.h"

#include <errno.h>

/** The most filters of one handler: they run for every record, and a list that long is a mistake.
 */
#define FILTERS_MAX 16

typedef struct handler_filter {
    bool (*fn)(const jsonlog_record *record, void *context);
    void *context;
} handler_filter;

/* What can be changed while others log. Immutable once published: a changed copy takes its place,
 * and the epoch keeps the old one for whoever is reading it. */
typedef struct handler_settings {
    jl_retired retired;
    jsonlog_formatter *formatter; /* owned; NULL is the default one */
    size_t filter_count;
    handler_filter filters[FILTERS_MAX];
} handler_settings;

static const handler_settings default_settings = {.formatter = NULL};

struct jsonlog_handler {
    const jsonlog_handler_class *handler_class;
    void *self;
    unsigned flags;
    uint32_t references; /* atomic, as everything down to `lock` */
    int level;
    bool is_concurrent;         /* beyond what the class says */
    handler_settings *settings; /* owned; NULL is the default */
    uint64_t unreported;        /* lost since the last report */
    int reason;                 /* of the last loss */
    jsonlog_handler_stats stats;
    jl_lock lock;  /* around write, flush and what the class does between enter and leave */
    jl_lock setup; /* around a change of settings */
};

static uint64_t count(uint64_t *counter, uint64_t by) {
    return __atomic_add_fetch(counter, by, __ATOMIC_RELAXED);
}

static uint64_t counted(const uint64_t *counter) {
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* ---- settings ---- */

void jsonlog_handler_set_level(jsonlog_handler *handler, int level) {
    if (handler != NULL)
        __atomic_store_n(&handler->level, level, __ATOMIC_RELAXED);
}

int jsonlog_handler_get_level(const jsonlog_handler *handler) {
    return handler == NULL ? JSONLOG_LEVEL_OFF : __atomic_load_n(&handler->level, __ATOMIC_RELAXED);
}

static const handler_settings *settings_of(const jsonlog_handler *handler) {
    const handler_settings *settings = __atomic_load_n(&handler->settings, __ATOMIC_SEQ_CST);
    return settings == NULL ? &default_settings : settings;
}

/* @return a copy to be changed, with a reference of its own to the formatter, or NULL. */
static handler_settings *copy_settings(const handler_settings *now) {
    handler_settings *copy = jl_alloc(sizeof *copy);
    if (copy == NULL)
        return NULL;
    *copy = *now;
    jsonlog_formatter_retain(copy->formatter);
    return copy;
}

static void free_settings(jl_retired *retired) {
    handler_settings *settings = (handler_settings *)(void *)retired;
    jsonlog_formatter_release(settings->formatter);
    jl_free(settings);
}

/* With the setup lock held. */
static void publish_locked(jsonlog_handler *handler, handler_settings *settings) {
    handler_settings *old = __atomic_exchange_n(&handler->settings, settings, __ATOMIC_SEQ_CST);
    if (old != NULL)
        jl_epoch_retire_later(&old->retired, free_settings);
}

static jsonlog_status set_formatter_locked(jsonlog_handler *handler, jsonlog_formatter *formatter) {
    handler_settings *settings = copy_settings(settings_of(handler));
    if (settings == NULL)
        return JSONLOG_E_NOMEM;
    jsonlog_formatter *old = settings->formatter;
    settings->formatter = jsonlog_formatter_retain(formatter);
    publish_locked(handler, settings);
    jsonlog_formatter_release(old); /* the copy's; the one that was in force has its own */
    return JSONLOG_OK;
}

jsonlog_status jsonlog_handler_set_formatter(jsonlog_handler *handler,
                                             jsonlog_formatter *formatter) {
    if (handler == NULL)
        return JSONLOG_E_INVALID;
    jl_lock_acquire(&handler->setup);
    jsonlog_status status = set_formatter_locked(handler, formatter);
    jl_lock_release(&handler->setup);
    jl_epoch_settle();
    return status;
}

static jsonlog_status add_filter_locked(jsonlog_handler *handler, handler_filter filter) {
    const handler_settings *now = settings_of(handler);
    if (now->filter_count == FILTERS_MAX)
        return JSONLOG_E_LIMIT;
    handler_settings *settings = copy_settings(now);
    if (settings == NULL)
        return JSONLOG_E_NOMEM;
    settings->filters[settings->filter_count++] = filter;
    publish_locked(handler, settings);
    return JSONLOG_OK;
}

jsonlog_status jsonlog_handler_add_filter(jsonlog_handler *handler,
                                          bool (*fn)(const jsonlog_record *record, void *context),
                                          void *context) {
    if (handler == NULL || fn == NULL)
        return JSONLOG_E_INVALID;
    jl_lock_acquire(&handler->setup);
    jsonlog_status status = add_filter_locked(handler, (handler_filter){fn, context});
    jl_lock_release(&handler->setup);
    jl_epoch_settle();
    return status;
}

void jl_handler_set_concurrent(jsonlog_handler *handler, bool is_concurrent) {
    __atomic_store_n(&handler->is_concurrent, is_concurrent, __ATOMIC_RELEASE);
}

bool jl_handler_enter(jsonlog_handler *handler) {
    return jl_handler_lock_take(&handler->lock);
}

void jl_handler_leave(jsonlog_handler *handler) {
    jl_handler_lock_give(&handler->lock);
}

bool jl_handler_is_entered(const jsonlog_handler *handler) {
    return jl_lock_is_mine(&handler->lock);
}

/* ---- life ---- */

jsonlog_handler *jl_handler_new(const jsonlog_handler_class *handler_class, void *self,
                                unsigned flags) {
    if (handler_class == NULL || handler_class->size != sizeof *handler_class ||
        handler_class->write == NULL)
        return NULL;
    jsonlog_handler *handler = jl_calloc(1, sizeof *handler);
    if (handler == NULL)
        return NULL;
    handler->lock = (jl_lock)JL_LOCK_INIT;
    handler->setup = (jl_lock)JL_LOCK_INIT;
    handler->handler_class = handler_class;
    handler->self = self;
    handler->flags = flags;
    handler->references = 1;
    handler->is_concurrent = handler_class->is_concurrent;
    return handler;
}

jsonlog_handler *jsonlog_handler_new(const jsonlog_handler_class *handler_class, void *self) {
    return jl_handler_new(handler_class, self, 0);
}

jsonlog_handler *jsonlog_handler_retain(jsonlog_handler *handler) {
    if (handler != NULL)
        __atomic_fetch_add(&handler->references, 1, __ATOMIC_RELAXED);
    return handler;
}

/* No thread is in the handler any more: whoever writes does so under a reference. */
static void destroy(jsonlog_handler *handler) {
    jsonlog_handler_flush(handler);
    if (handler->handler_class->close != NULL)
        handler->handler_class->close(handler->self);
    if (handler->settings != NULL)
        free_settings(&handler->settings->retired);
    jl_free(handler);
}

void jsonlog_handler_release(jsonlog_handler *handler) {
    if (handler == NULL || __atomic_fetch_sub(&handler->references, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    int error = errno;
    destroy(handler);
    errno = error;
}

void *jl_handler_self(const jsonlog_handler *handler, const jsonlog_handler_class *handler_class) {
    return handler != NULL && handler->handler_class == handler_class ? handler->self : NULL;
}

void jl_handler_after_fork(jsonlog_handler *handler) {
    jl_handler_lock_after_fork(&handler->lock);
    jl_lock_reset(&handler->setup);
    if (handler->handler_class->after_fork != NULL)
        handler->handler_class->after_fork(handler->self);
}

/* ---- counting ---- */

void jsonlog_handler_get_stats(const jsonlog_handler *handler, jsonlog_handler_stats *stats) {
    if (stats == NULL)
        return;
    *stats = (jsonlog_handler_stats){0};
    if (handler == NULL)
        return;
    const jsonlog_handler_stats *now = &handler->stats;
    stats->lines = counted(&now->lines);
    stats->bytes = counted(&now->bytes);
    stats->lost = counted(&now->lost);
    stats->lost_again = counted(&now->lost_again);
    stats->lost_error = counted(&now->lost_error);
    stats->lost_nested = counted(&now->lost_nested);
    stats->torn_closed = counted(&now->torn_closed);
    stats->last_errno = __atomic_load_n(&now->last_errno, __ATOMIC_RELAXED);
}

static uint64_t *loss_counter(jsonlog_handler_stats *stats, int reason) {
    if (reason == JL_LOST_NESTED)
        return &stats->lost_nested;
    return reason == EAGAIN ? &stats->lost_again : &stats->lost_error;
}

void jl_handler_count_loss(jsonlog_handler *handler, int reason) {
    count(&handler->stats.lost, 1);
    if (reason != JL_LOST_FORMAT)
        count(loss_counter(&handler->stats, reason), 1);
    if (reason > 0)
        __atomic_store_n(&handler->stats.last_errno, reason, __ATOMIC_RELAXED);
    __atomic_store_n(&handler->reason, reason, __ATOMIC_RELAXED);
    count(&handler->unreported, 1);
}

void jl_handler_count_lost(jsonlog_handler *handler) {
    jl_handler_count_loss(handler, JL_LOST_FORMAT);
}

void jl_handler_count_torn(jsonlog_handler *handler) {
    count(&handler->stats.torn_closed, 1);
}

/* ---- writing ---- */

bool jl_handler_wants(jsonlog_handler *handler, const jsonlog_record *record) {
    if (record->level < __atomic_load_n(&handler->level, __ATOMIC_RELAXED) ||
        (handler->flags & JL_HANDLER_SILENT) != 0)
        return false;
    const handler_settings *settings = settings_of(handler);
    for (size_t i = 0; i < settings->filter_count; i++)
        if (!settings->filters[i].fn(record, settings->filters[i].context))
            return false;
    return true;
}

jsonlog_formatter *jl_handler_formatter(jsonlog_handler *handler) {
    jsonlog_formatter *formatter = settings_of(handler)->formatter;
    return formatter == NULL ? jl_formatter_default() : formatter;
}

/* Why class->write failed. A class with a lock of its own says EDEADLK for a nested call. */
static int reason_of(jsonlog_status status, int error) {
    if (status == JSONLOG_E_AGAIN || error == EWOULDBLOCK)
        return EAGAIN;
    return error == EDEADLK ? JL_LOST_NESTED : error;
}

/* @param reason  set if it fails. */
static jsonlog_status put(jsonlog_handler *handler, const jsonlog_line *line, int *reason) {
    errno = 0;
    jsonlog_status status = handler->handler_class->write(handler->self, line);
    if (JSONLOG_UNLIKELY(status != JSONLOG_OK)) {
        *reason = reason_of(status, errno);
        return status;
    }
    count(&handler->stats.lines, 1);
    count(&handler->stats.bytes, line->len);
    return JSONLOG_OK;
}

/* The losses are taken off first, so that of several threads only one reports them; what cannot be
 * written is put back. Out of line, because the report is large and rare. */
static __attribute__((noinline)) jsonlog_status report(jsonlog_handler *handler,
                                                       const jsonlog_line *next) {
    uint64_t lost = __atomic_exchange_n(&handler->unreported, 0, __ATOMIC_RELAXED);
    if (lost == 0)
        return JSONLOG_OK;
    jl_lost_report report;
    int reason = __atomic_load_n(&handler->reason, __ATOMIC_RELAXED);
    jsonlog_status status =
        jl_lost_report_init(&report, jl_handler_formatter(handler), lost, reason, next);
    if (status == JSONLOG_OK)
        status = put(handler, &report.line, &reason);
    if (status != JSONLOG_OK)
        count(&handler->unreported, lost);
    jl_lost_report_done(&report);
    return status;
}

/* Where the output is full just now the line waits for the report, so that the gap is told where it
 * is. Where the report fails for another reason (it is too long, a callback refuses it) the line is
 * worth a try of its own. */
static jsonlog_status deliver(jsonlog_handler *handler, const jsonlog_line *line) {
    int reason = EAGAIN;
    jsonlog_status status = JSONLOG_OK;
    if (JSONLOG_UNLIKELY(counted(&handler->unreported) != 0) &&
        (handler->flags & JL_HANDLER_REPORTS) != 0)
        status = report(handler, line);
    if (status != JSONLOG_E_AGAIN)
        status = put(handler, line, &reason);
    if (JSONLOG_UNLIKELY(status != JSONLOG_OK))
        jl_handler_count_loss(handler, reason);
    return status;
}

static jsonlog_status deliver_locked(jsonlog_handler *handler, const jsonlog_line *line) {
    if (!jl_handler_enter(handler)) {
        jl_handler_count_loss(handler, JL_LOST_NESTED);
        return JSONLOG_E_STATE;
    }
    jsonlog_status status = deliver(handler, line);
    jl_handler_leave(handler);
    return status;
}

/* write(2) is a cancellation point, and a thread cancelled in it would keep the lock for ever. */
jsonlog_status jl_handler_write(jsonlog_handler *handler, const jsonlog_line *line) {
    int error = errno;
    int cancel_state = 0;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    bool is_concurrent = __atomic_load_n(&handler->is_concurrent, __ATOMIC_ACQUIRE);
    jsonlog_status status = is_concurrent ? deliver(handler, line) : deliver_locked(handler, line);
    pthread_setcancelstate(cancel_state, NULL);
    errno = error;
    return status;
}

/* A class that is concurrent by nature has locks of its own, and ours around them could be taken in
 * the other order elsewhere. */
jsonlog_status jsonlog_handler_flush(jsonlog_handler *handler) {
    if (handler == NULL)
        return JSONLOG_E_INVALID;
    const jsonlog_handler_class *handler_class = handler->handler_class;
    if (handler_class->flush == NULL)
        return JSONLOG_OK;
    if (handler_class->is_concurrent)
        return handler_class->flush(handler->self);
    if (!jl_handler_enter(handler))
        return JSONLOG_E_STATE;
    jsonlog_status status = handler_class->flush(handler->self);
    jl_handler_leave(handler);
    return status;
}
