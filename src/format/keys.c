#include "format/keys.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "json/escape.h"

/* The bytes a key becomes, one after the other. */
typedef struct key_reader {
    jl_text rest;
    unsigned escapes;
    uint32_t suffix;
    char unit[12]; /* one code point, or `_` and the digits of a suffix */
    size_t at;
    size_t len;
} key_reader;

static key_reader read_key(const jl_key *key, unsigned escapes) {
    return (key_reader){.rest = key->text, .escapes = escapes, .suffix = key->suffix};
}

static size_t put_ill_formed(char *out, unsigned char byte, unsigned escapes) {
    static const char digits[] = "0123456789abcdef";
    if ((escapes & JL_ESCAPE_BYTES) == 0)
        return jl_utf8_encode(0xFFFD, out);
    memcpy(out, "\\x", 2);
    out[2] = digits[byte >> 4];
    out[3] = digits[byte & 0xF];
    return 4;
}

static size_t put_suffix(char out[12], uint32_t suffix) {
    char digits[10];
    size_t count = 0;
    for (; suffix > 0; suffix /= 10)
        digits[count++] = (char)('0' + suffix % 10);
    size_t len = 0;
    out[len++] = '_';
    while (count > 0)
        out[len++] = digits[--count];
    return len;
}

static bool next_unit(key_reader *reader) {
    reader->at = 0;
    if (reader->rest.len == 0) {
        reader->len = reader->suffix == 0 ? 0 : put_suffix(reader->unit, reader->suffix);
        reader->suffix = 0;
        return reader->len > 0;
    }
    size_t taken;
    if (jl_utf8_decode(reader->rest, &taken) == JL_UTF8_INVALID) {
        reader->len =
            put_ill_formed(reader->unit, (unsigned char)*reader->rest.ptr, reader->escapes);
    } else {
        memcpy(reader->unit, reader->rest.ptr, taken);
        reader->len = taken;
    }
    reader->rest = (jl_text){reader->rest.ptr + taken, reader->rest.len - taken};
    return true;
}

/* @return the next byte, or -1 at the end. */
static int next_byte(key_reader *reader) {
    if (reader->at == reader->len && !next_unit(reader))
        return -1;
    return (unsigned char)reader->unit[reader->at++];
}

static uint32_t hash_on(uint32_t hash, unsigned char byte) {
    return (hash ^ byte) * 16777619u;
}

static __attribute__((cold)) uint32_t hash_as_written(const jl_key *key, unsigned escapes) {
    key_reader reader = read_key(key, escapes);
    uint32_t hash = jl_hash((jl_text){NULL, 0});
    for (int byte = next_byte(&reader); byte >= 0; byte = next_byte(&reader))
        hash = hash_on(hash, (unsigned char)byte);
    return hash;
}

jl_key jl_key_known(jl_text text, uint32_t hash, bool is_plain, unsigned escapes) {
    jl_key key = {.text = text, .hash = hash, .is_plain = is_plain};
    if (!is_plain && jl_utf8_valid_prefix(text) < text.len)
        key.hash = hash_as_written(&key, escapes);
    return key;
}

jl_key jl_key_of(jl_text text, unsigned escapes) {
    return jl_key_known(text, jl_hash(text), jl_escape_is_plain(text), escapes);
}

__attribute__((cold)) jl_key jl_key_with_suffix(jl_key key, uint32_t suffix) {
    char text[12];
    size_t len = put_suffix(text, suffix);
    key.suffix = suffix;
    for (size_t i = 0; i < len; i++)
        key.hash = hash_on(key.hash, (unsigned char)text[i]);
    return key;
}

/* Of keys with numbers behind them, or with bytes that are not written as they are. */
static __attribute__((cold)) bool same_as_written(const jl_key *a, const jl_key *b,
                                                  unsigned escapes) {
    key_reader left = read_key(a, escapes);
    key_reader right = read_key(b, escapes);
    for (;;) {
        int byte = next_byte(&left);
        if (byte != next_byte(&right))
            return false;
        if (byte < 0)
            return true;
    }
}

bool jl_key_same(const jl_key *a, const jl_key *b, unsigned escapes) {
    if (a->hash != b->hash)
        return false;
    if (a->is_plain && b->is_plain && a->suffix == b->suffix)
        return jl_text_equal(a->text, b->text);
    return same_as_written(a, b, escapes);
}

jl_text jl_field_key(const jsonlog_field *field) {
    if (field->key == NULL)
        return JL_TEXT("null");
    if (field->key_len == JSONLOG_NUL_TERMINATED)
        return jl_text_of(field->key);
    return (jl_text){field->key, field->key_len};
}
