/* AVX-512 with VNNI.  VPDPBUSD multiplies four unsigned bytes of a lane with four signed ones and adds all to its sum;
 * so 128 is added to x (the sign bit is turned), which packing has taken off the bias.
 * The Makefile compiles this file with -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni. */
#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
#include "nn/x86/vec_vnni.h"

#include "nn/taps.h"

#include <immintrin.h>
#include <string.h>

TH_INLINE __m512i load(const void *p)
{
    return _mm512_loadu_si512(p);
}

TH_INLINE __m512i group(const char *p)
{
    int32_t v;
    memcpy(&v, p, 4);
    return _mm512_set1_epi32(v);
}

TH_INLINE __m512i turned(__m512i v)
{
    return _mm512_xor_si512(v, _mm512_set1_epi8((char)-128));
}

/* 8 pixels x 2 units: 16 sums, 2 weights, 1 x */
#define T_NAME         tile_s8
#define T_SUM          __m512i
#define T_ZERO         _mm512_setzero_si512
#define T_X(p)         turned(group(p))
#define T_X_BYTES      4
#define T_W            __m512i
#define T_LOAD         load
#define T_W_BYTES      64
#define T_DOT(s, x, w) _mm512_dpbusd_epi32((s), (x), (w))
#define T_STORE        _mm512_storeu_si512
#define T_ROWS         8
#define T_AT_ONCE      8
#define T_LANES        16
#include "nn/vec/tile.h"

#define T_NAME         tile_s16
#define T_SUM          __m512i
#define T_ZERO         _mm512_setzero_si512
#define T_X            group
#define T_X_BYTES      4
#define T_W            __m512i
#define T_LOAD         load
#define T_W_BYTES      64
#define T_DOT(s, x, w) _mm512_dpwssd_epi32((s), (x), (w))
#define T_STORE        _mm512_storeu_si512
#define T_ROWS         8
#define T_AT_ONCE      8
#define T_LANES        16
#include "nn/vec/tile.h"

#define F_VEC              __m512
#define F_LANES            16
#define F_LOAD(p)          _mm512_castsi512_ps(load(p))
#define F_STORE            _mm512_storeu_ps
#define F_SPREAD(p)        _mm512_castsi512_ps(group(p))
#define F_ALL              _mm512_set1_ps
#define F_ADD              _mm512_add_ps
#define F_MUL              _mm512_mul_ps
#define F_LIMIT(v, lo, hi) _mm512_min_ps((hi), _mm512_max_ps((lo), (v)))
#define F_ROWS             8
#define F_AT_ONCE          8
#include "nn/vec/real.h"

/* 16 sums to 16 bytes.  Products of even and of odd lanes have 64 bits each; bits 31 and up are wanted. */
TH_INLINE __m128i requant(const th_finish_s8 *f, __m512i a, __m512i m, __m512i e)
{
    const __m512i one = _mm512_set1_epi64((int64_t)1 << 30);
    const __m512i even = _mm512_add_epi64(_mm512_mul_epi32(a, m), one);
    const __m512i odd = _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(m, 32)), one);
    const __m512i h = _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 31), _mm512_add_epi64(odd, odd));
    const __m512i t = _mm512_srav_epi32(_mm512_add_epi32(h, _mm512_srai_epi32(h, 31)), e);
    const __m512i q = _mm512_add_epi32(_mm512_add_epi32(_mm512_srai_epi32(t, 1), _mm512_set1_epi32(f->zero)),
                                       _mm512_and_si512(t, _mm512_set1_epi32(1)));
    return _mm512_cvtepi32_epi8(
        _mm512_min_epi32(_mm512_max_epi32(q, _mm512_set1_epi32(f->lo)), _mm512_set1_epi32(f->hi)));
}

static void finish_s8(const th_finish_s8 *f)
{
    for (int32_t c = 0; c < f->n; c += 16) {
        const __m512i bias = load(f->bias + c), m = load(f->multiplier + c);
        const __m512i e = _mm512_sub_epi32(_mm512_set1_epi32(-1), load(f->shift + c)); /* -shift - 1 */
        const int32_t left = f->n - c;
        for (int32_t r = 0; r < f->rows; r++) {
            const __m128i q = requant(f, _mm512_add_epi32(load(f->sums + (ptrdiff_t)r * f->sums_row + c), bias), m, e);
            int8_t *y = f->y + r * f->y_row + c;
            if (left >= 16)
                _mm_storeu_si128((__m128i *)(void *)y, q);
            else if (left == 8)
                _mm_storel_epi64((__m128i *)(void *)y, q);
            else
                _mm_mask_storeu_epi8(y, (__mmask16)((1u << left) - 1), q);
        }
    }
}

/* What an input of ADD adds, see th_term_s8. */
typedef struct term {
    __m512i high, low, high_at, low_at, down;
} term;

TH_INLINE term term_of(const th_term_s8 *t)
{
    const int32_t high = (t->multiplier >> 11) * 2, low = t->multiplier & 2047;
    return (term){_mm512_set1_epi32(high), _mm512_set1_epi32(low), _mm512_set1_epi32(-t->zero * high),
                  _mm512_set1_epi32(1024 - t->zero * low), _mm512_set1_epi32(-t->shift)};
}

