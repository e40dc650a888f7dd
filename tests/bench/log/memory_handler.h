#ifndef JL_BENCH_MEMORY_HANDLER_H
#define JL_BENCH_MEMORY_HANDLER_H
/**
 * A handler that leaves each line where the formatter put it: what is measured is the making of the
 * line. It takes no lock, as the peers in this case take none.
 */
#include <jsonlog/jsonlog.h>

#include <string.h>

static struct {
    const char *text; /* of the last line; the library's buffer */
    size_t len;
    char copy[4096]; /* of a line that has to outlive its call */
    bool copies;
} memory_line;

static inline jsonlog_status memory_write(void *self, const jsonlog_line *line) {
    (void)self;
    memory_line.text = line->text;
    memory_line.len = line->len;
    if (memory_line.copies && line->len <= sizeof memory_line.copy)
        memory_line.text = memcpy(memory_line.copy, line->text, line->len);
    return JSONLOG_OK;
}

static inline jsonlog_handler *memory_handler_new(void) {
    static const jsonlog_handler_class memory_class = {
        .size = sizeof memory_class,
        .name = "memory",
        .write = memory_write,
        .is_concurrent = true,
        .has_no_cancellation_point = true,
    };
    return jsonlog_handler_new(&memory_class, NULL);
}

#endif
