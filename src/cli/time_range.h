#ifndef JL_CLI_TIME_RANGE_H
#define JL_CLI_TIME_RANGE_H
/**
 * --since and --until: which lines lie in a span of time, by the timestamp they carry.
 */
#include "cli/instant.h"
#include "cli/line_field.h"

#include <stdbool.h>

/** Fields that are looked for where none is named. */
enum { TIME_FIELDS_MAX = 3 };

typedef struct time_range {
    bool has_since;
    bool has_until;
    instant since; /**< the first that is taken */
    instant until; /**< the first that is no longer taken */
    line_field fields[TIME_FIELDS_MAX];
    size_t field_count;
    char *own_reference; /**< of a field named without `$` */
} time_range;

typedef enum time_verdict { TIME_INSIDE, TIME_OUTSIDE, TIME_UNKNOWN } time_verdict;

/**
 * @param since,until  RFC 3339 or an age such as 15m; NULL: no bound.
 * @param field        a name, or a reference that starts with `$`; NULL: timestamp, @timestamp,
 * time.
 * @return false, and say why, if one of them cannot be understood.
 */
bool time_range_init(time_range *range, const char *since, const char *until);
bool time_range_use_field(time_range *range, const char *field, const jsonlog_filter *pattern,
                          const jsonlog_filter *any_json);

bool time_range_is_set(const time_range *range);

/** @return TIME_UNKNOWN if the line has no timestamp that can be read. */
time_verdict time_range_check(const time_range *range, const char *line, size_t len);

void time_range_done(time_range *range);

#endif
