/* Raw JSON: read once to see whether anything is to be hidden, and only then written anew. What is
 * not to be hidden keeps its spelling, blanks between tokens apart. */
#include "base/utf8.h"
#include "format/value_writer.h"
#include "json/escape.h"
#include "json/unescape.h"
#include "redact/redaction_set.h"

/* One pass over a text. The first one only measures. */
typedef struct rewriting {
    jl_redactor *redactor;
    jl_scanner scanner;
    char *out; /* NULL while measuring */
    size_t room;
    size_t len;
    bool is_changed;
    bool has_failed;
} rewriting;

static void put(rewriting *to, jl_text text) {
    const bool fits = to->out == NULL || text.len <= to->room - to->len;
    to->has_failed |= !fits;
    if (!fits)
        return;
    if (to->out != NULL && text.len > 0)
        memcpy(to->out + to->len, text.ptr, text.len);
    to->len += text.len;
}

/* ---- strings ---- */

/* The text a string means. @return ptr NULL without memory. */
static jl_text decode(rewriting *to, jl_json_string string) {
    if (!string.has_escape)
        return (jl_text){string.ptr, string.len};
    char *text = jl_scratch_take(to->redactor->scratch, string.len);
    size_t len = 0;
    jl_unescape cursor = jl_unescape_begin(string);
    while (text != NULL && jl_unescape_is_more(&cursor)) {
        char bytes[4];
        const size_t count = jl_unescape_next_bytes(&cursor, bytes);
        memcpy(text + len, bytes, count);
        len += count;
    }
    return (jl_text){text, len};
}

/* A text that took the place of another. */
static void put_changed(rewriting *to, jl_text text) {
    jl_buffer escaped;
    char space[256];
    jl_buffer_init(&escaped, space, sizeof space, SIZE_MAX / 2);
    jl_escape_append_string(&escaped, text, 0);
    to->has_failed |= escaped.status != JSONLOG_OK;
    to->is_changed = true;
    put(to, jl_buffer_view(&escaped));
    jl_buffer_done(&escaped);
}

static void put_same(rewriting *to, jl_json_string string) {
    put(to, JL_TEXT("\""));
    put(to, (jl_text){string.ptr, string.len});
    put(to, JL_TEXT("\""));
}

static void put_string(rewriting *to, jl_json_string string, bool is_key) {
    const jl_text text = decode(to, string);
    to->has_failed |= text.ptr == NULL;
    if (text.ptr == NULL)
        return;
    const jl_text visible =
        is_key ? jl_redact_key_text(to->redactor, text) : jl_redact_plain_text(to->redactor, text);
    if (visible.ptr == text.ptr)
        put_same(to, string);
    else
        put_changed(to, visible);
}

/* ---- values ---- */

static jl_redacted put_value(rewriting *to, const jl_redact_place *place);

/* @return JL_REDACT_REMOVED if nothing takes its place. */
static jl_redacted put_hidden(rewriting *to, uint32_t rule, jl_text secret) {
    const jl_redacted done = jl_redact_whole(to->redactor, rule, &secret);
    to->is_changed = true;
    if (done == JL_REDACT_CHANGED)
        put_changed(to, secret);
    return done;
}

/* The digits of a number without a fraction that says something: 20 and 20.0. */
static jl_text whole_part(jl_text number) {
    const char *point = memchr(number.ptr, '.', number.len);
    if (point == NULL)
        return number;
    const size_t whole = (size_t)(point - number.ptr);
    for (size_t i = whole + 1; i < number.len; i++) {
        if (number.ptr[i] != '0')
            return (jl_text){number.ptr, 0};
    }
    return (jl_text){number.ptr, whole};
}

static jl_redacted put_number(rewriting *to, const jl_json_value *value) {
    const jl_text digits = whole_part(value->number);
    const bool is_plain =
        memchr(digits.ptr, 'e', digits.len) == NULL && memchr(digits.ptr, 'E', digits.len) == NULL;
    const uint32_t rule =
        digits.len > 0 && is_plain ? jl_redact_number(jl_set_of(to->redactor), digits) : 0;
    if (rule != 0)
        return put_hidden(to, rule, digits);
    put(to, value->number);
    return JL_REDACT_KEPT;
}

static jl_redacted put_scalar(rewriting *to, const jl_redact_place *place) {
    const char *start = to->scanner.at;
    jl_json_value value;
    jl_scan_scalar(&to->scanner, &value);
    if (place->rule != 0) {
        jl_text secret = {NULL, 0};
        if (value.kind == JL_JSON_STRING)
            secret = decode(to, value.string);
        else if (value.kind == JL_JSON_NUMBER)
            secret = value.number;
        return put_hidden(to, place->rule, secret);
    }
    if (value.kind == JL_JSON_NUMBER)
        return put_number(to, &value);
    if (value.kind == JL_JSON_STRING)
        put_string(to, value.string, false);
    else
        put(to, (jl_text){start, (size_t)(to->scanner.at - start)});
    return JL_REDACT_KEPT;
}

static void put_object(rewriting *to, const jl_redact_place *place) {
    jl_json_string key;
    bool is_empty = true;
    put(to, JL_TEXT("{"));
    jl_scan_open(&to->scanner);
    for (bool is_first = true; jl_scan_member(&to->scanner, is_first, &key) == JL_SCAN_MORE;
         is_first = false) {
        const size_t start = to->len;
        jl_redact_place inner;
        const jl_text name = decode(to, key);
        jl_redact_member(to->redactor, place, name, &inner);
        if (!is_empty)
            put(to, JL_TEXT(","));
        put_string(to, key, true);
        put(to, JL_TEXT(":"));
        if (put_value(to, &inner) == JL_REDACT_REMOVED)
            to->len = start;
        else
            is_empty = false;
    }
    jl_scan_close(&to->scanner);
    put(to, JL_TEXT("}"));
}

