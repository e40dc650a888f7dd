/**
 * What `jsonlog filter` says of itself on stderr: --stats, and how far it came when interrupted.
 */
#include "cli/filter_run.h"
#include "cli/safe_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdio_ext.h>

static void print_count(const char *name, uint64_t count) {
    fprintf(stderr, "%s: %" PRIu64 "\n", name, count);
}

void filter_run_print_stats(const filter_run *run) {
    const filter_totals *totals = &run->totals;
    const double seconds = progress_seconds(&run->bar);
    print_count("lines", totals->lines);
    print_count("matched", totals->matched);
    print_count("selected", totals->selected);
    print_count("not JSON", totals->not_json);
    if (time_range_is_set(&run->range))
        print_count("without a timestamp (kept)", totals->untimed);
    print_count("bytes", totals->bytes);
    fprintf(stderr, "seconds: %.3f\n", seconds);
    fprintf(stderr, "MB/s: %.1f\n", seconds > 0 ? (double)totals->bytes / 1e6 / seconds : 0.0);
}

void filter_run_interrupted(filter_run *run, const filtered_file *file) {
    char done[PROGRESS_SIZE_MAX];
    char total[PROGRESS_SIZE_MAX];
    const uint64_t taken = run->bar.before + file->reader.source.input.taken;
    const bool counts_lines = filter_run_counts_lines(run, file);
    progress_hide(&run->bar);
    /* If a write was interrupted, nobody takes the output just now: another would block again. */
    if (ferror(stdout))
        __fpurge(stdout);
    else
        fflush(stdout);
    fputs("jsonlog: interrupted: ", stderr);
    print_name(stderr, source_name(file->path));
    if (counts_lines)
        fprintf(stderr, ", line %" PRIu64, file->number);
    fprintf(stderr, ": %s", progress_size(taken, done));
    if (run->bar.total >= taken && run->bar.total > 0)
        fprintf(stderr, " of %s", progress_size(run->bar.total, total));
    fprintf(stderr, " read, %" PRIu64, run->totals.selected);
    if (counts_lines)
        fprintf(stderr, " of %" PRIu64, run->totals.lines);
    fputs(" lines selected\n", stderr);
}
