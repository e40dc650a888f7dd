#ifndef JSONLOG_FILTER_HPP
#define JSONLOG_FILTER_HPP
/**
 * CloudWatch Logs filter patterns: match, explain, extract, lint.
 *
 *     const jsonlog::Filter errors("{ $.logType = \"ERROR\" && $.user.age >= 20 }");
 *     if (errors.match(line))
 *         …
 *     for (std::string_view line : errors.lines(whole_file))     // those that match
 *         std::cout << line << '\n';
 *     std::cout << errors.explain(line).text();
 *     if (std::optional<std::string> age = errors.extract("$.user.age", line))
 *         …
 *
 * A pattern means what filter.h says. A Filter is immutable and moves; share it between threads
 * freely. Matching takes no lock and allocates nothing. What is moved from matches nothing.
 * A pattern that is none is an Error with offset and caret; see error.hpp for the twins that throw
 * nothing.
 */
#include <jsonlog/error.hpp>
#include <jsonlog/extract.h>
#include <jsonlog/filter.h>
#include <jsonlog/lint.h>

#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace jsonlog {

namespace detail {

template <auto release> struct releaser {
    template <class T> void operator()(T *object) const noexcept { release(object); }
};
/** Owns what a C function frees. */
template <class T, auto release> using owned = std::unique_ptr<T, releaser<release>>;

inline const char *bytes_of(std::string_view text) noexcept {
    return text.data() == nullptr ? "" : text.data();
}

/** A range made of a function that gives one line after the other; std::nullopt ends it. */
template <class Next> class line_range {
  public:
    explicit line_range(Next next) : next_(std::move(next)) {}

    class iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        using pointer = const std::string_view *;
        using reference = const std::string_view &;

        iterator() = default;
        explicit iterator(Next *next) : next_(next) { ++*this; }
        reference operator*() const { return *line_; }
        pointer operator->() const { return &*line_; }
        iterator &operator++() {
            line_ = (*next_)();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator &a, const iterator &b) {
            return a.line_.has_value() == b.line_.has_value();
        }
        friend bool operator!=(const iterator &a, const iterator &b) { return !(a == b); }

      private:
        Next *next_ = nullptr;
        std::optional<std::string_view> line_;
    };

    iterator begin() { return iterator(&next_); }
    iterator end() const { return iterator(); }

  private:
    Next next_;
};

} // namespace detail

/** Why a line matches or does not. */
class Explanation {
  public:
    explicit Explanation(jsonlog_explanation *explanation) noexcept : explanation_(explanation) {}

    bool matches() const noexcept {
        return explanation_ && jsonlog_explanation_matches(explanation_.get());
    }
    /** How many conditions the pattern has, and each of them, in its order. */
    std::size_t size() const noexcept {
        return explanation_ ? jsonlog_explanation_count(explanation_.get()) : 0;
    }
    const jsonlog_condition &operator[](std::size_t index) const noexcept {
        return *jsonlog_explanation_get(explanation_.get(), index);
    }
    /** For a person, one line a condition; safe to show on a terminal. */
    std::string_view text() const noexcept {
        return explanation_ ? jsonlog_explanation_text(explanation_.get()) : "";
    }
    /** One JSON object. */
    std::string_view json() const noexcept {
        return explanation_ ? jsonlog_explanation_json(explanation_.get()) : "";
    }
    explicit operator bool() const noexcept { return explanation_ != nullptr; }

  private:
    detail::owned<jsonlog_explanation, jsonlog_explanation_free> explanation_;
};

class Filter {
  public:
    /** Matches nothing. */
    Filter() noexcept = default;
    Filter(std::string_view pattern, jsonlog_err &err) noexcept { compile(pattern, err); }
#ifdef __cpp_exceptions
    explicit Filter(std::string_view pattern) {
        jsonlog_err err;
        if (!compile(pattern, err))
            detail::raise(err, pattern);
    }
#endif

    explicit operator bool() const noexcept {
        return filter_ != nullptr;
    }
    const jsonlog_filter *get() const noexcept {
        return filter_.get();
    }
    /** Give it away, to jsonlog_handler_take_filter() for example. */
    jsonlog_filter *release() noexcept {
        return filter_.release();
    }

    /** The pattern as it was given. */
    std::string_view pattern() const noexcept {
        std::size_t len = 0;
        const char *text = filter_ ? jsonlog_filter_get_pattern(filter_.get(), &len) : "";
        return {text, len};
    }
    jsonlog_filter_kind kind() const noexcept {
        return filter_ ? jsonlog_filter_get_kind(filter_.get()) : JSONLOG_FILTER_ALL;
    }

    /** @param line  one log event, any bytes. */
    bool match(std::string_view line) const noexcept {
        return filter_ && jsonlog_filter_match(filter_.get(), detail::bytes_of(line), line.size());
    }

    /** The lines of `text` that match, as views of it; faster than line by line. Filter and text
     * must outlive the loop. */
    auto lines(std::string_view text) const {
        const char *at = detail::bytes_of(text);
        return detail::line_range(
            [filter = filter_.get(), at,
             end = at + text.size()]() mutable -> std::optional<std::string_view> {
                std::size_t len = 0;
                const char *line =
                    filter == nullptr ? nullptr : jsonlog_filter_find(filter, &at, end, &len);
                if (line == nullptr)
                    return std::nullopt;
                return std::string_view(line, len);
            });
    }

