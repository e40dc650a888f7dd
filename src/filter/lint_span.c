#include "filter/lint_span.h"

#include "filter/lexer.h"

static size_t skip_blanks(jl_text pattern, size_t at) {
    while (at < pattern.len && jl_is_pattern_blank(pattern.ptr[at]))
        at++;
    return at;
}

static size_t skip_blanks_back(jl_text pattern, size_t at) {
    while (at > 0 && jl_is_pattern_blank(pattern.ptr[at - 1]))
        at--;
    return at;
}

static size_t start_of(jl_text pattern, jl_text part) {
    return (size_t)(part.ptr - pattern.ptr);
}

static bool is_joint(jl_text pattern, size_t at) {
    return at + 2 <= pattern.len &&
           (memcmp(pattern.ptr + at, "&&", 2) == 0 || memcmp(pattern.ptr + at, "||", 2) == 0);
}

jl_text jl_span_with_parentheses(jl_text pattern, jl_text part) {
    size_t start = start_of(pattern, part);
    size_t end = start + part.len;
    for (;;) {
        const size_t left = skip_blanks_back(pattern, start);
        const size_t right = skip_blanks(pattern, end);
        const bool is_wrapped = left > 0 && right < pattern.len && pattern.ptr[left - 1] == '(' &&
                                pattern.ptr[right] == ')';
        if (!is_wrapped)
            return (jl_text){pattern.ptr + start, end - start};
        start = left - 1;
        end = right + 1;
    }
}

void jl_span_remove(jl_patch *patch, jl_text part) {
    const jl_text pattern = patch->pattern;
    const jl_text whole = jl_span_with_parentheses(pattern, part);
    size_t start = start_of(pattern, whole);
    size_t end = start + whole.len;
    const size_t left = skip_blanks_back(pattern, start);
    const size_t right = skip_blanks(pattern, end);
    if (left >= 2 && is_joint(pattern, left - 2))
        start = skip_blanks_back(pattern, left - 2);
    else if (is_joint(pattern, right))
        end = skip_blanks(pattern, right + 2);
    jl_patch_copy(patch, start);
    jl_patch_skip(patch, end);
}

jl_text jl_span_joint(jl_text pattern, jl_text before, jl_text behind) {
    const jl_text left = jl_span_with_parentheses(pattern, before);
    const jl_text right = jl_span_with_parentheses(pattern, behind);
    const size_t at = skip_blanks(pattern, start_of(pattern, left) + left.len);
    if (!is_joint(pattern, at) || skip_blanks(pattern, at + 2) != start_of(pattern, right))
        return (jl_text){NULL, 0};
    return (jl_text){pattern.ptr + at, 2};
}
