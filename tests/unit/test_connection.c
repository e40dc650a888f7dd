/** The object under the socket and syslog handlers: destinations, options, frames, back-off. What
 * needs a peer that misbehaves is in tests/fault/test_fault_socket.c. */
#include "handler/connection_inside.h"

#include "base/clock.h"
#include "support/counted_heap.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "support/socket_peer.h"

/* ---- destinations ---- */

typedef struct destination_case {
    const char *text;
    const char *default_port;
    jl_socket_kind kind;
    const char *host; /* "" for local ones */
    const char *port;
    socklen_t address_len; /* 0: a resolver is needed */
} destination_case;

#define LOCAL_LEN(path_len) ((socklen_t)(offsetof(struct sockaddr_un, sun_path) + (path_len)))

static const destination_case destination_cases[] = {
    {"tcp://127.0.0.1:80", NULL, JL_SOCKET_TCP, "127.0.0.1", "80", sizeof(struct sockaddr_in)},
    {"udp://10.0.0.1:65535", NULL, JL_SOCKET_UDP, "10.0.0.1", "65535", sizeof(struct sockaddr_in)},
    {"tcp://[::1]:601", NULL, JL_SOCKET_TCP, "::1", "601", sizeof(struct sockaddr_in6)},
    {"tcp://[::1]", "601", JL_SOCKET_TCP, "::1", "601", sizeof(struct sockaddr_in6)},
    {"udp://10.0.0.1", "514", JL_SOCKET_UDP, "10.0.0.1", "514", sizeof(struct sockaddr_in)},
    {"udp://10.0.0.1:99", "514", JL_SOCKET_UDP, "10.0.0.1", "99", sizeof(struct sockaddr_in)},
    {"tcp://logs.example:601", NULL, JL_SOCKET_TCP, "logs.example", "601", 0},
    {"tcp://127.0.0.1:http", NULL, JL_SOCKET_TCP, "127.0.0.1", "http", 0},
    {"tcp://127.0.0.1:80x", NULL, JL_SOCKET_TCP, "127.0.0.1", "80x", 0},
    {"tcp://[fe80::1%eth0]:1", NULL, JL_SOCKET_TCP, "fe80::1%eth0", "1", 0},
    {"  unix:///run/a.sock\n", NULL, JL_SOCKET_UNIX_STREAM, "", "", LOCAL_LEN(12)},
    {"unixgram:///dev/log", NULL, JL_SOCKET_UNIX_DATAGRAM, "", "", LOCAL_LEN(9)},
    {"unix://@name", NULL, JL_SOCKET_UNIX_STREAM, "", "", LOCAL_LEN(5)},
    {"unix://a%20b%C3%a9", NULL, JL_SOCKET_UNIX_STREAM, "", "", LOCAL_LEN(6)},
};

static void destinations_are_read(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof destination_cases / sizeof destination_cases[0]; i++) {
        const destination_case *expected = &destination_cases[i];
        jl_destination found[JL_DESTINATIONS_MAX];
        size_t count = 0;
        assert_int_equal(
            jl_destinations_parse(expected->text, expected->default_port, found, &count, NULL),
            JSONLOG_OK);
        assert_int_equal(count, 1);
        assert_int_equal(found[0].kind, expected->kind);
        assert_string_equal(found[0].host, expected->host);
        assert_string_equal(found[0].port, expected->port);
        assert_int_equal(found[0].address_len, expected->address_len);
    }
}

static void paths_are_decoded(void **state) {
    (void)state;
    jl_destination found[JL_DESTINATIONS_MAX];
    size_t count = 0;
    assert_int_equal(
        jl_destinations_parse("unix://a%20b%C3%a9 unix://@xy", NULL, found, &count, NULL),
        JSONLOG_OK);
    assert_int_equal(count, 2);
    assert_string_equal(found[0].address.local.sun_path, "a b\xC3\xA9");
    assert_memory_equal(found[1].address.local.sun_path, "\0xy", 4);
    assert_int_equal(found[1].address.local.sun_family, AF_UNIX);
}

