#ifndef JSONLOG_SOCKET_H
#define JSONLOG_SOCKET_H
/**
 * Lines to another process or machine: TCP, UDP, Unix stream and Unix datagram sockets.
 *
 *     jsonlog_handler *remote = NULL;
 *     jsonlog_err err;
 *     if (jsonlog_socket_handler_new("tcp://logs.internal:5170 unix:///run/relay.sock", NULL,
 *                                    &remote, &err) != JSONLOG_OK)
 *         fprintf(stderr, "%s\n", err.text);
 *     jsonlog_logger_add_handler(jsonlog_root(), remote);
 *     jsonlog_handler_release(remote);
 *
 * The calling thread copies its line into a buffer of fixed size and goes on: it never waits for a
 * name server, a connection or a slow peer, unless `block_timeout_ms` asks for that. A thread of
 * the handler's own resolves names, connects, writes, and connects again when the peer has gone:
 * first at once, then after waits that double up to a limit. The destinations are tried in order,
 * with all addresses of each; after a loss it begins with the first one again.
 *
 * Accepted means: in the buffer. Lines below ERROR may fill three quarters of it, the rest is for
 * ERROR and above. When it is full further lines are refused, counted as lost_again, and reported
 * at their place by a line of their own: {"message":"lines lost","lost":17,"reason":"EAGAIN"}. A
 * kill and _exit() lose what the buffer holds; a crash waits a moment for it and counts what is
 * left (crash.h); exit() and jsonlog_shutdown() write it out for at most `drain_timeout_ms`, and
 * what is left then is counted in jsonlog_stats.
 *
 * Lines stay whole and in order. When a stream connection is lost, every line that the peer may not
 * have got whole is sent again, from its beginning, on the next connection: a peer can see a line
 * twice, but misses none:
 *  - Unix stream: a line stays in the buffer until the peer has read it.
 *  - TCP: until the peer's system has acknowledged it; besides, the last `resend_bytes` are kept
 *    for 5 seconds after there was nothing more to send, and sent again after a reset (a peer that
 *    closes in good order has read all), because a peer that is killed takes with it what it had
 *    not read. Where it holds more than that, or something for longer, lines can be lost without
 *    anybody knowing: TCP has no receipts.
 *  - datagrams: until the system has taken it. A UDP datagram that is known to be refused is sent
 *    again; others vanish unseen, as is the nature of UDP. A line too long for a datagram is
 *    refused or dropped, counted, and reported with the reason EMSGSIZE.
 * Systems other than Linux do not tell what is acknowledged; there a line counts as delivered, but
 * for `resend_bytes`, once the system has taken it.
 *
 * Fork: the child makes a connection of its own with its first record; its buffer is empty, for
 * what the parent had in it is the parent's to send. Descriptors are closed on exec. No SIGPIPE.
 *
 * Threads: everything may be called from any thread. Signals: nothing. The handler's thread takes
 * no signals.
 */
#include <jsonlog/handler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a stream tells where a line ends. A datagram is one line, without its newline. */
typedef enum jsonlog_framing {
    JSONLOG_FRAMING_NEWLINE = 0, /**< a newline behind each line */
    JSONLOG_FRAMING_OCTETS = 1,  /**< its length in bytes and a blank in front: "5 hello" (RFC 6587
                                      3.4.1); the line's own newline is taken off */
    JSONLOG_FRAMING_NUL = 2,     /**< a NUL instead of the newline */
} jsonlog_framing;

#define JSONLOG_SOCKET_BUFFER_MIN     ((size_t)4096)
#define JSONLOG_SOCKET_BUFFER_MAX     ((size_t)1 << 30)
#define JSONLOG_SOCKET_BUFFER_DEFAULT ((size_t)1 << 20)

/** For `resend_bytes`: keep nothing that was acknowledged. */
#define JSONLOG_RESEND_NONE SIZE_MAX

/** Options of jsonlog_socket_handler_new(); start from JSONLOG_SOCKET_OPTIONS_INIT. Times are in
 *  milliseconds, at most a day. */
