/**
 * Large steps over text, held against the same text code point by code point: they never take what
 * must not be taken, stop on a code point, write what is written otherwise, and take all whole
 * steps of what is fit.
 */
#include "json/text_steps.h"

#include "base/utf8.h"
#include "json/plain_copy.h"
#include "support/test_random.h"
#include "support/vector_kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { STEP = 64, TEXT_MAX = 512, ESCAPE_MAX = 6, ROOM_MAX = (TEXT_MAX + STEP) * ESCAPE_MAX };

static bool has_steps(void) {
    return jl_cpu_vectors() != JL_VECTORS_BASE;
}

/* Writes one code point as a JSON string has it. @return bytes of the text; 0: it is ill-formed. */
static size_t write_unit(jl_text text, char out[16]) {
    size_t bytes;
    const uint32_t c = jl_utf8_decode(text, &bytes);
    if (c == JL_UTF8_INVALID)
        return 0;
    const char *name = c < 0x20 && c != 0 ? strchr("\bb\tt\nn\ff\rr", (int)c) : NULL;
    memcpy(out, text.ptr, bytes);
    out[bytes] = '\0';
    if (c == '"' || c == '\\')
        snprintf(out, 16, "\\%c", (int)c);
    else if (name != NULL)
        snprintf(out, 16, "\\%c", name[1]);
    else if (c < 0x20)
        snprintf(out, 16, "\\u%04x", (unsigned)c);
    return bytes;
}

/* What is well-formed at the start of a text, written. */
typedef struct obvious {
    char out[ROOM_MAX];
    size_t written[TEXT_MAX + STEP + 1]; /* by bytes taken; SIZE_MAX inside a code point */
    size_t taken;
    size_t plain; /* up to the first escape */
} obvious;

static void write_obviously(jl_text text, obvious *o) {
    size_t to = 0;
    o->taken = 0;
    o->plain = SIZE_MAX;
    o->written[0] = 0;
    while (o->taken < text.len) {
        char unit[16];
        const size_t bytes = write_unit((jl_text){text.ptr + o->taken, text.len - o->taken}, unit);
        if (bytes == 0)
            break;
        if (unit[0] == '\\' && o->plain == SIZE_MAX)
            o->plain = o->taken;
        const size_t len = strlen(unit);
        memcpy(o->out + to, unit, len);
        to += len;
        for (size_t i = 1; i < bytes; i++)
            o->written[o->taken + i] = SIZE_MAX;
        o->taken += bytes;
        o->written[o->taken] = to;
    }
    o->plain = o->plain < o->taken ? o->plain : o->taken;
}

/* What is written stands in memory of its own, so that a sanitizer sees a byte too many. */
static void check_put(jl_text text, const obvious *o, size_t room) {
    char *out = malloc(room + 1);
    assert_non_null(out);
    const jl_text_steps steps = jl_text_steps_put(out, room, text.ptr, text.len);
    assert_true(steps.taken <= o->taken && steps.written <= room);
    assert_int_equal(steps.written, o->written[steps.taken]);
    assert_memory_equal(out, o->out, steps.written);
    const bool has_all = has_steps() && text.len >= JL_TEXT_STEPS_MIN;
    if (has_all && room == ROOM_MAX)
        assert_true(o->taken == text.len ? text.len - steps.taken <= 3
                                         : steps.taken + STEP + 3 > o->taken);
    free(out);
}

static void check_plain(jl_text text, const obvious *o) {
    const size_t taken = jl_text_steps_plain(text.ptr, text.len);
    assert_true(taken <= o->plain);
    assert_true(o->written[taken] != SIZE_MAX);
    if (has_steps() && text.len >= JL_TEXT_STEPS_MIN)
        assert_true(taken + 3 >= o->plain / STEP * STEP);
}

static void check_copy(jl_text text) {
    char *out = malloc(text.len + 1);
    assert_non_null(out);
    size_t expected = 0;
    while (expected < text.len && jl_is_plain_ascii((unsigned char)text.ptr[expected]))
        expected++;
    assert_int_equal(jl_copy_plain(out, text.ptr, text.len), expected);
    assert_memory_equal(out, text.ptr, expected);
    free(out);
}

static void check(const char *bytes, size_t len, size_t room) {
    static obvious o;
    char *copy = malloc(len + (len == 0));
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    const jl_text text = {copy, len};
    write_obviously(text, &o);
    check_put(text, &o, room);
    check_plain(text, &o);
    check_copy(text);
    free(copy);
}

