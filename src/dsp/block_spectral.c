/* Power of the whole window in bins or bands, and the highest of its peaks.  A peak is a bin that is higher than the
 * one before it and not lower than the one behind it; the highest come first, of equal ones the lowest frequency.
 * Places for more peaks than there are get 0 Hz and ln(floor). */
#include "dsp/power.h"

#include "base/fmath.h"

static int check(const th_block_cfg *cfg, const th_block_part *part)
{
    const th_power p = th_power_of(part, cfg->window);
    return th_power_ok(&p, cfg->rate_hz) && part->peaks >= 0 && part->peaks <= TH_BLOCK_PEAKS;
}

static int32_t values(const th_block_cfg *cfg, const th_block_part *part)
{
    return (part->n + 2 * part->peaks) * th_block_count(cfg, part);
}

static size_t scratch_of(const th_block_cfg *cfg, const th_block_part *part)
{
    const size_t room = (size_t)th_power_of(part, cfg->window).n_fft + 2;
    return cfg->fixed ? (size_t)cfg->window + room : 2 * room; /* two int16 are a word */
}

static void fill(const th_block_cfg *cfg, const th_block_part *part, th_block_data *d)
{
    const th_power p = th_power_of(part, cfg->window);
    th_power_fill(&p, cfg, d);
}

/* The highest peak that is lower than peak `last`, or any for last 0; 0: there is none. */
static int32_t next_peak(const float *power, int32_t bins, int32_t last)
{
    int32_t best = 0;
    for (int32_t k = 1; k < bins; k++) {
        if (!(power[k] > power[k - 1] && power[k] >= power[k + 1])) continue;
        if (last && (power[k] > power[last] || (k <= last && power[k] >= power[last]))) continue;
        if (!best || power[k] > power[best]) best = k;
    }
    return best;
}

static void put_peaks(const th_power *p, float rate_hz, const float *power, float *out)
{
    int32_t last = 0, more = 1;
    for (int32_t j = 0; j < p->part->peaks; j++) {
        const int32_t best = more ? next_peak(power, p->n_fft / 2, last) : 0;
        *out++ = (float)best * rate_hz / (float)p->n_fft;
        *out++ = th_logf((best ? power[best] : 0.0f) + p->floor);
        more = best > 0;
        last = best;
    }
}

void th_block_spectral(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                       const float *window, float *scratch, float *out)
{
    const th_power p = th_power_of(part, cfg->window);
    for (int32_t a = 0; a < cfg->n_axes; a++) {
        if (!th_block_has(part, a)) continue;
        th_block_column(cfg, window, a, scratch);
        th_filter_run(&part->filter, th_power_filter(&p, step->f32), scratch, p.n);
        const float *power = th_power_spectrum(&p, step->f32, scratch, scratch + p.n_fft + 2);
        th_power_logs(&p, power, out, 1);
        put_peaks(&p, cfg->rate_hz, power, out + part->n);
        out += part->n + 2 * part->peaks;
    }
}

/* ---- 16 bits: the same ---- */

static uint32_t square(const int16_t *y)
{
    return (uint32_t)((int32_t)y[0] * y[0]) + (uint32_t)((int32_t)y[1] * y[1]);
}

static void put_logs_s16(const th_power *p, const int32_t *s32, const int16_t *y, int32_t exponent, int16_t *out)
{
    const int32_t n = p->part->n, bins = p->n_fft / 2;
    for (int32_t b = 0, k = 1; b < n; b++) {
        uint64_t sum = 0;
        const int32_t end = p->part->what == TH_POWER_BINS ? b + 1 : (b + 1) * bins / n;
        for (; k <= end; k++) sum += square(y + 2 * k);
        *out++ = th_power_ln_s16(s32, sum, exponent);
    }
}

static int32_t next_peak_s16(const int16_t *y, int32_t bins, int32_t last)
{
    const uint32_t most = square(y + 2 * last);
    uint32_t best_power = 0, before = square(y), now = square(y + 2), next;
    int32_t best = 0;
    for (int32_t k = 1; k < bins; k++, before = now, now = next) {
        next = square(y + 2 * (k + 1));
        if (!(now > before && now >= next) || (last && (now > most || (now == most && k <= last)))) continue;
        if (now > best_power) best = k, best_power = now;
    }
    return best;
}

static void put_peaks_s16(const th_power *p, const int32_t *s32, const int16_t *y, int32_t exponent, int16_t *out)
{
    int32_t last = 0, more = 1;
    for (int32_t j = 0; j < p->part->peaks; j++) {
        const int32_t best = more ? next_peak_s16(y, p->n_fft / 2, last) : 0;
        const int32_t place = (int32_t)((int64_t)best * 65536 / p->n_fft);
        *out++ = (int16_t)(place > 32767 ? 32767 : place);
        *out++ = th_power_ln_s16(s32, best ? square(y + 2 * best) : 0, exponent);
        more = best > 0;
        last = best;
    }
}

void th_block_spectral_s16(const th_block_cfg *cfg, const th_block_part *part, const th_block_step *step,
                           const int16_t *window, int32_t *scratch, int16_t *out)
{
    const th_power p = th_power_of(part, cfg->window);
    int16_t *x = (int16_t *)(scratch + cfg->window), *work = x + p.n_fft + 2;
    for (int32_t a = 0; a < cfg->n_axes; a++) {
        int32_t exponent;
        if (!th_block_has(part, a)) continue;
        for (int32_t t = 0; t < p.n; t++) scratch[t] = window[t * cfg->n_axes + a] * INT32_C(4096);
        th_filter_run_s32(&part->filter, step->s32 + 3, scratch, p.n);
        const int16_t *y = th_power_spectrum_s16(&p, step->s16, scratch, x, work, &exponent);
        put_logs_s16(&p, step->s32, y, exponent, out);
        put_peaks_s16(&p, step->s32, y, exponent, out + part->n);
        out += part->n + 2 * part->peaks;
    }
}

const th_block_row th_block_spectral_row = {
    "spectral", 1, check, values, NULL, scratch_of, fill, th_block_spectral, th_block_spectral_s16};
