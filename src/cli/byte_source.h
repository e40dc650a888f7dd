#ifndef JL_CLI_BYTE_SOURCE_H
#define JL_CLI_BYTE_SOURCE_H
/**
 * The bytes of an input file: as they are, or decompressed. A name that ends in .gz or .zst says
 * what the file must be; of any other the first bytes decide.
 */
#include "cli/decompressor.h"
#include "cli/raw_input.h"

#include <stdbool.h>

/** The name of the standard input on the command line, and in messages. */
#define SOURCE_STDIN       "-"
#define SOURCE_STDIN_SHOWN "(standard input)"

typedef struct byte_source {
    raw_input input;
    decompressor *inflater; /**< NULL: the bytes are taken as they are */
    const char *why;        /**< of a failure that has no errno, else NULL */
} byte_source;

/** @return false if the file cannot be opened or is a directory; byte_source_why() says why. */
bool byte_source_open(byte_source *source, const char *path);

/** @return the bytes written; 0 at the end; -1 on trouble: byte_source_why(). */
ssize_t byte_source_read(byte_source *source, char *out, size_t size);

/** @return why the last call failed, valid until the next. */
const char *byte_source_why(const byte_source *source);

void byte_source_close(byte_source *source);

/** @return the name of an input file for people. */
const char *source_name(const char *path);

/** Whether the name says that the file is compressed. */
bool source_is_compressed(const char *path);

#endif