static void addresses_are_in_network_order(void **state) {
    (void)state;
    jl_destination found[JL_DESTINATIONS_MAX];
    size_t count = 0;
    jl_destinations_parse("tcp://1.2.3.4:258 tcp://[::1]:258", NULL, found, &count, NULL);
    assert_int_equal(count, 2);
    assert_int_equal(found[0].address.v4.sin_family, AF_INET);
    assert_memory_equal(&found[0].address.v4.sin_port, "\1\2", 2);
    assert_memory_equal(&found[0].address.v4.sin_addr, "\1\2\3\4", 4);
    assert_int_equal(found[1].address.v6.sin6_family, AF_INET6);
    assert_memory_equal(&found[1].address.v6.sin6_port, "\1\2", 2);
}

typedef struct refused_case {
    const char *text;
    jsonlog_status status;
    size_t offset;
    const char *sentence;
} refused_case;

#define PATH_50 "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const refused_case refused_cases[] = {
    {"", JSONLOG_E_INVALID, 0, "there is no destination"},
    {" \t", JSONLOG_E_INVALID, 0, "there is no destination"},
    {"127.0.0.1:80", JSONLOG_E_SYNTAX, 0,
     "a destination begins with tcp://, udp://, unix:// or unixgram://: 127.0.0.1:80"},
    {"tcp://a:1 http://b", JSONLOG_E_SYNTAX, 10,
     "a destination begins with tcp://, udp://, unix:// or unixgram://: http://b"},
    {"tcp://", JSONLOG_E_SYNTAX, 6, "a host is missing: "},
    {"tcp://:80", JSONLOG_E_SYNTAX, 6, "a host is missing: :80"},
    {"tcp://[]:80", JSONLOG_E_SYNTAX, 6, "a host is missing: []:80"},
    {"tcp://[::1:80", JSONLOG_E_SYNTAX, 6, "a host is missing: [::1:80"},
    {"tcp://a", JSONLOG_E_SYNTAX, 7, "a port is missing behind the host: "},
    {"tcp://a:", JSONLOG_E_SYNTAX, 7, "a port is missing behind the host: :"},
    {"tcp://[::1]80", JSONLOG_E_SYNTAX, 11, "a port is missing behind the host: 80"},
    {"tcp://::1:80", JSONLOG_E_SYNTAX, 6, "a host is missing: ::1:80"},
    {"tcp://fe80::1:80", JSONLOG_E_SYNTAX, 11, "an IPv6 address needs brackets: :1:80"},
    {"tcp://a:0", JSONLOG_E_SYNTAX, 8, "a port is a number from 1 to 65535: 0"},
    {"tcp://a:65536", JSONLOG_E_SYNTAX, 8, "a port is a number from 1 to 65535: 65536"},
    {"tcp://a:99999999999999999999", JSONLOG_E_SYNTAX, 8,
     "a port is a number from 1 to 65535: 99999999999999999999"},
    {"tcp://a:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", JSONLOG_E_LIMIT, 8,
     "the port is too long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    {"unix://", JSONLOG_E_SYNTAX, 7, "a path is missing: "},
    {"unix:///a%", JSONLOG_E_SYNTAX, 9, "% needs two hexadecimal digits, not 00: %"},
    {"unix:///a%2", JSONLOG_E_SYNTAX, 9, "% needs two hexadecimal digits, not 00: %2"},
    {"unix:///a%zz", JSONLOG_E_SYNTAX, 9, "% needs two hexadecimal digits, not 00: %zz"},
    {"unix:///a%00b", JSONLOG_E_SYNTAX, 9, "% needs two hexadecimal digits, not 00: %00b"},
    {"unix://" PATH_50 PATH_50 "/aaaaaab", JSONLOG_E_LIMIT, 114,
     "the path is too long for a socket: b"},
    {"tcp://a:1 tcp://a:1 tcp://a:1 tcp://a:1 tcp://a:1 tcp://a:1 tcp://a:1 tcp://a:1 tcp://b:1",
     JSONLOG_E_LIMIT, 80, "there are more than 8 destinations: tcp://b:1"},
};

