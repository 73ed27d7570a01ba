/* thimble bench train: how fast networks are trained here. */
#include "cli/bench.h"
#include "cli/table.h"

#include "os/run.h"
#include "train/loss.h"
#include "train/net.h"
#include "train/step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUND_S   0.03 /* of training; rounds of the peak are a tenth as long */
#define MOST_NETS 7

typedef struct speed {
    th_train_step step;
    th_spec spec;
    float *memory;
    const th_kernels *kernels;
    int32_t batch, steps_done;
    int threads;
    double peak_flops_of[TH_MAX_MEMBERS];
    double best_step_s, mean_step_s, peak_flops; /* peak: of all threads, per second */
} speed;

/* Multiply-adds of forward and backward: thrice the forward ones, but layers at the input have no input gradient. */
static double train_macs(const th_spec *s)
{
    double macs = 3.0 * (double)th_spec_macs(s);
    for (int32_t i = 0; i < s->n_layers; i++)
        if (s->layer[i].in[0] == TH_NET_INPUT) macs -= (double)th_layer_macs(&s->layer[i]);
    return macs;
}

static th_err find_kernels(const char *name, int *index, th_why *why)
{
    *index = 0;
    if (!name) return TH_OK;
    for (const th_kernels *k; (k = th_kernels_get(*index)); ++*index)
        if (strcmp(k->name, name) == 0) return TH_OK;
    return th_why_set(why, TH_EUSAGE, "--kernels: this computer has no \"%s\"; the widest that it has is %s", name,
                      th_kernels_get(0)->name);
}

/* Inputs of deviation 1; of the targets one class a sample, or numbers. */
static void make_examples(th_net *net)
{
    th_rng rng = th_rng_make(1, 1);
    const size_t n = (size_t)net->batch, classes = (size_t)net->spec->n_classes;
    for (size_t i = 0; i < n * net->n_in; i++) net->x[i] = th_rng_normal(&rng);
    for (size_t i = 0; i < n * net->n_out; i++) net->y[i] = classes ? 0 : th_rng_normal(&rng);
    for (size_t i = 0; classes && i < n; i++) net->y[i * net->n_out + i % classes] = 1;
}

static th_err start(speed *s, const char *name, int kernels, th_why *why)
{
    char text[TH_PRESET_BYTES];
    th_preset p;
    TH_TRY(th_preset_bench(name, text, &p, why));
    TH_TRY(th_spec_parse(text, p.in_h, p.in_w, p.in_c, p.n_classes, &s->spec, why));
    const int members = th_train_step_threads(&s->spec, s->batch, s->threads);
    const th_net_options o = {.batch = s->batch, .n_members = members, .kernels = kernels};
    TH_TRY(th_team_new(members, &s->step.team, why));
    TH_TRY(th_net_new(&s->spec, &o, &s->step.net, why));
    th_net *net = s->step.net;
    s->memory = calloc(3 * net->n_params + 1, sizeof *s->memory);
    if (!s->memory) return th_why_set(why, TH_ENOMEM, "out of memory");
    s->step.m = s->memory;
    s->step.v = s->step.m + net->n_params;
    s->step.average = s->step.v + net->n_params;
    s->step.row = th_optim_find("adam");
    s->kernels = th_kernels_get(kernels);
    th_net_init(net, 1);
    make_examples(net);
    net->loss = (th_loss_cfg){.row = th_loss_find(s->spec.n_classes ? "cross-entropy" : "mse"), .delta = 1};
    net->n = s->batch;
    net->training = true;
    return TH_OK;
}

static void finish(speed *s)
{
    th_team_free(s->step.team);
    th_net_free(s->step.net);
    free(s->memory);
}

static void step_member(void *ctx, int member, int n_members)
{
    speed *s = ctx;
    (void)n_members;
    th_train_step_run(&s->step, member);
}

/* Seconds that n steps take. */
static double run_steps(speed *s, int32_t n)
{
    const double begin = th_clock_s();
    for (int32_t i = 0; i < n; i++) {
        s->step.net->mask_seed = (uint64_t)s->steps_done;
        s->step.optim = th_optim_step_make(s->step.row, 1e-3, (uint64_t)s->steps_done++, 0.9, 0, 0);
        th_team_run(s->step.team, step_member, s);
    }
    return th_clock_s() - begin;
}

static void busy_member(void *ctx, int member, int n_members)
{
    speed *s = ctx;
    (void)n_members;
    const double begin = th_thread_clock_s();
    s->peak_flops_of[member] = s->kernels->busy(1 << 18) / (th_thread_clock_s() - begin);
}

/* Floating-point operations per second with all of `team` in registers, while each has a processor for itself. */
static double run_peak(speed *s, th_team *team)
{
    double flops = 0;
    th_team_run(team, busy_member, s);
    for (int i = 0; i < th_team_size(team); i++) flops += s->peak_flops_of[i];
    return flops;
}

