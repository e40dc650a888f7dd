#include "record/queue.h"

#include "base/thread.h"

/* Under jl_words_lock, which a fork holds. */
static jl_queue *first;

void jl_queue_add(jl_queue *queue, size_t (*bytes)(const jl_queue *queue)) {
    queue->bytes = bytes;
    jl_lock_acquire(&jl_words_lock);
    queue->next = first;
    queue->link = &first;
    if (first != NULL)
        first->link = &queue->next;
    first = queue;
    jl_lock_release(&jl_words_lock);
}

void jl_queue_remove(jl_queue *queue) {
    jl_lock_acquire(&jl_words_lock);
    if (queue->link != NULL) {
        *queue->link = queue->next;
        if (queue->next != NULL)
            queue->next->link = queue->link;
        queue->link = NULL;
    }
    jl_lock_release(&jl_words_lock);
}

uint64_t jl_queues_bytes(void) {
    uint64_t bytes = 0;
    jl_lock_acquire(&jl_words_lock);
    for (const jl_queue *queue = first; queue != NULL; queue = queue->next)
        bytes += queue->bytes(queue);
    jl_lock_release(&jl_words_lock);
    return bytes;
}
