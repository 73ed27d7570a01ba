/* The roofline of training, layer by layer: what one processor reaches in each stage of a whole step, and what its
 * arithmetic intensity allows.
 *
 *   bench_layers [NET [BATCH [SECONDS [KERNELS]]]]    ds-cnn, 16 samples (a thread's share of 32), 3 s, the widest
 * table
 *
 * A stage's share is timed where it stands, between the others, by clocks around its row of functions: so its inputs
 * lie as far away as they do in training.  Processor time, best of all steps.  Intensity is multiply-adds * 2 per byte
 * of activations that a stage cannot avoid to load or store: forwards z of its inputs and its own; backwards dy and z
 * of its own, z of its inputs, and the dy that it writes for each; a byte a value of a dropout mask.  Weights stay in
 * the first cache. */
#include "cli/bench.h"

#include "os/run.h"
#include "train/step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct bench {
    th_train_step step;
    th_spec spec;
    float *memory;
    th_stage_row row[TH_MAX_LAYERS]; /* the stages' own, with clocks around */
    const th_stage_row *own[TH_MAX_LAYERS];
    double best[TH_MAX_LAYERS][2], now; /* seconds forward, backward */
    double best_step, best_sum;
    double sum;
    int32_t done;
} bench;

static bench the_bench;

static void timed(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, int back)
{
    bench *b = &the_bench;
    const ptrdiff_t i = st - net->stage;
    const double begin = th_thread_clock_s();
    (back ? b->own[i]->backward : b->own[i]->forward)(net, m, st, n0, n1);
    const double took = th_thread_clock_s() - begin;
    if (took < b->best[i][back]) b->best[i][back] = took;
    b->sum += took;
}

static void timed_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    timed(net, m, st, n0, n1, 0);
}

static void timed_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    timed(net, m, st, n0, n1, 1);
}

static th_err start(bench *b, const char *name, int32_t batch, int kernels, th_why *why)
{
    char text[TH_PRESET_BYTES];
    th_preset p;
    TH_TRY(th_preset_bench(name, text, &p, why));
    TH_TRY(th_spec_parse(text, p.in_h, p.in_w, p.in_c, p.n_classes, &b->spec, why));
    const th_net_options o = {.batch = batch, .n_members = 1, .kernels = kernels};
    TH_TRY(th_team_new(1, &b->step.team, why));
    TH_TRY(th_net_new(&b->spec, &o, &b->step.net, why));
    th_net *net = b->step.net;
    b->memory = calloc(3 * net->n_params + 1, sizeof *b->memory);
    if (!b->memory) return th_why_set(why, TH_ENOMEM, "out of memory");
    b->step.m = b->memory;
    b->step.v = b->step.m + net->n_params;
    b->step.average = b->step.v + net->n_params;
    b->step.row = th_optim_find("adam");
    th_net_init(net, 1);
    th_rng rng = th_rng_make(1, 1);
    const size_t n = (size_t)batch, classes = (size_t)b->spec.n_classes;
    for (size_t i = 0; i < n * net->n_in; i++) net->x[i] = th_rng_normal(&rng);
    for (size_t i = 0; i < n * net->n_out; i++) net->y[i] = classes ? 0 : th_rng_normal(&rng);
    for (size_t i = 0; classes && i < n; i++) net->y[i * net->n_out + i % classes] = 1;
    net->loss = (th_loss_cfg){.row = th_loss_find(classes ? "cross-entropy" : "mse"), .delta = 1};
    net->n = batch;
    net->training = true;
    for (int32_t i = 0; i < net->n_stages; i++) {
        th_stage *st = &net->stage[i];
        b->own[i] = st->row;
        b->row[i] = *st->row;
        b->row[i].forward = timed_forward;
        b->row[i].backward = timed_backward;
        b->best[i][0] = b->best[i][1] = 1e9;
    }
    return TH_OK;
}

static void clocks(bench *b, bool on)
{
    th_net *net = b->step.net;
    for (int32_t i = 0; i < net->n_stages; i++) net->stage[i].row = on ? &b->row[i] : b->own[i];
}

static double one_step(bench *b)
{
    const double begin = th_thread_clock_s();
    b->step.net->mask_seed = (uint64_t)b->done;
    b->step.optim = th_optim_step_make(b->step.row, 1e-3, (uint64_t)b->done++, 0.9, 0, 0);
    th_train_step_run(&b->step, 0);
    return th_thread_clock_s() - begin;
}

static double bytes_of(const th_stage *st, int back)
{
    double in = 0, out = (double)th_stage_floats(st), grad = 0;
    double mask = 0;
    for (int32_t k = 0; k < st->n_in; k++) {
        const double n = (double)st->in[k].at.h * st->in[k].at.w * st->in[k].at.s;
        in += n;
        if (st->in[k].from && st->in[k].from->drop) mask += n;
        if (th_net_wants(st, k)) grad += n * (st->in[k].adds ? 2 : 1);
    }
    return back ? 4 * (in + 2 * out + grad) + mask : 4 * (in + out) + mask;
}

int main(int argc, char **argv)
{
    bench *b = &the_bench;
    th_why why = {0};
    const char *name = argc > 1 ? argv[1] : "ds-cnn";
    const int32_t batch = argc > 2 ? atoi(argv[2]) : 16;
    const double seconds = argc > 3 ? atof(argv[3]) : 3;
    if (start(b, name, batch, argc > 4 ? atoi(argv[4]) : 0, &why)) {
        fprintf(stderr, "%s\n", why.text);
        return 1;
    }
    b->best_step = 1e9;
    b->best_sum = 1e9;
    for (double end = th_clock_s() + seconds; th_clock_s() < end;) {
        clocks(b, false);
        double t = one_step(b);
        if (t < b->best_step) b->best_step = t;
        clocks(b, true);
        b->sum = 0;
        (void)one_step(b);
        if (b->sum < b->best_sum) b->best_sum = b->sum;
    }
    double total = 0, bestsum = 0;
    const th_net *net = b->step.net;
    printf("%-28s%9s%9s%9s%9s%9s\n", "stage", "us", "GFLOP/s", "FLOP/B", "GB/s", "us/KB");
    for (int back = 0; back < 2; back++)
        for (int32_t i = 0; i < net->n_stages; i++) {
            const th_stage *st = &net->stage[i];
            const double us = b->best[i][back] * 1e6 / batch;
            double flop = 2.0 * (double)th_layer_macs(&st->layer);
            if (back) flop *= th_net_wants(st, 0) ? 2 : 1;
            const double by = bytes_of(st, back);
            char what[64];
            snprintf(what, sizeof what, "%s %s %dx%d %dx%dx%d-%d s%d", back ? "b" : "f",
                     th_layer_kind_name(st->layer.kind), (int)st->layer.k_h, (int)st->layer.k_w, (int)st->layer.in_h,
                     (int)st->layer.in_w, (int)st->in_s, (int)st->s, (int)st->layer.stride_h);
            printf("%-40s%9.2f%9.1f%9.2f%9.1f\n", what, us, flop * 1e-3 / us, flop / by, by * 1e-3 / us);
            bestsum += us;
        }
    (void)total;
    printf("sum of bests %.1f us/sample, best sum %.1f, whole step %.1f us/sample = %.0f/s\n", bestsum,
           b->best_sum * 1e6 / batch, b->best_step * 1e6 / batch, batch / b->best_step);
    return 0;
}
