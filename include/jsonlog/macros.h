#ifndef JSONLOG_MACROS_H
#define JSONLOG_MACROS_H
/**
 * How a log call is taken apart at compile time. Not to be used directly; read value.h and
 * logger.h.
 *
 * The arguments are counted once and the count picks one flat list macro, so that an error in an
 * argument is reported a few macro levels deep and not thirty. All keys of a call become one string
 * literal that is JSON already,
 *
 *     ",\"errorCode\":\0,\"user\":\0"
 *
 * walked by its NULs; the first comma is skipped inside objects. A stringified literal is two bytes
 * longer than the literal itself exactly if it is one plain literal without escapes: that is how
 * keys are checked.
 */
#include <jsonlog/status.h>

/* Compilers then report a wrong call at the call, without the steps of the expansion. */
#if defined(__GNUC__) && !defined(JSONLOG_HEADER_WARNINGS)
#pragma GCC system_header
#endif

/** Inline in C11 and C++ alike, and usable from users' own inline functions; the library holds the
 * one external definition. Always, because a log call is in the cold part of its function, where
 * compilers would rather call: through memory, which costs more than all that is written there. */
#define JSONLOG_INLINE JSONLOG_API inline __attribute__((always_inline))

#define JSONLOG_CAT_(a, b)         JSONLOG_CAT_NOW_(a, b)
#define JSONLOG_CAT_NOW_(a, b)     a##b
#define JSONLOG_FIRST_(...)        JSONLOG_FIRST_NOW_(__VA_ARGS__, ~)
#define JSONLOG_FIRST_NOW_(a, ...) a

/* The four sentences a wrong call is answered with. */
#define JSONLOG_SENTENCE_MESSAGE_ \
    "jsonlog: a log call needs a message: jsonlog_info(log, \"text\", \"key\", value)"
#define JSONLOG_SENTENCE_ODD_ \
    "jsonlog: after the message come pairs of \"key\", value; half of a pair is missing"
#define JSONLOG_SENTENCE_MANY_ \
    "jsonlog: more than 32 pairs or values here; nest some with jsonlog_object()"
#define JSONLOG_SENTENCE_KEY_                                                                     \
    "jsonlog: a key must be one plain string literal without escapes; for keys made at run time " \
    "there is jsonlog_log_fields()"

/* An assertion inside an expression; its value is 0. */
#ifdef __cplusplus
namespace jsonlog_detail {
template <bool ok> constexpr unsigned assert_message() {
    static_assert(ok, JSONLOG_SENTENCE_MESSAGE_);
    return 0;
}
template <bool ok> constexpr unsigned assert_even() {
    static_assert(ok, JSONLOG_SENTENCE_ODD_);
    return 0;
}
template <bool ok> constexpr unsigned assert_few() {
    static_assert(ok, JSONLOG_SENTENCE_MANY_);
    return 0;
}
template <bool ok> constexpr unsigned assert_key() {
    static_assert(ok, JSONLOG_SENTENCE_KEY_);
    return 0;
}
} // namespace jsonlog_detail
#define JSONLOG_ASSERT_MESSAGE_(ok) (jsonlog_detail::assert_message<(ok)>())
#define JSONLOG_ASSERT_EVEN_(ok)    (jsonlog_detail::assert_even<(ok)>())
#define JSONLOG_ASSERT_FEW_(ok)     (jsonlog_detail::assert_few<(ok)>())
#define JSONLOG_ASSERT_KEY_(ok)     (jsonlog_detail::assert_key<(ok)>())
#else
#define JSONLOG_ASSERT_(ok, sentence)  \
    (0u * (unsigned)sizeof(struct {    \
         _Static_assert(ok, sentence); \
         int jsonlog_unused_;          \
     }))
#define JSONLOG_ASSERT_MESSAGE_(ok) JSONLOG_ASSERT_(ok, JSONLOG_SENTENCE_MESSAGE_)
#define JSONLOG_ASSERT_EVEN_(ok)    JSONLOG_ASSERT_(ok, JSONLOG_SENTENCE_ODD_)
#define JSONLOG_ASSERT_FEW_(ok)     JSONLOG_ASSERT_(ok, JSONLOG_SENTENCE_MANY_)
#define JSONLOG_ASSERT_KEY_(ok)     JSONLOG_ASSERT_(ok, JSONLOG_SENTENCE_KEY_)
#endif

