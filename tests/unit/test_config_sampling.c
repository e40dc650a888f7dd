/** "sampling" in a configuration: what it keeps, who has it, and what becomes of it. */
#include "support/log_lines.h"

#include <jsonlog/config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#define NAMES "\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"]}},"
#define HANDLERS \
    "\"handlers\":{\"m\":{\"class\":\"memory\",\"capacity\":\"64K\",\"formatter\":\"f\"}},"
#define ROOT(options, rest) \
    "{\"version\":1," NAMES HANDLERS "\"root\":{\"handlers\":[\"m\"]" options "}" rest "}"
#define LOGGER(name, options) ROOT("", ",\"loggers\":{\"" name "\":{\"sampling\":{" options "}}}")

static void configure(const char *text) {
    jsonlog_err err = {.text = ""};
    if (jsonlog_configure_text(text, JSONLOG_NUL_TERMINATED, &err) != JSONLOG_OK)
        fail_msg("%s\n%s", err.text, text);
}

static const char *lines_there(void) {
    jsonlog_handler *memory = jsonlog_config_get_handler("m");
    assert_non_null(memory);
    const char *lines = log_lines_take(memory);
    jsonlog_handler_release(memory);
    return lines;
}

/* How many of nine are kept. Records without a call site are counted by their message and level:
 * each message here stands for another site. */
static size_t kept_at(const char *logger, int level, const char *message) {
    size_t count = 0;
    for (int i = 0; i < 9; i++)
        jsonlog_log_fields(jsonlog_get(logger), level, message, JSONLOG_NUL_TERMINATED, NULL, 0);
    for (const char *at = lines_there(); (at = strchr(at, '\n')) != NULL; at++)
        count++;
    return count;
}

static size_t kept(const char *logger, const char *message) {
    return kept_at(logger, JSONLOG_LEVEL_INFO, message);
}

static void keeps_the_first_and_some_of_the_others(void **state) {
    (void)state;
    configure(LOGGER("s.a", "\"first\":2,\"thereafter\":3,\"interval\":\"1h\""));
    for (int i = 1; i <= 9; i++)
        jsonlog_info(jsonlog_get("s.a"), "m", "i", i);
    assert_string_equal(lines_there(), "{\"message\":\"m\",\"i\":1}\n{\"message\":\"m\",\"i\":2}\n"
                                       "{\"message\":\"m\",\"i\":5,\"suppressed\":2}\n"
                                       "{\"message\":\"m\",\"i\":8,\"suppressed\":2}\n");
    configure(LOGGER("s.a", "\"first\":\"${S_NOT_THERE:-3}\""));
    assert_int_equal(kept("s.a", "first alone"), 3);
    configure(LOGGER("s.a", ""));
    assert_int_equal(kept("s.a", "nothing said"), 1);
}

static void keeps_what_is_not_below(void **state) {
    (void)state;
    configure(LOGGER("s.a", ""));
    assert_int_equal(kept_at("s.a", JSONLOG_LEVEL_WARN, "as it comes"), 1);
    assert_int_equal(kept_at("s.a", JSONLOG_LEVEL_ERROR, "as it comes"), 9);
    configure(LOGGER("s.a", "\"below\":\"WARN\""));
    assert_int_equal(kept_at("s.a", JSONLOG_LEVEL_INFO, "below warn"), 1);
    assert_int_equal(kept_at("s.a", JSONLOG_LEVEL_WARN, "below warn"), 9);
    configure(LOGGER("s.a", "\"below\":\"OFF\""));
    assert_int_equal(kept_at("s.a", JSONLOG_LEVEL_FATAL, "below off"), 1);
}

static void counts_anew_after_the_interval(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        configure(i == 0 ? LOGGER("s.a", "\"interval\":\"1h\"")
                         : LOGGER("s.a", "\"interval\":\"1ms\""));
        const char *message = i == 0 ? "an hour" : "a millisecond";
        for (int j = 0; j < 3; j++) {
            jsonlog_log_fields(jsonlog_get("s.a"), JSONLOG_LEVEL_INFO, message,
                               JSONLOG_NUL_TERMINATED, NULL, 0);
            usleep(20000);
        }
        size_t count = 0;
        for (const char *at = lines_there(); (at = strchr(at, '\n')) != NULL; at++)
            count++;
        assert_int_equal(count, i == 0 ? 1 : 3);
    }
}

