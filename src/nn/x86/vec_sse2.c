/* Any x86-64.  int8 are widened to int16 for PMADDWD.  SSE2 has neither signed 64-bit products nor shifts that differ
 * by lane; both are made of PMULUDQ, the unsigned product of the even lanes. */
#if defined(__SSE2__)
#include "nn/x86/vec_sse2.h"

#include "nn/taps.h"

#include <emmintrin.h>
#include <string.h>

TH_INLINE __m128i load(const void *p)
{
    return _mm_loadu_si128((const __m128i *)p);
}

TH_INLINE void store(void *p, __m128i v)
{
    _mm_storeu_si128((__m128i *)p, v);
}

TH_INLINE __m128i pair(const char *p)
{
    int32_t v;
    memcpy(&v, p, 4);
    return _mm_set1_epi32(v);
}

#define T_NAME         tile_s16
#define T_SUM          __m128i
#define T_ZERO         _mm_setzero_si128
#define T_X            pair
#define T_X_BYTES      4
#define T_W            __m128i
#define T_LOAD         load
#define T_W_BYTES      16
#define T_DOT(s, x, w) _mm_add_epi32((s), _mm_madd_epi16((x), (w)))
#define T_STORE        store
#define T_ROWS         6
#define T_AT_ONCE      6
#define T_LANES        4
#include "nn/vec/tile.h"

#define F_VEC              __m128
#define F_LANES            4
#define F_LOAD(p)          _mm_castsi128_ps(load(p))
#define F_STORE(p, v)      store((p), _mm_castps_si128(v))
#define F_SPREAD(p)        _mm_castsi128_ps(pair(p))
#define F_ALL              _mm_set1_ps
#define F_ADD              _mm_add_ps
#define F_MUL              _mm_mul_ps
#define F_LIMIT(v, lo, hi) _mm_min_ps((hi), _mm_max_ps((lo), (v)))
#define F_ROWS             6
#define F_AT_ONCE          6
#include "nn/vec/real.h"

/* 16 bytes as two vectors of int16: each byte moved to the upper half, and shifted down again. */
TH_INLINE __m128i wide_low(__m128i v)
{
    return _mm_srai_epi16(_mm_unpacklo_epi8(v, v), 8);
}

TH_INLINE __m128i wide_high(__m128i v)
{
    return _mm_srai_epi16(_mm_unpackhi_epi8(v, v), 8);
}

static void widen(const int8_t *x, int32_t n, int16_t *y)
{
    int32_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m128i v = load(x + i);
        store(y + i, wide_low(v));
        store(y + i + 8, wide_high(v));
    }
    for (; i < n; i++) y[i] = x[i];
}

/* What requantising needs of four channels. */
typedef struct scale {
    __m128i bias, m, m_odd, round, round_odd, down, down_odd, back, same;
} scale;

/* 2^30 - 2^31 m of the even lanes, in 64 bits. */
TH_INLINE __m128i round_of(__m128i m)
{
    const __m128i unit = _mm_set_epi32(0, 1 << 30, 0, 1 << 30);
    return _mm_sub_epi64(unit, _mm_mul_epu32(m, _mm_add_epi64(unit, unit)));
}

/* 2^(32 - e) is made as a float, whose exponent it is; converting 2^31 gives the bits of INT32_MIN, which are meant. */
TH_INLINE scale scale_of(const int32_t *bias, const int32_t *m, const int32_t *shift)
{
    const __m128i e = _mm_sub_epi32(_mm_set1_epi32(-1), load(shift)); /* -shift - 1 */
    scale s;
    s.bias = load(bias);
    s.m = load(m);
    s.m_odd = _mm_srli_epi64(s.m, 32);
    s.round = round_of(s.m);
    s.round_odd = round_of(s.m_odd);
    s.same = _mm_cmpeq_epi32(e, _mm_setzero_si128());
    s.down = _mm_cvttps_epi32(_mm_castsi128_ps(_mm_slli_epi32(_mm_sub_epi32(_mm_set1_epi32(127 + 32), e), 23)));
    s.down_odd = _mm_srli_epi64(s.down, 32);
    s.back = _mm_srli_epi32(s.down, 1);
    return s;
}

