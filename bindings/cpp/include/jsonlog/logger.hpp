#ifndef JSONLOG_LOGGER_HPP
#define JSONLOG_LOGGER_HPP
/**
 * Loggers, and the fields that somebody's records carry.
 *
 *     jsonlog::Logger log("payment.db");
 *     jsonlog_info(log, "connected", "host", host);
 *
 *     jsonlog::Logger request = log.with("requestId", id, "roles", roles);
 *     jsonlog_info(request, "accepted");                 // carries both fields
 *
 *     jsonlog::Scope scope("user", name);                // so does every record of this thread
 *
 * The macros of the C header are the log calls here too, and take a Logger or a jsonlog_logger *.
 * A Logger is a handle: it moves, converts to jsonlog_logger *, and frees a child of with() when it
 * goes, which no thread may be logging with then; loggers by name live for ever. What is moved from
 * logs nothing.
 *
 * with() and Scope copy their fields, containers and traits too. A callback of C (jsonlog_call) is
 * still called for each record. Without memory the child is empty, and logs nothing.
 */
#include <jsonlog/error.hpp>
#include <jsonlog/handler.hpp>
#include <jsonlog/value.hpp>

namespace jsonlog {

namespace detail {

template <class T, class Space = typename space_of<bare<T>>::type>
inline jsonlog_field field_of(std::string_view key, const T &v, Space &&space = Space()) noexcept {
    const char *const name = key.data() == nullptr ? "" : key.data();
    if constexpr (jsonlog_detail::is_temporary<T>) /* it lives as long as the caller's arguments */
        return {name, key.size(), v.jsonlog_value_};
    else
        return {name, key.size(), value_of(v, space)};
}

/* Calls use(fields, count) with fields that live during that call. */
template <class Use> auto with_fields(Use &&use, std::initializer_list<jsonlog_field> fields) {
    return use(fields.begin(), fields.size());
}

template <class Use, std::size_t... at, class Parts>
auto with_pairs(Use &&use, std::index_sequence<at...>, const Parts &parts) {
    return with_fields(std::forward<Use>(use),
                       {field_of(std::get<2 * at>(parts), std::get<2 * at + 1>(parts))...});
}

/* Pairs of key and value as fields. */
template <class Use, class... Pairs> auto with_fields_of(Use &&use, const Pairs &...pairs) {
    static_assert(sizeof...(Pairs) % 2 == 0, JSONLOG_SENTENCE_ODD_);
    return with_pairs(std::forward<Use>(use), std::make_index_sequence<sizeof...(Pairs) / 2>(),
                      std::forward_as_tuple(pairs...));
}

/* The same fields, kept: see tree.hpp. Without memory use() gets none. */
template <class Use>
auto with_kept(Use &&use, const jsonlog_field *fields, std::size_t count) noexcept {
    JSONLOG_TRY_ {
        Tree tree;
        std::vector<jsonlog_field> kept(fields, fields + count);
        for (jsonlog_field &field : kept)
            field.value = tree.keep(field.value);
        return use(kept.data(), count);
    }
    JSONLOG_CATCH_ALL_ {
        return use(static_cast<const jsonlog_field *>(nullptr), std::size_t{0});
    }
}

template <class Use, class... Pairs> auto with_kept_fields(Use &&use, const Pairs &...pairs) {
    return with_fields_of([&use](const jsonlog_field *fields,
                                 std::size_t count) { return with_kept(use, fields, count); },
                          pairs...);
}

/* The macros' way: keys are one literal. */
template <class Use>
auto with_kept_values(Use &&use, const jsonlog_value *values, std::size_t count) noexcept {
    JSONLOG_TRY_ {
        Tree tree;
        std::vector<jsonlog_value> kept(values, values + count);
        for (jsonlog_value &value : kept)
            value = tree.keep(value);
        return use(kept.data(), count);
    }
    JSONLOG_CATCH_ALL_ {
        return use(static_cast<const jsonlog_value *>(nullptr), std::size_t{0});
    }
}

inline jsonlog_logger *logger_with(jsonlog_logger *logger, const char *keys, std::uint32_t count,
                                   const jsonlog_value *values) noexcept {
    return with_kept_values(
        [=](const jsonlog_value *kept, std::size_t kept_count) {
            return kept_count == count ? jsonlog_logger_with(logger, keys, count, kept) : nullptr;
        },
        values, count);
}

inline jsonlog_scope scope_push(const char *keys, std::uint32_t count,
                                const jsonlog_value *values) noexcept {
    return with_kept_values(
        [=](const jsonlog_value *kept, std::size_t kept_count) {
            return kept_count == count ? jsonlog_scope_push_values(keys, count, kept)
                                       : jsonlog_scope{0};
        },
        values, count);
}

} // namespace detail

/* Containers and traits are copied by these, too. */
#undef jsonlog_with
#define jsonlog_with(log, ...)                                           \
    ::jsonlog::detail::logger_with((log), JSONLOG_KEYS_OF_(__VA_ARGS__), \
                                   JSONLOG_COUNT_OF_(__VA_ARGS__), JSONLOG_ITEMS_OF_(__VA_ARGS__))
#undef jsonlog_scope_push
#define jsonlog_scope_push(...)                                                                  \
    ::jsonlog::detail::scope_push(JSONLOG_KEYS_OF_(__VA_ARGS__), JSONLOG_COUNT_OF_(__VA_ARGS__), \
                                  JSONLOG_ITEMS_OF_(__VA_ARGS__))

class Logger {
  public:
    /** The root. */
    Logger() noexcept : logger_(jsonlog_root()) {}
    /** The logger of a dotted name, as jsonlog_get(). */
    explicit Logger(const char *name) noexcept : logger_(jsonlog_get(name)) {}
    explicit Logger(const std::string &name) noexcept : logger_(jsonlog_get(name.c_str())) {}
    /** Takes a logger over, a child of jsonlog_with() for example. */
    static Logger take(jsonlog_logger *logger) noexcept { return Logger(logger, 0); }

