#include "base/alloc.h"
#include "base/epoch.h"
#include "support/failing_allocator.h"
#include "support/handler_lines.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- a handler that does as it is told ---- */

typedef struct probe {
    char text[4096]; /* what it accepted */
    size_t len;
    jsonlog_status next; /* what the coming `times` writes return … */
    int error;           /* … and leave in errno */
    int times;
    size_t longest; /* lines beyond it are refused; 0: none are */
    int flushes, closes, forks;
    jsonlog_handler *inner; /* written to from within write */
    jsonlog_status inner_status;
    sem_t *entered, *go_on; /* to be stopped in the middle of a write */
    jsonlog_record last;
} probe;

static jsonlog_status probe_write(void *self, const jsonlog_line *line) {
    probe *p = self;
    assert_int_equal(errno, 0);
    if (p->entered != NULL) {
        sem_post(p->entered);
        sem_wait(p->go_on);
    }
    if (p->inner != NULL)
        p->inner_status = write_text(p->inner, "inner\n");
    if (p->times > 0 || (p->longest > 0 && line->len > p->longest)) {
        p->times--;
        errno = p->error;
        return p->next;
    }
    memcpy(p->text + p->len, line->text, line->len);
    p->len += line->len;
    if (line->record != NULL)
        p->last = *line->record;
    errno = 99; /* a success may leave anything */
    return JSONLOG_OK;
}

static jsonlog_status probe_flush(void *self) {
    probe *p = self;
    p->flushes++;
    assert_int_equal(p->closes, 0);
    return JSONLOG_OK;
}

static void probe_close(void *self) {
    ((probe *)self)->closes++;
}

static void probe_after_fork(void *self) {
    ((probe *)self)->forks++;
}

static const jsonlog_handler_class probe_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "probe",
    .write = probe_write,
    .flush = probe_flush,
    .close = probe_close,
    .after_fork = probe_after_fork,
};

static const jsonlog_handler_class concurrent_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "concurrent",
    .write = probe_write,
    .is_concurrent = true,
};

static jsonlog_handler *reporting(probe *p) {
    jsonlog_handler *handler = jl_handler_new(&probe_class, p, JL_HANDLER_REPORTS);
    assert_non_null(handler);
    use_plain_formatter(handler);
    return handler;
}

static void refuse(probe *p, jsonlog_status status, int error, int times) {
    p->next = status;
    p->error = error;
    p->times = times;
}

#define assert_text(p, expected)                  \
    do {                                          \
        (p)->text[(p)->len] = '\0';               \
        assert_string_equal((p)->text, expected); \
    } while (0)

/* ---- life ---- */

static void refuses_a_bad_class(void **state) {
    (void)state;
    jsonlog_handler_class bad = probe_class;
    bad.size--;
    assert_null(jsonlog_handler_new(&bad, NULL));
    bad = probe_class;
    bad.write = NULL;
    assert_null(jsonlog_handler_new(&bad, NULL));
    assert_null(jsonlog_handler_new(NULL, NULL));
}

static void flushes_and_closes_once_with_the_last_reference(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = jsonlog_handler_new(&probe_class, &p);
    assert_ptr_equal(jsonlog_handler_retain(handler), handler);
    jsonlog_handler_release(handler);
    assert_int_equal(p.closes, 0);
    errno = 7;
    jsonlog_handler_release(handler);
    assert_int_equal(errno, 7);
    assert_int_equal(p.flushes, 1);
    assert_int_equal(p.closes, 1);
    jsonlog_handler_release(NULL);
    assert_null(jsonlog_handler_retain(NULL));
}

static void knows_its_class(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = jsonlog_handler_new(&probe_class, &p);
    assert_ptr_equal(jl_handler_self(handler, &probe_class), &p);
    assert_null(jl_handler_self(handler, &concurrent_class));
    assert_null(jl_handler_self(NULL, &probe_class));
    jsonlog_handler_release(handler);
}

