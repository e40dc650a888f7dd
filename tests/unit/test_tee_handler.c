#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>
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

/* ---- parts that can be looked at, and formatters that count ---- */

static gated_target parts[3];
static jsonlog_handler *handlers[3];

typedef struct counting {
    jsonlog_formatter base;
    char name;
    int calls;
} counting;

static jsonlog_status count_and_format(const jsonlog_formatter *self, const jsonlog_record *record,
                                       jl_buffer *out) {
    counting *formatter = (counting *)(uintptr_t)self;
    formatter->calls++;
    jl_buffer_append_char(out, formatter->name);
    jl_buffer_append_char(out, ':');
    return plain_format(self, record, out);
}

static counting formatters[2];

static void use_formatter(jsonlog_handler *handler, int which) {
    jsonlog_handler_set_formatter(handler, &formatters[which].base);
}

static int make_parts(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        formatters[i] = (counting){.name = (char)('A' + i)};
        jl_formatter_init(&formatters[i].base, 0, count_and_format, NULL);
    }
    for (int i = 0; i < 3; i++)
        handlers[i] = gated_handler(&parts[i]);
    return 0;
}

static int drop_parts(void **state) {
    (void)state;
    jsonlog_logger_set_handlers(jsonlog_get("tee"), NULL, 0);
    for (int i = 0; i < 3; i++) {
        jsonlog_handler_release(handlers[i]);
        gated_done(&parts[i]);
    }
    return 0;
}

static jsonlog_logger *log_to(jsonlog_handler *handler) {
    jsonlog_logger *log = jsonlog_get("tee");
    jsonlog_logger_set_level(log, JSONLOG_LEVEL_TRACE);
    jsonlog_logger_set_propagate(log, false);
    assert_int_equal(jsonlog_logger_set_handlers(log, &handler, 1), JSONLOG_OK);
    return log;
}

/* The logger has the only reference to it. */
static jsonlog_handler *tee_at_logger(size_t count) {
    jsonlog_handler *tee = jsonlog_tee_handler_new(handlers, count);
    assert_non_null(tee);
    log_to(tee);
    jsonlog_handler_release(tee);
    return tee;
}

static const char *taken(int part) {
    return parts[part].text == NULL ? "" : parts[part].text;
}

#define assert_taken(first, second, third)     \
    do {                                       \
        assert_string_equal(taken(0), first);  \
        assert_string_equal(taken(1), second); \
        assert_string_equal(taken(2), third);  \
    } while (0)

/* ---- making one ---- */

static void refuses_bad_parts(void **state) {
    (void)state;
    jsonlog_handler *many[JSONLOG_TEE_MAX + 1];
    for (int i = 0; i <= JSONLOG_TEE_MAX; i++)
        many[i] = jsonlog_null_handler_new();
    assert_null(jsonlog_tee_handler_new(NULL, 1));
    assert_null(jsonlog_tee_handler_new(many, 0));
    assert_null(jsonlog_tee_handler_new(many, JSONLOG_TEE_MAX + 1));
    jsonlog_handler *tee = jsonlog_tee_handler_new(many, JSONLOG_TEE_MAX);
    assert_non_null(tee);
    jsonlog_handler_release(tee);
    for (int i = 0; i <= JSONLOG_TEE_MAX; i++)
        jsonlog_handler_release(many[i]);
    jsonlog_handler *missing[] = {handlers[0], NULL};
    jsonlog_handler *twice[] = {handlers[0], handlers[1], handlers[0]};
    assert_null(jsonlog_tee_handler_new(missing, 2));
    assert_null(jsonlog_tee_handler_new(twice, 3));
    assert_int_equal(parts[0].closes, 0);
}

static void survives_any_failed_allocation(void **state) {
    (void)state;
    use_formatter(handlers[0], 0);
    jsonlog_handler *tee = NULL;
    int count = 0;
    for (; tee == NULL; count++) {
        allocations_left = count;
        tee = jsonlog_tee_handler_new(handlers, 3);
        allocations_left = -1;
    }
    assert_true(count >= 4); /* the fan, the handler, its settings */
    assert_int_equal(parts[0].closes, 0);
    jsonlog_handler_release(tee);
    assert_int_equal(parts[0].closes, 0);
}

