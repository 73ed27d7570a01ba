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

typedef struct scale {
    __m512i bias, m, e;
} scale;

TH_INLINE scale scale_of(const int32_t *bias, const int32_t *m, const int32_t *shift)
{
    return (scale){load(bias), load(m), _mm512_sub_epi32(_mm512_set1_epi32(-1), load(shift))}; /* e = -shift - 1 */
}

/* Products of even and of odd lanes have 64 bits each; bits 31 and up are wanted. */
TH_INLINE __m512i requant(const scale *s, __m512i sums)
{
    const __m512i one = _mm512_set1_epi64((int64_t)1 << 30), a = _mm512_add_epi32(sums, s->bias);
    const __m512i even = _mm512_add_epi64(_mm512_mul_epi32(a, s->m), one);
    const __m512i odd = _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(s->m, 32)), one);
    const __m512i h = _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 31), _mm512_add_epi64(odd, odd));
    const __m512i t = _mm512_srav_epi32(_mm512_add_epi32(h, _mm512_srai_epi32(h, 31)), s->e);
    return _mm512_add_epi32(_mm512_srai_epi32(t, 1), _mm512_and_si512(t, _mm512_set1_epi32(1)));
}

TH_INLINE void put(const th_finish_s8 *f, int8_t *y, __m512i q, int32_t left)
{
    const __m512i w = _mm512_add_epi32(q, _mm512_set1_epi32(f->zero));
    const __m128i bytes =
        _mm512_cvtepi32_epi8(_mm512_min_epi32(_mm512_max_epi32(w, _mm512_set1_epi32(f->lo)), _mm512_set1_epi32(f->hi)));
    if (left >= 16)
        _mm_storeu_si128((__m128i *)(void *)y, bytes);
    else if (left == 8)
        _mm_storel_epi64((__m128i *)(void *)y, bytes);
    else
        _mm_mask_storeu_epi8(y, (__mmask16)((1u << left) - 1), bytes);
}

TH_INLINE __m512i bytes_at(const int8_t *p, int32_t left)
{
    return _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8((__mmask16)(left >= 16 ? 0xffffu : (1u << left) - 1), p));
}

#define I_VEC      __m512i
#define I_LANES    16
#define I_LOAD     load
#define I_STORE    _mm512_storeu_si512
#define I_SCALE    scale
#define I_SCALE_OF scale_of
#define I_REQUANT  requant
#define I_PUT      put
#define I_BYTES    bytes_at
#define I_ALL      _mm512_set1_epi32
#define I_ADD      _mm512_add_epi32
#define I_SUB      _mm512_sub_epi32
#define I_MUL      _mm512_mullo_epi32
#define I_XOR      _mm512_xor_si512
#define I_AND      _mm512_and_si512
#define I_SHIFT    _mm512_srai_epi32
#define I_COUNT    __m128i
#define I_COUNT_OF _mm_cvtsi32_si128
#define I_SHIFT_BY _mm512_sra_epi32
#include "nn/vec/whole.h"

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
    .scale_s32 = scale_s32,
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
