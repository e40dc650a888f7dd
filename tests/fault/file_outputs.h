#ifndef TEST_FILE_OUTPUTS_H
#define TEST_FILE_OUTPUTS_H
/** Every handler that ends in a file, the file being "log" in the test's directory. Include CMocka
 *  first. */
#include "fault/numbered_lines.h"
#include "support/handler_lines.h"

#include <jsonlog/async.h>
#include <jsonlog/failover.h>
#include <jsonlog/jsonlog.h>
#include <jsonlog/recorder.h>
#include <jsonlog/rotating.h>
#include <jsonlog/tee.h>

#include "support/log_files.h"

/** Of a buffer or ring among them. */
#define FILE_OUTPUT_MEMORY 32768

typedef struct file_output {
    const char *name;
    jsonlog_handler *(*open)(void); /**< NULL: it failed */
    bool is_in_memory;              /**< accepted means: in a buffer or ring */
} file_output;

static inline jsonlog_handler *open_log_file(jsonlog_write_policy policy) {
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    jsonlog_handler *file = NULL;
    options.policy = policy;
    if (jsonlog_file_handler_new(in_directory("log"), &options, &file, NULL) == JSONLOG_OK)
        use_plain_formatter(file);
    return file;
}

static inline jsonlog_handler *open_plain_file(void) {
    return open_log_file((jsonlog_write_policy){NULL, 0, 0, 0});
}

static inline jsonlog_handler *open_buffered_file(void) {
    return open_log_file(jsonlog_buffered(FILE_OUTPUT_MEMORY, 20));
}

static inline jsonlog_handler *open_rotating_file(void) {
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    jsonlog_handler *rotating = NULL;
    options.max_bytes = 1 << 20;
    options.file.check_ms = 1;
    if (jsonlog_rotating_handler_new(in_directory("log"), &options, &rotating, NULL) == JSONLOG_OK)
        use_plain_formatter(rotating);
    return rotating;
}

/* @return what `wrap` makes of the plain file, which it takes a reference to. */
static inline jsonlog_handler *wrapped(jsonlog_handler *(*wrap)(jsonlog_handler *file)) {
    jsonlog_handler *file = open_plain_file();
    jsonlog_handler *outer = file == NULL ? NULL : wrap(file);
    jsonlog_handler_release(file);
    return outer;
}

static inline jsonlog_handler *wrap_async(jsonlog_handler *file) {
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.when_full = JSONLOG_ASYNC_BLOCK;
    options.ring_bytes = FILE_OUTPUT_MEMORY;
    return jsonlog_async_handler_new(file, &options);
}

static inline jsonlog_handler *wrap_tee(jsonlog_handler *file) {
    jsonlog_handler *parts[] = {file, jsonlog_memory_handler_new(65536)};
    jsonlog_handler *tee = jsonlog_tee_handler_new(parts, 2);
    jsonlog_handler_release(parts[1]);
    return tee;
}

static inline jsonlog_handler *wrap_failover(jsonlog_handler *file) {
    jsonlog_handler *chain[] = {file, jsonlog_memory_handler_new(65536)};
    jsonlog_handler *failover = jsonlog_failover_handler_new(chain, 2, NULL);
    jsonlog_handler_release(chain[1]);
    return failover;
}

static inline jsonlog_handler *wrap_recorder(jsonlog_handler *file) {
    return jsonlog_recorder_handler_new(file, NULL);
}

static inline jsonlog_handler *open_async(void) {
    return wrapped(wrap_async);
}
static inline jsonlog_handler *open_tee(void) {
    return wrapped(wrap_tee);
}
static inline jsonlog_handler *open_failover(void) {
    return wrapped(wrap_failover);
}
static inline jsonlog_handler *open_recorder(void) {
    return wrapped(wrap_recorder);
}

static const file_output file_outputs[] = {
    {"file", open_plain_file, false},         {"rotating", open_rotating_file, false},
    {"tee(file)", open_tee, false},           {"failover(file)", open_failover, false},
    {"recorder(file)", open_recorder, false}, {"file+buffered", open_buffered_file, true},
    {"async(file)", open_async, true},
};
enum { FILE_OUTPUTS = sizeof file_outputs / sizeof file_outputs[0] };

/** What stands in the file and in those that were put aside, in no order; they are removed. Adds to
 *  `found`. */
static inline void take_log_files(numbered_reader *found) {
    DIR *directory = opendir(test_directory);
    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strncmp(entry->d_name, "log", 3) != 0 || strstr(entry->d_name, ".lock") != NULL)
            continue;
        const char *text = content_of(entry->d_name);
        assert_int_equal(read_numbered_lines(found, text, strlen(text)), 0);
        unlink(in_directory(entry->d_name));
    }
    closedir(directory);
}

/** Make it the only handler of the root; the test keeps its reference. */
static inline jsonlog_handler *log_to_output(const file_output *to) {
    jsonlog_handler *handler = to->open();
    assert_non_null(handler);
    assert_int_equal(jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1), JSONLOG_OK);
    return handler;
}

/** A whole log call with a numbered line of `len` bytes, at most 500. */
static inline void log_numbered(int id, long number, size_t len) {
    char line[500];
    make_numbered_line(line, id, number, len);
    jsonlog_log_fields(jsonlog_root(), JSONLOG_LEVEL_INFO, line, len - 1, NULL, 0);
}

#endif
