#ifndef JSONLOG_FAILURES_HPP
#define JSONLOG_FAILURES_HPP
/**
 * How exceptions and error codes become values; read value.hpp.
 *
 *     try { save(order); }
 *     catch (const std::exception &e) {
 *         jsonlog_error(log, "save failed", "error", e);
 *     }
 *
 *     {…,"errorMessage":"save failed","error":"cannot save order 7: disk full"}
 *
 * The chain is that of std::throw_with_nested(), outermost first, up to 16 links; an exception that
 * is no std::exception is "unknown exception". It is written by the formatter's rules for
 * jsonlog_causes(): as one text, as an array, or taken apart by a preset. Without RTTI or without
 * exceptions there is what() alone.
 */
#include <jsonlog/value.hpp>

#if defined(__cpp_exceptions) && defined(__cpp_rtti)
#define JSONLOG_HAS_NESTED_ 1
#include <typeinfo>
#endif

namespace jsonlog::detail {

struct causes {
    static constexpr std::size_t max = 16;
    jsonlog_value links[max];
    std::size_t count = 0;

    void add(const char *what) noexcept { links[count++] = jsonlog_from_string(what); }
    jsonlog_value value() const noexcept {
        return count == 1 ? links[0] : jsonlog_from_values(JSONLOG_TYPE_CAUSES, links, count);
    }
};

#ifdef JSONLOG_HAS_NESTED_

/*
 * The std::exception that a pointer holds; nullptr if it is of another type. To throw it once more
 * and catch it would allocate, so libstdc++ is asked with the functions that its own handlers use.
 * What is found lives as long as the pointer does, in either way.
 */
inline const std::exception *held_by(const std::exception_ptr &pointer) noexcept {
#ifdef __GLIBCXX__
    void *object = nullptr;
    static_assert(sizeof pointer == sizeof object, "an exception_ptr of libstdc++");
    __builtin_memcpy(&object, &pointer, sizeof object);
    const bool is_one =
        typeid(std::exception).__do_catch(pointer.__cxa_exception_type(), &object, 1);
    return is_one ? static_cast<const std::exception *>(object) : nullptr;
#else
    try {
        std::rethrow_exception(pointer);
    } catch (const std::exception &e) {
        return &e;
    } catch (...) {
        return nullptr;
    }
#endif
}

inline void add_nested(causes &chain, const std::exception *at) noexcept {
    while (at != nullptr && chain.count < causes::max) {
        chain.add(at->what());
        const auto *outer = dynamic_cast<const std::nested_exception *>(at);
        if (outer == nullptr || outer->nested_ptr() == nullptr || chain.count == causes::max)
            return;
        /* Held by `outer`, so it outlives this copy of the pointer. */
        at = held_by(outer->nested_ptr());
        if (at == nullptr)
            chain.add("unknown exception");
    }
}

template <class T> struct adapter<T, kind::exception_pointer> {
    using space = causes;
    static jsonlog_value value(const T &v, causes &chain) noexcept {
        if (v == nullptr)
            return jsonlog_null();
        if (const std::exception *held = held_by(v))
            add_nested(chain, held);
        else
            chain.add("unknown exception");
        return chain.value();
    }
};

#else

inline void add_nested(causes &chain, const std::exception *at) noexcept {
    chain.add(at->what());
}

#endif

template <class T> struct adapter<T, kind::exception> {
    using space = causes;
    static jsonlog_value value(const T &v, causes &chain) noexcept {
        add_nested(chain, &v);
        return chain.value();
    }
};

/* The categories of errno have names and texts of the library's own, which take no memory. */
template <class T> inline bool is_errno(const T &error) noexcept {
    return error.category() == std::generic_category() ||
           error.category() == std::system_category();
}

template <class T> void write_foreign(Writer &out, const T &error) {
    out.object("code", error.value(), "name", error.category().name(), "text", error.message());
}

template <class T> struct adapter<T, kind::error_code> {
    static jsonlog_value value(const T &error, no_space &) noexcept {
        return is_errno(error) ? jsonlog_errno(error.value()) : called<T, write_foreign<T>>(error);
    }
    static void write(Writer &out, const T &error) {
        if (is_errno(error))
            out.value(jsonlog_errno(error.value()));
        else
            write_foreign(out, error);
    }
};

} // namespace jsonlog::detail

#endif
