#include "learn/tsne_quad.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 24 /* points that are still together share their place, as floats go */

bool th_quad_new(th_quad *t, int32_t n)
{
    /* A cell is cut only when more than a leaf's points lie in it, so chains of cells with one full child are as
     * deep as DEEPEST at most. */
    *t = (th_quad){.n = n, .cap = 64 + 4 * n};
    t->cell = malloc((size_t)t->cap * sizeof *t->cell);
    t->order = malloc(((size_t)n + 1) * sizeof *t->order);
    t->spare = malloc(((size_t)n + 1) * sizeof *t->spare);
    return t->cell && t->order && t->spare;
}

void th_quad_free(th_quad *t)
{
    free(t->cell);
    free(t->order);
    free(t->spare);
    *t = (th_quad){0};
}

static void weigh(th_quad *t, th_cell *c, const float *y)
{
    double sum[2] = {0};
    for (int32_t k = c->first; k < c->last; k++)
        for (int a = 0; a < 2; a++) sum[a] += (double)y[2 * t->order[k] + a];
    c->count = c->last - c->first;
    for (int a = 0; a < 2; a++) c->mean[a] = c->count ? (float)(sum[a] / c->count) : 0;
}

/* The points of cell `at`, whose lower corner is low, go to its four quarters. */
static void cut(th_quad *t, int32_t at, const float low[2], const float *y, int depth)
{
    th_cell *c = &t->cell[at];
    weigh(t, c, y);
    if (c->count <= TH_QUAD_LEAF || depth == DEEPEST || t->n_cells + 4 > t->cap) return;
    const float half = c->side / 2, middle[2] = {low[0] + half, low[1] + half};
    int32_t count[5] = {0}, next[4];
    for (int32_t k = c->first; k < c->last; k++) {
        const float *p = y + 2 * (size_t)t->order[k];
        count[(p[0] >= middle[0]) + 2 * (p[1] >= middle[1]) + 1]++;
    }
    for (int q = 0; q < 4; q++) next[q] = count[q + 1] += count[q], next[q] = count[q];
    for (int32_t k = c->first; k < c->last; k++) {
        const float *p = y + 2 * (size_t)t->order[k];
        t->spare[c->first + next[(p[0] >= middle[0]) + 2 * (p[1] >= middle[1])]++] = t->order[k];
    }
    memcpy(t->order + c->first, t->spare + c->first, (size_t)c->count * sizeof *t->order);
    const int32_t child = c->child = t->n_cells;
    t->n_cells += 4;
    for (int q = 0; q < 4; q++)
        t->cell[child + q] =
            (th_cell){.side = half, .child = -1, .first = c->first + count[q], .last = c->first + count[q + 1]};
    for (int q = 0; q < 4; q++) {
        const float corner[2] = {q & 1 ? middle[0] : low[0], q & 2 ? middle[1] : low[1]};
        cut(t, child + q, corner, y, depth + 1);
    }
}

void th_quad_fill(th_quad *t, const float *y)
{
    float low[2] = {y[0], y[1]}, high[2] = {y[0], y[1]};
    for (int32_t i = 0; i < t->n; i++) {
        t->order[i] = i;
        for (int a = 0; a < 2; a++) {
            low[a] = fminf(low[a], y[2 * i + a]);
            high[a] = fmaxf(high[a], y[2 * i + a]);
        }
    }
    t->n_cells = 1;
    t->cell[0] = (th_cell){.side = fmaxf(high[0] - low[0], high[1] - low[1]), .child = -1, .last = t->n};
    cut(t, 0, low, y, 0);
}

void th_quad_push(const th_quad *t, const float *y, int32_t i, float theta, double push[2], double *sum)
{
    int32_t stack[4 * DEEPEST + 4], n = 0;
    const float a = y[2 * i], b = y[2 * i + 1];
    double x0 = 0, x1 = 0, all = 0;
    stack[n++] = 0;
    while (n > 0) {
        const th_cell *c = &t->cell[stack[--n]];
        const float dx = a - c->mean[0], dy = b - c->mean[1], far = dx * dx + dy * dy;
        if (c->count == 0) continue;
        if (c->side * c->side < theta * theta * far) {
            const float w = 1 / (1 + far);
            const double mass = (double)((float)c->count * w);
            all += mass;
            x0 += mass * (double)(w * dx);
            x1 += mass * (double)(w * dy);
        } else if (c->child >= 0) {
            for (int q = 3; q >= 0; q--) stack[n++] = c->child + q;
        } else {
            for (int32_t k = c->first; k < c->last; k++) {
                const int32_t j = t->order[k];
                const float ex = a - y[2 * j], ey = b - y[2 * j + 1], w = 1 / (1 + ex * ex + ey * ey);
                if (j == i) continue;
                all += (double)w;
                x0 += (double)(w * w * ex);
                x1 += (double)(w * w * ey);
            }
        }
    }
    push[0] = x0;
    push[1] = x1;
    *sum = all;
}
