#ifndef JL_LOGGER_CONFIG_CURRENT_H
#define JL_LOGGER_CONFIG_CURRENT_H
/** The configuration in force, and the one way to another. */
#include "logger/config_source.h"

/** Whether something is configured. */
bool jl_config_is_there(void);

/** The path of the file in force, copied, cut to size; "" for a text. */
void jl_config_get_path(char *out, size_t size);

#endif
