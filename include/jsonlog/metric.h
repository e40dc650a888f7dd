#ifndef JSONLOG_METRIC_H
#define JSONLOG_METRIC_H
/**
 * Metrics: records that CloudWatch turns into metrics (embedded metric format, EMF).
 *
 *     jsonlog_metric(log, "Payments", jsonlog_dimensions("service", "pay"),
 *                    "latency", jsonlog_ms(12.5),
 *                    "requests", jsonlog_count(1),
 *                    "requestId", id);
 *
 *     {"timestamp":"…","logType":"INFO","logger":"payment","_aws":{"Timestamp":1795334865784,
 *      "CloudWatchMetrics":[{"Namespace":"Payments","Dimensions":[["service"]],"Metrics":[
 *      {"Name":"latency","Unit":"Milliseconds"},{"Name":"requests","Unit":"Count"}]}]},
 *      "service":"pay","latency":12.5,"requests":1,"requestId":"7f3a"}
 *
 * A pair whose value is made by jsonlog_measure() or one of its short forms is a metric; any other
 * pair is a plain property, there for whoever searches the logs. The record goes the way of all
 * records of its logger, at INFO, with bound, scope and static fields: give metrics a logger of
 * their own where INFO is switched off or where they shall go elsewhere.
 *
 * CloudWatch stores a wrong event as a log line, makes no metric of it and says nothing. So every
 * limit is checked here, at the call; what breaks one is not written but answered with an ERROR
 * record of the logger "jsonlog" that names the limit, the name at fault and the call site, at most
 * once a second and site ("suppressed" counts the others), and counted in jsonlog_stats. The same
 * happens to a line that does not fit its handler's cap with all dimensions and metrics in it:
 * plain properties are shortened, what CloudWatch reads never is.
 *
 * Whatever names and shapes a JSON formatter has, the names of metrics and dimensions stand as they
 * are given, at the top of the line: they are neither renamed nor split at dots nor left out, and
 * they take the place of an attribute of the record (timestamp, …) that has their name. A formatter
 * whose only attribute is "_aws" writes nothing but the event:
 *
 *     const char *const names[] = {"_aws"};
 *     options.names = names;
 *     options.name_count = 1;
 *
 * A prefix, an indent, or a formatter that is not JSON makes lines that CloudWatch cannot read. The
 * fields of metrics are exempt from sampling. A filter that removes one, or sets it to a value of
 * another type, has the record dropped and reported.
 *
 * Threads, signals, fork: as logger.h.
 * Source: CloudWatch user guide, "Specification: Embedded metric format".
 */
#include <jsonlog/logger.h>

/* Compilers then report a wrong call at the call, without the steps of the expansion. */
#if defined(__GNUC__) && !defined(JSONLOG_HEADER_WARNINGS)
#pragma GCC system_header
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Name, number, and CloudWatch's text for it. */
#define JSONLOG_UNIT_LIST(X)                        \
    X(NONE, 0, "None")                              \
    X(SECONDS, 1, "Seconds")                        \
    X(MICROSECONDS, 2, "Microseconds")              \
    X(MILLISECONDS, 3, "Milliseconds")              \
    X(BYTES, 4, "Bytes")                            \
    X(KILOBYTES, 5, "Kilobytes")                    \
    X(MEGABYTES, 6, "Megabytes")                    \
    X(GIGABYTES, 7, "Gigabytes")                    \
    X(TERABYTES, 8, "Terabytes")                    \
    X(BITS, 9, "Bits")                              \
    X(KILOBITS, 10, "Kilobits")                     \
    X(MEGABITS, 11, "Megabits")                     \
    X(GIGABITS, 12, "Gigabits")                     \
    X(TERABITS, 13, "Terabits")                     \
    X(PERCENT, 14, "Percent")                       \
    X(COUNT, 15, "Count")                           \
    X(BYTES_PER_SECOND, 16, "Bytes/Second")         \
    X(KILOBYTES_PER_SECOND, 17, "Kilobytes/Second") \
    X(MEGABYTES_PER_SECOND, 18, "Megabytes/Second") \
    X(GIGABYTES_PER_SECOND, 19, "Gigabytes/Second") \
    X(TERABYTES_PER_SECOND, 20, "Terabytes/Second") \
    X(BITS_PER_SECOND, 21, "Bits/Second")           \
    X(KILOBITS_PER_SECOND, 22, "Kilobits/Second")   \
    X(MEGABITS_PER_SECOND, 23, "Megabits/Second")   \
    X(GIGABITS_PER_SECOND, 24, "Gigabits/Second")   \
    X(TERABITS_PER_SECOND, 25, "Terabits/Second")   \
    X(COUNT_PER_SECOND, 26, "Count/Second")

