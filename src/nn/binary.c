#include "nn/binary.h"

#include "base/fmath.h"
#include "nn/dot_f32.h"
#include "nn/fixed.h"
#include "nn/requant.h"

/* A kernel: y = function(p, a, b) over every row. */
#define KERNEL(name, par_type, type, function)                                                                         \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const par_type *p = (const par_type *)par;                                                                     \
        type *y = (type *)out[0];                                                                                      \
        th_walk w;                                                                                                     \
        (void)scratch;                                                                                                 \
        th_walk_start(&w, &p->map, in);                                                                                \
        do {                                                                                                           \
            const type *a = (const type *)w.x[0], *b = (const type *)w.x[1];                                           \
            for (int32_t i = 0; i < w.n; i++, a += w.step[0], b += w.step[1]) *y++ = (type)function(p, *a, *b);        \
        } while (th_walk_next(&w));                                                                                    \
    }

/* --- int8 and int16 --- */

static int32_t side_a(const th_binary_q_par *p, int32_t a, int32_t bits)
{
    return th_requant(th_shift_left(a - p->a_zero, bits), p->a_multiplier, p->a_shift);
}

static int32_t side_b(const th_binary_q_par *p, int32_t b, int32_t bits)
{
    return th_requant(th_shift_left(b - p->b_zero, bits), p->b_multiplier, p->b_shift);
}

static int32_t finish(const th_binary_q_par *p, int32_t sum)
{
    return th_clamp(th_add_wrap(th_requant(sum, p->out_multiplier, p->out_shift), p->out_zero), p->act_min, p->act_max);
}

static int32_t add_s8(const th_binary_q_par *p, int32_t a, int32_t b)
{
    return finish(p, th_add_wrap(side_a(p, a, 20), side_b(p, b, 20)));
}

static int32_t add_s16(const th_binary_q_par *p, int32_t a, int32_t b)
{
    return finish(p, th_add_wrap(side_a(p, a, 15), side_b(p, b, 15)));
}

static int32_t sub_s8(const th_binary_q_par *p, int32_t a, int32_t b)
{
    return finish(p, th_add_wrap(side_a(p, a, 20), -side_b(p, b, 20)));
}

static int32_t sub_s16(const th_binary_q_par *p, int32_t a, int32_t b)
{
    return finish(p, th_add_wrap(side_a(p, a, 15), -side_b(p, b, 15)));
}

static int32_t mul_q(const th_binary_q_par *p, int32_t a, int32_t b)
{
    return finish(p, (a - p->a_zero) * (b - p->b_zero));
}

static int32_t squared_difference_s8(const th_binary_q_par *p, int32_t a, int32_t b)
{
    const int32_t d = side_a(p, a, 7) - side_b(p, b, 7);
    return finish(p, d * d);
}

static int32_t squared_difference_s16(const th_binary_q_par *p, int32_t a, int32_t b)
{
    const int32_t d = side_a(p, a, 0) - side_b(p, b, 0);
    return finish(p, d * d);
}

/* v * m * 2^(shift - 31) for any shift: what falls off either end is 0 or the end of int32. */
static int32_t requant_any(int32_t v, int32_t m, int32_t shift)
{
    const int32_t high = th_high_mul(v, m);
    if (shift < -31) return 0;
    if (shift < 0) return th_round_shift(high, -shift);
    if (shift > 31 || high > INT32_MAX >> shift || high < -1 - (INT32_MAX >> shift))
        return high > 0 ? INT32_MAX : high < 0 ? INT32_MIN : 0;
    return th_shift_left(high, shift);
}

/* a / b = a * 1/b; 1/b = 2^-bits / (1 + x) with x in Q0.31, and a is shifted up as far as it goes. */
static int32_t div_s8(const th_binary_q_par *p, int32_t a, int32_t b)
{
    int32_t x = a - p->a_zero, d = b - p->b_zero;
    if (d == 0) return x > 0 ? p->act_max : x < 0 ? p->act_min : th_clamp(p->out_zero, p->act_min, p->act_max);
    if (d < 0) {
        x = -x;
        d = -d;
    }
    const int32_t zeros = th_leading_zeros((uint32_t)d), bits = 31 - zeros;
    const int32_t inverse = th_fixed_reciprocal((int32_t)(((uint32_t)d << zeros) - UINT32_C(0x80000000)));
    const int32_t room = x == 0 ? 31 : th_leading_zeros((uint32_t)(x > 0 ? x : -(x + 1)) * 2 + 1);
    const int32_t quotient = th_high_mul(th_shift_left(x, room), inverse);
    const int32_t y = requant_any(quotient, p->out_multiplier, p->out_shift - bits - room);
    return th_clamp(th_clamp(y, -65536, 65536) + p->out_zero, p->act_min, p->act_max);
}

