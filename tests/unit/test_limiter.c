#include "support/log_lines.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static jsonlog_handler *lines;

static int start(void **state) {
    (void)state;
    lines = log_lines_at(jsonlog_root());
    return lines == NULL ? -1 : 0;
}

static int stop(void **state) {
    (void)state;
    jsonlog_handler_release(lines);
    return 0;
}

static int evaluated;

static int number(void) {
    return ++evaluated;
}

static void once_is_once_and_evaluates_nothing_else(void **state) {
    (void)state;
    evaluated = 0;
    for (int i = 0; i < 5; i++)
        jsonlog_warn_once(jsonlog_get("t"), "m", "n", number());
    assert_string_equal(log_lines_take(lines),
                        LINE("\"WARN\",\"logger\":\"t\",\"message\":\"m\",\"n\":1}"));
    assert_int_equal(evaluated, 1);
}

static void every_nth_is_the_first_and_then_each_nth(void **state) {
    (void)state;
    for (int i = 0; i < 7; i++)
        jsonlog_info_every_n(jsonlog_get("t"), 3, "m", "i", i);
    assert_string_equal(
        log_lines_take(lines),
        LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"i\":0}")
            LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"i\":3,\"suppressed\":2}")
                LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"i\":6,\"suppressed\":2}"));
}

static void every_ms_opens_again_after_its_time(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 3; j++)
            jsonlog_info_every_ms(jsonlog_get("t"), i < 2 ? 100000 : 0, "m", "i", i);
        if (i == 2)
            log_lines_take(lines);
    }
    const char *text = log_lines_take(lines);
    size_t count = 0;
    for (; (text = strchr(text, '\n')) != NULL; text++)
        count++;
    assert_int_equal(count, 3); /* of the last round: without a limit all pass */
}

static void time_passes(void **state) {
    (void)state;
    jsonlog_slot slot = {0};
    assert_true(jsonlog_slot_every_ms(&slot, 20));
    assert_false(jsonlog_slot_every_ms(&slot, 20));
    assert_int_equal(slot.suppressed, 1);
    usleep(30000);
    assert_true(jsonlog_slot_every_ms(&slot, INT64_MAX)); /* no overflow: never again */
    assert_false(jsonlog_slot_every_ms(&slot, 20));
    assert_int_equal(slot.next_ns, INT64_MAX);
    assert_int_equal(slot.count, 4);
}

static void zero_and_one_hold_nothing_back(void **state) {
    (void)state;
    jsonlog_slot slot = {0};
    for (int i = 0; i < 4; i++) {
        assert_true(jsonlog_slot_every_n(&slot, (uint64_t)(i % 2)));
        assert_true(jsonlog_slot_every_ms(&slot, -i));
    }
    assert_int_equal(slot.suppressed, 0);
}

static bool drop(jsonlog_record *record, void *context) {
    (void)record;
    return *(const bool *)context;
}

/* A filter that drops the record must not swallow the number as well. */
static void a_dropped_record_leaves_the_number_to_the_next(void **state) {
    (void)state;
    bool passes = true;
    assert_int_equal(jsonlog_logger_add_filter(jsonlog_get("t"), drop, &passes), JSONLOG_OK);
    for (int i = 0; i < 5; i++) {
        passes = i != 2;
        jsonlog_info_every_n(jsonlog_get("t"), 2, "m", "i", i);
    }
    assert_int_equal(jsonlog_logger_remove_filter(jsonlog_get("t"), drop, &passes), JSONLOG_OK);
    assert_string_equal(
        log_lines_take(lines),
        LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"i\":0}")
            LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"i\":4,\"suppressed\":2}"));
}

static jsonlog_slot shared;
static uint64_t passed; /* atomic */

static void *call_often(void *argument) {
    for (int i = 0; i < 1000; i++)
        if (jsonlog_slot_every_n(&shared, 10))
            __atomic_fetch_add(&passed, 1, __ATOMIC_RELAXED);
    return argument;
}

static void threads_are_counted_together(void **state) {
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, call_often, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(passed, 400);
    assert_int_equal(shared.suppressed, 3600);
}

/* ---- bursts ---- */

#define HOUR_MS 3600000

static uint64_t held_back(void) {
    jsonlog_stats stats;
    jsonlog_get_stats(&stats);
    return stats.held_back;
}

/* A shutdown tells everything; then the root gets its handler back. */
static const char *told_at_shutdown(void) {
    jsonlog_shutdown();
    jsonlog_logger_set_handlers(jsonlog_root(), &lines, 1);
    return log_lines_take(lines);
}

#define TOLD(level, key, times, text, rest) \
    "\"" level "\",\"logger\":\"t\",\"" key "\":\"repeated " times " times" text "\"" rest

static char told[1024];

static const char *telling(const char *format, int line, int count) {
    snprintf(told, sizeof told, format, __FILE__, line, count);
    return told;
}

#define PLACE ",\"file\":\"%s\",\"line\":%d,\"suppressed\":%d}"

