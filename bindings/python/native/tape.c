/*
 * Values from Python in one piece: what marshal.dumps(value, 4) writes.
 *
 * It takes a fifth of the time json.dumps() needs, runs no Python code, and both ends are of one
 * process, so that the format cannot differ. A tape of plain values (dict, list, tuple, str, int,
 * float, bool, None) is read as it is. Whatever else is on it is the slow way's: Python then turns
 * the value into plain ones and marks, which are tuples whose first item says what they are. (Bytes
 * need a mark because marshal writes numpy's numbers, and all else that has a buffer, as bytes.)
 *
 * Objects with more than one reference have FLAG_REF set, and the next time they are named by
 * their number alone. Numbers are given when an object begins, so one that is named before it has
 * ended holds itself.
 */
#include "native.h"

#include <stdlib.h>
#include <string.h>

#define FLAG_REF 0x80

/* The library writes 64 levels; deeper ones are the slow way's, which is not recursive here. */
#define DEPTH_MAX 72

struct jlpy_block {
    jlpy_block *next;
    _Alignas(16) char bytes[];
};

/* ---- memory ---- */

static void *take(jlpy_tape *tape, size_t count, size_t size) {
    jlpy_arena *arena = &tape->arena;
    const size_t bytes = (count * size + 15) & ~(size_t)15;
    if (bytes <= arena->size - arena->used) {
        void *taken = arena->room + arena->used;
        arena->used += bytes;
        return taken;
    }
    const size_t room = bytes > 16384 ? bytes : 16384;
    jlpy_block *block = malloc(sizeof *block + room);
    if (block == NULL) {
        tape->status = JLPY_FAILED;
        return NULL;
    }
    block->next = arena->blocks;
    arena->blocks = block;
    arena->room = block->bytes;
    arena->size = room;
    arena->used = bytes;
    return block->bytes;
}

/* @return room for twice as many, with the `count` there are. */
static void *grow(jlpy_tape *tape, const void *items, size_t count, size_t size) {
    void *more = take(tape, 2 * count, size);
    if (more != NULL)
        memcpy(more, items, count * size);
    return more;
}

void jlpy_tape_init(jlpy_tape *tape, const char *bytes, size_t len, unsigned marks_at) {
    tape->at = (const unsigned char *)bytes;
    tape->end = tape->at + len;
    tape->marks_at = marks_at;
    tape->marks = 0;
    tape->status = 0;
    tape->depth = 0;
    tape->known_count = 0;
    tape->known_size = 0;
    tape->known = NULL;
    tape->is_done = NULL;
    tape->arena.blocks = NULL;
    tape->arena.room = tape->arena.first;
    tape->arena.size = sizeof tape->arena.first;
    tape->arena.used = 0;
}

void jlpy_tape_done(jlpy_tape *tape) {
    while (tape->arena.blocks != NULL) {
        jlpy_block *next = tape->arena.blocks->next;
        free(tape->arena.blocks);
        tape->arena.blocks = next;
    }
}

/* ---- bytes ---- */

static jsonlog_value slow(jlpy_tape *tape) {
    if (tape->status == 0)
        tape->status = JLPY_SLOW;
    return jsonlog_null();
}

static const unsigned char *take_bytes(jlpy_tape *tape, size_t len) {
    if (tape->status != 0 || len > (size_t)(tape->end - tape->at)) {
        slow(tape);
        return NULL;
    }
    const unsigned char *bytes = tape->at;
    tape->at += len;
    return bytes;
}

static uint32_t take_number(jlpy_tape *tape, unsigned bytes) {
    const unsigned char *from = take_bytes(tape, bytes);
    uint32_t number = 0;
    for (unsigned i = 0; from != NULL && i < bytes; i++)
        number |= (uint32_t)from[i] << 8 * i;
    return number;
}

/* Each item takes a byte at least, so a count beyond the end is none. */
static size_t take_count(jlpy_tape *tape, unsigned bytes) {
    const size_t count = take_number(tape, bytes);
    if (count <= (size_t)(tape->end - tape->at))
        return count;
    slow(tape);
    return 0;
}

