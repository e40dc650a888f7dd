/**
 * A line split into tokens, as section 6.1 of the specification tells it.
 *
 * A token that starts with `"` or `[` runs to the next `"` or `]`, both dropped, and another may
 * follow at once. Any other, and one whose partner is missing, ends at a space or tab.
 */
#include "oracle_filter.h"

#include <string.h>

static bool is_gap(char byte) {
    return byte == ' ' || byte == '\t';
}

/** @return where the token that starts at `at` with a delimiter is closed; NULL: it is not. */
static const char *find_partner(const char *at, const char *end) {
    if (*at != '"' && *at != '[')
        return NULL;
    return memchr(at + 1, *at == '"' ? '"' : ']', (size_t)(end - at - 1));
}

static void push(oracle_tokens *tokens, oracle_token token) {
    tokens->at = oracle_grow(tokens->at, (tokens->count + 1) * sizeof *tokens->at);
    tokens->at[tokens->count++] = token;
}

oracle_tokens oracle_split(const char *line, size_t len) {
    oracle_tokens tokens = {NULL, 0};
    if (len == 0)
        return tokens;
    const char *at = line, *end = line + len;
    while (at < end) {
        if (is_gap(*at)) {
            at++;
            continue;
        }
        const char *start = at, *partner = find_partner(at, end);
        if (partner) {
            push(&tokens, (oracle_token){start, start + 1, (size_t)(partner - start - 1)});
            at = partner + 1;
            continue;
        }
        while (at < end && !is_gap(*at))
            at++;
        push(&tokens, (oracle_token){start, start, (size_t)(at - start)});
    }
    return tokens;
}
