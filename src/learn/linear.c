#include "learn/linear.h"

#include <math.h>
#include <string.h>

double th_covariance(const th_rows *r, const double *weight, double *mean, double *covariance)
{
    const size_t d = (size_t)r->d;
    double all = 0;
    memset(mean, 0, d * sizeof *mean);
    memset(covariance, 0, d * d * sizeof *covariance);
    for (int32_t i = 0; i < r->n; i++) {
        const float *x = r->x + (size_t)i * d;
        const double w = weight ? weight[i] : 1;
        all += w;
        for (size_t j = 0; j < d; j++) mean[j] += w * (double)x[j];
    }
    for (size_t j = 0; j < d; j++) mean[j] /= all;
    for (int32_t i = 0; i < r->n; i++) {
        const float *x = r->x + (size_t)i * d;
        const double w = weight ? weight[i] : 1;
        for (size_t j = 0; j < d; j++) {
            const double v = w * ((double)x[j] - mean[j]);
            for (size_t k = 0; k <= j; k++) covariance[j * d + k] += v * ((double)x[k] - mean[k]);
        }
    }
    for (size_t j = 0; j < d; j++)
        for (size_t k = 0; k <= j; k++) covariance[k * d + j] = covariance[j * d + k] /= all;
    return all;
}

/* ---- eigenvectors ---- */

/* Rows and columns p and q of a turn so that a[p][q] becomes 0; rows of v turn with them. */
static void rotate(double *a, double *v, size_t n, size_t p, size_t q)
{
    const double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    const double c = 1 / sqrt(t * t + 1), s = t * c;
    for (size_t k = 0; k < n; k++) {
        const double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for (size_t k = 0; k < n; k++) {
        const double x = a[p * n + k], y = a[q * n + k], vx = v[p * n + k], vy = v[q * n + k];
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
        v[p * n + k] = c * vx - s * vy;
        v[q * n + k] = s * vx + c * vy;
    }
}

static double beside(const double *a, size_t n)
{
    double sum = 0;
    for (size_t p = 0; p < n; p++)
        for (size_t q = 0; q < p; q++) sum += a[p * n + q] * a[p * n + q];
    return sum;
}

static void swap_rows(double *value, double *v, size_t n, size_t i, size_t k)
{
    const double x = value[i];
    value[i] = value[k];
    value[k] = x;
    for (size_t j = 0; j < n; j++) {
        const double y = v[i * n + j];
        v[i * n + j] = v[k * n + j];
        v[k * n + j] = y;
    }
}

static void point_up(double *v, size_t n)
{
    size_t most = 0;
    for (size_t j = 1; j < n; j++)
        if (fabs(v[j]) > fabs(v[most])) most = j;
    if (v[most] < 0)
        for (size_t j = 0; j < n; j++) v[j] = -v[j];
}

void th_eigen(double *a, int32_t size, double *value, double *v)
{
    const size_t n = (size_t)size;
    double whole = 0;
    for (size_t i = 0; i < n * n; i++) v[i] = i % (n + 1) == 0, whole += a[i] * a[i];
    for (int sweep = 0; sweep < 60 && beside(a, n) > 1e-28 * whole; sweep++)
        for (size_t p = 0; p + 1 < n; p++)
            for (size_t q = p + 1; q < n; q++)
                if (a[p * n + q] * a[p * n + q] > 1e-34 * whole / (double)(n * n)) rotate(a, v, n, p, q);
    for (size_t i = 0; i < n; i++) value[i] = a[i * n + i];
    for (size_t i = 0; i < n; i++) {
        size_t most = i;
        for (size_t k = i + 1; k < n; k++)
            if (value[k] > value[most]) most = k;
        swap_rows(value, v, n, i, most);
        point_up(v + i * n, n);
    }
}

/* ---- triangles ---- */

bool th_cholesky(double *a, int32_t size)
{
    const size_t n = (size_t)size;
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i < n; i++) {
            double sum = a[i * n + j];
            for (size_t k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
            if (i == j && !(sum > 0)) return false;
            a[i * n + j] = i == j ? sqrt(sum) : sum / a[j * n + j];
        }
    return true;
}

void th_lower_inverse(double *l, int32_t size)
{
    const size_t n = (size_t)size;
    for (size_t j = 0; j < n; j++) {
        l[j * n + j] = 1 / l[j * n + j];
        for (size_t i = j + 1; i < n; i++) {
            double sum = 0;
            for (size_t k = j; k < i; k++) sum -= l[i * n + k] * l[k * n + j];
            l[i * n + j] = sum / l[i * n + i];
        }
    }
}
