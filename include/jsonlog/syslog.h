#ifndef JSONLOG_SYSLOG_H
#define JSONLOG_SYSLOG_H
/**
 * Syslog: RFC 5424 and RFC 3164, to the local socket, over UDP or over TCP.
 *
 *     jsonlog_syslog_options options = JSONLOG_SYSLOG_OPTIONS_INIT;
 *     options.facility = JSONLOG_SYSLOG_LOCAL0;
 *     jsonlog_handler *syslog = NULL;
 *     jsonlog_err err;
 *     if (jsonlog_syslog_handler_new("tcp://logs.internal:514", &options, &syslog, &err) !=
 *         JSONLOG_OK)
 *         fprintf(stderr, "%s\n", err.text);
 *     jsonlog_logger_add_handler(jsonlog_root(), syslog);
 *     jsonlog_handler_release(syslog);
 *
 *     RFC 5424        <131>1 2026-11-22T08:07:45.784123Z web1 payment 4711 - - {"timestamp":…}
 *     RFC 3164        <131>Nov 22 17:07:45 web1 payment[4711]: {"timestamp":…}
 *     RFC 3164 local  <131>Nov 22 17:07:45 payment[4711]: {"timestamp":…}
 *
 * Severity: FATAL 2 (critical), ERROR 3, WARN 4, INFO 6, DEBUG and TRACE 7; a level between two
 * counts as the lower one. The time is that of the call: in RFC 5424 UTC with microseconds, in RFC
 * 3164 local time.
 *
 * The message (MSG) is the formatter's line without the newline at its end. Control characters
 * (below U+0020) cannot stand in it: each becomes a blank. In JSON they stand between tokens only,
 * so JSON of several lines becomes the same JSON on one, and what was inside strings is escaped
 * already; of a formatter of your own that makes several lines, one message is made. No byte order
 * mark stands in front unless `with_bom` is set and the text is well-formed UTF-8: RFC 5424 wants
 * one, and most receivers then no longer see that what follows is JSON.
 *
 * Length. A message, header included, has at most `message_max` bytes. The handler comes with a
 * JSON formatter that makes lines which fit: it shortens strings and leaves out fields as its
 * header says, and the line stays valid JSON. A line of another formatter that is too long is cut
 * on a code point and ends in `…`; but if it ends in `}` it is taken for JSON, is never cut, and is
 * refused, counted and reported with EMSGSIZE: give such a formatter a smaller line_max.
 *
 * Structured data. With `structured_data_id` the fields of a record stand in RFC 5424's
 * STRUCTURED-DATA too: [app@32473 errorCode="DA00012" user.id="7"]. Objects are taken apart, keys
 * joined by dots; bytes that a name may not hold become `_`, and names are cut to 32. Values are
 * texts as in JSON, without the quotes of strings; `"`, `\` and `]` are escaped as the RFC says,
 * control characters first as in JSON, ill-formed bytes are U+FFFD. The message goes first:
 * parameters that do not fit beside it are left out.
 *
 * How lines travel, what accepted means, what happens when the receiver is away, what a kill loses
 * and what is sent again stands in jsonlog/socket.h; it holds here for all transports. Syslog has
 * no receipts: what a daemon had read and not yet stored when it was killed, and datagrams that got
 * lost, nobody can know of. What was still on its way over TCP is sent again, so a daemon that was
 * killed may show lines twice.
 *
 * Threads: everything may be called from any thread. Signals: nothing. fork(): the child has a
 * connection and a process id of its own.
 */
#include <jsonlog/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum jsonlog_syslog_format {
    JSONLOG_SYSLOG_AUTO = 0, /**< RFC 3164 local if every destination is a local socket, which is
                                  what syslog(3) sends and local daemons expect; else RFC 5424 */
    JSONLOG_SYSLOG_RFC5424 = 1,
    JSONLOG_SYSLOG_RFC3164 = 2,
    JSONLOG_SYSLOG_RFC3164_LOCAL = 3, /**< without the host's name */
} jsonlog_syslog_format;

/** What tells messages apart on a stream (RFC 6587). */
typedef enum jsonlog_syslog_framing {
    JSONLOG_SYSLOG_FRAMING_AUTO = 0,   /**< octet counting; a newline if every destination is a
                                            local socket */
    JSONLOG_SYSLOG_FRAMING_OCTETS = 1, /**< the length and a blank in front of each */
    JSONLOG_SYSLOG_FRAMING_NEWLINE = 2,
    JSONLOG_SYSLOG_FRAMING_NUL = 3,
} jsonlog_syslog_framing;

