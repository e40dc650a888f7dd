#ifndef JL_RECORD_RECORD_LINE_H
#define JL_RECORD_RECORD_LINE_H
/**
 * The line of a record: the memory it is made in, and which formatter made what is in it. Belongs
 * to the emitter; handlers that hand a record on to others have their lines made in it too, so that
 * one formatter formats a record once and nothing is allocated for it.
 */
#include "record/formatter_base.h"

typedef struct jl_record_line {
    jl_buffer text;
    const jsonlog_formatter *formatter; /**< that made it, or failed to; NULL: nobody yet */
    jsonlog_status status;              /**< how that went */
    struct jl_record_edit kept_edits[JL_RECORD_EDITS_MAX]; /**< while a formatter may change them */
} jl_record_line;

/**
 * Have the record's line made by a formatter, unless it is made by that one already. What the
 * formatter changes in the record is for its own line only.
 *
 * @param record  whose `line` is not NULL.
 * @return JSONLOG_OK, what the formatter returned, JSONLOG_E_NOMEM if there is no memory for a line
 *         as long as it may make.
 */
jsonlog_status jl_record_make_line(const jsonlog_record *record,
                                   const jsonlog_formatter *formatter);

#endif
