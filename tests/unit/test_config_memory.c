/** Every allocation of a configuration fails once: it is refused, and the old one stays in force.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jsonlog/config.h>
#include <jsonlog/jsonlog.h>

#include "support/thread_allocator.h"

#include <string.h>
#include <unistd.h>

static int use_allocator(void **state) {
    (void)state;
    const jsonlog_allocator allocator = {thread_allocate, thread_reallocate, thread_release, NULL};
    return jsonlog_set_allocator(&allocator) == JSONLOG_OK ? 0 : -1;
}

static void fail_after(size_t allocations) {
    heap.calls = 0;
    heap.fail_after = allocations;
}

static bool always(const jsonlog_record *record, void *context) {
    (void)record;
    (void)context;
    return true;
}

static int filters_alive;

static void release_filter(void *context) {
    (void)context;
    filters_alive--;
}

static bool make_filter(jsonlog_config_options *options, jsonlog_config_filter *filter,
                        void *context) {
    (void)options;
    filter->fn = always;
    filter->release = release_filter;
    filter->context = context;
    filters_alive++;
    return true;
}

static const char first[] =
    "{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"]}},"
    "\"handlers\":{\"m\":{\"class\":\"memory\",\"capacity\":\"64K\",\"formatter\":\"f\"}},"
    "\"root\":{\"handlers\":[\"m\"]}}";

static const char second[] =
    "{\"version\":1,\"disableExistingLoggers\":true,\"redaction\":{\"rules\":[{\"key\":\"k\"}]},"
    "\"staticFields\":{\"a\":[1,{\"b\":\"${HOME:-x}"
    "\"}]},"
    "\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"],\"rename\":{\"x\":\"y\"},"
    "\"staticFields\":{\"c\":{}}},\"h\":{\"class\":\"human\"}},"
    "\"filters\":{\"always\":{\"factory\":\"always\"},\"p\":{\"pattern\":\"{ $.a = 1 }\"}},"
    "\"handlers\":{\"m\":{\"class\":\"memory\",\"capacity\":\"64K\",\"formatter\":\"f\","
    "\"filters\":[\"always\",\"p\"]},\"n\":{\"class\":\"null\"},"
    "\"ring\":{\"class\":\"async\",\"target\":\"n\",\"ringBytes\":4096}},"
    "\"loggers\":{\"mem.a\":{\"level\":\"DEBUG\",\"handlers\":[\"m\"],\"filters\":[\"always\"]}},"
    "\"root\":{\"handlers\":[\"ring\"],\"level\":\"ERROR\",\"sampling\":{\"thereafter\":2}},"
    "\"heartbeat\":{\"interval\":\"1ms\"}}";

static void expect_first_in_force(void) {
    char lines[4096];
    jsonlog_handler *memory = jsonlog_config_get_handler("m");
    assert_non_null(memory);
    jsonlog_memory_handler_clear(memory);
    usleep(3000); /* a heartbeat that had begun would be there */
    jsonlog_info(jsonlog_root(), "x");
    jsonlog_memory_handler_read(memory, lines, sizeof lines);
    assert_string_equal(lines, "{\"message\":\"x\"}\n");
    jsonlog_handler_release(memory);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_root()), JSONLOG_LEVEL_INFO);
    assert_int_equal(filters_alive, 0);
}

static void put(const char *text) {
    assert_int_equal(jsonlog_configure_text(text, JSONLOG_NUL_TERMINATED, NULL), JSONLOG_OK);
}

static void stays_with_the_old_one(void **state) {
    (void)state;
    assert_int_equal(jsonlog_config_register_filter("always", make_filter, NULL), JSONLOG_OK);
    put(first);
    expect_first_in_force();
    jsonlog_status status = JSONLOG_E_NOMEM;
    int failures = 0;
    for (int n = 0; status != JSONLOG_OK; n++) {
        jsonlog_err err;
        fail_after((size_t)n);
        status = jsonlog_configure_text(second, JSONLOG_NUL_TERMINATED, &err);
        heap.fail_after = SIZE_MAX;
        if (status == JSONLOG_OK)
            break;
        failures++;
        assert_int_equal(status, JSONLOG_E_NOMEM);
        assert_int_equal(err.code, JSONLOG_E_NOMEM);
        expect_first_in_force();
    }
    assert_true(failures > 30);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_root()), JSONLOG_LEVEL_ERROR);
    assert_int_equal(filters_alive, 1);
    put("{\"version\":1,\"root\":{\"handlers\":[]}}");
    assert_int_equal(filters_alive, 0);
}

static void registers_or_not(void **state) {
    (void)state;
    fail_after(0);
    assert_int_equal(jsonlog_config_register_filter("later", make_filter, NULL), JSONLOG_E_NOMEM);
    assert_int_equal(jsonlog_configure_file("/etc/hostname", NULL), JSONLOG_E_NOMEM);
    heap.fail_after = SIZE_MAX;
    assert_int_equal(jsonlog_config_register_filter("later", NULL, NULL), JSONLOG_E_NOT_FOUND);
}

static void changes_levels_or_not(void **state) {
    (void)state;
    put(first);
    jsonlog_status status = JSONLOG_E_NOMEM;
    for (int n = 0; status != JSONLOG_OK; n++) {
        fail_after((size_t)n);
        status = jsonlog_configure_text(
            "{\"version\":1,\"incremental\":true,\"handlers\":{\"m\":{\"level\":1}},"
            "\"root\":{\"level\":1}}",
            JSONLOG_NUL_TERMINATED, NULL);
        heap.fail_after = SIZE_MAX;
        if (status != JSONLOG_OK)
            expect_first_in_force();
    }
    assert_int_equal(jsonlog_logger_get_level(jsonlog_root()), 1);
    put("{\"version\":1,\"root\":{\"handlers\":[]}}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_with_the_old_one),
        cmocka_unit_test(registers_or_not),
        cmocka_unit_test(changes_levels_or_not),
    };
    return cmocka_run_group_tests(tests, use_allocator, NULL);
}
