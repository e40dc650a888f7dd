/**
 * jsonlog lint PATTERN [SAMPLE...]: what in a pattern cannot mean what was written.
 */
#include "cli/each_line.h"
#include "cli/json_text.h"
#include "cli/pattern_options.h"
#include "cli/safe_text.h"
#include "cli/tool.h"

#include <jsonlog/lint.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: jsonlog lint [OPTION]... PATTERN [SAMPLE]...\n"
    "\n"
    "Look at a CloudWatch filter pattern for what is legal but cannot mean what was written, and\n"
    "say what to write instead. Files of sample lines (directories, .gz and .zst too; - is the\n"
    "standard input) also show which selectors never occur, or only with another type.\n"
    "\n"
    "  --color WHEN  auto, always or never\n"
    "  --json        one object: pattern, findings with code, offset, len, text, suggestion\n"
    "  --help        print this\n"
    "\n"
    "Exit status: 0 if there is nothing to say, 1 if there is, 2 on trouble.\n"
    "\n"
    "  jsonlog lint '{ $.status = \"200\" || $.ok = true }' app.log\n";

/* More than a window of 100 columns of wide letters and the caret below it. */
enum { SHOWN_MAX = 4096 };

static bool take_sample(const placed_line *line, void *context) {
    const jsonlog_status taken = jsonlog_lint_sample(context, line->text, line->len);
    if (taken != JSONLOG_OK)
        tool_error("lint", jsonlog_status_text(taken));
    return taken == JSONLOG_OK;
}

static void color(const pattern_options *options, const char *code) {
    if (options->colors)
        fputs(code, stdout);
}

/* The pattern and the caret, without the sentence that stands above them. */
static void print_caret(const pattern_options *options, const jsonlog_finding *finding) {
    const char *pattern = options->pattern;
    const jsonlog_err place = {.code = JSONLOG_E_SYNTAX, .offset = finding->offset, .text = ""};
    char shown[SHOWN_MAX];
    jsonlog_err_render(&place, pattern, strlen(pattern), shown, sizeof shown);
    const char *source = strchr(shown, '\n');
    const char *caret = strrchr(shown, '\n');
    if (source == NULL || source == caret)
        return;
    printf("%.*s", (int)(caret - source), source + 1);
    color(options, COLOR_CARET);
    fputs(caret + 1, stdout);
    color(options, COLOR_END);
    putchar('\n');
}

static void print_finding(const pattern_options *options, const jsonlog_finding *finding) {
    color(options, COLOR_CARET);
    fputs(jsonlog_lint_code_name(finding->code), stdout);
    color(options, COLOR_END);
    printf(": %s\n", finding->text);
    print_caret(options, finding);
}

static void print_suggestion(const pattern_options *options, const char *suggestion) {
    fputs("  write: ", stdout);
    color(options, COLOR_YES);
    print_name(stdout, suggestion);
    color(options, COLOR_END);
    putchar('\n');
}

/* Findings that share a suggestion, which heeds them all, have it once, below the last. */
static bool has_same_suggestion(const jsonlog_finding *a, const jsonlog_finding *b) {
    return a->suggestion != NULL && b != NULL && b->suggestion != NULL &&
           strcmp(a->suggestion, b->suggestion) == 0;
}

static void print_findings(const pattern_options *options, jsonlog_lint *lint) {
    const size_t count = jsonlog_lint_count(lint);
    for (size_t i = 0; i < count; i++) {
        const jsonlog_finding *finding = jsonlog_lint_get(lint, i);
        const jsonlog_finding *next = i + 1 < count ? jsonlog_lint_get(lint, i + 1) : NULL;
        print_finding(options, finding);
        if (finding->suggestion != NULL && !has_same_suggestion(finding, next))
            print_suggestion(options, finding->suggestion);
    }
}

static void print_member(const char *name, const char *text) {
    printf("%s", name);
    print_json_string(stdout, text, strlen(text), isatty(STDOUT_FILENO) == 1);
}

static void print_objects(const pattern_options *options, jsonlog_lint *lint) {
    const size_t count = jsonlog_lint_count(lint);
    print_member("{\"pattern\":", options->pattern);
    fputs(",\"findings\":[", stdout);
    for (size_t i = 0; i < count; i++) {
        const jsonlog_finding *finding = jsonlog_lint_get(lint, i);
        print_member(i > 0 ? ",{\"code\":" : "{\"code\":", jsonlog_lint_code_name(finding->code));
        printf(",\"offset\":%zu,\"len\":%zu", finding->offset, finding->len);
        print_member(",\"text\":", finding->text);
        if (finding->suggestion != NULL)
            print_member(",\"suggestion\":", finding->suggestion);
        putchar('}');
    }
    puts("]}");
}

static int report(const pattern_options *options, jsonlog_lint *lint) {
    const jsonlog_status finished = jsonlog_lint_finish(lint);
    if (finished != JSONLOG_OK) {
        tool_error("lint", jsonlog_status_text(finished));
        return TOOL_TROUBLE;
    }
    if (options->as_json)
        print_objects(options, lint);
    else
        print_findings(options, lint);
    return tool_finish(jsonlog_lint_count(lint) == 0 ? TOOL_FOUND : TOOL_NOT_FOUND);
}

int lint_command(int argc, char **argv) {
    pattern_options options;
    int status = pattern_options_read(&options, usage, argc, argv);
    if (status >= 0)
        return status;
    jsonlog_lint *lint = NULL;
    jsonlog_err err;
    if (jsonlog_lint_pattern(options.pattern, strlen(options.pattern), &lint, &err) != JSONLOG_OK) {
        tool_error("lint", err.text);
        return TOOL_TROUBLE;
    }
    const bool is_good =
        options.path_count == 0 || each_line(options.paths, options.path_count, take_sample, lint);
    status = report(&options, lint);
    jsonlog_lint_free(lint);
    return is_good ? status : TOOL_TROUBLE;
}
