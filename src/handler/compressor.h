#ifndef JL_HANDLER_COMPRESSOR_H
#define JL_HANDLER_COMPRESSOR_H
/** Compression of whole files with libraries that are opened when they are first needed; what is
 *  called in them is declared here, so the library builds and runs without them. */
#include <jsonlog/rotating.h>

#include <sys/types.h>

/** Bytes that are read at once. */
#define JL_COMPRESS_CHUNK 65536

/** A way to compress. */
typedef struct jl_compressor {
    const char *library;
    /** Find what is needed in the library. @return whether all of it is there. */
    bool (*load)(void *library);
    /** Begin to write to a descriptor, which stays the caller's. @return NULL without memory. */
    void *(*open)(int fd, int level);
    bool (*write)(void *self, const char *bytes, size_t len);
    /** Write the end, free everything. @return whether all of it is out; errno says why not. */
    bool (*close)(void *self, bool is_complete);
} jl_compressor;

extern const jl_compressor jl_compressor_gzip;
extern const jl_compressor jl_compressor_zstd;

/** Make a kind of compression ready. @return JSONLOG_OK, JSONLOG_E_UNSUPPORTED, JSONLOG_E_INVALID.
 */
jsonlog_status jl_compressor_load(jsonlog_compression compression, jsonlog_err *err);

/** Compress from one descriptor to the other; stops when `*stop` (atomic) becomes true. The kind
 * was loaded. @return 0 or an errno; EINTR if stopped. */
int jl_compress(jsonlog_compression compression, int level, int from, int to, const bool *stop);

#endif
