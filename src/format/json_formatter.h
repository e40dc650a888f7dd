#ifndef JL_FORMAT_JSON_FORMATTER_H
#define JL_FORMAT_JSON_FORMATTER_H
/** The JSON formatter as its options leave it: everything copied, keys hashed, immutable. */
#include "format/attributes.h"
#include "format/keys.h"
#include "record/formatter_base.h"
#include "record/key_set.h"

/** Names a layout may choose, and columns with what the with_… options add. */
#define JL_NAMES_MAX   32
#define JL_COLUMNS_MAX 40
/** Defaults, static fields and renames, each. They share a record's stack space with its fields. */
#define JL_FIXED_MAX   32
#define JL_RENAMES_MAX 64

/** The smallest line_max. */
#define JL_LINE_MAX_LEAST 64

/** For which records a column is written. */
typedef enum jl_when {
    JL_WHEN_ALWAYS,
    JL_WHEN_BELOW_ERROR,
    JL_WHEN_FROM_ERROR,
    JL_WHEN_PRESENT, /**< if the record has it; else a column is null */
} jl_when;

typedef struct jl_column {
    jl_key key;             /**< as written */
    jl_attribute attribute; /**< JL_ATTRIBUTE_VALUE: a field of this name, null without it */
    jl_when when;
    unsigned rename; /**< index + 1 of the rename that gave the key, 0: none */
} jl_column;

typedef struct jl_rename {
    jl_key from;
    jl_key to;
} jl_rename;

/** A default or static field. */
typedef struct jl_fixed {
    jl_text key;
    jsonlog_value value; /**< a deep copy */
} jl_fixed;

/** Copied bytes; freed with the formatter. */
typedef struct jl_owned {
    struct jl_owned *next;
    _Alignas(max_align_t) char bytes[];
} jl_owned;

/** What direct_line.c needs: the keys of the columns as they stand in a line, each as `,"key":`. */
#define JL_DIRECT_KEYS_MAX    768
#define JL_DIRECT_OPENING_MAX 64

typedef struct jl_direct {
    bool is_possible;
    uint8_t opening_len;                 /**< 0: lines do not begin with a time in UTC */
    char opening[JL_DIRECT_OPENING_MAX]; /**< all up to and with the quote in front of it */
    uint32_t serial;                     /**< no two formatters have the same */
    jl_key_set keys;                     /**< that a field of the record may not have */
    uint16_t ends[JL_COLUMNS_MAX];
    char text[JL_DIRECT_KEYS_MAX];
} jl_direct;

typedef struct jl_json_formatter {
    jsonlog_formatter base;
    jl_json_style style;
    jl_column columns[JL_COLUMNS_MAX];
    size_t column_count;
    jl_rename renames[JL_RENAMES_MAX];
    size_t rename_count;
    bool keeps_missing;
    jl_fixed defaults[JL_FIXED_MAX];
    size_t default_count;
    jl_fixed statics[JL_FIXED_MAX];
    size_t static_count;
    jl_key *excludes;
    size_t exclude_count;
    bool skips_underscored;
    const struct jl_dots *dots; /**< NULL: a dot in a key is a dot */
    bool has_timestamp_key;
    jl_key timestamp_key;
    jl_key suppressed_key;
    jl_key truncated_key;
    jl_key dropped_key;
    jl_asctime_format asctime;
    jsonlog_collision collision;
    jl_text prefix;
    jl_text terminator;
    jsonlog_process_fn process;
    void *process_context;
    jl_owned *owned;
    jl_direct direct;
} jl_json_formatter;

/** @return whether a column is written for a record. */
bool jl_column_is_wanted(const jl_column *column, const jsonlog_record *record);

/** A copy of the text that lives as long as the formatter. @return NULL without memory. */
const char *jl_json_formatter_own(jl_json_formatter *formatter, jl_text text);

/** columns.c: the key a record's key is written under. @param rename  receives index + 1 of the
 * rename, 0 if there is none. */
jl_key jl_json_formatter_rename(const jl_json_formatter *formatter, jl_key key, unsigned *rename);

/** json_formatter.c: format one record; the `format` of the base. */
jsonlog_status jl_json_formatter_format(const jsonlog_formatter *self, const jsonlog_record *record,
                                        jl_buffer *out);

/** columns.c: one more column. */
void jl_column_add(jl_json_formatter *formatter, jl_text name, jl_attribute attribute,
                   jl_when when);
/** columns.c: those of who asked for no layout. */
void jl_columns_add_default(jl_json_formatter *formatter, bool message_always);

/** layout.c: choose the columns. The renames are in place already. */
jsonlog_status jl_layout_build(jl_json_formatter *formatter, const jsonlog_json_options *options,
                               jsonlog_err *err);

/** format_string.c: hand every field name of options->format to `add`. */
jsonlog_status jl_format_string_parse(const jsonlog_json_options *options,
                                      void (*add)(void *list, const char *name, size_t len),
                                      void *list, jsonlog_err *err);

/** line.c: the bytes the end of a line may need: both marks, brackets, prefix and terminator. */
size_t jl_json_formatter_least_line(const jl_json_formatter *formatter);

#endif
