/* Preset cases from stdin, as an array of JSON; the line of each, as an array of JSON strings, so
 * that lines of several lines and bytes of all kinds arrive whole. */
#include "support/preset_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static char *read_all(FILE *file) {
    size_t len = 0;
    size_t size = 1u << 22;
    char *text = malloc(size);
    if (text == NULL)
        return NULL;
    len = fread(text, 1, size - 1, file);
    text[len] = '\0';
    return text;
}

int main(void) {
    char *text = read_all(stdin);
    cJSON *rows = cJSON_Parse(text);
    if (rows == NULL) {
        fprintf(stderr, "preset_lines: stdin is no JSON\n");
        return 2;
    }
    cJSON *lines = cJSON_CreateArray();
    const cJSON *row;
    setenv("TZ", "UTC0", 1);
    tzset();
    cJSON_ArrayForEach(row, rows) {
        format_arena arena = {NULL, 0};
        cJSON_AddItemToArray(lines, cJSON_CreateString(preset_case_line(&arena, row)));
        format_arena_done(&arena);
    }
    char *out = cJSON_PrintUnformatted(lines);
    puts(out);
    cJSON_free(out);
    cJSON_Delete(lines);
    cJSON_Delete(rows);
    free(text);
    return 0;
}
