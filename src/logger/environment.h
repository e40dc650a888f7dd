#ifndef JL_LOGGER_ENVIRONMENT_H
#define JL_LOGGER_ENVIRONMENT_H
/**
 * Levels from the environment: JSONLOG_LEVEL for the root, JSONLOG_LEVEL_payment_db for
 * "payment.db".
 *
 * The variables are copied once, at first use of the library, for the environment may change later
 * and loggers are made later. A value that is no level is kept until a log call can report it.
 */
#include "base/hidden.h"

#include <stdbool.h>
#include <stdint.h>

/** Copy the variables. Without memory there are none. */
void jl_environment_read(void);

/** The level the environment gives to a logger ("" is the root). @return false if it gives none. */
bool jl_environment_level(const char *logger, int *level);

/** How many wrong values are not reported yet; atomic. */
JL_EXTERN uint32_t jl_environment_complaints;

/** Report them, by WARN records of the logger "jsonlog". Outside of all locks. */
void jl_environment_report(void);

#endif
