#ifndef JL_JSON_LINE_BITS_H
#define JL_JSON_LINE_BITS_H
/**
 * A line of JSON as bits: what each byte is, 64 of them at a time.
 *
 * So a line is searched for a few keys without a look at all the others, and checked without a look
 * at single bytes. Reading believes that the line is JSON: of one that is not, the bits may say
 * anything. Checking believes nothing.
 *
 * The loops are made once for each kind of vectors (the kernels), and all of them give the same
 * answer. Where there are no vectors, json/scanner.h is the faster way, and the only one.
 */
#include "base/text.h"

#include <stdint.h>

#define JL_BITS_BYTES 64
/** So many blocks are read at a time: of most lines all. */
#define JL_BITS_BLOCKS_MAX 64

/**
 * Which keys are asked for: they are told from others by the low halves of their last two bytes
 * (of a key of one byte the quote before it is one of them). Each key has one of eight bits, set
 * for the last byte and for the one before; a key passes if both have a bit in common. Some others
 * pass too.
 */
typedef struct jl_sieve {
    uint8_t last[16];
    uint8_t before[16];
} jl_sieve;

/** Let a key pass. @param number  counts the keys. @param key  at least one byte, without escapes.
 */
void jl_sieve_add(jl_sieve *sieve, size_t number, jl_text key);

/** A colon behind a key that passes the sieve; also one behind a blank or a key with an escape. */
typedef struct jl_bits_hit {
    uint16_t place; /**< in the blocks that were read */
    int16_t depth;  /**< how many containers are open there; of JSON never more than fit */
} jl_bits_hit;

/** Some blocks of a line, one word a block: bit i tells of byte i. */
typedef struct jl_line_bits {
    size_t count;
    size_t hit_count;
    int64_t depth;         /**< containers that are open before the first block */
    uint64_t with_escapes; /**< blocks for which `veiled` and `escape` are set; of others they would
                                be 0 */
    uint64_t quote[JL_BITS_BLOCKS_MAX]; /**< that begins or ends a string */
    uint64_t
        string[JL_BITS_BLOCKS_MAX];    /**< inside: from the opening quote up to the closing one */
    uint64_t open[JL_BITS_BLOCKS_MAX]; /**< brackets outside strings */
    uint64_t close[JL_BITS_BLOCKS_MAX];
    uint64_t veiled[JL_BITS_BLOCKS_MAX]; /**< colons behind a key with an escape */
    uint64_t escape[JL_BITS_BLOCKS_MAX]; /**< backslashes that begin an escape */
    jl_bits_hit hits[JL_BITS_BLOCKS_MAX * JL_BITS_BYTES];
} jl_line_bits;

/** A line that is being read. */
typedef struct jl_bits_reader {
    const char *start;
    const char *at;    /**< where the next block begins */
    const char *end;   /**< of the line; by line, until it is found, that of the memory */
    const char *limit; /**< of the memory that may be read */
    bool is_by_line;
    bool is_done;
    /* Of the block before: */
    uint64_t in_string;  /**< all bits, or none */
    uint64_t is_pending; /**< one of the next three */
    uint64_t is_escaped;
    uint64_t has_veil; /**< the string that runs on has an escape */
    uint64_t closed_veiled;
    int64_t depth;
} jl_bits_reader;

/** @return false if there is no kernel for this processor; then nothing below may be called. */
bool jl_bits_can_read(void);

/** Start to read a line that ends at `end` or, by line, at the first newline before it. */
jl_bits_reader jl_bits_begin(const char *line, const char *end, bool is_by_line);

/** How many more bits are set in the one than in the other. */
static inline int jl_bits_surplus(uint64_t more, uint64_t less) {
    const uint64_t twos = UINT64_C(0x5555555555555555);
    const uint64_t fours = UINT64_C(0x3333333333333333);
    less = ~less;
    more -= more >> 1 & twos;
    less -= less >> 1 & twos;
    const uint64_t sum =
        (more & fours) + (more >> 2 & fours) + (less & fours) + (less >> 2 & fours);
    const uint64_t bytes =
        (sum & UINT64_C(0x0F0F0F0F0F0F0F0F)) + (sum >> 4 & UINT64_C(0x0F0F0F0F0F0F0F0F));
    return (int)(bytes * UINT64_C(0x0101010101010101) >> 56) - 64;
}

/** Read on; afterwards `is_done` says whether these were the last blocks. Of an empty line there
 * are none. */
void jl_bits_read(jl_bits_reader *reader, const jl_sieve *sieve, jl_line_bits *blocks);

/**
 * @param reader  is_done.
 * @param blocks  what was read last; they are used for more than that.
 * @return true if the line is one JSON object; false if it is none, or if it is nested too deep for
 *         this to tell.
 */
bool jl_bits_check(const jl_bits_reader *reader, jl_line_bits *blocks);

struct jl_bits_checker;

/** One of the forms of the loops. */
typedef struct jl_bits_kernel {
    const char *name;
    bool (*is_supported)(void);
    void (*read)(jl_bits_reader *reader, const jl_sieve *sieve, jl_line_bits *blocks);
    bool (*check_compact)(struct jl_bits_checker *checker, const jl_bits_reader *reader,
                          const char *at, const jl_line_bits *blocks);
    bool (*check_spaced)(struct jl_bits_checker *checker, const jl_bits_reader *reader,
                         const char *at, const jl_line_bits *blocks);
    /** NULL, or a quick check of a line whose blocks are all there: if it says true, all of the
     * line but its escapes is JSON; if false, the others must be asked. */
    bool (*prove)(const jl_bits_reader *reader, const jl_line_bits *blocks);
} jl_bits_kernel;

/** All that this library was built with, the best one first; ended by one without a name, which
 * cannot read. */
extern const jl_bits_kernel jl_bits_kernels[];

/** For tests: use this one from now on, on all threads. NULL: the best that the processor has. */
void jl_bits_use(const jl_bits_kernel *kernel);

#endif
