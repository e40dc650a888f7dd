#ifndef JL_CLI_LINE_FIELD_H
#define JL_CLI_LINE_FIELD_H
/**
 * A value of a line that the command line names: `$.user.age`, or `$status` where the pattern is
 * space-delimited.
 */
#include <jsonlog/extract.h>

typedef struct line_field {
    const jsonlog_filter *filter; /**< that gives it: the pattern's own, or any JSON pattern's */
    const char *reference;        /**< borrowed */
} line_field;

/** A filter that matches every line that is one JSON object and no other, and that any JSON value
 *  can be extracted with. @return NULL if memory is out. */
jsonlog_filter *line_field_any_json(void);

/**
 * @param pattern   of the command line.
 * @param any_json  line_field_any_json().
 * @param err       set on failure; its offset is into the reference.
 */
jsonlog_status line_field_init(line_field *field, const char *reference,
                               const jsonlog_filter *pattern, const jsonlog_filter *any_json,
                               jsonlog_err *err);

/** @return the value in this line, of type NOTHING if it has none. */
jsonlog_found line_field_get(const line_field *field, const char *line, size_t len);

#endif
