#include "train/loss.h"

#include "base/fmath.h"

#include <math.h>
#include <string.h>

static int32_t largest(const float *x, int32_t n)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

/* ---- classes ---- */

static double cross_entropy(const th_loss_cfg *cfg, const float *z, const float *y, int32_t n, float *grad)
{
    const float *w = cfg->class_weight, s = cfg->smoothing, top = z[largest(z, n)];
    float sum = 0, all = 0;
    double loss = 0;
    for (int32_t i = 0; i < n; i++) sum += expf(z[i] - top);
    for (int32_t i = 0; w && i < n; i++) all += w[i] * ((1 - s) * y[i] + s / (float)n);
    for (int32_t i = 0; i < n; i++) {
        const float q = (1 - s) * y[i] + s / (float)n, p = expf(z[i] - top) / sum, want = w ? w[i] * q : q;
        if (want > 0) loss -= (double)want * log((double)p + 1e-30);
        if (isnan(p)) loss = (double)p; /* a class with want 0 must not hide it */
        if (grad) grad[i] = w ? all * p - want : p - want;
    }
    return loss;
}

static double class_right(const float *z, const float *y, int32_t n)
{
    return largest(z, n) == largest(y, n);
}

/* ln(1 + e^z), without overflow. */
static double softplus(double z)
{
    return (z > 0 ? z : 0) + log1p(exp(-fabs(z)));
}

static float sigmoid(float z)
{
    const float e = expf(-fabsf(z));
    return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}

static double binary(const th_loss_cfg *cfg, const float *z, const float *y, int32_t n, float *grad)
{
    const float *w = cfg->class_weight, s = cfg->smoothing, part = 1 / (float)n;
    double loss = 0;
    for (int32_t i = 0; i < n; i++) {
        const float q = (1 - s) * y[i] + s / 2, p = sigmoid(z[i]);
        const float yes = q * (w ? w[n == 1 ? 1 : i] : 1), no = (1 - q) * (w ? w[i] : 1);
        loss += (double)yes * softplus(-(double)z[i]) + (double)no * softplus((double)z[i]);
        if (grad) grad[i] = ((yes + no) * p - yes) * part;
    }
    return loss / n;
}

static double sides_right(const float *z, const float *y, int32_t n)
{
    int32_t right = 0;
    for (int32_t i = 0; i < n; i++) right += (z[i] > 0) == (y[i] > 0.5f);
    return (double)right / n;
}

/* ---- numbers ---- */

static inline float distance(float z, float y, bool square)
{
    const float d = z - y;
    return square ? d * d : fabsf(d);
}

#define BLOCK 64 /* distances that floats add up before a double takes over */

/* Of an output with many values (what an autoencoder gives back) in eight sums side by side, which become vector code.
 */
static inline double distances(const float *z, const float *y, int32_t n, bool square)
{
    double all = 0;
    int32_t i = 0;
    for (; i + BLOCK <= n; i += BLOCK) {
        float sum[8] = {0};
        for (int32_t j = i; j < i + BLOCK; j += 8)
            for (int32_t k = 0; k < 8; k++) sum[k] += distance(z[j + k], y[j + k], square);
        all += (double)(((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7])));
    }
    for (; i < n; i++) all += (double)distance(z[i], y[i], square);
    return all / n;
}

static double squared(const th_loss_cfg *cfg, const float *z, const float *y, int32_t n, float *grad)
{
    const float by = 2 / (float)n;
    (void)cfg;
    const double loss = distances(z, y, n, true); /* first: grad may be z */
    for (int32_t i = 0; grad && i < n; i++) grad[i] = by * (z[i] - y[i]);
    return loss;
}

static double mean_distance(const float *z, const float *y, int32_t n)
{
    return distances(z, y, n, false);
}

static double absolute(const th_loss_cfg *cfg, const float *z, const float *y, int32_t n, float *grad)
{
    double loss = 0;
    (void)cfg;
    for (int32_t i = 0; i < n; i++) {
        const float d = z[i] - y[i];
        loss += fabs((double)d);
        if (grad) grad[i] = (d > 0 ? 1.0f : d < 0 ? -1.0f : d) / (float)n; /* d: 0, or no number */
    }
    return loss / n;
}

static double huber(const th_loss_cfg *cfg, const float *z, const float *y, int32_t n, float *grad)
{
    const float delta = cfg->delta;
    double loss = 0;
    for (int32_t i = 0; i < n; i++) {
        const float d = z[i] - y[i], far = fabsf(d);
        const bool line = far > delta;
        loss += line ? (double)delta * ((double)far - 0.5 * (double)delta) : 0.5 * (double)d * (double)d;
        if (grad) grad[i] = (line ? copysignf(delta, d) : d) / (float)n;
    }
    return loss / n;
}

