#ifndef JSONLOG_SCALARS_HPP
#define JSONLOG_SCALARS_HPP
/** How texts, enums, times, and what may be empty become values; read value.hpp. */
#include <jsonlog/value.hpp>

namespace jsonlog::detail {

/* A view without bytes is an empty text; only a null pointer is null. */
inline jsonlog_value text_value(std::string_view text) noexcept {
    return jsonlog_string(text.data() == nullptr ? "" : text.data(), text.size());
}

template <class T> inline jsonlog_value text_of(const T &v) {
    if constexpr (std::is_pointer_v<T>) {
        if (v == nullptr)
            return jsonlog_null();
    }
    if constexpr (std::is_convertible_v<const T &, std::string_view>) {
        return text_value(v);
    } else {
#ifdef __cpp_char8_t
        const std::u8string_view text = v;
        return text_value({reinterpret_cast<const char *>(text.data()), text.size()});
#endif
    }
}

template <class T> struct adapter<T, kind::text> {
    static jsonlog_value value(const T &v, no_space &) noexcept {
        JSONLOG_TRY_ {
            return text_of(v);
        }
        JSONLOG_CATCH_ALL_ {
            return failure();
        }
    }
};

template <class T> struct adapter<T, kind::path> {
    static jsonlog_value value(const T &v, no_space &) noexcept { return text_of(v.native()); }
};

template <class T> struct adapter<T, kind::trait_text> {
    using text = decltype(Trait<T>::text(std::declval<const T &>()));
    static_assert(std::is_same_v<bare<text>, std::string_view> ||
                      std::is_same_v<std::decay_t<text>, const char *>,
                  "jsonlog: Trait::text() returns a std::string_view or const char * that outlives "
                  "the log call; for a std::string there is Trait::value()");
    static jsonlog_value value(const T &v, no_space &) noexcept {
        JSONLOG_TRY_ {
            if constexpr (std::is_same_v<bare<text>, std::string_view>)
                return text_value(Trait<T>::text(v));
            else
                return jsonlog_from_string(Trait<T>::text(v));
        }
        JSONLOG_CATCH_ALL_ {
            return failure();
        }
    }
};

template <class T> struct adapter<T, kind::trait_value> {
    static void write(Writer &out, const T &v) { out.value(Trait<T>::value(v)); }
};

template <class T> struct adapter<T, kind::trait_write> {
    static void write(Writer &out, const T &v) { Trait<T>::write(out, v); }
};

template <class T> struct adapter<T, kind::number> {
    static jsonlog_value value(const T &v, no_space &) noexcept {
        return jsonlog_detail::value_of(static_cast<std::underlying_type_t<T>>(v));
    }
};

/* ---- time ---- */

/* Whole nanoseconds, or the limit where they do not fit. */
template <class Rep, class Period>
inline jsonlog_value duration_value(const std::chrono::duration<Rep, Period> &span) noexcept {
    using wide = std::chrono::duration<long double, std::nano>;
    constexpr long double limit = 9223372036854775807.0L;
    constexpr bool is_exact = !std::chrono::treat_as_floating_point_v<Rep> &&
                              std::ratio_divide<Period, std::nano>::den == 1;
    const long double nanoseconds = std::chrono::duration_cast<wide>(span).count();
    if (nanoseconds != nanoseconds)
        return jsonlog_null();
    if (nanoseconds >= limit)
        return jsonlog_duration_ns(INT64_MAX);
    if (nanoseconds <= -limit)
        return jsonlog_duration_ns(INT64_MIN);
    if constexpr (is_exact)
        return jsonlog_duration_ns(
            std::chrono::duration_cast<std::chrono::nanoseconds>(span).count());
    else
        return jsonlog_duration_ns(
            static_cast<std::int64_t>(nanoseconds + (nanoseconds < 0 ? -0.5L : 0.5L)));
}

template <class T> struct adapter<T, kind::duration> {
    static jsonlog_value value(const T &v, no_space &) noexcept { return duration_value(v); }
};

template <class T> struct adapter<T, kind::time> {
    static_assert(std::is_same_v<typename T::clock, std::chrono::system_clock>,
                  "jsonlog: only time points of std::chrono::system_clock have a date");
    static jsonlog_value value(const T &v, no_space &) noexcept {
        const jsonlog_value since = duration_value(v.time_since_epoch());
        if (since.type != JSONLOG_TYPE_DURATION)
            return since;
        constexpr std::int64_t second = 1000000000;
        timespec time{};
        time.tv_sec = static_cast<time_t>(since.as.i64 / second);
        time.tv_nsec = static_cast<long>(since.as.i64 % second);
        if (time.tv_nsec < 0) {
            time.tv_sec--;
            time.tv_nsec += static_cast<long>(second);
        }
        return jsonlog_time(time);
    }
};

/* ---- what may hold another value ---- */

template <class T> struct adapter<T, kind::nothing> {
    static jsonlog_value value(const T &, no_space &) noexcept { return jsonlog_null(); }
};

/* What C knows has no adapter. */
template <class T>
inline jsonlog_value value_inside(const T &v, typename space_of<T>::type &space) noexcept {
    if constexpr (kind_of<T>() == kind::plain || kind_of<T>() == kind::none)
        return jsonlog_detail::value_of(v);
    else
        return value_in<T>(v, space);
}

template <class T> using pointee = bare<decltype(*std::declval<const T &>())>;

template <class T> struct adapter<T, kind::pointer> {
    using space = typename space_of<pointee<T>>::type;
    static jsonlog_value value(const T &v, space &inner) noexcept {
        return v ? value_inside<pointee<T>>(*v, inner) : jsonlog_null();
    }
    static void write(Writer &out, const T &v) {
        if (v)
            out.value(*v);
        else
            out.value(nullptr);
    }
};

template <class T> struct adapter<T, kind::reference> {
    using target = std::remove_cv_t<typename T::type>;
    using space = typename space_of<target>::type;
    static jsonlog_value value(const T &v, space &inner) noexcept {
        return value_inside<target>(v.get(), inner);
    }
    static void write(Writer &out, const T &v) { out.value(v.get()); }
};

template <class... Held> struct adapter<std::variant<Held...>, kind::variant> {
    using held = std::variant<Held...>;
    using space = std::tuple<typename space_of<Held>::type...>;
    static jsonlog_value value(const held &v, space &inner) noexcept {
        return value_at(v, inner, std::index_sequence_for<Held...>());
    }
    static void write(Writer &out, const held &v) {
        if (v.valueless_by_exception())
            out.value(nullptr);
        else
            std::visit([&out](const auto &one) { out.value(one); }, v);
    }

  private:
    template <std::size_t... at>
    static jsonlog_value value_at(const held &v, space &inner,
                                  std::index_sequence<at...>) noexcept {
        jsonlog_value value = jsonlog_null();
        const auto is_at = [&](const auto *one, auto &its) {
            if (one != nullptr)
                value = value_inside<bare<decltype(*one)>>(*one, its);
            return one != nullptr;
        };
        (is_at(std::get_if<at>(&v), std::get<at>(inner)) || ...);
        return value;
    }
};

} // namespace jsonlog::detail

#endif
