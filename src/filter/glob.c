#include "filter/glob.h"

#include "base/utf8.h"

/*
 * Pieces are compared as bytes. That is the same as comparing code points: a well-formed sequence
 * is found in a value only where decoding the value would find it, even between ill-formed bytes,
 * because those are taken one at a time and no lead byte hides inside a well-formed sequence. The
 * one exception is U+FFFD, which has two spellings in a value: itself and any ill-formed byte.
 */

static void drop(jl_text *text, size_t bytes) {
    if (bytes == 0)
        return;
    text->ptr += bytes;
    text->len -= bytes;
}

static uint32_t take(jl_text *text) {
    size_t bytes = 0;
    uint32_t code_point = jl_utf8_decode(*text, &bytes);
    drop(text, bytes);
    return code_point == JL_UTF8_INVALID ? 0xFFFD : code_point;
}

/* Does the value begin with the piece, both read as code points? Then `rest` is what is left. */
static bool begins_as_text(jl_text value, jl_text piece, jl_text *rest) {
    while (piece.len > 0)
        if (value.len == 0 || take(&value) != take(&piece))
            return false;
    *rest = value;
    return true;
}

/* The first place of a piece is the best one: it leaves most to the pieces behind it. */
static bool find_as_text(jl_text *value, jl_text piece) {
    while (!begins_as_text(*value, piece, value)) {
        if (value->len == 0)
            return false;
        (void)take(value);
    }
    return true;
}

static bool ends_as_text(jl_text value, jl_text piece) {
    jl_text rest = value;
    while (!begins_as_text(value, piece, &rest) || rest.len > 0) {
        if (value.len == 0)
            return false;
        (void)take(&value);
    }
    return true;
}

static bool match_as_text(const jl_glob *glob, jl_text value) {
    if (!begins_as_text(value, glob->pieces[0], &value))
        return false;
    if (glob->count == 1)
        return value.len == 0;
    for (uint32_t i = 1; i + 1 < glob->count; i++)
        if (!find_as_text(&value, glob->pieces[i]))
            return false;
    return ends_as_text(value, glob->pieces[glob->count - 1]);
}

static bool find_as_bytes(jl_text *value, jl_text piece) {
    if (piece.len == 0)
        return true;
    if (value->len < piece.len)
        return false;
    const char *found = memmem(value->ptr, value->len, piece.ptr, piece.len);
    if (found == NULL)
        return false;
    drop(value, (size_t)(found - value->ptr) + piece.len);
    return true;
}

static bool match_as_bytes(const jl_glob *glob, jl_text value) {
    jl_text first = glob->pieces[0];
    jl_text last = glob->pieces[glob->count - 1];
    if (glob->count == 1)
        return jl_text_equal(first, value);
    if (value.len < first.len + last.len || !jl_text_starts_with(value, first))
        return false;
    if (last.len > 0 && memcmp(value.ptr + value.len - last.len, last.ptr, last.len) != 0)
        return false;
    drop(&value, first.len);
    value.len -= last.len;
    for (uint32_t i = 1; i + 1 < glob->count; i++)
        if (!find_as_bytes(&value, glob->pieces[i]))
            return false;
    return true;
}

bool jl_glob_match(const jl_glob *glob, jl_text value) {
    if (match_as_bytes(glob, value))
        return true;
    return glob->has_replacement && match_as_text(glob, value);
}
