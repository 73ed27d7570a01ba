/* tests/dsp/plain_block.h -- every kind of dsp/block.h in plain double, from the formulas of its header and docs alone.
 */
#ifndef TH_TESTS_DSP_PLAIN_BLOCK_H
#define TH_TESTS_DSP_PLAIN_BLOCK_H

#include "dsp/block.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

static double plain_mean(const double *x, int n)
{
    double sum = 0.0;
    for (int t = 0; t < n; t++) sum += x[t];
    return sum / n;
}

static double *plain_stats(const th_block_part *p, const double *x, int n, double *out)
{
    const double mean = plain_mean(x, n);
    double v[TH_STATS] = {mean, 0, 0, x[0], x[0], 0, 0, 0, 0}, m2 = 0, m3 = 0, m4 = 0;
    for (int t = 0; t < n; t++) {
        const double d = x[t] - mean;
        m2 += d * d / n, m3 += d * d * d / n, m4 += d * d * d * d / n;
        v[TH_STAT_RMS] += x[t] * x[t] / n;
        v[TH_STAT_MIN] = fmin(v[TH_STAT_MIN], x[t]), v[TH_STAT_MAX] = fmax(v[TH_STAT_MAX], x[t]);
        if (t) v[TH_STAT_STEP] += fabs(x[t] - x[t - 1]) / (n - 1);
    }
    v[TH_STAT_SD] = sqrt(m2), v[TH_STAT_RMS] = sqrt(v[TH_STAT_RMS]);
    v[TH_STAT_RANGE] = v[TH_STAT_MAX] - v[TH_STAT_MIN];
    if (v[TH_STAT_RANGE] > 0.0) v[TH_STAT_SKEW] = m3 / pow(m2, 1.5), v[TH_STAT_KURTOSIS] = m4 / (m2 * m2) - 3.0;
    for (int s = 0; s < TH_STATS; s++)
        if (p->what >> s & 1) *out++ = v[s];
    return out;
}

static double *plain_crossings(const double *x, int n, double *out)
{
    const double mean = plain_mean(x, n);
    int count = 0;
    for (int t = 1, before = -1; t < n; t++) { /* `before`: the last row that was not on the mean */
        if (x[t - 1] != mean) before = t - 1;
        if (x[t] != mean && before >= 0 && (x[t] > mean) != (x[before] > mean)) count++;
    }
    *out++ = (double)count / (n - 1);
    return out;
}

static double *plain_autocorrelation(const th_block_part *p, const double *x, int n, double *out)
{
    const double mean = plain_mean(x, n);
    const int hop = p->hop ? p->hop : 1;
    for (int j = 0; j <= p->n; j++) {
        double r = 0.0, all = 0.0;
        for (int t = 0; t < n; t++) all += (x[t] - mean) * (x[t] - mean);
        for (int t = 0; t + j * hop < n; t++) r += (x[t] - mean) * (x[t + j * hop] - mean);
        if (j) *out++ = all > 0.0 ? r / all : 0.0;
    }
    return out;
}

/* One pole after the other, each a complex filter of first order. */
static void plain_pass(int order, double edge, double rate, int high, double *x, int n)
{
    const double k = tan(PI * edge / rate);
    double complex y[TH_BLOCK_ROWS];
    for (int t = 0; t < n; t++) y[t] = x[t];
    for (int i = 0; i < order; i++) {
        const double complex unit = cexp((double complex)I * PI * (2.0 * i + order + 1.0) / (2.0 * order));
        const double complex s = high ? k / unit : k * unit, pole = (1.0 + s) / (1.0 - s);
        const double complex gain = high ? (1.0 + pole) / 2.0 : (1.0 - pole) / 2.0; /* 1 at the open end */
        double complex in = 0.0, out = 0.0;
        for (int t = 0; t < n; t++) {
            const double complex v = y[t];
            out = gain * (high ? v - in : v + in) + pole * out;
            in = v;
            y[t] = out;
        }
    }
    for (int t = 0; t < n; t++) x[t] = creal(y[t]);
}

