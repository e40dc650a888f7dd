#include "handler/async_handler.h"
#include "record/lost_report.h"
#include "record/stats.h"

#include <errno.h>

static const char *const reason_names[JL_ASYNC_REASON_COUNT] = {
    [JL_ASYNC_RING_FULL] = "ring full", [JL_ASYNC_TIMEOUT] = "timeout",
    [JL_ASYNC_TOO_LARGE] = "too large", [JL_ASYNC_NESTED] = "nested",
    [JL_ASYNC_CLOSED] = "closed",       [JL_ASYNC_FORMAT] = "format",
};

/* What the target refused it reports itself. */
static const jl_async_reason reason_of[JL_ASYNC_LOST_COUNT] = {
    [JL_ASYNC_LOST_FULL] = JL_ASYNC_RING_FULL,      [JL_ASYNC_LOST_OLD] = JL_ASYNC_RING_FULL,
    [JL_ASYNC_LOST_TIMEOUT] = JL_ASYNC_TIMEOUT,     [JL_ASYNC_LOST_TOO_LARGE] = JL_ASYNC_TOO_LARGE,
    [JL_ASYNC_LOST_NESTED] = JL_ASYNC_NESTED,       [JL_ASYNC_LOST_CLOSED] = JL_ASYNC_CLOSED,
    [JL_ASYNC_LOST_TARGET] = JL_ASYNC_REASON_COUNT,
};

/* ---- counting ---- */

/* The number first, then the gap, and the other way round in the report: so a loss is in the report
 * that closes the gap, or opens the next one. A line lost for lack of room is missing behind those
 * in the ring; one that was discarded, in front of them. */
static void open_gap(jl_async *a, jl_async_reason reason, uint64_t lines, uint64_t at) {
    __atomic_fetch_add(&a->unreported[reason], lines, __ATOMIC_SEQ_CST);
    uint64_t gap = __atomic_load_n(&a->gap, __ATOMIC_SEQ_CST);
    while (at < gap && !__atomic_compare_exchange_n(&a->gap, &gap, at, false, __ATOMIC_SEQ_CST,
                                                    __ATOMIC_SEQ_CST))
        continue;
}

void jl_async_count(jl_async *a, jl_async_loss loss, uint64_t lines) {
    __atomic_fetch_add(&a->lost[loss], lines, __ATOMIC_SEQ_CST);
    if (reason_of[loss] != JL_ASYNC_REASON_COUNT)
        open_gap(a, reason_of[loss], lines,
                 loss == JL_ASYNC_LOST_OLD ? jl_ring_head(&a->ring) : jl_ring_tail(&a->ring));
}

/* The base may be gone before the worker is. */
void jl_async_count_accepted(jl_async *a, jl_async_loss loss, int reason) {
    jl_async_count(a, loss, 1);
    pthread_mutex_lock(&a->lock);
    if (a->handler != NULL)
        jl_handler_count_loss(a->handler, reason == EDEADLK ? JL_LOST_NESTED : reason);
    else
        jl_stats_add(JL_STAT_LOST_LATER, 1);
    pthread_mutex_unlock(&a->lock);
}

/* All that the base counts and we do not are formats. We count first and the base after us, and
 * here the base is read first: the difference is never too large, and right when all is quiet. */
void jl_async_see_formats(jl_async *a) {
    jsonlog_handler_stats stats = {.lost = 0};
    pthread_mutex_lock(&a->lock);
    jsonlog_handler_get_stats(a->handler, &stats);
    pthread_mutex_unlock(&a->lock);
    uint64_t ours = 0;
    for (int i = 0; i < JL_ASYNC_LOST_COUNT; i++)
        ours += __atomic_load_n(&a->lost[i], __ATOMIC_SEQ_CST);
    if (stats.lost <= ours + a->format_seen)
        return;
    const uint64_t more = stats.lost - ours - a->format_seen;
    a->format_seen += more;
    open_gap(a, JL_ASYNC_FORMAT, more, jl_ring_tail(&a->ring));
}

/* ---- the report ---- */

/* Out of line, because the report is large and rare. */
static __attribute__((noinline)) jsonlog_status write_report(jl_async *a,
                                                             const jsonlog_formatter *formatter,
                                                             uint64_t lost, const char *reason) {
    jl_own_record report;
    jsonlog_status status = jl_lost_report_make(&report, formatter, lost, reason, NULL);
    report.line.record = NULL; /* as for all lines behind the ring */
    if (status == JSONLOG_OK)
        status = jl_handler_write(a->target, &report.line);
    jl_own_record_done(&report);
    return status;
}

/* A reference of its own, for the base may be closed meanwhile. */
static jsonlog_formatter *take_formatter(jl_async *a) {
    pthread_mutex_lock(&a->lock);
    jsonlog_formatter *formatter =
        jsonlog_formatter_retain(jl_handler_formatter(a->handler == NULL ? a->target : a->handler));
    pthread_mutex_unlock(&a->lock);
    return formatter;
}

bool jl_async_report(jl_async *a) {
    __atomic_store_n(&a->gap, JL_ASYNC_NO_GAP, __ATOMIC_SEQ_CST);
    jsonlog_formatter *formatter = take_formatter(a);
    bool is_written = true;
    for (int i = 0; i < JL_ASYNC_REASON_COUNT; i++) {
        const uint64_t lost = __atomic_exchange_n(&a->unreported[i], 0, __ATOMIC_SEQ_CST);
        if (lost == 0 || write_report(a, formatter, lost, reason_names[i]) == JSONLOG_OK)
            continue;
        is_written = false;
        open_gap(a, (jl_async_reason)i, lost, jl_ring_head(&a->ring));
    }
    jsonlog_formatter_release(formatter);
    return is_written;
}
