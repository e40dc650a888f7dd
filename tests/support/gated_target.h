#ifndef TEST_GATED_TARGET_H
#define TEST_GATED_TARGET_H
/**
 * A handler that can be stopped in the middle of a write, to stand behind an async one.
 *
 *     gated_target target;
 *     jsonlog_handler *handler = gated_handler(&target);
 *     gate_shut(&target);      the next write waits …
 *     gate_await(&target, 1);  … until it is there
 *     gate_open(&target);
 */
#include "support/handler_lines.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

typedef struct gated_target {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool is_shut;
    int entered; /* writes begun, those that wait among them */
    int flushes, closes, forks;
    int refusals; /* how many of the coming writes fail … */
    int error;    /* … with this */
    jsonlog_status status;
    jsonlog_status flush_status;
    void (*on_write)(void *context, const jsonlog_line *line); /* without the lock */
    void *context;
    char *text; /* what it took */
    size_t len, size;
} gated_target;

static inline void gate_append(gated_target *t, const jsonlog_line *line) {
    if (t->len + line->len + 1 > t->size) {
        t->size = (t->size + line->len + 1) * 2;
        t->text = (char *)realloc(t->text, t->size);
    }
    memcpy(t->text + t->len, line->text, line->len);
    t->len += line->len;
    t->text[t->len] = '\0';
}

static inline jsonlog_status gated_write(void *self, const jsonlog_line *line) {
    gated_target *t = (gated_target *)self;
    pthread_mutex_lock(&t->lock);
    t->entered++;
    pthread_cond_broadcast(&t->moved);
    while (t->is_shut)
        pthread_cond_wait(&t->moved, &t->lock);
    const bool is_refused = t->refusals > 0;
    if (is_refused)
        t->refusals--;
    else
        gate_append(t, line);
    pthread_mutex_unlock(&t->lock);
    if (t->on_write != NULL)
        t->on_write(t->context, line);
    errno = is_refused ? t->error : 0;
    return is_refused ? t->status : JSONLOG_OK;
}

static inline jsonlog_status gated_flush(void *self) {
    gated_target *t = (gated_target *)self;
    pthread_mutex_lock(&t->lock);
    t->flushes++;
    pthread_mutex_unlock(&t->lock);
    return t->flush_status;
}

static inline void gated_close(void *self) {
    gated_target *t = (gated_target *)self;
    pthread_mutex_lock(&t->lock);
    t->closes++;
    pthread_cond_broadcast(&t->moved);
    pthread_mutex_unlock(&t->lock);
}

static inline void gated_after_fork(void *self) {
    gated_target *t = (gated_target *)self;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->moved, NULL);
    t->is_shut = false;
    t->forks++;
}

static const jsonlog_handler_class gated_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "gated",
    .write = gated_write,
    .flush = gated_flush,
    .close = gated_close,
    .after_fork = gated_after_fork,
};

static inline jsonlog_handler *gated_handler(gated_target *t) {
    memset(t, 0, sizeof *t);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->moved, NULL);
    jsonlog_handler *handler = jl_handler_new(&gated_class, t, JL_HANDLER_REPORTS);
    use_plain_formatter(handler);
    return handler;
}

static inline void gate_set(gated_target *t, bool is_shut) {
    pthread_mutex_lock(&t->lock);
    t->is_shut = is_shut;
    pthread_cond_broadcast(&t->moved);
    pthread_mutex_unlock(&t->lock);
}

static inline void gate_shut(gated_target *t) {
    gate_set(t, true);
}

static inline void gate_open(gated_target *t) {
    gate_set(t, false);
}

/* Until `entered` writes have begun. */
static inline void gate_await(gated_target *t, int entered) {
    pthread_mutex_lock(&t->lock);
    while (t->entered < entered)
        pthread_cond_wait(&t->moved, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

static inline void gate_await_close(gated_target *t) {
    pthread_mutex_lock(&t->lock);
    while (t->closes == 0)
        pthread_cond_wait(&t->moved, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

static inline void gated_done(gated_target *t) {
    free(t->text);
    t->text = NULL;
}

#endif
