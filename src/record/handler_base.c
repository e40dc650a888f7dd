#include "record/handler_base.h"

#include "base/alloc.h"
#include "base/cancel.h"
#include "record/handler_lock.h"
#include "record/handler_settings.h"
#include "record/lost_report.h"
#include "record/record_line.h"
#include "record/stats.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

/* What the threads with the first records have written, each counts for itself: a locked
 * instruction for each line costs as much as a lock, and more if several threads do it. */
#define TALLIES 16

typedef struct tally {
    uint64_t lines; /* atomic; written by one thread */
    uint64_t bytes;
    char pad[48]; /* a cache line for each */
} tally;

struct jsonlog_handler {
    const jsonlog_handler_class *handler_class;
    void *self;
    unsigned flags;
    uint32_t references; /* atomic, as everything down to `lock` but `target` */
    int level;
    bool is_concurrent;          /* beyond what the class says */
    jsonlog_handler *target;     /* is asked too whether it wants a record; NULL: there is none */
    uint64_t unreported;         /* lost since the last report */
    int reason;                  /* of the last loss */
    jsonlog_handler_stats stats; /* of lines and bytes, those of threads without a tally */
    tally tallies[TALLIES];
    jl_handler_setup setup;
    jl_handler_cleanup *cleanups;
    pid_t generation; /* atomic; of the process that made it or was last made ready for it */
    jl_lock lock;     /* around write, flush and what the class does between enter and leave */
};

/* The process id of the child of a fork; 0 in a process that was none since the library is in use.
 * Changed by the only thread of the child. */
static pid_t generation;

static pthread_once_t watch_once = PTHREAD_ONCE_INIT;

