#include "base/err.h"
#include "logger/config_class.h"

#include <jsonlog/rotating.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BYTES_MOST (INT64_C(1) << 30)

/* ---- "buffer": {"bytes": "64K", "flushInterval": "1s"}: the policy of what writes to descriptors
 */

typedef struct buffer_options {
    size_t bytes; /* 0: there is no buffer */
    uint32_t flush_ms;
    int flush_level;
} buffer_options;

#define BUFFER(member) JL_MEMBER(buffer_options, member)

static const jl_option buffer_table[] = {
    {"bytes", JL_OPTION_SIZE, BUFFER(bytes), 1, BYTES_MOST, .is_required = true},
    {"flushInterval", JL_OPTION_MS, BUFFER(flush_ms), 1, UINT32_MAX - 1},
    {"flushLevel", JL_OPTION_LEVEL, BUFFER(flush_level)},
    JL_OPTIONS_END,
};

static jsonlog_write_policy policy_of(const buffer_options *buffer) {
    jsonlog_write_policy policy = {.kind = NULL};
    if (buffer->bytes == 0)
        return policy;
    policy = jsonlog_buffered(buffer->bytes, buffer->flush_ms);
    policy.flush_level = buffer->flush_level;
    return policy;
}

/* ---- stream and stdio ---- */

typedef struct stream_options {
    int stream; /* -1: not given, as is `descriptor` */
    int descriptor;
    bool flush_each;
    buffer_options buffer;
} stream_options;

#define STREAM(member) JL_MEMBER(stream_options, member)

static const jl_option_word streams[] = {
    {"stdout", STDOUT_FILENO}, {"stderr", STDERR_FILENO}, JL_WORDS_END};

/* The descriptor stays the program's: one that the old handler of a reload closes would be gone for
 * the new one. */
static const jl_option stream_table[] = {
    {"stream", JL_OPTION_WORD, STREAM(stream), .words = streams},
    {"descriptor", JL_OPTION_INTEGER, STREAM(descriptor), 0, INT32_MAX},
    {"buffer", JL_OPTION_GROUP, STREAM(buffer), .group = buffer_table},
    JL_OPTIONS_END,
};

static const jl_option stdio_table[] = {
    {"stream", JL_OPTION_WORD, STREAM(stream), .words = streams},
    {"flushEach", JL_OPTION_BOOL, STREAM(flush_each)},
    JL_OPTIONS_END,
};

static void init_stream(void *options) {
    stream_options *o = options;
    o->stream = -1;
    o->descriptor = -1;
    o->buffer.flush_level = JSONLOG_LEVEL_ERROR;
}

static const char *check_stream(const void *options) {
    const stream_options *o = options;
    return o->stream >= 0 && o->descriptor >= 0 ? "either stream or descriptor, not both" : NULL;
}

static int descriptor_of(const stream_options *o) {
    if (o->descriptor >= 0)
        return o->descriptor;
    return o->stream >= 0 ? o->stream : STDOUT_FILENO;
}

static jsonlog_handler *make_stream(const void *options, jsonlog_formatter *formatter,
                                    jsonlog_err *err) {
    const stream_options *o = options;
    const int descriptor = descriptor_of(o);
    (void)formatter;
    if (fcntl(descriptor, F_GETFL) == -1) {
        jl_err_set(err, JSONLOG_E_IO, JSONLOG_NO_OFFSET, "the descriptor %d is not open",
                   descriptor);
        return NULL;
    }
    jsonlog_stream_options stream = JSONLOG_STREAM_OPTIONS_INIT;
    stream.policy = policy_of(&o->buffer);
    return jsonlog_stream_handler_new(descriptor, &stream);
}

static jsonlog_handler *make_stdio(const void *options, jsonlog_formatter *formatter,
                                   jsonlog_err *err) {
    const stream_options *o = options;
    (void)formatter;
    (void)err;
    return jsonlog_stdio_handler_new(descriptor_of(o) == STDOUT_FILENO ? stdout : stderr,
                                     o->flush_each);
}

/* ---- file and rotating ---- */

typedef struct file_options {
    const char *path;
    buffer_options buffer;
    jsonlog_rotating_options rotating; /* `file` in it serves for both */
} file_options;

#define FILE_(member)    JL_MEMBER(file_options, member)
#define OF_FILE(member)  JL_MEMBER(file_options, rotating.file.member)
#define ROTATING(member) JL_MEMBER(file_options, rotating.member)

static const jl_option_word never[] = {{"never", JSONLOG_CHECK_NEVER}, JL_WORDS_END};

#define FILE_OPTIONS                                                                             \
    {"path", JL_OPTION_TEXT, FILE_(path), .least = 1, .is_required = true},                      \
        {"mode", JL_OPTION_MODE, OF_FILE(mode)},                                                 \
        {"directoryMode", JL_OPTION_MODE, OF_FILE(directory_mode)},                              \
        {"makesDirectories", JL_OPTION_BOOL, OF_FILE(makes_directories)},                        \
        {"refusesSymlink", JL_OPTION_BOOL, OF_FILE(refuses_symlink)},                            \
        {"opensLate", JL_OPTION_BOOL, OF_FILE(opens_late)},                                      \
        {"checkInterval", JL_OPTION_MS, OF_FILE(check_ms), 1, UINT32_MAX - 1, .words = never}, { \
        "buffer", JL_OPTION_GROUP, FILE_(buffer), .group = buffer_table                          \
    }

static const jl_option_word periods[] = {
    {"seconds", JSONLOG_PERIOD_SECONDS}, {"minutes", JSONLOG_PERIOD_MINUTES},
    {"hours", JSONLOG_PERIOD_HOURS},     {"days", JSONLOG_PERIOD_DAYS},
    {"weeks", JSONLOG_PERIOD_WEEKS},     JL_WORDS_END};
