#ifndef JL_FORMAT_DIRECT_LINE_H
#define JL_FORMAT_DIRECT_LINE_H
/**
 * The line of an ordinary record, written straight from the record: the columns in their order,
 * then what static, bound and scope fields there are, then the call's.
 *
 * Ordinary is a record whose keys are all different and need no escaping, under a formatter that
 * neither renames, leaves out, replaces nor indents, in a line that is not too long. Everything
 * else goes the general way over entries.h, and so does what turns out in the middle to be out of
 * the ordinary: both ways write the same bytes, and line.c alone decides about the difficult ones.
 */
#include "format/json_formatter.h"

/**
 * @param out       bounded to the cap of the line.
 * @param replaced  is given the number of values that had to be written as something else.
 * @return whether the line is written; if not, out is as it was.
 */
bool jl_direct_line_write(const jl_json_formatter *formatter, const jsonlog_record *record,
                          jl_buffer *out, uint64_t *replaced);

#endif
