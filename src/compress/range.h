/* compress/range.h -- the range that the steps of an integer type have to cover: chosen from a histogram of what was
 * seen, by one of the rows of a table (range.c has the formulas).
 *
 * Steps are the finer the narrower the range is, but what lies outside is clipped. */
#ifndef TH_COMPRESS_RANGE_H
#define TH_COMPRESS_RANGE_H

#include <stdint.h>

/*   MSE         the range whose expected squared error (steps and clipping) is smallest
 *   PERCENTILE  leaves out as many values at each end as the percentile says
 *   MIN_MAX     everything seen
 *   KL          the clipped distribution that tells the most about the whole one (entropy, as TensorRT does it) */
typedef enum th_range_method {
    TH_RANGE_MSE = 0,
    TH_RANGE_PERCENTILE = 1,
    TH_RANGE_MIN_MAX = 2,
    TH_RANGE_KL = 3
} th_range_method;
#define TH_RANGE_N 4

const char *th_range_name(th_range_method m); /* "mse", .. */
int th_range_find(const char *name);          /* th_range_method, -1 when there is none */

#define TH_HISTOGRAM_BINS 2048
#define TH_PERCENTILE     99.99 /* percent: 1 value in 10000 at each end */

/* Filled in two passes over the same values: the limits first, then the counts between them. */
typedef struct th_histogram {
    float lo, hi; /* smallest and largest value; lo > hi: none yet */
    int64_t n;
    uint32_t count[TH_HISTOGRAM_BINS];
} th_histogram;

void th_histogram_start(th_histogram *h);
void th_histogram_limits(th_histogram *h, const float *v,
                         int32_t n); /* pass 1; values that are no numbers are left out */
void th_histogram_count(th_histogram *h, const float *v, int32_t n); /* pass 2 */

/* Share of the values that lie outside [lo, hi], 0 to 1; a bin that is cut counts by its part outside. */
double th_histogram_outside(const th_histogram *h, double lo, double hi);

/* The range to be covered by 256 steps; *lo <= 0 <= *hi always, so that zero can be one of them.
 *   percentile  of PERCENTILE, above 50 and up to 100; the others ignore it */
void th_range_choose(const th_histogram *h, th_range_method method, double percentile, float *lo, float *hi);

/* scale > 0 and zero point of an int8 tensor over [lo, hi] with lo <= 0 <= hi: zero is met exactly.
 *   real = scale * (q - zero), q = -128 to 127
 * Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference", section 3, as TFLite does it. */
void th_range_to_s8(float lo, float hi, float *scale, int32_t *zero);

/* The same with fewer bits, 2 to 8: q = -2^(bits - 1) to 2^(bits - 1) - 1. */
void th_range_to_bits(float lo, float hi, int32_t bits, float *scale, int32_t *zero);

/* The same for int16, which is symmetric: scale = max(|lo|, |hi|) / 32767, zero point 0. */
void th_range_to_s16(float lo, float hi, float *scale);

#endif
