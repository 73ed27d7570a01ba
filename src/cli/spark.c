#include "cli/spark.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool th_terminal_is_utf8(void)
{
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) return strstr(value, "UTF-8") || strstr(value, "utf8") || strstr(value, "UTF8");
    }
    return false;
}

/* Mean of the numbers of part k of `parts`; NaN when there is none. */
static double mean_of(const double *y, size_t n, size_t k, size_t parts)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = n * k / parts; i < n * (k + 1) / parts; i++)
        if (isfinite(y[i])) sum += y[i], count++;
    return count ? sum / (double)count : (double)NAN;
}

void th_spark(const double *y, size_t n, int width, bool utf8, char *buf)
{
    static const char ascii[] = "_.-=*#";
    const size_t parts = n < (size_t)width ? n : (size_t)width;
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t k = 0; k < parts; k++) {
        low = fmin(low, mean_of(y, n, k, parts));
        high = fmax(high, mean_of(y, n, k, parts));
    }
    for (size_t k = 0; k < parts; k++) {
        const double v = mean_of(y, n, k, parts);
        if (!isfinite(v)) continue;
        const double part = high > low ? (v - low) / (high - low) : 0.5;
        if (!utf8) {
            *buf++ = ascii[(int)(part * 5 + 0.5)];
            continue;
        }
        memcpy(buf, "\xe2\x96\x81", 3); /* U+2581, one eighth, to U+2588 */
        buf[2] = (char)(buf[2] + (int)(part * 7 + 0.5));
        buf += 3;
    }
    *buf = 0;
}