static void put_array(rewriting *to, const jl_redact_place *place) {
    bool is_empty = true;
    put(to, JL_TEXT("["));
    jl_scan_open(&to->scanner);
    for (size_t i = 0; jl_scan_element(&to->scanner, i == 0) == JL_SCAN_MORE; i++) {
        const size_t start = to->len;
        jl_redact_place inner;
        jl_redact_element(to->redactor, place, i, &inner);
        if (!is_empty)
            put(to, JL_TEXT(","));
        if (put_value(to, &inner) == JL_REDACT_REMOVED)
            to->len = start;
        else
            is_empty = false;
    }
    jl_scan_close(&to->scanner);
    put(to, JL_TEXT("]"));
}

static jl_redacted put_value(rewriting *to, const jl_redact_place *place) {
    if (!jl_scan_is_container(&to->scanner))
        return put_scalar(to, place);
    if (place->rule != 0) {
        jl_scan_skip(&to->scanner);
        return put_hidden(to, place->rule, (jl_text){NULL, 0});
    }
    if (*to->scanner.at == '{')
        put_object(to, place);
    else
        put_array(to, place);
    return JL_REDACT_KEPT;
}

/* ---- the whole text ---- */

/* What one pass makes on the way goes again; keys get the same numbers in both. */
static jl_redacted pass(rewriting *to, jl_text json, const jl_redact_place *place) {
    const jl_scratch_mark mark = jl_scratch_mark_now(to->redactor->scratch);
    const uint32_t keys = to->redactor->keys;
    to->len = 0;
    jl_scan_begin(&to->scanner, json);
    const jl_redacted done = put_value(to, place);
    jl_scratch_return_to(to->redactor->scratch, mark);
    if (to->out == NULL)
        to->redactor->keys = keys;
    return done;
}

static jl_redacted censor(const jl_redactor *redactor, jsonlog_value *value) {
    const jl_text text = jl_set_of(redactor)->censor;
    *value = jsonlog_string(text.ptr, text.len);
    value->flags |= JL_VALUE_REDACTED;
    return JL_REDACT_CHANGED;
}

static jl_redacted rewrite(rewriting *to, jl_text json, const jl_redact_place *place,
                           jsonlog_value *value) {
    to->room = to->len;
    to->out = jl_scratch_take(to->redactor->scratch, to->room);
    if (to->out != NULL)
        pass(to, json, place);
    if (to->out == NULL || to->has_failed)
        return censor(to->redactor, value);
    *value = jsonlog_raw(to->out, to->len);
    value->flags |= JL_VALUE_REDACTED;
    return JL_REDACT_CHANGED;
}

/* ---- what is no JSON ---- */

static int hex_value(char c) {
    if (!jl_is_hex_digit(c))
        return -1;
    return jl_is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* The code unit of `\uXXXX` at the start of a text, -1 if there is none. */
static int code_unit(jl_text text) {
    int unit = 0;
    if (text.len < 6 || text.ptr[0] != '\\' || text.ptr[1] != 'u')
        return -1;
    for (size_t i = 2; i < 6; i++) {
        const int digit = hex_value(text.ptr[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* As far as its escapes can be read; every secret that a pattern knows is ASCII. */
static jl_text decode_loosely(jl_redactor *redactor, jl_text text) {
    char *out = jl_scratch_take(redactor->scratch, text.len);
    size_t len = 0;
    for (size_t at = 0; out != NULL && at < text.len;) {
        const int unit = code_unit((jl_text){text.ptr + at, text.len - at});
        const bool is_escape = text.ptr[at] == '\\' && at + 1 < text.len;
        if (unit >= 0)
            out[len++] = unit < 0x80 ? (char)unit : '?';
        else
            out[len++] = text.ptr[at + (is_escape ? 1 : 0)];
        at += unit >= 0 ? 6 : is_escape ? 2 : 1;
    }
    return (jl_text){out, len};
}

/* It will be written as a string, in which keys and paths cannot be told. */
static jl_redacted redact_other(jl_redactor *redactor, jl_text text, jsonlog_value *value) {
    const jl_redaction_set *set = jl_set_of(redactor);
    if (set->key_count > 0 || set->step_count > 0 || jl_redact_search_in(set, text) != 0)
        return censor(redactor, value);
    if (text.len == 0 || memchr(text.ptr, '\\', text.len) == NULL)
        return JL_REDACT_KEPT;
    const jl_text decoded = decode_loosely(redactor, text);
    if (decoded.ptr == NULL || jl_redact_search_in(set, decoded) != 0)
        return censor(redactor, value);
    return JL_REDACT_KEPT;
}

jl_redacted jl_redact_json(jl_redactor *redactor, const jl_redact_place *place,
                           jsonlog_value *value) {
    const jl_text json = {value->as.string, value->with.len};
    if (!jl_raw_is_json(json))
        return redact_other(redactor, json, value);
    rewriting to = {.redactor = redactor};
    const jl_redacted done = pass(&to, json, place);
    if (to.has_failed)
        return censor(redactor, value);
    if (done == JL_REDACT_REMOVED)
        return done;
    return to.is_changed ? rewrite(&to, json, place, value) : JL_REDACT_KEPT;
}
