/* From rules to a compiled set. */
#include "redact/redaction_set.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

#define DEFAULT_CENSOR "[REDACTED]"

extern inline jsonlog_redact_rule jsonlog_redact_rule_make(jsonlog_redact_kind kind,
                                                           const char *text);
extern inline jsonlog_redact_rule jsonlog_redact_key(const char *key);
extern inline jsonlog_redact_rule jsonlog_redact_path(const char *path);
extern inline jsonlog_redact_rule jsonlog_redact_pattern(const char *name);
extern inline jsonlog_redact_rule jsonlog_redact_finder(jsonlog_redact_fn find, void *context);
extern inline jsonlog_redact_rule jsonlog_redact_with(jsonlog_redact_action action,
                                                      jsonlog_redact_rule rule);

/* ---- the class ---- */

static bool redact_value(jl_redactor *redactor, const jl_redact_place *place,
                         jsonlog_value *value) {
    return jl_redact_value(redactor, place, 0, value) != JL_REDACT_REMOVED;
}

static void free_set(jsonlog_redaction *base) {
    jl_redaction_set *set = (jl_redaction_set *)(void *)base;
    jl_free(set->texts);
    jl_free(set);
}

static const jl_redaction_class of_set = {
    .record = jl_redact_record,
    .field = jl_redact_beside,
    .value = redact_value,
    .text = jl_redact_plain_text,
    .key = jl_redact_key_text,
    .member = jl_redact_member,
    .element = jl_redact_element,
    .free = free_set,
};

/* ---- rules ---- */

static jsonlog_status invalid(jsonlog_err *err, const char *why) {
    return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "%s", why);
}

static jl_text own_text(jl_redaction_set *set, jl_text text) {
    char *copy = set->texts + set->texts_used;
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    set->texts_used += text.len;
    return (jl_text){copy, text.len};
}

static jsonlog_status add_search(jl_redaction_set *set, jl_redact_search search, jsonlog_err *err) {
    if (set->search_count == JL_REDACT_FINDERS_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                          "More than %d patterns and finders", JL_REDACT_FINDERS_MAX);
    set->searches[set->search_count++] = search;
    return JSONLOG_OK;
}

static jsonlog_status add_pattern(jl_redaction_set *set, const char *name, uint32_t rule,
                                  jsonlog_err *err) {
    const jl_detector *detector = jl_detector_at(0);
    for (size_t i = 1; detector != NULL && strcmp(detector->name, name) != 0; i++)
        detector = jl_detector_at(i);
    if (detector == NULL)
        return jl_err_set(err, JSONLOG_E_NOT_FOUND, JSONLOG_NO_OFFSET,
                          "There is no pattern \"%.32s\"; there are card, bearer, jwt, aws_key, "
                          "aws_secret, url_password and email",
                          name);
    set->hides_cards |= detector->find == jl_detect_card;
    const jl_redact_search search = {
        .detect = detector->find, .least = detector->least, .rule = (uint16_t)rule};
    return add_search(set, search, err);
}

static jsonlog_status add_finder(jl_redaction_set *set, const jsonlog_redact_rule *from,
                                 uint32_t rule, jsonlog_err *err) {
    if (from->find == NULL)
        return invalid(err, "A finder without its function");
    set->has_finders = true;
    const jl_redact_search search = {
        .find = from->find, .context = from->context, .least = 1, .rule = (uint16_t)rule};
    return add_search(set, search, err);
}

static jsonlog_status add_key(jl_redaction_set *set, const char *text, uint32_t rule) {
    const jl_text key = own_text(set, jl_text_of(text));
    jl_redact_add_key(set, (jl_redact_name){key, jl_redact_hash(set, key)}, rule);
    return JSONLOG_OK;
}

