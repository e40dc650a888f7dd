/**
 * jsonlog filter: the lines that match, as they are, counted, or as values.
 */
#include "cli/filter_follow.h"
#include "cli/filter_run.h"
#include "cli/input_list.h"
#include "cli/interrupt.h"
#include "cli/tool.h"

#include <stdio.h>
#include <string.h>

/* A signal that came between two files is told of with the second.
 * @return false if no further file is to be read. */
static bool filter_file(filter_run *run, const char *path) {
    filtered_file file = {.path = path};
    const bool is_open = filter_file_open(run, &file);
    if (is_open)
        filter_file_lines(run, &file);
    const bool is_interrupted = interrupt_came() != 0;
    if (is_interrupted)
        filter_run_interrupted(run, &file);
    if (is_open) {
        filter_file_close(run, &file);
        filter_file_done(run, &file);
    }
    return !is_interrupted && ferror(stdout) == 0;
}

static bool follows_files(const filter_run *run, const input_list *inputs) {
    const bool is_stdin = inputs->count == 1 && strcmp(inputs->files[0].path, SOURCE_STDIN) == 0;
    return run->options->follows && !is_stdin;
}

static void filter_inputs(filter_run *run, const input_list *inputs) {
    run->has_trouble = inputs->has_trouble;
    run->output.names |= run->options->names == NAMES_AUTO && inputs->is_plural;
    const bool follows = follows_files(run, inputs);
    const uint64_t total = inputs->is_sized && !follows ? input_list_size(inputs) : 0;
    progress_start(&run->bar, total, !follows);
    interrupt_catch();
    if (follows)
        filter_follow(run, inputs);
    bool has_more = !follows;
    for (size_t i = 0; has_more && i < inputs->count; i++)
        has_more = filter_file(run, inputs->files[i].path);
}

static int end_run(const filter_run *run) {
    int status = tool_finish(run->totals.selected > 0 ? TOOL_FOUND : TOOL_NOT_FOUND);
    if (run->options->shows_stats)
        filter_run_print_stats(run);
    if (run->has_trouble)
        status = TOOL_TROUBLE;
    return interrupt_came() != 0 ? interrupt_exit_status() : status;
}

static int run_with(const filter_options *options, jsonlog_filter *filter) {
    filter_run run;
    input_list inputs = {0};
    int status = TOOL_TROUBLE;
    if (filter_run_init(&run, options, filter) &&
        input_list_init(&inputs, options->paths, options->path_count)) {
        filter_inputs(&run, &inputs);
        status = end_run(&run);
    }
    input_list_done(&inputs);
    filter_run_done(&run);
    return status;
}

int filter_command(int argc, char **argv) {
    filter_options options;
    const int status = filter_options_read(&options, argc, argv);
    if (status >= 0)
        return status;
    jsonlog_filter *filter = tool_compile(options.pattern);
    return filter == NULL ? TOOL_TROUBLE : run_with(&options, filter);
}
