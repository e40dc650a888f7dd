#include "json/line_bits.h"

#include "json/scanner.h"

#include "support/random_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Deeper than this the bits do not tell. */
enum { DEPTH_TOLD = 62, ROOM = 9000, PLACES = 8 * JL_BITS_BYTES + 10 };

static bool is_object(jl_text text, bool *is_deep) {
    jl_scanner scanner;
    jl_scan_begin(&scanner, text);
    *is_deep = false;
    if (scanner.at == scanner.end || *scanner.at != '{')
        return false;
    uint32_t depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        depth += text.ptr[i] == '{' || text.ptr[i] == '[';
        *is_deep = *is_deep || depth > DEPTH_TOLD;
    }
    return jl_scan_skip(&scanner) && jl_scan_finish(&scanner);
}

/* The line alone in memory of its size, so that a sanitizer sees a read beside it. */
static bool check_alone(const char *text, size_t len) {
    static const jl_sieve none;
    jl_line_bits bits;
    char *copy = calloc(len == 0 ? 1 : len, 1);
    assert_non_null(copy);
    if (len > 0)
        memcpy(copy, text, len);
    jl_bits_reader reader = jl_bits_begin(copy, copy + len, false);
    while (!reader.is_done)
        jl_bits_read(&reader, &none, &bits);
    const bool is_json = len > 0 && jl_bits_check(&reader, &bits);
    free(copy);
    return is_json;
}

/* The same line between two others, the one behind it of several blocks. */
static bool check_by_line(const char *text, size_t len) {
    static const jl_sieve none;
    static const char behind[] =
        "\n{\"next\":\"line\",\"with\":[1,2,3],\"and\":\"more than a block of text without a \"\n"
        "{\"backslash\":\"so that it could be read on as if nothing had been there at all\",\n"
        "\"nor\":\"is there one in this line, only here: \\ \"}\n";
    jl_line_bits bits;
    char *copy = malloc(1 + len + sizeof behind);
    assert_non_null(copy);
    copy[0] = '\n';
    memcpy(copy + 1, text, len);
    memcpy(copy + 1 + len, behind, sizeof behind);
    jl_bits_reader reader = jl_bits_begin(copy + 1, copy + 1 + len + sizeof behind, true);
    while (!reader.is_done)
        jl_bits_read(&reader, &none, &bits);
    assert_ptr_equal(reader.end, copy + 1 + len);
    const bool is_json = jl_bits_check(&reader, &bits);
    free(copy);
    return is_json;
}

static void check_line(const char *text, size_t len) {
    bool is_deep = false;
    const bool expected = is_object((jl_text){text, len}, &is_deep);
    const bool is_json = check_alone(text, len);
    if (is_json != expected && (is_json || !is_deep))
        fail_msg("should be %d: %.*s", expected, (int)len, text);
    if (memchr(text, '\n', len) == NULL)
        assert_int_equal(check_by_line(text, len), is_json);
}

static void for_each_kernel(void (*test)(void)) {
    for (const jl_bits_kernel *kernel = jl_bits_kernels; kernel->name != NULL; kernel++) {
        if (!kernel->is_supported())
            continue;
        jl_bits_use(kernel);
        test();
    }
    jl_bits_use(NULL);
}

/* ---- random lines ---- */

static void check_random_lines(void) {
    test_random random = {20261123};
    char text[ROOM];
    for (size_t round = test_effort(20000); round > 0; round--) {
        const size_t room = test_random_below(&random, 4) == 0 ? ROOM : 400;
        const size_t len = make_random_line(&random, text, room);
        check_line(text, len);
        damage_line(&random, text, len);
        check_line(text, len);
    }
}

static void agrees_with_the_scanner(void **state) {
    (void)state;
    for_each_kernel(check_random_lines);
}

/* ---- at every place of a block ---- */

#define FIFTY "--------------------------------------------------"

