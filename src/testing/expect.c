#include "testing/expect.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "testing/capture_registry.h"
#include "testing/report.h"

/* ---- one line -------------------------------------------------------------------------------- */

bool jl_judgement_matches(const jl_judgement *judgement, size_t index,
                          const jl_captured_line *line) {
    return jsonlog_filter_match(judgement->expected[index].filter, line->bytes, line->len);
}

static bool matches_any(const jl_judgement *judgement, const jl_captured_line *line) {
    for (size_t i = 0; i < judgement->pattern_count; i++) {
        if (jl_judgement_matches(judgement, i, line))
            return true;
    }
    return false;
}

bool jl_judgement_is_offence(const jl_judgement *judgement, const jl_captured_line *line) {
    switch (judgement->kind) {
    case JSONLOG_EXPECT_NONE: return matches_any(judgement, line);
    case JSONLOG_EXPECT_ONLY: return !matches_any(judgement, line);
    case JSONLOG_EXPECT_QUIET: return jl_severity_is_error(&judgement->severity, line);
    default: return false;
    }
}

static void hit(jl_expected *expected, size_t index) {
    if (expected->hits++ == 0)
        expected->first = index;
}

/* Taking the earliest line for each pattern leaves the most lines to the next ones. */
static void judge_order(jl_judgement *judgement, const jl_captured_line *line) {
    if (judgement->next == judgement->pattern_count ||
        !jl_judgement_matches(judgement, judgement->next, line))
        return;
    hit(&judgement->expected[judgement->next], judgement->judged);
    judgement->next++;
}

static void judge_patterns(jl_judgement *judgement, const jl_captured_line *line) {
    const bool needs_first_only = judgement->kind == JSONLOG_EXPECT_MATCH;
    bool is_hit = false;
    for (size_t i = 0; i < judgement->pattern_count; i++) {
        jl_expected *expected = &judgement->expected[i];
        if ((needs_first_only && expected->hits > 0) || !jl_judgement_matches(judgement, i, line))
            continue;
        hit(expected, judgement->judged);
        is_hit = true;
    }
    if (judgement->kind == JSONLOG_EXPECT_NONE)
        judgement->offences += is_hit;
    else if (judgement->kind == JSONLOG_EXPECT_ONLY)
        judgement->offences += !is_hit;
}

static void judge_line(jl_judgement *judgement, const jl_captured_line *line) {
    if (judgement->kind == JSONLOG_EXPECT_ORDER)
        judge_order(judgement, line);
    else if (judgement->kind == JSONLOG_EXPECT_QUIET)
        judgement->offences += jl_judgement_is_offence(judgement, line);
    else
        judge_patterns(judgement, line);
}

/* ---- all lines ------------------------------------------------------------------------------- */

static void start_over(jl_judgement *judgement) {
    for (size_t i = 0; i < judgement->pattern_count; i++) {
        judgement->expected[i].hits = 0;
        judgement->expected[i].first = JL_NO_LINE;
    }
    judgement->at = NULL;
    judgement->judged = judgement->next = judgement->offences = 0;
}

/* Judges the lines that came since the last time. */
static void catch_up(jl_judgement *judgement, jl_capture_lines *lines) {
    const uint64_t clears = judgement->view.clears;
    judgement->view = jl_capture_lines_view(lines);
    if (judgement->view.clears != clears)
        start_over(judgement);
    while (judgement->judged < judgement->view.count) {
        judgement->at = judgement->at == NULL ? judgement->view.first : judgement->at->next;
        judge_line(judgement, judgement->at);
        judgement->judged++;
    }
}

static bool has_lost(const jl_judgement *judgement) {
    return judgement->view.lost_limit + judgement->view.lost_memory > 0;
}

static bool all_hit(const jl_judgement *judgement) {
    for (size_t i = 0; i < judgement->pattern_count; i++) {
        if (judgement->expected[i].hits == 0)
            return false;
    }
    return true;
}

/* The verdict on what is there. */
static bool holds(const jl_judgement *judgement) {
    if (has_lost(judgement))
        return false;
    switch (judgement->kind) {
    case JSONLOG_EXPECT_COUNT: return judgement->expected[0].hits == judgement->wanted;
    case JSONLOG_EXPECT_NONE:
    case JSONLOG_EXPECT_QUIET: return judgement->offences == 0;
    case JSONLOG_EXPECT_ONLY: return judgement->offences == 0 && all_hit(judgement);
    default: return all_hit(judgement);
    }
}

/* No further line can change the verdict. */
static bool is_settled(const jl_judgement *judgement) {
    if (has_lost(judgement))
        return true;
    switch (judgement->kind) {
    case JSONLOG_EXPECT_COUNT: return judgement->expected[0].hits > judgement->wanted;
    case JSONLOG_EXPECT_NONE:
    case JSONLOG_EXPECT_QUIET:
    case JSONLOG_EXPECT_ONLY: return judgement->offences > 0;
    default: return all_hit(judgement);
    }
}

static bool judge(jl_judgement *judgement, jl_capture_lines *lines) {
    const int64_t deadline_ns = jl_clock_monotonic_ns() + (int64_t)judgement->within_ms * 1000000;
    start_over(judgement);
    catch_up(judgement, lines);
    while (judgement->within_ms > 0 && !is_settled(judgement) &&
           jl_capture_lines_wait(lines, &judgement->view, deadline_ns))
        catch_up(judgement, lines);
    return holds(judgement);
}

