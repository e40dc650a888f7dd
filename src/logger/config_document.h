#ifndef JL_LOGGER_CONFIG_DOCUMENT_H
#define JL_LOGGER_CONFIG_DOCUMENT_H
/**
 * The text of a configuration as a tree whose every node knows where it stands.
 *
 * It is read with the strict scanner of our own and not with cJSON, which forgets places, accepts
 * `01`, takes the first of two equal keys and rounds 64-bit numbers (static fields are exact).
 */
#include "json/scanner.h"
#include "logger/config_arena.h"

#include <jsonlog/config.h>

/** Deeper settings do not exist, and static fields are written no deeper. */
#define JL_CONFIG_DEPTH_MAX 64
/** Members of one object: each is compared with all before it. */
#define JL_CONFIG_MEMBERS_MAX 4096

typedef struct jl_node {
    jl_json_kind kind;
    bool is_integer;  /**< a number without fraction and exponent */
    bool is_expanded; /**< a string in which an environment variable was named */
    bool is_known;    /**< somebody has read it: an object's other members are unknown keys */
    uint32_t index;   /**< among its siblings */
    uint32_t count;   /**< of members or elements */
    size_t at;        /**< offset in the source */
    size_t key_at;    /**< likewise of its key; `at` for an element */
    const char *key;  /**< NUL-terminated; NULL for an element and the document itself */
    jl_text text;     /**< of a string: what it means, NUL-terminated; of a number: as spelled */
    struct jl_node *parent;
    struct jl_node *first;
    struct jl_node *next;
} jl_node;

/** One reading of one configuration: its memory, and the first mistake. */
typedef struct jl_config_load {
    jl_arena arena;
    jl_text source;
    const char *name;      /**< of the file, for errors */
    jsonlog_status status; /**< sticky */
    jsonlog_err *err;      /**< may be NULL */
} jl_config_load;

/** Which place of a node an error is about. */
typedef enum jl_config_place { JL_AT_VALUE, JL_AT_KEY } jl_config_place;

/**
 * Note the first mistake: "name:line:column: path: sentence". Later ones are left aside.
 * @param node  NULL: no place.
 * @return load->status.
 */
jsonlog_status jl_config_fail(jl_config_load *load, jsonlog_status status, const jl_node *node,
                              jl_config_place place, const char *format, ...) JSONLOG_PRINTF(5, 6);

/** The same at an offset of the source that belongs to no node (yet). */
jsonlog_status jl_config_fail_at(jl_config_load *load, jsonlog_status status, const jl_node *inside,
                                 size_t offset, const char *format, ...) JSONLOG_PRINTF(5, 6);

jsonlog_status jl_config_nomem(jl_config_load *load);

/** Read load->source. @return the document; NULL with the mistake in load. */
jl_node *jl_config_parse(jl_config_load *load);

/** Put environment variables into the string's text. @return false with the mistake in load. */
bool jl_config_expand(jl_config_load *load, jl_node *string);

/** @return the member of this key; NULL without one, or if `object` is NULL or none. */
jl_node *jl_node_member(const jl_node *object, const char *key);

/** "an object", "a string" …, for sentences. */
const char *jl_node_kind_name(const jl_node *node);

#endif
