/* Going through a plan run by run, and what bands make of tensors and work. */
#include "model/plan.h"

static th_call run_at(const th_plan *p, int32_t place, int32_t bands, int32_t band)
{
    th_call run = {.place = place, .bands = bands, .band = band, .done = true};
    if (place >= p->graph->n_nodes) return run;
    run.node = p->order[place];
    run.step = &p->steps[run.node];
    if (bands == p->n_bands || place < p->bands[bands].first) return run;
    const th_bands *b = &p->bands[bands];
    const int32_t at = band * b->n_nodes + place - b->first;
    run.step = &b->step[at];
    run.ends = &b->ends[at];
    run.done = band == b->n - 1 && place == b->first + b->n_nodes - 1;
    return run;
}

th_call th_plan_first(const th_plan *plan)
{
    return run_at(plan, 0, 0, 0);
}

th_call th_plan_next(const th_plan *plan, const th_call *run)
{
    int32_t place = run->place + 1, bands = run->bands, band = run->band;
    if (run->ends && place == plan->bands[bands].first + plan->bands[bands].n_nodes) {
        if (++band < plan->bands[bands].n)
            place = plan->bands[bands].first;
        else
            band = 0, bands++;
    }
    return run_at(plan, place, bands, band);
}

int32_t th_bands_of(const th_plan *plan, int32_t node, int32_t *number)
{
    for (int32_t i = 0; i < plan->n_bands; i++) {
        const th_bands *b = &plan->bands[i];
        for (int32_t j = 0; j < b->n_nodes; j++)
            if (plan->order[b->first + j] == node) {
                *number = j;
                return i;
            }
    }
    return -1;
}

int64_t th_bands_more_macs(const th_plan *plan)
{
    int64_t more = 0;
    for (int32_t i = 0; i < plan->n_bands; i++) {
        const th_bands *b = &plan->bands[i];
        for (int32_t k = 0; k < b->n * b->n_nodes; k++) more += b->step[k].macs;
        for (int32_t j = 0; j < b->n_nodes; j++) more -= plan->steps[plan->order[b->first + j]].macs;
    }
    return more;
}

size_t th_plan_bytes(const th_plan *plan, int32_t tensor)
{
    return plan->n_bands && plan->band_bytes[tensor] ? plan->band_bytes[tensor]
                                                     : th_tensor_bytes(&plan->graph->tensors[tensor]);
}
