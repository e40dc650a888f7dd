#ifndef JL_LOGGER_FOREIGN_JSON_H
#define JL_LOGGER_FOREIGN_JSON_H
/** Lines of others that are JSON objects. */
#include "base/text.h"

#include <jsonlog/value.h>

/** The most members that become fields. */
#define JL_FOREIGN_FIELDS_MAX 64

/** An object taken apart. Views the line and the space. */
typedef struct jl_foreign_object {
    jsonlog_field fields[JL_FOREIGN_FIELDS_MAX];
    size_t count;
    jl_text message; /**< ptr is NULL if there is none */
    int level;       /**< 0 if there is none */
} jl_foreign_object;

/** @return true if the line is one JSON object and nothing else but blanks. */
bool jl_foreign_is_object(jl_text line);

/**
 * Take an object apart.
 *
 * @param line   passed jl_foreign_is_object().
 * @param space  as long as the line; receives keys and texts that were escaped.
 * @return false: it has too many members.
 */
bool jl_foreign_take_apart(jl_text line, char *space, jl_foreign_object *out);

#endif
