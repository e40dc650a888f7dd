/** A real journald in a mount namespace of its own, with everything below /run its own: what is
 * logged is read back with journalctl and compared. */
#include <jsonlog/async.h>
#include <jsonlog/journald.h>
#include <jsonlog/jsonlog.h>

#include <cjson/cJSON.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cmocka.h>

#include "fault/fault_report.h"
#include "fault/private_daemon.h"

#define SOCKET      "/run/systemd/journal/socket"
#define JOURNALD    "/lib/systemd/systemd-journald"
#define NAME        "test-journald"
#define OUTPUT_SIZE ((size_t)8 << 20)

static pid_t journald;

/* ---- a journal ---- */

static void skip_because(const char *reason) {
    fprintf(stderr, "%s: skipped\n", reason);
    _exit(CHILD_SKIPPED);
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    require(file != NULL);
    fputs(text, file);
    fclose(file);
}

/* What journald reads beyond /run: how it is configured, and which machine this is. */
static void configure(void) {
    write_file("/run/journald.conf", "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=\n"
                                     "RateLimitIntervalSec=0\nRateLimitBurst=0\n"
                                     "ForwardToSyslog=no\nForwardToWall=no\n");
    write_file("/run/machine-id", "0123456789abcdef0123456789abcdef\n");
    if (mount("/run/journald.conf", "/etc/systemd/journald.conf", NULL, MS_BIND, NULL) != 0 ||
        mount("/run/machine-id", "/etc/machine-id", NULL, MS_BIND, NULL) != 0)
        skip_because("/etc/systemd/journald.conf or /etc/machine-id is missing");
}

static void enter_namespace(void) {
    if (access(JOURNALD, X_OK) != 0 || system("command -v journalctl >/dev/null") != 0)
        skip_because("systemd-journald or journalctl is not installed");
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", "/run", "tmpfs", 0, NULL) != 0)
        skip_because("not allowed to mount a file system");
    mkdir("/run/systemd", 0755);
}

static bool is_listening(void) {
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET};
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool is_there =
        connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0;
    close(fd);
    return is_there;
}

static void start_journald(void) {
    static const char *const arguments[] = {JOURNALD, NULL};
    journald = daemon_start(arguments, "/run/journald.output");
    require(journald > 0);
    require_soon(is_listening());
}

static void start_journal(void) {
    enter_namespace();
    configure();
    start_journald();
}

/* ---- what is in it ---- */

/* @return an array of all entries of this test, in order. */
static cJSON *read_entries(void) {
    static char output[OUTPUT_SIZE];
    FILE *pipe = popen("journalctl -D /run/log/journal -o json --all --no-pager "
                       "SYSLOG_IDENTIFIER=" NAME " 2>>/run/journalctl.output",
                       "r");
    require(pipe != NULL);
    const size_t len = fread(output, 1, sizeof output - 1, pipe);
    pclose(pipe);
    require(len < sizeof output - 1);
    output[len] = '\0';
    cJSON *entries = cJSON_CreateArray();
    const char *at = output;
    while (*at == '{')
        cJSON_AddItemToArray(entries, cJSON_ParseWithOpts(at, &at, 0)), at += *at == '\n';
    require(*at == '\0');
    return entries;
}

/* Wait until there are so many. */
static cJSON *await_entries(int count) {
    const time_t until = time(NULL) + DAEMON_PATIENCE_S;
    cJSON *entries = read_entries();
    while (cJSON_GetArraySize(entries) < count) {
        require(time(NULL) <= until);
        cJSON_Delete(entries);
        usleep(20000);
        entries = read_entries();
    }
    require(cJSON_GetArraySize(entries) == count);
    return entries;
}

static const char *get(const cJSON *entry, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(entry, name);
    return cJSON_IsString(item) ? item->valuestring : "(none)";
}

static void expect(const cJSON *entry, const char *name, const char *value) {
    if (strcmp(get(entry, name), value) == 0)
        return;
    fprintf(stderr, "%s is %s, not %s\n", name, get(entry, name), value);
    _exit(1);
}