static const char *const middles[] = {
    "\"a\":1",
    "\"a\":-0.5e+7",
    "\"a\":01",
    "\"a\":1.",
    "\"a\":tru",
    "\"a\":true",
    "\"a\" : null",
    "\"a\":[1,2]",
    "\"a\":[1 2]",
    "\"a\":[1,]",
    "\"a\":{}",
    "\"a\":{,}",
    "\"a\":[]",
    "\"a\":[{}]",
    "\"a\":[{\"b\":[]},[]]",
    "\"a\":[\"b\":1]",
    "\"a\":{\"b\"}",
    "\"a\":{\"b\",1}",
    "\"a\":[}",
    "\"a\":{]",
    "\"a\"",
    "\"a\":\"b\"",
    "\"a\":\"b\"\"c\"",
    "\"a\":\"b\":\"c\"",
    "\"a\"::1",
    "\"a\":,",
    ",",
    "\"a\":1,,\"b\":2",
    "\"a\":\"\\u00e9\"",
    "\"a\":\"\\u00g9\"",
    "\"a\":\"\\x\"",
    "\"a\":\"\\\\\"",
    "\"a\":\"\\\"\"",
    "\"a\":\"\\\\\\\"\"",
    "\"a\":\"\x1f\"",
    "\"a\":\v1",
    "\"a\":\t1",
    "\"a\":1}",
    "\"a\":{",
    "a:1",
    "\"a\":'b'",
    "\"a\":\xff",
    "\"a\":\"\xff\"",
    "1:2",
    "\"a\":1 \"b\":2",
    "\"a\":12345678901234567890",
    "\"a\":nulll",
    "\"a\":-",
    "\"a\":- 1",
    "\"a\":1.5",
    "\"a\":0.5,\"b\":0",
    "\"a\":1.2.3",
    "\"a\":.5",
    "\"a\":-.5",
    "\"a\":-1.5",
    "\"a\":-01",
    "\"a\":1-2",
    "\"a\":1true",
    "\"a\":true1",
    "\"a\":1e5,\"b\":2e",
    "\"a\":1.e5",
    "\"a\":1.5e5",
    "\"a\":00",
    "\"a\":[0,10,1.25,false,\"b\"],\"c\":[]",
    "\"a\":[0,01]",
    "\"a\":[\"b\",\"c\":1]",
    "\"a\":[[1],[2]]",
    "\"a\":[1,{\"b\":2}]",
    "\"a\":{\"b\":[1,2]},\"c\":{\"d\":[3]}",
    "\"a\":{\"b\":{\"c\":{}}}}",
    "\"a\":{\"b\":1,\"c\"}",
    "\"a\":{\"b\":1,2}",
    "\"a\":[1,2},\"b\":{\"c\":3]",
    "\"a\":[1},\"b\":{]",
    "\"a\":[[1],\"b\":2]",
    "\"a\":[{\"b\"}]",
    "[1]",
    "\"a\":1,[2]",
    "\"a\":[\"" FIFTY FIFTY FIFTY "\",1]",
    "\"a\":[\"" FIFTY FIFTY FIFTY "\",\"b\":1]",
    "\"a\":1,\"" FIFTY FIFTY FIFTY "\":1",
    "\"a\":1,\"" FIFTY FIFTY FIFTY "\",1",
    "\"a\":[1]],\"b\":2",
    "\"a\":1},\"b\":{\"c\":{}",
    "\"a\":\xB1",
    "\"a\":1\xAC\"b\":2",
    "\"a\":1},{\"b\":2",
    "\"a\":1}{\"b\":2",
    "\"a\":1,",
    "\"a\":{\"b\":1,}",
    "\"a\":\"b\\n\",\"c\":\"\\z\"",
};

/* Blanks in front of the members, or a string. */
static void check_middle(const char *middle, size_t before, bool is_string) {
    char text[PLACES + 200];
    const size_t len = strlen(middle);
    memset(text, is_string ? 'x' : ' ', sizeof text);
    text[0] = '{';
    if (is_string) {
        text[1] = '"';
        memcpy(text + before - 3, "\":0,", 4);
    }
    memcpy(text + 1 + before, middle, len);
    text[1 + before + len] = '}';
    check_line(text, before + len + 2);
}

static void check_places(void) {
    for (size_t i = 0; i < sizeof middles / sizeof *middles; i++) {
        for (size_t before = 0; before < PLACES; before++) {
            if (before == 140) /* to where the first eight blocks end */
                before = 8 * JL_BITS_BYTES - 60;
            check_middle(middles[i], before, false);
            if (before > 6)
                check_middle(middles[i], before, true);
        }
    }
}

static void tells_at_every_place(void **state) {
    (void)state;
    for_each_kernel(check_places);
}

/* ---- proofs ---- */

static bool prove(const jl_bits_kernel *kernel, const char *text) {
    static const jl_sieve none;
    jl_line_bits bits;
    jl_bits_reader reader = jl_bits_begin(text, text + strlen(text), false);
    jl_bits_read(&reader, &none, &bits);
    return kernel->prove(&reader, &bits);
}

