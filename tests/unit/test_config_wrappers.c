/** Handlers of a configuration that stand in front of others, or that send lines elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jsonlog/config.h>
#include <jsonlog/jsonlog.h>

#include "support/log_files.h"

#include <sys/socket.h>
#include <sys/un.h>

#define START                                                                                 \
    "{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"]}},"     \
    "\"handlers\":{"                                                                          \
    "\"m\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\"},"                     \
    "\"n\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\",\"level\":\"ERROR\"}," \
    "\"h\":{"
#define END "}},\"root\":{\"level\":\"DEBUG\",\"handlers\":[\"h\"]}}"

static void configure(const char *text) {
    jsonlog_err err = {.text = ""};
    if (jsonlog_configure_text(text, JSONLOG_NUL_TERMINATED, &err) != JSONLOG_OK)
        fail_msg("%s\n%s", err.text, text);
}

static void refuse(const char *text, const char *error) {
    jsonlog_err err = {.text = ""};
    assert_int_not_equal(jsonlog_configure_text(text, JSONLOG_NUL_TERMINATED, &err), JSONLOG_OK);
    if (strstr(err.text, error) == NULL)
        fail_msg("%s", err.text);
}

static void expect_lines(const char *name, const char *expected) {
    char lines[4096];
    jsonlog_handler *memory = jsonlog_config_get_handler(name);
    assert_non_null(memory);
    jsonlog_memory_handler_read(memory, lines, sizeof lines);
    assert_string_equal(lines, expected);
    jsonlog_handler_release(memory);
}

static int silence(void **state) {
    (void)state;
    configure("{\"version\":1,\"root\":{\"handlers\":[]}}");
    return 0;
}

static void hands_to_several(void **state) {
    (void)state;
    configure(START "\"class\":\"tee\",\"targets\":[\"m\",\"n\"]" END);
    jsonlog_info(jsonlog_root(), "a");
    jsonlog_error(jsonlog_root(), "b");
    expect_lines("m", "{\"message\":\"a\"}\n{\"message\":\"b\"}\n");
    expect_lines("n", "{\"message\":\"b\"}\n");
    refuse(START "\"class\":\"tee\",\"targets\":[\"m\",\"m\"]" END,
           ": handlers.h.targets[1]: \"m\" stands here twice");
    refuse(START "\"class\":\"tee\",\"targets\":[]" END,
           ": handlers.h.targets: expected 1 to 32 of them, not 0");
    refuse(START "\"class\":\"tee\",\"targets\":[\"h\"]" END,
           ": handlers.h.targets[0]: the handler \"h\" would be a target of itself");
}

static void fails_over(void **state) {
    (void)state;
    char text[1024];
    snprintf(text, sizeof text,
             START
             "\"class\":\"failover\",\"targets\":[\"full\",\"m\"],\"retryInterval\":\"never\","
             "\"retryIntervalMax\":\"2m\",\"retryLines\":1000},"
             "\"full\":{\"class\":\"stream\",\"descriptor\":%d" END,
             open("/dev/full", O_WRONLY));
    configure(text);
    jsonlog_info(jsonlog_root(), "a");
    char lines[4096];
    jsonlog_handler *memory = jsonlog_config_get_handler("m");
    jsonlog_memory_handler_read(memory, lines, sizeof lines);
    jsonlog_handler_release(memory);
    assert_non_null(strstr(lines, "{\"message\":\"a\"}\n"));
    assert_non_null(strstr(lines, "failed over"));
}

static void routes(void **state) {
    (void)state;
    configure(START "\"class\":\"router\",\"rules\":[{\"pattern\":\"{ $.k = 1 }\",\"target\":\"m\","
                    "\"final\":true},{\"target\":\"o\"}],\"otherwise\":\"n\"},"
                    "\"o\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\"" END);
    jsonlog_info(jsonlog_root(), "a", "k", 1);
    jsonlog_info(jsonlog_root(), "b", "k", 2);
    expect_lines("m", "{\"message\":\"a\",\"k\":1}\n");
    expect_lines("o", "{\"message\":\"b\",\"k\":2}\n");
    refuse(START
           "\"class\":\"router\",\"rules\":[{\"target\":\"m\",\"pattern\":\"{ $.k = }\"}]" END,
           ": handlers.h.rules[0].pattern: ");
    refuse(START "\"class\":\"router\",\"rules\":[{\"pattern\":\"x\"}]" END,
           ": handlers.h.rules[0]: \"target\" is missing");
    refuse(START "\"class\":\"router\",\"rules\":[{\"target\":\"x\"}]" END,
           ": handlers.h.rules[0].target: there is no handler \"x\"");
}

static void records_flights(void **state) {
    (void)state;
    configure(START
              "\"class\":\"recorder\",\"target\":\"m\",\"ringBytes\":\"8K\",\"passLevel\":\"WARN\","
              "\"triggerLevel\":\"FATAL\",\"triggerPattern\":\"{ $.k = 1 }\",\"maxAge\":\"1h\","
              "\"perThread\":true,\"marks\":true" END);
    jsonlog_debug(jsonlog_root(), "a");
    expect_lines("m", "");
    jsonlog_info(jsonlog_root(), "b", "k", 1);
    expect_lines("m", "{\"message\":\"a\",\"flightRecorder\":true}\n{\"message\":\"b\",\"k\":1}\n");
}

static void sends_to_sockets(void **state) {
    (void)state;
    char text[1024];
    char line[1024] = "";
    const int peer = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", in_directory("s"));
    assert_int_equal(bind(peer, (struct sockaddr *)(void *)&address, sizeof address), 0);
    snprintf(text, sizeof text,
             START "\"class\":\"socket\",\"destinations\":\"unixgram://%s\",\"formatter\":\"f\","
                   "\"bufferBytes\":\"64K\",\"datagramMax\":1000,\"connectTimeout\":\"1s\","
                   "\"writeTimeout\":\"60s\",\"reconnectMin\":\"10ms\",\"reconnectMax\":\"1s\","
                   "\"keepalive\":\"60s\",\"blockTimeout\":\"1s\",\"drainTimeout\":\"60s\","
                   "\"framing\":\"newline\",\"resendBytes\":\"1K\"" END,
             in_directory("s"));
    configure(text);
    jsonlog_info(jsonlog_root(), "a");
    alarm(60);
    assert_true(recv(peer, line, sizeof line - 1, 0) > 0);
    assert_string_equal(line, "{\"message\":\"a\"}");
    snprintf(text, sizeof text,
             START "\"class\":\"syslog\",\"destinations\":\"unixgram://%s\",\"formatter\":\"f\","
                   "\"format\":\"rfc5424\",\"facility\":\"local0\",\"hostname\":\"host\","
                   "\"appName\":\"app\",\"procid\":\"7\",\"msgid\":\"id\",\"framing\":\"auto\","
                   "\"ceeCookie\":true,\"messageMax\":\"2K\",\"drainTimeout\":\"60s\"" END,
             in_directory("s"));
    configure(text);
    jsonlog_error(jsonlog_root(), "b");
    memset(line, 0, sizeof line);
    assert_true(recv(peer, line, sizeof line - 1, 0) > 0);
    assert_memory_equal(line, "<131>1 ", 7);
    assert_non_null(strstr(line, " host app 7 id - @cee: {\"message\":\"b\"}"));
    alarm(0);
    silence(NULL);
    close(peer);
    refuse(START "\"class\":\"socket\",\"destinations\":\"http://x\"" END, ": handlers.h.destinations: ");
}

static void knows_where_it_runs(void **state) {
    (void)state;
    configure(START "\"class\":\"journald\",\"identifier\":\"x\",\"fieldPrefix\":\"APP_\","
                    "\"entryMax\":\"64K\",\"withTimestamp\":true,\"opensLate\":true" END);
    configure(START "\"class\":\"lambda\",\"lines\":\"as-configured\",\"lineMax\":\"4K\"" END);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(hands_to_several, silence),
        cmocka_unit_test_setup(fails_over, silence),
        cmocka_unit_test_setup(routes, silence),
        cmocka_unit_test_setup(records_flights, silence),
        cmocka_unit_test_setup_teardown(sends_to_sockets, make_test_directory,
                                        remove_test_directory),
        cmocka_unit_test(knows_where_it_runs),
    };
    return cmocka_run_group_tests(tests, NULL, silence);
}
