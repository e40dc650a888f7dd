#include "cli/byte_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct compression {
    const char *suffix;
    unsigned char magic[RAW_HEAD_MAX];
    size_t magic_len;
    decompressor *(*open)(const char **why);
} compression;

static const compression compressions[] = {
    {".gz", {0x1F, 0x8B}, 2, decompress_gzip},
    {".zst", {0x28, 0xB5, 0x2F, 0xFD}, 4, decompress_zstd},
};

enum { COMPRESSIONS = sizeof compressions / sizeof *compressions };

static const compression *compression_by_name(const char *path) {
    const size_t len = strlen(path);
    for (size_t i = 0; i < COMPRESSIONS; i++) {
        const size_t suffix_len = strlen(compressions[i].suffix);
        if (len > suffix_len && strcmp(path + len - suffix_len, compressions[i].suffix) == 0)
            return &compressions[i];
    }
    return NULL;
}

/* Reads no byte more than it needs to tell: somebody may be typing the input. */
static const compression *compression_by_head(raw_input *input) {
    for (size_t i = 0; i < COMPRESSIONS; i++) {
        const compression *kind = &compressions[i];
        size_t equal = 0;
        while (equal < kind->magic_len && (equal < input->head_end || raw_input_peek(input) == 1) &&
               input->head[equal] == kind->magic[equal])
            equal++;
        if (equal == kind->magic_len)
            return kind;
    }
    return NULL;
}

static bool open_descriptor(byte_source *source, const char *path) {
    struct stat status;
    source->input.descriptor = STDIN_FILENO;
    if (strcmp(path, SOURCE_STDIN) != 0)
        source->input.descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (source->input.descriptor < 0 || fstat(source->input.descriptor, &status) != 0)
        return false;
    source->input.may_wait = !S_ISREG(status.st_mode);
    errno = EISDIR;
    return !S_ISDIR(status.st_mode);
}

bool byte_source_open(byte_source *source, const char *path) {
    *source = (byte_source){.input.descriptor = -1};
    bool is_open = open_descriptor(source, path);
    if (is_open) {
        if (source->input.may_wait)
            fflush(stdout);
        const compression *kind = compression_by_name(path);
        if (kind == NULL)
            kind = compression_by_head(&source->input);
        if (kind != NULL)
            source->inflater = kind->open(&source->why);
        is_open = kind == NULL || source->inflater != NULL;
    }
    if (!is_open) {
        const int error = errno;
        byte_source_close(source);
        errno = error;
    }
    return is_open;
}

ssize_t byte_source_read(byte_source *source, char *out, size_t size) {
    source->why = NULL;
    if (source->inflater == NULL)
        return raw_input_read(&source->input, out, size);
    return source->inflater->read(source->inflater, &source->input, out, size, &source->why);
}

const char *byte_source_why(const byte_source *source) {
    return source->why != NULL ? source->why : strerror(errno);
}

void byte_source_close(byte_source *source) {
    if (source->inflater != NULL)
        source->inflater->close(source->inflater);
    if (source->input.descriptor > STDIN_FILENO)
        close(source->input.descriptor);
    source->inflater = NULL;
    source->input.descriptor = -1;
}

const char *source_name(const char *path) {
    return strcmp(path, SOURCE_STDIN) == 0 ? SOURCE_STDIN_SHOWN : path;
}

bool source_is_compressed(const char *path) {
    return compression_by_name(path) != NULL;
}