/** The units there are. */
typedef enum jsonlog_unit {
#define JSONLOG_UNIT_ENUM(name, value, text) JSONLOG_UNIT_##name = (value),
    JSONLOG_UNIT_LIST(JSONLOG_UNIT_ENUM)
#undef JSONLOG_UNIT_ENUM
} jsonlog_unit;

/* The limits of one event. Where CloudWatch's schema and its API differ, the narrower one. */
#define JSONLOG_EMF_METRICS_MAX        100
#define JSONLOG_EMF_DIMENSIONS_MAX     30   /**< of one set; 64 in all sets together */
#define JSONLOG_EMF_SETS_MAX           32   /**< ours: each set makes a metric of its own */
#define JSONLOG_EMF_VALUES_MAX         100  /**< in the array of one metric */
#define JSONLOG_EMF_NAMESPACE_MAX      255  /**< of A-Z a-z 0-9 . _ - / # : and not `:` first */
#define JSONLOG_EMF_NAME_MAX           255  /**< code points of a metric's name */
#define JSONLOG_EMF_DIMENSION_NAME_MAX 250  /**< printable ASCII, not blank, not `:` first */
#define JSONLOG_EMF_DIMENSION_MAX      1024 /**< bytes of a value: printable ASCII, not blank */

/** @return CloudWatch's text of a unit ("Bytes/Second"), static storage; NULL for other numbers. */
JSONLOG_API const char *jsonlog_unit_text(jsonlog_unit unit);

/* ---- values -------------------------------------------------------------------------------------
 */

/**
 * The value of a metric: any integer, float or double, or an array of up to 100 of them:
 * jsonlog_doubles(p, n), jsonlog_ints(p, n), …, jsonlog_array(12.5, 13). From -2^360 to 2^360,
 * neither NaN nor infinite. jsonlog_duration_ns(n) is written as seconds and goes with
 * JSONLOG_UNIT_SECONDS only. In an ordinary log call it is the plain number.
 */
#define jsonlog_measure(number, unit) \
    JSONLOG_TEMPORARY_(jsonlog_measured(JSONLOG_NUMBER_OF_(number), (unit), 0))
#define jsonlog_count(number)   jsonlog_measure(number, JSONLOG_UNIT_COUNT)
#define jsonlog_seconds(number) jsonlog_measure(number, JSONLOG_UNIT_SECONDS)
#define jsonlog_ms(number)      jsonlog_measure(number, JSONLOG_UNIT_MILLISECONDS)
#define jsonlog_us(number)      jsonlog_measure(number, JSONLOG_UNIT_MICROSECONDS)
#define jsonlog_percent(number) jsonlog_measure(number, JSONLOG_UNIT_PERCENT)

/** The same with a storage resolution: 1 second (which costs more), or 60, which is the default
 * and then spelled out. Anything else is refused at the call. */
#define jsonlog_measure_every(seconds, number, unit) \
    JSONLOG_TEMPORARY_(jsonlog_measured(JSONLOG_NUMBER_OF_(number), (unit), (seconds)))

/** The function under them, for jsonlog_metric_event: what the value points to is borrowed.
 *  @param resolution  0: not said; 1 or 60. */
JSONLOG_INLINE jsonlog_value jsonlog_measured(jsonlog_value value, jsonlog_unit unit,
                                              unsigned resolution) {
    value.flags |= (uint8_t)JSONLOG_VALUE_METRIC;
    value.detail = (uint16_t)(((unsigned)unit < 0xffu ? (unsigned)unit : 0xffu) |
                              (resolution < 0xffu ? resolution : 0xffu) << 8);
    return value;
}

/** One set of up to 30 dimensions: names, and values that are strings (jsonlog_string() and
 * jsonlog_text() too). jsonlog_dimensions() is a metric without dimensions. */
#define jsonlog_dimensions(...) \
    JSONLOG_DIMENSION_LIST_(    \
        JSONLOG_DIMENSIONS_NOW_(JSONLOG_SHAPE_OBJECT_(__VA_ARGS__), ~, __VA_ARGS__))

