#include "dsp/window.h"

#include <string.h>

th_err th_window_init(th_window *w, int32_t window, int32_t hop, int32_t row_bytes, th_arena *arena)
{
    if (window < 1 || hop < 1 || row_bytes < 1 || window > (INT32_C(1) << 24) / row_bytes) return TH_ERANGE;
    w->ring = TH_NEW(arena, uint8_t, (size_t)window * (size_t)row_bytes);
    w->window = window;
    w->hop = hop;
    w->row_bytes = row_bytes;
    th_window_gap(w);
    return w->ring ? TH_OK : TH_ENOMEM;
}

void th_window_gap(th_window *w)
{
    w->at = 0;
    w->wait = w->window;
}

int th_window_push(th_window *w, const void *row)
{
    memcpy(w->ring + w->at * w->row_bytes, row, (size_t)w->row_bytes);
    if (++w->at == w->window) w->at = 0;
    if (--w->wait > 0) return 0;
    w->wait = w->hop;
    return 1;
}

void th_window_copy(const th_window *w, void *out)
{
    const size_t old = (size_t)(w->window - w->at) * (size_t)w->row_bytes;
    memcpy(out, w->ring + w->at * w->row_bytes, old);
    memcpy((uint8_t *)out + old, w->ring, (size_t)w->at * (size_t)w->row_bytes);
}
