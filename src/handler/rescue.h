#ifndef JL_HANDLER_RESCUE_H
#define JL_HANDLER_RESCUE_H
/**
 * Lines that stand in memory when the process crashes: who holds them, and how they get out.
 *
 * Whoever holds accepted lines puts a jl_holder on the list. In the handler of a deadly signal the
 * crashing thread goes through the list once for each stage. All that runs then is
 * async-signal-safe: no memory is allocated, and no lock is waited for beyond the deadline. The
 * other threads go on meanwhile, so a holder leaves the list only when nobody goes through it.
 */
#include <jsonlog/handler.h>

typedef enum jl_rescue_stage {
    JL_RESCUE_STOP,   /**< accept nothing more; a thread of your own writes out what there is */
    JL_RESCUE_AWAIT,  /**< asked again and again: set is_pending as long as that thread has lines */
    JL_RESCUE_QUIET,  /**< asked once: that thread stops before its next line, if it is in time */
    JL_RESCUE_FLUSH,  /**< enter the handler if that can be done in time, write out what is held,
                           and stay in it, so that nothing more is accepted */
    JL_RESCUE_LAST,   /**< write what has to come behind what others have flushed */
    JL_RESCUE_RESUME, /**< the process may live on: go back to how it was before JL_RESCUE_STOP */
} jl_rescue_stage;

/** One crash. */
typedef struct jl_rescue {
    int64_t deadline_ns; /**< of the monotonic clock: for what does not move on by itself */
    bool may_live;       /**< the process may survive: leave everything as its threads expect it */
    bool is_pending;
    uint64_t flushed;   /**< lines written by the rescue */
    uint64_t lost;      /**< lines that will not be written */
    uint64_t unflushed; /**< lines whose owner is inside a call: nobody knows */
} jl_rescue;

/** Stands in the object of who holds lines; on the list as long as that lives. */
typedef struct jl_holder {
    struct jl_holder *next; /**< atomic */
    const jsonlog_handler *handler;
    const jsonlog_handler *target; /**< where its lines go, if that is another handler */
    void (*rescue)(struct jl_holder *holder, jl_rescue_stage stage, jl_rescue *rescue);
    /** For outputs, from JL_RESCUE_LAST on: write bytes of whole lines. @return false if they did
     * not all go out. */
    bool (*write)(struct jl_holder *holder, const char *bytes, size_t len, const jl_rescue *rescue);
    bool is_ready;  /**< an output that is entered by the rescue: nobody else writes to it */
    int descriptor; /**< of an output that is ready; -1: none */
} jl_holder;

/** Everything but `next` is set. */
void jl_holder_add(jl_holder *holder);

/** Off the list, if it is on it. Waits for a thread that is just going through the list. */
void jl_holder_remove(jl_holder *holder);

/** The output at the end of a handler: its own or, for one that only holds, that of its target.
 * NULL if there is none that can be written to in a signal handler. Good as long as the handler. */
jl_holder *jl_holder_output(const jsonlog_handler *handler);

/* ---- in the handler of a deadly signal: between begin and end ---- */

/** The same among the holders of the list, without a lock. */
jl_holder *jl_rescue_output(const jsonlog_handler *handler);

/** An output that goes to this very descriptor, after jl_rescue_run(). */
jl_holder *jl_rescue_output_on(int descriptor);

/** From here on nothing leaves the list. */
void jl_rescue_begin(void);
/** All stages but the last one. */
void jl_rescue_run(jl_rescue *rescue);
/** The last one, for a process that may live on; and the list is as before. */
void jl_rescue_end(jl_rescue *rescue);

/** Whether a thread of this process is between begin and end. */
bool jl_rescue_is_on(void);

/** A millisecond of waiting for another thread. @return false once the deadline is past. */
bool jl_rescue_nap(const jl_rescue *rescue);

#endif
