/** Configurations that follow each other: what is kept, what is replaced, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jsonlog/config.h>
#include <jsonlog/jsonlog.h>

#include "support/log_files.h"
#include "support/under_tsan.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static const char *two_handlers(const char *first_level, const char *second_options) {
    static char text[1024];
    snprintf(text, sizeof text,
             "{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"]}},"
             "\"handlers\":{"
             "\"a\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\",\"level\":\"%s\"},"
             "\"b\":{\"class\":\"memory\",\"formatter\":\"f\",%s},"
             "\"ring\":{\"class\":\"async\",\"target\":\"b\"}},"
             "\"root\":{\"handlers\":[\"a\",\"ring\"],\"level\":\"DEBUG\"}}",
             first_level, second_options);
    return text;
}

static void configure(const char *text) {
    jsonlog_err err = {.text = ""};
    if (jsonlog_configure_text(text, JSONLOG_NUL_TERMINATED, &err) != JSONLOG_OK)
        fail_msg("%s\n%s", err.text, text);
}

/* Only to be compared: the reference is given back. */
static const jsonlog_handler *handler_of(const char *name) {
    jsonlog_handler *handler = jsonlog_config_get_handler(name);
    assert_non_null(handler);
    jsonlog_handler_release(handler);
    return handler;
}

static const char *lines_of(const char *name) {
    static char out[65536];
    jsonlog_handler *memory = jsonlog_config_get_handler(name);
    assert_non_null(memory);
    jsonlog_memory_handler_read(memory, out, sizeof out);
    jsonlog_handler_release(memory);
    return out;
}

static int silence(void **state) {
    (void)state;
    jsonlog_config_unwatch();
    return jsonlog_configure_text("{\"version\":1,\"root\":{\"handlers\":[]}}",
                                  JSONLOG_NUL_TERMINATED, NULL) == JSONLOG_OK
               ? 0
               : -1;
}

static void knows_when_nothing_is_configured(void **state) {
    (void)state;
    jsonlog_err err;
    assert_int_equal(jsonlog_config_reload(&err), JSONLOG_E_STATE);
    assert_string_equal(err.text, "nothing was configured yet");
    assert_int_equal(jsonlog_config_poll(NULL, NULL), JSONLOG_E_STATE);
    assert_int_equal(jsonlog_config_watch(0, &err), JSONLOG_E_STATE);
    jsonlog_config_unwatch();
}

static void keeps_what_is_as_it_was(void **state) {
    (void)state;
    configure(two_handlers("DEBUG", "\"capacity\":4096"));
    jsonlog_info(jsonlog_root(), "one");
    jsonlog_flush();
    jsonlog_handler *a = jsonlog_config_get_handler("a");
    const jsonlog_handler *b = handler_of("b");
    const jsonlog_handler *ring = handler_of("ring");
    jsonlog_handler_set_level(a, JSONLOG_LEVEL_OFF); /* the file says otherwise */
    assert_int_equal(jsonlog_config_reload(NULL), JSONLOG_OK);
    assert_ptr_equal(handler_of("a"), a);
    assert_ptr_equal(handler_of("b"), b);
    assert_ptr_equal(handler_of("ring"), ring);
    assert_int_equal(jsonlog_handler_get_level(a), JSONLOG_LEVEL_DEBUG);
    jsonlog_handler_release(a);
    jsonlog_info(jsonlog_root(), "two");
    jsonlog_flush();
    assert_string_equal(lines_of("a"), "{\"message\":\"one\"}\n{\"message\":\"two\"}\n");
    assert_string_equal(lines_of("b"), "{\"message\":\"one\"}\n{\"message\":\"two\"}\n");
}

static void replaces_what_has_changed_and_what_wraps_it(void **state) {
    (void)state;
    configure(two_handlers("DEBUG", "\"capacity\":4096"));
    jsonlog_handler *a = jsonlog_config_get_handler("a");
    jsonlog_handler *b = jsonlog_config_get_handler("b");
    jsonlog_handler *ring = jsonlog_config_get_handler("ring");
    configure(two_handlers("DEBUG", "\"capacity\":8192"));
    assert_ptr_equal(handler_of("a"), a);
    assert_ptr_not_equal(handler_of("b"), b);
    assert_ptr_not_equal(handler_of("ring"), ring);
    configure(two_handlers("INFO", "\"capacity\":8192"));
    assert_ptr_not_equal(handler_of("a"), a);
    jsonlog_handler_release(a);
    jsonlog_handler_release(b);
    jsonlog_handler_release(ring);
}

static void replaces_handlers_with_another_formatter(void **state) {
    (void)state;
    static const char text[] = "{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\","
                               "\"indent\":%d}},\"handlers\":{\"a\":"
                               "{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\"}}}";
    char now[256];
    snprintf(now, sizeof now, text, 0);
    configure(now);
    jsonlog_handler *a = jsonlog_config_get_handler("a");
    snprintf(now, sizeof now, text, 1);
    configure(now);
    assert_ptr_not_equal(handler_of("a"), a);
    jsonlog_handler_release(a);
}