/** Up to 32 sets, each of which makes a metric:
 * jsonlog_dimension_sets(jsonlog_dimensions("service", s), jsonlog_dimensions("service", s,
 * "route", r)). A name has the same value in all of them. */
#define jsonlog_dimension_sets(...) \
    JSONLOG_DIMENSION_LIST_(        \
        JSONLOG_DIMENSION_SETS_NOW_(JSONLOG_SHAPE_ARRAY_(__VA_ARGS__), __VA_ARGS__))

/* ---- the call -----------------------------------------------------------------------------------
 */

/**
 * jsonlog_metric(log, namespace, dimensions, "name", value, …): up to 32 metrics and properties, at
 * least one of them a metric.
 *
 * @param log               evaluated once; NULL logs nothing.
 * @param metric_namespace  a string.
 * @param dimensions        jsonlog_dimensions(…) or jsonlog_dimension_sets(…).
 * Namespace, dimensions and values are evaluated only if INFO is on.
 */
#define jsonlog_metric(log, metric_namespace, dimensions, ...)                               \
    JSONLOG_METRIC_NOW_(JSONLOG_SHAPE_CALL_(metric_namespace, __VA_ARGS__), log, dimensions, \
                        metric_namespace, __VA_ARGS__)

/** An event with names made at run time. Start from JSONLOG_METRIC_EVENT_INIT. Everything is
 * borrowed until the call returns. */
typedef struct jsonlog_metric_event {
    size_t size;
    int level;                    /**< 0: INFO */
    const char *metric_namespace; /**< NUL-terminated */
    int64_t time_ms; /**< since 1970 UTC, at most 14 days ago and 2 hours ahead; 0: now */
    const jsonlog_field *dimensions; /**< names and strings */
    size_t dimension_count;          /**< at most 64 */
    const uint64_t *sets; /**< bit i stands for dimensions[i]; NULL: one set of all of them */
    size_t set_count;     /**< 0 with `sets` NULL */
    const jsonlog_field *metrics; /**< values from jsonlog_measured() */
    size_t metric_count;
    const jsonlog_field *properties; /**< plain ones; may be NULL */
    size_t property_count;
} jsonlog_metric_event;
#define JSONLOG_METRIC_EVENT_INIT JSONLOG_OPTIONS_INIT_(jsonlog_metric_event)

/**
 * Log an event.
 *
 * @param err  may be NULL.
 * @return JSONLOG_OK, also if the level is off; JSONLOG_E_INVALID or JSONLOG_E_LIMIT with err set
 *         for what CloudWatch would ignore; it is reported by an ERROR record as well (at most one
 *         a second for all calls of this function).
 */
JSONLOG_API jsonlog_status jsonlog_metric_log(jsonlog_logger *logger,
                                              const jsonlog_metric_event *event, jsonlog_err *err);

/** @cond under the macros */
JSONLOG_API void jsonlog_metric_values(jsonlog_logger *logger, const jsonlog_site *site,
                                       jsonlog_value dimensions, const jsonlog_value *values)
    __attribute__((cold));

/** What jsonlog_dimensions() and jsonlog_dimension_sets() are: the third argument of a metric call
 * and nothing else. */
struct jsonlog_dimensions_live_only_inside_a_metric_call {
    jsonlog_value jsonlog_value_;
};
typedef struct jsonlog_dimensions_live_only_inside_a_metric_call jsonlog_dimension_list;

JSONLOG_INLINE jsonlog_value jsonlog_from_dimensions(const jsonlog_dimension_list *list) {
    return list->jsonlog_value_;
}
/** @endcond */

#ifdef __cplusplus
}