static void gives_its_parts_back(void **state) {
    (void)state;
    jsonlog_handler *mine = handlers[0];
    handlers[0] = NULL;
    jsonlog_handler *two[] = {mine, handlers[1]};
    jsonlog_handler *tee = jsonlog_tee_handler_new(two, 2);
    jsonlog_handler_release(mine);
    assert_int_equal(parts[0].closes, 0);
    jsonlog_handler_release(tee);
    assert_int_equal(parts[0].closes, 1);
    assert_int_equal(parts[1].closes, 0);
}

/* ---- a record for each ---- */

static bool is_even(const jsonlog_record *record, void *context) {
    ++*(int *)context;
    const jsonlog_value *n = jsonlog_record_get_field(record, "n", 1);
    return n != NULL && n->as.i64 % 2 == 0;
}

static void asks_level_filters_and_formatter_of_each_part(void **state) {
    (void)state;
    int asked = 0;
    use_formatter(handlers[0], 0);
    use_formatter(handlers[1], 1);
    jsonlog_handler_set_level(handlers[1], JSONLOG_LEVEL_ERROR);
    jsonlog_handler_add_filter(handlers[2], is_even, &asked);
    tee_at_logger(3);
    jsonlog_info(jsonlog_get("tee"), "one", "n", 1);
    jsonlog_error(jsonlog_get("tee"), "two", "n", 2);
    assert_taken("A:one n=1\nA:two n=2\n", "B:two n=2\n", "two n=2\n");
    assert_int_equal(asked, 2);
}

static void asks_its_own_level_and_filters_first(void **state) {
    (void)state;
    int asked = 0;
    jsonlog_handler *tee = tee_at_logger(3);
    jsonlog_handler_set_level(tee, JSONLOG_LEVEL_WARN);
    jsonlog_handler_add_filter(tee, is_even, &asked);
    jsonlog_info(jsonlog_get("tee"), "low", "n", 2);
    jsonlog_warn(jsonlog_get("tee"), "odd", "n", 3);
    jsonlog_warn(jsonlog_get("tee"), "even", "n", 4);
    assert_taken("even n=4\n", "even n=4\n", "even n=4\n");
    assert_int_equal(asked, 2);
}

static char order[8];

static void note_order(void *context, const jsonlog_line *line) {
    (void)line;
    const size_t len = strlen(order);
    order[len] = *(const char *)context;
    order[len + 1] = '\0';
}

static void formats_once_for_each_formatter(void **state) {
    (void)state;
    static const char names[] = "012";
    for (int i = 0; i < 3; i++) {
        parts[i].on_write = note_order;
        parts[i].context = (void *)(uintptr_t)&names[i];
    }
    order[0] = '\0';
    use_formatter(handlers[0], 0);
    use_formatter(handlers[1], 1);
    use_formatter(handlers[2], 0);
    tee_at_logger(3);
    jsonlog_info(jsonlog_get("tee"), "x");
    assert_taken("A:x\n", "B:x\n", "A:x\n");
    assert_int_equal(formatters[0].calls, 1);
    assert_int_equal(formatters[1].calls, 1);
    assert_string_equal(order, "021");
}

static void formats_nothing_for_parts_that_do_not_want_it(void **state) {
    (void)state;
    use_formatter(handlers[0], 0);
    use_formatter(handlers[1], 1);
    jsonlog_handler_set_level(handlers[0], JSONLOG_LEVEL_ERROR);
    tee_at_logger(2);
    jsonlog_info(jsonlog_get("tee"), "x");
    assert_int_equal(formatters[0].calls, 0);
    assert_int_equal(formatters[1].calls, 1);
    jsonlog_handler_set_level(handlers[1], JSONLOG_LEVEL_ERROR);
    jsonlog_stats before, after;
    jsonlog_get_stats(&before);
    jsonlog_info(jsonlog_get("tee"), "y");
    jsonlog_get_stats(&after);
    assert_int_equal(formatters[1].calls, 1);
    assert_int_equal(after.lines - before.lines, 1);
    assert_int_equal(after.bytes - before.bytes, 0);
}

static void allocates_nothing(void **state) {
    (void)state;
    static jsonlog_handler *memories[2];
    for (int i = 0; i < 2; i++) {
        memories[i] = jsonlog_memory_handler_new(4096);
        use_formatter(memories[i], i);
    }
    jsonlog_handler *tee = jsonlog_tee_handler_new(memories, 2);
    jsonlog_logger *log = log_to(tee);
    jsonlog_info(log, "first");
    allocations_left = 0;
    jsonlog_info(log, "second");
    allocations_left = -1;
    char text[64];
    jsonlog_memory_handler_read(memories[1], text, sizeof text);
    assert_string_equal(text, "B:first\nB:second\n");
    jsonlog_handler_release(tee);
    for (int i = 0; i < 2; i++)
        jsonlog_handler_release(memories[i]);
}

