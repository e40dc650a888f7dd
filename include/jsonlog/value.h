#ifndef JSONLOG_VALUE_H
#define JSONLOG_VALUE_H
/**
 * Values: what may stand behind a key.
 *
 *     jsonlog_error(log, "login failed",
 *                   "attempt", 3,                                   plain C values by their type
 *                   "user", jsonlog_object("id", id, "age", 20),    nested, up to 32 pairs each
 *                   "roles", jsonlog_array("admin", "ops"),
 *                   "token", jsonlog_secret(token),                 written as "***"
 *                   "after", jsonlog_duration_ns(elapsed));
 *
 * Plain values: every integer type, float, double, bool, char * and const char * (NULL gives null),
 * void * (an address as hexadecimal text, NULL gives null), struct timespec (RFC 3339 text).
 * Anything else needs a maker of this header, or does not compile.
 *
 * What C decides for you: in C11 and C17 `true` and `a == b` are int, so write jsonlog_bool(a ==
 * b); 'x' is int, so write jsonlog_char('x'); a bit-field needs a unary plus; a value with a comma
 * outside parentheses needs parentheses. `unsigned char *` does not compile: it is bytes or text,
 * say which.
 *
 * Everything a value points to is borrowed until the log call returns, and copied before anything
 * outlives the call. Objects, arrays and texts made inside a call have a type of their own that can
 * be neither stored in a jsonlog_value nor returned, so they cannot dangle.
 *
 * Makers are pure functions: any thread, signal handlers included; errno is not touched.
 */
#include <jsonlog/macros.h>
#include <jsonlog/status.h>

#include <time.h>

#ifdef __cplusplus
#include <initializer_list>
#include <type_traits>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** What a value holds. Numbers are part of the ABI. */
typedef enum jsonlog_type {
    JSONLOG_TYPE_NULL = 0,
    JSONLOG_TYPE_BOOL = 1,
    JSONLOG_TYPE_INT64 = 2,
    JSONLOG_TYPE_UINT64 = 3,
    JSONLOG_TYPE_DOUBLE = 4,
    JSONLOG_TYPE_FLOAT = 5,  /**< as.f64 holds a float; written with a float's digits */
    JSONLOG_TYPE_STRING = 6, /**< as.string, with.len bytes; any bytes */
    JSONLOG_TYPE_BYTES = 7,  /**< as.pointer, with.len bytes; written as base64 */
    JSONLOG_TYPE_OBJECT =
        8,                  /**< as.values, `count` of them; with.keys is the literal of all keys */
    JSONLOG_TYPE_ARRAY = 9, /**< as.values, with.len of them */
    JSONLOG_TYPE_FIELDS = 10,   /**< as.fields, with.len of them: an object with keys at run time */
    JSONLOG_TYPE_TIME = 11,     /**< as.i64 seconds since 1970 UTC and `count` nanoseconds */
    JSONLOG_TYPE_DURATION = 12, /**< as.i64 nanoseconds; written as seconds, a double */
    JSONLOG_TYPE_ERRNO = 13,    /**< as.i64; an object {"code","name","text"} */
    JSONLOG_TYPE_CAUSES = 14,   /**< as.values, with.len of them, outermost first */
    JSONLOG_TYPE_UUID = 15,     /**< as.pointer, 16 bytes */
    JSONLOG_TYPE_HEX = 16,      /**< as.u64; text "0x1f" */
    JSONLOG_TYPE_RAW = 17,      /**< as.string, with.len bytes of JSON, checked when written */
    JSONLOG_TYPE_CJSON = 18,    /**< as.pointer, a const cJSON * */
    JSONLOG_TYPE_CALL = 19,     /**< as.call, with.context */
    JSONLOG_TYPE_POINTER = 20,  /**< as.pointer, an address, never read */
    JSONLOG_TYPE_INTS = 21,     /**< as.pointer, with.len of int */
    JSONLOG_TYPE_INT64S = 22,
    JSONLOG_TYPE_UINT64S = 23,
    JSONLOG_TYPE_DOUBLES = 24,
    JSONLOG_TYPE_BOOLS = 25,
    JSONLOG_TYPE_STRINGS = 26, /**< as.pointer, with.len of const char * */
} jsonlog_type;

