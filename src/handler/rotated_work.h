#ifndef JL_HANDLER_ROTATED_WORK_H
#define JL_HANDLER_ROTATED_WORK_H
/**
 * What is done with files after they were put aside, on the background thread: compressed, counted
 * and removed, and told about. What a process leaves undone, the next one for the path does.
 *
 * A file is compressed into BASE.part-INODE and renamed when it is complete, so that a crash leaves
 * no broken file under a final name.
 */
#include "base/background.h"
#include "handler/rotated_files.h"

#include <jsonlog/rotating.h>

#include <pthread.h>

typedef struct jl_rotated_work {
    jl_task task;
    jsonlog_handler *handler;
    jl_rotated_place place;
    char *lock_path;
    mode_t mode;
    unsigned keep_files;
    uint64_t keep_seconds;
    jsonlog_compression compression;
    int compression_level;
    void (*on_rotated)(const char *path, void *context);
    void *context;
    int64_t (*now_ns)(void);
    bool stop; /**< atomic */

    pthread_mutex_t lock; /**< around what follows */
    ino_t *fresh;         /**< files of this process that on_rotated has not heard of */
    size_t fresh_count;
    size_t fresh_room;
    pthread_t telling; /**< the thread in on_rotated, if is_telling */
    bool is_telling;
    bool *is_gone; /**< set if the handler is closed from within on_rotated */
} jl_rotated_work;

/** Options and place are set already; the lock path is taken over. */
void jl_rotated_work_init(jl_rotated_work *work);
void jl_rotated_work_done(jl_rotated_work *work);

/** A file was put aside under this name; or NULL: look what earlier processes have left. */
void jl_rotated_work_add(jl_rotated_work *work, const char *path);

/** Whether this thread is in on_rotated. */
bool jl_rotated_work_is_telling(jl_rotated_work *work);

#endif