/* The value of an expression by its type; see value.h. */
#ifdef __cplusplus
#define jsonlog_value_of(v)    (jsonlog_detail::value_of(v))
#define JSONLOG_MESSAGE_OF_(m) (jsonlog_detail::message_of(m))
#define JSONLOG_LIST_(...)     (std::initializer_list<jsonlog_value>{__VA_ARGS__}.begin())
#define JSONLOG_TEXT_SPACE_    (jsonlog_detail::text_space().bytes)
#else
#define jsonlog_value_of(v) \
    _Generic((v),                                                                                  \
        bool: jsonlog_from_bool,                                                                   \
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
        char *: jsonlog_from_string,                                                               \
        const char *: jsonlog_from_string,                                                         \
        void *: jsonlog_from_address,                                                              \
        const void *: jsonlog_from_address,                                                        \
        struct timespec: jsonlog_from_timespec,                                                    \
        jsonlog_value: jsonlog_from_value,                                                         \
        const jsonlog_temporary *: jsonlog_from_temporary,                                         \
        default: jsonlog_this_type_has_no_json_form)(v)

#define JSONLOG_MESSAGE_OF_(m) \
    _Generic((m),                                                                                  \
        char *: jsonlog_from_string,                                                               \
        const char *: jsonlog_from_string,                                                         \
        void *: jsonlog_from_address,                                                              \
        const jsonlog_temporary *: jsonlog_from_temporary,                                         \
        default: jsonlog_the_message_must_be_a_string_or_jsonlog_text)(m)

#define JSONLOG_LIST_(...)  ((const jsonlog_value[]){__VA_ARGS__})
#define JSONLOG_TEXT_SPACE_ ((char[JSONLOG_TEXT_MAX]){0})
#endif

/* What is done to each pair: its part of the key literal, its value, its check. */
#define JSONLOG_PAIR_KEY_(k, v)   "," #k ":\0"
#define JSONLOG_PAIR_VALUE_(k, v) , jsonlog_value_of(v)
#define JSONLOG_PAIR_ITEM_(k, v)  jsonlog_value_of(v),
#define JSONLOG_PAIR_CHECK_(k, v) +JSONLOG_ASSERT_KEY_(JSONLOG_IS_PLAIN_LITERAL_(k, #k))
#ifdef __cplusplus
#define JSONLOG_IS_PLAIN_LITERAL_(k, text) \
    (sizeof(text) == sizeof(k) + 2 && text[0] == '"' && __builtin_constant_p(k))
#else
#define JSONLOG_IS_PLAIN_LITERAL_(k, text)                       \
    (sizeof(text) == sizeof(k) + 2 && __builtin_constant_p(k) && \
     _Generic((k), char * : 1, const char * : 1, default : 0))
#endif

/* Pieces of a call: `list` is one of the JSONLOG_PAIRS_… macros. */
#define JSONLOG_KEYS_(shape, ...) \
    JSONLOG_CAT_(JSONLOG_PAIRS_, shape)(JSONLOG_PAIR_KEY_, __VA_ARGS__) ""
#define JSONLOG_CHECKS_(shape, ...) \
    (0u JSONLOG_CAT_(JSONLOG_PAIRS_, shape)(JSONLOG_PAIR_CHECK_, __VA_ARGS__))
#define JSONLOG_FORM_(shape)                                        \
    (JSONLOG_CAT_(JSONLOG_N_, shape) +                              \
     JSONLOG_ASSERT_EVEN_(JSONLOG_CAT_(JSONLOG_N_, shape) != 97u) + \
     JSONLOG_ASSERT_FEW_(JSONLOG_CAT_(JSONLOG_N_, shape) != 98u) +  \
     JSONLOG_ASSERT_MESSAGE_(JSONLOG_CAT_(JSONLOG_N_, shape) != 99u))
#define JSONLOG_N_ODD  97u
#define JSONLOG_N_MANY 98u
#define JSONLOG_N_NONE 99u
#define JSONLOG_PAIRS_ODD(op, ...)
#define JSONLOG_PAIRS_MANY(op, ...)
#define JSONLOG_PAIRS_NONE(op, ...)
#define JSONLOG_EACH_MANY(op, ...)

