#ifndef JSONLOG_FORMATTER_HPP
#define JSONLOG_FORMATTER_HPP
/**
 * Formatters, counted by reference: a copy is one reference more.
 *
 *     jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
 *     options.with_source = true;
 *     handler.set(jsonlog::Formatter::json(options));
 *     handler.set(jsonlog::Formatter::preset(JSONLOG_PRESET_ECS));
 */
#include <jsonlog/error.hpp>
#include <jsonlog/formatter.h>
#include <jsonlog/preset.h>

#include <utility>

namespace jsonlog {

class Formatter {
  public:
    /** None: a handler writes JSON with the defaults. */
    Formatter() noexcept = default;
    /** Takes over one reference. */
    explicit Formatter(jsonlog_formatter *formatter) noexcept : formatter_(formatter) {}
    Formatter(const Formatter &other) noexcept
        : formatter_(jsonlog_formatter_retain(other.formatter_)) {}
    Formatter(Formatter &&other) noexcept : formatter_(std::exchange(other.formatter_, nullptr)) {}
    Formatter &operator=(Formatter other) noexcept {
        std::swap(formatter_, other.formatter_);
        return *this;
    }
    ~Formatter() { jsonlog_formatter_release(formatter_); }

    static Formatter json(const jsonlog_json_options &options, jsonlog_err &err) noexcept {
        return Formatter(jsonlog_json_formatter_new(&options, &err));
    }
    /** @param options, more  nullptr: the defaults. */
    static Formatter preset(jsonlog_preset preset, const jsonlog_preset_options *options,
                            const jsonlog_json_options *more, jsonlog_err &err) noexcept {
        return Formatter(jsonlog_preset_formatter_new(preset, options, more, &err));
    }
    static Formatter human(const jsonlog_human_options &options, jsonlog_err &err) noexcept {
        return Formatter(jsonlog_human_formatter_new(&options, &err));
    }
#ifdef __cpp_exceptions
    static Formatter json(const jsonlog_json_options &options = JSONLOG_JSON_OPTIONS_INIT) {
        jsonlog_err err;
        return json(options, err).made(err, options.format == nullptr ? "" : options.format);
    }
    static Formatter preset(jsonlog_preset which, const jsonlog_preset_options *options = nullptr,
                            const jsonlog_json_options *more = nullptr) {
        jsonlog_err err;
        return preset(which, options, more, err).made(err, "");
    }
    static Formatter human(const jsonlog_human_options &options = JSONLOG_HUMAN_OPTIONS_INIT) {
        jsonlog_err err;
        return human(options, err).made(err, "");
    }
#endif

    jsonlog_formatter *get() const noexcept {
        return formatter_;
    }
    explicit operator bool() const noexcept {
        return formatter_ != nullptr;
    }

  private:
#ifdef __cpp_exceptions
    Formatter made(const jsonlog_err &err, std::string_view source) && {
        if (formatter_ == nullptr)
            detail::raise(err, source);
        return std::move(*this);
    }
#endif

    jsonlog_formatter *formatter_ = nullptr;
};

} // namespace jsonlog

#endif
