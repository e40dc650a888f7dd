#ifndef JSONLOG_FORMATTER_H
#define JSONLOG_FORMATTER_H
/**
 * Formatters: a record becomes a line.
 *
 *     jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
 *     options.timestamp_precision = JSONLOG_PRECISION_US;
 *     options.with_source = true;
 *     jsonlog_formatter *json = jsonlog_json_formatter_new(&options, &err);
 *     jsonlog_handler_set_formatter(handler, json);
 *     jsonlog_formatter_release(json);
 *
 * A formatter is immutable and shared: any number of handlers and threads use it at once. It is
 * counted by reference. Everything in options is copied by `new`.
 */
#include <jsonlog/record.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct jsonlog_formatter jsonlog_formatter;

/** One reference more; @return formatter. NULL is legal. */
JSONLOG_API jsonlog_formatter *jsonlog_formatter_retain(jsonlog_formatter *formatter);
/** One reference less; the last one frees. NULL does nothing. */
JSONLOG_API void jsonlog_formatter_release(jsonlog_formatter *formatter);

/**
 * Format a record outside a handler; for handlers that wrap others and for tests.
 * @param out  receives at most out_size bytes, no NUL.
 * @return the line's length, 0 if it does not fit or the formatter failed.
 */
JSONLOG_API size_t jsonlog_formatter_format(jsonlog_formatter *formatter,
                                            const jsonlog_record *record, char *out,
                                            size_t out_size);

/* ---- JSON
 * ------------------------------------------------------------------------------------------ */

/** How a point in time is written. All but the epoch forms are RFC 3339. */
typedef enum jsonlog_time_style {
    JSONLOG_TIME_RFC3339_UTC = 0,    /**< "2026-11-22T08:07:45.784Z" */
    JSONLOG_TIME_RFC3339_OFFSET = 1, /**< "2026-11-22T08:07:45.784+00:00", UTC */
    JSONLOG_TIME_RFC3339_LOCAL = 2,  /**< "2026-11-22T17:07:45.784+09:00", the process's zone */
    JSONLOG_TIME_EPOCH_NUMBER = 3,   /**< a number in units of the precision: 1795248465784 */
    JSONLOG_TIME_EPOCH_STRING = 4,   /**< the same as a string */
    JSONLOG_TIME_EPOCH_SECONDS = 5,  /**< seconds with a fraction: 1795248465.784 */
} jsonlog_time_style;

typedef enum jsonlog_precision {
    JSONLOG_PRECISION_MS = 0,
    JSONLOG_PRECISION_S = 1,
    JSONLOG_PRECISION_US = 2,
    JSONLOG_PRECISION_NS = 3,
    JSONLOG_PRECISION_PYTHON = 4, /**< microseconds, left out when zero, as Python's isoformat() */
} jsonlog_precision;

/** What happens to a caller's field whose key is taken by a role of the record (timestamp, logType,
 * …). */
typedef enum jsonlog_collision {
    JSONLOG_COLLISION_SUFFIX = 0,     /**< it becomes errorMessage_2, _3, … */
    JSONLOG_COLLISION_LAST_WINS = 1,  /**< it takes the role's place, as in python-json-logger */
    JSONLOG_COLLISION_FIRST_WINS = 2, /**< it is left out and counted in "_dropped" */
} jsonlog_collision;

/** How NaN and the infinities are written; JSON has no numbers for them. */
typedef enum jsonlog_nonfinite {
    JSONLOG_NONFINITE_NULL = 0,
    JSONLOG_NONFINITE_STRING = 1, /**< "NaN", "Infinity", "-Infinity" */
} jsonlog_nonfinite;

/** How bytes are written. */
typedef enum jsonlog_bytes_style {
    JSONLOG_BYTES_BASE64URL = 0, /**< URL-safe alphabet with padding, as python-json-logger */
    JSONLOG_BYTES_BASE64 = 1,
    JSONLOG_BYTES_HEX = 2,
} jsonlog_bytes_style;

/** A key to be written under another name. */
typedef struct jsonlog_rename {
    const char *from;
    const char *to;
} jsonlog_rename;

/**
 * Decides how a value is written: write it with jsonlog_write_value() and friends and return true,
 * or return false to leave it to the formatter. Called for each value of a field, nested ones too
 * (in arrays with an empty key); not for attributes, secrets, the inside of raw JSON, and what this
 * function writes itself. A line that has to be shortened is written several times, and the
 * function is called each time.
 */
typedef bool (*jsonlog_value_fn)(jsonlog_writer *writer, const char *key, size_t key_len,
                                 const jsonlog_value *value, void *context);

/** Last look at a record before it is written: add, change or remove fields. */
typedef void (*jsonlog_process_fn)(jsonlog_record *record, void *context);

