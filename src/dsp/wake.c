#include "dsp/wake.h"

#include "dsp/detector.h"

void th_wake_start(th_wake *w)
{
    w->left = 0;
    w->label = -1;
    w->score = 0;
    w->units = 0;
}

void th_wake_pass(th_wake *w, int32_t n)
{
    w->units += n;
}

int32_t th_wake_ms(const th_wake *w)
{
    return th_time_wrap((uint64_t)w->units * 1000000u / (uint64_t)w->cfg.rate);
}

int32_t th_wake_by(th_wake *w, int32_t label)
{
    if (label != w->cfg.label) return 0;
    w->left = w->cfg.answers;
    w->label = -1;
    w->score = 0;
    return 1;
}

int32_t th_wake_answer(th_wake *w, int32_t label, int32_t score)
{
    if (label >= 0 && (w->label < 0 || score > w->score)) {
        w->label = label;
        w->score = score;
    }
    if (--w->left > 0) return 0;
    w->units += w->cfg.skip;
    return 1;
}
