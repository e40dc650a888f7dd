#ifndef JSONLOG_CONTAINERS_HPP
#define JSONLOG_CONTAINERS_HPP
/** How containers become arrays and objects; read value.hpp. */
#include <jsonlog/scalars.hpp>

#include <charconv>

namespace jsonlog::detail {

/* What lies in one piece of memory is handed over as such, and copied by the library where it is to
 * be kept. */
template <class T> struct adapter<T, kind::array> {
    static jsonlog_value value(const T &v, no_space &) noexcept {
        const void *elements = std::data(v);
        return jsonlog_from_pointer(array_type<element_t<T>>(), elements == nullptr ? "" : elements,
                                    std::size(v));
    }
};

/* Characters and bytes of which nobody can say whether they are text. */
template <class E>
inline constexpr bool is_unclear =
    is_char<E> || std::is_same_v<E, unsigned char> || std::is_same_v<E, wchar_t> ||
    std::is_same_v<E, char16_t> || std::is_same_v<E, char32_t>;

template <class T> struct adapter<T, kind::range> {
    static_assert(!is_unclear<element_t<T>>,
                  "jsonlog: text, bytes or numbers? say jsonlog_string() or jsonlog_bytes(), or use "
                  "std::string, std::byte or another integer; wide characters have no JSON form");
    static void write(Writer &out, const T &v) {
        out.begin_array();
        for (const auto &element : v)
            out.value(element);
        out.end_array();
    }
};

template <class T> struct adapter<T, kind::tuple> {
    static void write(Writer &out, const T &v) {
        std::apply([&out](const auto &...parts) { out.array(parts...); }, v);
    }
};

template <class K> void write_key(Writer &out, const K &key) {
    if constexpr (kind_of<K>() == kind::trait_text) {
        const std::string_view text = Trait<K>::text(key);
        out.key(text);
    } else if constexpr (std::is_enum_v<K>) {
        write_key(out, static_cast<std::underlying_type_t<K>>(key));
    } else if constexpr (is_path<K>) {
        out.key(key.native());
    } else if constexpr (is_text<K>) {
        const jsonlog_value text = text_of(key);
        out.key({text.as.string == nullptr ? "null" : text.as.string,
                 text.as.string == nullptr ? 4 : text.with.len});
    } else {
        using wide = std::conditional_t<std::is_signed_v<K>, long long, unsigned long long>;
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, static_cast<wide>(key)).ptr;
        out.key({digits, static_cast<std::size_t>(end - digits)});
    }
}

template <class T> struct adapter<T, kind::object> {
    static void write(Writer &out, const T &v) {
        out.begin_object();
        for (const auto &[key, value] : v) {
            write_key(out, key);
            out.value(value);
        }
        out.end_object();
    }
};

} // namespace jsonlog::detail

#endif
