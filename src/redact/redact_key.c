/* Keys of rules, and where a key leads. */
#include "redact/redaction_set.h"

static unsigned char fold(char c) {
    return (unsigned char)(jl_is_upper(c) ? c + ('a' - 'A') : c);
}

uint32_t jl_redact_hash(const jl_redaction_set *set, jl_text text) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        hash = (hash ^ (set->ignores_case ? fold(c) : (unsigned char)c)) * 16777619u;
    }
    return hash;
}

bool jl_redact_name_is(const jl_redaction_set *set, const jl_redact_name *name, jl_text key,
                       uint32_t hash) {
    if (name->hash != hash || name->text.len != key.len)
        return false;
    if (!set->ignores_case)
        return jl_text_equal(name->text, key);
    for (size_t i = 0; i < key.len; i++) {
        if (fold(key.ptr[i]) != fold(name->text.ptr[i]))
            return false;
    }
    return true;
}

static uint64_t length_bit(size_t len) {
    return UINT64_C(1) << (len < 63 ? len : 63);
}

void jl_redact_add_key(jl_redaction_set *set, jl_redact_name name, uint32_t rule) {
    uint16_t *slot = &set->slots[name.hash % JL_REDACT_SLOTS];
    set->keys[set->key_count++] = (jl_redact_key_rule){name, (uint16_t)rule, *slot};
    *slot = (uint16_t)set->key_count;
    set->key_lengths |= length_bit(name.text.len);
}

static void look_up(const jl_redaction_set *set, jl_text key, uint32_t hash,
                    jl_redact_place *inner) {
    for (uint16_t at = set->slots[hash % JL_REDACT_SLOTS]; at != 0; at = set->keys[at - 1].next) {
        const jl_redact_key_rule *rule = &set->keys[at - 1];
        if (jl_redact_name_is(set, &rule->name, key, hash))
            jl_redact_hit(inner, rule->rule);
    }
}

/* One key, dots and all. */
static void enter_whole(const jl_redaction_set *set, const jl_redact_place *outer, jl_text key,
                        jl_redact_place *inner) {
    const bool may_be_rule = (set->key_lengths & length_bit(key.len)) != 0;
    if (!may_be_rule && !jl_redact_has_steps(outer))
        return;
    const uint32_t hash = jl_redact_hash(set, key);
    if (may_be_rule)
        look_up(set, key, hash, inner);
    jl_redact_step_by_key(set, outer, key, hash, inner);
}

/* The same key as some formatters write it, each dot a level. */
static void enter_parts(const jl_redaction_set *set, const jl_redact_place *outer, jl_text key,
                        jl_redact_place *inner) {
    jl_redact_place here = *outer;
    while (key.len > 0) {
        const char *dot = memchr(key.ptr, '.', key.len);
        const size_t len = dot == NULL ? key.len : (size_t)(dot - key.ptr);
        jl_redact_place next = {.rule = 0};
        enter_whole(set, &here, (jl_text){key.ptr, len}, &next);
        if (next.rule != 0)
            jl_redact_hit(inner, next.rule);
        here = next;
        const size_t step = dot == NULL ? len : len + 1;
        key = (jl_text){key.ptr + step, key.len - step};
    }
    for (size_t i = 0; i < sizeof here.steps / sizeof here.steps[0]; i++)
        inner->steps[i] |= here.steps[i];
}

void jl_redact_member(const jl_redactor *redactor, const jl_redact_place *outer, jl_text key,
                      jl_redact_place *inner) {
    const jl_redaction_set *set = jl_set_of(redactor);
    *inner = (jl_redact_place){.rule = 0};
    if (set->key_count == 0 && !jl_redact_has_steps(outer))
        return;
    enter_whole(set, outer, key, inner);
    if (key.len > 0 && memchr(key.ptr, '.', key.len) != NULL)
        enter_parts(set, outer, key, inner);
}
