#ifndef JSONLOG_ERROR_HPP
#define JSONLOG_ERROR_HPP
/**
 * What constructors throw.
 *
 *     try {
 *         jsonlog::Filter filter(pattern);
 *     } catch (const jsonlog::Error &e) {
 *         std::cerr << e.what() << '\n';       // a sentence, the text at fault, and a caret
 *     }
 *
 * Every constructor and factory that can throw has a twin that takes a `jsonlog_err &` as its last
 * argument instead: it throws nothing, and what it makes is empty if it fails. Without exceptions
 * there are only these twins.
 */
#include <jsonlog/status.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace jsonlog {

class Error : public std::runtime_error {
  public:
    /** @param source  the text that was parsed, shown with a caret. */
    explicit Error(const jsonlog_err &err, std::string_view source = {})
        : std::runtime_error(rendered(err, source)), code_(err.code), offset_(err.offset),
          sentence_(err.text) {}

    jsonlog_status code() const noexcept { return code_; }
    /** Byte offset into the text at fault, or JSONLOG_NO_OFFSET. */
    std::size_t offset() const noexcept { return offset_; }
    /** The sentence alone, without text and caret. */
    const std::string &sentence() const noexcept { return sentence_; }

  private:
    static std::string rendered(const jsonlog_err &err, std::string_view source) {
        std::string text(jsonlog_err_render(&err, source.data(), source.size(), nullptr, 0), '\0');
        jsonlog_err_render(&err, source.data(), source.size(), text.data(), text.size() + 1);
        return text;
    }

    jsonlog_status code_;
    std::size_t offset_;
    std::string sentence_;
};

namespace detail {

inline void set_error(jsonlog_err &err, jsonlog_status code) noexcept {
    err.code = code;
    err.offset = JSONLOG_NO_OFFSET;
    const char *text = jsonlog_status_text(code);
    std::size_t len = std::char_traits<char>::length(text);
    len = len < sizeof err.text ? len : sizeof err.text - 1;
    std::char_traits<char>::copy(err.text, text, len);
    err.text[len] = '\0';
}

#ifdef __cpp_exceptions
[[noreturn]] inline void raise(const jsonlog_err &err, std::string_view source = {}) {
    throw Error(err, source);
}

/** Throws unless the code is JSONLOG_OK. */
inline void require(jsonlog_status code) {
    if (code == JSONLOG_OK)
        return;
    jsonlog_err err;
    set_error(err, code);
    raise(err);
}
#endif

} // namespace detail
} // namespace jsonlog

#endif
