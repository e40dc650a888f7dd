/** Crashes between handlers of others: in front of ours and behind it, processes that live on, and
 * a second crash. The first two are what users of other libraries have missed: the exit status and
 * the core dump of their program, and their own handlers. */
#include "fault/fault_report.h"
#include "handler/rescue.h"
#include "support/fork_guard.h"
#include "support/under_tsan.h"

#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "support/log_files.h"

#include "base/compat_fault.h"
#include "support/crash_child.h"

/* ---- handlers of others ---- */

/* What a foreign handler saw, in memory that outlives the child. */
typedef struct seen {
    int calls, signal, code;
    pid_t sender;
    void *address;
    void *value;
    uintptr_t counter;
    bool blocks_usr2, blocks_itself, is_on_stack;
} seen;

static seen *saw;

static void note_mask(int signal) {
    sigset_t now;
    stack_t stack;
    pthread_sigmask(SIG_BLOCK, NULL, &now);
    saw->blocks_usr2 = sigismember(&now, SIGUSR2) == 1;
    saw->blocks_itself = sigismember(&now, signal) == 1;
    saw->is_on_stack = sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_ONSTACK) != 0;
}

static void note(int signal, siginfo_t *info, void *context) {
    saw->calls++;
    saw->signal = signal;
    saw->code = info->si_code;
    saw->counter = jl_compat_program_counter(context);
    if (info->si_code > 0) {
        saw->address = info->si_addr;
    } else {
        saw->sender = info->si_pid;
        saw->value = info->si_value.sival_ptr;
    }
    note_mask(signal);
}

static void note_and_exit(int signal, siginfo_t *info, void *context) {
    note(signal, info, context);
    _exit(42);
}

static void note_plainly_and_exit(int signal) {
    saw->calls++;
    saw->signal = signal;
    note_mask(signal);
    _exit(43);
}

static void set_action(int signal, void (*fn)(int, siginfo_t *, void *), int flags) {
    struct sigaction action = {.sa_flags = SA_SIGINFO | flags};
    action.sa_sigaction = fn;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(signal, &action, NULL);
}

static void fault_under_a_foreign_handler(void *flags) {
    set_action(SIGSEGV, note_and_exit, *(int *)flags);
    install_to_file();
    crash_segv();
}

static void a_foreign_handler_sees_the_fault(void **state) {
    (void)state;
    int flags = SA_ONSTACK;
    const int status = status_of(fault_under_a_foreign_handler, &flags);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 42);
    assert_int_equal(saw->calls, 1);
    assert_int_equal(saw->signal, SIGSEGV);
    assert_int_equal(saw->code, SEGV_MAPERR);
    assert_ptr_equal(saw->address, (void *)(uintptr_t)FAULT_ADDRESS);
    assert_true(saw->counter >= (uintptr_t)crash_segv &&
                saw->counter < (uintptr_t)crash_segv + CRASHING_BYTES);
    assert_true(saw->blocks_usr2 && saw->blocks_itself && saw->is_on_stack);
    assert_non_null(strstr(fatal_line(), "(SIGSEGV) at address 0x8"));
    forget_log();
    flags = SA_NODEFER;
    assert_int_equal(WEXITSTATUS(status_of(fault_under_a_foreign_handler, &flags)), 42);
    assert_true(saw->blocks_usr2 && !saw->blocks_itself && !saw->is_on_stack);
    forget_log();
}

static void queue_under_a_foreign_handler(void *argument) {
    const union sigval value = {.sival_ptr = argument};
    set_action(SIGABRT, note_and_exit, 0);
    install_to_file();
    sigqueue(getpid(), SIGABRT, value);
    pause();
}

static void a_foreign_handler_sees_who_sent_it(void **state) {
    (void)state;
    const int status = status_of(queue_under_a_foreign_handler, &saw);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 42);
    assert_int_equal(saw->calls, 1);
    assert_int_equal(saw->code, SI_QUEUE);
    assert_true(saw->sender > 0);
    assert_ptr_equal(saw->value, &saw);
    char expected[64];
    snprintf(expected, sizeof expected, "signal 6 (SIGABRT) sent by process %ld\"",
             (long)saw->sender);
    assert_non_null(strstr(fatal_line(), expected));
    forget_log();
}

static void fault_under_a_plain_handler(void *argument) {
    (void)argument;
    signal(SIGSEGV, note_plainly_and_exit);
    install_to_file();
    crash_segv();
}

static void a_handler_of_the_old_kind_is_called(void **state) {
    (void)state;
    const int status = status_of(fault_under_a_plain_handler, NULL);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 43);
    assert_int_equal(saw->calls, 1);
    assert_int_equal(saw->signal, SIGSEGV);
    fatal_line();
    forget_log();
}

