/* Which way is down, and what moves beside that: gravity g follows the accelerometer a slowly, and with a gyroscope w
 * turns with the sensor meanwhile (a complementary filter); it begins with a[0]:
 *
 *   t = g + (g x w) dt, g <- t |g| / |t|;   g <- g + (1 - e^(-2 pi edge / rate)) (a - g)
 *
 * With m the mean of g, u = g / |g|, l = a - g (what is not gravity) the values are
 *
 *   0 roll      atan2(m_y, m_z)                  4 vertical movement     root of the mean of (l u)^2
 *   1 pitch     atan2(-m_x, sqrt(m_y^2 + m_z^2)) 5 horizontal movement   root of the mean of |l - (l u) u|^2
 *   2 gravity   |m|                              6 strength              mean of |a|
 *   3 turn      angle from the first g to the last one                   7 its deviation
 *
 * 4 to 7 do not depend on how the sensor is worn.  Angles in radians; 0 where there is no direction.
 * Source: Mahony et al., "Nonlinear Complementary Filters on SO(3)", 2008, with the gain for gravity alone. */
#include "dsp/block_priv.h"

#include "base/fmath.h"

typedef struct vec {
    float x, y, z;
} vec;

static float dot(vec a, vec b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static vec cross(vec a, vec b)
{
    const vec c = {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
    return c;
}

/* a + k b */
static vec plus(vec a, float k, vec b)
{
    const vec c = {a.x + k * b.x, a.y + k * b.y, a.z + k * b.z};
    return c;
}

static int check(const th_block_cfg *cfg, const th_block_part *part)
{
    const int32_t axes = th_block_count(cfg, part);
    return part->what >= 0 && part->what < TH_GYROS && axes == (part->what == TH_GYRO_NONE ? 3 : 6) &&
           part->filter.kind == TH_FILTER_LOW && part->filter.order == 1 && th_filter_ok(&part->filter, cfg->rate_hz);
}

static int32_t values(const th_block_cfg *cfg, const th_block_part *part)
{
    (void)cfg;
    (void)part;
    return TH_ORIENTATION_VALUES;
}

static size_t scratch_of(const th_block_cfg *cfg, const th_block_part *part)
{
    (void)part;
    return (size_t)cfg->window;
}

static vec unit(vec v)
{
    const vec none = {0.0f, 0.0f, 0.0f};
    const float length = dot(v, v);
    return length > TH_BLOCK_TINY ? plus(none, 1.0f / th_sqrtf(length), v) : none;
}

/* g after the sensor turned by w dt, with its length. */
static vec turned(vec g, vec w, float dt)
{
    const vec none = {0.0f, 0.0f, 0.0f}, t = plus(g, dt, cross(g, w));
    const float length = dot(t, t);
    return length > TH_BLOCK_TINY ? plus(none, th_sqrtf(dot(g, g) / length), t) : t;
}

/* f32 = gain of a, radians that a reading of 1 of the gyroscope turns in a row */
static void fill(const th_block_cfg *cfg, const th_block_part *part, th_block_data *d)
{
    const double rate = (double)cfg->rate_hz;
    d->n_f32 = 2;
    if (!d->f32) return;
    d->f32[0] = (float)(1.0 - th_exp(-6.283185307179586477 * (double)part->filter.high_hz / rate));
    d->f32[1] = (float)((part->what == TH_GYRO_DEG ? 0.01745329251994329577 : 1.0) / rate);
}

/* The k-th three of the part's axes in a row. */
static vec three(const int32_t *axis, const float *row, int32_t k)
{
    const vec v = {row[axis[3 * k]], row[axis[3 * k + 1]], row[axis[3 * k + 2]]};
    return v;
}

static void put(float *out, vec sum, vec first, vec last, float up, float flat, int32_t n)
{
    const vec none = {0.0f, 0.0f, 0.0f}, m = plus(none, 1.0f / (float)n, sum), from = unit(first), to = unit(last),
              side = cross(from, to);
    out[0] = th_atan2f(m.y, m.z);
    out[1] = th_atan2f(-m.x, th_sqrtf(m.y * m.y + m.z * m.z));
    out[2] = th_sqrtf(dot(m, m));
    out[3] = th_atan2f(th_sqrtf(dot(side, side)), dot(from, to));
    out[4] = th_sqrtf(up / (float)n);
    out[5] = th_sqrtf(flat / (float)n);
}

void th_block_orientation(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                          const float *window, float *scratch, float *out)
{
    const int32_t n = cfg->window;
    const float gain = step->f32[0], turn = step->f32[1];
    int32_t axis[6] = {0}, n_axis = 0;
    for (int32_t a = 0; a < cfg->n_axes; a++)
        if (th_block_has(part, a)) axis[n_axis++] = a;
    const vec first = three(axis, window, 0);
    vec g = first, sum = {0.0f, 0.0f, 0.0f};
    float up = 0.0f, flat = 0.0f;
    for (int32_t t = 0; t < n; t++, window += cfg->n_axes) {
        const vec a = three(axis, window, 0);
        if (n_axis == 6 && t > 0) g = turned(g, three(axis, window, 1), turn);
        g = plus(g, gain, plus(a, -1.0f, g));
        sum = plus(sum, 1.0f, g);
        const vec l = plus(a, -1.0f, g);
        const float gg = dot(g, g), lg = dot(l, g), high = gg > TH_BLOCK_TINY ? lg * (lg / gg) : 0.0f;
        const float rest = dot(l, l) - high;
        up += high;
        flat += rest > 0.0f ? rest : 0.0f;
        scratch[t] = th_sqrtf(dot(a, a));
    }
    put(out, sum, first, g, up, flat, n);
    out[6] = th_block_center(scratch, n);
    out[7] = th_sqrtf(th_block_dot(scratch, scratch, n) / (float)n);
}

const th_block_row th_block_orientation_row = {"orientation",        0,   check, values, NULL, scratch_of, fill,
                                               th_block_orientation, NULL};
