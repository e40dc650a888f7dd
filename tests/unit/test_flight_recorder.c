#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>
#include <jsonlog/recorder.h>
#include <jsonlog/routing.h>
#include <jsonlog/tee.h>

#include "support/failing_allocator.h"
#include "support/gated_target.h"
#include "support/log_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static gated_target target;
static jsonlog_handler *inner;    /* around it */
static jsonlog_handler *recorder; /* in front of it, at the logger, which has the only reference */

static int64_t now_ns;

static int64_t tell_now(void *context) {
    (void)context;
    return now_ns;
}

static int make_target(void **state) {
    (void)state;
    inner = gated_handler(&target);
    jsonlog_set_clock(tell_now, NULL);
    now_ns = LOG_LINES_TIME_NS;
    return 0;
}

static int drop_target(void **state) {
    (void)state;
    jsonlog_logger_set_handlers(jsonlog_get("recorder"), NULL, 0);
    jsonlog_handler_release(inner);
    gated_done(&target);
    return 0;
}

static void log_to(jsonlog_handler *handler) {
    jsonlog_logger *log = jsonlog_get("recorder");
    jsonlog_logger_set_level(log, JSONLOG_LEVEL_TRACE);
    jsonlog_logger_set_propagate(log, false);
    assert_int_equal(jsonlog_logger_set_handlers(log, &handler, 1), JSONLOG_OK);
}

static void record_to(jsonlog_handler *to, jsonlog_recorder_options options) {
    options.size = sizeof options;
    recorder = jsonlog_recorder_handler_new(to, &options);
    assert_non_null(recorder);
    log_to(recorder);
    jsonlog_handler_release(recorder);
}

static void record_with(jsonlog_recorder_options options) {
    record_to(inner, options);
}

static void say(int level, const char *text) {
    jsonlog_log(jsonlog_get("recorder"), level, text);
}

static void keep(const char *text) {
    say(JSONLOG_LEVEL_DEBUG, text);
}

static void fire(const char *text) {
    say(JSONLOG_LEVEL_ERROR, text);
}

/* What the target took since the last time. */
static const char *taken(void) {
    static char text[16384];
    snprintf(text, sizeof text, "%s", target.len == 0 ? "" : target.text);
    target.len = 0;
    return text;
}

#define assert_taken(expected) assert_string_equal(taken(), expected)

static jsonlog_recorder_stats recorder_stats(void) {
    jsonlog_recorder_stats stats;
    assert_int_equal(jsonlog_recorder_get_stats(recorder, &stats), JSONLOG_OK);
    return stats;
}

/* ---- making one ---- */

static void refuses_bad_options(void **state) {
    (void)state;
    jsonlog_recorder_options options = JSONLOG_RECORDER_OPTIONS_INIT;
    assert_null(jsonlog_recorder_handler_new(NULL, NULL));
    options.size--;
    assert_null(jsonlog_recorder_handler_new(inner, &options));
    options.size++;
    options.ring_bytes = JSONLOG_RECORDER_RING_MAX + 1;
    assert_null(jsonlog_recorder_handler_new(inner, &options));
    assert_int_equal(target.closes, 0);
}

static void survives_any_failed_allocation(void **state) {
    (void)state;
    for (int per_thread = 0; per_thread < 2; per_thread++) {
        jsonlog_recorder_options options = JSONLOG_RECORDER_OPTIONS_INIT;
        options.per_thread = per_thread != 0;
        options.marks = true;
        jsonlog_handler *handler = NULL;
        int count = 0;
        for (; handler == NULL; count++) {
            allocations_left = count;
            handler = jsonlog_recorder_handler_new(inner, &options);
            allocations_left = -1;
        }
        assert_true(count >= 6);
        jsonlog_handler_release(handler);
    }
    assert_int_equal(target.closes, 0);
}

static void knows_other_handlers(void **state) {
    (void)state;
    jsonlog_recorder_stats stats;
    jsonlog_err err;
    assert_int_equal(jsonlog_recorder_dump(inner), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_recorder_dump(NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_recorder_clear(inner), 0);
    assert_int_equal(jsonlog_recorder_get_stats(inner, &stats), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_recorder_set_trigger(inner, "x", &err), JSONLOG_E_INVALID);
    assert_int_equal(err.code, JSONLOG_E_INVALID);
    record_with((jsonlog_recorder_options){0});
    assert_int_equal(jsonlog_recorder_get_stats(recorder, NULL), JSONLOG_E_INVALID);
}

/* ---- keeping and writing ---- */

static void writes_what_led_to_an_error(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){0});
    keep("one");
    say(JSONLOG_LEVEL_TRACE, "two");
    assert_taken("");
    say(JSONLOG_LEVEL_INFO, "info");
    say(JSONLOG_LEVEL_WARN, "warn");
    assert_taken("info\nwarn\n");
    keep("three");
    fire("error");
    assert_taken("one\ntwo\nthree\nerror\n");
    fire("another");
    keep("kept");
    assert_taken("another\n");
    const jsonlog_recorder_stats stats = recorder_stats();
    assert_int_equal(stats.kept, 4);
    assert_int_equal(stats.dumped, 3);
    assert_int_equal(stats.passed, 4);
    assert_int_equal(stats.dumps, 2);
}