static jsonlog_status check_rule(const jl_redaction_set *set, const jsonlog_redact_rule *rule,
                                 jsonlog_err *err) {
    if ((unsigned)rule->kind > JSONLOG_REDACT_FINDER ||
        (unsigned)rule->action > JSONLOG_REDACT_REPLACE)
        return invalid(err, "A rule has a kind or an action that does not exist");
    if (rule->kind != JSONLOG_REDACT_FINDER && (rule->text == NULL || *rule->text == '\0'))
        return invalid(err, "A rule without its key, path or pattern");
    if (rule->action == JSONLOG_REDACT_REPLACE && set->replace == NULL)
        return invalid(err, "A rule that replaces needs the option `replace`");
    return JSONLOG_OK;
}

static jsonlog_status add_rule(jl_redaction_set *set, const jsonlog_redact_rule *from,
                               uint32_t rule, jsonlog_err *err) {
    const jsonlog_status status = check_rule(set, from, err);
    if (status != JSONLOG_OK)
        return status;
    set->actions[rule - 1] = (uint8_t)from->action;
    switch (from->kind) {
    case JSONLOG_REDACT_KEY: return add_key(set, from->text, rule);
    case JSONLOG_REDACT_PATH: return jl_redact_add_path(set, jl_text_of(from->text), rule, err);
    case JSONLOG_REDACT_PATTERN: return add_pattern(set, from->text, rule, err);
    default: return add_finder(set, from, rule, err);
    }
}

/* ---- the set ---- */

static jsonlog_status check(const jsonlog_redact_rule *rules, size_t count,
                            const jsonlog_redaction_options *options, jsonlog_err *err) {
    const jl_text censor = jl_text_of(options->censor);
    if (options->size != sizeof *options)
        return invalid(err, "The options are not of this version of the library");
    if (rules == NULL && count > 0)
        return invalid(err, "A list is missing whose count is not 0");
    if (count > JL_REDACT_RULES_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET, "More than %d rules",
                          JL_REDACT_RULES_MAX);
    if (censor.len > JL_REDACT_CENSOR_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                          "The censor text is longer than %d bytes", JL_REDACT_CENSOR_MAX);
    if (censor.len > 0 && jl_utf8_valid_prefix(censor) < censor.len)
        return invalid(err, "The censor text is no UTF-8");
    return JSONLOG_OK;
}

/* Keys and names of paths are at most as long as the texts they stand in. */
static size_t texts_size(const jsonlog_redact_rule *rules, size_t count) {
    size_t size = JL_REDACT_CENSOR_MAX;
    for (size_t i = 0; i < count; i++)
        size += rules[i].kind == JSONLOG_REDACT_FINDER ? 0 : jl_text_of(rules[i].text).len;
    return size;
}

static jl_redaction_set *new_set(const jsonlog_redact_rule *rules, size_t count,
                                 const jsonlog_redaction_options *options) {
    jl_redaction_set *set = jl_calloc(1, sizeof *set);
    char *texts = set == NULL ? NULL : jl_alloc(texts_size(rules, count));
    if (texts == NULL) {
        jl_free(set);
        return NULL;
    }
    set->base = (jsonlog_redaction){.references = 1, .of_class = &of_set};
    set->texts = texts;
    set->ignores_case = options->ignore_case;
    set->replace = options->replace;
    set->replace_context = options->replace_context;
    set->censor =
        own_text(set, jl_text_of(options->censor == NULL ? DEFAULT_CENSOR : options->censor));
    return set;
}

jsonlog_redaction *jsonlog_redaction_new(const jsonlog_redact_rule *rules, size_t count,
                                         const jsonlog_redaction_options *options,
                                         jsonlog_err *err) {
    const jsonlog_redaction_options defaults = JSONLOG_REDACTION_OPTIONS_INIT;
    if (options == NULL)
        options = &defaults;
    if (check(rules, count, options, err) != JSONLOG_OK)
        return NULL;
    jl_redaction_set *set = new_set(rules, count, options);
    if (set == NULL) {
        jl_err_nomem(err);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (add_rule(set, &rules[i], (uint32_t)i + 1, err) == JSONLOG_OK)
            continue;
        free_set(&set->base);
        return NULL;
    }
    jl_redact_find_message_rule(set);
    return &set->base;
}
