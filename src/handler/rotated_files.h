#ifndef JL_HANDLER_ROTATED_FILES_H
#define JL_HANDLER_ROTATED_FILES_H
/**
 * The files that stand beside a log: found, moved up and removed. Names are only stable while the
 * rotation lock is held; a file itself is known by its inode. Only regular files are ever touched.
 */
#include "handler/rotated_name.h"

#include <sys/types.h>

typedef struct jl_rotated_place {
    const char *path; /**< of the log itself; borrowed */
    jsonlog_naming style;
    bool is_local; /**< for stamps */
} jl_rotated_place;

typedef struct jl_rotated_file {
    jl_rotated_name name;
    ino_t inode;
    dev_t device;
    int64_t written_ns; /**< the modification time */
    char path[];
} jl_rotated_file;

typedef struct jl_rotated_list {
    jl_rotated_file **files; /**< newest first; parts last */
    size_t count;
} jl_rotated_list;

/** What is there now. @return false without memory or directory; the list is empty then. */
bool jl_rotated_list_init(jl_rotated_list *list, const jl_rotated_place *place);
void jl_rotated_list_done(jl_rotated_list *list);

/** The path of the log with something behind it, on the heap; NULL without memory. */
char *jl_rotated_path(const jl_rotated_place *place, const char *suffix);

/** Put the log aside, under the rotation lock: make room for its name, then rename it.
 *  @param written_s  when its last line was written, for a stamp.
 *  @param out        the name it has now; free with jl_free().
 *  @return 0 or an errno. */
int jl_rotated_put_aside(const jl_rotated_place *place, int64_t written_s, char **out);

/** Open a file that was put aside if nobody else has it open, and keep others from it.
 *  @return a descriptor for reading; -EWOULDBLOCK; -ESTALE if the name is another file's by now;
 *  another errno, negated. */
int jl_rotated_claim(const jl_rotated_file *file);

#endif