    Logger(Logger &&other) noexcept : logger_(std::exchange(other.logger_, nullptr)) {}
    Logger &operator=(Logger &&other) noexcept {
        if (this != &other) {
            jsonlog_logger_free(logger_);
            logger_ = std::exchange(other.logger_, nullptr);
        }
        return *this;
    }
    Logger(const Logger &) = delete;
    Logger &operator=(const Logger &) = delete;
    ~Logger() { jsonlog_logger_free(logger_); }

    operator jsonlog_logger *() const &noexcept { return logger_; }
    /** A temporary is gone before the log call begins: give it a name. */
    operator jsonlog_logger *() const && = delete;
    jsonlog_logger *get() const noexcept { return logger_; }

    /** A child with bound fields: with("requestId", id, "user", user). Keys are any text. */
    template <class... Pairs> [[nodiscard]] Logger with(const Pairs &...pairs) const {
        jsonlog_logger *const parent = logger_;
        return take(detail::with_kept_fields(
            [parent](const jsonlog_field *fields, std::size_t count) {
                return count * 2 == sizeof...(Pairs)
                           ? jsonlog_logger_with_fields(parent, fields, count)
                           : nullptr;
            },
            pairs...));
    }

    /** Log with keys and a level made at run time, without a call site: what the macros cannot be
     * used for. The values are made whether the level is on or not. */
    template <class... Pairs>
    void log(int level, std::string_view message, const Pairs &...pairs) const noexcept {
        if (!is_enabled(level))
            return;
        const char *text = message.data() == nullptr ? "" : message.data();
        jsonlog_logger *const logger = logger_;
        detail::with_fields_of(
            [=](const jsonlog_field *fields, std::size_t count) {
                jsonlog_log_fields(logger, level, text, message.size(), fields, count);
            },
            pairs...);
    }

    std::string_view name() const noexcept { return jsonlog_logger_get_name(logger_); }
    bool is_enabled(int level) const noexcept { return jsonlog_enabled(logger_, level); }
    int level() const noexcept { return jsonlog_logger_get_level(logger_); }
    int effective_level() const noexcept { return jsonlog_logger_get_effective_level(logger_); }
    void set_level(int level) noexcept { jsonlog_logger_set_level(logger_, level); }
    bool propagates() const noexcept { return jsonlog_logger_get_propagate(logger_); }
    void set_propagate(bool propagate) noexcept {
        jsonlog_logger_set_propagate(logger_, propagate);
    }