static void wrong_destinations_are_told(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused_cases / sizeof refused_cases[0]; i++) {
        const refused_case *expected = &refused_cases[i];
        jl_destination found[JL_DESTINATIONS_MAX];
        size_t count = 77;
        jsonlog_err err;
        assert_int_equal(jl_destinations_parse(expected->text, NULL, found, &count, &err),
                         expected->status);
        assert_string_equal(err.text, expected->sentence);
        assert_int_equal(err.offset, expected->offset);
        assert_int_equal(err.code, expected->status);
        assert_int_equal(count, 77);
    }
}

static void a_host_has_a_limit(void **state) {
    (void)state;
    char text[400] = "tcp://";
    jl_destination found[JL_DESTINATIONS_MAX];
    size_t count = 0;
    memset(text + 6, 'a', 255);
    strcpy(text + 6 + 255, ":1");
    assert_int_equal(jl_destinations_parse(text, NULL, found, &count, NULL), JSONLOG_OK);
    strcpy(text + 6 + 255, "a:1");
    assert_int_equal(jl_destinations_parse(text, NULL, found, &count, NULL), JSONLOG_E_LIMIT);
}

/* ---- options ---- */

static jsonlog_status make_with(const jsonlog_socket_options *options, jl_connection **out) {
    return jl_connection_new("tcp://127.0.0.1:9", NULL, options, out, NULL);
}

static void options_have_defaults(void **state) {
    (void)state;
    jl_connection *c = NULL;
    assert_int_equal(make_with(NULL, &c), JSONLOG_OK);
    const jsonlog_socket_options *o = &c->options;
    assert_int_equal(o->framing, JSONLOG_FRAMING_NEWLINE);
    assert_int_equal(o->buffer_bytes, 1 << 20);
    assert_int_equal(o->resend_bytes, 65536);
    assert_int_equal(o->connect_timeout_ms, 5000);
    assert_int_equal(o->write_timeout_ms, 30000);
    assert_int_equal(o->reconnect_min_ms, 100);
    assert_int_equal(o->reconnect_max_ms, 30000);
    assert_int_equal(o->keepalive_s, 60);
    assert_int_equal(o->block_timeout_ms, 0);
    assert_int_equal(o->drain_timeout_ms, 5000);
    jl_connection_close(c);
}

static void options_are_fitted(void **state) {
    (void)state;
    jsonlog_socket_options options = JSONLOG_SOCKET_OPTIONS_INIT;
    options.buffer_bytes = 4097;
    options.reconnect_min_ms = 50000;
    jl_connection *c = NULL;
    assert_int_equal(make_with(&options, &c), JSONLOG_OK);
    assert_int_equal(c->options.buffer_bytes, 8192);
    assert_int_equal(c->options.resend_bytes, 2048);
    assert_int_equal(c->options.reconnect_max_ms, 50000);
    jl_connection_close(c);
    options.resend_bytes = JSONLOG_RESEND_NONE;
    assert_int_equal(make_with(&options, &c), JSONLOG_OK);
    assert_int_equal(c->options.resend_bytes, 0);
    jl_connection_close(c);
}

static void options_out_of_range_are_refused(void **state) {
    (void)state;
    jsonlog_socket_options wrong[10];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        wrong[i] = (jsonlog_socket_options)JSONLOG_SOCKET_OPTIONS_INIT;
    wrong[0].size = 4;
    wrong[1].framing = (jsonlog_framing)3;
    wrong[2].buffer_bytes = JSONLOG_SOCKET_BUFFER_MAX + 1;
    wrong[3].connect_timeout_ms = 86400001;
    wrong[4].write_timeout_ms = 86400001;
    wrong[5].reconnect_min_ms = 86400001;
    wrong[6].reconnect_max_ms = 86400001;
    wrong[7].block_timeout_ms = 86400001;
    wrong[8].drain_timeout_ms = 86400001;
    wrong[9].keepalive_s = 32768;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        jl_connection *c = NULL;
        assert_int_equal(make_with(&wrong[i], &c), JSONLOG_E_INVALID);
        assert_null(c);
    }
}

/* ---- back-off ---- */

static void waits_double_up_to_a_limit(void **state) {
    (void)state;
    static const uint32_t expected[] = {100, 200, 400, 800, 1000, 1000};
    uint32_t wait_ms = 0;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        wait_ms = jl_backoff_next(wait_ms, 100, 1000);
        assert_int_equal(wait_ms, expected[i]);
    }
    assert_int_equal(jl_backoff_next(0, 7, 7), 7);
    assert_int_equal(jl_backoff_next(7, 7, 7), 7);
    assert_int_equal(jl_backoff_next(UINT32_MAX - 1, 7, UINT32_MAX), UINT32_MAX);
}