/* The first argument, or an empty text where there is none and the sentence has been said. */
#define JSONLOG_GIVEN_(first)   JSONLOG_CAT_(JSONLOG_GIVEN_, JSONLOG_EMPTINESS_(first))(first)
#define JSONLOG_GIVEN_01(first) ""
#define JSONLOG_GIVEN_00(first) first
#define JSONLOG_GIVEN_10(first) first
#define JSONLOG_GIVEN_11(first) first

/* Message and values as one array; the message is its element 0. */
#define JSONLOG_VALUES_(shape, message, ...) \
    JSONLOG_LIST_(message JSONLOG_CAT_(JSONLOG_PAIRS_, shape)(JSONLOG_PAIR_VALUE_, __VA_ARGS__))

/* The items of an object or array, or NULL where there are none. */
#define JSONLOG_OBJECT_(...) JSONLOG_OBJECT_NOW_(JSONLOG_SHAPE_OBJECT_(__VA_ARGS__), ~, __VA_ARGS__)
#define JSONLOG_OBJECT_NOW_(shape, ...)                                           \
    jsonlog_from_keys(JSONLOG_KEYS_(shape, __VA_ARGS__),                          \
                      JSONLOG_FORM_(shape) + JSONLOG_CHECKS_(shape, __VA_ARGS__), \
                      JSONLOG_CAT_(JSONLOG_OBJECT_ITEMS_,                         \
                                   JSONLOG_CAT_(JSONLOG_ANY_, shape))(shape, __VA_ARGS__))
#define JSONLOG_OBJECT_ITEMS_0(shape, ...) NULL
#define JSONLOG_OBJECT_ITEMS_1(shape, ...) \
    JSONLOG_LIST_(JSONLOG_CAT_(JSONLOG_PAIRS_, shape)(JSONLOG_PAIR_ITEM_, __VA_ARGS__))

#define JSONLOG_ARRAY_(type, ...) \
    JSONLOG_ARRAY_NOW_(JSONLOG_SHAPE_ARRAY_(__VA_ARGS__), type, __VA_ARGS__)
#define JSONLOG_ARRAY_NOW_(shape, type, ...)                                                       \
    jsonlog_from_values(                                                                           \
        type,                                                                                      \
        JSONLOG_CAT_(JSONLOG_ARRAY_ITEMS_, JSONLOG_CAT_(JSONLOG_ANY_, shape))(shape, __VA_ARGS__), \
        JSONLOG_FORM_(shape))
#define JSONLOG_ARRAY_ITEMS_0(shape, ...) NULL
#define JSONLOG_ARRAY_ITEMS_1(shape, ...) \
    JSONLOG_LIST_(JSONLOG_CAT_(JSONLOG_EACH_, shape)(jsonlog_value_of, __VA_ARGS__))

/* One argument may be none at all: a macro name followed by `()` becomes a comma only behind
 * nothing. */
#define JSONLOG_COMMA_(...)               ,
#define JSONLOG_IS_TWO_(...)              JSONLOG_IS_TWO_NOW_(__VA_ARGS__, 1, 0, ~)
#define JSONLOG_IS_TWO_NOW_(a, b, n, ...) n
#define JSONLOG_EMPTINESS_(first) \
    JSONLOG_CAT_(JSONLOG_IS_TWO_(JSONLOG_COMMA_ first), JSONLOG_IS_TWO_(JSONLOG_COMMA_ first()))
#define JSONLOG_ONE_CALL_(first)   JSONLOG_CAT_(JSONLOG_ONE_CALL_, JSONLOG_EMPTINESS_(first))
#define JSONLOG_ONE_CALL_01        NONE
#define JSONLOG_ONE_CALL_00        P0
#define JSONLOG_ONE_CALL_10        P0
#define JSONLOG_ONE_CALL_11        P0
#define JSONLOG_ONE_OBJECT_(first) JSONLOG_CAT_(JSONLOG_ONE_OBJECT_, JSONLOG_EMPTINESS_(first))
#define JSONLOG_ONE_OBJECT_01      P0
#define JSONLOG_ONE_OBJECT_00      ODD
#define JSONLOG_ONE_OBJECT_10      ODD
#define JSONLOG_ONE_OBJECT_11      ODD
#define JSONLOG_ONE_ARRAY_(first)  JSONLOG_CAT_(JSONLOG_ONE_ARRAY_, JSONLOG_EMPTINESS_(first))
#define JSONLOG_ONE_ARRAY_01       P0
#define JSONLOG_ONE_ARRAY_00       P1
#define JSONLOG_ONE_ARRAY_10       P1
#define JSONLOG_ONE_ARRAY_11       P1

