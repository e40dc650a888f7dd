#ifndef JL_REDACT_REDACTION_SET_H
#define JL_REDACT_REDACTION_SET_H
/** A set as jsonlog_redaction_new() leaves it: compiled, immutable. */
#include "record/redaction.h"
#include "redact/detector.h"

#define JL_REDACT_RULES_MAX   256
#define JL_REDACT_FINDERS_MAX 32
#define JL_REDACT_CENSOR_MAX  64

/** A key of a rule or of a path, folded if the set ignores case. */
typedef struct jl_redact_name {
    jl_text text;
    uint32_t hash; /**< jl_redact_hash() */
} jl_redact_name;

/** A key to be hidden at any depth. Those with like hashes are linked. */
typedef struct jl_redact_key_rule {
    jl_redact_name name;
    uint16_t rule;
    uint16_t next; /**< index + 1 */
} jl_redact_key_rule;

#define JL_REDACT_SLOTS 256

typedef enum jl_redact_step_kind {
    JL_REDACT_STEP_END,     /**< what stands here is hidden */
    JL_REDACT_STEP_NAME,    /**< a member */
    JL_REDACT_STEP_ANY,     /**< a member or an element */
    JL_REDACT_STEP_ELEMENT, /**< an element */
    JL_REDACT_STEP_INDEX,   /**< the element at `index` */
    JL_REDACT_STEP_DEEP,    /**< any number of levels */
} jl_redact_step_kind;

/** A part of a path. Those of one path follow each other and end with JL_REDACT_STEP_END. */
typedef struct jl_redact_step {
    jl_redact_step_kind kind;
    uint16_t rule; /**< of JL_REDACT_STEP_END */
    size_t index;
    jl_redact_name name;
} jl_redact_step;

/** A pattern or a finder: exactly one of the two functions. */
typedef struct jl_redact_search {
    jl_detect_fn detect;
    jsonlog_redact_fn find;
    void *context;
    size_t least;
    uint16_t rule;
} jl_redact_search;

typedef struct jl_redaction_set {
    jsonlog_redaction base;
    bool ignores_case;
    bool has_finders;
    bool hides_cards; /**< in numbers as well */
    jl_text censor;
    jsonlog_redact_replace_fn replace;
    void *replace_context;
    uint8_t actions[JL_REDACT_RULES_MAX]; /**< by the number of the rule - 1 */

    jl_redact_key_rule keys[JL_REDACT_RULES_MAX];
    size_t key_count;
    uint64_t key_lengths; /**< a bit for each; the highest for all longer ones */
    uint16_t slots[JL_REDACT_SLOTS];

    jl_redact_step steps[JL_REDACT_STEPS_MAX];
    size_t step_count;
    jl_redact_place start; /**< the record */
    uint32_t message_rule; /**< of a key that means the message; 0: none */

    jl_redact_search searches[JL_REDACT_FINDERS_MAX];
    size_t search_count;

    char *texts; /**< censor, keys and names of paths */
    size_t texts_used;
} jl_redaction_set;

static inline const jl_redaction_set *jl_set_of(const jl_redactor *redactor) {
    return (const jl_redaction_set *)(const void *)redactor->set;
}

static inline jsonlog_redact_action jl_set_action(const jl_redaction_set *set, uint32_t rule) {
    return (jsonlog_redact_action)set->actions[rule - 1];
}

/** What became of something. */
typedef enum jl_redacted {
    JL_REDACT_KEPT,
    JL_REDACT_CHANGED,
    JL_REDACT_REMOVED,
} jl_redacted;

/* redact_key.c */

uint32_t jl_redact_hash(const jl_redaction_set *set, jl_text text);
bool jl_redact_name_is(const jl_redaction_set *set, const jl_redact_name *name, jl_text key,
                       uint32_t hash);
void jl_redact_add_key(jl_redaction_set *set, jl_redact_name name, uint32_t rule);
/** The place of the member `key` of what stands at `outer`. */
void jl_redact_member(const jl_redactor *redactor, const jl_redact_place *outer, jl_text key,
                      jl_redact_place *inner);

/* redact_path.c */

/** Compile one path. Names are copied to set->texts. */
jsonlog_status jl_redact_add_path(jl_redaction_set *set, jl_text path, uint32_t rule,
                                  jsonlog_err *err);
/** Go from `outer` one level down, by a key; adds to `inner`. */
void jl_redact_step_by_key(const jl_redaction_set *set, const jl_redact_place *outer, jl_text key,
                           uint32_t hash, jl_redact_place *inner);
/** The place of an element. */
void jl_redact_element(const jl_redactor *redactor, const jl_redact_place *outer, size_t index,
                       jl_redact_place *inner);
/** @return false if no path goes on from here. */
static inline bool jl_redact_has_steps(const jl_redact_place *place) {
    return (place->steps[0] | place->steps[1] | place->steps[2] | place->steps[3]) != 0;
}
/** The earlier rule decides. */
static inline void jl_redact_hit(jl_redact_place *place, uint32_t rule) {
    if (place->rule == 0 || rule < place->rule)
        place->rule = rule;
}

/* redact_text.c */

/** Hide what patterns find. @param is_cut  the text lost its end. */
jl_redacted jl_redact_text(jl_redactor *redactor, jl_text *text, bool is_cut);
/** @return the rule that finds something, 0 if none does. */
uint32_t jl_redact_search_in(const jl_redaction_set *set, jl_text text);
/** What stands in the place of a whole text. @param secret  ptr NULL: there is no text. */
jl_redacted jl_redact_whole(jl_redactor *redactor, uint32_t rule, jl_text *secret);
/** The interface's functions. */
jl_text jl_redact_plain_text(jl_redactor *redactor, jl_text text);
/** A key, with a number behind it if it was changed and is not the first such one. */
jl_text jl_redact_key_text(jl_redactor *redactor, jl_text key);

/* redact_value.c */

jl_redacted jl_redact_value(jl_redactor *redactor, const jl_redact_place *place, unsigned depth,
                            jsonlog_value *value);
/** What stands in the place of a whole value. */
jl_redacted jl_redact_hide(jl_redactor *redactor, uint32_t rule, jsonlog_value *value);
/** @return true if nothing in any text or number can be hidden. */
static inline bool jl_redact_has_searches(const jl_redaction_set *set) {
    return set->search_count > 0;
}

/* redact_json.c */

/** Of a JSONLOG_TYPE_RAW. */
jl_redacted jl_redact_json(jl_redactor *redactor, const jl_redact_place *place,
                           jsonlog_value *value);
/** @return the rule that hides a number, 0 if none does. @param digits  with a sign or without. */
uint32_t jl_redact_number(const jl_redaction_set *set, jl_text digits);

/* redact_call.c */

/** Wrap a JSONLOG_TYPE_CALL. */
jl_redacted jl_redact_call(jl_redactor *redactor, const jl_redact_place *place,
                           jsonlog_value *value);

/* redact_record.c */

/** Find out about set->message_rule, when all rules are in. */
void jl_redact_find_message_rule(jl_redaction_set *set);
void jl_redact_record(jl_redactor *redactor, jsonlog_record *record);
bool jl_redact_beside(jl_redactor *redactor, jl_text *key, jsonlog_value *value);

#endif