/* ---- frames ---- */

typedef struct frame_case {
    peer_kind kind;
    jsonlog_framing framing;
    const char *expected;
} frame_case;

static const frame_case frame_cases[] = {
    {PEER_TCP, JSONLOG_FRAMING_NEWLINE, "one\ntwo\n\nx\ny\n"},
    {PEER_UNIX, JSONLOG_FRAMING_OCTETS, "3 one3 two0 3 x\ny"},
    {PEER_UNIXGRAM, JSONLOG_FRAMING_OCTETS, "one\ntwo\n\nx\ny\n"},
    {PEER_UDP, JSONLOG_FRAMING_NUL, "one\ntwo\n\nx\ny\n"},
};

static jl_connection *started(const char *name, const jsonlog_socket_options *options) {
    jl_connection *c = NULL;
    assert_int_equal(jl_connection_new(name, NULL, options, &c, NULL), JSONLOG_OK);
    assert_int_equal(jl_connection_start(c, NULL), JSONLOG_OK);
    return c;
}

static jsonlog_status send_text(jl_connection *c, const char *text) {
    return jl_connection_send(c, text, strlen(text), JSONLOG_LEVEL_INFO);
}

static jsonlog_status flush(jl_connection *c, int64_t timeout_ms) {
    return jl_connection_flush(c, jl_clock_monotonic_ns() + timeout_ms * JL_NS_PER_MS);
}

static jsonlog_socket_stats stats_of(const jl_connection *c) {
    jsonlog_socket_stats stats;
    jl_connection_get_stats(c, &stats);
    return stats;
}

static void lines_are_framed(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof frame_cases / sizeof frame_cases[0]; i++) {
        socket_peer peer;
        peer_init(&peer, frame_cases[i].kind);
        peer_start(&peer);
        jsonlog_socket_options options = JSONLOG_SOCKET_OPTIONS_INIT;
        options.framing = frame_cases[i].framing;
        jl_connection *c = started(peer.name, &options);
        assert_int_equal(send_text(c, "one\n"), JSONLOG_OK);
        assert_int_equal(send_text(c, "two"), JSONLOG_OK);
        assert_int_equal(send_text(c, "\n"), JSONLOG_OK);
        assert_int_equal(send_text(c, "x\ny\n"), JSONLOG_OK);
        assert_int_equal(flush(c, 60000), JSONLOG_OK);
        peer_await(&peer, "x\ny");
        AWAIT(strcmp(peer_text(&peer, 0), frame_cases[i].expected) == 0);
        assert_int_equal(stats_of(c).lines, 4);
        jl_connection_close(c);
        peer_done(&peer);
    }
}

static void a_nul_can_end_a_line(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_TCP);
    peer_start(&peer);
    jsonlog_socket_options options = JSONLOG_SOCKET_OPTIONS_INIT;
    options.framing = JSONLOG_FRAMING_NUL;
    jl_connection *c = started(peer.name, &options);
    send_text(c, "one\n");
    send_text(c, "two\n");
    AWAIT(peer_connections(&peer) == 1 && memcmp(peer_text(&peer, 0), "one\0two\0", 9) == 0);
    jl_connection_close(c);
    peer_done(&peer);
}

/* Lines of all lengths, over the edge of the ring many times. */
static void lines_go_over_the_edge(void **state) {
    (void)state;
    static char expected[1 << 20], line[1000];
    size_t len = 0;
    socket_peer peer;
    peer_init(&peer, PEER_UNIX);
    peer_start(&peer);
    jsonlog_socket_options options = JSONLOG_SOCKET_OPTIONS_INIT;
    options.buffer_bytes = 4096;
    options.block_timeout_ms = 60000;
    options.framing = JSONLOG_FRAMING_OCTETS;
    jl_connection *c = started(peer.name, &options);
    for (size_t i = 0; i < sizeof line; i++) {
        memset(line, 'a' + (int)(i % 26), i);
        assert_int_equal(jl_connection_send(c, line, i, JSONLOG_LEVEL_INFO), JSONLOG_OK);
        len += (size_t)snprintf(expected + len, sizeof expected - len, "%zu %.*s", i, (int)i, line);
    }
    assert_int_equal(flush(c, 60000), JSONLOG_OK);
    assert_string_equal(peer_text(&peer, 0), expected);
    assert_int_equal(stats_of(c).lines, sizeof line);
    assert_int_equal(stats_of(c).lost_full, 0);
    jl_connection_close(c);
    peer_done(&peer);
}

