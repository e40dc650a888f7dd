#ifndef JL_FORMAT_PRESET_CLASS_H
#define JL_FORMAT_PRESET_CLASS_H
/**
 * What a preset is made of: a table for the names, two functions for what a table cannot say.
 *
 * A preset formatter puts a record's fields into the preset's shape on its stack and hands the
 * result to a JSON formatter, which knows nothing of presets.
 */
#include "format/json_formatter.h"

#include <jsonlog/preset.h>

/** The most fields that can be labels. */
#define JL_LABELS_MAX 32
/** Bytes of a Google Cloud project's name; theirs have at most 30, with a domain a few more. */
#define JL_PROJECT_MAX 128

typedef struct jl_shape jl_shape;

/** Under which switch of the caller's a column is written. */
typedef enum jl_preset_switch {
    JL_PRESET_ALWAYS,
    JL_PRESET_WITH_SOURCE,
    JL_PRESET_WITH_THREAD,
} jl_preset_switch;

/** A key that comes before all fields. */
typedef struct jl_preset_column {
    const char *key;
    jl_attribute attribute; /**< JL_ATTRIBUTE_VALUE: `begin` makes it, or it is the constant */
    jl_preset_switch with;
} jl_preset_column;

/** A field with a meaning, and the key it is written under. */
typedef struct jl_preset_move {
    const char *from;
    const char *to;
} jl_preset_move;

/** Where an option is written: under a key, or as a member of an object. NULL: under its own name
 * at the top. */
typedef struct jl_preset_place {
    const char *object;
    const char *key;
} jl_preset_place;

/** service, version, environment, host, in this order. */
#define JL_PRESET_PLACES 4

typedef struct jl_preset_class {
    const jl_preset_column *columns; /**< NULL: the caller's layout */
    size_t column_count;
    const jl_preset_move *moves;
    size_t move_count;
    const char *error_code;    /**< NULL: errorCode stays */
    const char *error_message; /**< NULL: error is not taken apart */
    const char *error_type;
    bool has_code_as_type; /**< error_code and error_type are one key, and the code is stronger */
    const char *members;   /**< the key of the object of labels or of all fields; NULL: none */
    bool all_are_members;
    bool labels_are_text;
    bool needs_message;       /**< a record without one has "" */
    const char *constant_key; /**< a static field of the preset itself; NULL: none */
    const char *constant;
    jl_preset_place places[JL_PRESET_PLACES];
    jsonlog_time_style time_style;
    jsonlog_precision precision;
    /** Put what the preset makes of the record itself. */
    void (*begin)(jl_shape *shape);
    /** Put a field with a meaning the table has no words for. @return false: it is none. */
    bool (*take)(jl_shape *shape, const jl_field *field);
} jl_preset_class;

extern const jl_preset_class jl_preset_ecs;
extern const jl_preset_class jl_preset_opentelemetry;
extern const jl_preset_class jl_preset_google;
extern const jl_preset_class jl_preset_datadog;
extern const jl_preset_class jl_preset_logstash;
extern const jl_preset_class jl_preset_python;

typedef struct jl_preset_formatter {
    jsonlog_formatter base;
    jl_json_formatter *json; /**< owns the texts below */
    const jl_preset_class *of_class;
    jsonlog_process_fn process; /**< the caller's: it sees the record before its shape changes */
    void *process_context;
    bool with_source;
    bool with_thread;
    bool reports_errors;
    jl_text project;
    jl_text level_key; /**< python-json-logger: the layout's levelname; empty: it has none */
    jl_text labels[JL_LABELS_MAX];
    size_t label_count;
} jl_preset_formatter;

/** preset_formatter.c: the formatter around `json`, which it takes. @return NULL without memory;
 * then json is the caller's still. */
jl_preset_formatter *jl_preset_formatter_make(const jl_preset_class *of_class,
                                              jl_json_formatter *json);

/** lambda_formatter.c: the layout of a Lambda function's lines. */
#define JL_LAMBDA_STATICS 3
void jl_lambda_layout(jsonlog_json_options *options, jsonlog_field statics[JL_LAMBDA_STATICS]);
/** The levels Lambda knows, in a formatter of that layout. */
void jl_lambda_set_level(jl_json_formatter *json);

#endif
