#ifndef JSONLOG_EXTRACT_H
#define JSONLOG_EXTRACT_H
/**
 * Extraction: the values a pattern names in a line, and the metric datapoints made from them.
 *
 *     jsonlog_metric_filter_options options = JSONLOG_METRIC_FILTER_OPTIONS_INIT;
 *     options.pattern = "{ $.latencyMs = * }";
 *     options.metric_value = "$.latencyMs";
 *     jsonlog_metric_filter *latency = NULL;
 *     jsonlog_metric_filter_new(&options, &latency, &err);
 *     jsonlog_datapoint point;
 *     if (jsonlog_metric_filter_apply(latency, line, len, &point))
 *         record(point.value);
 *
 * Extracting allocates nothing, takes no lock, uses a bounded stack and takes time linear in the
 * line for each step of a reference. Compiled objects are immutable: share them between threads
 * freely.
 *
 * Source: CloudWatch Logs user guide, "Creating metrics from log events using filters", and replies
 * recorded from the service.
 */
#include <jsonlog/filter.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a value is. */
typedef enum jsonlog_found_type {
    JSONLOG_FOUND_NOTHING = 0,
    JSONLOG_FOUND_STRING = 1, /**< of JSON: what stands between the quotes, escapes included */
    JSONLOG_FOUND_NUMBER = 2,
    JSONLOG_FOUND_BOOL = 3,
    JSONLOG_FOUND_NULL = 4,
    JSONLOG_FOUND_OBJECT = 5,
    JSONLOG_FOUND_ARRAY = 6,
    JSONLOG_FOUND_TOKEN = 7, /**< of a space-delimited line, without its quotes or brackets */
} jsonlog_found_type;

/** A value in a line; a view of the line's bytes. `text` is NULL if there is none. */
typedef struct jsonlog_found {
    jsonlog_found_type type;
    const char *text;
    size_t len;
} jsonlog_found;

/**
 * The value a reference names in a line.
 *
 * @param reference  `$.user.age` for JSON (need not occur in the pattern; no wildcard), `$name` or
 *                   `$3` (the token's position, from 1; named tokens have one too) for
 *                   space-delimited patterns. NUL-terminated UTF-8, at most JSONLOG_PATTERN_MAX
 *                   bytes. Of a key that is written twice the last value counts. The last field of
 *                   a pattern without `...` takes the rest of the line.
 * @param out        set on success; of type NOTHING if the line has no such value or cannot be read
 *                   as the pattern's kind. The line need not match the pattern's conditions.
 * @param err        may be NULL; `offset` is into the reference.
 * @return JSONLOG_OK; JSONLOG_E_SYNTAX (the reference); JSONLOG_E_UNSUPPORTED (the pattern's kind
 *         names no values, or a wildcard); JSONLOG_E_NOT_FOUND (a name or position the pattern does
 *         not have); JSONLOG_E_LIMIT (too long); JSONLOG_E_INVALID (NULL, not UTF-8).
 */
JSONLOG_API jsonlog_status jsonlog_filter_extract(const jsonlog_filter *filter,
                                                  const char *reference, const char *line,
                                                  size_t len, jsonlog_found *out, jsonlog_err *err);

/**
 * A found value as plain text: a string without its escapes and with U+FFFD for what is no text (an
 * ill-formed byte, half a surrogate pair), anything else as it stands; NOTHING is empty.
 *
 * @param out  receives a NUL-terminated text, cut to out_size on a code point; may be NULL when
 *             out_size is 0. A string that contains \u0000 contains a NUL.
 * @return the length of the whole, like snprintf().
 */
JSONLOG_API size_t jsonlog_found_text(const jsonlog_found *found, char *out, size_t out_size);

/** Told one value. @param name  not NUL-terminated, lives for this call. @return false to stop. */
typedef bool jsonlog_extract_fn(const char *name, size_t name_len, const jsonlog_found *found,
                                void *context);

/**
 * The `extractedValues` of CloudWatch's TestMetricFilter: for a space-delimited pattern each token
 * with its name (`$status`, or `$3` where it has none), in the order of the line; nothing for the
 * other kinds.
 *
 * @param each  called for every value, if the line matches.
 * @return whether the line matches.
 */
JSONLOG_API bool jsonlog_filter_extract_all(const jsonlog_filter *filter, const char *line,
                                            size_t len, jsonlog_extract_fn *each, void *context);

/* ---- metric filters ------------------------------------------------------------------------- */

