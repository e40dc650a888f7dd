#ifndef JL_LOGGER_SPACE_H
#define JL_LOGGER_SPACE_H
/**
 * The memory a thread's log calls work in: for the call itself and for one nested in it (a
 * callback, filter or handler that logs). One block, made at the thread's first record, kept with
 * the thread's record in the pool. Pages that are not used are not touched.
 */
#include "logger/snapshot.h"
#include "record/record_line.h"

/** How many log calls may be nested in each other on one thread. */
#define JL_NESTED_MAX 2

typedef struct jl_space_part {
    jl_record_line line;
    jl_scratch scratch; /**< what redaction makes of a record */
    jl_field call[JL_RECORD_FIELDS_MAX];
    jl_field merged[JL_RECORD_FIELDS_MAX];
    struct jl_record_edit edits[JL_RECORD_EDITS_MAX];
} jl_space_part;

struct jl_space {
    jl_space_part parts[JL_NESTED_MAX];
};

/** For jl_space_take(), at a thread's first record. @return false as it does. */
bool jl_space_make(jl_thread *thread, const jl_snapshot *snapshot);

/** The part for the call this thread is in now (depth 1 or 2). NULL without memory, and for a call
 * that is nested in the making of it (an allocator that logs). */
static inline jl_space_part *jl_space_take(jl_thread *thread, const jl_snapshot *snapshot) {
    if (JSONLOG_UNLIKELY(thread->space == NULL) && !jl_space_make(thread, snapshot))
        return NULL;
    return &thread->space->parts[thread->depth - 1];
}

#endif
