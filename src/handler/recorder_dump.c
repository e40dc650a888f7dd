#include "handler/flight_recorder.h"
#include "handler/inner_errno.h"
#include "record/handler_lock.h"

#include <sched.h>
#include <time.h>

/* How much is taken out of the ring at once, and with it how long a thread that makes room in the
 * ring waits for that. */
#define BATCH_BYTES ((size_t)32768)

#define NS_PER_MS INT64_C(1000000)

/* For a thread that was taken off the processor with its line unfinished: a tenth of a second. */
#define COMMIT_YIELDS    8
#define COMMIT_NAP_NS    100000
#define COMMIT_TRIES_MAX 1000

#define MARK_KEY "\"flightRecorder\":"
#define MARK     "," MARK_KEY "true"

/* ---- the mark ---- */

static bool has_key(const char *text, size_t len) {
    const size_t key_len = sizeof MARK_KEY - 1;
    return memmem(text, len, MARK_KEY, key_len) != NULL;
}

/* @return where the brace stands that closes the object of the line, 0 if it is no object, or an
 * empty one. */
static size_t closing_brace(const jsonlog_line *line) {
    size_t len = line->len;
    while (len > 0 && (line->text[len - 1] == '\n' || line->text[len - 1] == '\r'))
        len--;
    if (len < 3 || line->text[0] != '{' || line->text[len - 1] != '}' || line->text[len - 2] == '{')
        return 0;
    return len - 1;
}

static void mark(const jl_recorder *r, jsonlog_line *line) {
    const size_t mark_len = sizeof MARK - 1;
    const size_t line_max = jl_handler_formatter(r->handler)->line_max;
    const size_t at = closing_brace(line);
    if (at == 0 || line->len + mark_len > r->marked_size || line->len + mark_len > line_max ||
        has_key(line->text, line->len))
        return;
    memcpy(r->marked, line->text, at);
    memcpy(r->marked + at, MARK, mark_len);
    memcpy(r->marked + at + mark_len, line->text + at, line->len - at);
    line->text = r->marked;
    line->len += mark_len;
}

/* ---- lines ---- */

static bool is_too_old(const jl_recorder *r, int64_t time_ns, int64_t now_ns) {
    return r->options.max_age_ms > 0 && now_ns - time_ns > r->options.max_age_ms * NS_PER_MS;
}

static void note_refusal(jl_recorder *r, jsonlog_status status) {
    const int error = jl_inner_errno(r->target, status);
    jl_recorder_count(&r->stats.refused, 1);
    jl_handler_count_loss(r->handler, error == EDEADLK ? JL_LOST_NESTED : error);
}

static jsonlog_status write_kept(jl_recorder *r, const jl_ring_line *kept, int64_t now_ns) {
    if (is_too_old(r, kept->time_ns, now_ns)) {
        jl_recorder_count(&r->stats.expired, 1);
        return JSONLOG_OK;
    }
    jsonlog_line line = {.text = kept->text,
                         .len = kept->len,
                         .level = kept->level,
                         .time_ns = kept->time_ns,
                         .flags = kept->flags | JSONLOG_LINE_RECORDED};
    if (r->marked != NULL)
        mark(r, &line);
    jsonlog_status status = JSONLOG_OK;
    if (jl_handler_offer(r->target, &line, &status) == JL_HANDLER_DECLINES)
        jl_recorder_count(&r->stats.unwanted, 1);
    else if (status == JSONLOG_OK)
        jl_recorder_count(&r->stats.dumped, 1);
    else
        note_refusal(r, status);
    return status;
}

static jsonlog_status write_batch(jl_recorder *r, int64_t now_ns) {
    jsonlog_status first = JSONLOG_OK;
    jl_ring_line kept;
    while (jl_ring_next(&r->batch, &kept)) {
        const jsonlog_status status = write_kept(r, &kept, now_ns);
        if (first == JSONLOG_OK)
            first = status;
    }
    return first;
}

/* Another thread is in the middle of putting a line, in front of our own maybe. It will be done in
 * a moment; but it may also be this very thread that was interrupted there. */
static bool await_line(unsigned *tries) {
    const struct timespec nap = {0, COMMIT_NAP_NS};
    if (!jl_handler_may_wait() || ++*tries > COMMIT_TRIES_MAX)
        return false;
    if (*tries > COMMIT_YIELDS)
        nanosleep(&nap, NULL);
    else
        sched_yield();
    return true;
}

static jsonlog_status write_track(jl_recorder *r, jl_track *track, int64_t now_ns) {
    const uint64_t end = jl_ring_tail(&track->ring);
    jsonlog_status first = JSONLOG_OK;
    unsigned tries = 0;
    while (jl_ring_head(&track->ring) < end) {
        if (!jl_ring_take(&track->ring, &r->batch, BATCH_BYTES)) {
            if (await_line(&tries))
                continue;
            break;
        }
        tries = 0;
        const jsonlog_status status = write_batch(r, now_ns);
        if (first == JSONLOG_OK)
            first = status;
    }
    return first;
}

jsonlog_status jl_recorder_dump(jl_recorder *r, jl_track *track, int64_t now_ns) {
    /* Of a shared ring another thread may just have taken this one's lines and not written them. */
    if (track->thread != NULL && jl_ring_used(&track->ring) == 0)
        return JSONLOG_OK;
    if (jl_lock_is_mine(&r->dumping))
        return JSONLOG_E_STATE;
    if (jl_handler_may_wait())
        jl_lock_acquire(&r->dumping);
    else if (!jl_lock_try(&r->dumping))
        return JSONLOG_E_STATE;
    const jsonlog_status status = write_track(r, track, now_ns);
    jl_lock_release(&r->dumping);
    return status;
}
