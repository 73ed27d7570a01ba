/* One model on one board, as `thimble emulate` measures it. */
#include "cli/bench.h"
#include "cli/emulate.h"
#include "cli/quantized.h"

#include "base/rng.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define WINDOWS 4 /* of noise, to count features by */

void th_bench_model_name(const th_target *t, char *name, size_t cap)
{
    const char *path = t->has_project ? t->project.dir : t->path;
    const char *slash = strrchr(path, '/'), *from = slash ? slash + 1 : path, *dot = strrchr(from, '.');
    const size_t n = dot && (!strcmp(dot, ".tflite") || !strcmp(dot, ".thm")) ? (size_t)(dot - from) : strlen(from);
    th_text_fmt(name, cap, "%.*s", (int)n, from);
}

/* The first inputs of the self test: those of ../shared/goldens/NAME.seed1.in.bin. */
static th_err run_once(th_session *s, th_why *why)
{
    const th_graph *g = s->t.plan->graph;
    size_t n = 0;
    for (int32_t i = 0; i < g->n_inputs; i++) n += th_tensor_bytes(&g->tensors[g->inputs[i]]);
    uint8_t *in = malloc(n + 1);
    if (!in) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_span sets = {in, th_code_test_input(g, 1, in)};
    const th_err err = th_session_sets(s, s->t.path, sets, NULL, why);
    free(in);
    if (err || s->equal) return err;
    return th_why_set(why, TH_EIO,
                      "%s: the emulated board and this computer do not agree: this is a bug, please report it with the "
                      "model",
                      s->t.path);
}

static json_t *get(const th_session *s, const char *key)
{
    return json_object_get(s->out, key);
}

static json_t *row_of(const th_session *s)
{
    static const char *const keep[] = {"flash_code",
                                       "flash_model",
                                       "arena",
                                       "static",
                                       "stack_bound",
                                       "stack",
                                       "ram",
                                       "instructions",
                                       "features_instructions",
                                       "ms_estimate",
                                       "estimate_source",
                                       "mj_estimate",
                                       "energy_source",
                                       "firmware",
                                       "flash",
                                       "listener_bytes",
                                       "estimate_error_percent"};
    char name[128];
    const th_plan *plan = s->t.plan;
    th_bench_model_name(&s->t, name, sizeof name);
    json_t *row =
        json_pack("{s:o,s:o,s:s,s:s,s:I}", "model", th_name_json(name), "file", th_name_json(s->t.path), "board",
                  s->t.board->name, "kernels", th_isa_name(plan->isa), "macs", (json_int_t)plan->macs);
    for (size_t i = 0; row && i < sizeof keep / sizeof keep[0]; i++)
        if (get(s, keep[i])) json_object_set(row, keep[i], get(s, keep[i]));
    const json_t *count = get(s, "instructions");
    if (!count) /* it can't be emulated: all of the stack that is reserved */
        json_object_set_new(row, "ram", json_integer((json_int_t)s->fw.ram_bound));
    else if (plan->macs > 0)
        json_object_set_new(row, "instructions_per_mac", json_real(json_number_value(count) / (double)plan->macs));
    if (get(s, "instructions_by_layer")) json_object_set(row, "layers", get(s, "instructions_by_layer"));
    return row;
}

/* A few windows of noise; what went by before the first one that is judged too. */
static th_err run_windows(th_session *s, th_why *why)
{
    const th_sensor *sensor = &s->t.sensor;
    const size_t rows = (size_t)sensor->block.window + (size_t)sensor->hop * (size_t)(sensor->learn + WINDOWS - 1),
                 n = rows * (size_t)sensor->block.n_axes;
    th_rng rng = th_rng_make(1, 0);
    th_emulation e = {0};
    float *x = malloc(n * sizeof *x);
    if (!x) return th_why_set(why, TH_ENOMEM, "no memory for %zu rows", rows);
    for (size_t i = 0; i < n; i++) x[i] = th_rng_range(&rng, -1, 1);
    const th_err err = th_emulator_run(s->t.board, s->fw.elf, TH_EMULATE_WATCH,
                                       (th_span){(const uint8_t *)x, n * sizeof *x}, true, 600, NULL, NULL, &e, why);
    if (!err) th_session_inference(s, &e);
    if (!err) json_object_set_new(s->out, "features_instructions", json_integer((json_int_t)e.frame.mean));
    th_emulation_free(&e);
    free(x);
    return err;
}

th_err th_bench_board(const char *word, const th_board *board, unsigned what, json_t **row, th_why *why)
{
    th_session s = {.equal = true, .out = json_object()};
    const unsigned flags = (what & TH_BENCH_PACKAGE ? (unsigned)TH_BUILD_PACKAGE : 0u) |
                           (what & TH_BENCH_LAYERS ? (unsigned)TH_BUILD_PROFILE : 0u);
    th_err err = th_target_open(word, board->name, NULL, &s.t, why);
    if (!err) err = th_session_build(&s, false, flags, why);
    if (!err) th_session_sizes(&s);
    if (!err && board->emulator) err = run_once(&s, why);
    if (!err && board->emulator && (what & TH_BENCH_WINDOWS) && s.t.has_sensor) err = run_windows(&s, why);
    if (!err && !(*row = row_of(&s))) err = th_why_set(why, TH_ENOMEM, "out of memory");
    th_session_close(&s);
    return err;
}
