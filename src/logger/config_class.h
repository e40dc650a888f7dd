#ifndef JL_LOGGER_CONFIG_CLASS_H
#define JL_LOGGER_CONFIG_CLASS_H
/**
 * The classes of the library that a configuration can name: data, one table for each kind.
 *
 * A class is a struct, a table that says which option fills which member of it, and a function that
 * calls the public constructor. tests/package/config_schema.py holds the tables against the schema.
 */
#include "logger/config_option.h"

typedef struct jl_config_class {
    const char *name;
    size_t size; /**< of the struct; it starts as zeros */
    const jl_option *options;
    void (*init)(void *options); /**< sets what does not start as zero; may be NULL */
    /** @return what is wrong about options that are right one by one; NULL: nothing. May be NULL.
     */
    const char *(*check)(const void *options);
    /** @param formatter  that of the configuration, or NULL; set on the handler afterwards unless
     * `takes_formatter`. @return NULL with err set, or untouched where a constructor gives no
     * reason. */
    jsonlog_handler *(*make_handler)(const void *options, jsonlog_formatter *formatter,
                                     jsonlog_err *err);
    jsonlog_formatter *(*make_formatter)(const void *options, jsonlog_err *err);
    bool takes_formatter;
} jl_config_class;

/** All of a kind; NULL ends the list. */
extern const jl_config_class *const jl_config_handler_classes[];
extern const jl_config_class *const jl_config_formatter_classes[];

/* config_handlers.c */
extern const jl_config_class jl_class_stream, jl_class_stdio, jl_class_file, jl_class_rotating,
    jl_class_memory, jl_class_null;

/* config_wrappers.c */
extern const jl_config_class jl_class_async, jl_class_tee, jl_class_failover, jl_class_router,
    jl_class_recorder;

/* config_network.c */
extern const jl_config_class jl_class_socket, jl_class_syslog, jl_class_journald, jl_class_lambda;

/* config_formatters.c */
extern const jl_config_class jl_class_json, jl_class_human;

/** What every handler and every formatter may have, what stands at the top of the file, and so on.
 */
extern const jl_option jl_config_handler_options[];
extern const jl_option jl_config_formatter_options[];
extern const jl_option jl_config_filter_options[];
extern const jl_option jl_config_logger_options[];
extern const jl_option jl_config_root_options[];
extern const jl_option jl_config_document_options[];

#endif
