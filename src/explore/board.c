/* What a board has, how long it computes, and what that takes of a battery. */
#include "deploy/board.h"
#include "explore/explore.h"

static const th_board *board_at(int32_t i)
{
    size_t n;
    return &th_board_all(&n)[i];
}

int32_t th_explore_boards(void)
{
    size_t n;
    (void)th_board_all(&n);
    return (int32_t)n;
}

const char *th_explore_board_name(int32_t i)
{
    return board_at(i)->name;
}

const char *th_explore_board_title(int32_t i)
{
    return board_at(i)->title;
}

const char *th_explore_board_chip(int32_t i)
{
    return board_at(i)->chip;
}

void th_explore_board(int32_t i, double macs, float *out)
{
    const th_board *b = board_at(i);
    const double instructions = th_board_instructions(b, macs);
    out[TH_BOARD_FLASH] = (float)b->flash_bytes;
    out[TH_BOARD_RAM] = (float)b->ram_bytes;
    out[TH_BOARD_HZ] = (float)b->clock_hz;
    out[TH_BOARD_MS] = (float)th_board_ms(b, instructions);
    out[TH_BOARD_MJ] = (float)th_board_mj(b, instructions);
}

double th_explore_days(double mj, double every_s, double sleep_ua, double mah, double volts)
{
    const double mw = mj / every_s + sleep_ua * volts / 1000, mwh = mah * volts;
    return mwh / mw / 24;
}
