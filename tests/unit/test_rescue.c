/** What stands in memory when a process crashes, in parts: the ring past lines that nobody will
 * finish, what a buffer says while somebody is in it, the list of holders, a line made by hand. */
#include "base/clock.h"
#include "base/ring.h"
#include "handler/rescue.h"
#include "handler/safe_line.h"
#include "support/handler_lines.h"

#include <jsonlog/async.h>
#include <jsonlog/handler.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/gated_target.h"
#include "support/pipes.h"

/* ---- a line made by hand ---- */

static char text[4096];

static jl_safe_line new_line(size_t size) {
    memset(text, '~', sizeof text);
    return (jl_safe_line){.text = text, .size = size};
}

#define assert_made(line, expected)                           \
    do {                                                      \
        assert_int_equal((line).len, sizeof(expected) - 1);   \
        assert_memory_equal(text, expected, (line).len);      \
        assert_int_equal(text[(line).len], '~'); /* no NUL */ \
    } while (0)

static void writes_numbers(void **state) {
    (void)state;
    jl_safe_line line = new_line(sizeof text);
    jl_safe_append_unsigned(&line, 0);
    jl_safe_append(&line, JL_TEXT(" "));
    jl_safe_append_unsigned(&line, UINT64_MAX);
    jl_safe_append(&line, JL_TEXT(" "));
    jl_safe_append_signed(&line, INT64_MIN);
    jl_safe_append(&line, JL_TEXT(" "));
    jl_safe_append_signed(&line, -1);
    jl_safe_append(&line, JL_TEXT(" "));
    jl_safe_append_hex(&line, 0);
    jl_safe_append(&line, JL_TEXT(" "));
    jl_safe_append_hex(&line, UINT64_C(0xdeadbeef12345678));
    jl_safe_append(&line, JL_TEXT(" "));
    jl_safe_append_digits(&line, 7, 3);
    assert_made(line, "0 18446744073709551615 -9223372036854775808 -1 0x0 0xdeadbeef12345678 007");
}

static void leaves_out_what_does_not_fit(void **state) {
    (void)state;
    jl_safe_line line = new_line(8);
    jl_safe_append(&line, JL_TEXT("12345"));
    assert_false(line.is_cut);
    jl_safe_append_escaped(&line, JL_TEXT("\n\"x"));
    assert_true(line.is_cut);
    assert_made(line, "12345\\n");
    jl_safe_append(&line, JL_TEXT("8"));
    assert_made(line, "12345\\n"); /* nothing behind a gap */
}

/* ---- the ring ---- */

static void put(jl_ring *ring, const char *bytes, size_t len) {
    const jl_ring_line line = {.text = bytes, .len = len, .level = 20};
    assert_int_equal(jl_ring_put(ring, &line, ring->capacity), JL_RING_OK);
}

/* As a thread leaves it that is stopped in the middle of putting: the mark says unfinished, or it
 * is not there yet. */
static void stop_in(jl_ring *ring, uint64_t at, size_t size, bool has_mark) {
    uint32_t mark = 0;
    memcpy(&mark, ring->bytes + at, sizeof mark);
    if (!has_mark)
        memset(ring->bytes + at, 0, size);
    mark = has_mark ? mark | UINT32_C(1) << 31 : 0;
    memcpy(ring->bytes + at, &mark, sizeof mark);
}

static void finds_its_way_past_unfinished_lines(void **state) {
    (void)state;
    jl_ring ring;
    jl_ring_view view;
    assert_true(jl_ring_init(&ring, 256));
    put(&ring, "one", 3);                  /* at 0, 32 bytes */
    put(&ring, "two, and then some", 18);  /* at 32, 48 */
    put(&ring, "three", 5);                /* at 80, 32 */
    put(&ring, "four, which is long", 19); /* at 112, 48 */
    put(&ring, "five", 4);                 /* at 160, 32 */
    stop_in(&ring, 32, 48, true);
    stop_in(&ring, 112, 48, false);
    jl_ring_close(&ring);
    static const struct {
        uint64_t at;
        bool is_finished;
    } expected[] = {{0, true}, {32, false}, {80, true}, {112, false}, {160, true}};
    uint64_t at = jl_ring_head(&ring);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(at, expected[i].at);
        assert_int_equal(jl_ring_peek(&ring, at, &view), expected[i].is_finished);
        at = jl_ring_behind(&ring, at);
    }
    assert_int_equal(at, jl_ring_tail(&ring));
    assert_int_equal(jl_ring_behind(&ring, at), at);
    stop_in(&ring, 160, 32, false); /* the last one */
    assert_int_equal(jl_ring_behind(&ring, 160), jl_ring_tail(&ring));
    jl_ring_batch batch = {.bytes = text};
    assert_true(jl_ring_take(&ring, &batch, 256)); /* the taker stops at the first of them */
    assert_int_equal(batch.len, 32);
    assert_false(jl_ring_take(&ring, &batch, 256));
    jl_ring_done(&ring);
}

