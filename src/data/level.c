#include "data/level.h"

#include <math.h>
#include <stdlib.h>

#define SILENT_POWER 10737.0 /* (32768 / 10^(50/20))^2: -50 dBFS */

th_level th_level_of(const int16_t *pcm, int32_t n)
{
    th_level l = {.n = n, .flat = true};
    double sum = 0, squares = 0;
    for (int32_t i = 0; i < n; i++) {
        const int32_t size = abs((int32_t)pcm[i]);
        if (size > l.peak) l.peak = size;
        l.full += size >= 32767;
        l.flat = l.flat && pcm[i] == pcm[0];
        sum += pcm[i];
        squares += (double)pcm[i] * pcm[i];
    }
    l.mean = sum / n;
    l.power = squares / n - l.mean * l.mean;
    return l;
}

bool th_level_clipped(const th_level *l)
{
    return l->full > 8 && l->full > l->n / 500;
}

bool th_level_silent(const th_level *l)
{
    return l->power < SILENT_POWER;
}

double th_level_peak_db(const th_level *l)
{
    return l->peak ? 20 * log10(l->peak / 32768.0) : -99;
}
