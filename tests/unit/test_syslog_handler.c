#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>
#include <jsonlog/syslog.h>

#include "support/failing_allocator.h"
#include "support/handler_lines.h"
#include "support/json_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "support/socket_peer.h"

/** 2026-11-22T08:07:45.784Z */
#define TIME_NS INT64_C(1795334865784000000)

/* What stands in front of DATA or MSG of an INFO line. */
#define MODERN "<14>1 2026-11-22T08:07:45.784000Z web1 payment 4711 - "
#define OLD    "<14>Nov 22 17:07:45 web1 payment[4711]: "
#define LOCAL  "<14>Nov 22 17:07:45 payment[4711]: "

static int64_t still_clock(void *context) {
    (void)context;
    return TIME_NS;
}

static jsonlog_syslog_options named(void) {
    static jsonlog_socket_options quick = JSONLOG_SOCKET_OPTIONS_INIT;
    quick.reconnect_min_ms = 2;
    quick.reconnect_max_ms = 20;
    quick.drain_timeout_ms = 60000;
    jsonlog_syslog_options options = JSONLOG_SYSLOG_OPTIONS_INIT;
    options.hostname = "web1";
    options.app_name = "payment";
    options.procid = "4711";
    options.socket = &quick;
    return options;
}

static jsonlog_handler *handler_to(const char *destinations,
                                   const jsonlog_syslog_options *options) {
    jsonlog_handler *handler = NULL;
    jsonlog_err err = {.text = ""};
    if (jsonlog_syslog_handler_new(destinations, options, &handler, &err) != JSONLOG_OK)
        fail_msg("%s", err.text);
    return handler;
}

static jsonlog_status write_at(jsonlog_handler *handler, const char *text) {
    const jsonlog_line line = {
        .text = text, .len = strlen(text), .level = JSONLOG_LEVEL_INFO, .time_ns = TIME_NS};
    return jl_handler_write(handler, &line);
}

/* The handler is the only one of the logger. */
static jsonlog_logger *logger_on(jsonlog_handler *handler) {
    jsonlog_logger *log = jsonlog_get("payment");
    assert_int_equal(jsonlog_logger_set_handlers(log, &handler, 1), JSONLOG_OK);
    jsonlog_logger_set_propagate(log, false);
    return log;
}

static void release(jsonlog_handler *handler) {
    jsonlog_logger_set_handlers(jsonlog_get("payment"), NULL, 0);
    jsonlog_handler_release(handler);
}

/* ---- making one ---- */

static void wrong_arguments_are_told(void **state) {
    (void)state;
    static const struct {
        const char *destinations;
        jsonlog_status status;
    } cases[] = {{"", JSONLOG_E_INVALID},
                 {"http://x", JSONLOG_E_SYNTAX},
                 {"tcp://", JSONLOG_E_SYNTAX},
                 {"unix:///a ftp://b", JSONLOG_E_SYNTAX}};
    jsonlog_handler *handler = NULL;
    jsonlog_err err;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(jsonlog_syslog_handler_new(cases[i].destinations, NULL, &handler, NULL),
                         cases[i].status);
        assert_int_equal(jsonlog_syslog_handler_new(cases[i].destinations, NULL, &handler, &err),
                         cases[i].status);
        assert_int_equal(err.code, cases[i].status);
    }
    assert_int_equal(jsonlog_syslog_handler_new(NULL, NULL, NULL, &err), JSONLOG_E_INVALID);
    assert_string_equal(err.text, "out is NULL");
    jsonlog_syslog_options options = named();
    options.size--;
    assert_int_equal(jsonlog_syslog_handler_new(NULL, &options, &handler, &err), JSONLOG_E_INVALID);
    assert_string_equal(err.text, "wrong size of jsonlog_syslog_options");
    jsonlog_socket_options socket = {.size = 1};
    options = named();
    options.socket = &socket;
    assert_int_equal(jsonlog_syslog_handler_new(NULL, &options, &handler, &err), JSONLOG_E_INVALID);
    assert_string_equal(err.text, "wrong size of jsonlog_socket_options");
    options = named();
    options.facility = 99;
    assert_int_equal(jsonlog_syslog_handler_new(NULL, &options, &handler, &err), JSONLOG_E_INVALID);
    assert_null(handler);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    jsonlog_syslog_options options = named();
    options.structured_data_id = "app@1";
    jsonlog_handler *handler = NULL;
    int failures = 0;
    for (; handler == NULL; failures++) {
        jsonlog_err err;
        assert_true(failures < 30);
        allocations_left = failures;
        const jsonlog_status status =
            jsonlog_syslog_handler_new("tcp://127.0.0.1:1", &options, &handler, &err);
        allocations_left = -1;
        assert_true(status == JSONLOG_OK || status == JSONLOG_E_NOMEM);
    }
    assert_true(failures > 4);
    jsonlog_handler_release(handler);
}

