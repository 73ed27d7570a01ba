/* Eight bits, memory, time and energy: scales are those of `thimble quantize`, the arena is the planner's, boards are
 * those of deploy/board.h. */
#include "compress/range.h"
#include "course/calc_priv.h"
#include "deploy/board.h"
#include "dsp/frontend.h"
#include "model/place.h"

#include <math.h>

/* ---- eight bits ---- */

static void scale_of(th_calc *c, float *scale, int32_t *zero)
{
    const double lo = th_calc_number(c, "lo", -1e6, 1e6), hi = th_calc_number(c, "hi", -1e6, 1e6);
    th_calc_need(c, lo <= 0 && hi >= 0 && lo < hi, "lo is 0 or below, hi 0 or above: zero is always one of the steps");
    if (!c->err) th_range_to_s8((float)lo, (float)hi, scale, zero);
}

void th_calc_scale(th_calc *c)
{
    float scale;
    int32_t zero;
    scale_of(c, &scale, &zero);
    if (c->err) return;
    th_calc_set(c, "scale", (double)scale);
    th_calc_set_whole(c, "zero", zero);
    th_calc_set(c, "lo", (double)scale * (-128 - zero));
    th_calc_set(c, "hi", (double)scale * (127 - zero));
}

void th_calc_quantize(th_calc *c)
{
    th_numbers x;
    double q[TH_CALC_VALUES], back[TH_CALC_VALUES], error[TH_CALC_VALUES], largest = 0;
    int8_t s8[TH_CALC_VALUES];
    float scale;
    int32_t zero;
    th_calc_list(c, "x", 1, TH_CALC_VALUES, &x);
    scale_of(c, &scale, &zero);
    if (c->err) return;
    th_features_to_s8(x.f, x.n, scale, zero, s8);
    for (int32_t i = 0; i < x.n; i++) {
        q[i] = s8[i];
        back[i] = (double)scale * (s8[i] - zero);
        error[i] = back[i] - x.v[i];
        largest = fmax(largest, fabs(error[i]));
    }
    th_calc_set_list(c, "q", q, x.n);
    th_calc_set_list(c, "back", back, x.n);
    th_calc_set_list(c, "error", error, x.n);
    th_calc_set(c, "first", q[0]);
    th_calc_set(c, "largest", largest);
    th_calc_set(c, "scale", (double)scale);
    th_calc_set_whole(c, "zero", zero);
}

/* Step s reads block s and makes block s + 1. */
void th_calc_arena(th_calc *c)
{
    th_numbers bytes;
    th_place_block block[TH_CALC_VALUES];
    th_placed placed;
    double sum = 0;
    th_calc_list(c, "bytes", 1, TH_CALC_VALUES, &bytes);
    if (c->err) return;
    const int32_t n = bytes.n, steps = n > 1 ? n - 1 : 1;
    for (int32_t i = 0; i < n; i++) {
        th_calc_need(c, bytes.v[i] >= 1 && bytes.v[i] <= 1e9 && bytes.v[i] == floor(bytes.v[i]),
                     "bytes are whole numbers from 1 to 1000000000");
        if (c->err) return;
        block[i] = (th_place_block){.bytes = (size_t)bytes.v[i], .align = 1, .first = i ? i - 1 : 0, .last = i};
        if (block[i].last >= steps) block[i].last = steps - 1;
        sum += bytes.v[i];
    }
    c->err = th_place(&(th_place_task){.block = block, .n = n, .n_steps = steps}, &placed);
    if (c->err) return;
    th_calc_set_whole(c, "arena", (int64_t)placed.bytes);
    th_calc_set(c, "sum", sum);
    th_calc_set_whole(c, "peak", placed.peak + 1);
}

/* ---- devices ---- */

void th_calc_energy(th_calc *c)
{
    const double active_ma = th_calc_number(c, "active_ma", 0, 1e5), sleep_ma = th_calc_number(c, "sleep_ma", 0, 1e5),
                 active_ms = th_calc_number(c, "active_ms", 0, 1e9),
                 every_ms = th_calc_number(c, "every_ms", 1e-3, 1e9), mah = th_calc_number(c, "mah", 0, 1e7),
                 volts = th_calc_number(c, "volts", 0, 1000);
    th_calc_need(c, active_ms <= every_ms, "active_ms is at most every_ms");
    if (c->err) return;
    const double duty = active_ms / every_ms, mean = duty * active_ma + (1 - duty) * sleep_ma;
    th_calc_need(c, mean > 0, "a device that never takes current needs no battery: give active_ma or sleep_ma");
    if (c->err) return;
    th_calc_set(c, "duty", duty);
    th_calc_set(c, "mean_ma", mean);
    th_calc_set(c, "hours", mah / mean);
    th_calc_set(c, "days", mah / mean / 24);
    th_calc_set(c, "mj", volts * mean * every_ms / 1000);
}

static const th_board *read_board(th_calc *c)
{
    char name[48];
    const th_board *board = NULL;
    th_calc_text(c, "board", name, sizeof name);
    if (!c->err) c->err = th_board_find(name, &board, c->why);
    return board;
}

void th_calc_budget(th_calc *c)
{
    const th_board *board = read_board(c);
    const double flash = th_calc_number(c, "flash", 0, 1e12), ram = th_calc_number(c, "ram", 0, 1e12);
    if (c->err) return;
    th_calc_set_yes(c, "fits", flash <= board->flash_bytes && ram <= board->ram_bytes);
    th_calc_set(c, "flash_left", board->flash_bytes - flash);
    th_calc_set(c, "ram_left", board->ram_bytes - ram);
    th_calc_set(c, "flash_percent", 100 * flash / board->flash_bytes);
    th_calc_set(c, "ram_percent", 100 * ram / board->ram_bytes);
    th_calc_set_whole(c, "flash_all", board->flash_bytes);
    th_calc_set_whole(c, "ram_all", board->ram_bytes);
}

void th_calc_speed(th_calc *c)
{
    const th_board *board = read_board(c);
    const double instructions = th_calc_number(c, "instructions", 1, 1e15);
    if (c->err) return;
    const double ms = th_board_ms(board, instructions);
    th_calc_set(c, "ms", ms);
    th_calc_set(c, "mj", th_board_mj(board, instructions));
    th_calc_set(c, "per_second", ms > 0 ? 1000 / ms : 0);
}

void th_calc_send(th_calc *c)
{
    const double bytes = th_calc_number(c, "bytes", 0, 1e12), speed = th_calc_number(c, "bits_per_second", 1, 1e12),
                 ma = th_calc_number(c, "ma", 0, 1e5), volts = th_calc_number(c, "volts", 0, 1000);
    if (c->err) return;
    th_calc_set(c, "seconds", 8 * bytes / speed);
    th_calc_set(c, "mj", 8 * bytes / speed * ma * volts);
}
