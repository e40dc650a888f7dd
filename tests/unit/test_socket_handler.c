#include <jsonlog/socket.h>

#include "support/fork_guard.h"
#include "support/handler_lines.h"

#include <jsonlog/jsonlog.h>

#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "support/socket_peer.h"
#include "support/tsan.h"

/* ---- a resolver ----
 *
 * These stand in for the C library's, for the whole program. "good.test" has two addresses, of
 * which nobody listens at the first; "slow.test" answers when the test lets it; all else is
 * unknown. */

static uint32_t resolver_is_shut; /* atomic */
static uint32_t resolver_calls;   /* atomic: begun */

static struct addrinfo *make_address(in_addr_t address, uint16_t port, struct addrinfo *next) {
    struct addrinfo *made = calloc(1, sizeof *made + sizeof(struct sockaddr_in));
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)(made + 1);
    v4->sin_family = AF_INET;
    v4->sin_addr.s_addr = htonl(address);
    v4->sin_port = htons(port);
    made->ai_family = AF_INET;
    made->ai_addr = (struct sockaddr *)(void *)v4;
    made->ai_addrlen = sizeof *v4;
    made->ai_next = next;
    return made;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **out) {
    (void)hints;
    __atomic_add_fetch(&resolver_calls, 1, __ATOMIC_SEQ_CST);
    const uint16_t port = (uint16_t)atoi(service);
    if (strcmp(node, "slow.test") == 0)
        while (__atomic_load_n(&resolver_is_shut, __ATOMIC_SEQ_CST) != 0)
            usleep(1000);
    else if (strcmp(node, "good.test") != 0)
        return EAI_NONAME;
    struct addrinfo *last = make_address(INADDR_LOOPBACK, port, NULL);
    *out = make_address(INADDR_LOOPBACK + 1, port, last);
    return 0;
}

void freeaddrinfo(struct addrinfo *first) {
    while (first != NULL) {
        struct addrinfo *next = first->ai_next;
        free(first);
        first = next;
    }
}

/* ---- helpers ---- */

static jsonlog_socket_options quick(void) {
    jsonlog_socket_options options = JSONLOG_SOCKET_OPTIONS_INIT;
    options.reconnect_min_ms = 2;
    options.reconnect_max_ms = 20;
    options.drain_timeout_ms = 60000;
    return options;
}

static jsonlog_handler *handler_to(const char *destinations,
                                   const jsonlog_socket_options *options) {
    jsonlog_handler *handler = NULL;
    jsonlog_err err = {.text = ""};
    if (jsonlog_socket_handler_new(destinations, options, &handler, &err) != JSONLOG_OK)
        fail_msg("%s", err.text);
    use_plain_formatter(handler);
    return handler;
}

static jsonlog_socket_stats socket_stats(const jsonlog_handler *handler) {
    jsonlog_socket_stats stats;
    assert_int_equal(jsonlog_socket_get_stats(handler, &stats), JSONLOG_OK);
    return stats;
}

static void flush(jsonlog_handler *handler) {
    assert_int_equal(jsonlog_socket_flush(handler, PEER_PATIENCE_S * 1000), JSONLOG_OK);
}

/* ---- making one ---- */

static void wrong_arguments_are_told(void **state) {
    (void)state;
    jsonlog_handler *handler = NULL;
    jsonlog_err err;
    jsonlog_socket_options options = JSONLOG_SOCKET_OPTIONS_INIT;
    assert_int_equal(jsonlog_socket_handler_new("unix:///x", NULL, NULL, &err), JSONLOG_E_INVALID);
    assert_string_equal(err.text, "out is NULL");
    assert_int_equal(jsonlog_socket_handler_new(NULL, NULL, &handler, &err), JSONLOG_E_INVALID);
    assert_string_equal(err.text, "destinations are NULL");
    assert_int_equal(jsonlog_socket_handler_new("tcp://x", NULL, &handler, &err), JSONLOG_E_SYNTAX);
    assert_string_equal(err.text, "a port is missing behind the host: ");
    assert_int_equal(err.offset, 7);
    options.size = 0;
    assert_int_equal(jsonlog_socket_handler_new("unix:///x", &options, &handler, &err),
                     JSONLOG_E_INVALID);
    assert_string_equal(err.text, "wrong size of jsonlog_socket_options");
    options = quick();
    options.keepalive_s = 40000;
    assert_int_equal(jsonlog_socket_handler_new("unix:///x", &options, &handler, &err),
                     JSONLOG_E_INVALID);
    assert_string_equal(err.text, "an option of the socket is out of its range");
    assert_null(handler);
}