static void survives_any_failed_allocation(void **state) {
    (void)state;
    probe p = {.len = 0};
    allocations_left = 0;
    assert_null(jsonlog_handler_new(&probe_class, &p));
    allocations_left = -1;
    jsonlog_handler *handler = jsonlog_handler_new(&probe_class, &p);
    use_plain_formatter(handler);
    jsonlog_formatter *before = jl_handler_formatter(handler);
    allocations_left = 0;
    assert_int_equal(jsonlog_handler_set_formatter(handler, NULL), JSONLOG_E_NOMEM);
    assert_int_equal(
        jsonlog_handler_add_filter(handler, (bool (*)(const jsonlog_record *, void *))1, NULL),
        JSONLOG_E_NOMEM);
    assert_int_equal(write_text(handler, "no heap\n"), JSONLOG_OK);
    allocations_left = -1;
    assert_ptr_equal(jl_handler_formatter(handler), before);
    jsonlog_handler_release(handler);
}

/* ---- settings ---- */

static bool is_even(const jsonlog_record *record, void *context) {
    ++*(int *)context;
    return record->level % 2 == 0;
}

static bool never(const jsonlog_record *record, void *context) {
    (void)record;
    ++*(int *)context;
    return false;
}

static bool wants(jsonlog_handler *handler, int level) {
    jsonlog_record record = {.level = level};
    return jl_handler_wants(handler, &record);
}

static void takes_records_from_its_level_up(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = jsonlog_handler_new(&probe_class, &p);
    assert_int_equal(jsonlog_handler_get_level(handler), JSONLOG_LEVEL_NOTSET);
    assert_true(wants(handler, 1));
    jsonlog_handler_set_level(handler, JSONLOG_LEVEL_ERROR);
    assert_int_equal(jsonlog_handler_get_level(handler), JSONLOG_LEVEL_ERROR);
    assert_false(wants(handler, JSONLOG_LEVEL_ERROR - 1));
    assert_true(wants(handler, JSONLOG_LEVEL_ERROR));
    jsonlog_handler_set_level(NULL, 1);
    assert_int_equal(jsonlog_handler_get_level(NULL), JSONLOG_LEVEL_OFF);
    jsonlog_handler_release(handler);
}

static void asks_filters_in_order_behind_the_level(void **state) {
    (void)state;
    probe p = {.len = 0};
    int even = 0, nevers = 0;
    jsonlog_handler *handler = jsonlog_handler_new(&probe_class, &p);
    jsonlog_handler_set_level(handler, 10);
    assert_int_equal(jsonlog_handler_add_filter(handler, is_even, &even), JSONLOG_OK);
    assert_true(wants(handler, 12));
    assert_false(wants(handler, 13));
    assert_false(wants(handler, 8));
    assert_int_equal(even, 2);
    assert_int_equal(jsonlog_handler_add_filter(handler, never, &nevers), JSONLOG_OK);
    assert_false(wants(handler, 12));
    assert_false(wants(handler, 13));
    assert_int_equal(nevers, 1);
    jsonlog_handler_release(handler);
}

