/* device/cost.h -- of something that is done again and again: times, and ticks of the instruction clock. */
#ifndef DEVICE_COST_H
#define DEVICE_COST_H

#include <stdint.h>

enum { COST_COUNT, COST_MIN, COST_MAX, COST_SUM_LOW, COST_SUM_HIGH, COST_NUMBERS };

static inline void cost_add(uint32_t cost[COST_NUMBERS], uint32_t ticks)
{
    if (!cost[COST_COUNT] || ticks < cost[COST_MIN]) cost[COST_MIN] = ticks;
    if (ticks > cost[COST_MAX]) cost[COST_MAX] = ticks;
    cost[COST_SUM_LOW] += ticks;
    cost[COST_SUM_HIGH] += cost[COST_SUM_LOW] < ticks;
    cost[COST_COUNT]++;
}

#endif
