#ifndef JL_TESTING_CAPTURE_TOKEN_H
#define JL_TESTING_CAPTURE_TOKEN_H
/**
 * Tokens: how a capture of a thread knows the threads that belong to it.
 *
 * Starting a capture gives its thread a new token, which remembers the one before as its parent. A
 * thread that enters a jsonlog_context takes over the token of the thread that made it. A capture
 * sees a record if its own token is the record's or one of its ancestors:
 *
 *     main: capture A (token 1)            a worker with token 1 belongs to A,
 *           └ capture B (token 2)          one with token 2 to A and B
 *     worker with token 2: capture C (3)   sees only the worker itself
 *
 * A context may carry the token of a capture that has been stopped, and its threads still belong to
 * the outer ones: so a token is kept as long as one of its ancestors is in use.
 */
#include <jsonlog/status.h>

typedef struct jl_capture_token {
    uint64_t id;        /**< ever growing, so parents are smaller than their children */
    uint64_t parent_id; /**< atomic; 0: none that is needed */
    struct jl_capture_token *parent; /**< NULL: none that is needed */
    struct jl_capture_token *older;  /**< atomic; the list from the newest down */
    struct jl_capture_token *newer;  /**< the way back, while somebody goes it; not for log calls */
    bool is_live;                    /**< its capture runs */
    bool is_needed;                  /**< it or an ancestor is live */
} jl_capture_token;

/** @return a number for this thread that no other thread ever has; not 0. */
uint64_t jl_capture_thread(void);

/** A new token, child of this thread's, which gets it. One thread at a time. @return NULL without
 * memory. */
jl_capture_token *jl_capture_token_new(void);

/** Its capture stops: put back the thread's former token, if it is on this thread.
 *  One thread at a time. @return the tokens that nobody needs any more: free them with
 * jl_capture_token_free(), after all log calls that may be looking at them. */
jl_capture_token *jl_capture_token_retire(jl_capture_token *token);
void jl_capture_token_free(jl_capture_token *unneeded);

/** Whether `id` is `ancestor` or descends from it. For log calls: takes no lock. */
bool jl_capture_token_descends(uint64_t id, uint64_t ancestor);

#endif
