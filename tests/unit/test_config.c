/** A configuration in force: what each part of a file does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jsonlog/config.h>
#include <jsonlog/jsonlog.h>
#include <jsonlog/rotating.h>

#include "support/log_files.h"

#define TO_MEMORY \
    "\"handlers\":{\"m\":{\"class\":\"memory\",\"capacity\":\"64K\",\"formatter\":\"f\"}}"
#define ROOT_M "\"root\":{\"handlers\":[\"m\"],\"level\":\"TRACE\"}"
#define BARE   "\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"]}}"

static void configure(const char *text) {
    jsonlog_err err = {.text = ""};
    if (jsonlog_configure_text(text, JSONLOG_NUL_TERMINATED, &err) != JSONLOG_OK)
        fail_msg("%s\n%s", err.text, text);
}

static void refuse(const char *text) {
    assert_int_not_equal(jsonlog_configure_text(text, JSONLOG_NUL_TERMINATED, NULL), JSONLOG_OK);
}

/* What a memory handler of the configuration holds; and forgets. */
static const char *lines_of(const char *name) {
    static char lines[4][65536];
    static unsigned next;
    char *out = lines[next++ % 4];
    jsonlog_handler *memory = jsonlog_config_get_handler(name);
    assert_non_null(memory);
    jsonlog_memory_handler_read(memory, out, sizeof lines[0]);
    jsonlog_memory_handler_clear(memory);
    jsonlog_handler_release(memory);
    return out;
}

static int as_never_configured(void **state) {
    (void)state;
    return jsonlog_configure_text("{\"version\":1,\"root\":{\"handlers\":[]}}",
                                  JSONLOG_NUL_TERMINATED, NULL) == JSONLOG_OK
               ? 0
               : -1;
}

/* ---- formatters ---- */

static void sets_every_option_of_the_json_formatter(void **state) {
    (void)state;
    configure("{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"style\":\"{\","
              "\"format\":\"{levelname}{message}\",\"rename\":{\"a\":\"b\",\"zz\":\"yy\"},"
              "\"renameKeepsMissing\":true,"
              "\"staticFields\":{\"big\":9007199254740993,\"low\":-9223372036854775808,"
              "\"huge\":18446744073709551615,\"d\":1.50,\"o\":{\"l\":[1,\"x\",null,true,{}]}},"
              "\"defaults\":{\"first\":1},\"exclude\":[\"secret\"],\"skipUnderscored\":true,"
              "\"timestampKey\":\"at\",\"timeStyle\":\"epoch-number\",\"timestampPrecision\":\"s\","
              "\"nonfinite\":\"string\",\"bytesStyle\":\"hex\",\"asciiOnly\":true,\"spaced\":true,"
              "\"prefix\":\"@cee: \",\"terminator\":\";\\n\",\"collision\":\"last-wins\","
              "\"lineMax\":\"4K\",\"depthMax\":5,\"escapeSeparators\":true,\"invalidAsHex\":true,"
              "\"expandDots\":true,\"causesAsArray\":true,\"messageAlways\":true}}," TO_MEMORY
              "," ROOT_M "}");
    jsonlog_set_clock(NULL, NULL);
    jsonlog_info(jsonlog_root(), "\xc3\xbc", "a", 1, "secret", 2, "_x", 3, "n", 1e308 * 10, "bytes",
                 jsonlog_bytes("\xff", 1), "p.q", 5, "first", 6);
    char *line = strdup(lines_of("m"));
    char *at = strstr(line, "\"at\": ");
    assert_non_null(at);
    assert_int_equal(strspn(at + 6, "0123456789"), 10);
    at[6] = '\0';
    assert_string_equal(
        line,
        "@cee: {\"first\": 6, \"levelname\": \"INFO\", \"message\": \"\\u00fc\", "
        "\"big\": 9007199254740993, \"low\": -9223372036854775808, "
        "\"huge\": 18446744073709551615, \"d\": 1.5, \"o\": {\"l\": [1, \"x\", null, true, "
        "{}]}, \"b\": 1, \"n\": \"Infinity\", \"bytes\": \"ff\", \"p\": {\"q\": 5}, \"at\": ");
    assert_string_equal(at + 16, ", \"yy\": null};\n");
    free(line);
}

