#ifndef JSONLOG_VALUE_HPP
#define JSONLOG_VALUE_HPP
/**
 * Values of C++ behind the keys of a log call.
 *
 *     jsonlog_error(log, "인증실패: " + reason,                    std::string, std::string_view
 *                   "user", user_name,
 *                   "age", std::optional<int>(),                  null
 *                   "roles", roles,                               a vector of strings: an array
 *                   "limits", limits,                             a map: an object
 *                   "after", 1500us, "at", system_clock::now(),   seconds, RFC 3339
 *                   "error", exception);                          "outer: inner: root"
 *
 * (As with all macros, a comma in braces or angle brackets needs parentheses round the value.)
 *
 * Include it, or <jsonlog/jsonlog.hpp>, instead of the C header; the macros are the same.
 *
 *     what                                    becomes
 *     all of value.h                          as there
 *     std::string, std::string_view, what     a string, any bytes; an empty view is ""
 *       converts to it, char8_t texts,
 *       std::filesystem::path
 *     enums                                   their number, or their Trait's text
 *     std::chrono::duration                   seconds, as jsonlog_duration_ns(); beyond 292 years
 *                                               the limit; a NaN is null
 *     time points of system_clock             as jsonlog_time()
 *     std::optional, unique_ptr, shared_ptr   null or what is in it; reference_wrapper likewise
 *     std::variant                            what it holds; valueless: null
 *     std::error_code, std::error_condition   {"code","name","text"}: jsonlog_errno() for the
 *                                               categories of errno, else the category's name and
 *                                               what its message() says (which may allocate)
 *     exceptions, std::exception_ptr          jsonlog_causes() of what() and of what is nested
 *     containers, C arrays, ranges            arrays, with const begin() and end()
 *     maps by text, integer or enum           objects; a multimap is an array of [key, value]
 *     std::pair, std::tuple                   arrays
 *     containers of std::byte                 jsonlog_bytes(); of characters: say which
 *     types with a jsonlog::Trait             what that says: trait.hpp
 *
 * Lifetime. A log call copies nothing: a value points to your object, and containers and traits are
 * read while the record is written. All of that is over when the call returns, so temporaries are
 * fine as arguments. To bind fields to a logger or a scope copies them. What may not be done is to
 * keep a value: `jsonlog_value v = jsonlog_value_of(text + "!")` dangles like a string_view would.
 *
 * Cost. Nothing here allocates in a log call but what is named above, and numbers and text cost
 * what they cost in C.
 *
 * Exceptions. None leaves a log call: what a container, a trait or a conversion throws makes the
 * value "__could_not_encode__". (An argument that throws before the call is no part of it.)
 */
#include <jsonlog/logger.h>
#include <jsonlog/writer.hpp>

#include <pthread.h>

namespace jsonlog {

namespace detail {

/* The sentence a wrong type is answered with. */
#define JSONLOG_SENTENCE_NO_FORM_                                                 \
    "jsonlog: this type has no JSON form: specialise jsonlog::Trait for it, see " \
    "<jsonlog/trait.hpp>"

struct no_space {};

/* A kind has a function `value`, or a function `write` that is called with the record, or both:
 * then `value` is for the place behind a key, where formatters look at types, and `write` for
 * inside, where one callback must not lead to another. Space is what a value may point to until the
 * log call ends. */
template <class T, kind = kind_of<T>()> struct adapter { using space = no_space; };
template <class T, class = void> struct space_of { using type = no_space; };
template <class T> struct space_of<T, std::void_t<typename adapter<T>::space>> {
    using type = typename adapter<T>::space;
};

template <class T, class = void> inline constexpr bool has_direct = false;
template <class T>
inline constexpr bool
    has_direct<T, std::void_t<decltype(adapter<T>::value(
                      std::declval<const T &>(), std::declval<typename space_of<T>::type &>()))>> =
        true;

template <class T, class = void> inline constexpr bool is_written = false;
template <class T>
inline constexpr bool is_written<T, std::void_t<decltype(adapter<T>::write(
                                        std::declval<Writer &>(), std::declval<const T &>()))>> =
    true;

inline bool fail(jsonlog_writer *, void *) noexcept {
    return false;
}

/* A value that is the formatter's marker. */
inline jsonlog_value failure() noexcept {
    jsonlog_value value = jsonlog_call(fail, nullptr);
    value.count = Tree::mark;
    return value;
}

/* Cancelling a thread is an exception of its own that may not be caught: it waits. */
class uncancelled {
  public:
    uncancelled() noexcept { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state_); }
    ~uncancelled() { pthread_setcancelstate(state_, nullptr); }
    uncancelled(const uncancelled &) = delete;
    uncancelled &operator=(const uncancelled &) = delete;

