#include "nudge.h"

#include <math.h>

void step(const float *x, const float *y, int n, float rate, float *w, float *b)
{
    float slope_w = 0, slope_b = 0;
    for (int i = 0; i < n; i++) {
        float error = *w * x[i] + *b - y[i];
        slope_w += 2.0f / n * error * x[i];
        slope_b += 2.0f / n * error;
    }
    *w += rate * slope_w;
    *b += rate * slope_b;
}

int diverges(const float *loss, int n)
{
    return isnan(loss[n - 1]) || loss[n - 1] > loss[0];
}
