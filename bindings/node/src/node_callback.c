/*
 * Handlers that hand lines to a JavaScript function. The thread that logs, whichever it is, puts
 * the line into a queue and wakes the environment that made the handler; its event loop, or a
 * flush, then takes all there are. So a log call never runs JavaScript and never waits for it.
 *
 * A queue is held by two: the handler, until the library closes it, and the environment, until it
 * ends. Whoever comes first closes it, the second one frees it.
 */
#include "node_addon.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct queued {
    struct queued *next;
    int level;
    int64_t time_ns;
    size_t len;
    char text[];
} queued;

typedef struct queue {
    pthread_mutex_t lock;
    bool is_open;
    bool is_woken; /* a wake-up is on its way */
    unsigned holders;
    napi_threadsafe_function wake;
    queued *first;
    queued **last;
    size_t bytes;
    size_t limit;
} queue;

/* What the environment knows of a handler it has made; seen by its own thread only. */
struct jn_callback {
    jn_callback *next;
    jsonlog_handler *handler; /* a reference as long as this is there */
    queue *lines;
    bool has_handle;
    jsonlog_logger **loggers; /* that JavaScript has added it to */
    size_t logger_count;
};

static void drop_lines(queued *line) {
    while (line != NULL) {
        queued *next = line->next;
        free(line);
        line = next;
    }
}

static queued *take_lines(queue *from) {
    queued *lines = from->first;
    from->first = NULL;
    from->last = &from->first;
    from->bytes = 0;
    from->is_woken = false;
    return lines;
}

/* One of the two lets go. */
static void leave_queue(queue *lines) {
    pthread_mutex_lock(&lines->lock);
    lines->is_open = false;
    const bool is_last = --lines->holders == 0;
    pthread_mutex_unlock(&lines->lock);
    if (!is_last)
        return;
    drop_lines(lines->first);
    pthread_mutex_destroy(&lines->lock);
    free(lines);
}

/* ---- the handler's side, on any thread ------------------------------------------------------- */

static jsonlog_status append(queue *to, const jsonlog_line *line) {
    if (!to->is_open)
        return JSONLOG_E_CLOSED;
    if (to->bytes + line->len > to->limit)
        return JSONLOG_E_AGAIN;
    queued *copy = malloc(sizeof *copy + line->len);
    if (copy == NULL)
        return JSONLOG_E_NOMEM;
    *copy = (queued){NULL, line->level, line->time_ns, line->len};
    memcpy(copy->text, line->text, line->len);
    *to->last = copy;
    to->last = &copy->next;
    to->bytes += line->len;
    if (!to->is_woken)
        to->is_woken =
            napi_call_threadsafe_function(to->wake, NULL, napi_tsfn_nonblocking) == napi_ok;
    return JSONLOG_OK;
}

static jsonlog_status write_line(void *self, const jsonlog_line *line) {
    queue *to = self;
    pthread_mutex_lock(&to->lock);
    const jsonlog_status status = append(to, line);
    pthread_mutex_unlock(&to->lock);
    return status;
}

/* The environment is told to give up the function; that ends with forget_queue(). */
static void close_handler(void *self) {
    queue *lines = self;
    pthread_mutex_lock(&lines->lock);
    if (lines->is_open)
        napi_release_threadsafe_function(lines->wake, napi_tsfn_release);
    pthread_mutex_unlock(&lines->lock);
    leave_queue(lines);
}

/* The child of a fork has no event loop: there nobody takes lines. */
static void after_fork(void *self) {
    queue *lines = self;
    pthread_mutex_init(&lines->lock, NULL);
    lines->is_open = false;
}

static const jsonlog_handler_class callback_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "node callback",
    .write = write_line,
    .close = close_handler,
    .after_fork = after_fork,
};

/* ---- the environment's side ------------------------------------------------------------------ */

static void forget_queue(napi_env env, void *data, void *hint) {
    (void)env;
    (void)hint;
    leave_queue(data);
}

static jn_callback *find(const jn_addon *addon, const jsonlog_handler *handler) {
    jn_callback *at = addon->callbacks;
    while (at != NULL && at->handler != handler)
        at = at->next;
    return at;
}

static void forget(jn_addon *addon, jn_callback *callback) {
    jn_callback **at = &addon->callbacks;
    while (*at != callback)
        at = &(*at)->next;
    *at = callback->next;
    jsonlog_handler_release(callback->handler);
    free(callback->loggers);
    free(callback);
}

void jn_callback_attached(const jn_call *call, jsonlog_handler *handler, jsonlog_logger *logger) {
    jn_callback *callback = find(call->addon, handler);
    if (callback == NULL)
        return;
    jsonlog_logger **loggers =
        realloc(callback->loggers, (callback->logger_count + 1) * sizeof *loggers);
    if (loggers == NULL)
        return;
    callback->loggers = loggers;
    loggers[callback->logger_count++] = logger;
}

