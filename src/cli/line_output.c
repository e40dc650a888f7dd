#include "cli/line_output.h"

#include "cli/byte_source.h"
#include "cli/color.h"
#include "cli/json_text.h"
#include "cli/safe_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void color(const line_output *output, const char *code) {
    if (output->colors)
        fputs(code, stdout);
}

static void print_separator(const line_output *output, const char *separator) {
    color(output, COLOR_SEPARATOR);
    fputs(separator, stdout);
    color(output, COLOR_END);
}

static void print_file(const line_output *output, const char *path) {
    color(output, COLOR_NAME);
    print_text(stdout, path, strlen(path), output->escapes);
    color(output, COLOR_END);
}

static void print_prefix(const line_output *output, const placed_line *line) {
    const char *separator = line->is_context ? "-" : ":";
    if (output->names) {
        print_file(output, source_name(line->path));
        print_separator(output, separator);
    }
    if (output->numbers) {
        color(output, COLOR_NUMBER);
        printf("%" PRIu64, line->number);
        color(output, COLOR_END);
        print_separator(output, separator);
    }
}

/* @return the value without its escapes, in the output's own room; NULL if memory is out. */
static const char *plain_text(line_output *output, const jsonlog_found *found, size_t *len) {
    *len = jsonlog_found_text(found, output->text, output->text_size);
    if (*len < output->text_size)
        return output->text;
    char *text = realloc(output->text, *len + 1);
    if (text == NULL)
        return NULL;
    output->text = text;
    output->text_size = *len + 1;
    return jsonlog_found_text(found, text, output->text_size) == *len ? text : NULL;
}

static void print_plain(line_output *output, const jsonlog_found *found) {
    size_t len = 0;
    const char *text = plain_text(output, found, &len);
    if (text != NULL)
        print_text(stdout, text, len, output->escapes);
}

static void print_as_json(line_output *output, const jsonlog_found *found) {
    if (found->type == JSONLOG_FOUND_TOKEN) {
        print_json_string(stdout, found->text, found->len, output->escapes);
        return;
    }
    const char *quote = found->type == JSONLOG_FOUND_STRING ? "\"" : "";
    fputs(quote, stdout);
    print_json(stdout, found->text, found->len, output->escapes);
    fputs(quote, stdout);
}

static void print_columns(line_output *output, const placed_line *line) {
    for (size_t i = 0; i < output->only_count; i++) {
        const jsonlog_found found = line_field_get(&output->only[i], line->text, line->len);
        if (i > 0)
            putchar('\t');
        if (found.type == JSONLOG_FOUND_NOTHING)
            continue;
        color(output, COLOR_VALUE);
        if (output->is_raw)
            print_plain(output, &found);
        else
            print_as_json(output, &found);
        color(output, COLOR_END);
    }
}

static void print_values_member(line_output *output, const placed_line *line) {
    bool has_member = false;
    fputs(",\"values\":{", stdout);
    for (size_t i = 0; i < output->only_count; i++) {
        const jsonlog_found found = line_field_get(&output->only[i], line->text, line->len);
        if (found.type == JSONLOG_FOUND_NOTHING)
            continue;
        if (has_member)
            putchar(',');
        has_member = true;
        const char *name = output->only[i].reference;
        print_json_string(stdout, name, strlen(name), output->escapes);
        putchar(':');
        print_as_json(output, &found);
    }
    putchar('}');
}

static void print_event_member(line_output *output, const placed_line *line) {
    if (jsonlog_filter_match(output->any_json, line->text, line->len)) {
        fputs(",\"event\":", stdout);
        print_json(stdout, line->text, line->len, output->escapes);
        return;
    }
    fputs(",\"text\":", stdout);
    print_json_string(stdout, line->text, line->len, output->escapes);
}

static void print_object(line_output *output, const placed_line *line) {
    const char *name = source_name(line->path);
    fputs("{\"file\":", stdout);
    print_json_string(stdout, name, strlen(name), output->escapes);
    printf(",\"line\":%" PRIu64, line->number);
    if (line->is_context)
        fputs(",\"context\":true", stdout);
    if (output->only_count > 0)
        print_values_member(output, line);
    else
        print_event_member(output, line);
    putchar('}');
}

void line_output_print(line_output *output, const placed_line *line) {
    output->has_printed = true;
    if (output->as_json) {
        print_object(output, line);
    } else {
        print_prefix(output, line);
        if (output->only_count > 0)
            print_columns(output, line);
        else
            print_text(stdout, line->text, line->len, output->escapes);
    }
    putc_unlocked('\n', stdout);
}

void line_output_new_group(line_output *output) {
    if (!output->has_groups || !output->has_printed || output->as_json)
        return;
    print_separator(output, "--");
    putchar('\n');
}

void line_output_count(line_output *output, const char *path, uint64_t count) {
    const char *name = source_name(path);
    if (output->as_json) {
        fputs("{\"file\":", stdout);
        print_json_string(stdout, name, strlen(name), output->escapes);
        printf(",\"count\":%" PRIu64 "}\n", count);
        return;
    }
    if (output->names) {
        print_file(output, name);
        print_separator(output, ":");
    }
    printf("%" PRIu64 "\n", count);
}

void line_output_done(line_output *output) {
    free(output->text);
    output->text = NULL;
}
