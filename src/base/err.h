#ifndef JL_BASE_ERR_H
#define JL_BASE_ERR_H
/** Filling the caller's jsonlog_err. All functions accept err == NULL and return `code`. */
#include <jsonlog/status.h>

#include <stdarg.h>

/** Set code, offset and a formatted sentence, cut on a code point. What would break the line or
 * fool a terminal becomes a blank, an ill-formed byte `?`, so the arguments may quote any bytes. */
jsonlog_status jl_err_set(jsonlog_err *err, jsonlog_status code, size_t offset, const char *format,
                          ...) JSONLOG_PRINTF(4, 5);

/** Out of memory, in the same words everywhere. */
jsonlog_status jl_err_nomem(jsonlog_err *err);
/** Likewise a constructor that is given no `out`, and options without their _INIT. */
jsonlog_status jl_err_no_out(jsonlog_err *err);
jsonlog_status jl_err_wrong_size(jsonlog_err *err, const char *type);

#endif
