/* A kind of vectors for json/text_steps_kernel.h: 32 bytes. */
#define KERNEL     __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define NAME(name) name##_avx2
#define STEP       32

typedef __m256i vector_avx2;

KERNEL static inline vector_avx2 load_avx2(const char *at) {
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

KERNEL static inline void store_avx2(char *at, vector_avx2 v) {
    _mm256_storeu_si256((__m256i *)(void *)at, v);
}

KERNEL static inline vector_avx2 fill_avx2(uint8_t byte) {
    return _mm256_set1_epi8((char)byte);
}

KERNEL static inline vector_avx2 table_avx2(const uint8_t *halves) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)halves));
}

KERNEL static inline vector_avx2 look_up_avx2(vector_avx2 table, vector_avx2 halves) {
    return _mm256_shuffle_epi8(table, halves);
}

KERNEL static inline vector_avx2 both_avx2(vector_avx2 a, vector_avx2 b) {
    return _mm256_and_si256(a, b);
}

KERNEL static inline vector_avx2 either_avx2(vector_avx2 a, vector_avx2 b) {
    return _mm256_or_si256(a, b);
}

KERNEL static inline vector_avx2 differ_avx2(vector_avx2 a, vector_avx2 b) {
    return _mm256_xor_si256(a, b);
}

KERNEL static inline vector_avx2 less_avx2(vector_avx2 a, vector_avx2 b) {
    return _mm256_subs_epu8(a, b);
}

KERNEL static inline vector_avx2 lower_half_avx2(vector_avx2 v, vector_avx2 half) {
    return _mm256_and_si256(v, half);
}

KERNEL static inline vector_avx2 upper_half_avx2(vector_avx2 v, vector_avx2 half) {
    return _mm256_and_si256(_mm256_srli_epi16(v, 4), half);
}

KERNEL static inline bool is_zero_avx2(vector_avx2 v) {
    return _mm256_testz_si256(v, v) != 0;
}

KERNEL static inline uint64_t top_bits_avx2(vector_avx2 v) {
    return (uint32_t)_mm256_movemask_epi8(v);
}

KERNEL static inline void back_at_start_avx2(vector_avx2 v, vector_avx2 back[3]) {
    const __m256i between = _mm256_permute2x128_si256(v, v, 0x08);
    back[0] = _mm256_alignr_epi8(v, between, 15);
    back[1] = _mm256_alignr_epi8(v, between, 14);
    back[2] = _mm256_alignr_epi8(v, between, 13);
}

typedef struct marks_avx2 {
    __m256i one, first, control, quote, backslash;
} marks_avx2;

KERNEL static inline marks_avx2 marks_of_avx2(const step_constants *c) {
    return (marks_avx2){fill_avx2(c->one), fill_avx2(c->first), fill_avx2(c->control),
                        fill_avx2(c->quote), fill_avx2(c->backslash)};
}

KERNEL static inline vector_avx2 quotes_avx2(vector_avx2 v, const marks_avx2 *m) {
    return _mm256_or_si256(_mm256_cmpeq_epi8(v, m->quote), _mm256_cmpeq_epi8(v, m->backslash));
}

KERNEL static inline vector_avx2 specials_avx2(vector_avx2 v, const marks_avx2 *m) {
    const __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(v, m->control), v);
    return _mm256_or_si256(control, quotes_avx2(v, m));
}

/* As signed bytes, one more than 7F to FE is below all others, and one more than FF is 0. */
KERNEL static inline vector_avx2 others_avx2(vector_avx2 v, const marks_avx2 *m) {
    const __m256i outside = _mm256_cmpgt_epi8(m->first, _mm256_add_epi8(v, m->one));
    return _mm256_or_si256(outside, quotes_avx2(v, m));
}
