/* The roofline of training, layer by layer: what one processor reaches in each stage of a whole step, and what the
 * stage's arithmetic intensity allows.
 *
 *   bench_layers [NET [BATCH [SECONDS [TABLE]]]]    ds-cnn, 16 samples (a thread's share of 32), 3 s, 0: the widest
 * table
 *
 * A stage is timed where it stands, between the others, by clocks around its row of functions: so what it reads lies as
 * far away as it does in training.  Processor time, best of all steps.  Intensity: multiply-adds * 2 per byte of
 * activations that a stage must load and store: forwards z of its inputs and its own; backwards z and dy of its own, z
 * of its inputs and the dy that it writes for them; a byte a value of a dropout mask.  Weights stay in the first cache.
 * The roof: flat at what registers reach, before that intensity * bandwidth of the cache or memory. */
#include "os/run.h"
#include "train/step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAR 40 /* characters that are the peak */

typedef struct bench {
    th_train_step step;
    th_spec spec;
    float *memory;
    th_stage_row row[TH_MAX_LAYERS]; /* the stages' own, with clocks around */
    const th_stage_row *own[TH_MAX_LAYERS];
    double best[TH_MAX_LAYERS][2]; /* seconds forward, backward */
    double best_step, peak, near, far;
    int32_t done;
} bench;

static bench the_bench; /* the rows' functions have no other way to it */

static void timed(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, int back)
{
    bench *b = &the_bench;
    const ptrdiff_t i = st - net->stage;
    const double begin = th_thread_clock_s();
    (back ? b->own[i]->backward : b->own[i]->forward)(net, m, st, n0, n1);
    const double took = th_thread_clock_s() - begin;
    if (took < b->best[i][back]) b->best[i][back] = took;
}

static void timed_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    timed(net, m, st, n0, n1, 0);
}

static void timed_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    timed(net, m, st, n0, n1, 1);
}

static void make_examples(th_net *net)
{
    th_rng rng = th_rng_make(1, 1);
    const size_t n = (size_t)net->batch, classes = (size_t)net->spec->n_classes;
    for (size_t i = 0; i < n * net->n_in; i++) net->x[i] = th_rng_normal(&rng);
    for (size_t i = 0; i < n * net->n_out; i++) net->y[i] = classes ? 0 : th_rng_normal(&rng);
    for (size_t i = 0; classes && i < n; i++) net->y[i * net->n_out + i % classes] = 1;
    net->loss = (th_loss_cfg){.row = th_loss_find(classes ? "cross-entropy" : "mse"), .delta = 1};
    net->n = net->batch;
    net->training = true;
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
    b->memory = calloc(3 * net->n_params, sizeof *b->memory);
    if (!b->memory) return th_why_set(why, TH_ENOMEM, "out of memory");
    b->step.m = b->memory;
    b->step.v = b->step.m + net->n_params;
    b->step.average = b->step.v + net->n_params;
    b->step.row = th_optim_find("adam");
    th_net_init(net, 1);
    make_examples(net);
    b->best_step = 1e9;
    for (int32_t i = 0; i < net->n_stages; i++) {
        b->own[i] = net->stage[i].row;
        b->row[i] = *net->stage[i].row;
        b->row[i].forward = timed_forward;
        b->row[i].backward = timed_backward;
        b->best[i][0] = b->best[i][1] = 1e9;
    }
    return TH_OK;
}

static double one_step(bench *b, bool clocks)
{
    th_net *net = b->step.net;
    for (int32_t i = 0; i < net->n_stages; i++) net->stage[i].row = clocks ? &b->row[i] : b->own[i];
    const double begin = th_thread_clock_s();
    net->mask_seed = (uint64_t)b->done;
    b->step.optim = th_optim_step_make(b->step.row, 1e-3, (uint64_t)b->done++, 0.9, 0, 0);
    th_train_step_run(&b->step, 0);
    return th_thread_clock_s() - begin;
}

/* Bytes per second of a kernel that loads n floats and stores n others, over and over; 0: no memory. */
static double bandwidth(const th_kernels *k, int32_t n)
{
    float *z = calloc(2 * (size_t)n + 64, sizeof *z), *x = z + n;
    const float ones[TH_MOST_LANES] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    if (!z) return 0;
    th_memory_large(z, (2 * (size_t)n + 64) * sizeof *z);
    const th_read r = {.z = z, .a = ones, .b = ones};
    const th_place at = {.h = 1,
                         .w = n / TH_MOST_LANES,
                         .s = TH_MOST_LANES,
                         .step_h = 1,
                         .step_w = 1,
                         .pad_h = 1,
                         .pad_w = n / TH_MOST_LANES};
    double best = 0;
    const int rounds = n < 1 << 20 ? 64 : 2;
    for (int i = 0; i < 12; i++) {
        const double begin = th_thread_clock_s();
        for (int j = 0; j < rounds; j++) k->read(&r, &at, x);
        const double rate = 8.0 * n * rounds / (th_thread_clock_s() - begin);
        if (rate > best) best = rate;
    }
    free(z);
    return best;
}