static void sets_more_of_the_json_formatter(void **state) {
    (void)state;
    configure("{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"],"
              "\"withSource\":true,\"withThread\":true,\"omitEmpty\":true,\"indent\":1,"
              "\"asctimeFormat\":\"%Y\"}}," TO_MEMORY "," ROOT_M "}");
    jsonlog_info(jsonlog_root(), "x", "empty", "");
    const char *line = lines_of("m");
    assert_non_null(strstr(line, "{\n \"message\": \"x\",\n \"file\": \""));
    assert_non_null(strstr(line, "\"thread\": "));
    assert_null(strstr(line, "empty"));
}

static void makes_lines_for_people(void **state) {
    (void)state;
    configure(
        "{\"version\":1,\"formatters\":{\"f\":{\"class\":\"human\",\"color\":\"always\","
        "\"stream\":\"stdout\",\"utc\":true,\"withSource\":true,\"lineMax\":\"1K\"}}," TO_MEMORY
        "," ROOT_M "}");
    jsonlog_info(jsonlog_root(), "for people");
    const char *line = lines_of("m");
    assert_non_null(strstr(line, "for people"));
    assert_non_null(strstr(line, "\x1b["));
    assert_non_null(strstr(line, "test_config.c:"));
}

/* ---- handlers ---- */

static void writes_to_files(void **state) {
    (void)state;
    char text[2048];
    snprintf(text, sizeof text,
             "{\"version\":1," BARE ",\"handlers\":{"
             "\"file\":{\"class\":\"file\",\"path\":\"%s\",\"formatter\":\"f\",\"mode\":\"0600\","
             "\"directoryMode\":\"0711\",\"makesDirectories\":true,\"refusesSymlink\":true,"
             "\"checkInterval\":\"never\"},"
             "\"late\":{\"class\":\"file\",\"path\":\"%s\",\"opensLate\":true,\"level\":\"ERROR\"},"
             "\"turns\":{\"class\":\"rotating\",\"path\":\"%s\",\"formatter\":\"f\","
             "\"maxBytes\":\"1K\",\"period\":\"weeks\",\"every\":2,\"weekday\":\"monday\","
             "\"at\":\"03:30:01\",\"usesLocalTime\":true,\"naming\":\"number\",\"keepFiles\":3,"
             "\"keepFor\":\"14d\",\"compression\":\"none\",\"compressionLevel\":6,"
             "\"buffer\":{\"bytes\":\"64K\",\"flushInterval\":\"2h\",\"flushLevel\":\"OFF\"}}},"
             "\"root\":{\"handlers\":[\"file\",\"late\",\"turns\"]}}",
             in_directory("deep/app.log"), in_directory("late.log"), in_directory("turn.log"));
    configure(text);
    assert_false(is_there("late.log"));
    jsonlog_error(jsonlog_root(), "one");
    assert_string_equal(content_of("deep/app.log"), "{\"message\":\"one\"}\n");
    assert_int_equal(mode_of("deep/app.log"), 0600);
    assert_int_equal(mode_of("deep"), 0711);
    assert_true(is_there("late.log"));
    assert_string_equal(content_of("turn.log"), ""); /* in the buffer: no level takes it out */
    jsonlog_flush();
    assert_string_equal(content_of("turn.log"), "{\"message\":\"one\"}\n");
    jsonlog_handler *turns = jsonlog_config_get_handler("turns");
    assert_int_equal(jsonlog_rotate_now(turns), JSONLOG_OK);
    assert_string_equal(content_of("turn.log.1"), "{\"message\":\"one\"}\n");
    jsonlog_handler_release(turns);
}

