#include "testing/report.h"

#include "base/alloc.h"
#include "testing/report_lines.h"
#include "testing/report_nearest.h"
#include "testing/terminal_text.h"

#include <inttypes.h>

#define PATTERNS_MAX 20 /* listed */
#define DETAILS_MAX  5  /* explained */
#define NUMBERS_MAX  20 /* of lines in a sentence */
#define MARKS_MAX    10 /* for those, so that the lines that are explained have room too */

/* Looked for in place of a pattern: lines that should not be there. */
#define OFFENCES SIZE_MAX

struct jsonlog_report {
    jl_buffer text;
};

/* A report being written. */
typedef struct writer {
    jl_buffer *out;
    const jl_judgement *judgement;
    jl_line_choice choice;
} writer;

static void say(writer *to, const char *sentence) {
    jl_buffer_append_text(to->out, jl_text_of(sentence));
}

/* ---- what was expected ----------------------------------------------------------------------- */

static void say_pattern(writer *to, size_t index) {
    const jl_text pattern = jl_text_of(to->judgement->patterns[index]);
    jl_append_safe(to->out, pattern.len > 0 ? pattern : JL_TEXT("the empty pattern"));
    say(to, "\n");
}

static void say_pattern_list(writer *to) {
    const size_t count = to->judgement->pattern_count;
    for (size_t i = 0; i < count && i < PATTERNS_MAX; i++) {
        jl_buffer_append_format(to->out, "  %2zu  ", i + 1);
        say_pattern(to, i);
    }
    if (count > PATTERNS_MAX)
        jl_buffer_append_format(to->out, "  … %zu more\n", count - PATTERNS_MAX);
}

static void say_patterns(writer *to, const char *if_one, const char *if_many) {
    const bool is_one = to->judgement->pattern_count == 1;
    say(to, is_one ? if_one : if_many);
    say(to, is_one ? " " : "\n");
    if (is_one)
        say_pattern(to, 0);
    else
        say_pattern_list(to);
}

static void say_expected_count(writer *to) {
    const size_t wanted = to->judgement->wanted;
    jl_buffer_append_format(to->out, "expected exactly %zu line%s ", wanted,
                            wanted == 1 ? " that matches" : "s that match");
    say_pattern(to, 0);
}

static void say_expected(writer *to) {
    switch (to->judgement->kind) {
    case JSONLOG_EXPECT_MATCH:
        say_patterns(to, "expected a line that matches",
                     "expected for each of these a line that matches it:");
        break;
    case JSONLOG_EXPECT_COUNT: say_expected_count(to); break;
    case JSONLOG_EXPECT_NONE:
        say_patterns(to, "expected no line that matches",
                     "expected no line that matches one of these:");
        break;
    case JSONLOG_EXPECT_ORDER:
        say_patterns(to, "expected a line that matches",
                     "expected lines that match these, in this order:");
        break;
    case JSONLOG_EXPECT_ONLY:
        if (to->judgement->pattern_count == 0)
            say(to, "expected no line at all\n");
        else
            say_patterns(to, "expected at least one line, and only lines that match",
                         "expected only lines that match one of these, and for each of these one:");
        break;
    case JSONLOG_EXPECT_QUIET: say(to, "expected no line at ERROR or above\n"); break;
    }
}

/* ---- lines in a sentence --------------------------------------------------------------------- */

static bool is_looked_for(const jl_judgement *judgement, size_t pattern,
                          const jl_captured_line *line) {
    if (pattern == OFFENCES)
        return jl_judgement_is_offence(judgement, line);
    return jl_judgement_matches(judgement, pattern, line);
}

/* "line 3", "lines 1, 3, 4 and 17 more"; the first of them are marked. */
static void say_numbers(writer *to, size_t pattern, size_t total) {
    const jl_captured_line *line = NULL;
    size_t said = 0;
    say(to, total == 1 ? "line" : "lines");
    for (size_t i = 0; i < to->judgement->view.count && said < NUMBERS_MAX; i++) {
        line = line == NULL ? to->judgement->view.first : line->next;
        if (!is_looked_for(to->judgement, pattern, line))
            continue;
        jl_buffer_append_format(to->out, "%s%zu", said > 0 ? ", " : " ", i + 1);
        if (to->choice.count < MARKS_MAX)
            jl_line_choice_mark(&to->choice, i);
        said++;
    }
    if (total > said)
        jl_buffer_append_format(to->out, " and %zu more", total - said);
}

static size_t first_offence(const jl_judgement *judgement) {
    const jl_captured_line *line = NULL;
    for (size_t i = 0; i < judgement->view.count; i++) {
        line = line == NULL ? judgement->view.first : line->next;
        if (jl_judgement_is_offence(judgement, line))
            return i;
    }
    return JL_NO_LINE;
}

static void say_captured(writer *to) {
    const size_t count = to->judgement->view.count;
    if (count == 0)
        say(to, "no line captured");
    else
        jl_buffer_append_format(to->out, "%zu line%s captured", count, count == 1 ? "" : "s");
    if (to->judgement->within_ms > 0)
        jl_buffer_append_format(to->out, " within %u ms", to->judgement->within_ms);
}