static void can_be_emptied_and_opened_again(void **state) {
    (void)state;
    jl_ring ring;
    jl_ring_batch batch = {.bytes = text};
    jl_ring_line line;
    assert_true(jl_ring_init(&ring, 256));
    put(&ring, "one", 3);
    put(&ring, "two", 3);
    jl_ring_close(&ring);
    assert_true(jl_ring_try_hold(&ring));
    assert_false(jl_ring_try_hold(&ring));
    jl_ring_let_go(&ring, jl_ring_behind(&ring, 0));
    jl_ring_open(&ring);
    put(&ring, "three", 5);
    assert_true(jl_ring_take(&ring, &batch, 256));
    assert_true(jl_ring_next(&batch, &line));
    assert_memory_equal(line.text, "two", 3);
    assert_true(jl_ring_next(&batch, &line));
    assert_memory_equal(line.text, "three", 5);
    jl_ring_done(&ring);
}

/* ---- the list ---- */

typedef struct probe {
    jl_holder holder;
    char stages[16];
} probe;

static void note_stage(jl_holder *holder, jl_rescue_stage stage, jl_rescue *rescue) {
    probe *p = (probe *)(void *)holder;
    const size_t len = strlen(p->stages);
    p->stages[len] = "SAQFLR"[stage];
    rescue->is_pending = stage == JL_RESCUE_AWAIT && len < 3;
}

static jl_rescue rescue_for(int ms) {
    return (jl_rescue){.deadline_ns = jl_clock_monotonic_ns() + ms * INT64_C(1000000)};
}

static void goes_through_the_stages(void **state) {
    (void)state;
    probe first = {.holder = {.rescue = note_stage}}, second = first, third = first;
    jl_rescue rescue = rescue_for(60000);
    jl_holder_add(&first.holder);
    jl_holder_add(&second.holder);
    jl_holder_add(&third.holder);
    jl_holder_remove(&second.holder);
    jl_holder_remove(&second.holder); /* once more does nothing */
    jl_rescue_begin();
    assert_true(jl_rescue_is_on());
    jl_rescue_run(&rescue);
    jl_rescue_end(&rescue);
    assert_false(jl_rescue_is_on());
    assert_string_equal(first.stages, "SAAAQFLR"); /* until it was not pending */
    assert_string_equal(third.stages, "SAAAQFLR");
    assert_string_equal(second.stages, "");
    jl_holder_remove(&first.holder);
    jl_holder_remove(&third.holder);
}

static bool is_removed; /* atomic */

static void *remove_holder(void *holder) {
    jl_holder_remove(holder);
    __atomic_store_n(&is_removed, true, __ATOMIC_SEQ_CST);
    return NULL;
}

static void nothing_leaves_while_somebody_goes_through(void **state) {
    (void)state;
    pthread_t thread;
    probe p = {.holder = {.rescue = note_stage}};
    jl_rescue rescue = rescue_for(1);
    jl_holder_add(&p.holder);
    jl_rescue_begin();
    assert_int_equal(pthread_create(&thread, NULL, remove_holder, &p.holder), 0);
    usleep(20000);
    assert_false(__atomic_load_n(&is_removed, __ATOMIC_SEQ_CST));
    jl_rescue_end(&rescue);
    pthread_join(thread, NULL);
    assert_true(is_removed);
}

/* ---- outputs and rings ---- */

static jsonlog_handler *buffered_pipe(int ends[2]) {
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.policy = jsonlog_buffered(65536, 60000);
    open_pipe(ends, O_NONBLOCK);
    return jsonlog_stream_handler_new(ends[1], &options);
}

static void run_rescue(jl_rescue *rescue) {
    jl_rescue_begin();
    jl_rescue_run(rescue);
    jl_rescue_end(rescue);
}

