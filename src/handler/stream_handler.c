#include "base/alloc.h"
#include "handler/output.h"

typedef struct stream {
    jl_output output;
    bool owns_descriptor;
} stream;

static jsonlog_status stream_write(void *self, const jsonlog_line *line) {
    stream *s = self;
    return jl_output_write(&s->output, line);
}

static jsonlog_status stream_flush(void *self) {
    stream *s = self;
    return jl_output_flush(&s->output);
}

static void stream_close(void *self) {
    stream *s = self;
    jl_output_done(&s->output);
    jl_free(s);
}

static void stream_after_fork(void *self) {
    stream *s = self;
    jl_output_after_fork(&s->output);
}

static const jsonlog_handler_class stream_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "stream",
    .write = stream_write,
    .flush = stream_flush,
    .close = stream_close,
    .after_fork = stream_after_fork,
    .has_no_cancellation_point = true,
};

/* ---- public ---- */

/* Without memory nothing is left behind: the handler is released, which frees the stream with it.
 */
static stream *stream_new(bool owns_descriptor, const jsonlog_write_policy *policy) {
    stream *s = jl_calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->owns_descriptor = owns_descriptor;
    jsonlog_handler *handler =
        jl_handler_new(&stream_class, s, JL_HANDLER_REPORTS | JL_HANDLER_TAKES_BLOCKS);
    if (handler == NULL) {
        jl_free(s);
        return NULL;
    }
    if (jl_output_init(&s->output, handler, policy, JL_LINE_MAX_DEFAULT))
        return s;
    s->output.policy = NULL;
    jsonlog_handler_release(handler);
    return NULL;
}

/* The descriptor stays the caller's if this fails, so the target is made before the handler. */
jsonlog_handler *jsonlog_stream_handler_new(int descriptor, const jsonlog_stream_options *options) {
    if (options != NULL && options->size != sizeof *options)
        return NULL;
    bool owns_descriptor = options != NULL && options->owns_descriptor;
    jl_target *t = jl_target_new(descriptor, owns_descriptor);
    if (t == NULL)
        return NULL;
    stream *s = stream_new(owns_descriptor, options == NULL ? NULL : &options->policy);
    if (s == NULL) {
        t->owns_descriptor = false;
        jl_target_free(t);
        return NULL;
    }
    s->output.target = t;
    jl_handler_set_concurrent(s->output.handler, jl_output_is_concurrent(&s->output, t));
    jl_output_close_torn(&s->output, t);
    return s->output.handler;
}

jsonlog_status jsonlog_handler_reopen(jsonlog_handler *handler, int descriptor) {
    stream *s = jl_handler_self(handler, &stream_class);
    jl_descriptor probe;
    if (s == NULL || !jl_descriptor_init(&probe, descriptor))
        return JSONLOG_E_INVALID;
    jl_target *t = jl_target_new(descriptor, s->owns_descriptor);
    if (t == NULL)
        return JSONLOG_E_NOMEM;
    jl_output_close_torn(&s->output, t);
    if (jl_output_is_writing_here(&s->output) || !jl_handler_enter(handler)) {
        t->owns_descriptor = false;
        jl_target_free(t);
        return JSONLOG_E_STATE;
    }
    jl_output_replace_entered(&s->output, t, 0, true);
    jl_handler_leave(handler);
    jl_epoch_settle();
    return JSONLOG_OK;
}