static void other_handlers_are_no_sockets(void **state) {
    (void)state;
    jsonlog_handler *memory = jsonlog_memory_handler_new(4096);
    jsonlog_socket_stats stats;
    assert_int_equal(jsonlog_socket_flush(memory, 1), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_socket_flush(NULL, 1), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_socket_get_stats(memory, &stats), JSONLOG_E_INVALID);
    jsonlog_handler_release(memory);
}

/* ---- the four kinds ---- */

static void lines_arrive(void **state) {
    (void)state;
    for (peer_kind kind = PEER_TCP; kind <= PEER_UNIXGRAM; kind++) {
        socket_peer peer;
        peer_init(&peer, kind);
        peer_start(&peer);
        jsonlog_socket_options options = quick();
        jsonlog_handler *handler = handler_to(peer.name, &options);
        assert_int_equal(write_text(handler, "one\n"), JSONLOG_OK);
        assert_int_equal(write_text(handler, "two\n"), JSONLOG_OK);
        flush(handler);
        peer_await(&peer, "one\ntwo\n");
        const jsonlog_socket_stats stats = socket_stats(handler);
        assert_true(stats.is_connected);
        assert_int_equal(stats.connects, 1);
        assert_int_equal(stats.losses, 0);
        assert_int_equal(stats.lines, 2);
        assert_int_equal(stats.resent, 0);
        assert_int_equal(stats_of(handler).lines, 2);
        jsonlog_handler_release(handler);
        peer_done(&peer);
    }
}

static void a_logger_writes_to_it(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_TCP);
    peer_start(&peer);
    jsonlog_handler *handler = NULL;
    assert_int_equal(jsonlog_socket_handler_new(peer.name, NULL, &handler, NULL), JSONLOG_OK);
    jsonlog_logger *log = jsonlog_get("socket");
    jsonlog_logger_set_handlers(log, &handler, 1);
    jsonlog_logger_set_propagate(log, false);
    jsonlog_handler_release(handler);
    jsonlog_info(log, "hello", "n", 1);
    peer_await(&peer, "\"logger\":\"socket\",\"message\":\"hello\",\"n\":1}\n");
    jsonlog_logger_set_handlers(log, NULL, 0);
    peer_done(&peer);
}

/* A peer that comes late finds all that was accepted. */
static void lines_wait_for_a_peer(void **state) {
    (void)state;
    for (peer_kind kind = PEER_TCP; kind <= PEER_UNIXGRAM; kind++) {
        socket_peer peer;
        peer_init(&peer, kind);
        jsonlog_socket_options options = quick();
        jsonlog_handler *handler = handler_to(peer.name, &options);
        write_text(handler, "one\n");
        write_text(handler, "two\n");
        AWAIT(socket_stats(handler).attempts >= 3);
        peer_start(&peer);
        flush(handler);
        peer_await(&peer, "one\ntwo\n");
        jsonlog_handler_release(handler);
        peer_done(&peer);
    }
}

static void destinations_are_tried_in_order(void **state) {
    (void)state;
    socket_peer first, second;
    char both[400];
    peer_init(&first, PEER_UNIX);
    peer_init(&second, PEER_TCP);
    peer_start(&second);
    snprintf(both, sizeof both, "%s %s", first.name, second.name);
    jsonlog_socket_options options = quick();
    jsonlog_handler *handler = handler_to(both, &options);
    write_text(handler, "one\n");
    peer_await(&second, "one\n");
    flush(handler);
    peer_start(&first);
    peer_kill(&second);
    write_text(handler, "two\n");
    peer_await(&first, "two\n");
    assert_int_equal(socket_stats(handler).losses, 1);
    jsonlog_handler_release(handler);
    peer_done(&first);
    peer_done(&second);
}

/* ---- names ---- */

