/* One model on one board, as `thimble emulate` measures it. */
#include "cli/bench.h"
#include "cli/emulate.h"
#include "cli/quantized.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

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

th_err th_bench_board(const char *word, const th_board *board, bool package, bool layers, json_t **row, th_why *why)
{
    th_session s = {.equal = true, .out = json_object()};
    const unsigned flags = (package ? (unsigned)TH_BUILD_PACKAGE : 0u) | (layers ? (unsigned)TH_BUILD_PROFILE : 0u);
    th_err err = th_target_open(word, board->name, NULL, &s.t, why);
    if (!err) err = th_session_build(&s, false, flags, why);
    if (!err) th_session_sizes(&s);
    if (!err && board->emulator) err = run_once(&s, why);
    if (!err && !(*row = row_of(&s))) err = th_why_set(why, TH_ENOMEM, "out of memory");
    th_session_close(&s);
    return err;
}
