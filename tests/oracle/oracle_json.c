/* A reader of RFC 8259, by recursion, production by production. */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

/* RFC 8259 section 9 allows a limit; the specification sets this one. */
#define DEEPEST 1000

typedef struct reader {
    const char *at;
    size_t len;
    size_t pos;
} reader;

static int peek(const reader *r) {
    return r->pos < r->len ? (unsigned char)r->at[r->pos] : -1;
}

static bool take(reader *r, int byte) {
    if (peek(r) != byte)
        return false;
    r->pos++;
    return true;
}

static bool take_word(reader *r, const char *word) {
    size_t len = strlen(word);
    if (r->len - r->pos < len || memcmp(r->at + r->pos, word, len) != 0)
        return false;
    r->pos += len;
    return true;
}

static void skip_blanks(reader *r) {
    while (peek(r) == ' ' || peek(r) == '\t' || peek(r) == '\n' || peek(r) == '\r')
        r->pos++;
}

static bool is_digit(int byte) {
    return byte >= '0' && byte <= '9';
}

static bool take_digits(reader *r) {
    size_t start = r->pos;
    while (is_digit(peek(r)))
        r->pos++;
    return r->pos > start;
}

static bool take_integer(reader *r) {
    take(r, '-');
    if (take(r, '0'))
        return true;
    return take_digits(r);
}

static bool take_exponent(reader *r) {
    if (!take(r, 'e') && !take(r, 'E'))
        return true;
    if (!take(r, '+'))
        take(r, '-');
    return take_digits(r);
}

static bool read_number(reader *r, oracle_value *out) {
    size_t start = r->pos;
    if (!take_integer(r))
        return false;
    if (take(r, '.') && !take_digits(r))
        return false;
    if (!take_exponent(r))
        return false;
    size_t len = r->pos - start;
    out->kind = ORACLE_NUMBER;
    out->number = oracle_alloc(len + 1);
    memcpy(out->number, r->at + start, len);
    out->number[len] = '\0';
    return true;
}

/** Four hexadecimal digits; -1 if they are not there. */
static long take_hex4(reader *r) {
    long value = 0;
    for (int i = 0; i < 4; i++) {
        int c = peek(r);
        if (is_digit(c))
            value = value * 16 + (c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            value = value * 16 + (c - 'A' + 10);
        else
            return -1;
        r->pos++;
    }
    return value;
}

/** What follows `\u`. A high half joins the low half that follows it, else either stands alone. */
static bool read_unicode_escape(reader *r, oracle_text *out) {
    long unit = take_hex4(r);
    if (unit < 0)
        return false;
    reader ahead = *r;
    if (unit >= 0xD800 && unit <= 0xDBFF && take_word(&ahead, "\\u")) {
        long low = take_hex4(&ahead);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *r = ahead;
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    oracle_text_push(out, (uint32_t)unit);
    return true;
}

static bool read_escape(reader *r, oracle_text *out) {
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    if (take(r, 'u'))
        return read_unicode_escape(r, out);
    int c = peek(r);
    const char *found = c > 0 ? strchr(names, c) : NULL;
    if (!found)
        return false;
    r->pos++;
    oracle_text_push(out, (unsigned char)values[found - names]);
    return true;
}

/** One raw character; each ill-formed byte is one replacement character. */
static void read_raw(reader *r, oracle_text *out) {
    uint32_t c = 0;
    size_t taken = oracle_utf8_next(r->at + r->pos, r->len - r->pos, &c);
    oracle_text_push(out, taken ? c : 0xFFFD);
    r->pos += taken ? taken : 1;
}

static bool read_string(reader *r, oracle_text *out) {
    if (!take(r, '"'))
        return false;
    while (!take(r, '"')) {
        if (peek(r) < 0x20) /* also the end of the line */
            return false;
        if (!take(r, '\\'))
            read_raw(r, out);
        else if (!read_escape(r, out))
            return false;
    }
    return true;
}

static bool read_value(reader *r, int depth, oracle_value *out);

static oracle_value *add_member(oracle_value *out) {
    out->members = oracle_grow(out->members, (out->count + 1) * sizeof *out->members);
    if (out->kind == ORACLE_OBJECT) {
        out->names = oracle_grow(out->names, (out->count + 1) * sizeof *out->names);
        out->names[out->count] = (oracle_text){NULL, 0};
    }
    out->members[out->count] = (oracle_value){0};
    return &out->members[out->count++];
}

static bool read_member(reader *r, int depth, oracle_value *out) {
    oracle_value *member = add_member(out);
    skip_blanks(r);
    if (out->kind == ORACLE_OBJECT) {
        if (!read_string(r, &out->names[out->count - 1]))
            return false;
        skip_blanks(r);
        if (!take(r, ':'))
            return false;
        skip_blanks(r);
    }
    if (!read_value(r, depth, member))
        return false;
    skip_blanks(r);
    return true;
}

static bool read_container(reader *r, int depth, oracle_value *out) {
    if (depth > DEEPEST)
        return false;
    int close = take(r, '{') ? '}' : ']';
    out->kind = close == '}' ? ORACLE_OBJECT : ORACLE_ARRAY;
    if (close == ']')
        take(r, '[');
    skip_blanks(r);
    if (take(r, close))
        return true;
    do {
        if (!read_member(r, depth, out))
            return false;
    } while (take(r, ','));
    return take(r, close);
}

/** `depth` is that of a container here. On failure what was read stays, to be freed. */
static bool read_value(reader *r, int depth, oracle_value *out) {
    static const struct {
        const char *word;
        oracle_kind kind;
    } words[] = {{"null", ORACLE_NULL}, {"true", ORACLE_TRUE}, {"false", ORACLE_FALSE}};
    if (peek(r) == '{' || peek(r) == '[')
        return read_container(r, depth + 1, out);
    if (peek(r) == '"') {
        out->kind = ORACLE_STRING;
        return read_string(r, &out->text);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        out->kind = words[i].kind;
        if (take_word(r, words[i].word))
            return true;
    }
    return read_number(r, out);
}

static void free_inside(oracle_value *value) {
    for (size_t i = 0; i < value->count; i++) {
        if (value->names)
            free(value->names[i].at);
        free_inside(&value->members[i]);
    }
    free(value->names);
    free(value->members);
    free(value->number);
    free(value->text.at);
}

oracle_value *oracle_json_read(const char *line, size_t len) {
    reader r = {line, len, 0};
    oracle_value *value = oracle_alloc(sizeof *value);
    *value = (oracle_value){0};
    skip_blanks(&r);
    bool is_read = read_value(&r, 0, value);
    skip_blanks(&r);
    if (is_read && r.pos == len)
        return value;
    oracle_json_free(value);
    return NULL;
}

void oracle_json_free(oracle_value *value) {
    if (value)
        free_inside(value);
    free(value);
}

const oracle_value *oracle_json_member(const oracle_value *object, oracle_text name) {
    if (object->kind != ORACLE_OBJECT)
        return NULL;
    for (size_t i = object->count; i > 0; i--)
        if (oracle_text_equals(object->names[i - 1], name))
            return &object->members[i - 1];
    return NULL;
}

bool oracle_json_counts(const oracle_value *object, size_t index) {
    if (object->kind != ORACLE_OBJECT)
        return true;
    for (size_t i = index + 1; i < object->count; i++)
        if (oracle_text_equals(object->names[i], object->names[index]))
            return false;
    return true;
}
