#include "testing/capture_registry.h"

#include "record/capture_hook.h"
#include "testing/capture_token.h"

/* Most lines fit here; longer ones go through the heap. */
#define LINE_SPACE 2048

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static jsonlog_capture *all;
static jsonlog_capture *live; /* atomic */

/* ---- seen from a log call -------------------------------------------------------------------- */

static bool is_in_scope(const jsonlog_capture *capture) {
    if (capture->scope == JSONLOG_CAPTURE_PROCESS || capture->owner == jl_capture_thread())
        return true;
    return jl_capture_token_descends(jl_capture_token_get(), capture->token->id);
}

static bool sees(const jsonlog_capture *capture, const jsonlog_record *record, bool is_enabled) {
    const bool is_asked_for = capture->level > 0 && record->level >= capture->level;
    return (is_enabled || is_asked_for) && is_in_scope(capture);
}

static jl_text without_newline(jl_text line) {
    if (line.len > 0 && line.ptr[line.len - 1] == '\n')
        line.len--;
    return line;
}

/* No lock is held while the formatter runs: it may call back into user code that logs. */
static void take(jsonlog_capture *capture, const jsonlog_record *record,
                 const jsonlog_formatter *formatter) {
    char space[LINE_SPACE];
    jl_buffer line;
    jl_buffer_init(&line, space, sizeof space, formatter->line_max);
    const jsonlog_status status = formatter->format(formatter, record, &line);
    if (status == JSONLOG_OK && line.status == JSONLOG_OK)
        jl_capture_lines_append(&capture->lines, without_newline(jl_buffer_view(&line)),
                                record->level);
    else
        jl_capture_lines_lose(&capture->lines, JSONLOG_E_NOMEM);
    jl_buffer_done(&line);
}

static bool on_record(const jsonlog_record *record, bool is_enabled, jsonlog_formatter *formatter) {
    bool passes = true;
    jsonlog_capture *capture = __atomic_load_n(&live, __ATOMIC_ACQUIRE);
    for (; capture != NULL; capture = __atomic_load_n(&capture->next_live, __ATOMIC_ACQUIRE)) {
        if (!sees(capture, record, is_enabled))
            continue;
        take(capture, record, capture->formatter != NULL ? capture->formatter : formatter);
        passes = passes && capture->passes_through;
    }
    return passes;
}

/* ---- the hook -------------------------------------------------------------------------------- */

static int lowest_level(void) {
    int level = JSONLOG_LEVEL_OFF;
    for (const jsonlog_capture *capture = live; capture != NULL; capture = capture->next_live) {
        if (capture->level > 0 && capture->level < level)
            level = capture->level;
    }
    return level;
}

/* Two hooks take turns: when a third is needed, nobody is in the first any more. */
static void renew_hook_locked(void) {
    static jl_capture_hook hooks[2];
    static unsigned turn;
    jl_capture_hook *hook = &hooks[turn++ % 2];
    *hook = (jl_capture_hook){.on_record = on_record, .level = lowest_level()};
    jl_capture_hook_set(live == NULL ? NULL : hook);
    jl_capture_hook_wait();
}

/* ---- fork() ---------------------------------------------------------------------------------- */

static void before_fork(void) {
    pthread_mutex_lock(&lock);
    for (jsonlog_capture *capture = all; capture != NULL; capture = capture->next)
        jl_capture_lines_before_fork(&capture->lines);
}

static void after_fork(bool is_child) {
    for (jsonlog_capture *capture = all; capture != NULL; capture = capture->next)
        jl_capture_lines_after_fork(&capture->lines, is_child);
    pthread_mutex_unlock(&lock);
}

static void after_fork_parent(void) {
    after_fork(false);
}

static void after_fork_child(void) {
    after_fork(true);
}

/* Handlers run before a fork in the opposite order of their registration. A start or stop takes
 * this lock and then the logger's, so the logger must have registered first. */
static void watch_forks(void) {
    jsonlog_root();
    pthread_atfork(before_fork, after_fork_parent, after_fork_child);
}

/* ---- in and out ------------------------------------------------------------------------------ */

static jsonlog_status go_live_locked(jsonlog_capture *capture) {
    capture->owner = jl_capture_thread();
    if (capture->scope == JSONLOG_CAPTURE_THREAD) {
        capture->token = jl_capture_token_new();
        if (capture->token == NULL)
            return JSONLOG_E_NOMEM;
    }
    capture->next_live = live;
    __atomic_store_n(&live, capture, __ATOMIC_RELEASE);
    renew_hook_locked();
    return JSONLOG_OK;
}

jsonlog_status jl_capture_register(jsonlog_capture *capture) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    pthread_mutex_lock(&lock);
    const jsonlog_status status = capture->is_live ? go_live_locked(capture) : JSONLOG_OK;
    if (status == JSONLOG_OK) {
        capture->next = all;
        if (all != NULL)
            all->previous = capture;
        all = capture;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

static void leave_live_locked(jsonlog_capture *capture) {
    jsonlog_capture **link = &live;
    while (*link != capture)
        link = &(*link)->next_live;
    __atomic_store_n(link, capture->next_live, __ATOMIC_RELEASE);
    jl_capture_token *unneeded = NULL;
    if (capture->token != NULL)
        unneeded = jl_capture_token_retire(capture->token);
    renew_hook_locked();
    jl_capture_token_free(unneeded);
}

void jl_capture_unregister(jsonlog_capture *capture) {
    pthread_mutex_lock(&lock);
    if (capture->is_live)
        leave_live_locked(capture);
    if (capture->next != NULL)
        capture->next->previous = capture->previous;
    if (capture->previous != NULL)
        capture->previous->next = capture->next;
    else
        all = capture->next;
    pthread_mutex_unlock(&lock);
}
