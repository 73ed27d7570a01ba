/* AVX2.  int8 are widened to int16: PMADDWD multiplies 16 of them and adds pairs, without any overflow; PMADDUBSW would
 * do 32 bytes but saturates at 16 bits.  No FMA, which rounds once where the plain kernels round twice.
 * The Makefile compiles this file with -mavx2. */
#if defined(__AVX2__)
#include "nn/x86/vec_avx2.h"

#include "nn/taps.h"

#include <immintrin.h>
#include <string.h>

TH_INLINE __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

TH_INLINE void store(void *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)p, v);
}

TH_INLINE __m256i pair(const char *p)
{
    int32_t v;
    memcpy(&v, p, 4);
    return _mm256_set1_epi32(v);
}

/* int16, 6 pixels x 2 units: 12 sums, 2 weights, 1 x, 1 product */
#define T_NAME         tile_s16
#define T_SUM          __m256i
#define T_ZERO         _mm256_setzero_si256
#define T_X            pair
#define T_X_BYTES      4
#define T_W            __m256i
#define T_LOAD         load
#define T_W_BYTES      32
#define T_DOT(s, x, w) _mm256_add_epi32((s), _mm256_madd_epi16((x), (w)))
#define T_STORE        store
#define T_ROWS         6
#define T_AT_ONCE      6
#define T_LANES        8
#include "nn/vec/tile.h"

#define F_VEC              __m256
#define F_LANES            8
#define F_LOAD(p)          _mm256_castsi256_ps(load(p))
#define F_STORE(p, v)      store((p), _mm256_castps_si256(v))
#define F_SPREAD(p)        _mm256_castsi256_ps(pair(p))
#define F_ALL              _mm256_set1_ps
#define F_ADD              _mm256_add_ps
#define F_MUL              _mm256_mul_ps
#define F_LIMIT(v, lo, hi) _mm256_min_ps((hi), _mm256_max_ps((lo), (v)))
#define F_ROWS             6
#define F_AT_ONCE          6
#include "nn/vec/real.h"

static void widen(const int8_t *x, int32_t n, int16_t *y)
{
    int32_t i = 0;
    for (; i + 16 <= n; i += 16)
        store(y + i, _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(x + i))));
    for (; i < n; i++) y[i] = x[i];
}

typedef struct scale {
    __m256i bias, m, e;
} scale;

TH_INLINE scale scale_of(const int32_t *bias, const int32_t *m, const int32_t *shift)
{
    return (scale){load(bias), load(m), _mm256_sub_epi32(_mm256_set1_epi32(-1), load(shift))}; /* e = -shift - 1 */
}

/* Products of even and of odd lanes have 64 bits each; bits 31 and up are wanted. */
TH_INLINE __m256i requant(const scale *s, __m256i sums)
{
    const __m256i one = _mm256_set1_epi64x((int64_t)1 << 30), a = _mm256_add_epi32(sums, s->bias);
    const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(a, s->m), one);
    const __m256i odd = _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(a, 32), _mm256_srli_epi64(s->m, 32)), one);
    const __m256i h = _mm256_blend_epi32(_mm256_srli_epi64(even, 31), _mm256_add_epi64(odd, odd), 0xaa);
    const __m256i t = _mm256_srav_epi32(_mm256_add_epi32(h, _mm256_srai_epi32(h, 31)), s->e);
    return _mm256_add_epi32(_mm256_srai_epi32(t, 1), _mm256_and_si256(t, _mm256_set1_epi32(1)));
}

TH_INLINE void put(const th_finish_s8 *f, int8_t *y, __m256i q, int32_t left)
{
    const __m128i w = _mm_adds_epi16(_mm_packs_epi32(_mm256_castsi256_si128(q), _mm256_extracti128_si256(q, 1)),
                                     _mm_set1_epi16((int16_t)f->zero));
    const __m128i limited =
        _mm_min_epi16(_mm_max_epi16(w, _mm_set1_epi16((int16_t)f->lo)), _mm_set1_epi16((int16_t)f->hi));
    const __m128i bytes = _mm_packs_epi16(limited, limited);
    if (left >= 8) {
        _mm_storel_epi64((__m128i *)(void *)y, bytes);
    } else {
        int8_t some[16];
        _mm_storeu_si128((__m128i *)(void *)some, bytes);
        for (int32_t i = 0; i < left; i++) y[i] = some[i];
    }
}

TH_INLINE __m256i bytes_at(const int8_t *p, int32_t left)
{
    int8_t rest[8] = {0};
    if (left < 8) {
        memcpy(rest, p, (size_t)left);
        p = rest;
    }
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
}

#define I_VEC      __m256i
#define I_LANES    8
#define I_LOAD     load
#define I_STORE    store
#define I_SCALE    scale
#define I_SCALE_OF scale_of
#define I_REQUANT  requant
#define I_PUT      put
#define I_BYTES    bytes_at
#define I_ALL      _mm256_set1_epi32
#define I_ADD      _mm256_add_epi32
#define I_SUB      _mm256_sub_epi32
#define I_MUL      _mm256_mullo_epi32
#define I_XOR      _mm256_xor_si256
#define I_AND      _mm256_and_si256
#define I_SHIFT    _mm256_srai_epi32
#define I_COUNT    __m128i
#define I_COUNT_OF _mm_cvtsi32_si128
#define I_SHIFT_BY _mm256_sra_epi32
#include "nn/vec/whole.h"

static int32_t place(int32_t c)
{
    return c;
}

/* Two taps of 16 channels are woven into pairs, and multiplied as int16. */
static void line_s8(const th_line *l)
{
    const char *w = (const char *)l->w;
    int32_t *sums = (int32_t *)l->sums;
    for (int32_t b = 0; b < l->blocks; b++, sums += 16) {
        const ptrdiff_t at = l->at + (ptrdiff_t)b * 16;
        const void *const *tap = l->tap;
        __m256i first = _mm256_setzero_si256(), second = first;
        for (int32_t g = l->n_groups; g > 0; g--, tap += 2, w += 64) {
            const __m128i p = _mm_loadu_si128((const __m128i *)(const void *)((const char *)tap[0] + at)),
                          q = _mm_loadu_si128((const __m128i *)(const void *)((const char *)tap[1] + at));
            const __m256i low = _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(p, q)),
                          high = _mm256_cvtepi8_epi16(_mm_unpackhi_epi8(p, q));
            first = _mm256_add_epi32(first, _mm256_madd_epi16(low, load(w)));
            second = _mm256_add_epi32(second, _mm256_madd_epi16(high, load(w + 32)));
        }
        store(sums, first);
        store(sums + 8, second);
    }
}

const th_vec th_vec_avx2 = {
    .rows = 6,
    .s8_bytes = 2,
    .s8_group = 2,
    .lanes = 8,
    .tile_s8 = tile_s16,
    .tile_s16 = tile_s16,
    .tile_f32 = tile_f32,
    .widen = widen,
    .finish_s8 = finish_s8,
    .scale_s32 = scale_s32,
    .finish_f32 = finish_f32,
    .add_s8 = add_s8,
    .line_group = 2,
    .line_lanes = 16,
    .line_w_bytes = 2,
    .place = place,
    .line_s8 = line_s8,
    .line_f32 = line_f32,
};

TH_VEC_DEFINE(avx2)
#else
typedef int th_vec_avx2_is_not_here;
#endif