static void holds_tees(void **state) {
    (void)state;
    jsonlog_handler *inner = jsonlog_tee_handler_new(handlers, 2);
    jsonlog_handler *both[] = {inner, handlers[2]};
    jsonlog_handler *outer = jsonlog_tee_handler_new(both, 2);
    use_formatter(handlers[1], 1);
    log_to(outer);
    jsonlog_info(jsonlog_get("tee"), "x");
    assert_taken("x\n", "B:x\n", "x\n");
    jsonlog_handler_release(inner);
    jsonlog_handler_release(outer);
}

/* ---- failures ---- */

static void refuse(int part, jsonlog_status status, int error) {
    parts[part].refusals = 1;
    parts[part].status = status;
    parts[part].error = error;
}

static void goes_on_after_a_failure(void **state) {
    (void)state;
    jsonlog_handler *tee = tee_at_logger(3);
    jsonlog_stats before, after;
    jsonlog_get_stats(&before);
    refuse(0, JSONLOG_E_AGAIN, EAGAIN);
    refuse(1, JSONLOG_E_IO, ENOSPC);
    jsonlog_info(jsonlog_get("tee"), "one");
    jsonlog_get_stats(&after);
    assert_taken("", "", "one\n");
    assert_int_equal(after.lost_output - before.lost_output, 1);
    assert_int_equal(after.lost_full - before.lost_full, 1); /* the first failure decides */
    assert_int_equal(after.lines, before.lines);
    assert_int_equal(stats_of(tee).lost, 1);
    assert_int_equal(stats_of(tee).lost_again, 1);
    assert_int_equal(stats_of(handlers[0]).lost, 1);
    assert_int_equal(stats_of(handlers[1]).last_errno, ENOSPC);
    jsonlog_info(jsonlog_get("tee"), "two");
    assert_taken("lines lost lost=1 reason=EAGAIN\ntwo\n", "lines lost lost=1 reason=ENOSPC\ntwo\n",
                 "one\ntwo\n");
    assert_int_equal(stats_of(tee).lines, 1);
    assert_int_equal(stats_of(tee).bytes, 4);
}

static void passes_on_why_a_part_failed(void **state) {
    (void)state;
    jsonlog_handler *tee = tee_at_logger(3);
    refuse(1, JSONLOG_E_IO, ENOSPC);
    jsonlog_info(jsonlog_get("tee"), "one");
    assert_int_equal(stats_of(tee).last_errno, ENOSPC);
    assert_int_equal(stats_of(tee).lost_error, 1);
    refuse(0, JSONLOG_E_IO, EIO);
    refuse(1, JSONLOG_E_IO, ENOSPC);
    jsonlog_info(jsonlog_get("tee"), "two");
    assert_int_equal(stats_of(tee).last_errno, EIO); /* of the first one */
    refuse(2, JSONLOG_E_STATE, EDEADLK);
    jsonlog_info(jsonlog_get("tee"), "three");
    assert_int_equal(stats_of(tee).lost_nested, 1);
}

static jsonlog_status fail_to_format(const jsonlog_formatter *self, const jsonlog_record *record,
                                     jl_buffer *out) {
    (void)self;
    (void)record;
    (void)out;
    return JSONLOG_E_INVALID;
}

static void counts_a_part_that_cannot_format(void **state) {
    (void)state;
    static jsonlog_formatter broken;
    jl_formatter_init(&broken, 0, fail_to_format, NULL);
    jsonlog_handler_set_formatter(handlers[0], &broken);
    jsonlog_handler *tee = tee_at_logger(2);
    jsonlog_info(jsonlog_get("tee"), "x");
    assert_taken("", "x\n", "");
    assert_int_equal(stats_of(handlers[0]).lost, 1);
    assert_int_equal(stats_of(tee).lost, 1);
}

static void log_nested(void *context, const jsonlog_line *line) {
    gated_target *part = context;
    (void)line;
    part->on_write = NULL;
    jsonlog_info(jsonlog_get("tee"), "inner");
}