/** RFC 5424 table 1, without the kernel's. */
typedef enum jsonlog_syslog_facility {
    JSONLOG_SYSLOG_USER = 1,
    JSONLOG_SYSLOG_MAIL = 2,
    JSONLOG_SYSLOG_DAEMON = 3,
    JSONLOG_SYSLOG_AUTH = 4,
    JSONLOG_SYSLOG_SYSLOG = 5,
    JSONLOG_SYSLOG_LPR = 6,
    JSONLOG_SYSLOG_NEWS = 7,
    JSONLOG_SYSLOG_UUCP = 8,
    JSONLOG_SYSLOG_CRON = 9,
    JSONLOG_SYSLOG_AUTHPRIV = 10,
    JSONLOG_SYSLOG_FTP = 11,
    JSONLOG_SYSLOG_LOCAL0 = 16,
    JSONLOG_SYSLOG_LOCAL1 = 17,
    JSONLOG_SYSLOG_LOCAL2 = 18,
    JSONLOG_SYSLOG_LOCAL3 = 19,
    JSONLOG_SYSLOG_LOCAL4 = 20,
    JSONLOG_SYSLOG_LOCAL5 = 21,
    JSONLOG_SYSLOG_LOCAL6 = 22,
    JSONLOG_SYSLOG_LOCAL7 = 23,
} jsonlog_syslog_facility;

/** Options of jsonlog_syslog_handler_new(); start from JSONLOG_SYSLOG_OPTIONS_INIT. All is copied.
 *  Texts of the header are printable ASCII without blanks. */
typedef struct jsonlog_syslog_options {
    size_t size;
    jsonlog_syslog_format format;
    jsonlog_syslog_framing framing;
    unsigned facility;    /**< a jsonlog_syslog_facility, up to 23; 0: USER */
    const char *hostname; /**< at most 255; NULL: gethostname() */
    const char *app_name; /**< at most 48; NULL: the program's name. RFC 3164's tag: at most 32,
                               with `_` for `[`, `]` and `:` */
    const char *procid;   /**< at most 128; NULL: the process id */
    const char *msgid;    /**< at most 32; NULL: "-"; RFC 5424 only */
    const char *structured_data_id; /**< "name@number", at most 32, with a private enterprise number
                                         of yours; NULL: no structured data. RFC 5424 only */
    jsonlog_formatter *formatter;   /**< of MSG; the handler takes a reference. NULL: JSON that fits
                                         message_max. Set later with jsonlog_handler_set_formatter()
                                         a formatter replaces the structured data, too */
    bool cee_cookie; /**< "@cee: " in front of lines that begin with `{`, for rsyslog's mmjsonparse
                          and others */
    bool with_bom;   /**< see above; RFC 5424 only */
    size_t message_max; /**< 480 to 1 MiB, over UDP to 65,507. 0: for RFC 3164 over the network
                             1,024, the most the RFC allows; for RFC 5424 over UDP 2,048, what it
                             asks of receivers; else 8,192, what rsyslogd takes by default. Up to
                             that a log call allocates nothing */
    const jsonlog_socket_options *socket; /**< buffer and times; NULL: the defaults. Its framing and
                                               datagram_max are not used */
} jsonlog_syslog_options;
#define JSONLOG_SYSLOG_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_syslog_options)

/**
 * Send lines to a syslog daemon.
 *
 * @param destinations  as for jsonlog_socket_handler_new(), tried in order; the port may be left
 *                      out and is 514 then. NULL: the local socket (/dev/log), first as a datagram
 *                      socket, then as a stream.
 * @param options       NULL for defaults.
 * @param out           set on success; one reference, give it back with jsonlog_handler_release().
 *                      That nobody listens is no failure.
 * @param err           may be NULL.
 * @return JSONLOG_OK, JSONLOG_E_INVALID (an option out of its range, or one of RFC 5424 for RFC
 *         3164), JSONLOG_E_SYNTAX, JSONLOG_E_LIMIT, JSONLOG_E_NOMEM, JSONLOG_E_IO.
 */
JSONLOG_API jsonlog_status jsonlog_syslog_handler_new(const char *destinations,
                                                      const jsonlog_syslog_options *options,
                                                      jsonlog_handler **out, jsonlog_err *err);

/** What has become of the messages. @return JSONLOG_OK or JSONLOG_E_INVALID (not a syslog handler,
 *  or NULL). */
JSONLOG_API jsonlog_status jsonlog_syslog_get_stats(const jsonlog_handler *handler,
                                                    jsonlog_socket_stats *stats);

#ifdef __cplusplus
}
#endif
#endif
