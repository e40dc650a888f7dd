#include "logger/tree.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "logger/environment.h"
#include "logger/exit.h"
#include "logger/fork.h"
#include "logger/scope.h"
#include "logger/snapshot.h"
#include "record/stats.h"

#include <unistd.h>

#define BUCKETS 1024 /* 8 KiB; ten thousand loggers are found in ten steps */

jl_named jl_own_logger = {
    .logger = {.head = {JSONLOG_LEVEL_INFO}, .named = &jl_own_logger},
    .id = 1,
    .propagate = true,
    .name = "jsonlog",
    .parent = &jl_root_logger,
};

jl_named jl_root_logger = {
    .logger = {.head = {JSONLOG_LEVEL_INFO}, .named = &jl_root_logger},
    .level = JSONLOG_LEVEL_INFO,
    .propagate = true,
    .name = "",
    .next = &jl_own_logger,
};

jl_tree jl_the_tree = {
    .lock = JL_LOCK_INIT, .first = &jl_root_logger, .last = &jl_own_logger, .count = 2};

static jl_named *buckets[BUCKETS]; /* atomic heads */
static bool is_ready;              /* atomic */

/* ---- finding without a lock ---- */

static jl_named *find(jl_text name, uint32_t hash) {
    jl_named *named = __atomic_load_n(&buckets[hash % BUCKETS], __ATOMIC_ACQUIRE);
    while (named != NULL && (named->hash != hash || !jl_text_equal(jl_text_of(named->name), name)))
        named = named->in_bucket;
    return named;
}

static void show_locked(jl_named *named) {
    jl_named **bucket = &buckets[named->hash % BUCKETS];
    named->in_bucket = *bucket;
    __atomic_store_n(bucket, named, __ATOMIC_RELEASE);
}

/* ---- first use ---- */

static void take_level_from_environment(jl_named *named) {
    int level = 0;
    if (jl_environment_level(named->name, &level))
        __atomic_store_n(&named->level, level, __ATOMIC_RELAXED);
}

static void make_ready_locked(void) {
    jl_children_locks_make();
    jl_thread_set_exit(jl_scopes_drop);
    jl_fork_watch();
    jl_environment_read();
    jl_own_logger.hash = jl_hash(jl_text_of(jl_own_logger.name));
    show_locked(&jl_own_logger);
    take_level_from_environment(&jl_root_logger);
    take_level_from_environment(&jl_own_logger);
    jl_snapshot_publish_locked();
    jl_gates_update_locked();
    __atomic_store_n(&is_ready, true, __ATOMIC_RELEASE);
}

void jl_tree_ready(void) {
    if (__atomic_load_n(&is_ready, __ATOMIC_ACQUIRE) || jl_lock_is_mine(&jl_the_tree.lock))
        return;
    jl_lock_acquire(&jl_the_tree.lock);
    if (!__atomic_load_n(&is_ready, __ATOMIC_RELAXED))
        make_ready_locked();
    jl_lock_release(&jl_the_tree.lock);
}

bool jl_tree_is_ready(void) {
    return __atomic_load_n(&is_ready, __ATOMIC_ACQUIRE);
}

void jl_tree_lock(void) {
    jl_tree_ready();
    jl_lock_acquire(&jl_the_tree.lock);
}

void jl_tree_unlock(void) {
    jl_lock_release(&jl_the_tree.lock);
    jl_epoch_settle();
}

/* ---- making loggers ---- */

static jl_named *new_named(jl_text name, uint32_t hash, jl_named *parent) {
    jl_named *named = jl_calloc(1, sizeof *named + name.len + 1);
    if (named == NULL)
        return NULL;
    char *text = (char *)(named + 1);
    memcpy(text, name.ptr, name.len);
    named->logger.named = named;
    named->name = text;
    named->hash = hash;
    named->parent = parent;
    named->propagate = true;
    return named;
}

/* The snapshot with its route is there before anybody can find the logger. */
static bool link_locked(jl_named *named) {
    jl_named *before = jl_the_tree.last;
    named->id = jl_the_tree.count++;
    before->next = named;
    jl_the_tree.last = named;
    if (!jl_snapshot_publish_locked()) {
        jl_the_tree.last = before;
        before->next = NULL;
        jl_the_tree.count--;
        return false;
    }
    jl_gate_set_locked(named);
    show_locked(named);
    return true;
}

static jl_named *make_locked(jl_text name, uint32_t hash, jl_named *parent) {
    jl_named *named = new_named(name, hash, parent);
    if (named == NULL)
        return NULL;
    take_level_from_environment(named);
    if (link_locked(named))
        return named;
    jl_free(named);
    return NULL;
}