static void plain_filter(const th_filter *f, double rate, double *x, int n)
{
    const double first = x[0];
    if (f->kind == TH_FILTER_NONE) return;
    for (int t = 0; t < n; t++) x[t] -= first;
    if (f->kind != TH_FILTER_LOW) plain_pass(f->order, (double)f->low_hz, rate, 1, x, n);
    if (f->kind != TH_FILTER_HIGH) plain_pass(f->order, (double)f->high_hz, rate, 0, x, n);
    for (int t = 0; t < n && f->kind == TH_FILTER_LOW; t++) x[t] += first;
}

static int plain_n_fft(const th_block_part *p, int n)
{
    return p->n_fft ? p->n_fft : n % 2 ? n + 1 : n;
}

static void plain_power(const th_block_part *p, const double *x, int n, double *power)
{
    const int n_fft = plain_n_fft(p, n);
    const double mean = plain_mean(x, n);
    double sum = 0.0;
    for (int t = 0; t < n; t++) sum += 0.5 - 0.5 * cos(2.0 * PI * t / n);
    for (int k = 0; k <= n_fft / 2; k++) {
        double complex y = 0.0;
        for (int t = 0; t < n; t++)
            y += (x[t] - mean) * (0.5 - 0.5 * cos(2.0 * PI * t / n)) *
                 cexp(-2.0 * (double complex)I * PI * k * t / n_fft);
        power[k] = creal(y * conj(y)) * 4.0 / sum / sum;
    }
}

static double plain_floor(const th_block_part *p)
{
    return p->floor > 0.0f ? (double)p->floor : (double)1e-6f;
}

static void plain_logs(const th_block_part *p, int n_fft, const double *power, double *out, int stride)
{
    for (int b = 0; b < p->n; b++) {
        double sum = plain_floor(p);
        for (int k = 1; k <= n_fft / 2; k++) {
            const int is_band = k > b * (n_fft / 2) / p->n && k <= (b + 1) * (n_fft / 2) / p->n;
            if (p->what == TH_POWER_BINS ? k == b + 1 : is_band) sum += power[k];
        }
        out[b * stride] = log(sum);
    }
}

static double *plain_spectral(const th_block_cfg *c, const th_block_part *p, double *x, int n, double *out)
{
    static double power[8192];
    const int n_fft = plain_n_fft(p, n);
    plain_filter(&p->filter, (double)c->rate_hz, x, n);
    plain_power(p, x, n, power);
    plain_logs(p, n_fft, power, out, 1);
    out += p->n;
    int is_peak[8192] = {0};
    for (int k = 1; k < n_fft / 2; k++) is_peak[k] = power[k] > power[k - 1] && power[k] >= power[k + 1];
    for (int j = 0; j < p->peaks; j++) {
        int best = 0;
        for (int k = 1; k < n_fft / 2; k++)
            if (is_peak[k] && (!best || power[k] > power[best])) best = k;
        is_peak[best] = 0;
        *out++ = (double)best * (double)c->rate_hz / n_fft;
        *out++ = log((best ? power[best] : 0.0) + plain_floor(p));
    }
    return out;
}

