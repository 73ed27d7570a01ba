/* fan_vibration: is the fan out of balance?  Normal is configuration 3 at speeds of 50 % and more.  Windows of 128
 * samples; of each axis the logarithms of 16 bands of its power spectrum and of its variance: 51 values. Trained on the
 * first part of each recording; tested on the end of the same speeds (test) and on speeds that were not trained
 * (other), beside the same of configurations 1 and 2. */
#include "set.h"

#include "dsp/fft.h"
#include "os/file.h"

#include <math.h>
#include <stdlib.h>

#define WINDOW 128
#define HOP    32
#define BANDS  16
#define AXES   3

typedef struct row {
    int configuration, speed;
    float x[AXES];
} row;

static void features(const row *r, const float *twiddle, float *f)
{
    for (int a = 0; a < AXES; a++) {
        float x[WINDOW + 2], work[WINDOW + 2], mean = 0, var = 0;
        for (int t = 0; t < WINDOW; t++) mean += r[t].x[a] / WINDOW;
        for (int t = 0; t < WINDOW; t++) {
            const float v = r[t].x[a] - mean;
            var += v * v / WINDOW;
            x[t] = v * (0.5f - 0.5f * cosf(6.2831853f * (float)t / WINDOW));
        }
        const float *z = th_fft_real(WINDOW, twiddle, x, work);
        for (int b = 0; b < BANDS; b++) {
            float power = 0;
            for (int k = 0; k < WINDOW / 2 / BANDS; k++) {
                const float *bin = z + 2 * (b * (WINDOW / 2 / BANDS) + k + 1);
                power += bin[0] * bin[0] + bin[1] * bin[1];
            }
            f[a * (BANDS + 1) + b] = logf(power + 1e-6f);
        }
        f[a * (BANDS + 1) + BANDS] = logf(var + 1e-6f);
    }
}

/* Where a window that starts at sample t of n belongs; PARTS: to none. */
static part part_of(const row *r, int32_t t, int32_t n)
{
    const bool other = r->speed == 65 || r->speed == 90, normal = r->configuration == 3;
    const double from = (double)t / n, to = (double)(t + WINDOW) / n;
    if (r->speed < 50) return PARTS;
    if (other) return OTHER;
    if (normal && to <= 0.6) return TRAIN;
    if (normal && from >= 0.6 && to <= 0.7) return VAL;
    return from >= 0.7 ? TEST : PARTS;
}

static th_err add_windows(set *s, const row *r, int32_t n, th_why *why)
{
    float *twiddle = malloc((size_t)th_fft_table_size(WINDOW) * sizeof *twiddle), f[AXES * (BANDS + 1)];
    if (!twiddle) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_fft_table_init(WINDOW, twiddle);
    th_err err = TH_OK;
    for (int32_t from = 0, to; from < n && !err; from = to) {
        for (to = from; to < n && r[to].speed == r[from].speed && r[to].configuration == r[from].configuration;) to++;
        for (int32_t t = 0; t + WINDOW <= to - from && !err; t += HOP) {
            const part p = part_of(&r[from], t, to - from);
            if (p == PARTS) continue;
            features(&r[from + t], twiddle, f);
            err = set_add(s, f, r[from].configuration != 3, p, why);
        }
    }
    free(twiddle);
    return err;
}

th_err make_fan(const char *data, const char *out, th_why *why)
{
    set s = {.n_x = AXES * (BANDS + 1), .channels = AXES * (BANDS + 1)};
    char path[TH_PATH_BYTES], *text;
    TH_TRY(th_path_join(path, data, "fan_vibration/accelerometer.csv", why));
    TH_TRY(text_read(path, &text, why));
    int32_t lines = 1, n = 0;
    for (const char *c = text; *c; c++) lines += *c == '\n';
    row *r = calloc((size_t)lines, sizeof *r);
    for (char *line = r ? text_line(text) : NULL, *next; line; line = next) {
        char *field[AXES + 2];
        next = text_line(line);
        if (text_fields(line, ',', field, AXES + 2) != AXES + 2) continue;
        r[n] = (row){.configuration = atoi(field[0]), .speed = atoi(field[1])};
        for (int a = 0; a < AXES; a++) r[n].x[a] = strtof(field[2 + a], NULL);
        n++;
    }
    th_err err = r ? add_windows(&s, r, n, why) : th_why_set(why, TH_ENOMEM, "no memory for %s", path);
    set_standardise(&s);
    if (!err) err = set_write(&s, out, why);
    set_free(&s);
    free(r);
    free(text);
    return err;
}
