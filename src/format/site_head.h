#ifndef JL_FORMAT_SITE_HEAD_H
#define JL_FORMAT_SITE_HEAD_H
/**
 * What all lines of a call site have in common behind the time: level, logger, a literal message,
 * the place in the source. Written once, kept with the site, copied from then on.
 *
 * A head belongs to one formatter, logger, name of the level and message, those of the site's first
 * record; records that differ in one of them are written without it. Where there is no room for
 * more heads, sites go on without.
 */
#include "base/text.h"
#include "record/record.h"

typedef struct jl_site_head {
    uint32_t formatter; /**< jl_direct.serial */
    uint16_t columns;   /**< the first column that is not in it */
    uint16_t len;
    const char *logger;
    const char *level; /**< the name that it was given; NULL: none */
    const char
        *message; /**< the text's address, which is that of a literal; NULL: it is not in here */
    size_t message_len;
    char text[];
} jl_site_head;

/** @return the head that is kept for the site of a record if it is that of this very record under
 *  this formatter; else NULL. */
const jl_site_head *jl_site_head_find(const jsonlog_record *record, uint32_t formatter);

/** Whether a head may be kept for the site of a record: it has none yet. */
bool jl_site_head_is_wanted(const jsonlog_record *record);

/**
 * Keep a head for the site of a record.
 *
 * @param columns  the first column that is not in it.
 * @param message  NULL if it is not in it.
 */
void jl_site_head_keep(const jsonlog_record *record, uint32_t formatter, size_t columns,
                       const jsonlog_value *message, jl_text text);

#endif