/** Bits of jsonlog_value.flags; the others are reserved and zero. */
enum {
    JSONLOG_VALUE_SECRET = 1,  /**< written as "***", whatever it holds */
    JSONLOG_VALUE_LITERAL = 2, /**< a string literal: same address, same text, for ever */
    JSONLOG_VALUE_METRIC = 4,  /**< made by jsonlog_measure(); `detail` has unit and resolution */
    JSONLOG_VALUE_CUT = 8,     /**< a text of jsonlog_text() that was too long for its space */
};

typedef struct jsonlog_value jsonlog_value;
typedef struct jsonlog_field jsonlog_field;
typedef struct jsonlog_writer jsonlog_writer;

/**
 * Writes one JSON value with the functions of jsonlog_writer below; see jsonlog_call().
 * @return false if it cannot: what it has written so far is replaced by "__could_not_encode__".
 */
typedef bool (*jsonlog_call_fn)(jsonlog_writer *writer, void *context);

/**
 * A typed value, 24 bytes. Make it with the functions below rather than by hand: a program that is
 * linked with the static library has what writes bytes, UUIDs, raw JSON, cJSON and callbacks only
 * if it calls the functions that make them. Without it such a value is "__could_not_encode__", and
 * counted.
 */
struct jsonlog_value {
    uint8_t type;    /**< a jsonlog_type */
    uint8_t flags;   /**< JSONLOG_VALUE_… */
    uint16_t detail; /**< of a message: the level of a record whose level is chosen at run time; of
                        a metric: unit and resolution; else 0 */
    uint32_t count;
    union {
        bool boolean;
        int64_t i64;
        uint64_t u64;
        double f64;
        const char *string;
        const void *pointer;
        const jsonlog_value *values;
        const jsonlog_field *fields;
        jsonlog_call_fn call;
    } as;
    union {
        size_t len;
        const char *keys;
        void *context;
    } with;
};

/** A key chosen at run time with its value, for jsonlog_log_fields(), bindings and options. */
struct jsonlog_field {
    const char *key; /**< any bytes; made valid UTF-8 and escaped when written; NULL is "null" */
    size_t key_len;  /**< in bytes; JSONLOG_NUL_TERMINATED: up to the NUL */
    jsonlog_value value;
};

#define JSONLOG_NUL_TERMINATED ((size_t)-1)

/** What jsonlog_object(), jsonlog_array(), jsonlog_causes() and jsonlog_text() are: usable as an
 * argument of a log call and nowhere else. */
struct jsonlog_objects_arrays_and_texts_live_only_inside_a_log_call {
    jsonlog_value jsonlog_value_;
};
typedef struct jsonlog_objects_arrays_and_texts_live_only_inside_a_log_call jsonlog_temporary;

/** Space of jsonlog_text() and of the …f calls, in bytes with a NUL; longer texts are cut and end
 * in `…`. */
#define JSONLOG_TEXT_MAX 1024

/** @cond the functions the macros choose between */
JSONLOG_INLINE jsonlog_value jsonlog_value_make(jsonlog_type type, size_t len) {
    jsonlog_value value;
    value.type = (uint8_t)type;
    value.flags = 0;
    value.detail = 0;
    value.count = 0;
    value.as.u64 = 0;
    value.with.len = len;
    return value;
}

JSONLOG_INLINE jsonlog_value jsonlog_from_pointer(jsonlog_type type, const void *pointer,
                                                  size_t len) {
    jsonlog_value value = jsonlog_value_make(pointer == NULL ? JSONLOG_TYPE_NULL : type, len);
    value.as.pointer = pointer;
    return value;
}

