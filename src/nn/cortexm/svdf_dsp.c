#include "nn/cortexm/svdf_dsp.h"

#include "nn/cortexm/instr.h"
#include "nn/cortexm/quad_dsp.h"
#include "nn/requant.h"
#include "nn/state.h"

#include <string.h>

/* Moves a state of n numbers on by one, puts `fresh` behind it, and returns the sum of (state - zero) times w. */
static uint32_t move_s8(int8_t *state, const int8_t *w, int32_t n, int32_t fresh, int32_t zero)
{
    const uint32_t minus = th_pack_16(-zero, -zero);
    int32_t sum = 0;
    for (; n >= 4; n -= 4, state += 4, w += 4) {
        const uint32_t v = n > 4 ? th_load_4(state + 1) : th_load_4(state) >> 8 | (uint32_t)fresh << 24;
        const uint32_t vw = th_load_4(w);
        memcpy(state, &v, 4);
        sum = th_smlad(th_sxtab16(minus, v), th_sxtb16(vw), sum);
        sum = th_smlad(th_sxtab16_odd(minus, v), th_sxtb16_odd(vw), sum);
    }
    for (; n > 0; n--, state++, w++) {
        *state = n > 1 ? state[1] : (int8_t)fresh;
        sum += (*state - zero) * *w;
    }
    return (uint32_t)sum;
}

static uint32_t move_s16(int16_t *state, const int16_t *w, int32_t n, int32_t fresh, int32_t zero)
{
    uint32_t sum = 0;
    for (; n > 0; n--, state++, w++) {
        *state = n > 1 ? state[1] : (int16_t)fresh;
        sum += (uint32_t)(*state - zero) * (uint32_t)*w;
    }
    return sum;
}

/* A kernel for states of one type; filters go on over all units, so the features come in fours. */
#define SVDF(name, type, limit, move)                                                                                  \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const th_svdf_s8_par *p = &((const th_svdf_dsp_par *)par)->own;                                                \
        const int32_t e = -p->state_shift, half = INT32_C(1) << (e - 1), n = TH_QUAD_N(p->n_in);                       \
        const int32_t *bias = (const int32_t *)in[3];                                                                  \
        const int8_t *x = (const int8_t *)in[0];                                                                       \
        int16_t *row = (int16_t *)scratch;                                                                             \
        type *state = (type *)th_state(in[4]);                                                                         \
        int8_t *y = (int8_t *)out[0];                                                                                  \
        for (int32_t b = 0; b < p->batches; b++, x += p->n_in) {                                                       \
            const int32_t total = th_quad_widen(row, x, p->n_in, p->in_zero);                                          \
            const int8_t *w = ((const th_svdf_dsp_par *)par)->weights;                                                 \
            const type *wt = (const type *)in[2];                                                                      \
            int32_t feature[4], f = 0;                                                                                 \
            for (int32_t u = 0; u < p->units; u++) {                                                                   \
                uint32_t sum = bias ? (uint32_t)bias[u] : 0;                                                           \
                for (int32_t r = 0; r < p->rank; r++, f++, state += p->memory, wt += p->memory) {                      \
                    if (f % 4 == 0) w = th_quad_s8(row, w, n, total, feature);                                         \
                    const int32_t s = feature[f % 4];                                                                  \
                    const int32_t v = (th_smmlar(2 * s, p->state_multiplier, half) + (s >> 31)) >> e;                  \
                    sum += move(state, wt, p->memory, limit(v) + p->state_zero, p->state_zero);                        \
                }                                                                                                      \
                *y++ = th_requant_s8((int32_t)sum, p->out_multiplier, p->out_shift, p->out_zero, INT8_MIN, INT8_MAX);  \
            }                                                                                                          \
        }                                                                                                              \
    }

SVDF(th_svdf_s8_dsp, int8_t, th_ssat_8, move_s8)
SVDF(th_svdf_s8_s16_dsp, int16_t, th_ssat_16, move_s16)
