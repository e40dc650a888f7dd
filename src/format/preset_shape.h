#ifndef JL_FORMAT_PRESET_SHAPE_H
#define JL_FORMAT_PRESET_SHAPE_H
/**
 * A record's fields on their way into a preset's shape. All of it lives on the stack while one line
 * is made.
 *
 *     own fields of the preset | fields of the record, some under other keys | members, as one
 */
#include "format/preset_class.h"

/** What a preset may add: its own fields, and a second one for each that is taken apart. */
#define JL_SHAPE_EXTRA 16
/** Values made here: one for each of those and for each label. */
#define JL_SHAPE_VALUES (JL_SHAPE_EXTRA + JL_LABELS_MAX)
#define JL_SHAPE_PARTS  8
/** Texts made here: numbers, a trace's path, keys with a number. */
#define JL_SHAPE_TEXT 2048

struct jl_shape {
    const jl_preset_formatter *formatter;
    const jsonlog_record *record;
    jl_redactor *redactor; /**< may be NULL */
    uint32_t dropped;
    uint32_t count;
    uint32_t own; /**< fields[0] to fields[own - 1] are the preset's: nobody else may have their
                     keys */
    uint32_t value_count;
    uint32_t member_count;
    size_t text_used;
    jsonlog_value *object; /**< the object of the members, which is fields[0] until the end; NULL:
                              there is none */
    jl_field fields[JL_RECORD_FIELDS_MAX + JL_SHAPE_EXTRA];
    jsonlog_field members[JL_RECORD_FIELDS_MAX + JL_SHAPE_EXTRA];
    jsonlog_field parts[JL_SHAPE_PARTS]; /**< members of small objects of the preset's own */
    jsonlog_value values[JL_SHAPE_VALUES];
    char text[JL_SHAPE_TEXT];
};

/** Shape the fields of `record`. */
void jl_shape_fill(jl_shape *shape, const jl_preset_formatter *formatter,
                   const jsonlog_record *record);

/** Room for text that lives as long as the line. @return NULL if there is none left. */
char *jl_shape_room(jl_shape *shape, size_t size);

/** A printf text there. @return {NULL, 0} without room. */
jl_text jl_shape_text(jl_shape *shape, size_t size, const char *format, ...) JSONLOG_PRINTF(3, 4);

/** The value where it lives as long as the line. @return NULL without room. */
jsonlog_value *jl_shape_keep(jl_shape *shape, jsonlog_value value);

/** In begin: a field of the preset's own. @return its value. */
jsonlog_value *jl_shape_put_own(jl_shape *shape, const char *key, jsonlog_value value);

/** In take: something of a field, under another key, among the record's fields. */
void jl_shape_put(jl_shape *shape, const char *key, const jsonlog_value *value);
/** The same for a value that is made here. */
void jl_shape_put_made(jl_shape *shape, const char *key, jsonlog_value value);
/** The same at the top also where all fields are members. */
void jl_shape_put_top(jl_shape *shape, const char *key, const jsonlog_value *value);

/** A member of the object of members. */
void jl_shape_put_member(jl_shape *shape, jl_text key, jsonlog_value value);

/** preset_known.c: put a field that means something to the preset. @return false: it does not. */
bool jl_shape_take_known(jl_shape *shape, const jl_field *field);

/** @return whether the record has a field of this name that is written at all. */
bool jl_shape_has(const jl_shape *shape, jl_text name);

/** @return the text of a string that may be looked at; {NULL, 0} for anything else. */
jl_text jl_shape_string(const jsonlog_value *value);

static inline jsonlog_value jl_text_value(jl_text text) {
    return jsonlog_string(text.ptr, text.len);
}

static inline bool jl_field_is(const jl_field *field, jl_text name) {
    return jl_text_equal(field->key, name);
}

#endif
