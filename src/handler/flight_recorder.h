#ifndef JL_HANDLER_FLIGHT_RECORDER_H
#define JL_HANDLER_FLIGHT_RECORDER_H
/**
 * The inside of the flight recorder.
 *
 *     a line --- below pass_level --> track: a ring   --- something fires --> target
 *            --- else ---------------------------------------------------->
 *
 * Putting into a ring takes no lock. Taking out of it is for one thread at a time, which has
 * `dumping`: it takes lines in batches and writes them with no other lock held.
 */
#include "base/ring.h"
#include "record/handler_base.h"

#include <jsonlog/recorder.h>

/** A ring, and whose lines are in it. */
typedef struct jl_track {
    jl_ring ring;
    struct jl_track *next;   /**< in its bucket; set once */
    const jl_thread *thread; /**< the record of its thread; NULL: of all */
    uint64_t thread_id;      /**< records of threads are used again, ids for long are not */
} jl_track;

#define JL_TRACK_BUCKETS 64

typedef struct jl_recorder {
    jsonlog_handler *handler; /**< the base around this */
    jsonlog_handler *target;  /**< a reference */
    jsonlog_recorder_options options;
    jl_track *shared;                    /**< NULL if each thread has its own */
    jl_track *buckets[JL_TRACK_BUCKETS]; /**< atomic heads of lists that only grow */
    jl_line_filter *trigger;             /**< atomic; owned, NULL: none */
    jl_lock dumping;                     /**< around what is below */
    jl_ring_batch batch;
    char *marked; /**< room for a line with its mark; NULL: none is marked */
    size_t marked_size;
    jsonlog_recorder_stats stats; /**< atomic */
} jl_recorder;

static inline void jl_recorder_count(uint64_t *counter, uint64_t by) {
    __atomic_fetch_add(counter, by, __ATOMIC_RELAXED);
}

/** @return the recorder behind a handler, NULL if it is none. */
jl_recorder *jl_recorder_of(const jsonlog_handler *handler);

/* ---- recorder_track.c ---- */

/** The track of this thread, made if it is missing; NULL without memory. */
jl_track *jl_recorder_track(jl_recorder *r);

/** The same if there is one. */
jl_track *jl_recorder_find_track(jl_recorder *r);

/** @return NULL without memory. */
jl_track *jl_track_new(size_t ring_bytes);
void jl_recorder_free_tracks(jl_recorder *r);
void jl_recorder_reset_tracks(jl_recorder *r);

/* ---- recorder_dump.c ---- */

/** Write out what was in the track when this began; the thread is pinned.
 *  @param now_ns  the time that ages are counted from.
 *  @return JSONLOG_OK, JSONLOG_E_STATE if another thread does it and this one must not wait, or
 *          how the target refused first. */
jsonlog_status jl_recorder_dump(jl_recorder *r, jl_track *track, int64_t now_ns);

#endif
