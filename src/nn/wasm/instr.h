/* nn/wasm/instr.h -- instructions of WebAssembly's SIMD128; elsewhere the same in C, for the tests and for packing.
 *
 * A vector has 128 bits, whatever numbers are in it.  Source: WebAssembly Core Specification 2.0, 4.3.6 and 5.4.8. */
#ifndef TH_NN_WASM_INSTR_H
#define TH_NN_WASM_INSTR_H

#include "nn/taps.h"

#include <stdint.h>
#include <string.h>

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>

typedef v128_t th_v128;

#define th_w_load           wasm_v128_load
#define th_w_store          wasm_v128_store
#define th_w_store_4(p, v)  wasm_v128_store32_lane((p), (v), 0)
#define th_w_store_8(p, v)  wasm_v128_store64_lane((p), (v), 0)
#define th_w_load_all       wasm_v128_load32_splat
#define th_w_all_32         wasm_i32x4_splat
#define th_w_all_16         wasm_i16x8_splat
#define th_w_all_f32        wasm_f32x4_splat
#define th_w_add_32         wasm_i32x4_add
#define th_w_sign_32(a)     wasm_i32x4_shr((a), 31)
#define th_w_shift_32       wasm_i32x4_shr /* to the right, all lanes by the same 0 .. 31 */
#define th_w_minus_16       wasm_i16x8_sub
#define th_w_left_16(a, n)  wasm_i16x8_shl((a), (n))
#define th_w_or             wasm_v128_or
#define th_w_swizzle        wasm_i8x16_swizzle /* byte b[i] of a, 0 where that is above 15 */
#define th_w_no_zero_16     wasm_i16x8_all_true
#define th_w_round_16       wasm_i16x8_q15mulr_sat /* (a b + 2^14) >> 15 */
#define th_w_dot_16         wasm_i32x4_dot_i16x8
#define th_w_widen          wasm_i16x8_load8x8
#define th_w_zip_low(a, b)  wasm_i16x8_shuffle((a), (b), 0, 8, 1, 9, 2, 10, 3, 11)
#define th_w_zip_high(a, b) wasm_i16x8_shuffle((a), (b), 4, 12, 5, 13, 6, 14, 7, 15)
#define th_w_to_16          wasm_i16x8_narrow_i32x4
#define th_w_to_8           wasm_i8x16_narrow_i16x8
#define th_w_add_sat_16     wasm_i16x8_add_sat
#define th_w_min_16         wasm_i16x8_min
#define th_w_max_16         wasm_i16x8_max
#define th_w_add_f32        wasm_f32x4_add
#define th_w_mul_f32        wasm_f32x4_mul
#define th_w_at_least_f32   wasm_f32x4_pmax /* a < b ? b : a, so what is not a number stays */
#define th_w_at_most_f32    wasm_f32x4_pmin /* b < a ? b : a */

/* The same vector, of which the compiler knows no longer that a loop does not change it.  clang would take work on it
 * out of the loop, and no longer see the instruction that does this work and more. */
TH_INLINE th_v128 th_w_fresh(th_v128 v)
{
    __asm__("" : "+r"(v));
    return v;
}

/* (a b + 2^30) >> 31 in each lane: products of 64 bits, of the lower and the upper two lanes. */
TH_INLINE th_v128 th_w_high(th_v128 a, th_v128 b)
{
    const th_v128 half = wasm_i64x2_const_splat((int64_t)1 << 30);
    const th_v128 low = wasm_u64x2_shr(wasm_i64x2_add(wasm_i64x2_extmul_low_i32x4(a, b), half), 31),
                  high = wasm_u64x2_shr(wasm_i64x2_add(wasm_i64x2_extmul_high_i32x4(a, b), half), 31);
    return wasm_i32x4_shuffle(low, high, 0, 2, 4, 6);
}

#else

typedef union th_v128 {
    int8_t b[16];
    int16_t h[8];
    int32_t w[4];
    float f[4];
} th_v128;

TH_INLINE th_v128 th_w_load(const void *p)
{
    th_v128 v;
    memcpy(&v, p, sizeof v);
    return v;
}

TH_INLINE void th_w_store(void *p, th_v128 v)
{
    memcpy(p, &v, sizeof v);
}

#define TH_W_MAKE(name, arguments, n, member, type, value)                                                             \
    TH_INLINE th_v128 name arguments                                                                                   \
    {                                                                                                                  \
        th_v128 v;                                                                                                     \
        for (int i = 0; i < (n); i++) v.member[i] = (type)(value);                                                     \
        return v;                                                                                                      \
    }
#define TH_W_CUT(v, most) ((v) < -(most)-1 ? -(most)-1 : (v) > (most) ? (most) : (v))