    /** Empty without memory, and for an empty filter. */
    Explanation explain(std::string_view line) const noexcept {
        jsonlog_explanation *explanation = nullptr;
        if (filter_)
            jsonlog_filter_explain(filter_.get(), detail::bytes_of(line), line.size(),
                                   &explanation);
        return Explanation(explanation);
    }

    /** The value that a reference names, as a view of the line; see jsonlog_filter_extract(). */
    jsonlog_status extract(const std::string &reference, std::string_view line, jsonlog_found &out,
                           jsonlog_err &err) const noexcept {
        if (filter_)
            return jsonlog_filter_extract(filter_.get(), reference.c_str(), detail::bytes_of(line),
                                          line.size(), &out, &err);
        detail::set_error(err, JSONLOG_E_INVALID);
        return JSONLOG_E_INVALID;
    }
#ifdef __cpp_exceptions
    /** The same as plain text; nullopt if the line has no such value. */
    std::optional<std::string> extract(const std::string &reference, std::string_view line) const {
        jsonlog_found found{};
        jsonlog_err err;
        if (extract(reference, line, found, err) != JSONLOG_OK)
            detail::raise(err, reference);
        if (found.type == JSONLOG_FOUND_NOTHING)
            return std::nullopt;
        return text_of(found);
    }
#endif

    /**
     * Each token of a space-delimited line with its name: each(std::string_view name, const
     * jsonlog_found &). What it throws comes out here.
     * @return whether the line matches.
     */
    template <class Each> bool extract_all(std::string_view line, Each &&each) const {
        if (!filter_)
            return false;
        told<Each> to{each, {}};
        const bool is_match = jsonlog_filter_extract_all(filter_.get(), detail::bytes_of(line),
                                                         line.size(), told<Each>::tell, &to);
#ifdef __cpp_exceptions
        if (to.thrown)
            std::rethrow_exception(to.thrown);
#endif
        return is_match;
    }

    /** A found value as plain text, without escapes. */
    static std::string text_of(const jsonlog_found &found) {
        std::string text(jsonlog_found_text(&found, nullptr, 0), '\0');
        jsonlog_found_text(&found, text.data(), text.size() + 1);
        return text;
    }

  private:
    template <class Each> struct told {
        Each &each;
        std::exception_ptr thrown;

        static bool tell(const char *name, std::size_t name_len, const jsonlog_found *found,
                         void *self) noexcept {
            auto *const to = static_cast<told *>(self);
#ifdef __cpp_exceptions
            try {
                to->each(std::string_view(name, name_len), *found);
                return true;
            } catch (...) {
                to->thrown = std::current_exception();
                return false;
            }
#else
            to->each(std::string_view(name, name_len), *found);
            return true;
#endif
        }
    };

    bool compile(std::string_view pattern, jsonlog_err &err) noexcept {
        jsonlog_filter *filter = nullptr;
        jsonlog_filter_compile(detail::bytes_of(pattern), pattern.size(), &filter, &err);
        filter_.reset(filter);
        return filter != nullptr;
    }

    detail::owned<jsonlog_filter, jsonlog_filter_free> filter_;
};

/**
 * What is wrong with a pattern, legal or not.
 *
 *     for (const jsonlog_finding &finding : jsonlog::Lint("{ $.ok = true }"))
 *         std::cout << finding.text << '\n';
 *
 * One thread at a time. A finding is good until the next sample.
 */
class Lint {
  public:
    Lint(std::string_view pattern, jsonlog_err &err) noexcept { look(pattern, err); }
#ifdef __cpp_exceptions
    explicit Lint(std::string_view pattern) {
        jsonlog_err err;
        if (!look(pattern, err))
            detail::raise(err, pattern);
    }
#endif

    /** Add a line that the pattern will meet. */
    jsonlog_status sample(std::string_view line) noexcept {
        return jsonlog_lint_sample(lint_.get(), detail::bytes_of(line), line.size());
    }
    std::size_t size() {
        return lint_ ? jsonlog_lint_count(lint_.get()) : 0;
    }
    const jsonlog_finding &operator[](std::size_t index) {
        return *jsonlog_lint_get(lint_.get(), index);
    }
    explicit operator bool() const noexcept {
        return lint_ != nullptr;
    }

    class iterator {
      public:
        iterator(Lint *lint, std::size_t index) noexcept : lint_(lint), index_(index) {}
        const jsonlog_finding &operator*() const { return (*lint_)[index_]; }
        iterator &operator++() noexcept {
            index_++;
            return *this;
        }
        bool operator!=(const iterator &other) const noexcept { return index_ != other.index_; }

      private:
        Lint *lint_;
        std::size_t index_;
    };
    iterator begin() {
        return {this, 0};
    }
    iterator end() {
        return {this, size()};
    }

  private:
    bool look(std::string_view pattern, jsonlog_err &err) noexcept {
        jsonlog_lint *lint = nullptr;
        jsonlog_lint_pattern(detail::bytes_of(pattern), pattern.size(), &lint, &err);
        lint_.reset(lint);
        return lint != nullptr;
    }

    detail::owned<jsonlog_lint, jsonlog_lint_free> lint_;
};

} // namespace jsonlog

#endif
