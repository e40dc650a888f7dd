#ifndef JL_LOGGER_SNAPSHOT_H
#define JL_LOGGER_SNAPSHOT_H
/**
 * What log calls read: all settings of all loggers at one moment, immutable, in one block.
 *
 * For each logger there is a route: level, filters, and handlers flattened over the ancestors.
 * Loggers without settings of their own share their parent's route. A snapshot holds a reference to
 * each of its handlers, to the static fields and to the redaction; it is retired when the next one
 * takes its place.
 */
#include "base/hidden.h"
#include "logger/tree.h"

typedef struct jl_route {
    int level;            /**< the effective one */
    jl_sampling sampling; /**< likewise */
    bool reaches_root;    /**< propagate is on all the way */
    uint32_t handler_count;
    uint32_t filter_count;
    jsonlog_handler **handlers; /**< its own first, then those of its ancestors, each once */
    const jl_filter *filters;   /**< of this very logger */
} jl_route;

typedef struct jl_snapshot {
    jl_retired retired;
    jl_context *statics;          /**< NULL if there are none */
    jsonlog_redaction *redaction; /**< likewise */
    jsonlog_handler
        *root_first;    /**< the root's first handler: its formatter is what captures use */
    bool awaits_stdout; /**< the root has no handler yet and gets one at the first record */
    bool is_shut_down;
    uint32_t logger_count;
    uint32_t handler_count;
    jsonlog_handler **handlers; /**< of all loggers, each once; the references of the snapshot */
    const jl_route **routes;    /**< by the id of a logger */
    struct jl_snapshot *older;  /**< all that are not freed yet, under jl_words_lock */
    struct jl_snapshot *newer;
} jl_snapshot;

JL_EXTERN jl_snapshot *jl_snapshot_current; /**< atomic */

/** The one in force; borrowed until the thread unpins. */
static inline const jl_snapshot *jl_snapshot_load(void) {
    return __atomic_load_n(&jl_snapshot_current, __ATOMIC_SEQ_CST);
}

static inline const jl_route *jl_snapshot_route(const jl_snapshot *snapshot,
                                                const jl_named *named) {
    return snapshot->routes[named->id < snapshot->logger_count ? named->id : 0];
}

/** Build a snapshot from the tree and publish it. @return false without memory: nothing changed. */
bool jl_snapshot_publish_locked(void);

/** In the child of a fork: call jl_handler_after_fork() once for every handler of every snapshot
 * that is not freed. */
void jl_snapshot_after_fork(void);

#endif
