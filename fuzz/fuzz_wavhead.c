/* The header of a WAV through a pipe, from anybody: refused with a reason, or a place for samples that can be read. */
#include "data/wav_head.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_pcm_format f = {16000, 1, 2, false};
    size_t at;
    int64_t bytes;
    bool done;
    th_why why = {0};
    if (th_wav_head((th_span){data, size}, &f, &at, &bytes, &done, &why)) {
        if (!why.text[0]) abort();
        return 0;
    }
    if (!done) return 0;
    const size_t frame = (size_t)f.channels * (size_t)f.bytes;
    if (at > size || bytes <= 0 || frame == 0 || f.rate_hz < 1000) abort();
    size_t left = size - at;
    if ((int64_t)left > bytes) left = (size_t)bytes;
    const int32_t n = (int32_t)(left / frame);
    float *mono = malloc(((size_t)n + 1) * sizeof *mono);
    if (!mono) return 0;
    th_pcm_mono(&f, data + at, n, mono);
    for (int32_t i = 0; i < n; i++)
        if (isnan(mono[i])) abort();
    free(mono);
    return 0;
}
