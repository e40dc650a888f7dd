/** The handler with the real libsystemd, whose sendmsg() ends here instead of at a journal; needs
 * neither a journal nor root. tests/fault/test_fault_journald.c has the journal. */
#include <jsonlog/async.h>
#include <jsonlog/journald.h>
#include <jsonlog/jsonlog.h>

#include "support/failing_allocator.h"
#include "support/handler_lines.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* ---- the journal that stands in ---- */

static struct {
    char bytes[1 << 18]; /* of all entries, in the native protocol */
    size_t len;
    int entries;
    int passed_files; /* entries that came as a file */
    int error;        /* what sending fails with; 0: it does not */
    int looks;        /* how often the socket will be seen; -1: always */
    int large;        /* datagrams from this size on are too large; 0: none */
} journal;

int access(const char *path, int mode) {
    if (strcmp(path, JOURNAL_SOCKET) != 0)
        return faccessat(AT_FDCWD, path, mode, 0);
    if (journal.looks == 0) {
        errno = ENOENT;
        return -1;
    }
    journal.looks -= journal.looks > 0 ? 1 : 0;
    return 0;
}

static void take_bytes(const void *bytes, size_t len) {
    assert_true(journal.len + len < sizeof journal.bytes);
    memcpy(journal.bytes + journal.len, bytes, len);
    journal.len += len;
    journal.bytes[journal.len] = '\0';
}

static void take_file(const struct cmsghdr *control) {
    int fd = -1;
    char bytes[4096];
    memcpy(&fd, CMSG_DATA(control), sizeof fd);
    lseek(fd, 0, SEEK_SET);
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;)
        take_bytes(bytes, (size_t)n);
    journal.passed_files++;
}

