/** Connections in a network that fails: each test has a network name space of its own. Needs root,
 * or user name spaces; says so where it has neither. */
#include "fault/fault_report.h"
#include "support/fork_guard.h"
#include "support/handler_lines.h"

#include <jsonlog/socket.h>

#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/ioctl.h>

#include <cmocka.h>

#include "support/socket_peer.h"
#include "support/tsan.h"

static jsonlog_socket_options quick(void) {
    jsonlog_socket_options options = JSONLOG_SOCKET_OPTIONS_INIT;
    options.reconnect_min_ms = 1;
    options.reconnect_max_ms = 10;
    options.drain_timeout_ms = 60000;
    return options;
}

static jsonlog_handler *handler_to(const char *name, const jsonlog_socket_options *options) {
    jsonlog_handler *handler = NULL;
    assert_int_equal(jsonlog_socket_handler_new(name, options, &handler, NULL), JSONLOG_OK);
    use_plain_formatter(handler);
    return handler;
}

static jsonlog_socket_stats socket_stats(const jsonlog_handler *handler) {
    jsonlog_socket_stats stats;
    jsonlog_socket_get_stats(handler, &stats);
    return stats;
}

static void set_loopback(bool is_up) {
    struct ifreq request = {.ifr_name = "lo"};
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    request.ifr_flags = is_up ? IFF_UP | IFF_LOOPBACK | IFF_RUNNING : IFF_LOOPBACK;
    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
    close(fd);
}

/* Runs a test in a network of its own, in a process of its own. */
static void run_in_own_network(CMUnitTestFunction test) {
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        const struct CMUnitTest tests[] = {{.name = "in a network of its own", .test_func = test}};
        alarm(120);
        if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
            _exit(77);
        set_loopback(true);
        _exit(cmocka_run_group_tests(tests, NULL, NULL));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("no network namespace can be had here: skipped\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* The cable is pulled: the connection looks well, but nothing is acknowledged. */
static void lose_the_network(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_TCP);
    peer_start(&peer);
    jsonlog_socket_options options = quick();
    options.write_timeout_ms = 300;
    options.connect_timeout_ms = 200;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    write_text(handler, "one\n");
    peer_await(&peer, "one\n");
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    set_loopback(false);
    for (int i = 0; i < 100; i++)
        assert_int_equal(write_text(handler, "into the void\n"), JSONLOG_OK);
    AWAIT(socket_stats(handler).losses == 1);
    write_text(handler, "two\n");
    AWAIT(socket_stats(handler).attempts > 2);
    set_loopback(true);
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    peer_await(&peer, "into the void\ntwo\n");
    const jsonlog_socket_stats stats = socket_stats(handler);
    print_fault((fault_report){"network-gone", "socket(tcp)", 1, 102, 102 - stats.lines, 0});
    assert_int_equal(stats.lines, 102);
    assert_true(stats.resent >= 100);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

static void a_half_open_connection_is_noticed(void **state) {
    (void)state;
    SKIP_UNDER_TSAN();
    run_in_own_network(lose_the_network);
}

/* All connections start from the port that they go to, and nobody listens there. */
static void connect_from_the_same_port(void **state) {
    (void)state;
    const int fd = open("/proc/sys/net/ipv4/ip_local_port_range", O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(fd, "40000 40000", 11), 11);
    close(fd);
    jsonlog_socket_options options = quick();
    options.drain_timeout_ms = 1;
    jsonlog_handler *handler = handler_to("tcp://127.0.0.1:40000", &options);
    AWAIT(socket_stats(handler).attempts >= 10);
    assert_int_equal(socket_stats(handler).connects, 0);
    jsonlog_handler_release(handler);
}

static void nobody_is_connected_to_itself(void **state) {
    (void)state;
    SKIP_UNDER_TSAN();
    run_in_own_network(connect_from_the_same_port);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_half_open_connection_is_noticed),
        cmocka_unit_test(nobody_is_connected_to_itself),
    };
    if (!install_fork_guard())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
