#ifndef JL_HANDLER_CONNECTION_INSIDE_H
#define JL_HANDLER_CONNECTION_INSIDE_H
/**
 * The inside of a connection, shared by its files: connection.c is what logging threads run,
 * connection_worker.c the thread, connection_peer.c one peer from connect to close,
 * connection_lines.c lines on their way to it, connection_rescue.c what becomes of lines in a
 * crash.
 *
 *     head            delivered        next            tail
 *      |                  |              |               |
 *    --[  kept in case    ][  unconfirmed  ][   waiting    ]---     positions in the ring
 *      [  of a reset      ]
 *
 * Lines stay in the ring until they need not be sent again; the thread moves four cursors over
 * them, and a new connection starts over at the head.
 */
#include "base/destination.h"
#include "base/ring.h"
#include "base/thread.h"
#include "handler/connection.h"
#include "handler/rescue.h"
#include "record/queue.h"

#define JL_NS_PER_MS INT64_C(1000000)

/** The largest payload of a UDP datagram over IPv4. */
#define JL_UDP_MAX 65507

/** The place of a line in the ring, and where its frame begins in the stream of a connection. */
typedef struct jl_cursor {
    uint64_t at;
    uint64_t offset;
} jl_cursor;

/** One peer, from connect to close. The thread's alone, but for the descriptor, which the child of
 * a fork closes. */
typedef struct jl_peer {
    int fd; /**< -1: none */
    jl_socket_kind kind;
    jsonlog_framing framing;
    jl_cursor kept; /**< the ring's head */
    jl_cursor delivered;
    jl_cursor next; /**< the line that is being sent */
    size_t begun;   /**< bytes of its frame that are sent */
    size_t unconfirmed;
    int64_t connected_ns;
    int64_t busy_ns;    /**< the last time that something was sent, or was still to be */
    int64_t stalled_ns; /**< since when nothing more was confirmed; 0: all is well */
    int64_t confirmed;  /**< the most bytes of the stream that were confirmed at any time */
} jl_peer;

typedef enum jl_connection_mode {
    JL_CONNECTION_IDLE,    /**< no thread yet: not started, or in the child of a fork */
    JL_CONNECTION_RUNNING, /**< the ring is open; in all others it is closed */
    JL_CONNECTION_ENDING,
    JL_CONNECTION_ENDED,
} jl_connection_mode;

/** What the thread does; decides whether who puts a line has to wake it. */
typedef enum jl_connection_rest {
    JL_CONNECTION_BUSY,    /**< or waiting for something that is no line */
    JL_CONNECTION_NAPPING, /**< looks again within a millisecond */
    JL_CONNECTION_ASLEEP,
} jl_connection_rest;

struct jl_connection {
    jl_ring ring;
    uint32_t rest; /**< atomic jl_connection_rest */
    uint32_t mode; /**< atomic jl_connection_mode; written with the lock held */
    int wake[2];   /**< a pipe that ends the thread's waits */

    jl_queue queue;   /**< of the process's statistics */
    jl_holder holder; /**< its handler: NULL before it is known */

    /* set once */
    jsonlog_socket_options options;
    jsonlog_handler *handler; /**< around this; with the lock held; NULL: none, or none any more */
    jl_destination destinations[JL_DESTINATIONS_MAX];
    size_t destination_count;
    size_t limit_low;  /**< of the ring, for lines below ERROR */
    size_t wake_level; /**< so many bytes in the ring end a nap */
    size_t line_max;   /**< for a line that can only become a datagram */

    pthread_mutex_t lock;
    pthread_cond_t turn;   /**< the head or `delivered` has moved, or the thread has ended */
    uint32_t waiting;      /**< atomic: how many wait for that */
    uint64_t delivered;    /**< atomic: the peer's cursor, as a position */
    uint32_t hurry;        /**< atomic: somebody waits, so try to connect now */
    uint32_t is_abandoned; /**< atomic: nobody waits for the lines any more */
    uint32_t owners;       /**< atomic: the handler, and the thread; the last one frees */
    bool flush_failed;     /**< atomic: the last flush timed out: the close need not wait too */
    jl_lock start;         /**< around the start of the thread in a child */
    pthread_t thread;
    bool is_joinable;

