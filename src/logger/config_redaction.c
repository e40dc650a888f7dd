#include "logger/config_redaction.h"

/* One of the three says what is hidden. */
typedef struct rule {
    const char *key;
    const char *path;
    const char *pattern;
    jsonlog_redact_action action;
} rule;

typedef struct redaction {
    jsonlog_redaction_options options;
    rule *rules;
    size_t count;
} redaction;

#define RULE(member)      JL_MEMBER(rule, member)
#define REDACTION(member) JL_MEMBER(redaction, member)

/* What the program makes in place of a secret needs a function of its own. */
static const jl_option_word actions[] = {{"censor", JSONLOG_REDACT_CENSOR},
                                         {"last4", JSONLOG_REDACT_LAST4},
                                         {"remove", JSONLOG_REDACT_REMOVE},
                                         JL_WORDS_END};
static const jl_option rule_table[] = {
    {"key", JL_OPTION_TEXT, RULE(key), .least = 1},
    {"path", JL_OPTION_TEXT, RULE(path), .least = 1},
    {"pattern", JL_OPTION_TEXT, RULE(pattern), .least = 1},
    {"action", JL_OPTION_WORD, RULE(action), .words = actions},
    JL_OPTIONS_END,
};

const jl_option jl_config_redaction_options[] = {
    {"censor", JL_OPTION_TEXT, REDACTION(options.censor)},
    {"ignoreCase", JL_OPTION_BOOL, REDACTION(options.ignore_case)},
    {"rules", JL_OPTION_GROUPS, REDACTION(rules), 0, 256, .is_required = true,
     .count_offset = offsetof(redaction, count), .group = rule_table, .element = sizeof(rule)},
    JL_OPTIONS_END,
};

static bool make_rule(const rule *from, jsonlog_redact_rule *to) {
    if ((from->key != NULL) + (from->path != NULL) + (from->pattern != NULL) != 1)
        return false;
    if (from->key != NULL)
        *to = jsonlog_redact_key(from->key);
    else if (from->path != NULL)
        *to = jsonlog_redact_path(from->path);
    else
        *to = jsonlog_redact_pattern(from->pattern);
    to->action = from->action;
    return true;
}

static jsonlog_redact_rule *make_rules(jl_config_load *load, const jl_node *node,
                                       const redaction *read) {
    const jl_node *list = jl_node_member(node, "rules");
    jsonlog_redact_rule *rules = jl_arena_array(&load->arena, read->count, sizeof *rules);
    if (rules == NULL) {
        jl_config_nomem(load);
        return NULL;
    }
    for (const jl_node *one = list->first; one != NULL; one = one->next)
        if (!make_rule(&read->rules[one->index], &rules[one->index])) {
            jl_config_fail(load, JSONLOG_E_INVALID, one, JL_AT_VALUE,
                           "a rule has one of key, path and pattern");
            return NULL;
        }
    return rules;
}

static bool is_right(const jsonlog_redact_rule *one, const jsonlog_redaction_options *options) {
    jsonlog_redaction *alone = jsonlog_redaction_new(one, 1, options, NULL);
    jsonlog_redaction_release(alone);
    return alone != NULL;
}

/* A set says what is wrong, not with which rule: that is the first one that is wrong by itself. */
static const jl_node *node_at_fault(const jl_node *node, const jsonlog_redact_rule *rules,
                                    const redaction *read) {
    static const char *const members[] = {[JSONLOG_REDACT_KEY] = "key",
                                          [JSONLOG_REDACT_PATH] = "path",
                                          [JSONLOG_REDACT_PATTERN] = "pattern"};
    const jl_node *list = jl_node_member(node, "rules");
    const jl_node *censor = jl_node_member(node, "censor");
    for (const jl_node *one = list->first; one != NULL; one = one->next)
        if (!is_right(&rules[one->index], NULL))
            return jl_node_member(one, members[rules[one->index].kind]);
    return censor != NULL && read->count > 0 && !is_right(rules, &read->options) ? censor : list;
}

jsonlog_redaction *jl_config_make_redaction(jl_config_load *load, jl_node *node) {
    const jsonlog_redaction_options defaults = JSONLOG_REDACTION_OPTIONS_INIT;
    redaction read = {.options = defaults};
    if (!jl_options_read(load, node, jl_config_redaction_options, &read, NULL))
        return NULL;
    const jsonlog_redact_rule *rules = make_rules(load, node, &read);
    if (rules == NULL)
        return NULL;
    jsonlog_err err = {.code = JSONLOG_OK};
    jsonlog_redaction *set = jsonlog_redaction_new(rules, read.count, &read.options, &err);
    if (set == NULL && err.code == JSONLOG_E_NOMEM)
        jl_config_nomem(load);
    else if (set == NULL)
        jl_config_fail(load, err.code, node_at_fault(node, rules, &read), JL_AT_VALUE, "%s",
                       err.text);
    return set;
}