/* The lists stand as they are counted. */
/* clang-format off */
#define JSONLOG_PICK_(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17,  \
    _18, _19, _20, _21, _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, _33, _34, _35,      \
    _36, _37, _38, _39, _40, _41, _42, _43, _44, _45, _46, _47, _48, _49, _50, _51, _52, _53,      \
    _54, _55, _56, _57, _58, _59, _60, _61, _62, _63, _64, _65, _66, _67, _68, _69, _70, _71,      \
    _72, _73, _74, _75, _76, _77, _78, _79, _80, _81, _82, _83, _84, _85, _86, _87, _88, _89,      \
    _90, _91, _92, _93, _94, _95, _96, _97, _98, _99, _100, pick, ...) pick
#define JSONLOG_SHAPE_CALL_(...) JSONLOG_PICK_(__VA_ARGS__, MANY, MANY, MANY, MANY, MANY, MANY,    \
    MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY,      \
    MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, P32, ODD,  \
    P31, ODD, P30, ODD, P29, ODD, P28, ODD, P27, ODD, P26, ODD, P25, ODD, P24, ODD, P23, ODD,      \
    P22, ODD, P21, ODD, P20, ODD, P19, ODD, P18, ODD, P17, ODD, P16, ODD, P15, ODD, P14, ODD,      \
    P13, ODD, P12, ODD, P11, ODD, P10, ODD, P9, ODD, P8, ODD, P7, ODD, P6, ODD, P5, ODD, P4, ODD,  \
    P3, ODD, P2, ODD, P1, ODD, JSONLOG_ONE_CALL_(JSONLOG_FIRST_(__VA_ARGS__)), ~)
#define JSONLOG_SHAPE_OBJECT_(...) JSONLOG_PICK_(__VA_ARGS__, MANY, MANY, MANY, MANY, MANY, MANY,  \
    MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY,      \
    MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY,      \
    P32, ODD, P31, ODD, P30, ODD, P29, ODD, P28, ODD, P27, ODD, P26, ODD, P25, ODD, P24, ODD,      \
    P23, ODD, P22, ODD, P21, ODD, P20, ODD, P19, ODD, P18, ODD, P17, ODD, P16, ODD, P15, ODD,      \
    P14, ODD, P13, ODD, P12, ODD, P11, ODD, P10, ODD, P9, ODD, P8, ODD, P7, ODD, P6, ODD, P5,      \
    ODD, P4, ODD, P3, ODD, P2, ODD, P1, JSONLOG_ONE_OBJECT_(JSONLOG_FIRST_(__VA_ARGS__)), ~)
#define JSONLOG_SHAPE_ARRAY_(...) JSONLOG_PICK_(__VA_ARGS__, MANY, MANY, MANY, MANY, MANY, MANY,   \
    MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY,      \
    MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY,      \
    MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY,      \
    MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY,      \
    MANY, MANY, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17,    \
    P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, JSONLOG_ONE_ARRAY_(JSONLOG_FIRST_(__VA_ARGS__)), ~)

#define JSONLOG_PAIRS_P0(op, ...)
#define JSONLOG_PAIRS_P1(op, m, k1, v1)                                                            \
    op(k1, v1)
#define JSONLOG_PAIRS_P2(op, m, k1, v1, k2, v2)                                                    \
    op(k1, v1) op(k2, v2)
#define JSONLOG_PAIRS_P3(op, m, k1, v1, k2, v2, k3, v3)                                            \
    op(k1, v1) op(k2, v2) op(k3, v3)
#define JSONLOG_PAIRS_P4(op, m, k1, v1, k2, v2, k3, v3, k4, v4)                                    \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4)
#define JSONLOG_PAIRS_P5(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5)                            \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5)
#define JSONLOG_PAIRS_P6(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6)                    \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6)
#define JSONLOG_PAIRS_P7(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7)            \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7)
#define JSONLOG_PAIRS_P8(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8)    \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)
#define JSONLOG_PAIRS_P9(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,    \
    k9, v9)                                                                                        \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9)
