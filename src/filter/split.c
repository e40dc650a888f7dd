#include "filter/split.h"

#include "filter/blank_scan.h"

static const char *find(const jl_splitter *splitter, char c) {
    const char *from = splitter->at + 1;
    return memchr(from, c, (size_t)(splitter->end - from));
}

/* The partner of the delimiter at hand. A search that finds none is not made twice: without the
 * note, a line of nothing but `[` would take time square in its length. A quote needs no note, as a
 * quote without a partner is the last one. */
static const char *find_partner(jl_splitter *splitter) {
    if (*splitter->at == '"')
        return find(splitter, '"');
    if (*splitter->at != '[' || splitter->has_no_bracket)
        return NULL;
    const char *partner = find(splitter, ']');
    splitter->has_no_bracket = partner == NULL;
    return partner;
}

bool jl_split_next(jl_splitter *splitter, jl_text *token) {
    while (splitter->at < splitter->end && jl_is_token_blank(*splitter->at))
        splitter->at++;
    if (splitter->at == splitter->end)
        return false;
    const char *start = splitter->start = splitter->at;
    const char *partner = find_partner(splitter);
    if (partner != NULL) {
        *token = (jl_text){start + 1, (size_t)(partner - start) - 1};
        splitter->at = partner + 1;
        return true;
    }
    splitter->at = jl_find_blank(splitter->line, start, splitter->end);
    *token = (jl_text){start, (size_t)(splitter->at - start)};
    return true;
}