static void takes_sixteen_filters(void **state) {
    (void)state;
    probe p = {.len = 0};
    int calls = 0;
    jsonlog_handler *handler = jsonlog_handler_new(&probe_class, &p);
    for (int i = 0; i < 16; i++)
        assert_int_equal(jsonlog_handler_add_filter(handler, is_even, &calls), JSONLOG_OK);
    assert_int_equal(jsonlog_handler_add_filter(handler, is_even, &calls), JSONLOG_E_LIMIT);
    assert_true(wants(handler, 12));
    assert_int_equal(calls, 16);
    assert_int_equal(jsonlog_handler_add_filter(handler, NULL, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_handler_add_filter(NULL, is_even, NULL), JSONLOG_E_INVALID);
    jsonlog_handler_release(handler);
}

static int formatters_freed;

static void count_free(jsonlog_formatter *self) {
    (void)self;
    formatters_freed++;
}

static void holds_a_reference_to_its_formatter(void **state) {
    (void)state;
    probe p = {.len = 0};
    int calls = 0;
    formatters_freed = 0;
    jsonlog_formatter a, b;
    jl_formatter_init(&a, 0, plain_format, count_free);
    jl_formatter_init(&b, 0, plain_format, count_free);
    jsonlog_handler *handler = jsonlog_handler_new(&probe_class, &p);
    assert_ptr_equal(jl_handler_formatter(handler), jl_formatter_default());
    assert_int_equal(jsonlog_handler_set_formatter(handler, &a), JSONLOG_OK);
    jsonlog_formatter_release(&a);
    jsonlog_handler_add_filter(handler, is_even, &calls);
    assert_int_equal(formatters_freed, 0);
    assert_ptr_equal(jl_handler_formatter(handler), &a);
    assert_int_equal(jsonlog_handler_set_formatter(handler, &b), JSONLOG_OK);
    assert_int_equal(formatters_freed, 1);
    assert_int_equal(jsonlog_handler_set_formatter(handler, NULL), JSONLOG_OK);
    assert_ptr_equal(jl_handler_formatter(handler), jl_formatter_default());
    assert_int_equal(b.references, 1);
    assert_int_equal(jsonlog_handler_set_formatter(handler, &b), JSONLOG_OK);
    jsonlog_handler_release(handler);
    assert_int_equal(b.references, 1);
    assert_int_equal(jsonlog_handler_set_formatter(NULL, &b), JSONLOG_E_INVALID);
}

static void keeps_a_formatter_that_a_pinned_thread_may_hold(void **state) {
    (void)state;
    probe p = {.len = 0};
    formatters_freed = 0;
    jsonlog_formatter a;
    jl_formatter_init(&a, 0, plain_format, count_free);
    jsonlog_handler *handler = jsonlog_handler_new(&probe_class, &p);
    jsonlog_handler_set_formatter(handler, &a);
    jsonlog_formatter_release(&a);
    jl_thread *thread = jl_thread_enter();
    jl_epoch_pin(thread);
    assert_ptr_equal(jl_handler_formatter(handler), &a);
    jsonlog_handler_set_formatter(handler, NULL);
    assert_int_equal(formatters_freed, 0);
    jl_epoch_unpin(thread);
    assert_int_equal(formatters_freed, 1);
    jsonlog_handler_release(handler);
}

/* ---- writing and counting ---- */

static void counts_what_is_accepted_and_keeps_errno(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = reporting(&p);
    errno = 42;
    assert_int_equal(write_text(handler, "one\n"), JSONLOG_OK);
    assert_int_equal(write_text(handler, "three\n"), JSONLOG_OK);
    assert_int_equal(errno, 42);
    refuse(&p, JSONLOG_E_IO, EIO, 1);
    assert_int_equal(write_text(handler, "lost\n"), JSONLOG_E_IO);
    assert_int_equal(errno, 42);
    jsonlog_handler_stats stats = stats_of(handler);
    assert_int_equal(stats.lines, 2);
    assert_int_equal(stats.bytes, 10);
    assert_int_equal(stats.lost, 1);
    assert_text(&p, "one\nthree\n");
    jsonlog_handler_release(handler);
}

static void counts_and_reports_each_kind_of_loss(void **state) {
    (void)state;
    static const struct {
        jsonlog_status status;
        int error;
        const char *report;
        uint64_t again, failed, nested;
        int last_errno;
    } cases[] = {
        {JSONLOG_E_AGAIN, EAGAIN, "lines lost lost=2 reason=EAGAIN\n", 2, 0, 0, EAGAIN},
        {JSONLOG_E_AGAIN, 0, "lines lost lost=2 reason=EAGAIN\n", 2, 0, 0, EAGAIN},
        {JSONLOG_E_CLOSED, EPIPE, "lines lost lost=2 reason=EPIPE\n", 0, 2, 0, EPIPE},
        {JSONLOG_E_IO, ENOSPC, "lines lost lost=2 reason=ENOSPC\n", 0, 2, 0, ENOSPC},
        {JSONLOG_E_IO, EIO, "lines lost lost=2 reason=EIO\n", 0, 2, 0, EIO},
        {JSONLOG_E_IO, 0, "lines lost lost=2 reason=refused\n", 0, 2, 0, 0},
        {JSONLOG_E_IO, 3999, "lines lost lost=2 reason=errno 3999\n", 0, 2, 0, 3999},
        {JSONLOG_E_STATE, EDEADLK, "lines lost lost=2 reason=nested\n", 0, 0, 2, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        probe p = {.len = 0};
        jsonlog_handler *handler = reporting(&p);
        refuse(&p, cases[i].status, cases[i].error, 1);
        assert_int_equal(write_text(handler, "a\n"), cases[i].status);
        refuse(&p, cases[i].status, cases[i].error, 2); /* the report and its line */
        assert_int_equal(write_text(handler, "b\n"), cases[i].status);
        p.times = 0;
        assert_int_equal(write_text(handler, "c\n"), JSONLOG_OK);
        assert_int_equal(write_text(handler, "d\n"), JSONLOG_OK);
        char expected[128];
        snprintf(expected, sizeof expected, "%sc\nd\n", cases[i].report);
        assert_text(&p, expected);
        jsonlog_handler_stats stats = stats_of(handler);
        assert_int_equal(stats.lines, 3);
        assert_int_equal(stats.lost, 2);
        assert_int_equal(stats.lost_again, cases[i].again);
        assert_int_equal(stats.lost_error, cases[i].failed);
        assert_int_equal(stats.lost_nested, cases[i].nested);
        assert_int_equal(stats.last_errno, cases[i].last_errno);
        jsonlog_handler_release(handler);
    }
}

static void counts_a_record_that_could_not_be_formatted(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = reporting(&p);
    jl_handler_count_lost(handler);
    jl_handler_count_torn(handler);
    write_text(handler, "next\n");
    assert_text(&p, "lines lost lost=1 reason=format\nnext\n");
    jsonlog_handler_stats stats = stats_of(handler);
    assert_int_equal(stats.lost, 1);
    assert_int_equal(stats.lost_again + stats.lost_error + stats.lost_nested, 0);
    assert_int_equal(stats.torn_closed, 1);
    jsonlog_handler_get_stats(handler, NULL);
    assert_int_equal(stats_of(NULL).lost, 0);
    jsonlog_handler_release(handler);
}

static void refuses_the_line_while_there_is_no_room_for_the_report(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = reporting(&p);
    refuse(&p, JSONLOG_E_AGAIN, EAGAIN, 1);
    write_text(handler, "a\n");
    refuse(&p, JSONLOG_E_AGAIN, EAGAIN, 1); /* the report only; the line would be taken */
    assert_int_equal(write_text(handler, "b\n"), JSONLOG_E_AGAIN);
    assert_int_equal(write_text(handler, "c\n"), JSONLOG_OK);
    assert_text(&p, "lines lost lost=2 reason=EAGAIN\nc\n");
    jsonlog_handler_release(handler);
}

static void writes_the_line_where_the_report_can_never_go(void **state) {
    (void)state;
    probe p = {.longest = 4};
    jsonlog_handler *handler = reporting(&p);
    refuse(&p, JSONLOG_E_LIMIT, EMSGSIZE, 0);
    assert_int_equal(write_text(handler, "too long\n"), JSONLOG_E_LIMIT);
    assert_int_equal(write_text(handler, "ok\n"), JSONLOG_OK);
    assert_int_equal(stats_of(handler).lost, 1);
    assert_text(&p, "ok\n");
    p.longest = 0;
    write_text(handler, "ok\n");
    assert_text(&p, "ok\nlines lost lost=1 reason=EMSGSIZE\nok\n");
    jsonlog_handler_release(handler);
}

static void reports_only_where_asked_to(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = jsonlog_handler_new(&probe_class, &p);
    use_plain_formatter(handler);
    refuse(&p, JSONLOG_E_IO, EIO, 1);
    write_text(handler, "a\n");
    write_text(handler, "b\n");
    assert_text(&p, "b\n");
    jsonlog_handler_release(handler);
}

/* Whatever level the handler has: this is not a record somebody may want or not. */
static void reports_as_a_record_of_its_own(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = reporting(&p);
    jsonlog_handler_set_level(handler, JSONLOG_LEVEL_OFF);
    jl_handler_count_lost(handler);
    write_text(handler, "x\n"); /* a line without a record, so the report's is the last one seen */
    assert_text(&p, "lines lost lost=1 reason=format\nx\n");
    assert_int_equal(p.last.level, JSONLOG_LEVEL_WARN);
    assert_int_equal(p.last.time_ns, 1);
    assert_string_equal(p.last.logger, "jsonlog");
    jsonlog_handler_release(handler);
}

static jsonlog_status failing_format(const jsonlog_formatter *self, const jsonlog_record *record,
                                     jl_buffer *out) {
    (void)self;
    (void)record;
    jl_buffer_append_char(out, '!');
    return JSONLOG_E_LIMIT;
}

static void keeps_the_count_of_a_report_that_cannot_be_formatted(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = reporting(&p);
    jsonlog_formatter broken;
    jl_formatter_init(&broken, 0, failing_format, NULL);
    jsonlog_handler_set_formatter(handler, &broken);
    jl_handler_count_lost(handler);
    write_text(handler, "a\n");
    use_plain_formatter(handler);
    write_text(handler, "b\n");
    assert_text(&p, "a\nlines lost lost=1 reason=format\nb\n");
    jsonlog_handler_release(handler);
}

/* ---- nested calls ---- */

static void drops_and_counts_a_nested_line(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = reporting(&p);
    p.inner = handler;
    assert_int_equal(write_text(handler, "outer\n"), JSONLOG_OK);
    assert_int_equal(p.inner_status, JSONLOG_E_STATE);
    assert_int_equal(stats_of(handler).lost_nested, 1);
    p.inner = NULL;
    write_text(handler, "next\n");
    assert_text(&p, "outer\nlines lost lost=1 reason=nested\nnext\n");
    jsonlog_handler_release(handler);
}

static void nests_in_a_free_handler_and_in_a_concurrent_one(void **state) {
    (void)state;
    probe outer = {.len = 0}, inner = {.len = 0}, open = {.len = 0};
    jsonlog_handler *a = reporting(&outer), *b = reporting(&inner);
    jsonlog_handler *c = jsonlog_handler_new(&concurrent_class, &open);
    outer.inner = b;
    inner.inner = c;
    assert_int_equal(write_text(a, "outer\n"), JSONLOG_OK);
    assert_int_equal(outer.inner_status, JSONLOG_OK);
    assert_int_equal(inner.inner_status, JSONLOG_OK);
    assert_text(&inner, "inner\n");
    assert_text(&open, "inner\n");
    jsonlog_handler_release(a);
    jsonlog_handler_release(b);
    jsonlog_handler_release(c);
}

typedef struct writer {
    jsonlog_handler *handler;
    jsonlog_status status;
} writer;

static void *write_outer(void *argument) {
    writer *w = argument;
    w->status = write_text(w->handler, "outer\n");
    return NULL;
}

/* Two handlers whose writes log to each other, on two threads: waiting would be a deadlock. */
static void never_waits_in_a_nested_call(void **state) {
    (void)state;
    sem_t entered, go_on;
    sem_init(&entered, 0, 0);
    sem_init(&go_on, 0, 0);
    probe a = {.entered = &entered, .go_on = &go_on};
    probe b = {.entered = &entered, .go_on = &go_on};
    writer wa = {.handler = reporting(&a)}, wb = {.handler = reporting(&b)};
    a.inner = wb.handler;
    b.inner = wa.handler;
    pthread_t ta, tb;
    pthread_create(&ta, NULL, write_outer, &wa);
    pthread_create(&tb, NULL, write_outer, &wb);
    sem_wait(&entered);
    sem_wait(&entered);
    a.entered = b.entered = NULL; /* both are inside and hold their locks */
    sem_post(&go_on);
    sem_post(&go_on);
    pthread_join(ta, NULL);
    pthread_join(tb, NULL);
    assert_int_equal(wa.status, JSONLOG_OK);
    assert_int_equal(wb.status, JSONLOG_OK);
    assert_true(stats_of(wa.handler).lost_nested + stats_of(wb.handler).lost_nested >= 1);
    jsonlog_handler_release(wa.handler);
    jsonlog_handler_release(wb.handler);
}

static void flushes_under_the_lock(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = reporting(&p);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    assert_int_equal(p.flushes, 1);
    assert_true(jl_handler_enter(handler));
    assert_true(jl_handler_is_entered(handler));
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_E_STATE);
    assert_false(jl_handler_enter(handler));
    jl_handler_leave(handler);
    assert_false(jl_handler_is_entered(handler));
    assert_int_equal(p.flushes, 1);
    assert_int_equal(jsonlog_handler_flush(NULL), JSONLOG_E_INVALID);
    jsonlog_handler_release(handler);
    jsonlog_handler *plain = jsonlog_handler_new(&concurrent_class, &p);
    assert_int_equal(jsonlog_handler_flush(plain), JSONLOG_OK);
    jsonlog_handler_release(plain);
}

static void writes_without_lock_where_told_so(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = reporting(&p);
    jl_handler_set_concurrent(handler, true);
    assert_true(jl_handler_enter(handler));
    assert_int_equal(write_text(handler, "a\n"), JSONLOG_OK);
    jl_handler_set_concurrent(handler, false);
    assert_int_equal(write_text(handler, "b\n"), JSONLOG_E_STATE);
    jl_handler_leave(handler);
    assert_text(&p, "a\n");
    jsonlog_handler_release(handler);
}

/* The wait inside the write is a cancellation point, but not for a thread that writes; behind the
 * write the thread can be cancelled as before (it is not, here: sanitizers do not bear it). */
static void *write_while_cancelled(void *argument) {
    writer *w = argument;
    int state = PTHREAD_CANCEL_DISABLE;
    w->status = write_text(w->handler, "outer\n");
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    return state == PTHREAD_CANCEL_ENABLE ? w : NULL;
}

static void is_not_cancelled_in_a_write(void **state) {
    (void)state;
    sem_t entered, go_on;
    sem_init(&entered, 0, 0);
    sem_init(&go_on, 0, 0);
    probe p = {.entered = &entered, .go_on = &go_on};
    writer w = {.handler = reporting(&p)};
    pthread_t thread;
    pthread_create(&thread, NULL, write_while_cancelled, &w);
    sem_wait(&entered);
    p.entered = NULL;
    pthread_cancel(thread);
    sem_post(&go_on);
    void *result = NULL;
    pthread_join(thread, &result);
    assert_ptr_equal(result, &w);
    assert_int_equal(w.status, JSONLOG_OK);
    assert_int_equal(write_text(w.handler, "next\n"), JSONLOG_OK);
    jsonlog_handler_release(w.handler);
}

/* What a class that has none does not need is not done for it. */
static jsonlog_status note_cancel_state(void *self, const jsonlog_line *line) {
    (void)line;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, self);
    pthread_setcancelstate(*(int *)self, NULL);
    return JSONLOG_OK;
}

