/* What does not depend on how the sensor is held, for each row: with m the mean of a in the window and u = m / |m|
 *
 *   0 vertical    a . u              3 turning about the vertical       w . u
 *   1 horizontal  |a - (a . u) u|    4 about a horizontal axis          |w - (w . u) u|
 *   2 strength    |a|                5 altogether                       |w|
 *
 * w, the gyroscope, when the part has six axes.  Where m is no direction (|m| = 0), 0 and 3 are 0.
 * Turning the sensor turns a, w and u alike and leaves all of them as they are. */
#include "dsp/block_priv.h"

#include "base/fmath.h"

static int check(const th_block_cfg *cfg, const th_block_part *part)
{
    const int32_t axes = th_block_count(cfg, part);
    return axes == 3 || axes == 6;
}

/* Three values for each three axes. */
static int32_t per_row(const th_block_cfg *cfg, const th_block_part *part)
{
    return th_block_count(cfg, part);
}

static int32_t values(const th_block_cfg *cfg, const th_block_part *part)
{
    return cfg->window * per_row(cfg, part);
}

static size_t scratch_of(const th_block_cfg *cfg, const th_block_part *part)
{
    (void)part;
    return (size_t)cfg->window;
}

/* Direction of the mean of the first three of `axis`; zeros when it has none. */
static void find_up(const th_block_cfg *cfg, const int32_t *axis, const float *window, float *scratch, float up[3])
{
    float length = 0.0f;
    for (int32_t k = 0; k < 3; k++) {
        th_block_column(cfg, window, axis[k], scratch);
        up[k] = th_block_center(scratch, cfg->window);
        length += up[k] * up[k];
    }
    for (int32_t k = 0; k < 3; k++) up[k] = length > TH_BLOCK_TINY ? up[k] / th_sqrtf(length) : 0.0f;
}

static void put(const float *row, const int32_t *axis, const float up[3], float *out)
{
    const float x = row[axis[0]], y = row[axis[1]], z = row[axis[2]];
    const float high = x * up[0] + y * up[1] + z * up[2];
    const float dx = x - high * up[0], dy = y - high * up[1], dz = z - high * up[2];
    out[0] = high;
    out[1] = th_sqrtf(dx * dx + dy * dy + dz * dz);
    out[2] = th_sqrtf(x * x + y * y + z * z);
}

void th_block_aligned(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                      const float *window, float *scratch, float *out)
{
    int32_t axis[6] = {0}, n = 0;
    float up[3];
    for (int32_t a = 0; a < cfg->n_axes; a++)
        if (th_block_has(part, a)) axis[n++] = a;
    find_up(cfg, axis, window, scratch, up);
    for (int32_t t = 0; t < cfg->window; t++, window += cfg->n_axes, out += step->stride)
        for (int32_t k = 0; k < n; k += 3) put(window, axis + k, up, out + k);
}

const th_block_row th_block_aligned_row = {"aligned",        0,   check, values, per_row, scratch_of, NULL,
                                           th_block_aligned, NULL};
