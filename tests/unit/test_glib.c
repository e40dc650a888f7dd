/* A GLib program: what it logs, through the old calls and the structured ones, as exact lines. */
#define G_LOG_DOMAIN "payment"

#include <jsonlog/glib.h>
#include <jsonlog/handler.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "support/log_lines.h"

static jsonlog_handler *kept;

#define GLIB(level, logger, rest) LINE("\"" level "\",\"logger\":\"" logger "\"," rest "}")

static void each_level_has_its_own(void **state) {
    (void)state;
    g_critical("broken %d", 1);
    assert_string_equal(log_lines_take(kept),
                        GLIB("ERROR", "glib.payment", "\"errorMessage\":\"broken 1\""));
    g_warning("disk is %d %% full", 97);
    assert_string_equal(log_lines_take(kept),
                        GLIB("WARN", "glib.payment", "\"message\":\"disk is 97 % full\""));
    g_message("hello \xFF");
    g_info("there");
    g_debug("nobody listens");
    assert_string_equal(log_lines_take(kept),
                        GLIB("INFO", "glib.payment", "\"message\":\"hello \xEF\xBF\xBD\"")
                            GLIB("INFO", "glib.payment", "\"message\":\"there\""));
    jsonlog_logger_set_level(jsonlog_get("glib.payment"), JSONLOG_LEVEL_DEBUG);
    g_debug("somebody does");
    g_log(G_LOG_DOMAIN, (GLogLevelFlags)(1 << G_LOG_LEVEL_USER_SHIFT), "a level of mine");
    jsonlog_logger_set_level(jsonlog_get("glib.payment"), JSONLOG_LEVEL_NOTSET);
    assert_string_equal(log_lines_take(kept),
                        GLIB("DEBUG", "glib.payment", "\"message\":\"somebody does\"")
                            GLIB("INFO", "glib.payment", "\"message\":\"a level of mine\""));
}

static void a_domain_is_a_logger(void **state) {
    (void)state;
    g_log(NULL, G_LOG_LEVEL_MESSAGE, "none");
    g_log("GLib-GIO", G_LOG_LEVEL_MESSAGE, "gio");
    g_return_if_fail_warning("GLib", "some_function", "x != NULL");
    assert_string_equal(log_lines_take(kept),
                        GLIB("INFO", "glib", "\"message\":\"none\"")
                            GLIB("INFO", "glib.GLib-GIO", "\"message\":\"gio\"")
                                GLIB("ERROR", "glib.GLib",
                                     "\"errorMessage\":\"some_function: assertion 'x != NULL' "
                                     "failed\""));
}

static void structured_fields_are_fields(void **state) {
    (void)state;
    g_log_structured("shop", G_LOG_LEVEL_INFO, "ORDER", "4711", "CODE_FILE", "shop.c", "CODE_LINE",
                     "42", "CODE_FUNC", "take_order", "MESSAGE", "order %s", "taken");
    assert_string_equal(log_lines_take(kept),
                        GLIB("INFO", "glib.shop",
                             "\"message\":\"order taken\",\"ORDER\":\"4711\",\"file\":\"shop.c\","
                             "\"line\":42,\"function\":\"take_order\""));
}

static void binary_fields_have_a_length(void **state) {
    (void)state;
    const GLogField fields[] = {
        {"MESSAGE", "cut here", 3}, {"PRIORITY", "4", -1},
        {"GLIB_DOMAIN", "bin", -1}, {"TEXT", "caf\xC3\xA9 and", 5},
        {"BYTES", "\xFF\x00x", 3},  {"NUL", "a\0b", 3},
        {"EMPTY", "", 0},           {"NONE", NULL, -1},
    };
    g_log_structured_array(G_LOG_LEVEL_WARNING, fields, G_N_ELEMENTS(fields));
    assert_string_equal(log_lines_take(kept),
                        GLIB("WARN", "glib.bin",
                             "\"message\":\"cut\",\"TEXT\":\"caf\xC3\xA9\",\"BYTES\":\"_wB4\","
                             "\"NUL\":\"YQBi\",\"EMPTY\":\"\",\"NONE\":null"));
    g_log_structured_array(G_LOG_LEVEL_WARNING, fields + 3, 1);
    assert_string_equal(log_lines_take(kept), GLIB("WARN", "glib", "\"TEXT\":\"caf\xC3\xA9\""));
}

static void many_fields_take_memory(void **state) {
    (void)state;
    GLogField fields[JSONLOG_GLIB_FIELDS * 3];
    char keys[G_N_ELEMENTS(fields)][8];
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        snprintf(keys[i], sizeof keys[i], "K%zu", i);
        fields[i] = (GLogField){keys[i], "v", -1};
    }
    g_log_structured_array(G_LOG_LEVEL_MESSAGE, fields, G_N_ELEMENTS(fields));
    const char *line = log_lines_take(kept);
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        char part[64];
        snprintf(part, sizeof part, "\"%.7s\":\"v\"", keys[i]);
        assert_non_null(strstr(line, part));
    }
}

