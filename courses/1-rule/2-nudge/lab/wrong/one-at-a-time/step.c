#include "nudge.h"

#include <math.h>

void step(const float *x, const float *y, int n, float rate, float *w, float *b)
{
    float slope = 0;
    for (int i = 0; i < n; i++) slope += 2.0f / n * (*w * x[i] + *b - y[i]) * x[i];
    *w -= rate * slope;
    slope = 0;
    for (int i = 0; i < n; i++) slope += 2.0f / n * (*w * x[i] + *b - y[i]);
    *b -= rate * slope;
}

int diverges(const float *loss, int n)
{
    return isnan(loss[n - 1]) || loss[n - 1] > loss[0];
}
