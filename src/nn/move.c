#include "nn/move.h"

#include "nn/copy.h"

void th_move(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_move_par *p = (const th_move_par *)par;
    const int32_t *w = p->words;
    (void)scratch;
    for (int32_t i = 0; i < p->n_boxes; i++) {
        uint8_t *to = (uint8_t *)out[w[1]] + w[3];
        if (w[0] < 0)
            memset(to, (int)w[2], (size_t)w[4]);
        else
            th_copy_box(to, (const uint8_t *)in[w[0]] + w[2], w[4], w[5], w + TH_MOVE_HEAD);
        w += TH_MOVE_HEAD + 3 * w[5];
    }
}