TH_INLINE __m512i term_at(const term *t, __m128i bytes)
{
    const __m512i x = _mm512_cvtepi8_epi32(bytes);
    const __m512i low = _mm512_srai_epi32(_mm512_add_epi32(_mm512_mullo_epi32(x, t->low), t->low_at), 11);
    const __m512i twice =
        _mm512_add_epi32(_mm512_add_epi32(_mm512_mullo_epi32(x, t->high), t->high_at), _mm512_add_epi32(low, low));
    const __m512i k = _mm512_srav_epi32(_mm512_add_epi32(twice, _mm512_srai_epi32(twice, 31)), t->down);
    return _mm512_add_epi32(_mm512_srai_epi32(k, 1), _mm512_and_si512(k, _mm512_set1_epi32(1)));
}

static void add_s8(const th_add_s8_job *j)
{
    const term of_a = term_of(&j->of_a), of_b = term_of(&j->of_b);
    const __m512i m = load(j->finish.multiplier), sign = _mm512_set1_epi32(-j->negative),
                  e = _mm512_sub_epi32(_mm512_set1_epi32(-1), load(j->finish.shift));
    for (int32_t i = 0; i < j->finish.n; i += 16) {
        const int32_t left = j->finish.n - i;
        const __mmask16 here = (__mmask16)(left >= 16 ? 0xffffu : (1u << left) - 1);
        const __m512i a = term_at(&of_a, _mm_maskz_loadu_epi8(here, j->a + i)),
                      b = term_at(&of_b, _mm_maskz_loadu_epi8(here, j->b + i));
        const __m512i sum = _mm512_add_epi32(a, _mm512_sub_epi32(_mm512_xor_si512(b, sign), sign));
        _mm_mask_storeu_epi8(j->finish.y + i, here, requant(&j->finish, sum, m, e));
    }
}

/* Unpacking works in quarters of 128 bits: sum register r has channels 4 r .. 4 r + 3 of each quarter's 16. */
static int32_t place(int32_t c)
{
    return c / 4 % 4 * 16 + c / 16 * 4 + c % 4;
}

/* Back into the order of channels: a 4 x 4 matrix of quarters is transposed. */
TH_INLINE void store_quarters(int32_t *sums, __m512i s0, __m512i s1, __m512i s2, __m512i s3)
{
    const __m512i a = _mm512_shuffle_i32x4(s0, s1, 0x88), b = _mm512_shuffle_i32x4(s0, s1, 0xdd),
                  c = _mm512_shuffle_i32x4(s2, s3, 0x88), d = _mm512_shuffle_i32x4(s2, s3, 0xdd);
    _mm512_storeu_si512(sums, _mm512_shuffle_i32x4(a, c, 0x88));
    _mm512_storeu_si512(sums + 16, _mm512_shuffle_i32x4(b, d, 0x88));
    _mm512_storeu_si512(sums + 32, _mm512_shuffle_i32x4(a, c, 0xdd));
    _mm512_storeu_si512(sums + 48, _mm512_shuffle_i32x4(b, d, 0xdd));
}

/* Four taps of 64 channels are woven into groups of four bytes: 8 shuffles for 256 products. */
static void line_s8(const th_line *l)
{
    const char *w = (const char *)l->w;
    int32_t *sums = (int32_t *)l->sums;
    for (int32_t b = 0; b < l->blocks; b++, sums += 64) {
        const ptrdiff_t at = l->at + (ptrdiff_t)b * 64;
        const void *const *tap = l->tap;
        __m512i s0 = _mm512_setzero_si512(), s1 = s0, s2 = s0, s3 = s0;
        for (int32_t g = l->n_groups; g > 0; g--, tap += 4, w += 256) {
            const __m512i t0 = turned(load((const char *)tap[0] + at)), t1 = turned(load((const char *)tap[1] + at)),
                          t2 = turned(load((const char *)tap[2] + at)), t3 = turned(load((const char *)tap[3] + at));
            const __m512i low = _mm512_unpacklo_epi8(t0, t1), high = _mm512_unpackhi_epi8(t0, t1),
                          low2 = _mm512_unpacklo_epi8(t2, t3), high2 = _mm512_unpackhi_epi8(t2, t3);
            s0 = _mm512_dpbusd_epi32(s0, _mm512_unpacklo_epi16(low, low2), load(w));
            s1 = _mm512_dpbusd_epi32(s1, _mm512_unpackhi_epi16(low, low2), load(w + 64));
            s2 = _mm512_dpbusd_epi32(s2, _mm512_unpacklo_epi16(high, high2), load(w + 128));
            s3 = _mm512_dpbusd_epi32(s3, _mm512_unpackhi_epi16(high, high2), load(w + 192));
        }
        store_quarters(sums, s0, s1, s2, s3);
    }
}

const th_vec th_vec_vnni = {
    .rows = 8,
    .s8_bytes = 1,
    .s8_group = 4,
    .s8_offset = 128,
    .lanes = 16,
    .tile_s8 = tile_s8,
    .tile_s16 = tile_s16,
    .tile_f32 = tile_f32,
    .finish_s8 = finish_s8,
    .finish_f32 = finish_f32,
    .add_s8 = add_s8,
    .line_group = 4,
    .line_lanes = 64,
    .line_offset = 128,
    .line_w_bytes = 1,
    .place = place,
    .line_s8 = line_s8,
    .line_f32 = line_f32,
};

TH_VEC_DEFINE(vnni)
#else
typedef int th_vec_vnni_is_not_here;
#endif
