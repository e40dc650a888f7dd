#include <jsonlog/async.h>
#include <jsonlog/failover.h>
#include <jsonlog/jsonlog.h>
#include <jsonlog/routing.h>

#include "support/failing_allocator.h"
#include "support/gated_target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define FOR_EVER 1000000

static gated_target targets[3];
static jsonlog_handler *handlers[3];

static int make_targets(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++)
        handlers[i] = gated_handler(&targets[i]);
    return 0;
}

static int drop_targets(void **state) {
    (void)state;
    jsonlog_logger_set_handlers(jsonlog_get("failover"), NULL, 0);
    for (int i = 0; i < 3; i++) {
        jsonlog_handler_release(handlers[i]);
        gated_done(&targets[i]);
    }
    return 0;
}

/* At the logger, which has the only reference to it. */
static jsonlog_handler *failover_with(size_t count, jsonlog_failover_options options) {
    options.size = sizeof options;
    jsonlog_handler *handler = jsonlog_failover_handler_new(handlers, count, &options);
    assert_non_null(handler);
    jsonlog_logger *log = jsonlog_get("failover");
    jsonlog_logger_set_level(log, JSONLOG_LEVEL_TRACE);
    jsonlog_logger_set_propagate(log, false);
    assert_int_equal(jsonlog_logger_set_handlers(log, &handler, 1), JSONLOG_OK);
    jsonlog_handler_release(handler);
    return handler;
}

/* Tries again with every nth line, never for the time. */
static jsonlog_handler *failover_by_lines(size_t count, uint32_t retry_lines) {
    return failover_with(count, (jsonlog_failover_options){.retry_ms = JSONLOG_RETRY_NEVER,
                                                           .retry_lines = retry_lines});
}

static void refuse(int target, int times, jsonlog_status status, int error) {
    targets[target].refusals = times;
    targets[target].status = status;
    targets[target].error = error;
}

static void break_down(int target) {
    refuse(target, FOR_EVER, JSONLOG_E_IO, EPIPE);
}

static void mend(int target) {
    targets[target].refusals = 0;
}

static void say(const char *text) {
    jsonlog_info(jsonlog_get("failover"), text);
}

/* What a target took since the last time. */
static const char *taken(int target) {
    static char text[3][4096];
    snprintf(text[target], sizeof text[target], "%s",
             targets[target].len == 0 ? "" : targets[target].text);
    targets[target].len = 0;
    return text[target];
}

#define assert_taken(first, second, third)     \
    do {                                       \
        assert_string_equal(taken(0), first);  \
        assert_string_equal(taken(1), second); \
        assert_string_equal(taken(2), third);  \
    } while (0)

static jsonlog_failover_stats failover_stats(const jsonlog_handler *handler) {
    jsonlog_failover_stats stats;
    assert_int_equal(jsonlog_failover_get_stats(handler, &stats), JSONLOG_OK);
    return stats;
}

#define OVER(position, reason) \
    "failed over from=gated to=gated position=" #position " reason=" reason "\n"
#define BACK(position, lines) \
    "recovered from=gated to=gated position=" #position " lines=" #lines "\n"

/* ---- making one ---- */

static void refuses_bad_arguments(void **state) {
    (void)state;
    jsonlog_handler *missing[] = {handlers[0], NULL};
    jsonlog_handler *twice[] = {handlers[0], handlers[0]};
    jsonlog_failover_options options = JSONLOG_FAILOVER_OPTIONS_INIT;
    assert_null(jsonlog_failover_handler_new(NULL, 1, NULL));
    assert_null(jsonlog_failover_handler_new(handlers, 0, NULL));
    assert_null(jsonlog_failover_handler_new(handlers, 33, NULL));
    assert_null(jsonlog_failover_handler_new(missing, 2, NULL));
    assert_null(jsonlog_failover_handler_new(twice, 2, NULL));
    options.size--;
    assert_null(jsonlog_failover_handler_new(handlers, 2, &options));
    assert_int_equal(targets[0].closes, 0);
}

static void survives_any_failed_allocation(void **state) {
    (void)state;
    jsonlog_handler *handler = NULL;
    int count = 0;
    for (; handler == NULL; count++) {
        allocations_left = count;
        handler = jsonlog_failover_handler_new(handlers, 3, NULL);
        allocations_left = -1;
    }
    assert_true(count >= 4);
    jsonlog_handler_release(handler);
    assert_int_equal(targets[0].closes, 0);
}

static void knows_other_handlers(void **state) {
    (void)state;
    jsonlog_failover_stats stats;
    assert_int_equal(jsonlog_failover_get_stats(handlers[0], &stats), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_failover_get_stats(NULL, &stats), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_failover_get_stats(failover_by_lines(1, 0), NULL), JSONLOG_E_INVALID);
}