/* Across the border of two steps of any kind, at the start of a text and at its end. */
static void check_everywhere(const char sequence[4], unsigned number) {
    static const size_t places[] = {0, 12, 13, 14, 28, 29, 30, 60, 61, 62, 64, 92, 120, 132, 136};
    char text[140];
    const size_t at = places[number % (sizeof places / sizeof *places)];
    memset(text, 'a', sizeof text);
    memcpy(text + at, sequence, 4);
    check(text, sizeof text, ROOM_MAX);
}

/* Every first and second byte beyond ASCII, with what may stand behind them. */
static void finds_every_ill_formed_sequence(void **state) {
    static const unsigned char third[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
                                          0xA0, 0xBF, 0xC2, 0xE0, 0xED, 0xF4, 0xFF};
    static const unsigned char fourth[] = {0x41, 0x80};
    (void)state;
    unsigned number = 0;
    for (unsigned first = 0x7F; first < 256; first++)
        for (unsigned second = 0x7F; second < 256; second++)
            for (unsigned i = 0; i < sizeof third * sizeof fourth; i++) {
                const char sequence[4] = {(char)first, (char)second, (char)third[i / 2],
                                          (char)fourth[i % 2]};
                check_everywhere(sequence, number++);
            }
}

static void escapes_every_byte_at_every_place(void **state) {
    (void)state;
    for (size_t len = 60; len < 140; len += 17) {
        for (size_t at = 0; at < len; at++) {
            for (unsigned byte = 0; byte < 0x80; byte++) {
                char text[140];
                memset(text, 'a', sizeof text);
                text[at] = (char)byte;
                check(text, len, ROOM_MAX);
            }
        }
    }
}

static size_t put_random_piece(test_random *random, char *out, size_t one_in) {
    static const char *const pieces[] = {
        "\xED\x95\x9C", "\xEA\xB8\x80",     "a",    " ",
        "\xC3\xA9",     "\xF0\x9F\x98\x80", "\x7F", "\xE2\x80\xA8"};
    static const char *const rare[] = {
        "\"",           "\\",   "\n",       "\x80", "\xC3", "\xED\xA0\x80",   "\xF4\x90\x80\x80",
        "\xE0\x80\x80", "\xFF", "\xC0\xAF", "\x01", "\"\"", "{\"a\":\"\\n\"}"};
    const bool is_rare = test_random_below(random, one_in) == 0;
    const char *piece = is_rare ? rare[test_random_below(random, sizeof rare / sizeof *rare)]
                                : pieces[test_random_below(random, sizeof pieces / sizeof *pieces)];
    const size_t len = strlen(piece);
    memcpy(out, piece, len);
    return len;
}

static size_t put_random_ascii(test_random *random, char *out) {
    const size_t len = test_random_below(random, 100);
    memset(out, 'x', len);
    return len;
}

/* Long runs of ASCII, of letters, of escapes; with plenty of room, and with any other. */
static void agrees_on_random_text(void **state) {
    (void)state;
    test_random random = {42};
    const size_t rounds = test_effort(20000);
    for (size_t round = 0; round < rounds; round++) {
        char text[TEXT_MAX + 128];
        const size_t one_in = 1 + test_random_below(&random, 200);
        const bool has_ascii = test_random_below(&random, 2) == 0;
        size_t len = 0;
        while (len < TEXT_MAX)
            len += has_ascii && test_random_below(&random, 8) == 0
                       ? put_random_ascii(&random, text + len)
                       : put_random_piece(&random, text + len, one_in);
        const size_t most = test_random_below(&random, 2) == 0 ? TEXT_MAX : 2 * STEP;
        const size_t shown = test_random_below(&random, most + 1);
        check(text, shown, ROOM_MAX);
        check(text, shown, test_random_below(&random, 2 * shown + 1));
    }
}

static void takes_nothing_short(void **state) {
    (void)state;
    assert_int_equal(jl_text_steps_plain(NULL, 0), 0);
    assert_int_equal(jl_text_steps_put(NULL, 0, NULL, 0).taken, 0);
    check("\xED\x95\x9C", 3, ROOM_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_ill_formed_sequence),
        cmocka_unit_test(escapes_every_byte_at_every_place),
        cmocka_unit_test(agrees_on_random_text),
        cmocka_unit_test(takes_nothing_short),
    };
    int failed = 0;
    for (jl_vectors kind = JL_VECTORS_UNASKED; use_next_kind(&kind);)
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return failed;
}
