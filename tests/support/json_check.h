#ifndef JL_SUPPORT_JSON_CHECK_H
#define JL_SUPPORT_JSON_CHECK_H
/** A small, obvious judge of RFC 8259 with unique keys and valid UTF-8, for tests only: slow, and
 * sharing no code with what it judges. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct json_check {
    const char *at;
    const char *end;
} json_check;

static inline bool json_check_value(json_check *check);

static inline void json_check_blanks(json_check *check) {
    while (check->at < check->end && strchr(" \t\r\n", *check->at) != NULL && *check->at != '\0')
        check->at++;
}

static inline bool json_check_char(json_check *check, char c) {
    json_check_blanks(check);
    if (check->at == check->end || *check->at != c)
        return false;
    check->at++;
    return true;
}

/** One UTF-8 sequence by the table of Unicode 3.9; 0 if ill-formed. */
static inline size_t json_check_sequence(const unsigned char *at, size_t left) {
    unsigned char low = 0x80, high = 0xBF;
    size_t len = at[0] < 0x80   ? 1
                 : at[0] < 0xC2 ? 0
                 : at[0] < 0xE0 ? 2
                 : at[0] < 0xF0 ? 3
                 : at[0] < 0xF5 ? 4
                                : 0;
    if (len < 2)
        return len;
    low = at[0] == 0xE0 ? 0xA0 : at[0] == 0xF0 ? 0x90 : low;
    high = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : high;
    for (size_t i = 1; i < len; i++) {
        if (i >= left || at[i] < low || at[i] > high)
            return 0;
        low = 0x80;
        high = 0xBF;
    }
    return len;
}

/** Reads a string; `out` (as long as the input) receives its meaning. */
static inline bool json_check_string(json_check *check, char *out, size_t *out_len) {
    *out_len = 0;
    if (!json_check_char(check, '"'))
        return false;
    while (check->at < check->end && *check->at != '"') {
        const unsigned char *at = (const unsigned char *)check->at;
        size_t left = (size_t)(check->end - check->at);
        if (*at < 0x20)
            return false;
        if (*at == '\\') {
            if (left < 2 || strchr("\"\\/bfnrtu", check->at[1]) == NULL)
                return false;
            size_t len = check->at[1] == 'u' ? 6 : 2;
            for (size_t i = 2; i < len; i++) {
                if (i >= left || strchr("0123456789abcdefABCDEF", check->at[i]) == NULL)
                    return false;
            }
            memcpy(out + *out_len, check->at, len);
            *out_len += len;
            check->at += len;
            continue;
        }
        size_t len = json_check_sequence(at, left);
        if (len == 0)
            return false;
        memcpy(out + *out_len, check->at, len);
        *out_len += len;
        check->at += len;
    }
    return check->at++ < check->end;
}

static inline bool json_check_digits(json_check *check) {
    const char *start = check->at;
    while (check->at < check->end && *check->at >= '0' && *check->at <= '9')
        check->at++;
    return check->at > start;
}

static inline bool json_check_number(json_check *check) {
    if (*check->at == '-')
        check->at++;
    const char *start = check->at;
    if (!json_check_digits(check) || (*start == '0' && check->at - start > 1))
        return false;
    if (check->at < check->end && *check->at == '.') {
        check->at++;
        if (!json_check_digits(check))
            return false;
    }
    if (check->at < check->end && (*check->at == 'e' || *check->at == 'E')) {
        check->at++;
        if (check->at < check->end && (*check->at == '+' || *check->at == '-'))
            check->at++;
        return json_check_digits(check);
    }
    return true;
}

typedef struct json_check_key {
    char *text;
    size_t len;
} json_check_key;

static inline bool json_check_member(json_check *check, json_check_key *keys, size_t count) {
    json_check_key *key = &keys[count];
    key->text = malloc((size_t)(check->end - check->at) + 1);
    bool is_good = json_check_string(check, key->text, &key->len);
    for (size_t i = 0; i < count && is_good; i++)
        is_good = keys[i].len != key->len || memcmp(keys[i].text, key->text, key->len) != 0;
    return is_good && json_check_char(check, ':') && json_check_value(check);
}

static inline bool json_check_object(json_check *check) {
    json_check_key *keys = malloc(4096 * sizeof *keys);
    size_t count = 0;
    bool is_good = json_check_char(check, '{');
    if (is_good && !json_check_char(check, '}')) {
        do {
            is_good = count < 4096 && json_check_member(check, keys, count);
            count++;
        } while (is_good && json_check_char(check, ','));
        is_good = is_good && json_check_char(check, '}');
    }
    while (count > 0)
        free(keys[--count].text);
    free(keys);
    return is_good;
}

static inline bool json_check_array(json_check *check) {
    if (!json_check_char(check, '['))
        return false;
    if (json_check_char(check, ']'))
        return true;
    do {
        if (!json_check_value(check))
            return false;
    } while (json_check_char(check, ','));
    return json_check_char(check, ']');
}

static inline bool json_check_word(json_check *check, const char *word) {
    size_t len = strlen(word);
    if ((size_t)(check->end - check->at) < len || memcmp(check->at, word, len) != 0)
        return false;
    check->at += len;
    return true;
}

static inline bool json_check_value(json_check *check) {
    json_check_blanks(check);
    if (check->at == check->end)
        return false;
    switch (*check->at) {
    case '{': return json_check_object(check);
    case '[': return json_check_array(check);
    case 't': return json_check_word(check, "true");
    case 'f': return json_check_word(check, "false");
    case 'n': return json_check_word(check, "null");
    case '"': {
        char *text = malloc((size_t)(check->end - check->at) + 1);
        size_t len;
        bool is_good = json_check_string(check, text, &len);
        free(text);
        return is_good;
    }
    default: return json_check_number(check);
    }
}

/** @return true if the text is one JSON object and a newline. */
static inline bool json_check_line(const char *line, size_t len) {
    json_check check = {line, line + len};
    if (len == 0 || line[len - 1] != '\n' || memchr(line, '\n', len) != line + len - 1)
        return false;
    check.end--;
    return *line == '{' && json_check_value(&check) && check.at == check.end;
}

#endif