/* ---- setting up ------------------------------------------------------------------------------ */

/* @return what is wrong with the expectation itself, NULL if nothing is. */
static const char *find_misuse(const jsonlog_capture *capture, const jsonlog_expectation *wanted) {
    if (capture == NULL)
        return "the capture is NULL: did it start?";
    if (wanted == NULL || wanted->size != sizeof *wanted)
        return "the expectation is NULL or of a wrong size: begin with JSONLOG_EXPECTATION_INIT";
    if ((unsigned)wanted->kind > JSONLOG_EXPECT_QUIET)
        return "the expectation is of no known kind";
    if (wanted->kind == JSONLOG_EXPECT_QUIET)
        return wanted->pattern_count > 0 ? "this kind of expectation takes no pattern" : NULL;
    if (wanted->kind == JSONLOG_EXPECT_COUNT && wanted->pattern_count != 1)
        return "a count needs exactly one pattern";
    if (wanted->kind != JSONLOG_EXPECT_ONLY && wanted->pattern_count == 0)
        return "the expectation has no pattern";
    for (size_t i = 0; i < wanted->pattern_count; i++) {
        if (wanted->patterns == NULL || wanted->patterns[i] == NULL)
            return "a pattern is NULL";
    }
    return NULL;
}

static void free_judgement(jl_judgement *judgement) {
    for (size_t i = 0; judgement->expected != NULL && i < judgement->pattern_count; i++)
        jsonlog_filter_free(judgement->expected[i].filter);
    jl_free(judgement->expected);
    jl_severity_done(&judgement->severity);
}

/* @return JSONLOG_OK, or the failure with the pattern at fault in *bad and err. */
static jsonlog_status compile(jl_judgement *judgement, size_t *bad, jsonlog_err *err) {
    if (judgement->kind == JSONLOG_EXPECT_QUIET)
        return jl_severity_init(&judgement->severity);
    if (judgement->pattern_count == 0)
        return JSONLOG_OK;
    judgement->expected = jl_calloc(judgement->pattern_count, sizeof *judgement->expected);
    if (judgement->expected == NULL)
        return JSONLOG_E_NOMEM;
    for (size_t i = 0; i < judgement->pattern_count; i++) {
        const char *pattern = judgement->patterns[i];
        const jsonlog_status status =
            jsonlog_filter_compile(pattern, strlen(pattern), &judgement->expected[i].filter, err);
        *bad = i;
        if (status != JSONLOG_OK)
            return status;
    }
    return JSONLOG_OK;
}

/* The lines stay pinned until the report is written, so it shows exactly those that were judged. */
static jsonlog_report *judge_and_report(jl_judgement *judgement, jl_capture_lines *lines,
                                        bool wants_report, bool *verdict) {
    jsonlog_report *report = NULL;
    jl_capture_lines_pin(lines);
    *verdict = judge(judgement, lines);
    if (!*verdict && wants_report)
        report = jl_report_new(judgement);
    jl_capture_lines_unpin(lines);
    return report;
}

static bool expect(jsonlog_capture *capture, const jsonlog_expectation *wanted, bool wants_report,
                   jsonlog_report **report) {
    jl_judgement judgement = {
        .kind = wanted->kind,
        .patterns = wanted->patterns,
        .pattern_count = wanted->pattern_count,
        .wanted = wanted->count,
        .within_ms = wanted->within_ms,
    };
    size_t bad = 0;
    jsonlog_err err;
    bool verdict = false;
    const jsonlog_status status = compile(&judgement, &bad, &err);
    if (status == JSONLOG_OK)
        *report = judge_and_report(&judgement, &capture->lines, wants_report, &verdict);
    else if (status != JSONLOG_E_NOMEM && wants_report)
        *report = jl_report_bad_pattern(&judgement, bad, &err);
    free_judgement(&judgement);
    return verdict;
}

bool jsonlog_expect(jsonlog_capture *capture, const jsonlog_expectation *expectation,
                    jsonlog_report **report) {
    jsonlog_report *made = NULL;
    bool verdict = false;
    const char *misuse = find_misuse(capture, expectation);
    if (misuse != NULL) {
        made = report == NULL ? NULL : jl_report_misuse(misuse);
    } else {
        jsonlog_flush();
        verdict = expect(capture, expectation, report != NULL, &made);
    }
    if (report != NULL)
        *report = made;
    return verdict;
}

static bool expect_one(jsonlog_capture *capture, jsonlog_expect_kind kind, const char *pattern,
                       size_t count, jsonlog_report **report) {
    jsonlog_expectation expectation = JSONLOG_EXPECTATION_INIT;
    expectation.kind = kind;
    expectation.patterns = &pattern;
    expectation.pattern_count = 1;
    expectation.count = count;
    return jsonlog_expect(capture, &expectation, report);
}

bool jsonlog_expect_match(jsonlog_capture *capture, const char *pattern, jsonlog_report **report) {
    return expect_one(capture, JSONLOG_EXPECT_MATCH, pattern, 0, report);
}

bool jsonlog_expect_count(jsonlog_capture *capture, const char *pattern, size_t count,
                          jsonlog_report **report) {
    return expect_one(capture, JSONLOG_EXPECT_COUNT, pattern, count, report);
}

bool jsonlog_expect_none(jsonlog_capture *capture, const char *pattern, jsonlog_report **report) {
    return expect_one(capture, JSONLOG_EXPECT_NONE, pattern, 0, report);
}
