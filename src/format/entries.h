#ifndef JL_FORMAT_ENTRIES_H
#define JL_FORMAT_ENTRIES_H
/**
 * The members of one line, in writing order and with unique keys, before anything is written.
 *
 * A list of entries on the stack; with expand_dots a tree: entry 0 is the record, a group's members
 * are linked by `next`. Nothing is copied: an entry points to its key and value.
 */
#include "format/json_formatter.h"

/** Fields, columns, defaults and static fields all fit (256 + 40 + 32 + 32); what renamed keys and
 * groups of dotted keys need beyond that is dropped and counted. */
#define JL_ENTRIES_MAX 384

/** Bits of jl_entry.flags. */
enum {
    JL_ENTRY_PLAIN = 1,     /**< the key needs no escaping */
    JL_ENTRY_ROLE = 2,      /**< the record's own: a caller's field may not take its key */
    JL_ENTRY_CODE = 4,      /**< errorCode: never cut */
    JL_ENTRY_DROPPED = 8,   /**< too long to stand in any line */
    JL_ENTRY_NUMBERED = 16, /**< its key is taken: it gets a number */
    JL_ENTRY_WEAK =
        32, /**< a default, or a column without its field yet: anything takes its place */
    JL_ENTRY_EMF = 64, /**< what CloudWatch reads of a metric: never cut, renamed or replaced */
};

typedef struct jl_entry {
    const char *key;
    const jsonlog_value *value; /**< of JL_ATTRIBUTE_VALUE */
    uint32_t key_len;
    uint32_t hash;
    uint16_t suffix;
    uint16_t child; /**< of a group; 0: none, as entry 0 is nobody's member */
    uint16_t next;
    uint8_t attribute;
    uint8_t flags;
} jl_entry;

typedef struct jl_entries {
    const jl_json_formatter *formatter;
    jl_redactor *redactor; /**< of the record; may be NULL */
    const jl_emf *emf;     /**< of a metric, else NULL */
    uint32_t count;
    uint32_t first_field; /**< entries from here on are fields of the record */
    uint16_t last;        /**< the record's last member */
    bool is_distinct;     /**< fields of the record cannot be equal to each other */
    bool has_numbered;
    uint64_t renamed; /**< a bit for each rename that took place */
    uint32_t dropped; /**< fields left out */
    jl_entry items[JL_ENTRIES_MAX];
} jl_entries;

/** Collect what a record's line is made of. */
void jl_entries_collect(jl_entries *entries, const jl_json_formatter *formatter,
                        const jsonlog_record *record);

/** @return false if something that CloudWatch reads of a metric is not there as it was logged. */
bool jl_entries_have_emf(const jl_entries *entries);

/** What is added: an attribute, or a field with its value. */
typedef struct jl_addition {
    jl_key key;
    jl_attribute attribute;
    const jsonlog_value *value;
    unsigned flags;
} jl_addition;

/** Add to a group by the rules of equal keys. */
void jl_entries_place(jl_entries *entries, uint16_t group, const jl_addition *addition);

/** What a formatter has for which dots in keys mean objects. */
typedef struct jl_dots {
    /** Add under a key with or without dots. */
    void (*place)(jl_entries *entries, const jl_addition *addition);
    /** Add the members of an object to a group. */
    void (*merge)(jl_entries *entries, uint16_t group, const jsonlog_value *object, unsigned flags);
} jl_dots;

extern const jl_dots jl_dots_are_paths; /**< dotted.c */

/** @param is_numbered  look among those that wait for their number instead. @return 0 if there is
 * none. */
uint16_t jl_entries_find(const jl_entries *entries, uint16_t group, const jl_key *key,
                         bool is_numbered);
/** @return the new entry, 0 if there is no room (counted). */
uint16_t jl_entries_append(jl_entries *entries, uint16_t group, const jl_addition *addition);

jl_key jl_entry_key(const jl_entry *entry);

#endif
