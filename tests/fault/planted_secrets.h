#ifndef JL_FAULT_PLANTED_SECRETS_H
#define JL_FAULT_PLANTED_SECRETS_H
/**
 * Random secrets, and the search for what is left of them in any text: eight bytes from the
 * beginning of a secret, plain or behind the escapes of JSON or of the human formatter, are a leak.
 * Include CMocka first.
 */
#include "support/test_random.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SECRET_MAX    128
#define SECRET_PREFIX 8

typedef enum secret_kind {
    SECRET_CARD,
    SECRET_CARD_GROUPED,
    SECRET_BEARER,
    SECRET_JWT,
    SECRET_AWS,
    SECRET_URL,
    SECRET_KEYED, /**< any bytes; only its key or path tells */
    SECRET_KINDS
} secret_kind;

typedef struct secret {
    secret_kind kind;
    char text[SECRET_MAX]; /**< what must not be seen */
    const char *before;    /**< what it is recognised by */
    const char *after;
} secret;

/* ---- making them ---- */

static inline void put_random(test_random *random, char *out, size_t len, const char *from) {
    const size_t count = strlen(from);
    for (size_t i = 0; i < len; i++)
        out[i] = from[test_random_below(random, count)];
    out[len] = '\0';
}

/** Visa with a right check digit. */
static inline void put_card(test_random *random, char *out) {
    put_random(random, out, 16, "0123456789");
    out[0] = '4';
    unsigned sum = 0;
    for (unsigned i = 0; i < 15; i++) {
        const unsigned digit = (unsigned)(out[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += digit / 10 + digit % 10;
    }
    out[15] = (char)('0' + (10 - sum % 10) % 10);
}

static inline void put_grouped_card(test_random *random, char *out) {
    char digits[17];
    const char separator = test_random_below(random, 2) == 0 ? ' ' : '-';
    put_card(random, digits);
    snprintf(out, SECRET_MAX, "%.4s%c%.4s%c%.4s%c%.4s", digits, separator, digits + 4, separator,
             digits + 8, separator, digits + 12);
}

#define SECRET_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SECRET_DIGITS  "0123456789"

/** Random letters and digits, of all kinds in turn, so that no secret happens to look like a word.
 */
static inline void put_mixed(test_random *random, char *out, size_t len, const char *more) {
    char from[128];
    snprintf(from, sizeof from, "%s%s%s", SECRET_LETTERS, SECRET_DIGITS, more);
    put_random(random, out, len, from);
    for (size_t i = 0; i + 3 <= len; i += 3) {
        put_random(random, out + i, 1, "abcdefghijklmnopqrstuvwxyz");
        out[i + 1] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[test_random_below(random, 26)];
        out[i + 2] = SECRET_DIGITS[test_random_below(random, 10)];
    }
    out[len] = '\0';
}

static inline secret make_secret(test_random *random, secret_kind kind) {
    secret made = {.kind = kind, .before = "", .after = ""};
    char parts[2][32];
    switch (kind) {
    case SECRET_CARD: put_card(random, made.text); break;
    case SECRET_CARD_GROUPED: put_grouped_card(random, made.text); break;
    case SECRET_BEARER:
        put_mixed(random, made.text, 24, "._-");
        made.before = "Authorization: Bearer ";
        break;
    case SECRET_JWT:
        put_mixed(random, parts[0], 24, "-_");
        put_mixed(random, parts[1], 30, "-_");
        snprintf(made.text, sizeof made.text, "eyJ%s.eyJ%s.%s", parts[0], parts[1], parts[0]);
        break;
    case SECRET_AWS: put_mixed(random, made.text, 40, "/+"); break;
    case SECRET_URL:
        put_mixed(random, made.text, 14, "._-!$");
        made.before = "postgres://app:";
        made.after = "@db.internal:5432/main";
        break;
    default: put_mixed(random, made.text, 20, "\"\\\n\t/<>&'\x7F"); break;
    }
    return made;
}

/* ---- looking for them ---- */

/** The prefixes of all secrets, by their eight bytes. */
typedef struct secret_set {
    uint64_t *slots; /**< 0: free */
    size_t size;     /**< a power of two */
    size_t count;
} secret_set;

static inline uint64_t prefix_at(const char *text) {
    uint64_t prefix;
    memcpy(&prefix, text, SECRET_PREFIX);
    return prefix;
}

static inline uint64_t *slot_of(const secret_set *set, uint64_t prefix) {
    size_t at = (size_t)(prefix * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (set->size - 1);
    while (set->slots[at] != 0 && set->slots[at] != prefix)
        at = (at + 1) & (set->size - 1);
    return &set->slots[at];
}

static inline void secret_set_make(secret_set *set, size_t most) {
    set->count = 0;
    for (set->size = 64; set->size < most * 4;)
        set->size *= 2;
    set->slots = calloc(set->size, sizeof *set->slots);
    assert_non_null(set->slots);
}

static inline void secret_set_add(secret_set *set, const char *text) {
    uint64_t *slot = slot_of(set, prefix_at(text));
    set->count += *slot == 0 ? 1 : 0;
    assert_true(set->count < set->size / 2);
    *slot = prefix_at(text);
}

/** @return where the first of them begins in the text, NULL if none does. */
static inline const char *find_secret_plain(const secret_set *set, const char *text, size_t len) {
    for (size_t i = 0; i + SECRET_PREFIX <= len; i++) {
        if (*slot_of(set, prefix_at(text + i)) != 0)
            return text + i;
    }
    return NULL;
}

/** Undo \uXXXX, \xXX, \n, \t and escapes of one character, wherever they stand. */
static inline size_t unescape_all(const char *text, size_t len, char *out) {
    size_t put = 0;
    for (size_t i = 0; i < len; i++) {
        const char next = text[i] == '\\' && i + 1 < len ? text[i + 1] : '\0';
        const size_t digits = next == 'u' ? 4 : next == 'x' ? 2 : 0;
        if (digits > 0 && i + 2 + digits <= len) {
            char hex[5] = "";
            memcpy(hex, text + i + 2, digits);
            const unsigned long code = strtoul(hex, NULL, 16);
            out[put++] = code < 0x80 ? (char)code : '?';
            i += 1 + digits;
        } else if (next != '\0') {
            out[put++] = next == 'n' ? '\n' : next == 't' ? '\t' : next;
            i++;
        } else {
            out[put++] = text[i];
        }
    }
    return put;
}

/** As it is, and unescaped once and twice (JSON inside a string). */
static inline const char *find_secret(const secret_set *set, const char *text, size_t len) {
    const char *found = find_secret_plain(set, text, len);
    static char *space;
    static size_t room;
    if (len > room) {
        free(space);
        room = len * 2;
        space = malloc(room);
        assert_non_null(space);
    }
    const char *from = text;
    for (int round = 0; round < 2 && found == NULL; round++) {
        len = unescape_all(from, len, space);
        found = find_secret_plain(set, space, len);
        from = space;
    }
    return found;
}

#endif
