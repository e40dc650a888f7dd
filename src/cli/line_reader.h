#ifndef JL_CLI_LINE_READER_H
#define JL_CLI_LINE_READER_H
/**
 * The lines of a file or a pipe, of any length and with any bytes, in large reads.
 */
#include <stdbool.h>
#include <stddef.h>

typedef struct line_reader {
    int descriptor;
    char *space;
    size_t capacity;
    size_t begin;   /**< first byte not yet handed out */
    size_t end;     /**< behind the last byte read */
    size_t scanned; /**< no newline stands between begin and here */
    bool is_at_end;
} line_reader;

/** What line_reader_next() found. */
typedef enum line_result {
    LINE_READ,
    LINE_END,
    LINE_ERROR, /**< errno says why: a failed read, or ENOMEM for a line that does not fit into
                   memory */
} line_result;

/** @param path  "-" is standard input. @return false with errno if it cannot be opened or is a
 * directory. */
bool line_reader_open(line_reader *reader, const char *path);

/** The next line without its newline, valid until the next call; a last line may lack one. */
line_result line_reader_next(line_reader *reader, const char **line, size_t *len);

void line_reader_close(line_reader *reader);

#endif
