#ifndef JL_LOGGER_CONFIG_REDACTION_H
#define JL_LOGGER_CONFIG_REDACTION_H
/** "redaction": what must never be in a log; see jsonlog/redact.h. */
#include "logger/config_option.h"

#include <jsonlog/redact.h>

extern const jl_option jl_config_redaction_options[];

/** Compile the set. @return NULL with the mistake in load. */
jsonlog_redaction *jl_config_make_redaction(jl_config_load *load, jl_node *node);

#endif
