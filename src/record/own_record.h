#ifndef JL_RECORD_OWN_RECORD_H
#define JL_RECORD_OWN_RECORD_H
/**
 * A record that the library itself writes into the output of one handler, past the loggers: what
 * was lost there, who stands in for whom. Its logger is "jsonlog".
 */
#include "record/formatter_base.h"
#include "record/redaction.h"

#include <jsonlog/handler.h>

/** The most fields of one. */
#define JL_OWN_FIELDS_MAX 5

/** The record with all it needs, about 11 KiB, for the stack of whoever writes it. */
typedef struct jl_own_record {
    jsonlog_line line;     /**< ready to be written once it is formatted; a JSONLOG_LINE_REPORT */
    jsonlog_record record; /**< what the line is made of */
    jsonlog_value message;
    jsonlog_value values[JL_OWN_FIELDS_MAX];
    jl_field fields[JL_OWN_FIELDS_MAX];
    jl_field merged[JL_RECORD_FIELDS_MAX];
    char text[1024];
    jl_buffer out;
    jsonlog_redaction *redaction; /**< the set in force, a reference; may be NULL */
    jl_redactor redactor;
    jl_scratch scratch;
} jl_own_record;

/**
 * Begin a record.
 *
 * @param message  NUL-terminated, borrowed.
 * @param next     the line it goes in front of: gives time, thread and static fields. NULL: now,
 * and this thread.
 */
void jl_own_record_init(jl_own_record *own, int level, const char *message,
                        const jsonlog_line *next);

/** Add a field; there is room for it. Key and value are borrowed. */
void jl_own_record_add(jl_own_record *own, jl_text key, jsonlog_value value);

/** Make the line. @return JSONLOG_OK, or what the formatter returned. Call jl_own_record_done() in
 *  any case. */
jsonlog_status jl_own_record_format(jl_own_record *own, const jsonlog_formatter *formatter);
void jl_own_record_done(jl_own_record *own);

#endif
