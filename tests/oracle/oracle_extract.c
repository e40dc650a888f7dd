/* What a space-delimited pattern extracts of a line that matches: section 6.4. */
#include "oracle_filter.h"

#include <stdio.h>
#include <stdlib.h>

static char *name_of(const oracle_field *field, size_t position) {
    size_t len = 0;
    bool is_named = field && field->name.len > 0;
    char *spelled = is_named ? oracle_text_to_utf8(field->name, '?', &len) : NULL;
    char *name = oracle_alloc(len + 32);
    if (is_named)
        snprintf(name, len + 32, "$%s", spelled);
    else
        snprintf(name, len + 32, "$%zu", position);
    free(spelled);
    return name;
}

oracle_extracted *oracle_extract(const oracle_filter *filter, const char *line, size_t len,
                                 size_t *count) {
    *count = 0;
    if (filter->kind != ORACLE_FILTER_FIELDS || !oracle_fields_match(filter->fields, line, len))
        return NULL;
    oracle_binding binding = oracle_bind(filter->fields, line, len);
    oracle_extracted *values = oracle_alloc(binding.count * sizeof *values);
    for (size_t i = 0; i < binding.count; i++) {
        values[i].name = name_of(binding.at[i].field, i + 1);
        values[i].at = binding.at[i].at;
        values[i].len = binding.at[i].len;
    }
    *count = binding.count;
    free(binding.at);
    return values;
}

void oracle_extracted_free(oracle_extracted *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(values[i].name);
    free(values);
}