/* h = (a m + 2^30) >> 31 as ((a + 2^31) m + (2^30 - 2^31 m)) >> 31, where a + 2^31 is not negative.
 * t >> e as ((t + 2^31) 2^(32 - e)) >> 32, less 2^(31 - e): unsigned too; for e = 0 it is t itself. */
TH_INLINE __m128i requant(const scale *s, __m128i sums)
{
    const __m128i a = _mm_add_epi32(sums, s->bias);
    const __m128i upper = _mm_set_epi32(-1, 0, -1, 0), most = _mm_set1_epi32(INT32_MIN), up = _mm_xor_si128(a, most);
    const __m128i even = _mm_add_epi64(_mm_mul_epu32(up, s->m), s->round);
    const __m128i odd = _mm_add_epi64(_mm_mul_epu32(_mm_srli_epi64(up, 32), s->m_odd), s->round_odd);
    const __m128i h =
        _mm_or_si128(_mm_andnot_si128(upper, _mm_srli_epi64(even, 31)), _mm_and_si128(upper, _mm_add_epi64(odd, odd)));
    const __m128i v = _mm_add_epi32(h, _mm_srai_epi32(h, 31)), u = _mm_xor_si128(v, most);
    const __m128i down = _mm_or_si128(_mm_srli_epi64(_mm_mul_epu32(u, s->down), 32),
                                      _mm_and_si128(upper, _mm_mul_epu32(_mm_srli_epi64(u, 32), s->down_odd)));
    const __m128i t = _mm_or_si128(_mm_and_si128(s->same, v), _mm_andnot_si128(s->same, _mm_sub_epi32(down, s->back)));
    return _mm_add_epi32(_mm_srai_epi32(t, 1), _mm_and_si128(t, _mm_set1_epi32(1)));
}

TH_INLINE void put(const th_finish_s8 *f, int8_t *y, __m128i q, int32_t left)
{
    const __m128i w =
        _mm_min_epi16(_mm_max_epi16(_mm_adds_epi16(_mm_packs_epi32(q, q), _mm_set1_epi16((int16_t)f->zero)),
                                    _mm_set1_epi16((int16_t)f->lo)),
                      _mm_set1_epi16((int16_t)f->hi));
    const int32_t four = _mm_cvtsi128_si32(_mm_packs_epi16(w, w));
    if (left >= 4)
        memcpy(y, &four, 4);
    else
        memcpy(y, &four, (size_t)left);
}

#define I_VEC      __m128i
#define I_LANES    4
#define I_LOAD     load
#define I_STORE    store
#define I_SCALE    scale
#define I_SCALE_OF scale_of
#define I_REQUANT  requant
#define I_PUT      put
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
        __m128i s0 = _mm_setzero_si128(), s1 = s0, s2 = s0, s3 = s0;
        for (int32_t g = l->n_groups; g > 0; g--, tap += 2, w += 64) {
            const __m128i p = load((const char *)tap[0] + at), q = load((const char *)tap[1] + at);
            const __m128i low = _mm_unpacklo_epi8(p, q), high = _mm_unpackhi_epi8(p, q);
            s0 = _mm_add_epi32(s0, _mm_madd_epi16(wide_low(low), load(w)));
            s1 = _mm_add_epi32(s1, _mm_madd_epi16(wide_high(low), load(w + 16)));
            s2 = _mm_add_epi32(s2, _mm_madd_epi16(wide_low(high), load(w + 32)));
            s3 = _mm_add_epi32(s3, _mm_madd_epi16(wide_high(high), load(w + 48)));
        }
        store(sums, s0);
        store(sums + 4, s1);
        store(sums + 8, s2);
        store(sums + 12, s3);
    }
}

const th_vec th_vec_sse2 = {
    .rows = 6,
    .s8_bytes = 2,
    .s8_group = 2,
    .lanes = 4,
    .tile_s8 = tile_s16,
    .tile_s16 = tile_s16,
    .tile_f32 = tile_f32,
    .widen = widen,
    .finish_s8 = finish_s8,
    .scale_s32 = scale_s32,
    .finish_f32 = finish_f32,
    .line_group = 2,
    .line_lanes = 16,
    .line_w_bytes = 2,
    .place = place,
    .line_s8 = line_s8,
    .line_f32 = line_f32,
};

TH_VEC_DEFINE(sse2)
#else
typedef int th_vec_sse2_is_not_here;
#endif