JSONLOG_INLINE jsonlog_value jsonlog_from_bool(bool b) {
    jsonlog_value value = jsonlog_value_make(JSONLOG_TYPE_BOOL, 0);
    value.as.boolean = b;
    return value;
}

JSONLOG_INLINE jsonlog_value jsonlog_from_int64(int64_t number) {
    jsonlog_value value = jsonlog_value_make(JSONLOG_TYPE_INT64, 0);
    value.as.i64 = number;
    return value;
}

JSONLOG_INLINE jsonlog_value jsonlog_from_uint64(uint64_t number) {
    jsonlog_value value = jsonlog_value_make(JSONLOG_TYPE_UINT64, 0);
    value.as.u64 = number;
    return value;
}

JSONLOG_INLINE jsonlog_value jsonlog_from_double(double number) {
    jsonlog_value value = jsonlog_value_make(JSONLOG_TYPE_DOUBLE, 0);
    value.as.f64 = number;
    return value;
}

JSONLOG_INLINE jsonlog_value jsonlog_from_float(float number) {
    jsonlog_value value = jsonlog_value_make(JSONLOG_TYPE_FLOAT, 0);
    value.as.f64 = (double)number;
    return value;
}

JSONLOG_INLINE jsonlog_value jsonlog_from_string(const char *string) {
    return jsonlog_from_pointer(JSONLOG_TYPE_STRING, string,
                                string == NULL ? 0 : __builtin_strlen(string));
}

JSONLOG_INLINE jsonlog_value jsonlog_from_address(const void *address) {
    return jsonlog_from_pointer(JSONLOG_TYPE_POINTER, address, 0);
}

JSONLOG_INLINE jsonlog_value jsonlog_from_timespec(struct timespec time) {
    jsonlog_value value = jsonlog_value_make(JSONLOG_TYPE_TIME, 0);
    value.count = (uint32_t)time.tv_nsec;
    value.as.i64 = (int64_t)time.tv_sec;
    return value;
}

JSONLOG_INLINE jsonlog_value jsonlog_from_value(jsonlog_value value) {
    return value;
}

JSONLOG_INLINE jsonlog_value jsonlog_from_temporary(const jsonlog_temporary *temporary) {
    return temporary->jsonlog_value_;
}

JSONLOG_INLINE jsonlog_value jsonlog_from_keys(const char *keys, uint32_t count,
                                               const jsonlog_value *values) {
    jsonlog_value value = jsonlog_value_make(JSONLOG_TYPE_OBJECT, 0);
    value.count = count;
    value.as.values = values;
    value.with.keys = keys;
    return value;
}

JSONLOG_INLINE jsonlog_value jsonlog_from_values(jsonlog_type type, const jsonlog_value *values,
                                                 size_t len) {
    jsonlog_value value = jsonlog_value_make(type, len);
    value.as.values = values;
    return value;
}

JSONLOG_INLINE jsonlog_value jsonlog_mark_secret(jsonlog_value value) {
    value.flags |= (uint8_t)JSONLOG_VALUE_SECRET;
    return value;
}

JSONLOG_INLINE jsonlog_value jsonlog_mark_message(jsonlog_value value, bool is_literal,
                                                  unsigned level) {
    if (is_literal)
        value.flags |= (uint8_t)JSONLOG_VALUE_LITERAL;
    value.detail = (uint16_t)level;
    return value;
}

/** Formats into the caller's space of JSONLOG_TEXT_MAX bytes. */
JSONLOG_API jsonlog_value jsonlog_format_text(char *space, const char *format, ...)
    JSONLOG_PRINTF(2, 3);

/** Chosen for a type with no JSON form; the argument type never fits, and its names say why. */
struct jsonlog_only_numbers_bool_strings_void_pointers_timespec_and_makers_of_value_h {
    int unused;
};
jsonlog_value jsonlog_this_type_has_no_json_form(
    struct jsonlog_only_numbers_bool_strings_void_pointers_timespec_and_makers_of_value_h value);