/* Seen by libsystemd, too. */
__attribute__((visibility("default"))) ssize_t sendmsg(int fd, const struct msghdr *message,
                                                       int flags) {
    size_t len = 0;
    (void)fd, (void)flags;
    for (size_t i = 0; i < message->msg_iovlen; i++)
        len += message->msg_iov[i].iov_len;
    if (journal.error != 0 || (journal.large > 0 && len >= (size_t)journal.large)) {
        errno = journal.error != 0 ? journal.error : EMSGSIZE;
        return -1;
    }
    for (size_t i = 0; i < message->msg_iovlen; i++)
        take_bytes(message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
    if (message->msg_control != NULL)
        take_file(CMSG_FIRSTHDR(message));
    journal.entries++;
    return (ssize_t)len;
}

static void clear_journal(void) {
    memset(&journal, 0, sizeof journal);
    journal.looks = -1;
}

/* ---- helpers ---- */

#define NAME  "SYSLOG_IDENTIFIER=test_journald_handler\n"
#define LEVEL "LEVEL=INFO\nLOGGER=payment\n"

static jsonlog_journald_options defaults(void) {
    jsonlog_journald_options options = JSONLOG_JOURNALD_OPTIONS_INIT;
    return options;
}

static jsonlog_handler *make_handler(const jsonlog_journald_options *options) {
    jsonlog_handler *handler = NULL;
    jsonlog_err err = {.text = ""};
    if (jsonlog_journald_handler_new(options, &handler, &err) != JSONLOG_OK)
        fail_msg("%s", err.text);
    return handler;
}

static jsonlog_status write_level(jsonlog_handler *handler, int level, const char *text) {
    const jsonlog_line line = {.text = text, .len = strlen(text), .level = level};
    return jl_handler_write(handler, &line);
}

static void log_to(jsonlog_handler *handler, const char *message) {
    jsonlog_logger *log = jsonlog_get("payment");
    jsonlog_logger_set_handlers(log, &handler, 1);
    jsonlog_logger_set_propagate(log, false);
    const jsonlog_field field = jsonlog_field_make("errorCode", jsonlog_from_string("DA1"));
    jsonlog_log_fields(log, JSONLOG_LEVEL_INFO, message, strlen(message), &field, 1);
    jsonlog_logger_set_handlers(log, NULL, 0);
}

static const char *thread_line(void) {
    static char text[64];
    snprintf(text, sizeof text, "TID=%ld\n", (long)gettid());
    return text;
}

/* The journal holds one entry of log_to(): `front`, then what all have. */
static void expect_entry(const char *front) {
    char expected[1024];
    snprintf(expected, sizeof expected, "%s" LEVEL "%sERROR_CODE=DA1\n", front, thread_line());
    assert_string_equal(journal.bytes, expected);
    assert_int_equal(journal.entries, 1);
}

/* ---- making one ---- */

static void wrong_options_are_refused(void **state) {
    (void)state;
    static char long_name[257];
    memset(long_name, 'x', 256);
    static const struct {
        const char *identifier, *prefix;
        size_t entry_max, size;
        const char *sentence;
    } cases[] = {
        {"", NULL, 0, 0, "an identifier has 1 to 255 bytes and no newline"},
        {"a\nb", NULL, 0, 0, "an identifier has 1 to 255 bytes and no newline"},
        {long_name, NULL, 0, 0, "an identifier has 1 to 255 bytes and no newline"},
        {NULL, "app_", 0, 0, "\"app_\" cannot begin the name of a field of the journal"},
        {NULL, NULL, 1, 0, "an entry of the journal may have 1,024 to 16,777,216 bytes, not 1"},
        {NULL, NULL, 0, 1, "wrong size of jsonlog_journald_options"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jsonlog_journald_options options = defaults();
        jsonlog_handler *handler = NULL;
        jsonlog_err err;
        options.identifier = cases[i].identifier;
        options.field_prefix = cases[i].prefix;
        options.entry_max = cases[i].entry_max;
        if (cases[i].size != 0)
            options.size = cases[i].size;
        assert_int_equal(jsonlog_journald_handler_new(&options, &handler, &err), JSONLOG_E_INVALID);
        assert_string_equal(err.text, cases[i].sentence);
        assert_int_equal(jsonlog_journald_handler_new(&options, &handler, NULL), JSONLOG_E_INVALID);
        assert_null(handler);
    }
    assert_int_equal(jsonlog_journald_handler_new(NULL, NULL, NULL), JSONLOG_E_INVALID);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    jsonlog_handler *handler = NULL;
    int failures = 0;
    for (; handler == NULL; failures++) {
        jsonlog_err err;
        assert_true(failures < 20);
        allocations_left = failures;
        const jsonlog_status status = jsonlog_journald_handler_new(NULL, &handler, &err);
        allocations_left = -1;
        assert_true(status == JSONLOG_OK || status == JSONLOG_E_NOMEM);
    }
    assert_int_equal(failures, 5); /* two of the handler, the formatter, the settings */
    jsonlog_handler_release(handler);
}

static void a_missing_journal_is_told(void **state) {
    (void)state;
    jsonlog_handler *handler = NULL;
    jsonlog_err err;
    journal.looks = 0;
    assert_int_equal(jsonlog_journald_handler_new(NULL, &handler, &err), JSONLOG_E_NOT_FOUND);
    assert_string_equal(err.text,
                        "there is no journal here: " JOURNAL_SOCKET ": No such file or directory");
    assert_null(handler);
    jsonlog_journald_options options = defaults();
    options.opens_late = true;
    jsonlog_handler_release(make_handler(&options));
}

/* ---- entries ---- */

static void a_record_is_an_entry(void **state) {
    (void)state;
    jsonlog_handler *handler = make_handler(NULL);
    log_to(handler, "expired");
    expect_entry(NAME "PRIORITY=6\nMESSAGE=expired\n");
    assert_int_equal(stats_of(handler).lines, 1);
    jsonlog_handler_release(handler);
}

static void options_change_entries(void **state) {
    (void)state;
    jsonlog_journald_options options = defaults();
    options.identifier = "service";
    options.field_prefix = "APP_";
    jsonlog_handler *handler = make_handler(&options);
    log_to(handler, "m");
    assert_non_null(strstr(journal.bytes, "SYSLOG_IDENTIFIER=service\n"));
    assert_non_null(strstr(journal.bytes, "\nAPP_ERROR_CODE=DA1\n"));
    jsonlog_handler_release(handler);
}

static void the_place_of_a_call_is_told(void **state) {
    (void)state;
    jsonlog_handler *handler = make_handler(NULL);
    jsonlog_logger *log = jsonlog_get("payment");
    char line[64];
    jsonlog_logger_set_handlers(log, &handler, 1);
    jsonlog_logger_set_propagate(log, false);
    snprintf(line, sizeof line, "\nCODE_LINE=%d\n", __LINE__ + 1);
    jsonlog_error(log, "m");
    jsonlog_logger_set_handlers(log, NULL, 0);
    assert_non_null(strstr(journal.bytes, "test_journald_handler.c\n"));
    assert_non_null(strstr(journal.bytes, line));
    assert_non_null(strstr(journal.bytes, "\nCODE_FUNC=the_place_of_a_call_is_told\n"));
    assert_non_null(strstr(journal.bytes, "\nPRIORITY=3\n"));
    jsonlog_handler_release(handler);
}

/* A value of several lines travels with its length in front. */
static void newlines_travel(void **state) {
    (void)state;
    jsonlog_handler *handler = make_handler(NULL);
    log_to(handler, "a\nb");
    static const char field[] = "MESSAGE\n\3\0\0\0\0\0\0\0a\nb\n";
    assert_non_null(memmem(journal.bytes, journal.len, field, sizeof field - 1));
    jsonlog_handler_release(handler);
}

static void an_async_handler_changes_nothing(void **state) {
    (void)state;
    jsonlog_handler *handler = make_handler(NULL);
    jsonlog_handler *async = jsonlog_async_handler_new(handler, NULL);
    assert_non_null(async);
    log_to(async, "m");
    assert_int_equal(jsonlog_handler_flush(async), JSONLOG_OK);
    expect_entry(NAME "PRIORITY=6\nMESSAGE=m\n");
    jsonlog_handler_release(async);
    jsonlog_handler_release(handler);
}

static void lines_of_other_formatters_are_messages(void **state) {
    (void)state;
    static const struct {
        int level;
        const char *line, *entry;
    } cases[] = {
        {JSONLOG_LEVEL_TRACE, "{}\n", NAME "PRIORITY=7\nMESSAGE={}\n"},
        {JSONLOG_LEVEL_DEBUG, "x", NAME "PRIORITY=7\nMESSAGE=x\n"},
        {JSONLOG_LEVEL_INFO, "", NAME "PRIORITY=6\nMESSAGE=\n"},
        {JSONLOG_LEVEL_WARN, "x \n", NAME "PRIORITY=4\nMESSAGE=x \n"},
        {JSONLOG_LEVEL_ERROR, "x", NAME "PRIORITY=3\nMESSAGE=x\n"},
        {JSONLOG_LEVEL_FATAL, "\n", NAME "PRIORITY=2\nMESSAGE=\n"},
    };
    jsonlog_handler *handler = make_handler(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clear_journal();
        assert_int_equal(write_level(handler, cases[i].level, cases[i].line), JSONLOG_OK);
        assert_string_equal(journal.bytes, cases[i].entry);
    }
    clear_journal();
    jsonlog_handler_set_formatter(handler, NULL);
    log_to(handler, "m");
    assert_non_null(strstr(journal.bytes, "\nMESSAGE={\"timestamp\":"));
    assert_non_null(strstr(journal.bytes, ",\"message\":\"m\",\"errorCode\":\"DA1\"}\n"));
    assert_null(strstr(journal.bytes, "\nERROR_CODE"));
    jsonlog_handler_release(handler);
}

/* Bytes that begin like an entry and are none. */
static void broken_entries_are_messages(void **state) {
    (void)state;
    static const char lines[][12] = {"\0", "\0\4\0\0", "\0\4\0\0\0A=", "\0\1\0\0\0A=b"};
    static const size_t lens[] = {1, 4, 7, 8};
    jsonlog_handler *handler = make_handler(NULL);
    for (size_t i = 0; i < 4; i++) {
        clear_journal();
        const jsonlog_line line = {.text = lines[i], .len = lens[i], .level = 20};
        assert_int_equal(jl_handler_write(handler, &line), JSONLOG_OK);
        assert_non_null(memmem(journal.bytes, journal.len, "MESSAGE=\0", i == 0 ? 8 : 9));
    }
    jsonlog_handler_release(handler);
}

static void a_large_entry_is_passed_as_a_file(void **state) {
    (void)state;
    static char text[100001];
    memset(text, 'x', sizeof text - 1);
    journal.large = 50000;
    jsonlog_journald_options options = defaults();
    options.entry_max = 1 << 20;
    jsonlog_handler *handler = make_handler(&options);
    log_to(handler, text);
    assert_int_equal(journal.passed_files, 1);
    const char *message = strstr(journal.bytes, "\nMESSAGE=x");
    assert_non_null(message);
    assert_int_equal(strspn(message + 9, "x"), 100000);
    jsonlog_handler_release(handler);
}

/* ---- what goes wrong ---- */

static void expect_loss(jsonlog_handler *handler, int error, const char *reason) {
    const jsonlog_handler_stats stats = stats_of(handler);
    assert_int_equal(stats.lost, 1);
    assert_int_equal(stats.last_errno, error);
    clear_journal();
    log_to(handler, "after");
    assert_int_equal(journal.entries, 2);
    char report[256];
    snprintf(report, sizeof report, "\nLOST=1\nREASON=%s\n" NAME "PRIORITY=6\nMESSAGE=after\n",
             reason);
    assert_non_null(strstr(journal.bytes, NAME "PRIORITY=4\nMESSAGE=lines lost\nLEVEL=WARN\n"
                                               "LOGGER=jsonlog\n"));
    assert_non_null(strstr(journal.bytes, report));
    assert_int_equal(stats_of(handler).lost, 1);
    jsonlog_handler_release(handler);
}

static void a_journal_that_has_gone_is_reported(void **state) {
    (void)state;
    for (int looks = 0; looks < 2; looks++) { /* before the call, and after it */
        jsonlog_handler *handler = make_handler(NULL);
        clear_journal();
        journal.looks = looks;
        log_to(handler, "lost");
        assert_int_equal(journal.entries, looks);
        expect_loss(handler, ENOENT, "ENOENT");
    }
}

static void a_refusal_is_reported(void **state) {
    (void)state;
    static const struct {
        int error;
        const char *name;
    } cases[] = {{ECONNREFUSED, "ECONNREFUSED"}, {EAGAIN, "EAGAIN"}, {EPERM, "EPERM"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jsonlog_handler *handler = make_handler(NULL);
        clear_journal();
        journal.error = cases[i].error;
        log_to(handler, "lost");
        assert_int_equal(journal.entries, 0);
        assert_int_equal(stats_of(handler).lost_again, cases[i].error == EAGAIN);
        expect_loss(handler, cases[i].error, cases[i].name);
    }
}

static void a_full_queue_is_told_from_a_failure(void **state) {
    (void)state;
    jsonlog_handler *handler = make_handler(NULL);
    journal.error = EAGAIN;
    assert_int_equal(write_level(handler, 20, "x"), JSONLOG_E_AGAIN);
    journal.error = EPERM;
    assert_int_equal(write_level(handler, 20, "x"), JSONLOG_E_IO);
    jsonlog_handler_release(handler);
}

static void a_long_line_may_lack_memory(void **state) {
    (void)state;
    jsonlog_handler *handler = make_handler(NULL);
    allocations_left = 0;
    assert_int_equal(write_level(handler, 20, "x"), JSONLOG_E_NOMEM);
    allocations_left = -1;
    assert_int_equal(stats_of(handler).last_errno, ENOMEM);
    assert_int_equal(write_level(handler, 20, "x"), JSONLOG_OK);
    jsonlog_handler_release(handler);
}

static void a_child_goes_on(void **state) {
    (void)state;
    jsonlog_handler *handler = make_handler(NULL);
    write_level(handler, 20, "parent");
    const pid_t pid = fork();
    if (pid == 0) {
        clear_journal();
        log_to(handler, "child");
        write_level(handler, 20, "line");
        _exit(journal.entries == 2 && strstr(journal.bytes, "MESSAGE=child\n") != NULL &&
                      strstr(journal.bytes, "MESSAGE=line\n") != NULL
                  ? 0
                  : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    jsonlog_handler_release(handler);
}

static int start_empty(void **state) {
    (void)state;
    clear_journal();
    return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, start_empty)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(wrong_options_are_refused),
        TEST(every_allocation_may_fail),
        TEST(a_missing_journal_is_told),
        TEST(a_record_is_an_entry),
        TEST(options_change_entries),
        TEST(the_place_of_a_call_is_told),
        TEST(newlines_travel),
        TEST(an_async_handler_changes_nothing),
        TEST(lines_of_other_formatters_are_messages),
        TEST(broken_entries_are_messages),
        TEST(a_large_entry_is_passed_as_a_file),
        TEST(a_journal_that_has_gone_is_reported),
        TEST(a_refusal_is_reported),
        TEST(a_full_queue_is_told_from_a_failure),
        TEST(a_long_line_may_lack_memory),
        TEST(a_child_goes_on),
    };
    if (dlopen("libsystemd.so.0", RTLD_NOW) == NULL) {
        print_message("libsystemd is not installed: skipped\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
