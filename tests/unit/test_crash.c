/** The FATAL line of a crash, what is written in front of it, and how the process ends. */
#include <jsonlog/async.h>
#include <jsonlog/crash.h>
#include <jsonlog/redact.h>
#include <jsonlog/jsonlog.h>

#include "handler/crash_line.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "support/log_files.h"

#include "support/crash_child.h"

/* ---- each signal ---- */

typedef struct crash_case {
    int signal;
    void (*crash)(void);
    const char *says; /* NULL: the child's own pid */
    bool is_fault;
} crash_case;

static const crash_case cases[] = {
    {SIGSEGV, crash_segv, "\"errorMessage\":\"signal 11 (SIGSEGV) at address 0x8\",\"signal\":11,",
     true},
    {SIGABRT, crash_abrt, "\"errorMessage\":\"signal 6 (SIGABRT) sent by process ", false},
    {SIGBUS, crash_bus, "\"errorMessage\":\"signal 7 (SIGBUS) at address 0x", true},
    {SIGFPE, crash_fpe, "\"errorMessage\":\"signal 8 (SIGFPE) at address 0x", true},
    {SIGILL, crash_ill, "\"errorMessage\":\"signal 4 (SIGILL) at address 0x", true},
};

static void crash_plainly(void *argument) {
    const crash_case *c = argument;
    c->crash();
}

static void crash_installed(void *argument) {
    const crash_case *c = argument;
    install_to(log_to_file((jsonlog_write_policy){NULL, 0, 0, 0}));
    c->crash();
}

static uintptr_t first_frame(const char *line) {
    return (uintptr_t)strtoull(strstr(line, "\"backtrace\":[\"") + 14, NULL, 16);
}

static void ends_as_without_us_and_says_why(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        crash_case c = cases[i];
        const int plain = status_of(crash_plainly, &c);
        assert_int_equal(WIFSIGNALED(plain) ? WTERMSIG(plain) : -WEXITSTATUS(plain), c.signal);
        assert_int_equal(status_of(crash_installed, &c), plain); /* with the core flag */
        const char *line = fatal_line_in(content_of("log"));
        assert_int_equal(strncmp(line, "{\"timestamp\":\"20", 16), 0);
        assert_non_null(strstr(line, "Z\",\"logType\":\"FATAL\",\"logger\":\"jsonlog\","));
        assert_non_null(strstr(line, c.says));
        assert_int_equal(number_in(line, "signal"), c.signal);
        assert_true(c.is_fault == (number_in(line, "code") > 0));
        assert_true(number_in(line, "thread") > 0);
        assert_int_equal(number_in(line, "flushed"), 0);
        assert_int_equal(number_in(line, "lost"), 0);
        assert_int_equal(number_in(line, "unflushed"), 0);
        assert_true(count_in(line, " test_crash+0x") >= 2); /* and its callers */
        unlink(in_directory("log"));
    }
}

/* The child has the parent's addresses. */
static void the_backtrace_begins_where_it_crashed(void **state) {
    (void)state;
    crash_case c = cases[0];
    status_of(crash_installed, &c);
    const char *line = fatal_line_in(content_of("log"));
    const uintptr_t frame = first_frame(line);
    assert_true(frame >= (uintptr_t)crash_segv && frame < (uintptr_t)crash_segv + CRASHING_BYTES);
    assert_int_equal(
        strncmp(strchr(strstr(line, "\"backtrace\":[\"0x"), ' '), " test_crash+0x", 14), 0);
    unlink(in_directory("log"));
}

/* ---- what is held in memory ---- */

enum { HELD = 20 };

static void log_and_crash(jsonlog_handler *handler) {
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    for (int i = 0; i < HELD; i++)
        jsonlog_info(jsonlog_root(), "held", "n", i);
    install_to(handler);
    crash_segv();
}

static void crash_with_a_buffer(void *argument) {
    (void)argument;
    log_and_crash(log_to_file(jsonlog_buffered(65536, 60000)));
}

static void crash_with_a_ring(void *argument) {
    (void)argument;
    jsonlog_handler *file = log_to_file((jsonlog_write_policy){NULL, 0, 0, 0});
    log_and_crash(jsonlog_async_handler_new(file, NULL));
}

static void crash_with_both(void *argument) {
    (void)argument;
    jsonlog_handler *file = log_to_file(jsonlog_buffered(65536, 60000));
    log_and_crash(jsonlog_async_handler_new(file, NULL));
}