static void keeps_from_cancelling_where_it_could_happen(void **state) {
    (void)state;
    static const jsonlog_handler_class classes[] = {
        {.size = sizeof classes[0], .write = note_cancel_state},
        {.size = sizeof classes[0], .write = note_cancel_state, .has_no_cancellation_point = true},
    };
    static const int expected[] = {PTHREAD_CANCEL_DISABLE, PTHREAD_CANCEL_ENABLE};
    for (int i = 0; i < 2; i++) {
        int found = -1;
        jsonlog_handler *handler = jsonlog_handler_new(&classes[i], &found);
        assert_int_equal(write_text(handler, "x\n"), JSONLOG_OK);
        assert_int_equal(found, expected[i]);
        jsonlog_handler_release(handler);
    }
}

/* ---- many threads ---- */

enum { COUNTERS = 40, COUNTED = 20000 }; /* more threads than have a place of their own */

typedef struct counting {
    jsonlog_handler *handler;
    pthread_barrier_t *all;
} counting;

static jsonlog_status take_anything(void *self, const jsonlog_line *line) {
    (void)self;
    (void)line;
    return JSONLOG_OK;
}

static void *count_many(void *argument) {
    const counting *c = argument;
    jl_thread_enter();
    pthread_barrier_wait(c->all);
    for (int i = 0; i < COUNTED; i++)
        write_text(c->handler, "four\n");
    return NULL;
}