/** Dimensions of a metric filter, as in CloudWatch. */
#define JSONLOG_DIMENSIONS_MAX 3
/** The longest name, and reference of a dimension, in UTF-16 code units. */
#define JSONLOG_METRIC_NAME_MAX 255
/** The longest metric_value, likewise. */
#define JSONLOG_METRIC_VALUE_MAX 100

/** A dimension of a metric: its name, and where its value is found. */
typedef struct jsonlog_dimension {
    const char *name;  /**< not empty */
    const char *value; /**< a reference, as for jsonlog_filter_extract() */
} jsonlog_dimension;

/** What PutMetricFilter takes; zero and NULL are defaults. Texts are NUL-terminated and copied. */
typedef struct jsonlog_metric_filter_options {
    size_t size;
    const char *pattern;          /**< must not be NULL; may be empty: every line */
    const char *metric_name;      /**< may be NULL; without ':', '*' and '$' */
    const char *metric_namespace; /**< likewise */
    const char *metric_value;     /**< a number or a reference; NULL: "1" */
    bool has_default;
    double default_value;
    jsonlog_dimension dimensions[JSONLOG_DIMENSIONS_MAX];
    size_t dimension_count; /**< not together with has_default */
    const char *unit;       /**< e.g. "Milliseconds"; NULL: "None" */
} jsonlog_metric_filter_options;
#define JSONLOG_METRIC_FILTER_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_metric_filter_options)

/** A compiled metric filter; opaque. */
typedef struct jsonlog_metric_filter jsonlog_metric_filter;

/** One sample. Names are borrowed from the metric filter, values are views of the line. */
typedef struct jsonlog_datapoint {
    double value;           /**< finite */
    size_t dimension_count; /**< 0 if any dimension has no value in the line (nothing, null, an
                                 object, an array, an empty text): CloudWatch then drops them all */
    struct {
        const char *name;
        jsonlog_found value; /**< jsonlog_found_text() writes it */
    } dimensions[JSONLOG_DIMENSIONS_MAX];
    bool is_default; /**< the line did not match, or had no value, and the default stands in */
} jsonlog_datapoint;

/**
 * Make a metric filter; everything CloudWatch refuses at PutMetricFilter is refused here, with its
 * message where one was recorded.
 *
 * @param out  set on success only; free with jsonlog_metric_filter_free().
 * @param err  may be NULL; `offset` is into the pattern if that is at fault, else
 *             JSONLOG_NO_OFFSET, and the text names the option.
 * @return JSONLOG_OK; JSONLOG_E_SYNTAX (pattern or reference); JSONLOG_E_LIMIT; JSONLOG_E_INVALID;
 *         JSONLOG_E_NOT_FOUND (a field that the pattern does not have); JSONLOG_E_UNSUPPORTED (a
 *         wildcard, or references with a pattern that names no values); JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_status jsonlog_metric_filter_new(const jsonlog_metric_filter_options *options,
                                                     jsonlog_metric_filter **out, jsonlog_err *err);

/**
 * The datapoint of a line, if it gives one.
 *
 *     the line                                         value
 *     matches, and the value is a number, or a text
 *     that is nothing but a number                     that number
 *     matches, and the value is missing or null        the default, if there is one
 *     matches, and the value is anything else          none
 *     does not match                                   the default, if there is one
 *
 * A number beyond the range of a double is none. Each line that does not match gives the default
 * anew, as CloudWatch does: three of them are three samples.
 *
 * @param out  set if the line gives a datapoint.
 * @return whether it does.
 */
JSONLOG_API bool jsonlog_metric_filter_apply(const jsonlog_metric_filter *filter, const char *line,
                                             size_t len, jsonlog_datapoint *out);

/** @return the compiled pattern, borrowed. */
JSONLOG_API const jsonlog_filter *jsonlog_metric_filter_get_filter(
    const jsonlog_metric_filter *filter);

/** @return name, namespace (NULL: none was given) and unit ("None"), borrowed. */
JSONLOG_API const char *jsonlog_metric_filter_get_name(const jsonlog_metric_filter *filter);
JSONLOG_API const char *jsonlog_metric_filter_get_namespace(const jsonlog_metric_filter *filter);
JSONLOG_API const char *jsonlog_metric_filter_get_unit(const jsonlog_metric_filter *filter);

/** NULL does nothing. */
JSONLOG_API void jsonlog_metric_filter_free(jsonlog_metric_filter *filter);

#ifdef __cplusplus
}
#endif
#endif