KERNEL(th_add_s8, th_binary_q_par, int8_t, add_s8)
KERNEL(th_add_s16, th_binary_q_par, int16_t, add_s16)
KERNEL(th_sub_s8, th_binary_q_par, int8_t, sub_s8)
KERNEL(th_sub_s16, th_binary_q_par, int16_t, sub_s16)
KERNEL(th_mul_s8, th_binary_q_par, int8_t, mul_q)
KERNEL(th_mul_s16, th_binary_q_par, int16_t, mul_q)
KERNEL(th_div_s8, th_binary_q_par, int8_t, div_s8)
KERNEL(th_squared_difference_s8, th_binary_q_par, int8_t, squared_difference_s8)
KERNEL(th_squared_difference_s16, th_binary_q_par, int16_t, squared_difference_s16)

/* --- int32: wraps like the machine, never undefined --- */

static int32_t mul_wrap(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a * (uint32_t)b);
}

static int32_t sub_wrap(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a - (uint32_t)b);
}

static int32_t add_s32(const th_binary_s32_par *p, int32_t a, int32_t b)
{
    return th_clamp(th_add_wrap(a, b), p->act_min, p->act_max);
}

static int32_t sub_s32(const th_binary_s32_par *p, int32_t a, int32_t b)
{
    return th_clamp(sub_wrap(a, b), p->act_min, p->act_max);
}

static int32_t mul_s32(const th_binary_s32_par *p, int32_t a, int32_t b)
{
    return th_clamp(mul_wrap(a, b), p->act_min, p->act_max);
}

static int32_t div_s32(const th_binary_s32_par *p, int32_t a, int32_t b)
{
    int32_t y;
    if (b == 0)
        y = a > 0 ? INT32_MAX : a < 0 ? INT32_MIN : 0;
    else if (b == -1)
        y = sub_wrap(0, a); /* INT32_MIN / -1 does not fit */
    else
        y = a / b;
    return th_clamp(y, p->act_min, p->act_max);
}

static int32_t squared_difference_s32(const th_binary_par *p, int32_t a, int32_t b)
{
    const int32_t d = sub_wrap(a, b);
    (void)p;
    return mul_wrap(d, d);
}

KERNEL(th_add_s32, th_binary_s32_par, int32_t, add_s32)
KERNEL(th_sub_s32, th_binary_s32_par, int32_t, sub_s32)
KERNEL(th_mul_s32, th_binary_s32_par, int32_t, mul_s32)
KERNEL(th_div_s32, th_binary_s32_par, int32_t, div_s32)
KERNEL(th_squared_difference_s32, th_binary_par, int32_t, squared_difference_s32)

/* --- float32 --- */

static float add_f32(const th_binary_f32_par *p, float a, float b)
{
    return th_clamp_f32(a + b, p->act_min, p->act_max);
}

static float sub_f32(const th_binary_f32_par *p, float a, float b)
{
    return th_clamp_f32(a - b, p->act_min, p->act_max);
}

static float mul_f32(const th_binary_f32_par *p, float a, float b)
{
    return th_clamp_f32(a * b, p->act_min, p->act_max);
}

static float div_f32(const th_binary_f32_par *p, float a, float b)
{
    return th_clamp_f32(a / b, p->act_min, p->act_max);
}

static float squared_difference_f32(const th_binary_par *p, float a, float b)
{
    (void)p;
    return (a - b) * (a - b);
}

static float floor_div_f32(const th_binary_par *p, float a, float b)
{
    (void)p;
    return (float)th_floor((double)a / (double)b);
}

/* The rest has the sign of b. */
static float floor_mod_f32(const th_binary_par *p, float a, float b)
{
    const float rest = th_fmodf(a, b);
    const int turn = (b < 0.0f) != (rest < 0.0f);
    (void)p;
    return turn && (rest < 0.0f || rest > 0.0f) ? rest + b : rest;
}

KERNEL(th_add_f32, th_binary_f32_par, float, add_f32)
KERNEL(th_sub_f32, th_binary_f32_par, float, sub_f32)
KERNEL(th_mul_f32, th_binary_f32_par, float, mul_f32)
KERNEL(th_div_f32, th_binary_f32_par, float, div_f32)
KERNEL(th_squared_difference_f32, th_binary_par, float, squared_difference_f32)
KERNEL(th_floor_div_f32, th_binary_par, float, floor_div_f32)
KERNEL(th_floor_mod_f32, th_binary_par, float, floor_mod_f32)

/* --- the smaller and the larger; when one is no number, the second --- */

#define LESSER(p, a, b)  ((a) < (b) ? (a) : (b))
#define GREATER(p, a, b) ((a) > (b) ? (a) : (b))
KERNEL(th_minimum_s8, th_binary_par, int8_t, LESSER)
KERNEL(th_minimum_s16, th_binary_par, int16_t, LESSER)
KERNEL(th_minimum_s32, th_binary_par, int32_t, LESSER)
KERNEL(th_minimum_s64, th_binary_par, int64_t, LESSER)
KERNEL(th_minimum_f32, th_binary_par, float, LESSER)
KERNEL(th_maximum_s8, th_binary_par, int8_t, GREATER)
KERNEL(th_maximum_s16, th_binary_par, int16_t, GREATER)
KERNEL(th_maximum_s32, th_binary_par, int32_t, GREATER)
KERNEL(th_maximum_s64, th_binary_par, int64_t, GREATER)
KERNEL(th_maximum_f32, th_binary_par, float, GREATER)
