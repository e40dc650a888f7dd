#ifndef JSONLOG_FILTER_SET_HPP
#define JSONLOG_FILTER_SET_HPP
/**
 * Many filter patterns at once: which of them match a line, in one pass over it.
 *
 *     const jsonlog::FilterSet set({"{ $.eventName = \"ConsoleLogin\" }", "ERROR"});
 *     jsonlog::Matches matches(set);              // room for the verdicts; keep it between lines
 *     if (set.match(line, matches))
 *         for (std::size_t i : matches)
 *             std::cout << set[i] << '\n';
 *
 * A set is immutable and moves; share it between threads, each with Matches of its own. Matching
 * allocates nothing.
 */
#include <jsonlog/filter.hpp>
#include <jsonlog/filter_set.h>

#include <initializer_list>
#include <vector>

namespace jsonlog {

class FilterSet;

/** Which filters of a set match; a range of their numbers, rising. */
class Matches {
  public:
    explicit Matches(const FilterSet &set);

    bool operator[](std::size_t index) const noexcept {
        return index < count_ && (words_[index / 64] >> (index % 64) & 1) != 0;
    }

    class iterator {
      public:
        iterator(const Matches *matches, std::size_t at) noexcept : matches_(matches), at_(at) {}
        std::size_t operator*() const noexcept { return at_; }
        iterator &operator++() noexcept {
            at_ = matches_->next(at_ + 1);
            return *this;
        }
        bool operator!=(const iterator &other) const noexcept { return at_ != other.at_; }

      private:
        const Matches *matches_;
        std::size_t at_;
    };
    iterator begin() const noexcept { return {this, next(0)}; }
    iterator end() const noexcept { return {this, count_}; }

  private:
    friend class FilterSet;
    std::size_t next(std::size_t from) const noexcept {
        return jsonlog_filter_set_next(words_.data(), count_, from);
    }

    std::size_t count_;
    std::vector<std::uint64_t> words_;
};

class FilterSet {
  public:
    /** @param patterns  a container of what std::string is made of. */
    template <class Patterns> FilterSet(const Patterns &patterns, jsonlog_err &err) {
        std::size_t bad = 0;
        compile(patterns, bad, err);
    }
#ifdef __cpp_exceptions
    explicit FilterSet(std::initializer_list<std::string_view> patterns)
        : FilterSet(std::vector<std::string_view>(patterns)) {}
    /** The Error names the pattern at fault by showing it. */
    template <class Patterns> explicit FilterSet(const Patterns &patterns) {
        std::size_t bad = 0;
        jsonlog_err err;
        const std::vector<std::string> texts = compile(patterns, bad, err);
        if (!set_)
            detail::raise(err, bad < texts.size() ? std::string_view(texts[bad]) : "");
    }
#endif

    std::size_t size() const noexcept {
        return set_ ? jsonlog_filter_set_count(set_.get()) : 0;
    }
    /** Pattern `index` as it was given; "" beyond the last. */
    std::string_view operator[](std::size_t index) const noexcept {
        const jsonlog_filter *filter = set_ ? jsonlog_filter_set_get(set_.get(), index) : nullptr;
        std::size_t len = 0;
        const char *text = filter == nullptr ? "" : jsonlog_filter_get_pattern(filter, &len);
        return {text, len};
    }
    explicit operator bool() const noexcept {
        return set_ != nullptr;
    }
    const jsonlog_filter_set *get() const noexcept {
        return set_.get();
    }

    /** @param matches  made for this set. @return how many match. */
    std::size_t match(std::string_view line, Matches &matches) const noexcept {
        if (!set_ || matches.count_ != size())
            return 0;
        return jsonlog_filter_set_match(set_.get(), detail::bytes_of(line), line.size(),
                                        matches.words_.data());
    }

    /** The lines of `text` that any pattern matches; `matches` says of each which. All three must
     * outlive the loop. */
    auto lines(std::string_view text, Matches &matches) const {
        const char *at = detail::bytes_of(text);
        const bool fits = set_ && matches.count_ == size();
        return detail::line_range(
            [set = fits ? set_.get() : nullptr, at, end = at + text.size(),
             words = matches.words_.data()]() mutable -> std::optional<std::string_view> {
                std::size_t len = 0;
                const char *line =
                    set == nullptr ? nullptr : jsonlog_filter_set_find(set, &at, end, &len, words);
                if (line == nullptr)
                    return std::nullopt;
                return std::string_view(line, len);
            });
    }

  private:
    /* A pattern with a NUL in it is none, which a C string could not say. */
    static bool has_nul(const std::vector<std::string> &texts, std::size_t &bad) noexcept {
        for (bad = 0; bad < texts.size(); bad++) {
            if (texts[bad].find('\0') != std::string::npos)
                return true;
        }
        return false;
    }

    template <class Patterns>
    std::vector<std::string> compile(const Patterns &patterns, std::size_t &bad, jsonlog_err &err) {
        std::vector<std::string> texts;
        for (const auto &pattern : patterns)
            texts.emplace_back(pattern);
        if (has_nul(texts, bad)) {
            detail::set_error(err, JSONLOG_E_INVALID);
            return texts;
        }
        std::vector<const char *> pointers;
        for (const std::string &text : texts)
            pointers.push_back(text.c_str());
        jsonlog_filter_set *set = nullptr;
        jsonlog_filter_set_compile(pointers.data(), pointers.size(), &set, &bad, &err);
        set_.reset(set);
        return texts;
    }

    detail::owned<jsonlog_filter_set, jsonlog_filter_set_free> set_;
};

inline Matches::Matches(const FilterSet &set)
    : count_(set.size()), words_(JSONLOG_FILTER_SET_WORDS(set.size())) {}

} // namespace jsonlog

#endif