static void the_first_n_pass_and_a_shutdown_tells_the_rest(void **state) {
    (void)state;
    evaluated = 0;
    const uint64_t before = held_back();
    int line = 0;
    for (int i = 0; i < 1236; i++) {
        jsonlog_error_burst(jsonlog_get("t"), 2, HOUR_MS, "refused", "n", number());
        line = __LINE__ - 1;
    }
    assert_int_equal(evaluated, 2);
    assert_int_equal(held_back() - before, 1234);
    assert_string_equal(
        log_lines_take(lines),
        LINE("\"ERROR\",\"logger\":\"t\",\"errorMessage\":\"refused\",\"n\":1}")
            LINE("\"ERROR\",\"logger\":\"t\",\"errorMessage\":\"refused\",\"n\":2}"));
    assert_int_equal(jsonlog_flush(), JSONLOG_OK);
    assert_string_equal(log_lines_take(lines), ""); /* the window is open */
    assert_string_equal(
        told_at_shutdown(),
        telling(LINE(TOLD("ERROR", "errorMessage", "1,234", ": refused", PLACE)), line, 1234));
    assert_string_equal(told_at_shutdown(), "");
}

/* Three sites whose windows are over together: each is told in one of the three ways. */
static void after_the_window(void **state) {
    (void)state;
    int line = 0;
    const char *at_run_time = &LOG_LINES_TIME[1];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3 - 2 * round; i++)
            jsonlog_info_burst(jsonlog_get("t"), 1, 3000, "next record", "i", i);
        if (round == 1)
            break;
        for (int i = 0; i < 3; i++) {
            jsonlog_info_burst(jsonlog_get("t"), 1, 3000, at_run_time);
            line = __LINE__ - 1;
        }
        log_lines_take(lines);
        usleep(3100000);
    }
    assert_string_equal(
        log_lines_take(lines),
        telling(
            LINE("\"INFO\",\"logger\":\"t\",\"message\":\"next record\",\"i\":0,\"suppressed\":2}")
                LINE(TOLD("INFO", "message", "2", "", PLACE)),
            line, 2));
}

static void another_record_or_a_flush_tells_it(void **state) {
    (void)state;
    int line = 0;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2; i++) {
            jsonlog_info_burst(jsonlog_get("t"), 0, 1, "m");
            line = __LINE__ - 1;
        }
        usleep(10000);
        log_lines_take(lines);
        if (round == 0)
            jsonlog_flush();
        else
            jsonlog_info(jsonlog_get("other"), "o");
        const char *text = log_lines_take(lines);
        const char *other = LINE("\"INFO\",\"logger\":\"other\",\"message\":\"o\"}");
        if (round == 1)
            assert_memory_equal(text, other, strlen(other));
        telling(",\"file\":\"%s\",\"line\":%d,\"suppressed\":", line, 0);
        assert_non_null(strstr(text, told));
    }
}

static jsonlog_site site_at(jsonlog_slot *slot, const char *file) {
    return (jsonlog_site){.abi = JSONLOG_SITE_ABI,
                          .level = JSONLOG_LEVEL_WARN,
                          .line = 7,
                          .file = file,
                          .function = "f",
                          .keys = "",
                          .slot = slot};
}

/* As of a plugin that was unloaded: nothing of the site is there any more, nor its logger. */
static void what_is_told_outlives_the_site(void **state) {
    (void)state;
    char *file = malloc(400);
    char *message = malloc(301);
    jsonlog_slot *slot = calloc(1, sizeof *slot);
    jsonlog_site *site = malloc(sizeof *site);
    memset(file, 'f', 399);
    file[399] = '\0';
    memset(message, 'm', 300);
    memcpy(message + 254, "é", 2);
    message[300] = '\0';
    *site = site_at(slot, file);
    jsonlog_logger *child = jsonlog_with(jsonlog_get("t"), "k", 1);
    assert_false(jsonlog_site_burst(child, site, message, 0, HOUR_MS));
    jsonlog_logger_free(child);
    memset(file, 'x', 399);
    free(file);
    free(message);
    free(slot);
    free(site);
    char expected[1024];
    char f[256];
    char m[255];
    memset(f, 'f', 255);
    memset(m, 'm', 254);
    f[255] = m[254] = '\0';
    snprintf(expected, sizeof expected,
             LINE("\"WARN\",\"logger\":\"t\",\"message\":\"repeated 1 times: %s\",\"file\":\"%s\","
                  "\"line\":7,\"suppressed\":1}"),
             m, f);
    assert_string_equal(told_at_shutdown(), expected);
}

#define SITES 130

static void beyond_128_sites_the_next_record_tells(void **state) {
    (void)state;
    static jsonlog_slot slots[SITES];
    static jsonlog_site sites[SITES];
    for (int i = 0; i < SITES; i++) {
        sites[i] = site_at(&slots[i], "file");
        for (int j = 0; j < 2; j++)
            assert_false(jsonlog_site_burst(jsonlog_get("t"), &sites[i], "m", 0, HOUR_MS));
        assert_int_equal(slots[i].suppressed, i < 128 ? 0 : 2);
    }
    const char *text = told_at_shutdown();
    size_t count = 0;
    for (; (text = strstr(text, "repeated 2 times: m")) != NULL; text++)
        count++;
    assert_int_equal(count, 128);
    assert_false(jsonlog_site_burst(jsonlog_get("t"), &sites[0], "m", 0, HOUR_MS));
    assert_int_equal(slots[0].suppressed, 0); /* there is room again */
    told_at_shutdown();
}