static void measure(bench *b, double seconds)
{
    const th_kernels *k = b->step.net->stage[0].kernels;
    for (double end = th_clock_s() + seconds; th_clock_s() < end;) {
        const double took = one_step(b, false), begin = th_thread_clock_s();
        if (took < b->best_step) b->best_step = took;
        const double rate = k->busy(1 << 18) / (th_thread_clock_s() - begin);
        if (rate > b->peak) b->peak = rate;
        (void)one_step(b, true);
    }
    b->near = bandwidth(k, 1 << 16); /* 512 KB in all */
    b->far = bandwidth(k, 1 << 20);  /* 8 MB */
}

static double bytes_of(const th_stage *st, int back)
{
    double in = 0, grad = 0, mask = 0;
    const double out = (double)th_stage_floats(st);
    for (int32_t k = 0; k < st->n_in; k++) {
        const double n = (double)st->in[k].at.h * st->in[k].at.w * st->in[k].at.s;
        in += n;
        if (st->in[k].from && st->in[k].from->drop) mask += n;
        if (th_net_wants(st, k)) grad += n * (st->in[k].adds ? 2 : 1);
    }
    return back ? 4 * (in + 2 * out + grad) + mask : 4 * (in + out) + mask;
}

static void print_stage(const bench *b, int32_t i, int back)
{
    const th_net *net = b->step.net;
    const th_stage *st = &net->stage[i];
    const th_layer *l = &st->layer;
    const double took = b->best[i][back] / net->batch, bytes = bytes_of(st, back);
    const double flop = 2.0 * (double)th_layer_macs(l) * (back && th_net_wants(st, 0) ? 2 : 1);
    const double slope = flop / bytes * b->near, roof = slope < b->peak ? slope : b->peak;
    char bar[BAR + 2];
    memset(bar, ' ', sizeof bar);
    memset(bar, '#', (size_t)(BAR * flop / took / b->peak));
    bar[(size_t)(BAR * roof / b->peak)] = '|';
    bar[BAR + 1] = 0;
    printf("%-8s %-9s %dx%d %dx%dx%d-%d%s", back ? "backward" : "forward", th_layer_kind_name(l->kind), (int)l->k_h,
           (int)l->k_w, (int)l->in_h, (int)l->in_w, (int)st->in_s, (int)st->s, l->stride_h > 1 ? " /2" : "   ");
    printf("\t%8.2f us%7.1f FLOP/B%7.1f GB/s%7.1f GFLOP/s %s\n", took * 1e6, flop / bytes, bytes * 1e-9 / took,
           flop * 1e-9 / took, bar);
}

static void print(const bench *b, const char *name)
{
    const th_net *net = b->step.net;
    double sum = 0;
    printf("%s, %d samples, table %s: registers %.0f GFLOP/s, second cache %.0f GB/s, behind it %.0f GB/s\n", name,
           (int)net->batch, net->stage[0].kernels->name, b->peak * 1e-9, b->near * 1e-9, b->far * 1e-9);
    for (int back = 0; back < 2; back++)
        for (int32_t i = 0; i < net->n_stages; i++) {
            sum += b->best[i][back];
            print_stage(b, i, back);
        }
    printf("sum of stages %.1f us a sample, whole step %.1f us = %.0f samples/s\n", sum * 1e6 / net->batch,
           b->best_step * 1e6 / net->batch, net->batch / b->best_step);
}

int main(int argc, char **argv)
{
    bench *b = &the_bench;
    th_why why = {0};
    const char *name = argc > 1 ? argv[1] : "ds-cnn";
    const th_err err = start(b, name, argc > 2 ? (int32_t)strtol(argv[2], NULL, 10) : 16,
                             argc > 4 ? (int)strtol(argv[4], NULL, 10) : 0, &why);
    if (!err) {
        measure(b, argc > 3 ? strtod(argv[3], NULL) : 3);
        print(b, name);
    } else {
        fprintf(stderr, "bench_layers: %s\n", why.text);
    }
    th_team_free(b->step.team);
    th_net_free(b->step.net);
    free(b->memory);
    return err != TH_OK;
}
