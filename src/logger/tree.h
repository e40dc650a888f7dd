#ifndef JL_LOGGER_TREE_H
#define JL_LOGGER_TREE_H
/**
 * The loggers and their settings: what the configuration calls change, under one lock.
 *
 * Log calls never look here. They read a snapshot (snapshot.h), which every change builds anew from
 * this. A change either comes into force or, without memory for the snapshot, leaves everything as
 * it was. No code of others runs while the lock is held, except the allocator, which may log; so
 * whatever a log call needs from here first asks jl_lock_is_mine().
 *
 * Locks are taken in this order: tree, children, words, epoch.
 */
#include "base/hidden.h"
#include "base/thread.h"
#include "logger/sampling.h"
#include "record/capture_hook.h"
#include "record/context.h"
#include "record/redaction.h"

#include <jsonlog/handler.h>

#define JL_NAME_MAX     255
#define JL_HANDLERS_MAX 32 /* of one logger: a longer list is a leak of handlers */
#define JL_FILTERS_MAX  16 /* of one logger: they run for every record */

/** What every jsonlog_logger * points to. */
typedef struct jl_logger {
    jsonlog_logger head;    /**< the gate; atomic */
    bool is_child;          /**< made by jsonlog_with() */
    struct jl_named *named; /**< itself, or the logger it was made from */
    jl_context *bound;      /**< of a child, a reference */
} jl_logger;

/** A logger of jsonlog_with(); its gate follows that of its named logger. */
typedef struct jl_child {
    jl_logger logger;
    struct jl_child *next;
    struct jl_child **link; /**< what points to it */
} jl_child;

typedef struct jl_filter {
    jsonlog_filter_fn fn;
    void *context;
} jl_filter;

/** Handlers (a reference each) and filters of one logger; most loggers have none. */
typedef struct jl_outputs {
    uint32_t handler_count;
    uint32_t filter_count;
    jsonlog_handler *handlers[JL_HANDLERS_MAX];
    jl_filter filters[JL_FILTERS_MAX];
} jl_outputs;

/** A logger of jsonlog_get(); never freed. */
typedef struct jl_named {
    jl_logger logger;
    uint32_t id; /**< its place in a snapshot; a parent has a smaller one than its children */
    uint32_t hash;
    int level;            /**< its own; atomic, changed under the lock */
    bool propagate;       /**< likewise */
    jl_sampling sampling; /**< its own; under the lock */
    const char *name;
    struct jl_named *parent;
    jl_outputs *outputs;        /**< NULL as long as it has none */
    jl_child *children;         /**< under the children lock of its id */
    struct jl_named *next;      /**< in the order of ids */
    struct jl_named *in_bucket; /**< the next with the like hash; written before it is published */
} jl_named;

typedef struct jl_tree {
    jl_lock lock;
    jl_named *first; /**< the root; go on with `next` */
    jl_named *last;
    uint32_t count;
    int disabled;                 /**< of jsonlog_disable(); atomic */
    const jl_capture_hook *hook;  /**< atomic */
    jl_context *statics;          /**< a reference; may be NULL */
    jsonlog_redaction *redaction; /**< likewise */
    jsonlog_handler
        *stdout_handler;     /**< made at the first record if the root has no handler of its own */
    bool root_is_configured; /**< somebody gave the root handlers, or none, on purpose */
    bool is_shut_down;
} jl_tree;

JL_EXTERN jl_tree jl_the_tree;
JL_EXTERN jl_named jl_root_logger;
JL_EXTERN jl_named jl_own_logger; /**< "jsonlog", for what the library has to say itself */

/** First use of the library: environment, fork, thread ends. Cheap afterwards. */
void jl_tree_ready(void);
bool jl_tree_is_ready(void);

/** Ready and locked. */
void jl_tree_lock(void);
/** Unlock and free what the change made superfluous. */
void jl_tree_unlock(void);

/** The logger's list, made if it has none. NULL without memory. */
jl_outputs *jl_outputs_of(jl_named *named);

static inline jl_logger *jl_logger_of(const jsonlog_logger *logger) {
    return (jl_logger *)(uintptr_t)logger;
}

/** The level in force: its own or the nearest ancestor's. Without a lock. */
int jl_named_effective_level(const jl_named *named);

/* gates.c */

/** Set the gates of all loggers from levels, capture hook and jsonlog_disable(). */
void jl_gates_update_locked(void);
/** Set the gate of one new logger. */
void jl_gate_set_locked(jl_named *named);

/** The lock of a named logger's list of children. They are made before anything else. */
void jl_children_locks_make(void);
jl_lock *jl_children_lock(const jl_named *named);
void jl_children_lock_all(void);
void jl_children_unlock_all(void);

/** Make the handler that writes to stdout, if it is still wanted. @return whether there is one now.
 */
bool jl_tree_make_stdout_handler(void);

#endif
