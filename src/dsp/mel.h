/* dsp/mel.h -- triangular bands that are equally wide on the mel scale.
 *
 *   mel(f) = 1127 ln(1 + f / 700)
 *
 * n_mel + 2 edges stand at equal distances from mel(low_hz) to mel(high_hz). Band b rises from 0 at
 * edge b to 1 at edge b + 1 and falls to 0 at edge b + 2, linear in Hz. A band so narrow that no
 * FFT bin lies in it takes the bin nearest to its middle, with weight 1.
 * Source: O'Shaughnessy, "Speech Communication", 1987; triangles as in HTK. */
#ifndef TH_DSP_MEL_H
#define TH_DSP_MEL_H

#include <stdint.h>

typedef struct th_mel_cfg {
    int32_t rate_hz, n_fft, n_mel;
    float low_hz, high_hz;
} th_mel_cfg;

/* Returns the number of weights.  start [n_mel + 1], bin [n_mel], weight [that number]; all NULL
 * only counts.  See th_frontend for their meaning. */
int32_t th_mel_fill(const th_mel_cfg *cfg, int32_t *start, int32_t *bin, float *weight);

#endif