/* From the root down, one name at each dot. @return the last one there is. */
static jl_named *descend(jl_text name, bool makes) {
    jl_named *nearest = &jl_root_logger;
    for (size_t end = 0; end < name.len; end++) {
        const jl_text prefix = {name.ptr, end + 1};
        if (end + 1 < name.len && name.ptr[end + 1] != '.')
            continue;
        const uint32_t hash = jl_hash(prefix);
        jl_named *named = find(prefix, hash);
        if (named == NULL && makes)
            named = make_locked(prefix, hash, nearest);
        if (named == NULL)
            return nearest;
        nearest = named;
    }
    return nearest;
}

/* Inside the allocator of a change the lock is this thread's own: nothing can be made then. */
static jl_named *get_slowly(jl_text name) {
    if (jl_lock_is_mine(&jl_the_tree.lock))
        return descend(name, false);
    jl_tree_lock();
    jl_named *named = descend(name, true);
    jl_tree_unlock();
    return named;
}

jsonlog_logger *jsonlog_get(const char *name) {
    jl_tree_ready();
    jl_text text = jl_text_of(name);
    if (text.len == 0)
        return &jl_root_logger.logger.head;
    if (text.len > JL_NAME_MAX)
        text.len = JL_NAME_MAX;
    jl_named *named = find(text, jl_hash(text));
    if (JSONLOG_UNLIKELY(named == NULL))
        named = get_slowly(text);
    return &named->logger.head;
}

jsonlog_logger *jsonlog_root(void) {
    jl_tree_ready();
    return &jl_root_logger.logger.head;
}

const char *jsonlog_logger_get_name(const jsonlog_logger *logger) {
    return logger == NULL ? "" : jl_logger_of(logger)->named->name;
}

/* ---- level and propagate ---- */

void jsonlog_logger_set_level(jsonlog_logger *logger, int level) {
    if (logger == NULL)
        return;
    if (level < JSONLOG_LEVEL_NOTSET)
        level = JSONLOG_LEVEL_NOTSET;
    if (level > JSONLOG_LEVEL_OFF)
        level = JSONLOG_LEVEL_OFF;
    jl_named *named = jl_logger_of(logger)->named;
    jl_tree_lock();
    const int before = named->level;
    __atomic_store_n(&named->level, level, __ATOMIC_RELAXED);
    if (level != before && !jl_snapshot_publish_locked()) {
        __atomic_store_n(&named->level, before, __ATOMIC_RELAXED);
        jl_stats_add(JL_STAT_LOST_MEMORY, 1);
    }
    jl_gates_update_locked();
    jl_tree_unlock();
}

int jsonlog_logger_get_level(const jsonlog_logger *logger) {
    return logger == NULL ? JSONLOG_LEVEL_NOTSET
                          : __atomic_load_n(&jl_logger_of(logger)->named->level, __ATOMIC_RELAXED);
}

int jsonlog_logger_get_effective_level(const jsonlog_logger *logger) {
    return logger == NULL ? JSONLOG_LEVEL_OFF
                          : jl_named_effective_level(jl_logger_of(logger)->named);
}

void jsonlog_logger_set_propagate(jsonlog_logger *logger, bool propagate) {
    if (logger == NULL)
        return;
    jl_named *named = jl_logger_of(logger)->named;
    jl_tree_lock();
    const bool before = named->propagate;
    __atomic_store_n(&named->propagate, propagate, __ATOMIC_RELAXED);
    if (propagate != before && !jl_snapshot_publish_locked()) {
        __atomic_store_n(&named->propagate, before, __ATOMIC_RELAXED);
        jl_stats_add(JL_STAT_LOST_MEMORY, 1);
    }
    jl_tree_unlock();
}

bool jsonlog_logger_get_propagate(const jsonlog_logger *logger) {
    return logger != NULL &&
           __atomic_load_n(&jl_logger_of(logger)->named->propagate, __ATOMIC_RELAXED);
}

/* ---- the handler to stdout ---- */

static bool needs_stdout_handler_locked(void) {
    return !jl_the_tree.root_is_configured && jl_the_tree.stdout_handler == NULL;
}

bool jl_tree_make_stdout_handler(void) {
    if (jl_lock_is_mine(&jl_the_tree.lock))
        return false;
    jsonlog_handler *handler = jsonlog_stream_handler_new(STDOUT_FILENO, NULL);
    bool is_there = true;
    jl_tree_lock();
    if (needs_stdout_handler_locked()) {
        jl_the_tree.stdout_handler = handler;
        is_there = handler != NULL && jl_snapshot_publish_locked();
        if (is_there)
            handler = NULL; /* the tree's now */
        else
            jl_the_tree.stdout_handler = NULL;
    }
    jl_tree_unlock();
    jsonlog_handler_release(handler);
    return is_there;
}

/* ---- the end ---- */

/* Runs after all functions given to atexit(), which may still log. Stands here because a program
 * that is linked statically has this object in any case, and only then what flushes. */
static __attribute__((destructor)) void shut_down_at_exit(void) {
    if (jl_tree_is_ready())
        jl_exit_shut_down();
}