/* ---- processes that live on ---- */

static sigjmp_buf rescued;

static void jump_out(int signal) {
    saw->calls++;
    siglongjmp(rescued, signal);
}

enum { BEFORE = 10, AFTER = 20 };

static void log_numbers(int from, int to) {
    for (int i = from; i < to; i++)
        jsonlog_info(jsonlog_root(), "still here", "n", i);
}

static void crash_and_live_on(void *is_async) {
    jsonlog_handler *handler = log_to_file(jsonlog_buffered(65536, 60000));
    if (*(bool *)is_async)
        handler = jsonlog_async_handler_new(handler, NULL);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    signal(SIGSEGV, jump_out);
    install_to(handler);
    log_numbers(0, BEFORE);
    if (sigsetjmp(rescued, 1) == 0)
        crash_segv();
    log_numbers(BEFORE, AFTER);
    if (sigsetjmp(rescued, 1) == 0)
        crash_segv(); /* reported once */
    jsonlog_crash_uninstall();
    signal(SIGSEGV, SIG_DFL);
    install_to(handler);
    crash_segv();
}

static void a_process_that_is_rescued_logs_on(void **state) {
    (void)state;
    for (int is_async = 0; is_async < 2; is_async++) {
        char expected[64];
        bool flag = is_async == 1;
        saw->calls = 0;
        const int status = status_of(crash_and_live_on, &flag);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
        assert_int_equal(saw->calls, 2);
        const char *text = content_of("log");
        assert_int_equal(count_in(text, "\"logType\":\"FATAL\""), 2);
        const int there = count_in(text, "\"still here\"");
        print_fault((fault_report){"crash-survived",
                                   flag ? "async(file+buffered)" : "file+buffered", 2, AFTER,
                                   (uint64_t)(AFTER - there), 0});
        assert_int_equal(there, AFTER);
        assert_int_equal(count_in(text, "\"lost\":0,\"unflushed\":0}\n"), 2);
        for (int i = 0; i < AFTER; i++) {
            snprintf(expected, sizeof expected, "\"still here\",\"n\":%d}\n", i);
            text = strstr(text, expected);
            assert_non_null(text);
        }
        fatal_line_in(text);
        forget_log();
    }
}

/* ---- what is ignored ---- */

static void ignore_and_be_sent(void *argument) {
    (void)argument;
    signal(SIGABRT, SIG_IGN);
    install_to_file();
    const pid_t child = fork();
    if (child == 0) {
        kill(getppid(), SIGABRT);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    saw->sender = getpid();
    kill(getpid(), SIGABRT); /* from ourselves: reported, and ignored all the same */
    _exit(41);
}

static void ignore_and_fault(void *argument) {
    (void)argument;
    signal(SIGSEGV, SIG_IGN);
    install_to_file();
    crash_segv();
}

static void what_was_ignored_is_ignored(void **state) {
    (void)state;
    char sent[64];
    int status = status_of(ignore_and_be_sent, NULL);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 41);
    snprintf(sent, sizeof sent, "(SIGABRT) sent by process %ld\"", (long)saw->sender);
    assert_non_null(strstr(fatal_line(), sent));
    forget_log();
    status = status_of(ignore_and_fault, NULL); /* nobody can ignore that */
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    fatal_line();
    forget_log();
}

/* ---- handlers that come after ours ---- */

static struct sigaction under;

static void call_what_is_under(int signal_number, siginfo_t *info, void *context) {
    saw->calls++;
    signal(signal_number, SIG_DFL);
    under.sa_sigaction(signal_number, info, context);
}

static void install_on_top(void) {
    sigaction(SIGSEGV, NULL, &under);
    set_action(SIGSEGV, call_what_is_under, SA_NODEFER);
}

static void crash_under_a_later_handler(void *argument) {
    (void)argument;
    set_action(SIGSEGV, note, 0); /* comes last */
    install_to_file();
    install_on_top();
    crash_segv();
}

static void crash_in_a_circle(void *argument) {
    (void)argument;
    jsonlog_handler *file = install_to_file();
    install_on_top();
    jsonlog_crash_uninstall();
    install_to(file); /* over who calls us */
    crash_segv();
}

static void a_later_handler_can_call_ours(void **state) {
    (void)state;
    saw->calls = 0;
    int status = status_of(crash_under_a_later_handler, NULL);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    assert_int_equal(saw->calls, 2);
    assert_int_equal(saw->code, SEGV_MAPERR);
    fatal_line();
    forget_log();
    status = status_of(crash_in_a_circle, NULL);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    fatal_line();
    forget_log();
}

/* ---- a second crash ---- */

