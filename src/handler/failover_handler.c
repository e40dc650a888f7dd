#include <jsonlog/failover.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "handler/fan_out.h"
#include "record/lost_report.h"

#include <errno.h>

#define RETRY_MS     1000
#define RETRY_MAX_MS 60000

#define NS_PER_MS INT64_C(1000000)
#define NEVER     INT64_MAX

typedef struct failover {
    jl_fan fan;
    jsonlog_failover_options options;

    uint32_t in_charge;   /* atomic, from 0; written by whoever has `is_changing` */
    uint32_t is_changing; /* atomic: one thread is trying another position. Others do not wait */
    int64_t retry_at_ns;  /* atomic, monotonic */
    uint32_t wait_ms;     /* until the next retry; of whoever has `is_changing` */

    /* atomic */
    uint64_t lines;    /* since the last try */
    uint64_t away;     /* taken elsewhere, since the first position was last in charge */
    uint64_t declined; /* likewise, not wanted there */
    uint64_t changes, retries, elsewhere, declined_ever, unreported;
} failover;

static uint64_t count(uint64_t *counter) {
    return __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static uint64_t counted(const uint64_t *counter) {
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* ---- when to try again ---- */

static void schedule(failover *f, uint32_t wait_ms) {
    f->wait_ms = wait_ms;
    const int64_t at = f->options.retry_ms == JSONLOG_RETRY_NEVER
                           ? NEVER
                           : jl_clock_monotonic_ns() + wait_ms * NS_PER_MS;
    __atomic_store_n(&f->lines, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&f->retry_at_ns, at, __ATOMIC_RELAXED);
}

/* A vain try doubles the wait. */
static void schedule_later(failover *f) {
    const uint32_t most = f->options.retry_max_ms;
    schedule(f, f->wait_ms > most / 2 ? most : f->wait_ms * 2);
}

static bool is_retry_due(failover *f) {
    const uint64_t lines = count(&f->lines);
    if (f->options.retry_lines > 0 && lines >= f->options.retry_lines)
        return true;
    const int64_t at = __atomic_load_n(&f->retry_at_ns, __ATOMIC_RELAXED);
    return at != NEVER && jl_clock_monotonic_ns() >= at;
}

static bool claim(failover *f) {
    uint32_t free = 0;
    return __atomic_compare_exchange_n(&f->is_changing, &free, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static void unclaim(failover *f) {
    __atomic_store_n(&f->is_changing, 0, __ATOMIC_RELEASE);
}

static uint32_t in_charge_of(const failover *f) {
    return __atomic_load_n(&f->in_charge, __ATOMIC_RELAXED);
}

/* ---- one line ---- */

/* What has become of it so far. */
typedef struct turn {
    failover *f;
    const jsonlog_line *line;
    uint32_t in_charge;
    bool is_claimed;       /* this thread may change who is in charge */
    bool has_failed;       /* a handler has, and not for the line's sake */
    jsonlog_status status; /* of the first failure … */
    int reason;            /* … an errno or a JL_LOST_… constant */
} turn;

/* How it went at one position. */
typedef enum outcome {
    DONE,   /* taken, or not wanted by whom it was for */
    NESTED, /* the line is lost: this thread holds the lock */
    NEXT,   /* somebody else may take it */
} outcome;

static void note_failure(turn *t, jsonlog_status status, int reason) {
    if (t->status != JSONLOG_OK)
        return;
    t->status = status;
    t->reason = reason;
}

static const char *name_of(const failover *f, uint32_t at) {
    return jl_handler_name(f->fan.handlers[at]);
}

static void describe(const turn *t, uint32_t at, jl_own_record *own, char *space) {
    const failover *f = t->f;
    const bool is_back = at < t->in_charge;
    jl_own_record_init(own, is_back ? JSONLOG_LEVEL_INFO : JSONLOG_LEVEL_WARN,
                       is_back ? "recovered" : "failed over", t->line);
    jl_own_record_add(own, JL_TEXT("from"), jsonlog_from_string(name_of(f, t->in_charge)));
    jl_own_record_add(own, JL_TEXT("to"), jsonlog_from_string(name_of(f, at)));
    jl_own_record_add(own, JL_TEXT("position"), jsonlog_from_uint64(at + 1));
    if (!is_back) {
        const char *reason = jl_lost_reason(t->reason, space);
        jl_own_record_add(own, JL_TEXT("reason"), jsonlog_from_string(reason));
        return;
    }
    jl_own_record_add(own, JL_TEXT("lines"), jsonlog_from_uint64(counted(&f->away)));
    if (counted(&f->declined) > 0)
        jl_own_record_add(own, JL_TEXT("declined"), jsonlog_from_uint64(counted(&f->declined)));
}

/* Tell the change in the output it is a change to, which is also the test whether that works. Out
 * of line, because the record is large and rare. @return whether the line is worth a try. */
static __attribute__((noinline)) bool tell(turn *t, uint32_t at) {
    jl_own_record own;
    char space[JL_LOST_REASON_MAX];
    int reason = 0;
    jsonlog_handler *handler = t->f->fan.handlers[at];
    describe(t, at, &own, space);
    bool is_written = jl_own_record_format(&own, jl_handler_formatter(handler)) == JSONLOG_OK;
    bool is_worth_it = true;
    if (is_written) {
        const jsonlog_status status = jl_handler_try(handler, &own.line, &reason);
        is_written = status == JSONLOG_OK;
        is_worth_it = is_written || status == JSONLOG_E_LIMIT;
    }
    jl_own_record_done(&own);
    if (is_worth_it && !is_written)
        count(&t->f->unreported);
    return is_worth_it;
}

/* From here on the position is in charge. */
static void put_in_charge(turn *t, uint32_t at) {
    failover *f = t->f;
    __atomic_store_n(&f->in_charge, at, __ATOMIC_RELAXED);
    t->in_charge = at;
    count(&f->changes);
    schedule(f, f->options.retry_ms);
    if (at > 0)
        return;
    __atomic_store_n(&f->away, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&f->declined, 0, __ATOMIC_RELAXED);
}

static outcome fail(turn *t, jsonlog_status status, int reason) {
    if (status == JSONLOG_E_STATE && reason == JL_LOST_NESTED) {
        t->status = status;
        t->reason = reason;
        return NESTED;
    }
    note_failure(t, status, reason);
    t->has_failed = t->has_failed || (status != JSONLOG_E_LIMIT && reason != JL_LOST_FORMAT);
    return NEXT;
}

static outcome write_at(turn *t, uint32_t at, const jsonlog_line *own) {
    int reason = 0;
    const jsonlog_status status = jl_handler_try(t->f->fan.handlers[at], own, &reason);
    if (status != JSONLOG_OK)
        return fail(t, status, reason);
    if (at > 0) {
        count(&t->f->elsewhere);
        count(&t->f->away);
    }
    return DONE;
}

static void note_declined(failover *f, uint32_t at) {
    if (at == 0)
        return;
    count(&f->declined);
    count(&f->declined_ever);
}

/* A line that is not wanted there says nothing about a position that is tried again; but after a
 * failure somebody has to be in charge. */
static outcome try_at(turn *t, uint32_t at) {
    jsonlog_line own;
    jsonlog_status status = JSONLOG_OK;
    const jl_handler_verdict verdict =
        jl_handler_prepare(t->f->fan.handlers[at], t->line, &own, &status);
    const bool is_new = t->is_claimed && at != t->in_charge;
    if (is_new && (verdict == JL_HANDLER_CANNOT || (verdict != JL_HANDLER_WANTS && !t->has_failed)))
        return NEXT;
    if (verdict == JL_HANDLER_CANNOT)
        return fail(t, status, JL_LOST_FORMAT);
    if (is_new && !tell(t, at))
        return NEXT;
    outcome result = DONE;
    if (verdict == JL_HANDLER_WANTS)
        result = write_at(t, at, &own);
    else
        note_declined(t->f, at);
    if (is_new && result == DONE)
        put_in_charge(t, at);
    return result;
}

/* ---- all positions ---- */

/* Where somebody else has changed it just before, that change is as good. */
static void claim_for(turn *t) {
    if (!claim(t->f))
        return;
    const uint32_t now = in_charge_of(t->f);
    t->is_claimed = now == t->in_charge;
    t->in_charge = now;
    if (!t->is_claimed)
        unclaim(t->f);
}

static outcome try_range(turn *t, uint32_t from, uint32_t to) {
    outcome result = NEXT;
    for (uint32_t at = from; at < to && result == NEXT; at++) {
        result = try_at(t, at);
        if (result == NEXT && t->has_failed && !t->is_claimed)
            claim_for(t);
    }
    return result;
}

/* @return whether the positions in front were tried. */
static bool try_again(turn *t, outcome *result) {
    if (t->in_charge == 0 || !is_retry_due(t->f))
        return false;
    claim_for(t);
    if (!t->is_claimed)
        return false;
    count(&t->f->retries);
    *result = try_range(t, 0, t->in_charge);
    if (*result == NEXT)
        schedule_later(t->f);
    return true;
}

static outcome try_all(turn *t) {
    outcome result = NEXT;
    const bool is_front_done = try_again(t, &result);
    const uint32_t first = t->in_charge;
    if (result == NEXT)
        result = try_range(t, first, (uint32_t)t->f->fan.count);
    if (result == NEXT && !is_front_done)
        result = try_range(t, 0, first);
    return result;
}

static jsonlog_status failover_write(void *self, const jsonlog_line *line) {
    turn t = {.f = self, .line = line, .in_charge = in_charge_of(self)};
    const outcome result = try_all(&t);
    if (t.is_claimed)
        unclaim(t.f);
    if (JSONLOG_LIKELY(result == DONE))
        return JSONLOG_OK;
    errno = t.reason == JL_LOST_NESTED ? EDEADLK : t.reason > 0 ? t.reason : 0;
    return t.status;
}

/* ---- the rest of the class ---- */

static jsonlog_status failover_flush(void *self) {
    return jl_fan_flush(&((failover *)self)->fan);
}

static void failover_close(void *self) {
    jl_fan_done(&((failover *)self)->fan);
    jl_free(self);
}

static void failover_after_fork(void *self) {
    failover *f = self;
    f->in_charge = 0;
    f->is_changing = 0;
    f->away = 0;
    f->declined = 0;
    jl_fan_after_fork(&f->fan);
}

static const jsonlog_handler_class failover_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "failover",
    .write = failover_write,
    .flush = failover_flush,
    .close = failover_close,
    .after_fork = failover_after_fork,
    .is_concurrent = true,
};

/* ---- making one ---- */

static bool read_options(jsonlog_failover_options *to, const jsonlog_failover_options *from) {
    *to = (jsonlog_failover_options)JSONLOG_FAILOVER_OPTIONS_INIT;
    if (from != NULL) {
        if (from->size != sizeof *from)
            return false;
        *to = *from;
    }
    if (to->retry_ms == 0)
        to->retry_ms = RETRY_MS;
    if (to->retry_max_ms == 0)
        to->retry_max_ms = RETRY_MAX_MS;
    if (to->retry_max_ms < to->retry_ms)
        to->retry_max_ms = to->retry_ms;
    return true;
}

jsonlog_handler *jsonlog_failover_handler_new(jsonlog_handler *const *handlers, size_t count,
                                              const jsonlog_failover_options *options) {
    jsonlog_failover_options full;
    if (!read_options(&full, options))
        return NULL;
    failover *f = jl_calloc(1, sizeof *f);
    if (f == NULL)
        return NULL;
    f->options = full;
    jsonlog_handler *handler = NULL;
    if (jl_fan_init(&f->fan, handlers, count))
        handler = jl_handler_new(&failover_class, f, JL_HANDLER_HANDS_ON | JL_HANDLER_REPORTS);
    if (handler == NULL) {
        failover_close(f);
        return NULL;
    }
    if (jl_handler_take_formatter(handler, handlers[0]) == JSONLOG_OK)
        return handler;
    jsonlog_handler_release(handler);
    return NULL;
}

jsonlog_status jsonlog_failover_get_stats(const jsonlog_handler *handler,
                                          jsonlog_failover_stats *stats) {
    const failover *f = jl_handler_self(handler, &failover_class);
    if (f == NULL || stats == NULL)
        return JSONLOG_E_INVALID;
    *stats = (jsonlog_failover_stats){
        .position = in_charge_of(f) + 1,
        .changes = counted(&f->changes),
        .retries = counted(&f->retries),
        .elsewhere = counted(&f->elsewhere),
        .declined = counted(&f->declined_ever),
        .unreported = counted(&f->unreported),
    };
    return JSONLOG_OK;
}
