#include "fuzz_input.h"
#include "oracle/pair_judge.h"

#include <stdlib.h>
#include <string.h>

/** The engine is given memory that ends where the text ends, so that reading beyond it shows. */
static pair_text copy(const uint8_t *bytes, size_t len) {
    pair_text text = {oracle_alloc(len), len};
    if (len)
        memcpy(text.at, bytes, len);
    return text;
}

static void judge(pair *asked) {
    pair_finding finding = pair_judge_one(asked, true);
    if (finding.fault != PAIR_AGREED) {
        pair_report(asked, finding, true);
        abort();
    }
    pair_done(asked);
}

static pair_text wrap(pair_text inside, char open, char close) {
    pair_text text = {oracle_alloc(inside.len + 2), inside.len + 2};
    text.at[0] = open;
    memcpy(text.at + 1, inside.at, inside.len);
    text.at[inside.len + 1] = close;
    free(inside.at);
    return text;
}

void fuzz_pair(const uint8_t *data, size_t size, char open, char close) {
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    size_t len = nul ? (size_t)(nul - data) : size;
    pair asked = {copy(data, len), {NULL, 0}};
    asked.line = nul ? copy(nul + 1, size - len - 1) : copy(data, 0);
    if (open && (len == 0 || asked.pattern.at[0] != open))
        asked.pattern = wrap(asked.pattern, open, close);
    judge(&asked);
}

void fuzz_pair_of(const char *pattern, const uint8_t *line, size_t line_len) {
    pair asked = {copy((const uint8_t *)pattern, strlen(pattern)), copy(line, line_len)};
    judge(&asked);
}
