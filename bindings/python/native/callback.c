/*
 * Handlers that are Python functions.
 *
 * Lines may come from threads of the library, and at exit() when the interpreter is gone: whoever
 * asks for its lock then hangs or ends, with the library's locks held. So each call into Python is
 * counted, and at Python's atexit the door is shut: new lines are refused (the library counts them
 * as lost), and calls that run are waited for while they still can end.
 */
#include "native.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

typedef struct callback {
    jlpy_line_fn *fn;
    void (*release)(void *key);
    void *key;
} callback;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t is_idle = PTHREAD_COND_INITIALIZER;
static unsigned running;
static bool has_ended;
static _Thread_local unsigned own_running; /* of `running`, those of this thread */

static bool enter(void) {
    pthread_mutex_lock(&lock);
    const bool is_open = !has_ended;
    if (is_open) {
        running++;
        own_running++;
    }
    pthread_mutex_unlock(&lock);
    return is_open;
}

static void leave(void) {
    pthread_mutex_lock(&lock);
    running--;
    own_running--;
    pthread_cond_broadcast(&is_idle);
    pthread_mutex_unlock(&lock);
}

static jsonlog_status write_line(void *self, const jsonlog_line *line) {
    const callback *to = self;
    if (!enter())
        return JSONLOG_E_CLOSED;
    const bool is_taken = to->fn(to->key, line->text, line->len, line->level, line->time_ns);
    leave();
    return is_taken ? JSONLOG_OK : JSONLOG_E_INVALID;
}

static void close_callback(void *self) {
    callback *to = self;
    if (enter()) {
        to->release(to->key);
        leave();
    }
    free(to);
}

static const jsonlog_handler_class callback_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "python",
    .write = write_line,
    .close = close_callback,
};

jsonlog_handler *jlpy_callback_handler_new(jlpy_line_fn *fn, void (*release)(void *key),
                                           void *key) {
    callback *self = malloc(sizeof *self);
    if (self == NULL)
        return NULL;
    *self = (callback){fn, release, key};
    jsonlog_handler *handler = jsonlog_handler_new(&callback_class, self);
    if (handler == NULL)
        free(self);
    return handler;
}

static struct timespec deadline_in(uint32_t timeout_ms) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    time.tv_sec += timeout_ms / 1000;
    time.tv_nsec += timeout_ms % 1000 * 1000000L;
    if (time.tv_nsec >= 1000000000L) {
        time.tv_nsec -= 1000000000L;
        time.tv_sec++;
    }
    return time;
}

/* From within a callback its own call is not waited for. */
void jlpy_callbacks_end(uint32_t timeout_ms) {
    const struct timespec deadline = deadline_in(timeout_ms);
    pthread_mutex_lock(&lock);
    has_ended = true;
    while (running > own_running)
        if (pthread_cond_timedwait(&is_idle, &lock, &deadline) != 0)
            break;
    pthread_mutex_unlock(&lock);
}

void jlpy_callbacks_after_fork(void) {
    pthread_mutex_init(&lock, NULL);
    pthread_cond_init(&is_idle, NULL);
    running = own_running;
}
