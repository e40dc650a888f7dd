#ifndef JL_FORMAT_JOURNAL_NAME_H
#define JL_FORMAT_JOURNAL_NAME_H
/** Keys as names of journal fields; the rules stand in jsonlog/journald.h. */
#include "format/flat_fields.h"

/** The most the journal takes, and of that the most for a prefix. */
#define JL_JOURNAL_NAME_MAX   64
#define JL_JOURNAL_PREFIX_MAX 32

typedef struct jl_journal_name {
    size_t len;
    char text[JL_JOURNAL_NAME_MAX];
} jl_journal_name;

bool jl_journal_is_prefix(const char *prefix);

void jl_journal_name_make(jl_journal_name *name, jl_text prefix, const jl_flat_path *path);

#endif
