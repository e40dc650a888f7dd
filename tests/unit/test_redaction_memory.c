/* Redaction and memory: none for most records, and without any it hides more, not less. */
#include "support/counted_heap.h"
#include "support/log_lines.h"

#include "base/scratch.h"

#include <jsonlog/redact.h>

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define CARD     "4111111111111111"
#define PASSWORD "p4ssw0rd-p4ssw0rd"

static counted_heap heap = {.fail_after = SIZE_MAX};
static jsonlog_handler *lines;

static int set_up(void **state) {
    (void)state;
    if (counted_heap_install(&heap) != JSONLOG_OK)
        return -1;
    lines = log_lines_at(jsonlog_root());
    return lines == NULL ? -1 : 0;
}

static int tear_down(void **state) {
    (void)state;
    jsonlog_handler_release(lines);
    return 0;
}

static jsonlog_redaction *new_set(void) {
    const jsonlog_redact_rule rules[] = {
        jsonlog_redact_key("password"), jsonlog_redact_path("o.*.secret"),
        jsonlog_redact_with(JSONLOG_REDACT_LAST4, jsonlog_redact_pattern("card"))};
    return jsonlog_redaction_new(rules, 3, NULL, NULL);
}

static void makes_a_set_or_none(void **state) {
    (void)state;
    for (size_t succeed = 0;; succeed++) {
        const size_t alive = heap.alive;
        heap.fail_after = heap.calls + succeed;
        jsonlog_redaction *set = new_set();
        heap.fail_after = SIZE_MAX;
        jsonlog_redaction_release(set);
        assert_int_equal(heap.alive, alive);
        if (set != NULL)
            return;
        assert_true(succeed < 10);
    }
}

static void puts_a_set_in_force_or_keeps_the_old_one(void **state) {
    (void)state;
    jsonlog_redaction *set = new_set();
    heap.fail_after = heap.calls;
    assert_int_equal(jsonlog_set_redaction(set), JSONLOG_E_NOMEM);
    heap.fail_after = SIZE_MAX;
    jsonlog_info(jsonlog_root(), CARD);
    assert_non_null(strstr(log_lines_take(lines), CARD));
    assert_int_equal(jsonlog_set_redaction(set), JSONLOG_OK);
    heap.fail_after = heap.calls;
    assert_int_equal(jsonlog_set_redaction(NULL), JSONLOG_E_NOMEM);
    heap.fail_after = SIZE_MAX;
    jsonlog_redaction_release(set);
    jsonlog_info(jsonlog_root(), CARD);
    assert_null(strstr(log_lines_take(lines), CARD));
}

/* ---- log calls ---- */

static char filler[300000];
static cJSON *item;
static char raw[sizeof filler + 256];

static bool write_secrets(jsonlog_writer *writer, void *context) {
    (void)context;
    jsonlog_write_begin_object(writer);
    jsonlog_write_key(writer, "password", 8);
    jsonlog_write_value(writer, jsonlog_from_string(PASSWORD));
    jsonlog_write_key(writer, "card", 4);
    jsonlog_write_value(writer, jsonlog_from_string(CARD));
    jsonlog_write_end_object(writer);
    return true;
}

/* Something of every kind; with `padding` so large that the memory for it is not kept. */
static void log_secrets(const char *padding) {
    static const char *const strings[] = {"a", CARD};
    static const int64_t numbers[] = {1, 4111111111111111};
    snprintf(raw, sizeof raw, "{\"password\":\"" PASSWORD "\",\"a\":[\"" CARD "\",\"%s\"]}",
             padding);
    jsonlog_info(jsonlog_root(), CARD, "password", PASSWORD, CARD, 1, "s",
                 jsonlog_strings(strings, 2), "n", jsonlog_int64s(numbers, 2), "o",
                 jsonlog_object("x", jsonlog_object("secret", PASSWORD, "c", CARD)), "call",
                 jsonlog_call(write_secrets, NULL), "j", jsonlog_cjson(item), "raw",
                 jsonlog_raw(raw, strlen(raw)));
}

