/* Patterns in texts. */
#include "redact/redaction_set.h"

#include "base/utf8.h"

/* What LAST4 leaves is a third of the secret at most. */
#define LAST4_LEAST 12
#define LAST4_COUNT 4
#define LAST4_MARK  "****"

/* ---- finding ---- */

static bool search(const jl_redact_search *by, const jl_subject *subject, size_t from,
                   jl_span *span) {
    const jl_text text = subject->text;
    if (from >= text.len || (text.len - from < by->least && !subject->is_cut))
        return false;
    if (by->detect != NULL)
        return by->detect(subject, from, span);
    *span = (jl_span){from, from};
    if (!by->find(text.ptr, text.len, &span->from, &span->to, by->context))
        return false;
    if (span->from < from || span->to <= span->from || span->to > text.len)
        *span = (jl_span){from, text.len};
    return true;
}

/* The next find of every search, of which the first in the text is taken. */
typedef struct finds {
    const jl_redaction_set *set;
    jl_subject subject;
    jl_span next[JL_REDACT_FINDERS_MAX]; /* from SIZE_MAX: there is none */
} finds;

static void find_next(finds *all, size_t index, size_t from) {
    if (!search(&all->set->searches[index], &all->subject, from, &all->next[index]))
        all->next[index].from = SIZE_MAX;
}

/* @return false if nothing is found at all. */
static bool begin_finds(finds *all) {
    bool is_found = false;
    for (size_t i = 0; i < all->set->search_count; i++) {
        find_next(all, i, 0);
        is_found |= all->next[i].from != SIZE_MAX;
    }
    return is_found;
}

/* Of a find that overlaps what was taken before, the rest is still to be hidden. */
static void skip_to(finds *all, size_t index, size_t from) {
    jl_span *next = &all->next[index];
    if (next->from >= from)
        return;
    if (next->to > from)
        next->from = from;
    else
        find_next(all, index, from);
}

/* @return the rule, 0 at the end. */
static uint32_t take_find(finds *all, size_t from, jl_span *span) {
    uint32_t rule = 0;
    for (size_t i = 0; i < all->set->search_count; i++) {
        skip_to(all, i, from);
        const jl_span *next = &all->next[i];
        if (next->from == SIZE_MAX || (rule != 0 && next->from >= span->from))
            continue;
        *span = *next;
        rule = all->set->searches[i].rule;
    }
    return rule;
}

uint32_t jl_redact_search_in(const jl_redaction_set *set, jl_text text) {
    const jl_subject subject = {.text = text};
    jl_span span;
    for (size_t i = 0; i < set->search_count; i++) {
        if (search(&set->searches[i], &subject, 0, &span))
            return set->searches[i].rule;
    }
    return 0;
}

/* ---- hiding ---- */

/* @return the length of what was put to `out`, which has room for the longest replacement. */
static size_t put_last4(jl_text secret, char *out) {
    size_t start = secret.len;
    for (unsigned i = 0; i < LAST4_COUNT; i++) {
        start--;
        while (start > 0 && ((unsigned char)secret.ptr[start] & 0xC0) == 0x80)
            start--;
    }
    const size_t mark = sizeof LAST4_MARK - 1;
    const size_t rest = secret.len - start;
    if (rest > LAST4_LEAST)
        return 0;
    memcpy(out, LAST4_MARK, mark);
    memcpy(out + mark, secret.ptr + start, rest);
    return mark + rest;
}

static size_t put_censor(const jl_redaction_set *set, char *out) {
    memcpy(out, set->censor.ptr, set->censor.len);
    return set->censor.len;
}

/* @param out  has room for JSONLOG_REDACT_REPLACE_MAX bytes. */
static size_t put_replacement(const jl_redaction_set *set, uint32_t rule, jl_text secret,
                              char *out) {
    size_t len = 0;
    switch (jl_set_action(set, rule)) {
    case JSONLOG_REDACT_REMOVE: return 0;
    case JSONLOG_REDACT_LAST4:
        if (secret.len >= LAST4_LEAST)
            len = put_last4(secret, out);
        return len == 0 ? put_censor(set, out) : len;
    case JSONLOG_REDACT_REPLACE:
        len = set->replace(secret.ptr, secret.len, out, JSONLOG_REDACT_REPLACE_MAX,
                           set->replace_context);
        return len > JSONLOG_REDACT_REPLACE_MAX ? put_censor(set, out) : len;
    default: return put_censor(set, out);
    }
}

jl_redacted jl_redact_whole(jl_redactor *redactor, uint32_t rule, jl_text *secret) {
    const jl_redaction_set *set = jl_set_of(redactor);
    const jsonlog_redact_action action = jl_set_action(set, rule);
    char *out = NULL;
    if (action == JSONLOG_REDACT_REMOVE)
        return JL_REDACT_REMOVED;
    if (secret->ptr != NULL && action != JSONLOG_REDACT_CENSOR)
        out = jl_scratch_take(redactor->scratch, JSONLOG_REDACT_REPLACE_MAX);
    *secret = out == NULL ? set->censor : (jl_text){out, put_replacement(set, rule, *secret, out)};
    return JL_REDACT_CHANGED;
}