static void detach(jn_addon *addon, jn_callback *callback, const jsonlog_logger *logger) {
    for (size_t i = callback->logger_count; i-- > 0;) {
        if (callback->loggers[i] == logger)
            callback->loggers[i] = callback->loggers[--callback->logger_count];
    }
    if (!callback->has_handle && callback->logger_count == 0)
        forget(addon, callback);
}

void jn_callback_detached(const jn_call *call, jsonlog_handler *handler, jsonlog_logger *logger) {
    for (jn_callback *at = call->addon->callbacks, *next; at != NULL; at = next) {
        next = at->next;
        if (handler == NULL || at->handler == handler)
            detach(call->addon, at, logger);
    }
}

void jn_callback_closed(jn_addon *addon, const jsonlog_handler *handler) {
    jn_callback *callback = find(addon, handler);
    if (callback == NULL)
        return;
    callback->has_handle = false;
    detach(addon, callback, NULL);
}

void jn_callback_leave(jn_addon *addon) {
    while (addon->callbacks != NULL) {
        jn_callback *callback = addon->callbacks;
        for (size_t i = 0; i < callback->logger_count; i++)
            jsonlog_logger_remove_handler(callback->loggers[i], callback->handler);
        forget(addon, callback);
    }
}

/* The function is called without arguments and takes the lines itself. It keeps no process alive.
 */
static bool make_wake(const jn_call *call, queue *lines) {
    napi_value name = jn_c_string(call, "jsonlog");
    if (napi_create_threadsafe_function(call->env, call->args[0], NULL, name, 0, 1, lines,
                                        forget_queue, NULL, NULL, &lines->wake) != napi_ok)
        return false;
    napi_unref_threadsafe_function(call->env, lines->wake);
    return true;
}

static queue *queue_new(const jn_call *call, size_t limit) {
    queue *lines = calloc(1, sizeof *lines);
    if (lines == NULL)
        return NULL;
    lines->is_open = true;
    lines->holders = 2;
    lines->last = &lines->first;
    lines->limit = limit;
    pthread_mutex_init(&lines->lock, NULL);
    if (make_wake(call, lines))
        return lines;
    pthread_mutex_destroy(&lines->lock);
    free(lines);
    return NULL;
}

static napi_value handler_of(const jn_call *call, queue *lines) {
    jn_callback *callback = calloc(1, sizeof *callback);
    jsonlog_handler *handler =
        callback == NULL ? NULL : jsonlog_handler_new(&callback_class, lines);
    if (handler == NULL) {
        free(callback);
        close_handler(lines);
        return jn_throw_status(call, JSONLOG_E_NOMEM, "callback handler");
    }
    *callback = (jn_callback){.next = call->addon->callbacks,
                              .handler = jsonlog_handler_retain(handler),
                              .lines = lines,
                              .has_handle = true};
    call->addon->callbacks = callback;
    return jn_handle_new(call, JN_HANDLER, handler);
}

/* handlerCallback(wake, limitBytes) => handle */
static napi_value handler_callback(napi_env env, napi_callback_info info) {
    jn_call call;
    size_t limit = 0;
    if (!jn_begin(&call, env, info) || !jn_size_get(&call, 1, &limit))
        return NULL;
    if (!jn_is(&call, call.args[0], napi_function))
        return jn_throw_type(&call, "a function is expected");
    queue *lines = queue_new(&call, limit);
    return lines == NULL ? jn_failed(&call) : handler_of(&call, lines);
}

static bool push_line(const jn_call *call, napi_value array, uint32_t index, const queued *line) {
    napi_value time = NULL;
    if (napi_create_bigint_int64(call->env, line->time_ns, &time) != napi_ok)
        return false;
    return jn_set_at(call, array, index, jn_string(call, line->text, line->len)) &&
           jn_set_at(call, array, index + 1, jn_number(call, line->level)) &&
           jn_set_at(call, array, index + 2, time);
}

/* callbackTake(handler) => [line, level, timeNs, …]; [] of a handler of another kind */
static napi_value callback_take(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_handler *handler = jn_handle_get(&call, 0, JN_HANDLER);
    const jn_callback *callback = handler == NULL ? NULL : find(call.addon, handler);
    napi_value result = handler == NULL ? NULL : jn_array(&call);
    if (callback == NULL || result == NULL)
        return result;
    pthread_mutex_lock(&callback->lines->lock);
    queued *lines = take_lines(callback->lines);
    pthread_mutex_unlock(&callback->lines->lock);
    uint32_t at = 0;
    for (const queued *line = lines; line != NULL && result != NULL; line = line->next, at += 3) {
        if (!push_line(&call, result, at, line))
            result = NULL;
    }
    drop_lines(lines);
    return result;
}

const jn_function jn_callback_functions[] = {
    {"handlerCallback", handler_callback},
    {"callbackTake", callback_take},
    {NULL, NULL},
};
