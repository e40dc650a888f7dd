#include "base/background.h"

#include "base/clock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/tsan.h"

typedef struct counted_task {
    jl_task task;
    int runs, forks;
    unsigned slow_us;
    bool removes_itself;
    pthread_t thread;
    sigset_t mask;
} counted_task;

static void count_run(jl_task *task) {
    counted_task *t = (counted_task *)(void *)task;
    t->thread = pthread_self();
    pthread_sigmask(SIG_SETMASK, NULL, &t->mask);
    usleep(t->slow_us);
    if (t->removes_itself)
        jl_background_remove(&jl_worker, task);
    __atomic_add_fetch(&t->runs, 1, __ATOMIC_RELEASE);
}

static void count_fork(jl_task *task) {
    ((counted_task *)(void *)task)->forks++;
}

static void add(counted_task *t) {
    t->task.run = count_run;
    t->task.after_fork = count_fork;
    jl_background_add(&jl_worker, &t->task);
}

static int runs_of(const counted_task *t) {
    return __atomic_load_n(&t->runs, __ATOMIC_ACQUIRE);
}

static int64_t in_ms(int ms) {
    return jl_clock_monotonic_ns() + ms * INT64_C(1000000);
}

static void runs_what_is_due_and_ends_with_the_last_task(void **state) {
    (void)state;
    counted_task a = {.runs = 0}, b = {.runs = 0};
    add(&a), add(&b);
    assert_true(jl_background_schedule(&jl_worker, &a.task, in_ms(60000)));
    assert_true(jl_background_schedule(&jl_worker, &b.task, in_ms(10)));
    assert_true(jl_background_schedule(&jl_worker, &b.task, in_ms(60000))); /* earlier was said */
    assert_true(jl_background_wait(&jl_worker, &b.task, in_ms(10000)));
    assert_int_equal(runs_of(&b), 1);
    assert_int_equal(runs_of(&a), 0);
    assert_false(jl_background_wait(&jl_worker, &a.task, in_ms(1)));
    jl_background_schedule(&jl_worker, &a.task, 0);
    assert_true(jl_background_wait(&jl_worker, &a.task, in_ms(10000)));
    assert_int_equal(runs_of(&a), 1);
    assert_true(pthread_equal(a.thread, b.thread));
    assert_false(pthread_equal(a.thread, pthread_self()));
    assert_true(sigismember(&a.mask, SIGTERM) && sigismember(&a.mask, SIGALRM));
    jl_background_remove(&jl_worker, &a.task);
    jl_background_remove(&jl_worker, &b.task);
}

static void removal_waits_for_a_run(void **state) {
    (void)state;
    for (int i = 0; i < 50; i++) {
        counted_task slow = {.slow_us = 1000};
        add(&slow);
        jl_background_schedule(&jl_worker, &slow.task, 0);
        usleep((unsigned)i * 20);
        jl_background_remove(&jl_worker, &slow.task);
        int runs = runs_of(&slow);
        usleep(i == 0 ? 2000 : 0);
        assert_int_equal(runs_of(&slow), runs);
    }
}

static void a_task_may_remove_itself(void **state) {
    (void)state;
    counted_task once = {.removes_itself = true}, again = {.runs = 0};
    add(&once);
    jl_background_schedule(&jl_worker, &once.task, 0);
    while (runs_of(&once) == 0)
        usleep(100);
    add(&again); /* by a new thread */
    jl_background_schedule(&jl_worker, &again.task, 0);
    assert_true(jl_background_wait(&jl_worker, &again.task, in_ms(10000)));
    jl_background_remove(&jl_worker, &again.task);
}

static void a_child_starts_over(void **state) {
    (void)state;
    SKIP_UNDER_TSAN();
    counted_task task = {.slow_us = 20000};
    add(&task);
    jl_background_schedule(&jl_worker, &task.task, 0);
    usleep(2000); /* in its run */
    pid_t pid = fork();
    if (pid == 0) {
        alarm(10);
        bool is_idle = jl_background_wait(&jl_worker, &task.task, 0);
        bool is_told = task.forks == 1;
        jl_background_schedule(&jl_worker, &task.task, 0);
        bool has_run = jl_background_wait(&jl_worker, &task.task, in_ms(5000)) && task.runs == 1;
        jl_background_remove(&jl_worker, &task.task);
        _exit(is_idle && is_told && has_run ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(task.forks, 0);
    jl_background_remove(&jl_worker, &task.task);
    assert_int_equal(runs_of(&task), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_what_is_due_and_ends_with_the_last_task),
        cmocka_unit_test(removal_waits_for_a_run),
        cmocka_unit_test(a_task_may_remove_itself),
        cmocka_unit_test(a_child_starts_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
