/** Reloads while four threads log: no line is lost, and each record sees one configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jsonlog/config.h>
#include <jsonlog/jsonlog.h>

#include "support/log_files.h"
#include "support/test_random.h"

#include <pthread.h>
#include <time.h>

enum { WRITERS = 4, RELOADS = 60 };

static uint32_t is_over; /* atomic */

typedef struct writer {
    pthread_t thread;
    jsonlog_logger *logger;
    uint32_t number;
    uint64_t written;
} writer;

static void *write_until_over(void *self) {
    writer *w = self;
    while (__atomic_load_n(&is_over, __ATOMIC_RELAXED) == 0 || w->written < 100) {
        jsonlog_info(w->logger, "line", "w", w->number, "n", w->written);
        w->written++;
        if (w->written % 100 == 0)
            nanosleep(&(struct timespec){0, 100000}, NULL); /* so that the files stay small */
    }
    return NULL;
}

/* Two configurations that send each record to one file: "a" or, through a ring, "b". */
static const char *configuration(unsigned round, char *text, size_t size) {
    static const char start[] =
        "{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"],"
        "\"staticFields\":{\"round\":%u}}},\"handlers\":{";
    int len = snprintf(text, size, start, round / 4);
    if (round % 2 == 0)
        len += snprintf(text + len, size - (size_t)len,
                        "\"a\":{\"class\":\"file\",\"path\":\"%s\",\"formatter\":\"f\"}},"
                        "\"loggers\":{\"load\":{\"handlers\":[\"a\"],\"propagate\":false}}",
                        in_directory("a.log"));
    else
        len += snprintf(text + len, size - (size_t)len,
                        "\"b\":{\"class\":\"file\",\"path\":\"%s\",\"formatter\":\"f\","
                        "\"buffer\":{\"bytes\":\"64K\",\"flushInterval\":\"1h\"}},"
                        "\"ring\":{\"class\":\"async\",\"target\":\"b\",\"whenFull\":\"block\"}},"
                        "\"loggers\":{\"load\":{\"propagate\":true}}",
                        in_directory("b.log"));
    snprintf(text + len, size - (size_t)len, ",\"root\":{\"handlers\":[%s]}}",
             round % 2 == 0 ? "" : "\"ring\"");
    return text;
}

static void reload_many_times(unsigned reloads) {
    char text[2048];
    jsonlog_err err;
    for (unsigned round = 0; round < reloads; round++) {
        if (jsonlog_configure_text(configuration(round, text, sizeof text), JSONLOG_NUL_TERMINATED,
                                   &err) != JSONLOG_OK)
            fail_msg("%s", err.text);
        assert_int_not_equal(
            jsonlog_configure_text("{\"version\":1,\"root\":{\"handlers\":[\"x\"]}}",
                                   JSONLOG_NUL_TERMINATED, NULL),
            JSONLOG_OK);
    }
}

/* Every line must be whole. */
static size_t lines_in(const char *name) {
    char line[256];
    size_t count = 0;
    FILE *file = fopen(in_directory(name), "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        assert_memory_equal(line, "{\"message\":\"line\"", 17);
        assert_non_null(strstr(line, "}\n"));
        count++;
    }
    fclose(file);
    return count;
}

static void loses_no_line(void **state) {
    (void)state;
    writer writers[WRITERS];
    char text[2048];
    uint64_t written = 0;
    assert_int_equal(
        jsonlog_configure_text(configuration(0, text, sizeof text), JSONLOG_NUL_TERMINATED, NULL),
        JSONLOG_OK);
    for (uint32_t i = 0; i < WRITERS; i++) {
        writers[i] = (writer){.number = i, .logger = jsonlog_get("load.inner")};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_until_over, &writers[i]),
                         0);
    }
    reload_many_times((unsigned)test_effort(RELOADS));
    __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
    for (uint32_t i = 0; i < WRITERS; i++) {
        pthread_join(writers[i].thread, NULL);
        written += writers[i].written;
    }
    assert_int_equal(jsonlog_configure_text("{\"version\":1,\"root\":{\"handlers\":[]}}",
                                            JSONLOG_NUL_TERMINATED, NULL),
                     JSONLOG_OK);
    const size_t in_a = lines_in("a.log");
    const size_t in_b = lines_in("b.log");
    assert_int_equal(in_a + in_b, written);
    assert_true(in_a > 0 && in_b > 0);
}

static void *configure_too(void *context) {
    (void)context;
    for (int i = 0; i < 50; i++) {
        jsonlog_configure_text("{\"version\":1,\"handlers\":{\"n\":{\"class\":\"null\"}},"
                               "\"root\":{\"handlers\":[\"n\"]}}",
                               JSONLOG_NUL_TERMINATED, NULL);
        jsonlog_handler_release(jsonlog_config_get_handler("n"));
        jsonlog_config_request_reload();
        jsonlog_config_poll(NULL, NULL);
        jsonlog_info(jsonlog_get("many"), "x");
    }
    return NULL;
}

static void takes_configurations_one_after_the_other(void **state) {
    (void)state;
    pthread_t threads[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, configure_too, NULL), 0);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    jsonlog_handler *n = jsonlog_config_get_handler("n");
    assert_non_null(n);
    jsonlog_handler_release(n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(loses_no_line, make_test_directory, remove_test_directory),
        cmocka_unit_test(takes_configurations_one_after_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
