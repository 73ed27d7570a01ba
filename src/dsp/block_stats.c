/* Statistics of a window, one axis after the other.  The float and the integer version follow the formulas of block.h;
 * rms = sqrt(mean^2 + sd^2). */
#include "dsp/block_priv.h"

#include "base/fmath.h"

static int wants(const th_block_part *part, int32_t stat)
{
    return (int)(part->what >> stat & 1);
}

static int check(const th_block_cfg *cfg, const th_block_part *part)
{
    (void)cfg;
    return part->what > 0 && part->what < 1 << TH_STATS;
}

static int32_t values(const th_block_cfg *cfg, const th_block_part *part)
{
    int32_t n = 0;
    for (int32_t s = 0; s < TH_STATS; s++) n += wants(part, s);
    return n * th_block_count(cfg, part);
}

static size_t scratch_of(const th_block_cfg *cfg, const th_block_part *part)
{
    (void)part;
    return cfg->fixed ? 0 : (size_t)cfg->window;
}

/* ---- float ---- */

static float mean_step(const float *d, int32_t n)
{
    float sum = 0.0f;
    for (int32_t t = 1; t < n;) {
        float piece = 0.0f;
        for (const int32_t end = n - t < 64 ? n : t + 64; t < end; t++) {
            const float step = d[t] - d[t - 1];
            piece += step < 0.0f ? -step : step;
        }
        sum += piece;
    }
    return sum / (float)(n - 1);
}

/* d [n] of variance var -> skew, kurtosis */
static void shape_of(const float *d, int32_t n, float var, float *v)
{
    const float inv = var > TH_BLOCK_TINY ? 1.0f / th_sqrtf(var) : 0.0f;
    float third = 0.0f, fourth = 0.0f;
    for (int32_t t = 0; t < n;) {
        float piece3 = 0.0f, piece4 = 0.0f;
        for (const int32_t end = n - t < 64 ? n : t + 64; t < end; t++) {
            const float z = d[t] * inv, z2 = z * z;
            piece3 += z2 * z;
            piece4 += z2 * z2;
        }
        third += piece3;
        fourth += piece4;
    }
    v[TH_STAT_SKEW] = third / (float)n;
    v[TH_STAT_KURTOSIS] = inv > 0.0f ? fourth / (float)n - 3.0f : 0.0f;
}

/* x [n] becomes its distances to the mean. */
static void all_of(const th_block_part *part, float *x, int32_t n, float v[TH_STATS])
{
    float low = x[0], high = x[0];
    for (int32_t t = 0; t < n; t++) {
        low = x[t] < low ? x[t] : low;
        high = x[t] > high ? x[t] : high;
    }
    const float mean = th_block_center(x, n);
    const float var = th_block_dot(x, x, n) / (float)n;
    v[TH_STAT_MEAN] = mean;
    v[TH_STAT_SD] = th_sqrtf(var);
    v[TH_STAT_RMS] = th_sqrtf(mean * mean + var);
    v[TH_STAT_MIN] = low;
    v[TH_STAT_MAX] = high;
    v[TH_STAT_RANGE] = high - low;
    if (wants(part, TH_STAT_SKEW) || wants(part, TH_STAT_KURTOSIS)) shape_of(x, n, var, v);
    if (wants(part, TH_STAT_STEP)) v[TH_STAT_STEP] = mean_step(x, n);
}

void th_block_stats(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step, const float *window,
                    float *scratch, float *out)
{
    (void)step;
    for (int32_t a = 0; a < cfg->n_axes; a++) {
        float v[TH_STATS] = {0.0f};
        if (!th_block_has(part, a)) continue;
        th_block_column(cfg, window, a, scratch);
        all_of(part, scratch, cfg->window, v);
        for (int32_t s = 0; s < TH_STATS; s++)
            if (wants(part, s)) *out++ = v[s];
    }
}

/* ---- 16 bits ---- */