    /** @return as the C functions; handlers are kept as long as the logger has them. */
    jsonlog_status add(const Handler &handler) noexcept {
        return jsonlog_logger_add_handler(logger_, handler.get());
    }
    jsonlog_status remove(const Handler &handler) noexcept {
        return jsonlog_logger_remove_handler(logger_, handler.get());
    }
    jsonlog_status set_handlers(std::initializer_list<std::reference_wrapper<const Handler>> list) {
        std::vector<jsonlog_handler *> handlers;
        for (const Handler &handler : list)
            handlers.push_back(handler.get());
        return jsonlog_logger_set_handlers(logger_, handlers.data(), handlers.size());
    }

  private:
    Logger(jsonlog_logger *logger, int) noexcept : logger_(logger) {}

    jsonlog_logger *logger_;
};

/** Fields of every record of this thread until the object goes, on this thread again. */
class Scope {
  public:
    template <class... Pairs> explicit Scope(std::string_view key, const Pairs &...rest) {
        scope_ = detail::with_kept_fields(
            [](const jsonlog_field *fields, std::size_t count) {
                return count > 0 ? jsonlog_scope_push_fields(fields, count) : jsonlog_scope{0};
            },
            key, rest...);
    }
    /** What another thread carries, instead of this one's own; see Context. */
    explicit Scope(const jsonlog_context *context) noexcept
        : scope_(jsonlog_context_enter(context)) {}
    ~Scope() { jsonlog_scope_pop(scope_); }
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;

  private:
    jsonlog_scope scope_{0};
};

/**
 * What a thread carries, to be handed to another one:
 *
 *     std::thread([context = jsonlog::Context()] { jsonlog::Scope here(context); … });
 */
class Context {
  public:
    /** Of this thread, now. */
    Context() noexcept : context_(jsonlog_context_take(), jsonlog_context_free) {}
    operator const jsonlog_context *() const noexcept { return context_.get(); }

  private:
    std::shared_ptr<jsonlog_context> context_;
};

/** A filter of a logger's own records that goes with this object. What the function throws keeps
 * the record. Neither may go from within a filter or handler. */
template <class Keep> class RecordFilter {
  public:
    /** @param keep  bool(jsonlog_record &); may change the record by jsonlog_record_set_field(). */
    RecordFilter(jsonlog_logger *logger, Keep keep)
        : logger_(logger), keep_(std::move(keep)),
          status_(jsonlog_logger_add_filter(logger, ask, this)) {}
    ~RecordFilter() { jsonlog_logger_remove_filter(logger_, ask, this); }
    RecordFilter(const RecordFilter &) = delete;
    RecordFilter &operator=(const RecordFilter &) = delete;
    jsonlog_status status() const noexcept { return status_; }

  private:
    static bool ask(jsonlog_record *record, void *self) noexcept {
        JSONLOG_TRY_ {
            return static_cast<RecordFilter *>(self)->keep_(*record);
        }
        JSONLOG_CATCH_ALL_ {
            return true;
        }
    }

    jsonlog_logger *logger_;
    Keep keep_;
    jsonlog_status status_;
};

/** Fields of every record of the process, replacing the former ones; none removes them. */
template <class... Pairs> jsonlog_status set_static_fields(const Pairs &...pairs) {
    return detail::with_kept_fields(
        [](const jsonlog_field *fields, std::size_t count) {
            return count * 2 == sizeof...(Pairs) ? jsonlog_set_static_fields(fields, count)
                                                 : JSONLOG_E_NOMEM;
        },
        pairs...);
}

/** Flush and close everything when the object goes: the last line of main() before others. */
class Shutdown {
  public:
    Shutdown() = default;
    ~Shutdown() { jsonlog_shutdown(); }
    Shutdown(const Shutdown &) = delete;
    Shutdown &operator=(const Shutdown &) = delete;
};

} // namespace jsonlog

#endif
