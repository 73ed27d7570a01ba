#include "sound.h"

#include <math.h>

float window(int t, int n)
{
    return 0.5f - 0.5f * cosf(2 * PI * t / n);
}

void power(const float *x, int n, float *p)
{
    for (int k = 0; k <= n / 2; k++) {
        float c = 0, s = 0;
        for (int t = 0; t < n; t++) {
            c += x[t] * cosf(2 * PI * k * t / n);
            s += x[t] * sinf(2 * PI * k * t / n);
        }
        p[k] = c * c + s * s;
    }
}

float mel(float hz)
{
    return 1127 * logf(1 + hz / 700);
}

float band(const float *p, int n, float rate, float low, float centre, float high)
{
    float sum = 0;
    for (int k = 0; k <= n / 2; k++) {
        const float hz = k * rate / n;
        float weight = 0;
        if (hz > low && hz <= centre) weight = (hz - low) / (centre - low);
        if (hz > centre && hz < high) weight = (high - hz) / (high - centre);
        sum += weight * p[k];
    }
    return sum;
}

float loud(float energy)
{
    return logf(energy + 1e-6f);
}