static void a_name_may_have_several_addresses(void **state) {
    (void)state;
    socket_peer peer;
    char name[100];
    peer_init(&peer, PEER_TCP);
    peer_start(&peer);
    snprintf(name, sizeof name, "tcp://good.test:%d", ntohs(peer.address.v4.sin_port));
    jsonlog_socket_options options = quick();
    jsonlog_handler *handler = handler_to(name, &options);
    write_text(handler, "one\n");
    peer_await(&peer, "one\n");
    assert_int_equal(socket_stats(handler).attempts, 2);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

static void an_unknown_name_is_asked_for_again(void **state) {
    (void)state;
    jsonlog_socket_options options = quick();
    options.drain_timeout_ms = 1;
    resolver_calls = 0;
    jsonlog_handler *handler = handler_to("tcp://bad.test:1", &options);
    AWAIT(__atomic_load_n(&resolver_calls, __ATOMIC_SEQ_CST) >= 3);
    assert_int_equal(socket_stats(handler).last_errno, EHOSTUNREACH);
    assert_int_equal(socket_stats(handler).attempts, 0);
    jsonlog_handler_release(handler);
}

/* The resolver hangs while a thousand lines are logged, and while the handler is closed. */
static void a_resolver_that_hangs_holds_nobody_up(void **state) {
    (void)state;
    jsonlog_stats before, after;
    jsonlog_socket_options options = quick();
    options.drain_timeout_ms = 1;
    resolver_calls = 0;
    __atomic_store_n(&resolver_is_shut, 1, __ATOMIC_SEQ_CST);
    jsonlog_get_stats(&before);
    jsonlog_handler *handler = handler_to("tcp://slow.test:1", &options);
    AWAIT(__atomic_load_n(&resolver_calls, __ATOMIC_SEQ_CST) == 1);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(write_text(handler, "line\n"), JSONLOG_OK);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_E_TIMEOUT);
    jsonlog_handler_release(handler);
    assert_int_equal(__atomic_load_n(&resolver_calls, __ATOMIC_SEQ_CST), 1);
    __atomic_store_n(&resolver_is_shut, 0, __ATOMIC_SEQ_CST);
    AWAIT((jsonlog_get_stats(&after), after.lost_later == before.lost_later + 1000));
}

/* ---- losses ---- */

static void a_full_buffer_is_told_at_its_place(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_UNIX);
    jsonlog_socket_options options = quick();
    options.buffer_bytes = 4096;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    int accepted = 0;
    while (write_text(handler, "a line\n") == JSONLOG_OK)
        accepted++;
    assert_int_equal(accepted, 3072 / 32);
    assert_int_equal(write_text(handler, "lost\n"), JSONLOG_E_AGAIN);
    assert_int_equal(stats_of(handler).lost, 2);
    assert_int_equal(stats_of(handler).lost_again, 2);
    assert_int_equal(socket_stats(handler).lost_full, 2);
    peer_start(&peer);
    flush(handler);
    assert_int_equal(write_text(handler, "again\n"), JSONLOG_OK);
    flush(handler);
    const char *text = peer_text(&peer, 0);
    assert_string_equal(text + accepted * 7, "lines lost lost=2 reason=EAGAIN\nagain\n");
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

static void a_call_may_wait_for_room(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_UNIX);
    peer_start(&peer);
    peer_pause(&peer, true);
    jsonlog_socket_options options = quick();
    options.buffer_bytes = 4096;
    options.block_timeout_ms = 1;
    options.drain_timeout_ms = 1;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    while (write_text(handler, "a line\n") == JSONLOG_OK)
        ;
    jsonlog_handler_release(handler);
    peer_kill(&peer);
    peer_pause(&peer, false);
    peer_start(&peer);
    options.block_timeout_ms = options.drain_timeout_ms = 60000;
    handler = handler_to(peer.name, &options);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(write_text(handler, "a line\n"), JSONLOG_OK);
    flush(handler);
    assert_int_equal(socket_stats(handler).lost_full, 0);
    assert_int_equal(socket_stats(handler).lines, 5000);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

static void what_is_left_at_the_end_is_counted(void **state) {
    (void)state;
    jsonlog_stats before, after;
    jsonlog_socket_options options = quick();
    options.drain_timeout_ms = 1;
    jsonlog_get_stats(&before);
    jsonlog_handler *handler = handler_to("unix:///nonexistent/socket", &options);
    for (int i = 0; i < 7; i++)
        write_text(handler, "line\n");
    jsonlog_get_stats(&after);
    assert_int_equal(after.queued_bytes, 7 * 32);
    assert_int_equal(jsonlog_socket_flush(handler, 1), JSONLOG_E_TIMEOUT);
    AWAIT(socket_stats(handler).last_errno == ENOENT);
    jsonlog_handler_release(handler);
    jsonlog_get_stats(&after);
    assert_int_equal(after.lost_later - before.lost_later, 7);
    assert_int_equal(after.queued_bytes, 0);
}

