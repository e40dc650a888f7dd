#ifndef JL_RECORD_JOURNAL_ENTRY_H
#define JL_RECORD_JOURNAL_ENTRY_H
/**
 * A journal entry as a line, on its way from its formatter to the journald handler, perhaps through
 * an async one.
 *
 *     entry = NUL { length field }       length: 4 bytes, in the machine's order
 *     field = NAME "=" value             any bytes
 *
 * No line of another formatter begins with a NUL and then adds up to its last byte.
 */
#include "record/formatter_base.h"

#include <jsonlog/journald.h>

/** The most fields of an entry. libsystemd spends five parts of a vector on a value of several
 *  lines, and the kernel takes 1,024 parts; the handler adds two fields. */
#define JL_JOURNAL_FIELDS_MAX 198

#define JL_JOURNAL_ENTRY_MAX_DEFAULT ((size_t)65536)

typedef uint32_t jl_journal_length;

/** Step over the mark. @return false if the line is no entry. */
static inline bool jl_journal_entry_begin(jl_text *line) {
    if (line->len == 0 || *line->ptr != '\0')
        return false;
    line->ptr++;
    line->len--;
    return true;
}

/** Step over the next field; there must be one. @return false if there is no whole one. */
static inline bool jl_journal_entry_next(jl_text *line, jl_text *field) {
    jl_journal_length len = 0;
    if (line->len < sizeof len)
        return false;
    memcpy(&len, line->ptr, sizeof len);
    if (len > line->len - sizeof len)
        return false;
    *field = (jl_text){line->ptr + sizeof len, len};
    *line = (jl_text){field->ptr + len, line->len - sizeof len - len};
    return true;
}

/** The formatter that makes such entries, of `field_prefix`, `entry_max` and `with_timestamp`.
 *  Implemented by the format room. @return NULL with err set. */
jsonlog_formatter *jl_journal_formatter_new(const jsonlog_journald_options *options,
                                            jsonlog_err *err);

#endif