/* ---- the table ---- */

static const th_loss_row rows[] = {
    {"cross-entropy", "accuracy", TH_HEAD_SOFTMAX, cross_entropy, class_right, "one class of several"},
    {"binary", "accuracy", TH_HEAD_SIGMOID, binary, sides_right, "yes or no, for each output by itself"},
    {"mse", "mae", TH_HEAD_LINEAR, squared, mean_distance, "numbers: the square of the distance"},
    {"mae", "mae", TH_HEAD_LINEAR, absolute, mean_distance, "numbers: the distance; far ones pull no harder"},
    {"huber", "mae", TH_HEAD_LINEAR, huber, mean_distance, "numbers: the square near by, the distance far off"},
};
#define N_ROWS (sizeof rows / sizeof rows[0])

const th_loss_row *th_loss_all(size_t *n)
{
    *n = N_ROWS;
    return rows;
}

const th_loss_row *th_loss_find(const char *name)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (strcmp(rows[i].name, name) == 0) return &rows[i];
    return NULL;
}

int32_t th_loss_n_weights(const th_loss_row *row, int32_t n)
{
    return row->head == TH_HEAD_LINEAR ? 0 : row->head == TH_HEAD_SIGMOID && n == 1 ? 2 : n;
}

th_err th_loss_check(const th_loss_cfg *cfg, int32_t n, th_why *why)
{
    const char *name = cfg->row->name;
    const bool classes = cfg->row->head != TH_HEAD_LINEAR;
    if (!(cfg->smoothing >= 0 && cfg->smoothing < 1))
        return th_why_set(why, TH_ERANGE, "label_smoothing must be from 0 to below 1");
    if (cfg->smoothing > 0 && !classes)
        return th_why_set(why, TH_ERANGE, "label_smoothing is for classes: it does not go with loss = %s", name);
    if (cfg->class_weight && !classes)
        return th_why_set(why, TH_ERANGE, "class_weights are for classes: they do not go with loss = %s", name);
    if (cfg->row->head == TH_HEAD_SOFTMAX && n < 2)
        return th_why_set(why, TH_ERANGE,
                          "loss = %s needs at least 2 outputs, the network has %d; for yes or no: binary", name,
                          (int)n);
    if (cfg->row->loss == huber && !(cfg->delta > 0 && isfinite(cfg->delta)))
        return th_why_set(why, TH_ERANGE, "huber_delta must be a number above 0");
    for (int32_t i = 0; cfg->class_weight && i < th_loss_n_weights(cfg->row, n); i++)
        if (!(cfg->class_weight[i] >= 0 && isfinite(cfg->class_weight[i])))
            return th_why_set(why, TH_ERANGE, "class_weights must be numbers of 0 or more, number %d is not",
                              (int)i + 1);
    return TH_OK;
}

/* A number has not all bits of its exponent set; without branches, so that it becomes vector code. */
bool th_all_finite(const float *x, size_t n)
{
    uint32_t bad = 0;
    for (size_t i = 0; i < n; i++) bad |= (th_float_bits(x[i]) & 0x7f800000u) == 0x7f800000u;
    return !bad;
}

bool th_loss_target_ok(const th_loss_row *row, const float *y, int32_t n)
{
    double sum = 0;
    if (row->head == TH_HEAD_LINEAR) return th_all_finite(y, (size_t)n);
    for (int32_t i = 0; i < n; i++) {
        if (!(y[i] >= 0 && y[i] <= 1)) return false;
        sum += (double)y[i];
    }
    return row->head != TH_HEAD_SOFTMAX || fabs(sum - 1) < 1e-3;
}

void th_loss_scores(const th_loss_row *row, const float *z, int32_t n, float *out)
{
    if (row->head == TH_HEAD_LINEAR) memmove(out, z, (size_t)n * sizeof *out);
    if (row->head == TH_HEAD_SIGMOID)
        for (int32_t i = 0; i < n; i++) out[i] = sigmoid(z[i]);
    if (row->head != TH_HEAD_SOFTMAX) return;
    const float top = z[largest(z, n)];
    float sum = 0;
    for (int32_t i = 0; i < n; i++) sum += out[i] = expf(z[i] - top);
    for (int32_t i = 0; i < n; i++) out[i] /= sum;
}