#define JSONLOG_PAIRS_P10(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10)                                                                              \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10)
#define JSONLOG_PAIRS_P11(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11)                                                                    \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11)
#define JSONLOG_PAIRS_P12(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12)                                                          \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12)
#define JSONLOG_PAIRS_P13(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13)                                                \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13)
#define JSONLOG_PAIRS_P14(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14)                                      \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14)
#define JSONLOG_PAIRS_P15(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15)                            \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)
#define JSONLOG_PAIRS_P16(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16)                  \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16)
#define JSONLOG_PAIRS_P17(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17)        \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17)
#define JSONLOG_PAIRS_P18(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18)                                                                                           \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18)
#define JSONLOG_PAIRS_P19(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19)                                                                                 \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19)
#define JSONLOG_PAIRS_P20(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20)                                                                       \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20)
#define JSONLOG_PAIRS_P21(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20, k21, v21)                                                             \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20) op(k21, v21)
#define JSONLOG_PAIRS_P22(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20, k21, v21, k22, v22)                                                   \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20) op(k21, v21) op(k22, v22)
#define JSONLOG_PAIRS_P23(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20, k21, v21, k22, v22, k23, v23)                                         \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20) op(k21, v21) op(k22, v22)     \
    op(k23, v23)
#define JSONLOG_PAIRS_P24(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20, k21, v21, k22, v22, k23, v23, k24, v24)                               \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20) op(k21, v21) op(k22, v22)     \
    op(k23, v23) op(k24, v24)
#define JSONLOG_PAIRS_P25(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20, k21, v21, k22, v22, k23, v23, k24, v24, k25, v25)                     \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20) op(k21, v21) op(k22, v22)     \
    op(k23, v23) op(k24, v24) op(k25, v25)
#define JSONLOG_PAIRS_P26(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20, k21, v21, k22, v22, k23, v23, k24, v24, k25, v25, k26, v26)           \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20) op(k21, v21) op(k22, v22)     \
    op(k23, v23) op(k24, v24) op(k25, v25) op(k26, v26)
#define JSONLOG_PAIRS_P27(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20, k21, v21, k22, v22, k23, v23, k24, v24, k25, v25, k26, v26, k27, v27) \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20) op(k21, v21) op(k22, v22)     \
    op(k23, v23) op(k24, v24) op(k25, v25) op(k26, v26) op(k27, v27)
#define JSONLOG_PAIRS_P28(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20, k21, v21, k22, v22, k23, v23, k24, v24, k25, v25, k26, v26, k27,      \
    v27, k28, v28)                                                                                 \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20) op(k21, v21) op(k22, v22)     \
    op(k23, v23) op(k24, v24) op(k25, v25) op(k26, v26) op(k27, v27) op(k28, v28)
#define JSONLOG_PAIRS_P29(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20, k21, v21, k22, v22, k23, v23, k24, v24, k25, v25, k26, v26, k27,      \
    v27, k28, v28, k29, v29)                                                                       \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20) op(k21, v21) op(k22, v22)     \
    op(k23, v23) op(k24, v24) op(k25, v25) op(k26, v26) op(k27, v27) op(k28, v28) op(k29, v29)
#define JSONLOG_PAIRS_P30(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20, k21, v21, k22, v22, k23, v23, k24, v24, k25, v25, k26, v26, k27,      \
    v27, k28, v28, k29, v29, k30, v30)                                                             \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20) op(k21, v21) op(k22, v22)     \
    op(k23, v23) op(k24, v24) op(k25, v25) op(k26, v26) op(k27, v27) op(k28, v28) op(k29, v29)     \
    op(k30, v30)
#define JSONLOG_PAIRS_P31(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20, k21, v21, k22, v22, k23, v23, k24, v24, k25, v25, k26, v26, k27,      \
    v27, k28, v28, k29, v29, k30, v30, k31, v31)                                                   \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20) op(k21, v21) op(k22, v22)     \
    op(k23, v23) op(k24, v24) op(k25, v25) op(k26, v26) op(k27, v27) op(k28, v28) op(k29, v29)     \
    op(k30, v30) op(k31, v31)
