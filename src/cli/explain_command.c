/**
 * jsonlog explain PATTERN [FILE...]: for each line, each condition with the value it met and its
 * verdict.
 */
#include "cli/byte_source.h"
#include "cli/each_line.h"
#include "cli/json_text.h"
#include "cli/pattern_options.h"
#include "cli/safe_text.h"
#include "cli/tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: jsonlog explain [OPTION]... PATTERN [FILE]...\n"
    "\n"
    "Say of each line why a CloudWatch filter pattern matches it or does not: each condition, the\n"
    "value it met, its verdict. Without FILE, or for -, read the standard input; of a directory,\n"
    "all files below it; of .gz and .zst, what was compressed.\n"
    "\n"
    "  --color WHEN  auto, always or never\n"
    "  --json        one object a line: file, line, pattern, matches, the tree of conditions\n"
    "  --help        print this\n"
    "\n"
    "Exit status: 0 if a line matches, 1 if none does, 2 on trouble.\n"
    "\n"
    "  echo '{\"user\":{\"age\":19}}' | jsonlog explain '{ $.user.age >= 20 }'\n";

typedef struct explain_run {
    const pattern_options *options;
    jsonlog_filter *filter;
    bool names_files;
    bool has_match;
} explain_run;

/* A verdict at the start of a line, and its colour. */
typedef struct colored_word {
    const char *word;
    const char *color;
} colored_word;

static const colored_word verdicts[] = {
    {"match", COLOR_YES},
    {"no match", COLOR_NO},
    {"  yes", COLOR_YES},
    {"  no", COLOR_NO},
};

static const colored_word *verdict_of(const char *line) {
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        const size_t len = strlen(verdicts[i].word);
        if (strncmp(line, verdicts[i].word, len) == 0 && (line[len] == ':' || line[len] == ' '))
            return &verdicts[i];
    }
    return NULL;
}

static void print_colored_line(const char *line, size_t len) {
    const colored_word *verdict = verdict_of(line);
    const size_t colored = verdict != NULL ? strlen(verdict->word) : 0;
    if (verdict != NULL)
        printf("%s%s" COLOR_END, verdict->color, verdict->word);
    fwrite(line + colored, 1, len - colored, stdout);
    putchar('\n');
}

static void print_colored(const char *text) {
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        print_colored_line(text, len);
        text += len + (text[len] == '\n');
    }
}

static void print_place(const explain_run *run, const placed_line *line) {
    if (!run->names_files)
        return;
    print_name(stdout, source_name(line->path));
    printf(":%" PRIu64 ":\n", line->number);
}

/* The library's object, with the place of the line as its first members. */
static void print_object(const jsonlog_explanation *explanation, const placed_line *line) {
    const char *name = source_name(line->path);
    fputs("{\"file\":", stdout);
    print_json_string(stdout, name, strlen(name), true);
    printf(",\"line\":%" PRIu64 ",%s\n", line->number, jsonlog_explanation_json(explanation) + 1);
}

static bool explain_line(const placed_line *line, void *context) {
    explain_run *run = context;
    jsonlog_explanation *explanation = NULL;
    const jsonlog_status made =
        jsonlog_filter_explain(run->filter, line->text, line->len, &explanation);
    if (made != JSONLOG_OK) {
        tool_error("explain", jsonlog_status_text(made));
        return false;
    }
    if (run->options->as_json) {
        print_object(explanation, line);
    } else {
        print_place(run, line);
        if (run->options->colors)
            print_colored(jsonlog_explanation_text(explanation));
        else
            puts(jsonlog_explanation_text(explanation));
    }
    run->has_match |= jsonlog_explanation_matches(explanation);
    jsonlog_explanation_free(explanation);
    return true;
}

int explain_command(int argc, char **argv) {
    pattern_options options;
    int status = pattern_options_read(&options, usage, argc, argv);
    if (status >= 0)
        return status;
    explain_run run = {.options = &options, .names_files = options.path_count > 0};
    run.filter = tool_compile(options.pattern);
    if (run.filter == NULL)
        return TOOL_TROUBLE;
    const bool is_good = each_line(options.paths, options.path_count, explain_line, &run);
    status = tool_finish(run.has_match ? TOOL_FOUND : TOOL_NOT_FOUND);
    jsonlog_filter_free(run.filter);
    return is_good ? status : TOOL_TROUBLE;
}
