#include "nn/signal_stream.h"
#include "nn/state.h"

#include <stddef.h>
#include <string.h>

static void copy(int16_t *to, const int16_t *from, int32_t n)
{
    memmove(to, from, (size_t)n * sizeof *to);
}

/* One row: whether every frame was full.  wait[*n] are the samples that wait. */
static int32_t frame_row(const th_signal_framer_par *p, const int16_t *x, int16_t *wait, int32_t *n, int16_t *y)
{
    int32_t all = 1;
    for (int32_t f = 0; f < p->frames; f++, x += p->step, y += p->size) {
        copy(wait + *n, x, p->step);
        *n += p->step;
        if (*n < p->size) {
            all = 0;
            continue;
        }
        copy(y, wait, p->size);
        *n -= p->step;
        copy(wait, wait + p->step, *n);
    }
    return all;
}

void th_signal_framer(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_framer_par *p = (const th_signal_framer_par *)par;
    const int16_t *x = (const int16_t *)in[0];
    int16_t *y = (int16_t *)out[0];
    int32_t *more = (int32_t *)th_state(in[1]), n = 0, all = 1;
    int16_t *wait = (int16_t *)(void *)(more + 1);
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++) {
        n = p->at_first + *more; /* the same in every row */
        all &= frame_row(p, x + r * p->frames * p->step, wait + r * p->room, &n, y + r * p->frames * p->size);
    }
    *more = n - p->at_first;
    *(uint8_t *)out[1] = (uint8_t)all;
}

void th_signal_stacker(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_stacker_par *p = (const th_signal_stacker_par *)par;
    const int16_t *x = (const int16_t *)in[0];
    int32_t *state = (int32_t *)th_state(in[1]), n = state[1];
    int16_t *wait = (int16_t *)(void *)(state + 2);
    const int32_t times = state[0] ? 1 : 1 + p->left;
    (void)scratch;
    for (int32_t i = 0; i < times; i++, n += p->channels) copy(wait + n, x, p->channels);
    const int32_t full = n >= p->room;
    if (full) {
        copy((int16_t *)out[0], wait, p->room);
        n -= p->gone;
        copy(wait, wait + p->gone, n);
    }
    state[0] = 1;
    state[1] = n;
    *(uint8_t *)out[1] = (uint8_t)full;
}

void th_signal_overlap_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_overlap_par *p = (const th_signal_overlap_par *)par;
    const int16_t *x = (const int16_t *)in[0];
    int16_t *y = (int16_t *)out[0], *sum = (int16_t *)th_state(in[1]);
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, sum += p->size) {
        for (int32_t f = 0; f < p->frames; f++, x += p->size, y += p->step) {
            for (int32_t i = 0; i < p->size; i++) {
                const int32_t v = (int32_t)sum[i] + x[i];
                sum[i] = (int16_t)(v < INT16_MIN ? INT16_MIN : v > INT16_MAX ? INT16_MAX : v);
            }
            copy(y, sum, p->step);
            copy(sum, sum + p->step, p->size - p->step);
            memset(sum + (p->size - p->step), 0, (size_t)p->step * sizeof *sum);
        }
    }
}

void th_signal_overlap_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_overlap_par *p = (const th_signal_overlap_par *)par;
    const float *x = (const float *)in[0];
    float *y = (float *)out[0], *sum = (float *)th_state(in[1]);
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, sum += p->size) {
        for (int32_t f = 0; f < p->frames; f++, x += p->size, y += p->step) {
            for (int32_t i = 0; i < p->size; i++) sum[i] += x[i];
            memcpy(y, sum, (size_t)p->step * sizeof *y);
            memmove(sum, sum + p->step, (size_t)(p->size - p->step) * sizeof *sum);
            for (int32_t i = p->size - p->step; i < p->size; i++) sum[i] = 0.0f;
        }
    }
}

void th_signal_delay(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_signal_delay_par *p = (const th_signal_delay_par *)par;
    const int16_t *x = (const int16_t *)in[0];
    int16_t *y = (int16_t *)out[0], *late = (int16_t *)th_state(in[1]);
    const int32_t old = p->delay < p->n ? p->delay : p->n; /* samples of y that come from before */
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->n, y += p->n, late += p->delay) {
        copy(y, late, old);
        copy(y + old, x, p->n - old);
        copy(late, late + old, p->delay - old);
        copy(late + (p->delay - old), x + (p->n - old), old);
    }
}
