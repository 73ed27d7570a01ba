/* Which second of a clip the network hears. */
#include "data/dataset.h"

#include <string.h>

/* First sample of the loudest window of n_out samples.  Many windows hold the same word; of the
 * run of neighbours around the loudest that have 99 % of its energy the middle one is taken, so the
 * word stands in the middle.  Sums are integers and below 2^61 for n_out < 2^31. */
static int32_t loudest(const int16_t *pcm, int32_t n, int32_t n_out)
{
    int64_t sum = 0, best = -1;
    int32_t at = 0;
    for (int32_t i = 0; i < n; i++) {
        sum += (int32_t)pcm[i] * pcm[i];
        if (i >= n_out) sum -= (int32_t)pcm[i - n_out] * pcm[i - n_out];
        if (i + 1 >= n_out && sum > best) {
            best = sum;
            at = i + 1 - n_out;
        }
    }
    const int64_t enough = best - best / 100;
    int32_t from = at, to = at, start = 0;
    sum = 0;
    for (int32_t i = 0; i < n; i++) {
        sum += (int32_t)pcm[i] * pcm[i];
        if (i >= n_out) sum -= (int32_t)pcm[i - n_out] * pcm[i - n_out];
        if (i + 1 < n_out) continue;
        const int32_t here = i + 1 - n_out;
        if (sum < enough) {
            if (here > at) break;
            start = here + 1;
        }
        if (here == at) from = start;
        if (here >= at) to = here;
    }
    return from + (to - from) / 2;
}

int32_t th_clip_start(const int16_t *pcm, int32_t n, int32_t n_out)
{
    return n > n_out ? loudest(pcm, n, n_out) : -((n_out - n) / 2);
}

void th_clip_window(const int16_t *pcm, int32_t n, int32_t offset, int16_t *out, int32_t n_out)
{
    const int32_t at = th_clip_start(pcm, n, n_out);
    for (int32_t i = 0; i < n_out; i++) {
        const int64_t k = (int64_t)at + offset + i;
        out[i] = k >= 0 && k < n ? pcm[k] : 0;
    }
}
