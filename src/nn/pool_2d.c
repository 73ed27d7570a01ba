#include "nn/pool_2d.h"

#include "base/fmath.h"
#include "nn/dot_f32.h"
#include "nn/pool_part.h"
#include "nn/requant.h"

/* A kernel: for every pixel and channel `acc` begins with `start` (x: the first tap), `take` puts each tap v into it,
 * and the clamped `result` goes out. */
#define POOL(name, par_type, type, acc_type, clamp, start, take, result)                                               \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const par_type *p = (const par_type *)par;                                                                     \
        const th_window *w = &p->win;                                                                                  \
        type *y = (type *)out[0];                                                                                      \
        (void)scratch;                                                                                                 \
        for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {                                               \
            const th_pool_part area = th_pool_part_of(w, k);                                                           \
            for (int32_t c = 0; c < w->in_c; c++) {                                                                    \
                const type *x = (const type *)in[0] + area.first + c;                                                  \
                acc_type acc = start;                                                                                  \
                for (int32_t i = 0; i < area.h; i++, x += w->in_w * w->in_c)                                           \
                    for (int32_t j = 0; j < area.w; j++) {                                                             \
                        const type v = x[j * w->in_c];                                                                 \
                        take;                                                                                          \
                    }                                                                                                  \
                *y++ = (type)clamp(result, p->act_min, p->act_max);                                                    \
            }                                                                                                          \
        }                                                                                                              \
    }

POOL(th_average_pool_2d_s8, th_pool_2d_s8_par, int8_t, int32_t, th_clamp, 0, acc += v, th_pool_mean(acc, area.n))
POOL(th_average_pool_2d_s16, th_pool_2d_s8_par, int16_t, int32_t, th_clamp, 0, acc += v, th_pool_mean(acc, area.n))
POOL(th_average_pool_2d_f32, th_pool_2d_f32_par, float, float, th_clamp_f32, 0.0f, acc += v, acc / (float)area.n)
POOL(th_max_pool_2d_s8, th_pool_2d_s8_par, int8_t, int32_t, th_clamp, *x, acc = v > acc ? v : acc, acc)
POOL(th_max_pool_2d_s16, th_pool_2d_s8_par, int16_t, int32_t, th_clamp, *x, acc = v > acc ? v : acc, acc)
POOL(th_max_pool_2d_f32, th_pool_2d_f32_par, float, float, th_clamp_f32, *x, acc = v > acc ? v : acc, acc)
POOL(th_l2_pool_2d_f32, th_pool_2d_f32_par, float, float, th_clamp_f32, 0.0f, acc += v * v,
     th_sqrtf(acc / (float)area.n))