static void writes_to_descriptors(void **state) {
    (void)state;
    int ends[2];
    char text[512];
    char line[256] = "";
    assert_int_equal(pipe(ends), 0);
    snprintf(
        text, sizeof text,
        "{\"version\":1," BARE ",\"handlers\":{\"s\":{\"class\":\"stream\",\"descriptor\":%d,"
        "\"formatter\":\"f\"},\"e\":{\"class\":\"stream\",\"stream\":\"stderr\",\"level\":\"OFF\"},"
        "\"i\":{\"class\":\"stdio\",\"stream\":\"stderr\",\"flushEach\":true,\"level\":\"OFF\"}},"
        "\"root\":{\"handlers\":[\"s\",\"e\",\"i\"]}}",
        ends[1]);
    configure(text);
    jsonlog_info(jsonlog_root(), "through a pipe");
    assert_true(read(ends[0], line, sizeof line - 1) > 0);
    assert_string_equal(line, "{\"message\":\"through a pipe\"}\n");
    as_never_configured(NULL);
    assert_int_not_equal(fcntl(ends[1], F_GETFL), -1); /* the descriptor stays the program's */
    close(ends[0]);
    close(ends[1]);
    refuse(text);
}

static void wraps_handlers(void **state) {
    (void)state;
    configure("{\"version\":1," BARE ",\"handlers\":{"
              "\"fast\":{\"class\":\"async\",\"target\":\"m\",\"whenFull\":\"block\","
              "\"ringBytes\":\"64K\",\"blockTimeout\":\"forever\",\"drainTimeout\":\"10s\"},"
              "\"m\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\"}},"
              "\"root\":{\"handlers\":[\"fast\"]}}");
    jsonlog_info(jsonlog_root(), "behind a ring");
    jsonlog_flush();
    assert_string_equal(lines_of("m"), "{\"message\":\"behind a ring\"}\n");
}

static void gives_handlers_levels(void **state) {
    (void)state;
    configure(
        "{\"version\":1," BARE ",\"handlers\":{"
        "\"m\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\",\"level\":\"warn\"},"
        "\"n\":{\"class\":\"null\",\"level\":35}},\"root\":{\"handlers\":[\"m\",\"n\"]}}");
    jsonlog_info(jsonlog_root(), "a");
    jsonlog_warn(jsonlog_root(), "b");
    assert_string_equal(lines_of("m"), "{\"message\":\"b\"}\n");
    jsonlog_handler *n = jsonlog_config_get_handler("n");
    assert_int_equal(jsonlog_handler_get_level(n), 35);
    jsonlog_handler_release(n);
    assert_null(jsonlog_config_get_handler("x"));
    assert_null(jsonlog_config_get_handler(NULL));
}

static void filters_by_pattern(void **state) {
    (void)state;
    configure(
        "{\"version\":1,\"filters\":{\"p\":{\"pattern\":\"{ $.errorCode = \\\"DA*\\\" }\"},"
        "\"q\":{\"pattern\":\"{ $.errorCode = \\\"DA*\\\" }\",\"passes\":\"others\"}},"
        "\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"]}},\"handlers\":{"
        "\"m\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\",\"filters\":[\"p\"]},"
        "\"n\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\",\"filters\":[\"q\"]}},"
        "\"root\":{\"handlers\":[\"m\",\"n\"]}}");
    jsonlog_info(jsonlog_root(), "a", "errorCode", "DA1");
    jsonlog_info(jsonlog_root(), "b", "errorCode", "XA1");
    assert_string_equal(lines_of("m"), "{\"message\":\"a\",\"errorCode\":\"DA1\"}\n");
    assert_string_equal(lines_of("n"), "{\"message\":\"b\",\"errorCode\":\"XA1\"}\n");
}

/* ---- loggers ---- */

