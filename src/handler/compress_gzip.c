/* gzip, through libz.so.1 and its functions for files. */
#include "handler/compressor.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LEVEL_MAX 9

static struct {
    void *(*open)(int fd, const char *mode);
    int (*write)(void *file, const void *bytes, unsigned len);
    int (*close)(void *file);
} zlib;

/* ISO C has no cast from an object to a function pointer; POSIX gives both one size. */
static bool find(void *library, const char *name, void *slot) {
    void *address = dlsym(library, name);
    memcpy(slot, &address, sizeof address);
    return address != NULL;
}

static bool gzip_load(void *library) {
    return find(library, "gzdopen", &zlib.open) && find(library, "gzwrite", &zlib.write) &&
           find(library, "gzclose", &zlib.close);
}

/* gzclose() closes the descriptor it was given, so it gets one of its own. */
static void *gzip_open(int fd, int level) {
    char mode[8] = "wb";
    const int own = dup(fd);
    if (own == -1)
        return NULL;
    if (level > 0)
        snprintf(mode, sizeof mode, "wb%d", level < LEVEL_MAX ? level : LEVEL_MAX);
    void *file = zlib.open(own, mode);
    if (file == NULL)
        close(own);
    return file;
}

static bool gzip_write(void *file, const char *bytes, size_t len) {
    return zlib.write(file, bytes, (unsigned)len) == (int)len;
}

static bool gzip_close(void *file, bool is_complete) {
    return zlib.close(file) == 0 && is_complete;
}

const jl_compressor jl_compressor_gzip = {
    .library = "libz.so.1",
    .load = gzip_load,
    .open = gzip_open,
    .write = gzip_write,
    .close = gzip_close,
};
