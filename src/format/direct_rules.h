#ifndef JL_FORMAT_DIRECT_RULES_H
#define JL_FORMAT_DIRECT_RULES_H
/** Which formatters and records are ordinary in the sense of direct_line.h. */
#include "format/json_formatter.h"
#include "record/site.h"

/** Find out whether a formatter may write lines directly, and prepare its keys. Called once, when
 * everything else of it is set. */
void jl_direct_prepare(jl_json_formatter *formatter);

/** Whether a record has what no direct way writes. */
static inline bool jl_record_is_odd(const jsonlog_record *record) {
    return record->emf != NULL || !record->call_is_unique ||
           (record->suppressed | record->edit_count | record->call_dropped) != 0;
}

/** Whether no key of a call is one of the formatter's own, or needs escaping.
 *  @param site_keys  NULL: record->call is filled. Else none of them needs escaping. */
bool jl_direct_takes_call(const jl_json_formatter *formatter, const jsonlog_record *record,
                          const jl_site_key *site_keys);

/** Whether the contexts of a record, of which it has some, have keys that are all different, also
 * from those of the call, and none of the formatter's own. */
bool jl_direct_takes_contexts(const jl_json_formatter *formatter, const jsonlog_record *record,
                              const jl_site_key *site_keys);

#endif
