/* WebAssembly SIMD128.  int8 are widened to int16 for i32x4.dot_i16x8_s, which engines translate to one PMADDWD on
 * x86-64.  Shifts of SIMD128 move all lanes by the same number; a shift to the right by e is a rounding high product
 * with 2^(31 - e) here, which is the same arithmetic.
 *
 * In place of instructions there is C on other machines (nn/wasm/instr.h), so that a computer can pack and test. */
#include "nn/wasm/vec_simd128.h"

#include "nn/wasm/instr.h"

TH_INLINE th_v128 zero(void)
{
    return th_w_all_32(0);
}

TH_INLINE void store(void *p, th_v128 v)
{
    th_w_store(p, v);
}

#define ROWS 8 /* pixels of a tile */
/* V8 (node, Chrome) loads all that a round needs before the first product, and has 15 registers of an x86-64: 4 pixels
 * x 2 units are 8 sums, 2 weights, 4 x, 1 product. */
#define AT_ONCE 4

#define T_NAME         tile_s16
#define T_SUM          th_v128
#define T_ZERO         zero
#define T_X            th_w_load_all
#define T_X_BYTES      4
#define T_W            th_v128
#define T_LOAD         th_w_load
#define T_W_BYTES      16
#define T_DOT(s, x, w) th_w_add_32((s), th_w_dot_16((x), (w)))
#define T_STORE        store
#define T_ROWS         ROWS
#define T_AT_ONCE      AT_ONCE
#define T_LANES        4
#include "nn/vec/tile.h"

#define F_VEC              th_v128
#define F_LANES            4
#define F_LOAD             th_w_load
#define F_STORE            store
#define F_SPREAD           th_w_load_all
#define F_ALL              th_w_all_f32
#define F_ADD              th_w_add_f32
#define F_MUL              th_w_mul_f32
#define F_LIMIT(v, lo, hi) th_w_at_most_f32(th_w_at_least_f32((v), (lo)), (hi))
#define F_ROWS             ROWS
#define F_AT_ONCE          AT_ONCE
#include "nn/vec/real.h"

static void widen(const int8_t *x, int32_t n, int16_t *y)
{
    int32_t i = 0;
    for (; i + 8 <= n; i += 8) th_w_store(y + i, th_w_widen(x + i));
    for (; i < n; i++) y[i] = x[i];
}

typedef struct scale {
    th_v128 bias, m, down;
} scale;

TH_INLINE scale scale_of(const int32_t *bias, const int32_t *m, const int32_t *shift)
{
    int32_t factor[4];
    for (int i = 0; i < 4; i++) factor[i] = (int32_t)(UINT32_C(1) << (31 + shift[i]));
    const scale s = {th_w_load(bias), th_w_load(m), th_w_load(factor)};
    return s;
}

TH_INLINE th_v128 requant(const scale *s, th_v128 sums)
{
    const th_v128 h = th_w_high(th_w_add_32(sums, s->bias), s->m);
    return th_w_high(th_w_add_32(h, th_w_sign_32(h)), s->down);
}

#define I_VEC      th_v128
#define I_LANES    4
#define I_LOAD     th_w_load
#define I_STORE    th_w_store
#define I_SCALE    scale
#define I_SCALE_OF scale_of
#define I_REQUANT  requant
#include "nn/vec/whole.h"

/* Four channels with any shifts. */
static void finish_4(const th_finish_s8 *f, int32_t c)
{
    const th_v128 offset = th_w_all_16((int16_t)f->zero), lo = th_w_all_16((int16_t)f->lo),
                  hi = th_w_all_16((int16_t)f->hi);
    scale s = scale_of(f->bias + c, f->multiplier + c, f->shift + c);
    const int32_t left = f->n - c;
    for (int32_t r = 0; r < f->rows; r++) {
        s.m = th_w_fresh(s.m);
        s.down = th_w_fresh(s.down);
        const th_v128 q = requant(&s, th_w_load(f->sums + (ptrdiff_t)r * f->sums_row + c));
        const th_v128 w = th_w_min_16(th_w_max_16(th_w_add_sat_16(th_w_to_16(q, q), offset), lo), hi);
        int8_t some[4], *y = f->y + r * f->y_row + c;
        if (left >= 4) {
            th_w_store_4(y, th_w_to_8(w, w));
        } else {
            th_w_store_4(some, th_w_to_8(w, w));
            for (int32_t i = 0; i < left; i++) y[i] = some[i];
        }
    }
}

