#include "base/alloc.h"
#include "record/handler_base.h"

typedef struct callback {
    bool (*fn)(const jsonlog_line *line, void *context);
    void *context;
} callback;

/* errno was zero before and is what the function left: it may say why. */
static jsonlog_status callback_write(void *self, const jsonlog_line *line) {
    callback *c = self;
    return c->fn(line, c->context) ? JSONLOG_OK : JSONLOG_E_IO;
}

static const jsonlog_handler_class callback_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "callback",
    .write = callback_write,
    .close = jl_free,
};

jsonlog_handler *jsonlog_callback_handler_new(bool (*fn)(const jsonlog_line *line, void *context),
                                              void *context) {
    callback *c = fn == NULL ? NULL : jl_alloc(sizeof *c);
    if (c == NULL)
        return NULL;
    *c = (callback){fn, context};
    jsonlog_handler *handler = jl_handler_new(&callback_class, c, JL_HANDLER_REPORTS);
    if (handler == NULL)
        jl_free(c);
    return handler;
}