/* The most bytes the text can have when all is replaced; 0 if that overflows. */
static size_t measure(finds *all) {
    size_t size = all->subject.text.len;
    size_t at = 0;
    jl_span span;
    while (take_find(all, at, &span) != 0) {
        if (__builtin_add_overflow(size, JSONLOG_REDACT_REPLACE_MAX, &size))
            return 0;
        at = span.to;
    }
    return size;
}

/* A finder may find more than it did when the room was measured: then nothing of the text stays. */
static size_t put_visible(finds *all, char *out, size_t size) {
    const jl_text text = all->subject.text;
    size_t len = 0;
    size_t at = 0;
    jl_span span;
    for (uint32_t rule = take_find(all, at, &span); rule != 0; rule = take_find(all, at, &span)) {
        const size_t plain = span.from - at;
        if (size - len < JSONLOG_REDACT_REPLACE_MAX + plain)
            return 0;
        memcpy(out + len, text.ptr + at, plain);
        len += plain;
        const jl_text secret = {text.ptr + span.from, span.to - span.from};
        len += put_replacement(all->set, rule, secret, out + len);
        at = span.to;
    }
    if (size - len < text.len - at)
        return 0;
    memcpy(out + len, text.ptr + at, text.len - at);
    return len + (text.len - at);
}

static jl_redacted rewrite(jl_redactor *redactor, finds *all, jl_text *text, jl_text tail) {
    const size_t size = measure(all);
    char *out = size == 0 || size > SIZE_MAX - tail.len
                    ? NULL
                    : jl_scratch_take(redactor->scratch, size + tail.len);
    if (out == NULL) {
        *text = all->set->censor;
        return JL_REDACT_CHANGED;
    }
    begin_finds(all);
    const size_t len = put_visible(all, out, size);
    if (tail.len > 0)
        memcpy(out + len, tail.ptr, tail.len);
    *text = (jl_text){out, len + tail.len};
    return JL_REDACT_CHANGED;
}

/* The mark of a cut text is no part of what was cut. */
static jl_text cut_mark_of(jl_text text) {
    const jl_text mark = JL_TEXT("\xE2\x80\xA6");
    if (text.len < mark.len || memcmp(text.ptr + text.len - mark.len, mark.ptr, mark.len) != 0)
        return (jl_text){text.ptr + text.len, 0};
    return (jl_text){text.ptr + text.len - mark.len, mark.len};
}

jl_redacted jl_redact_text(jl_redactor *redactor, jl_text *text, bool is_cut) {
    const jl_redaction_set *set = jl_set_of(redactor);
    if (text->len == 0 || !jl_redact_has_searches(set))
        return JL_REDACT_KEPT;
    finds all;
    all.set = set;
    const jl_text tail = is_cut ? cut_mark_of(*text) : (jl_text){NULL, 0};
    all.subject = (jl_subject){{text->ptr, text->len - tail.len}, is_cut};
    return begin_finds(&all) ? rewrite(redactor, &all, text, tail) : JL_REDACT_KEPT;
}

jl_text jl_redact_plain_text(jl_redactor *redactor, jl_text text) {
    jl_redact_text(redactor, &text, false);
    return text;
}

/* Two secrets in two keys would become one key. */
jl_text jl_redact_key_text(jl_redactor *redactor, jl_text key) {
    if (jl_redact_text(redactor, &key, false) == JL_REDACT_KEPT || ++redactor->keys == 1)
        return key;
    char number[10];
    size_t digits = 0;
    for (uint32_t left = redactor->keys; left > 0; left /= 10)
        number[digits++] = (char)('0' + left % 10);
    char *numbered = jl_scratch_take(redactor->scratch, key.len + 1 + digits);
    if (numbered == NULL)
        return key;
    memcpy(numbered, key.ptr, key.len);
    numbered[key.len] = '_';
    for (size_t i = 0; i < digits; i++)
        numbered[key.len + 1 + i] = number[digits - 1 - i];
    return (jl_text){numbered, key.len + 1 + digits};
}

size_t jsonlog_redact_text(const jsonlog_redaction *set, const char *text, size_t len, char *out,
                           size_t out_size) {
    jl_scratch scratch = JL_SCRATCH_INIT;
    jl_redactor redactor = {.set = set, .scratch = &scratch};
    jl_text visible = {text, text == NULL ? 0 : len};
    if (set != NULL)
        jl_redact_text(&redactor, &visible, false);
    if (out_size > 0) {
        const size_t copied =
            jl_utf8_cut(visible, visible.len < out_size ? visible.len : out_size - 1);
        if (copied > 0)
            memcpy(out, visible.ptr, copied);
        out[copied] = '\0';
    }
    const size_t whole = visible.len;
    jl_scratch_done(&scratch);
    return whole;
}
