#include "compress/range.h"

#include <math.h>
#include <string.h>

static const char *const names[] = {"mse", "percentile", "minmax"};

const char *th_range_name(th_range_method m)
{
    return names[m];
}

int th_range_find(const char *name)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(names[i], name) == 0) return i;
    return -1;
}

void th_histogram_start(th_histogram *h)
{
    memset(h, 0, sizeof *h);
    h->lo = INFINITY;
    h->hi = -INFINITY;
}

void th_histogram_limits(th_histogram *h, const float *v, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        if (!isfinite(v[i])) continue;
        if (v[i] < h->lo) h->lo = v[i];
        if (v[i] > h->hi) h->hi = v[i];
    }
}

static double bin_width(const th_histogram *h)
{
    return ((double)h->hi - (double)h->lo) / TH_HISTOGRAM_BINS;
}

void th_histogram_count(th_histogram *h, const float *v, int32_t n)
{
    const double per_bin = h->hi > h->lo ? 1.0 / bin_width(h) : 0.0;
    for (int32_t i = 0; i < n; i++) {
        if (!isfinite(v[i])) continue;
        int32_t bin = (int32_t)(((double)v[i] - (double)h->lo) * per_bin);
        if (bin < 0) bin = 0;
        if (bin >= TH_HISTOGRAM_BINS) bin = TH_HISTOGRAM_BINS - 1;
        h->count[bin]++;
        h->n++;
    }
}

static double centre(const th_histogram *h, int32_t bin)
{
    return (double)h->lo + ((double)bin + 0.5) * bin_width(h);
}

/* Expected squared error of 255 steps over [lo, hi]: step^2 / 12 inside, the distance outside. */
static double squared_error(const th_histogram *h, double lo, double hi)
{
    const double step = (hi - lo) / 255.0, inside = step * step / 12.0;
    double sum = 0.0;
    for (int32_t i = 0; i < TH_HISTOGRAM_BINS; i++) {
        if (h->count[i] == 0) continue;
        const double x = centre(h, i), over = x > hi ? x - hi : x < lo ? lo - x : 0.0;
        sum += (double)h->count[i] * (over > 0.0 ? over * over : inside);
    }
    return sum;
}

/* Best of 100 shares of *end, with the other end fixed. */
static void search_end(const th_histogram *h, double whole, double *end, const double *lo, const double *hi)
{
    double best = *end, least = squared_error(h, *lo, *hi);
    for (int k = 100; k >= 5; k--) {
        *end = whole * k / 100.0;
        const double error = squared_error(h, *lo, *hi);
        if (error < least) {
            least = error;
            best = *end;
        }
    }
    *end = best;
}

static void choose_mse(const th_histogram *h, double *lo, double *hi)
{
    const double whole_lo = *lo, whole_hi = *hi;
    for (int round = 0; round < 2; round++) {
        if (whole_hi > 0.0) search_end(h, whole_hi, hi, lo, hi);
        if (whole_lo < 0.0) search_end(h, whole_lo, lo, lo, hi);
    }
}

static void choose_percentile(const th_histogram *h, double *lo, double *hi)
{
    const int64_t out = h->n / 10000;
    int64_t below = 0, above = 0;
    int32_t first = 0, last = TH_HISTOGRAM_BINS - 1;
    while (first < last && below + h->count[first] <= out) below += h->count[first++];
    while (last > first && above + h->count[last] <= out) above += h->count[last--];
    if (first > 0 && *lo < 0.0) *lo = fmin(0.0, centre(h, first) - 0.5 * bin_width(h));
    if (last < TH_HISTOGRAM_BINS - 1 && *hi > 0.0) *hi = fmax(0.0, centre(h, last) + 0.5 * bin_width(h));
}

void th_range_choose(const th_histogram *h, th_range_method method, float *lo, float *hi)
{
    double a = h->lo < 0.0f ? (double)h->lo : 0.0, b = h->hi > 0.0f ? (double)h->hi : 0.0;
    if (h->n > 0 && method == TH_RANGE_MSE) choose_mse(h, &a, &b);
    if (h->n > 0 && method == TH_RANGE_PERCENTILE) choose_percentile(h, &a, &b);
    *lo = (float)a;
    *hi = (float)b;
}

void th_range_to_s8(float lo, float hi, float *scale, int32_t *zero)
{
    const double width = (double)hi - (double)lo;
    *scale = width > 1e-20 ? (float)(width / 255.0) : 1.0f; /* a tensor that is always 0 */
    const double z = round(-128.0 - (double)lo / (double)*scale);
    *zero = z < -128.0 ? -128 : z > 127.0 ? 127 : (int32_t)z;
}