/* ---- scalars ---- */

static jsonlog_value read_text(jlpy_tape *tape, unsigned length_bytes) {
    const size_t len = take_count(tape, length_bytes);
    const unsigned char *bytes = take_bytes(tape, len);
    return bytes == NULL ? jsonlog_null() : jsonlog_string((const char *)bytes, len);
}

static jsonlog_value read_bytes(jlpy_tape *tape) {
    jsonlog_value value = read_text(tape, 4);
    if (tape->marks_at != JLPY_ALL_MARKS && tape->marks == 0)
        return slow(tape);
    value.type = JSONLOG_TYPE_BYTES;
    return value;
}

static jsonlog_value read_double(jlpy_tape *tape) {
    const unsigned char *bytes = take_bytes(tape, 8);
    uint64_t bits = 0;
    for (unsigned i = 0; bytes != NULL && i < 8; i++)
        bits |= (uint64_t)bytes[i] << 8 * i;
    double number;
    memcpy(&number, &bits, sizeof number);
    return jsonlog_from_double(number);
}

/* Digits of 15 bits, the least first; their number is negative where the integer is. */
static jsonlog_value read_long(jlpy_tape *tape) {
    const int32_t signed_count = (int32_t)take_number(tape, 4);
    const unsigned count = (unsigned)(signed_count < 0 ? -signed_count : signed_count);
    if (count > 5)
        return slow(tape);
    unsigned __int128 number = 0;
    for (unsigned i = 0; i < count; i++)
        number |= (unsigned __int128)take_number(tape, 2) << 15 * i;
    const unsigned __int128 half = (unsigned __int128)1 << 63;
    if (signed_count >= 0 && number < 2 * half)
        return number < half ? jsonlog_from_int64((int64_t)number)
                             : jsonlog_from_uint64((uint64_t)number);
    if (signed_count < 0 && number <= half)
        return jsonlog_from_int64((int64_t)(0 - (uint64_t)number));
    return slow(tape);
}

/* ---- what is named again ---- */

static size_t begin_known(jlpy_tape *tape) {
    if (tape->known_count == tape->known_size) {
        const size_t size = tape->known_size;
        tape->known = size == 0 ? take(tape, 32, sizeof *tape->known)
                                : grow(tape, tape->known, size, sizeof *tape->known);
        tape->is_done = size == 0 ? take(tape, 32, sizeof *tape->is_done)
                                  : grow(tape, tape->is_done, size, sizeof *tape->is_done);
        if (tape->known == NULL || tape->is_done == NULL) {
            tape->status = JLPY_FAILED;
            return 0;
        }
        tape->known_size = size == 0 ? 32 : 2 * size;
    }
    tape->is_done[tape->known_count] = false;
    return tape->known_count++;
}

static jsonlog_value read_known(jlpy_tape *tape) {
    const uint32_t number = take_number(tape, 4);
    if (tape->status != 0 || number >= tape->known_count || !tape->is_done[number])
        return slow(tape);
    return tape->known[number];
}

/* ---- containers ---- */

static jsonlog_value read_value(jlpy_tape *tape);

static jsonlog_value read_array(jlpy_tape *tape, size_t count) {
    jsonlog_value *values = take(tape, count, sizeof *values);
    for (size_t i = 0; values != NULL && i < count && tape->status == 0; i++)
        values[i] = read_value(tape);
    return jsonlog_values(values, count);
}

/* A key of bytes is text that may not be UTF-8. */
static bool make_field(jlpy_tape *tape, const jsonlog_value *key, jsonlog_field *field) {
    const bool is_text = key->type == JSONLOG_TYPE_STRING || key->type == JSONLOG_TYPE_BYTES;
    if (!is_text)
        slow(tape);
    field->key = key->as.string;
    field->key_len = key->with.len;
    return is_text;
}

