#include "filter/regex_parse.h"

#include "base/err.h"
#include "base/utf8.h"

#include <limits.h>

/*
 * CloudWatch checks characters before it reads the expression: parentheses are refused also when
 * they are escaped or in a class, and `[a&&b]` fails at the first `&`.
 */
static bool is_legal(char c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;
    return c != '\0' && strchr(":_#=@/;,-^$?[]{}|\\*+. ", c) != NULL;
}

/* The term of the message runs from the percent sign through the offending character. */
static jsonlog_status refuse_term(jl_text pattern, size_t open, size_t at, jsonlog_err *err) {
    size_t bytes = 0;
    if (at < pattern.len)
        (void)jl_utf8_decode((jl_text){pattern.ptr + at, pattern.len - at}, &bytes);
    size_t len = at + bytes - open;
    return jl_err_set(err, JSONLOG_E_SYNTAX, at, "Invalid character(s) in term '%.*s'",
                      len > INT_MAX ? INT_MAX : (int)len, pattern.ptr + open);
}

/* The fault lies where the closing sign is missing: behind the last byte. */
static jsonlog_status refuse_unclosed(jl_text pattern, size_t open, jsonlog_err *err) {
    if (open > 0)
        return refuse_term(pattern, open, pattern.len, err);
    return jl_err_set(err, JSONLOG_E_SYNTAX, pattern.len,
                      "If a filter pattern starts with '%%' it must end with '%%'");
}

jsonlog_status jl_regex_scan(jl_text pattern, size_t open, size_t *close, jsonlog_err *err) {
    bool is_escaped = false;
    for (size_t i = open + 1; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        if (c == '%' && !is_escaped && i > open + 1) {
            *close = i;
            return JSONLOG_OK;
        }
        /* `\%` lands here too: the sign is as illegal as a parenthesis, and `\x25` spells it. */
        if (!is_legal(c))
            return refuse_term(pattern, open, i, err);
        is_escaped = c == '\\' && !is_escaped;
    }
    return refuse_unclosed(pattern, open, err);
}
