/* Files of data sets from anybody: the first byte says which layout, and what it gives away is sound; whatever a
 * recording is, windows and strokes of it are made or refused with a text. */
#include "data/windows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static th_err take(void *ctx, const th_recording *r, th_why *why)
{
    const th_task *task = ctx;
    static th_card card;
    th_windows *w;
    if (r->n < 1 || r->n_channels < 1 || !(r->rate_hz >= 0) || !r->label || !r->group || !r->subject || !r->device)
        abort();
    for (int64_t i = 0; i < (int64_t)r->n * r->n_channels; i++)
        if (!isfinite(r->rows[i])) abort();
    for (int32_t i = 0, at = 0; i < r->n_parts; at = r->parts[i++].to)
        if (r->parts[i].from < at || r->parts[i].to <= r->parts[i].from || r->parts[i].to > r->n) abort();
    card = (th_card){.n_labels = 1,
                     .labels = {"normal"},
                     .recipe = {.rate_hz = 10,
                                .window_ms = 500,
                                .hop_ms = 500,
                                .blocks = "stats mean sd",
                                .strokes = "points",
                                .points = 8,
                                .baseline = "group"}};
    memcpy(card.task, task->name, strlen(task->name) + 1);
    if (th_windows_new(&card, false, &w, why)) return TH_ENOMEM;
    th_err err = th_windows_learn(w, r, why);
    if (!err) err = th_windows_add(w, r, why);
    th_examples *e = err ? NULL : th_windows_take(w);
    th_examples_free(e);
    th_windows_free(w);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const th_layout *const all[] = {&th_layout_har, &th_layout_wand,  &th_layout_fan, &th_layout_skab,
                                           &th_layout_nab, &th_layout_plain, &th_layout_edge};
    static const char *const names[] = {"s01_01_sp.csv", "a.json",        "fan.csv",    "1.csv",
                                        "data/1.csv",    "walk/me/1.csv", "walk.1.json"};
    if (size < 1) return 0;
    const size_t k = data[0] % (sizeof all / sizeof *all);
    const th_span text = {data + 1, size - 1};
    const th_layout_cfg cfg = {
        .rate_hz = 10, .pause_ms = 500, .device = "", .beside = {text.p, k == 4 ? text.n / 2 : 0}};
    const th_task *task = th_task_find(all[k]->task                    ? all[k]->task
                                       : all[k]->input == TH_IN_STROKE ? "gesture"
                                                                       : "anomaly");
    th_why why = {0};
    (void)all[k]->fits(names[k], text);
    if (all[k]->parse(text, names[k], &cfg, take, (void *)(uintptr_t)task, &why) && (!why.err || !why.text[0])) abort();
    return 0;
}
