#ifndef JL_CLI_PROGRESS_H
#define JL_CLI_PROGRESS_H
/**
 * A progress bar on stderr, if that is a terminal and the work takes longer than a second.
 */
#include <stdbool.h>
#include <stdint.h>

typedef struct progress {
    bool is_wanted;
    bool is_shown;
    uint64_t total;  /**< bytes; 0 if it is not known */
    uint64_t before; /**< bytes of the files that are done */
    int64_t started_ns;
    int64_t drawn_ns;
} progress;

/** @param total  bytes of all files, or 0. */
void progress_start(progress *bar, uint64_t total, bool is_wanted);

/** Say how far the current file is, in bytes; draws now and then. */
void progress_tick(progress *bar, uint64_t done);

/** Take the bar off the screen before something else is printed there. */
void progress_hide(progress *bar);

/** @return seconds since the start. */
double progress_seconds(const progress *bar);

/** Room for progress_size(). */
enum { PROGRESS_SIZE_MAX = 16 };

/** Write bytes as people read them: `999 B`, `34.5 MB`. @return out. */
const char *progress_size(uint64_t bytes, char out[PROGRESS_SIZE_MAX]);

#endif
