#include "handler/rotated_name.h"

#include <stdio.h>
#include <string.h>

#define PART "part-"

const char *jl_compression_suffix(jsonlog_compression compression) {
    static const char *const suffixes[] = {"", ".gz", ".zst"};
    return suffixes[compression];
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* A number without leading zero. @return what follows it, or NULL. */
static const char *parse_number(const char *at, unsigned *out) {
    if (*at < '1' || *at > '9')
        return NULL;
    for (*out = 0; is_digit(*at); at++) {
        *out = *out * 10 + (unsigned)(*at - '0');
        if (*out > JL_ROTATED_NUMBER_MAX)
            return NULL;
    }
    return at;
}

static const char *parse_stamp(const char *at, jl_rotated_name *out) {
    for (int i = 0; i < JL_STAMP_SIZE - 1; i++)
        if (i == 8 ? at[i] != '-' : !is_digit(at[i]))
            return NULL;
    memcpy(out->stamp, at, JL_STAMP_SIZE - 1);
    at += JL_STAMP_SIZE - 1;
    out->number = 1;
    if (*at != '-')
        return at;
    at = parse_number(at + 1, &out->number);
    return at == NULL || out->number < 2 ? NULL : at;
}

static bool parse_compression(const char *at, jsonlog_compression *out) {
    for (int i = JSONLOG_COMPRESS_NONE; i <= JSONLOG_COMPRESS_ZSTD; i++) {
        *out = (jsonlog_compression)i;
        if (strcmp(at, jl_compression_suffix(*out)) == 0)
            return true;
    }
    return false;
}

static bool is_part(const char *at) {
    if (strncmp(at, PART, sizeof PART - 1) != 0 || strlen(at) > 26)
        return false;
    at += sizeof PART - 1;
    if (!is_digit(*at))
        return false;
    while (is_digit(*at))
        at++;
    return *at == '\0';
}

bool jl_rotated_name_parse(const char *base, jsonlog_naming style, const char *name,
                           jl_rotated_name *out) {
    const size_t len = strlen(base);
    *out = (jl_rotated_name){.number = 0};
    if (strncmp(name, base, len) != 0 || name[len] != '.')
        return false;
    const char *at = name + len + 1;
    out->is_part = is_part(at);
    if (out->is_part)
        return true;
    at = style == JSONLOG_NAME_NUMBER ? parse_number(at, &out->number) : parse_stamp(at, out);
    return at != NULL && parse_compression(at, &out->compression);
}

void jl_rotated_name_suffix(const jl_rotated_name *name, char out[JL_ROTATED_SUFFIX_SIZE]) {
    const char *compression = jl_compression_suffix(name->compression);
    if (name->stamp[0] == '\0')
        snprintf(out, JL_ROTATED_SUFFIX_SIZE, ".%u%s", name->number, compression);
    else if (name->number < 2)
        snprintf(out, JL_ROTATED_SUFFIX_SIZE, ".%s%s", name->stamp, compression);
    else
        snprintf(out, JL_ROTATED_SUFFIX_SIZE, ".%s-%u%s", name->stamp, name->number, compression);
}

int jl_rotated_name_compare(const jl_rotated_name *a, const jl_rotated_name *b) {
    const int by_stamp = strcmp(b->stamp, a->stamp);
    if (by_stamp != 0)
        return by_stamp;
    const bool is_lower = a->number < b->number;
    if (a->number == b->number)
        return (int)a->compression - (int)b->compression;
    return is_lower == (a->stamp[0] == '\0') ? -1 : 1;
}