/* 2^(15 - e) in the lanes of eight channels whose shifts -(e + k) are at `shift`; 0 where e is not in 1 .. 7.
 * The upper byte is 2^(7 - e), by table; the lower one is 0. */
TH_INLINE th_v128 factors(const int32_t *shift, int32_t k)
{
    static const int8_t power[16] = {0, 64, 32, 16, 8, 4, 2, 1};
    const th_v128 e = th_w_minus_16(th_w_all_16((int16_t)-k), th_w_to_16(th_w_load(shift), th_w_load(shift + 4)));
    return th_w_swizzle(th_w_load(power), th_w_or(th_w_left_16(e, 8), th_w_all_16(0x80)));
}

/* h and one less for negative numbers, shifted by k. */
TH_INLINE th_v128 shifted(const int32_t *sums, th_v128 bias, th_v128 m, const uint32_t k)
{
    const th_v128 h = th_w_high(th_w_add_32(th_w_load(sums), bias), m);
    return th_w_shift_32(th_w_add_32(h, th_w_sign_32(h)), k);
}

/* Eight channels whose shifts are close to each other: all lanes are shifted by k, which leaves e = 1 .. 7 bits, and
 * then int16 are enough: what they can't hold is above 2^15, and 2^(15 - e) >= 256 is out of range with any zero point.
 * false: other shifts. */
TH_INLINE int finish_8(const th_finish_s8 *f, int32_t c, const uint32_t k)
{
    const th_v128 down = factors(f->shift + c, (int32_t)k);
    if (!th_w_no_zero_16(down)) return 0;
    const th_v128 offset = th_w_all_16((int16_t)f->zero), lo = th_w_all_16((int16_t)f->lo),
                  hi = th_w_all_16((int16_t)f->hi);
    const th_v128 bias0 = th_w_load(f->bias + c), bias1 = th_w_load(f->bias + c + 4);
    th_v128 m0 = th_w_load(f->multiplier + c), m1 = th_w_load(f->multiplier + c + 4);
    const int32_t *sums = f->sums + c, left = f->n - c;
    int8_t *y = f->y + c;
    for (int32_t r = f->rows; r > 0; r--, sums += f->sums_row, y += f->y_row) {
        m0 = th_w_fresh(m0);
        m1 = th_w_fresh(m1);
        const th_v128 t = th_w_to_16(shifted(sums, bias0, m0, k), shifted(sums + 4, bias1, m1, k));
        const th_v128 w = th_w_min_16(th_w_max_16(th_w_add_sat_16(th_w_round_16(t, down), offset), lo), hi);
        if (left >= 8) {
            th_w_store_8(y, th_w_to_8(w, w));
        } else {
            int8_t some[8];
            th_w_store_8(some, th_w_to_8(w, w));
            for (int32_t i = 0; i < left; i++) y[i] = some[i];
        }
    }
    return 1;
}

static void finish_s8(const th_finish_s8 *f)
{
    int32_t c = 0;
    for (; f->n - c > 4; c += 8) { /* a known k: shifts by other numbers take engines four instructions each */
        if (finish_8(f, c, 3) || finish_8(f, c, 1) || finish_8(f, c, 6) || finish_8(f, c, 12)) continue;
        finish_4(f, c);
        finish_4(f, c + 4);
    }
    if (c < f->n) finish_4(f, c);
}

static int32_t place(int32_t c)
{
    return c;
}

/* Two taps of 8 channels are widened while they are loaded, and woven into pairs. */
static void line_s8(const th_line *l)
{
    const char *w = (const char *)l->w;
    int32_t *sums = (int32_t *)l->sums;
    for (int32_t b = 0; b < l->blocks; b++, sums += 8) {
        const ptrdiff_t at = l->at + (ptrdiff_t)b * 8;
        const void *const *tap = l->tap;
        th_v128 low = zero(), high = zero();
        for (int32_t g = l->n_groups; g > 0; g--, tap += 2, w += 32) {
            const th_v128 p = th_w_widen((const char *)tap[0] + at), q = th_w_widen((const char *)tap[1] + at);
            low = th_w_add_32(low, th_w_dot_16(th_w_zip_low(p, q), th_w_load(w)));
            high = th_w_add_32(high, th_w_dot_16(th_w_zip_high(p, q), th_w_load(w + 16)));
        }
        th_w_store(sums, low);
        th_w_store(sums + 4, high);
    }
}

const th_vec th_vec_simd128 = {
    .rows = ROWS,
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
    .line_lanes = 8,
    .line_w_bytes = 2,
    .place = place,
    .line_s8 = line_s8,
    .line_f32 = line_f32,
};

TH_VEC_DEFINE(simd128)
