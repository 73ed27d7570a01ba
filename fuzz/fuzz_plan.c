/* Any bytes as a model that is read, planned and run once: refused somewhere, or run without touching a byte that is
 * not its own. */
#include "model/plan.h"

#include <stdlib.h>
#include <string.h>

#define MOST_MACS  ((int64_t)1 << 24) /* a fuzzer has many models to try */
#define MOST_RUNS  16                 /* of graphs, by WHILE and IF */
#define MOST_BYTES ((size_t)1 << 24)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run(const th_plan *plan)
{
    th_runner *r = NULL;
    th_why why = {0};
    if (th_runner_new(plan, &r, &why)) return;
    for (int32_t i = 0; i < plan->graph->n_inputs; i++)
        memset(th_runner_input(r, i), 0x81, th_tensor_bytes(&plan->graph->tensors[plan->graph->inputs[i]]));
    th_runner_limit(r, MOST_RUNS);
    const th_err err = th_runner_invoke(r, NULL, NULL);
    th_runner_free(r);
    if (err && err != TH_EENDLESS) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    th_model *m = NULL;
    th_plan *plan = NULL;
    th_why why = {0};
    if (th_model_from_tflite((th_span){data, size}, &m, &why)) return 0;
    if (th_plan_make_quick(&m->graphs[0], &plan, &why) == TH_OK && plan->arena_bytes <= MOST_BYTES &&
        plan->macs <= MOST_MACS)
        run(plan);
    th_plan_free(plan);
    th_model_free(m);
    return 0;
}