static const jl_option_word weekdays[] = {{"sunday", 0},    {"monday", 1},   {"tuesday", 2},
                                          {"wednesday", 3}, {"thursday", 4}, {"friday", 5},
                                          {"saturday", 6},  JL_WORDS_END};
static const jl_option_word namings[] = {
    {"number", JSONLOG_NAME_NUMBER}, {"time", JSONLOG_NAME_TIME}, JL_WORDS_END};
static const jl_option_word compressions[] = {{"none", JSONLOG_COMPRESS_NONE},
                                              {"gzip", JSONLOG_COMPRESS_GZIP},
                                              {"zstd", JSONLOG_COMPRESS_ZSTD},
                                              JL_WORDS_END};

static const jl_option file_table[] = {FILE_OPTIONS, JL_OPTIONS_END};

static const jl_option rotating_table[] = {
    FILE_OPTIONS,
    {"maxBytes", JL_OPTION_SIZE, ROTATING(max_bytes), 1, JL_NUMBER_MOST},
    {"period", JL_OPTION_WORD, ROTATING(period), .words = periods},
    {"every", JL_OPTION_INTEGER, ROTATING(every), 1, 86400},
    {"weekday", JL_OPTION_WORD, ROTATING(weekday), .words = weekdays},
    {"at", JL_OPTION_CLOCK, ROTATING(at_seconds)},
    {"usesLocalTime", JL_OPTION_BOOL, ROTATING(uses_local_time)},
    {"naming", JL_OPTION_WORD, ROTATING(naming), .words = namings},
    {"keepFiles", JL_OPTION_INTEGER, ROTATING(keep_files), 0, 1000000},
    {"keepFor", JL_OPTION_SECONDS, ROTATING(keep_seconds), 1, JL_NUMBER_MOST},
    {"compression", JL_OPTION_WORD, ROTATING(compression), .words = compressions},
    {"compressionLevel", JL_OPTION_INTEGER, ROTATING(compression_level), 1, 22},
    JL_OPTIONS_END,
};

static void init_file(void *options) {
    file_options *o = options;
    const jsonlog_rotating_options rotating = JSONLOG_ROTATING_OPTIONS_INIT;
    o->rotating = rotating;
    o->rotating.file.size = sizeof o->rotating.file;
    o->buffer.flush_level = JSONLOG_LEVEL_ERROR;
}

static jsonlog_handler *make_file(const void *options, jsonlog_formatter *formatter,
                                  jsonlog_err *err) {
    const file_options *o = options;
    (void)formatter;
    jsonlog_file_options file = o->rotating.file;
    file.policy = policy_of(&o->buffer);
    jsonlog_handler *handler = NULL;
    jsonlog_file_handler_new(o->path, &file, &handler, err);
    return handler;
}

static const char *check_rotating(const void *options) {
    const jsonlog_rotating_options *o = &((const file_options *)options)->rotating;
    static const unsigned most[] = {86400, 86400, 1440, 24, UINT16_MAX, UINT16_MAX};
    if (o->max_bytes == 0 && o->period == JSONLOG_PERIOD_NONE)
        return "maxBytes or period is missing";
    return o->every > most[o->period] ? "every is longer than a day for its period, or 65,535"
                                      : NULL;
}

static jsonlog_handler *make_rotating(const void *options, jsonlog_formatter *formatter,
                                      jsonlog_err *err) {
    const file_options *o = options;
    (void)formatter;
    jsonlog_rotating_options rotating = o->rotating;
    rotating.file.policy = policy_of(&o->buffer);
    jsonlog_handler *handler = NULL;
    jsonlog_rotating_handler_new(o->path, &rotating, &handler, err);
    return handler;
}

/* ---- memory and null ---- */

typedef struct memory_options {
    size_t capacity;
} memory_options;

static const jl_option memory_table[] = {
    {"capacity", JL_OPTION_SIZE, JL_MEMBER(memory_options, capacity), 1024, BYTES_MOST,
     .is_required = true},
    JL_OPTIONS_END,
};

static const jl_option no_options[] = {JL_OPTIONS_END};

static jsonlog_handler *make_memory(const void *options, jsonlog_formatter *formatter,
                                    jsonlog_err *err) {
    (void)formatter;
    (void)err;
    return jsonlog_memory_handler_new(((const memory_options *)options)->capacity);
}

static jsonlog_handler *make_null(const void *options, jsonlog_formatter *formatter,
                                  jsonlog_err *err) {
    (void)options;
    (void)formatter;
    (void)err;
    return jsonlog_null_handler_new();
}

/* ---- the classes ---- */

const jl_config_class jl_class_stream = {.name = "stream",
                                         .size = sizeof(stream_options),
                                         .options = stream_table,
                                         .init = init_stream,
                                         .check = check_stream,
                                         .make_handler = make_stream};
const jl_config_class jl_class_stdio = {.name = "stdio",
                                        .size = sizeof(stream_options),
                                        .options = stdio_table,
                                        .init = init_stream,
                                        .make_handler = make_stdio};
const jl_config_class jl_class_file = {.name = "file",
                                       .size = sizeof(file_options),
                                       .options = file_table,
                                       .init = init_file,
                                       .make_handler = make_file};
const jl_config_class jl_class_rotating = {.name = "rotating",
                                           .size = sizeof(file_options),
                                           .options = rotating_table,
                                           .init = init_file,
                                           .check = check_rotating,
                                           .make_handler = make_rotating};
const jl_config_class jl_class_memory = {.name = "memory",
                                         .size = sizeof(memory_options),
                                         .options = memory_table,
                                         .make_handler = make_memory};
const jl_config_class jl_class_null = {
    .name = "null", .size = 1, .options = no_options, .make_handler = make_null};
