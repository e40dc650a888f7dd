#include "base/clock.h"
#include "base/compat_socket.h"
#include "handler/connection_inside.h"
#include "record/handler_base.h"
#include "record/stats.h"

#include <errno.h>
#include <stdio.h>
#include <sys/uio.h>

/* How many lines go out with one call, each in at most four pieces: what stands in front of it, its
 * two halves, what stands behind it. */
#define LINES_MAX  32
#define PIECES_MAX (LINES_MAX * 4)
#define PREFIX_MAX 24

/* ---- frames ---- */

static const char frame_end[] = {[JSONLOG_FRAMING_NEWLINE] = '\n', [JSONLOG_FRAMING_NUL] = '\0'};

static size_t text_len(const jl_ring_view *view) {
    return view->len[0] + view->len[1];
}

/* @return its length. */
static size_t write_prefix(const jl_peer *peer, size_t len, char prefix[PREFIX_MAX]) {
    if (peer->framing != JSONLOG_FRAMING_OCTETS || !jl_socket_is_stream(peer->kind))
        return 0;
    return (size_t)snprintf(prefix, PREFIX_MAX, "%zu ", len);
}

/* A datagram counts one byte more than it has, so that the empty one counts too. */
static size_t frame_len(const jl_peer *peer, const jl_ring_view *view) {
    char prefix[PREFIX_MAX];
    const size_t len = text_len(view);
    const size_t prefix_len = write_prefix(peer, len, prefix);
    return len + (prefix_len > 0 ? prefix_len : 1);
}

/* Pieces of frames, for sendmsg(). */
typedef struct gathering {
    struct iovec pieces[PIECES_MAX];
    size_t count;
    char prefixes[LINES_MAX][PREFIX_MAX];
} gathering;

/* sendmsg() only reads, though its type does not say so. */
static void add_piece(gathering *g, const char *bytes, size_t len, size_t *skip) {
    const size_t skipped = len < *skip ? len : *skip;
    *skip -= skipped;
    if (skipped == len)
        return;
    union {
        const char *in;
        void *out;
    } base = {.in = bytes + skipped};
    g->pieces[g->count++] = (struct iovec){base.out, len - skipped};
}

static void add_line(gathering *g, const jl_peer *peer, const jl_ring_view *view, char *prefix,
                     size_t skip) {
    const size_t prefix_len = write_prefix(peer, text_len(view), prefix);
    add_piece(g, prefix, prefix_len, &skip);
    add_piece(g, view->text[0], view->len[0], &skip);
    add_piece(g, view->text[1], view->len[1], &skip);
    if (jl_socket_is_stream(peer->kind) && prefix_len == 0)
        add_piece(g, &frame_end[peer->framing], 1, &skip);
}

/* @return the number of lines gathered: one, if they are to be datagrams. */
static size_t gather(const jl_connection *c, gathering *g) {
    const jl_peer *peer = &c->peer;
    const size_t most = jl_socket_is_stream(peer->kind) ? LINES_MAX : 1;
    uint64_t at = peer->next.at;
    size_t lines = 0;
    g->count = 0;
    for (jl_ring_view view; lines < most && jl_ring_peek(&c->ring, at, &view); lines++) {
        add_line(g, peer, &view, g->prefixes[lines], lines == 0 ? peer->begun : 0);
        at += jl_ring_size_of(text_len(&view));
    }
    return lines;
}

/* ---- cursors ---- */

/* Over one line. @return false if it is the end, or the line goes beyond `limit` in the stream. */
static bool step(const jl_connection *c, jl_cursor *cursor, uint64_t limit) {
    jl_ring_view view;
    if (!jl_ring_peek(&c->ring, cursor->at, &view))
        return false;
    const size_t len = frame_len(&c->peer, &view);
    if (cursor->offset + len > limit)
        return false;
    cursor->offset += len;
    cursor->at += jl_ring_size_of(text_len(&view));
    return true;
}

/* What was begun before is begun again. */
static void note_begun(jl_connection *c) {
    if (c->peer.next.at < c->begun_to)
        jl_connection_add(&c->resent, 1);
    else
        c->begun_to = c->peer.next.at + 1;
}

/* So many bytes more are sent. */
static void advance(jl_connection *c, size_t bytes) {
    jl_peer *peer = &c->peer;
    const uint64_t sent = jl_lines_sent(peer) + bytes;
    bool is_new = peer->begun == 0;
    for (;; is_new = true) {
        if (is_new && sent > peer->next.offset)
            note_begun(c);
        if (!step(c, &peer->next, sent))
            break;
    }
    peer->begun = (size_t)(sent - peer->next.offset);
    peer->busy_ns = jl_clock_monotonic_ns();
}

