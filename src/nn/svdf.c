#include "nn/svdf.h"

#include "nn/dot_f32.h"
#include "nn/requant.h"
#include "nn/state.h"

#include <stddef.h>
#include <string.h>

/* The new value of a state: the sum over the features, limited to lo .. hi. */
static int32_t feature(const th_svdf_s8_par *p, const int8_t *x, const int8_t *w, int32_t lo, int32_t hi)
{
    int32_t acc = 0;
    for (int32_t k = 0; k < p->n_in; k++) acc += (int32_t)(x[k] - p->in_zero) * w[k];
    return th_clamp(th_requant(acc, p->state_multiplier, p->state_shift), lo, hi) + p->state_zero;
}

static int8_t output(const th_svdf_s8_par *p, uint32_t sum)
{
    return th_requant_s8((int32_t)sum, p->out_multiplier, p->out_shift, p->out_zero, INT8_MIN, INT8_MAX);
}

void th_svdf_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_svdf_s8_par *p = (const th_svdf_s8_par *)par;
    const int32_t *bias = (const int32_t *)in[3];
    const int8_t *x = (const int8_t *)in[0];
    const size_t n_state = (size_t)p->batches * (size_t)p->units * (size_t)p->rank * (size_t)p->memory;
    int8_t *state = (int8_t *)th_state(in[4]), *y = (int8_t *)out[0];
    (void)scratch;
    memmove(state, state + 1, (n_state - 1) * sizeof *state);
    for (int32_t b = 0; b < p->batches; b++, x += p->n_in) {
        const int8_t *wf = (const int8_t *)in[1], *wt = (const int8_t *)in[2];
        for (int32_t u = 0; u < p->units; u++) {
            uint32_t sum = bias ? (uint32_t)bias[u] : 0;
            for (int32_t r = 0; r < p->rank; r++, wf += p->n_in, wt += p->memory, state += p->memory) {
                state[p->memory - 1] = (int8_t)feature(p, x, wf, INT8_MIN, INT8_MAX);
                for (int32_t t = 0; t < p->memory; t++) sum += (uint32_t)wt[t] * (uint32_t)(state[t] - p->state_zero);
            }
            *y++ = output(p, sum);
        }
    }
}

void th_svdf_s8_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_svdf_s8_par *p = (const th_svdf_s8_par *)par;
    const int32_t *bias = (const int32_t *)in[3];
    const int8_t *x = (const int8_t *)in[0];
    const size_t n_state = (size_t)p->batches * (size_t)p->units * (size_t)p->rank * (size_t)p->memory;
    int16_t *state = (int16_t *)th_state(in[4]);
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    memmove(state, state + 1, (n_state - 1) * sizeof *state);
    for (int32_t b = 0; b < p->batches; b++, x += p->n_in) {
        const int8_t *wf = (const int8_t *)in[1];
        const int16_t *wt = (const int16_t *)in[2];
        for (int32_t u = 0; u < p->units; u++) {
            uint32_t sum = bias ? (uint32_t)bias[u] : 0;
            for (int32_t r = 0; r < p->rank; r++, wf += p->n_in, wt += p->memory, state += p->memory) {
                state[p->memory - 1] = (int16_t)feature(p, x, wf, INT16_MIN, INT16_MAX);
                for (int32_t t = 0; t < p->memory; t++) sum += (uint32_t)wt[t] * (uint32_t)(state[t] - p->state_zero);
            }
            *y++ = output(p, sum);
        }
    }
}

void th_svdf_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_svdf_f32_par *p = (const th_svdf_f32_par *)par;
    const float *x = (const float *)in[0], *bias = (const float *)in[3];
    const size_t n_state = (size_t)p->batches * (size_t)p->units * (size_t)p->rank * (size_t)p->memory;
    float *state = (float *)th_state(in[4]), *y = (float *)out[0];
    (void)scratch;
    memmove(state, state + 1, (n_state - 1) * sizeof *state);
    for (int32_t b = 0; b < p->batches; b++, x += p->n_in) {
        const float *wf = (const float *)in[1], *wt = (const float *)in[2];
        for (int32_t u = 0; u < p->units; u++) {
            float sum = bias ? bias[u] : 0.0f;
            for (int32_t r = 0; r < p->rank; r++, wf += p->n_in, wt += p->memory, state += p->memory) {
                state[p->memory - 1] = th_dot_f32(0.0f, x, wf, p->n_in);
                sum += th_dot_f32(0.0f, state, wt, p->memory);
            }
            *y++ = th_clamp_f32(sum, p->act_min, p->act_max);
        }
    }
}