static void takes_levels_from_its_options(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){.pass_level = JSONLOG_LEVEL_ERROR,
                                           .trigger_level = JSONLOG_LEVEL_FATAL});
    jsonlog_handler_set_level(recorder, JSONLOG_LEVEL_INFO);
    keep("below its own level");
    say(JSONLOG_LEVEL_INFO, "info");
    say(JSONLOG_LEVEL_WARN, "warn");
    fire("error");
    assert_taken("error\n");
    say(JSONLOG_LEVEL_FATAL, "fatal");
    assert_taken("info\nwarn\nfatal\n");
}

static void fires_for_a_pattern(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){.trigger_level = JSONLOG_LEVEL_OFF});
    jsonlog_handler_set_formatter(recorder, NULL); /* JSON, for the pattern */
    jsonlog_err err;
    assert_int_equal(jsonlog_recorder_set_trigger(recorder, "{ $.slow IS TRUE }", &err),
                     JSONLOG_OK);
    keep("one");
    fire("no");
    assert_taken("no\n");
    jsonlog_debug(jsonlog_get("recorder"), "two", "slow", jsonlog_bool(true));
    assert_taken(LINE("\"DEBUG\",\"logger\":\"recorder\",\"message\":\"one\"}") "two slow=1\n");
    assert_int_equal(jsonlog_recorder_set_trigger(recorder, "{ $.", &err), JSONLOG_E_SYNTAX);
    assert_int_equal(err.offset, 4);
    jsonlog_debug(jsonlog_get("recorder"), "three", "slow", jsonlog_bool(true));
    assert_taken("three slow=1\n");
    assert_int_equal(jsonlog_recorder_set_trigger(recorder, NULL, &err), JSONLOG_OK);
    jsonlog_debug(jsonlog_get("recorder"), "four", "slow", jsonlog_bool(true));
    assert_taken("");
    assert_int_equal(recorder_stats().dumps, 2);
}

static void dumps_and_forgets_on_demand(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){0});
    assert_int_equal(jsonlog_recorder_dump(recorder), JSONLOG_OK);
    keep("one");
    keep("two");
    assert_int_equal(jsonlog_recorder_dump(recorder), JSONLOG_OK);
    assert_taken("one\ntwo\n");
    keep("three");
    assert_int_equal(jsonlog_recorder_clear(recorder), 1);
    assert_int_equal(jsonlog_recorder_clear(recorder), 0);
    fire("error");
    assert_taken("error\n");
    assert_int_equal(recorder_stats().cleared, 1);
}

/* A line of "NNN ….\n" is 48 bytes, in the ring 64: of 4,096 bytes, 64 lines. */
static void log_numbered(int from, int to) {
    char text[64];
    for (int i = from; i < to; i++) {
        snprintf(text, sizeof text, "%03d %43s", i, ".");
        keep(text);
    }
}

static void makes_room_for_the_newest(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){.ring_bytes = 1});
    log_numbered(0, 100);
    jsonlog_recorder_stats stats = recorder_stats();
    assert_int_equal(stats.kept, 100);
    assert_int_equal(stats.evicted, 36);
    fire("!");
    const char *text = taken();
    for (int i = 36; i < 100; i++, text = strchr(text, '\n') + 1)
        assert_int_equal(atoi(text), i);
    assert_string_equal(text, "!\n");
    assert_int_equal(recorder_stats().dumped, 64);
    char large[8192] = "";
    memset(large, 'x', sizeof large - 1);
    keep(large);
    assert_int_equal(recorder_stats().not_kept, 1);
    assert_int_equal(stats_of(recorder).lost, 1);
}

static void forgets_lines_that_are_too_old(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){.max_age_ms = 1000});
    const int64_t begin = now_ns;
    keep("0 ms");
    now_ns = begin + 500 * INT64_C(1000000);
    keep("500 ms");
    now_ns = begin + 1500 * INT64_C(1000000);
    fire("1500 ms");
    assert_taken("500 ms\n1500 ms\n");
    assert_int_equal(recorder_stats().expired, 1);
    keep("before the clock was set back");
    now_ns = begin - 3600 * INT64_C(1000000000);
    fire("an hour earlier");
    assert_taken("before the clock was set back\nan hour earlier\n");
}

