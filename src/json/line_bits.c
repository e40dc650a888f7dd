#include "json/line_bits.h"

#include "json/line_bits_check.h"
#include "json/line_bits_plain.h"

#include <stdatomic.h>

/* --- the sieve ------------------------------------------------------------------------------- */

void jl_sieve_add(jl_sieve *sieve, size_t number, jl_text key) {
    const uint8_t bit = (uint8_t)(1u << number % 8);
    const char before = key.len == 1 ? '"' : key.ptr[key.len - 2];
    sieve->last[key.ptr[key.len - 1] & 15] |= bit;
    sieve->before[before & 15] |= bit;
}

/* --- escapes --------------------------------------------------------------------------------- */

/* A block that is not like most, as it is read: also what is in strings, and behind the line. */
typedef struct rare_block {
    uint64_t quote, backslash, colon, open, close, hit;
    uint64_t line; /* the bytes of the line */
} rare_block;

/* A backslash begins an escape, unless it is escaped. */
static uint64_t escapes_in(uint64_t backslash, uint64_t *is_escaped) {
    uint64_t escape = 0;
    uint64_t rest = backslash & ~*is_escaped;
    *is_escaped = 0;
    while (rest != 0) {
        const uint64_t first = rest & (0 - rest);
        escape |= first;
        *is_escaped = first >> 63;
        rest &= ~(first | first << 1);
    }
    return escape;
}

static void resolve_escapes(jl_bits_reader *r, rare_block *block, jl_line_bits *out, size_t n) {
    const uint64_t first = r->is_escaped;
    out->escape[n] = escapes_in(block->backslash & block->line, &r->is_escaped);
    block->quote &= block->line & ~(out->escape[n] << 1 | first);
    out->with_escapes |= UINT64_C(1) << n;
}

/* The bytes behind strings with an escape. Adding a bit to the run of bits that a string is carries
 * to the bit behind the run; more bits than one carry there but once. */
static uint64_t behind_veiled(jl_bits_reader *r, uint64_t quote, uint64_t string, uint64_t escape) {
    uint64_t sum;
    uint64_t runs_on = __builtin_add_overflow(string, escape & string, &sum);
    runs_on |= __builtin_add_overflow(sum, r->has_veil, &sum);
    const uint64_t closing = sum & quote & ~string;
    const uint64_t behind = closing << 1 | r->closed_veiled;
    r->has_veil = runs_on;
    r->closed_veiled = closing >> 63;
    return behind;
}

/* @return the hits. */
static uint64_t put_rare(jl_bits_reader *r, const rare_block *block, uint64_t string,
                         jl_line_bits *out, size_t n) {
    const uint64_t outside = block->line & ~string;
    out->quote[n] = block->quote;
    out->string[n] = string;
    out->open[n] = block->open & outside;
    out->close[n] = block->close & outside;
    out->veiled[n] =
        behind_veiled(r, block->quote, string, out->escape[n]) & block->colon & outside;
    r->in_string = (uint64_t)((int64_t)string >> 63);
    r->is_pending = r->is_escaped | r->has_veil | r->closed_veiled;
    return (block->hit & outside) | out->veiled[n];
}

/* --- the kernels ----------------------------------------------------------------------------- */

#if defined(__x86_64__)
#include "json/line_bits_avx2.h"
#include "json/line_bits_kernel.h"
#endif
#if defined(__x86_64__)
#include "json/line_bits_avx512.h"
#include "json/line_bits_kernel.h"
#include "json/line_bits_proof.h"
#endif
#if defined(__SSE2__)
#include "json/line_bits_sse2.h"
#include "json/line_bits_kernel.h"
#endif
#if defined(__ARM_NEON) && defined(__aarch64__)
#include "json/line_bits_neon.h"
#include "json/line_bits_kernel.h"
#endif
#define KERNEL(kind)                                                         \
    .name = #kind, .is_supported = is_supported_##kind, .read = read_##kind, \
    .check_compact = check_compact_##kind, .check_spaced = check_spaced_##kind

