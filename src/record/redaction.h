#ifndef JL_RECORD_REDACTION_H
#define JL_RECORD_REDACTION_H
/**
 * Redaction as the rooms below it see it: through the functions of a class. A program that makes no
 * set links nothing of the room that has them.
 *
 * The emitter hands each record to the set in force once, behind the logger's filters. From then on
 * the record holds nothing that is to be hidden, except what is not made yet: callbacks, which are
 * wrapped so that their writer hides it, and what user code adds later, which passes through the
 * record's redactor when it comes.
 */
#include "base/scratch.h"
#include "record/record.h"

#include <jsonlog/redact.h>

/** Parts of all paths of a set. */
#define JL_REDACT_STEPS_MAX 256

/** Bit of jsonlog_value.flags: nothing in this value is to be hidden any more. */
#define JL_VALUE_REDACTED 0x80u

/** Where in a record a value stands, as far as the rules of a set want to know. */
typedef struct jl_redact_place {
    uint64_t steps[JL_REDACT_STEPS_MAX / 64]; /**< parts of paths that may match one level down */
    uint32_t rule; /**< number of the rule that hides what stands here, from 1; 0: none */
} jl_redact_place;

/** A set at work on one record. */
typedef struct jl_redactor {
    const jsonlog_redaction *set;
    jl_scratch *scratch; /**< what it makes lives here, as long as the record */
    uint32_t keys;       /**< how many keys it has changed: each gets a number of its own */
} jl_redactor;

typedef struct jl_redaction_class {
    /** Hide in the record what is to be hidden. */
    void (*record)(jl_redactor *redactor, jsonlog_record *record);
    /** Hide in one field that stands beside those of the record. @return false: it is left out. */
    bool (*field)(jl_redactor *redactor, jl_text *key, jsonlog_value *value);
    /** Hide in a value at a place. @return false: it is left out. */
    bool (*value)(jl_redactor *redactor, const jl_redact_place *place, jsonlog_value *value);
    /** Patterns only. @return the text itself or one that lives as long as the record. */
    jl_text (*text)(jl_redactor *redactor, jl_text text);
    jl_text (*key)(jl_redactor *redactor, jl_text key);
    /** The place of a member, of an element. */
    void (*member)(const jl_redactor *redactor, const jl_redact_place *outer, jl_text key,
                   jl_redact_place *inner);
    void (*element)(const jl_redactor *redactor, const jl_redact_place *outer, size_t index,
                    jl_redact_place *inner);
    void (*free)(jsonlog_redaction *set);
} jl_redaction_class;

struct jsonlog_redaction {
    uint32_t references; /**< atomic */
    const jl_redaction_class *of_class;
};

/** The text without what patterns hide in it. @param redactor  NULL: no redaction. */
static inline jl_text jl_redact_visible(jl_redactor *redactor, jl_text text) {
    return JSONLOG_LIKELY(redactor == NULL) ? text : redactor->set->of_class->text(redactor, text);
}

/** A field that joins a record that is redacted already. @return the value to be written, which
 *  lives as long as the record; NULL: the field is left out. */
const jsonlog_value *jl_redact_field(jl_redactor *redactor, jl_text *key,
                                     const jsonlog_value *value);

/** Tell whoever makes records without the emitter which set is in force. @param set  a reference is
 *  taken. */
void jl_redaction_publish(jsonlog_redaction *set);

/** @return a reference to the set in force, NULL if there is none. */
jsonlog_redaction *jl_redaction_take(void);

#endif
