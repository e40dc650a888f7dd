#ifndef JL_CLI_FILE_PIECE_H
#define JL_CLI_FILE_PIECE_H
/**
 * A file in pieces of equal size, each with the lines that begin in it. No piece needs to know of
 * another one, so each can be read by whatever thread is free.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** Large enough that the cost of a read(2) vanishes, small enough for a core's own cache. */
#define FILE_PIECE_SIZE ((size_t)1024 * 1024)

/** What is read in pieces: from where a line begins to what was the end of the file. */
typedef struct file_span {
    int descriptor;
    off_t begin;
    off_t end;
} file_span;

/** @return how many pieces the span has; the last one may be shorter. */
uint64_t file_span_pieces(const file_span *span);

/** Room for one piece after the other. Zero-initialise it. */
typedef struct file_piece {
    char *space;
    size_t capacity;
    const char *lines; /**< whole ones, the last may lack its newline */
    size_t len;
    bool is_at_end; /**< the file ends with these lines */
} file_piece;

/**
 * Read a piece.
 *
 * @return false with errno on trouble: a failed read, EINTR after a signal that ends the program,
 * or ENOMEM for a line that does not fit into memory. The whole lines before that are there all the
 * same.
 */
bool file_piece_read(file_piece *piece, const file_span *span, uint64_t number);

void file_piece_done(file_piece *piece);

#endif