static void sets_loggers(void **state) {
    (void)state;
    configure(
        "{\"version\":1," BARE ",\"handlers\":{"
        "\"m\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\"},"
        "\"n\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\"}},"
        "\"loggers\":{\"cfg.a\":{\"level\":\"DEBUG\",\"handlers\":[\"n\"],\"propagate\":false},"
        "\"cfg.b\":{\"level\":\"ERROR\"}},\"root\":{\"handlers\":[\"m\"],\"level\":\"WARN\"}}");
    jsonlog_debug(jsonlog_get("cfg.a.child"), "1");
    jsonlog_warn(jsonlog_get("cfg.b"), "2");
    jsonlog_error(jsonlog_get("cfg.b"), "3");
    jsonlog_info(jsonlog_get("cfg.c"), "4");
    jsonlog_warn(jsonlog_get("cfg.c"), "5");
    assert_string_equal(lines_of("n"), "{\"message\":\"1\"}\n");
    assert_string_equal(lines_of("m"), "{\"message\":\"3\"}\n{\"message\":\"5\"}\n");
    assert_false(jsonlog_logger_get_propagate(jsonlog_get("cfg.a")));
    configure("{\"version\":1," BARE "," TO_MEMORY "," ROOT_M ",\"loggers\":{\"cfg.b\":{}}}");
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("cfg.a")), JSONLOG_LEVEL_NOTSET);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("cfg.b")), JSONLOG_LEVEL_NOTSET);
    assert_true(jsonlog_logger_get_propagate(jsonlog_get("cfg.a")));
    jsonlog_debug(jsonlog_get("cfg.a"), "6");
    assert_string_equal(lines_of("m"), "{\"message\":\"6\"}\n");
}

static void leaves_other_loggers_alone(void **state) {
    (void)state;
    jsonlog_logger *own = jsonlog_get("alone");
    jsonlog_logger_set_level(own, JSONLOG_LEVEL_FATAL);
    configure("{\"version\":1,\"loggers\":{\"other\":{\"level\":\"INFO\"}}}");
    configure("{\"version\":1}");
    assert_int_equal(jsonlog_logger_get_level(own), JSONLOG_LEVEL_FATAL);
    configure("{\"version\":1,\"loggers\":{\"alone\":{}}}");
    assert_int_equal(jsonlog_logger_get_level(own), JSONLOG_LEVEL_NOTSET);
}

static void disables_others_when_told(void **state) {
    (void)state;
    jsonlog_logger *old = jsonlog_get("old.one");
    jsonlog_logger *kept = jsonlog_get("kept.one");
    configure("{\"version\":1,\"disableExistingLoggers\":true,\"loggers\":{\"kept\":{}}}");
    assert_int_equal(jsonlog_logger_get_level(old), JSONLOG_LEVEL_OFF);
    assert_int_equal(jsonlog_logger_get_level(kept), JSONLOG_LEVEL_NOTSET);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_root()), JSONLOG_LEVEL_INFO);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("jsonlog")), JSONLOG_LEVEL_NOTSET);
    configure("{\"version\":1,\"loggers\":{\"kept\":{\"level\":\"INFO\"}}}");
    assert_int_equal(jsonlog_logger_get_level(old), JSONLOG_LEVEL_NOTSET);
    configure("{\"version\":1,\"disableExistingLoggers\":true}");
    assert_int_equal(jsonlog_logger_get_level(kept), JSONLOG_LEVEL_OFF);
    configure("{\"version\":1}");
}

static void gives_static_fields(void **state) {
    (void)state;
    configure(
        "{\"version\":1,\"staticFields\":{\"service\":\"${TEST_SERVICE:-none}\",\"n\":1}," BARE
        "," TO_MEMORY "," ROOT_M "}");
    jsonlog_info(jsonlog_root(), "x");
    assert_string_equal(lines_of("m"), "{\"message\":\"x\",\"service\":\"none\",\"n\":1}\n");
    configure("{\"version\":1," BARE "," TO_MEMORY "," ROOT_M "}");
    jsonlog_info(jsonlog_root(), "x");
    assert_string_equal(lines_of("m"), "{\"message\":\"x\"}\n");
    const jsonlog_field field = jsonlog_field_make("by", jsonlog_from_string("call"));
    jsonlog_set_static_fields(&field, 1);
    configure("{\"version\":1," BARE "," TO_MEMORY "," ROOT_M "}");
    jsonlog_info(jsonlog_root(), "x");
    assert_string_equal(lines_of("m"), "{\"message\":\"x\",\"by\":\"call\"}\n");
    jsonlog_set_static_fields(NULL, 0);
}