jsonlog_value jsonlog_the_message_must_be_a_string_or_jsonlog_text(
    struct jsonlog_only_numbers_bool_strings_void_pointers_timespec_and_makers_of_value_h value);
/** @endcond */

/** A string of `len` bytes, any bytes, NUL included; NULL gives null. */
JSONLOG_INLINE jsonlog_value jsonlog_string(const char *string, size_t len) {
    return jsonlog_from_pointer(JSONLOG_TYPE_STRING, string, len);
}

/** Bytes, written as base64 text (URL-safe alphabet with padding, as python-json-logger; the
 * formatter has options); NULL gives null. */
JSONLOG_API jsonlog_value jsonlog_bytes(const void *bytes, size_t len);

/** true or false, also for C11 expressions that are int. */
JSONLOG_INLINE jsonlog_value jsonlog_bool(bool b) {
    return jsonlog_from_bool(b);
}

/** null. */
JSONLOG_INLINE jsonlog_value jsonlog_null(void) {
    return jsonlog_value_make(JSONLOG_TYPE_NULL, 0);
}

/** A character as a string of one code point; a code point that does not exist becomes U+FFFD. */
JSONLOG_API jsonlog_value jsonlog_char(uint32_t code_point);

/**
 * A point in time (CLOCK_REALTIME), written as RFC 3339 UTC text with the formatter's precision.
 */
JSONLOG_INLINE jsonlog_value jsonlog_time(struct timespec time) {
    return jsonlog_from_timespec(time);
}

/** A span of time in nanoseconds, written as seconds: 1500000 gives 0.0015. */
JSONLOG_INLINE jsonlog_value jsonlog_duration_ns(int64_t nanoseconds) {
    jsonlog_value value = jsonlog_value_make(JSONLOG_TYPE_DURATION, 0);
    value.as.i64 = nanoseconds;
    return value;
}

/** An errno value: {"code":2,"name":"ENOENT","text":"No such file or directory"}, C locale. */
JSONLOG_INLINE jsonlog_value jsonlog_errno(int error) {
    jsonlog_value value = jsonlog_value_make(JSONLOG_TYPE_ERRNO, 0);
    value.as.i64 = error;
    return value;
}

/**
 * A UUID as 36 characters of text; 16 bytes are read when the record is written; NULL gives null.
 */
JSONLOG_API jsonlog_value jsonlog_uuid(const uint8_t *bytes16);

/** A number as hexadecimal text: 255 gives "0xff". */
JSONLOG_INLINE jsonlog_value jsonlog_hex(uint64_t number) {
    jsonlog_value value = jsonlog_value_make(JSONLOG_TYPE_HEX, 0);
    value.as.u64 = number;
    return value;
}

/**
 * A value that is JSON already. It is checked when written: one value, valid UTF-8, unique keys,
 * nesting up to 64; blanks between tokens are dropped. JSON that is none is written as a string
 * with the same bytes.
 */
JSONLOG_API jsonlog_value jsonlog_raw(const char *json, size_t len);

/**
 * A cJSON item: the tree is read when the record is written and stays yours; NULL gives null.
 * A number is written as its double (cJSON keeps no 64-bit integers); an integral one within 2^53
 * without fraction. Of equal keys the last one counts.
 */
struct cJSON;
JSONLOG_API jsonlog_value jsonlog_cjson(const struct cJSON *item);

/**
 * A value that a callback writes, called while the record is written, on the thread of the log
 * call: once per formatter, and again whenever a line over its cap has to be shortened, so it must
 * write the same each time. It may log (such a record never waits and may be dropped) but must not
 * block.
 * @param fn  NULL gives null.
 */
JSONLOG_API jsonlog_value jsonlog_call(jsonlog_call_fn fn, void *context);

