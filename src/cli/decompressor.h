#ifndef JL_CLI_DECOMPRESSOR_H
#define JL_CLI_DECOMPRESSOR_H
/**
 * Compressed input. The libraries are opened when the first such file comes, so the program runs
 * without them; what is called in them is declared here, so it builds without them too.
 */
#include "cli/raw_input.h"

/** Said of data that ends before it is complete. */
#define DECOMPRESS_CUT_SHORT "the compressed data ends too early"

/** Bytes of compressed data that are read at once. */
enum { DECOMPRESS_CHUNK = 64 * 1024 };

typedef struct decompressor decompressor;
struct decompressor {
    /** @return the bytes written; 0 at the end; -1 with *why, or with errno and *why left NULL. */
    ssize_t (*read)(decompressor *self, raw_input *input, char *out, size_t size, const char **why);
    void (*close)(decompressor *self);
};

/** @return NULL, with *why in static storage, if the library cannot be opened or memory is out. */
decompressor *decompress_gzip(const char **why);
decompressor *decompress_zstd(const char **why);

/** A function to be found in a library, and where its address goes. */
typedef struct library_call {
    const char *name;
    void *slot; /**< points to a function pointer */
} library_call;

/** Open a shared library and find its functions; it stays open until the program ends.
 *  @return NULL, or why not, in static storage. */
const char *decompress_load(const char *library, const library_call *calls, size_t count);

#endif
