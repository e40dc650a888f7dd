#include "record/redaction.h"

#include "base/thread.h"

/* Changed under jl_words_lock; atomic, so that without a set nobody takes it. */
static jsonlog_redaction *in_force;

jsonlog_redaction *jsonlog_redaction_retain(jsonlog_redaction *set) {
    if (set != NULL)
        __atomic_fetch_add(&set->references, 1, __ATOMIC_RELAXED);
    return set;
}

/* Release orders this owner's last use before the count, acquire the free behind all counts. */
void jsonlog_redaction_release(jsonlog_redaction *set) {
    if (set != NULL && __atomic_fetch_sub(&set->references, 1, __ATOMIC_ACQ_REL) == 1)
        set->of_class->free(set);
}

void jl_redaction_publish(jsonlog_redaction *set) {
    jsonlog_redaction_retain(set);
    jl_lock_acquire(&jl_words_lock);
    jsonlog_redaction *old = in_force;
    __atomic_store_n(&in_force, set, __ATOMIC_RELEASE);
    jl_lock_release(&jl_words_lock);
    jsonlog_redaction_release(old);
}

jsonlog_redaction *jl_redaction_take(void) {
    if (__atomic_load_n(&in_force, __ATOMIC_ACQUIRE) == NULL)
        return NULL;
    jl_lock_acquire(&jl_words_lock);
    jsonlog_redaction *set = jsonlog_redaction_retain(in_force);
    jl_lock_release(&jl_words_lock);
    return set;
}

/* Without memory for a value of its own the field has to go. */
const jsonlog_value *jl_redact_field(jl_redactor *redactor, jl_text *key,
                                     const jsonlog_value *value) {
    jsonlog_value visible = *value;
    if (!redactor->set->of_class->field(redactor, key, &visible))
        return NULL;
    if (memcmp(&visible, value, sizeof visible) == 0)
        return value;
    jsonlog_value *kept = jl_scratch_take(redactor->scratch, sizeof *kept);
    if (kept != NULL)
        *kept = visible;
    return kept;
}