/** Arrays of C values, borrowed; NULL gives null. A NULL string in an array is null. */
JSONLOG_INLINE jsonlog_value jsonlog_ints(const int *numbers, size_t count) {
    return jsonlog_from_pointer(JSONLOG_TYPE_INTS, numbers, count);
}
JSONLOG_INLINE jsonlog_value jsonlog_int64s(const int64_t *numbers, size_t count) {
    return jsonlog_from_pointer(JSONLOG_TYPE_INT64S, numbers, count);
}
JSONLOG_INLINE jsonlog_value jsonlog_uint64s(const uint64_t *numbers, size_t count) {
    return jsonlog_from_pointer(JSONLOG_TYPE_UINT64S, numbers, count);
}
JSONLOG_INLINE jsonlog_value jsonlog_doubles(const double *numbers, size_t count) {
    return jsonlog_from_pointer(JSONLOG_TYPE_DOUBLES, numbers, count);
}
JSONLOG_INLINE jsonlog_value jsonlog_bools(const bool *values, size_t count) {
    return jsonlog_from_pointer(JSONLOG_TYPE_BOOLS, values, count);
}
JSONLOG_INLINE jsonlog_value jsonlog_strings(const char *const *strings, size_t count) {
    return jsonlog_from_pointer(JSONLOG_TYPE_STRINGS, strings, count);
}

/** An array of values in the caller's storage, which must live until the log call returns. */
JSONLOG_INLINE jsonlog_value jsonlog_values(const jsonlog_value *values, size_t count) {
    return jsonlog_from_pointer(JSONLOG_TYPE_ARRAY, values, count);
}

/** An object with keys chosen at run time, in the caller's storage, likewise. Of equal keys the
 * last counts. */
JSONLOG_INLINE jsonlog_value jsonlog_fields(const jsonlog_field *fields, size_t count) {
    return jsonlog_from_pointer(JSONLOG_TYPE_FIELDS, fields, count);
}

/** One pair of such an object: `key` up to its NUL. */
JSONLOG_INLINE jsonlog_field jsonlog_field_make(const char *key, jsonlog_value value) {
    jsonlog_field field;
    field.key = key;
    field.key_len = JSONLOG_NUL_TERMINATED;
    field.value = value;
    return field;
}

/**
 * What a jsonlog_call_fn writes with. Exactly one value must be written; inside an object a key
 * before each value. Anything against that order makes the whole value "__could_not_encode__". Text
 * is escaped, cut like every other string, and the writer never fails: it stops when the line is
 * full.
 */
JSONLOG_API void jsonlog_write_value(jsonlog_writer *writer, jsonlog_value value);
JSONLOG_API void jsonlog_write_begin_object(jsonlog_writer *writer);
JSONLOG_API void jsonlog_write_key(jsonlog_writer *writer, const char *key, size_t len);
JSONLOG_API void jsonlog_write_end_object(jsonlog_writer *writer);
JSONLOG_API void jsonlog_write_begin_array(jsonlog_writer *writer);
JSONLOG_API void jsonlog_write_end_array(jsonlog_writer *writer);

#ifdef __cplusplus
}
#endif

#ifndef __cplusplus
_Static_assert(sizeof(void *) != 8 || sizeof(jsonlog_value) == 24, "jsonlog: ABI of jsonlog_value");

#else

static_assert(sizeof(void *) != 8 || sizeof(jsonlog_value) == 24, "jsonlog: ABI of jsonlog_value");