TH_W_MAKE(th_w_all_32, (int32_t a), 4, w, int32_t, a)
TH_W_MAKE(th_w_all_16, (int16_t a), 8, h, int16_t, a)
TH_W_MAKE(th_w_all_f32, (float a), 4, f, float, a)
TH_W_MAKE(th_w_add_32, (th_v128 a, th_v128 b), 4, w, int32_t, (uint32_t)a.w[i] + (uint32_t)b.w[i])
TH_W_MAKE(th_w_sign_32, (th_v128 a), 4, w, int32_t, a.w[i] < 0 ? -1 : 0)
TH_W_MAKE(th_w_shift_32, (th_v128 a, uint32_t n), 4, w, int32_t, a.w[i] >> n)
TH_W_MAKE(th_w_minus_16, (th_v128 a, th_v128 b), 8, h, int16_t, (uint16_t)(a.h[i] - b.h[i]))
TH_W_MAKE(th_w_left_16, (th_v128 a, uint32_t n), 8, h, int16_t, (uint16_t)((uint32_t)a.h[i] << n))
TH_W_MAKE(th_w_or, (th_v128 a, th_v128 b), 4, w, int32_t, a.w[i] | b.w[i])
TH_W_MAKE(th_w_swizzle, (th_v128 a, th_v128 b), 16, b, int8_t, b.b[i] >= 0 && b.b[i] < 16 ? a.b[b.b[i]] : 0)
TH_W_MAKE(th_w_round_16, (th_v128 a, th_v128 b), 8, h, int16_t,
          TH_W_CUT(((int32_t)a.h[i] * b.h[i] + 16384) >> 15, 32767))
TH_W_MAKE(th_w_dot_16, (th_v128 a, th_v128 b), 4, w, int32_t,
          (uint32_t)((int32_t)a.h[2 * i] * b.h[2 * i]) + (uint32_t)((int32_t)a.h[2 * i + 1] * b.h[2 * i + 1]))
TH_W_MAKE(th_w_widen, (const void *p), 8, h, int16_t, ((const int8_t *)p)[i])
TH_W_MAKE(th_w_zip_low, (th_v128 a, th_v128 b), 8, h, int16_t, i % 2 ? b.h[i / 2] : a.h[i / 2])
TH_W_MAKE(th_w_zip_high, (th_v128 a, th_v128 b), 8, h, int16_t, i % 2 ? b.h[4 + i / 2] : a.h[4 + i / 2])
TH_W_MAKE(th_w_to_16, (th_v128 a, th_v128 b), 8, h, int16_t,
          i < 4 ? TH_W_CUT(a.w[i], 32767) : TH_W_CUT(b.w[i - 4], 32767))
TH_W_MAKE(th_w_to_8, (th_v128 a, th_v128 b), 16, b, int8_t, i < 8 ? TH_W_CUT(a.h[i], 127) : TH_W_CUT(b.h[i - 8], 127))
TH_W_MAKE(th_w_add_sat_16, (th_v128 a, th_v128 b), 8, h, int16_t, TH_W_CUT((int32_t)a.h[i] + b.h[i], 32767))
TH_W_MAKE(th_w_min_16, (th_v128 a, th_v128 b), 8, h, int16_t, a.h[i] < b.h[i] ? a.h[i] : b.h[i])
TH_W_MAKE(th_w_max_16, (th_v128 a, th_v128 b), 8, h, int16_t, a.h[i] > b.h[i] ? a.h[i] : b.h[i])
TH_W_MAKE(th_w_add_f32, (th_v128 a, th_v128 b), 4, f, float, a.f[i] + b.f[i])
TH_W_MAKE(th_w_mul_f32, (th_v128 a, th_v128 b), 4, f, float, a.f[i] * b.f[i])
TH_W_MAKE(th_w_at_least_f32, (th_v128 a, th_v128 b), 4, f, float, a.f[i] < b.f[i] ? b.f[i] : a.f[i])
TH_W_MAKE(th_w_at_most_f32, (th_v128 a, th_v128 b), 4, f, float, b.f[i] < a.f[i] ? b.f[i] : a.f[i])
TH_W_MAKE(th_w_high, (th_v128 a, th_v128 b), 4, w, int32_t, ((int64_t)a.w[i] * b.w[i] + ((int64_t)1 << 30)) >> 31)
#undef TH_W_MAKE
#undef TH_W_CUT

TH_INLINE th_v128 th_w_fresh(th_v128 v)
{
    return v;
}

TH_INLINE void th_w_store_4(void *p, th_v128 v)
{
    memcpy(p, &v, 4);
}

TH_INLINE void th_w_store_8(void *p, th_v128 v)
{
    memcpy(p, &v, 8);
}

TH_INLINE int th_w_no_zero_16(th_v128 a)
{
    for (int i = 0; i < 8; i++)
        if (a.h[i] == 0) return 0;
    return 1;
}

TH_INLINE th_v128 th_w_load_all(const void *p)
{
    int32_t v;
    memcpy(&v, p, 4);
    return th_w_all_32(v);
}
#endif

#endif
