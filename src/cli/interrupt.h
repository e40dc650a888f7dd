#ifndef JL_CLI_INTERRUPT_H
#define JL_CLI_INTERRUPT_H
/**
 * SIGINT and SIGTERM end a command in order: the signal is noted, whoever waits here or in a
 * blocking call goes on, and the command stops at the next line. A second one kills.
 */

/** Note the signals from now on. Without it, they end the program as ever. */
void interrupt_catch(void);

/** @return the signal that came, or 0. */
int interrupt_came(void);

/**
 * Wait until something can be read, or a signal comes, even if it came just before.
 *
 * @param descriptor  -1: only for the signal.
 * @param timeout_ms  -1: as long as it takes.
 */
void interrupt_wait(int descriptor, int timeout_ms);

/** @return the exit status a shell shows for a command that this signal ended. */
int interrupt_exit_status(void);

#endif
