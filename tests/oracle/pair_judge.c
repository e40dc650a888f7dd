#include "pair_judge.h"

#include <jsonlog/extract.h>
#include <jsonlog/filter.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENOUGH_DISAGREEMENTS 5
#define EXPLAIN_ONE_IN       50
#define MOST_MINIMISING_RUNS 20000
#define MOST_REFERENCES      20 /* each walks the line from its start */

static const char *const verdict_names[] = {"refused", "no match", "match"};
static const char *const fault_names[] = {
    "nothing",        "the verdict",         "the explanation",
    "the extraction", "the kind of pattern", "the offset of the error"};

/* --- one pair ---------------------------------------------------------------------------- */

/** Nothing that could do something to a terminal. */
static bool is_harmless(const char *text, bool may_have_newlines) {
    for (size_t at = 0, len = strlen(text); at < len;) {
        uint32_t c = 0;
        size_t taken = oracle_utf8_next(text + at, len - at, &c);
        bool is_newline = c == '\n' && may_have_newlines;
        bool is_control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
        bool is_bidi = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        if (taken == 0 || (is_control && !is_newline) || is_bidi)
            return false;
        at += taken;
    }
    return true;
}

/** Whether the text is one JSON object that says the verdict under "matches". */
static bool says_in_json(const char *json, bool verdict) {
    oracle_value *object = oracle_json_read(json, strlen(json));
    oracle_text name = oracle_text_of_ascii("matches");
    const oracle_value *said = object ? oracle_json_member(object, name) : NULL;
    bool is_said = said && said->kind == (verdict ? ORACLE_TRUE : ORACLE_FALSE);
    free(name.at);
    oracle_json_free(object);
    return is_said;
}

static bool explains_as_it_matches(const jsonlog_filter *filter, const pair *asked, bool verdict) {
    jsonlog_explanation *explanation = NULL;
    if (jsonlog_filter_explain(filter, asked->line.at, asked->line.len, &explanation) != JSONLOG_OK)
        return false;
    const char *json = jsonlog_explanation_json(explanation);
    bool is_sound = jsonlog_explanation_matches(explanation) == verdict &&
                    is_harmless(jsonlog_explanation_text(explanation), true) &&
                    is_harmless(json, false) && says_in_json(json, verdict);
    jsonlog_explanation_free(explanation);
    return is_sound;
}

/** The values the reference extracts, ticked off one by one. */
typedef struct ticked {
    const oracle_extracted *values;
    size_t count, next;
    bool is_equal;
} ticked;

static bool tick(const char *name, size_t name_len, const jsonlog_found *found, void *context) {
    ticked *list = context;
    const oracle_extracted *value = list->next < list->count ? &list->values[list->next] : NULL;
    list->next++;
    bool is_same = value && found->type == JSONLOG_FOUND_TOKEN && strlen(value->name) == name_len &&
                   memcmp(value->name, name, name_len) == 0 && value->at == found->text &&
                   value->len == found->len;
    list->is_equal = list->is_equal && is_same;
    return list->is_equal;
}

/** Whether a reference to one value gives the same view of the line. */
static bool refers_to(const jsonlog_filter *engine, const char *reference, const pair *asked,
                      const oracle_extracted *value) {
    jsonlog_found found;
    if (jsonlog_filter_extract(engine, reference, asked->line.at, asked->line.len, &found, NULL) !=
        JSONLOG_OK)
        return strlen(reference) > JSONLOG_PATTERN_MAX; /* in bytes, and names may have more */
    return found.type == JSONLOG_FOUND_TOKEN && found.text == value->at && found.len == value->len;
}

/** Every value by its name and by its position. */
static bool answers_references(const oracle_filter *oracle, const jsonlog_filter *engine,
                               const pair *asked) {
    size_t count = 0;
    oracle_extracted *values = oracle_extract(oracle, asked->line.at, asked->line.len, &count);
    bool is_equal = true;
    for (size_t i = 0; is_equal && i < count && i < MOST_REFERENCES; i++) {
        char position[32];
        snprintf(position, sizeof position, "$%zu", i + 1);
        is_equal = refers_to(engine, values[i].name, asked, &values[i]) &&
                   refers_to(engine, position, asked, &values[i]);
    }
    oracle_extracted_free(values, count);
    return is_equal;
}

static bool extracts_the_same(const oracle_filter *oracle, const jsonlog_filter *engine,
                              const pair *asked, bool verdict) {
    size_t count = 0;
    oracle_extracted *values = oracle_extract(oracle, asked->line.at, asked->line.len, &count);
    ticked list = {values, count, 0, true};
    bool is_match =
        jsonlog_filter_extract_all(engine, asked->line.at, asked->line.len, tick, &list);
    oracle_extracted_free(values, count);
    return is_match == verdict && list.is_equal && list.next == count;
}

