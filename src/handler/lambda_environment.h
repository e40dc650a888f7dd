#ifndef JL_HANDLER_LAMBDA_ENVIRONMENT_H
#define JL_HANDLER_LAMBDA_ENVIRONMENT_H
/** What AWS Lambda says about logging in the environment, and what of it makes no sense. */
#include <stdbool.h>

/** A variable whose value is ignored. */
typedef struct jl_lambda_complaint {
    const char *variable; /**< static storage */
    char value[64];       /**< cut to the space */
} jl_lambda_complaint;

#define JL_LAMBDA_COMPLAINTS_MAX 3

typedef struct jl_lambda_environment {
    int telemetry_fd; /**< open for writing; -1: none */
    bool is_text;     /**< the function's log format */
    int level;        /**< JSONLOG_LEVEL_NOTSET: none given */
    unsigned complaint_count;
    jl_lambda_complaint complaints[JL_LAMBDA_COMPLAINTS_MAX];
} jl_lambda_environment;

/** Read it. The first time this takes the telemetry descriptor out of the environment, for the rest
 *  of the process's life. */
void jl_lambda_environment_read(jl_lambda_environment *out);

/** A WARN record of the logger "jsonlog" for each complaint. */
void jl_lambda_environment_report(const jl_lambda_environment *environment);

#endif
