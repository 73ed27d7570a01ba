#include "sound.h"

#include <math.h>

float window(int t, int n)
{
    return 1; /* hard edges: see the lesson on the spectrum */
}

void power(const float *x, int n, float *p)
{
    /* for each k from 0 to n / 2: two sums over all samples, with a cosine and with a sine */
}

float mel(float hz)
{
    return hz;
}

float band(const float *p, int n, float rate, float low, float centre, float high)
{
    return 0;
}

float loud(float energy)
{
    return energy;
}
