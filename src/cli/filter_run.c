#include "cli/filter_run.h"

#include "cli/filter_threads.h"
#include "cli/interrupt.h"
#include "cli/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_selected(filter_run *run, const char *line, size_t len) {
    filter_totals *totals = &run->totals;
    totals->lines++;
    if (run->options->shows_stats && !jsonlog_filter_match(run->any_json, line, len))
        totals->not_json++;
    if (time_range_is_set(&run->range)) {
        const time_verdict verdict = time_range_check(&run->range, line, len);
        if (verdict == TIME_OUTSIDE)
            return false;
        totals->untimed += verdict == TIME_UNKNOWN;
    }
    const bool matches = jsonlog_filter_match(run->filter, line, len);
    totals->matched += matches;
    return matches != run->options->inverts;
}

static void print_line(filter_run *run, filtered_file *file, const char *text, size_t len,
                       uint64_t number, bool is_context) {
    const placed_line line = {file->path, number, text, len, is_context};
    progress_hide(&run->bar);
    line_output_print(&run->output, &line);
    file->printed_number = number;
    file->has_printed = true;
}

static void begin_group(filter_run *run, const filtered_file *file) {
    const context_lines *before = &file->before;
    const uint64_t first = file->number - before->count;
    if (!file->has_printed || file->printed_number + 1 != first)
        line_output_new_group(&run->output);
}

static void print_selected(filter_run *run, filtered_file *file, const char *text, size_t len) {
    begin_group(run, file);
    const context_line *kept = NULL;
    while ((kept = context_lines_take(&file->before)) != NULL)
        print_line(run, file, kept->text, kept->len, kept->number, true);
    print_line(run, file, text, len, file->number, false);
    file->after_left = run->options->after;
}

static void pass_over(filter_run *run, filtered_file *file, const char *text, size_t len) {
    if (file->after_left > 0) {
        file->after_left--;
        print_line(run, file, text, len, file->number, true);
    } else if (!context_lines_keep(&file->before, text, len, file->number)) {
        context_lines_clear(&file->before);
        tool_error(file->path, strerror(ENOMEM));
        run->has_trouble = true;
    }
}

/* Behind the last line the limit allows, only its context is wanted. */
static void take_line(filter_run *run, filtered_file *file, const char *text, size_t len) {
    file->number++;
    const bool has_limit_left = file->selected < run->options->limit;
    if (has_limit_left && is_selected(run, text, len)) {
        file->selected++;
        run->totals.selected++;
        if (!run->options->counts)
            print_selected(run, file, text, len);
    } else if (run->output.has_groups) {
        pass_over(run, file, text, len);
    }
}

bool filter_run_stops(const filter_run *run) {
    (void)run;
    return interrupt_came() != 0 || ferror_unlocked(stdout) != 0;
}

bool filter_file_is_done(const filter_run *run, const filtered_file *file) {
    return file->selected >= run->options->limit && file->after_left == 0;
}

void filter_file_trouble(filter_run *run, const filtered_file *file, const char *why) {
    if (interrupt_came() != 0)
        return;
    progress_hide(&run->bar);
    tool_error(source_name(file->path), why);
    run->has_trouble = true;
}

bool filter_file_open(filter_run *run, filtered_file *file) {
    file->before.limit = run->options->counts ? 0 : run->options->before;
    file->number = 0;
    if (line_reader_open(&file->reader, file->path))
        return true;
    filter_file_trouble(run, file, byte_source_why(&file->reader.source));
    return false;
}

/* A read has found no line. */
static void end_reading(filter_run *run, filtered_file *file, line_result result) {
    if (result == LINE_ERROR)
        filter_file_trouble(run, file, byte_source_why(&file->reader.source));
}

static void take_line_by_line(filter_run *run, filtered_file *file) {
    line_reader *reader = &file->reader;
    const char *line = NULL;
    size_t len = 0;
    unsigned fills = reader->fills;
    while (!filter_run_stops(run) && !filter_file_is_done(run, file)) {
        const line_result result = line_reader_next(reader, &line, &len);
        if (result != LINE_READ) {
            end_reading(run, file, result);
            return;
        }
        take_line(run, file, line, len);
        if (reader->fills != fills) {
            fills = reader->fills;
            progress_tick(&run->bar, reader->source.input.taken);
        }
    }
}

/* --- many lines at a time -------------------------------------------------------------------- */

/* Context needs the lines that are not selected too, and --stats asks other things of them. */
static bool takes_many(const filter_run *run) {
    return !run->options->shows_stats && !run->output.has_groups;
}

/* Counting the lines of a file takes a good part of the time of searching in them. Of what comes
 * slowly it costs nothing. */
