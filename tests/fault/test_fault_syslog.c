/** A real rsyslogd, on sockets of its own: what it understood of our messages, and what is left
 * when it is killed. */
#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>
#include <jsonlog/syslog.h>

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "fault/fault_report.h"
#include "fault/private_rsyslogd.h"
#include "support/fork_guard.h"
#include "support/tsan.h"

/** 2026-11-22T08:07:45.784Z */
#define TIME_NS INT64_C(1795334865784000000)

#define JSON(level, text)                                              \
    "{\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"logType\":\"" level \
    "\",\"logger\":\"payment\"," text

/* ---- the logger ---- */

static jsonlog_syslog_options named(void) {
    static jsonlog_socket_options quick = JSONLOG_SOCKET_OPTIONS_INIT;
    quick.reconnect_min_ms = 5;
    quick.reconnect_max_ms = 50;
    quick.drain_timeout_ms = DAEMON_PATIENCE_S * 1000;
    quick.resend_bytes = (size_t)256 << 10;
    jsonlog_syslog_options options = JSONLOG_SYSLOG_OPTIONS_INIT;
    options.facility = JSONLOG_SYSLOG_LOCAL3;
    options.hostname = "web1";
    options.app_name = "payment-service";
    options.procid = "4711";
    options.socket = &quick;
    return options;
}

static jsonlog_handler *make_handler(const char *destinations,
                                     const jsonlog_syslog_options *options) {
    jsonlog_handler *handler = NULL;
    jsonlog_err err = {.text = ""};
    if (jsonlog_syslog_handler_new(destinations, options, &handler, &err) != JSONLOG_OK)
        fprintf(stderr, "%s\n", err.text);
    require(handler != NULL);
    return handler;
}

static jsonlog_logger *logger_on(jsonlog_handler *handler) {
    jsonlog_logger *log = jsonlog_get("payment");
    require(jsonlog_logger_set_handlers(log, &handler, 1) == JSONLOG_OK);
    jsonlog_logger_set_propagate(log, false);
    jsonlog_logger_set_level(log, JSONLOG_LEVEL_TRACE);
    return log;
}

static jsonlog_handler_stats stats_of(const jsonlog_handler *handler) {
    jsonlog_handler_stats stats;
    jsonlog_handler_get_stats(handler, &stats);
    return stats;
}

static int64_t still_clock(void *context) {
    (void)context;
    return TIME_NS;
}

/* ---- what it understands ---- */

typedef enum way { WAY_LOCAL, WAY_LOCAL_5424, WAY_STREAM, WAY_UDP, WAY_TCP } way;

static const char *destination_of(way to) {
    static char text[256];
    switch (to) {
    case WAY_LOCAL: snprintf(text, sizeof text, "unixgram://%s", in_directory("log")); break;
    case WAY_LOCAL_5424:
        snprintf(text, sizeof text, "unixgram://%s", in_directory("log5424"));
        break;
    case WAY_STREAM: snprintf(text, sizeof text, "unix://%s", in_directory("stream")); break;
    case WAY_UDP: snprintf(text, sizeof text, "udp://127.0.0.1:%u", udp_port); break;
    case WAY_TCP: snprintf(text, sizeof text, "tcp://127.0.0.1:%u", tcp_port); break;
    }
    return text;
}

typedef struct journey {
    way to;
    jsonlog_syslog_format format;
    jsonlog_syslog_framing framing;
    const char *input;
} journey;

/* Every way in every format. */
static const journey journeys[] = {
    {WAY_LOCAL, JSONLOG_SYSLOG_AUTO, JSONLOG_SYSLOG_FRAMING_AUTO, "imuxsock"},
    {WAY_LOCAL_5424, JSONLOG_SYSLOG_RFC5424, JSONLOG_SYSLOG_FRAMING_AUTO, "imuxsock"},
    {WAY_LOCAL_5424, JSONLOG_SYSLOG_RFC3164, JSONLOG_SYSLOG_FRAMING_AUTO, "imuxsock"},
    {WAY_STREAM, JSONLOG_SYSLOG_RFC5424, JSONLOG_SYSLOG_FRAMING_AUTO, "imptcp"},
    {WAY_STREAM, JSONLOG_SYSLOG_RFC3164, JSONLOG_SYSLOG_FRAMING_OCTETS, "imptcp"},
    {WAY_UDP, JSONLOG_SYSLOG_AUTO, JSONLOG_SYSLOG_FRAMING_AUTO, "imudp"},
    {WAY_UDP, JSONLOG_SYSLOG_RFC3164, JSONLOG_SYSLOG_FRAMING_AUTO, "imudp"},
    {WAY_TCP, JSONLOG_SYSLOG_AUTO, JSONLOG_SYSLOG_FRAMING_AUTO, "imtcp"},
    {WAY_TCP, JSONLOG_SYSLOG_RFC5424, JSONLOG_SYSLOG_FRAMING_NEWLINE, "imtcp"},
    {WAY_TCP, JSONLOG_SYSLOG_RFC3164, JSONLOG_SYSLOG_FRAMING_OCTETS, "imtcp"},
    {WAY_TCP, JSONLOG_SYSLOG_RFC3164, JSONLOG_SYSLOG_FRAMING_NEWLINE, "imtcp"},
};