static jsonlog_line seen[4];
static int seen_count;

static void see(void *context, const jsonlog_line *line) {
    (void)context;
    if (seen_count < 4)
        seen[seen_count++] = *line;
}

static void gives_the_time_and_level_of_then(void **state) {
    (void)state;
    seen_count = 0;
    target.on_write = see;
    record_with((jsonlog_recorder_options){0});
    now_ns = 5;
    keep("one");
    now_ns = 6;
    say(JSONLOG_LEVEL_INFO, "info");
    now_ns = 7;
    fire("error");
    assert_int_equal(seen_count, 3);
    assert_int_equal(seen[0].flags, 0);
    assert_int_equal(seen[1].level, JSONLOG_LEVEL_DEBUG);
    assert_int_equal(seen[1].time_ns, 5);
    assert_int_equal(seen[1].flags, JSONLOG_LINE_RECORDED);
    assert_null(seen[1].record);
    assert_int_equal(seen[2].level, JSONLOG_LEVEL_ERROR);
    assert_int_equal(seen[2].flags, JSONLOG_LINE_RECORDED);
}

/* ---- past levels, through patterns ---- */

static bool no_record(const jsonlog_record *record, void *context) {
    (void)record;
    (void)context;
    return false;
}

static void goes_past_the_level_of_the_target(void **state) {
    (void)state;
    jsonlog_handler_set_level(inner, JSONLOG_LEVEL_FATAL);
    jsonlog_handler_add_filter(inner, no_record, NULL);
    record_with((jsonlog_recorder_options){0});
    keep("debug");
    say(JSONLOG_LEVEL_WARN, "warn");
    fire("error");
    assert_taken("debug\nerror\n");
}

static void goes_past_levels_behind_tee_and_async(void **state) {
    (void)state;
    jsonlog_handler_set_level(inner, JSONLOG_LEVEL_ERROR);
    jsonlog_handler *tee = jsonlog_tee_handler_new(&inner, 1);
    jsonlog_handler *async = jsonlog_async_handler_new(tee, NULL);
    jsonlog_handler_set_level(tee, JSONLOG_LEVEL_ERROR);
    record_to(async, (jsonlog_recorder_options){0});
    keep("debug");
    say(JSONLOG_LEVEL_INFO, "info");
    fire("error");
    assert_int_equal(jsonlog_async_flush(async, 60000), JSONLOG_OK);
    assert_taken("debug\nerror\n");
    jsonlog_handler_release(tee);
    jsonlog_handler_release(async);
}

static void does_not_go_past_patterns(void **state) {
    (void)state;
    assert_int_equal(jsonlog_handler_set_filter_pattern(inner, "secret", JSONLOG_PASS_OTHERS, NULL),
                     JSONLOG_OK);
    record_with((jsonlog_recorder_options){0});
    keep("open");
    keep("secret");
    fire("secret error");
    fire("error");
    assert_taken("open\nerror\n");
    const jsonlog_recorder_stats stats = recorder_stats();
    assert_int_equal(stats.dumped, 1);
    assert_int_equal(stats.unwanted, 1);
    assert_int_equal(stats_of(recorder).lost, 0);
}

/* ---- marks ---- */

static jsonlog_status format_message(const jsonlog_formatter *self, const jsonlog_record *record,
                                     jl_buffer *out) {
    (void)self;
    jl_buffer_append(out, record->message->as.string, record->message->with.len);
    return out->status;
}

static void marks_lines_that_are_objects(void **state) {
    (void)state;
    static const struct {
        const char *line, *marked;
    } cases[] = {
        {"{\"a\":1}\n", "{\"a\":1,\"flightRecorder\":true}\n"},
        {"{\"a\":{}}", "{\"a\":{},\"flightRecorder\":true}"},
        {"{\"a\":1}\r\n", "{\"a\":1,\"flightRecorder\":true}\r\n"},
        {"{}\n", "{}\n"},
        {"\n", "\n"},
        {"plain }\n", "plain }\n"},
        {"{\"a\":1} tail\n", "{\"a\":1} tail\n"},
        {"{\"flightRecorder\":1}\n", "{\"flightRecorder\":1}\n"},
        {"{\"a\":\"34567890123456789012345678901\"}\n",
         "{\"a\":\"34567890123456789012345678901\",\"flightRecorder\":true}\n"}, /* 60 bytes */
        {"{\"a\":\"345678901234567890123456789012\"}\n",
         "{\"a\":\"345678901234567890123456789012\"}\n"},
    };
    static jsonlog_formatter message;
    jl_formatter_init(&message, 60, format_message, NULL);
    jsonlog_handler_set_formatter(inner, &message);
    record_with((jsonlog_recorder_options){.marks = true});
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        keep(cases[i].line);
        assert_int_equal(jsonlog_recorder_dump(recorder), JSONLOG_OK);
        assert_taken(cases[i].marked);
    }
    keep("{\"a\":1}\n");
    fire("{\"a\":2}\n");
    assert_taken("{\"a\":1,\"flightRecorder\":true}\n{\"a\":2}\n");
}

