/* Trees of cJSON. In a program that is linked statically only if it makes such values. */
#include "format/value_writer.h"

#include <cjson/cJSON.h>

static void write_cjson_array(jsonlog_writer *writer, const cJSON *array) {
    if (!jl_write_open(writer, '['))
        return;
    for (const cJSON *item = array->child; item != NULL && writer->out->status == JSONLOG_OK;
         item = item->next) {
        jsonlog_value value = jsonlog_cjson(item);
        jl_write_separator(writer, item == array->child);
        jl_write_value(writer, JL_TEXT(""), &value);
    }
    jl_write_close(writer, ']', array->child != NULL);
}

/* cJSON keeps doubles only, so an integral one in the range where doubles are exact is an integer.
 */
static void write_cjson_number(jsonlog_writer *writer, double number) {
    const double exact = 9007199254740992.0;
    bool is_in_range = number >= -exact && number <= exact;
    bool is_negative_zero = number == 0 && __builtin_signbit(number) != 0;
    if (!is_in_range || is_negative_zero || (double)(int64_t)number != number) {
        jl_write_double_value(writer, number, false);
        return;
    }
    jsonlog_value whole = jsonlog_from_int64((int64_t)number);
    jl_write_scalar(writer, &whole);
}

void jl_write_cjson(jsonlog_writer *writer, const jsonlog_value *value) {
    const cJSON *item = value->as.pointer;
    if (cJSON_IsObject(item))
        jl_write_object(writer, value);
    else if (cJSON_IsArray(item))
        write_cjson_array(writer, item);
    else if (cJSON_IsNumber(item))
        write_cjson_number(writer, item->valuedouble);
    else if (cJSON_IsBool(item))
        jl_buffer_append_text(writer->out, cJSON_IsTrue(item) ? JL_TEXT("true") : JL_TEXT("false"));
    else if (cJSON_IsString(item) && item->valuestring != NULL)
        jl_write_string(writer, jl_text_of(item->valuestring));
    else if (cJSON_IsRaw(item) && item->valuestring != NULL)
        jl_write_json(writer, jl_text_of(item->valuestring));
    else
        jl_buffer_append_text(writer->out, JL_TEXT("null"));
}

jsonlog_value jsonlog_cjson(const struct cJSON *item) {
    return jsonlog_from_pointer(JSONLOG_TYPE_CJSON, item, 0);
}
