#ifndef JL_FORMAT_LINE_H
#define JL_FORMAT_LINE_H
/** One line from its entries, and how it is made to fit its cap. */
#include "format/entries.h"

/** How much a part of the line is worth when it has to be shortened. */
typedef enum jl_rank {
    JL_RANK_FIELD,
    JL_RANK_ROLE, /**< cut and dropped only when no field is left to cut or drop */
    JL_RANK_CODE, /**< errorCode: never cut, dropped last */
    JL_RANK_COUNT,
} jl_rank;

typedef struct jl_line {
    const jl_json_formatter *formatter;
    const jsonlog_record *record;
    jl_entries *entries;
    jl_buffer *out;               /**< bounded to the cap */
    size_t start;                 /**< where the line begins in it */
    size_t limits[JL_RANK_COUNT]; /**< the most bytes of a string */
    unsigned drop_rank;           /**< what is worth less is left out */
    uint32_t keep;                /**< and of that rank the entries from this index on */
    uint32_t dropped;             /**< fields left out of the last text written */
    uint64_t replaced;            /**< values it shows as something else */
    bool is_cut;                  /**< strings of it are cut */
} jl_line;

jl_rank jl_entry_rank(const jl_entry *entry);

/** Write the line anew, within the limits. @return true if it is whole. */
bool jl_line_write(jl_line *line);

/** @return the bytes of one member with its comma at the limits in force, SIZE_MAX if it is over
 * the cap. */
size_t jl_line_measure(jl_line *line, uint16_t at);

/** line_fit.c: write the line so that it fits its cap. @return false if nothing does. */
bool jl_line_fit(jl_line *line);

#endif
