/** "heartbeat" in a configuration: it begins, changes and ends with the rest of a file, or not at
 * all. */
#include "support/log_lines.h"

#include <jsonlog/config.h>
#include <jsonlog/heartbeat.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#define TO_MEMORY                                                                               \
    "\"handlers\":{\"m\":{\"class\":\"memory\",\"capacity\":\"64K\"}},\"root\":{\"handlers\":[" \
    "\"m\"]}"
#define EVERY(interval) \
    "{\"version\":1," TO_MEMORY ",\"heartbeat\":{\"interval\":\"" interval "\"}}"
#define WITHOUT "{\"version\":1," TO_MEMORY "}"

static void configure(const char *text) {
    jsonlog_err err = {.text = ""};
    if (jsonlog_configure_text(text, JSONLOG_NUL_TERMINATED, &err) != JSONLOG_OK)
        fail_msg("%s\n%s", err.text, text);
}

/* Since it was asked before. */
static size_t beats(void) {
    size_t count = 0;
    jsonlog_handler *memory = jsonlog_config_get_handler("m");
    assert_non_null(memory);
    const char *at = log_lines_take(memory);
    jsonlog_handler_release(memory);
    for (; (at = strstr(at, "\"heartbeat\"")) != NULL; at++)
        count++;
    return count;
}

/* alarm() ends what takes too long. */
static void await_beats(size_t count) {
    while (count > 0) {
        const size_t came = beats();
        count -= came < count ? came : count;
        usleep(2000);
    }
}

static void expect_silence(void) {
    beats();
    usleep(50000);
    assert_int_equal(beats(), 0);
}

static void begins_changes_and_ends_with_the_configuration(void **state) {
    (void)state;
    for (int round = 0; round < 3; round++) {
        configure(EVERY("1h"));
        expect_silence();
        configure(EVERY("5ms"));
        await_beats(3);
        configure(EVERY("1h"));
        beats();
        usleep(100000);
        assert_in_range(beats(), 0, 2); /* the one under way, and the next one that was due */
        configure(EVERY("5ms"));
        await_beats(1);
        configure(WITHOUT);
        expect_silence();
    }
}

static void is_what_the_file_says(void **state) {
    (void)state;
    configure(EVERY("5ms"));
    jsonlog_heartbeat_stop();
    expect_silence();
    assert_int_equal(jsonlog_config_reload(NULL), JSONLOG_OK);
    await_beats(2);
    assert_int_equal(jsonlog_config_reload(NULL), JSONLOG_OK);
    await_beats(2);
    configure(WITHOUT);
    expect_silence();
}

static void leaves_those_of_the_program_alone(void **state) {
    (void)state;
    configure(WITHOUT);
    assert_int_equal(jsonlog_heartbeat_start(5), JSONLOG_OK);
    configure(WITHOUT);
    await_beats(2);
    configure("{\"version\":1,\"incremental\":true,\"root\":{\"level\":\"DEBUG\"}}");
    await_beats(2);
    jsonlog_heartbeat_stop();
    expect_silence();
}

static void does_not_begin_with_a_mistake(void **state) {
    (void)state;
    configure(WITHOUT);
    assert_int_equal(
        jsonlog_configure_text("{\"version\":1,\"heartbeat\":{\"interval\":\"1ms\"},\"handlers\":{"
                               "\"f\":{\"class\":\"file\",\"path\":\"/nowhere/x.log\"}}}",
                               JSONLOG_NUL_TERMINATED, NULL),
        JSONLOG_E_IO);
    assert_int_equal(jsonlog_config_check_text(EVERY("1ms"), JSONLOG_NUL_TERMINATED, NULL),
                     JSONLOG_OK);
    expect_silence();
    configure(EVERY("5ms"));
    assert_int_equal(
        jsonlog_configure_text("{\"version\":1,\"loggers\":0}", JSONLOG_NUL_TERMINATED, NULL),
        JSONLOG_E_INVALID);
    await_beats(2);
    configure(WITHOUT);
}

#ifdef __GLIBC__
/* No address space holds so large a stack. */
static void let_threads_fail(pthread_attr_t *before) {
    pthread_attr_t attr;
    assert_int_equal(pthread_getattr_default_np(before), 0);
    assert_int_equal(pthread_attr_init(&attr), 0);
    assert_int_equal(pthread_attr_setstacksize(&attr, (size_t)1 << 48), 0);
    assert_int_equal(pthread_setattr_default_np(&attr), 0);
    pthread_attr_destroy(&attr);
}

static void changes_nothing_without_a_thread(void **state) {
    (void)state;
    pthread_attr_t before;
    jsonlog_err err;
    configure(WITHOUT);
    let_threads_fail(&before);
    assert_int_equal(jsonlog_configure_text("{\"version\":1,\"heartbeat\":{\"interval\":\"1ms\"},"
                                            "\"root\":{\"level\":\"OFF\",\"handlers\":[]}}",
                                            JSONLOG_NUL_TERMINATED, &err),
                     JSONLOG_E_AGAIN);
    assert_int_equal(pthread_setattr_default_np(&before), 0);
    pthread_attr_destroy(&before);
    assert_int_equal(err.code, JSONLOG_E_AGAIN);
    assert_int_equal(err.offset, 13);
    assert_string_equal(err.text, "configuration:1:14: heartbeat: no thread can be started");
    assert_int_equal(jsonlog_logger_get_level(jsonlog_root()), JSONLOG_LEVEL_INFO);
    expect_silence();
    configure(EVERY("5ms"));
    await_beats(2);
    configure(WITHOUT);
}
#else
static void changes_nothing_without_a_thread(void **state) {
    (void)state;
    print_message("this C library cannot be made to start no thread: skipped\n");
    skip();
}
#endif

/* A handler that looks for another one must not wait for a configuration that waits for it: here
 * for the beat to end. */
static bool look_for_another(const jsonlog_line *line, void *context) {
    (void)line;
    (void)context;
    usleep(1000);
    jsonlog_handler_release(jsonlog_config_get_handler("m"));
    return true;
}

static void a_beat_may_look_for_handlers_meanwhile(void **state) {
    (void)state;
    jsonlog_handler *looker = jsonlog_callback_handler_new(look_for_another, NULL);
    assert_int_equal(jsonlog_logger_add_handler(jsonlog_get("jsonlog"), looker), JSONLOG_OK);
    for (int i = 0; i < 30; i++) {
        configure(EVERY("1ms"));
        await_beats(1);
        configure(WITHOUT);
    }
    assert_int_equal(jsonlog_logger_remove_handler(jsonlog_get("jsonlog"), looker), JSONLOG_OK);
    jsonlog_handler_release(looker);
}

static int start(void **state) {
    (void)state;
    alarm(60);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_changes_and_ends_with_the_configuration),
        cmocka_unit_test(is_what_the_file_says),
        cmocka_unit_test(leaves_those_of_the_program_alone),
        cmocka_unit_test(does_not_begin_with_a_mistake),
        cmocka_unit_test(changes_nothing_without_a_thread),
        cmocka_unit_test(a_beat_may_look_for_handlers_meanwhile),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
