#ifndef JSONLOG_KIND_HPP
#define JSONLOG_KIND_HPP
/**
 * What sort of value a type is. Not to be used directly; read value.hpp.
 *
 * The order of kind_of() is the order of preference: a std::string is a range, too, and a
 * std::filesystem::path a range of paths.
 */
#include <jsonlog/trait.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <variant>

namespace jsonlog::detail {

template <class T> using bare = std::remove_cv_t<std::remove_reference_t<T>>;

template <class T, template <class...> class Template> inline constexpr bool is_a = false;
template <class... Parts, template <class...> class Template>
inline constexpr bool is_a<Template<Parts...>, Template> = true;

/* ---- what a trait has ---- */

template <class T, class = void> inline constexpr bool has_text = false;
template <class T>
inline constexpr bool
    has_text<T, std::void_t<decltype(Trait<T>::text(std::declval<const T &>()))>> = true;
template <class T, class = void> inline constexpr bool has_value = false;
template <class T>
inline constexpr bool
    has_value<T, std::void_t<decltype(Trait<T>::value(std::declval<const T &>()))>> = true;
template <class T, class = void> inline constexpr bool has_write = false;
template <class T>
inline constexpr bool has_write<T, std::void_t<decltype(Trait<T>::write(
                                       std::declval<Writer &>(), std::declval<const T &>()))>> =
    true;

/* ---- what a type looks like ---- */

template <class T>
inline constexpr bool is_char = std::is_same_v<T, char>
#ifdef __cpp_char8_t
                                || std::is_same_v<T, char8_t>
#endif
    ;

/* Types that C knows; value.h has the list. */
template <class T>
inline constexpr bool is_plain =
    jsonlog_detail::is_temporary<T> || std::is_same_v<T, jsonlog_value> ||
    (std::is_arithmetic_v<T> && sizeof(T) <= 8) || std::is_same_v<T, std::nullptr_t> ||
    std::is_same_v<T, char *> || std::is_same_v<T, const char *> || std::is_same_v<T, void *> ||
    std::is_same_v<T, const void *> || std::is_same_v<T, timespec> ||
    (std::is_array_v<T> && std::is_same_v<std::remove_cv_t<std::remove_extent_t<T>>, char>);

#ifdef __cpp_char8_t
template <class T>
inline constexpr bool is_text = std::is_convertible_v<const T &, std::string_view> ||
                                std::is_convertible_v<const T &, std::u8string_view>;
#else
template <class T>
inline constexpr bool is_text = std::is_convertible_v<const T &, std::string_view>;
#endif

template <class T, class = void> inline constexpr bool is_path = false;
template <class T>
inline constexpr bool
    is_path<T, std::enable_if_t<std::is_same_v<decltype(std::declval<const T &>().native()),
                                               const typename T::string_type &> &&
                                is_char<typename T::value_type>>> = true;

template <class T>
inline constexpr bool is_pointer_like =
    is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr> || is_a<T, std::optional>;

template <class T, class = void> struct element { using type = void; };
template <class T> struct element<T, std::void_t<decltype(std::end(std::declval<const T &>()))>> {
    using type = bare<decltype(*std::begin(std::declval<const T &>()))>;
};
template <class T> using element_t = typename element<T>::type;

template <class T>
inline constexpr bool is_range = !std::is_void_v<element_t<T>> && !std::is_same_v<element_t<T>, T>;

/* Elements in one piece of memory. */
template <class T, class = void> inline constexpr bool is_contiguous = std::is_array_v<T>;
template <class T>
inline constexpr bool is_contiguous<
    T, std::enable_if_t<std::is_pointer_v<decltype(std::data(std::declval<const T &>()))> &&
                        !std::is_void_v<decltype(std::size(std::declval<const T &>()))>>> = true;

/* The C array that holds such elements, JSONLOG_TYPE_NULL if there is none. */
template <class E> constexpr jsonlog_type array_type() {
    if constexpr (std::is_same_v<E, int>)
        return JSONLOG_TYPE_INTS;
    else if constexpr (std::is_same_v<E, std::int64_t>)
        return JSONLOG_TYPE_INT64S;
    else if constexpr (std::is_same_v<E, std::uint64_t>)
        return JSONLOG_TYPE_UINT64S;
    else if constexpr (std::is_same_v<E, double>)
        return JSONLOG_TYPE_DOUBLES;
    else if constexpr (std::is_same_v<E, bool>)
        return JSONLOG_TYPE_BOOLS;
    else if constexpr (std::is_same_v<E, const char *> || std::is_same_v<E, char *>)
        return JSONLOG_TYPE_STRINGS;
    else if constexpr (std::is_same_v<E, std::byte>)
        return JSONLOG_TYPE_BYTES;
    else
        return JSONLOG_TYPE_NULL;
}

template <class T, class = void> inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<
    T, std::void_t<typename T::key_type, typename T::mapped_type,
                   decltype(std::declval<T &>()[std::declval<const typename T::key_type &>()])>> =
    true;

/* Keys that can stand in an object. */
template <class K>
inline constexpr bool is_key = has_text<K> || is_text<K> || is_path<K> || std::is_enum_v<K> ||
                               (std::is_integral_v<K> && !std::is_same_v<K, bool> &&
                                sizeof(K) <= 8);

/* A map with such keys, of which each is there once. A multimap has no operator[]. */
template <class T, class = void> inline constexpr bool is_object = false;
template <class T>
inline constexpr bool is_object<T, std::enable_if_t<is_map<T>>> = is_key<typename T::key_type>;

template <class T, class = void> inline constexpr bool is_tuple = false;
template <class T>
inline constexpr bool is_tuple<T, std::void_t<decltype(std::tuple_size<T>::value)>> = true;

/* ---- the kinds ---- */

enum class kind {
    trait_text,
    trait_value,
    trait_write,
    plain,
    number, /* an enum without a name */
    text,
    path,
    duration,
    time,
    pointer,
    reference,
    variant,
    nothing,
    error_code,
    exception,
    exception_pointer,
    array,
    object,
    range,
    tuple,
    none,
};

template <class T> constexpr kind kind_of_class() {
    if constexpr (is_text<T>)
        return kind::text;
    else if constexpr (is_path<T>)
        return kind::path;
    else if constexpr (is_a<T, std::chrono::duration>)
        return kind::duration;
    else if constexpr (is_a<T, std::chrono::time_point>)
        return kind::time;
    else if constexpr (is_pointer_like<T>)
        return kind::pointer;
    else if constexpr (is_a<T, std::reference_wrapper>)
        return kind::reference;
    else if constexpr (is_a<T, std::variant>)
        return kind::variant;
    else if constexpr (std::is_same_v<T, std::nullopt_t> || std::is_same_v<T, std::monostate>)
        return kind::nothing;
    else if constexpr (std::is_same_v<T, std::error_code> ||
                       std::is_same_v<T, std::error_condition>)
        return kind::error_code;
    else if constexpr (std::is_base_of_v<std::exception, T>)
        return kind::exception;
    else if constexpr (std::is_same_v<T, std::exception_ptr>)
        return kind::exception_pointer;
    else
        return kind::none;
}

template <class T> constexpr kind kind_of_container() {
    if constexpr (is_contiguous<T> && array_type<element_t<T>>() != JSONLOG_TYPE_NULL)
        return kind::array;
    else if constexpr (is_object<T>)
        return kind::object;
    else if constexpr (is_range<T>)
        return kind::range;
    else if constexpr (is_tuple<T>)
        return kind::tuple;
    else
        return kind::none;
}

/** @param T  without reference, const and volatile. */
template <class T> constexpr kind kind_of() {
    if constexpr (has_text<T>)
        return kind::trait_text;
    else if constexpr (has_value<T>)
        return kind::trait_value;
    else if constexpr (has_write<T>)
        return kind::trait_write;
    else if constexpr (is_plain<T>)
        return kind::plain;
    else if constexpr (std::is_enum_v<T>)
        return kind::number;
    else if constexpr (kind_of_class<T>() != kind::none)
        return kind_of_class<T>();
    else
        return kind_of_container<T>();
}

} // namespace jsonlog::detail

#endif
