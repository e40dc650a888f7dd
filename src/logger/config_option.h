#ifndef JL_LOGGER_CONFIG_OPTION_H
#define JL_LOGGER_CONFIG_OPTION_H
/**
 * What may stand in an object of the configuration, as data: a table of options, each with the
 * member of a C struct it fills.
 *
 * Whoever adds a class writes such a table, a struct and a constructor (config_class.h). What is
 * left out in the file stays as it is in the struct.
 */
#include "logger/config_document.h"

typedef enum jl_option_type {
    JL_OPTION_TEXT,         /**< const char *; least, most: bytes */
    JL_OPTION_PATTERN,      /**< likewise: a filter pattern */
    JL_OPTION_DESTINATIONS, /**< likewise: of a socket or syslog handler; `default_port` */
    JL_OPTION_BOOL,         /**< bool */
    JL_OPTION_INTEGER,      /**< any integer type; least, most */
    JL_OPTION_SIZE,         /**< likewise; bytes: a number or "10M" */
    JL_OPTION_MS,           /**< likewise; a span of time: "5s" */
    JL_OPTION_SECONDS,      /**< likewise, in whole seconds */
    JL_OPTION_WORD,         /**< likewise, or an enum: one of `words` */
    JL_OPTION_MODE,         /**< unsigned: "0640" */
    JL_OPTION_CLOCK,        /**< unsigned: seconds after midnight: "03:30" */
    JL_OPTION_LEVEL,        /**< int: a name or a number */
    JL_OPTION_TEXTS,        /**< const char *const * and a count */
    JL_OPTION_FIELDS,       /**< const jsonlog_field * and a count: an object with any values */
    JL_OPTION_RENAMES,      /**< const jsonlog_rename * and a count: an object of strings */
    JL_OPTION_GROUP,        /**< a struct: an object with `group` options */
    JL_OPTION_GROUPS,  /**< a pointer to structs of `element` bytes and a count: an array of such */
    JL_OPTION_HANDLER, /**< jsonlog_handler *: the name of a handler, filled in before it is made */
    JL_OPTION_HANDLERS, /**< jsonlog_handler ** and a count: names, likewise */
    JL_OPTION_NODE,     /**< jl_node *: whatever it is, read by somebody else */
} jl_option_type;

/** A word and what it stands for. A list ends with a NULL name. In a MS option words stand for
 * special values beside the spans of time. */
typedef struct jl_option_word {
    const char *name;
    uint64_t value;
} jl_option_word;

/* There are hundreds of these in the library, and those are relocated: 48 bytes. */
typedef struct jl_option {
    const char *name; /**< NULL: the end of the table */
    uint8_t type;     /**< a jl_option_type */
    uint16_t offset;  /**< of the member */
    uint16_t width;   /**< of the member, in bytes */
    int64_t
        least; /**< of the value (in the member's unit), or of the number of bytes or elements */
    int64_t most;
    bool is_required;
    uint16_t count_offset; /**< of the size_t that tells how many there are */
    uint16_t element;      /**< of GROUPS: the size of one */
    union {
        const jl_option_word *words;   /**< of WORD, MS */
        const char *default_port;      /**< of DESTINATIONS; NULL: there is none */
        const struct jl_option *group; /**< of GROUP, GROUPS */
    };
} jl_option;

#define JL_MEMBER(type, member) \
    .offset = offsetof(type, member), .width = sizeof(((type *)0)->member)
#define JL_OPTIONS_END \
    { .name = NULL }
#define JL_WORDS_END \
    { NULL, 0 }

/* The end of a span for which the C types set no limit of their own: 2^53 is exact everywhere. */
#define JL_NUMBER_MOST (INT64_C(1) << 53)

/** Something that wants a handler made before it: where its pointer goes. */
typedef struct jl_option_target {
    struct jl_option_target *next;
    const jl_node *node; /**< the name */
    jsonlog_handler **place;
} jl_option_target;

/** Read the members of `object` that the table has into *out, and mark them as known.
 *  @param targets  a list to which handlers are added; may be NULL if the table wants none.
 *  @return false with the mistake in load. */
bool jl_options_fill(jl_config_load *load, jl_node *object, const jl_option *table, void *out,
                     jl_option_target **targets);

/** Every member must be known by now, or it is an error, with a hint from the tables (either may be
 * NULL). */
bool jl_options_all_known(jl_config_load *load, const jl_node *object, const jl_option *table,
                          const jl_option *more);

/** Both. */
bool jl_options_read(jl_config_load *load, jl_node *object, const jl_option *table, void *out,
                     jl_option_target **targets);

/* ---- single values; each is false with the mistake in load ---- */

bool jl_read_text(jl_config_load *load, const jl_node *node, size_t least, const char **out);
bool jl_read_bool(jl_config_load *load, const jl_node *node, bool *out);
bool jl_read_integer(jl_config_load *load, const jl_node *node, int64_t least, int64_t most,
                     int64_t *out);
bool jl_read_double_option(jl_config_load *load, const jl_node *node, double *out);
bool jl_read_size(jl_config_load *load, const jl_node *node, uint64_t *out);
/** @param unit_ms  the result is in this unit; what is no multiple of it is refused. */
bool jl_read_duration(jl_config_load *load, const jl_node *node, uint64_t unit_ms, uint64_t *out);
bool jl_read_level(jl_config_load *load, const jl_node *node, int *out);
bool jl_read_mode(jl_config_load *load, const jl_node *node, unsigned *out);
bool jl_read_clock(jl_config_load *load, const jl_node *node, unsigned *out);
bool jl_read_word(jl_config_load *load, const jl_node *node, const jl_option_word *words,
                  uint64_t *out);

/** config_values.c: any JSON as values for static fields. */
bool jl_read_fields(jl_config_load *load, const jl_node *node, const jsonlog_field **out,
                    size_t *count);

/** "expected an object, not a string", and the like. @return false. */
bool jl_config_expected(jl_config_load *load, const jl_node *node, const char *what);

#endif
