#ifndef JL_FORMAT_SITE_HEAD_H
#define JL_FORMAT_SITE_HEAD_H
/**
 * What all lines of a call site have in common behind the time: level, logger, a literal message,
 * the place in the source, and the keys of its fields. Written once, kept with the site, copied
 * from then on.
 *
 * A head belongs to one formatter, logger, name of the level and message, those of the site's first
 * record; records that differ in one of them are written without it. Where there is no room for
 * more heads, sites go on without.
 */
#include "base/hidden.h"
#include "record/key_set.h"
#include "record/level.h"
#include "record/record.h"
#include "record/site.h"

/** Text in a head is copied in pieces of so many bytes, as many as it begins, without a look at how
 * long it is: a line needs room for whole ones. */
#define JL_HEAD_PIECE 32

/** A key as it stands in a line, `,"key":`. */
typedef struct jl_head_key {
    char text[JL_HEAD_PIECE - 1];
    uint8_t len;
} jl_head_key;

_Static_assert(sizeof(jl_head_key) == JL_HEAD_PIECE, "a key is one piece");

typedef struct jl_site_head {
    uint32_t formatter; /**< jl_direct.serial */
    uint16_t columns;   /**< the first column that is not in it */
    uint16_t len;       /**< of the text */
    const char *logger;
    const char *level; /**< the name that it was given; NULL: none */
    const char
        *message; /**< the text's address, which is that of a literal; NULL: it is not in here */
    size_t message_len;
    jl_key_set keys; /**< all keys of the site */
    bool has_keys;   /**< they stand behind the text, all of them */
    bool is_usual;   /**< behind it come only fields, and its formatter has an opening */
    char text[];     /**< then a jl_head_key for each of the keys */
} jl_site_head;

/** What the slot of a site says that goes without a head. */
#define JL_NO_HEAD UINT32_MAX

/** All heads there are; slot->head is the place of one, counted from 1. */
JL_EXTERN char jl_site_heads[];

/** @return the bytes of the pieces of a text. */
static inline size_t jl_head_pieces(size_t len) {
    return (len + JL_HEAD_PIECE - 1) & ~(size_t)(JL_HEAD_PIECE - 1);
}

static inline const jl_head_key *jl_site_head_keys(const jl_site_head *head) {
    return (const jl_head_key *)(const void *)(head->text + jl_head_pieces(head->len));
}

static inline bool jl_site_head_is_of(const jl_site_head *head, const jsonlog_record *record) {
    const jsonlog_value *message = record->message;
    return head->logger == record->logger && head->level == jl_level_given_name(record->level) &&
           (head->message == NULL || (message != NULL && message->as.string == head->message &&
                                      message->with.len == head->message_len));
}

/** @return the head that is kept for the site of a record if it is that of this very record under
 *  this formatter; else NULL. */
static inline const jl_site_head *jl_site_head_find(const jsonlog_record *record,
                                                    uint32_t formatter) {
    const jsonlog_site *site = record->site;
    if (site == NULL || site->level == 0)
        return NULL;
    const uint32_t at = __atomic_load_n(&site->slot->head, __ATOMIC_ACQUIRE);
    if (JSONLOG_UNLIKELY(at == 0 || at == JL_NO_HEAD))
        return NULL;
    const jl_site_head *head = (const jl_site_head *)(const void *)(jl_site_heads + (at - 1));
    return JSONLOG_LIKELY(head->formatter == formatter && jl_site_head_is_of(head, record)) ? head
                                                                                            : NULL;
}

/** Whether a head may be kept for the site of a record: it has none yet. */
bool jl_site_head_is_wanted(const jsonlog_record *record);

/** What a head is made of. */
typedef struct jl_head_parts {
    uint32_t formatter; /**< as in the head, like all that has a name of it */
    size_t columns;
    bool is_usual;
    const jsonlog_value *message; /**< NULL: it is not in it */
    jl_text text;                 /**< what the lines have in common */
    const jl_site_key *site_keys; /**< none of which needs escaping; NULL: not known */
} jl_head_parts;

/** Keep a head for the site of a record. */
void jl_site_head_keep(const jsonlog_record *record, const jl_head_parts *parts);

#endif
