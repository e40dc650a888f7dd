#include "base/thread.h"

#include "base/alloc.h"
#include "base/compat.h"

#include <errno.h>
#include <signal.h>

__thread jl_thread *jl_thread_here;
jl_thread jl_thread_in_making;
jl_lock jl_words_lock = JL_LOCK_INIT;

/* Destructors of other keys may log after ours has run; so ours asks to be called again and gives
 * the record back late, in a round in which theirs have run. */
#define EXIT_ROUND 3

static jl_thread *first;
static uint32_t records; /* atomic; how many were made */
static void (*exit_function)(jl_thread *thread);
static pthread_key_t exit_key;
static bool has_exit_key;
static pthread_once_t exit_key_once = PTHREAD_ONCE_INIT;

/* ---- the pool ----------------------------------------------------------------------------------
 */

static void give_back(jl_thread *thread) {
    void (*on_exit)(jl_thread *) = __atomic_load_n(&exit_function, __ATOMIC_ACQUIRE);
    if (on_exit != NULL)
        on_exit(thread);
    thread->depth = 0;
    thread->pins = 0;
    thread->exit_rounds = 0;
    jl_thread_here = NULL;
    __atomic_store_n(&thread->pin, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&thread->is_taken, 0, __ATOMIC_RELEASE);
}

static void end_thread(void *record) {
    jl_thread *thread = record;
    if (++thread->exit_rounds < EXIT_ROUND && pthread_setspecific(exit_key, thread) == 0)
        return;
    give_back(thread);
}

static void make_exit_key(void) {
    has_exit_key = pthread_key_create(&exit_key, end_thread) == 0;
}

static jl_thread *take_free(void) {
    for (jl_thread *thread = jl_thread_first(); thread != NULL; thread = thread->next) {
        uint32_t is_taken = 0;
        if (__atomic_load_n(&thread->is_taken, __ATOMIC_RELAXED) == 0 &&
            __atomic_compare_exchange_n(&thread->is_taken, &is_taken, 1, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return thread;
    }
    return NULL;
}

static jl_thread *make(void) {
    jl_thread *thread = jl_calloc(1, sizeof *thread);
    if (thread == NULL)
        return NULL;
    thread->is_taken = 1;
    thread->number = __atomic_fetch_add(&records, 1, __ATOMIC_RELAXED);
    thread->next = __atomic_load_n(&first, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&first, &thread->next, thread, true, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED))
        ;
    return thread;
}

/* A record that is nobody else's. */
static jl_thread *reserve(void) {
    jl_thread *const here = jl_thread_here;
    jl_thread_here = &jl_thread_in_making;
    jl_thread *thread = take_free();
    if (thread == NULL)
        thread = make();
    jl_thread_here = here;
    return thread;
}

/* Make it this thread's. Without the key it is simply not given back. */
static void adopt(jl_thread *thread) {
    jl_thread_here = &jl_thread_in_making;
    pthread_once(&exit_key_once, make_exit_key);
    thread->id = jl_compat_thread_id();
    if (has_exit_key)
        pthread_setspecific(exit_key, thread);
    jl_thread_here = thread;
}

jl_thread *jl_thread_take(void) {
    if (jl_thread_here == &jl_thread_in_making)
        return NULL;
    int error = errno;
    jl_thread *thread = reserve();
    if (thread != NULL)
        adopt(thread);
    errno = error;
    return thread;
}

jl_thread *jl_thread_first(void) {
    return __atomic_load_n(&first, __ATOMIC_SEQ_CST);
}

void jl_thread_set_exit(void (*on_exit)(jl_thread *thread)) {
    __atomic_store_n(&exit_function, on_exit, __ATOMIC_RELEASE);
}

/* What scopes the dead threads had is dropped as at any thread's end. */
void jl_thread_after_fork(void) {
    jl_thread *mine = jl_thread_peek();
    for (jl_thread *thread = jl_thread_first(); thread != NULL; thread = thread->next) {
        if (thread != mine && __atomic_load_n(&thread->is_taken, __ATOMIC_RELAXED) != 0)
            give_back(thread);
    }
    jl_thread_here = mine;
    if (mine != NULL)
        mine->id = jl_compat_thread_id();
}

/* ---- threads of our own ------------------------------------------------------------------------
 */

static void *begin(void *record) {
    jl_thread *thread = record;
    adopt(thread);
    return thread->run(thread->argument);
}

/* A new thread begins with the signal mask of the one that makes it. */
static int create(pthread_t *id, jl_thread *thread) {
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t blocked, before;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        sigdelset(&blocked, own[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    const int error = pthread_create(id, NULL, begin, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

int jl_thread_start(pthread_t *id, void *(*run)(void *), void *argument) {
    jl_thread *thread = reserve();
    if (thread == NULL)
        return ENOMEM;
    thread->run = run;
    thread->argument = argument;
    const int error = create(id, thread);
    if (error != 0)
        __atomic_store_n(&thread->is_taken, 0, __ATOMIC_RELEASE);
    return error;
}

/* ---- locks -------------------------------------------------------------------------------------
 */

static void own(jl_lock *lock) {
    __atomic_store_n(&lock->owner, (const void *)&jl_thread_here, __ATOMIC_RELAXED);
}

void jl_lock_acquire(jl_lock *lock) {
    pthread_mutex_lock(&lock->mutex);
    own(lock);
}

bool jl_lock_try(jl_lock *lock) {
    if (pthread_mutex_trylock(&lock->mutex) != 0)
        return false;
    own(lock);
    return true;
}

void jl_lock_release(jl_lock *lock) {
    __atomic_store_n(&lock->owner, NULL, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&lock->mutex);
}

void jl_lock_reset(jl_lock *lock) {
    *lock = (jl_lock)JL_LOCK_INIT;
}