/* ---- over and back ---- */

static void writes_to_the_first(void **state) {
    (void)state;
    jsonlog_handler *handler = failover_by_lines(3, 1);
    say("one");
    assert_taken("one\n", "", "");
    const jsonlog_failover_stats stats = failover_stats(handler);
    assert_int_equal(stats.position, 1);
    assert_int_equal(stats.changes, 0);
    assert_int_equal(stats.elsewhere, 0);
}

static void goes_to_the_next_and_says_so_once(void **state) {
    (void)state;
    jsonlog_handler *handler = failover_by_lines(3, 0);
    break_down(0);
    say("one");
    say("two");
    assert_taken("", OVER(2, "EPIPE") "one\ntwo\n", "");
    mend(0); /* nobody tries it again */
    refuse(1, FOR_EVER, JSONLOG_E_AGAIN, 0);
    say("three");
    assert_taken("", "", OVER(3, "EAGAIN") "three\n");
    assert_int_equal(failover_stats(handler).position, 3);
    assert_int_equal(failover_stats(handler).changes, 2);
    assert_int_equal(failover_stats(handler).elsewhere, 3);
    assert_int_equal(stats_of(handler).lost, 0);
    assert_int_equal(stats_of(handlers[0]).lost, 0); /* another one has them */
    assert_int_equal(targets[0].entered, 1);
}

static void tries_again_after_so_many_lines(void **state) {
    (void)state;
    jsonlog_handler *handler = failover_by_lines(2, 3);
    break_down(0);
    for (int i = 0; i < 7; i++)
        say("x");
    assert_taken("", OVER(2, "EPIPE") "x\nx\nx\nx\nx\nx\nx\n", "");
    assert_int_equal(failover_stats(handler).retries, 2);
    assert_int_equal(targets[0].entered, 3);
    mend(0);
    say("y");
    say("y");
    say("z");
    assert_taken(BACK(1, 9) "z\n", "y\ny\n", "");
    assert_int_equal(failover_stats(handler).position, 1);
    assert_int_equal(failover_stats(handler).changes, 2);
    say("on");
    assert_taken("on\n", "", "");
    break_down(0);
    say("again");
    assert_taken("", OVER(2, "EPIPE") "again\n", "");
}

static void sleep_ms(int ms) {
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&pause, NULL);
}

static void tries_again_after_a_while(void **state) {
    (void)state;
    jsonlog_handler *handler = failover_with(2, (jsonlog_failover_options){.retry_ms = 20});
    break_down(0);
    say("x");
    mend(0);
    for (int i = 0; i < 3000 && failover_stats(handler).position == 2; i++) {
        sleep_ms(20);
        say("x");
    }
    assert_int_equal(failover_stats(handler).position, 1);
    assert_int_equal(failover_stats(handler).retries, 1);
}

static void waits_longer_each_time(void **state) {
    (void)state;
    jsonlog_handler *handler = failover_with(
        2, (jsonlog_failover_options){.retry_ms = 1, .retry_max_ms = JSONLOG_RETRY_NEVER - 1});
    break_down(0);
    say("x");
    for (int i = 0; i < 300; i++) { /* at 1, 3, 7, 15, 31, … ms */
        sleep_ms(1);
        say("x");
    }
    const uint64_t retries = failover_stats(handler).retries;
    assert_in_range(retries, 1, 20);
}

static void recovers_to_the_first_that_works(void **state) {
    (void)state;
    failover_by_lines(3, 2);
    break_down(0);
    break_down(1);
    say("a");
    assert_taken("", "", OVER(3, "EPIPE") "a\n");
    mend(1);
    say("b");
    say("c");
    assert_taken("", BACK(2, 2) "c\n", "b\n");
    mend(0);
    say("d");
    say("e");
    assert_taken(BACK(1, 4) "e\n", "d\n", "");
}

static void offers_a_line_to_all_before_it_is_lost(void **state) {
    (void)state;
    jsonlog_handler *handler = failover_by_lines(2, 0);
    break_down(0);
    say("a");
    mend(0);
    break_down(1);
    say("b");
    assert_taken(BACK(1, 1) "b\n", OVER(2, "EPIPE") "a\n", "");
    assert_int_equal(stats_of(handler).lost, 0);
}

