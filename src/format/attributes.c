/* What the default layout has. All else comes with jl_attribute_find(), which every other layout
 * asks for its names; in a program that is linked statically and makes no other it is not there. */
#include "format/attributes.h"

#include "format/time_text.h"
#include "record/record.h"

#pragma weak jl_write_named_attribute

bool jl_attribute_is_present(jl_attribute attribute, const jsonlog_record *record) {
    switch (attribute) {
    case JL_ATTRIBUTE_MESSAGE:
    case JL_ATTRIBUTE_ERROR_MESSAGE:
        return record->message != NULL && record->message->type != JSONLOG_TYPE_NULL;
    case JL_ATTRIBUTE_FILE:
    case JL_ATTRIBUTE_LINE:
    case JL_ATTRIBUTE_FUNCTION:
    case JL_ATTRIBUTE_FILENAME:
    case JL_ATTRIBUTE_MODULE: return record->site != NULL;
    case JL_ATTRIBUTE_SUPPRESSED: return record->suppressed != 0;
    default: return true;
    }
}

bool jl_attribute_may_be_cut(jl_attribute attribute) {
    return attribute != JL_ATTRIBUTE_TIMESTAMP && attribute != JL_ATTRIBUTE_LEVEL &&
           attribute != JL_ATTRIBUTE_NAMED_LEVEL && attribute != JL_ATTRIBUTE_ASCTIME;
}

static void write_number(jsonlog_writer *writer, jsonlog_value number) {
    jl_write_scalar(writer, &number);
}

static void write_message(jsonlog_writer *writer, const jsonlog_value *message) {
    if (message->type == JSONLOG_TYPE_STRING && (message->flags & JSONLOG_VALUE_SECRET) == 0)
        jl_write_string(writer, (jl_text){message->as.string, message->with.len});
    else
        jl_write_value(writer, JL_TEXT(""), message);
}

static void write_logger(jsonlog_writer *writer, const char *name) {
    bool is_root = name == NULL || *name == '\0';
    jl_write_string(writer, is_root ? JL_TEXT("root") : jl_text_of(name));
}

void jl_write_attribute(jsonlog_writer *writer, jl_attribute attribute,
                        const jl_asctime_format *asctime, const jsonlog_record *record) {
    const jl_json_style *style = writer->style;
    int64_t ns = record->time_ns;
    if (!jl_attribute_is_present(attribute, record)) {
        jl_buffer_append_text(writer->out, JL_TEXT("null"));
        return;
    }
    switch (attribute) {
    case JL_ATTRIBUTE_TIMESTAMP:
        jl_time_append(writer->out, ns, style->time_style, style->precision);
        break;
    case JL_ATTRIBUTE_LEVEL: jl_write_string(writer, jl_level_text(record->level)); break;
    case JL_ATTRIBUTE_LOGGER: write_logger(writer, record->logger); break;
    case JL_ATTRIBUTE_MESSAGE:
    case JL_ATTRIBUTE_ERROR_MESSAGE: write_message(writer, record->message); break;
    case JL_ATTRIBUTE_SUPPRESSED:
        write_number(writer, jsonlog_from_uint64(record->suppressed));
        break;
    default: jl_write_named_attribute(writer, attribute, asctime, record);
    }
}
