#ifndef JSONLOG_HANDLER_HPP
#define JSONLOG_HANDLER_HPP
/**
 * Handlers, counted by reference: a copy is one reference more, each logger takes one, and the last
 * one flushes and closes.
 *
 *     jsonlog::Logger root;
 *     jsonlog::Handler file = jsonlog::Handler::file("/var/log/payment/app.log");
 *     file.set_level(JSONLOG_LEVEL_WARN);
 *     file.set_pattern("{ $.errorCode = \"DA*\" }");
 *     root.add(file);
 *
 * What is not here (syslog, sockets, journald, …) is made by its C function and taken over:
 *
 *     jsonlog::Handler journal(jsonlog_journald_handler_new(…));
 */
#include <jsonlog/async.h>
#include <jsonlog/file.h>
#include <jsonlog/formatter.hpp>
#include <jsonlog/handler.h>
#include <jsonlog/rotating.h>
#include <jsonlog/routing.h>
#include <jsonlog/tee.h>
#include <jsonlog/trait.hpp>

#include <cerrno>
#include <functional>
#include <initializer_list>
#include <memory>
#include <new>
#include <vector>

namespace jsonlog {

class Handler {
  public:
    Handler() noexcept = default;
    /** Takes over one reference. */
    explicit Handler(jsonlog_handler *handler) noexcept : handler_(handler) {}
    Handler(const Handler &other) noexcept : handler_(jsonlog_handler_retain(other.handler_)) {}
    Handler(Handler &&other) noexcept : handler_(std::exchange(other.handler_, nullptr)) {}
    Handler &operator=(Handler other) noexcept {
        std::swap(handler_, other.handler_);
        return *this;
    }
    ~Handler() { jsonlog_handler_release(handler_); }

    /* Empty if they cannot be made. */
    static Handler stream(int descriptor,
                          const jsonlog_stream_options &options = JSONLOG_STREAM_OPTIONS_INIT) {
        return Handler(jsonlog_stream_handler_new(descriptor, &options));
    }
    static Handler stdio(std::FILE *file, bool flush_each = true) {
        return Handler(jsonlog_stdio_handler_new(file, flush_each));
    }
    static Handler memory(std::size_t capacity = 1u << 20) {
        return Handler(jsonlog_memory_handler_new(capacity));
    }
    static Handler null() { return Handler(jsonlog_null_handler_new()); }
    static Handler async(const Handler &target,
                         const jsonlog_async_options &options = JSONLOG_ASYNC_OPTIONS_INIT) {
        return Handler(jsonlog_async_handler_new(target.get(), &options));
    }
    static Handler tee(std::initializer_list<std::reference_wrapper<const Handler>> parts) {
        std::vector<jsonlog_handler *> handlers;
        for (const Handler &part : parts)
            handlers.push_back(part.get());
        return Handler(jsonlog_tee_handler_new(handlers.data(), handlers.size()));
    }

    static Handler file(const std::string &path, const jsonlog_file_options &options,
                        jsonlog_err &err) {
        jsonlog_handler *handler = nullptr;
        jsonlog_file_handler_new(path.c_str(), &options, &handler, &err);
        return Handler(handler);
    }
    static Handler rotating(const std::string &path, const jsonlog_rotating_options &options,
                            jsonlog_err &err) {
        jsonlog_handler *handler = nullptr;
        jsonlog_rotating_handler_new(path.c_str(), &options, &handler, &err);
        return Handler(handler);
    }
#ifdef __cpp_exceptions
    static Handler file(const std::string &path,
                        const jsonlog_file_options &options = JSONLOG_FILE_OPTIONS_INIT) {
        jsonlog_err err;
        return file(path, options, err).made(err);
    }
    static Handler rotating(const std::string &path, const jsonlog_rotating_options &options) {
        jsonlog_err err;
        return rotating(path, options, err).made(err);
    }
#endif

    /**
     * Hand each line to a function, bool(const jsonlog_line &): whether it took the line. Calls
     * come one at a time, on logging threads. The function goes with the handler's last reference.
     * A line that it throws on is counted as lost. Empty without memory.
     */
    template <class Take> static Handler callback(Take take) {
        static const jsonlog_handler_class of_callback = class_of<Take>();
        auto self = std::make_unique<Take>(std::move(take));
        Handler handler(jsonlog_handler_new(&of_callback, self.get()));
        if (handler)
            self.release();
        return handler;
    }

    jsonlog_handler *get() const noexcept {
        return handler_;
    }
    explicit operator bool() const noexcept {
        return handler_ != nullptr;
    }

    int level() const noexcept {
        return jsonlog_handler_get_level(handler_);
    }
    void set_level(int level) noexcept {
        jsonlog_handler_set_level(handler_, level);
    }
    jsonlog_status set(const Formatter &formatter) noexcept {
        return jsonlog_handler_set_formatter(handler_, formatter.get());
    }
    /** Write only lines that a filter pattern matches; see routing.h. "" matches all. */
    jsonlog_status set_pattern(const std::string &pattern, jsonlog_pattern_use use,
                               jsonlog_err &err) noexcept {
        return jsonlog_handler_set_filter_pattern(handler_, pattern.c_str(), use, &err);
    }
#ifdef __cpp_exceptions
    void set_pattern(const std::string &pattern, jsonlog_pattern_use use = JSONLOG_PASS_MATCHING) {
        jsonlog_err err;
        if (set_pattern(pattern, use, err) != JSONLOG_OK)
            detail::raise(err, pattern);
    }
#endif
    jsonlog_status flush() noexcept {
        return jsonlog_handler_flush(handler_);
    }
    jsonlog_handler_stats stats() const noexcept {
        jsonlog_handler_stats stats{};
        jsonlog_handler_get_stats(handler_, &stats);
        return stats;
    }

    /** All lines that a memory handler has kept, and how many there were before it forgot them. */
    std::string text() const {
        std::string text;
        std::size_t len = jsonlog_memory_handler_read(handler_, nullptr, 0);
        while (len > text.size()) { /* other threads may log meanwhile */
            text.resize(len);
            len = jsonlog_memory_handler_read(handler_, text.data(), text.size() + 1);
        }
        text.resize(len);
        return text;
    }
    std::size_t clear() noexcept {
        return jsonlog_memory_handler_clear(handler_);
    }

  private:
    template <class Take> static jsonlog_handler_class class_of() noexcept {
        jsonlog_handler_class of{};
        of.size = sizeof of;
        of.name = "callback";
        of.write = [](void *self, const jsonlog_line *line) noexcept -> jsonlog_status {
            JSONLOG_TRY_ {
                return (*static_cast<Take *>(self))(*line) ? JSONLOG_OK : JSONLOG_E_AGAIN;
            }
            JSONLOG_CATCH_ALL_ {
                return JSONLOG_E_IO;
            }
        };
        of.close = [](void *self) noexcept { delete static_cast<Take *>(self); };
        return of;
    }
#ifdef __cpp_exceptions
    Handler made(const jsonlog_err &err) && {
        if (handler_ == nullptr)
            detail::raise(err);
        return std::move(*this);
    }
#endif

    jsonlog_handler *handler_ = nullptr;
};

} // namespace jsonlog

#endif
