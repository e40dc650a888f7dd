#include <jsonlog/syslog.h>

#include "base/alloc.h"
#include "base/err.h"
#include "handler/connection.h"
#include "handler/syslog_format.h"
#include "record/handler_base.h"
#include "record/syslog_data.h"

#include <errno.h>
#include <syslog.h>

/* Datagrams keep messages apart; what listens on a stream instead is old, or on another system. */
#define LOCAL_DESTINATIONS "unixgram://" _PATH_LOG " unix://" _PATH_LOG

#define DEFAULT_PORT "514"

typedef struct syslog_handler {
    jl_connection *connection;
    jl_syslog_form form;
} syslog_handler;

static jsonlog_status syslog_write(void *self, const jsonlog_line *line) {
    const syslog_handler *s = self;
    char space[JL_SYSLOG_MESSAGE_MAX_DEFAULT];
    jl_buffer message;
    jl_buffer_init(&message, space, sizeof space, s->form.message_max);
    jsonlog_status status = jl_syslog_append(&message, &s->form, line);
    if (status == JSONLOG_OK)
        status = jl_connection_send(s->connection, message.data, message.len, line->level);
    else if (status == JSONLOG_E_NOMEM)
        errno = ENOMEM;
    jl_buffer_done(&message);
    return status;
}

static jsonlog_status syslog_flush(void *self) {
    const syslog_handler *s = self;
    return jl_connection_flush(s->connection, jl_connection_deadline(s->connection));
}

static void syslog_close(void *self) {
    syslog_handler *s = self;
    jl_connection_close(s->connection);
    jl_free(s);
}

static void syslog_after_fork(void *self) {
    syslog_handler *s = self;
    jl_syslog_form_set_process(&s->form);
    jl_connection_after_fork(s->connection);
}

static const jsonlog_handler_class syslog_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "syslog",
    .write = syslog_write,
    .flush = syslog_flush,
    .close = syslog_close,
    .after_fork = syslog_after_fork,
    .is_concurrent = true,
};

/* ---- making one ---- */

/* The newline at the end of a line does not travel. */
static jsonlog_formatter *new_fitting_json(const jl_syslog_form *form, jsonlog_err *err) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.line_max = jl_syslog_form_room(form) + 1;
    return jsonlog_json_formatter_new(&options, err);
}

/* @return a reference; takes the one it is given. NULL without memory. */
static jsonlog_formatter *with_data(const jl_syslog_form *form, jsonlog_formatter *inner) {
    if (*form->data_id == '\0')
        return inner;
    const size_t max = jl_syslog_form_room(form) + sizeof "- " - 1;
    jsonlog_formatter *outer = jl_syslog_data_formatter_new(form->data_id, inner, max);
    jsonlog_formatter_release(inner);
    return outer;
}

static jsonlog_status set_formatter(jsonlog_handler *handler, const jl_syslog_form *form,
                                    jsonlog_formatter *given, jsonlog_err *err) {
    jsonlog_formatter *formatter =
        given == NULL ? new_fitting_json(form, err) : jsonlog_formatter_retain(given);
    if (formatter == NULL)
        return err->code;
    formatter = with_data(form, formatter);
    if (formatter == NULL)
        return jl_err_nomem(err);
    const jsonlog_status status = jsonlog_handler_set_formatter(handler, formatter);
    jsonlog_formatter_release(formatter);
    return status == JSONLOG_OK ? status : jl_err_nomem(err);
}

static jsonlog_framing framing_of(jsonlog_syslog_framing framing, jl_syslog_reach reach) {
    switch (framing) {
    case JSONLOG_SYSLOG_FRAMING_OCTETS: return JSONLOG_FRAMING_OCTETS;
    case JSONLOG_SYSLOG_FRAMING_NEWLINE: return JSONLOG_FRAMING_NEWLINE;
    case JSONLOG_SYSLOG_FRAMING_NUL: return JSONLOG_FRAMING_NUL;
    default: return reach.is_local ? JSONLOG_FRAMING_NEWLINE : JSONLOG_FRAMING_OCTETS;
    }
}

static jsonlog_status connect_to(const char *destinations, const jsonlog_syslog_options *options,
                                 jl_connection **out, jsonlog_err *err) {
    jsonlog_socket_options socket = JSONLOG_SOCKET_OPTIONS_INIT;
    if (options->socket != NULL && options->socket->size != sizeof socket)
        return jl_err_wrong_size(err, "jsonlog_socket_options");
    if (options->socket != NULL)
        socket = *options->socket;
    socket.framing = framing_of(options->framing, jl_syslog_reach_of(destinations));
    socket.datagram_max = 0;
    return jl_connection_new(destinations, DEFAULT_PORT, &socket, out, err);
}

/* From here on the handler owns the connection, and its release frees all. */
static jsonlog_handler *wrap(jl_connection *connection, const jl_syslog_form *form) {
    syslog_handler *s = jl_alloc(sizeof *s);
    jsonlog_handler *handler =
        s == NULL ? NULL : jl_handler_new(&syslog_class, s, JL_HANDLER_REPORTS);
    if (handler == NULL) {
        jl_free(s);
        jl_connection_close(connection);
        return NULL;
    }
    *s = (syslog_handler){.connection = connection, .form = *form};
    jl_connection_set_handler(connection, handler);
    return handler;
}

static jsonlog_status make(const char *destinations, const jsonlog_syslog_options *options,
                           jsonlog_handler **out, jsonlog_err *err) {
    jl_syslog_form form;
    jl_connection *connection = NULL;
    jsonlog_status status =
        jl_syslog_form_init(&form, options, jl_syslog_reach_of(destinations), err);
    if (status == JSONLOG_OK)
        status = connect_to(destinations, options, &connection, err);
    if (status != JSONLOG_OK)
        return status;
    jsonlog_handler *handler = wrap(connection, &form);
    if (handler == NULL)
        return jl_err_nomem(err);
    status = set_formatter(handler, &form, options->formatter, err);
    if (status == JSONLOG_OK)
        status = jl_connection_start(connection, err);
    if (status == JSONLOG_OK)
        *out = handler;
    else
        jsonlog_handler_release(handler);
    return status;
}

jsonlog_status jsonlog_syslog_handler_new(const char *destinations,
                                          const jsonlog_syslog_options *options,
                                          jsonlog_handler **out, jsonlog_err *err) {
    static const jsonlog_syslog_options defaults = JSONLOG_SYSLOG_OPTIONS_INIT;
    jsonlog_err unheard;
    if (err == NULL)
        err = &unheard;
    if (options == NULL)
        options = &defaults;
    if (out == NULL)
        return jl_err_no_out(err);
    if (options->size != sizeof *options)
        return jl_err_wrong_size(err, "jsonlog_syslog_options");
    return make(destinations == NULL ? LOCAL_DESTINATIONS : destinations, options, out, err);
}

jsonlog_status jsonlog_syslog_get_stats(const jsonlog_handler *handler,
                                        jsonlog_socket_stats *stats) {
    const syslog_handler *s = jl_handler_self(handler, &syslog_class);
    if (s == NULL || stats == NULL)
        return JSONLOG_E_INVALID;
    jl_connection_get_stats(s->connection, stats);
    return JSONLOG_OK;
}