bool filter_run_counts_lines(const filter_run *run, const filtered_file *file) {
    const filter_options *options = run->options;
    return !takes_many(run) || options->numbers || options->as_json || options->follows ||
           file->reader.source.input.may_wait;
}

line_judge filter_run_judge(const filter_run *run, const filtered_file *file) {
    return (line_judge){
        .filter = run->filter,
        .range = &run->range,
        .inverts = run->options->inverts,
        .keeps_lines = !run->options->counts,
        .counts_lines = filter_run_counts_lines(run, file),
    };
}

void filter_file_take(filter_run *run, filtered_file *file, const selected_lines *selected) {
    const uint64_t left = run->options->limit - file->selected;
    const uint64_t count = selected->count < left ? selected->count : left;
    file->selected += count;
    run->totals.selected += count;
    for (uint64_t i = 0; !run->options->counts && i < count && !filter_run_stops(run); i++) {
        const selected_line *line = &selected->lines[i];
        print_line(run, file, line->text, line->len, file->number + line->number, false);
    }
    file->number += selected->all;
    run->totals.lines += selected->all;
}

/* From where the file is read, to its end. */
static void take_many(filter_run *run, filtered_file *file) {
    line_reader *reader = &file->reader;
    const line_judge judge = filter_run_judge(run, file);
    selected_lines selected = {0};
    const char *lines = NULL;
    size_t len = 0;
    while (!filter_run_stops(run) && !filter_file_is_done(run, file)) {
        const line_result result = line_reader_next_all(reader, &lines, &len);
        if (result != LINE_READ) {
            end_reading(run, file, result);
            break;
        }
        if (!line_judge_run(&judge, lines, len, &selected)) {
            filter_file_trouble(run, file, strerror(ENOMEM));
            break;
        }
        filter_file_take(run, file, &selected);
        progress_tick(&run->bar, reader->source.input.taken);
    }
    selected_lines_done(&selected);
}

void filter_file_lines(filter_run *run, filtered_file *file) {
    if (!takes_many(run)) {
        take_line_by_line(run, file);
        return;
    }
    const unsigned threads = run->options->follows ? 1 : filter_threads_for(run, file);
    if (threads > 1)
        filter_threads_take(run, file, threads);
    take_many(run, file);
}

void filter_file_close(filter_run *run, filtered_file *file) {
    run->totals.bytes += file->reader.delivered;
    run->bar.before += file->reader.source.input.taken;
    line_reader_close(&file->reader);
    file->reader.source.input.taken = 0;
    context_lines_clear(&file->before);
    file->after_left = 0;
    file->has_printed = false;
}

void filter_file_done(filter_run *run, filtered_file *file) {
    const bool is_whole = interrupt_came() == 0 || run->options->follows;
    progress_hide(&run->bar);
    if (run->options->counts && is_whole)
        line_output_count(&run->output, file->path, file->selected);
    context_lines_done(&file->before);
}

static bool init_only(filter_run *run) {
    jsonlog_err err;
    for (size_t i = 0; i < run->options->only_count; i++) {
        const char *selector = run->options->only[i];
        if (line_field_init(&run->only[i], selector, run->filter, run->any_json, &err) !=
            JSONLOG_OK) {
            tool_error_at("--only", &err, selector);
            return false;
        }
    }
    return true;
}

static void init_output(filter_run *run) {
    const filter_options *options = run->options;
    const bool is_terminal = isatty(STDOUT_FILENO) == 1;
    run->output = (line_output){
        .names = options->names == NAMES_ALWAYS,
        .numbers = options->numbers,
        .colors = !options->as_json && color_wanted(options->color),
        .escapes = is_terminal,
        .as_json = options->as_json,
        .is_raw = options->is_raw,
        .has_groups = !options->counts && (options->before > 0 || options->after > 0),
        .only = run->only,
        .only_count = options->only_count,
        .any_json = run->any_json,
    };
}

bool filter_run_init(filter_run *run, const filter_options *options, jsonlog_filter *filter) {
    *run = (filter_run){.options = options, .filter = filter};
    run->any_json = line_field_any_json();
    if (run->any_json == NULL) {
        tool_error("filter", strerror(ENOMEM));
        return false;
    }
    init_output(run);
    return init_only(run) && time_range_init(&run->range, options->since, options->until) &&
           time_range_use_field(&run->range, options->timestamp_field, filter, run->any_json);
}

void filter_run_done(filter_run *run) {
    line_output_done(&run->output);
    time_range_done(&run->range);
    jsonlog_filter_free(run->any_json);
    jsonlog_filter_free(run->filter);
}
