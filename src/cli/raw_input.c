#include "cli/raw_input.h"

#include "cli/interrupt.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static ssize_t read_descriptor(raw_input *input, void *out, size_t size) {
    const int error = errno; /* of a write that failed and is still to be reported */
    ssize_t got = -1;
    do {
        if (input->may_wait)
            interrupt_wait(input->descriptor, -1);
        errno = EINTR;
        got = interrupt_came() != 0 ? -1 : read(input->descriptor, out, size);
    } while (got < 0 && errno == EINTR && interrupt_came() == 0);
    if (got >= 0)
        errno = error;
    if (got > 0)
        input->taken += (uint64_t)got;
    return got;
}

ssize_t raw_input_read(raw_input *input, void *out, size_t size) {
    const size_t kept = input->head_end - input->head_begin;
    if (kept == 0)
        return read_descriptor(input, out, size);
    const size_t given = kept < size ? kept : size;
    memcpy(out, input->head + input->head_begin, given);
    input->head_begin += given;
    return (ssize_t)given;
}

void raw_input_seek(raw_input *input, off_t offset) {
    input->head_begin = input->head_end;
    lseek(input->descriptor, offset, SEEK_SET);
}

int raw_input_peek(raw_input *input) {
    if (input->head_end == RAW_HEAD_MAX)
        return 0;
    const ssize_t got = read_descriptor(input, input->head + input->head_end, 1);
    if (got > 0)
        input->head_end++;
    return (int)got;
}
