#include "dsp/mel.h"

#include "base/fmath.h"

static double edge_hz(const th_mel_cfg *c, int32_t i)
{
    const double lo = th_log(1.0 + (double)c->low_hz / 700.0), hi = th_log(1.0 + (double)c->high_hz / 700.0);
    return 700.0 * (th_exp(lo + (hi - lo) * (double)i / (double)(c->n_mel + 1)) - 1.0);
}

static double height(double hz, double left, double top, double right)
{
    return hz < top ? (hz - left) / (top - left) : (right - hz) / (right - top);
}

int32_t th_mel_fill(const th_mel_cfg *cfg, int32_t *start, int32_t *bin, float *weight)
{
    const double bin_hz = (double)cfg->rate_hz / (double)cfg->n_fft;
    double left = edge_hz(cfg, 0), top = edge_hz(cfg, 1);
    int32_t n = 0;
    for (int32_t b = 0; b < cfg->n_mel; b++) {
        const double right = edge_hz(cfg, b + 2);
        const int32_t from = n;
        int32_t first = (int32_t)(left / bin_hz) + 1, k = first;
        for (; k <= cfg->n_fft / 2 && (double)k * bin_hz < right; k++, n++)
            if (weight) weight[n] = (float)height((double)k * bin_hz, left, top, right);
        if (n == from) {
            first = (int32_t)(top / bin_hz + 0.5);
            if (weight) weight[n] = 1.0f;
            n++;
        }
        if (start) start[b] = from;
        if (bin) bin[b] = first;
        left = top;
        top = right;
    }
    if (start) start[cfg->n_mel] = n;
    return n;
}
