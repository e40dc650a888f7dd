#ifndef JL_RECORD_SYSLOG_DATA_H
#define JL_RECORD_SYSLOG_DATA_H
/** Structured data of RFC 5424 in front of another formatter's line: `[id key="value"] line`. */
#include "record/formatter_base.h"

/**
 * Implemented by the format room.
 *
 * @param id     of the element, at most 32 bytes; copied.
 * @param inner  makes the line; the formatter takes a reference.
 * @param max    bytes of both and the blank between them, the line's newline not counted.
 * Parameters that do not fit beside the line are left out.
 * @return NULL without memory.
 */
jsonlog_formatter *jl_syslog_data_formatter_new(const char *id, jsonlog_formatter *inner,
                                                size_t max);

#endif