static const journey *current;

static jsonlog_handler *handler_for(const journey *j, jsonlog_syslog_options *options) {
    options->format = j->format;
    options->framing = j->framing;
    return make_handler(destination_of(j->to), options);
}

static void log_each_level(jsonlog_logger *log) {
    jsonlog_trace(log, "t");
    jsonlog_debug(log, "d");
    jsonlog_info(log, "i");
    jsonlog_warn(log, "w");
    jsonlog_error(log, "인증실패\n\x01\x7F \"x\"\\", "errorCode", "DA00012", "user",
                  jsonlog_object("id", 7));
    jsonlog_fatal(log, "f");
}

static void check_journey(void) {
    static const char *const severities[] = {"7", "7", "6", "4", "3", "2"};
    char host[256];
    start_first();
    jsonlog_set_clock(still_clock, NULL);
    jsonlog_syslog_options options = named();
    jsonlog_handler *handler = handler_for(current, &options);
    log_each_level(logger_on(handler));
    const cJSON *messages = await_messages(6);
    const bool is_5424 =
        strcmp(get(cJSON_GetArrayItem(messages, 0), "time"), "2026-11-22T08:07:45.784000Z") == 0;
    gethostname(host, sizeof host);
    host[strcspn(host, ".")] = '\0';
    for (int i = 0; i < 6; i++) {
        const cJSON *message = cJSON_GetArrayItem(messages, i);
        expect(message, "facility", "19");
        expect(message, "severity", severities[i]);
        expect(message, "app", "payment-service");
        expect(message, "procid", "4711");
        expect(message, "msgid", "-");
        expect(message, "data", "-");
        expect(message, "input", current->input);
        if (current->to != WAY_LOCAL)
            expect(message, "host", "web1");
        /* rsyslogd adds the zone it runs in */
        if (!is_5424)
            require(strncmp(get(message, "time"), "2026-11-22T08:07:45", 19) == 0);
    }
    require(is_5424 == (current->format == JSONLOG_SYSLOG_RFC5424 ||
                        (current->format == JSONLOG_SYSLOG_AUTO && current->to >= WAY_UDP)));
    require(strcmp(text_of(cJSON_GetArrayItem(messages, 2)), JSON("INFO", "\"message\":\"i\"}")) ==
            0);
    require(strcmp(text_of(cJSON_GetArrayItem(messages, 4)),
                   JSON("ERROR", "\"errorMessage\":\"인증실패\\n\\u0001\x7F \\\"x\\\"\\\\\","
                                 "\"errorCode\":\"DA00012\",\"user\":{\"id\":7}}")) == 0);
    require(jsonlog_handler_flush(handler) == JSONLOG_OK);
    require(stats_of(handler).lost == 0);
}

static void every_way_is_understood(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof journeys / sizeof journeys[0]; i++) {
        current = &journeys[i];
        print_message("way %d, format %d, framing %d\n", (int)current->to, (int)current->format,
                      (int)current->framing);
        run_in_child(check_journey);
    }
}

/* ---- structured data, the cookie, the byte order mark ---- */

static void check_structured_data(void) {
    start_first();
    jsonlog_set_clock(still_clock, NULL);
    jsonlog_syslog_options options = named();
    options.structured_data_id = "app@32473";
    options.msgid = "LOGIN";
    jsonlog_logger *log = logger_on(make_handler(destination_of(WAY_TCP), &options));
    jsonlog_info(log, "m", "code", "a]b\"c\\d\n", "user", jsonlog_object("id", 7), "한", "글");
    jsonlog_info(log, "none");
    const cJSON *messages = await_messages(2);
    expect(cJSON_GetArrayItem(messages, 0), "data",
           "[app@32473 code=\"a\\]b\\\"c\\\\d\\\\n\" user.id=\"7\" ___=\"글\"]");
    expect(cJSON_GetArrayItem(messages, 0), "msgid", "LOGIN");
    expect(cJSON_GetArrayItem(messages, 0), "msg",
           JSON("INFO", "\"message\":\"m\",\"code\":\"a]b\\\"c\\\\d\\n\",\"user\":{\"id\":7},"
                        "\"한\":\"글\"}"));
    expect(cJSON_GetArrayItem(messages, 1), "data", "-");
}