/* ---- room ---- */

static jl_connection *without_peer(size_t buffer_bytes) {
    jsonlog_socket_options options = JSONLOG_SOCKET_OPTIONS_INIT;
    options.buffer_bytes = buffer_bytes;
    options.drain_timeout_ms = 1;
    return started("unix:///nonexistent/socket", &options);
}

static void a_line_that_can_never_fit_is_refused(void **state) {
    (void)state;
    static char line[5000];
    jl_connection *c = without_peer(4096);
    errno = 0;
    assert_int_equal(jl_connection_send(c, line, 3072 - 15, JSONLOG_LEVEL_INFO), JSONLOG_E_LIMIT);
    assert_int_equal(errno, EMSGSIZE);
    assert_int_equal(jl_connection_send(c, line, 3072 - 16, JSONLOG_LEVEL_INFO), JSONLOG_OK);
    assert_int_equal(jl_connection_send(c, line, 4096 - 15, JSONLOG_LEVEL_ERROR), JSONLOG_E_LIMIT);
    assert_int_equal(stats_of(c).lost_large, 2);
    jl_connection_close(c);
}

static void the_last_quarter_is_for_errors(void **state) {
    (void)state;
    static char line[112];
    int low = 0, high = 0;
    jl_connection *c = without_peer(4096);
    while (jl_connection_send(c, line, sizeof line, JSONLOG_LEVEL_WARN) == JSONLOG_OK)
        low++;
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(low, 24);
    while (jl_connection_send(c, line, sizeof line, JSONLOG_LEVEL_ERROR) == JSONLOG_OK)
        high++;
    assert_int_equal(high, 8);
    const jsonlog_socket_stats stats = stats_of(c);
    assert_int_equal(stats.lost_full, 2);
    assert_int_equal(stats.buffered_bytes, 4096);
    assert_int_equal(stats.buffer_bytes, 4096);
    assert_false(stats.is_connected);
    jl_connection_close(c);
}

/* ---- without memory ---- */

static counted_heap heap = {.fail_after = SIZE_MAX};

static void every_allocation_may_fail(void **state) {
    (void)state;
    const size_t alive = heap.alive;
    jl_connection *c = NULL;
    jsonlog_status status = JSONLOG_E_NOMEM;
    size_t n = 0;
    for (; status == JSONLOG_E_NOMEM; n++) {
        heap.calls = 0;
        heap.fail_after = n;
        status = make_with(NULL, &c);
        heap.fail_after = SIZE_MAX;
        if (status == JSONLOG_E_NOMEM)
            assert_int_equal(heap.alive, alive);
    }
    assert_int_equal(status, JSONLOG_OK);
    assert_int_equal(n, 3);
    jl_connection_close(c);
    assert_int_equal(heap.alive, alive);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(destinations_are_read),
        cmocka_unit_test(paths_are_decoded),
        cmocka_unit_test(addresses_are_in_network_order),
        cmocka_unit_test(wrong_destinations_are_told),
        cmocka_unit_test(a_host_has_a_limit),
        cmocka_unit_test(options_have_defaults),
        cmocka_unit_test(options_are_fitted),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(waits_double_up_to_a_limit),
        cmocka_unit_test(lines_are_framed),
        cmocka_unit_test(a_nul_can_end_a_line),
        cmocka_unit_test(lines_go_over_the_edge),
        cmocka_unit_test(a_line_that_can_never_fit_is_refused),
        cmocka_unit_test(the_last_quarter_is_for_errors),
        cmocka_unit_test(every_allocation_may_fail),
    };
    if (counted_heap_install(&heap) != JSONLOG_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
