#include "dsp/signal_levels.h"

#include "dsp/signal_bits.h"

void th_signal_band_sums(const th_signal_bands *b, const uint32_t *energy, uint64_t *y)
{
    uint64_t rising = 0;
    for (int32_t i = 0; i <= b->n; i++) {
        uint64_t falling = 0;
        for (int32_t k = 0; k < b->width[i]; k++) {
            const uint64_t e = energy[b->start[i] + k];
            rising += (uint64_t)(int64_t)b->w[b->first[i] + k] * e;
            falling += (uint64_t)(int64_t)b->u[b->first[i] + k] * e;
        }
        if (i > 0) y[i - 1] = rising; /* band 0 only falls: its rising side is no output */
        rising = falling;
    }
}

/* The root, digit by digit in base 4; 0 < x. */
static uint32_t root_32(uint32_t x)
{
    uint32_t root = 0;
    for (uint32_t bit = UINT32_C(1) << ((th_signal_bits(x) - 1) / 2 * 2); bit; bit >>= 2) {
        const uint32_t next = root + bit;
        root >>= 1;
        if (x >= next) {
            x -= next;
            root += bit;
        }
    }
    return root + (x > root && root != UINT16_MAX); /* x is what is left: above root means above root + 1/2 */
}

static uint32_t root_64(uint64_t x) /* 2^32 <= x */
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 62; bit; bit >>= 2) {
        const uint64_t next = root + bit;
        root >>= 1;
        if (x >= next) {
            x -= next;
            root += bit;
        }
    }
    return (uint32_t)(root + (x > root && root != UINT32_MAX));
}

uint32_t th_signal_root(uint64_t x)
{
    return x == 0 ? 0 : x >> 32 ? root_64(x) : root_32((uint32_t)x);
}

uint32_t th_signal_subtract(const th_signal_smooth *s, uint32_t x, uint32_t *noise)
{
    const uint32_t v = x << s->smoothing_bits, least = (uint32_t)(((uint64_t)x * s->min_signal) >> s->bits);
    uint32_t e = (uint32_t)(((uint64_t)v * s->smoothing + (uint64_t)*noise * s->one_minus) >> s->bits);
    *noise = e;
    if (e > v) {
        e = v;
        if (s->clamping) *noise = v;
    }
    const uint32_t left = (v - e) >> s->smoothing_bits;
    return left > least ? left : least;
}

/* The table at x; `frac` is the place in the octave, 10 bits. */
static int32_t gain_at(const int16_t *table, uint32_t x)
{
    if (x <= 2) return table[x];
    const int32_t bits = th_signal_bits(x);
    const int16_t *t = table + (4 * bits - 6);
    const uint32_t frac = (bits < 11 ? x << (11 - bits) : x >> (bits - 11)) & 0x3ff;
    const int32_t bend = ((int32_t)t[2] * (int32_t)frac) >> 5;
    const uint32_t slope = ((uint32_t)(int32_t)t[1] << 5) + (uint32_t)bend;
    return (int16_t)(((int32_t)(slope * frac + (UINT32_C(1) << 14)) >> 15) + t[0]);
}

static uint32_t shrink(uint32_t snr) /* 12 bits after the point -> 6 */
{
    return snr < UINT32_C(8192) ? (snr * snr) >> 20 : (snr >> 6) - 64;
}

uint32_t th_signal_gain(const int16_t *table, uint32_t x, uint32_t noise, int32_t shift)
{
    return shrink((uint32_t)(((uint64_t)x * (uint32_t)gain_at(table, noise)) >> shift));
}

/* 2^16 (log2(1 + i/128) - i/128), i = 0 .. 128, rounded */
static const uint16_t log2_bow[129] = {
    0,    224,  442,  654,  861,  1063, 1259, 1450, 1636, 1817, 1992, 2163, 2329, 2490, 2646, 2797, 2944, 3087, 3224,
    3358, 3487, 3611, 3732, 3848, 3960, 4068, 4172, 4272, 4368, 4460, 4549, 4633, 4714, 4791, 4864, 4934, 5001, 5063,
    5123, 5178, 5231, 5280, 5326, 5368, 5408, 5444, 5477, 5507, 5533, 5557, 5578, 5595, 5610, 5622, 5631, 5637, 5640,
    5641, 5638, 5633, 5626, 5615, 5602, 5586, 5568, 5547, 5524, 5498, 5470, 5439, 5406, 5370, 5332, 5291, 5249, 5203,
    5156, 5106, 5054, 5000, 4944, 4885, 4825, 4762, 4697, 4630, 4561, 4490, 4416, 4341, 4264, 4184, 4103, 4020, 3935,
    3848, 3759, 3668, 3575, 3481, 3384, 3286, 3186, 3084, 2981, 2875, 2768, 2659, 2549, 2437, 2323, 2207, 2090, 1971,
    1851, 1729, 1605, 1480, 1353, 1224, 1094, 963,  830,  695,  559,  421,  282,  142,  0,
};

/* 2^16 log2 x, x > 0 */
static uint32_t log2_of(uint32_t x)
{
    const int32_t whole = th_signal_bits(x) - 1;
    const uint32_t rest = x - (UINT32_C(1) << whole), frac = whole < 16 ? rest << (16 - whole) : rest >> (whole - 16);
    const uint32_t piece = frac >> 9;
    const int32_t from = log2_bow[piece], to = log2_bow[piece + 1];
    const int32_t more = ((to - from) * (int32_t)(frac & 511)) >> 16; /* 16, not 9: as in the reference */
    return ((uint32_t)whole << 16) + frac + (uint32_t)from + (uint32_t)more;
}

#define LN2_16 45426u /* 2^16 ln 2 */

uint32_t th_signal_ln(uint32_t x)
{
    return (uint32_t)(((uint64_t)LN2_16 * log2_of(x) + (UINT32_C(1) << 15)) >> 16);
}