static void hides_secrets(void **state) {
    (void)state;
    configure("{\"version\":1,\"redaction\":{\"censor\":\"***\",\"ignoreCase\":true,\"rules\":["
              "{\"key\":\"PASSWORD\"},{\"path\":\"user.card\",\"action\":\"last4\"},"
              "{\"pattern\":\"bearer\"},{\"key\":\"gone\",\"action\":\"remove\"}]}," BARE
              "," TO_MEMORY "," ROOT_M "}");
    jsonlog_info(jsonlog_root(), "x", "password", "p", "user",
                 jsonlog_object("card", "4111111111111111"), "gone", 1);
    assert_string_equal(
        lines_of("m"),
        "{\"message\":\"x\",\"password\":\"***\",\"user\":{\"card\":\"****1111\"}}\n");
    refuse("{\"version\":1,\"redaction\":{\"rules\":[{}]}}");
    refuse("{\"version\":1,\"redaction\":{\"rules\":[{\"key\":\"a\",\"path\":\"b\"}]}}");
    refuse("{\"version\":1,\"redaction\":{\"rules\":[{\"pattern\":\"nothing\"}]}}");
    refuse("{\"version\":1,\"redaction\":{}}");
    configure("{\"version\":1," BARE "," TO_MEMORY "," ROOT_M "}");
    jsonlog_info(jsonlog_root(), "x", "password", "p");
    assert_string_equal(lines_of("m"), "{\"message\":\"x\",\"password\":\"p\"}\n");
}

static void takes_presets(void **state) {
    (void)state;
    configure("{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"preset\":\"ecs\","
              "\"service\":\"pay\",\"version\":\"1.2\",\"environment\":\"test\",\"host\":\"h\","
              "\"labels\":[\"team\"],\"exclude\":[\"no\"]}}," TO_MEMORY "," ROOT_M "}");
    jsonlog_info(jsonlog_root(), "x", "team", "a", "no", 1);
    const char *line = lines_of("m");
    assert_non_null(strstr(line, "\"log.level\":\"info\",\"message\":\"x\""));
    assert_non_null(strstr(line, "\"service.name\":\"pay\",\"service.version\":\"1.2\""));
    assert_non_null(strstr(line, "\"labels\":{\"team\":\"a\"}"));
    assert_null(strstr(line, "\"no\""));
    refuse("{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"preset\":\"ecs\","
           "\"names\":[\"message\"]}}}");
}

/* ---- variables ---- */

static void puts_in_variables(void **state) {
    (void)state;
    setenv("TEST_LEVEL", "debug", 1);
    setenv("TEST_SIZE", "8K", 1);
    setenv("TEST_EMPTY", "", 1);
    setenv("TEST_FLAG", "true", 1);
    setenv("TEST_COUNT", "4", 1);
    configure("{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"],"
              "\"spaced\":\"${TEST_FLAG}\",\"depthMax\":\"${TEST_COUNT}\",\"staticFields\":{"
              "\"a\":\"[${TEST_EMPTY}]\",\"b\":\"[${TEST_EMPTY:-x y}]\",\"c\":\"$${TEST_SIZE}\","
              "\"d\":\"$ {x} $x ${TEST_SIZE}${TEST_SIZE}\",\"e\":\"$$${TEST_SIZE}\","
              "\"f\":\"${TEST_SIZE:-}\"}}},"
              "\"handlers\":{\"m\":{\"class\":\"memory\",\"capacity\":\"${TEST_SIZE}\","
              "\"formatter\":\"f\"}},"
              "\"root\":{\"handlers\":[\"m\"],\"level\":\"${TEST_LEVEL:-WARN}\"}}");
    jsonlog_debug(jsonlog_root(), "x");
    assert_string_equal(lines_of("m"),
                        "{\"message\": \"x\", \"a\": \"[]\", \"b\": \"[x y]\", \"c\": "
                        "\"${TEST_SIZE}\", \"d\": \"$ {x} $x 8K8K\", \"e\": \"$${TEST_SIZE}\", "
                        "\"f\": \"8K\"}\n");
    refuse("{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"spaced\":\"true\"}}}");
    refuse("{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"depthMax\":\"4\"}}}");
}