namespace jsonlog_detail {
template <class T> inline jsonlog_value number_of(T &&v) {
    using D = std::decay_t<T>;
    static_assert((std::is_arithmetic_v<D> && !std::is_same_v<D, bool>) ||
                      std::is_same_v<D, jsonlog_value> || is_temporary<T>,
                  "jsonlog: jsonlog_a_metric_is_a_number_or_an_array_of_numbers");
    return value_of(static_cast<T &&>(v));
}
template <class T>
inline constexpr bool is_text =
    std::is_same_v<std::decay_t<T>, char *> || std::is_same_v<std::decay_t<T>, const char *> ||
    std::is_same_v<std::decay_t<T>, jsonlog_value> || is_temporary<T>;
template <class T> inline jsonlog_value dimension_of(T &&v) {
    static_assert(is_text<T>, "jsonlog: jsonlog_a_dimension_is_a_string");
    return value_of(static_cast<T &&>(v));
}
template <class T> inline jsonlog_value namespace_of(T &&v) {
    static_assert(is_text<T>, "jsonlog: jsonlog_a_namespace_is_a_string");
    return value_of(static_cast<T &&>(v));
}
template <class T> inline jsonlog_value dimensions_of(T &&list) {
    static_assert(std::is_same_v<std::decay_t<T>, jsonlog_dimension_list> &&
                      std::is_rvalue_reference_v<T &&>,
                  "jsonlog: jsonlog_the_third_argument_is_jsonlog_dimensions");
    return list.jsonlog_value_;
}
template <bool ok> constexpr unsigned assert_name() {
    static_assert(ok, "jsonlog: a name has 1 to 255 bytes");
    return 0;
}
template <bool ok> constexpr unsigned assert_set() {
    static_assert(ok, "jsonlog: more than 30 dimensions in a set");
    return 0;
}
} // namespace jsonlog_detail
#define JSONLOG_DIMENSION_LIST_(value) (jsonlog_dimension_list{value})
#define JSONLOG_DIMENSIONS_OF_(list)   (jsonlog_detail::dimensions_of(list))
#define JSONLOG_NUMBER_OF_(v)          (jsonlog_detail::number_of(v))
#define JSONLOG_DIMENSION_OF_(v)       (jsonlog_detail::dimension_of(v))
#define JSONLOG_NAMESPACE_OF_(v)       (jsonlog_detail::namespace_of(v))
#define JSONLOG_ASSERT_NAME_(ok)       (jsonlog_detail::assert_name<(ok)>())
#define JSONLOG_ASSERT_SET_(ok)        (jsonlog_detail::assert_set<(ok)>())

#else
/* Stand where something else is needed; the argument types never fit, and the names say why. */
struct jsonlog_a_metric_is_a_number_or_an_array_of_numbers {
    int unused;
};
struct jsonlog_a_dimension_is_a_string {
    int unused;
};
struct jsonlog_a_namespace_is_a_string {
    int unused;
};
struct jsonlog_the_third_argument_is_jsonlog_dimensions {
    int unused;
};
jsonlog_value jsonlog_a_metric_is_a_number_or_an_array_of_numbers(
    struct jsonlog_a_metric_is_a_number_or_an_array_of_numbers value);
jsonlog_value jsonlog_a_dimension_is_a_string(struct jsonlog_a_dimension_is_a_string value);
jsonlog_value jsonlog_a_namespace_is_a_string(struct jsonlog_a_namespace_is_a_string value);
jsonlog_value jsonlog_the_third_argument_is_jsonlog_dimensions(
    struct jsonlog_the_third_argument_is_jsonlog_dimensions value);

#define JSONLOG_DIMENSION_LIST_(value) \
    ((const struct jsonlog_dimensions_live_only_inside_a_metric_call[1]){{value}})
#define JSONLOG_DIMENSIONS_OF_(list) \
    _Generic((list),                                                                               \
        const jsonlog_dimension_list *: jsonlog_from_dimensions,                                   \
        default: jsonlog_the_third_argument_is_jsonlog_dimensions)(list)
#define JSONLOG_NUMBER_OF_(v) \
    _Generic((v),                                                                                  \
        char: jsonlog_from_int64,                                                                  \
        signed char: jsonlog_from_int64,                                                           \
        unsigned char: jsonlog_from_uint64,                                                        \
        short: jsonlog_from_int64,                                                                 \
        unsigned short: jsonlog_from_uint64,                                                       \
        int: jsonlog_from_int64,                                                                   \
        unsigned: jsonlog_from_uint64,                                                             \
        long: jsonlog_from_int64,                                                                  \
        unsigned long: jsonlog_from_uint64,                                                        \
        long long: jsonlog_from_int64,                                                             \
        unsigned long long: jsonlog_from_uint64,                                                   \
        float: jsonlog_from_float,                                                                 \
        double: jsonlog_from_double,                                                               \
        jsonlog_value: jsonlog_from_value,                                                         \
        const jsonlog_temporary *: jsonlog_from_temporary,                                         \
        default: jsonlog_a_metric_is_a_number_or_an_array_of_numbers)(v)
