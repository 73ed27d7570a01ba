/* Four ways from a histogram of values x to a range [a, b], one row each in the table `ways`:
 *
 *   minmax      a = min x, b = max x
 *   percentile  a, b: the values that (100 - P) % of all x lie below, and above
 *               Source: McKinstry et al., "Discovering Low-Precision Networks Close to Full-Precision Networks", 2018
 *   mse         least  sum over x of  (b - a)^2 / 255^2 / 12  inside (uniform rounding error),
 *                                     (distance to [a, b])^2  outside
 *               Source: Banner et al., "Post training 4-bit quantization of convolutional networks", 2019, section 2
 *   kl          least  sum over bins of  P log(P / Q):  P the histogram with all that is beyond the threshold T put
 *               into its last bin, Q the histogram inside T as L levels show it.  Values of one sign: L = 256 levels
 *               of [0, T]; of both signs: L = 128 levels of |x|, and [-T, T].  The bin at 0 counts as the next one.
 *               Source: Migacz, "8-bit Inference with TensorRT", GTC 2017; NVIDIA pytorch-quantization, histogram.py */
#include "compress/range.h"

#include <math.h>
#include <string.h>

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

static void choose_mse(const th_histogram *h, double percentile, double *lo, double *hi)
{
    (void)percentile;
    const double whole_lo = *lo, whole_hi = *hi;
    for (int round = 0; round < 2; round++) {
        if (whole_hi > 0.0) search_end(h, whole_hi, hi, lo, hi);
        if (whole_lo < 0.0) search_end(h, whole_lo, lo, lo, hi);
    }
}

static void choose_percentile(const th_histogram *h, double percentile, double *lo, double *hi)
{
    const int64_t out = (int64_t)((double)h->n * (100.0 - percentile) / 100.0 + 1e-6);
    int64_t below = 0, above = 0;
    int32_t first = 0, last = TH_HISTOGRAM_BINS - 1;
    while (first < last && below + h->count[first] <= out) below += h->count[first++];
    while (last > first && above + h->count[last] <= out) above += h->count[last--];
    if (first > 0 && *lo < 0.0) *lo = fmin(0.0, centre(h, first) - 0.5 * bin_width(h));
    if (last < TH_HISTOGRAM_BINS - 1 && *hi > 0.0) *hi = fmax(0.0, centre(h, last) + 0.5 * bin_width(h));
}

#define KL_NOTHING 1e-4 /* what Q is taken for where it has nothing and P something, as in MXNet's calibration */

/* Divergence of the first n bins, with all later ones in the last, from what `levels` equal groups of them show: each
 * bin of a group that is not empty gets the mean of those. */
static double divergence(const double *bin, int32_t n, int32_t levels, double total)
{
    double sum = 0.0, beyond = total, inside = 0.0;
    for (int32_t i = 0; i < n; i++) inside += bin[i];
    beyond -= inside;
    if (!(inside > 0.0)) return HUGE_VAL;
    for (int32_t g = 0; g < levels; g++) {
        const int32_t from = (int32_t)((int64_t)g * n / levels), to = (int32_t)((int64_t)(g + 1) * n / levels);
        double group = 0.0, filled = 0.0;
        for (int32_t i = from; i < to; i++) group += bin[i], filled += bin[i] > 0.0;
        for (int32_t i = from; i < to; i++) {
            const double p = (bin[i] + (i == n - 1 ? beyond : 0.0)) / total;
            if (!(p > 0.0)) continue;
            sum += p * log(p / (bin[i] > 0.0 ? group / filled / inside : KL_NOTHING));
        }
    }
    return sum;
}

#define KL_STEP 8 /* bins between two thresholds that are tried: less than the width of a level */