/* ---- failures ---- */

static void counts_what_the_target_refuses(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){0});
    jsonlog_stats before, after;
    jsonlog_get_stats(&before);
    keep("one");
    keep("two");
    target.refusals = 1;
    target.status = JSONLOG_E_AGAIN;
    fire("error");
    jsonlog_get_stats(&after);
    assert_taken("lines lost lost=1 reason=EAGAIN\ntwo\nerror\n");
    assert_int_equal(recorder_stats().dumped, 1);
    assert_int_equal(recorder_stats().refused, 1);
    assert_int_equal(stats_of(recorder).lines, 3);
    assert_int_equal(stats_of(recorder).lost, 1);
    assert_int_equal(stats_of(recorder).lost_again, 1);
    assert_int_equal(after.lost_later - before.lost_later, 1);
    target.refusals = 1;
    keep("three");
    assert_int_equal(jsonlog_recorder_dump(recorder), JSONLOG_E_AGAIN);
}

static void passes_on_why_the_target_failed(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){0});
    target.status = JSONLOG_E_IO;
    target.error = ENOSPC;
    target.refusals = 1;
    keep("kept");
    fire("error"); /* the kept one is refused */
    assert_int_equal(stats_of(recorder).last_errno, ENOSPC);
    assert_int_equal(stats_of(recorder).lost_error, 1);
    target.error = EIO;
    target.refusals = 1;
    fire("error"); /* this one */
    assert_int_equal(stats_of(recorder).last_errno, EIO);
    assert_int_equal(stats_of(recorder).lost_error, 2);
}

static void allocates_nothing(void **state) {
    (void)state;
    jsonlog_handler *memory = jsonlog_memory_handler_new(4096);
    use_plain_formatter(memory);
    for (int per_thread = 0; per_thread < 2; per_thread++) {
        record_to(memory, (jsonlog_recorder_options){.per_thread = per_thread != 0});
        keep("one");
        fire("two");
        allocations_left = 0;
        keep("three");
        fire("four");
        allocations_left = -1;
        char text[64];
        jsonlog_memory_handler_read(memory, text, sizeof text);
        assert_string_equal(text, "one\ntwo\nthree\nfour\n");
        jsonlog_memory_handler_clear(memory);
    }
    record_to(memory, (jsonlog_recorder_options){.per_thread = true});
    allocations_left = 0;
    keep("no memory");
    allocations_left = -1;
    assert_int_equal(recorder_stats().not_kept, 1);
    jsonlog_handler_release(memory);
}

static void log_nested(void *context, const jsonlog_line *line) {
    (void)context;
    (void)line;
    target.on_write = NULL;
    keep("nested debug");
    fire("nested error");
}

static void does_not_wait_within_itself(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){0});
    target.on_write = log_nested;
    keep("one");
    keep("two");
    fire("error");
    assert_taken("one\nlines lost lost=1 reason=nested\ntwo\nerror\n");
    assert_int_equal(stats_of(recorder).lost_nested, 1);
    fire("next");
    assert_taken("nested debug\nnext\n");
}

/* ---- threads and processes ---- */

static bool yes = true;

static void *log_on_thread(void *argument) {
    keep("theirs");
    if (argument != NULL)
        fire("their error");
    return NULL;
}

static void run_thread(void *argument) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, log_on_thread, argument), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void keeps_all_threads_together(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){0});
    keep("mine");
    run_thread(NULL);
    fire("error");
    assert_taken("mine\ntheirs\nerror\n");
}

static void keeps_each_thread_apart(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){.per_thread = true});
    assert_int_equal(jsonlog_recorder_dump(recorder), JSONLOG_OK);
    assert_int_equal(jsonlog_recorder_clear(recorder), 0);
    keep("mine");
    run_thread(NULL);
    assert_taken("");
    run_thread(&yes); /* has the record of the first one, but not its lines */
    assert_taken("theirs\ntheir error\n");
    fire("error");
    assert_taken("mine\nerror\n");
    assert_int_equal(recorder_stats().evicted, 1);
    keep("mine");
    assert_int_equal(jsonlog_recorder_clear(recorder), 1);
}

