#include "filter/lint_hint.h"

#include "base/err.h"
#include "filter/lexer.h"
#include "filter/lint_rules.h"

#include <jsonlog/filter.h>

/* --- which language it should have been ------------------------------------------------------ */

static jl_text trim(jl_text text) {
    while (text.len > 0 && jl_is_pattern_blank(text.ptr[0]))
        text = (jl_text){text.ptr + 1, text.len - 1};
    while (text.len > 0 && jl_is_pattern_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

static char closing(char open) {
    if (open == '{')
        return '}';
    return open == '[' ? ']' : open;
}

static bool contains(jl_text text, const char *part) {
    return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static bool is_selector_start(jl_text text) {
    while (text.len > 0 && text.ptr[0] == '(')
        text = trim((jl_text){text.ptr + 1, text.len - 1});
    return text.len > 1 && text.ptr[0] == '$' && (text.ptr[1] == '.' || text.ptr[1] == '[');
}

static void read_from(jl_rewrite *rewrite, jl_text part, size_t skip_first, size_t skip_last) {
    rewrite->at = (size_t)(part.ptr - rewrite->pattern.ptr) + skip_first;
    rewrite->end = (size_t)(part.ptr - rewrite->pattern.ptr) + part.len - skip_last;
}

static void note_blanks(jl_rewrite *rewrite, jl_text inner) {
    const size_t start = (size_t)(inner.ptr - rewrite->pattern.ptr);
    const size_t end = start + inner.len;
    if (start > 0)
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, 0, start,
                     "no blank stands in front of such a pattern: its first character says which "
                     "kind it is");
    if (end < rewrite->pattern.len)
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, end, rewrite->pattern.len,
                     "no blank stands behind the bracket or sign that ends the pattern");
}

static void rewrite_json(jl_rewrite *rewrite, jl_text inner) {
    const bool has_open = inner.ptr[0] == '{';
    const bool has_close = inner.ptr[inner.len - 1] == '}' && inner.len > 1;
    const size_t start = (size_t)(inner.ptr - rewrite->pattern.ptr);
    note_blanks(rewrite, inner);
    if (!has_open)
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, start,
                     "a JSON pattern stands in braces: { $.name = value }");
    if (!has_close)
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start + inner.len, start + inner.len,
                     "the '}' that ends a JSON pattern is missing");
    jl_hint_write(rewrite, has_open ? JL_TEXT("{") : JL_TEXT("{ "));
    read_from(rewrite, inner, has_open ? 1 : 0, has_close ? 1 : 0);
    jl_hint_json(rewrite);
    jl_hint_write(rewrite, has_close ? JL_TEXT("}") : JL_TEXT(" }"));
}

/* `[COLD START]` has nothing that fields have. */
static bool is_phrase_in_brackets(jl_text inner) {
    for (size_t i = 0; i < inner.len; i++) {
        if (strchr("=<>,%\"&|", inner.ptr[i]) != NULL)
            return false;
    }
    return inner.len > 2;
}

static void rewrite_delimited(jl_rewrite *rewrite, jl_text inner) {
    note_blanks(rewrite, inner);
    if (is_phrase_in_brackets(inner)) {
        const size_t start = (size_t)(inner.ptr - rewrite->pattern.ptr);
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, start + inner.len,
                     "in brackets stand the fields of a line; a text is put in double quotes");
        jl_hint_write_phrase(rewrite, inner);
        return;
    }
    jl_hint_write(rewrite, JL_TEXT("["));
    read_from(rewrite, inner, 1, 1);
    rewrite->is_delimited = true;
    jl_hint_json(rewrite);
    jl_hint_write(rewrite, JL_TEXT("]"));
}

static void rewrite_regex(jl_rewrite *rewrite, jl_text inner) {
    note_blanks(rewrite, inner);
    read_from(rewrite, inner, 0, 0);
    jl_hint_regex(rewrite);
    if (rewrite->at != rewrite->end)
        rewrite->is_lost = true;
}

/* Reads the pattern as what it starts like, or as a JSON pattern whose braces are missing. */
static void rewrite_pattern(jl_rewrite *rewrite) {
    const jl_text inner = trim(rewrite->pattern);
    const char first = inner.len == 0 ? '\0' : inner.ptr[0];
    const bool is_closed = inner.len > 1 && inner.ptr[inner.len - 1] == closing(first);
    if (inner.len == 0)
        rewrite->is_lost = true;
    else if ((first == '{' && (is_closed || contains(inner, "$."))) || is_selector_start(inner))
        rewrite_json(rewrite, inner);
    else if (first == '[' && is_closed)
        rewrite_delimited(rewrite, inner);
    else if (first == '%')
        rewrite_regex(rewrite, inner);
    else {
        read_from(rewrite, rewrite->pattern, 0, 0);
        jl_hint_text(rewrite);
    }
}

/* --- what is said ---------------------------------------------------------------------------- */

static bool is_covered(const jl_rewrite *rewrite, size_t offset) {
    for (size_t i = 0; i < rewrite->hint_count; i++) {
        const jl_hint *hint = &rewrite->hints[i];
        if (offset >= hint->offset && offset <= hint->offset + hint->len)
            return true;
    }
    return false;
}

