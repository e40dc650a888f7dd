/* A kind of vectors for json/text_steps_kernel.h: 64 bytes. */
#define KERNEL \
    __attribute__((target("avx512bw,avx512vl,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,popcnt")))
#define NAME(name) name##_avx512
#define STEP       64

typedef __m512i vector_avx512;

KERNEL static inline vector_avx512 load_avx512(const char *at) {
    return _mm512_loadu_si512(at);
}

KERNEL static inline void store_avx512(char *at, vector_avx512 v) {
    _mm512_storeu_si512(at, v);
}

KERNEL static inline vector_avx512 fill_avx512(uint8_t byte) {
    return _mm512_set1_epi8((char)byte);
}

KERNEL static inline vector_avx512 table_avx512(const uint8_t *halves) {
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)halves));
}

KERNEL static inline vector_avx512 look_up_avx512(vector_avx512 table, vector_avx512 halves) {
    return _mm512_permutexvar_epi8(halves, table);
}

KERNEL static inline vector_avx512 both_avx512(vector_avx512 a, vector_avx512 b) {
    return _mm512_and_si512(a, b);
}

KERNEL static inline vector_avx512 either_avx512(vector_avx512 a, vector_avx512 b) {
    return _mm512_or_si512(a, b);
}

KERNEL static inline vector_avx512 differ_avx512(vector_avx512 a, vector_avx512 b) {
    return _mm512_xor_si512(a, b);
}

KERNEL static inline vector_avx512 less_avx512(vector_avx512 a, vector_avx512 b) {
    return _mm512_subs_epu8(a, b);
}

/* The table holds its 16 bytes four times, and is looked up by six bits: the two above the half
 * need not be zero. */
KERNEL static inline vector_avx512 lower_half_avx512(vector_avx512 v, vector_avx512 half) {
    (void)half;
    return v;
}

KERNEL static inline vector_avx512 upper_half_avx512(vector_avx512 v, vector_avx512 half) {
    (void)half;
    return _mm512_srli_epi16(v, 4);
}

KERNEL static inline bool is_zero_avx512(vector_avx512 v) {
    return _mm512_test_epi64_mask(v, v) == 0;
}

KERNEL static inline uint64_t top_bits_avx512(vector_avx512 v) {
    return _mm512_movepi8_mask(v);
}

KERNEL static inline void back_at_start_avx512(vector_avx512 v, vector_avx512 back[3]) {
    const __m512i between = _mm512_alignr_epi32(v, _mm512_setzero_si512(), 12);
    back[0] = _mm512_alignr_epi8(v, between, 15);
    back[1] = _mm512_alignr_epi8(v, between, 14);
    back[2] = _mm512_alignr_epi8(v, between, 13);
}

/* What each byte of ASCII is; comparing would give masks, which take long to join. */
typedef struct marks_avx512 {
    __m512i low, high, high_with_del;
} marks_avx512;

KERNEL static inline marks_avx512 marks_of_avx512(const step_constants *c) {
    return (marks_avx512){_mm512_loadu_si512(c->specials), _mm512_loadu_si512(c->specials + 64),
                          _mm512_loadu_si512(c->high_with_del)};
}

/* Bytes beyond ASCII are looked up without their top bit. */
KERNEL static inline vector_avx512 specials_avx512(vector_avx512 v, const marks_avx512 *m) {
    return _mm512_andnot_si512(v, _mm512_permutex2var_epi8(m->low, v, m->high));
}

KERNEL static inline vector_avx512 others_avx512(vector_avx512 v, const marks_avx512 *m) {
    return _mm512_or_si512(v, _mm512_permutex2var_epi8(m->low, v, m->high_with_del));
}