/* mmjsonparse takes the message apart only behind its cookie. */
static void check_cookie(void) {
    static const way ways[] = {WAY_LOCAL, WAY_TCP};
    start_first();
    for (int i = 0; i < 2; i++) {
        jsonlog_syslog_options options = named();
        options.cee_cookie = true;
        jsonlog_error(logger_on(make_handler(destination_of(ways[i]), &options)), "m", "errorCode",
                      "DA1");
        const cJSON *messages = await_messages(i + 1);
        expect(cJSON_GetArrayItem(messages, i), "parsed", "OK");
        expect(cJSON_GetArrayItem(messages, i), "code", "DA1");
    }
    jsonlog_syslog_options options = named();
    jsonlog_error(logger_on(make_handler(destination_of(WAY_TCP), &options)), "m", "errorCode",
                  "DA1");
    expect(cJSON_GetArrayItem(await_messages(3), 2), "parsed", "FAIL");
}

static void check_bom(void) {
    start_first();
    jsonlog_set_clock(still_clock, NULL);
    jsonlog_syslog_options options = named();
    options.with_bom = true;
    jsonlog_info(logger_on(make_handler(destination_of(WAY_UDP), &options)), "m");
    expect(cJSON_GetArrayItem(await_messages(1), 0), "msg",
           "\xEF\xBB\xBF" JSON("INFO", "\"message\":\"m\"}"));
}

static void structured_data_arrives(void **state) {
    (void)state;
    run_in_child(check_structured_data);
}
static void the_cookie_is_known(void **state) {
    (void)state;
    run_in_child(check_cookie);
}
static void the_byte_order_mark_arrives(void **state) {
    (void)state;
    run_in_child(check_bom);
}

/* ---- lengths ---- */

/* On each way the longest message there is by default, and JSON to its end. */
static void check_long(void) {
    static char text[100001];
    memset(text, 'x', sizeof text - 1);
    start_first();
    jsonlog_syslog_options options = named();
    options.message_max = current->to == WAY_TCP ? 60000 : 0;
    jsonlog_handler *handler = handler_for(current, &options);
    jsonlog_info(logger_on(handler), "m", "text", text, "n", 7);
    const cJSON *messages = await_messages(1);
    cJSON *line = cJSON_Parse(text_of(cJSON_GetArrayItem(messages, 0)));
    require(line != NULL);
    require(cJSON_IsTrue(cJSON_GetObjectItem(line, "_truncated")));
    require(cJSON_GetObjectItem(line, "n")->valueint == 7);
    require(stats_of(handler).lost == 0);
}

static void long_lines_stay_json(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof journeys / sizeof journeys[0]; i++) {
        current = &journeys[i];
        run_in_child(check_long);
    }
}

/* ---- where a program finds its syslog ---- */

static void bind_device(const char *old, const char *name) {
    char from[256], to[64];
    snprintf(from, sizeof from, "%s/%s", old, name);
    snprintf(to, sizeof to, "/dev/%s", name);
    close(open(to, O_WRONLY | O_CREAT, 0600));
    mount(from, to, NULL, MS_BIND, NULL);
}

/* A /dev of our own, with what daemons need. */
static void enter_namespace(void) {
    static const char *const devices[] = {"null", "zero", "urandom", "random"};
    const char *old = in_directory("dev");
    mkdir(old, 0700);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("/dev", old, NULL, MS_BIND, NULL) != 0 ||
        mount("tmpfs", "/dev", "tmpfs", 0, NULL) != 0) {
        fprintf(stderr, "not allowed to mount a file system: skipped\n");
        _exit(CHILD_SKIPPED);
    }
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        bind_device(old, devices[i]);
}

static void check_default(void (*place)(void), const char *input) {
    enter_namespace();
    start_first();
    jsonlog_syslog_options options = named();
    jsonlog_handler *handler = make_handler(NULL, &options);
    jsonlog_info(logger_on(handler), "early"); /* waits until there is somebody */
    place();
    jsonlog_info(jsonlog_get("payment"), "late");
    const cJSON *messages = await_messages(2);
    for (int i = 0; i < 2; i++) {
        expect(cJSON_GetArrayItem(messages, i), "input", input);
        expect(cJSON_GetArrayItem(messages, i), "app", "payment-service");
    }
    require(strstr(get(cJSON_GetArrayItem(messages, 0), "msg"), "\"early\"}") != NULL);
    require(strstr(get(cJSON_GetArrayItem(messages, 1), "msg"), "\"late\"}") != NULL);
}

