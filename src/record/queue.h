#ifndef JL_RECORD_QUEUE_H
#define JL_RECORD_QUEUE_H
/**
 * The queues of the process, so that its statistics can say how much waits in them, wherever the
 * handler that has one stands: at a logger, or inside another handler.
 */
#include <stddef.h>
#include <stdint.h>

/** Stands in an object that queues lines. */
typedef struct jl_queue {
    struct jl_queue *next;
    struct jl_queue **link;                        /**< what points to it */
    size_t (*bytes)(const struct jl_queue *queue); /**< takes no lock, allocates nothing */
} jl_queue;

void jl_queue_add(jl_queue *queue, size_t (*bytes)(const jl_queue *queue));
/** When this returns `bytes` is not called any more. A queue that was never added is left alone. */
void jl_queue_remove(jl_queue *queue);

/** @return what waits in all of them. */
uint64_t jl_queues_bytes(void);

#endif