/* One too long for any datagram is refused; one that the system finds too long is dropped later. */
static void datagrams_have_a_limit(void **state) {
    (void)state;
    static char text[300000];
    socket_peer peer;
    peer_init(&peer, PEER_UDP);
    peer_start(&peer);
    jsonlog_socket_options options = quick();
    jsonlog_handler *handler = handler_to(peer.name, &options);
    memset(text, 'x', sizeof text);
    assert_int_equal(write_bytes(handler, text, 65508), JSONLOG_E_LIMIT);
    assert_int_equal(write_text(handler, "one\n"), JSONLOG_OK);
    peer_await(&peer, "lines lost lost=1 reason=EMSGSIZE\none\n");
    assert_int_equal(write_bytes(handler, text, 65507), JSONLOG_OK);
    assert_int_equal(write_text(handler, "two\n"), JSONLOG_OK);
    peer_await(&peer, "x\ntwo\n");
    assert_int_equal(strlen(strstr(peer_text(&peer, 0), "xx")), 65507 + 5);
    jsonlog_handler_release(handler);
    peer_done(&peer);

    peer_init(&peer, PEER_UNIXGRAM);
    peer_start(&peer);
    handler = handler_to(peer.name, &options);
    assert_int_equal(write_bytes(handler, text, sizeof text), JSONLOG_OK);
    AWAIT(socket_stats(handler).lost_large == 1);
    assert_int_equal(stats_of(handler).lost, 1);
    assert_int_equal(stats_of(handler).last_errno, EMSGSIZE);
    assert_int_equal(write_text(handler, "one\n"), JSONLOG_OK);
    flush(handler);
    peer_await(&peer, "\n");
    AWAIT(strcmp(peer_text(&peer, 0), "lines lost lost=1 reason=EMSGSIZE\none\n") == 0);
    assert_int_equal(socket_stats(handler).losses, 0);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

static void the_limit_of_datagrams_can_be_lower(void **state) {
    (void)state;
    socket_peer datagram, stream;
    char both[400];
    peer_init(&datagram, PEER_UDP);
    peer_init(&stream, PEER_UNIX);
    peer_start(&datagram);
    jsonlog_socket_options options = quick();
    options.datagram_max = 8;
    jsonlog_handler *handler = handler_to(datagram.name, &options);
    assert_int_equal(write_text(handler, "123456789\n"), JSONLOG_E_LIMIT);
    jsonlog_handler_release(handler);
    snprintf(both, sizeof both, "%s %s", datagram.name, stream.name);
    handler = handler_to(both, &options);
    assert_int_equal(write_text(handler, "12345678\n"), JSONLOG_OK);
    assert_int_equal(write_text(handler, "123456789\n"), JSONLOG_OK);
    flush(handler);
    assert_int_equal(socket_stats(handler).lost_large, 1);
    assert_int_equal(socket_stats(handler).lines, 1);
    peer_await(&datagram, "12345678\n");
    jsonlog_handler_release(handler);
    peer_done(&datagram);
    peer_done(&stream);
}

/* ---- waits between tries ---- */

static void tries_become_rare(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_TCP);
    jsonlog_socket_options options = quick();
    options.drain_timeout_ms = 1;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    AWAIT(socket_stats(handler).backoff_ms == 20);
    assert_in_range(socket_stats(handler).attempts, 5, 60000 / 10);
    assert_int_equal(socket_stats(handler).last_errno, ECONNREFUSED);
    assert_int_equal(socket_stats(handler).connects, 0);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

/* Ten times the shortest wait makes a connection a success: after it the next try is made at once,
 * and finds the second peer. */
static void a_success_makes_tries_frequent_again(void **state) {
    (void)state;
    socket_peer first, second;
    char both[400];
    peer_init(&first, PEER_UNIX);
    peer_init(&second, PEER_UNIX);
    snprintf(both, sizeof both, "%s %s", first.name, second.name);
    jsonlog_socket_options options = quick();
    jsonlog_handler *handler = handler_to(both, &options);
    AWAIT(socket_stats(handler).backoff_ms == 20);
    peer_start(&first);
    AWAIT(socket_stats(handler).is_connected);
    usleep(25000);
    assert_int_equal(socket_stats(handler).backoff_ms, 20);
    peer_start(&second);
    peer_kill(&first);
    AWAIT(socket_stats(handler).connects == 2);
    assert_int_equal(socket_stats(handler).backoff_ms, 0);
    jsonlog_handler_release(handler);
    peer_done(&first);
    peer_done(&second);
}

/* The wait would be an hour. */
static void a_flush_cuts_the_wait_short(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_UNIX);
    jsonlog_socket_options options = quick();
    options.reconnect_min_ms = options.reconnect_max_ms = 3600000;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    AWAIT(socket_stats(handler).attempts == 1);
    write_text(handler, "one\n");
    peer_start(&peer);
    flush(handler);
    assert_string_equal(peer_text(&peer, 0), "one\n");
    assert_int_equal(socket_stats(handler).attempts, 2);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

/* ---- the process ---- */

/* @return how many descriptors are connected to a TCP peer; all must be closed on exec. */
static int count_connections(void) {
    int found = 0;
    for (int fd = 3; fd < 1024; fd++) {
        struct sockaddr_in address;
        socklen_t len = sizeof address;
        if (getpeername(fd, (struct sockaddr *)(void *)&address, &len) != 0)
            continue;
        found++;
        assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    }
    return found;
}

static void descriptors_are_closed_on_exec(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_TCP);
    peer_start(&peer);
    const int before = count_connections();
    jsonlog_handler *handler = handler_to(peer.name, NULL);
    write_text(handler, "one\n");
    flush(handler);
    assert_int_equal(count_connections(), before + 1);
    jsonlog_handler_release(handler);
    assert_int_equal(count_connections(), before);
    peer_done(&peer);
}

