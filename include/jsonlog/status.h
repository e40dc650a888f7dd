#ifndef JSONLOG_STATUS_H
#define JSONLOG_STATUS_H
/**
 * Status codes, the error struct, and the attributes every public header uses.
 *
 * A call that can fail in more than one way returns a jsonlog_status and, where a sentence helps,
 * fills a jsonlog_err that the caller owns. Nothing is parked in a thread-local. Outputs change
 * only on success. Everything in this header is safe from any thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(JSONLOG_BUILDING) && !defined(JSONLOG_STATIC)
#define JSONLOG_API __attribute__((visibility("default")))
#else
#define JSONLOG_API
#endif

/** Argument `at` is a printf format for the arguments that start at `first`. */
#define JSONLOG_PRINTF(at, first) __attribute__((__format__(__printf__, at, first)))
#define JSONLOG_LIKELY(x)         __builtin_expect(!!(x), 1)
#define JSONLOG_UNLIKELY(x)       __builtin_expect(!!(x), 0)

/**
 * The start of an options struct: its `size` is set, everything else is zero, which means default.
 */
#ifdef __cplusplus
#define JSONLOG_OPTIONS_INIT_(type) (jsonlog_detail::sized<type>())
namespace jsonlog_detail {
template <class T> inline T sized() {
    T options{};
    options.size = sizeof(T);
    return options;
}
} // namespace jsonlog_detail
#else
#define JSONLOG_OPTIONS_INIT_(type) \
    { .size = sizeof(type) }
#endif

#define JSONLOG_VERSION_MAJOR 0
#define JSONLOG_VERSION_MINOR 1
#define JSONLOG_VERSION_PATCH 0
#define JSONLOG_VERSION       "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/** Name, value, and the sentence jsonlog_status_text() returns. Values are part of the ABI. */
#define JSONLOG_STATUS_LIST(X)                                         \
    X(OK, 0, "success")                                                \
    X(E_INVALID, 1, "an argument is not valid")                        \
    X(E_NOMEM, 2, "out of memory")                                     \
    X(E_SYNTAX, 3, "the text does not follow the grammar")             \
    X(E_LIMIT, 4, "a limit was exceeded")                              \
    X(E_UNSUPPORTED, 5, "this build or this version does not do that") \
    X(E_IO, 6, "a system call failed")                                 \
    X(E_AGAIN, 7, "the output does not take more right now")           \
    X(E_CLOSED, 8, "the object is closed")                             \
    X(E_NOT_FOUND, 9, "there is no such thing")                        \
    X(E_TIMEOUT, 10, "the time is over")                               \
    X(E_STATE, 11, "not possible in this state")

typedef enum jsonlog_status {
#define JSONLOG_STATUS_ENUM(name, value, text) JSONLOG_##name = (value),
    JSONLOG_STATUS_LIST(JSONLOG_STATUS_ENUM)
#undef JSONLOG_STATUS_ENUM
} jsonlog_status;

/** The offset of an error that has no place in a text. */
#define JSONLOG_NO_OFFSET ((size_t)-1)

/** Bytes of jsonlog_err.text with its NUL; a longer sentence is cut on a code point. */
#define JSONLOG_ERR_TEXT_MAX 512

/** What went wrong, for a person. Owned by the caller; needs no initialisation. */
typedef struct jsonlog_err {
    jsonlog_status code; /**< same value as the call returned */
    size_t offset;       /**< byte offset into the text at fault, or JSONLOG_NO_OFFSET */
    char text[JSONLOG_ERR_TEXT_MAX]; /**< one UTF-8 sentence without newline, NUL-terminated */
} jsonlog_err;

/** @return the sentence of a code, static storage; never NULL, also for unknown codes. */
JSONLOG_API const char *jsonlog_status_text(jsonlog_status status);

/**
 * Render an error below the text it is about, with a caret under the column.
 *
 *     Invalid character(s) in term ':'
 *       { $.a = a:b }
 *                ^
 *
 * Line breaks, tabs, control and bidirectional characters of the text are shown as one blank each,
 * an ill-formed byte as U+FFFD. A text of more than 100 columns is shown as a window round the
 * caret; columns are counted in code points (wide East Asian letters as two). No newline ends the
 * last line.
 *
 * @param err     the error; if its offset is JSONLOG_NO_OFFSET only the sentence is written. An
 *                offset behind the text is shown right behind its end.
 * @param source  the text that was parsed; may be NULL when source_len is 0.
 * @param out     receives a NUL-terminated text, cut to out_size on a code point; may be NULL when
 *                out_size is 0.
 * @return the length the whole text has, like snprintf().
 */
JSONLOG_API size_t jsonlog_err_render(const jsonlog_err *err, const char *source, size_t source_len,
                                      char *out, size_t out_size);

/** @return the version of the library that is linked, e.g. "0.1.0"; static storage. */
JSONLOG_API const char *jsonlog_version(void);

/**
 * The allocator of everything this library allocates.
 *
 * The three functions must be usable from any thread and behave as malloc(), realloc() and free();
 * `user` is passed through. They may log: such nested records never wait and may be dropped.
 */
typedef struct jsonlog_allocator {
    void *(*allocate)(size_t size, void *user);
    void *(*reallocate)(void *memory, size_t size, void *user);
    void (*release)(void *memory, void *user);
    void *user;
} jsonlog_allocator;

/**
 * Choose the allocator, once, before any other call of this library.
 *
 * @param allocator  copied; NULL puts back malloc(), realloc() and free().
 * @return JSONLOG_OK; JSONLOG_E_INVALID if a function is missing; JSONLOG_E_STATE if the library
 *         has allocated already (nothing changes).
 */
JSONLOG_API jsonlog_status jsonlog_set_allocator(const jsonlog_allocator *allocator);

#ifdef __cplusplus
}
#endif
#endif