#define JSONLOG_PAIRS_P32(op, m, k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8,   \
    k9, v9, k10, v10, k11, v11, k12, v12, k13, v13, k14, v14, k15, v15, k16, v16, k17, v17, k18,   \
    v18, k19, v19, k20, v20, k21, v21, k22, v22, k23, v23, k24, v24, k25, v25, k26, v26, k27,      \
    v27, k28, v28, k29, v29, k30, v30, k31, v31, k32, v32)                                         \
    op(k1, v1) op(k2, v2) op(k3, v3) op(k4, v4) op(k5, v5) op(k6, v6) op(k7, v7) op(k8, v8)        \
    op(k9, v9) op(k10, v10) op(k11, v11) op(k12, v12) op(k13, v13) op(k14, v14) op(k15, v15)       \
    op(k16, v16) op(k17, v17) op(k18, v18) op(k19, v19) op(k20, v20) op(k21, v21) op(k22, v22)     \
    op(k23, v23) op(k24, v24) op(k25, v25) op(k26, v26) op(k27, v27) op(k28, v28) op(k29, v29)     \
    op(k30, v30) op(k31, v31) op(k32, v32)

#define JSONLOG_EACH_P0(op, v)
#define JSONLOG_EACH_P1(op, v1)                                                                    \
    op(v1)
#define JSONLOG_EACH_P2(op, v1, v2)                                                                \
    op(v1), op(v2)
#define JSONLOG_EACH_P3(op, v1, v2, v3)                                                            \
    op(v1), op(v2), op(v3)
#define JSONLOG_EACH_P4(op, v1, v2, v3, v4)                                                        \
    op(v1), op(v2), op(v3), op(v4)
#define JSONLOG_EACH_P5(op, v1, v2, v3, v4, v5)                                                    \
    op(v1), op(v2), op(v3), op(v4), op(v5)
#define JSONLOG_EACH_P6(op, v1, v2, v3, v4, v5, v6)                                                \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6)
#define JSONLOG_EACH_P7(op, v1, v2, v3, v4, v5, v6, v7)                                            \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7)
#define JSONLOG_EACH_P8(op, v1, v2, v3, v4, v5, v6, v7, v8)                                        \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8)
#define JSONLOG_EACH_P9(op, v1, v2, v3, v4, v5, v6, v7, v8, v9)                                    \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9)
#define JSONLOG_EACH_P10(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10)                              \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10)
#define JSONLOG_EACH_P11(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11)                         \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11)
#define JSONLOG_EACH_P12(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12)                    \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12)
#define JSONLOG_EACH_P13(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13)               \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13)
#define JSONLOG_EACH_P14(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14)          \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14)
#define JSONLOG_EACH_P15(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15)     \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15)
#define JSONLOG_EACH_P16(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16)                                                                                           \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16)
#define JSONLOG_EACH_P17(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17)                                                                                      \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17)
#define JSONLOG_EACH_P18(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18)                                                                                 \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18)
#define JSONLOG_EACH_P19(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19)                                                                            \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19)
#define JSONLOG_EACH_P20(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20)                                                                       \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20)
#define JSONLOG_EACH_P21(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20, v21)                                                                  \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20), op(v21)
#define JSONLOG_EACH_P22(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20, v21, v22)                                                             \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20), op(v21),      \
    op(v22)
#define JSONLOG_EACH_P23(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20, v21, v22, v23)                                                        \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20), op(v21),      \
    op(v22), op(v23)
#define JSONLOG_EACH_P24(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20, v21, v22, v23, v24)                                                   \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20), op(v21),      \
    op(v22), op(v23), op(v24)
#define JSONLOG_EACH_P25(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20, v21, v22, v23, v24, v25)                                              \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20), op(v21),      \
    op(v22), op(v23), op(v24), op(v25)
#define JSONLOG_EACH_P26(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26)                                         \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20), op(v21),      \
    op(v22), op(v23), op(v24), op(v25), op(v26)
#define JSONLOG_EACH_P27(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27)                                    \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20), op(v21),      \
    op(v22), op(v23), op(v24), op(v25), op(v26), op(v27)
#define JSONLOG_EACH_P28(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27, v28)                               \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20), op(v21),      \
    op(v22), op(v23), op(v24), op(v25), op(v26), op(v27), op(v28)
