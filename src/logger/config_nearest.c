#include "logger/config_nearest.h"

#include <stdint.h>

/* Longer words are no option names. */
#define WORD_MAX 40

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static bool are_same(jl_text a, size_t i, jl_text b, size_t j) {
    return lower(a.ptr[i]) == lower(b.ptr[j]);
}

/* rows[i][j]: the fewest edits (insert, delete, replace, swap two neighbours) between the first i
 * letters of one word and the first j of the other. */
static size_t cell(size_t rows[][WORD_MAX + 1], jl_text a, size_t i, jl_text b, size_t j) {
    size_t best = rows[i - 1][j - 1] + !are_same(a, i - 1, b, j - 1);
    best = least(best, least(rows[i - 1][j], rows[i][j - 1]) + 1);
    if (i > 1 && j > 1 && are_same(a, i - 1, b, j - 2) && are_same(a, i - 2, b, j - 1))
        best = least(best, rows[i - 2][j - 2] + 1);
    return best;
}

static size_t distance(jl_text a, jl_text b) {
    size_t rows[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= a.len; i++)
        rows[i][0] = i;
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++)
        for (size_t j = 1; j <= b.len; j++)
            rows[i][j] = cell(rows, a, i, b, j);
    return rows[a.len][b.len];
}

void jl_nearest_offer(jl_nearest *nearest, const char *meant, const char *candidate) {
    const jl_text a = jl_text_of(meant);
    const jl_text b = jl_text_of(candidate);
    if (a.len > WORD_MAX || b.len > WORD_MAX)
        return;
    const size_t found = distance(a, b);
    const size_t longest = a.len > b.len ? a.len : b.len;
    if (found * 3 > longest || (nearest->word != NULL && found >= nearest->distance))
        return;
    *nearest = (jl_nearest){candidate, found};
}
