#ifndef JL_CLI_RAW_INPUT_H
#define JL_CLI_RAW_INPUT_H
/**
 * The bytes of a file or a pipe as they are stored.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** Enough to tell compressed data by its first bytes. */
enum { RAW_HEAD_MAX = 4 };

typedef struct raw_input {
    int descriptor;
    bool may_wait;  /**< a pipe or a terminal: its next byte may be long in coming */
    uint64_t taken; /**< bytes read from the descriptor */
    unsigned char head[RAW_HEAD_MAX]; /**< what raw_input_peek() read ahead */
    size_t head_begin;
    size_t head_end;
} raw_input;

/** Like read(2), but goes on after signals other than those that interrupt the command. */
ssize_t raw_input_read(raw_input *input, void *out, size_t size);

/** Read one more byte of the head ahead of raw_input_read(), which then still gives it.
 *  @return 1; 0 at the end, or if the head is full; -1 with errno. */
int raw_input_peek(raw_input *input);

/** Go on reading a file at an offset, without what was read ahead. */
void raw_input_seek(raw_input *input, off_t offset);

#endif