static void others_are_no_syslog_handlers(void **state) {
    (void)state;
    jsonlog_socket_stats stats;
    jsonlog_handler *memory = jsonlog_memory_handler_new(4096);
    assert_int_equal(jsonlog_syslog_get_stats(memory, &stats), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_syslog_get_stats(NULL, &stats), JSONLOG_E_INVALID);
    jsonlog_handler_release(memory);
}

/* ---- on the way ---- */

static void messages_are_framed(void **state) {
    (void)state;
    static const struct {
        peer_kind kind;
        jsonlog_syslog_framing framing;
        jsonlog_syslog_format format;
        const char *bytes;
    } cases[] = {
        {PEER_TCP, JSONLOG_SYSLOG_FRAMING_AUTO, JSONLOG_SYSLOG_AUTO,
         "57 " MODERN "- a57 " MODERN "- b"},
        {PEER_TCP, JSONLOG_SYSLOG_FRAMING_NEWLINE, JSONLOG_SYSLOG_AUTO,
         MODERN "- a\n" MODERN "- b\n"},
        {PEER_TCP, JSONLOG_SYSLOG_FRAMING_OCTETS, JSONLOG_SYSLOG_RFC3164, "41 " OLD "a41 " OLD "b"},
        {PEER_UDP, JSONLOG_SYSLOG_FRAMING_AUTO, JSONLOG_SYSLOG_AUTO, MODERN "- a\n" MODERN "- b\n"},
        {PEER_UDP, JSONLOG_SYSLOG_FRAMING_AUTO, JSONLOG_SYSLOG_RFC3164, OLD "a\n" OLD "b\n"},
        {PEER_UNIX, JSONLOG_SYSLOG_FRAMING_AUTO, JSONLOG_SYSLOG_AUTO, LOCAL "a\n" LOCAL "b\n"},
        {PEER_UNIX, JSONLOG_SYSLOG_FRAMING_OCTETS, JSONLOG_SYSLOG_AUTO,
         "36 " LOCAL "a36 " LOCAL "b"},
        {PEER_UNIXGRAM, JSONLOG_SYSLOG_FRAMING_AUTO, JSONLOG_SYSLOG_AUTO, LOCAL "a\n" LOCAL "b\n"},
        {PEER_UNIXGRAM, JSONLOG_SYSLOG_FRAMING_AUTO, JSONLOG_SYSLOG_RFC5424,
         MODERN "- a\n" MODERN "- b\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        socket_peer peer;
        peer_init(&peer, cases[i].kind);
        peer_start(&peer);
        jsonlog_syslog_options options = named();
        options.framing = cases[i].framing;
        options.format = cases[i].format;
        jsonlog_handler *handler = handler_to(peer.name, &options);
        assert_int_equal(write_at(handler, "a\n"), JSONLOG_OK);
        assert_int_equal(write_at(handler, "b\n"), JSONLOG_OK);
        assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
        peer_await(&peer, cases[i].bytes);
        assert_string_equal(peer_text(&peer, 0), cases[i].bytes);
        jsonlog_socket_stats stats;
        assert_int_equal(jsonlog_syslog_get_stats(handler, &stats), JSONLOG_OK);
        assert_int_equal(stats.lines, 2);
        jsonlog_handler_release(handler);
        peer_done(&peer);
    }
}

static void a_nul_may_end_messages(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_UNIX);
    peer_start(&peer);
    jsonlog_syslog_options options = named();
    options.framing = JSONLOG_SYSLOG_FRAMING_NUL;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    assert_int_equal(write_at(handler, "a\n"), JSONLOG_OK);
    assert_int_equal(write_at(handler, "b\n"), JSONLOG_OK);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    static const char bytes[] = LOCAL "a\0" LOCAL "b";
    AWAIT(peer_connections(&peer) == 1 && memcmp(peer_text(&peer, 0), bytes, sizeof bytes) == 0);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

/* As /dev/log of a daemon that listens on a stream. */
static void a_stream_is_found_where_no_datagrams_are_taken(void **state) {
    (void)state;
    socket_peer peer;
    char destinations[400];
    peer_init(&peer, PEER_UNIX);
    peer_start(&peer);
    snprintf(destinations, sizeof destinations, "unixgram://%s unix://%s",
             peer.address.local.sun_path, peer.address.local.sun_path);
    jsonlog_syslog_options options = named();
    jsonlog_handler *handler = handler_to(destinations, &options);
    assert_int_equal(write_at(handler, "a\n"), JSONLOG_OK);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    peer_await(&peer, LOCAL "a\n");
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

/* ---- with a logger ---- */

static void records_become_messages(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_UNIX);
    peer_start(&peer);
    jsonlog_syslog_options options = named();
    options.format = JSONLOG_SYSLOG_RFC5424;
    options.facility = JSONLOG_SYSLOG_LOCAL0;
    options.msgid = "LOG";
    options.structured_data_id = "app@32473";
    options.cee_cookie = true;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    jsonlog_logger *log = logger_on(handler);
    jsonlog_error(log, "expired", "code", "DA1", "user", jsonlog_object("id", 7));
    jsonlog_warn(log, "two\nlines");
    peer_await(&peer, "<131>1 2026-11-22T08:07:45.784000Z web1 payment 4711 LOG "
                      "[app@32473 code=\"DA1\" user.id=\"7\"] "
                      "@cee: {\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"logType\":\"ERROR\","
                      "\"logger\":\"payment\",\"errorMessage\":\"expired\",\"code\":\"DA1\","
                      "\"user\":{\"id\":7}}\n"
                      "<132>1 2026-11-22T08:07:45.784000Z web1 payment 4711 LOG - "
                      "@cee: {\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"logType\":\"WARN\","
                      "\"logger\":\"payment\",\"message\":\"two\\nlines\"}\n");
    release(handler);
    peer_done(&peer);
}

/* The record is gone by then; what was made of it is not. */
static void an_async_handler_changes_nothing(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_UNIX);
    peer_start(&peer);
    jsonlog_syslog_options options = named();
    options.format = JSONLOG_SYSLOG_RFC5424;
    options.structured_data_id = "app@1";
    jsonlog_handler *handler = handler_to(peer.name, &options);
    jsonlog_handler *async = jsonlog_async_handler_new(handler, NULL);
    assert_non_null(async);
    jsonlog_handler_release(handler);
    jsonlog_info(logger_on(async), "m", "a", 1);
    peer_await(&peer, MODERN "[app@1 a=\"1\"] {\"timestamp\"");
    release(async);
    peer_done(&peer);
}

