#ifndef JL_FORMAT_USUAL_LINE_H
#define JL_FORMAT_USUAL_LINE_H
/**
 * The line of a usual record, which is what most are: an ordinary one (direct_line.h) of a call
 * site that has a head, all of its columns in it, with the fields of one logger or none. Nothing is
 * left to find out but what the values are.
 *
 * Three ways lead to a line, each for more records and at a higher price than the one before: this
 * one, direct_line.h, line.h. All of them write the same bytes.
 */
#include "format/json_formatter.h"

/** @return whether the line is written; if not, out is as it was. */
bool jl_usual_line_write(const jl_json_formatter *formatter, const jsonlog_record *record,
                         jl_buffer *out);

#endif