/* Training and the peak take turns, so that both see the same machine; the best round of each counts. */
static th_err measure(speed *s, double seconds, th_why *why)
{
    th_team *all;
    TH_TRY(th_team_new(s->threads, &all, why));
    double one = run_steps(s, 2) / 2, spent = 0;
    int64_t done = 0;
    s->best_step_s = 1e9;
    for (int round = 0; (round < 3 || spent < seconds) && !th_interrupted(); round++) {
        const int32_t n = one < ROUND_S ? (int32_t)(ROUND_S / one) : 1;
        const double took = run_steps(s, n), peak = run_peak(s, all);
        spent += took;
        done += n;
        one = took / n;
        if (one < s->best_step_s) s->best_step_s = one;
        if (peak > s->peak_flops) s->peak_flops = peak;
    }
    s->mean_step_s = spent / (double)done;
    th_team_free(all);
    return th_interrupted() ? th_why_set(why, TH_EINTR, "stopped") : TH_OK;
}

static json_t *row_of(const speed *s, const char *name)
{
    const double macs = train_macs(&s->spec), rate = s->batch / s->best_step_s, flops = 2 * macs * rate;
    return json_pack("{s:s,s:i,s:i,s:s,s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f}", "net", name, "batch", (int)s->batch,
                     "threads", s->threads, "kernels", s->kernels->name, "train_macs", macs, "samples_per_s", rate,
                     "mean_samples_per_s", s->batch / s->mean_step_s, "ms_per_step", s->best_step_s * 1e3, "gflops",
                     flops * 1e-9, "peak_gflops", s->peak_flops * 1e-9, "peak_share", flops / s->peak_flops,
                     "memory_mb", th_memory_peak_mb());
}

static void print_row(const json_t *r)
{
    static const char *const columns[] = {"samples_per_s", "ms_per_step", "gflops", "peak_gflops", "memory_mb"};
    double x[5];
    for (int i = 0; i < 5; i++) x[i] = json_number_value(json_object_get(r, columns[i]));
    printf("%-22s%6d%9d%12.0f%11.3f%9.1f%8.0f%7.0f %%%9.0f\n", json_string_value(json_object_get(r, "net")),
           (int)json_integer_value(json_object_get(r, "batch")), (int)json_integer_value(json_object_get(r, "threads")),
           x[0], x[1], x[2], x[3], 100 * json_number_value(json_object_get(r, "peak_share")), x[4]);
}

static th_err one_net(const th_args *a, const char *name, json_t **row, th_why *why)
{
    int64_t batch, threads;
    int kernels;
    double seconds;
    TH_TRY(th_arg_int(a, "batch", 1, 4096, 32, &batch, why));
    TH_TRY(th_arg_int(a, "threads", 1, TH_MAX_MEMBERS, 1, &threads, why));
    TH_TRY(th_arg_float(a, "seconds", 0.01, 3600, 2, &seconds, why));
    TH_TRY(find_kernels(th_arg(a, "kernels"), &kernels, why));
    speed *s = calloc(1, sizeof *s);
    if (!s) return th_why_set(why, TH_ENOMEM, "out of memory");
    s->batch = (int32_t)batch;
    s->threads = (int)threads;
    th_err err = start(s, name, kernels, why);
    if (!err) err = measure(s, seconds, why);
    if (!err) *row = row_of(s, name);
    finish(s);
    free(s);
    return err;
}

th_err th_bench_train(const th_args *a, th_why *why)
{
    static const char *const nets[MOST_NETS] = {
        "tiny-conv", "ds-cnn", "mobilenet-v1-0.25-96", "resnet-8", "autoencoder", "gesture", "sine"};
    const char *net = th_arg(a, "net");
    const bool all = net && strcmp(net, "all") == 0, json = th_arg_on(a, "json");
    if (!net) return th_why_set(why, TH_EUSAGE, "which network? For example: thimble bench train --net ds-cnn");
    th_interrupt_catch();
    json_t *rows = json_array();
    if (!json)
        printf("%-22s%6s%9s%12s%11s%9s%8s%9s%9s\n", "net", "batch", "threads", "samples/s", "ms a step", "GFLOP/s",
               "of", "peak", "MB");
    th_err err = TH_OK;
    for (int i = 0; i < (all ? MOST_NETS : 1) && !err; i++) {
        json_t *row = NULL;
        err = one_net(a, all ? nets[i] : net, &row, why);
        if (err) break;
        json_array_append_new(rows, row);
        if (!json) print_row(row);
    }
    if (!err && json)
        err = th_json_print(all ? json_pack("{s:O}", "nets", rows) : json_incref(json_array_get(rows, 0)), why);
    json_decref(rows);
    return err;
}
