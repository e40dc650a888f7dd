#ifndef JL_TESTING_CAPTURE_REGISTRY_H
#define JL_TESTING_CAPTURE_REGISTRY_H
/**
 * The captures there are, and the hook through which the live ones see records.
 *
 * A log call walks the live captures without a lock, between pin and unpin of its epoch; whoever
 * takes one out waits until no log call can be looking at it. Starting and stopping take turns
 * under one lock that no log call takes.
 */
#include "testing/capture_lines.h"

#include <jsonlog/capture.h>

typedef struct jl_capture_token jl_capture_token;

struct jsonlog_capture {
    jl_capture_lines lines;
    bool is_live; /**< sees records; else it is only fed */
    jsonlog_capture_scope scope;
    int level; /**< 0: takes only records that are on */
    bool passes_through;
    jsonlog_formatter *formatter;     /**< owned; NULL: that of the root's first handler */
    uint64_t owner;                   /**< the thread that started it; see capture_token.h */
    jl_capture_token *token;          /**< NULL unless the scope is a thread */
    jsonlog_capture *next_live;       /**< atomic */
    jsonlog_capture *previous, *next; /**< all captures */
};

/** Make it known: to log calls if it is live, and to fork() in any case. Gives it owner and token.
 *  @return JSONLOG_OK or JSONLOG_E_NOMEM. */
jsonlog_status jl_capture_register(jsonlog_capture *capture);

/** The opposite; when it returns nobody but the caller knows the capture. Allocates nothing. */
void jl_capture_unregister(jsonlog_capture *capture);

#endif