static void counts_exactly_what_many_threads_write(void **state) {
    (void)state;
    static const jsonlog_handler_class taking_class = {
        .size = sizeof(jsonlog_handler_class), .write = take_anything, .is_concurrent = true};
    pthread_barrier_t all;
    pthread_t threads[COUNTERS];
    counting c = {jsonlog_handler_new(&taking_class, NULL), &all};
    pthread_barrier_init(&all, NULL, COUNTERS);
    for (int i = 0; i < COUNTERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_many, &c), 0);
    for (int i = 0; i < COUNTERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(stats_of(c.handler).lines, COUNTERS * COUNTED);
    assert_int_equal(stats_of(c.handler).bytes, COUNTERS * COUNTED * 5);
    jsonlog_handler_release(c.handler);
    pthread_barrier_destroy(&all);
}

/* ---- fork ---- */

static int in_child(bool (*check)(jsonlog_handler *handler, probe *p), jsonlog_handler *handler,
                    probe *p) {
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        jl_handler_after_fork(handler);
        _exit(check(handler, p) ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

static bool writes_and_forked_once(jsonlog_handler *handler, probe *p) {
    p->entered = NULL;
    return p->forks == 1 && write_text(handler, "child\n") == JSONLOG_OK &&
           jsonlog_handler_set_formatter(handler, NULL) == JSONLOG_OK;
}

static void a_child_writes_though_another_thread_held_the_lock(void **state) {
    (void)state;
    sem_t entered, go_on;
    sem_init(&entered, 0, 0);
    sem_init(&go_on, 0, 0);
    probe p = {.entered = &entered, .go_on = &go_on};
    writer w = {.handler = reporting(&p)};
    pthread_t thread;
    pthread_create(&thread, NULL, write_outer, &w);
    sem_wait(&entered);
    assert_int_equal(in_child(writes_and_forked_once, w.handler, &p), 0);
    p.entered = NULL;
    sem_post(&go_on);
    pthread_join(thread, NULL);
    assert_int_equal(w.status, JSONLOG_OK);
    jsonlog_handler_release(w.handler);
}

static bool is_still_inside(jsonlog_handler *handler, probe *p) {
    (void)p;
    bool is_nested = write_text(handler, "child\n") == JSONLOG_E_STATE;
    jl_handler_leave(handler);
    return is_nested && write_text(handler, "child\n") == JSONLOG_OK;
}

static void a_fork_from_within_a_write_stays_inside(void **state) {
    (void)state;
    probe p = {.len = 0};
    jsonlog_handler *handler = reporting(&p);
    assert_true(jl_handler_enter(handler));
    assert_int_equal(in_child(is_still_inside, handler, &p), 0);
    jl_handler_leave(handler);
    jsonlog_handler_release(handler);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_a_bad_class),
        cmocka_unit_test(flushes_and_closes_once_with_the_last_reference),
        cmocka_unit_test(knows_its_class),
        cmocka_unit_test(survives_any_failed_allocation),
        cmocka_unit_test(takes_records_from_its_level_up),
        cmocka_unit_test(asks_filters_in_order_behind_the_level),
        cmocka_unit_test(takes_sixteen_filters),
        cmocka_unit_test(holds_a_reference_to_its_formatter),
        cmocka_unit_test(keeps_a_formatter_that_a_pinned_thread_may_hold),
        cmocka_unit_test(counts_what_is_accepted_and_keeps_errno),
        cmocka_unit_test(counts_and_reports_each_kind_of_loss),
        cmocka_unit_test(counts_a_record_that_could_not_be_formatted),
        cmocka_unit_test(refuses_the_line_while_there_is_no_room_for_the_report),
        cmocka_unit_test(writes_the_line_where_the_report_can_never_go),
        cmocka_unit_test(reports_only_where_asked_to),
        cmocka_unit_test(reports_as_a_record_of_its_own),
        cmocka_unit_test(keeps_the_count_of_a_report_that_cannot_be_formatted),
        cmocka_unit_test(drops_and_counts_a_nested_line),
        cmocka_unit_test(nests_in_a_free_handler_and_in_a_concurrent_one),
        cmocka_unit_test(never_waits_in_a_nested_call),
        cmocka_unit_test(flushes_under_the_lock),
        cmocka_unit_test(writes_without_lock_where_told_so),
        cmocka_unit_test(is_not_cancelled_in_a_write),
        cmocka_unit_test(keeps_from_cancelling_where_it_could_happen),
        cmocka_unit_test(counts_exactly_what_many_threads_write),
        cmocka_unit_test(a_child_writes_though_another_thread_held_the_lock),
        cmocka_unit_test(a_fork_from_within_a_write_stays_inside),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