/* ---- recursion ------------------------------------------------------------------------------- */

static int calls_back;

static bool log_through_glib(const jsonlog_line *line, void *context) {
    (void)line, (void)context;
    calls_back++;
    g_log_structured(G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "MESSAGE", "from within");
    return true;
}

static void a_handler_may_log_through_glib(void **state) {
    (void)state;
    jsonlog_handler *handler = jsonlog_callback_handler_new(log_through_glib, NULL);
    jsonlog_logger_add_handler(jsonlog_root(), handler);
    g_message("outer");
    assert_int_equal(calls_back, 1);
    assert_string_equal(log_lines_take(kept),
                        GLIB("INFO", "glib.payment", "\"message\":\"outer\""));
    jsonlog_info(jsonlog_get("ours"), "outer");
    assert_int_equal(calls_back, 2);
    const char *lines = log_lines_take(kept);
    assert_non_null(strstr(lines, "\"logger\":\"ours\",\"message\":\"outer\"}\n"));
    jsonlog_logger_remove_handler(jsonlog_root(), handler);
    jsonlog_handler_release(handler);
}

/* ---- processes of their own ------------------------------------------------------------------ */

static int read_child(void (*body)(void), char *out, size_t size) {
    int ends[2];
    int status = -1;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        dup2(ends[1], STDOUT_FILENO);
        body();
        _exit(0);
    }
    close(ends[1]);
    size_t len = 0;
    ssize_t got;
    while (len + 1 < size && (got = read(ends[0], out + len, size - 1 - len)) > 0)
        len += (size_t)got;
    out[len] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

/* Lines in a buffer, which abort() does not write out. */
static void die_in_glib(void) {
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.policy = jsonlog_buffered(65536, 60000);
    options.policy.flush_level = JSONLOG_LEVEL_OFF;
    jsonlog_handler *handler = jsonlog_stream_handler_new(STDOUT_FILENO, &options);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    g_message("second to last");
    g_error("last words");
}

static void a_fatal_message_is_written_out(void **state) {
    (void)state;
    char text[4096];
    const int status = read_child(die_in_glib, text, sizeof text);
    assert_true(WIFSIGNALED(status));
    assert_string_equal(text, GLIB("INFO", "glib.payment", "\"message\":\"second to last\"")
                                  GLIB("FATAL", "glib.payment", "\"errorMessage\":\"last words\""));
}

static const char *debugged;

/* What jsonlog_glib_install() does before it sets the writer, which is set once a process. */
static void obey(void) {
    g_setenv("G_MESSAGES_DEBUG", debugged, TRUE);
    jsonlog_glib_obey_environment(NULL);
    jsonlog_handler *handler = jsonlog_stream_handler_new(STDOUT_FILENO, NULL);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    g_log("one", G_LOG_LEVEL_DEBUG, "1");
    g_log("two", G_LOG_LEVEL_DEBUG, "2");
}

static void g_messages_debug_is_obeyed(void **state) {
    (void)state;
    char text[4096];
    debugged = "all";
    assert_int_equal(read_child(obey, text, sizeof text), 0);
    assert_string_equal(text, GLIB("DEBUG", "glib.one", "\"message\":\"1\"")
                                  GLIB("DEBUG", "glib.two", "\"message\":\"2\""));
    debugged = "zero, two";
    assert_int_equal(read_child(obey, text, sizeof text), 0);
    assert_string_equal(text, GLIB("DEBUG", "glib.two", "\"message\":\"2\""));
    debugged = "";
    assert_int_equal(read_child(obey, text, sizeof text), 0);
    assert_string_equal(text, "");
}

static void the_parent_is_the_callers_choice(void **state) {
    (void)state;
    assert_string_equal(jsonlog_logger_get_name(jsonlog_glib_logger(NULL, "a")), "glib.a");
    assert_string_equal(jsonlog_logger_get_name(jsonlog_glib_logger("", "a")), "a");
    assert_string_equal(jsonlog_logger_get_name(jsonlog_glib_logger("", NULL)), "");
    assert_string_equal(jsonlog_logger_get_name(jsonlog_glib_logger("x.y", "")), "x.y");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_level_has_its_own),
        cmocka_unit_test(a_domain_is_a_logger),
        cmocka_unit_test(structured_fields_are_fields),
        cmocka_unit_test(binary_fields_have_a_length),
        cmocka_unit_test(many_fields_take_memory),
        cmocka_unit_test(a_handler_may_log_through_glib),
        cmocka_unit_test(a_fatal_message_is_written_out),
        cmocka_unit_test(g_messages_debug_is_obeyed),
        cmocka_unit_test(the_parent_is_the_callers_choice),
    };
    g_unsetenv("G_MESSAGES_DEBUG");
    jsonlog_glib_install(NULL);
    kept = log_lines_at(jsonlog_root());
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    jsonlog_handler_release(kept);
    return failed;
}
