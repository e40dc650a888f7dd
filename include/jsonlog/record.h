#ifndef JSONLOG_RECORD_H
#define JSONLOG_RECORD_H
/**
 * A record: one log call on its way to the handlers, as filters, formatters and handlers see it.
 *
 * A record lives until the log call returns; what it points to is borrowed. It is handled by one
 * thread. Text is not NUL-terminated and may hold any bytes.
 */
#include <jsonlog/logger.h>

#ifdef __cplusplus
extern "C" {
#endif

JSONLOG_API int jsonlog_record_level(const jsonlog_record *record);
/** @return nanoseconds since 1970 UTC, taken when the call was made. */
JSONLOG_API int64_t jsonlog_record_time_ns(const jsonlog_record *record);
/** @return the logger's dotted name, "" for the root; NUL-terminated. */
JSONLOG_API const char *jsonlog_record_logger(const jsonlog_record *record);
/** @return the message, NULL if the record has none. */
JSONLOG_API const char *jsonlog_record_message(const jsonlog_record *record, size_t *len);
/** @return where the call stands; NULL and 0 for records without a call site. NUL-terminated. */
JSONLOG_API const char *jsonlog_record_file(const jsonlog_record *record);
JSONLOG_API const char *jsonlog_record_function(const jsonlog_record *record);
JSONLOG_API uint32_t jsonlog_record_line(const jsonlog_record *record);
/** @return the kernel's id of the logging thread (gettid). */
JSONLOG_API uint64_t jsonlog_record_thread(const jsonlog_record *record);

/** The value in force for a key: call, then scope, then bound, then static fields. @return NULL if
 * none. */
JSONLOG_API const jsonlog_value *jsonlog_record_get_field(const jsonlog_record *record,
                                                          const char *key, size_t len);

/** How many distinct fields the record carries, and field `index` in writing order; *key is not
 * escaped.
 *  @return NULL beyond the last. */
JSONLOG_API size_t jsonlog_record_field_count(const jsonlog_record *record);
JSONLOG_API const jsonlog_value *jsonlog_record_field_at(const jsonlog_record *record, size_t index,
                                                         const char **key, size_t *key_len);

/**
 * Set a field as if the call had passed it; for logger filters and formatter processors. Key and
 * value are borrowed until the log call returns.
 * @return JSONLOG_OK or JSONLOG_E_LIMIT (16 fields set on this record already).
 */
JSONLOG_API jsonlog_status jsonlog_record_set_field(jsonlog_record *record, const char *key,
                                                    size_t len, jsonlog_value value);

/** Leave a field out, wherever it comes from. @return JSONLOG_OK or JSONLOG_E_LIMIT (16 set or left
 * out). */
JSONLOG_API jsonlog_status jsonlog_record_remove_field(jsonlog_record *record, const char *key,
                                                       size_t len);

#ifdef __cplusplus
}
#endif
#endif
