#include "base/alloc.h"
#include "handler/flight_recorder.h"

jl_track *jl_track_new(size_t ring_bytes) {
    jl_track *track = jl_calloc(1, sizeof *track);
    if (track != NULL && jl_ring_init(&track->ring, ring_bytes))
        return track;
    jl_free(track);
    return NULL;
}

static void free_track(jl_track *track) {
    if (track == NULL)
        return;
    jl_ring_done(&track->ring);
    jl_free(track);
}

/* ---- a thread's own ---- */

static jl_track **bucket_of(jl_recorder *r, const jl_thread *thread) {
    return &r->buckets[((uintptr_t)thread / sizeof *thread) % JL_TRACK_BUCKETS];
}

static jl_track *find(jl_track *const *bucket, const jl_thread *thread) {
    jl_track *track = __atomic_load_n(bucket, __ATOMIC_ACQUIRE);
    while (track != NULL && track->thread != thread)
        track = track->next;
    return track;
}

/* Only the thread itself adds a track with its record, so there is never a second one. */
static jl_track *add(jl_track **bucket, size_t ring_bytes, const jl_thread *thread) {
    jl_track *track = jl_track_new(ring_bytes);
    if (track == NULL)
        return NULL;
    track->thread = thread;
    track->thread_id = thread->id;
    track->next = __atomic_load_n(bucket, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(bucket, &track->next, track, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
        continue;
    return track;
}

/* What a thread that has ended left behind is not for its successor. */
static void take_over(jl_recorder *r, jl_track *track, const jl_thread *thread) {
    if (JSONLOG_LIKELY(track->thread_id == thread->id))
        return;
    jl_recorder_count(&r->stats.evicted, jl_ring_clear(&track->ring));
    track->thread_id = thread->id;
}

static jl_track *track_of(jl_recorder *r, bool is_made) {
    if (r->shared != NULL)
        return r->shared;
    const jl_thread *thread = jl_thread_peek();
    if (thread == NULL)
        return NULL;
    jl_track **bucket = bucket_of(r, thread);
    jl_track *track = find(bucket, thread);
    if (track != NULL)
        take_over(r, track, thread);
    else if (is_made)
        track = add(bucket, r->options.ring_bytes, thread);
    return track;
}

jl_track *jl_recorder_track(jl_recorder *r) {
    return track_of(r, true);
}

jl_track *jl_recorder_find_track(jl_recorder *r) {
    return track_of(r, false);
}

/* ---- all of them ---- */

void jl_recorder_free_tracks(jl_recorder *r) {
    free_track(r->shared);
    for (size_t i = 0; i < JL_TRACK_BUCKETS; i++) {
        while (r->buckets[i] != NULL) {
            jl_track *track = r->buckets[i];
            r->buckets[i] = track->next;
            free_track(track);
        }
    }
}

void jl_recorder_reset_tracks(jl_recorder *r) {
    if (r->shared != NULL)
        jl_ring_reset(&r->shared->ring);
    for (size_t i = 0; i < JL_TRACK_BUCKETS; i++)
        for (jl_track *track = r->buckets[i]; track != NULL; track = track->next)
            jl_ring_reset(&track->ring);
}