/* In order it would be every second: the distance of two kept ones is always the same. */
static void keeps_by_chance(void **state) {
    (void)state;
    configure(LOGGER("s.a", "\"thereafter\":2,\"random\":true"));
    int kept_before = 0;
    int neighbours = 0;
    for (int i = 0; i < 300; i++) {
        jsonlog_info(jsonlog_get("s.a"), "by chance");
        const int is_kept = *lines_there() != '\0';
        neighbours += is_kept && kept_before;
        kept_before = is_kept;
    }
    assert_in_range(neighbours, 10, 290);
}

static void is_inherited(void **state) {
    (void)state;
    configure(ROOT(",\"sampling\":{}",
                   ",\"loggers\":{\"s.a\":{\"sampling\":{\"thereafter\":1}},\"s.b\":{}}"));
    assert_int_equal(kept("s", "inherited"), 1);
    assert_int_equal(kept("s.b", "inherited too"), 1);
    assert_int_equal(kept("s.a", "all of a"), 9);
    assert_int_equal(kept("s.a.b", "all of b"), 9);
}

static void is_what_the_file_says(void **state) {
    (void)state;
    jsonlog_sampling_policy policy = JSONLOG_SAMPLING_POLICY_INIT;
    assert_int_equal(jsonlog_logger_set_sampling(jsonlog_get("s.call"), &policy), JSONLOG_OK);
    assert_int_equal(jsonlog_logger_set_sampling(jsonlog_get("s.b"), &policy), JSONLOG_OK);
    configure(ROOT("", ",\"loggers\":{\"s.a\":{\"sampling\":{}},\"s.b\":{}}"));
    assert_int_equal(kept("s.a", "1a"), 1);
    assert_int_equal(kept("s.b", "1b"), 9); /* named: the call is forgotten */
    assert_int_equal(kept("s.call", "1c"), 1);
    configure(ROOT(",\"sampling\":{\"first\":4}", ",\"loggers\":{\"s.b\":{\"sampling\":{}}}"));
    assert_int_equal(kept("s.a", "2a"), 4); /* forgotten: the root's */
    assert_int_equal(kept("s.b", "2b"), 1);
    configure(ROOT("", ""));
    assert_int_equal(kept("s.a", "3a"), 9);
    assert_int_equal(kept("s.b", "3b"), 9);
    assert_int_equal(kept("s.call", "3c"), 1);
    assert_int_equal(jsonlog_logger_set_sampling(jsonlog_get("s.call"), NULL), JSONLOG_OK);
}

static void stays_on_a_mistake_and_with_levels_alone(void **state) {
    (void)state;
    configure(LOGGER("s.a", ""));
    assert_int_not_equal(
        jsonlog_configure_text(ROOT("", ",\"loggers\":{\"s.a\":{\"level\":\"LOUD\"}}"),
                               JSONLOG_NUL_TERMINATED, NULL),
        JSONLOG_OK);
    assert_int_equal(kept("s.a", "after a mistake"), 1);
    configure("{\"version\":1,\"incremental\":true,\"loggers\":{\"s.a\":{\"level\":\"DEBUG\"}}}");
    assert_int_equal(kept_at("s.a", JSONLOG_LEVEL_DEBUG, "with another level"), 1);
    assert_int_equal(jsonlog_config_reload(NULL), JSONLOG_OK);
    assert_int_equal(kept("s.a", "after a reload"), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_first_and_some_of_the_others),
        cmocka_unit_test(keeps_what_is_not_below),
        cmocka_unit_test(counts_anew_after_the_interval),
        cmocka_unit_test(keeps_by_chance),
        cmocka_unit_test(is_inherited),
        cmocka_unit_test(is_what_the_file_says),
        cmocka_unit_test(stays_on_a_mistake_and_with_levels_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
