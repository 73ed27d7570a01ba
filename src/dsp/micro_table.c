/* The tables of dsp/micro.h.  Where a weight falls between two whole numbers is decided by the last bit of a float, so
 * sums and products are the reference's, in float and in its order; only functions are computed in double and rounded.
 */
#include "dsp/micro.h"

#include "base/fmath.h"

#define BAND_ONE 4096.0f

th_micro_cfg th_micro_speech(void)
{
    th_micro_cfg c;
    c.rate_hz = 16000;
    c.window_ms = 30;
    c.step_ms = 20;
    c.bands = 40;
    c.low_hz = 125.0f;
    c.high_hz = 7500.0f;
    c.smoothing_bits = 10;
    c.even_smoothing = 0.025f;
    c.odd_smoothing = 0.06f;
    c.min_signal = 0.05f;
    c.pcan = 1;
    c.strength = 0.95f;
    c.offset = 80.0f;
    c.gain_bits = 21;
    c.log = 1;
    c.scale_shift = 6;
    return c;
}

static int is_part(float x)
{
    return x >= 0.0f && x <= 1.0f;
}

static int cfg_ok(const th_micro_cfg *c)
{
    if (c->rate_hz < 1000 || c->rate_hz > INT32_C(96000) || c->bands < 1 || c->bands > TH_MICRO_BANDS) return 0;
    if (c->step_ms < 1 || c->step_ms > c->window_ms || c->window_ms > 1000) return 0;
    if (c->window_ms * c->rate_hz / 1000 > TH_MICRO_WINDOW) return 0;
    if (!(c->low_hz >= 0.0f && c->low_hz < c->high_hz && c->high_hz <= (float)c->rate_hz * 0.5f)) return 0;
    if (!is_part(c->even_smoothing) || !is_part(c->odd_smoothing) || !is_part(c->min_signal)) return 0;
    if (c->smoothing_bits < 0 || c->smoothing_bits > 16 || c->scale_shift < 0 || c->scale_shift > 12) return 0;
    return !c->pcan ||
           (is_part(c->strength) && c->offset > 0.0f && c->offset < 1e6f && c->gain_bits >= 16 && c->gain_bits <= 30);
}

static int32_t samples(const th_micro_cfg *c, int32_t ms)
{
    return ms * c->rate_hz / 1000;
}

/* A power of two, at least 4. */
static int32_t fft_size(int32_t window)
{
    int32_t n = 4;
    while (n < window) n *= 2;
    return n;
}

static int32_t round_down(float x)
{
    const int32_t whole = (int32_t)x;
    return whole - ((float)whole > x);
}

/* ---- window ---- */

static void fill_window(int16_t *w, int32_t n)
{
    const float arg = 3.14159265358979323846f * 2.0f / (float)n;
    for (int32_t i = 0; i < n; i++) {
        const float turn = arg * ((float)i + 0.5f), value = 0.5f - 0.5f * (float)th_cos((double)turn);
        w[i] = (int16_t)round_down(value * BAND_ONE + 0.5f);
    }
}

/* ---- bands ---- */

/* ln(1 + x), 0 <= x < 2^24, with the roundings of Sun's libm (1993).  1 + x = 2^k (1 + f), 1/sqrt 2 < 1 + f < sqrt 2;
 * `lost` is what the rounding of 1 + x took away, against 1 + x; t = f / (2 + f), z = t^2,  ln(1 + f) = f - (f^2 / 2 -
 * t (f^2 / 2 + R)),  R = z (c[0] + z (c[1] + ..)) */
static float log_1_plus(float x)
{
    static const float c[7] = {0x1.555556p-1f, 0x1.99999ap-2f, 0x1.24924ap-2f, 0x1.c71c52p-3f,
                               0x1.74664ap-3f, 0x1.39a09ep-3f, 0x1.2f112ep-3f};
    float f = x, lost = 0.0f, k = 0.0f, r = 0.0f;
    if (x > 0x1.a827acp-2f) { /* sqrt 2 - 1 */
        const float u = 1.0f + x;
        const uint32_t bits = th_float_bits(u), part = bits & UINT32_C(0x007fffff);
        const int32_t half = part >= UINT32_C(0x3504f7); /* sqrt 2 and above: of the next power of two */
        const int32_t e = (int32_t)(bits >> 23) - 127;
        lost = (e > 0 ? 1.0f - (u - x) : x - (u - 1.0f)) / u;
        k = (float)(e + half);
        f = th_float_from(part | (half ? UINT32_C(0x3f000000) : UINT32_C(0x3f800000))) - 1.0f;
    }
    const float square = 0.5f * f * f, t = f / (2.0f + f), z = t * t;
    for (int32_t i = 6; i >= 0; i--) r = i == 6 ? c[i] : c[i] + z * r;
    r *= z;
    if (k == 0.0f) return f - (square - t * (square + r));
    return k * 0x1.62e3p-1f - ((square - (t * (square + r) + (k * 0x1.2fefa2p-17f + lost))) - f);
}