static void choose_kl(const th_histogram *h, double percentile, double *lo, double *hi)
{
    double bin[TH_HISTOGRAM_BINS] = {0};
    const double most = fmax(-*lo, *hi);
    const int32_t levels = *lo < 0.0 && *hi > 0.0 ? 128 : 256;
    int32_t best = TH_HISTOGRAM_BINS;
    double least = HUGE_VAL, total = 0.0;
    (void)percentile;
    if (!(most > 0.0)) return;
    for (int32_t i = 0; i < TH_HISTOGRAM_BINS; i++) {
        const int32_t at = (int32_t)(fabs(centre(h, i)) / most * TH_HISTOGRAM_BINS);
        bin[at < TH_HISTOGRAM_BINS ? at : TH_HISTOGRAM_BINS - 1] += (double)h->count[i];
    }
    bin[0] = bin[1]; /* the zeros of ReLU would outweigh everything; pytorch-quantization does the same */
    for (int32_t i = 0; i < TH_HISTOGRAM_BINS; i++) total += bin[i];
    for (int32_t n = TH_HISTOGRAM_BINS; n >= levels && total > 0.0; n -= KL_STEP) { /* of equals the widest */
        const double d = divergence(bin, n, levels, total);
        if (d < least) least = d, best = n;
    }
    const double threshold = most * best / TH_HISTOGRAM_BINS;
    *lo = fmax(*lo, -threshold);
    *hi = fmin(*hi, threshold);
}

static void choose_min_max(const th_histogram *h, double percentile, double *lo, double *hi)
{
    (void)h, (void)percentile, (void)lo, (void)hi; /* that is what they are */
}

/* Each narrows [lo, hi], which holds everything seen and 0. */
static const struct {
    const char *name;
    void (*choose)(const th_histogram *h, double percentile, double *lo, double *hi);
} ways[] = {
    [TH_RANGE_MSE] = {"mse", choose_mse},
    [TH_RANGE_PERCENTILE] = {"percentile", choose_percentile},
    [TH_RANGE_MIN_MAX] = {"minmax", choose_min_max},
    [TH_RANGE_KL] = {"kl", choose_kl},
};

const char *th_range_name(th_range_method m)
{
    return ways[m].name;
}

int th_range_find(const char *name)
{
    for (int i = 0; i < TH_RANGE_N; i++)
        if (strcmp(ways[i].name, name) == 0) return i;
    return -1;
}

void th_range_choose(const th_histogram *h, th_range_method method, double percentile, float *lo, float *hi)
{
    double a = h->lo < 0.0f ? (double)h->lo : 0.0, b = h->hi > 0.0f ? (double)h->hi : 0.0;
    if (h->n > 0) ways[method].choose(h, percentile, &a, &b);
    *lo = (float)a;
    *hi = (float)b;
}

double th_histogram_outside(const th_histogram *h, double lo, double hi)
{
    const double width = bin_width(h);
    double sum = 0.0;
    if (h->n == 0) return 0.0;
    for (int32_t i = 0; i < TH_HISTOGRAM_BINS; i++) {
        const double from = (double)h->lo + i * width, to = from + width;
        if (h->count[i] == 0 || (from >= lo && to <= hi)) continue;
        const double in = width > 0.0 ? fmin(1.0, fmax(0.0, fmin(to, hi) - fmax(from, lo)) / width)
                                      : (double)(from >= lo && from <= hi);
        sum += (double)h->count[i] * (1.0 - in);
    }
    return sum / (double)h->n;
}

void th_range_to_bits(float lo, float hi, int32_t bits, float *scale, int32_t *zero)
{
    const double width = (double)hi - (double)lo, half = (double)(1 << (bits - 1));
    *scale = width > 1e-20 ? (float)(width / (2 * half - 1)) : 1.0f; /* a tensor that is always 0 */
    const double z = round(-half - (double)lo / (double)*scale);
    *zero = (int32_t)(z < -half ? -half : z > half - 1 ? half - 1 : z);
}

void th_range_to_s8(float lo, float hi, float *scale, int32_t *zero)
{
    th_range_to_bits(lo, hi, 8, scale, zero);
}

void th_range_to_s16(float lo, float hi, float *scale)
{
    const double most = fmax(-(double)lo, (double)hi);
    *scale = (float)((most > 1e-20 ? most : 1.0) / 32767.0);
}