static jsonlog_value read_object(jlpy_tape *tape) {
    size_t count = 0;
    size_t size = 8;
    jsonlog_field *fields = take(tape, size, sizeof *fields);
    while (tape->status == 0 && tape->at < tape->end && *tape->at != '0') {
        if (count == size) {
            fields = grow(tape, fields, size, sizeof *fields);
            size *= 2;
        }
        const jsonlog_value key = read_value(tape);
        if (tape->status != 0 || !make_field(tape, &key, &fields[count]))
            return jsonlog_null();
        fields[count++].value = read_value(tape);
    }
    take_bytes(tape, 1);
    return jsonlog_fields(fields, count);
}

static jsonlog_value fields_of(jlpy_tape *tape, const jsonlog_value *list) {
    const size_t count = list->with.len / 2;
    jsonlog_field *fields = take(tape, count, sizeof *fields);
    for (size_t i = 0; fields != NULL && i < count; i++) {
        if (!make_field(tape, &list->as.values[2 * i], &fields[i]))
            break;
        fields[i].value = list->as.values[2 * i + 1];
    }
    return jsonlog_fields(fields, count);
}

static jsonlog_value read_mark(jlpy_tape *tape, size_t count) {
    jsonlog_value items[3] = {jsonlog_null(), jsonlog_null(), jsonlog_null()};
    if (count == 0 || count > 3)
        return slow(tape);
    for (size_t i = 0; i < count; i++)
        items[i] = read_value(tape);
    jsonlog_value *value = &items[1];
    switch (items[0].as.i64) {
    case JLPY_MARK_TEXT: value->type = JSONLOG_TYPE_STRING; return *value;
    case JLPY_MARK_BYTES: return *value;
    case JLPY_MARK_RAW: value->type = JSONLOG_TYPE_RAW; return *value;
    case JLPY_MARK_UUID: value->type = JSONLOG_TYPE_UUID; return *value;
    case JLPY_MARK_DURATION: return jsonlog_duration_ns(value->as.i64);
    case JLPY_MARK_SECRET: return jsonlog_mark_secret(jsonlog_null());
    case JLPY_MARK_FIELDS: return fields_of(tape, value);
    case JLPY_MARK_TIME:
        return jsonlog_time(
            (struct timespec){.tv_sec = (time_t)value->as.i64, .tv_nsec = (long)items[2].as.i64});
    default: return slow(tape);
    }
}

static jsonlog_value read_tuple(jlpy_tape *tape, size_t count) {
    if (tape->marks_at != JLPY_ALL_MARKS && tape->marks_at != tape->depth)
        return read_array(tape, count);
    tape->marks++;
    const jsonlog_value value = read_mark(tape, count);
    tape->marks--;
    return value;
}

static jsonlog_value read_tagged(jlpy_tape *tape, unsigned tag) {
    switch (tag) {
    case 'N': return jsonlog_null();
    case 'T': return jsonlog_from_bool(true);
    case 'F': return jsonlog_from_bool(false);
    case 'i': return jsonlog_from_int64((int32_t)take_number(tape, 4));
    case 'l': return read_long(tape);
    case 'g': return read_double(tape);
    case 'z':
    case 'Z': return read_text(tape, 1);
    case 'a':
    case 'A':
    case 'u':
    case 't': return read_text(tape, 4);
    case 's': return read_bytes(tape);
    case 'r': return read_known(tape);
    case '(': return read_tuple(tape, take_count(tape, 4));
    case ')': return read_tuple(tape, take_count(tape, 1));
    case '[': return read_array(tape, take_count(tape, 4));
    case '{': return read_object(tape);
    default: return slow(tape);
    }
}

static jsonlog_value read_value(jlpy_tape *tape) {
    const unsigned char *tag = take_bytes(tape, 1);
    if (tag == NULL || tape->depth == DEPTH_MAX)
        return slow(tape);
    const bool is_known = (*tag & FLAG_REF) != 0;
    const size_t number = is_known ? begin_known(tape) : 0;
    tape->depth++;
    const jsonlog_value value = read_tagged(tape, *tag & ~(unsigned)FLAG_REF);
    tape->depth--;
    if (is_known && tape->status == 0) {
        tape->known[number] = value;
        tape->is_done[number] = true;
    }
    return value;
}

size_t jlpy_tape_read(jlpy_tape *tape, jsonlog_value *value) {
    *value = read_value(tape);
    return tape->status;
}