static void counts_and_reports_what_nobody_takes(void **state) {
    (void)state;
    jsonlog_handler *handler = failover_by_lines(2, 0);
    jsonlog_stats before, after;
    jsonlog_get_stats(&before);
    refuse(0, FOR_EVER, JSONLOG_E_IO, ENOSPC);
    break_down(1);
    say("a");
    say("b");
    jsonlog_get_stats(&after);
    assert_taken("", "", "");
    assert_int_equal(after.lost_output - before.lost_output, 2);
    assert_int_equal(stats_of(handler).lost, 2);
    assert_int_equal(stats_of(handler).last_errno, ENOSPC);
    assert_int_equal(stats_of(handlers[0]).lost, 0);
    mend(1);
    say("c");
    assert_taken("", OVER(2, "ENOSPC") "lines lost lost=2 reason=ENOSPC\nc\n", "");
}

/* ---- what is no reason to change ---- */

static void passes_on_a_line_that_is_too_large(void **state) {
    (void)state;
    jsonlog_handler *handler = failover_by_lines(2, 0);
    refuse(0, 1, JSONLOG_E_LIMIT, EMSGSIZE);
    say("large");
    say("small");
    assert_taken("small\n", "large\n", "");
    assert_int_equal(failover_stats(handler).changes, 0);
    refuse(0, 1, JSONLOG_E_LIMIT, EMSGSIZE);
    refuse(1, 1, JSONLOG_E_LIMIT, EMSGSIZE);
    say("larger");
    assert_int_equal(stats_of(handler).lost, 1);
    assert_int_equal(stats_of(handler).last_errno, EMSGSIZE);
}

static jsonlog_status fail_to_format(const jsonlog_formatter *self, const jsonlog_record *record,
                                     jl_buffer *out) {
    (void)self;
    (void)record;
    (void)out;
    return JSONLOG_E_INVALID;
}

static void passes_on_a_line_that_cannot_be_formatted(void **state) {
    (void)state;
    static jsonlog_formatter broken;
    jl_formatter_init(&broken, 0, fail_to_format, NULL);
    jsonlog_handler_set_formatter(handlers[0], &broken);
    jsonlog_handler *handler = failover_by_lines(2, 1);
    say("x");
    assert_taken("", "x\n", "");
    assert_int_equal(failover_stats(handler).changes, 0);
}

static void log_nested(void *context, const jsonlog_line *line) {
    gated_target *target = context;
    (void)line;
    target->on_write = NULL;
    say("inner");
}

static void does_not_change_for_a_nested_record(void **state) {
    (void)state;
    jsonlog_handler *handler = failover_by_lines(2, 0);
    targets[0].on_write = log_nested;
    targets[0].context = &targets[0];
    say("outer");
    assert_taken("outer\n", "", "");
    assert_int_equal(failover_stats(handler).changes, 0);
    assert_int_equal(stats_of(handler).lost_nested, 1);
    say("next");
    assert_taken("lines lost lost=1 reason=nested\nnext\n", "", "");
}

static void is_done_with_what_is_not_wanted(void **state) {
    (void)state;
    jsonlog_handler *handler = failover_by_lines(2, 0);
    jsonlog_handler_set_level(handlers[0], JSONLOG_LEVEL_ERROR);
    say("low");
    assert_taken("", "", "");
    assert_int_equal(failover_stats(handler).changes, 0);
    assert_int_equal(stats_of(handler).lost, 0);
    assert_int_equal(failover_stats(handler).declined, 0);
}

static void counts_what_a_stand_in_does_not_want(void **state) {
    (void)state;
    jsonlog_handler *handler = failover_by_lines(2, 3);
    jsonlog_handler_set_filter_pattern(handlers[1], "loud", JSONLOG_PASS_MATCHING, NULL);
    break_down(0);
    say("soft");
    say("soft");
    say("loud");
    assert_taken("", OVER(2, "EPIPE") "loud\n", "");
    assert_int_equal(failover_stats(handler).declined, 2);
    mend(0);
    say("loud");
    assert_taken("recovered from=gated to=gated position=1 lines=1 declined=2\nloud\n", "", "");
}

static void does_not_try_again_with_a_line_that_is_not_wanted(void **state) {
    (void)state;
    failover_by_lines(2, 1);
    jsonlog_handler_set_level(handlers[0], JSONLOG_LEVEL_INFO);
    break_down(0);
    say("x");
    mend(0);
    jsonlog_debug(jsonlog_get("failover"), "low");
    assert_taken("", OVER(2, "EPIPE") "x\nlow\n", "");
    say("y");
    assert_taken(BACK(1, 2) "y\n", "", "");
}

/* ---- formatters, reports ---- */

static jsonlog_status format_b(const jsonlog_formatter *self, const jsonlog_record *record,
                               jl_buffer *out) {
    jl_buffer_append(out, "B:", 2);
    return plain_format(self, record, out);
}

