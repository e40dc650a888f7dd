/* Fields with a meaning: moved under another key, taken apart, or made a label. */
#include "format/preset_shape.h"
#include "json/escape.h"

/* ---- errors ---- */

/* The first errno of a chain says what kind of failure it was. @return NULL if there is none. */
static const char *errno_name(const jsonlog_value *value, unsigned depth) {
    if ((value->flags & JSONLOG_VALUE_SECRET) != 0 || depth == JL_CALL_DEPTH_MAX)
        return NULL;
    if (value->type == JSONLOG_TYPE_ERRNO)
        return jl_errno_name((int)value->as.i64);
    const char *name = NULL;
    for (size_t i = 0; value->type == JSONLOG_TYPE_CAUSES && i < value->with.len && name == NULL;
         i++)
        name = errno_name(&value->as.values[i], depth + 1);
    return name;
}

static void put_error_message(jl_shape *shape, const char *key, const jsonlog_value *value) {
    const char *sentence = NULL;
    if (value->type == JSONLOG_TYPE_ERRNO && (value->flags & JSONLOG_VALUE_SECRET) == 0)
        sentence = jl_errno_sentence((int)value->as.i64);
    if (sentence == NULL)
        jl_shape_put(shape, key, value);
    else
        jl_shape_put_made(shape, key, jsonlog_from_string(sentence));
}

static bool take_error(jl_shape *shape, const jl_field *field) {
    const jl_preset_class *of_class = shape->formatter->of_class;
    const jsonlog_value *value = field->value;
    if (of_class->error_message == NULL || !jl_field_is(field, JL_TEXT("error")))
        return false;
    if (value->type != JSONLOG_TYPE_STRING && value->type != JSONLOG_TYPE_ERRNO &&
        value->type != JSONLOG_TYPE_CAUSES)
        return false;
    const char *type = errno_name(value, 0);
    if (of_class->has_code_as_type && jl_shape_has(shape, JL_TEXT("errorCode")))
        type = NULL;
    if (type != NULL)
        jl_shape_put_made(shape, of_class->error_type, jsonlog_from_string(type));
    put_error_message(shape, of_class->error_message, value);
    return true;
}

/* ---- labels ---- */

static bool is_label(const jl_preset_formatter *formatter, jl_text key) {
    for (size_t i = 0; i < formatter->label_count; i++) {
        if (jl_text_equal(formatter->labels[i], key))
            return true;
    }
    return false;
}

/* What is written as a string, or as a number or word that can be made one. */
static bool is_scalar(const jsonlog_value *value) {
    switch (value->type) {
    case JSONLOG_TYPE_BOOL:
    case JSONLOG_TYPE_INT64:
    case JSONLOG_TYPE_UINT64:
    case JSONLOG_TYPE_DOUBLE:
    case JSONLOG_TYPE_FLOAT:
    case JSONLOG_TYPE_DURATION:
    case JSONLOG_TYPE_STRING:
    case JSONLOG_TYPE_BYTES:
    case JSONLOG_TYPE_TIME:
    case JSONLOG_TYPE_UUID:
    case JSONLOG_TYPE_HEX:
    case JSONLOG_TYPE_POINTER: return true;
    default: return (value->flags & JSONLOG_VALUE_SECRET) != 0;
    }
}

/* Numbers and words as JSON writes them; what is a string already is left as it is. */
static jsonlog_value text_of(jl_shape *shape, const jsonlog_value *value) {
    if (value->type < JSONLOG_TYPE_BOOL ||
        (value->type > JSONLOG_TYPE_FLOAT && value->type != JSONLOG_TYPE_DURATION) ||
        (value->flags & JSONLOG_VALUE_SECRET) != 0)
        return *value;
    enum { SIZE = 40 };
    char *room = jl_shape_room(shape, SIZE);
    if (room == NULL)
        return *value;
    jl_buffer out;
    jsonlog_writer writer;
    jl_buffer_init(&out, room, SIZE, SIZE);
    jl_writer_init(&writer, &out, &jl_json_style_default, JL_ESCAPE_UNLIMITED);
    jl_write_scalar(&writer, value);
    return out.status == JSONLOG_OK ? jl_text_value(jl_buffer_view(&out)) : *value;
}

static bool take_label(jl_shape *shape, const jl_field *field) {
    const jl_preset_formatter *formatter = shape->formatter;
    if (formatter->label_count == 0 || formatter->of_class->all_are_members ||
        !is_label(formatter, field->key) || !is_scalar(field->value))
        return false;
    const jsonlog_value label =
        formatter->of_class->labels_are_text ? text_of(shape, field->value) : *field->value;
    jl_shape_put_member(shape, field->key, label);
    return true;
}

/* ---- any of them ---- */

static bool take_moved(jl_shape *shape, const jl_field *field) {
    const jl_preset_class *of_class = shape->formatter->of_class;
    for (size_t i = 0; i < of_class->move_count; i++) {
        if (!jl_field_is(field, jl_text_of(of_class->moves[i].from)))
            continue;
        jl_shape_put(shape, of_class->moves[i].to, field->value);
        return true;
    }
    return false;
}

bool jl_shape_take_known(jl_shape *shape, const jl_field *field) {
    const jl_preset_class *of_class = shape->formatter->of_class;
    return take_moved(shape, field) || take_error(shape, field) ||
           (of_class->take != NULL && of_class->take(shape, field)) || take_label(shape, field);
}