const jl_bits_kernel jl_bits_kernels[] = {
#if defined(__x86_64__)
    {KERNEL(avx512), .prove = prove_lanes},
    {KERNEL(avx2)},
#endif
#if defined(__SSE2__)
    {KERNEL(sse2)},
#endif
#if defined(__ARM_NEON) && defined(__aarch64__)
    {KERNEL(neon)},
#endif
    {.name = NULL}};

static _Atomic(const jl_bits_kernel *) chosen;

static const jl_bits_kernel *choose(void) {
    const jl_bits_kernel *kernel = jl_bits_kernels;
    while (kernel->name != NULL && !kernel->is_supported())
        kernel++;
    atomic_store_explicit(&chosen, kernel, memory_order_relaxed);
    return kernel;
}

static inline const jl_bits_kernel *the_kernel(void) {
    const jl_bits_kernel *kernel = atomic_load_explicit(&chosen, memory_order_relaxed);
    return kernel != NULL ? kernel : choose();
}

bool jl_bits_can_read(void) {
    return the_kernel()->name != NULL;
}

void jl_bits_use(const jl_bits_kernel *kernel) {
    atomic_store_explicit(&chosen, kernel, memory_order_relaxed);
}

/* --- lines ----------------------------------------------------------------------------------- */

jl_bits_reader jl_bits_begin(const char *line, const char *end, bool is_by_line) {
    return (jl_bits_reader){
        .start = line, .at = line, .end = end, .limit = end, .is_by_line = is_by_line};
}

void jl_bits_read(jl_bits_reader *reader, const jl_sieve *sieve, jl_line_bits *blocks) {
    the_kernel()->read(reader, sieve, blocks);
}

/* The blocks that were read last, and what their bits do not tell. */
static bool check_read(jl_bits_checker *c, const jl_bits_reader *reader, const char *at,
                       const jl_line_bits *blocks) {
    const jl_bits_kernel *kernel = the_kernel();
    const bool is_json = c->is_spaced ? kernel->check_spaced(c, reader, at, blocks)
                                      : kernel->check_compact(c, reader, at, blocks);
    return is_json && check_scalars(c, blocks->count, at, reader->end) &&
           check_escapes(blocks, at, reader->end);
}

/* Lines that are too long to be read at once are read once more. */
static bool check_again(jl_bits_checker *c, const jl_bits_reader *reader, jl_line_bits *blocks) {
    static const jl_sieve none;
    jl_bits_reader again = jl_bits_begin(reader->start, reader->end, false);
    bool is_json = true;
    while (is_json && !again.is_done) {
        const char *at = again.at;
        the_kernel()->read(&again, &none, blocks);
        is_json = check_read(c, &again, at, blocks);
    }
    return is_json;
}

/* The object begins and ends the line, but for blanks. */
static bool is_bracketed(const jl_bits_reader *reader) {
    const char *first = jl_scan_blanks(reader->start, reader->end);
    const char *last = reader->end;
    while (last > first && jl_is_json_blank(last[-1]))
        last--;
    return first < last && *first == '{' && last[-1] == '}';
}

/* All its blocks have been read at once. (The end of one that just fits would have been found only
 * when reading on.) */
static bool is_short(const jl_bits_reader *reader) {
    return reader->end - reader->start < JL_BITS_BLOCKS_MAX * JL_BITS_BYTES;
}

static bool check(const jl_bits_reader *reader, jl_line_bits *blocks, bool is_spaced) {
    jl_bits_checker c;
    begin_check(&c, is_spaced);
    const bool is_json = is_short(reader) ? check_read(&c, reader, reader->start, blocks)
                                          : check_again(&c, reader, blocks);
    return is_json && has_ended(&c.nesting);
}

static bool proves(const jl_bits_reader *reader, const jl_line_bits *blocks) {
    const jl_bits_kernel *kernel = the_kernel();
    return kernel->prove != NULL && is_short(reader) && kernel->prove(reader, blocks) &&
           check_escapes(blocks, reader->start, reader->end);
}

bool jl_bits_check(const jl_bits_reader *reader, jl_line_bits *blocks) {
    if (reader->in_string != 0 || !is_bracketed(reader))
        return false;
    return proves(reader, blocks) || check(reader, blocks, false) || check(reader, blocks, true);
}