static void assert_held_lines_come_first(void (*body)(void *), long flushed) {
    char expected[64];
    const int status = status_of(body, NULL);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    const char *text = content_of("log");
    for (int i = 0; i < HELD; i++) {
        snprintf(expected, sizeof expected, "\"message\":\"held\",\"n\":%d}\n", i);
        text = strstr(text, expected);
        assert_non_null(text);
        text += strlen(expected);
    }
    assert_true(fatal_line_in(text) == text);
    if (flushed >= 0)
        assert_int_equal(number_in(text, "flushed"), flushed);
    assert_int_equal(number_in(text, "lost"), 0);
    assert_int_equal(number_in(text, "unflushed"), 0);
    unlink(in_directory("log"));
}

/* What the thread of the ring writes by itself is no rescue. */
static void writes_what_is_held(void **state) {
    (void)state;
    assert_held_lines_come_first(crash_with_a_buffer, HELD);
    assert_held_lines_come_first(crash_with_a_ring, -1);
    assert_held_lines_come_first(crash_with_both, HELD);
}

/* ---- where it goes ---- */

static void crash_to_descriptor(void *argument) {
    jsonlog_crash_options options = JSONLOG_CRASH_OPTIONS_INIT;
    options.descriptor = *(int *)argument;
    options.wait_ms = 200;
    if (jsonlog_crash_install(&options, NULL) != JSONLOG_OK)
        _exit(96);
    crash_segv();
}

static void goes_to_standard_error_by_default(void **state) {
    (void)state;
    int none = 0;
    assert_int_equal(WTERMSIG(status_of(crash_to_descriptor, &none)), SIGSEGV);
    assert_non_null(strstr(fatal_line_in(content_of("stderr")), "(SIGSEGV) at address 0x8"));
    unlink(in_directory("stderr"));
}

static void does_not_wait_for_a_full_pipe(void **state) {
    (void)state;
    int ends[2];
    static char filler[1 << 20];
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    while (write(ends[1], filler, sizeof filler) > 0)
        continue;
    fcntl(ends[1], F_SETFL, 0);
    const int status = status_of(crash_to_descriptor, &ends[1]);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV); /* and not SIGALRM */
    close(ends[0]), close(ends[1]);
}

static void crash_into_a_closed_handler(void *argument) {
    int ends[2];
    (void)argument;
    if (pipe(ends) != 0)
        _exit(95);
    close(ends[0]);
    install_to(jsonlog_stream_handler_new(ends[1], NULL));
    crash_segv();
}

static void falls_back_to_standard_error(void **state) {
    (void)state;
    assert_int_equal(WTERMSIG(status_of(crash_into_a_closed_handler, NULL)), SIGSEGV);
    assert_non_null(strstr(fatal_line_in(content_of("stderr")), "(SIGSEGV)"));
    unlink(in_directory("stderr"));
}

/* ---- names and fields ---- */

static void hide_passwords(void) {
    const jsonlog_redact_rule rule = jsonlog_redact_key("password");
    jsonlog_redaction *set = jsonlog_redaction_new(&rule, 1, NULL, NULL);
    if (set == NULL || jsonlog_set_redaction(set) != JSONLOG_OK)
        _exit(97);
    jsonlog_redaction_release(set);
}

static void crash_with_names(void *argument) {
    (void)argument;
    hide_passwords();
    const jsonlog_field fields[] = {
        jsonlog_field_make("service.name", jsonlog_from_string("pay\"ment")),
        jsonlog_field_make("user", jsonlog_from_uint64(7)),
        jsonlog_field_make("errorMessage", jsonlog_from_string("mine")),
        jsonlog_field_make("password", jsonlog_from_string("hunter2")),
    };
    jsonlog_crash_options options = JSONLOG_CRASH_OPTIONS_INIT;
    options.timestamp_key = "@timestamp";
    options.level_key = "log.level";
    options.level_text = "fatal";
    options.logger_key = "log.logger";
    options.logger = "pay\nment";
    options.message_key = "message";
    options.fields = fields;
    options.field_count = 4;
    if (jsonlog_crash_install(&options, NULL) != JSONLOG_OK)
        _exit(96);
    crash_segv();
}