static bool is_same_kind(const oracle_filter *oracle, const jsonlog_filter *engine) {
    static const oracle_filter_kind kinds[] = {
        [JSONLOG_FILTER_ALL] = ORACLE_FILTER_ALL,
        [JSONLOG_FILTER_TEXT] = ORACLE_FILTER_TEXT,
        [JSONLOG_FILTER_REGEX] = ORACLE_FILTER_REGEX,
        [JSONLOG_FILTER_JSON] = ORACLE_FILTER_JSON,
        [JSONLOG_FILTER_DELIMITED] = ORACLE_FILTER_FIELDS,
    };
    return kinds[jsonlog_filter_get_kind(engine)] == oracle->kind;
}

static pair_fault fault_of(const oracle_filter *oracle, const jsonlog_filter *engine,
                           const pair *asked, const pair_finding *finding, bool thoroughly) {
    bool verdict = finding->engine == PAIR_MATCH;
    if (finding->oracle != finding->engine)
        return PAIR_OTHER_VERDICT;
    if (!is_same_kind(oracle, engine))
        return PAIR_OTHER_KIND;
    if (!extracts_the_same(oracle, engine, asked, verdict))
        return PAIR_OTHER_EXTRACTION;
    if (thoroughly && !answers_references(oracle, engine, asked))
        return PAIR_OTHER_EXTRACTION;
    return !thoroughly || explains_as_it_matches(engine, asked, verdict) ? PAIR_AGREED
                                                                         : PAIR_OTHER_EXPLANATION;
}

static pair_finding judge_with(const oracle_filter *oracle, bool verdict, const pair *asked,
                               bool thoroughly) {
    pair_finding out = {PAIR_AGREED, PAIR_REFUSED, PAIR_REFUSED};
    jsonlog_filter *engine = NULL;
    jsonlog_err err;
    if (oracle)
        out.oracle = verdict ? PAIR_MATCH : PAIR_NO_MATCH;
    if (jsonlog_filter_compile(asked->pattern.at, asked->pattern.len, &engine, &err) !=
        JSONLOG_OK) {
        bool is_within = err.offset <= asked->pattern.len || err.offset == JSONLOG_NO_OFFSET;
        out.fault = oracle ? PAIR_OTHER_VERDICT : is_within ? PAIR_AGREED : PAIR_BAD_OFFSET;
        return out;
    }
    bool is_match = jsonlog_filter_match(engine, asked->line.at, asked->line.len);
    out.engine = is_match ? PAIR_MATCH : PAIR_NO_MATCH;
    out.fault = fault_of(oracle, engine, asked, &out, thoroughly);
    jsonlog_filter_free(engine);
    return out;
}

pair_finding pair_judge_one(const pair *asked, bool thoroughly) {
    oracle_filter *oracle = oracle_filter_parse(asked->pattern.at, asked->pattern.len);
    bool verdict = oracle && oracle_filter_match(oracle, asked->line.at, asked->line.len);
    pair_finding out = judge_with(oracle, verdict, asked, thoroughly);
    oracle_filter_free(oracle);
    return out;
}

/* --- reports ----------------------------------------------------------------------------- */

/** The same fault, of the same two verdicts and the same kind of pattern. */
static bool is_still_there(const pair *asked, char first, pair_finding finding, bool thoroughly) {
    if (asked->pattern.len == 0 || asked->pattern.at[0] != first)
        return false;
    pair_finding now = pair_judge_one(asked, thoroughly);
    return now.fault == finding.fault && now.oracle == finding.oracle &&
           now.engine == finding.engine;
}

/** Delete what can be deleted from one of the two texts, in ever smaller runs. */
static void minimise(pair *asked, pair_text *text, pair_finding finding, bool thoroughly) {
    int runs = 0;
    char first = asked->pattern.len ? asked->pattern.at[0] : '\0';
    for (size_t run = text->len / 2; run > 0; run = run / 2)
        for (size_t at = 0; at + run <= text->len && runs < MOST_MINIMISING_RUNS; runs++) {
            pair_text whole = {NULL, 0};
            pair_put_bytes(&whole, text->at, text->len);
            pair_splice(text, at, run, "", 0);
            bool is_smaller = is_still_there(asked, first, finding, thoroughly);
            free(is_smaller ? whole.at : text->at);
            if (!is_smaller)
                *text = whole;
            at += !is_smaller;
        }
}

