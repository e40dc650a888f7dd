/*
 * Paths: a small automaton for all paths of a set at once.
 *
 *     path  = [ "$." ] first { rest }
 *     first = name | "*" | "**" | index
 *     rest  = "." ( name | "*" | "**" ) | index
 *     index = "[" ( "*" | digits | quoted ) "]"
 *
 * A place in a record is the set of parts that may match one level further down, so any number of
 * wildcards is followed at once, without going back.
 */
#include "base/err.h"
#include "redact/redaction_set.h"

#include <limits.h>

/* ---- compiling ---- */

typedef struct path_reader {
    jl_redaction_set *set;
    jl_text path;
    size_t at;
    jsonlog_err *err;
} path_reader;

static jsonlog_status refuse(const path_reader *reader, const char *why) {
    return jl_err_set(reader->err, JSONLOG_E_SYNTAX, reader->at, "%s in the path \"%.*s\"", why,
                      reader->path.len < 64 ? (int)reader->path.len : 64, reader->path.ptr);
}

static bool is_at(const path_reader *reader, char c) {
    return reader->at < reader->path.len && reader->path.ptr[reader->at] == c;
}

static jsonlog_status add_step(path_reader *reader, jl_redact_step step) {
    jl_redaction_set *set = reader->set;
    if (set->step_count == JL_REDACT_STEPS_MAX)
        return jl_err_set(reader->err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                          "The paths have more than %d parts in all", JL_REDACT_STEPS_MAX);
    set->steps[set->step_count++] = step;
    return JSONLOG_OK;
}

static jsonlog_status add_name(path_reader *reader, jl_text name) {
    return add_step(reader, (jl_redact_step){
                                .kind = JL_REDACT_STEP_NAME,
                                .name = {name, jl_redact_hash(reader->set, name)},
                            });
}

static bool is_name_char(char c) {
    return c != '.' && c != '[' && c != ']' && c != '*' && c != '"' && c != '\'';
}

static jsonlog_status read_name(path_reader *reader) {
    jl_redaction_set *set = reader->set;
    const size_t end = jl_run_end(reader->path, reader->at, is_name_char);
    const size_t len = end - reader->at;
    if (len == 0)
        return refuse(reader, "A key is missing");
    char *copy = set->texts + set->texts_used;
    memcpy(copy, reader->path.ptr + reader->at, len);
    set->texts_used += len;
    reader->at = end;
    return add_name(reader, (jl_text){copy, len});
}

static jsonlog_status read_part(path_reader *reader) {
    if (!is_at(reader, '*'))
        return read_name(reader);
    reader->at++;
    const bool is_deep = is_at(reader, '*');
    reader->at += is_deep ? 1 : 0;
    return add_step(reader,
                    (jl_redact_step){.kind = is_deep ? JL_REDACT_STEP_DEEP : JL_REDACT_STEP_ANY});
}

static jsonlog_status read_quoted(path_reader *reader) {
    jl_redaction_set *set = reader->set;
    const char quote = reader->path.ptr[reader->at++];
    char *copy = set->texts + set->texts_used;
    size_t len = 0;
    while (reader->at < reader->path.len && !is_at(reader, quote)) {
        if (is_at(reader, '\\') && reader->at + 1 < reader->path.len)
            reader->at++;
        copy[len++] = reader->path.ptr[reader->at++];
    }
    if (!is_at(reader, quote))
        return refuse(reader, "A quote is not closed");
    reader->at++;
    set->texts_used += len;
    return add_name(reader, (jl_text){copy, len});
}

static jsonlog_status read_digits(path_reader *reader) {
    size_t index = 0;
    const size_t start = reader->at;
    for (; reader->at < reader->path.len && jl_is_digit(reader->path.ptr[reader->at]);
         reader->at++) {
        const size_t digit = (size_t)(reader->path.ptr[reader->at] - '0');
        if (index > (UINT_MAX - digit) / 10)
            return refuse(reader, "The index is too large");
        index = index * 10 + digit;
    }
    if (reader->at == start)
        return refuse(reader, "Neither `*` nor a number nor a key in quotes");
    return add_step(reader, (jl_redact_step){.kind = JL_REDACT_STEP_INDEX, .index = index});
}