static void flushes_a_buffer_that_nobody_is_in(void **state) {
    (void)state;
    int ends[2];
    jsonlog_handler *handler = buffered_pipe(ends);
    write_text(handler, "one\n");
    write_text(handler, "two\n");
    jl_rescue rescue = rescue_for(1000);
    run_rescue(&rescue);
    assert_int_equal(rescue.flushed, 2);
    assert_int_equal(rescue.lost + rescue.unflushed, 0);
    drain(ends[0], text, sizeof text);
    assert_string_equal(text, "one\ntwo\n");
    assert_int_equal(write_text(handler, "three\n"), JSONLOG_OK); /* it goes on */
    jsonlog_handler_release(handler);
    drain(ends[0], text, sizeof text);
    assert_string_equal(text, "three\n");
    close(ends[0]), close(ends[1]);
}

static void counts_a_buffer_that_somebody_is_in(void **state) {
    (void)state;
    int ends[2];
    jsonlog_handler *handler = buffered_pipe(ends);
    write_text(handler, "one\n");
    write_text(handler, "two\n");
    jl_rescue rescue = rescue_for(1000);
    assert_true(jl_handler_enter(handler)); /* as if this thread had crashed in it */
    const int64_t before = jl_clock_monotonic_ns();
    run_rescue(&rescue);
    assert_true(jl_clock_monotonic_ns() - before < INT64_C(900000000)); /* no use to wait */
    jl_handler_leave(handler);
    assert_int_equal(rescue.unflushed, 2);
    assert_int_equal(rescue.lost + rescue.flushed, 0);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    drain(ends[0], text, sizeof text);
    assert_string_equal(text, "one\ntwo\n");
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]);
}

/* The thread of the ring is stuck in its target with the first line: that one nobody knows about,
 * the others are lost, for this target cannot be written to by a signal handler. */
static void counts_what_is_behind_a_stuck_target(void **state) {
    (void)state;
    gated_target target;
    jsonlog_handler *inner = gated_handler(&target);
    jsonlog_handler *async = jsonlog_async_handler_new(inner, NULL);
    gate_shut(&target);
    for (int i = 0; i < 4; i++)
        assert_int_equal(write_text(async, "line\n"), JSONLOG_OK);
    gate_await(&target, 1);
    jl_rescue rescue = rescue_for(50);
    jl_rescue_begin();
    jl_rescue_run(&rescue);
    assert_int_equal(write_text(async, "refused\n"), JSONLOG_E_CLOSED);
    jsonlog_async_stats stats;
    jsonlog_async_get_stats(async, &stats);
    assert_int_equal(stats.lost_closed, 1);
    jl_rescue_end(&rescue);
    assert_int_equal(rescue.unflushed, 1);
    assert_int_equal(rescue.lost, 3);
    assert_int_equal(rescue.flushed, 0);
    gate_open(&target);
    jsonlog_handler_release(async);
    jsonlog_handler_release(inner);
    gated_done(&target);
}

static void knows_where_a_handler_ends(void **state) {
    (void)state;
    int ends[2];
    gated_target target;
    jsonlog_handler *stream = buffered_pipe(ends);
    jsonlog_handler *inner = gated_handler(&target);
    jsonlog_handler *to_stream = jsonlog_async_handler_new(stream, NULL);
    jsonlog_handler *twice = jsonlog_async_handler_new(to_stream, NULL);
    jsonlog_handler *to_other = jsonlog_async_handler_new(inner, NULL);
    assert_non_null(jl_holder_output(stream));
    assert_ptr_equal(jl_holder_output(to_stream), jl_holder_output(stream));
    assert_ptr_equal(jl_holder_output(twice), jl_holder_output(stream));
    assert_null(jl_holder_output(to_other));
    assert_null(jl_holder_output(inner));
    assert_null(jl_holder_output(NULL));
    jsonlog_handler_release(twice);
    jsonlog_handler_release(to_stream);
    jsonlog_handler_release(to_other);
    jsonlog_handler_release(inner);
    jsonlog_handler_release(stream);
    gated_done(&target);
    close(ends[0]), close(ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_numbers),
        cmocka_unit_test(leaves_out_what_does_not_fit),
        cmocka_unit_test(finds_its_way_past_unfinished_lines),
        cmocka_unit_test(can_be_emptied_and_opened_again),
        cmocka_unit_test(goes_through_the_stages),
        cmocka_unit_test(nothing_leaves_while_somebody_goes_through),
        cmocka_unit_test(flushes_a_buffer_that_nobody_is_in),
        cmocka_unit_test(counts_a_buffer_that_somebody_is_in),
        cmocka_unit_test(counts_what_is_behind_a_stuck_target),
        cmocka_unit_test(knows_where_a_handler_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