/**
 * Finds the field names in a format text of a style of its own (see `style`): calls `add` for each,
 * in order.
 * @return false if the text is wrong; the constructor fails then.
 */
typedef bool (*jsonlog_parse_fn)(const char *format,
                                 void (*add)(void *list, const char *name, size_t len), void *list,
                                 void *context);

/**
 * Options of the JSON formatter. Start from JSONLOG_JSON_OPTIONS_INIT; zero and NULL mean the
 * default.
 *
 * Which record attributes are written, and in which order, is chosen by `format`/`style`, by
 * `names`, or, if all are NULL, by the default: timestamp, logType, logger, then errorMessage (from
 * ERROR up) or message (below). Attribute names are those of Python's logging (asctime created
 * filename funcName levelname levelno lineno module msecs message name pathname process processName
 * relativeCreated thread threadName) and ours (timestamp logType logger errorMessage file line
 * function). An unknown name is written as null unless a field of the record has it. In a layout
 * with both, message stands below ERROR and errorMessage from ERROR up; message alone stands at
 * every level, errorMessage alone from ERROR up. A record without a message has neither key. What
 * needs a call site is null in a record without one.
 *
 * A line holds, in this order: `defaults`; the attributes; `static_fields`; the record's fields
 * (static, bound, scope, call); "suppressed"; the time of `timestamp_key`; renamed keys the record
 * lacks; "_truncated" and "_dropped" where they apply. These last two keys are never a caller's:
 * such a field becomes "_dropped_2". A later value takes an earlier one's position.
 *
 * Limits: 32 names, 64 renames, 32 static fields, 32 defaults.
 */
typedef struct jsonlog_json_options {
    size_t size;

    const char *format; /**< e.g. "%(asctime)s %(levelname)s %(message)s"; NULL: see names */
    char style;         /**< '%' (default), '{', '$', ','; any other character needs parse */
    jsonlog_parse_fn parse;
    void *parse_context;
    const char *const *names; /**< attribute names, as an alternative to format */
    size_t name_count;

    const jsonlog_rename
        *rename; /**< applied once to every key of the record, attributes included */
    size_t rename_count;
    bool rename_keeps_missing; /**< a renamed key that the record lacks is written as null, last */
    const jsonlog_field
        *static_fields; /**< on every line; weaker than all fields of the record. Values are copied
                             deeply; callbacks are called for each line */
    size_t static_count;
    const jsonlog_field *defaults; /**< first on every line, overridden by anything */
    size_t default_count;
    const char *const *exclude; /**< keys of fields that are never written */
    size_t exclude_count;       /**< attributes are chosen by names, not by this */
    bool skip_underscored; /**< leave out fields whose key begins with `_`, as python-json-logger */

    const char *timestamp_key; /**< with names/format: add the time under this key, last; as
                                  python's timestamp= */
    jsonlog_time_style
        time_style; /**< of the attribute timestamp; jsonlog_time() values are UTC text, with the
                       offset spelled out for JSONLOG_TIME_RFC3339_OFFSET */
    jsonlog_precision timestamp_precision;
    const char *asctime_format; /**< strftime format of asctime, local time; NULL: "2026-11-22
                                   08:15:44,668" */

    jsonlog_collision collision;
    jsonlog_nonfinite nonfinite;
    jsonlog_bytes_style bytes_style;
    bool with_source;    /**< add "file", "line", "function" after the message */
    bool with_thread;    /**< add "thread" */
    bool message_always; /**< "message" at every level instead of "errorMessage" from ERROR up */
    bool omit_empty; /**< leave out null, "", {} and []; emptied parents too. Array elements stay:
                        their positions mean something */
    bool expand_dots; /**< the key "log.level" becomes {"log":{"level":…}}, merged with its siblings
                         and with a field "log" that is an object; beside a field "log" that is
                         none, the later of the two becomes "log_2". Keys inside nested values keep
                         their dots */
    bool causes_as_array;   /**< jsonlog_causes() as an array of texts */
    bool ascii_only;        /**< \uXXXX for everything beyond ASCII */
    bool escape_separators; /**< \u2028 and \u2029 for these two */
    bool invalid_as_hex;    /**< an ill-formed byte as the text \xNN instead of U+FFFD */
    bool spaced;            /**< ", " and ": " as Python's json */
    unsigned indent; /**< blanks per level over several lines, with ": "; 0: one line; at most 16.
                        Not for line handlers */
    const char *prefix;     /**< in front of the JSON text, e.g. "@cee: " */
    const char *terminator; /**< behind it; NULL: "\n" */

    size_t line_max;    /**< cap of a line with its terminator; 0: 16,384; 64 at least */
    unsigned depth_max; /**< nesting of values; deeper ones are "__too_deep__"; 0: 64, which is the
                           most */

    jsonlog_value_fn value_fn;
    void *value_context;
    jsonlog_process_fn process;
    void *process_context;
} jsonlog_json_options;
#define JSONLOG_JSON_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_json_options)