static double *plain_wavelet(const th_block_part *p, const double *column, int n, double *out)
{
    static const double h[3][8] = {
        {0.70710678118654752440, 0.70710678118654752440},
        {0.48296291314453414337, 0.83651630373780790558, 0.22414386804201338103, -0.12940952255126038117},
        {0.2303778133088965, 0.7148465705529157, 0.6308807679298589, -0.02798376941685985, -0.1870348117190931,
         0.030841381835560764, 0.0328830116668852, -0.010597401785069032}};
    static double x[TH_BLOCK_ROWS + 1], coarse[TH_BLOCK_ROWS], detail[TH_BLOCK_ROWS];
    const int taps = p->what == TH_WAVELET_HAAR ? 2 : p->what == TH_WAVELET_DB2 ? 4 : 8;
    const double mean = plain_mean(column, n);
    double all = 0.0, *first = out;
    for (int t = 0; t < n; t++) x[t] = column[t] - mean;
    for (int level = 0; level <= p->n; level++) {
        const double *e = x;
        if (level < p->n) {
            if (n % 2) x[n] = x[n - 1], n++;
            for (int i = 0; i < n / 2; i++) {
                coarse[i] = detail[i] = 0.0;
                for (int k = 0; k < taps; k++) {
                    coarse[i] += h[p->what][k] * x[(2 * i + k) % n];
                    detail[i] += (k % 2 ? -1.0 : 1.0) * h[p->what][taps - 1 - k] * x[(2 * i + k) % n];
                }
            }
            n /= 2;
            e = detail;
        }
        double energy = 0.0, entropy = 0.0, size = 0.0, most = 0.0, var = 0.0;
        const double m = plain_mean(e, n);
        for (int i = 0; i < n; i++) energy += e[i] * e[i];
        for (int i = 0; i < n; i++) {
            const double q = energy > 1e-32 ? e[i] * e[i] / energy : 0.0;
            entropy -= q > 0.0 ? q * log(q) : 0.0;
            size += fabs(e[i]) / n, most = fmax(most, fabs(e[i])), var += (e[i] - m) * (e[i] - m) / n;
        }
        const double v[5] = {energy, n > 1 ? entropy / log(n) : 0.0, sqrt(var), size, most};
        all += energy;
        for (int i = 0; i < 5; i++) *out++ = v[i];
        for (int i = 0; i < n && level < p->n; i++) x[i] = coarse[i];
    }
    for (; first < out; first += 5) *first = all > 1e-32 ? *first / all : 0.0;
    return out;
}