static void a_place_that_was_given_to_another_site_is_left_alone(void **state) {
    (void)state;
    jsonlog_slot slots[2] = {{0}, {0}};
    const jsonlog_site a = site_at(&slots[0], "a");
    const jsonlog_site b = site_at(&slots[1], "b");
    assert_false(jsonlog_site_burst(jsonlog_get("t"), &a, "m", 0, HOUR_MS));
    told_at_shutdown();
    assert_false(jsonlog_site_burst(jsonlog_get("t"), &b, "m", 0, HOUR_MS));
    for (int i = 0; i < 2; i++)
        assert_false(jsonlog_site_burst(jsonlog_get("t"), &a, "m", 0, HOUR_MS));
    const char *text = told_at_shutdown();
    assert_non_null(strstr(text, "\"file\":\"b\",\"line\":7,\"suppressed\":1}"));
    assert_non_null(strstr(text, "\"file\":\"a\",\"line\":7,\"suppressed\":2}"));
}

static void no_window_and_no_end(void **state) {
    (void)state;
    jsonlog_slot slot = {0};
    const jsonlog_site site = site_at(&slot, "file");
    for (int i = 0; i < 10; i++) {
        assert_true(jsonlog_site_burst(jsonlog_get("t"), &site, "m", 0, 0));
        assert_true(jsonlog_site_burst(jsonlog_get("t"), &site, "m", UINT64_MAX, INT64_MAX));
    }
    assert_false(jsonlog_site_burst(jsonlog_get("t"), &site, "m", 3, INT64_MAX));
    told_at_shutdown();
}

static uint64_t burst_passed; /* atomic */

static void *burst_often(void *site) {
    for (int i = 0; i < 80; i++) /* no more summaries than there is room for */
        if (jsonlog_site_burst(jsonlog_get("t"), site, "m", 20, HOUR_MS))
            __atomic_fetch_add(&burst_passed, 1, __ATOMIC_RELAXED);
    return NULL;
}

static void *tell_often(void *argument) {
    while (!__atomic_load_n((bool *)argument, __ATOMIC_RELAXED)) {
        jsonlog_shutdown();
        jsonlog_logger_set_handlers(jsonlog_root(), &lines, 1);
    }
    return NULL;
}

/* The numbers in all summaries together are what was held back, whoever tells them meanwhile. */
static void threads_hold_back_and_tell_at_once(void **state) {
    (void)state;
    jsonlog_slot slot = {0};
    jsonlog_site site = site_at(&slot, "file");
    pthread_t threads[5];
    bool is_over = false;
    jsonlog_set_clock(log_lines_now, NULL);
    pthread_create(&threads[4], NULL, tell_often, &is_over);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, burst_often, &site);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    pthread_join(threads[4], NULL);
    assert_int_equal(burst_passed, 20);
    const char *text = told_at_shutdown();
    uint64_t sum = 0;
    for (; (text = strstr(text, "\"suppressed\":")) != NULL; text++)
        sum += strtoull(text + strlen("\"suppressed\":"), NULL, 10);
    assert_int_equal(sum, 300);
}

static void what_a_parent_held_back_is_the_parents_to_tell(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++)
        jsonlog_info_burst(jsonlog_get("t"), 0, HOUR_MS, "parent");
    const pid_t pid = fork();
    if (pid == 0)
        _exit(strstr(told_at_shutdown(), "repeated") == NULL ? 0 : 1);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_non_null(strstr(told_at_shutdown(), "repeated 2 times: parent"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_is_once_and_evaluates_nothing_else),
        cmocka_unit_test(every_nth_is_the_first_and_then_each_nth),
        cmocka_unit_test(every_ms_opens_again_after_its_time),
        cmocka_unit_test(time_passes),
        cmocka_unit_test(zero_and_one_hold_nothing_back),
        cmocka_unit_test(a_dropped_record_leaves_the_number_to_the_next),
        cmocka_unit_test(threads_are_counted_together),
        cmocka_unit_test(the_first_n_pass_and_a_shutdown_tells_the_rest),
        cmocka_unit_test(after_the_window),
        cmocka_unit_test(another_record_or_a_flush_tells_it),
        cmocka_unit_test(what_is_told_outlives_the_site),
        cmocka_unit_test(beyond_128_sites_the_next_record_tells),
        cmocka_unit_test(a_place_that_was_given_to_another_site_is_left_alone),
        cmocka_unit_test(no_window_and_no_end),
        cmocka_unit_test(threads_hold_back_and_tell_at_once),
        cmocka_unit_test(what_a_parent_held_back_is_the_parents_to_tell),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