/**
 * A JSON formatter. Every line is one valid JSON object with unique keys in valid UTF-8, whatever
 * the record holds.
 *
 * A line over line_max loses the ends of its longest strings first, marked `…`, and gets
 * "_truncated":true; the strings of attributes are cut last; times, levels and errorCode never. No
 * string is cut below 16 bytes (more in long lines: a 256th of line_max, up to 64). If that is not
 * enough, fields that fit into no line go, then fields from the end, then attributes from the end,
 * errorCode last, and "_dropped" says how many.
 *
 * @param options  NULL for defaults.
 * @param err      may be NULL.
 * @return NULL with err set: JSONLOG_E_INVALID (unknown style without parse, format without any
 * field, line_max below 64 or without room beside prefix and terminator, two renames of or to one
 * key, two attributes under one key, wrong size, …), JSONLOG_E_SYNTAX (format, with the offset),
 * JSONLOG_E_LIMIT, JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_formatter *jsonlog_json_formatter_new(const jsonlog_json_options *options,
                                                          jsonlog_err *err);

/**
 * One value as JSON text in the style of a JSON formatter: for bindings to languages with a logging
 * of their own, and for text outside of records. Blanks, indent, escapes, times, bytes, NaN,
 * depth_max and value_fn are those of its options. Names, fields, prefix and terminator have no
 * part in it, nor has redaction, and nothing is cut. Usable from any thread; allocates only for a
 * text that does not fit.
 *
 * @param formatter  of jsonlog_json_formatter_new().
 * @param out        receives the text, without NUL, if it fits as a whole; else nothing of use.
 * @return its length, whatever out_size is; 0 for a text over line_max, without memory, for NULL
 * and for other formatters.
 */
JSONLOG_API size_t jsonlog_json_formatter_write(const jsonlog_formatter *formatter,
                                                const jsonlog_value *value, char *out,
                                                size_t out_size);

/* ---- for people
 * ------------------------------------------------------------------------------------- */

typedef enum jsonlog_color {
    JSONLOG_COLOR_AUTO = 0, /**< if the descriptor is a terminal, NO_COLOR is unset or empty and
                               TERM is not "dumb" */
    JSONLOG_COLOR_NEVER = 1,
    JSONLOG_COLOR_ALWAYS = 2,
} jsonlog_color;

typedef struct jsonlog_human_options {
    size_t size;
    jsonlog_color color;
    int descriptor;   /**< the terminal that JSONLOG_COLOR_AUTO asks about; 0 means 2 (stderr) */
    bool utc;         /**< time in UTC instead of local time */
    bool with_source; /**< file:line at the end */
    size_t line_max;  /**< 0: 16,384; 64 at least; a longer line is cut and ends in `…` */
} jsonlog_human_options;
#define JSONLOG_HUMAN_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_human_options)

/**
 * One line for a terminal: `08:07:45.784 ERROR payment  token expired  errorCode=DA00012
 * user.age=20`. Control, escape and bidirectional characters of the record are shown escaped.
 * Objects are flattened, arrays stand as JSON, strings are quoted where they have to be. @return
 * NULL without memory, for a wrong size or a line_max below 64.
 */
JSONLOG_API jsonlog_formatter *jsonlog_human_formatter_new(const jsonlog_human_options *options,
                                                           jsonlog_err *err);

/* ---- of your own
 * -------------------------------------------------------------------------------------- */

/** Where a formatter of your own writes to; bounded, sticky. */
typedef struct jsonlog_output jsonlog_output;
JSONLOG_API void jsonlog_output_append(jsonlog_output *output, const char *bytes, size_t len);
/** Append text with JSON escapes, without quotes. */
JSONLOG_API void jsonlog_output_append_escaped(jsonlog_output *output, const char *bytes,
                                               size_t len);
/** Append a value as compact JSON with the default options. */
JSONLOG_API void jsonlog_output_append_value(jsonlog_output *output, const jsonlog_value *value);

/**
 * A formatter made of a function.
 * @param format   writes one line with its terminator; called by several threads at once; returns
 * JSONLOG_OK or the line is counted as lost.
 * @param release  frees context with the formatter; may be NULL.
 * @param line_max 0: 16,384; output beyond it makes the line lost.
 * @return NULL without memory or function.
 */
JSONLOG_API jsonlog_formatter *jsonlog_formatter_new(
    jsonlog_status (*format)(const jsonlog_record *record, jsonlog_output *output, void *context),
    void (*release)(void *context), void *context, size_t line_max);

#ifdef __cplusplus
}
#endif
#endif