static void expect_number(const cJSON *entry, const char *name, long value) {
    char text[32];
    snprintf(text, sizeof text, "%ld", value);
    expect(entry, name, text);
}

/* Fields that are no text are shown as arrays of bytes. */
static void expect_bytes(const cJSON *entry, const char *name, const char *bytes, size_t len) {
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(entry, name);
    require(cJSON_IsArray(array) && (size_t)cJSON_GetArraySize(array) == len);
    const cJSON *item = NULL;
    size_t at = 0;
    cJSON_ArrayForEach(item, array) require(item->valueint == (unsigned char)bytes[at++]);
}

/* ---- the logger ---- */

static jsonlog_handler *make_handler(size_t entry_max) {
    jsonlog_journald_options options = JSONLOG_JOURNALD_OPTIONS_INIT;
    jsonlog_handler *handler = NULL;
    jsonlog_err err = {.text = ""};
    options.identifier = NAME;
    options.entry_max = entry_max;
    options.with_timestamp = true;
    if (jsonlog_journald_handler_new(&options, &handler, &err) != JSONLOG_OK)
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

/* ---- fields ---- */

static void check_fields(void) {
    static const uint8_t uuid[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                     0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    start_journal();
    jsonlog_logger *log = logger_on(make_handler(0));
    const int line = __LINE__ + 1;
    jsonlog_error(log, "인증실패", "errorCode", "DA00012", "user",
                  jsonlog_object("id", INT64_C(-9007199254740993), "home", jsonlog_object("x", 1)),
                  "big", UINT64_MAX, "ratio", 20.0, "isNew", jsonlog_bool(true), "none",
                  jsonlog_null(), "list", jsonlog_array(1, "x"), "why", jsonlog_errno(2), "uid",
                  jsonlog_uuid(uuid), "took", jsonlog_duration_ns(1500000), "token",
                  jsonlog_secret("hidden"), "message", "mine", "2xx", 3, "empty", "");
    cJSON *entries = await_entries(1);
    const cJSON *entry = cJSON_GetArrayItem(entries, 0);
    static const char *const fields[][2] = {
        {"MESSAGE", "인증실패"},
        {"PRIORITY", "3"},
        {"LEVEL", "ERROR"},
        {"LOGGER", "payment"},
        {"CODE_FUNC", "check_fields"},
        {"ERROR_CODE", "DA00012"},
        {"USER_ID", "-9007199254740993"},
        {"USER_HOME_X", "1"},
        {"BIG", "18446744073709551615"},
        {"RATIO", "20.0"},
        {"IS_NEW", "true"},
        {"NONE", "null"},
        {"LIST", "[1,\"x\"]"},
        {"WHY_CODE", "2"},
        {"WHY_NAME", "ENOENT"},
        {"WHY_TEXT", "No such file or directory"},
        {"UID", "00112233-4455-6677-8899-aabbccddeeff"},
        {"TOOK", "0.0015"},
        {"TOKEN", "***"},
        {"FIELD_MESSAGE", "mine"},
        {"FIELD_2XX", "3"},
        {"EMPTY", ""},
        {"_TRANSPORT", "journal"},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        expect(entry, fields[i][0], fields[i][1]);
    require(strstr(get(entry, "CODE_FILE"), "test_fault_journald.c") != NULL);
    require(labs(strtol(get(entry, "CODE_LINE"), NULL, 10) - line) < 8);
    expect_number(entry, "TID", gettid());
    expect_number(entry, "_PID", getpid());
    require(strlen(get(entry, "TIMESTAMP")) == strlen("2026-11-22T08:07:45.784123456Z"));
    /* all that is ours is listed above */
    int ours = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, entry) ours += *item->string != '_';
    require(ours == (int)(sizeof fields / sizeof fields[0]) - 1 + 5);
}

static void check_priorities(void) {
    static const struct {
        int level;
        const char *priority;
    } cases[] = {{5, "7"}, {10, "7"}, {20, "6"}, {25, "6"}, {30, "4"}, {40, "3"}, {50, "2"}};
    start_journal();
    jsonlog_logger *log = logger_on(make_handler(0));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        jsonlog_log_fields(log, cases[i].level, "m", 1, NULL, 0);
    cJSON *entries = await_entries(sizeof cases / sizeof cases[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect(cJSON_GetArrayItem(entries, (int)i), "PRIORITY", cases[i].priority);
        require(cJSON_GetObjectItem(cJSON_GetArrayItem(entries, (int)i), "CODE_FILE") == NULL);
    }
}

static void check_bytes(void) {
    start_journal();
    jsonlog_logger *log = logger_on(make_handler(0));
    jsonlog_info(log, "two\nlines\n", "text", "a=b\n\n\"c\"", "binary",
                 jsonlog_bytes("\0\xFF\n\x80", 4), "broken", jsonlog_string("x\xFFy", 3), "nul",
                 jsonlog_string("a\0b", 3));
    cJSON *entries = await_entries(1);
    const cJSON *entry = cJSON_GetArrayItem(entries, 0);
    expect(entry, "MESSAGE", "two\nlines\n");
    expect(entry, "TEXT", "a=b\n\n\"c\"");
    expect_bytes(entry, "BINARY", "\0\xFF\n\x80", 4);
    expect_bytes(entry, "BROKEN", "x\xFFy", 3);
    expect_bytes(entry, "NUL", "a\0b", 3);
}

/* Beyond what a datagram holds. */
static void check_large(void) {
    static char text[700001], lines[100001];
    start_journal();
    jsonlog_logger *log = logger_on(make_handler((size_t)1 << 20));
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = (char)('a' + i * 7 % 26);
    for (size_t i = 0; i + 1 < sizeof lines; i++)
        lines[i] = i % 80 == 79 ? '\n' : 'x';
    jsonlog_info(log, "large", "text", text, "lines", lines);
    jsonlog_info(log, "small");
    cJSON *entries = await_entries(2);
    expect(cJSON_GetArrayItem(entries, 0), "TEXT", text);
    expect(cJSON_GetArrayItem(entries, 0), "LINES", lines);
    expect(cJSON_GetArrayItem(entries, 1), "MESSAGE", "small");
    require(cJSON_GetObjectItem(cJSON_GetArrayItem(entries, 0), "JSONLOG_TRUNCATED") == NULL);
}

/* The most parts that a vector of the kernel can hold. */
static void check_many_fields(void) {
    static char keys[256][8];
    jsonlog_field fields[256];
    start_journal();
    jsonlog_logger *log = logger_on(make_handler(0));
    for (int i = 0; i < 256; i++) {
        snprintf(keys[i], sizeof keys[i], "f%u", (unsigned)i % 1000);
        fields[i] = jsonlog_field_make(keys[i], jsonlog_from_string("a\nb"));
    }
    jsonlog_log_fields(log, JSONLOG_LEVEL_INFO, "m\nn", 3, fields, 256);
    cJSON *entries = await_entries(1);
    const cJSON *entry = cJSON_GetArrayItem(entries, 0);
    expect(entry, "F0", "a\nb");
    expect(entry, "F190", "a\nb");
    expect(entry, "F191", "(none)");
    expect(entry, "JSONLOG_DROPPED", "65");
}

static void check_json_message(void) {
    start_journal();
    jsonlog_handler *handler = make_handler(0);
    jsonlog_handler_set_formatter(handler, NULL);
    jsonlog_warn(logger_on(handler), "m", "a", 1);
    cJSON *entries = await_entries(1);
    const cJSON *entry = cJSON_GetArrayItem(entries, 0);
    cJSON *line = cJSON_Parse(get(entry, "MESSAGE"));
    require(line != NULL);
    expect(line, "message", "m");
    require(cJSON_GetObjectItem(line, "a")->valueint == 1);
    expect(entry, "PRIORITY", "4");
    expect(entry, "A", "(none)");
}

static void every_field_arrives(void **state) {
    (void)state;
    run_in_child(check_fields);
    run_in_child(check_priorities);
}
static void bytes_arrive(void **state) {
    (void)state;
    run_in_child(check_bytes);
}
static void large_entries_arrive(void **state) {
    (void)state;
    run_in_child(check_large);
    run_in_child(check_many_fields);
}
static void json_may_be_the_message(void **state) {
    (void)state;
    run_in_child(check_json_message);
}

/* ---- what goes wrong ---- */

/* What was refused is counted, and not accepted. */
static void report(const char *fault, const char *handler, uint64_t accepted) {
    print_fault((fault_report){fault, handler, 1, accepted, 0, 0});
}

/* @return the journal as it was when nobody took the five lines of the middle. */
static cJSON *lose_five(const char *fault, void (*stop)(void), void (*start)(void)) {
    start_journal();
    jsonlog_handler *handler = make_handler(0);
    jsonlog_logger *log = logger_on(handler);
    for (int i = 0; i < 20; i++)
        jsonlog_info(log, "before", "n", i);
    cJSON_Delete(await_entries(20));
    stop();
    for (int i = 0; i < 5; i++)
        jsonlog_info(log, "lost");
    require(stats_of(handler).lost == 5 && stats_of(handler).lines == 20);
    start();
    for (int i = 20; i < 30; i++)
        jsonlog_info(log, "after", "n", i);
    require(stats_of(handler).lost == 5 && stats_of(handler).lines == 31);
    cJSON *entries = await_entries(31);
    for (int i = 0; i < 30; i++)
        expect_number(cJSON_GetArrayItem(entries, i < 20 ? i : i + 1), "N", i);
    expect(cJSON_GetArrayItem(entries, 20), "MESSAGE", "lines lost");
    expect(cJSON_GetArrayItem(entries, 20), "PRIORITY", "4");
    expect(cJSON_GetArrayItem(entries, 20), "LOGGER", "jsonlog");
    expect(cJSON_GetArrayItem(entries, 20), "LOST", "5");
    report(fault, "journald", 31);
    return entries;
}

static void kill_journald(void) {
    daemon_kill(journald, SIGKILL);
}

static void hide_socket(void) {
    require(rename(SOCKET, SOCKET ".hidden") == 0);
}

static void show_socket(void) {
    require(rename(SOCKET ".hidden", SOCKET) == 0);
}

static void check_killed(void) {
    const cJSON *entries = lose_five("kill-9-of-peer", kill_journald, start_journald);
    expect(cJSON_GetArrayItem(entries, 20), "REASON", "ECONNREFUSED");
}

static void check_hidden(void) {
    const cJSON *entries = lose_five("socket-gone", hide_socket, show_socket);
    expect(cJSON_GetArrayItem(entries, 20), "REASON", "ENOENT");
}

static void check_absent(void) {
    jsonlog_handler *handler = NULL;
    jsonlog_err err;
    enter_namespace();
    require(jsonlog_journald_handler_new(NULL, &handler, &err) == JSONLOG_E_NOT_FOUND);
    require(strstr(err.text, "there is no journal here: " SOCKET) == err.text);
    jsonlog_journald_options options = JSONLOG_JOURNALD_OPTIONS_INIT;
    options.identifier = NAME;
    options.opens_late = true;
    require(jsonlog_journald_handler_new(&options, &handler, &err) == JSONLOG_OK);
    jsonlog_logger *log = logger_on(handler);
    jsonlog_info(log, "lost");
    require(stats_of(handler).lost == 1 && stats_of(handler).last_errno == ENOENT);
    configure();
    start_journald();
    jsonlog_info(log, "after");
    cJSON *entries = await_entries(2);
    expect(cJSON_GetArrayItem(entries, 0), "LOST", "1");
    expect(cJSON_GetArrayItem(entries, 1), "MESSAGE", "after");
    report("daemon-away", "journald", 2);
}

/* Something is there under the library's name that is no library. */
static void check_without_library(void) {
    static const char *const paths[] = {"/lib/x86_64-linux-gnu/libsystemd.so.0",
                                        "/lib/aarch64-linux-gnu/libsystemd.so.0",
                                        "/usr/lib/libsystemd.so.0", "/usr/lib64/libsystemd.so.0"};
    jsonlog_handler *handler = NULL;
    jsonlog_err err;
    int hidden = 0;
    enter_namespace();
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        hidden += mount("/dev/null", paths[i], NULL, MS_BIND, NULL) == 0;
    if (hidden == 0)
        skip_because("libsystemd is somewhere else here");
    require(jsonlog_journald_handler_new(NULL, &handler, &err) == JSONLOG_E_UNSUPPORTED);
    require(strcmp(err.text, "the journal cannot be written to: libsystemd.so.0 is not installed, "
                             "or too old") == 0);
}

static void lines_that_are_lost_are_reported(void **state) {
    (void)state;
    run_in_child(check_killed);
    run_in_child(check_hidden);
}
static void a_journal_may_come_later(void **state) {
    (void)state;
    run_in_child(check_absent);
}
static void a_missing_library_is_told(void **state) {
    (void)state;
    run_in_child(check_without_library);
}

/* ---- threads and processes ---- */

enum { THREADS = 4, RECORDS = 200 };

static void *log_records(void *argument) {
    jsonlog_logger *log = jsonlog_get("payment");
    for (int i = 0; i < RECORDS; i++)
        jsonlog_info(log, "m", "thread", *(int *)argument, "n", i);
    return NULL;
}

static void log_from_threads(void) {
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        require(pthread_create(&threads[i], NULL, log_records, &numbers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* Every record of every thread is there, once and in order. */
static void expect_all_records(const cJSON *entries) {
    int next[THREADS] = {0};
    const cJSON *entry = NULL;
    cJSON_ArrayForEach(entry, entries) {
        const int thread = atoi(get(entry, "THREAD"));
        require(thread >= 0 && thread < THREADS);
        expect_number(entry, "N", next[thread]++);
    }
}

static void check_threads(void) {
    start_journal();
    logger_on(make_handler(0));
    log_from_threads();
    expect_all_records(await_entries(THREADS * RECORDS));
}

/* Nobody waits for a journald that does not read, and nothing is lost once it goes on. */
static void check_stopped(void) {
    start_journal();
    jsonlog_handler *handler = make_handler(0);
    jsonlog_handler *async = jsonlog_async_handler_new(handler, NULL);
    require(async != NULL);
    logger_on(async);
    kill(journald, SIGSTOP);
    log_from_threads();
    kill(journald, SIGCONT);
    require(jsonlog_handler_flush(async) == JSONLOG_OK);
    require(stats_of(async).lost == 0 && stats_of(handler).lost == 0);
    const cJSON *entries = await_entries(THREADS * RECORDS);
    expect_all_records(entries);
    require(strstr(get(cJSON_GetArrayItem(entries, 0), "CODE_FILE"), "journald") != NULL);
    report("slow-reader", "async(journald)", THREADS * RECORDS);
}

static void check_fork(void) {
    start_journal();
    jsonlog_logger *log = logger_on(make_handler(0));
    jsonlog_info(log, "parent");
    const pid_t pid = fork();
    if (pid == 0) {
        jsonlog_info(log, "child");
        _exit(0);
    }
    int status = -1;
    require(waitpid(pid, &status, 0) == pid && status == 0);
    jsonlog_info(log, "parent again");
    const cJSON *entries = await_entries(3);
    expect_number(cJSON_GetArrayItem(entries, 0), "_PID", getpid());
    expect_number(cJSON_GetArrayItem(entries, 1), "TID", pid);
    expect(cJSON_GetArrayItem(entries, 2), "MESSAGE", "parent again");
    report("fork", "journald", 3);
}

static void threads_lose_nothing(void **state) {
    (void)state;
    run_in_child(check_threads);
}
static void a_stopped_journald_stops_nobody(void **state) {
    (void)state;
    run_in_child(check_stopped);
}
static void a_child_logs_as_itself(void **state) {
    (void)state;
    run_in_child(check_fork);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_arrives),
        cmocka_unit_test(bytes_arrive),
        cmocka_unit_test(large_entries_arrive),
        cmocka_unit_test(json_may_be_the_message),
        cmocka_unit_test(lines_that_are_lost_are_reported),
        cmocka_unit_test(a_journal_may_come_later),
        cmocka_unit_test(a_missing_library_is_told),
        cmocka_unit_test(threads_lose_nothing),
        cmocka_unit_test(a_stopped_journald_stops_nobody),
        cmocka_unit_test(a_child_logs_as_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
