#include "dsp/biquad.h"

#include "base/fmath.h"

#define PI 3.141592653589793239

static int edge_ok(float hz, float rate_hz)
{
    return hz >= rate_hz * 1e-4f && hz <= rate_hz * 0.49f;
}

int th_filter_ok(const th_filter *f, float rate_hz)
{
    if (f->kind == TH_FILTER_NONE) return 1;
    if ((uint32_t)f->kind >= TH_FILTERS || f->order < 1 || f->order > TH_BIQUAD_ORDER) return 0;
    if (f->kind != TH_FILTER_LOW && !edge_ok(f->low_hz, rate_hz)) return 0;
    if (f->kind != TH_FILTER_HIGH && !edge_ok(f->high_hz, rate_hz)) return 0;
    return f->kind != TH_FILTER_BAND || f->low_hz < f->high_hz;
}

int32_t th_filter_sections(const th_filter *f)
{
    const int32_t one = (f->order + 1) / 2;
    return f->kind == TH_FILTER_NONE ? 0 : f->kind == TH_FILTER_BAND ? 2 * one : one;
}

/* Section i of a low-pass, or a high-pass, with K = tan of its edge. */
static void section(int32_t order, int32_t i, double k, int high, double c[5])
{
    if (2 * i + 1 == order) { /* first order */
        const double norm = 1.0 / (1.0 + k);
        c[0] = high ? norm : k * norm;
        c[1] = high ? -norm : k * norm;
        c[2] = 0.0;
        c[3] = (k - 1.0) * norm;
        c[4] = 0.0;
        return;
    }
    const double inv_q = 2.0 * th_cos(PI * (double)(2 * i + 1 + order % 2) / (double)(2 * order));
    const double norm = 1.0 / (1.0 + k * inv_q + k * k), top = high ? norm : k * k * norm;
    c[0] = top;
    c[1] = high ? -2.0 * top : 2.0 * top;
    c[2] = top;
    c[3] = 2.0 * (k * k - 1.0) * norm;
    c[4] = (1.0 - k * inv_q + k * k) * norm;
}

/* Coefficient section by section, high-pass before low-pass. */
static void design(const th_filter *f, float rate_hz, int32_t i, double c[5])
{
    const int32_t one = (f->order + 1) / 2;
    const int high = f->kind == TH_FILTER_HIGH || (f->kind == TH_FILTER_BAND && i < one);
    const double turn = PI * (double)(high ? f->low_hz : f->high_hz) / (double)rate_hz;
    section(f->order, i % one, th_sin(turn) / th_cos(turn), high, c);
}

void th_filter_design(const th_filter *f, float rate_hz, float *coef)
{
    double c[5];
    for (int32_t i = 0; i < th_filter_sections(f); i++) {
        design(f, rate_hz, i, c);
        for (int32_t j = 0; j < 5; j++) *coef++ = (float)c[j];
    }
}

void th_filter_design_s32(const th_filter *f, float rate_hz, int32_t *coef)
{
    double c[5];
    for (int32_t i = 0; i < th_filter_sections(f); i++) {
        design(f, rate_hz, i, c);
        for (int32_t j = 0; j < 5; j++) *coef++ = (int32_t)th_floor(c[j] * 536870912.0 + 0.5);
    }
}

void th_filter_run(const th_filter *f, const float *coef, float *x, int32_t n)
{
    const float first = x[0];
    if (f->kind == TH_FILTER_NONE) return;
    for (int32_t t = 0; t < n; t++) x[t] -= first;
    for (int32_t i = th_filter_sections(f); i > 0; i--, coef += 5) {
        const float b0 = coef[0], b1 = coef[1], b2 = coef[2], a1 = coef[3], a2 = coef[4];
        float s1 = 0.0f, s2 = 0.0f;
        for (int32_t t = 0; t < n; t++) {
            const float v = x[t], y = b0 * v + s1;
            s1 = b1 * v - a1 * y + s2;
            s2 = b2 * v - a2 * y;
            x[t] = y;
        }
    }
}

static int32_t clamped(int64_t v)
{
    return (int32_t)(v > INT32_MAX ? INT32_MAX : v < -INT32_MAX ? -INT32_MAX : v);
}

void th_filter_run_s32(const th_filter *f, const int32_t *coef, int32_t *x, int32_t n)
{
    const int32_t first = x[0];
    if (f->kind == TH_FILTER_NONE) return;
    for (int32_t t = 0; t < n; t++) x[t] -= first;
    for (int32_t i = th_filter_sections(f); i > 0; i--, coef += 5) {
        int32_t x1 = 0, x2 = 0, y1 = 0, y2 = 0;
        int64_t rest1 = 0, rest2 = 0; /* what rounding cut off goes into the next sums, so its slow part is lost */
        for (int32_t t = 0; t < n; t++) {
            const int64_t sum = (int64_t)coef[0] * x[t] + (int64_t)coef[1] * x1 + (int64_t)coef[2] * x2 -
                                (int64_t)coef[3] * y1 - (int64_t)coef[4] * y2 + 2 * rest1 - rest2;
            const int64_t y = (sum + (INT64_C(1) << 28)) >> 29;
            rest2 = rest1;
            rest1 = sum - y * (INT64_C(1) << 29);
            x2 = x1;
            x1 = x[t];
            y2 = y1;
            y1 = clamped(y);
            x[t] = y1;
        }
    }
}
