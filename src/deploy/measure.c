#include "deploy/measure.h"

#include "base/text.h"
#include "deploy/emulator.h"

#include <stdlib.h>
#include <string.h>

/* Rough sizes for a computer without the compiler, rounded up from builds with gcc 12 at -O2. */
enum { CODE_ESTIMATE = 20000, AUDIO_ESTIMATE = 24000, DATA_ESTIMATE = 3000, STACK_ESTIMATE = 1024 };

/* The step whose memory is largest, and the constant that is largest: for a person who must shrink it. */
static void explain(const th_plan *plan, const th_board *board, th_measure *m)
{
    const th_graph *g = plan->graph;
    size_t n = 0;
    m->fits = m->flash <= board->flash_bytes && m->ram <= board->ram_bytes;
    m->breaks[0] = '\0';
    if (m->ram > board->ram_bytes && g->n_nodes > 0)
        n = th_text_fmt(m->breaks, sizeof m->breaks,
                        "RAM: %lu bytes too many; the arena of %zu bytes peaks at operator %ld (%s)",
                        (unsigned long)(m->ram - board->ram_bytes), m->arena, (long)plan->peak_node,
                        plan->steps[plan->peak_node].kernel_name);
    if (m->flash > board->flash_bytes) {
        int32_t most = -1;
        for (int32_t t = 0; t < g->n_tensors; t++)
            if (g->tensors[t].data &&
                (most < 0 || th_tensor_bytes(&g->tensors[t]) > th_tensor_bytes(&g->tensors[most])))
                most = t;
        th_text_fmt(m->breaks + n, sizeof m->breaks - n,
                    "%sflash: %lu bytes too many; the largest weights are \"%s\" with %zu bytes", n ? "; " : "",
                    (unsigned long)(m->flash - board->flash_bytes), most < 0 ? "?" : g->tensors[most].name,
                    most < 0 ? (size_t)0 : th_tensor_bytes(&g->tensors[most]));
    }
}

static void estimate(const th_code *code, bool audio, th_measure *m)
{
    m->estimate = true;
    m->stack = STACK_ESTIMATE;
    m->flash = (uint32_t)(code->weight_bytes + CODE_ESTIMATE + (audio ? AUDIO_ESTIMATE : 0));
    m->ram = (uint32_t)(m->arena + code->listener_bytes + DATA_ESTIMATE + STACK_ESTIMATE);
}

/* One inference on silence, or on zeros. */
static th_err try_run(const th_plan *plan, const th_pipeline *pipe, const th_board *board, const char *elf,
                      th_measure *m, th_why *why)
{
    size_t n = 0;
    for (int32_t i = 0; i < plan->graph->n_inputs; i++)
        n += th_tensor_bytes(&plan->graph->tensors[plan->graph->inputs[i]]);
    if (pipe) n = 2 * (size_t)(pipe->clip_samples + 4 * th_pipeline_stride_frames(pipe) * pipe->frontend.hop);
    uint8_t *zeros = calloc(n + 1, 1);
    if (!zeros) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_emulation e;
    const th_err err = th_emulator_run(board, elf, pipe ? TH_EMULATE_STREAM : TH_EMULATE_RAW, (th_span){zeros, n}, true,
                                       120, NULL, NULL, &e, why);
    free(zeros);
    if (!err) {
        m->ran = true;
        m->stack_used = e.stack;
        m->instructions = e.inference.mean;
    }
    th_emulation_free(&e);
    return err;
}

static th_err build_and_run(const th_plan *plan, const th_pipeline *pipe, const th_board *board, const th_code *code,
                            const char *dir, th_measure *m, th_why *why)
{
    th_firmware fw = {0};
    th_err err = th_firmware_sources(code, dir, why);
    if (!err) err = th_firmware_build(code, board, dir, TH_BUILD_ANY_SIZE, &fw, why);
    if (!err) {
        m->flash = fw.flash;
        m->ram = fw.ram;
        m->stack = fw.stack;
        if (m->flash <= board->flash_bytes && m->ram <= board->ram_bytes && th_emulator_tools(board, NULL) == TH_OK)
            err = try_run(plan, pipe, board, fw.elf, m, why);
    }
    th_firmware_free(&fw);
    return err;
}

static th_err measure(const th_plan *plan, const th_pipeline *pipe, const th_board *board, const th_code *code,
                      th_measure *m, th_why *why)
{
    char dir[TH_PATH_BYTES];
    m->arena = plan->arena_bytes;
    m->weights = (uint32_t)code->weight_bytes;
    m->listener = (uint32_t)code->listener_bytes;
    if (th_firmware_tools(board, NULL) != TH_OK) {
        estimate(code, pipe != NULL, m);
        return TH_OK;
    }
    TH_TRY(th_dir_temp(dir, why));
    const th_err err = build_and_run(plan, pipe, board, code, dir, m, why);
    th_dir_remove(dir);
    return err;
}

th_err th_measure_model(const th_plan *plan, const th_pipeline *pipe, const th_board *board, th_measure *m, th_why *why)
{
    th_code code;
    memset(m, 0, sizeof *m);
    th_err err = th_code_make(plan, pipe, &code, why);
    if (!err) err = measure(plan, pipe, board, &code, m, why);
    if (!err) explain(plan, board, m);
    th_code_free(&code);
    return err;
}