static float mel_of(float hz)
{
    return 1127.0f * log_1_plus(hz / 700.0f);
}

typedef struct scale {
    float low, spacing, hz_per_bin;
    int32_t first; /* bin */
} scale;

static scale scale_of(const th_micro_cfg *c, int32_t n_fft)
{
    const int32_t bins = n_fft / 2;
    scale s;
    s.low = mel_of(c->low_hz);
    s.spacing = (mel_of(c->high_hz) - s.low) / (float)(c->bands + 1);
    s.hz_per_bin = 0.5f * (float)c->rate_hz / (float)bins;
    s.first = (int32_t)(1.5f + c->low_hz / s.hz_per_bin);
    return s;
}

static float centre(const scale *s, int32_t band)
{
    return s->low + s->spacing * (float)(band + 1);
}

/* Bins up to the centre of `band`, from `bin` on: the first that is above. */
static int32_t bin_above(const scale *s, int32_t band, int32_t bin)
{
    while (mel_of((float)bin * s->hz_per_bin) <= centre(s, band)) bin++;
    return bin;
}

/* Weights of all bands; the first bin that is above all of them, which is the number of bins and weights. */
static int32_t last_bin(const th_micro_cfg *c, const scale *s)
{
    return bin_above(s, c->bands, s->first);
}

static void fill_bands(const th_micro_cfg *c, const scale *s, int16_t *w, int16_t *u, int16_t *start, int16_t *first,
                       int16_t *width)
{
    int32_t bin = s->first, n = 0;
    for (int32_t b = 0; b <= c->bands; b++) {
        const int32_t end = bin_above(s, b, bin);
        const float top = centre(s, b), bottom = b ? centre(s, b - 1) : s->low;
        start[b] = (int16_t)bin;
        first[b] = (int16_t)n;
        width[b] = (int16_t)(end - bin);
        for (; bin < end; bin++, n++) {
            const float weight = (top - mel_of((float)bin * s->hz_per_bin)) / (top - bottom);
            w[n] = (int16_t)round_down(weight * BAND_ONE + 0.5f);
            u[n] = (int16_t)round_down((1.0f - weight) * BAND_ONE + 0.5f);
        }
    }
}

/* ---- gain control ---- */

static int32_t gain_at(const th_micro_cfg *c, int32_t input_bits, uint32_t x)
{
    const float noise = (float)x / (float)(UINT32_C(1) << input_bits);
    const double power = th_exp(-(double)c->strength * th_log((double)(noise + c->offset)));
    const float gain = (float)(UINT32_C(1) << c->gain_bits) * (float)power;
    return gain > 32767.0f ? 32767 : (int32_t)(gain + 0.5f);
}

/* A parabola through three points of each octave 2^(k-1) .. 2^k. */
static void fill_gain(const th_micro_cfg *c, int32_t input_bits, int16_t *t)
{
    t[0] = (int16_t)gain_at(c, input_bits, 0);
    t[1] = (int16_t)gain_at(c, input_bits, 1);
    for (int32_t k = 2; k <= 32; k++) {
        const uint32_t x0 = UINT32_C(1) << (k - 1), x2 = k == 32 ? UINT32_MAX : 2 * x0;
        const int32_t y0 = gain_at(c, input_bits, x0), half = gain_at(c, input_bits, x0 + x0 / 2) - y0,
                      whole = gain_at(c, input_bits, x2) - y0, slope = 4 * half - whole;
        int16_t *octave = t + (4 * k - 6);
        octave[0] = (int16_t)y0;
        octave[1] = (int16_t)slope;
        octave[2] = (int16_t)(whole - slope);
    }
}

