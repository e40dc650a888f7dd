/* Sets come and go while threads log: every record is redacted by one of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/test_random.h"

#include <jsonlog/jsonlog.h>
#include <jsonlog/redact.h>

#include <pthread.h>
#include <string.h>

#define THREADS 4
#define CARD    "4111111111111111"

static int is_over; /* atomic */
static int leaks;   /* atomic */
static int whole;   /* atomic */

static bool look(const jsonlog_line *line, void *context) {
    (void)context;
    const bool is_leak = memmem(line->text, line->len, "411111", 6) != NULL ||
                         memmem(line->text, line->len, "hunter2", 7) != NULL;
    const bool is_whole = memmem(line->text, line->len, "CENSORED", 8) != NULL;
    __atomic_fetch_add(&leaks, is_leak ? 1 : 0, __ATOMIC_RELAXED);
    __atomic_fetch_add(&whole, is_whole ? 1 : 0, __ATOMIC_RELAXED);
    return true;
}

static bool write_secret(jsonlog_writer *writer, void *context) {
    (void)context;
    jsonlog_write_begin_object(writer);
    jsonlog_write_key(writer, "password", 8);
    jsonlog_write_value(writer, jsonlog_from_string("hunter2"));
    jsonlog_write_end_object(writer);
    return true;
}

static void *log_secrets(void *unused) {
    static const char raw[] = "{\"password\":\"hunter2\"}";
    while (__atomic_load_n(&is_over, __ATOMIC_RELAXED) == 0)
        jsonlog_info(jsonlog_root(), "paid with " CARD, "password", "hunter2", "c",
                     jsonlog_call(write_secret, NULL), "r", jsonlog_raw(raw, sizeof raw - 1));
    return unused;
}

static jsonlog_redaction *new_set(const char *censor) {
    const jsonlog_redact_rule rules[] = {jsonlog_redact_key("password"),
                                         jsonlog_redact_pattern("card")};
    jsonlog_redaction_options options = JSONLOG_REDACTION_OPTIONS_INIT;
    options.censor = censor;
    return jsonlog_redaction_new(rules, 2, &options, NULL);
}

static void changes_sets_while_others_log(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    jsonlog_handler *handler = jsonlog_callback_handler_new(look, NULL);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    jsonlog_redaction *set = new_set("CENSORED, once");
    assert_int_equal(jsonlog_set_redaction(set), JSONLOG_OK);
    jsonlog_redaction_release(set);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_secrets, NULL), 0);
    for (size_t i = 0; i < test_effort(300); i++) {
        set = new_set(i % 2 == 0 ? "CENSORED" : "CENSORED, once");
        assert_int_equal(jsonlog_set_redaction(set), JSONLOG_OK);
        jsonlog_redaction_release(set);
        jsonlog_info(jsonlog_root(), CARD);
    }
    __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    jsonlog_set_redaction(NULL);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(handler);
    assert_int_equal(leaks, 0);
    assert_true(whole >= 300);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_sets_while_others_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
