/*
 * The one external definition of every inline function of the public headers, for callers whose
 * compiler did not inline it and for users' own inline functions.
 */
#include <jsonlog/logger.h>
#include <jsonlog/metric.h>
#include <jsonlog/value.h>

extern inline jsonlog_value jsonlog_value_make(jsonlog_type type, size_t len);
extern inline jsonlog_value jsonlog_from_pointer(jsonlog_type type, const void *pointer,
                                                 size_t len);
extern inline jsonlog_value jsonlog_from_bool(bool b);
extern inline jsonlog_value jsonlog_from_int64(int64_t number);
extern inline jsonlog_value jsonlog_from_uint64(uint64_t number);
extern inline jsonlog_value jsonlog_from_double(double number);
extern inline jsonlog_value jsonlog_from_float(float number);
extern inline jsonlog_value jsonlog_from_string(const char *string);
extern inline jsonlog_value jsonlog_from_address(const void *address);
extern inline jsonlog_value jsonlog_from_timespec(struct timespec time);
extern inline jsonlog_value jsonlog_from_value(jsonlog_value value);
extern inline jsonlog_value jsonlog_from_temporary(const jsonlog_temporary *temporary);
extern inline jsonlog_value jsonlog_from_keys(const char *keys, uint32_t count,
                                              const jsonlog_value *values);
extern inline jsonlog_value jsonlog_from_values(jsonlog_type type, const jsonlog_value *values,
                                                size_t len);
extern inline jsonlog_value jsonlog_mark_secret(jsonlog_value value);
extern inline jsonlog_value jsonlog_mark_message(jsonlog_value value, bool is_literal,
                                                 unsigned level);
extern inline jsonlog_value jsonlog_string(const char *string, size_t len);
extern inline jsonlog_value jsonlog_bool(bool b);
extern inline jsonlog_value jsonlog_null(void);
extern inline jsonlog_value jsonlog_time(struct timespec time);
extern inline jsonlog_value jsonlog_duration_ns(int64_t nanoseconds);
extern inline jsonlog_value jsonlog_errno(int error);
extern inline jsonlog_value jsonlog_hex(uint64_t number);
extern inline jsonlog_value jsonlog_ints(const int *numbers, size_t count);
extern inline jsonlog_value jsonlog_int64s(const int64_t *numbers, size_t count);
extern inline jsonlog_value jsonlog_uint64s(const uint64_t *numbers, size_t count);
extern inline jsonlog_value jsonlog_doubles(const double *numbers, size_t count);
extern inline jsonlog_value jsonlog_bools(const bool *values, size_t count);
extern inline jsonlog_value jsonlog_strings(const char *const *strings, size_t count);
extern inline jsonlog_value jsonlog_values(const jsonlog_value *values, size_t count);
extern inline jsonlog_value jsonlog_fields(const jsonlog_field *fields, size_t count);
extern inline jsonlog_field jsonlog_field_make(const char *key, jsonlog_value value);
extern inline bool jsonlog_enabled(const jsonlog_logger *logger, int level);
extern inline jsonlog_value jsonlog_measured(jsonlog_value value, jsonlog_unit unit,
                                             unsigned resolution);
extern inline jsonlog_value jsonlog_from_dimensions(const jsonlog_dimension_list *list);
