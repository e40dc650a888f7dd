#include "logger/config_class.h"

#include <jsonlog/journald.h>
#include <jsonlog/lambda.h>
#include <jsonlog/syslog.h>

#define BYTES_MOST  (INT64_C(1) << 30)
#define DAY_MS      86400000
#define MESSAGE_MAX (INT64_C(1) << 20)

/* ---- socket ---- */

typedef struct socket_options {
    const char *destinations;
    jsonlog_socket_options socket;
} socket_options;

#define SOCKET(member) JL_MEMBER(socket_options, socket.member)

static const jl_option_word framings[] = {{"newline", JSONLOG_FRAMING_NEWLINE},
                                          {"octets", JSONLOG_FRAMING_OCTETS},
                                          {"nul", JSONLOG_FRAMING_NUL},
                                          JL_WORDS_END};

/* Of everything that sends through a socket; offsets in another struct. */
#define TIMES(member)                                                                             \
    {"bufferBytes", JL_OPTION_SIZE, member(buffer_bytes), JSONLOG_SOCKET_BUFFER_MIN, BYTES_MOST}, \
        {"resendBytes", JL_OPTION_SIZE, member(resend_bytes), 1, BYTES_MOST},                     \
        {"connectTimeout", JL_OPTION_MS, member(connect_timeout_ms), 1, DAY_MS},                  \
        {"writeTimeout", JL_OPTION_MS, member(write_timeout_ms), 1, DAY_MS},                      \
        {"reconnectMin", JL_OPTION_MS, member(reconnect_min_ms), 1, DAY_MS},                      \
        {"reconnectMax", JL_OPTION_MS, member(reconnect_max_ms), 1, DAY_MS},                      \
        {"keepalive", JL_OPTION_SECONDS, member(keepalive_s), 1, DAY_MS / 1000},                  \
        {"blockTimeout", JL_OPTION_MS, member(block_timeout_ms), 1, DAY_MS}, {                    \
        "drainTimeout", JL_OPTION_MS, member(drain_timeout_ms), 1, DAY_MS                         \
    }

static const jl_option socket_table[] = {
    {"destinations", JL_OPTION_DESTINATIONS, JL_MEMBER(socket_options, destinations), .least = 1,
     .is_required = true},
    {"framing", JL_OPTION_WORD, SOCKET(framing), .words = framings},
    {"datagramMax", JL_OPTION_SIZE, SOCKET(datagram_max), 1, BYTES_MOST},
    TIMES(SOCKET),
    JL_OPTIONS_END,
};

static void init_socket(void *options) {
    const jsonlog_socket_options socket = JSONLOG_SOCKET_OPTIONS_INIT;
    ((socket_options *)options)->socket = socket;
}

static jsonlog_handler *make_socket(const void *options, jsonlog_formatter *formatter,
                                    jsonlog_err *err) {
    const socket_options *o = options;
    jsonlog_handler *handler = NULL;
    (void)formatter;
    jsonlog_socket_handler_new(o->destinations, &o->socket, &handler, err);
    return handler;
}

const jl_config_class jl_class_socket = {.name = "socket",
                                         .size = sizeof(socket_options),
                                         .options = socket_table,
                                         .init = init_socket,
                                         .make_handler = make_socket};

/* ---- syslog ---- */

typedef struct syslog_options {
    const char *destinations;
    jsonlog_syslog_options syslog;
    jsonlog_socket_options socket;
} syslog_options;

#define SYSLOG(member)        JL_MEMBER(syslog_options, syslog.member)
#define SYSLOG_SOCKET(member) JL_MEMBER(syslog_options, socket.member)

static const jl_option_word formats[] = {{"auto", JSONLOG_SYSLOG_AUTO},
                                         {"rfc5424", JSONLOG_SYSLOG_RFC5424},
                                         {"rfc3164", JSONLOG_SYSLOG_RFC3164},
                                         {"rfc3164-local", JSONLOG_SYSLOG_RFC3164_LOCAL},
                                         JL_WORDS_END};
static const jl_option_word syslog_framings[] = {{"auto", JSONLOG_SYSLOG_FRAMING_AUTO},
                                                 {"octets", JSONLOG_SYSLOG_FRAMING_OCTETS},
                                                 {"newline", JSONLOG_SYSLOG_FRAMING_NEWLINE},
                                                 {"nul", JSONLOG_SYSLOG_FRAMING_NUL},
                                                 JL_WORDS_END};
static const jl_option_word facilities[] = {
    {"user", JSONLOG_SYSLOG_USER},     {"mail", JSONLOG_SYSLOG_MAIL},
    {"daemon", JSONLOG_SYSLOG_DAEMON}, {"auth", JSONLOG_SYSLOG_AUTH},
    {"syslog", JSONLOG_SYSLOG_SYSLOG}, {"lpr", JSONLOG_SYSLOG_LPR},
    {"news", JSONLOG_SYSLOG_NEWS},     {"uucp", JSONLOG_SYSLOG_UUCP},
    {"cron", JSONLOG_SYSLOG_CRON},     {"authpriv", JSONLOG_SYSLOG_AUTHPRIV},
    {"ftp", JSONLOG_SYSLOG_FTP},       {"local0", JSONLOG_SYSLOG_LOCAL0},
    {"local1", JSONLOG_SYSLOG_LOCAL1}, {"local2", JSONLOG_SYSLOG_LOCAL2},
    {"local3", JSONLOG_SYSLOG_LOCAL3}, {"local4", JSONLOG_SYSLOG_LOCAL4},
    {"local5", JSONLOG_SYSLOG_LOCAL5}, {"local6", JSONLOG_SYSLOG_LOCAL6},
    {"local7", JSONLOG_SYSLOG_LOCAL7}, JL_WORDS_END};