static void the_formatter_may_be_another(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_UNIX);
    peer_start(&peer);
    jsonlog_human_options human = JSONLOG_HUMAN_OPTIONS_INIT;
    human.utc = true;
    jsonlog_syslog_options options = named();
    options.format = JSONLOG_SYSLOG_RFC5424;
    options.structured_data_id = "app@1";
    options.formatter = jsonlog_human_formatter_new(&human, NULL);
    jsonlog_handler *handler = handler_to(peer.name, &options);
    jsonlog_logger *log = logger_on(handler);
    jsonlog_info(log, "m", "a", 1);
    peer_await(&peer, MODERN "[app@1 a=\"1\"] 08:07:45.784 INFO  payment  m  a=1\n");
    jsonlog_handler_set_formatter(handler, options.formatter);
    jsonlog_info(log, "n", "a", 1);
    peer_await(&peer, MODERN "- 08:07:45.784 INFO  payment  n  a=1\n");
    jsonlog_formatter_release(options.formatter);
    release(handler);
    peer_done(&peer);
}

/* Whatever is logged, the message has the length that is allowed and holds JSON. */
static void json_is_made_to_fit(void **state) {
    (void)state;
    static const size_t limits[] = {480, 1024, 2048, 8192};
    static char text[20000], line[9000];
    memset(text, 'x', sizeof text - 1);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        socket_peer peer;
        peer_init(&peer, PEER_UNIX);
        peer_start(&peer);
        jsonlog_syslog_options options = named();
        options.format = JSONLOG_SYSLOG_RFC5424;
        options.structured_data_id = "app@1";
        options.message_max = limits[i];
        jsonlog_handler *handler = handler_to(peer.name, &options);
        jsonlog_info(logger_on(handler), text, "a", text, "b", 1);
        peer_await(&peer, "}\n");
        const char *message = peer_text(&peer, 0);
        assert_in_range(strlen(message), limits[i] - 64, limits[i] + 1);
        strcpy(line, strchr(message, '{'));
        assert_true(json_check_line(line, strlen(line)));
        assert_non_null(strstr(line, "\"_truncated\":true}"));
        assert_int_equal(stats_of(handler).lost, 0);
        release(handler);
        peer_done(&peer);
    }
}

