/* What happens at each time scale: a wavelet splits d = x - mean again and again into half as many coarse values and
 * half as many details,
 *
 *   coarse[i] = sum over k of h[k] x[2i + k],   detail[i] = sum over k of (-1)^k h[taps - 1 - k] x[2i + k]
 *
 * where the signal goes around in a circle; a last value without a partner is doubled first.  Level 1 is the finest. Of
 * the details e of each level, and at the end of the coarse values that are left:
 *
 *   share of energy    sum e^2 / sum of all levels' e^2
 *   entropy            -sum p ln p / ln(count), p = e^2 / sum e^2: 0 one event, 1 even; 0 where there is no energy
 *   deviation, mean |e|, largest |e|
 *
 * Source: Daubechies, "Ten Lectures on Wavelets", table 6.1; the circle: Mallat, "A Wavelet Tour", 7.5. */
#include "dsp/block_priv.h"

#include "base/fmath.h"

enum { VALUES = 5 };

static const float haar[2] = {0.70710678118654752f, 0.70710678118654752f};
static const float db2[4] = {0.48296291314453414f, 0.83651630373780790f, 0.22414386804201338f, -0.12940952255126038f};
static const float db4[8] = {0.23037781330885523f,  0.71484657055254153f, 0.63088076792959036f, -0.02798376941698385f,
                             -0.18703481171888114f, 0.03084138183598697f, 0.03288301166698295f, -0.01059740178499728f};

static const struct {
    const float *h;
    int32_t taps;
} wavelets[TH_WAVELETS] = {{haar, 2}, {db2, 4}, {db4, 8}};

static int check(const th_block_cfg *cfg, const th_block_part *part)
{
    return part->what >= 0 && part->what < TH_WAVELETS && part->n >= 1 && part->n <= TH_BLOCK_LEVELS &&
           cfg->window >> part->n >= 1;
}

static int32_t values(const th_block_cfg *cfg, const th_block_part *part)
{
    return VALUES * (part->n + 1) * th_block_count(cfg, part);
}

static size_t scratch_of(const th_block_cfg *cfg, const th_block_part *part)
{
    (void)part;
    return 2 * ((size_t)cfg->window + 3); /* a signal, half as many coarse values and as many details */
}

/* x [n], one more when n is odd -> coarse, detail; returns their count. */
static int32_t split(int32_t wavelet, float *x, int32_t n, float *coarse, float *detail)
{
    const float *h = wavelets[wavelet].h;
    const int32_t taps = wavelets[wavelet].taps;
    if (n % 2) {
        x[n] = x[n - 1];
        n++;
    }
    for (int32_t i = 0; i < n / 2; i++) {
        float low = 0.0f, high = 0.0f;
        for (int32_t k = 0, at = 2 * i; k < taps; k++) {
            low += h[k] * x[at];
            high += (k % 2 ? -h[taps - 1 - k] : h[taps - 1 - k]) * x[at];
            if (++at == n) at = 0;
        }
        coarse[i] = low;
        detail[i] = high;
    }
    return n / 2;
}

/* The values of e [n], with its energy in the place of its share; e is used up. */
static void describe(float *e, int32_t n, float *out)
{
    const float energy = th_block_dot(e, e, n);
    float sum = 0.0f, entropy = 0.0f, most = 0.0f;
    for (int32_t i = 0; i < n; i++) {
        const float size = e[i] < 0.0f ? -e[i] : e[i], p = energy > TH_BLOCK_TINY ? e[i] * e[i] / energy : 0.0f;
        if (p > 1e-30f) entropy -= p * th_logf_normal(p);
        if (size > most) most = size;
        sum += size;
    }
    (void)th_block_center(e, n);
    out[0] = energy;
    out[1] = n > 1 ? entropy / th_logf((float)n) : 0.0f;
    out[2] = th_sqrtf(th_block_dot(e, e, n) / (float)n);
    out[3] = sum / (float)n;
    out[4] = most;
}

static void one_axis(const th_block_part *part, float *x, int32_t n, float *out)
{
    const int32_t half = (n + 1) / 2 + 1; /* an odd number gets one more */
    float *coarse = x + n + 1, *detail = coarse + half, all = 0.0f;
    for (int32_t level = 0; level < part->n; level++) {
        n = split(part->what, x, n, coarse, detail);
        describe(detail, n, out + VALUES * level);
        float *other = x;
        x = coarse;
        coarse = other;
    }
    describe(x, n, out + VALUES * part->n);
    for (int32_t level = 0; level <= part->n; level++) all += out[VALUES * level];
    for (int32_t level = 0; level <= part->n; level++)
        out[VALUES * level] = all > TH_BLOCK_TINY ? out[VALUES * level] / all : 0.0f;
}

void th_block_wavelet(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                      const float *window, float *scratch, float *out)
{
    (void)step;
    for (int32_t a = 0; a < cfg->n_axes; a++) {
        if (!th_block_has(part, a)) continue;
        th_block_column(cfg, window, a, scratch);
        (void)th_block_center(scratch, cfg->window);
        one_axis(part, scratch, cfg->window, out);
        out += VALUES * (part->n + 1);
    }
}

const th_block_row th_block_wavelet_row = {"wavelet", 1, check, values, NULL, scratch_of, NULL, th_block_wavelet, NULL};
