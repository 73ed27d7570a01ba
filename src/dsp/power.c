#include "dsp/power.h"

#include "base/fmath.h"
#include "dsp/fft.h"

#define TURN 6.283185307179586477

th_power th_power_of(const th_block_part *part, int32_t n)
{
    const th_power p = {part, n, part->n_fft ? part->n_fft : n + n % 2,
                        part->floor > 0.0f ? part->floor : TH_POWER_FLOOR};
    return p;
}

int th_power_ok(const th_power *p, float rate_hz)
{
    const th_block_part *c = p->part;
    if (c->what != TH_POWER_BANDS && c->what != TH_POWER_BINS) return 0;
    if (p->n < 2 || p->n_fft < p->n || !th_fft_table_size(p->n_fft)) return 0;
    if (c->n < 1 || c->n > p->n_fft / 2) return 0;
    if (c->floor != 0.0f && !(c->floor >= 1e-12f && c->floor <= 1e12f)) return 0;
    return th_filter_ok(&c->filter, rate_hz);
}

static double window_at(const th_power *p, int32_t t)
{
    return 0.5 - 0.5 * th_cos(TURN * (double)t / (double)p->n);
}

/* The sum of the window is n / 2. */
static void fill_s32(const th_power *p, int32_t *s32)
{
    const float half = 0.25f * (float)p->n; /* sum w / 2 */
    const uint32_t bits = th_float_bits(p->floor * half * half);
    s32[0] = (int32_t)((bits & UINT32_C(0x7fffff)) | UINT32_C(0x800000));
    s32[1] = (int32_t)(bits >> 23) - 150;
    s32[2] = (int32_t)th_floor(-2.0 * th_log((double)half) * 65536.0 + 0.5);
}

void th_power_fill(const th_power *p, const th_block_cfg *cfg, th_block_data *d)
{
    const th_filter *f = &p->part->filter;
    const int32_t roots = th_fft_table_size(p->n_fft), coefs = 5 * th_filter_sections(f);
    if (!cfg->fixed) {
        d->n_f32 = p->n + roots + coefs;
        if (!d->f32) return;
        for (int32_t t = 0; t < p->n; t++) d->f32[t] = (float)(window_at(p, t) * 4.0 / (double)p->n);
        th_fft_table_init(p->n_fft, d->f32 + p->n);
        th_filter_design(f, cfg->rate_hz, d->f32 + p->n + roots);
        return;
    }
    d->n_s16 = p->n + roots;
    d->n_s32 = 3 + coefs;
    if (!d->s16 || !d->s32) return;
    for (int32_t t = 0; t < p->n; t++) {
        const double w = th_floor(window_at(p, t) * 32768.0 + 0.5);
        d->s16[t] = (int16_t)(w > 32767.0 ? 32767.0 : w);
    }
    th_fft_table_init_s16(p->n_fft, d->s16 + p->n);
    fill_s32(p, d->s32);
    th_filter_design_s32(f, cfg->rate_hz, d->s32 + 3);
}

const float *th_power_filter(const th_power *p, const float *f32)
{
    return f32 + p->n + th_fft_table_size(p->n_fft);
}

float *th_power_spectrum(const th_power *p, const float *f32, float *x, float *work)
{
    (void)th_block_center(x, p->n);
    for (int32_t t = 0; t < p->n; t++) x[t] *= f32[t];
    for (int32_t t = p->n; t < p->n_fft; t++) x[t] = 0.0f;
    const float *y = th_fft_real(p->n_fft, f32 + p->n, x, work);
    float *power = y == x ? work : x;
    for (int32_t k = 0; k <= p->n_fft / 2; k++) power[k] = y[2 * k] * y[2 * k] + y[2 * k + 1] * y[2 * k + 1];
    return power;
}

void th_power_logs(const th_power *p, const float *power, float *out, int32_t stride)
{
    const int32_t n = p->part->n, bins = p->n_fft / 2;
    for (int32_t b = 0, k = 1; b < n; b++, out += stride) {
        float sum = p->floor;
        const int32_t end = p->part->what == TH_POWER_BINS ? b + 1 : (b + 1) * bins / n;
        for (; k <= end; k++) sum += power[k];
        *out = th_logf(sum);
    }
}

/* ---- 16 bits ---- */

/* v 2^shift (to the nearest), between -32767 and 32767 */
static int16_t scaled(int32_t v, int32_t shift)
{
    return (int16_t)(shift >= 0 ? v * (INT32_C(1) << shift) : (v + (INT32_C(1) << (-shift - 1))) >> -shift);
}

int16_t *th_power_spectrum_s16(const th_power *p, const int16_t *s16, int32_t *c, int16_t *x, int16_t *work,
                               int32_t *exponent)
{
    int64_t sum = 0;
    int32_t top = 0, shift = 0;
    for (int32_t t = 0; t < p->n; t++) sum += c[t];
    const int32_t mean = (int32_t)(sum / p->n); /* of 4096 steps: what is cut off does not matter */
    for (int32_t t = 0; t < p->n; t++) {
        c[t] = (int32_t)(((int64_t)(c[t] - mean) * s16[t]) >> 15);
        if (c[t] > top || -c[t] > top) top = c[t] < 0 ? -c[t] : c[t];
    }
    while (top && shift < 14 && top < INT32_C(1) << (14 - shift)) shift++; /* below: 2^14 <= top 2^shift */
    while (shift <= 0 && top >> -shift > 32700) shift--;
    for (int32_t t = 0; t < p->n; t++) x[t] = scaled(c[t], shift);
    for (int32_t t = p->n; t < p->n_fft; t++) x[t] = 0;
    int16_t *y = th_fft_real_s16(p->n_fft, s16 + p->n, x, work, exponent);
    *exponent -= shift + 12;
    return y;
}

/* x > 0 shifted up until its highest bit is bit `top`; *by: how far */
static uint64_t raised(uint64_t x, int32_t top, int32_t *by)
{
    *by = 0;
    for (int32_t step = 32; step > 0; step /= 2)
        if (!(x >> (top + 1 - step))) {
            x <<= step;
            *by += step;
        }
    return x;
}

/* log2(x) times 65536, x > 0: the whole part from the highest bit, then a bit by each squaring. */
static int32_t log2_q16(uint64_t x)
{
    int32_t by;
    uint32_t m = (uint32_t)(raised(x, 63, &by) >> 32); /* 1 <= m / 2^31 < 2 */
    int32_t v = 63 - by;
    for (int32_t bit = 0; bit < 16; bit++) {
        const uint64_t square = (uint64_t)m * m >> 31;
        const uint32_t two = (uint32_t)(square >> 32);
        v = 2 * v + (int32_t)two;
        m = (uint32_t)(square >> two);
    }
    return v;
}

int16_t th_power_ln_s16(const int32_t *s32, uint64_t square, int32_t exponent)
{
    int32_t by, floor_by;
    const uint64_t floor_high = raised((uint64_t)s32[0], 61, &floor_by), high = square ? raised(square, 61, &by) : 0;
    const int32_t floor_e = s32[1] - floor_by, e = square ? 2 * exponent - by : floor_e;
    const int32_t most = e > floor_e ? e : floor_e;
    const uint64_t a = most - e > 61 ? 0 : high >> (most - e),
                   b = most - floor_e > 61 ? 0 : floor_high >> (most - floor_e);
    const int32_t two = log2_q16(a + b) + most * INT32_C(65536);
    const int64_t ln = ((int64_t)two * 45426 >> 16) + s32[2]; /* ln 2 = 45426 / 65536 */
    const int64_t v = (ln + 32) >> 6;
    return (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
}