static void sees_that_a_variable_has_changed(void **state) {
    (void)state;
    setenv("TEST_CAPACITY", "4K", 1);
    configure(two_handlers("DEBUG", "\"capacity\":\"${TEST_CAPACITY}\""));
    jsonlog_handler *b = jsonlog_config_get_handler("b");
    setenv("TEST_CAPACITY", "8K", 1);
    assert_int_equal(jsonlog_config_reload(NULL), JSONLOG_OK);
    assert_ptr_not_equal(handler_of("b"), b);
    unsetenv("TEST_CAPACITY");
    jsonlog_err err;
    assert_int_equal(jsonlog_config_reload(&err), JSONLOG_E_INVALID);
    assert_non_null(strstr(err.text, "handlers.b.capacity: the environment variable "));
    jsonlog_handler_release(b);
}

/* The old ring is written out before the reload returns. */
static void drains_what_it_replaces(void **state) {
    (void)state;
    char text[1024];
    static const char format[] =
        "{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"]}},"
        "\"handlers\":{\"file\":{\"class\":\"file\",\"path\":\"%s\",\"formatter\":\"f\",\"buffer\":"
        "{"
        "\"bytes\":\"64K\",\"flushInterval\":\"1h\"}},\"ring\":{\"class\":\"async\",\"target\":"
        "\"file\","
        "\"ringBytes\":\"%s\"}},\"root\":{\"handlers\":[\"ring\"]}}";
    snprintf(text, sizeof text, format, in_directory("x.log"), "64K");
    configure(text);
    for (int i = 0; i < 100; i++)
        jsonlog_info(jsonlog_root(), "x");
    snprintf(text, sizeof text, format, in_directory("y.log"), "128K");
    configure(text);
    assert_int_equal(strlen(content_of("x.log")), 100 * strlen("{\"message\":\"x\"}\n"));
    silence(NULL);
}

/* ---- files ---- */

static void write_level(const char *level) {
    char text[128];
    snprintf(text, sizeof text,
             "{\"version\":1,\"loggers\":{\"w\":{\"level\":\"%s\"}},\"root\":{\"handlers\":[]}}",
             level);
    make_file("next.json", text);
    assert_int_equal(rename(in_directory("next.json"), in_directory("log.json")), 0);
}

static int level_now(void) {
    return jsonlog_logger_get_level(jsonlog_get("w"));
}

