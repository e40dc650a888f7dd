#ifndef JL_FILTER_PENDING_H
#define JL_FILTER_PENDING_H
/**
 * Hits under a wildcard over an object, until the object ends.
 *
 * `{ $.a.* = 1 }` is true if some member of `a` is 1, but of a key that is written twice only the
 * last value counts: a hit stands until its key comes again. So the hits are kept with their
 * keys, in a bounded table without allocation. Hits that find the table full are only counted; if
 * at the end none of the kept ones has survived, the object is read again from the first such hit
 * on (every hit before it is known to have been withdrawn). Each round keeps a full table of new
 * hits, so n of them cost n / JL_PENDING_MAX rounds.
 */
#include "json/scanner.h"

/** Hits kept at a time, shared by the at most three wildcard parents of a pattern. */
#define JL_PENDING_MAX     1536
#define JL_PENDING_SLOTS   3
#define JL_PENDING_BUCKETS 256

typedef struct jl_pending_hit {
    const char *key; /**< in the line, behind its opening quote */
    uint32_t hash;
    uint16_t next; /**< in the same bucket, one more than its number; 0 ends the list */
    uint8_t hits;  /**< one bit for each condition below the wildcard; 0: withdrawn */
} jl_pending_hit;

/** The state of one wildcard parent, for the object that is being read. */
typedef struct jl_pending {
    jl_pending_hit *kept;
    uint16_t room;
    uint16_t count;
    uint8_t wanted; /**< conditions that a further round still asks about */
    uint8_t lost;   /**< conditions with hits that were not kept */
    uint16_t known; /**< one more than the number of the entry with the current key; 0: none */
    uint64_t seed;
    jl_json_string key;    /**< of the current member */
    const char *lost_from; /**< the key of the first hit that was not kept */
    uint16_t buckets[JL_PENDING_BUCKETS];
} jl_pending;

/** Once a line. @param space  `room` entries. */
void jl_pending_init(jl_pending *pending, jl_pending_hit *space, uint16_t room);

/** An object begins, or is read again for the conditions in `wanted`. */
void jl_pending_begin(jl_pending *pending, uint8_t wanted);

/** A member begins: an earlier hit of its key is withdrawn. */
void jl_pending_member(jl_pending *pending, jl_json_string key);

/** The member has ended with these hits. */
void jl_pending_add(jl_pending *pending, uint8_t hits);

/**
 * The object has ended.
 *
 * @param hits  receives the conditions that have a hit.
 * @return NULL if that is final; else the key (behind its quote) from which on the object must be
 *         read again, after jl_pending_begin() with jl_pending_unknown().
 */
const char *jl_pending_end(const jl_pending *pending, uint8_t *hits);

/** @return the conditions whose hits were all withdrawn or not kept. */
uint8_t jl_pending_unknown(const jl_pending *pending, uint8_t hits);

#endif
