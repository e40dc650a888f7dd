/* Passwords in URLs, and e-mail addresses. */
#include "redact/detector.h"

/* RFC 5321 section 4.5.3.1. */
#define LOCAL_MOST 64

/* What may stand between `//` and the host. */
static bool is_userinfo(char c) {
    return (unsigned char)c > ' ' && c != '/' && c != '?' && c != '#' && c != '"' && c != '<' &&
           c != '>' && c != '\\' && c != '\'';
}

static bool is_port(jl_text text) {
    return text.len <= 5 && jl_run_end(text, 0, jl_is_digit) == text.len;
}

/* @param at  behind `//`. */
static bool match_password(const jl_subject *subject, size_t at, jl_span *span) {
    const jl_text text = subject->text;
    const size_t end = jl_run_end(text, at, is_userinfo);
    const char *colon = memchr(text.ptr + at, ':', end - at);
    if (colon == NULL)
        return false;
    const size_t start = (size_t)(colon - text.ptr) + 1;
    const char *host = memrchr(text.ptr + start, '@', end - start);
    if (host != NULL) {
        *span = (jl_span){start, (size_t)(host - text.ptr)};
        return span->to > span->from;
    }
    *span = (jl_span){start, end};
    return subject->is_cut && end == text.len && end > start &&
           !is_port((jl_text){text.ptr + start, end - start});
}

bool jl_detect_url_password(const jl_subject *subject, size_t from, jl_span *span) {
    const jl_text text = subject->text;
    for (size_t at = from; at < text.len; at++) {
        const char *found = memchr(text.ptr + at, ':', text.len - at);
        if (found == NULL)
            return false;
        at = (size_t)(found - text.ptr);
        const bool is_url = text.len - at >= 3 && found[1] == '/' && found[2] == '/';
        if (is_url && match_password(subject, at + 3, span))
            return true;
    }
    return false;
}

/* Bytes beyond ASCII too: RFC 6531. */
static bool is_local(char c) {
    return jl_is_alnum(c) || (unsigned char)c >= 0x80 || (c != '\0' && strchr("._%+-", c) != NULL);
}

static bool is_domain(char c) {
    return jl_is_alnum(c) || (unsigned char)c >= 0x80 || c == '.' || c == '-';
}

/* Two labels at least, the last one without digits. @return where it ends, 0 if it is none. */
static size_t domain_end(jl_text text, size_t at) {
    size_t end = jl_run_end(text, at, is_domain);
    while (end > at && (text.ptr[end - 1] == '.' || text.ptr[end - 1] == '-'))
        end--;
    size_t label = end;
    while (label > at && text.ptr[label - 1] != '.')
        label--;
    if (label <= at + 1)
        return 0;
    const bool is_name = end - label >= 2 && !jl_is_digit(text.ptr[label]);
    return is_name ? end : 0;
}

bool jl_detect_email(const jl_subject *subject, size_t from, jl_span *span) {
    const jl_text text = subject->text;
    for (size_t at = from; at < text.len; at++) {
        const char *found = memchr(text.ptr + at, '@', text.len - at);
        if (found == NULL)
            return false;
        at = (size_t)(found - text.ptr);
        const size_t floor = at - from > LOCAL_MOST ? at - LOCAL_MOST : from;
        const size_t start = jl_run_start(text, at, floor, is_local);
        size_t end = domain_end(text, at + 1);
        if (subject->is_cut && jl_run_end(text, at + 1, is_domain) == text.len)
            end = text.len;
        if (start < at && end != 0) {
            *span = (jl_span){start, end};
            return true;
        }
    }
    return false;
}
