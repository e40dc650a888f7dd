/** Many loggers at once: all of it comes into force, or nothing. */
#include "logger/change.h"
#include "logger/snapshot.h"
#include "record/handler_base.h"
#include "support/failing_allocator.h"

#include <jsonlog/jsonlog.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- handlers that count ---- */

typedef struct target {
    unsigned lines, flushes, closes;
} target;

static jsonlog_status take(void *self, const jsonlog_line *line) {
    (void)line;
    ((target *)self)->lines++;
    return JSONLOG_OK;
}

static jsonlog_status flush(void *self) {
    ((target *)self)->flushes++;
    return JSONLOG_OK;
}

static void close_target(void *self) {
    ((target *)self)->closes++;
}

static const jsonlog_handler_class target_class = {
    .size = sizeof(jsonlog_handler_class), .write = take, .flush = flush, .close = close_target};

static target targets[4];

/* The references are the test's. */
static jsonlog_handler *handlers[4];

static jl_named *named(const char *name) {
    return jl_logger_of(jsonlog_get(name))->named;
}

static jl_change change_of(const char *name) {
    return (jl_change){.named = named(name), .level = -1, .propagate = -1};
}

static int set_up(void **state) {
    (void)state;
    memset(targets, 0, sizeof targets);
    for (int i = 0; i < 4; i++)
        handlers[i] = jsonlog_handler_new(&target_class, &targets[i]);
    jsonlog_logger_set_handlers(jsonlog_root(), &handlers[0], 1);
    jsonlog_logger_set_handlers(jsonlog_get("a"), &handlers[1], 1);
    jsonlog_logger_set_level(jsonlog_get("a"), JSONLOG_LEVEL_NOTSET);
    jsonlog_logger_set_level(jsonlog_root(), JSONLOG_LEVEL_INFO);
    jsonlog_logger_set_propagate(jsonlog_get("a"), true);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    jsonlog_set_static_fields(NULL, 0);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_logger_set_handlers(jsonlog_get("a"), NULL, 0);
    for (int i = 0; i < 4; i++)
        jsonlog_handler_release(handlers[i]);
    for (int i = 0; i < 4; i++)
        assert_int_equal(targets[i].closes, 1);
    return 0;
}

static void log_one(const char *name, int level) {
    for (int i = 0; i < 4; i++)
        targets[i].lines = 0;
    jsonlog_log_fields(jsonlog_get(name), level, "m", 1, NULL, 0);
}

#define assert_lines(a, b, c, d)                                \
    do {                                                        \
        const unsigned expected_[] = {a, b, c, d};              \
        for (int i_ = 0; i_ < 4; i_++)                          \
            assert_int_equal(targets[i_].lines, expected_[i_]); \
    } while (0)

static bool let_nothing_pass(jsonlog_record *record, void *context) {
    (void)record;
    (void)context;
    return false;
}

/* ---- all of it ---- */

static const jl_filter filter = {let_nothing_pass, NULL};

/* Root to the third handler, "a" to the fourth alone and from WARN on, "b" to nowhere. */
static jl_change_set new_settings(jl_change changes[3]) {
    changes[0] = change_of(NULL);
    changes[0].with_handlers = JL_HANDLERS_REPLACE;
    changes[0].handlers = &handlers[2];
    changes[0].handler_count = 1;
    changes[0].level = JSONLOG_LEVEL_DEBUG;
    changes[1] = change_of("a");
    changes[1].with_handlers = JL_HANDLERS_REPLACE;
    changes[1].handlers = &handlers[3];
    changes[1].handler_count = 1;
    changes[1].level = JSONLOG_LEVEL_WARN;
    changes[1].propagate = 0;
    changes[2] = change_of("b");
    changes[2].replaces_filters = true;
    changes[2].filters = &filter;
    changes[2].filter_count = 1;
    return (jl_change_set){.changes = changes, .count = 3};
}

static void assert_old_in_force(void) {
    log_one("a", JSONLOG_LEVEL_INFO);
    assert_lines(1, 1, 0, 0);
    log_one("b", JSONLOG_LEVEL_INFO);
    assert_lines(1, 0, 0, 0);
    log_one(NULL, JSONLOG_LEVEL_DEBUG);
    assert_lines(0, 0, 0, 0);
}

static void assert_new_in_force(void) {
    log_one("a", JSONLOG_LEVEL_INFO);
    assert_lines(0, 0, 0, 0);
    log_one("a", JSONLOG_LEVEL_WARN);
    assert_lines(0, 0, 0, 1);
    log_one("b", JSONLOG_LEVEL_INFO);
    assert_lines(0, 0, 0, 0);
    log_one(NULL, JSONLOG_LEVEL_DEBUG);
    assert_lines(0, 0, 1, 0);
}

