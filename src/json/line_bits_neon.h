/* A kernel of json/line_bits.c: four times 16 bytes, as every 64-bit ARM has them. */
#include <arm_neon.h>

#define ATTRIBUTES
#define NAME(name) name##_neon

typedef struct bytes_neon {
    uint8x16_t part[4];
} bytes_neon;

typedef struct tables_neon {
    uint8x16_t last, before;
} tables_neon;

static bool is_supported_neon(void) {
    return true;
}

static inline bytes_neon load_neon(const char *at) {
    const uint8_t *from = (const uint8_t *)at;
    return (bytes_neon){
        {vld1q_u8(from), vld1q_u8(from + 16), vld1q_u8(from + 32), vld1q_u8(from + 48)}};
}

/* One bit of each byte, which is all ones or none: bits of neighbours are added until eight of them
 * share a byte. */
static inline uint64_t bits_neon(bytes_neon v) {
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t weight = vld1q_u8(weights);
    const uint8x16_t low = vpaddq_u8(vandq_u8(v.part[0], weight), vandq_u8(v.part[1], weight));
    const uint8x16_t high = vpaddq_u8(vandq_u8(v.part[2], weight), vandq_u8(v.part[3], weight));
    const uint8x16_t both = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(both, both)), 0);
}

static inline uint64_t equal_neon(bytes_neon v, char byte) {
    for (int i = 0; i < 4; i++)
        v.part[i] = vceqq_u8(v.part[i], vdupq_n_u8((uint8_t)byte));
    return bits_neon(v);
}

static inline uint64_t bracket_neon(bytes_neon v, char byte) {
    for (int i = 0; i < 4; i++)
        v.part[i] = vorrq_u8(v.part[i], vdupq_n_u8(0x20));
    return equal_neon(v, byte);
}

static inline uint64_t square_neon(bytes_neon v) {
    for (int i = 0; i < 4; i++)
        v.part[i] = vtstq_u8(v.part[i], vdupq_n_u8(0x20));
    return ~bits_neon(v);
}

static inline uint64_t at_most_neon(bytes_neon v, char byte) {
    for (int i = 0; i < 4; i++)
        v.part[i] = vcleq_u8(v.part[i], vdupq_n_u8((uint8_t)byte));
    return bits_neon(v);
}

static inline uint64_t blanks_neon(bytes_neon v) {
    return equal_neon(v, ' ') | equal_neon(v, '\t') | equal_neon(v, '\n') | equal_neon(v, '\r');
}

static inline bool holds_neon(bytes_neon v, char byte) {
    for (int i = 0; i < 4; i++)
        v.part[i] = vceqq_u8(v.part[i], vdupq_n_u8((uint8_t)byte));
    const uint8x16_t any = vorrq_u8(vorrq_u8(v.part[0], v.part[1]), vorrq_u8(v.part[2], v.part[3]));
    return vmaxvq_u8(any) != 0;
}

static inline bool holds_control_neon(bytes_neon v) {
    const uint8x16_t least =
        vminq_u8(vminq_u8(v.part[0], v.part[1]), vminq_u8(v.part[2], v.part[3]));
    return vminvq_u8(least) < 0x20;
}

static inline tables_neon tables_of_neon(const jl_sieve *sieve) {
    return (tables_neon){vld1q_u8(sieve->last), vld1q_u8(sieve->before)};
}

static inline uint8x16_t looked_up_neon(uint8x16_t table, const char *at) {
    return vqtbl1q_u8(table, vandq_u8(vld1q_u8((const uint8_t *)at), vdupq_n_u8(15)));
}

static inline uint64_t hits_neon(bytes_neon v, const char *at, const tables_neon *t) {
    for (int i = 0; i < 4; i++, at += 16) {
        const uint8x16_t passes =
            vtstq_u8(looked_up_neon(t->last, at - 2), looked_up_neon(t->before, at - 3));
        const uint8x16_t quoted = vceqq_u8(vld1q_u8((const uint8_t *)at - 1), vdupq_n_u8('"'));
        const uint8x16_t colon = vceqq_u8(v.part[i], vdupq_n_u8(':'));
        v.part[i] = vandq_u8(colon, vornq_u8(passes, quoted));
    }
    return bits_neon(v);
}

static inline int surplus_neon(uint64_t more, uint64_t less) {
    return __builtin_popcountll(more) - __builtin_popcountll(less);
}

#define prefix_xor_neon   toggled
#define add_brackets_neon add_brackets_plain