/* One code point is enough to point at; errors behind the end have none. */
static jl_text part_at(const jl_findings *list, size_t offset) {
    size_t end = offset;
    if (offset > list->pattern.len)
        return (jl_text){list->pattern.ptr, 0};
    if (end < list->pattern.len)
        end++;
    while (end < list->pattern.len && ((unsigned char)list->pattern.ptr[end] & 0xC0) == 0x80)
        end++;
    return (jl_text){list->pattern.ptr + offset, end - offset};
}

static void report_hints(jl_findings *list, const jl_rewrite *rewrite, bool is_understood) {
    for (size_t i = 0; i < rewrite->hint_count; i++) {
        const jl_hint *hint = &rewrite->hints[i];
        const jl_text part = {list->pattern.ptr + hint->offset, hint->len};
        jl_patch patch;
        jl_patch_begin(&patch, list->pattern);
        jl_patch_skip(&patch, list->pattern.len);
        jl_patch_add(&patch, jl_buffer_view(&rewrite->out));
        jl_findings_add(list, hint->code, part, JL_NO_CONDITION, is_understood ? &patch : NULL,
                        "%s", hint->text);
        jl_patch_done(&patch);
    }
}

/* Does it compile? Else what was written again is no better than what was there. */
static jsonlog_status is_pattern(const jl_rewrite *rewrite, bool *is_good) {
    jsonlog_filter *filter = NULL;
    const jl_text text = jl_buffer_view(&rewrite->out);
    const jsonlog_status status = jsonlog_filter_compile(text.ptr, text.len, &filter, NULL);
    jsonlog_filter_free(filter);
    *is_good = status == JSONLOG_OK;
    return status == JSONLOG_E_NOMEM ? status : JSONLOG_OK;
}

static jsonlog_status report(jl_findings *list, const jl_rewrite *rewrite, const jsonlog_err *err) {
    bool is_understood = false;
    if (rewrite->out.status != JSONLOG_OK)
        return JSONLOG_E_NOMEM;
    if (!rewrite->is_lost && is_pattern(rewrite, &is_understood) != JSONLOG_OK)
        return JSONLOG_E_NOMEM;
    report_hints(list, rewrite, is_understood);
    if (rewrite->hint_count == 0 || (!is_understood && !is_covered(rewrite, err->offset)))
        jl_findings_add(list, JSONLOG_LINT_SYNTAX, part_at(list, err->offset), JL_NO_CONDITION,
                        NULL, "%s", err->text);
    return list->status;
}

/* --- quotas ---------------------------------------------------------------------------------- */

/* An expression that is plain text says what a text with stars says, which has no quota. */
static bool is_plain(jl_text body) {
    for (size_t i = 0; i < body.len; i++) {
        if (strchr("^$?[]{}|\\*+.", body.ptr[i]) != NULL)
            return false;
    }
    return body.len > 0;
}

static void write_stars(jl_patch *patch, jl_text literal) {
    const jl_text body = {literal.ptr + 1, literal.len - 2};
    if (!is_plain(body))
        return;
    jl_patch_replace(patch, literal, JL_TEXT("\"*"));
    jl_patch_add(patch, body);
    jl_patch_add(patch, JL_TEXT("*\""));
}

static void replace_expressions(jl_patch *patch) {
    const jl_text pattern = patch->pattern;
    size_t open = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < pattern.len; i++) {
        const char c = pattern.ptr[i];
        if (c == '\\') {
            i++;
        } else if (c == '"' && open == 0) {
            is_quoted = !is_quoted;
        } else if (c == '%' && !is_quoted && open == 0) {
            open = i;
        } else if (c == '%' && open > 0) {
            write_stars(patch, (jl_text){pattern.ptr + open, i + 1 - open});
            open = 0;
        }
    }
}

static bool is_regex_quota(const jsonlog_err *err) {
    return err->code == JSONLOG_E_LIMIT &&
           contains(jl_text_of(err->text), "regular expressions per filter pattern");
}

static jsonlog_status report_quota(jl_findings *list, const jsonlog_err *err) {
    jl_patch patch;
    jl_patch_begin(&patch, list->pattern);
    replace_expressions(&patch);
    jl_findings_add(list, JSONLOG_LINT_REGEX_QUOTA, part_at(list, err->offset), JL_NO_CONDITION,
                    &patch,
                    "a pattern takes two regular expressions, and a log group five patterns with "
                    "any; a text with stars counts for neither");
    jl_patch_done(&patch);
    return list->status;
}

jsonlog_status jl_lint_refused(jl_findings *list, const jsonlog_err *err) {
    if (is_regex_quota(err))
        return report_quota(list, err);
    if (err->code != JSONLOG_E_SYNTAX) {
        jl_findings_add(list, JSONLOG_LINT_SYNTAX, part_at(list, err->offset), JL_NO_CONDITION,
                        NULL, "%s", err->text);
        return list->status;
    }
    jl_rewrite rewrite = {.pattern = list->pattern};
    jl_buffer_init(&rewrite.out, NULL, 0, SIZE_MAX);
    rewrite_pattern(&rewrite);
    const jsonlog_status status = report(list, &rewrite, err);
    jl_buffer_done(&rewrite.out);
    return status;
}
