/**
 * gzip files, of one member or several, through libz.so.1.
 */
#include "cli/decompressor.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

/* zlib's own struct, whose layout is fixed since 1.0 as part of its ABI. */
typedef struct zlib_stream {
    const unsigned char *next_in;
    unsigned avail_in;
    unsigned long total_in;
    unsigned char *next_out;
    unsigned avail_out;
    unsigned long total_out;
    const char *msg;
    void *state;
    void *(*allocate)(void *opaque, unsigned items, unsigned size);
    void (*release)(void *opaque, void *address);
    void *opaque;
    int data_type;
    unsigned long adler;
    unsigned long reserved;
} zlib_stream;

enum { ZLIB_OK = 0, ZLIB_STREAM_END = 1, ZLIB_BUF_ERROR = -5, ZLIB_NO_FLUSH = 0 };
/* Windows up to 32 KiB (15), and 16 for the gzip format. */
enum { ZLIB_GZIP_WINDOW = 15 + 16 };

static struct {
    int (*init)(zlib_stream *stream, int window_bits, const char *version, int stream_size);
    int (*inflate)(zlib_stream *stream, int flush);
    int (*reset)(zlib_stream *stream);
    int (*end)(zlib_stream *stream);
} zlib;

typedef struct gzip_reader {
    decompressor base;
    zlib_stream stream;
    bool is_between_members;
    bool is_at_end; /* of the compressed data */
    unsigned char chunk[DECOMPRESS_CHUNK];
} gzip_reader;

static int refill(gzip_reader *self, raw_input *input) {
    if (self->stream.avail_in > 0 || self->is_at_end)
        return 0;
    const ssize_t got = raw_input_read(input, self->chunk, sizeof self->chunk);
    if (got < 0)
        return -1;
    self->stream.next_in = self->chunk;
    self->stream.avail_in = (unsigned)got;
    self->is_at_end = got == 0;
    return 0;
}

/* Some writers pad a file with zeros; gzip passes over them too. */
static void skip_padding(zlib_stream *stream) {
    while (stream->avail_in > 0 && *stream->next_in == 0) {
        stream->next_in++;
        stream->avail_in--;
    }
}

/* @return ZLIB_OK with bytes written or more to come, ZLIB_STREAM_END behind the last member. */
static int inflate_some(gzip_reader *self, const char **why) {
    zlib_stream *stream = &self->stream;
    if (self->is_between_members) {
        skip_padding(stream);
        if (stream->avail_in == 0)
            return self->is_at_end ? ZLIB_STREAM_END : ZLIB_OK;
        zlib.reset(stream);
        self->is_between_members = false;
    }
    const unsigned room = stream->avail_out;
    const int result = zlib.inflate(stream, ZLIB_NO_FLUSH);
    self->is_between_members = result == ZLIB_STREAM_END;
    if (stream->avail_out < room || result == ZLIB_STREAM_END)
        return ZLIB_OK;
    if (result != ZLIB_OK && result != ZLIB_BUF_ERROR)
        *why = stream->msg != NULL ? stream->msg : "the compressed data is damaged";
    else if (self->is_at_end)
        *why = DECOMPRESS_CUT_SHORT;
    return ZLIB_OK;
}

static ssize_t read_gzip(decompressor *base, raw_input *input, char *out, size_t size,
                         const char **why) {
    gzip_reader *self = (gzip_reader *)base;
    const unsigned room = size < UINT_MAX ? (unsigned)size : UINT_MAX;
    self->stream.next_out = (unsigned char *)out;
    self->stream.avail_out = room;
    while (self->stream.avail_out == room) {
        if (refill(self, input) != 0)
            return -1;
        if (inflate_some(self, why) == ZLIB_STREAM_END)
            return 0;
        if (*why != NULL)
            return -1;
    }
    return (ssize_t)(room - self->stream.avail_out);
}

static void close_gzip(decompressor *base) {
    zlib.end(&((gzip_reader *)base)->stream);
    free(base);
}

static const char *load_zlib(void) {
    if (zlib.init != NULL)
        return NULL;
    int (*init)(zlib_stream *, int, const char *, int) = NULL;
    const library_call calls[] = {{"inflateInit2_", &init},
                                  {"inflate", &zlib.inflate},
                                  {"inflateReset", &zlib.reset},
                                  {"inflateEnd", &zlib.end}};
    const char *why = decompress_load("libz.so.1", calls, sizeof calls / sizeof *calls);
    if (why == NULL)
        zlib.init = init;
    return why;
}

decompressor *decompress_gzip(const char **why) {
    *why = load_zlib();
    if (*why != NULL)
        return NULL;
    gzip_reader *self = calloc(1, sizeof *self);
    if (self == NULL ||
        zlib.init(&self->stream, ZLIB_GZIP_WINDOW, "1", (int)sizeof(zlib_stream)) != ZLIB_OK) {
        free(self);
        *why = "out of memory";
        return NULL;
    }
    self->base = (decompressor){.read = read_gzip, .close = close_gzip};
    return &self->base;
}