typedef struct jsonlog_socket_options {
    size_t size;
    jsonlog_framing framing; /**< of streams */
    size_t buffer_bytes; /**< rounded up to a power of two; 0: 1 MiB. A line takes 16 to 31 bytes
                              more than its text; one that cannot fit is refused */
    size_t resend_bytes; /**< TCP: see above; 0: 65,536; at most a quarter of the buffer */
    size_t datagram_max; /**< a longer line is refused for datagrams; 0: what the system takes */
    uint32_t connect_timeout_ms; /**< for one address; 0: 5,000. Names are resolved in the time the
                                      system's resolver takes */
    uint32_t write_timeout_ms;   /**< give a connection up when the peer takes nothing, or
                                      acknowledges nothing, for so long; 0: 30,000 */
    uint32_t reconnect_min_ms;   /**< the first wait after a failed try; 0: 100 */
    uint32_t reconnect_max_ms;   /**< waits double up to this; 0: 30,000. Each is shortened by up to
                                      a half, at random, so that clients do not come all at once */
    uint32_t keepalive_s;        /**< TCP: probe a peer that was silent for so long; 0: 60 */
    uint32_t block_timeout_ms; /**< how long a call waits for room in a full buffer; 0: not at all.
                                    Never from within a handler */
    uint32_t drain_timeout_ms; /**< how long jsonlog_handler_flush(), jsonlog_flush() and the last
                                    release wait, each; 0: 5,000 */
} jsonlog_socket_options;
#define JSONLOG_SOCKET_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_socket_options)

/**
 * Send lines to a socket.
 *
 * @param destinations  one or more (at most 8), with blanks between them, copied:
 *
 *         tcp://host:port   udp://host:port     a name, an IPv4 address, or an IPv6 address in
 *                                               brackets; a port number or the name of a service
 *         unix:///run/log.sock                  a stream socket
 *         unixgram:///dev/log                   a datagram socket
 *         unix://@name                          in the abstract name space (Linux)
 *
 *     In a path, %20 is a blank (and %xx any other byte but NUL). A relative path is meant from the
 *     working directory of each try.
 * @param options  NULL for defaults.
 * @param out      set on success; one reference, give it back with jsonlog_handler_release(). That
 *                 nobody listens is no failure.
 * @param err      may be NULL; its offset is that of the part of `destinations` at fault.
 * @return JSONLOG_OK, JSONLOG_E_INVALID (no destinations, an option out of its range),
 *         JSONLOG_E_SYNTAX, JSONLOG_E_LIMIT (too many, or a part is too long), JSONLOG_E_NOMEM,
 *         JSONLOG_E_IO (no descriptor or no thread can be had).
 */
JSONLOG_API jsonlog_status jsonlog_socket_handler_new(const char *destinations,
                                                      const jsonlog_socket_options *options,
                                                      jsonlog_handler **out, jsonlog_err *err);

/**
 * Wait until every line accepted before this call is delivered: read, acknowledged, or taken by the
 * system, as said above. A wait for the next try to connect is cut short.
 *
 * @return JSONLOG_OK, JSONLOG_E_TIMEOUT, JSONLOG_E_INVALID (not a socket handler), JSONLOG_E_STATE
 *         (from the handler's own thread).
 */
JSONLOG_API jsonlog_status jsonlog_socket_flush(jsonlog_handler *handler, uint32_t timeout_ms);

/** What has become of the lines and of the connection. */
typedef struct jsonlog_socket_stats {
    bool is_connected;
    uint64_t attempts;     /**< addresses tried */
    uint64_t connects;     /**< … with success */
    uint64_t losses;       /**< connections lost, given up ones among them */
    uint64_t lines;        /**< delivered */
    uint64_t resent;       /**< lines begun again on a later connection */
    uint64_t lost_full;    /**< refused: the buffer was full */
    uint64_t lost_large;   /**< refused or dropped: too long for the buffer or a datagram */
    uint64_t lost_error;   /**< accepted, then dropped: the system refused this very line */
    size_t buffered_bytes; /**< in use now: lines that wait, and those not delivered for certain */
    size_t buffer_bytes;   /**< in all */
    uint32_t backoff_ms;   /**< the wait after the last failed try, before it was shortened */
    int last_errno;        /**< why the last try failed or the last connection was lost; 0 if none;
                                EHOSTUNREACH also when a name was not found */
} jsonlog_socket_stats;

/** @return JSONLOG_OK or JSONLOG_E_INVALID (not a socket handler, or NULL). Each number is right,
 *  but they are not all of the same moment. */
JSONLOG_API jsonlog_status jsonlog_socket_get_stats(const jsonlog_handler *handler,
                                                    jsonlog_socket_stats *stats);

#ifdef __cplusplus
}
#endif
#endif