static void polls_the_file(void **state) {
    (void)state;
    bool is_reloaded = true;
    jsonlog_err err;
    write_level("INFO");
    assert_int_equal(jsonlog_configure_file(in_directory("log.json"), NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_config_poll(&is_reloaded, &err), JSONLOG_OK);
    assert_false(is_reloaded);
    write_level("DEBUG");
    assert_int_equal(jsonlog_config_poll(&is_reloaded, &err), JSONLOG_OK);
    assert_true(is_reloaded);
    assert_int_equal(level_now(), JSONLOG_LEVEL_DEBUG);
    write_level("LOUD");
    assert_int_equal(jsonlog_config_poll(&is_reloaded, &err), JSONLOG_E_INVALID);
    assert_false(is_reloaded);
    assert_non_null(strstr(err.text, "log.json:1:38: loggers.w.level: "));
    assert_int_equal(jsonlog_config_poll(&is_reloaded, &err), JSONLOG_OK); /* said once */
    assert_int_equal(level_now(), JSONLOG_LEVEL_DEBUG);
    unlink(in_directory("log.json"));
    assert_int_equal(jsonlog_config_poll(&is_reloaded, &err), JSONLOG_OK); /* waited for */
    assert_int_equal(jsonlog_config_reload(&err), JSONLOG_E_IO);
    write_level("ERROR");
    assert_int_equal(jsonlog_config_poll(NULL, NULL), JSONLOG_OK);
    assert_int_equal(level_now(), JSONLOG_LEVEL_ERROR);
}

/* The same file, of the same size: only its time tells. */
static void sees_a_change_in_place(void **state) {
    (void)state;
    const struct timespec times[2] = {{1, 0}, {1, 0}};
    bool is_reloaded = false;
    make_file("log.json", "{\"version\":1,\"loggers\":{\"w\":{\"level\":11}}}");
    assert_int_equal(jsonlog_configure_file(in_directory("log.json"), NULL), JSONLOG_OK);
    make_file("log.json", "{\"version\":1,\"loggers\":{\"w\":{\"level\":12}}}");
    assert_int_equal(utimensat(AT_FDCWD, in_directory("log.json"), times, 0), 0);
    assert_int_equal(jsonlog_config_poll(&is_reloaded, NULL), JSONLOG_OK);
    assert_true(is_reloaded);
    assert_int_equal(level_now(), 12);
}

static void finds_the_file_after_chdir(void **state) {
    (void)state;
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    write_level("INFO");
    assert_int_equal(chdir(test_directory), 0);
    assert_int_equal(jsonlog_configure_file("log.json", NULL), JSONLOG_OK);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(jsonlog_config_reload(NULL), JSONLOG_OK);
}

static void ask_for_a_reload(int signal_number) {
    (void)signal_number;
    jsonlog_config_request_reload();
}

static void reloads_after_a_signal(void **state) {
    (void)state;
    bool is_reloaded = false;
    write_level("INFO");
    assert_int_equal(jsonlog_configure_file(in_directory("log.json"), NULL), JSONLOG_OK);
    signal(SIGHUP, ask_for_a_reload);
    raise(SIGHUP);
    signal(SIGHUP, SIG_DFL);
    assert_int_equal(jsonlog_config_poll(&is_reloaded, NULL), JSONLOG_OK);
    assert_true(is_reloaded);
    assert_int_equal(jsonlog_config_poll(&is_reloaded, NULL), JSONLOG_OK);
    assert_false(is_reloaded);
}

static bool becomes(int level) {
    for (int i = 0; i < 6000; i++) {
        if (level_now() == level)
            return true;
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    }
    return false;
}

static void watches_the_file(void **state) {
    (void)state;
    write_level("INFO");
    assert_int_equal(jsonlog_configure_file(in_directory("log.json"), NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_config_watch(10, NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_config_watch(5, NULL), JSONLOG_OK);
    write_level("DEBUG");
    assert_true(becomes(JSONLOG_LEVEL_DEBUG));
    write_level("ERROR");
    assert_true(becomes(JSONLOG_LEVEL_ERROR));
    jsonlog_config_unwatch();
    write_level("INFO");
    nanosleep(&(struct timespec){0, 50000000}, NULL);
    assert_int_equal(level_now(), JSONLOG_LEVEL_ERROR);
}

static void tells_what_became_of_it(void **state) {
    (void)state;
    static const char text[] =
        "{\"version\":1,\"handlers\":{\"m\":{\"class\":\"memory\",\"capacity\":\"64K\"}},"
        "\"root\":{\"handlers\":[\"m\"]}%s}";
    char now[256];
    snprintf(now, sizeof now, text, "");
    make_file("log.json", now);
    assert_int_equal(jsonlog_configure_file(in_directory("log.json"), NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_config_watch(5, NULL), JSONLOG_OK);
    snprintf(now, sizeof now, text, ",\"x\":1");
    make_file("log.json", now);
    for (int i = 0; i < 6000 && strstr(lines_of("m"), "not reloaded") == NULL; i++)
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    assert_non_null(strstr(lines_of("m"), "\"logType\":\"ERROR\",\"logger\":\"jsonlog\","
                                          "\"errorMessage\":\"configuration not reloaded\""));
    snprintf(now, sizeof now, text, ",\"loggers\":{}");
    make_file("log.json", now);
    for (int i = 0; i < 6000 && strstr(lines_of("m"), "n reloaded") == NULL; i++)
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    assert_non_null(strstr(lines_of("m"), "\"message\":\"configuration reloaded\",\"file\":\"/"));
    assert_non_null(strstr(lines_of("m"), "log.json:1:"));
}

static void child_may_configure(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    write_level("INFO");
    assert_int_equal(jsonlog_configure_file(in_directory("log.json"), NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_config_watch(5, NULL), JSONLOG_OK);
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        write_level("FATAL");
        bool is_good = jsonlog_config_poll(NULL, NULL) == JSONLOG_OK;
        is_good = is_good && level_now() == JSONLOG_LEVEL_FATAL;
        is_good = is_good && jsonlog_config_watch(5, NULL) == JSONLOG_OK;
        write_level("DEBUG");
        _exit(is_good && becomes(JSONLOG_LEVEL_DEBUG) ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void) {
#define IN_DIRECTORY(test) \
    cmocka_unit_test_setup_teardown(test, make_test_directory, remove_test_directory)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_when_nothing_is_configured),
        cmocka_unit_test(keeps_what_is_as_it_was),
        cmocka_unit_test(replaces_what_has_changed_and_what_wraps_it),
        cmocka_unit_test(replaces_handlers_with_another_formatter),
        cmocka_unit_test(sees_that_a_variable_has_changed),
        IN_DIRECTORY(drains_what_it_replaces),
        IN_DIRECTORY(polls_the_file),
        IN_DIRECTORY(sees_a_change_in_place),
        IN_DIRECTORY(finds_the_file_after_chdir),
        IN_DIRECTORY(reloads_after_a_signal),
        IN_DIRECTORY(watches_the_file),
        IN_DIRECTORY(tells_what_became_of_it),
        IN_DIRECTORY(child_may_configure),
    };
    return cmocka_run_group_tests(tests, NULL, silence);
}
