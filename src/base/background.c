#include "base/background.h"

#include "base/clock.h"
#include "base/compat_wait.h"
#include "base/thread.h"

#include <errno.h>

struct jl_background {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a task became due earlier, ended, or the thread shall end */
    jl_task *tasks;
    jl_task *running;
    pthread_t thread; /* any other one ends */
    bool has_thread;
};

jl_background jl_flusher = {.lock = PTHREAD_MUTEX_INITIALIZER};
jl_background jl_worker = {.lock = PTHREAD_MUTEX_INITIALIZER};
jl_background jl_beater = {.lock = PTHREAD_MUTEX_INITIALIZER};
jl_background jl_watcher = {.lock = PTHREAD_MUTEX_INITIALIZER};

static jl_background *const all[] = {&jl_flusher, &jl_worker, &jl_beater, &jl_watcher};
enum { COUNT = sizeof all / sizeof all[0] };

static pthread_once_t prepare_once = PTHREAD_ONCE_INIT;

/* ---- fork ---- */

static void before_fork(void) {
    for (int i = 0; i < COUNT; i++)
        pthread_mutex_lock(&all[i]->lock);
}

static void in_parent(void) {
    for (int i = COUNT; i-- > 0;)
        pthread_mutex_unlock(&all[i]->lock);
}

/* The thread that forked holds the lock, in the child too. */
static void start_over(jl_background *b) {
    jl_compat_cond_init(&b->changed);
    b->has_thread = false;
    b->running = NULL;
    for (jl_task *task = b->tasks; task != NULL; task = task->next) {
        task->due_ns = JL_TASK_IDLE;
        if (task->after_fork != NULL)
            task->after_fork(task);
    }
    pthread_mutex_unlock(&b->lock);
}

static void in_child(void) {
    for (int i = COUNT; i-- > 0;)
        start_over(all[i]);
}

static void prepare(void) {
    for (int i = 0; i < COUNT; i++)
        jl_compat_cond_init(&all[i]->changed);
    pthread_atfork(before_fork, in_parent, in_child);
}

/* ---- the thread ---- */

/* Whether this thread is the one. */
static bool is_thread_locked(const jl_background *b) {
    return b->has_thread && pthread_equal(b->thread, pthread_self()) != 0;
}

static jl_task *next_due_locked(const jl_background *b) {
    jl_task *first = b->tasks;
    for (jl_task *task = b->tasks; task != NULL; task = task->next)
        if (task->due_ns < first->due_ns)
            first = task;
    return first;
}

/* The task may be gone when run returns; then `running` does not name it any more. */
static void run_unlocked(jl_background *b, jl_task *task) {
    task->due_ns = JL_TASK_IDLE;
    b->running = task;
    pthread_mutex_unlock(&b->lock);
    task->run(task);
    pthread_mutex_lock(&b->lock);
    b->running = NULL;
    pthread_cond_broadcast(&b->changed);
}

static void *work(void *background) {
    jl_background *b = background;
    pthread_mutex_lock(&b->lock);
    while (is_thread_locked(b)) {
        jl_task *task = next_due_locked(b);
        int64_t due_ns = task == NULL ? JL_TASK_IDLE : task->due_ns;
        if (task != NULL && due_ns <= jl_clock_monotonic_ns())
            run_unlocked(b, task);
        else
            jl_compat_cond_wait(&b->changed, &b->lock, due_ns);
    }
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

static bool start_locked(jl_background *b) {
    const int error = jl_thread_start(&b->thread, work, b);
    b->has_thread = error == 0;
    errno = error;
    return b->has_thread;
}

/* ---- tasks ---- */

static bool is_known_locked(const jl_background *b, const jl_task *task) {
    const jl_task *known = b->tasks;
    while (known != NULL && known != task)
        known = known->next;
    return known != NULL;
}

void jl_background_add(jl_background *b, jl_task *task) {
    pthread_once(&prepare_once, prepare);
    pthread_mutex_lock(&b->lock);
    if (!is_known_locked(b, task)) {
        task->due_ns = JL_TASK_IDLE;
        task->next = b->tasks;
        b->tasks = task;
    }
    pthread_mutex_unlock(&b->lock);
}

bool jl_background_schedule(jl_background *b, jl_task *task, int64_t due_ns) {
    pthread_mutex_lock(&b->lock);
    bool has_thread = b->has_thread || start_locked(b);
    if (has_thread && due_ns < task->due_ns) {
        task->due_ns = due_ns;
        pthread_cond_broadcast(&b->changed);
    }
    pthread_mutex_unlock(&b->lock);
    return has_thread;
}

static void unlink_locked(jl_background *b, const jl_task *task) {
    jl_task **link = &b->tasks;
    while (*link != NULL && *link != task)
        link = &(*link)->next;
    if (*link != NULL)
        *link = task->next;
}

/* @return whether the thread is told to end and is the caller's to join. */
static bool end_thread_locked(jl_background *b, pthread_t *thread) {
    if (b->tasks != NULL || !b->has_thread)
        return false;
    bool is_own = is_thread_locked(b);
    *thread = b->thread;
    b->has_thread = false;
    pthread_cond_broadcast(&b->changed);
    if (is_own)
        pthread_detach(*thread);
    return !is_own;
}

void jl_background_remove(jl_background *b, jl_task *task) {
    pthread_t thread;
    pthread_mutex_lock(&b->lock);
    unlink_locked(b, task);
    if (is_thread_locked(b) && b->running == task)
        b->running = NULL;
    while (b->running == task)
        jl_compat_cond_wait(&b->changed, &b->lock, JL_WAIT_FOREVER);
    bool is_ours = end_thread_locked(b, &thread);
    pthread_mutex_unlock(&b->lock);
    if (is_ours)
        pthread_join(thread, NULL);
}

bool jl_background_wait(jl_background *b, jl_task *task, int64_t until_ns) {
    pthread_mutex_lock(&b->lock);
    bool is_own = is_thread_locked(b);
    while (!is_own && (b->running == task || task->due_ns != JL_TASK_IDLE) &&
           jl_clock_monotonic_ns() < until_ns)
        jl_compat_cond_wait(&b->changed, &b->lock, until_ns);
    bool is_idle = b->running != task && task->due_ns == JL_TASK_IDLE;
    pthread_mutex_unlock(&b->lock);
    return !is_own && is_idle;
}
