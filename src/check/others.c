/* Who stands out among the others of its kind: units, channels, sharpness, colour. */
#include "check/check_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST 10 /* others that are needed to say what is usual */

static int by_value(const void *x, const void *y)
{
    const float a = *(const float *)x, b = *(const float *)y;
    return (a > b) - (a < b);
}

/* Of x [n], which is sorted then. */
static double median(float *x, size_t n)
{
    if (!n) return 0;
    qsort(x, n, sizeof *x, by_value);
    return n % 2 ? (double)x[n / 2] : ((double)x[n / 2 - 1] + (double)x[n / 2]) / 2;
}

static bool is_sensor(const th_check *c, size_t i)
{
    return c->set->samples[i].kind == TH_SIGNAL && c->set->samples[i].rate_hz > 0 && c->fact[i].channel;
}

/* ---- signals ---- */

/* The channels that most samples have. */
static const char *usual_channels(const th_check *c)
{
    const char *best = NULL;
    size_t votes = 0;
    for (size_t i = 0; i < c->set->n; i++) { /* Boyer and Moore's majority vote */
        if (c->set->samples[i].kind != TH_SIGNAL) continue;
        if (votes == 0) best = c->set->samples[i].channels;
        votes += strcmp(best, c->set->samples[i].channels) == 0 ? 1 : (size_t)-1;
    }
    return best;
}

th_err th_check_channels(th_check *c, th_why *why)
{
    const char *usual = usual_channels(c);
    (void)why;
    for (size_t i = 0; i < c->set->n; i++) {
        const th_sample *s = &c->set->samples[i];
        if (s->kind != TH_SIGNAL || strcmp(s->channels, usual) == 0) continue;
        th_check_item *item = th_found(c, i, TH_NO_SAMPLE, 0);
        th_text_fmt(item->text, sizeof item->text, "%s: %s, most have %s", th_sample_shown(s), s->channels, usual);
        th_fix_sample(c, item, "remove", i, NULL, NULL);
    }
    return TH_OK;
}

#define FACTOR 5.0

/* Root mean squares of channel k, as logarithms; a unit is a factor that stands out of what is usual by FACTOR, and by
 * six deviations (from the median distance, which a few wrong ones do not move). */
static void find_units(th_check *c, int32_t k, const char *channels, float *x, float *away)
{
    size_t n = 0;
    for (size_t i = 0; i < c->set->n; i++)
        if (is_sensor(c, i) && strcmp(c->set->samples[i].channels, channels) == 0 && c->fact[i].channel[k].rms > 0)
            x[n++] = logf(c->fact[i].channel[k].rms);
    if (n < LEAST) return;
    const double usual = median(x, n);
    for (size_t i = 0; i < n; i++) away[i] = (float)fabs((double)x[i] - usual);
    const double limit = fmax(log(FACTOR), 6 * 1.4826 * median(away, n));
    for (size_t i = 0; i < c->set->n; i++) {
        char a[32];
        if (!is_sensor(c, i) || strcmp(c->set->samples[i].channels, channels) != 0 || !(c->fact[i].channel[k].rms > 0))
            continue;
        const double off = log((double)c->fact[i].channel[k].rms) - usual;
        if (fabs(off) <= limit) continue;
        th_check_item *item = th_found(c, i, TH_NO_SAMPLE, fabs(off));
        th_text_fmt(item->text, sizeof item->text, "%s: channel %ld is %s times as %s as usual",
                    th_sample_shown(&c->set->samples[i]), (long)k + 1, th_number(a, exp(fabs(off)), 1),
                    off > 0 ? "large" : "small");
    }
}

th_err th_check_units(th_check *c, th_why *why)
{
    const char *usual = usual_channels(c);
    const int32_t n = usual ? th_channel_count(usual) : 0;
    float *x = malloc((c->set->n + 1) * sizeof *x), *away = malloc((c->set->n + 1) * sizeof *away);
    const th_err err = x && away ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t k = 0; k < n && !err; k++) find_units(c, k, usual, x, away);
    free(x);
    free(away);
    return err;
}

/* ---- pictures ---- */

static bool is_picture(const th_check *c, size_t i)
{
    return c->set->samples[i].kind == TH_PICTURE && c->fact[i].has_view;
}

#define BLURRED 12.0 /* times less sharp than the median */

th_err th_check_blurred(th_check *c, th_why *why)
{
    size_t n = 0;
    float *x = malloc((c->set->n + 1) * sizeof *x);
    if (!x) return th_why_set(why, TH_ENOMEM, "out of memory");
    /* Larger pictures have softer pixels: the Laplacian goes with the square of the pixel's size. */
    for (size_t i = 0; i < c->set->n; i++)
        if (is_picture(c, i)) x[n++] = c->fact[i].is.picture.sharp * (float)c->fact[i].is.picture.w;
    const double usual = n >= LEAST ? median(x, n) : 0;
    for (size_t i = 0; i < c->set->n; i++) {
        char a[32];
        if (!is_picture(c, i)) continue;
        const double sharp = (double)c->fact[i].is.picture.sharp * c->fact[i].is.picture.w;
        if (sharp * BLURRED >= usual) continue;
        th_check_item *item = th_found(c, i, TH_NO_SAMPLE, usual / fmax(sharp, 1e-9));
        th_text_fmt(item->text, sizeof item->text, "%s: %s times less sharp than usual",
                    th_sample_shown(&c->set->samples[i]), th_number(a, fmin(item->score, 9999), 0));
        th_fix_sample(c, item, "remove", i, NULL, NULL);
    }
    free(x);
    return TH_OK;
}

#define GREY 1.0f /* levels between red, green and blue */

th_err th_check_colour(th_check *c, th_why *why)
{
    size_t grey = 0, n = 0;
    (void)why;
    for (size_t i = 0; i < c->set->n; i++) {
        n += is_picture(c, i);
        grey += is_picture(c, i) && c->fact[i].is.picture.colour < GREY;
    }
    if (strcmp(c->p->colour, "grey") == 0 || grey * 2 > n) return TH_OK;
    for (size_t i = 0; i < c->set->n; i++) {
        if (!is_picture(c, i) || c->fact[i].is.picture.colour >= GREY) continue;
        th_check_item *item = th_found(c, i, TH_NO_SAMPLE, 0);
        th_text_fmt(item->text, sizeof item->text, "%s", th_sample_shown(&c->set->samples[i]));
    }
    return TH_OK;
}
