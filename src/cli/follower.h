#ifndef JL_CLI_FOLLOWER_H
#define JL_CLI_FOLLOWER_H
/**
 * What became of a file that is being followed: it grew, it was emptied in place, or another took
 * its name. Asked by polling, which works on every file system.
 */
#include <stddef.h>

/** So many first bytes tell whether it is still the same file: logs begin with a time. */
enum { FOLLOWER_HEAD_MAX = 256 };

typedef struct follower {
    char head[FOLLOWER_HEAD_MAX];
    size_t head_len;
} follower;

typedef enum follow_change {
    FOLLOW_NOTHING,
    FOLLOW_GREW,
    FOLLOW_EMPTIED,  /**< and perhaps written anew, even beyond where reading stands */
    FOLLOW_REPLACED, /**< the path leads to another file that has content: whoever writes has gone
                        over to it, so nothing more comes here but what is there already */
} follow_change;

/** Look at the open file and at its path. @param descriptor  stands where reading stands. */
follow_change follower_look(const follower *file, int descriptor, const char *path);

/** Remember the first bytes; call it when something was read. */
void follower_learn(follower *file, int descriptor);

#endif
