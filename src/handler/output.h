#ifndef JL_HANDLER_OUTPUT_H
#define JL_HANDLER_OUTPUT_H
/**
 * Lines to a descriptor that can be replaced while threads write: what the stream, file and
 * rotating handlers have in common.
 *
 * A regular file opened with O_APPEND needs no lock, and the epoch keeps a replaced target for the
 * threads that write without: all of them, or if the output `stands_apart` those that are known to
 * be of the only process that writes to the file, and nested calls that find the handler in use.
 * Everything else, and every output with a policy or `is_locked`, is written to with the handler
 * entered. A line that was left unfinished is closed with a newline in front of the next.
 */
#include "base/clock.h"
#include "base/epoch.h"
#include "handler/descriptor.h"
#include "handler/rescue.h"
#include "record/handler_base.h"

#include <time.h>

/** Where lines go. Replaced as a whole; a thread without the lock may still be writing to the old
 *  one, so that is retired rather than freed. */
typedef struct jl_target {
    jl_retired retired;
    jl_descriptor out;
    bool owns_descriptor;
    bool is_closed;  /**< nobody reads any more: EPIPE was seen; atomic */
    bool is_torn;    /**< the last write stopped inside a line; atomic */
    off_t end;       /**< where the last write with the handler entered ended; 0: not known */
    int reader;      /**< of the same file; below 0: none */
    bool is_present; /**< other processes see that this one writes to the file */
    bool has_claim;  /**< … and wait before they do */
    int64_t alone_until_ns; /**< atomic; nobody else writes to it before that; 0: somebody may */
    int64_t look_ns;        /**< when to look for others again */
} jl_target;

struct jl_output;

/** A way to write that is not one write for each line. Everything with the handler entered. */
typedef struct jsonlog_policy_class {
    void *(*open)(struct jl_output *output,
                  const jsonlog_write_policy *policy); /**< NULL: no memory */
    jsonlog_status (*write)(void *self, const jsonlog_line *line);
    jsonlog_status (*flush)(void *self);
    void (*replaced)(void *self); /**< the output goes to another target from here on */
    void (*forget)(void *self);   /**< in the child of a fork: what it holds is the parent's */
    size_t (*held)(void *self);   /**< bytes accepted and not written */
    uint64_t (*lines)(const void *self);           /**< lines in them; any thread, at any time */
    void (*rescue)(void *self, jl_rescue *rescue); /**< as flush, in a crash: write them with
                                                      jl_output_rescue_bytes() and count them */
    void (*close)(void *self); /**< not entered: the handler is going; what is held is lost */
} jsonlog_policy_class;

typedef struct jl_output {
    jsonlog_handler *handler;
    jl_target *target; /**< atomic; changed with the handler entered; NULL: nowhere */
    int error;         /**< atomic; why nowhere */
    bool is_locked;    /**< never without the lock; set before init, or by a policy */
    bool stands_apart; /**< lines are written again that land behind what a killed process has left
                            unfinished; set before init. For files with a path of their own, because
                            others may have text without a newline for a purpose */
    int64_t shared_ns; /**< when another process was last seen to write to the file; 0: never */
    char *
        rest; /**< what a full descriptor did not take of the last line; with the handler entered */
    size_t rest_size;
    size_t rest_at;
    size_t rest_len;
    const jsonlog_policy_class *policy; /**< NULL: one write for each line */
    void *policy_self;
    jl_holder holder; /**< ready: entered by the thread that crashed */
} jl_output;

/** The monotonic clock as of the last tick, where there is one: some milliseconds behind the exact
 * one at a quarter of its cost. */
static inline int64_t jl_output_tick_ns(void) {
#ifdef CLOCK_MONOTONIC_COARSE
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC_COARSE, &now) == 0)
        return (int64_t)now.tv_sec * INT64_C(1000000000) + (int64_t)now.tv_nsec;
#endif
    return jl_clock_monotonic_ns();
}

/** @return NULL without memory or for a bad descriptor (errno EBADF); that stays the caller's. */
jl_target *jl_target_new(int fd, bool owns_descriptor);

/** For one that was never used, or that no thread can hold. */
void jl_target_free(jl_target *target);

/** `handler` is new; `policy` may be NULL. @return false without memory: then nothing is to be
 * done.
 */
