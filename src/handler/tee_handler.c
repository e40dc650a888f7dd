#include <jsonlog/tee.h>

#include "base/alloc.h"
#include "handler/fan_out.h"

static jsonlog_status tee_write(void *self, const jsonlog_line *line) {
    const jl_fan *fan = self;
    return jl_fan_write(fan, jl_fan_all(fan), line);
}

static jsonlog_status tee_flush(void *self) {
    return jl_fan_flush(self);
}

static void tee_close(void *self) {
    jl_fan_done(self);
    jl_free(self);
}

static void tee_after_fork(void *self) {
    jl_fan_after_fork(self);
}

static const jsonlog_handler_class tee_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "tee",
    .write = tee_write,
    .flush = tee_flush,
    .close = tee_close,
    .after_fork = tee_after_fork,
    .is_concurrent = true,
};

jsonlog_handler *jsonlog_tee_handler_new(jsonlog_handler *const *parts, size_t count) {
    jl_fan *fan = jl_alloc(sizeof *fan);
    if (fan == NULL)
        return NULL;
    jsonlog_handler *handler = NULL;
    if (jl_fan_init(fan, parts, count))
        handler = jl_handler_new(&tee_class, fan, JL_HANDLER_HANDS_ON);
    if (handler == NULL) {
        tee_close(fan);
        return NULL;
    }
    if (jl_handler_take_formatter(handler, parts[0]) == JSONLOG_OK)
        return handler;
    jsonlog_handler_release(handler);
    return NULL;
}
