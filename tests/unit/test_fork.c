#include "support/fork_guard.h"
#include "support/test_random.h"

#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define THREADS 4

/* ---- a handler whose lock the parent's threads nearly always hold ---- */

static uint64_t lines; /* atomic */
static int after_forks;
static bool is_over; /* atomic */
static int working;  /* atomic: threads that have come to their second round */
static jsonlog_handler *slow;

static jsonlog_status write_slowly(void *self, const jsonlog_line *line) {
    (void)self;
    (void)line;
    __atomic_fetch_add(&lines, 1, __ATOMIC_RELAXED);
    for (volatile int i = 0; i < 2000; i++)
        ;
    return JSONLOG_OK;
}

static void note_fork(void *self) {
    (void)self;
    after_forks++;
}

static const jsonlog_handler_class slow_class = {
    .size = sizeof slow_class, .name = "slow", .write = write_slowly, .after_fork = note_fork};

static void *work(void *argument) {
    for (long round = 0; !__atomic_load_n(&is_over, __ATOMIC_RELAXED); round++) {
        if (round == 1)
            __atomic_fetch_add(&working, 1, __ATOMIC_RELAXED);
        jsonlog_scope scope = jsonlog_scope_push("n", 1);
        jsonlog_logger *child = jsonlog_with(jsonlog_get("a.b"), "c", 2);
        jsonlog_info(child, "work");
        jsonlog_logger_set_level(jsonlog_get("level"), JSONLOG_LEVEL_DEBUG);
        jsonlog_logger_free(child);
        jsonlog_scope_pop(scope);
    }
    return argument;
}

/* Everything a child may do at once; alarm() turns a deadlock into a death. */
static int use_the_library(uint64_t parents_thread) {
    alarm(60);
    const uint64_t before = lines;
    jsonlog_info(jsonlog_get("a.b"), "in the child", "n", 1);
    if (lines != before + 1)
        return 2;
    if (after_forks != 1)
        return 3;
    jsonlog_logger_set_level(jsonlog_get("new.in.child"), JSONLOG_LEVEL_DEBUG);
    jsonlog_logger *child = jsonlog_with(jsonlog_get("a.b"), "c", 2);
    jsonlog_info(child, "in the child");
    jsonlog_logger_free(child);
    if (jsonlog_flush() != JSONLOG_OK)
        return 4;
    jsonlog_shutdown();
    return parents_thread == (uint64_t)getpid() ? 5 : 0;
}

static int exit_of(pid_t pid) {
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void a_child_of_many_threads_can_log_at_once(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    slow = jsonlog_handler_new(&slow_class, NULL);
    assert_int_equal(jsonlog_logger_set_handlers(jsonlog_root(), &slow, 1), JSONLOG_OK);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, NULL), 0);
    while (__atomic_load_n(&working, __ATOMIC_RELAXED) < THREADS)
        usleep(100); /* a thread that starts allocates past the fork guard */
    for (size_t i = 0; i < test_effort(30); i++) {
        const pid_t pid = fork();
        if (pid == 0)
            _exit(use_the_library((uint64_t)getppid()));
        assert_int_equal(exit_of(pid), 0);
        usleep(1000);
    }
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(after_forks, 0);
}

static uint64_t record_thread;

static bool note_thread(jsonlog_record *record, void *context) {
    (void)context;
    record_thread = jsonlog_record_thread(record);
    return true;
}

static void a_child_has_a_thread_id_of_its_own(void **state) {
    (void)state;
    jsonlog_logger_add_filter(jsonlog_get("id"), note_thread, NULL);
    jsonlog_info(jsonlog_get("id"), "m");
    assert_int_equal(record_thread, getpid());
    const pid_t pid = fork();
    if (pid == 0) {
        jsonlog_info(jsonlog_get("id"), "m");
        _exit(record_thread == (uint64_t)getpid() ? 0 : 1);
    }
    assert_int_equal(exit_of(pid), 0);
    jsonlog_logger_remove_filter(jsonlog_get("id"), note_thread, NULL);
}

static bool fork_inside(jsonlog_writer *writer, void *context) {
    pid_t *pid = context;
    *pid = fork();
    jsonlog_write_value(writer, jsonlog_from_int64(1));
    return true;
}

/* The child goes on with the record it was born in, and can log after it. */
static void a_fork_inside_a_log_call_is_survived(void **state) {
    (void)state;
    pid_t pid = -1;
    const uint64_t before = lines;
    jsonlog_info(jsonlog_get("inside"), "m", "fork", jsonlog_call(fork_inside, &pid));
    if (pid == 0) {
        alarm(60);
        jsonlog_info(jsonlog_get("inside"), "m");
        jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
        _exit(lines == before + 2 ? 0 : 1);
    }
    assert_int_equal(lines, before + 1);
    assert_int_equal(exit_of(pid), 0);
    jsonlog_handler_release(slow);
}

int main(void) {
    if (!install_fork_guard())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_of_many_threads_can_log_at_once),
        cmocka_unit_test(a_child_has_a_thread_id_of_its_own),
        cmocka_unit_test(a_fork_inside_a_log_call_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
