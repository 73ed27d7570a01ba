/* compress/range.h -- the range that 256 steps have to cover: chosen from a histogram of what was seen.
 *
 * Steps are the finer the narrower the range is, but what lies outside is clipped.  Three ways to choose:
 *   MSE         the range whose expected squared error (steps and clipping) is smallest
 *   PERCENTILE  leaves out 1 value in 10000 at each end
 *   MIN_MAX     everything seen */
#ifndef TH_COMPRESS_RANGE_H
#define TH_COMPRESS_RANGE_H

#include <stdint.h>

typedef enum th_range_method { TH_RANGE_MSE = 0, TH_RANGE_PERCENTILE = 1, TH_RANGE_MIN_MAX = 2 } th_range_method;

const char *th_range_name(th_range_method m); /* "mse", "percentile", "minmax" */
int th_range_find(const char *name);          /* th_range_method, -1 when there is none */

#define TH_HISTOGRAM_BINS 2048

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

/* The range to be covered; *lo <= 0 <= *hi always, so that zero can be one of the steps. */
void th_range_choose(const th_histogram *h, th_range_method method, float *lo, float *hi);

/* scale > 0 and zero point of an int8 tensor over [lo, hi] with lo <= 0 <= hi: zero is met exactly.
 *   real = scale * (q - zero), q = -128 to 127
 * Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference", section 3, as TFLite does it. */
void th_range_to_s8(float lo, float hi, float *scale, int32_t *zero);

#endif