#define JSONLOG_TEXT_OF_(v, otherwise) \
    _Generic((v),                                                                                  \
        char *: jsonlog_from_string,                                                               \
        const char *: jsonlog_from_string,                                                         \
        jsonlog_value: jsonlog_from_value,                                                         \
        const jsonlog_temporary *: jsonlog_from_temporary,                                         \
        default: otherwise)(v)
#define JSONLOG_DIMENSION_OF_(v) JSONLOG_TEXT_OF_(v, jsonlog_a_dimension_is_a_string)
#define JSONLOG_NAMESPACE_OF_(v) JSONLOG_TEXT_OF_(v, jsonlog_a_namespace_is_a_string)
#define JSONLOG_ASSERT_NAME_(ok) JSONLOG_ASSERT_(ok, "jsonlog: a name has 1 to 255 bytes")
#define JSONLOG_ASSERT_SET_(ok)  JSONLOG_ASSERT_(ok, "jsonlog: more than 30 dimensions in a set")
#endif

/* ---- the macros under the macros ----------------------------------------------------------------
 */

#define JSONLOG_NAME_CHECK_(k, v)     +JSONLOG_ASSERT_NAME_(sizeof(#k) > 3 && sizeof(#k) <= 258)
#define JSONLOG_DIMENSION_ITEM_(k, v) JSONLOG_DIMENSION_OF_(v),

#define JSONLOG_DIMENSIONS_NOW_(shape, ...)                                             \
    jsonlog_from_keys(JSONLOG_KEYS_(shape, __VA_ARGS__),                                \
                      JSONLOG_FORM_(shape) + JSONLOG_CHECKS_(shape, __VA_ARGS__) +      \
                          JSONLOG_ASSERT_SET_(JSONLOG_CAT_(JSONLOG_N_, shape) != 31u && \
                                              JSONLOG_CAT_(JSONLOG_N_, shape) != 32u),  \
                      JSONLOG_CAT_(JSONLOG_DIMENSION_ITEMS_,                            \
                                   JSONLOG_CAT_(JSONLOG_ANY_, shape))(shape, __VA_ARGS__))
#define JSONLOG_DIMENSION_ITEMS_0(shape, ...) NULL
#define JSONLOG_DIMENSION_ITEMS_1(shape, ...) \
    JSONLOG_LIST_(JSONLOG_CAT_(JSONLOG_PAIRS_, shape)(JSONLOG_DIMENSION_ITEM_, __VA_ARGS__))

#define JSONLOG_DIMENSION_SETS_NOW_(shape, ...)                                              \
    jsonlog_from_values(JSONLOG_TYPE_ARRAY,                                                  \
                        JSONLOG_CAT_(JSONLOG_DIMENSION_SETS_ITEMS_,                          \
                                     JSONLOG_CAT_(JSONLOG_ANY_, shape))(shape, __VA_ARGS__), \
                        JSONLOG_FORM_(shape))
#define JSONLOG_DIMENSION_SETS_ITEMS_0(shape, ...) NULL
#define JSONLOG_DIMENSION_SETS_ITEMS_1(shape, ...) \
    JSONLOG_LIST_(JSONLOG_CAT_(JSONLOG_EACH_, shape)(JSONLOG_DIMENSIONS_OF_, __VA_ARGS__))

#define JSONLOG_METRIC_NOW_(shape, log, dimensions, ...)                                       \
    do {                                                                                       \
        jsonlog_logger *const jsonlog_logger_ = (log);                                         \
        if (JSONLOG_LEVEL_INFO >= JSONLOG_COMPILED_LEVEL &&                                    \
            JSONLOG_UNLIKELY(jsonlog_enabled(jsonlog_logger_, JSONLOG_LEVEL_INFO))) {          \
            JSONLOG_SITE_(shape, JSONLOG_LEVEL_INFO, __VA_ARGS__);                             \
            (void)(0u JSONLOG_CAT_(JSONLOG_PAIRS_, shape)(JSONLOG_NAME_CHECK_, __VA_ARGS__));  \
            jsonlog_metric_values(                                                             \
                jsonlog_logger_, &jsonlog_site_, JSONLOG_DIMENSIONS_OF_(dimensions),           \
                JSONLOG_VALUES_(                                                               \
                    shape, JSONLOG_NAMESPACE_OF_(JSONLOG_GIVEN_(JSONLOG_FIRST_(__VA_ARGS__))), \
                    __VA_ARGS__));                                                             \
        }                                                                                      \
    } while (0)

#endif
