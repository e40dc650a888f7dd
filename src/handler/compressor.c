#include "handler/compressor.h"

#include "base/alloc.h"
#include "base/err.h"

#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>

static const jl_compressor *compressor_of(jsonlog_compression compression) {
    return compression == JSONLOG_COMPRESS_GZIP ? &jl_compressor_gzip : &jl_compressor_zstd;
}

/* The library stays open until the program ends: a thread may be in it. */
jsonlog_status jl_compressor_load(jsonlog_compression compression, jsonlog_err *err) {
    if (compression == JSONLOG_COMPRESS_NONE)
        return JSONLOG_OK;
    if (compression != JSONLOG_COMPRESS_GZIP && compression != JSONLOG_COMPRESS_ZSTD)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "no such compression");
    const jl_compressor *compressor = compressor_of(compression);
    void *library = dlopen(compressor->library, RTLD_NOW | RTLD_LOCAL);
    if (library != NULL && compressor->load(library))
        return JSONLOG_OK;
    return jl_err_set(err, JSONLOG_E_UNSUPPORTED, JSONLOG_NO_OFFSET,
                      "old log files cannot be compressed: %s is not installed, or too old",
                      compressor->library);
}

static ssize_t read_retrying(int fd, char *out, size_t size) {
    ssize_t n = 0;
    do
        n = read(fd, out, size);
    while (n == -1 && errno == EINTR);
    return n;
}

/* @return 0 at the end of the file, or an errno. */
static int copy(const jl_compressor *compressor, void *self, int from, const bool *stop) {
    char *chunk = jl_alloc(JL_COMPRESS_CHUNK);
    if (chunk == NULL)
        return ENOMEM;
    ssize_t n = 1;
    int error = 0;
    while (error == 0 && n > 0) {
        errno = 0;
        n = read_retrying(from, chunk, JL_COMPRESS_CHUNK);
        if (n == -1 || (n > 0 && !compressor->write(self, chunk, (size_t)n)))
            error = errno == 0 ? EIO : errno;
        else if (__atomic_load_n(stop, __ATOMIC_RELAXED))
            error = EINTR;
    }
    jl_free(chunk);
    return error;
}

int jl_compress(jsonlog_compression compression, int level, int from, int to, const bool *stop) {
    const jl_compressor *compressor = compressor_of(compression);
    void *self = compressor->open(to, level);
    if (self == NULL)
        return ENOMEM;
    int error = copy(compressor, self, from, stop);
    errno = 0;
    if (!compressor->close(self, error == 0) && error == 0)
        error = errno == 0 ? EIO : errno;
    return error;
}