/* ---- all of it ---- */

static size_t rounded(size_t n)
{
    return (n * sizeof(int16_t) + TH_ARENA_ALIGN - 1) & ~(size_t)(TH_ARENA_ALIGN - 1);
}

/* log2 n_fft - 6: bands have 12 bits after the point, roots of them 6. */
static int32_t correction_of(int32_t n_fft)
{
    int32_t bits = -6;
    for (; n_fft > 1; n_fft /= 2) bits++;
    return bits;
}

size_t th_micro_mem(const th_micro_cfg *c)
{
    if (!cfg_ok(c)) return 0;
    const int32_t size = samples(c, c->window_ms), n_fft = fft_size(size), correction = correction_of(n_fft);
    const scale s = scale_of(c, n_fft);
    const int32_t end = last_bin(c, &s);
    if (size < 1 || samples(c, c->step_ms) < 1 || end > n_fft / 2) return 0;
    if (c->pcan && (c->smoothing_bits < correction || c->gain_bits - correction < 12)) return 0;
    const size_t n = (size_t)(end - s.first), starts = rounded((size_t)c->bands + 1);
    return rounded((size_t)size) + rounded((size_t)n_fft) + rounded((size_t)n_fft / 4 * 2) + 2 * rounded(n) +
           3 * starts + (c->pcan ? rounded(TH_PCAN_TABLE) : 0);
}

static th_err add_fft(th_micro *m, th_arena *arena)
{
    const int32_t h = m->n_fft / 2;
    int16_t *w = TH_NEW(arena, int16_t, (size_t)h * 2), *v = TH_NEW(arena, int16_t, (size_t)h / 2 * 2);
    if (!w || !v) return TH_ENOMEM;
    th_signal_fft_fill_s16(h, 0, w, v);
    m->fft.h = h;
    m->fft.n_stages = th_signal_fft_radices(h, m->fft.radix);
    m->fft.rows = 1;
    m->fft.row_in = m->size;
    m->fft.n_w = h * 2;
    m->fft.n_v = h / 2 * 2;
    m->fft.w = w;
    m->fft.v = v;
    return TH_OK;
}

static th_err add_bands(th_micro *m, th_arena *arena)
{
    const th_micro_cfg *c = &m->cfg;
    const scale s = scale_of(c, m->n_fft);
    m->first = s.first;
    m->end = last_bin(c, &s);
    const size_t n = (size_t)(m->end - m->first), places = (size_t)c->bands + 1;
    int16_t *w = TH_NEW(arena, int16_t, n), *u = TH_NEW(arena, int16_t, n);
    int16_t *start = TH_NEW(arena, int16_t, places), *first = TH_NEW(arena, int16_t, places),
            *width = TH_NEW(arena, int16_t, places);
    if (!w || !u || !start || !first || !width) return TH_ENOMEM;
    fill_bands(c, &s, w, u, start, first, width);
    m->bands.n = c->bands;
    m->bands.w = w;
    m->bands.u = u;
    m->bands.start = start;
    m->bands.first = first;
    m->bands.width = width;
    return TH_OK;
}

th_err th_micro_init(th_micro *m, const th_micro_cfg *c, th_arena *arena)
{
    if (!th_micro_mem(c)) return TH_ERANGE;
    m->cfg = *c;
    m->size = samples(c, c->window_ms);
    m->step = samples(c, c->step_ms);
    m->n_fft = fft_size(m->size);
    m->correction = correction_of(m->n_fft);
    m->even = (int32_t)(c->even_smoothing * 16384.0f);
    m->odd = (int32_t)(c->odd_smoothing * 16384.0f);
    m->least = (int32_t)(c->min_signal * 16384.0f);
    int16_t *window = TH_NEW(arena, int16_t, (size_t)m->size);
    if (!window) return TH_ENOMEM;
    fill_window(window, m->size);
    m->window = window;
    TH_TRY(add_fft(m, arena));
    TH_TRY(add_bands(m, arena));
    m->gain = NULL;
    if (!c->pcan) return TH_OK;
    int16_t *gain = TH_NEW(arena, int16_t, TH_PCAN_TABLE);
    if (!gain) return TH_ENOMEM;
    fill_gain(c, c->smoothing_bits - m->correction, gain);
    m->gain = gain;
    return TH_OK;
}
