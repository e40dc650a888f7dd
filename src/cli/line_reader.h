#ifndef JL_CLI_LINE_READER_H
#define JL_CLI_LINE_READER_H
/**
 * The lines of a file or a pipe, of any length and with any bytes, in large reads.
 */
#include "cli/byte_source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct line_reader {
    byte_source source;
    char *space;
    size_t capacity;
    size_t front;       /**< where the bytes were put that have been kept from the last read */
    size_t begin;       /**< first byte not yet handed out */
    size_t end;         /**< behind the last byte read */
    size_t scanned;     /**< no newline stands between begin and here */
    uint64_t delivered; /**< bytes handed out, newlines included */
    unsigned fills; /**< grows with each read, so that a caller can do what takes time only then */
    bool is_at_end;
    bool keeps_tail; /**< a last line without newline is still being written: do not hand it out */
} line_reader;

/** What line_reader_next() found. */
typedef enum line_result {
    LINE_READ,
    LINE_END,
    LINE_ERROR, /**< byte_source_why() of the source says why: a failed read, damaged data, or
                   ENOMEM for a line that does not fit into memory */
} line_result;

/** @param path  "-" is standard input. @return false if it cannot be opened: byte_source_why(). */
bool line_reader_open(line_reader *reader, const char *path);

/** The next line without its newline, valid until the next call; a last line may lack one. */
line_result line_reader_next(line_reader *reader, const char **line, size_t *len);

/** All whole lines that are there without waiting for more, with their newlines, and at the end
 * what is left; at least one line. Valid until the next call. */
line_result line_reader_next_all(line_reader *reader, const char **lines, size_t *len);

/** Look again where the end was: there may be more by now. */
void line_reader_resume(line_reader *reader);

void line_reader_close(line_reader *reader);

#endif