static void *fire_on_thread(void *text) {
    fire(text);
    return NULL;
}

/* The lines are out of the ring, and one of them is just being written. */
static void waits_for_lines_that_another_thread_writes(void **state) {
    (void)state;
    static char first[] = "first error", second[] = "second error";
    jsonlog_handler_class concurrent = gated_class;
    concurrent.is_concurrent = true;
    concurrent.close = NULL;
    jsonlog_handler *to = jsonlog_handler_new(&concurrent, &target);
    use_plain_formatter(to);
    record_to(to, (jsonlog_recorder_options){0});
    keep("one");
    keep("two");
    gate_shut(&target);
    pthread_t threads[2];
    assert_int_equal(pthread_create(&threads[0], NULL, fire_on_thread, first), 0);
    gate_await(&target, 1);
    assert_int_equal(pthread_create(&threads[1], NULL, fire_on_thread, second), 0);
    for (int i = 0; i < 1000 && recorder_stats().dumps < 2; i++)
        usleep(10000);
    usleep(100000);
    gate_open(&target);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    const char *text = taken();
    assert_memory_equal(text, "one\ntwo\n", 8);
    assert_non_null(strstr(text, "second error\n"));
    jsonlog_logger_set_handlers(jsonlog_get("recorder"), NULL, 0);
    jsonlog_handler_release(to);
}

static void begins_empty_in_a_child(void **state) {
    (void)state;
    for (int per_thread = 0; per_thread < 2; per_thread++) {
        record_with((jsonlog_recorder_options){.per_thread = per_thread != 0});
        keep("parent");
        const pid_t pid = fork();
        if (pid == 0) {
            alarm(60);
            keep("child");
            fire("error");
            _exit(strcmp(taken(), "child\nerror\n") == 0 ? 0 : 1);
        }
        int status = -1;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        fire("error");
        assert_taken("parent\nerror\n");
    }
}

static pid_t forked;

static void fork_inside(void *context, const jsonlog_line *line) {
    (void)context;
    (void)line;
    target.on_write = NULL;
    forked = fork();
    if (forked == 0)
        alarm(60);
}

static void does_not_write_the_parents_lines_in_a_child(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){0});
    target.on_write = fork_inside;
    keep("one");
    keep("two");
    fire("error");
    if (forked == 0) {
        if (strcmp(taken(), "one\nerror\n") != 0)
            _exit(1);
        keep("child");
        fire("again");
        _exit(strcmp(taken(), "child\nagain\n") == 0 ? 0 : 2);
    }
    int status = -1;
    assert_int_equal(waitpid(forked, &status, 0), forked);
    assert_int_equal(status, 0);
    assert_taken("one\ntwo\nerror\n");
}

static void flushes_the_target_and_not_the_ring(void **state) {
    (void)state;
    record_with((jsonlog_recorder_options){0});
    keep("one");
    target.flush_status = JSONLOG_E_IO;
    assert_int_equal(jsonlog_handler_flush(recorder), JSONLOG_E_IO);
    assert_int_equal(target.flushes, 1);
    assert_taken("");
}

#define with_target(test) cmocka_unit_test_setup_teardown(test, make_target, drop_target)

int main(void) {
    const struct CMUnitTest tests[] = {
        with_target(refuses_bad_options),
        with_target(survives_any_failed_allocation),
        with_target(knows_other_handlers),
        with_target(writes_what_led_to_an_error),
        with_target(takes_levels_from_its_options),
        with_target(fires_for_a_pattern),
        with_target(dumps_and_forgets_on_demand),
        with_target(makes_room_for_the_newest),
        with_target(forgets_lines_that_are_too_old),
        with_target(gives_the_time_and_level_of_then),
        with_target(goes_past_the_level_of_the_target),
        with_target(goes_past_levels_behind_tee_and_async),
        with_target(does_not_go_past_patterns),
        with_target(marks_lines_that_are_objects),
        with_target(counts_what_the_target_refuses),
        with_target(passes_on_why_the_target_failed),
        with_target(allocates_nothing),
        with_target(does_not_wait_within_itself),
        with_target(keeps_all_threads_together),
        with_target(keeps_each_thread_apart),
        with_target(waits_for_lines_that_another_thread_writes),
        with_target(begins_empty_in_a_child),
        with_target(does_not_write_the_parents_lines_in_a_child),
        with_target(flushes_the_target_and_not_the_ring),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
