#include "train/schedule.h"

#include <math.h>
#include <string.h>

static double cosine(const th_schedule_cfg *c, const th_schedule_at *at, double warm)
{
    const double all = (double)at->steps * at->epochs, part = ((double)at->step - warm) / (all - warm);
    const double low = c->floor;
    return low + (1 - low) * 0.5 * (1 + cos(3.14159265358979323846 * part));
}

static double constant(const th_schedule_cfg *c, const th_schedule_at *at, double warm)
{
    (void)c, (void)at, (void)warm;
    return 1;
}

static double steps(const th_schedule_cfg *c, const th_schedule_at *at, double warm)
{
    (void)warm;
    const uint64_t epochs = at->step / (uint64_t)at->steps, drops = epochs / (uint64_t)c->every;
    return pow(c->factor, (double)drops);
}

static double plateau(const th_schedule_cfg *c, const th_schedule_at *at, double warm)
{
    (void)warm;
    return pow(c->factor, at->drops);
}

static const th_schedule_row rows[] = {
    {"cosine", cosine, false, 0.5, "falls along a cosine to rate_floor of the peak"},
    {"constant", constant, false, 0, "stays at the peak"},
    {"step", steps, false, 0, "times drop_factor every drop_every epochs"},
    {"plateau", plateau, true, 0, "times drop_factor after drop_every epochs that were not better"},
};
#define N_ROWS (sizeof rows / sizeof rows[0])

const th_schedule_row *th_schedule_all(size_t *n)
{
    *n = N_ROWS;
    return rows;
}

const th_schedule_row *th_schedule_find(const char *name)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (strcmp(rows[i].name, name) == 0) return &rows[i];
    return NULL;
}

double th_schedule_rate(const th_schedule_cfg *c, const th_schedule_at *at)
{
    const double all = (double)at->steps * at->epochs, two = 2.0 * at->steps;
    const double warm = c->warmup >= 0 ? c->warmup * at->steps : 0.04 * all < two ? 0.04 * all : two;
    if ((double)at->step < warm) return c->peak * ((double)at->step + 1) / (warm + 1);
    return c->peak * c->row->part(c, at, warm);
}

int32_t th_schedule_drops(const double *metric, int32_t n, int sign, int32_t every)
{
    double best = -HUGE_VAL;
    int32_t drops = 0, waited = 0;
    for (int32_t i = 0; i < n; i++) {
        const double value = sign * metric[i];
        waited = value > best ? 0 : waited + 1;
        if (value > best) best = value;
        if (waited < every) continue;
        drops++;
        waited = 0;
    }
    return drops;
}
