/* Columns, and those of the default layout. */
#include "format/json_formatter.h"

jl_key jl_json_formatter_rename(const jl_json_formatter *formatter, jl_key key, unsigned *rename) {
    *rename = 0;
    for (unsigned i = 0; i < formatter->rename_count; i++) {
        if (!jl_key_same(&key, &formatter->renames[i].from, formatter->style.escapes))
            continue;
        *rename = i + 1;
        return formatter->renames[i].to;
    }
    return key;
}

void jl_column_add(jl_json_formatter *formatter, jl_text name, jl_attribute attribute,
                   jl_when when) {
    jl_column *column = &formatter->columns[formatter->column_count++];
    jl_key key = jl_key_of(name, formatter->style.escapes);
    *column = (jl_column){.attribute = attribute, .when = when};
    column->key = jl_json_formatter_rename(formatter, key, &column->rename);
}

void jl_columns_add_default(jl_json_formatter *formatter, bool message_always) {
    jl_column_add(formatter, JL_TEXT("timestamp"), JL_ATTRIBUTE_TIMESTAMP, JL_WHEN_ALWAYS);
    jl_column_add(formatter, JL_TEXT("logType"), JL_ATTRIBUTE_LEVEL, JL_WHEN_ALWAYS);
    jl_column_add(formatter, JL_TEXT("logger"), JL_ATTRIBUTE_LOGGER, JL_WHEN_ALWAYS);
    if (!message_always)
        jl_column_add(formatter, JL_TEXT("errorMessage"), JL_ATTRIBUTE_ERROR_MESSAGE,
                      JL_WHEN_FROM_ERROR);
    jl_column_add(formatter, JL_TEXT("message"), JL_ATTRIBUTE_MESSAGE,
                  message_always ? JL_WHEN_ALWAYS : JL_WHEN_BELOW_ERROR);
}