static void follows_the_environment(void **state) {
    (void)state;
    jsonlog_err err;
    unsetenv("JSONLOG_CONFIG");
    assert_int_equal(jsonlog_configure_from_environment(&err), JSONLOG_OK);
    setenv("JSONLOG_CONFIG", "", 1);
    assert_int_equal(jsonlog_configure_from_environment(&err), JSONLOG_OK);
    setenv("JSONLOG_CONFIG", in_directory("log.json"), 1);
    assert_int_equal(jsonlog_configure_from_environment(&err), JSONLOG_E_IO);
    make_file("log.json", "{\"version\":1,\"root\":{\"level\":\"FATAL\"}}");
    assert_int_equal(jsonlog_configure_from_environment(&err), JSONLOG_OK);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_root()), JSONLOG_LEVEL_FATAL);
    make_file("log.json", "{\"version\":1,\n\"root\":{\"level\":\"FATALL\"}}");
    assert_int_equal(jsonlog_configure_from_environment(&err), JSONLOG_E_INVALID);
    char place[300];
    snprintf(place, sizeof place, "%s:2:17: root.level: ", in_directory("log.json"));
    assert_memory_equal(err.text, place, strlen(place));
    assert_int_equal(err.offset, 30);
}

/* ---- all or nothing ---- */

static void changes_nothing_on_a_mistake(void **state) {
    (void)state;
    configure("{\"version\":1," BARE "," TO_MEMORY "," ROOT_M ",\"staticFields\":{\"s\":1}}");
    jsonlog_info(jsonlog_root(), "before");
    refuse(
        "{\"version\":1,\"root\":{\"handlers\":[],\"level\":\"OFF\"},\"loggers\":{\"m\":{\"level\":"
        "\"X\"}}}");
    refuse("{\"version\":1,\"root\":{\"handlers\":[\"a\",\"b\"],\"level\":\"OFF\"},\"handlers\":{"
           "\"a\":{\"class\":\"null\"},\"b\":{\"class\":\"file\",\"path\":\"/nowhere/x.log\"}}}");
    jsonlog_trace(jsonlog_root(), "after");
    assert_string_equal(lines_of("m"),
                        "{\"message\":\"before\",\"s\":1}\n{\"message\":\"after\",\"s\":1}\n");
}

static void says_why_a_file_cannot_be_opened(void **state) {
    (void)state;
    jsonlog_err err;
    assert_int_equal(
        jsonlog_configure_text("{\"version\":1,\"handlers\":{\"b\":{\"class\":\"file\",\"path\":"
                               "\"/nowhere/x.log\"}}}",
                               JSONLOG_NUL_TERMINATED, &err),
        JSONLOG_E_IO);
    assert_memory_equal(err.text, "configuration:1:26: handlers.b: ", 32);
    assert_non_null(strstr(err.text, "/nowhere"));
}

