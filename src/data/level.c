#include "data/level.h"

#include <math.h>
#include <stdlib.h>

#define QUIET_DB     (-24.0)
#define PIECES       500
#define PIECES_LEAST 25
#define NOISY        16.0    /* 12 dB */
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

bool th_level_quiet(const th_level *l)
{
    return th_level_peak_db(l) < QUIET_DB;
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

bool th_level_noisy(const int16_t *pcm, int32_t n, int32_t rate_hz)
{
    double power[PIECES];
    const int32_t piece = rate_hz / 50;
    int32_t n_pieces = piece ? n / piece : 0;
    if (n_pieces < PIECES_LEAST) return false;
    const int32_t step = (n_pieces + PIECES - 1) / PIECES; /* of a long recording some of them */
    int32_t k = 0;
    for (int32_t i = 0; i < n_pieces; i += step) power[k++] = th_level_of(pcm + (size_t)i * (size_t)piece, piece).power;
    qsort(power, (size_t)k, sizeof *power, rising);
    return power[k / 10] * NOISY > power[k - 1 - k / 10];
}

double th_level_peak_db(const th_level *l)
{
    return l->peak ? 20 * log10(l->peak / 32768.0) : -99;
}
