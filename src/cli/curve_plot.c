#include "cli/curve_plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 56, HEIGHT = 11, LINE = WIDTH + 16 };

static int column(double rate, double least, double most)
{
    if (rate < least * 0.999) return 0;
    const double part = most > least ? log(rate / least) / log(most / least) : 0.0;
    return 4 + (int)lround(fmin(fmax(part, 0.0), 1.0) * (WIDTH - 5));
}

static int row(double miss)
{
    return (int)lround((1.0 - fmin(fmax(miss, 0.0), 1.0)) * (HEIGHT - 1));
}

char *th_curve_plot(const double *rate, const double *miss, size_t n, size_t mark, double least)
{
    char cell[HEIGHT][WIDTH + 1], low[24], high[24];
    double most = least * 10.0;
    char *out = malloc((HEIGHT + 4) * LINE + 1);
    if (!out) return NULL;
    for (int y = 0; y < HEIGHT; y++) memset(cell[y], ' ', WIDTH), cell[y][WIDTH] = '\0';
    for (size_t i = 0; i < n; i++) most = fmax(most, rate[i]);
    for (size_t i = 0; i < n; i++) cell[row(miss[i])][column(rate[i], least, most)] = '*';
    if (mark < n) cell[row(miss[mark])][column(rate[mark], least, most)] = 'O';
    size_t at = (size_t)snprintf(out, LINE, "  missed\n");
    for (int y = 0; y < HEIGHT; y++) {
        char percent[8] = "";
        if (y % 2 == 0) snprintf(percent, sizeof percent, "%d %%", 100 - 100 * y / (HEIGHT - 1));
        at += (size_t)snprintf(out + at, LINE, "%7s |%s\n", percent, cell[y]);
    }
    at += (size_t)snprintf(out + at, LINE, "        +");
    memset(out + at, '-', WIDTH);
    at += WIDTH;
    snprintf(low, sizeof low, "%.3g", least);
    snprintf(high, sizeof high, "%.3g", most);
    snprintf(out + at, LINE + 40, "\n         0   %-*s%s\n         false alarms per hour\n",
             WIDTH - 4 - (int)strlen(high), low, high);
    return out;
}
