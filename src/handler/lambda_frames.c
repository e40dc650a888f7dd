#include "handler/lambda_frames.h"

#include "base/alloc.h"
#include "handler/descriptor.h"
#include "record/handler_base.h"

#include <jsonlog/lambda.h>

#include <errno.h>
#include <stdlib.h>

#define TYPE_TEXT 0xA55A0003u
#define TYPE_JSON 0xA55A0002u

/* A frame that was begun must be finished before the next, or the reader loses its place for ever.
 * So there is room for the rest of a line before its frame begins. */
typedef struct frames {
    jsonlog_handler *handler;
    jl_descriptor out;
    bool is_text;
    bool is_closed; /* nobody reads any more: EPIPE was seen */
    char *rest;     /* what a full descriptor did not take of the last frame */
    size_t rest_size;
    size_t rest_at;
    size_t rest_len;
} frames;

/* ---- header ---- */

/* A level between two named ones counts as the lower. */
static uint32_t mask_of(int level) {
    static const int named[] = {JSONLOG_LEVEL_DEBUG, JSONLOG_LEVEL_INFO, JSONLOG_LEVEL_WARN,
                                JSONLOG_LEVEL_ERROR, JSONLOG_LEVEL_FATAL};
    if (level <= JSONLOG_LEVEL_NOTSET)
        return 0;
    uint32_t rank = 1; /* TRACE */
    for (size_t i = 0; i < sizeof named / sizeof named[0] && level >= named[i]; i++)
        rank++;
    return rank << 2;
}

static uint8_t *put_big_endian(uint8_t *out, uint64_t number, unsigned bytes) {
    for (unsigned i = bytes; i-- > 0;)
        *out++ = (uint8_t)(number >> (8 * i));
    return out;
}

void jl_lambda_header(uint8_t out[JL_LAMBDA_HEADER_SIZE], bool is_text, const jsonlog_line *line,
                      size_t message_len) {
    const uint64_t time_us = line->time_ns < 0 ? 0 : (uint64_t)line->time_ns / 1000;
    out = put_big_endian(out, (is_text ? TYPE_TEXT : TYPE_JSON) | mask_of(line->level), 4);
    out = put_big_endian(out, message_len, 4);
    put_big_endian(out, time_us, 8);
}

/* ---- writing ---- */

static jsonlog_status refuse(frames *f, int error) {
    if (error == EPIPE)
        f->is_closed = true;
    errno = error;
    if (error == EAGAIN || error == EWOULDBLOCK)
        return JSONLOG_E_AGAIN;
    return error == EPIPE ? JSONLOG_E_CLOSED : JSONLOG_E_IO;
}

static jsonlog_status write_rest(frames *f) {
    if (f->is_closed)
        return refuse(f, EPIPE);
    if (f->rest_len == 0)
        return JSONLOG_OK;
    struct iovec part = jl_part(f->rest + f->rest_at, f->rest_len);
    const jl_written written = jl_descriptor_write_all(&f->out, &part, 1);
    f->rest_at += written.bytes;
    f->rest_len -= written.bytes;
    if (written.error == 0)
        return JSONLOG_OK;
    if (written.error == EPIPE) {
        f->rest_len = 0;
        jl_handler_count_loss(f->handler, EPIPE); /* it had been accepted */
    }
    return refuse(f, written.error);
}

static bool has_room(frames *f, size_t bytes) {
    if (bytes <= f->rest_size)
        return true;
    char *larger = jl_realloc(f->rest, bytes);
    if (larger == NULL)
        return false;
    f->rest = larger;
    f->rest_size = bytes;
    return true;
}

/* Keep what comes after the first `written` bytes of the frame. */
static void keep_rest(frames *f, const uint8_t header[JL_LAMBDA_HEADER_SIZE], jl_text message,
                      size_t written) {
    memcpy(f->rest, header, JL_LAMBDA_HEADER_SIZE);
    memcpy(f->rest + JL_LAMBDA_HEADER_SIZE, message.ptr, message.len);
    f->rest_at = written;
    f->rest_len = JL_LAMBDA_HEADER_SIZE + message.len - written;
}

static jsonlog_status write_frame(frames *f, const jsonlog_line *line, jl_text message) {
    uint8_t header[JL_LAMBDA_HEADER_SIZE];
    jl_lambda_header(header, f->is_text, line, message.len);
    struct iovec parts[2] = {{.iov_base = header, .iov_len = sizeof header},
                             jl_part(message.ptr, message.len)};
    const jl_written written = jl_descriptor_write_all(&f->out, parts, 2);
    if (written.error == 0)
        return JSONLOG_OK;
    if (written.bytes == 0 || written.error == EPIPE)
        return refuse(f, written.error);
    keep_rest(f, header, message, written.bytes);
    return JSONLOG_OK;
}

static jsonlog_status frames_write(void *self, const jsonlog_line *line) {
    frames *f = self;
    jsonlog_status status = write_rest(f);
    if (status != JSONLOG_OK)
        return status;
    jl_text message = {line->text, line->len};
    if (message.len > 0 && message.ptr[message.len - 1] == '\n')
        message.len--;
    if (message.len > JSONLOG_LAMBDA_LINE_MAX) {
        errno = EMSGSIZE;
        return JSONLOG_E_LIMIT;
    }
    if (!has_room(f, JL_LAMBDA_HEADER_SIZE + message.len)) {
        errno = ENOMEM;
        return JSONLOG_E_NOMEM;
    }
    return write_frame(f, line, message);
}

static jsonlog_status frames_flush(void *self) {
    return write_rest(self);
}

static void frames_close(void *self) {
    frames *f = self;
    jl_free(f->rest);
    jl_free(f);
}

/* The rest is the parent's to write. */
static void frames_after_fork(void *self) {
    frames *f = self;
    f->rest_len = 0;
}

static const jsonlog_handler_class frames_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "lambda",
    .write = frames_write,
    .flush = frames_flush,
    .close = frames_close,
    .after_fork = frames_after_fork,
};

jsonlog_handler *jl_lambda_frames_new(int fd, bool is_text) {
    frames *f = jl_calloc(1, sizeof *f);
    if (f == NULL)
        return NULL;
    f->is_text = is_text;
    if (jl_descriptor_init(&f->out, fd) && has_room(f, JL_LAMBDA_HEADER_SIZE + JL_LINE_MAX_DEFAULT))
        f->handler = jl_handler_new(&frames_class, f, JL_HANDLER_REPORTS);
    if (f->handler != NULL)
        return f->handler;
    frames_close(f);
    return NULL;
}