static double plain_length(const double v[3])
{
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

/* row [n][6]: accelerometer, gyroscope */
static double *plain_orientation(const th_block_cfg *c, const th_block_part *p, double (*row)[6], int n, double *out)
{
    const double rate = (double)c->rate_hz, gain = 1.0 - exp(-2.0 * PI * (double)p->filter.high_hz / rate);
    const double unit = p->what == TH_GYRO_DEG ? PI / 180.0 : p->what == TH_GYRO_RAD ? 1.0 : 0.0;
    double g[3], m[3] = {0}, size = 0.0, square = 0.0, up = 0.0, flat = 0.0, cosine = 0.0;
    for (int k = 0; k < 3; k++) g[k] = row[0][k];
    for (int t = 0; t < n; t++) {
        const double w[3] = {row[t][3] * unit / rate, row[t][4] * unit / rate, row[t][5] * unit / rate};
        const double turned[3] = {g[0] + g[1] * w[2] - g[2] * w[1], g[1] + g[2] * w[0] - g[0] * w[2],
                                  g[2] + g[0] * w[1] - g[1] * w[0]};
        const double keep = plain_length(turned) > 0.0 ? plain_length(g) / plain_length(turned) : 1.0;
        double along = 0.0, l[3], rest[3];
        for (int k = 0; k < 3; k++) {
            if (t) g[k] = turned[k] * keep;
            g[k] += gain * (row[t][k] - g[k]);
            m[k] += g[k] / n;
            l[k] = row[t][k] - g[k];
        }
        const double length = plain_length(g);
        for (int k = 0; k < 3 && length > 0.0; k++) along += l[k] * g[k] / length;
        for (int k = 0; k < 3; k++) rest[k] = length > 0.0 ? l[k] - along * g[k] / length : l[k];
        up += along * along / n;
        flat += plain_length(rest) * plain_length(rest) / n;
        size += plain_length(row[t]) / n;
        square += plain_length(row[t]) * plain_length(row[t]) / n;
    }
    const double both = plain_length(row[0]) * plain_length(g);
    for (int k = 0; k < 3; k++) cosine += both > 0.0 ? row[0][k] * g[k] / both : 0.0;
    const double v[8] = {atan2(m[1], m[2]),
                         atan2(-m[0], sqrt(m[1] * m[1] + m[2] * m[2])),
                         plain_length(m),
                         both > 0.0 ? acos(fmin(1.0, fmax(-1.0, cosine))) : 0.0,
                         sqrt(up),
                         sqrt(flat),
                         size,
                         sqrt(fmax(0.0, square - size * size))};
    for (int k = 0; k < 8; k++) *out++ = v[k];
    return out;
}

/* Row t of axes -> three values, or six with a gyroscope; stride between rows of out. */
static void plain_aligned(double (*row)[6], int n_axes, int n, double *out, int stride)
{
    double m[3] = {0};
    for (int t = 0; t < n; t++)
        for (int k = 0; k < 3; k++) m[k] += row[t][k] / n;
    const double length = plain_length(m);
    for (int t = 0; t < n; t++)
        for (int k = 0; k < n_axes; k += 3) {
            double along = 0.0, rest[3];
            for (int i = 0; i < 3; i++) along += length > 0.0 ? row[t][k + i] * m[i] / length : 0.0;
            for (int i = 0; i < 3; i++) rest[i] = row[t][k + i] - (length > 0.0 ? along * m[i] / length : 0.0);
            out[t * stride + k] = along;
            out[t * stride + k + 1] = plain_length(rest);
            out[t * stride + k + 2] = plain_length(row[t] + k);
        }
}

static double *plain_part(const th_block_cfg *c, const th_block_part *p, const float *window, double *out)
{
    static double x[TH_BLOCK_ROWS], rows[TH_BLOCK_ROWS][6], power[8192], turned[TH_BLOCK_ROWS * 6];
    static float upright[TH_BLOCK_ROWS * 6];
    int axes[TH_BLOCK_AXES], n_axes = 0;
    const int n = c->window;
    if (p->upright) {
        th_block_part same = *p;
        same.upright = 0;
        for (int i = 0; i < n * c->n_axes; i++) rows[i / c->n_axes][i % c->n_axes] = (double)window[i];
        plain_aligned(rows, c->n_axes, n, turned, c->n_axes);
        for (int i = 0; i < n * c->n_axes; i++) upright[i] = (float)turned[i];
        return plain_part(c, &same, upright, out);
    }
    for (int a = 0; a < c->n_axes; a++)
        if (!p->axes || p->axes >> a & 1) axes[n_axes++] = a;
    if (p->kind == TH_BLOCK_RAW) {
        for (int t = 0; t < n; t++)
            for (int k = 0; k < n_axes; k++) *out++ = (double)window[t * c->n_axes + axes[k]];
        return out;
    }
    if (p->kind == TH_BLOCK_ORIENTATION || p->kind == TH_BLOCK_ALIGNED) {
        for (int t = 0; t < n; t++)
            for (int k = 0; k < 6; k++) rows[t][k] = k < n_axes ? (double)window[t * c->n_axes + axes[k]] : 0.0;
        if (p->kind == TH_BLOCK_ORIENTATION) return plain_orientation(c, p, rows, n, out);
        plain_aligned(rows, n_axes, n, out, n_axes);
        return out + n * n_axes;
    }
    for (int k = 0; k < n_axes; k++) {
        for (int t = 0; t < n; t++) x[t] = (double)window[t * c->n_axes + axes[k]];
        if (p->kind == TH_BLOCK_STATS) out = plain_stats(p, x, n, out);
        if (p->kind == TH_BLOCK_CROSSINGS) out = plain_crossings(x, n, out);
        if (p->kind == TH_BLOCK_AUTOCORRELATION) out = plain_autocorrelation(p, x, n, out);
        if (p->kind == TH_BLOCK_SPECTRAL) out = plain_spectral(c, p, x, n, out);
        if (p->kind == TH_BLOCK_WAVELET) out = plain_wavelet(p, x, n, out);
        if (p->kind != TH_BLOCK_SPECTROGRAM) continue;
        double *to = out + k;
        plain_filter(&p->filter, (double)c->rate_hz, x, n);
        for (int at = 0; at + p->frame <= n; at += p->hop, to += p->n * n_axes) {
            plain_power(p, x + at, p->frame, power);
            plain_logs(p, plain_n_fft(p, p->frame), power, to, n_axes);
        }
        if (k == n_axes - 1) out = to - k;
    }
    return out;
}

/* Returns the number of values. */
static int plain_block(const th_block_cfg *c, const float *window, double *out)
{
    double *at = out;
    for (int k = 0; k < c->n_parts; k++) at = plain_part(c, &c->part[k], window, at);
    return (int)(at - out);
}

#endif
