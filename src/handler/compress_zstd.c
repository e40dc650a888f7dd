/* zstd, through libzstd.so.1 (1.4 or later). */
#include "base/alloc.h"
#include "handler/compressor.h"
#include "handler/descriptor.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

/* The library's own buffers, parameters and directives, as its manual gives them. */
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

enum { PARAMETER_LEVEL = 100, PARAMETER_CHECKSUM = 201 };
enum { DIRECTIVE_CONTINUE = 0, DIRECTIVE_END = 2 };

static struct {
    void *(*create)(void);
    size_t (*set)(void *context, int parameter, int value);
    size_t (*compress)(void *context, zstd_out *out, zstd_in *in, int directive);
    unsigned (*is_error)(size_t code);
    size_t (*release)(void *context);
} zstd;

typedef struct zstd_writer {
    void *context;
    int fd;
    char chunk[JL_COMPRESS_CHUNK];
} zstd_writer;

static bool find(void *library, const char *name, void *slot) {
    void *address = dlsym(library, name);
    memcpy(slot, &address, sizeof address);
    return address != NULL;
}

static bool zstd_load(void *library) {
    return find(library, "ZSTD_createCCtx", &zstd.create) &&
           find(library, "ZSTD_CCtx_setParameter", &zstd.set) &&
           find(library, "ZSTD_compressStream2", &zstd.compress) &&
           find(library, "ZSTD_isError", &zstd.is_error) &&
           find(library, "ZSTD_freeCCtx", &zstd.release);
}

static void *zstd_open(int fd, int level) {
    zstd_writer *w = jl_alloc(sizeof *w);
    if (w == NULL)
        return NULL;
    w->fd = fd;
    w->context = zstd.create();
    if (w->context == NULL) {
        jl_free(w);
        return NULL;
    }
    zstd.set(w->context, PARAMETER_CHECKSUM, 1);
    if (level > 0)
        zstd.set(w->context, PARAMETER_LEVEL, level);
    return w;
}

/* @return whether everything given is taken, and at the end everything is out. */
static bool compress(zstd_writer *w, const char *bytes, size_t len, int directive) {
    zstd_in in = {bytes, len, 0};
    size_t left = 0;
    do {
        zstd_out out = {w->chunk, sizeof w->chunk, 0};
        left = zstd.compress(w->context, &out, &in, directive);
        if (zstd.is_error(left))
            return false;
        struct iovec part = jl_part(w->chunk, out.at);
        jl_descriptor to = {.fd = w->fd, .way = JL_WAY_PLAIN, .is_file = true};
        jl_written written = {0, 0};
        if (out.at > 0)
            written = jl_descriptor_write_all(&to, &part, 1);
        if (written.error != 0) {
            errno = written.error;
            return false;
        }
    } while (in.at < in.size || (directive == DIRECTIVE_END && left > 0));
    return true;
}

static bool zstd_write(void *self, const char *bytes, size_t len) {
    return compress(self, bytes, len, DIRECTIVE_CONTINUE);
}

static bool zstd_close(void *self, bool is_complete) {
    zstd_writer *w = self;
    const bool is_out = is_complete && compress(w, NULL, 0, DIRECTIVE_END);
    const int error = errno;
    zstd.release(w->context);
    jl_free(w);
    errno = error;
    return is_out;
}

const jl_compressor jl_compressor_zstd = {
    .library = "libzstd.so.1",
    .load = zstd_load,
    .open = zstd_open,
    .write = zstd_write,
    .close = zstd_close,
};