/* So that the next test begins without it. */
static void take_filter_away(void) {
    jl_change change = change_of("b");
    change.replaces_filters = true;
    const jl_change_set set = {.changes = &change, .count = 1};
    assert_int_equal(jl_tree_change(&set), JSONLOG_OK);
}

static void changes_many_loggers_at_once(void **state) {
    (void)state;
    jl_change changes[3];
    const jl_change_set set = new_settings(changes);
    assert_old_in_force();
    const jl_snapshot *before = jl_snapshot_load();
    assert_int_equal(jl_tree_change(&set), JSONLOG_OK);
    assert_ptr_not_equal(jl_snapshot_load(), before);
    assert_new_in_force();
    take_filter_away();
    log_one("b", JSONLOG_LEVEL_INFO);
    assert_lines(0, 0, 1, 0);
}

/* What nobody else holds is written out and closed when it returns. */
static void closes_what_is_gone(void **state) {
    (void)state;
    jl_change changes[3];
    const jl_change_set set = new_settings(changes);
    jsonlog_handler_release(handlers[1]);
    const unsigned flushes = targets[1].flushes;
    assert_int_equal(jl_tree_change(&set), JSONLOG_OK);
    assert_int_equal(targets[1].closes, 1);
    assert_true(targets[1].flushes > flushes);
    assert_int_equal(targets[0].closes, 0); /* the test holds it */
    handlers[1] = NULL;
    take_filter_away();
}

static void leaves_alone_what_is_not_said(void **state) {
    (void)state;
    jl_change change = change_of("a");
    const jl_change_set set = {.changes = &change, .count = 1};
    assert_int_equal(jl_tree_change(&set), JSONLOG_OK);
    assert_old_in_force();
    const jl_change_set nothing = {.count = 0};
    assert_int_equal(jl_tree_change(&nothing), JSONLOG_OK);
    assert_old_in_force();
}

/* Each allocation fails once; then nothing has changed, and no reference is left behind: the
 * handlers are closed in tear_down(). */
static void changes_nothing_without_memory(void **state) {
    (void)state;
    jl_change changes[3];
    const jsonlog_field field = jsonlog_field_make("service", jsonlog_from_string("s"));
    int failures = 0;
    for (jsonlog_status status = JSONLOG_E_NOMEM; status != JSONLOG_OK; failures++) {
        jl_change_set set = new_settings(changes);
        set.replaces_statics = true;
        set.statics = jl_context_new_fields(&field, 1, NULL);
        jl_context *const old = jl_the_tree.statics;
        allocations_left = failures;
        status = jl_tree_change(&set);
        allocations_left = -1;
        if (status == JSONLOG_OK)
            break;
        assert_int_equal(status, JSONLOG_E_NOMEM);
        assert_ptr_equal(jl_the_tree.statics, old);
        assert_old_in_force();
        jl_context_release(set.statics); /* not taken over */
    }
    assert_true(failures >= 2);
    assert_non_null(jl_the_tree.statics);
    assert_new_in_force();
    take_filter_away();
}

static void the_root_can_be_as_it_was_before_all(void **state) {
    (void)state;
    jl_change change = change_of(NULL);
    change.with_handlers = JL_HANDLERS_STDOUT;
    const jl_change_set set = {.changes = &change, .count = 1};
    assert_true(jl_the_tree.root_is_configured);
    assert_int_equal(jl_tree_change(&set), JSONLOG_OK);
    assert_false(jl_the_tree.root_is_configured);
    assert_true(jl_snapshot_load()->awaits_stdout);
    log_one("a", JSONLOG_LEVEL_WARN - 11); /* below the level: nothing goes to stdout */
    assert_lines(0, 0, 0, 0);
}

static void a_process_that_was_shut_down_logs_again(void **state) {
    (void)state;
    jsonlog_shutdown();
    assert_true(jl_snapshot_load()->is_shut_down);
    jl_change changes[3];
    const jl_change_set set = new_settings(changes);
    assert_int_equal(jl_tree_change(&set), JSONLOG_OK);
    assert_false(jl_snapshot_load()->is_shut_down);
    assert_new_in_force();
    take_filter_away();
}

#define with_loggers(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        with_loggers(changes_many_loggers_at_once),
        with_loggers(closes_what_is_gone),
        with_loggers(leaves_alone_what_is_not_said),
        with_loggers(changes_nothing_without_memory),
        with_loggers(the_root_can_be_as_it_was_before_all),
        with_loggers(a_process_that_was_shut_down_logs_again),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
