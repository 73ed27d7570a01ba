/* Bars: what is good enough, and whether it was set from runs. */
#include "course/lab_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_RUNS = 5, MOST_RUNS = 100 };

/* A number up to `end` (NULL: to the end of the text, or " step"). */
static bool read_part(const char *text, const char *end, double *value)
{
    char part[64];
    const size_t n = end ? (size_t)(end - text) : strlen(text);
    if (n >= sizeof part) return false;
    memcpy(part, text, n);
    part[n] = 0;
    return th_lab_read_number(part, NULL, value);
}

bool th_lab_range(const char *text, double *lo, double *hi, double *step)
{
    const char *dots = strstr(text, ".."), *word = strstr(text, " step ");
    *step = 1;
    if (!dots || !read_part(text, dots, lo)) return false;
    if (word && (word < dots || !read_part(word + 6, NULL, step))) return false;
    return read_part(dots + 2, word, hi) && *hi >= *lo && *step > 0;
}

th_err th_lab_bar_read(const char *text, th_lab_bar *bar, th_why *why)
{
    double step;
    bool good = false;
    *bar = (th_lab_bar){-HUGE_VAL, HUGE_VAL};
    if (strncmp(text, ">=", 2) == 0)
        good = read_part(text + 2, NULL, &bar->lo);
    else if (strncmp(text, "<=", 2) == 0)
        good = read_part(text + 2, NULL, &bar->hi);
    else
        good = th_lab_range(text, &bar->lo, &bar->hi, &step);
    if (good) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "a bar is \">= 0.9\", \"<= 3\" or \"0.2..0.4\", not \"%.60s\"", text);
}

void th_lab_bar_say(const th_lab_bar *bar, double scale, char text[96])
{
    if (isinf(bar->hi))
        snprintf(text, 96, "at least %.6g", bar->lo * scale);
    else if (isinf(bar->lo))
        snprintf(text, 96, "at most %.6g", bar->hi * scale);
    else
        snprintf(text, 96, "from %.6g to %.6g", bar->lo * scale, bar->hi * scale);
}

th_err th_lab_bar_check(const th_lab_prop *p, const char *runs, const th_lab_bar *bar, th_why *why)
{
    const char *at = th_lab_setting(p, runs);
    double run[MOST_RUNS], lo = HUGE_VAL, hi = -HUGE_VAL;
    char one[64];
    int n = 0;
    if (at) at += strspn(at, " ");
    while (n < MOST_RUNS && th_lab_part(&at, ' ', one, sizeof one)) {
        if (!*one) continue;
        if (!th_lab_read_number(one, NULL, &run[n]))
            return th_why_set(why, TH_EFORMAT, "%s: %.40s is no number", runs, one);
        lo = fmin(lo, run[n]);
        hi = fmax(hi, run[n]);
        n++;
    }
    if (n < LEAST_RUNS)
        return th_why_set(why, TH_EFORMAT, "it needs `%s`: what %d reference runs reached, or more", runs, LEAST_RUNS);
    const double spare = (hi - lo) / 4;
    if (lo - spare >= bar->lo && hi + spare <= bar->hi) return TH_OK;
    return th_why_set(why, TH_EFORMAT,
                      "the bar is too near to the runs that it was set from (%.6g to %.6g): it must be missed by none, "
                      "with a quarter of their spread (%.3g) to spare",
                      lo, hi, spare);
}
