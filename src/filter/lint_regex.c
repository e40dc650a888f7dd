#include "filter/lint_rules.h"

#include <ctype.h>

/* What the last part of a host name is, where it is certainly one. */
static const char *const domains[] = {"com", "org", "net", "io",   "edu", "gov",   "dev",
                                      "app", "uk",  "de",  "info", "aws", "local", "internal"};

static bool is_name_char(char c) {
    return isalnum((unsigned char)c) || c == '-';
}

/* A dot that stands for one character of any kind: not escaped, not repeated, not in a class. */
static bool is_plain_dot(jl_text regex, size_t at) {
    return regex.ptr[at] == '.' && at + 1 < regex.len && strchr("*+?{", regex.ptr[at + 1]) == NULL;
}

static size_t part_end(jl_text regex, size_t at) {
    while (at < regex.len && is_name_char(regex.ptr[at]))
        at++;
    return at;
}

static bool is_number_part(jl_text part) {
    for (size_t i = 0; i < part.len; i++) {
        if (!isdigit((unsigned char)part.ptr[i]))
            return false;
    }
    return part.len >= 1 && part.len <= 3;
}

static bool is_domain(jl_text part) {
    for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        if (jl_text_equal(part, jl_text_of(domains[i])))
            return true;
    }
    return false;
}

/* A run of parts with a dot between each two: what it looks like, and how many dots are not
 * escaped. */
typedef struct dotted {
    size_t end;
    size_t parts;
    size_t numbers;
    size_t plain_dots;
    jl_text last;
} dotted;

static size_t dot_len(jl_text regex, size_t at) {
    if (at + 1 < regex.len && regex.ptr[at] == '\\' && regex.ptr[at + 1] == '.')
        return 2;
    return at < regex.len && is_plain_dot(regex, at) ? 1 : 0;
}

static dotted read_dotted(jl_text regex, size_t at) {
    dotted run = {.end = at};
    for (;;) {
        const size_t end = part_end(regex, run.end);
        run.last = (jl_text){regex.ptr + run.end, end - run.end};
        run.parts++;
        run.numbers += is_number_part(run.last) ? 1 : 0;
        run.end = end;
        const size_t dot = dot_len(regex, end);
        if (dot == 0 || part_end(regex, end + dot) == end + dot)
            return run;
        run.plain_dots += dot == 1 ? 1 : 0;
        run.end = end + dot;
    }
}

/* An address has four numbers and its beginning at least three; a name ends in a known domain. */
static bool is_meant_literally(const dotted *run) {
    if (run->plain_dots == 0)
        return false;
    return (run->numbers == run->parts && run->parts >= 3 && run->parts <= 4) ||
           (run->parts >= 2 && is_domain(run->last));
}

static void escape_dots(jl_patch *patch, jl_text run) {
    for (size_t i = 0; i < run.len; i++) {
        if (run.ptr[i] == '\\')
            i++;
        else if (run.ptr[i] == '.')
            jl_patch_replace(patch, (jl_text){run.ptr + i, 1}, JL_TEXT("\\."));
    }
}

static void report(jl_findings *list, jl_text run, size_t condition) {
    jl_patch patch;
    jl_patch_begin(&patch, list->pattern);
    escape_dots(&patch, run);
    jl_findings_add(list, JSONLOG_LINT_REGEX_ANCHORS, run, condition, &patch,
                    "a dot in an expression stands for any character; \\. is the dot of %.*s",
                    JL_QUOTED(run));
    jl_patch_done(&patch);
}

/* Behind the `]` of the class that begins at `at`. */
static size_t class_end(jl_text regex, size_t at) {
    for (at++; at < regex.len && regex.ptr[at] != ']'; at++)
        at += regex.ptr[at] == '\\' ? 1 : 0;
    return at + 1;
}

void jl_lint_regex(jl_findings *list, jl_text literal, size_t condition) {
    const jl_text regex = {literal.ptr + 1, literal.len - 2};
    for (size_t at = 0; at < regex.len;) {
        if (regex.ptr[at] == '\\') {
            at += 2;
        } else if (regex.ptr[at] == '[') {
            at = class_end(regex, at);
        } else if (!is_name_char(regex.ptr[at])) {
            at++;
        } else {
            const dotted run = read_dotted(regex, at);
            const jl_text text = {regex.ptr + at, run.end - at};
            if (is_meant_literally(&run))
                report(list, text, condition);
            at = run.end;
        }
    }
}