static void tell(jl_connection *c) {
    __atomic_store_n(&c->delivered, c->peer.delivered.at, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&c->waiting, __ATOMIC_SEQ_CST) == 0)
        return;
    pthread_mutex_lock(&c->lock);
    pthread_cond_broadcast(&c->turn);
    pthread_mutex_unlock(&c->lock);
}

void jl_lines_rewind(jl_connection *c) {
    jl_peer *peer = &c->peer;
    peer->kept = (jl_cursor){.at = jl_ring_head(&c->ring), .offset = 0};
    peer->delivered = peer->next = peer->kept;
    peer->begun = 0;
    tell(c);
}

static uint64_t less(uint64_t from, uint64_t by) {
    return from > by ? from - by : 0;
}

void jl_lines_confirm(jl_connection *c, size_t unconfirmed, size_t kept) {
    jl_peer *peer = &c->peer;
    const uint64_t sent = jl_lines_sent(peer);
    const uint64_t delivered_before = peer->delivered.at, kept_before = peer->kept.at;
    while (peer->delivered.at < peer->next.at && step(c, &peer->delivered, less(sent, unconfirmed)))
        if (peer->delivered.at > c->counted_to) {
            c->counted_to = peer->delivered.at;
            jl_connection_add(&c->lines, 1);
        }
    while (peer->kept.at < peer->delivered.at &&
           step(c, &peer->kept, less(sent, unconfirmed + kept)))
        continue;
    if (peer->kept.at != kept_before)
        jl_ring_release(&c->ring, peer->kept.at);
    if (peer->delivered.at != delivered_before || peer->kept.at != kept_before)
        tell(c);
}

uint64_t jl_lines_count_left(const jl_connection *c) {
    uint64_t lines = 0;
    for (jl_cursor cursor = c->peer.delivered; step(c, &cursor, UINT64_MAX);)
        lines++;
    return lines;
}

/* ---- sending ---- */

static void count_lost(jl_connection *c, int reason) {
    jl_connection_add(reason == EMSGSIZE ? &c->lost_large : &c->lost_error, 1);
    jl_connection_add(&c->dropped, 1);
    pthread_mutex_lock(&c->lock);
    if (c->handler != NULL)
        jl_handler_count_loss(c->handler, reason);
    else
        jl_stats_add(JL_STAT_LOST_LATER, 1);
    pthread_mutex_unlock(&c->lock);
}

/* The next line can never be sent to this peer. What is in front of it is given up with it, so that
 * it is not met again. */
static void drop_next(jl_connection *c, int reason) {
    jl_peer *peer = &c->peer;
    jl_lines_confirm(c, 0, 0);
    if (!step(c, &peer->next, UINT64_MAX))
        return;
    peer->delivered = peer->kept = peer->next;
    c->counted_to = c->begun_to = peer->next.at;
    jl_ring_release(&c->ring, peer->next.at);
    count_lost(c, reason);
    tell(c);
}

/* @return JL_SENT_ALL to go on. */
static jl_sending judge(jl_connection *c, int error) {
    switch (error) {
    case EINTR: return JL_SENT_ALL;
    case EAGAIN: return JL_SENT_BLOCKED;
    case ENOBUFS:
    case ENOMEM: return JL_SENT_STARVED;
    case EMSGSIZE:
        if (jl_socket_is_stream(c->peer.kind))
            return JL_SENT_LOST;
        drop_next(c, EMSGSIZE);
        return JL_SENT_ALL;
    default: return JL_SENT_LOST;
    }
}

static bool exceeds_datagram(const jl_connection *c, const gathering *g) {
    size_t len = 0;
    for (size_t i = 0; i < g->count; i++)
        len += g->pieces[i].iov_len;
    return !jl_socket_is_stream(c->peer.kind) && c->options.datagram_max > 0 &&
           len > c->options.datagram_max;
}

static jl_sending send_gathered(jl_connection *c, gathering *g) {
    const struct msghdr message = {.msg_iov = g->pieces, .msg_iovlen = g->count};
    if (exceeds_datagram(c, g))
        return judge(c, EMSGSIZE);
    const ssize_t n = jl_compat_send(c->peer.fd, &message);
    if (n < 0)
        return judge(c, errno == EWOULDBLOCK ? EAGAIN : errno);
    advance(c, (size_t)n + (jl_socket_is_stream(c->peer.kind) ? 0 : 1));
    return JL_SENT_ALL;
}

/* As much as there was when it began, so that a connection to a fast peer is looked after too. */
jl_sending jl_lines_send(jl_connection *c) {
    gathering g;
    const uint64_t end = jl_ring_tail(&c->ring);
    jl_sending sending = JL_SENT_ALL;
    while (sending == JL_SENT_ALL && c->peer.next.at < end) {
        if (gather(c, &g) == 0)
            return JL_SENT_UNFINISHED;
        sending = send_gathered(c, &g);
    }
    return sending;
}
