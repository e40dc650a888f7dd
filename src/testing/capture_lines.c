#include "testing/capture_lines.h"

#include "base/alloc.h"

#include <errno.h>
#include <time.h>

/* Waiting is measured on the clock that nobody sets. */
static int init_condition(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    int failure = pthread_condattr_init(&attributes);
    if (failure != 0)
        return failure;
    failure = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (failure == 0)
        failure = pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return failure;
}

jsonlog_status jl_capture_lines_init(jl_capture_lines *lines, size_t limit_bytes) {
    *lines = (jl_capture_lines){.limit = limit_bytes};
    if (pthread_mutex_init(&lines->lock, NULL) != 0)
        return JSONLOG_E_NOMEM;
    if (init_condition(&lines->changed) == 0)
        return JSONLOG_OK;
    pthread_mutex_destroy(&lines->lock);
    return JSONLOG_E_NOMEM;
}

static void free_chain(jl_captured_line *line) {
    while (line != NULL) {
        jl_captured_line *next = line->next;
        jl_free(line);
        line = next;
    }
}

void jl_capture_lines_done(jl_capture_lines *lines) {
    free_chain(lines->first);
    free_chain(lines->forgotten);
    pthread_cond_destroy(&lines->changed);
    pthread_mutex_destroy(&lines->lock);
}

static void say_changed_locked(jl_capture_lines *lines) {
    lines->changes++;
    pthread_cond_broadcast(&lines->changed);
}

/* What a line takes from the limit: short lines cost memory too. */
static size_t cost_of(size_t len) {
    return len + sizeof(jl_captured_line);
}

static bool has_room_locked(const jl_capture_lines *lines, size_t cost) {
    return cost <= lines->limit && lines->bytes <= lines->limit - cost;
}

static jl_captured_line *new_line(jl_text text, int level) {
    jl_captured_line *line = jl_alloc(sizeof *line + text.len);
    if (line == NULL)
        return NULL;
    line->next = NULL;
    line->level = level;
    line->len = text.len;
    if (text.len > 0)
        memcpy(line->bytes, text.ptr, text.len);
    return line;
}

static void link_locked(jl_capture_lines *lines, jl_captured_line *line) {
    if (lines->last == NULL)
        lines->first = line;
    else
        lines->last->next = line;
    lines->last = line;
    lines->count++;
    lines->bytes += cost_of(line->len);
}

/* Takes the line over if there is room. */
static bool accept_line(jl_capture_lines *lines, jl_captured_line *line) {
    pthread_mutex_lock(&lines->lock);
    const bool has_room = has_room_locked(lines, cost_of(line->len));
    if (has_room)
        link_locked(lines, line);
    else
        lines->lost_limit++;
    say_changed_locked(lines);
    pthread_mutex_unlock(&lines->lock);
    return has_room;
}

jsonlog_status jl_capture_lines_lose(jl_capture_lines *lines, jsonlog_status why) {
    pthread_mutex_lock(&lines->lock);
    if (why == JSONLOG_E_LIMIT)
        lines->lost_limit++;
    else
        lines->lost_memory++;
    say_changed_locked(lines);
    pthread_mutex_unlock(&lines->lock);
    return why;
}

jsonlog_status jl_capture_lines_append(jl_capture_lines *lines, jl_text text, int level) {
    if (text.len > lines->limit)
        return jl_capture_lines_lose(lines, JSONLOG_E_LIMIT);
    jl_captured_line *line = new_line(text, level);
    if (line == NULL)
        return jl_capture_lines_lose(lines, JSONLOG_E_NOMEM);
    if (accept_line(lines, line))
        return JSONLOG_OK;
    jl_free(line);
    return JSONLOG_E_LIMIT;
}

/* @return the lines that can be freed. */
static jl_captured_line *detach_locked(jl_capture_lines *lines) {
    jl_captured_line *chain = lines->first;
    if (lines->pins > 0 && chain != NULL) {
        lines->last->next = lines->forgotten;
        lines->forgotten = chain;
        chain = NULL;
    }
    lines->first = lines->last = NULL;
    lines->found = NULL;
    lines->count = lines->bytes = 0;
    lines->lost_limit = lines->lost_memory = 0;
    lines->clears++;
    say_changed_locked(lines);
    return chain;
}

void jl_capture_lines_clear(jl_capture_lines *lines) {
    pthread_mutex_lock(&lines->lock);
    jl_captured_line *chain = detach_locked(lines);
    pthread_mutex_unlock(&lines->lock);
    free_chain(chain);
}

void jl_capture_lines_pin(jl_capture_lines *lines) {
    pthread_mutex_lock(&lines->lock);
    lines->pins++;
    pthread_mutex_unlock(&lines->lock);
}

void jl_capture_lines_unpin(jl_capture_lines *lines) {
    jl_captured_line *chain = NULL;
    pthread_mutex_lock(&lines->lock);
    if (--lines->pins == 0) {
        chain = lines->forgotten;
        lines->forgotten = NULL;
    }
    pthread_mutex_unlock(&lines->lock);
    free_chain(chain);
}

jl_capture_view jl_capture_lines_view(jl_capture_lines *lines) {
    pthread_mutex_lock(&lines->lock);
    jl_capture_view view = {
        .first = lines->first,
        .count = lines->count,
        .changes = lines->changes,
        .clears = lines->clears,
        .lost_limit = lines->lost_limit,
        .lost_memory = lines->lost_memory,
        .limit = lines->limit,
    };
    pthread_mutex_unlock(&lines->lock);
    return view;
}

bool jl_capture_lines_wait(jl_capture_lines *lines, const jl_capture_view *seen,
                           int64_t deadline_ns) {
    const struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / 1000000000),
                                      .tv_nsec = (long)(deadline_ns % 1000000000)};
    int failure = 0;
    pthread_mutex_lock(&lines->lock);
    while (lines->changes == seen->changes && failure == 0)
        failure = pthread_cond_timedwait(&lines->changed, &lines->lock, &deadline);
    const bool has_changed = lines->changes != seen->changes;
    pthread_mutex_unlock(&lines->lock);
    return has_changed;
}

/* Lines are mostly asked for one after the other: go on from the last one found. */
static const jl_captured_line *find_locked(jl_capture_lines *lines, size_t index) {
    if (index >= lines->count)
        return NULL;
    if (lines->found == NULL || lines->found_index > index) {
        lines->found = lines->first;
        lines->found_index = 0;
    }
    for (; lines->found_index < index; lines->found_index++)
        lines->found = lines->found->next;
    return lines->found;
}

size_t jl_capture_lines_copy(jl_capture_lines *lines, size_t index, char *out, size_t out_size) {
    size_t len = SIZE_MAX;
    size_t copied = 0;
    pthread_mutex_lock(&lines->lock);
    const jl_captured_line *line = find_locked(lines, index);
    if (line != NULL) {
        len = line->len;
        copied = len < out_size ? len : out_size > 0 ? out_size - 1 : 0;
        if (copied > 0)
            memcpy(out, line->bytes, copied);
    }
    pthread_mutex_unlock(&lines->lock);
    if (out_size > 0)
        out[copied] = '\0';
    return len;
}

void jl_capture_lines_before_fork(jl_capture_lines *lines) {
    pthread_mutex_lock(&lines->lock);
}

/* The threads that waited or had pinned are not in the child. */
void jl_capture_lines_after_fork(jl_capture_lines *lines, bool is_child) {
    if (is_child) {
        lines->pins = 0;
        init_condition(&lines->changed);
    }
    pthread_mutex_unlock(&lines->lock);
}