/* " pattern 2", where there is more than one. */
static void say_which(writer *to, size_t pattern) {
    if (to->judgement->pattern_count > 1)
        jl_buffer_append_format(to->out, " pattern %zu", pattern + 1);
}

/* Ends the sentence, with the nearest line from `from` on if there is one. */
static void say_nearest(writer *to, size_t pattern, size_t from, const char *what) {
    const size_t nearest = jl_find_nearest_line(to->judgement, pattern, from);
    if (nearest == JL_NO_LINE) {
        say(to, "\n");
        return;
    }
    jl_line_choice_mark(&to->choice, nearest);
    jl_buffer_append_format(to->out, ". %s, line %zu:\n", what, nearest + 1);
    jl_append_conditions(to->out, to->judgement, pattern, nearest);
}

/* ---- kind by kind ---------------------------------------------------------------------------- */

static void detail_match(writer *to) {
    size_t told = 0;
    for (size_t i = 0; i < to->judgement->pattern_count && told < DETAILS_MAX; i++) {
        if (to->judgement->expected[i].hits > 0)
            continue;
        if (told++ == 0)
            say_captured(to);
        if (to->judgement->view.count == 0)
            break;
        say(to, told == 1 ? ", none matches" : "none matches");
        say_which(to, i);
        say_nearest(to, i, 0, "Nearest");
    }
    if (to->judgement->view.count == 0)
        say(to, "\n");
}

static void detail_count(writer *to) {
    const size_t hits = to->judgement->expected[0].hits;
    say_captured(to);
    if (hits == 0) {
        say(to, to->judgement->view.count > 0 ? ", none matches" : "");
        say_nearest(to, 0, 0, "Nearest");
        return;
    }
    jl_buffer_append_format(to->out, ", %zu match%s: ", hits, hits == 1 ? "es" : "");
    say_numbers(to, 0, hits);
    if (hits < to->judgement->wanted)
        say_nearest(to, 0, 0, "Nearest of the others");
    else
        say(to, "\n");
}

static void detail_none(writer *to) {
    size_t told = 0;
    say_captured(to);
    for (size_t i = 0; i < to->judgement->pattern_count && told < DETAILS_MAX; i++) {
        const jl_expected *expected = &to->judgement->expected[i];
        if (expected->hits == 0)
            continue;
        jl_buffer_append_format(to->out, "%s%zu match%s", told++ == 0 ? ", " : "", expected->hits,
                                expected->hits == 1 ? "es" : "");
        say_which(to, i);
        say(to, ": ");
        say_numbers(to, i, expected->hits);
        jl_buffer_append_format(to->out, ". Why line %zu:\n", expected->first + 1);
        jl_append_conditions(to->out, to->judgement, i, expected->first);
    }
}

/* "line 1 matches 1, line 4 matches 2". */
static void say_progress(writer *to) {
    const size_t done = to->judgement->next;
    for (size_t i = done > DETAILS_MAX ? done - DETAILS_MAX : 0; i < done; i++) {
        jl_buffer_append_format(to->out, ", line %zu matches pattern %zu",
                                to->judgement->expected[i].first + 1, i + 1);
        jl_line_choice_mark(&to->choice, to->judgement->expected[i].first);
    }
}

/* A line that matches, but too early, is what a wrong order looks like. */
static void say_too_early(writer *to, size_t pattern, size_t from) {
    const jl_captured_line *line = NULL;
    for (size_t i = 0; i < from; i++) {
        line = line == NULL ? to->judgement->view.first : line->next;
        if (!jl_judgement_matches(to->judgement, pattern, line))
            continue;
        jl_buffer_append_format(to->out, " (line %zu does, but comes too early)", i + 1);
        jl_line_choice_mark(&to->choice, i);
        return;
    }
}

static void detail_order(writer *to) {
    const size_t next = to->judgement->next;
    const size_t from = next == 0 ? 0 : to->judgement->expected[next - 1].first + 1;
    say_captured(to);
    if (to->judgement->view.count == 0) {
        say(to, "\n");
        return;
    }
    say_progress(to);
    say(to, next == 0 ? ", none matches" : "; none behind it matches");
    jl_buffer_append_format(to->out, " pattern %zu", next + 1);
    say_too_early(to, next, from);
    say_nearest(to, next, from, next == 0 ? "Nearest" : "Nearest behind it");
}

/* @return the pattern that the first stray line was held against. */
static size_t detail_strays(writer *to, size_t stray) {
    const size_t offences = to->judgement->offences;
    const size_t pattern = jl_find_nearest_pattern(to->judgement, stray);
    jl_buffer_append_format(to->out, ", %zu match%s none of them: ", offences,
                            offences == 1 ? "es" : "");
    say_numbers(to, OFFENCES, offences);
    jl_buffer_append_format(to->out, ". Line %zu is nearest to pattern %zu:\n", stray + 1,
                            pattern + 1);
    jl_append_conditions(to->out, to->judgement, pattern, stray);
    return pattern;
}

