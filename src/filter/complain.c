#include "filter/complain.h"

#include "base/err.h"

jsonlog_status jl_complain(jsonlog_err *err, size_t offset, const char *reason) {
    return jl_err_set(err, JSONLOG_E_SYNTAX, offset, "Invalid metric filter pattern: %s", reason);
}

jsonlog_status jl_complain_term(jsonlog_err *err, size_t offset, jl_text term, const char *reason) {
    /* More would not fit the message; jl_err_set() cuts what is left on a code point. */
    const int len = term.len < JSONLOG_ERR_TEXT_MAX ? (int)term.len : JSONLOG_ERR_TEXT_MAX;
    return jl_err_set(err, JSONLOG_E_SYNTAX, offset, "Invalid character(s) in term '%.*s': %s", len,
                      term.ptr, reason);
}