static int16_t clamped(int64_t v)
{
    return (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
}

/* a / b rounded to the nearest, b > 0 */
static int64_t divided(int64_t a, int64_t b)
{
    return a < 0 ? -((b / 2 - a) / b) : (a + b / 2) / b;
}

/* Down to a whole number; x >= 0. */
static int64_t root_of(int64_t x)
{
    int64_t r = 0, bit = INT64_C(1) << 62;
    while (bit > x) bit >>= 2;
    for (; bit; bit >>= 2) {
        if (x >= r + bit) {
            x -= r + bit;
            r = (r >> 1) + bit;
        } else {
            r >>= 1;
        }
    }
    return r;
}

/* sqrt(v) / n in steps of 2^-14, v < 2^60 */
static int64_t root_over(int64_t v, int32_t n)
{
    int32_t k = 0;
    while (k < 28 && v << (k + 2) < INT64_C(1) << 60) k += 2;
    return divided(root_of(v << k) << 14 >> (k / 2), n);
}

typedef struct sums {
    int64_t one, two, step; /* of x, x^2, |x[t] - x[t-1]| */
    int32_t low, high;
} sums;

static sums sums_of(const th_block_cfg *cfg, const int16_t *x)
{
    sums s = {0, 0, 0, x[0], x[0]};
    int32_t before = x[0];
    for (int32_t t = 0; t < cfg->window; t++, x += cfg->n_axes) {
        const int32_t v = *x, step = v - before;
        s.one += v;
        s.two += v * v;
        s.step += step < 0 ? -step : step;
        if (v < s.low) s.low = v;
        if (v > s.high) s.high = v;
        before = v;
    }
    return s;
}

/* z = (x - mean) / sd with 12 bits after the point; mean and sd (above 0) have 14. */
static void shape_s16(const th_block_cfg *cfg, const int16_t *x, int32_t mean, int64_t sd, int16_t *v)
{
    int32_t e = 0;
    int64_t third = 0, fourth = 0;
    while (sd >> (e + 1)) e++;
    const int64_t inv = (INT64_C(1) << (30 + e)) / sd;
    for (int32_t t = 0; t < cfg->window; t++, x += cfg->n_axes) {
        const int32_t d = (int32_t)*x * INT32_C(16384) - mean;
        const int64_t z = (d * inv) >> (18 + e), z2 = (z * z) >> 12;
        third += z2 * z;
        fourth += z2 * z2;
    }
    v[TH_STAT_SKEW] = clamped(divided(third, (int64_t)cfg->window << 16));
    v[TH_STAT_KURTOSIS] = clamped(divided(fourth, (int64_t)cfg->window << 21) - 3 * 8);
}

static void all_s16(const th_block_cfg *cfg, const th_block_part *part, const int16_t *x, int16_t v[TH_STATS])
{
    const sums s = sums_of(cfg, x);
    const int32_t n = cfg->window;
    const int64_t spread = n * s.two - s.one * s.one; /* n^2 variances, below 2^56 */
    const int64_t sd = root_over(spread, n);
    v[TH_STAT_MEAN] = clamped(divided(s.one, n));
    v[TH_STAT_SD] = clamped(divided(sd, 16384));
    v[TH_STAT_RMS] = clamped(divided(root_over(n * s.two, n), 16384));
    v[TH_STAT_MIN] = (int16_t)s.low;
    v[TH_STAT_MAX] = (int16_t)s.high;
    v[TH_STAT_RANGE] = clamped((s.high - s.low + 1) >> 1);
    v[TH_STAT_STEP] = clamped(divided(s.step, n - 1));
    if (sd > 0 && (wants(part, TH_STAT_SKEW) || wants(part, TH_STAT_KURTOSIS)))
        shape_s16(cfg, x, (int32_t)divided(s.one * 16384, n), sd, v);
}

void th_block_stats_s16(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                        const int16_t *window, int32_t *scratch, int16_t *out)
{
    (void)step;
    (void)scratch;
    for (int32_t a = 0; a < cfg->n_axes; a++) {
        int16_t v[TH_STATS] = {0};
        if (!th_block_has(part, a)) continue;
        all_s16(cfg, part, window + a, v);
        for (int32_t s = 0; s < TH_STATS; s++)
            if (wants(part, s)) *out++ = v[s];
    }
}

const th_block_row th_block_stats_row = {"stats",           1, check, values, NULL, scratch_of, NULL, th_block_stats,
                                         th_block_stats_s16};