static void place_datagrams(void) {
    require(symlink(in_directory("log"), "/dev/log") == 0);
}
static void place_stream(void) {
    require(symlink(in_directory("stream"), "/dev/log") == 0);
}
static void check_default_datagrams(void) {
    check_default(place_datagrams, "imuxsock");
}
static void check_default_stream(void) {
    check_default(place_stream, "imptcp");
}

static void the_local_socket_is_the_default(void **state) {
    (void)state;
    run_in_child(check_default_datagrams);
    run_in_child(check_default_stream);
}

/* ---- what is left when it is killed ---- */

/* In each round the last lines in front of the kill come at once. */
enum { LINES = 200, ROUNDS = 4, TAIL = 20 };

static int kill_at(int round) {
    return round * LINES + LINES / 2 + 7 * round;
}

/* What rsyslogd has read from its socket and not yet written goes with it, and no sender can know.
 */
static bool is_tail(int number) {
    const int end = kill_at(number / LINES);
    return number >= end - TAIL && number < end;
}

typedef struct tally {
    int missing; /* of those that a receiver cannot have lost */
    int tail;    /* missing of the others */
    int repeats;
} tally;

static tally count_numbers(int count, bool has_tails) {
    static int seen[ROUNDS * LINES];
    tally found = {.missing = 0};
    cJSON *messages = read_messages();
    const cJSON *message = NULL;
    memset(seen, 0, sizeof seen);
    cJSON_ArrayForEach(message, messages) {
        cJSON *line = cJSON_Parse(text_of(message));
        const cJSON *number = cJSON_GetObjectItem(line, "n");
        if (number != NULL)
            seen[number->valueint]++;
        cJSON_Delete(line);
    }
    cJSON_Delete(messages);
    for (int i = 0; i < count; i++) {
        found.repeats += seen[i] > 1 ? seen[i] - 1 : 0;
        if (seen[i] == 0 && has_tails && is_tail(i))
            found.tail++;
        else
            found.missing += seen[i] == 0;
    }
    return found;
}

static bool have_all(int count, bool has_tails) {
    usleep(10000);
    return count_numbers(count, has_tails).missing == 0;
}

static void log_numbers(jsonlog_logger *log, int from, int to) {
    for (int i = from; i < to; i++)
        jsonlog_info(log, "m", "n", i);
}

static void report(const char *fault, int trials, uint64_t accepted, int lost) {
    char handler[32];
    snprintf(handler, sizeof handler, "syslog(%s)", current->input);
    print_fault((fault_report){fault, handler, (uint64_t)trials, accepted, (uint64_t)lost, 0});
}

/* What is logged while nobody is there arrives once somebody is. */
static void check_away(void) {
    start_first();
    jsonlog_syslog_options options = named();
    jsonlog_handler *handler = handler_for(current, &options);
    jsonlog_logger *log = logger_on(handler);
    log_numbers(log, 0, LINES);
    require_soon(have_all(LINES, false));
    stop_rsyslogd();
    log_numbers(log, LINES, 2 * LINES);
    start_rsyslogd();
    log_numbers(log, 2 * LINES, 3 * LINES);
    require_soon(have_all(3 * LINES, false));
    require(stats_of(handler).lost == 0);
    report("daemon-away", 1, 3 * LINES, 0);
}

/* Killed with lines on the way, again and again: what the daemon's system had not got is sent
 * again, and what is logged meanwhile waits. */
static void check_killed_under_load(void) {
    start_first();
    jsonlog_syslog_options options = named();
    jsonlog_handler *handler = handler_for(current, &options);
    jsonlog_logger *log = logger_on(handler);
    for (int round = 0; round < ROUNDS; round++) {
        log_numbers(log, round * LINES, kill_at(round) - TAIL);
        require_soon(have_all(kill_at(round) - TAIL, true));
        log_numbers(log, kill_at(round) - TAIL, kill_at(round));
        stop_rsyslogd();
        log_numbers(log, kill_at(round), (round + 1) * LINES);
        start_rsyslogd();
    }
    require_soon(have_all(ROUNDS * LINES, true));
    require(stats_of(handler).lost == 0);
    const tally found = count_numbers(ROUNDS * LINES, true);
    report("kill-9-of-peer", ROUNDS, ROUNDS * LINES, found.tail);
}