namespace jsonlog_detail {
template <class T>
inline constexpr bool is_temporary = std::is_same_v<std::decay_t<T>, jsonlog_temporary>;

template <class T> inline jsonlog_value value_of(T &&v) {
    using D = std::decay_t<T>;
    if constexpr (is_temporary<T>) {
        static_assert(std::is_rvalue_reference_v<T &&>,
                      "jsonlog: jsonlog_objects_arrays_and_texts_live_only_inside_a_log_call");
        return v.jsonlog_value_;
    } else if constexpr (std::is_same_v<D, jsonlog_value>) {
        return v;
    } else if constexpr (std::is_same_v<D, bool>) {
        return jsonlog_from_bool(v);
    } else if constexpr (std::is_enum_v<D>) {
        return value_of(static_cast<std::underlying_type_t<D>>(v));
    } else if constexpr (std::is_integral_v<D> && sizeof(D) <= 8) {
        if constexpr (std::is_signed_v<D>)
            return jsonlog_from_int64(v);
        else
            return jsonlog_from_uint64(v);
    } else if constexpr (std::is_same_v<D, float>) {
        return jsonlog_from_float(v);
    } else if constexpr (std::is_same_v<D, double>) {
        return jsonlog_from_double(v);
    } else if constexpr (std::is_same_v<D, char *> || std::is_same_v<D, const char *>) {
        return jsonlog_from_string(v);
    } else if constexpr (std::is_same_v<D, std::nullptr_t>) {
        return jsonlog_null();
    } else if constexpr (std::is_same_v<D, void *> || std::is_same_v<D, const void *>) {
        return jsonlog_from_address(v);
    } else if constexpr (std::is_same_v<D, struct timespec>) {
        return jsonlog_from_timespec(v);
    } else {
        static_assert(sizeof(D) == 0,
                      "jsonlog: jsonlog_this_type_has_no_json_form: pass a number, a bool, a "
                      "string, a void *, a timespec, or a maker of value.h");
        return jsonlog_null();
    }
}

template <class T> inline jsonlog_value message_of(T &&m) {
    using D = std::decay_t<T>;
    static_assert(is_temporary<T> || std::is_same_v<D, char *> || std::is_same_v<D, const char *> ||
                      std::is_same_v<D, std::nullptr_t>,
                  "jsonlog: jsonlog_the_message_must_be_a_string_or_jsonlog_text");
    return value_of(static_cast<T &&>(m));
}

struct text_space {
    char bytes[JSONLOG_TEXT_MAX];
};
} // namespace jsonlog_detail

#endif

/** jsonlog_value_of(v) is the value of any expression with a JSON form (a _Generic in C, a template
 * in C++); for jsonlog_write_value(), jsonlog_field_make() and arrays of values. Its definition
 * stands in macros.h. */

/* Here and not in macros.h, whose steps compilers do not show: a stored object is answered with the
 * type's name. */
#ifdef __cplusplus
#define JSONLOG_TEMPORARY_(value) (jsonlog_temporary{value})
#else
#define JSONLOG_TEMPORARY_(value) \
    ((const struct jsonlog_objects_arrays_and_texts_live_only_inside_a_log_call[1]){{value}})
#endif

/** An object of up to 32 pairs "key", value; jsonlog_object() without pairs is {}. */
#define jsonlog_object(...) JSONLOG_TEMPORARY_(JSONLOG_OBJECT_(__VA_ARGS__))

/** An array of up to 64 values of any types; jsonlog_array() without values is []. */
#define jsonlog_array(...) JSONLOG_TEMPORARY_(JSONLOG_ARRAY_(JSONLOG_TYPE_ARRAY, __VA_ARGS__))

/** An error chain, outermost first: strings, jsonlog_errno(e), anything. Written as one text
 *  "outer: inner: root", or as an array of texts by formatter option. */
#define jsonlog_causes(...) JSONLOG_TEMPORARY_(JSONLOG_ARRAY_(JSONLOG_TYPE_CAUSES, __VA_ARGS__))

/**
 * A printf text, checked by the compiler and bounded by JSONLOG_TEXT_MAX; as message or as value.
 */
#define jsonlog_text(...) JSONLOG_TEMPORARY_(jsonlog_format_text(JSONLOG_TEXT_SPACE_, __VA_ARGS__))

/** Any value, written as "***". Nothing of it is read. */
#define jsonlog_secret(v) JSONLOG_TEMPORARY_(jsonlog_mark_secret(jsonlog_value_of(v)))

/** Expands to exactly the pair and keeps it on one line under clang-format. */
#define jsonlog_kv(key, value) key, value

#endif
