#include "dsp/wand.h"

#include "dsp/signal_levels.h"

#include <string.h>

#define ONE (INT32_C(1) << 30)

th_err th_wand_init(th_wand *w, const th_wand_cfg *c)
{
    const int32_t axis = c->tip < 0 ? -c->tip : c->tip;
    if (c->turn < 1 || c->g < 64 || c->g > 32767 || axis < 1 || axis > 3) return TH_ERANGE;
    if (c->settle < 2 || c->settle > 12 || c->still < 0 || c->still > 32767) return TH_ERANGE;
    memset(w, 0, sizeof *w);
    w->cfg = *c;
    return TH_OK;
}

void th_wand_begin(th_wand *w)
{
    memset(w->right, 0, sizeof w->right);
}

/* a b / 2^30, towards 0 */
static int32_t times(int32_t a, int32_t b)
{
    return (int32_t)((int64_t)a * b / ONE);
}

static void cross(const int32_t a[3], const int32_t b[3], int32_t out[3])
{
    for (int32_t i = 0; i < 3; i++) {
        const int32_t j = (i + 1) % 3, k = (i + 2) % 3;
        out[i] = (int32_t)(((int64_t)a[j] * b[k] - (int64_t)a[k] * b[j]) / ONE);
    }
}

/* v as long as 1; 0 when it has no length.  Sides up to 2^30. */
static int unit(int32_t v[3])
{
    uint64_t square = 0;
    for (int32_t i = 0; i < 3; i++) square += (uint64_t)((int64_t)v[i] * v[i]);
    const uint32_t length = th_signal_root(square);
    if (length == 0) return 0;
    for (int32_t i = 0; i < 3; i++) v[i] = (int32_t)((int64_t)v[i] * ONE / length);
    return 1;
}

static void turn(int32_t v[3], const int32_t by[3])
{
    int32_t first[3], second[3];
    cross(v, by, first);
    cross(first, by, second);
    for (int32_t i = 0; i < 3; i++) v[i] = (v[i] + first[i] + second[i] / 2) / 2; /* longer than 1: room for unit */
    (void)unit(v);
}

static int32_t size_of(int32_t v)
{
    return v < 0 ? -v : v;
}

/* The gyroscope's row without drift, in radians of 1/2^30, at most a half. */
static void read_turn(th_wand *w, const int16_t gyro[3], int32_t by[3])
{
    int32_t most = 0;
    for (int32_t i = 0; i < 3; i++) {
        const int32_t beside = (int32_t)gyro[i] * 256 - w->bias[i];
        most = size_of(beside) > most ? size_of(beside) : most;
    }
    for (int32_t i = 0; i < 3; i++) {
        if (most < w->cfg.still * 256) w->bias[i] += ((int32_t)gyro[i] * 256 - w->bias[i]) / 64;
        const int64_t d = ((int64_t)gyro[i] * 256 - w->bias[i]) * w->cfg.turn / 256;
        by[i] = d > ONE / 2 ? ONE / 2 : d < -ONE / 2 ? -ONE / 2 : (int32_t)d;
    }
}

static void read_up(th_wand *w, const int16_t accel[3])
{
    int32_t a[3];
    uint32_t square = 0;
    for (int32_t i = 0; i < 3; i++) {
        a[i] = (int32_t)accel[i] * 16384;
        square += (uint32_t)((int32_t)accel[i] * accel[i]);
    }
    const uint32_t length = th_signal_root(square), g = (uint32_t)w->cfg.g;
    const int known = w->up[0] || w->up[1] || w->up[2];
    if ((known && (length < g - g / 8 || length > g + g / 8)) || !unit(a)) return;
    for (int32_t i = 0; i < 3; i++)
        w->up[i] = known ? w->up[i] + (a[i] - w->up[i]) / (INT32_C(1) << w->cfg.settle) : a[i];
    (void)unit(w->up);
}

static void tip_of(const th_wand *w, int32_t tip[3])
{
    memset(tip, 0, 3 * sizeof *tip);
    tip[size_of(w->cfg.tip) - 1] = w->cfg.tip < 0 ? -ONE : ONE;
}

/* What of `right` is not level is taken away; a new one stands across tip and up. */
static void level(th_wand *w, const int32_t tip[3])
{
    int32_t *r = w->right;
    if (r[0] || r[1] || r[2]) {
        const int32_t along = times(r[0], w->up[0]) + times(r[1], w->up[1]) + times(r[2], w->up[2]);
        for (int32_t i = 0; i < 3; i++) r[i] -= times(along, w->up[i]);
    } else {
        cross(tip, w->up, r);
    }
    (void)unit(r); /* a wand that points straight up has no right: all 0, and tries again */
}

static int16_t sine(const int32_t tip[3], const int32_t v[3])
{
    int64_t sum = 0;
    for (int32_t i = 0; i < 3; i++) sum += (int64_t)tip[i] * v[i];
    return (int16_t)(sum / ONE / (ONE / 8192));
}

th_point th_wand_row(th_wand *w, const int16_t accel[3], const int16_t gyro[3])
{
    int32_t by[3], tip[3];
    th_point p = {0, 0};
    read_turn(w, gyro, by);
    if (w->up[0] || w->up[1] || w->up[2]) turn(w->up, by);
    if (w->right[0] || w->right[1] || w->right[2]) turn(w->right, by);
    read_up(w, accel);
    if (!(w->up[0] || w->up[1] || w->up[2])) return p;
    tip_of(w, tip);
    level(w, tip);
    p.x = sine(tip, w->right);
    p.y = sine(tip, w->up);
    return p;
}
