#ifndef JL_BASE_COMPAT_FILE_H
#define JL_BASE_COMPAT_FILE_H
/** What systems do differently with files, under one name each. Results are 0 or an errno, negated.
 */
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/** Open a lock file, making it if need be, and lock it for this process without waiting. The lock
 * is on the file that stands under this name now; close() unlocks.
 *  @return a descriptor; -EWOULDBLOCK if somebody else has the lock; another errno, negated. */
int jl_compat_lock_file(const char *path, mode_t mode);

/** Rename, but never over something that is there: -EEXIST then. */
int jl_compat_rename_new(const char *from, const char *to);

/** When a file was last written to, in nanoseconds since 1970. */
int64_t jl_compat_written_ns(const struct stat *status);

/** Give an open file the times of another one, as far as that is possible. */
void jl_compat_copy_times(int fd, const struct stat *from);

/** The sentence of an errno, of the C locale where the system has that; static storage. */
const char *jl_compat_errno_text(int error);

#endif