static void has_each_position_format_for_itself(void **state) {
    (void)state;
    static jsonlog_formatter b;
    jl_formatter_init(&b, 0, format_b, NULL);
    jsonlog_handler_set_formatter(handlers[1], &b);
    failover_by_lines(2, 0);
    refuse(0, 1, JSONLOG_E_IO, EIO);
    say("x");
    assert_taken("", "B:" OVER(2, "EIO") "B:x\n", "");
}

/* Two writes in a row are refused: the report is too long for the output, the line is not. */
static jsonlog_status longest_write(void *self, const jsonlog_line *line) {
    if (line->len <= 8)
        return gated_write(self, line);
    errno = EMSGSIZE;
    return JSONLOG_E_LIMIT;
}

static void goes_over_without_a_word_if_it_must(void **state) {
    (void)state;
    static const jsonlog_handler_class small_class = {
        .size = sizeof(jsonlog_handler_class), .name = "small", .write = longest_write};
    jsonlog_handler *old = handlers[1];
    handlers[1] = jsonlog_handler_new(&small_class, &targets[1]);
    use_plain_formatter(handlers[1]);
    jsonlog_handler *handler = failover_by_lines(2, 0);
    break_down(0);
    say("x");
    assert_taken("", "x\n", "");
    assert_int_equal(failover_stats(handler).position, 2);
    assert_int_equal(failover_stats(handler).unreported, 1);
    jsonlog_handler_release(old);
}

static void works_behind_async(void **state) {
    (void)state;
    jsonlog_handler *handler = jsonlog_failover_handler_new(handlers, 2, NULL);
    jsonlog_handler *async = jsonlog_async_handler_new(handler, NULL);
    jsonlog_logger *log = jsonlog_get("failover");
    jsonlog_logger_set_level(log, JSONLOG_LEVEL_TRACE);
    jsonlog_logger_set_handlers(log, &async, 1);
    break_down(0);
    say("x");
    assert_int_equal(jsonlog_async_flush(async, 60000), JSONLOG_OK);
    assert_taken("", OVER(2, "EPIPE") "x\n", "");
    assert_int_equal(targets[1].flushes, 1);
    jsonlog_handler_release(handler);
    jsonlog_handler_release(async);
}

static void begins_with_the_first_in_a_child(void **state) {
    (void)state;
    jsonlog_handler *handler = failover_by_lines(2, 0);
    break_down(0);
    say("parent");
    mend(0);
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        say("child");
        _exit(strcmp(taken(0), "child\n") == 0 && targets[1].forks == 1 ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(failover_stats(handler).position, 2);
}

static void allocates_nothing(void **state) {
    (void)state;
    jsonlog_handler *memories[] = {handlers[0], jsonlog_memory_handler_new(4096)};
    jsonlog_handler *handler = jsonlog_failover_handler_new(memories, 2, NULL);
    jsonlog_logger *log = jsonlog_get("failover");
    jsonlog_logger_set_handlers(log, &handler, 1);
    use_plain_formatter(memories[1]);
    break_down(0);
    jsonlog_get_stats(&(jsonlog_stats){0});
    allocations_left = 0;
    say("x");
    allocations_left = -1;
    char text[128];
    jsonlog_memory_handler_read(memories[1], text, sizeof text);
    assert_string_equal(text, "failed over from=gated to=memory position=2 reason=EPIPE\nx\n");
    jsonlog_handler_release(memories[1]);
    jsonlog_handler_release(handler);
}

#define with_targets(test) cmocka_unit_test_setup_teardown(test, make_targets, drop_targets)

int main(void) {
    const struct CMUnitTest tests[] = {
        with_targets(refuses_bad_arguments),
        with_targets(survives_any_failed_allocation),
        with_targets(knows_other_handlers),
        with_targets(writes_to_the_first),
        with_targets(goes_to_the_next_and_says_so_once),
        with_targets(tries_again_after_so_many_lines),
        with_targets(tries_again_after_a_while),
        with_targets(waits_longer_each_time),
        with_targets(recovers_to_the_first_that_works),
        with_targets(offers_a_line_to_all_before_it_is_lost),
        with_targets(counts_and_reports_what_nobody_takes),
        with_targets(passes_on_a_line_that_is_too_large),
        with_targets(passes_on_a_line_that_cannot_be_formatted),
        with_targets(does_not_change_for_a_nested_record),
        with_targets(is_done_with_what_is_not_wanted),
        with_targets(counts_what_a_stand_in_does_not_want),
        with_targets(does_not_try_again_with_a_line_that_is_not_wanted),
        with_targets(has_each_position_format_for_itself),
        with_targets(goes_over_without_a_word_if_it_must),
        with_targets(works_behind_async),
        with_targets(begins_with_the_first_in_a_child),
        with_targets(allocates_nothing),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
