#include <jsonlog/socket.h>

#include "base/clock.h"
#include "base/err.h"
#include "handler/connection.h"
#include "record/handler_base.h"

#define NS_PER_MS INT64_C(1000000)

static jsonlog_status socket_write(void *self, const jsonlog_line *line) {
    return jl_connection_send(self, line->text, line->len, line->level);
}

static jsonlog_status socket_flush(void *self) {
    return jl_connection_flush(self, jl_connection_deadline(self));
}

static void socket_close(void *self) {
    jl_connection_close(self);
}

static void socket_after_fork(void *self) {
    jl_connection_after_fork(self);
}

static const jsonlog_handler_class socket_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "socket",
    .write = socket_write,
    .flush = socket_flush,
    .close = socket_close,
    .after_fork = socket_after_fork,
    .is_concurrent = true,
};

jsonlog_status jsonlog_socket_handler_new(const char *destinations,
                                          const jsonlog_socket_options *options,
                                          jsonlog_handler **out, jsonlog_err *err) {
    jl_connection *connection = NULL;
    if (out == NULL)
        return jl_err_no_out(err);
    if (options != NULL && options->size != sizeof *options)
        return jl_err_wrong_size(err, "jsonlog_socket_options");
    jsonlog_status status = jl_connection_new(destinations, NULL, options, &connection, err);
    if (status != JSONLOG_OK)
        return status;
    jsonlog_handler *handler = jl_handler_new(&socket_class, connection, JL_HANDLER_REPORTS);
    if (handler == NULL) {
        jl_connection_close(connection);
        return jl_err_nomem(err);
    }
    jl_connection_set_handler(connection, handler);
    status = jl_connection_start(connection, err);
    if (status == JSONLOG_OK)
        *out = handler;
    else
        jsonlog_handler_release(handler);
    return status;
}

jsonlog_status jsonlog_socket_flush(jsonlog_handler *handler, uint32_t timeout_ms) {
    jl_connection *connection = jl_handler_self(handler, &socket_class);
    if (connection == NULL)
        return JSONLOG_E_INVALID;
    return jl_connection_flush(connection, jl_clock_monotonic_ns() + timeout_ms * NS_PER_MS);
}

jsonlog_status jsonlog_socket_get_stats(const jsonlog_handler *handler,
                                        jsonlog_socket_stats *stats) {
    const jl_connection *connection = jl_handler_self(handler, &socket_class);
    if (connection == NULL || stats == NULL)
        return JSONLOG_E_INVALID;
    jl_connection_get_stats(connection, stats);
    return JSONLOG_OK;
}
