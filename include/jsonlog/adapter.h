#ifndef JSONLOG_ADAPTER_H
#define JSONLOG_ADAPTER_H
/**
 * What the adapters for test frameworks share: cmocka.h, check.h, criterion.h, gtest.h, catch2.h,
 * and yours for another framework. Header only; nothing of this is in the library.
 *
 *     #define TEST_LOGGED(capture, pattern)                                                 \
 *         my_check((capture), JSONLOG_EXPECTING(JSONLOG_EXPECT_MATCH, 0, 0, (pattern)),     \
 *                  __FILE__, __LINE__)
 *
 *     static void my_check(jsonlog_capture *capture, jsonlog_expectation expectation,
 *                          const char *file, int line) {
 *         jsonlog_report *report = NULL;
 *         if (jsonlog_expect(capture, &expectation, &report))
 *             return;
 *         framework_fail(file, line, jsonlog_adapter_text(report));
 *         jsonlog_report_free(report);
 *     }
 */
#include <jsonlog/capture.h>

#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
#include <initializer_list>
#endif

static inline jsonlog_expectation jsonlog_expectation_of(jsonlog_expect_kind kind,
                                                         const char *const *patterns,
                                                         size_t pattern_count, size_t count,
                                                         unsigned within_ms) {
    jsonlog_expectation expectation = JSONLOG_EXPECTATION_INIT;
    expectation.kind = kind;
    expectation.patterns = patterns;
    expectation.pattern_count = pattern_count;
    expectation.count = count;
    expectation.within_ms = within_ms;
    return expectation;
}

/** JSONLOG_EXPECTING(kind, count, within_ms, pattern, …): an expectation with one pattern or more;
 * good until the end of the expression it stands in. */
#ifdef __cplusplus
#define JSONLOG_EXPECTING(kind, count, within_ms, ...)           \
    jsonlog_detail::expectation_of((kind), (count), (within_ms), \
                                   std::initializer_list<const char *>{__VA_ARGS__})

namespace jsonlog_detail {
inline jsonlog_expectation expectation_of(jsonlog_expect_kind kind, size_t count,
                                          unsigned within_ms,
                                          std::initializer_list<const char *> patterns) {
    return jsonlog_expectation_of(kind, patterns.begin(), patterns.size(), count, within_ms);
}
} // namespace jsonlog_detail
#else
#define JSONLOG_EXPECTING(kind, count, within_ms, ...)                                        \
    jsonlog_expectation_of((kind), (const char *const[]){__VA_ARGS__},                        \
                           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), \
                           (count), (within_ms))
#endif

/** No line at ERROR or above. */
#define JSONLOG_EXPECTING_QUIET() jsonlog_expectation_of(JSONLOG_EXPECT_QUIET, NULL, 0, 0, 0)

/** @return the report's text, borrowed, or a sentence in its place; never NULL. */
static inline const char *jsonlog_adapter_text(const jsonlog_report *report) {
    return report == NULL ? "expectation failed; no memory for a report\n"
                          : jsonlog_report_text(report);
}

/** To stderr, behind whatever stdout still holds, with the caller's place in front of it. */
static inline void jsonlog_adapter_show(const char *file, int line, const jsonlog_report *report) {
    fflush(stdout);
    fprintf(stderr, "%s:%d: %s", file, line, jsonlog_adapter_text(report));
    fflush(stderr);
}

/** What a fixture begins with. @return a capture of this thread from TRACE up; NULL without memory.
 */
static inline jsonlog_capture *jsonlog_adapter_start(void) {
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.level = JSONLOG_LEVEL_TRACE;
    return jsonlog_capture_start(&options);
}

#ifdef __cplusplus
namespace jsonlog_testing {

/** A capture that lives as long as this object: this thread's records from TRACE up, or what the
 * options say. Converts to jsonlog_capture *. */
class Capture {
  public:
    Capture() : capture_(jsonlog_adapter_start()) {}
    explicit Capture(const jsonlog_capture_options &options)
        : capture_(jsonlog_capture_start(&options)) {}
    ~Capture() { jsonlog_capture_stop(capture_); }
    Capture(const Capture &) = delete;
    Capture &operator=(const Capture &) = delete;
    operator jsonlog_capture *() const { return capture_; }

  private:
    jsonlog_capture *capture_;
};

} // namespace jsonlog_testing
#endif

#endif
