#include "logger/config_class.h"

const jl_config_class *const jl_config_handler_classes[] = {
    &jl_class_stream,   &jl_class_stdio,    &jl_class_file,     &jl_class_rotating,
    &jl_class_memory,   &jl_class_null,     &jl_class_async,    &jl_class_tee,
    &jl_class_failover, &jl_class_router,   &jl_class_recorder, &jl_class_socket,
    &jl_class_syslog,   &jl_class_journald, &jl_class_lambda,   NULL,
};

const jl_config_class *const jl_config_formatter_classes[] = {
    &jl_class_json,
    &jl_class_human,
    NULL,
};
