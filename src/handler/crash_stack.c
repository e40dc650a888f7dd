/* Stacks for signals: a thread whose ordinary stack has overflowed has no other to run a handler
 * on. */
#include "base/compat_fault.h"

#include <jsonlog/crash.h>

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

/** What walking the stack takes at its worst, with room to spare. */
#define HANDLER_BYTES ((size_t)64 << 10)

/** A stack that somebody else has given the thread is large enough from here on. */
#define FOREIGN_MIN ((size_t)16 << 10)

/* Stands at the end of the stack it describes. */
typedef struct signal_stack {
    void *mapping;
    size_t size;
    stack_t before; /* what the thread had */
} signal_stack;

static pthread_key_t key;
static bool has_key;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

/* Somebody may have put his own in place meanwhile; ours is no longer in use then. */
static void leave(void *argument) {
    const signal_stack *s = argument;
    stack_t now;
    if (sigaltstack(NULL, &now) == 0 && now.ss_sp == (char *)s->mapping + sysconf(_SC_PAGESIZE))
        sigaltstack(&s->before, NULL);
    munmap(s->mapping, s->size);
}

static void make_key(void) {
    has_key = pthread_key_create(&key, leave) == 0;
}

static size_t round_up(size_t size, size_t unit) {
    return (size + unit - 1) / unit * unit;
}

/* A guard page below, usable bytes, and the description at the top. */
static signal_stack *map_stack(stack_t *stack) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t usable = round_up(HANDLER_BYTES + jl_compat_signal_frame_size(), page);
    const size_t size = page + usable + page;
    char *mapping = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED)
        return NULL;
    mprotect(mapping, page, PROT_NONE);
    *stack = (stack_t){.ss_sp = mapping + page, .ss_size = usable};
    signal_stack *s = (signal_stack *)(void *)(mapping + page + usable);
    *s = (signal_stack){.mapping = mapping, .size = size};
    return s;
}

static jsonlog_status give_stack(void) {
    stack_t stack;
    signal_stack *s = map_stack(&stack);
    if (s == NULL)
        return JSONLOG_E_NOMEM;
    if (pthread_setspecific(key, s) == 0 && sigaltstack(&stack, &s->before) == 0)
        return JSONLOG_OK;
    pthread_setspecific(key, NULL);
    munmap(s->mapping, s->size);
    return JSONLOG_E_NOMEM;
}

jsonlog_status jsonlog_crash_thread_enter(void) {
    stack_t now;
    pthread_once(&key_once, make_key);
    if (!has_key)
        return JSONLOG_E_NOMEM;
    if (pthread_getspecific(key) != NULL)
        return JSONLOG_OK;
    if (sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_DISABLE) == 0 &&
        now.ss_size >= FOREIGN_MIN)
        return JSONLOG_OK;
    return give_stack();
}

void jsonlog_crash_thread_leave(void) {
    pthread_once(&key_once, make_key);
    void *stack = has_key ? pthread_getspecific(key) : NULL;
    if (stack == NULL)
        return;
    pthread_setspecific(key, NULL);
    leave(stack);
}