/* A kernel that can prove does so where it should; what it lets through, all of them check. */
static void proves_what_programs_write(void **state) {
    (void)state;
    for (const jl_bits_kernel *kernel = jl_bits_kernels; kernel->name != NULL; kernel++) {
        if (!kernel->is_supported() || kernel->prove == NULL)
            continue;
        jl_bits_use(kernel);
        assert_true(prove(kernel, "{}"));
        assert_true(prove(kernel, "{\"a\":1,\"b\":[true,0.5,\"c\"],\"d\":{\"e\":[],\"f\":{}}}"));
        assert_true(prove(kernel, "{\"a\":-1.5,\"b\":null,\"\xEA\xB0\x80\":\"\xEA\xB0\x80\"}"));
        assert_true(prove(kernel, "{\"" FIFTY FIFTY FIFTY "\":[1,\"" FIFTY FIFTY FIFTY "\",2]}"));
        assert_false(prove(kernel, "{\"a\":01}"));
        assert_false(prove(kernel, "{\"a\":[[]]}"));
        assert_false(prove(kernel, "{\"a\": 1}"));
    }
    jl_bits_use(NULL);
}

/* ---- beside the line ---- */

static void check_at(char *at, size_t len) {
    static const jl_sieve none;
    jl_line_bits bits;
    memset(at, 'x', len);
    memcpy(at, "{\"a\":\"", 6);
    memcpy(at + len - 2, "\"}", 2);
    jl_bits_reader reader = jl_bits_begin(at, at + len, true);
    while (!reader.is_done)
        jl_bits_read(&reader, &none, &bits);
    assert_true(jl_bits_check(&reader, &bits));
}

/* Right behind and right before memory that nobody may read: no sanitizer sees what a vector
 * reads under a mask. */
static void check_beside(void) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    assert_int_equal(mprotect(memory + page, page, PROT_READ | PROT_WRITE), 0);
    for (size_t len = 8; len < 600; len++) {
        check_at(memory + page, len);
        check_at(memory + 2 * page - len, len);
    }
    munmap(memory, 3 * page);
}

static void reads_nothing_beside_the_line(void **state) {
    (void)state;
    for_each_kernel(check_beside);
}

/* ---- long and deep ones ---- */

static void check_deep(void) {
    char text[2 * 2000 + 8];
    for (size_t depth = 1; depth < 2000; depth += depth < 70 ? 1 : 311) {
        size_t len = 0;
        text[len++] = '{';
        memcpy(text + len, "\"a\":", 4);
        len += 4;
        for (size_t i = 1; i < depth; i++)
            text[len++] = '[';
        if (depth == 1)
            text[len++] = '1';
        for (size_t i = 1; i < depth; i++)
            text[len++] = ']';
        text[len++] = '}';
        check_line(text, len);
        assert_int_equal(check_alone(text, len), depth <= DEPTH_TOLD);
        text[len - 2] = '}';
        check_line(text, len);
    }
}

static void knows_how_deep(void **state) {
    (void)state;
    for_each_kernel(check_deep);
}

static void check_long(void) {
    const size_t room = 3 * JL_BITS_BLOCKS_MAX * JL_BITS_BYTES;
    char *text = malloc(room + 64);
    assert_non_null(text);
    for (size_t shift = 0; shift < 70; shift++) {
        size_t len = 0;
        text[len++] = '{';
        memset(text + len, ' ', shift);
        len += shift;
        while (len < room) {
            memcpy(text + len, "\"k\\n\":[1.5,true,\"\xEA\xB0\x80\"],", 24);
            len += strlen("\"k\\n\":[1.5,true,\"\xEA\xB0\x80\"],");
        }
        text[len - 1] = '}';
        check_line(text, len);
        assert_true(check_alone(text, len));
        text[len - 3 - shift] = ',';
        check_line(text, len);
    }
    free(text);
}

/* Whose end is found only with the blocks behind it. */
static void check_exact(void) {
    enum { LEN = JL_BITS_BLOCKS_MAX * JL_BITS_BYTES };
    char text[LEN];
    memset(text, 'x', LEN);
    memcpy(text, "{\"a\":\"", 6);
    memcpy(text + LEN - 2, "\"}", 2);
    check_line(text, LEN);
    assert_true(check_alone(text, LEN));
}

static void takes_lines_of_any_length(void **state) {
    (void)state;
    for_each_kernel(check_long);
    for_each_kernel(check_exact);
}

static void there_is_nothing_in_an_empty_line(void **state) {
    (void)state;
    assert_false(check_alone("", 0));
    assert_false(check_by_line("", 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_scanner),
        cmocka_unit_test(tells_at_every_place),
        cmocka_unit_test(proves_what_programs_write),
        cmocka_unit_test(reads_nothing_beside_the_line),
        cmocka_unit_test(knows_how_deep),
        cmocka_unit_test(takes_lines_of_any_length),
        cmocka_unit_test(there_is_nothing_in_an_empty_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
