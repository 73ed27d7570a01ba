#include "learn/axes.h"

#include "base/rng.h"
#include "learn/linear.h"
#include "os/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SPARE  8  /* axes beside those that are wanted: the last ones become right later than the first */
#define ROUNDS 12 /* the angle to an axis shrinks each time by the ratio of the variances within and without */

typedef struct axes {
    float *x; /* [n][d] */
    int32_t n, d, k;
    double *q;     /* [k][d] */
    float *z;      /* [n][k] */
    double *small; /* [k][k] */
    double *value, *turn;
} axes;

/* Numbers first .. last - 1 of n are a member's. */
static void part_of(int32_t n, int member, int n_members, int32_t *first, int32_t *last)
{
    *first = (int32_t)((int64_t)n * member / n_members);
    *last = (int32_t)((int64_t)n * (member + 1) / n_members);
}

static void centre_columns(void *ctx, int member, int n_members)
{
    axes *a = ctx;
    int32_t first, last;
    part_of(a->d, member, n_members, &first, &last);
    for (int32_t j = first; j < last; j++) {
        double sum = 0;
        for (int32_t i = 0; i < a->n; i++) sum += (double)a->x[(size_t)i * (size_t)a->d + (size_t)j];
        const float mean = (float)(sum / a->n);
        for (int32_t i = 0; i < a->n; i++) a->x[(size_t)i * (size_t)a->d + (size_t)j] -= mean;
    }
}

/* z = X Q^T: each row by itself. */
static void along(void *ctx, int member, int n_members)
{
    const axes *a = ctx;
    const size_t d = (size_t)a->d, k = (size_t)a->k;
    int32_t first, last;
    part_of(a->n, member, n_members, &first, &last);
    for (int32_t i = first; i < last; i++)
        for (size_t c = 0; c < k; c++) {
            const float *x = a->x + (size_t)i * d;
            const double *q = a->q + c * d;
            double part[4] = {0};
            size_t j = 0;
            for (; j + 4 <= d; j += 4)
                for (size_t p = 0; p < 4; p++) part[p] += (double)x[j + p] * q[j + p];
            for (; j < d; j++) part[0] += (double)x[j] * q[j];
            a->z[(size_t)i * k + c] = (float)(part[0] + part[1] + (part[2] + part[3]));
        }
}

/* Q = Z^T X: each axis by itself. */
static void back(void *ctx, int member, int n_members)
{
    axes *a = ctx;
    const size_t d = (size_t)a->d, k = (size_t)a->k;
    int32_t first, last;
    part_of(a->k, member, n_members, &first, &last);
    for (size_t c = (size_t)first; c < (size_t)last; c++) {
        double *q = a->q + c * d;
        memset(q, 0, d * sizeof *q);
        for (size_t i = 0; i < (size_t)a->n; i++) {
            const double z = (double)a->z[i * k + c];
            const float *x = a->x + i * d;
            for (size_t j = 0; j < d; j++) q[j] += z * (double)x[j];
        }
    }
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++) sum += a[j] * b[j];
    return sum;
}

/* Modified Gram-Schmidt, twice, because once is not enough when columns are nearly alike (Giraud, Langou 2005). */
static void orthonormal(axes *a)
{
    const size_t d = (size_t)a->d;
    for (size_t c = 0; c < (size_t)a->k; c++) {
        double *q = a->q + c * d;
        const double before = sqrt(dot(q, q, d));
        for (int again = 0; again < 2; again++)
            for (size_t b = 0; b < c; b++) {
                const double *p = a->q + b * d, s = dot(p, q, d);
                for (size_t j = 0; j < d; j++) q[j] -= s * p[j];
            }
        const double length = sqrt(dot(q, q, d));
        const bool nothing = !(length > 1e-10 * before) || !(length > 0);
        for (size_t j = 0; j < d; j++) q[j] = nothing ? 0 : q[j] / length;
    }
}

/* The eigenvectors of Z^T Z turn Q's rows to the axes; signs so that the largest component is positive. */
static void turn(axes *a)
{
    const size_t d = (size_t)a->d, k = (size_t)a->k;
    memset(a->small, 0, k * k * sizeof *a->small);
    for (size_t i = 0; i < (size_t)a->n; i++)
        for (size_t b = 0; b < k; b++)
            for (size_t c = 0; c < k; c++) a->small[b * k + c] += (double)a->z[i * k + b] * (double)a->z[i * k + c];
    th_eigen(a->small, a->k, a->value, a->turn);
    for (size_t j = 0; j < d; j++) {
        for (size_t c = 0; c < k; c++) {
            a->small[c] = 0;
            for (size_t b = 0; b < k; b++) a->small[c] += a->turn[c * k + b] * a->q[b * d + j];
        }
        for (size_t c = 0; c < k; c++) a->q[c * d + j] = a->small[c];
    }
    for (size_t c = 0; c < k; c++) {
        double *q = a->q + c * d, most = 0;
        for (size_t j = 0; j < d; j++)
            if (fabs(q[j]) > fabs(most)) most = q[j];
        for (size_t j = 0; j < d && most < 0; j++) q[j] = -q[j];
    }
}

static th_err find(axes *a, th_team *team, uint64_t seed, th_why *why)
{
    const bool all = a->k == a->d;
    th_rng r = th_rng_make(seed, 611);
    th_team_run(team, centre_columns, a);
    for (size_t j = 0; j < (size_t)a->k * (size_t)a->d; j++) a->q[j] = (double)th_rng_normal(&r);
    for (int round = 0; round < (all ? 1 : ROUNDS); round++) {
        if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
        orthonormal(a);
        th_team_run(team, along, a);
        if (!all) th_team_run(team, back, a);
    }
    if (!all) {
        orthonormal(a);
        th_team_run(team, along, a);
    }
    turn(a);
    th_team_run(team, along, a);
    return TH_OK;
}

static void give(const axes *a, int32_t k, float *y, double *share)
{
    const size_t d = (size_t)a->d, n = (size_t)a->n;
    double all = 0, held = 0;
    for (size_t i = 0; i < n; i++)
        for (int32_t c = 0; c < k; c++) {
            const float z = a->z[i * (size_t)a->k + (size_t)c];
            y[i * (size_t)k + (size_t)c] = z;
            held += (double)z * (double)z;
        }
    for (size_t j = 0; j < n * d; j++) all += (double)a->x[j] * (double)a->x[j];
    if (share) *share = all > 0 ? fmin(1, held / all) : 0;
}

th_err th_axes(th_team *team, float *x, int32_t n, int32_t d, int32_t k, uint64_t seed, float *y, double *share,
               th_why *why)
{
    const int32_t wide = k + SPARE < d ? k + SPARE : d;
    const size_t w = (size_t)wide;
    axes a = {.x = x, .n = n, .d = d, .k = wide};
    a.q = calloc(w * (size_t)d + 1, sizeof *a.q);
    a.z = calloc((size_t)n * w + 1, sizeof *a.z);
    a.small = calloc(w * w + 1, sizeof *a.small);
    a.value = calloc(w + 1, sizeof *a.value);
    a.turn = calloc(w * w + 1, sizeof *a.turn);
    const bool room = a.q && a.z && a.small && a.value && a.turn;
    th_err err = room ? find(&a, team, seed, why) : th_why_set(why, TH_ENOMEM, "no memory for %d axes", (int)wide);
    if (!err) give(&a, k, y, share);
    free(a.q);
    free(a.z);
    free(a.small);
    free(a.value);
    free(a.turn);
    return err;
}