  private:
    int state_ = 0;
};

template <class T> using write_fn = void (*)(Writer &out, const T &v);

template <class T> void write_any(Writer &out, const T &v) {
    out.value(v);
}

template <class T, write_fn<T> write> bool write_to(Writer &writer, const void *object) noexcept {
    const uncancelled hold;
    JSONLOG_TRY_ {
        write(writer, *static_cast<const T *>(object));
        return !writer.has_failed();
    }
    JSONLOG_CATCH_ALL_ {
        return false;
    }
}

/* The jsonlog_call_fn of a type. */
template <class T, write_fn<T> write> bool call(jsonlog_writer *out, void *object) noexcept {
    if (out == nullptr) {
        Writer writer(*Tree::current());
        return write_to<T, write>(writer, object);
    }
    Writer writer(out);
    return write_to<T, write>(writer, object);
}

template <class T, write_fn<T> write = write_any<T>> jsonlog_value called(const T &v) noexcept {
    const void *object = static_cast<const void *>(std::addressof(v));
    jsonlog_value value = jsonlog_call(call<T, write>, const_cast<void *>(object));
    value.count = Tree::mark;
    return value;
}

template <class T>
inline jsonlog_value value_in(const T &v, typename space_of<T>::type &space) noexcept {
    if constexpr (has_direct<T>)
        return adapter<T>::value(v, space);
    else
        return called(v);
}

/* The default argument lives as long as the log call's expression. */
template <class T, class Space = typename space_of<bare<T>>::type>
inline jsonlog_value value_of(T &&v, Space &&space = Space()) noexcept {
    constexpr kind of = kind_of<bare<T>>();
    static_assert(of != kind::none, JSONLOG_SENTENCE_NO_FORM_);
    if constexpr (of == kind::plain || of == kind::none)
        return jsonlog_detail::value_of(static_cast<T &&>(v));
    else
        return value_in<bare<T>>(v, space);
}

template <class T> inline jsonlog_value message_of(T &&m) noexcept {
    using U = bare<T>;
    if constexpr (kind_of<U>() == kind::text || kind_of<U>() == kind::trait_text)
        return value_of(static_cast<T &&>(m));
    else
        return jsonlog_detail::message_of(static_cast<T &&>(m));
}

} // namespace detail

template <class T> void Writer::value(const T &v) {
    if (!is_open())
        return;
    constexpr detail::kind of = detail::kind_of<T>();
    static_assert(of != detail::kind::none, JSONLOG_SENTENCE_NO_FORM_);
    if constexpr (of == detail::kind::plain || of == detail::kind::none) {
        put(jsonlog_detail::value_of(static_cast<const T &>(v)));
    } else if (nesting_ >= nesting_max) {
        put(jsonlog_from_string("__too_deep__"));
    } else {
        nesting_++;
        if constexpr (detail::is_written<T>)
            detail::adapter<T>::write(*this, v);
        else
            put(detail::value_of(v));
        nesting_--;
    }
}

} // namespace jsonlog

/* A message of such a type is no literal. */
namespace jsonlog_detail {
template <class T> inline const char *literal_of(const T &) {
    return nullptr;
}
} // namespace jsonlog_detail

#undef jsonlog_value_of
#define jsonlog_value_of(v) (::jsonlog::detail::value_of(v))
#undef JSONLOG_MESSAGE_OF_
#define JSONLOG_MESSAGE_OF_(m) (::jsonlog::detail::message_of(m))

/* Texts are used by the others. */
#include <jsonlog/scalars.hpp>
#include <jsonlog/containers.hpp>
#include <jsonlog/failures.hpp>

#endif
