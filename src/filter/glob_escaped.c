#include "filter/glob_escaped.h"

/* failure[i]: how long the longest proper start of the piece is that ends at byte i. */
static void build_piece(jl_text piece, uint16_t *failure) {
    uint16_t len = 0;
    if (piece.len > 0)
        failure[0] = 0;
    for (size_t i = 1; i < piece.len; i++) {
        while (len > 0 && piece.ptr[i] != piece.ptr[len])
            len = failure[len - 1];
        len = (uint16_t)(len + (piece.ptr[i] == piece.ptr[len]));
        failure[i] = len;
    }
}

void jl_wildcard_build(const jl_glob *glob, uint16_t *failure) {
    for (uint32_t i = 0; i < glob->count; i++) {
        build_piece(glob->pieces[i], failure);
        failure += glob->pieces[i].len;
    }
}

typedef struct run {
    const jl_glob *glob;
    uint32_t piece;          /* the one that is being matched */
    const uint16_t *failure; /* its table */
    size_t len;              /* how much of it has been matched */
    bool is_anchored;        /* no star before it: it must match right here */
} run;

static void next_piece(run *r) {
    r->failure += r->glob->pieces[r->piece].len;
    r->piece++;
    r->len = 0;
    r->is_anchored = false;
}

/* An inner piece is done at its first end; the last one must go on to the end of the value. */
static void settle(run *r) {
    while (r->piece + 1 < r->glob->count && r->len == r->glob->pieces[r->piece].len)
        next_piece(r);
}

static bool feed_byte(run *r, char byte) {
    const jl_text piece = r->glob->pieces[r->piece];
    if (r->is_anchored) {
        if (r->len == piece.len || piece.ptr[r->len] != byte)
            return false;
        r->len++;
    } else if (piece.len > 0) {
        while (r->len > 0 && (r->len == piece.len || piece.ptr[r->len] != byte))
            r->len = r->failure[r->len - 1];
        r->len += piece.ptr[r->len] == byte;
    }
    settle(r);
    return true;
}

bool jl_wildcard_match(const jl_wildcard_text *wildcard, jl_json_string string) {
    run r = {.glob = &wildcard->glob, .failure = wildcard->failure, .is_anchored = true};
    jl_unescape cursor = jl_unescape_begin(string);
    settle(&r);
    while (jl_unescape_is_more(&cursor)) {
        char bytes[4];
        const size_t len = jl_unescape_next_bytes(&cursor, bytes);
        for (size_t i = 0; i < len; i++) {
            if (!feed_byte(&r, bytes[i]))
                return false;
        }
    }
    return r.piece + 1 == r.glob->count && r.len == r.glob->pieces[r.piece].len;
}
