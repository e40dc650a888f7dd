/**
 * zstd files, of one frame or several, through libzstd.so.1.
 */
#include "cli/decompressor.h"

#include <stdbool.h>
#include <stdlib.h>

typedef struct zstd_in {
    const void *bytes;
    size_t size;
    size_t at;
} zstd_in;

typedef struct zstd_out {
    void *bytes;
    size_t size;
    size_t at;
} zstd_out;

static struct {
    void *(*create)(void);
    size_t (*init)(void *stream);
    size_t (*decompress)(void *stream, zstd_out *out, zstd_in *in);
    unsigned (*is_error)(size_t code);
    const char *(*error_name)(size_t code);
    size_t (*release)(void *stream);
} zstd;

typedef struct zstd_reader {
    decompressor base;
    void *stream;
    size_t begin; /* of what is left in the chunk */
    size_t end;
    size_t wanted;  /* what zstd needs next to complete a block; 0 behind a frame */
    bool is_at_end; /* of the compressed data */
    unsigned char chunk[DECOMPRESS_CHUNK];
} zstd_reader;

static int refill(zstd_reader *self, raw_input *input) {
    if (self->begin < self->end || self->is_at_end)
        return 0;
    const ssize_t got = raw_input_read(input, self->chunk, sizeof self->chunk);
    if (got < 0)
        return -1;
    self->begin = 0;
    self->end = (size_t)got;
    self->is_at_end = got == 0;
    return 0;
}

/* Give zstd no more than the block it asks for: damage in a later block then leaves what this one
 * holds, while a call that fails keeps everything it had decoded to itself. */
static size_t decompress_block(zstd_reader *self, zstd_out *out, const char **why) {
    const size_t kept = self->end - self->begin;
    const size_t wanted = self->wanted > 0 ? self->wanted : 1;
    const size_t given = wanted < kept ? wanted : kept;
    const size_t taken_before = self->begin;
    zstd_in in = {self->chunk + self->begin, given, 0};
    const size_t result = zstd.decompress(self->stream, out, &in);
    self->begin += in.at;
    if (zstd.is_error(result))
        *why = zstd.error_name(result);
    else if (out->at == 0 && self->begin == taken_before && self->is_at_end)
        *why = DECOMPRESS_CUT_SHORT;
    else
        self->wanted = result;
    return out->at;
}

static ssize_t read_zstd(decompressor *base, raw_input *input, char *out, size_t size,
                         const char **why) {
    zstd_reader *self = (zstd_reader *)base;
    zstd_out to = {out, size, 0};
    while (to.at == 0) {
        if (refill(self, input) != 0)
            return -1;
        if (self->is_at_end && self->begin == self->end && self->wanted == 0)
            return 0;
        decompress_block(self, &to, why);
        if (*why != NULL)
            return -1;
    }
    return (ssize_t)to.at;
}

static void close_zstd(decompressor *base) {
    zstd.release(((zstd_reader *)base)->stream);
    free(base);
}

static const char *load_zstd(void) {
    if (zstd.create != NULL)
        return NULL;
    void *(*create)(void) = NULL;
    const library_call calls[] = {{"ZSTD_createDStream", &create},
                                  {"ZSTD_initDStream", &zstd.init},
                                  {"ZSTD_decompressStream", &zstd.decompress},
                                  {"ZSTD_isError", &zstd.is_error},
                                  {"ZSTD_getErrorName", &zstd.error_name},
                                  {"ZSTD_freeDStream", &zstd.release}};
    const char *why = decompress_load("libzstd.so.1", calls, sizeof calls / sizeof *calls);
    if (why == NULL)
        zstd.create = create;
    return why;
}

decompressor *decompress_zstd(const char **why) {
    *why = load_zstd();
    if (*why != NULL)
        return NULL;
    zstd_reader *self = calloc(1, sizeof *self);
    if (self == NULL || (self->stream = zstd.create()) == NULL) {
        free(self);
        *why = "out of memory";
        return NULL;
    }
    self->wanted = zstd.init(self->stream);
    self->base = (decompressor){.read = read_zstd, .close = close_zstd};
    return &self->base;
}
