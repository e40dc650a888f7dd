#include "cli/each_line.h"

#include "cli/line_reader.h"
#include "cli/tool.h"

#include <stdio.h>

static bool report(const char *path, const line_reader *reader) {
    tool_error(source_name(path), byte_source_why(&reader->source));
    return false;
}

static bool each_line_of_file(const char *path, each_line_fn *take, void *context) {
    line_reader reader;
    if (!line_reader_open(&reader, path))
        return report(path, &reader);
    placed_line line = {.path = path};
    line_result result = LINE_READ;
    bool is_good = true;
    while (!ferror(stdout) &&
           (result = line_reader_next(&reader, &line.text, &line.len)) == LINE_READ) {
        line.number++;
        is_good &= take(&line, context);
    }
    if (result == LINE_ERROR)
        is_good = report(path, &reader);
    line_reader_close(&reader);
    return is_good;
}

bool each_line(char *const *paths, size_t count, each_line_fn *take, void *context) {
    input_list inputs;
    if (!input_list_init(&inputs, paths, count))
        return false;
    bool is_good = !inputs.has_trouble;
    for (size_t i = 0; i < inputs.count && !ferror(stdout); i++)
        is_good &= each_line_of_file(inputs.files[i].path, take, context);
    input_list_done(&inputs);
    return is_good;
}