static void only_checks_when_asked_to(void **state) {
    (void)state;
    char text[512];
    snprintf(text, sizeof text,
             "{\"version\":1,\"handlers\":{\"b\":{\"class\":\"file\",\"path\":\"%s\"}},"
             "\"root\":{\"level\":\"OFF\",\"handlers\":[\"b\"]}}",
             in_directory("unopened.log"));
    make_file("check.json", text);
    configure("{\"version\":1,\"root\":{\"level\":\"WARN\"}}");
    assert_int_equal(jsonlog_config_check_text(text, strlen(text), NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_config_check_file(in_directory("check.json"), NULL), JSONLOG_OK);
    assert_false(is_there("unopened.log"));
    assert_int_equal(jsonlog_logger_get_level(jsonlog_root()), JSONLOG_LEVEL_WARN);
}

/* ---- incremental ---- */

static void changes_levels_only(void **state) {
    (void)state;
    configure("{\"version\":1," BARE "," TO_MEMORY "," ROOT_M "}");
    jsonlog_info(jsonlog_root(), "kept");
    configure("{\"version\":1,\"incremental\":true,\"handlers\":{\"m\":{\"level\":\"ERROR\"}},"
              "\"loggers\":{\"inc\":{\"level\":\"DEBUG\",\"propagate\":false},\"inc.b\":{}},"
              "\"root\":{\"level\":\"ERROR\"}}");
    assert_int_equal(jsonlog_logger_get_level(jsonlog_root()), JSONLOG_LEVEL_ERROR);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("inc")), JSONLOG_LEVEL_DEBUG);
    assert_false(jsonlog_logger_get_propagate(jsonlog_get("inc")));
    jsonlog_handler *m = jsonlog_config_get_handler("m");
    assert_int_equal(jsonlog_handler_get_level(m), JSONLOG_LEVEL_ERROR);
    assert_string_equal(lines_of("m"), "{\"message\":\"kept\"}\n");
    jsonlog_err err;
    assert_int_equal(jsonlog_configure_text("{\"version\":1,\"incremental\":true,\"handlers\":{"
                                            "\"x\":{\"level\":1}},\"root\":{\"level\":1}}",
                                            JSONLOG_NUL_TERMINATED, &err),
                     JSONLOG_E_NOT_FOUND);
    assert_string_equal(err.text, "configuration:1:45: handlers.x: the configuration in force has "
                                  "no handler of this name");
    assert_int_equal(jsonlog_logger_get_level(jsonlog_root()), JSONLOG_LEVEL_ERROR);
    assert_int_equal(jsonlog_config_reload(NULL), JSONLOG_OK); /* of the whole one */
    assert_int_equal(jsonlog_handler_get_level(m), JSONLOG_LEVEL_NOTSET);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_root()), JSONLOG_LEVEL_TRACE);
    jsonlog_handler_release(m);
}

static bool configures(const jsonlog_line *line, void *context) {
    (void)line;
    jsonlog_err err;
    jsonlog_status *status = context;
    status[0] = jsonlog_configure_text("{\"version\":1}", JSONLOG_NUL_TERMINATED, &err);
    status[1] = jsonlog_config_reload(&err);
    return true;
}

static void refuses_from_within_a_log_call(void **state) {
    (void)state;
    jsonlog_status status[2] = {JSONLOG_OK, JSONLOG_OK};
    jsonlog_handler *handler = jsonlog_callback_handler_new(configures, status);
    jsonlog_logger_add_handler(jsonlog_root(), handler);
    jsonlog_error(jsonlog_root(), "x");
    jsonlog_logger_remove_handler(jsonlog_root(), handler);
    jsonlog_handler_release(handler);
    assert_int_equal(status[0], JSONLOG_E_STATE);
    assert_int_equal(status[1], JSONLOG_E_STATE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_every_option_of_the_json_formatter),
        cmocka_unit_test(sets_more_of_the_json_formatter),
        cmocka_unit_test(makes_lines_for_people),
        cmocka_unit_test_setup_teardown(writes_to_files, make_test_directory,
                                        remove_test_directory),
        cmocka_unit_test(writes_to_descriptors),
        cmocka_unit_test(wraps_handlers),
        cmocka_unit_test(gives_handlers_levels),
        cmocka_unit_test(filters_by_pattern),
        cmocka_unit_test(sets_loggers),
        cmocka_unit_test(leaves_other_loggers_alone),
        cmocka_unit_test(disables_others_when_told),
        cmocka_unit_test(gives_static_fields),
        cmocka_unit_test(hides_secrets),
        cmocka_unit_test(takes_presets),
        cmocka_unit_test(puts_in_variables),
        cmocka_unit_test_setup_teardown(follows_the_environment, make_test_directory,
                                        remove_test_directory),
        cmocka_unit_test(changes_nothing_on_a_mistake),
        cmocka_unit_test(says_why_a_file_cannot_be_opened),
        cmocka_unit_test_setup_teardown(only_checks_when_asked_to, make_test_directory,
                                        remove_test_directory),
        cmocka_unit_test(changes_levels_only),
        cmocka_unit_test(refuses_from_within_a_log_call),
    };
    return cmocka_run_group_tests(tests, as_never_configured, as_never_configured);
}
