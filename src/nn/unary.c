#include "nn/unary.h"

#include "base/fmath.h"
#include "nn/dot_f32.h"
#include "nn/requant.h"
#include "nn/sigmoid_s16.h"

/* y[i] = value, v being x[i]. */
#define KERNEL(name, par_type, type, value)                                                                            \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const par_type *p = (const par_type *)par;                                                                     \
        const type *x = (const type *)in[0];                                                                           \
        type *y = (type *)out[0];                                                                                      \
        (void)scratch;                                                                                                 \
        for (int32_t i = 0; i < p->n; i++) {                                                                           \
            const type v = x[i];                                                                                       \
            y[i] = value;                                                                                              \
        }                                                                                                              \
    }

static float size_f32(float v)
{
    return th_float_from(th_float_bits(v) & UINT32_C(0x7fffffff));
}

KERNEL(th_abs_f32, th_unary_par, float, size_f32(v))
KERNEL(th_ceil_f32, th_unary_par, float, th_ceilf(v))
KERNEL(th_cos_f32, th_unary_par, float, th_cosf(v))
KERNEL(th_exp_f32, th_unary_par, float, th_expf(v))
KERNEL(th_floor_f32, th_unary_par, float, th_floorf(v))
KERNEL(th_log_f32, th_unary_par, float, th_logf(v))
KERNEL(th_neg_f32, th_unary_par, float, -v)
KERNEL(th_round_f32, th_unary_par, float, th_roundf_even(v))
KERNEL(th_rsqrt_f32, th_unary_par, float, 1.0f / th_sqrtf(v))
KERNEL(th_sin_f32, th_unary_par, float, th_sinf(v))
KERNEL(th_sqrt_f32, th_unary_par, float, th_sqrtf(v))
KERNEL(th_square_f32, th_unary_par, float, v *v)
KERNEL(th_elu_f32, th_unary_par, float, v < 0.0f ? th_expm1f(v) : v)
KERNEL(th_hard_swish_f32, th_unary_par, float, v *th_clamp_f32(v + 3.0f, 0.0f, 6.0f) / 6.0f)
KERNEL(th_logistic_f32, th_unary_par, float, 1.0f / (1.0f + th_expf(-v)))
KERNEL(th_tanh_f32, th_unary_par, float, th_tanhf(v))
KERNEL(th_leaky_relu_f32, th_leaky_relu_f32_par, float, v > 0.0f ? v : v * p->alpha)

static int16_t abs_s16(const th_abs_s16_par *p, int32_t v)
{
    const int32_t size = v < 0 ? -v : v;
    if (p->multiplier == 0) return v == INT16_MIN ? INT16_MIN : (int16_t)size;
    return (int16_t)th_clamp(th_requant(size, p->multiplier, p->shift), INT16_MIN, INT16_MAX);
}

static int16_t leaky_relu_s16(const th_leaky_relu_s16_par *p, int32_t v)
{
    const int32_t d = v - p->in_zero;
    const int32_t y =
        d >= 0 ? th_requant(d, p->multiplier, p->shift) : p->low_sign * th_requant(d, p->low_multiplier, p->low_shift);
    return (int16_t)th_clamp(th_add_wrap(y, p->out_zero), INT16_MIN, INT16_MAX);
}

KERNEL(th_abs_s16, th_abs_s16_par, int16_t, abs_s16(p, v))
KERNEL(th_leaky_relu_s16, th_leaky_relu_s16_par, int16_t, leaky_relu_s16(p, v))

static int32_t in_table_units(const th_sigmoid_s16_par *p, int32_t v)
{
    const int32_t half = p->shift > 0 ? INT32_C(1) << (p->shift - 1) : 0;
    return (v * p->multiplier + half) >> p->shift;
}

KERNEL(th_logistic_s16, th_sigmoid_s16_par, int16_t, th_logistic_s16_of(in_table_units(p, v)))
KERNEL(th_tanh_s16, th_sigmoid_s16_par, int16_t, th_tanh_s16_of(in_table_units(p, v)))
