#include "dsp/gate.h"

#include "dsp/frontend.h"

int32_t th_gate_opens(const th_gate *g, const int8_t *scores)
{
    int32_t sum = 0;
    for (int32_t c = 0; c < g->n_small; c++)
        if (g->labels >> c & 1) sum += (int32_t)scores[c] + 128;
    return sum >= g->least;
}

void th_gate_shut(const th_gate *g, int8_t *scores)
{
    for (int32_t c = 0; c < g->n_large; c++) scores[c] = c == g->quiet ? 127 : -128;
}

void th_gate_features(const th_gate *g, const int8_t *from, int32_t n, int8_t *to)
{
    float frame[TH_MAX_COEFS];
    for (int32_t i = 0; i < n; i += g->n_coef) {
        for (int32_t c = 0; c < g->n_coef; c++)
            frame[c] = (float)((int32_t)from[i + c] - g->zero) * g->gain[c] + g->shift[c];
        th_features_to_s8(frame, g->n_coef, g->small_scale, g->small_zero, to + i);
    }
}