static void use_set(void) {
    jsonlog_redaction *set = new_set();
    assert_int_equal(jsonlog_set_redaction(set), JSONLOG_OK);
    jsonlog_redaction_release(set);
    item = cJSON_Parse("{\"password\":\"" PASSWORD "\",\"c\":[\"" CARD "\"]}");
    memset(filler, 'x', sizeof filler - 1);
}

static void assert_no_secret(void) {
    const char *text = log_lines_take(lines);
    assert_null(strstr(text, "p4ssw0rd"));
    assert_null(strstr(text, "41111111"));
}

static void takes_no_memory_for_further_records(void **state) {
    (void)state;
    use_set();
    log_secrets("");
    assert_no_secret();
    const size_t calls = heap.calls;
    for (int i = 0; i < 100; i++)
        log_secrets("");
    assert_int_equal(heap.calls, calls);
    assert_no_secret();
    cJSON_Delete(item);
}

static void hides_everything_without_memory(void **state) {
    (void)state;
    use_set();
    log_secrets(filler);
    for (size_t succeed = 0; succeed < 40; succeed++) {
        const size_t before = heap.calls;
        heap.fail_after = heap.calls + succeed;
        log_secrets(filler);
        const bool is_enough = heap.calls < before + succeed;
        heap.fail_after = SIZE_MAX;
        assert_no_secret();
        if (is_enough)
            break;
        assert_true(succeed < 39);
    }
    cJSON_Delete(item);
    jsonlog_set_redaction(NULL);
}

/* ---- the memory itself ---- */

static void takes_and_returns_scratch(void **state) {
    (void)state;
    const size_t alive = heap.alive;
    jl_scratch scratch = JL_SCRATCH_INIT;
    char *first = jl_scratch_take(&scratch, 1);
    char *second = jl_scratch_take(&scratch, 5000);
    assert_true((uintptr_t)first % _Alignof(max_align_t) == 0);
    memset(second, 1, 5000);
    *first = 7;
    const jl_scratch_mark mark = jl_scratch_mark_now(&scratch);
    char *third = jl_scratch_take(&scratch, 16);
    assert_non_null(jl_scratch_take(&scratch, 100000));
    jl_scratch_return_to(&scratch, mark);
    assert_ptr_equal(jl_scratch_take(&scratch, 16), third);
    assert_int_equal(*first, 7);
    jl_scratch_reset(&scratch);
    const size_t calls = heap.calls;
    assert_non_null(jl_scratch_take(&scratch, 1));
    assert_non_null(jl_scratch_take(&scratch, 5000));
    assert_int_equal(heap.calls, calls);
    assert_null(jl_scratch_take_array(&scratch, SIZE_MAX, 2));
    assert_null(jl_scratch_take(&scratch, SIZE_MAX / 2));
    jl_scratch_done(&scratch);
    assert_int_equal(heap.alive, alive);
}

static void keeps_scratch_up_to_a_limit(void **state) {
    (void)state;
    const size_t alive = heap.alive;
    jl_scratch scratch = JL_SCRATCH_INIT;
    assert_non_null(jl_scratch_take(&scratch, 1 << 20));
    jl_scratch_reset(&scratch);
    assert_int_equal(heap.alive, alive);
    const jl_scratch_mark empty = jl_scratch_mark_now(&scratch);
    assert_non_null(jl_scratch_take(&scratch, 1));
    jl_scratch_return_to(&scratch, empty);
    jl_scratch_done(&scratch);
    assert_int_equal(heap.alive, alive);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_a_set_or_none),
        cmocka_unit_test(puts_a_set_in_force_or_keeps_the_old_one),
        cmocka_unit_test(takes_no_memory_for_further_records),
        cmocka_unit_test(hides_everything_without_memory),
        cmocka_unit_test(takes_and_returns_scratch),
        cmocka_unit_test(keeps_scratch_up_to_a_limit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
