#ifndef JL_TESTING_CAPTURE_LINES_H
#define JL_TESTING_CAPTURE_LINES_H
/**
 * The lines of one capture: appended to by many threads, read by others meanwhile.
 *
 * A line never changes and never moves, so a reader needs the lock only to learn how many there
 * are. A reader pins the store; what is cleared under a pin is freed when the last pin goes.
 * Nothing is allocated or freed under the lock: the user's allocator may log, and that record comes
 * back here.
 */
#include "base/text.h"

#include <jsonlog/status.h>

#include <pthread.h>

typedef struct jl_captured_line {
    struct jl_captured_line *next; /**< written under the lock, when the next line comes */
    int level;                     /**< of the record; 0 for a line that came from elsewhere */
    size_t len;
    char bytes[]; /**< without newline */
} jl_captured_line;

typedef struct jl_capture_lines {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    jl_captured_line *first, *last;
    size_t count;
    size_t bytes, limit;
    uint64_t changes; /**< counts everything that a waiting reader wants to know of */
    uint64_t clears;
    uint64_t lost_limit;  /**< lines beyond the limit */
    uint64_t lost_memory; /**< … without memory, or that their formatter could not make */
    unsigned pins;
    jl_captured_line *forgotten;   /**< cleared under a pin */
    const jl_captured_line *found; /**< the line of the last lookup by index, for the next one */
    size_t found_index;
} jl_capture_lines;

/** What there is at one moment. Follow `first` for `count` lines and no further. */
typedef struct jl_capture_view {
    const jl_captured_line *first;
    size_t count;
    uint64_t changes, clears, lost_limit, lost_memory;
    size_t limit;
} jl_capture_view;

/** @return JSONLOG_OK or JSONLOG_E_NOMEM. */
jsonlog_status jl_capture_lines_init(jl_capture_lines *lines, size_t limit_bytes);
void jl_capture_lines_done(jl_capture_lines *lines);

/** Append a copy. @return JSONLOG_OK, or JSONLOG_E_LIMIT or JSONLOG_E_NOMEM with the line counted
 * as lost. */
jsonlog_status jl_capture_lines_append(jl_capture_lines *lines, jl_text text, int level);

/** Count a line as lost. @param why  JSONLOG_E_LIMIT, or anything else for one that could not be
 * made; @return why. */
jsonlog_status jl_capture_lines_lose(jl_capture_lines *lines, jsonlog_status why);

/** Forget all lines and losses. */
void jl_capture_lines_clear(jl_capture_lines *lines);

/** Between the two, what a view shows stays in memory. */
void jl_capture_lines_pin(jl_capture_lines *lines);
void jl_capture_lines_unpin(jl_capture_lines *lines);

jl_capture_view jl_capture_lines_view(jl_capture_lines *lines);

/** Wait until something changes after `seen` was taken. @return false when the time
 * (CLOCK_MONOTONIC) is over. */
bool jl_capture_lines_wait(jl_capture_lines *lines, const jl_capture_view *seen,
                           int64_t deadline_ns);

/** See jsonlog_capture_line(). */
size_t jl_capture_lines_copy(jl_capture_lines *lines, size_t index, char *out, size_t out_size);

/** Round a fork(): nobody else holds the lock in the child. */
void jl_capture_lines_before_fork(jl_capture_lines *lines);
void jl_capture_lines_after_fork(jl_capture_lines *lines, bool is_child);

#endif