static void takes_names_and_fields(void **state) {
    (void)state;
    assert_int_equal(WTERMSIG(status_of(crash_with_names, NULL)), SIGSEGV);
    const char *line = fatal_line_in(content_of("stderr"));
    assert_int_equal(strncmp(line, "{\"@timestamp\":\"20", 17), 0);
    assert_non_null(strstr(line, "Z\",\"log.level\":\"fatal\",\"log.logger\":\"pay\\nment\","
                                 "\"message\":\"signal 11 (SIGSEGV) at address 0x8\","
                                 "\"service.name\":\"pay\\\"ment\",\"user\":7,"
                                 "\"errorMessage_2\":\"mine\",\"password\":\"[REDACTED]\","
                                 "\"signal\":11,\"code\":1,\"thread\":"));
    unlink(in_directory("stderr"));
}

static void says_what_is_wrong(void **state) {
    (void)state;
    static char longer[JSONLOG_CRASH_FIELDS_MAX + 1];
    memset(longer, 'x', sizeof longer - 1);
    const jsonlog_field twice = jsonlog_field_make("backtrace", jsonlog_from_string("mine"));
    const jsonlog_field large = jsonlog_field_make("large", jsonlog_from_string(longer));
    jsonlog_handler *memory = jsonlog_memory_handler_new(1024);
    const struct {
        jsonlog_crash_options options;
        jsonlog_status status;
        const char *text;
    } wrong[] = {
        {{.size = 1}, JSONLOG_E_INVALID, "wrong size of jsonlog_crash_options"},
        {{.size = sizeof(jsonlog_crash_options), .signals = 32},
         JSONLOG_E_INVALID,
         "the crash options have a signal that there is not, or no fields"},
        {{.size = sizeof(jsonlog_crash_options), .field_count = 1},
         JSONLOG_E_INVALID,
         "the crash options have a signal that there is not, or no fields"},
        {{.size = sizeof(jsonlog_crash_options), .handler = memory},
         JSONLOG_E_INVALID,
         "a crash can only be written to a stream, file or rotating handler"},
        {{.size = sizeof(jsonlog_crash_options), .descriptor = 999},
         JSONLOG_E_INVALID,
         "the descriptor 999 is not open for writing"},
        {{.size = sizeof(jsonlog_crash_options), .fields = &twice, .field_count = 1},
         JSONLOG_E_INVALID,
         "the FATAL line would have the key \"backtrace\" twice"},
        {{.size = sizeof(jsonlog_crash_options), .logger_key = "logType"},
         JSONLOG_E_INVALID,
         "the FATAL line would have the key \"logType\" twice"},
        {{.size = sizeof(jsonlog_crash_options), .fields = &large, .field_count = 1},
         JSONLOG_E_LIMIT,
         "names and fields take more than 1024 bytes"},
        {{.size = sizeof(jsonlog_crash_options), .fields = &large, .field_count = 33},
         JSONLOG_E_LIMIT,
         "more than 32 fields"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        jsonlog_err err;
        assert_int_equal(jsonlog_crash_install(&wrong[i].options, &err), wrong[i].status);
        assert_int_equal(err.code, wrong[i].status);
        assert_string_equal(err.text, wrong[i].text);
        assert_int_equal(jsonlog_crash_install(&wrong[i].options, NULL), wrong[i].status);
    }
    jsonlog_handler_release(memory);
}

/* ---- install and uninstall ---- */

static void own_handler(int number) {
    (void)number;
}

static void puts_back_what_was_there(void **state) {
    (void)state;
    struct sigaction mine = {.sa_flags = SA_ONSTACK | SA_NODEFER}, ours, later;
    mine.sa_handler = own_handler;
    sigemptyset(&mine.sa_mask);
    sigaddset(&mine.sa_mask, SIGUSR2);
    struct sigaction old_bus, old_fpe;
    sigaction(SIGBUS, &mine, &old_bus);
    sigaction(SIGFPE, NULL, &old_fpe);
    jsonlog_crash_options options = JSONLOG_CRASH_OPTIONS_INIT;
    options.signals = JSONLOG_CRASH_BUS | JSONLOG_CRASH_FPE;
    assert_int_equal(jsonlog_crash_install(&options, NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_crash_install(&options, NULL), JSONLOG_E_STATE);
    assert_int_equal(jsonlog_crash_refresh(), JSONLOG_OK);
    sigaction(SIGBUS, NULL, &ours);
    assert_true(ours.sa_handler != own_handler);
    later = mine;
    sigaction(SIGFPE, &later, NULL); /* somebody else comes after us */
    jsonlog_crash_uninstall();
    sigaction(SIGBUS, NULL, &later);
    assert_true(later.sa_handler == own_handler && sigismember(&later.sa_mask, SIGUSR2) == 1);
    assert_int_equal(later.sa_flags & (SA_ONSTACK | SA_NODEFER | SA_SIGINFO),
                     SA_ONSTACK | SA_NODEFER);
    sigaction(SIGFPE, NULL, &later);
    assert_true(later.sa_handler == own_handler); /* stays */
    assert_int_equal(jsonlog_crash_refresh(), JSONLOG_E_STATE);
    jsonlog_crash_uninstall();
    sigaction(SIGBUS, &old_bus, NULL);
    sigaction(SIGFPE, &old_fpe, NULL);
}

static void needs_memory(void **state) {
    (void)state;
    jsonlog_err err;
    jsonlog_status status = JSONLOG_E_NOMEM;
    int tries = 0;
    for (; status != JSONLOG_OK; tries++) {
        allocations_left = tries;
        status = jsonlog_crash_install(NULL, &err);
        allocations_left = -1;
        assert_true(status == JSONLOG_OK || status == JSONLOG_E_NOMEM);
        assert_true(tries < 10);
    }
    assert_true(tries >= 2);
    allocations_left = 0;
    assert_int_equal(jsonlog_crash_refresh(), JSONLOG_E_NOMEM);
    allocations_left = -1;
    jsonlog_crash_uninstall();
}

static void keeps_the_handler(void **state) {
    (void)state;
    jsonlog_handler *file = NULL;
    assert_int_equal(jsonlog_file_handler_new(in_directory("kept"), NULL, &file, NULL), JSONLOG_OK);
    jsonlog_crash_options options = JSONLOG_CRASH_OPTIONS_INIT;
    options.handler = file;
    assert_int_equal(jsonlog_crash_install(&options, NULL), JSONLOG_OK);
    jsonlog_handler_release(file);
    assert_int_equal(jsonlog_handler_flush(file), JSONLOG_OK); /* alive; ASan would tell */
    jsonlog_crash_uninstall();
}

/* ---- stacks ---- */

static volatile bool goes_on = true;

UNCHECKED static int overflow(int depth) {
    volatile char room[4096];
    room[0] = (char)depth;
    return goes_on ? overflow(depth + 1) + room[0] : room[0];
}

static void *overflow_on_thread(void *is_registered) {
    if (*(bool *)is_registered && jsonlog_crash_thread_enter() != JSONLOG_OK)
        _exit(94);
    if (!*(bool *)is_registered)
        sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL); /* a sanitizer gives it one */
    overflow(0);
    return NULL;
}

static void overflow_here(void *argument) {
    (void)argument;
    install_to(log_to_file((jsonlog_write_policy){0}));
    overflow(0);
}

static void overflow_there(void *is_registered) {
    pthread_t thread;
    install_to(log_to_file((jsonlog_write_policy){0}));
    pthread_create(&thread, NULL, overflow_on_thread, is_registered);
    pthread_join(thread, NULL);
}

static void reports_an_overflow_of_the_stack(void **state) {
    (void)state;
    bool is_registered = true;
    assert_int_equal(WTERMSIG(status_of(overflow_here, NULL)), SIGSEGV);
    const char *line = fatal_line_in(content_of("log"));
    assert_true(count_in(line, " test_crash+0x") > 16);
    unlink(in_directory("log"));
    assert_int_equal(WTERMSIG(status_of(overflow_there, &is_registered)), SIGSEGV);
    assert_true(count_in(fatal_line_in(content_of("log")), " test_crash+0x") > 16);
    unlink(in_directory("log"));
    is_registered = false; /* nothing can run there: the kernel ends the process */
    assert_int_equal(WTERMSIG(status_of(overflow_there, &is_registered)), SIGSEGV);
    assert_string_equal(content_of("log"), "");
    unlink(in_directory("log"));
}

static void *enter_and_leave(void *argument) {
    stack_t before, during, after;
    static const stack_t none = {.ss_flags = SS_DISABLE};
    (void)argument;
    sigaltstack(NULL, &before);
    sigaltstack(&none, NULL);
    assert_int_equal(jsonlog_crash_thread_enter(), JSONLOG_OK);
    sigaltstack(NULL, &during);
    assert_true((during.ss_flags & SS_DISABLE) == 0 && during.ss_size >= 65536);
    assert_int_equal(jsonlog_crash_thread_enter(), JSONLOG_OK);
    sigaltstack(NULL, &after);
    assert_ptr_equal(after.ss_sp, during.ss_sp);
    jsonlog_crash_thread_leave();
    sigaltstack(NULL, &after);
    assert_true((after.ss_flags & SS_DISABLE) != 0);
    jsonlog_crash_thread_leave();
    static char foreign[32768]; /* one that is large enough is left alone */
    const stack_t given = {.ss_sp = foreign, .ss_size = sizeof foreign};
    sigaltstack(&given, NULL);
    assert_int_equal(jsonlog_crash_thread_enter(), JSONLOG_OK);
    sigaltstack(NULL, &after);
    assert_ptr_equal(after.ss_sp, foreign);
    sigaltstack(&none, NULL);
    assert_int_equal(jsonlog_crash_thread_enter(), JSONLOG_OK); /* ends with the thread */
    if ((before.ss_flags & SS_DISABLE) == 0) {
        jsonlog_crash_thread_leave();
        sigaltstack(&before, NULL); /* a sanitizer's, which it will look for */
    }
    return NULL;
}

static void gives_threads_a_stack_for_signals(void **state) {
    (void)state;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, enter_and_leave, NULL), 0);
    pthread_join(thread, NULL);
}

