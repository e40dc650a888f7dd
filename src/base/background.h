#ifndef JL_BASE_BACKGROUND_H
#define JL_BASE_BACKGROUND_H
/**
 * Work off the hot path: threads that are shared by the whole process, and tasks that are run on
 * them when they are due.
 *
 * A thread starts with the first task that becomes due and ends, joined, when the last task is
 * removed. It takes no signals. In the child of a fork there is no thread, no task is due, and the
 * tasks' after_fork has run; the next schedule starts anew.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/** For a task that has nothing to do. */
#define JL_TASK_IDLE INT64_MAX

/** Stands first in an object of the owner's. */
typedef struct jl_task {
    struct jl_task *next;
    int64_t due_ns; /**< of jl_clock_monotonic_ns(); with the lock of the background held */
    void (*run)(struct jl_task *task); /**< outside all locks */
    /** In a child, single-threaded. Takes no lock but its own, for others may still be held for the
     * fork. May be NULL. */
    void (*after_fork)(struct jl_task *task);
} jl_task;

typedef struct jl_background jl_background;

/** Writes buffers out: nothing on it may take long. */
extern jl_background jl_flusher;
/** Compresses and removes files, calls callbacks: may take long. */
extern jl_background jl_worker;
/** Logs heartbeats: takes as long as the handlers take. */
extern jl_background jl_beater;
/** Looks at configuration files, and puts them into force: may take long. */
extern jl_background jl_watcher;

/** Make a task known; it is idle. One that is known already stays as it is. */
void jl_background_add(jl_background *background, jl_task *task);

/** Run the task at `due_ns`, or earlier if that was said before.
 *  @return false if there is no thread and none can be made: errno. */
bool jl_background_schedule(jl_background *background, jl_task *task, int64_t due_ns);

/** Nothing of the task runs any more, or ever will; it need not be known. If it is called from
 * within its own run, that goes on, but the task is not touched again. */
void jl_background_remove(jl_background *background, jl_task *task);

/** Wait until the task is idle. @return false at the time limit, or from within a run. */
bool jl_background_wait(jl_background *background, jl_task *task, int64_t until_ns);

#endif
