/* A picture as a point: 14 x 14 means of grey, mean 0, length 1; brightness and contrast fall out.  Copies are found by
 * a small picture of 32 x 32 (looks.c).
 *
 * A label is guessed from edges: in 4 x 4 parts of the picture, how much of them goes in which of 8 directions
 * (Dalal, Triggs, "Histograms of oriented gradients for human detection", CVPR 2005), and the mean colours. */
#include "check/check_priv.h"

#include "data/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE  14 /* SIDE * SIDE = TH_VIEW */
#define LOOK  64 /* side of the picture whose edges are counted */
#define CELLS 4
#define WAYS  8
#define TINTS 4 /* parts a side of which the mean colour is known */

static void look_at_pixels(th_fact *f, const uint8_t *rgb, int32_t h, int32_t w, const uint8_t *grey)
{
    const size_t n = (size_t)h * (size_t)w;
    double sum = 0, square = 0, colour = 0;
    for (size_t k = 0; k < n; k++) {
        const uint8_t *p = rgb + 3 * k;
        const int hi = p[0] > p[1] ? (p[0] > p[2] ? p[0] : p[2]) : (p[1] > p[2] ? p[1] : p[2]),
                  lo = p[0] < p[1] ? (p[0] < p[2] ? p[0] : p[2]) : (p[1] < p[2] ? p[1] : p[2]);
        colour += hi - lo;
        sum += grey[k];
        square += (double)grey[k] * grey[k];
    }
    const double mean = sum / (double)n, var = fmax(0, square / (double)n - mean * mean);
    double edges = 0;
    for (int32_t y = 1; y + 1 < h; y++)
        for (int32_t x = 1; x + 1 < w; x++) {
            const uint8_t *p = grey + (size_t)y * (size_t)w + (size_t)x;
            const double l = 4.0 * p[0] - p[1] - p[-1] - p[w] - p[-(ptrdiff_t)w];
            edges += l * l;
        }
    f->is.picture.mean = (float)mean;
    f->is.picture.deviation = (float)sqrt(var);
    f->is.picture.colour = (float)(colour / (double)n);
    f->is.picture.sharp = var > 0.5 ? (float)(edges / (double)n / var) : 0;
}

/* Edges of a picture that is `side` wide: down and across at each pixel but the last ones. */
static void edge_at(const uint8_t *p, int side, float *down, float *across)
{
    *across = (float)(p[1] - p[0]);
    *down = (float)(p[side] - p[0]);
}

/* look [LOOK][LOOK] grey, tints [TINTS][TINTS][3] -> features */
static void make_features(const uint8_t *look, const uint8_t *tints, float *to)
{
    memset(to, 0, TH_FEATURES * sizeof *to);
    for (int y = 0; y + 1 < LOOK; y++)
        for (int x = 0; x + 1 < LOOK; x++) {
            float down, across;
            edge_at(look + y * LOOK + x, LOOK, &down, &across);
            const float size = sqrtf(down * down + across * across);
            const float angle = atan2f(down, across); /* dark on bright and bright on dark are one */
            const int way = (int)((angle < 0 ? angle + 3.1415927f : angle) * (WAYS / 3.1415927f)) % WAYS;
            to[(y * CELLS / LOOK * CELLS + x * CELLS / LOOK) * WAYS + way] += size;
        }
    for (int cell = 0; cell < CELLS * CELLS; cell++) {
        float sum = 400;
        for (int k = 0; k < WAYS; k++) sum += to[cell * WAYS + k] * to[cell * WAYS + k];
        for (int k = 0; k < WAYS; k++) to[cell * WAYS + k] /= sqrtf(sum);
    }
    for (int k = 0; k < TINTS * TINTS * 3; k++) to[CELLS * CELLS * WAYS + k] = (float)tints[k] / 255;
}

th_err th_picture_look(th_check *c, size_t i, const uint8_t *rgb, int32_t h, int32_t w, th_why *why)
{
    th_fact *f = &c->fact[i];
    const size_t n = (size_t)h * (size_t)w;
    float *view = c->view + i * TH_VIEW;
    uint8_t *grey = malloc(n), small[TH_VIEW], look[LOOK * LOOK], tints[TINTS * TINTS * 3];
    f->thumb = malloc((size_t)TH_THUMB * TH_THUMB);
    f->is.picture.h = h;
    f->is.picture.w = w;
    if (!grey || !f->thumb) {
        free(grey);
        return th_why_set(why, TH_ENOMEM, "no memory for a picture of %d x %d", (int)h, (int)w);
    }
    for (size_t k = 0; k < n; k++) /* BT.601 */
        grey[k] = (uint8_t)((77 * rgb[3 * k] + 150 * rgb[3 * k + 1] + 29 * rgb[3 * k + 2] + 128) >> 8);
    look_at_pixels(f, rgb, h, w, grey);
    th_err err = th_picture_resize(grey, h, w, 1, f->thumb, TH_THUMB, TH_THUMB, why);
    if (!err) err = th_picture_resize(grey, h, w, 1, small, SIDE, SIDE, why);
    if (!err) err = th_picture_resize(grey, h, w, 1, look, LOOK, LOOK, why);
    if (!err) err = th_picture_resize(rgb, h, w, 3, tints, TINTS, TINTS, why);
    free(grey);
    if (err) return err;
    for (int k = 0; k < TH_VIEW; k++) view[k] = small[k];
    f->has_view = f->is.picture.deviation >= 2 && th_view_unit(view, TH_VIEW);
    make_features(look, tints, c->features + i * TH_FEATURES);
    f->has_features = true;
    return TH_OK;
}
