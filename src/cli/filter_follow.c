#include "cli/filter_follow.h"

#include "cli/follower.h"
#include "cli/interrupt.h"
#include "cli/tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Often enough to feel immediate, seldom enough to cost nothing. */
enum { POLL_MS = 100 };

typedef struct followed_file {
    filtered_file file;
    follower seen;
    bool is_open;
    bool is_over;     /* nothing more can come, or is wanted */
    bool was_missing; /* which is said once */
} followed_file;

/* A file that is not there yet is waited for, as tail -F does. */
static void say_missing(followed_file *followed) {
    if (!followed->was_missing)
        tool_error(followed->file.path, "No such file or directory; waiting for it");
    followed->was_missing = true;
}

static void close_followed(filter_run *run, followed_file *followed) {
    if (followed->is_open)
        filter_file_close(run, &followed->file);
    followed->is_open = false;
    followed->seen.head_len = 0;
}

/* The rest of a line may still be written, so a last line without newline waits. */
static void take_lines(filter_run *run, followed_file *followed) {
    line_reader_resume(&followed->file.reader);
    filter_file_lines(run, &followed->file);
    follower_learn(&followed->seen, followed->file.reader.source.input.descriptor);
    followed->is_over |= filter_file_is_done(run, &followed->file);
}

static void take_tail(filter_run *run, followed_file *followed) {
    followed->file.reader.keeps_tail = false;
    take_lines(run, followed);
}

static void open_followed(filter_run *run, followed_file *followed) {
    struct stat status;
    if (stat(followed->file.path, &status) != 0 && errno == ENOENT) {
        say_missing(followed);
        return;
    }
    followed->is_open = filter_file_open(run, &followed->file);
    followed->is_over = !followed->is_open;
    if (!followed->is_open)
        return;
    const byte_source *source = &followed->file.reader.source;
    const bool can_grow = source->inflater == NULL && !source->input.may_wait;
    followed->file.reader.keeps_tail = can_grow;
    take_lines(run, followed);
    followed->is_over |= !can_grow;
}

/* The file was emptied while the last line was cut: what is there of it is all there will be. */
static void start_over(filter_run *run, followed_file *followed) {
    line_reader *reader = &followed->file.reader;
    reader->keeps_tail = false;
    reader->is_at_end = true;
    filter_file_lines(run, &followed->file);
    close_followed(run, followed);
    if (!filter_file_is_done(run, &followed->file))
        open_followed(run, followed);
}

static void look_again(filter_run *run, followed_file *followed) {
    if (!followed->is_open) {
        open_followed(run, followed);
        return;
    }
    const int descriptor = followed->file.reader.source.input.descriptor;
    switch (follower_look(&followed->seen, descriptor, followed->file.path)) {
    case FOLLOW_NOTHING: break;
    case FOLLOW_GREW: take_lines(run, followed); break;
    case FOLLOW_EMPTIED: start_over(run, followed); break;
    case FOLLOW_REPLACED:
        take_tail(run, followed);
        close_followed(run, followed);
        if (!followed->is_over)
            open_followed(run, followed);
        break;
    }
}

/* @return whether any file may still bring lines. */
static bool look_at_all(filter_run *run, followed_file *files, size_t count) {
    bool has_more = false;
    for (size_t i = 0; i < count && !filter_run_stops(run); i++) {
        if (!files[i].is_over)
            look_again(run, &files[i]);
        has_more |= !files[i].is_over;
    }
    return has_more;
}

/* The summary names one file, and counts what was read of all. */
static void finish(filter_run *run, followed_file *files, size_t count) {
    for (size_t i = 1; i < count; i++)
        close_followed(run, &files[i]);
    if (interrupt_came() != 0 && count > 0)
        filter_run_interrupted(run, &files[0].file);
    for (size_t i = 0; i < count; i++) {
        close_followed(run, &files[i]);
        filter_file_done(run, &files[i].file);
    }
}

void filter_follow(filter_run *run, const input_list *inputs) {
    followed_file *files = calloc(inputs->count + 1, sizeof *files);
    if (files == NULL) {
        tool_error("filter", strerror(ENOMEM));
        run->has_trouble = true;
        return;
    }
    for (size_t i = 0; i < inputs->count; i++)
        files[i].file.path = inputs->files[i].path;
    while (look_at_all(run, files, inputs->count) && !filter_run_stops(run)) {
        fflush(stdout);
        interrupt_wait(-1, POLL_MS);
    }
    finish(run, files, inputs->count);
    free(files);
}