    /* the thread's */
    jl_peer peer;
    uint64_t random;
    uint64_t counted_to; /**< position: lines in front of it are counted as delivered */
    uint64_t begun_to;   /**< position: lines in front of it were begun once */

    /* atomic counters, as in jsonlog_socket_stats */
    uint64_t attempts, connects, losses, lines, resent, lost_full, lost_large, lost_error;
    uint64_t dropped; /**< lines that were accepted and are neither delivered nor in the ring */
    uint32_t backoff_ms;
    uint32_t is_connected;
    int last_errno;
};

static inline void jl_connection_add(uint64_t *counter, uint64_t by) {
    __atomic_fetch_add(counter, by, __ATOMIC_RELAXED);
}

static inline jl_connection_mode jl_connection_mode_of(const jl_connection *c) {
    return (jl_connection_mode)__atomic_load_n(&c->mode, __ATOMIC_SEQ_CST);
}

static inline bool jl_socket_is_stream(jl_socket_kind kind) {
    return kind == JL_SOCKET_TCP || kind == JL_SOCKET_UNIX_STREAM;
}

/* ---- connection.c ---- */

/** Wake the thread whatever it waits for. */
void jl_connection_wake(jl_connection *c);

/** One owner less; the last one frees. */
void jl_connection_drop(jl_connection *c);

/* ---- connection_peer.c ---- */

/** Wait on the thread for events of a descriptor (-1: of none), for being woken, or for the moment
 *  to come. @return the events. */
short jl_peer_wait(const jl_connection *c, int fd, short events, int64_t until_ns);

/** Try all addresses of all destinations once. @return whether there is a peer now; if not,
 *  c->last_errno says why. */
bool jl_peer_open(jl_connection *c);
void jl_peer_close(jl_connection *c);

/** What the peer says: nothing, as a rule. @return 0; an errno if the connection is lost; EPIPE if
 *  the peer has closed it. What it sends is read and forgotten. */
int jl_peer_listen(const jl_peer *peer);

/* ---- connection_lines.c ---- */

/** What became of an attempt to send all there is. */
typedef enum jl_sending {
    JL_SENT_ALL,
    JL_SENT_UNFINISHED, /**< a thread is just putting the next line */
    JL_SENT_BLOCKED,    /**< the peer takes no more now */
    JL_SENT_STARVED,    /**< the system takes no more now, and does not say when it will */
    JL_SENT_LOST,       /**< no more connection: errno */
} jl_sending;

jl_sending jl_lines_send(jl_connection *c);

/** Begin anew at the head, on a new connection or without one. */
void jl_lines_rewind(jl_connection *c);

/** How many bytes of the stream are sent. */
static inline uint64_t jl_lines_sent(const jl_peer *peer) {
    return peer->next.offset + peer->begun;
}

/** Move the cursors over what the peer need not get again: all but `unconfirmed` bytes are
 * delivered, and all of those but the last `kept` are given up. */
void jl_lines_confirm(jl_connection *c, size_t unconfirmed, size_t kept);

/** How many finished lines are not delivered. */
uint64_t jl_lines_count_left(const jl_connection *c);

/* ---- connection_rescue.c ---- */

/** From here on a crash waits a little for lines in the ring, and counts those that are left. */
void jl_connection_hold(jl_connection *c, const jsonlog_handler *handler);

/** In the child of a fork: they are the parent's. */
void jl_connection_forget_held(jl_connection *c);

/* ---- connection_worker.c ---- */

/** What the thread runs. */
void *jl_connection_run(void *connection);

/** Whether this thread is that of any connection. */
bool jl_connection_is_worker(void);

/** The wait after a failed try, given the one before (0: none). */
static inline uint32_t jl_backoff_next(uint32_t before_ms, uint32_t min_ms, uint32_t max_ms) {
    if (before_ms == 0)
        return min_ms;
    return before_ms > max_ms / 2 ? max_ms : before_ms * 2;
}

#endif