bool jl_output_init(jl_output *output, jsonlog_handler *handler, const jsonlog_write_policy *policy,
                    size_t rest_size);
void jl_output_done(jl_output *output);

/** The target; borrowed as long as the thread is pinned or the handler entered. */
static inline jl_target *jl_output_target(const jl_output *output) {
    return __atomic_load_n(&output->target, __ATOMIC_SEQ_CST);
}

/** What class->write, flush and after_fork of the handler do. */
jsonlog_status jl_output_write(jl_output *output, const jsonlog_line *line);
jsonlog_status jl_output_flush(jl_output *output);
void jl_output_after_fork(jl_output *output);

/** Close an unfinished last line of a target that is about to be used. */
void jl_output_close_torn(jl_output *output, jl_target *target);

/** Take another target, NULL for none (with an errno why). Entered. What the old one has not taken
 *  is tried once more if it `takes_more`. */
void jl_output_replace_entered(jl_output *output, jl_target *target, int error, bool takes_more);

/** Bytes that the policy holds. Entered. */
size_t jl_output_held(const jl_output *output);

/** Write with a newline in front if the line before was left unfinished. Entered, or no lock
 * needed.
 *  @param own  how many of `bytes` are out. @return 0 or an errno. */
int jl_output_write_closing(jl_output *output, jl_target *target, const char *bytes, size_t len,
                            size_t *own);

/** Where a line has landed. */
typedef enum jl_place {
    JL_PLACE_OWN,     /**< on a line of its own */
    JL_PLACE_BEHIND,  /**< behind a line that another process has left unfinished */
    JL_PLACE_UNKNOWN, /**< the file cannot be read back, or somebody has written since */
} jl_place;

/** Look at bytes that were written just now. Entered. */
jl_place jl_output_place(const jl_output *output, jl_target *target, const char *bytes, size_t len);

/** The same, where other threads may have written meanwhile without the lock. Entered. */
jl_place jl_output_find_place(const jl_output *output, jl_target *target, const char *bytes,
                              size_t len);

/* ---- output_alone.c ---- */

/** Make this process known to others that write to the file, and wait until they know it. Before
 * the first line is written to the target. */
void jl_output_join(const jl_output *output, jl_target *target);

/** See, if it is time for it, whether others write to the file. Entered, before a line is written.
 *  @return the moment at which nobody was there, or 0. Once the line stands on its own that moment
 *  can be given to jl_output_be_alone(). */
int64_t jl_output_look_around(jl_output *output, jl_target *target);
void jl_output_be_alone(jl_target *target, int64_t since_ns);

/** Before this much of the time is left it is looked at again: more than a tick of any kernel, for
 * the clock is one that ticks, and than a write usually takes. */
#define JL_ALONE_RESERVE_NS INT64_C(20000000)

/** Whether lines may be written without looking where they land, and without a lock, as long as
 * they are out before `until_ns`. */
static inline bool jl_output_is_alone(const jl_target *target, int64_t *until_ns) {
    *until_ns = __atomic_load_n(&target->alone_until_ns, __ATOMIC_RELAXED);
    return *until_ns != 0 && jl_output_tick_ns() < *until_ns - JL_ALONE_RESERVE_NS;
}

static inline jl_output *jl_output_of(jl_holder *holder) {
    return (jl_output *)(void *)((char *)holder - offsetof(jl_output, holder));
}

/** What the holder of an output does in a crash. */
void jl_output_rescue(jl_holder *holder, jl_rescue_stage stage, jl_rescue *rescue);
bool jl_output_rescue_write(jl_holder *holder, const char *bytes, size_t len,
                            const jl_rescue *rescue);

/** For policies, in a crash: write as much as the output takes before the deadline. Entered.
 *  @return how many bytes are out. */
size_t jl_output_rescue_bytes(jl_output *output, const char *bytes, size_t len,
                              const jl_rescue *rescue);

/**
 * For policies: write bytes of many lines. Entered.
 * @param taken  how many are out of the way: all, or those before the line that must be begun
 * again, or on a descriptor that is no file those that are out.
 */
jsonlog_status jl_output_write_bytes(jl_output *output, const char *bytes, size_t len,
                                     size_t *taken);

#endif
