#ifndef JL_HANDLER_OUTPUT_H
#define JL_HANDLER_OUTPUT_H
/**
 * Lines to a descriptor that can be replaced while threads write: what the stream, file and
 * rotating handlers have in common.
 *
 * A regular file opened with O_APPEND needs no lock, and the epoch keeps a replaced target for the
 * threads that write without: all of them, or if the output `stands_apart` those of nested calls
 * that find the handler in use. Everything else, and every output with a policy or `is_locked`, is
 * written to with the handler entered. A line that was left unfinished is closed with a newline in
 * front of the next.
 */
#include "base/epoch.h"
#include "handler/descriptor.h"
#include "handler/rescue.h"
#include "record/handler_base.h"

/** Where lines go. Replaced as a whole; a thread without the lock may still be writing to the old
 *  one, so that is retired rather than freed. */
typedef struct jl_target {
    jl_retired retired;
    jl_descriptor out;
    bool owns_descriptor;
    bool is_closed;    /**< nobody reads any more: EPIPE was seen; atomic */
    bool is_torn;      /**< the last write stopped inside a line; atomic */
    bool is_inherited; /**< it was opened by a process of which this one is a fork */
    off_t end;         /**< where the last write with the handler entered ended; 0: not known */
    int reader;        /**< of the same file; below 0: none */
} jl_target;

struct jl_output;

/** A way to write that is not one write for each line. Everything with the handler entered, but
 *  `try_write` and `write_due`. */
typedef struct jsonlog_policy_class {
    void *(*open)(struct jl_output *output,
                  const jsonlog_write_policy *policy); /**< NULL: no memory */
    /** A line, without the handler entered. @return false if it has to come the other way. */
    bool (*try_write)(void *self, const jsonlog_line *line);
    /** A line or a block. @param is_due  set if `write_due` is to be called, whatever the status.
     */
    jsonlog_status (*write)(void *self, const jsonlog_line *line, bool *is_due);
    void (*write_due)(void *self); /**< writes what can be written with the handler left again */
    bool (*is_writing_here)(const void *self); /**< whether this thread is in the middle of that */
    jsonlog_status (*flush)(void *self);
    void (*replaced)(void *self); /**< the output goes to another target from here on */
    void (*forget)(void *self);   /**< in the child of a fork: what it holds is the parent's */
    size_t (*held)(void *self);   /**< bytes accepted and not written */
    uint64_t (*lines)(const void *self); /**< lines in them; any thread, at any time */
    /** As flush, in a crash: write them with jl_output_rescue_bytes() and count them. @return false
     * if somebody is in the middle of a write. */
    bool (*rescue)(void *self, jl_rescue *rescue);
    void (*close)(void *self); /**< not entered: the handler is going; what is held is lost */
} jsonlog_policy_class;

typedef struct jl_output {
    jsonlog_handler *handler;
    jl_target *target; /**< atomic; changed with the handler entered; NULL: nowhere */
    int error;         /**< atomic; why nowhere */
    bool is_locked;    /**< never without the lock; set before init, or by a policy */
    bool locks_itself; /**< … which is taken here and not by the base, to be left before a write */
    bool stands_apart; /**< lines are written again that land behind what a killed process has left
                            unfinished; set before init. For files with a path of their own, because
                            others may have text without a newline for a purpose */
    char *
        rest; /**< what a full descriptor did not take of the last line; with the handler entered */
    size_t rest_size;
    size_t rest_at;
    size_t rest_len;
    const jsonlog_policy_class *policy; /**< NULL: one write for each line */
    void *policy_self;
    jl_holder holder; /**< ready: entered by the thread that crashed */
} jl_output;

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

/** What class->write, flush and after_fork of the handler do. Blocks are taken for files with a
 * path of their own, for those with a policy, and for /dev/null. */
jsonlog_status jl_output_write(jl_output *output, const jsonlog_line *line);
jsonlog_status jl_output_flush(jl_output *output);
void jl_output_after_fork(jl_output *output);

/** Close an unfinished last line of a target that is about to be used. */
void jl_output_close_torn(jl_output *output, jl_target *target);

/** Take another target, NULL for none (with an errno why). Entered. What the old one has not taken
 *  is tried once more if it `takes_more`. */
void jl_output_replace_entered(jl_output *output, jl_target *target, int error, bool takes_more);

/** Whether the base need not enter the handler. */
bool jl_output_is_concurrent(const jl_output *output, const jl_target *target);

/** Whether this thread is in the middle of writing, though it has left the handler: the target
 *  cannot be replaced then. */
bool jl_output_is_writing_here(const jl_output *output);

/** Bytes that the policy holds. Entered. */
size_t jl_output_held(const jl_output *output);

/** Write with a newline in front if the line before was left unfinished. Entered, or no lock
 * needed.
 *  @param own  how many of `bytes` are out. @return 0 or an errno. */
int jl_output_write_closing(jl_output *output, jl_target *target, const char *bytes, size_t len,
                            size_t *own);

/** Look at bytes that were written just now. Entered.
 *  @return whether they begin behind a line that another process has left unfinished. */
bool jl_output_is_behind_unfinished(const jl_output *output, jl_target *target, const char *bytes,
                                    size_t len);

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
