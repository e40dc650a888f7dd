#ifndef JL_FILTER_COMPLAIN_H
#define JL_FILTER_COMPLAIN_H
/**
 * Errors of patterns: CloudWatch's own message first, then, behind ": ", what would help a person.
 */
#include "base/text.h"

#include <jsonlog/status.h>

/** `Invalid metric filter pattern: <reason>`. @return JSONLOG_E_SYNTAX. */
jsonlog_status jl_complain(jsonlog_err *err, size_t offset, const char *reason);

/**
 * `Invalid character(s) in term '<term>': <reason>`.
 *
 * @param offset  of the byte at fault.
 * @return JSONLOG_E_SYNTAX.
 */
jsonlog_status jl_complain_term(jsonlog_err *err, size_t offset, jl_text term, const char *reason);

#endif
