#ifndef JL_CLI_FILTER_THREADS_H
#define JL_CLI_FILTER_THREADS_H
/**
 * One large file, judged by several threads. What is printed is what one thread would print: the
 * caller's thread prints, in the order of the file.
 */
#include "cli/filter_run.h"

/** @return how many threads are worth it for this open file; 1: it is to be read with one. */
unsigned filter_threads_for(const filter_run *run, const filtered_file *file);

/**
 * Take the lines of an open file that was not read from yet, but for the last ones: its reader goes
 * on with them. So it is with all lines if no thread can be started.
 *
 * @param threads  2 at least.
 */
void filter_threads_take(filter_run *run, filtered_file *file, unsigned threads);

#endif
