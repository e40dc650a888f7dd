#ifndef JL_CLI_FILTER_RUN_H
#define JL_CLI_FILTER_RUN_H
/**
 * One run of `jsonlog filter`: which lines are selected, what is printed round them, and the
 * counts.
 */
#include "cli/context_lines.h"
#include "cli/filter_options.h"
#include "cli/line_judge.h"
#include "cli/line_output.h"
#include "cli/line_reader.h"
#include "cli/progress.h"
#include "cli/time_range.h"

/** Over all files. */
typedef struct filter_totals {
    uint64_t lines;    /**< 0 where they need not be counted */
    uint64_t matched;  /**< by the pattern, within the time asked for; counted for --stats only */
    uint64_t selected; /**< the same without --invert */
    uint64_t not_json; /**< counted for --stats only */
    uint64_t untimed;  /**< lines without a timestamp, which --since and --until keep */
    uint64_t bytes;    /**< after decompression */
} filter_totals;

typedef struct filter_run {
    const filter_options *options;
    jsonlog_filter *filter;
    jsonlog_filter *any_json;
    line_field only[FILTER_ONLY_MAX];
    time_range range;
    line_output output;
    filter_totals totals;
    progress bar;
    bool has_trouble;
} filter_run;

/** A file on its way through; it may be rotated meanwhile. Zero-initialise it with path set. */
typedef struct filtered_file {
    const char *path;
    line_reader reader;
    uint64_t number; /**< of the line last read; 0 where lines need not be counted */
    uint64_t selected;
    context_lines before;
    size_t after_left;       /**< lines still to be printed behind a selected one */
    uint64_t printed_number; /**< of the line last printed */
    bool has_printed;
} filtered_file;

/** @return false, having said why, if the options make no sense with the pattern, or memory is out.
 */
bool filter_run_init(filter_run *run, const filter_options *options, jsonlog_filter *filter);
void filter_run_done(filter_run *run);

/** @return false, having said why, if the file cannot be opened. */
bool filter_file_open(filter_run *run, filtered_file *file);

/** Take lines until the end of the file, the limit, or filter_run_stops(). */
void filter_file_lines(filter_run *run, filtered_file *file);

/** How lines are judged many at a time; not for a run that asks more of each line. */
line_judge filter_run_judge(const filter_run *run, const filtered_file *file);

/** @return whether it is known of this file how many lines have been read. */
bool filter_run_counts_lines(const filter_run *run, const filtered_file *file);

/** Take the selected lines of a piece of the file, which follows on the piece before. */
void filter_file_take(filter_run *run, filtered_file *file, const selected_lines *selected);

/** Say what is wrong with the file, and that the run has met trouble. After a signal nothing is:
 * what fails then fails because of it. */
void filter_file_trouble(filter_run *run, const filtered_file *file, const char *why);

/** @return whether no further line of the file is wanted. */
bool filter_file_is_done(const filter_run *run, const filtered_file *file);

void filter_file_close(filter_run *run, filtered_file *file);

/** Print the count, if that is what was asked for, and give back what the file held. */
void filter_file_done(filter_run *run, filtered_file *file);

/** @return whether a signal came or nobody takes the output any more. */
bool filter_run_stops(const filter_run *run);

/** Say on stderr where a signal ended the run. */
void filter_run_interrupted(filter_run *run, const filtered_file *file);

/** The lines of --stats. */
void filter_run_print_stats(const filter_run *run);

#endif
