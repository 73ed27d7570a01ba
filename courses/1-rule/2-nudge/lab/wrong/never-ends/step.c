#include "nudge.h"

#include <math.h>

void step(const float *x, const float *y, int n, float rate, float *w, float *b)
{
    float error = 1;
    while (error != 0) { /* until it fits: but a float never quite does */
        float slope_w = 0, slope_b = 0;
        for (int i = 0; i < n; i++) {
            error = *w * x[i] + *b - y[i] + 0.001f;
            slope_w += 2.0f / n * error * x[i];
            slope_b += 2.0f / n * error;
        }
        *w -= rate * slope_w;
        *b -= rate * slope_b;
        error = 1;
    }
}

int diverges(const float *loss, int n)
{
    return loss[n - 1] > loss[0];
}