/** As text, but for control characters and ill-formed bytes, so that it can be typed in again. */
static void print_text(const char *name, const pair_text *text) {
    printf("  %-17s", name);
    for (size_t at = 0; at < text->len;) {
        uint32_t c = 0;
        size_t taken = oracle_utf8_next(text->at + at, text->len - at, &c);
        bool is_shown = taken > 0 && c >= 0x20 && (c < 0x7F || c > 0x9F);
        if (is_shown)
            printf("%.*s", (int)taken, text->at + at);
        else
            printf("<%02X>", (unsigned char)text->at[at]);
        at += is_shown ? taken : 1;
    }
    printf("\n");
}

void pair_report(const pair *asked, pair_finding finding, bool thoroughly) {
    pair small = {{NULL, 0}, {NULL, 0}};
    pair_put_bytes(&small.pattern, asked->pattern.at, asked->pattern.len);
    pair_put_bytes(&small.line, asked->line.at, asked->line.len);
    printf("they differ in %s: the oracle says %s, the engine %s\n", fault_names[finding.fault],
           verdict_names[finding.oracle], verdict_names[finding.engine]);
    print_text("pattern", &asked->pattern);
    print_text("line", &asked->line);
    minimise(&small, &small.line, finding, thoroughly);
    minimise(&small, &small.pattern, finding, thoroughly);
    minimise(&small, &small.line, finding, thoroughly);
    print_text("smallest pattern", &small.pattern);
    print_text("smallest line", &small.line);
    fflush(stdout);
    pair_done(&small);
}

/* --- many pairs -------------------------------------------------------------------------- */

static int compare(pair_judge *judge, uint64_t index) {
    pair asked = judge->make(judge->seed, index);
    bool thoroughly = index % EXPLAIN_ONE_IN == 0;
    oracle_filter *oracle = oracle_filter_parse(asked.pattern.at, asked.pattern.len);
    bool verdict = oracle && oracle_filter_match(oracle, asked.line.at, asked.line.len);
    judge->refused += !oracle;
    judge->trues += verdict;
    if (judge->observe)
        judge->observe(&asked, oracle, verdict);
    pair_finding finding = {PAIR_AGREED, PAIR_REFUSED, PAIR_REFUSED};
    if (!judge->coverage_only)
        finding = judge_with(oracle, verdict, &asked, thoroughly);
    if (finding.fault != PAIR_AGREED) {
        printf("seed %llu index %llu: ", (unsigned long long)judge->seed,
               (unsigned long long)index);
        pair_report(&asked, finding, thoroughly);
    }
    oracle_filter_free(oracle);
    pair_done(&asked);
    return finding.fault != PAIR_AGREED;
}

int pair_judge_run(pair_judge *judge) {
    int disagreements = 0;
    for (uint64_t i = 0; i < judge->pair_count && disagreements < ENOUGH_DISAGREEMENTS; i++)
        disagreements += compare(judge, i);
    return disagreements;
}

int pair_judge_share_shortfalls(const pair_judge *judge) {
    size_t verdicts = (size_t)judge->pair_count - judge->refused;
    double share = verdicts ? 100.0 * (double)judge->trues / (double)verdicts : 0;
    printf("%zu patterns accepted, %zu refused; %.1f %% of the verdicts are true\n", verdicts,
           judge->refused, share);
    return share < 30 || share > 70;
}

int pair_rule_shortfalls(const pair_rule *rules, size_t count, size_t (*seen)[2]) {
    int missing = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_rare = seen[i][1] < rules[i].least_true || seen[i][0] < rules[i].least_false;
        printf("%-52s %7zu true %7zu false%s\n", rules[i].name, seen[i][1], seen[i][0],
               is_rare ? "  too few" : "");
        missing += is_rare;
    }
    return missing;
}

bool pair_judge_options(pair_judge *judge, int count, char **options) {
    const char *effort = getenv("JSONLOG_TEST_EFFORT");
    if (effort && strtoull(effort, NULL, 10) > 0)
        judge->pair_count *= strtoull(effort, NULL, 10);
    for (int i = 1; i < count; i++) {
        bool has_value = i + 1 < count;
        if (strcmp(options[i], "--coverage") == 0)
            judge->coverage_only = true;
        else if (has_value && strcmp(options[i], "--seed") == 0)
            judge->seed = strtoull(options[++i], NULL, 10);
        else if (has_value && strcmp(options[i], "--pairs") == 0)
            judge->pair_count = strtoull(options[++i], NULL, 10);
        else {
            fprintf(stderr, "usage: %s [--seed N] [--pairs N] [--coverage]\n", options[0]);
            return false;
        }
    }
    return true;
}