static void wait_for_child(pid_t child) {
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* What waits in the parent is sent by the parent; the child has a connection of its own. */
static void a_child_makes_its_own_connection(void **state) {
    (void)state;
    SKIP_UNDER_TSAN();
    socket_peer peer;
    peer_init(&peer, PEER_UNIX);
    jsonlog_socket_options options = quick();
    jsonlog_handler *handler = handler_to(peer.name, &options);
    write_text(handler, "of the parent\n");
    AWAIT(socket_stats(handler).attempts > 0);
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        jl_handler_after_fork(handler);
        AWAIT(socket_stats(handler).buffered_bytes == 0);
        write_text(handler, "of the child\n");
        _exit(jsonlog_socket_flush(handler, 60000) == JSONLOG_OK ? 0 : 1);
    }
    AWAIT(socket_stats(handler).attempts > 3);
    peer_start(&peer);
    flush(handler);
    wait_for_child(child);
    assert_int_equal(peer_connections(&peer), 2);
    const bool child_came_first = strcmp(peer_text(&peer, 0), "of the child\n") == 0;
    assert_string_equal(peer_text(&peer, child_came_first), "of the parent\n");
    assert_string_equal(peer_text(&peer, !child_came_first), "of the child\n");
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

/* It gives up the parent's connection, and has nothing to wait for. */
static void a_quiet_child_holds_nothing(void **state) {
    (void)state;
    SKIP_UNDER_TSAN();
    socket_peer peer;
    peer_init(&peer, PEER_TCP);
    peer_start(&peer);
    jsonlog_socket_options options = quick();
    jsonlog_handler *handler = handler_to(peer.name, &options);
    write_text(handler, "of the parent\n");
    flush(handler);
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        const int before = count_connections();
        jl_handler_after_fork(handler);
        const bool is_closed = count_connections() == before - 1;
        const bool is_flushed = jsonlog_socket_flush(handler, 0) == JSONLOG_OK;
        jsonlog_handler_release(handler);
        _exit(is_closed && is_flushed ? 0 : 1);
    }
    wait_for_child(child);
    write_text(handler, "again\n");
    flush(handler);
    assert_int_equal(socket_stats(handler).losses, 0);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_arguments_are_told),
        cmocka_unit_test(other_handlers_are_no_sockets),
        cmocka_unit_test(lines_arrive),
        cmocka_unit_test(a_logger_writes_to_it),
        cmocka_unit_test(lines_wait_for_a_peer),
        cmocka_unit_test(destinations_are_tried_in_order),
        cmocka_unit_test(a_name_may_have_several_addresses),
        cmocka_unit_test(an_unknown_name_is_asked_for_again),
        cmocka_unit_test(a_resolver_that_hangs_holds_nobody_up),
        cmocka_unit_test(a_full_buffer_is_told_at_its_place),
        cmocka_unit_test(a_call_may_wait_for_room),
        cmocka_unit_test(what_is_left_at_the_end_is_counted),
        cmocka_unit_test(datagrams_have_a_limit),
        cmocka_unit_test(the_limit_of_datagrams_can_be_lower),
        cmocka_unit_test(tries_become_rare),
        cmocka_unit_test(a_success_makes_tries_frequent_again),
        cmocka_unit_test(a_flush_cuts_the_wait_short),
        cmocka_unit_test(descriptors_are_closed_on_exec),
        cmocka_unit_test(a_child_makes_its_own_connection),
        cmocka_unit_test(a_quiet_child_holds_nothing),
    };
    if (!install_fork_guard())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
