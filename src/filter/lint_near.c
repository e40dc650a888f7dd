#include "filter/lint_near.h"

#include <stdint.h>

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static size_t fold(jl_text name, char out[JSONLOG_LINT_KEY_MAX]) {
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] != '_' && name.ptr[i] != '-')
            out[len++] = lower(name.ptr[i]);
    }
    return len;
}

/* The usual table, of which three rows are kept: a swap looks back two. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len) {
    size_t rows[3][JSONLOG_LINT_KEY_MAX + 1];
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            const bool is_equal = a[i - 1] == b[j - 1];
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (is_equal ? 0 : 1));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

/* One letter in a short name, two in a longer one: more would name keys that were never meant. */
static size_t allowed(size_t len) {
    if (len < 3)
        return 0;
    return len < 6 ? 1 : 2;
}

size_t jl_near_distance(jl_text name, jl_text key) {
    char a[JSONLOG_LINT_KEY_MAX];
    char b[JSONLOG_LINT_KEY_MAX];
    if (name.len > JSONLOG_LINT_KEY_MAX || key.len > JSONLOG_LINT_KEY_MAX)
        return JL_NEAR_NOT;
    const size_t a_len = fold(name, a);
    const size_t b_len = fold(key, b);
    if (a_len == 0 || b_len == 0)
        return JL_NEAR_NOT;
    const size_t found = distance(a, a_len, b, b_len);
    return found <= allowed(least(a_len, b_len)) ? found : JL_NEAR_NOT;
}