static const jl_option syslog_table[] = {
    {"destinations", JL_OPTION_DESTINATIONS, JL_MEMBER(syslog_options, destinations), .least = 1,
     .default_port = "514"},
    {"format", JL_OPTION_WORD, SYSLOG(format), .words = formats},
    {"framing", JL_OPTION_WORD, SYSLOG(framing), .words = syslog_framings},
    {"facility", JL_OPTION_WORD, SYSLOG(facility), .words = facilities},
    {"hostname", JL_OPTION_TEXT, SYSLOG(hostname), .least = 1},
    {"appName", JL_OPTION_TEXT, SYSLOG(app_name), .least = 1},
    {"procid", JL_OPTION_TEXT, SYSLOG(procid), .least = 1},
    {"msgid", JL_OPTION_TEXT, SYSLOG(msgid), .least = 1},
    {"structuredDataId", JL_OPTION_TEXT, SYSLOG(structured_data_id), .least = 1},
    {"ceeCookie", JL_OPTION_BOOL, SYSLOG(cee_cookie)},
    {"withBom", JL_OPTION_BOOL, SYSLOG(with_bom)},
    {"messageMax", JL_OPTION_SIZE, SYSLOG(message_max), 480, MESSAGE_MAX},
    TIMES(SYSLOG_SOCKET),
    JL_OPTIONS_END,
};

static void init_syslog(void *options) {
    const jsonlog_syslog_options syslog = JSONLOG_SYSLOG_OPTIONS_INIT;
    const jsonlog_socket_options socket = JSONLOG_SOCKET_OPTIONS_INIT;
    ((syslog_options *)options)->syslog = syslog;
    ((syslog_options *)options)->socket = socket;
}

static jsonlog_handler *make_syslog(const void *options, jsonlog_formatter *formatter,
                                    jsonlog_err *err) {
    const syslog_options *o = options;
    jsonlog_handler *handler = NULL;
    jsonlog_syslog_options syslog = o->syslog;
    syslog.formatter = formatter;
    syslog.socket = &o->socket;
    jsonlog_syslog_handler_new(o->destinations, &syslog, &handler, err);
    return handler;
}

const jl_config_class jl_class_syslog = {.name = "syslog",
                                         .size = sizeof(syslog_options),
                                         .options = syslog_table,
                                         .init = init_syslog,
                                         .make_handler = make_syslog,
                                         .takes_formatter = true};

/* ---- journald ---- */

#define JOURNALD(member) JL_MEMBER(jsonlog_journald_options, member)

static const jl_option journald_table[] = {
    {"identifier", JL_OPTION_TEXT, JOURNALD(identifier), .least = 1},
    {"fieldPrefix", JL_OPTION_TEXT, JOURNALD(field_prefix), .least = 1},
    {"entryMax", JL_OPTION_SIZE, JOURNALD(entry_max), 1024, INT64_C(16) << 20},
    {"withTimestamp", JL_OPTION_BOOL, JOURNALD(with_timestamp)},
    {"opensLate", JL_OPTION_BOOL, JOURNALD(opens_late)},
    JL_OPTIONS_END,
};

static void init_journald(void *options) {
    const jsonlog_journald_options journald = JSONLOG_JOURNALD_OPTIONS_INIT;
    *(jsonlog_journald_options *)options = journald;
}

static jsonlog_handler *make_journald(const void *options, jsonlog_formatter *formatter,
                                      jsonlog_err *err) {
    jsonlog_handler *handler = NULL;
    (void)formatter;
    jsonlog_journald_handler_new(options, &handler, err);
    return handler;
}

const jl_config_class jl_class_journald = {.name = "journald",
                                           .size = sizeof(jsonlog_journald_options),
                                           .options = journald_table,
                                           .init = init_journald,
                                           .make_handler = make_journald};

/* ---- lambda ---- */

#define LAMBDA(member) JL_MEMBER(jsonlog_lambda_options, member)

static const jl_option_word lambda_lines[] = {{"json", JSONLOG_LAMBDA_LINES_JSON},
                                              {"text", JSONLOG_LAMBDA_LINES_TEXT},
                                              {"as-configured", JSONLOG_LAMBDA_LINES_AS_CONFIGURED},
                                              JL_WORDS_END};

static const jl_option lambda_table[] = {
    {"lines", JL_OPTION_WORD, LAMBDA(lines), .words = lambda_lines},
    {"lineMax", JL_OPTION_SIZE, LAMBDA(line_max), 512, JSONLOG_LAMBDA_LINE_MAX},
    JL_OPTIONS_END,
};

static void init_lambda(void *options) {
    const jsonlog_lambda_options lambda = JSONLOG_LAMBDA_OPTIONS_INIT;
    *(jsonlog_lambda_options *)options = lambda;
}

static jsonlog_handler *make_lambda(const void *options, jsonlog_formatter *formatter,
                                    jsonlog_err *err) {
    jsonlog_handler *handler = NULL;
    (void)formatter;
    jsonlog_lambda_handler_new(options, &handler, err);
    return handler;
}

const jl_config_class jl_class_lambda = {.name = "lambda",
                                         .size = sizeof(jsonlog_lambda_options),
                                         .options = lambda_table,
                                         .init = init_lambda,
                                         .make_handler = make_lambda};