static bool takes_lines(jsonlog_logger *log, const jsonlog_handler *handler, uint64_t before) {
    jsonlog_info(log, "probe");
    usleep(10000);
    return stats_of(handler).lines > before;
}

/* A buffer that is full says so in the log. */
static void check_full(void) {
    start_first();
    jsonlog_syslog_options options = named();
    jsonlog_socket_options socket = *options.socket;
    socket.buffer_bytes = 8192;
    socket.resend_bytes = 2048;
    options.socket = &socket;
    jsonlog_handler *handler = handler_for(current, &options);
    jsonlog_logger *log = logger_on(handler);
    log_numbers(log, 0, 1);
    require_soon(have_all(1, false));
    stop_rsyslogd();
    log_numbers(log, 1, LINES);
    const jsonlog_handler_stats stats = stats_of(handler);
    require(stats.lost > 0 && stats.lost == stats.lost_again);
    start_rsyslogd();
    require_soon(takes_lines(log, handler, stats.lines));
    require(jsonlog_handler_flush(handler) == JSONLOG_OK);
    const cJSON *message = NULL;
    uint64_t reported = 0, arrived = 0;
    usleep(200000);
    cJSON *messages = read_messages();
    cJSON_ArrayForEach(message, messages) {
        const cJSON *line = cJSON_Parse(text_of(message));
        const cJSON *lost = cJSON_GetObjectItem(line, "lost");
        reported += lost == NULL ? 0 : (uint64_t)lost->valueint;
        arrived += cJSON_GetObjectItem(line, "n") != NULL;
    }
    require(reported == stats_of(handler).lost);
    require(arrived >= LINES - stats.lost);
    report("buffer-full", 1, LINES - stats.lost, 0);
}

static void check_fork(void) {
    char parent[32], child[32];
    start_first();
    jsonlog_syslog_options options = named();
    options.procid = NULL;
    jsonlog_handler *handler = handler_for(current, &options);
    jsonlog_logger *log = logger_on(handler);
    jsonlog_info(log, "parent");
    const pid_t pid = fork();
    if (pid == 0) {
        jsonlog_info(log, "child");
        _exit(jsonlog_handler_flush(handler) == JSONLOG_OK ? 0 : 1);
    }
    int status = -1;
    require(waitpid(pid, &status, 0) == pid && status == 0);
    snprintf(parent, sizeof parent, "%d", (int)getpid());
    snprintf(child, sizeof child, "%d", (int)pid);
    const cJSON *messages = await_messages(2);
    const bool is_first = strcmp(get(cJSON_GetArrayItem(messages, 0), "procid"), child) == 0;
    expect(cJSON_GetArrayItem(messages, is_first ? 0 : 1), "procid", child);
    require(strstr(get(cJSON_GetArrayItem(messages, is_first ? 0 : 1), "msg"), "\"child\"}"));
    expect(cJSON_GetArrayItem(messages, is_first ? 1 : 0), "procid", parent);
    report("fork", 1, 2, 0);
}

static void run_on(void (*body)(void), const unsigned *ways, size_t count) {
    for (size_t i = 0; i < count; i++) {
        current = &journeys[ways[i]];
        run_in_child(body);
    }
}

static void what_is_logged_meanwhile_arrives(void **state) {
    (void)state;
    static const unsigned ways[] = {0, 3, 7, 10};
    run_on(check_away, ways, 4);
}
static void a_kill_takes_only_what_was_on_its_way(void **state) {
    (void)state;
    static const unsigned ways[] = {0, 3, 7, 10};
    run_on(check_killed_under_load, ways, 4);
}
static void a_full_buffer_is_reported(void **state) {
    (void)state;
    static const unsigned ways[] = {0, 3, 7};
    run_on(check_full, ways, 3);
}
static void a_child_logs_as_itself(void **state) {
    (void)state;
    static const unsigned ways[] = {0, 7};
    SKIP_UNDER_TSAN();
    run_on(check_fork, ways, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_is_understood),
        cmocka_unit_test(structured_data_arrives),
        cmocka_unit_test(the_cookie_is_known),
        cmocka_unit_test(the_byte_order_mark_arrives),
        cmocka_unit_test(long_lines_stay_json),
        cmocka_unit_test(the_local_socket_is_the_default),
        cmocka_unit_test(what_is_logged_meanwhile_arrives),
        cmocka_unit_test(a_kill_takes_only_what_was_on_its_way),
        cmocka_unit_test(a_full_buffer_is_reported),
        cmocka_unit_test(a_child_logs_as_itself),
    };
    if (!install_fork_guard())
        return 1;
    return cmocka_run_group_tests(tests, make_test_directory, remove_test_directory);
}