static void json_that_is_too_long_is_refused_and_reported(void **state) {
    (void)state;
    static char text[3000];
    socket_peer peer;
    peer_init(&peer, PEER_UNIX);
    peer_start(&peer);
    memset(text, 'x', sizeof text - 1);
    jsonlog_syslog_options options = named();
    options.message_max = 1024;
    options.formatter = jsonlog_json_formatter_new(NULL, NULL);
    jsonlog_handler *handler = handler_to(peer.name, &options);
    jsonlog_logger *log = logger_on(handler);
    jsonlog_info(log, text);
    jsonlog_info(log, "short");
    peer_await(&peer, "\"short\"}\n");
    assert_non_null(strstr(peer_text(&peer, 0),
                           "\"message\":\"lines lost\",\"lost\":1,\"reason\":\"EMSGSIZE\"}\n"));
    const jsonlog_handler_stats stats = stats_of(handler);
    assert_int_equal(stats.lost, 1);
    assert_int_equal(stats.lost_error, 1);
    assert_int_equal(stats.last_errno, EMSGSIZE);
    jsonlog_formatter_release(options.formatter);
    release(handler);
    peer_done(&peer);
}

/* Larger messages than the stack has room for need memory. */
static void a_large_message_may_lack_memory(void **state) {
    (void)state;
    static char text[20000];
    memset(text, 'x', sizeof text - 1);
    socket_peer peer;
    peer_init(&peer, PEER_UNIX);
    peer_start(&peer);
    jsonlog_syslog_options options = named();
    options.message_max = 65536;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    AWAIT(peer_connections(&peer) == 1);
    allocations_left = 0;
    assert_int_equal(write_at(handler, text), JSONLOG_E_NOMEM);
    allocations_left = -1;
    assert_int_equal(stats_of(handler).last_errno, ENOMEM);
    assert_int_equal(write_at(handler, text), JSONLOG_OK);
    peer_await(&peer, text);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

static int prepare(void **state) {
    setenv("TZ", "KST-9", 1);
    tzset();
    if (use_failing_allocator(state) != 0)
        return -1;
    jsonlog_set_clock(still_clock, NULL);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_arguments_are_told),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(others_are_no_syslog_handlers),
        cmocka_unit_test(messages_are_framed),
        cmocka_unit_test(a_nul_may_end_messages),
        cmocka_unit_test(a_stream_is_found_where_no_datagrams_are_taken),
        cmocka_unit_test(records_become_messages),
        cmocka_unit_test(an_async_handler_changes_nothing),
        cmocka_unit_test(the_formatter_may_be_another),
        cmocka_unit_test(json_is_made_to_fit),
        cmocka_unit_test(json_that_is_too_long_is_refused_and_reported),
        cmocka_unit_test(a_large_message_may_lack_memory),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