/* @param reader  on the bracket. */
static jsonlog_status read_index(path_reader *reader) {
    jsonlog_status status = JSONLOG_OK;
    reader->at++;
    if (is_at(reader, '*')) {
        reader->at++;
        status = add_step(reader, (jl_redact_step){.kind = JL_REDACT_STEP_ELEMENT});
    } else if (is_at(reader, '"') || is_at(reader, '\'')) {
        status = read_quoted(reader);
    } else {
        status = read_digits(reader);
    }
    if (status != JSONLOG_OK)
        return status;
    if (!is_at(reader, ']'))
        return refuse(reader, "`]` is missing");
    reader->at++;
    return JSONLOG_OK;
}

static jsonlog_status read_path(path_reader *reader) {
    if (jl_text_starts_with(reader->path, JL_TEXT("$.")))
        reader->at = 2;
    else if (jl_text_starts_with(reader->path, JL_TEXT("$[")))
        reader->at = 1;
    jsonlog_status status = is_at(reader, '[') ? read_index(reader) : read_part(reader);
    while (status == JSONLOG_OK && reader->at < reader->path.len) {
        if (is_at(reader, '[')) {
            status = read_index(reader);
            continue;
        }
        if (!is_at(reader, '.'))
            return refuse(reader, "`.` or `[` is missing");
        reader->at++;
        status = read_part(reader);
    }
    return status;
}

/* ---- walking ---- */

/* A part that may match, with those behind it that are reached without a level. */
static void reach(const jl_redaction_set *set, size_t step, jl_redact_place *place) {
    for (;; step++) {
        if (set->steps[step].kind == JL_REDACT_STEP_END) {
            jl_redact_hit(place, set->steps[step].rule);
            return;
        }
        place->steps[step / 64] |= UINT64_C(1) << (step % 64);
        if (set->steps[step].kind != JL_REDACT_STEP_DEEP)
            return;
    }
}

jsonlog_status jl_redact_add_path(jl_redaction_set *set, jl_text path, uint32_t rule,
                                  jsonlog_err *err) {
    path_reader reader = {.set = set, .path = path, .err = err};
    const size_t first = set->step_count;
    jsonlog_status status = read_path(&reader);
    if (status == JSONLOG_OK)
        status =
            add_step(&reader, (jl_redact_step){.kind = JL_REDACT_STEP_END, .rule = (uint16_t)rule});
    if (status == JSONLOG_OK)
        reach(set, first, &set->start);
    set->start.rule = 0; /* the record itself stays, whatever `**` says */
    return status;
}

/* What leads from one level to the next: a key, or the index of an element. */
typedef struct descent {
    const jl_redaction_set *set;
    jl_text key; /* ptr NULL: an element */
    uint32_t hash;
    size_t index;
} descent;

static bool matches(const descent *by, const jl_redact_step *step) {
    const bool is_element = by->key.ptr == NULL;
    switch (step->kind) {
    case JL_REDACT_STEP_ANY: return true;
    case JL_REDACT_STEP_ELEMENT: return is_element;
    case JL_REDACT_STEP_INDEX: return is_element && step->index == by->index;
    case JL_REDACT_STEP_NAME:
        return !is_element && jl_redact_name_is(by->set, &step->name, by->key, by->hash);
    default: return false;
    }
}

static void descend(const descent *by, const jl_redact_place *outer, jl_redact_place *inner) {
    for (size_t word = 0; word < sizeof outer->steps / sizeof outer->steps[0]; word++) {
        for (uint64_t left = outer->steps[word]; left != 0; left &= left - 1) {
            const size_t at = word * 64 + (size_t)__builtin_ctzll(left);
            const jl_redact_step *step = &by->set->steps[at];
            if (step->kind == JL_REDACT_STEP_DEEP)
                reach(by->set, at, inner);
            else if (matches(by, step))
                reach(by->set, at + 1, inner);
        }
    }
}

void jl_redact_step_by_key(const jl_redaction_set *set, const jl_redact_place *outer, jl_text key,
                           uint32_t hash, jl_redact_place *inner) {
    const descent by = {.set = set, .key = {key.ptr == NULL ? "" : key.ptr, key.len}, .hash = hash};
    descend(&by, outer, inner);
}

void jl_redact_element(const jl_redactor *redactor, const jl_redact_place *outer, size_t index,
                       jl_redact_place *inner) {
    const descent by = {.set = jl_set_of(redactor), .index = index};
    *inner = (jl_redact_place){.rule = 0};
    descend(&by, outer, inner);
}