static void count(uint64_t *counter, uint64_t by) {
    __atomic_fetch_add(counter, by, __ATOMIC_RELAXED);
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

jsonlog_status jsonlog_handler_set_formatter(jsonlog_handler *handler,
                                             jsonlog_formatter *formatter) {
    return handler == NULL ? JSONLOG_E_INVALID
                           : jl_handler_setup_formatter(&handler->setup, formatter);
}

jsonlog_status jsonlog_handler_add_filter(jsonlog_handler *handler,
                                          bool (*fn)(const jsonlog_record *record, void *context),
                                          void *context) {
    if (handler == NULL || fn == NULL)
        return JSONLOG_E_INVALID;
    return jl_handler_setup_add_filter(&handler->setup, (jl_record_filter){fn, context});
}

jsonlog_status jl_handler_set_line_filter(jsonlog_handler *handler, jl_line_filter *filter) {
    return handler == NULL ? JSONLOG_E_INVALID
                           : jl_handler_setup_line_filter(&handler->setup, filter);
}

static const jl_handler_settings *settings_of(const jsonlog_handler *handler) {
    return jl_handler_setup_load(&handler->setup);
}

static jsonlog_formatter *formatter_of(const jl_handler_settings *settings) {
    return settings->formatter == NULL ? jl_formatter_default() : settings->formatter;
}

jsonlog_formatter *jl_handler_formatter(jsonlog_handler *handler) {
    return formatter_of(settings_of(handler));
}

/* The default formatter is not counted, and need not be named. */
jsonlog_status jl_handler_take_formatter(jsonlog_handler *handler, jsonlog_handler *from) {
    jl_thread *thread = jl_thread_enter();
    if (thread == NULL)
        return JSONLOG_E_NOMEM;
    jl_epoch_pin(thread);
    jsonlog_formatter *formatter = jsonlog_formatter_retain(jl_handler_formatter(from));
    jl_epoch_unpin(thread);
    jsonlog_status status = JSONLOG_OK;
    if (formatter != jl_formatter_default())
        status = jsonlog_handler_set_formatter(handler, formatter);
    jsonlog_formatter_release(formatter);
    return status;
}

void jl_handler_set_concurrent(jsonlog_handler *handler, bool is_concurrent) {
    __atomic_store_n(&handler->is_concurrent, is_concurrent, __ATOMIC_RELEASE);
}

bool jl_handler_enter(jsonlog_handler *handler) {
    return jl_handler_lock_take(&handler->lock);
}

bool jl_handler_try_enter(jsonlog_handler *handler) {
    return jl_handler_lock_try(&handler->lock);
}

void jl_handler_leave(jsonlog_handler *handler) {
    jl_handler_lock_give(&handler->lock);
}

bool jl_handler_is_entered(const jsonlog_handler *handler) {
    return jl_lock_is_mine(&handler->lock);
}

/* ---- life ---- */

/* Whoever of those that are told of a fork comes first. */
void jl_handlers_note_fork(void) {
    generation = getpid();
}

static void watch_forks(void) {
    pthread_atfork(NULL, NULL, jl_handlers_note_fork);
}

jsonlog_handler *jl_handler_new(const jsonlog_handler_class *handler_class, void *self,
                                unsigned flags) {
    if (handler_class == NULL || handler_class->size != sizeof *handler_class ||
        handler_class->write == NULL)
        return NULL;
    pthread_once(&watch_once, watch_forks);
    jsonlog_handler *handler = jl_calloc(1, sizeof *handler);
    if (handler == NULL)
        return NULL;
    handler->lock = (jl_lock)JL_LOCK_INIT;
    handler->setup.lock = (jl_lock)JL_LOCK_INIT;
    handler->handler_class = handler_class;
    handler->self = self;
    handler->flags = flags;
    handler->references = 1;
    handler->is_concurrent = handler_class->is_concurrent;
    handler->generation = generation;
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

void jl_handler_add_cleanup(jsonlog_handler *handler, jl_handler_cleanup *cleanup) {
    cleanup->next = handler->cleanups;
    handler->cleanups = cleanup;
}

static void run_cleanups(jl_handler_cleanup *cleanup) {
    while (cleanup != NULL) {
        jl_handler_cleanup *next = cleanup->next;
        cleanup->run(cleanup);
        cleanup = next;
    }
}

/* No thread is in the handler any more: whoever writes does so under a reference. */
static void destroy(jsonlog_handler *handler) {
    jsonlog_handler_flush(handler);
    if (handler->handler_class->close != NULL)
        handler->handler_class->close(handler->self);
    jl_handler_setup_done(&handler->setup);
    run_cleanups(handler->cleanups);
    jl_free(handler);
}

void jsonlog_handler_release(jsonlog_handler *handler) {
    if (handler == NULL || __atomic_fetch_sub(&handler->references, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    int error = errno;
    destroy(handler);
    errno = error;
}

const char *jl_handler_name(const jsonlog_handler *handler) {
    return handler->handler_class->name == NULL ? "" : handler->handler_class->name;
}

void *jl_handler_self(const jsonlog_handler *handler, const jsonlog_handler_class *handler_class) {
    return handler != NULL && handler->handler_class == handler_class ? handler->self : NULL;
}

void jl_handler_adopt(jsonlog_handler *handler) {
    if (__atomic_load_n(&handler->generation, __ATOMIC_RELAXED) != generation)
        jl_handler_after_fork(handler);
}

void jl_handler_after_fork(jsonlog_handler *handler) {
    __atomic_store_n(&handler->generation, generation, __ATOMIC_RELAXED);
    jl_handler_lock_after_fork(&handler->lock);
    jl_lock_reset(&handler->setup.lock);
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
    for (int i = 0; i < TALLIES; i++) {
        stats->lines += counted(&handler->tallies[i].lines);
        stats->bytes += counted(&handler->tallies[i].bytes);
    }
    stats->lost = counted(&now->lost);
    stats->lost_again = counted(&now->lost_again);
    stats->lost_error = counted(&now->lost_error);
    stats->lost_nested = counted(&now->lost_nested);
    stats->torn_closed = counted(&now->torn_closed);
    stats->last_errno = __atomic_load_n(&now->last_errno, __ATOMIC_RELAXED);
}

static void count_here(uint64_t *counter, uint64_t by) {
    __atomic_store_n(counter, counted(counter) + by, __ATOMIC_RELAXED);
}

static inline __attribute__((always_inline)) void count_written(jsonlog_handler *handler,
                                                                uint64_t lines, uint64_t bytes) {
    const jl_thread *thread = jl_thread_peek();
    if (JSONLOG_LIKELY(thread != NULL && thread->number < TALLIES)) {
        tally *own = &handler->tallies[thread->number];
        count_here(&own->lines, lines);
        count_here(&own->bytes, bytes);
    } else {
        count(&handler->stats.lines, lines);
        count(&handler->stats.bytes, bytes);
    }
}

void jl_handler_count_written(jsonlog_handler *handler, uint64_t lines, uint64_t bytes) {
    count_written(handler, lines, bytes);
}

static uint64_t *loss_counter(jsonlog_handler_stats *stats, int reason) {
    if (reason == JL_LOST_NESTED)
        return &stats->lost_nested;
    return reason == EAGAIN ? &stats->lost_again : &stats->lost_error;
}

static void count_loss(jsonlog_handler *handler, int reason) {
    count(&handler->stats.lost, 1);
    if (reason != JL_LOST_FORMAT)
        count(loss_counter(&handler->stats, reason), 1);
    if (reason > 0)
        __atomic_store_n(&handler->stats.last_errno, reason, __ATOMIC_RELAXED);
    __atomic_store_n(&handler->reason, reason, __ATOMIC_RELAXED);
    count(&handler->unreported, 1);
}

void jl_handler_count_loss(jsonlog_handler *handler, int reason) {
    count_loss(handler, reason);
    jl_stats_add(JL_STAT_LOST_LATER, 1);
}

void jl_handler_count_lost(jsonlog_handler *handler) {
    count_loss(handler, JL_LOST_FORMAT);
}

void jl_handler_count_torn(jsonlog_handler *handler) {
    count(&handler->stats.torn_closed, 1);
}

/* ---- asking ---- */

static bool is_level_wanted(const jsonlog_handler *handler, int level) {
    return level >= __atomic_load_n(&handler->level, __ATOMIC_RELAXED) &&
           (handler->flags & JL_HANDLER_SILENT) == 0;
}

static __attribute__((noinline)) bool pass_filters(const jl_handler_settings *settings,
                                                   const jsonlog_record *record) {
    for (size_t i = 0; i < settings->filter_count; i++)
        if (!settings->filters[i].fn(record, settings->filters[i].context))
            return false;
    return true;
}

/* Most have neither filters nor a target. */
static inline __attribute__((always_inline)) bool is_record_wanted(
    const jsonlog_handler *handler, const jl_handler_settings *settings,
    const jsonlog_record *record) {
    return (JSONLOG_LIKELY(settings->filter_count == 0) || pass_filters(settings, record)) &&
           (handler->target == NULL || jl_handler_wants(handler->target, record));
}

bool jl_handler_wants(jsonlog_handler *handler, const jsonlog_record *record) {
    return is_level_wanted(handler, record->level) &&
           is_record_wanted(handler, settings_of(handler), record);
}

void jl_handler_ask_too(jsonlog_handler *handler, jsonlog_handler *target) {
    handler->target = target;
}

static bool passes(const jl_handler_settings *settings, const jsonlog_line *line) {
    const jl_line_filter *filter = settings->line_filter;
    return JSONLOG_LIKELY(filter == NULL) || (line->flags & JSONLOG_LINE_REPORT) != 0 ||
           filter->passes(filter, line);
}

bool jl_handler_passes(jsonlog_handler *handler, const jsonlog_line *line) {
    return passes(settings_of(handler), line);
}

bool jl_handler_filters_lines(const jsonlog_handler *handler) {
    return settings_of(handler)->line_filter != NULL;
}

/* A handler that has each of its own format the record needs no line, unless its pattern does. */
static bool needs_line(const jsonlog_handler *handler, const jl_handler_settings *settings) {
    return (handler->flags & JL_HANDLER_HANDS_ON) == 0 || settings->line_filter != NULL;
}

/* Inline, as `hand_over` below: together they are what every record goes through. Member by member,
 * because to copy in large pieces what has just been written in small ones would wait for these. */
static inline __attribute__((always_inline)) jl_handler_verdict prepare(jsonlog_handler *handler,
                                                                        const jsonlog_line *line,
                                                                        jsonlog_line *own,
                                                                        jsonlog_status *status) {
    const jl_handler_settings *settings = settings_of(handler);
    const jsonlog_record *record = line->record;
    if (JSONLOG_LIKELY(line->flags == 0)) {
        if (!is_level_wanted(handler, line->level) ||
            (record != NULL && !is_record_wanted(handler, settings, record)))
            return JL_HANDLER_DECLINES;
    }
    if (record != NULL && record->line != NULL && needs_line(handler, settings)) {
        *status = jl_record_make_line(record, formatter_of(settings));
        if (JSONLOG_UNLIKELY(*status != JSONLOG_OK))
            return JL_HANDLER_CANNOT;
        *own = (jsonlog_line){.text = record->line->text.data,
                              .len = record->line->text.len,
                              .level = line->level,
                              .time_ns = line->time_ns,
                              .record = record,
                              .flags = line->flags};
    } else {
        *own = *line;
    }
    return passes(settings, own) ? JL_HANDLER_WANTS : JL_HANDLER_DECLINES;
}

jl_handler_verdict jl_handler_prepare(jsonlog_handler *handler, const jsonlog_line *line,
                                      jsonlog_line *own, jsonlog_status *status) {
    return prepare(handler, line, own, status);
}

/* ---- writing ---- */

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
    count_written(handler, 1, jl_line_bytes(line));
    return JSONLOG_OK;
}

/* The losses are taken off first, so that of several threads only one reports them; what cannot be
 * written is put back. Out of line, because the report is large and rare. */
static __attribute__((noinline)) jsonlog_status report(jsonlog_handler *handler,
                                                       const jsonlog_line *next) {
    uint64_t lost = __atomic_exchange_n(&handler->unreported, 0, __ATOMIC_RELAXED);
    if (lost == 0)
        return JSONLOG_OK;
    jl_own_record report;
    char space[JL_LOST_REASON_MAX];
    int reason = __atomic_load_n(&handler->reason, __ATOMIC_RELAXED);
    jsonlog_status status = jl_lost_report_make(&report, jl_handler_formatter(handler), lost,
                                                jl_lost_reason(reason, space), next);
    if (status == JSONLOG_OK)
        status = put(handler, &report.line, &reason);
    if (status != JSONLOG_OK)
        count(&handler->unreported, lost);
    jl_own_record_done(&report);
    return status;
}

/* What formats it may be a callback. */
static __attribute__((noinline)) jsonlog_status report_uncancelled(jsonlog_handler *handler,
                                                                   const jsonlog_line *next) {
    const int state = jl_cancel_not();
    const jsonlog_status status = report(handler, next);
    jl_cancel_as_before(state);
    return status;
}

/* Where somebody asks for the reason it is for them to count. */
static void fail(jsonlog_handler *handler, int reason, int *why) {
    if (why == NULL)
        count_loss(handler, reason);
    else
        *why = reason;
}

/* Where the output is full just now the line waits for the report, so that the gap is told where it
 * is. Where the report fails for another reason (it is too long, a callback refuses it) the line is
 * worth a try of its own. */
static inline __attribute__((always_inline)) jsonlog_status deliver(jsonlog_handler *handler,
                                                                    const jsonlog_line *line,
                                                                    int *why) {
    int reason = EAGAIN;
    jsonlog_status status = JSONLOG_OK;
    if (JSONLOG_UNLIKELY(counted(&handler->unreported) != 0) &&
        (handler->flags & JL_HANDLER_REPORTS) != 0)
        status = report_uncancelled(handler, line);
    if (status != JSONLOG_E_AGAIN)
        status = put(handler, line, &reason);
    if (JSONLOG_UNLIKELY(status != JSONLOG_OK))
        fail(handler, reason, why);
    return status;
}

static __attribute__((noinline)) jsonlog_status deliver_locked(jsonlog_handler *handler,
                                                               const jsonlog_line *line, int *why) {
    if (!jl_handler_enter(handler)) {
        fail(handler, JL_LOST_NESTED, why);
        return JSONLOG_E_STATE;
    }
    jsonlog_status status = deliver(handler, line, why);
    jl_handler_leave(handler);
    return status;
}

static inline __attribute__((always_inline)) jsonlog_status put_in(jsonlog_handler *handler,
                                                                   const jsonlog_line *line,
                                                                   int *why) {
    if (__atomic_load_n(&handler->is_concurrent, __ATOMIC_ACQUIRE))
        return deliver(handler, line, why);
    return deliver_locked(handler, line, why);
}

/* What a class does may be a cancellation point, and a thread cancelled in it would keep the lock
 * for ever. */
static __attribute__((noinline)) jsonlog_status put_in_uncancelled(jsonlog_handler *handler,
                                                                   const jsonlog_line *line,
                                                                   int *why) {
    const int state = jl_cancel_not();
    const jsonlog_status status = put_in(handler, line, why);
    jl_cancel_as_before(state);
    return status;
}

static inline __attribute__((always_inline)) jsonlog_status hand_over(jsonlog_handler *handler,
                                                                      const jsonlog_line *line,
                                                                      int *why) {
    int error = errno;
    const bool is_uncancelled = handler->handler_class->has_no_cancellation_point;
    const jsonlog_status status =
        is_uncancelled ? put_in(handler, line, why) : put_in_uncancelled(handler, line, why);
    errno = error;
    return status;
}

jsonlog_status jl_handler_try(jsonlog_handler *handler, const jsonlog_line *line, int *why) {
    return hand_over(handler, line, why);
}

jsonlog_status jl_handler_write(jsonlog_handler *handler, const jsonlog_line *line) {
    return jl_handler_try(handler, line, NULL);
}

bool jl_handler_takes_blocks(const jsonlog_handler *handler) {
    return (handler->flags & JL_HANDLER_TAKES_BLOCKS) != 0 && !jl_handler_filters_lines(handler);
}

/* One line of it is counted like any other. */
jsonlog_status jl_handler_write_block(jsonlog_handler *handler, jl_block *block) {
    int reason = 0;
    block->taken = 0;
    const jsonlog_status status = hand_over(handler, &block->line, &reason);
    if (status == JSONLOG_OK)
        jl_handler_count_written(handler, block->lines - 1, 0);
    return status;
}

jl_handler_verdict jl_handler_offer(jsonlog_handler *handler, const jsonlog_line *line,
                                    jsonlog_status *status) {
    jsonlog_line own;
    const jl_handler_verdict verdict = prepare(handler, line, &own, status);
    if (JSONLOG_LIKELY(verdict == JL_HANDLER_WANTS))
        *status = hand_over(handler, &own, NULL);
    else if (verdict == JL_HANDLER_CANNOT)
        jl_handler_count_lost(handler);
    return verdict;
}

/* A class that is concurrent by nature has locks of its own, and ours around them could be taken in
 * the other order elsewhere. */
static jsonlog_status flush(jsonlog_handler *handler) {
    const jsonlog_handler_class *handler_class = handler->handler_class;
    if (handler_class->is_concurrent)
        return handler_class->flush(handler->self);
    if (!jl_handler_enter(handler))
        return JSONLOG_E_STATE;
    jsonlog_status status = handler_class->flush(handler->self);
    jl_handler_leave(handler);
    return status;
}

/* Not to be cancelled in the middle, as in hand_over(). */
jsonlog_status jsonlog_handler_flush(jsonlog_handler *handler) {
    if (handler == NULL)
        return JSONLOG_E_INVALID;
    if (handler->handler_class->flush == NULL)
        return JSONLOG_OK;
    const int state = jl_cancel_not();
    const jsonlog_status status = flush(handler);
    jl_cancel_as_before(state);
    return status;
}
