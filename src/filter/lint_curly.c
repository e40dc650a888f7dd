#include "filter/lint_rules.h"

/* U+2018 to U+201F: what word processors make of quotation marks. */
static bool is_curly(jl_text pattern, size_t at) {
    return pattern.len - at >= 3 && memcmp(pattern.ptr + at, "\xE2\x80", 2) == 0 &&
           (unsigned char)pattern.ptr[at + 2] >= 0x98 && (unsigned char)pattern.ptr[at + 2] <= 0x9F;
}

/* One inside a word is an apostrophe. */
static bool is_at_edge(jl_text pattern, size_t at) {
    static const char edges[] = " \t\r\n=()<>,&|{}[]-?";
    const char before = at == 0 ? ' ' : pattern.ptr[at - 1];
    const char behind = at + 3 >= pattern.len ? ' ' : pattern.ptr[at + 3];
    return strchr(edges, before) != NULL || strchr(edges, behind) != NULL;
}

/* The next one outside double quotes; the end of the pattern if there is none. */
static size_t find_curly(jl_text pattern, size_t at, bool *is_quoted) {
    for (; at < pattern.len; at++) {
        const char c = pattern.ptr[at];
        if (c == '\\' && *is_quoted)
            at++;
        else if (c == '"')
            *is_quoted = !*is_quoted;
        else if (!*is_quoted && is_curly(pattern, at) && is_at_edge(pattern, at))
            return at;
    }
    return pattern.len;
}

void jl_lint_curly(jl_findings *list) {
    const jl_text pattern = list->pattern;
    bool is_quoted = false;
    const size_t first = find_curly(pattern, 0, &is_quoted);
    if (first == pattern.len)
        return;
    jl_patch patch;
    jl_patch_begin(&patch, pattern);
    for (size_t at = first; at < pattern.len; at = find_curly(pattern, at + 3, &is_quoted))
        jl_patch_replace(&patch, (jl_text){pattern.ptr + at, 3}, JL_TEXT("\""));
    jl_findings_add(list, JSONLOG_LINT_CURLY_QUOTES, (jl_text){pattern.ptr + first, 3},
                    JL_NO_CONDITION, &patch,
                    "%.*s is an ordinary character; a text is put in straight double quotes (\")",
                    3, pattern.ptr + first);
    jl_patch_done(&patch);
}
