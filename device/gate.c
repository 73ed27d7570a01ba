#include "gate.h"

#include "board.h"
#include "cost.h"
#include "model.h"
#include "semihost.h"

#if MODEL_GATE
#include "model_gate.h"

#include <string.h>

static int16_t block[MODEL2_HOP_SAMPLES]; /* at most one frame, one window, one detection */
static int8_t small_scores[MODEL1_OUTPUT0_BYTES];
static int32_t status;
static uint32_t frame[COST_NUMBERS], small[COST_NUMBERS], large[COST_NUMBERS];
static uint32_t network_ticks; /* of this push */

/* What came of a push. */
typedef struct said {
    int32_t judged, detected;
    int8_t scores[MODEL2_LABELS];
    th_detection detection;
} said;

static uint32_t add_since(uint32_t cost[COST_NUMBERS], uint32_t from)
{
    const uint32_t ticks = device_ticks() - from;
    cost_add(cost, ticks);
    network_ticks += ticks;
    return device_ticks();
}

/* As model_gate.c has it, and how long each of the two takes. */
static void device_classify(void *ctx, const int8_t *features, int8_t *to)
{
    uint32_t from = device_ticks();
    (void)ctx;
    (void)model1_init();
    th_gate_features(&model_gate, features, MODEL1_INPUT0_BYTES, model1_input(0));
    if (model1_invoke()) status = DEVICE_EXIT_ENDLESS;
    memcpy(small_scores, model1_output(0), sizeof small_scores);
    const int32_t open = th_gate_opens(&model_gate, small_scores);
    if (!open) th_gate_shut(&model_gate, to);
    from = add_since(small, from);
    if (!open) return;
    (void)model2_init();
    memcpy(model2_input(0), features, MODEL2_INPUT0_BYTES);
    if (model2_invoke()) status = DEVICE_EXIT_ENDLESS;
    memcpy(to, model2_output(0), MODEL2_LABELS);
    (void)add_since(large, from);
}

static void device_on_detect(void *ctx, const th_detection *d)
{
    said *s = ctx;
    s->detection = *d;
    s->detected = 1;
}

static void device_on_scores(void *ctx, int32_t time_ms, const int8_t *scores)
{
    said *s = ctx;
    (void)time_ms;
    memcpy(s->scores, scores, MODEL2_LABELS);
    s->judged = 1;
}

/* Files and lines come after what is measured. */
static int32_t write_said(const said *s, int32_t out)
{
    if (s->judged && (semi_write(out, small_scores, sizeof small_scores) != (int32_t)sizeof small_scores ||
                      semi_write(out, s->scores, MODEL2_LABELS) != MODEL2_LABELS))
        return DEVICE_EXIT_BAD_FILE;
    if (s->detected) {
        const uint32_t value[3] = {(uint32_t)s->detection.time_ms, (uint32_t)s->detection.label,
                                   (uint32_t)s->detection.score};
        device_say("detect", value, 3);
    }
    return status;
}

int32_t device_gate(int32_t in, int32_t out)
{
    int32_t got;
    if (model2_listen_start(device_classify)) return DEVICE_EXIT_BAD_WORDS;
    while (!status && (got = semi_read(in, block, sizeof block)) > 1) {
        said s = {0};
        const int64_t frames = model2_listener.n_done;
        network_ticks = 0;
        const uint32_t from = device_ticks();
        model2_listen(block, got / 2, device_on_detect, device_on_scores, &s);
        if (model2_listener.n_done != frames) cost_add(frame, device_ticks() - from - network_ticks);
        status = write_said(&s, out);
    }
    return status;
}

void device_gate_costs(void)
{
    if (!frame[COST_COUNT]) return; /* another mode */
    device_say("frame", frame, COST_NUMBERS);
    device_say("inference", small, COST_NUMBERS);
    device_say("inference2", large, COST_NUMBERS);
}
#endif