static void keeps_nested_records_out_of_locked_parts(void **state) {
    (void)state;
    jsonlog_handler *memory = jsonlog_memory_handler_new(4096);
    use_plain_formatter(memory);
    jsonlog_handler *mixed[] = {handlers[0], memory, handlers[1]};
    jsonlog_handler *tee = jsonlog_tee_handler_new(mixed, 3);
    log_to(tee);
    parts[0].on_write = log_nested;
    parts[0].context = &parts[0];
    jsonlog_info(jsonlog_get("tee"), "outer");
    assert_taken("outer\n", "inner\nouter\n", "");
    assert_int_equal(stats_of(handlers[0]).lost_nested, 1);
    assert_int_equal(stats_of(tee).lost_nested, 1);
    char text[64];
    jsonlog_memory_handler_read(memory, text, sizeof text);
    assert_string_equal(text, "inner\nouter\n");
    jsonlog_handler_release(tee);
    jsonlog_handler_release(memory);
}

static void flushes_all(void **state) {
    (void)state;
    jsonlog_handler *tee = tee_at_logger(3);
    parts[1].flush_status = JSONLOG_E_IO;
    parts[2].flush_status = JSONLOG_E_AGAIN;
    assert_int_equal(jsonlog_handler_flush(tee), JSONLOG_E_IO);
    for (int i = 0; i < 3; i++)
        assert_int_equal(parts[i].flushes, 1);
}

/* ---- without a record ---- */

static void passes_lines_as_they_are_behind_async(void **state) {
    (void)state;
    int asked = 0;
    use_formatter(handlers[0], 0);
    use_formatter(handlers[1], 1);
    jsonlog_handler_set_level(handlers[1], JSONLOG_LEVEL_ERROR);
    jsonlog_handler_add_filter(handlers[2], is_even, &asked);
    jsonlog_handler *tee = jsonlog_tee_handler_new(handlers, 3);
    jsonlog_handler *async = jsonlog_async_handler_new(tee, NULL);
    log_to(async);
    jsonlog_info(jsonlog_get("tee"), "one");
    jsonlog_error(jsonlog_get("tee"), "two");
    assert_int_equal(jsonlog_async_flush(async, 60000), JSONLOG_OK);
    assert_taken("A:one\nA:two\n", "A:two\n", "A:one\nA:two\n");
    assert_int_equal(asked, 0);
    jsonlog_handler_release(tee);
    jsonlog_handler_release(async);
}

static void reports_reach_parts_of_any_level(void **state) {
    (void)state;
    jsonlog_handler_set_level(handlers[0], JSONLOG_LEVEL_FATAL);
    assert_int_equal(
        jsonlog_handler_set_filter_pattern(handlers[0], "never", JSONLOG_PASS_MATCHING, NULL),
        JSONLOG_OK);
    jsonlog_handler *tee = jsonlog_tee_handler_new(handlers, 1);
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.ring_bytes = 4096;
    jsonlog_handler *async = jsonlog_async_handler_new(tee, &options);
    char large[8192] = "";
    memset(large, 'x', sizeof large - 1);
    jsonlog_line line = {.text = large, .len = sizeof large - 1, .level = 20};
    assert_int_equal(jl_handler_write(async, &line), JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_async_flush(async, 60000), JSONLOG_OK);
    assert_taken("lines lost lost=1 reason=too large\n", "", "");
    jsonlog_handler_release(tee);
    jsonlog_handler_release(async);
}

/* ---- fork ---- */

static void begins_anew_in_a_child(void **state) {
    (void)state;
    tee_at_logger(3);
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        jsonlog_info(jsonlog_get("tee"), "child");
        const bool is_right = parts[0].forks == 1 && parts[1].forks == 1 && parts[2].forks == 1 &&
                              strcmp(taken(2), "child\n") == 0;
        _exit(is_right ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

#define with_parts(test) cmocka_unit_test_setup_teardown(test, make_parts, drop_parts)

int main(void) {
    const struct CMUnitTest tests[] = {
        with_parts(refuses_bad_parts),
        with_parts(survives_any_failed_allocation),
        with_parts(gives_its_parts_back),
        with_parts(asks_level_filters_and_formatter_of_each_part),
        with_parts(asks_its_own_level_and_filters_first),
        with_parts(formats_once_for_each_formatter),
        with_parts(formats_nothing_for_parts_that_do_not_want_it),
        with_parts(allocates_nothing),
        with_parts(holds_tees),
        with_parts(goes_on_after_a_failure),
        with_parts(passes_on_why_a_part_failed),
        with_parts(counts_a_part_that_cannot_format),
        with_parts(keeps_nested_records_out_of_locked_parts),
        with_parts(flushes_all),
        with_parts(passes_lines_as_they_are_behind_async),
        with_parts(reports_reach_parts_of_any_level),
        with_parts(begins_anew_in_a_child),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
