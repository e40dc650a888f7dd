/* A kind of vectors for json/text_steps_kernel.h: 16 bytes, as every 64-bit ARM has them. */
#include <arm_neon.h>

#define KERNEL
#define NAME(name) name##_neon
#define STEP       16

typedef uint8x16_t vector_neon;

static inline vector_neon load_neon(const char *at) {
    return vld1q_u8((const uint8_t *)at);
}

static inline void store_neon(char *at, vector_neon v) {
    vst1q_u8((uint8_t *)at, v);
}

static inline vector_neon fill_neon(uint8_t byte) {
    return vdupq_n_u8(byte);
}

static inline vector_neon table_neon(const uint8_t *halves) {
    return vld1q_u8(halves);
}

static inline vector_neon look_up_neon(vector_neon table, vector_neon halves) {
    return vqtbl1q_u8(table, halves);
}

static inline vector_neon both_neon(vector_neon a, vector_neon b) {
    return vandq_u8(a, b);
}

static inline vector_neon either_neon(vector_neon a, vector_neon b) {
    return vorrq_u8(a, b);
}

static inline vector_neon differ_neon(vector_neon a, vector_neon b) {
    return veorq_u8(a, b);
}

static inline vector_neon less_neon(vector_neon a, vector_neon b) {
    return vqsubq_u8(a, b);
}

static inline vector_neon lower_half_neon(vector_neon v, vector_neon half) {
    return vandq_u8(v, half);
}

static inline vector_neon upper_half_neon(vector_neon v, vector_neon half) {
    (void)half;
    return vshrq_n_u8(v, 4);
}

static inline bool is_zero_neon(vector_neon v) {
    return vmaxvq_u8(v) == 0;
}

static inline uint64_t top_bits_neon(vector_neon v) {
    static const int8_t places[16] = {0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7};
    const uint8x16_t bits = vshlq_u8(vshrq_n_u8(v, 7), vld1q_s8(places));
    return (uint64_t)vaddv_u8(vget_low_u8(bits)) | (uint64_t)vaddv_u8(vget_high_u8(bits)) << 8;
}

static inline void back_at_start_neon(vector_neon v, vector_neon back[3]) {
    const uint8x16_t nothing = vdupq_n_u8(0);
    back[0] = vextq_u8(nothing, v, 15);
    back[1] = vextq_u8(nothing, v, 14);
    back[2] = vextq_u8(nothing, v, 13);
}

typedef struct marks_neon {
    uint8x16_t control, del, quote, backslash;
} marks_neon;

static inline marks_neon marks_of_neon(const step_constants *c) {
    return (marks_neon){fill_neon(c->control), fill_neon(c->del), fill_neon(c->quote),
                        fill_neon(c->backslash)};
}

static inline vector_neon specials_neon(vector_neon v, const marks_neon *m) {
    return vorrq_u8(vcleq_u8(v, m->control),
                    vorrq_u8(vceqq_u8(v, m->quote), vceqq_u8(v, m->backslash)));
}

static inline vector_neon others_neon(vector_neon v, const marks_neon *m) {
    return vorrq_u8(specials_neon(v, m), vcgeq_u8(v, m->del));
}
