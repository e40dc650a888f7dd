#ifndef JL_JSON_PLAIN_VALUE_H
#define JL_JSON_PLAIN_VALUE_H
/**
 * Values that every style spells alike, written to plain memory: null, booleans, integers, finite
 * doubles, and strings in which nothing needs an escape. They are what most fields hold.
 */
#include <jsonlog/value.h>

/** Room that every value but a string finds enough. */
#define JL_PLAIN_VALUE_MAX 40

/**
 * @param at   where the value goes.
 * @param end  the end of the room.
 * @return the end of what was written; NULL, with nothing that counts written, if the value is none
 *         of these or finds no room.
 */
char *jl_put_plain_value(char *at, const char *end, const jsonlog_value *value);

#endif