static void crash_in_the_rescue(jl_holder *holder, jl_rescue_stage stage, jl_rescue *rescue) {
    (void)holder, (void)rescue;
    if (stage == JL_RESCUE_LAST)
        crash_segv();
}

static void crash_twice(void *argument) {
    static jl_holder bad = {.rescue = crash_in_the_rescue};
    (void)argument;
    jl_holder_add(&bad);
    install_to_file();
    raise(SIGABRT);
}

static void *crash_elsewhere(void *argument) {
    pthread_barrier_wait(argument);
    crash_fpe();
    return NULL;
}

static pthread_barrier_t meeting;

/* The other thread crashes now, and there is time for it to end the process. */
static void let_another_crash(jl_holder *holder, jl_rescue_stage stage, jl_rescue *rescue) {
    (void)holder;
    if (stage != JL_RESCUE_FLUSH)
        return;
    pthread_barrier_wait(&meeting);
    usleep(100000);
    rescue->flushed += 1000;
}

static void crash_in_two_threads(void *argument) {
    static jl_holder slow = {.rescue = let_another_crash};
    pthread_t thread;
    (void)argument;
    pthread_barrier_init(&meeting, NULL, 2);
    jl_holder_add(&slow);
    install_to_file();
    pthread_create(&thread, NULL, crash_elsewhere, &meeting);
    crash_segv();
}

static void hang(jl_holder *holder, jl_rescue_stage stage, jl_rescue *rescue) {
    (void)holder, (void)rescue;
    if (stage != JL_RESCUE_FLUSH)
        return;
    pthread_barrier_wait(&meeting);
    for (;;)
        sleep(1);
}

static void crash_beside_one_that_hangs(void *argument) {
    static jl_holder stuck = {.rescue = hang};
    pthread_t thread;
    (void)argument;
    pthread_barrier_init(&meeting, NULL, 2);
    jl_holder_add(&stuck);
    install_to_file();
    pthread_create(&thread, NULL, crash_elsewhere, &meeting);
    crash_segv();
}

static void a_second_crash_ends_the_process(void **state) {
    (void)state;
    int status = status_of(crash_twice, NULL);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    assert_non_null(strstr(fatal_line(), "signal 6 (SIGABRT) sent by"));
    forget_log();
    status = status_of(crash_in_two_threads, NULL);
    assert_true(WIFSIGNALED(status));
    assert_non_null(strstr(fatal_line(), "(SIGSEGV) at address 0x8"));
    assert_int_equal(number_in(fatal_line(), "flushed"), 1000); /* it was not cut short */
    forget_log();
    status = status_of(crash_beside_one_that_hangs, NULL);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGFPE); /* and not SIGALRM */
    forget_log();
}

static void crash_twice_under_a_foreign_handler(void *argument) {
    set_action(SIGSEGV, note_and_exit, SA_ONSTACK);
    crash_twice(argument);
}

static void a_second_crash_goes_to_the_previous_handler(void **state) {
    (void)state;
    const int status = status_of(crash_twice_under_a_foreign_handler, NULL);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 42);
    assert_int_equal(saw->calls, 1);
    assert_int_equal(saw->signal, SIGSEGV);
    assert_ptr_equal(saw->address, (void *)FAULT_ADDRESS);
    assert_non_null(strstr(fatal_line(), "signal 6 (SIGABRT) sent by"));
    forget_log();
}

static int set_up(void **state) {
    saw = mmap(NULL, sizeof *saw, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return saw == MAP_FAILED ? -1 : make_test_directory(state);
}

static int start_anew(void **state) {
    (void)state;
    memset(saw, 0, sizeof *saw);
    forget_log();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_foreign_handler_sees_the_fault, start_anew),
        cmocka_unit_test_setup(a_foreign_handler_sees_who_sent_it, start_anew),
        cmocka_unit_test_setup(a_handler_of_the_old_kind_is_called, start_anew),
        cmocka_unit_test_setup(a_process_that_is_rescued_logs_on, start_anew),
        cmocka_unit_test_setup(what_was_ignored_is_ignored, start_anew),
        cmocka_unit_test_setup(a_later_handler_can_call_ours, start_anew),
        cmocka_unit_test_setup(a_second_crash_ends_the_process, start_anew),
        cmocka_unit_test_setup(a_second_crash_goes_to_the_previous_handler, start_anew),
    };
    if (UNDER_TSAN) {
        print_message("skipped: ThreadSanitizer puts signals off to moments of its own, and ends "
                      "children that make threads\n");
        return 0;
    }
    if (!install_fork_guard())
        return 1;
    return cmocka_run_group_tests(tests, set_up, remove_test_directory);
}
