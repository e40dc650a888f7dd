#ifndef JL_LOGGER_EXIT_H
#define JL_LOGGER_EXIT_H
/** The end of the process. */
#include <jsonlog/exit.h>
#include <stdbool.h>

/** What jsonlog_shutdown() does, and a little more if nothing comes behind it. */
void jl_shut_down(bool is_exit);

/** The same at exit(), with a limit. From within a log call it runs on this thread and has none:
 * another one could not write to a handler whose lock this one holds. */
void jl_exit_shut_down(void);

#endif
