#ifndef JSONLOG_PYTHON_NATIVE_H
#define JSONLOG_PYTHON_NATIVE_H
/**
 * What the binding does in C: values that arrive as one piece of bytes, lines found in bulk, and
 * calls back into Python that must not come when Python is gone.
 */
#include <jsonlog/filter_set.h>
#include <jsonlog/jsonlog.h>

#include <limits.h>

/** Instead of a length: the tape holds what only the slow way can tell. */
#define JLPY_SLOW SIZE_MAX
/** Instead of a length: without memory, or the text is longer than a formatter may write. */
#define JLPY_FAILED (SIZE_MAX - 1)

/** Where tuples of a tape are marks: nowhere, at a depth (the value itself has 1), or wherever. */
#define JLPY_NO_MARKS  0
#define JLPY_ALL_MARKS UINT_MAX

/** What a mark stands for: its first item. */
enum {
    JLPY_MARK_TEXT = 1, /**< bytes that are text, UTF-8 or not */
    JLPY_MARK_BYTES = 2,
    JLPY_MARK_RAW = 3,  /**< bytes that are JSON */
    JLPY_MARK_TIME = 4, /**< seconds since 1970 UTC and nanoseconds */
    JLPY_MARK_UUID = 5,
    JLPY_MARK_DURATION = 6, /**< nanoseconds */
    JLPY_MARK_SECRET = 7,
    JLPY_MARK_FIELDS = 8, /**< a list of keys and values in turn: equal keys may be among them */
};

/* ---- tape.c ---- */

typedef struct jlpy_block jlpy_block;

/** Memory of one call, in the order it is asked for; what fits stands on the stack. */
typedef struct jlpy_arena {
    jlpy_block *blocks;
    size_t used;
    size_t size;
    char *room;
    _Alignas(16) char first[4096];
} jlpy_arena;

/** A tape being read: marshal's format, version 4, as marshal.dumps() wrote it in this process. */
typedef struct jlpy_tape {
    const unsigned char *at;
    const unsigned char *end;
    unsigned marks_at;
    unsigned marks; /**< open ones */
    size_t status;  /**< 0, JLPY_SLOW or JLPY_FAILED */
    unsigned depth;
    jsonlog_value *known; /**< objects that may be referred to, in the order they began */
    bool *is_done;
    size_t known_count;
    size_t known_size;
    jlpy_arena arena;
} jlpy_tape;

void jlpy_tape_init(jlpy_tape *tape, const char *bytes, size_t len, unsigned marks_at);
void jlpy_tape_done(jlpy_tape *tape);

/** The value on the tape. @return 0, or what is wrong with it. */
size_t jlpy_tape_read(jlpy_tape *tape, jsonlog_value *value);

/* ---- log.c: what tapes are for ---- */

size_t jlpy_write(const jsonlog_formatter *formatter, const char *tape, size_t len,
                  unsigned marks_at, char *out, size_t out_size);
size_t jlpy_log(jsonlog_logger *logger, int level, const char *tape, size_t len, unsigned marks_at);
size_t jlpy_with(jsonlog_logger *logger, const char *tape, size_t len, unsigned marks_at,
                 jsonlog_logger **out);
size_t jlpy_push(const char *tape, size_t len, unsigned marks_at, uint64_t *scope);
void jlpy_pop(uint64_t scope);
size_t jlpy_set_static(const char *tape, size_t len, unsigned marks_at);
bool jlpy_enabled(const jsonlog_logger *logger, int level);
/** The time of all records from here on, or the real one again. */
void jlpy_set_time(bool is_fixed, int64_t time_ns);

/* ---- find.c ---- */

/** Bytes of a file or a buffer that are in memory. */
typedef struct jlpy_piece {
    const char *bytes;
    size_t len;
    size_t at;    /**< what stands before it was looked at; the functions move it on */
    bool is_last; /**< no bytes follow, so the last line may lack its newline; else it is left */
} jlpy_piece;

/** Find up to `room` lines that match: offset and length of each in turn.
 *  @return how many; fewer than `room`: there are no more. */
size_t jlpy_find(const jsonlog_filter *filter, jlpy_piece *piece, size_t *spans, size_t room);

/** How many lines match. */
size_t jlpy_count(const jsonlog_filter *filter, jlpy_piece *piece);

/** The next line that some filter of the set matches. @return the number of filters that do, their
 *  numbers in `numbers`; 0: no line. `matches` is room for verdicts. */
size_t jlpy_set_find(const jsonlog_filter_set *set, jlpy_piece *piece, size_t *span,
                     uint64_t *matches, size_t *numbers);
size_t jlpy_set_match(const jsonlog_filter_set *set, const char *line, size_t len,
                      uint64_t *matches, size_t *numbers);

/* ---- owner.c ---- */

typedef enum jlpy_kind {
    JLPY_FILTER = 0,
    JLPY_SET = 1,
    JLPY_METRIC = 2,
    JLPY_FORMATTER = 3,
    JLPY_HANDLER = 4,
    JLPY_LOGGER = 5,
    JLPY_CAPTURE = 6,
} jlpy_kind;

/** @return the address of a PyCapsule_Destructor that frees such an object. */
uintptr_t jlpy_destructor(jlpy_kind kind);

/* ---- callback.c ---- */

/** Python's side of a callback handler; `key` says which. */
typedef bool jlpy_line_fn(void *key, const char *text, size_t len, int level, int64_t time_ns);

/** A handler that hands each line to `fn`. As a handler of the library's own it is closed when the
 *  last reference goes: then `release` is told, unless Python is gone. */
jsonlog_handler *jlpy_callback_handler_new(jlpy_line_fn *fn, void (*release)(void *key), void *key);

/** No calls into Python from here on; returns when those that run have ended, but within the time:
 *  one that waits for something that will not come must not keep the process. */
void jlpy_callbacks_end(uint32_t timeout_ms);
/** In the child of a fork: calls of other threads are not there. */
void jlpy_callbacks_after_fork(void);

#endif