static void detail_unused(writer *to, size_t pattern, bool is_told) {
    jl_buffer_append_format(to->out, "no line matches pattern %zu", pattern + 1);
    if (is_told)
        say(to, "\n");
    else
        say_nearest(to, pattern, 0, "Nearest");
}

static void detail_only(writer *to) {
    const jl_judgement *judgement = to->judgement;
    const size_t stray = first_offence(judgement);
    size_t told_pattern = SIZE_MAX;
    say_captured(to);
    if (stray != JL_NO_LINE && judgement->pattern_count > 0)
        told_pattern = detail_strays(to, stray);
    else
        say(to, "\n");
    size_t told = 0;
    for (size_t i = 0; i < judgement->pattern_count && told < DETAILS_MAX; i++) {
        if (judgement->expected[i].hits > 0 || judgement->view.count == 0)
            continue;
        detail_unused(to, i, i == told_pattern && jl_find_nearest_line(judgement, i, 0) == stray);
        told++;
    }
}

static void detail_quiet(writer *to) {
    const size_t offences = to->judgement->offences;
    say_captured(to);
    jl_buffer_append_format(to->out, ", %zu %s: ", offences, offences == 1 ? "is" : "are");
    say_numbers(to, OFFENCES, offences);
    say(to, "\n");
}

static void say_details(writer *to) {
    switch (to->judgement->kind) {
    case JSONLOG_EXPECT_MATCH: detail_match(to); break;
    case JSONLOG_EXPECT_COUNT: detail_count(to); break;
    case JSONLOG_EXPECT_NONE: detail_none(to); break;
    case JSONLOG_EXPECT_ORDER: detail_order(to); break;
    case JSONLOG_EXPECT_ONLY: detail_only(to); break;
    case JSONLOG_EXPECT_QUIET: detail_quiet(to); break;
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void say_lost(writer *to) {
    const jl_capture_view *view = &to->judgement->view;
    say(to, "nothing can be said, for the capture is incomplete:");
    if (view->lost_limit > 0)
        jl_buffer_append_format(to->out, " %" PRIu64 " line%s did not fit into its %zu bytes",
                                view->lost_limit, view->lost_limit == 1 ? "" : "s", view->limit);
    if (view->lost_memory > 0)
        jl_buffer_append_format(to->out, "%s %" PRIu64 " line%s could not be made",
                                view->lost_limit > 0 ? "," : "", view->lost_memory,
                                view->lost_memory == 1 ? "" : "s");
    say(to, "\n");
}

static void say_all(writer *to) {
    const jl_capture_view *view = &to->judgement->view;
    say_expected(to);
    if (view->lost_limit + view->lost_memory > 0)
        say_lost(to);
    else
        say_details(to);
    if (view->count == 0)
        return;
    say(to, "captured:\n");
    jl_line_choice_show(&to->choice, view, to->out);
}

static jsonlog_report *new_report(void) {
    jsonlog_report *report = jl_alloc(sizeof *report);
    if (report != NULL)
        jl_buffer_init(&report->text, NULL, 0, SIZE_MAX);
    return report;
}

static jsonlog_report *finished(jsonlog_report *report) {
    if (jl_buffer_terminate(&report->text) != NULL)
        return report;
    jsonlog_report_free(report);
    return NULL;
}

jsonlog_report *jl_report_new(const jl_judgement *judgement) {
    jsonlog_report *report = new_report();
    if (report == NULL)
        return NULL;
    writer to = {.out = &report->text, .judgement = judgement};
    say_all(&to);
    return finished(report);
}

jsonlog_report *jl_report_bad_pattern(const jl_judgement *judgement, size_t index,
                                      const jsonlog_err *err) {
    jsonlog_report *report = new_report();
    if (report == NULL)
        return NULL;
    const char *pattern = judgement->patterns[index];
    const size_t len = strlen(pattern);
    const size_t size = jsonlog_err_render(err, pattern, len, NULL, 0) + 1;
    jl_buffer *out = &report->text;
    if (judgement->pattern_count > 1)
        jl_buffer_append_format(out, "pattern %zu does not compile: ", index + 1);
    else
        jl_buffer_append_text(out, JL_TEXT("the pattern does not compile: "));
    char *room = jl_buffer_reserve(out, size);
    if (room != NULL)
        out->len += jsonlog_err_render(err, pattern, len, room, size);
    jl_buffer_append_char(out, '\n');
    return finished(report);
}

jsonlog_report *jl_report_misuse(const char *sentence) {
    jsonlog_report *report = new_report();
    if (report == NULL)
        return NULL;
    jl_buffer_append_format(&report->text, "wrong use: %s\n", sentence);
    return finished(report);
}

const char *jsonlog_report_text(const jsonlog_report *report) {
    return report == NULL ? "" : report->text.data;
}

void jsonlog_report_free(jsonlog_report *report) {
    if (report == NULL)
        return;
    jl_buffer_done(&report->text);
    jl_free(report);
}