/* ---- the line by itself ---- */

static void the_longest_line_fits(void **state) {
    (void)state;
    static char out[JSONLOG_CRASH_LINE_MAX + 1], filler[900];
    static jl_crash_head head;
    memset(filler, 'x', sizeof filler - 1);
    const jsonlog_field field = jsonlog_field_make("filler", jsonlog_from_string(filler));
    jsonlog_crash_options options = JSONLOG_CRASH_OPTIONS_INIT;
    options.fields = &field;
    options.field_count = 1;
    assert_int_equal(jl_crash_head_init(&head, &options, NULL), JSONLOG_OK);
    jl_modules *modules = calloc(1, sizeof *modules + sizeof modules->list[0]);
    modules->count = 1;
    modules->list[0] = (jl_module){.end = UINTPTR_MAX, .name_len = JL_MODULE_NAME_MAX};
    memset(modules->list[0].name, '\x01', JL_MODULE_NAME_MAX); /* six bytes each */
    const siginfo_t info = {.si_code = INT32_MIN};
    jl_crash_report report = {.signal = SIGSEGV,
                              .info = &info,
                              .time_ns = 1795334865784999999,
                              .thread = UINT64_MAX,
                              .frame_count = JSONLOG_CRASH_FRAMES_MAX,
                              .rescue = {.flushed = UINT64_MAX, .lost = UINT64_MAX}};
    report.rescue.unflushed = UINT64_MAX;
    for (int i = 0; i < JSONLOG_CRASH_FRAMES_MAX; i++)
        report.frames[i] = (void *)(UINTPTR_MAX - 1);
    const size_t len = jl_crash_line(out, &head, &report, modules);
    assert_true(len <= JSONLOG_CRASH_LINE_MAX && json_check_line(out, len));
    assert_non_null(strstr(out, "{\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"logType\":"));
    assert_non_null(strstr(out, "\"code\":-2147483648,\"thread\":18446744073709551615,"));
    assert_int_equal(strcmp(out + len - 24, "18446744073709551615}\n") > 0, 0);
    const int frames = count_in(out, "\\u0001+0xfffffffffffffffe\"");
    assert_true(frames > 5 && frames < JSONLOG_CRASH_FRAMES_MAX); /* those that fit */
    report.frame_count = 0;
    assert_true(json_check_line(out, jl_crash_line(out, &head, &report, NULL)));
    free(modules);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_as_without_us_and_says_why),
        cmocka_unit_test(the_backtrace_begins_where_it_crashed),
        cmocka_unit_test(writes_what_is_held),
        cmocka_unit_test(goes_to_standard_error_by_default),
        cmocka_unit_test(does_not_wait_for_a_full_pipe),
        cmocka_unit_test(falls_back_to_standard_error),
        cmocka_unit_test(takes_names_and_fields),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(puts_back_what_was_there),
        cmocka_unit_test(needs_memory),
        cmocka_unit_test(keeps_the_handler),
        cmocka_unit_test(reports_an_overflow_of_the_stack),
        cmocka_unit_test(gives_threads_a_stack_for_signals),
        cmocka_unit_test(the_longest_line_fits),
    };
    if (use_failing_allocator(NULL) != 0)
        return 1;
    return cmocka_run_group_tests(tests, make_test_directory, remove_test_directory);
}
