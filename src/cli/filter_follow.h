#ifndef JL_CLI_FILTER_FOLLOW_H
#define JL_CLI_FILTER_FOLLOW_H
/**
 * jsonlog filter --follow: what is there, and then what comes, from several files at once and
 * through their rotation, until a signal ends it.
 */
#include "cli/filter_run.h"
#include "cli/input_list.h"

void filter_follow(filter_run *run, const input_list *inputs);

#endif