#define JSONLOG_EACH_P29(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27, v28, v29)                          \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20), op(v21),      \
    op(v22), op(v23), op(v24), op(v25), op(v26), op(v27), op(v28), op(v29)
#define JSONLOG_EACH_P30(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27, v28, v29, v30)                     \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20), op(v21),      \
    op(v22), op(v23), op(v24), op(v25), op(v26), op(v27), op(v28), op(v29), op(v30)
#define JSONLOG_EACH_P31(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27, v28, v29, v30, v31)                \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20), op(v21),      \
    op(v22), op(v23), op(v24), op(v25), op(v26), op(v27), op(v28), op(v29), op(v30), op(v31)
#define JSONLOG_EACH_P32(op, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15,     \
    v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27, v28, v29, v30, v31, v32)           \
    op(v1), op(v2), op(v3), op(v4), op(v5), op(v6), op(v7), op(v8), op(v9), op(v10), op(v11),      \
    op(v12), op(v13), op(v14), op(v15), op(v16), op(v17), op(v18), op(v19), op(v20), op(v21),      \
    op(v22), op(v23), op(v24), op(v25), op(v26), op(v27), op(v28), op(v29), op(v30), op(v31),      \
    op(v32)

#define JSONLOG_N_P0 0
#define JSONLOG_N_P1 1
#define JSONLOG_N_P2 2
#define JSONLOG_N_P3 3
#define JSONLOG_N_P4 4
#define JSONLOG_N_P5 5
#define JSONLOG_N_P6 6
#define JSONLOG_N_P7 7
#define JSONLOG_N_P8 8
#define JSONLOG_N_P9 9
#define JSONLOG_N_P10 10
#define JSONLOG_N_P11 11
#define JSONLOG_N_P12 12
#define JSONLOG_N_P13 13
#define JSONLOG_N_P14 14
#define JSONLOG_N_P15 15
#define JSONLOG_N_P16 16
#define JSONLOG_N_P17 17
#define JSONLOG_N_P18 18
#define JSONLOG_N_P19 19
#define JSONLOG_N_P20 20
#define JSONLOG_N_P21 21
#define JSONLOG_N_P22 22
#define JSONLOG_N_P23 23
#define JSONLOG_N_P24 24
#define JSONLOG_N_P25 25
#define JSONLOG_N_P26 26
#define JSONLOG_N_P27 27
#define JSONLOG_N_P28 28
#define JSONLOG_N_P29 29
#define JSONLOG_N_P30 30
#define JSONLOG_N_P31 31
#define JSONLOG_N_P32 32

#define JSONLOG_ANY_P0 0
#define JSONLOG_ANY_P1 1
#define JSONLOG_ANY_P2 1
#define JSONLOG_ANY_P3 1
#define JSONLOG_ANY_P4 1
#define JSONLOG_ANY_P5 1
#define JSONLOG_ANY_P6 1
#define JSONLOG_ANY_P7 1
#define JSONLOG_ANY_P8 1
#define JSONLOG_ANY_P9 1
#define JSONLOG_ANY_P10 1
#define JSONLOG_ANY_P11 1
#define JSONLOG_ANY_P12 1
#define JSONLOG_ANY_P13 1
#define JSONLOG_ANY_P14 1
#define JSONLOG_ANY_P15 1
#define JSONLOG_ANY_P16 1
#define JSONLOG_ANY_P17 1
#define JSONLOG_ANY_P18 1
#define JSONLOG_ANY_P19 1
#define JSONLOG_ANY_P20 1
#define JSONLOG_ANY_P21 1
#define JSONLOG_ANY_P22 1
#define JSONLOG_ANY_P23 1
#define JSONLOG_ANY_P24 1
#define JSONLOG_ANY_P25 1
#define JSONLOG_ANY_P26 1
#define JSONLOG_ANY_P27 1
#define JSONLOG_ANY_P28 1
#define JSONLOG_ANY_P29 1
#define JSONLOG_ANY_P30 1
#define JSONLOG_ANY_P31 1
#define JSONLOG_ANY_P32 1
#define JSONLOG_ANY_ODD 0
#define JSONLOG_ANY_MANY 0
/* clang-format on */

#endif
