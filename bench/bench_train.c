/* Samples per second of training (examples from memory, forward, backward, AdamW) for each preset.
 * CSV: benchmark,preset,threads,batch,samples_per_s,gflop_per_s,samples_per_cpu_s
 * The best of some epochs counts; the last column is what one processor does in a second of its own
 * time, and means something on a busy machine too. */
#include "model/spec.h"
#include "os/run.h"
#include "train/train.h"

#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CLASSES 12
#define STORED  64 /* different examples */

typedef struct bench {
    float *x;
    size_t n_in;
    double best_s, best_cpu_s;
    clock_t cpu;
} bench;

static void example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    const bench *b = ctx;
    (void)epoch, (void)member;
    memcpy(x, b->x + (size_t)(i % STORED) * b->n_in, b->n_in * sizeof *x);
    memset(y, 0, CLASSES * sizeof *y);
    y[i % CLASSES] = 1;
}

static bool on_epoch(void *ctx, const th_epoch_report *r)
{
    bench *b = ctx;
    const clock_t now = clock();
    const double cpu_s = (double)(now - b->cpu) / CLOCKS_PER_SEC;
    b->cpu = now;
    if (r->value[TH_SECONDS] < b->best_s) b->best_s = r->value[TH_SECONDS];
    if (cpu_s < b->best_cpu_s) b->best_cpu_s = cpu_s;
    return true;
}

/* Multiply-accumulates of forward and backward: thrice the forward ones, but the first layer has no input gradient. */
static double train_macs(const th_spec *s)
{
    th_spec first = *s;
    first.n_layers = 1;
    return 3.0 * (double)th_spec_macs(s) - (double)th_spec_macs(&first);
}

static const char *const names[] = {"tiny-conv", "ds-cnn-s", "ds-cnn"};

static int run(const char *name, int threads, int32_t batch)
{
    th_why why = {0};
    th_spec spec;
    th_preset p = {.n_coef = 1};
    char text[TH_PRESET_BYTES];
    th_err err = th_preset_make(name, text, &p, &why);
    if (!err) err = th_spec_parse(text, 49, p.n_coef, 1, CLASSES, &spec, &why);
    bench b = {.n_in = 49 * (size_t)p.n_coef, .best_s = 1e9, .best_cpu_s = 1e9, .cpu = clock()};
    b.x = calloc(STORED * b.n_in, sizeof *b.x);
    if (!b.x) return 1;
    th_rng rng = th_rng_make(1, 1);
    for (size_t i = 0; i < STORED * b.n_in; i++) b.x[i] = th_rng_normal(&rng);
    const int32_t n = strcmp(name, "tiny-conv") == 0 ? 12800 : 1600;
    th_train_cfg cfg = th_train_default();
    cfg.epochs = 8;
    cfg.batch = batch;
    cfg.learning_rate = 1e-3f;
    cfg.weight_decay = 0.01f;
    cfg.loss.smoothing = 0.1f;
    cfg.ema = 0.99f;
    cfg.seed = 1;
    cfg.n_threads = threads;
    const th_train_job job = {
        .spec = &spec, .cfg = cfg, .train = example, .train_ctx = &b, .n_train = n, .on_epoch = on_epoch, .ctx = &b};
    th_model *model = NULL;
    if (!err) err = th_train(&job, &model, &why);
    if (!err)
        printf("train,%s,%d,%d,%.0f,%.1f,%.0f\n", name, threads, (int)batch, n / b.best_s,
               2e-9 * train_macs(&spec) * n / b.best_s, n / b.best_cpu_s);
    else
        fprintf(stderr, "bench_train: %s\n", why.text);
    th_model_free(model);
    free(b.x);
    return err != TH_OK;
}

/* bench_train [PRESET [THREADS [BATCH]]]: only these */
int main(int argc, char **argv)
{
    const int only_threads = argc > 2 ? atoi(argv[2]) : 0, only_batch = argc > 3 ? atoi(argv[3]) : 0;
    int failed = 0;
    puts("benchmark,preset,threads,batch,samples_per_s,gflop_per_s,samples_per_cpu_s");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (int threads = 1; threads <= th_cpu_count() && threads <= 2; threads++)
            for (int32_t batch = 32; batch <= 100; batch += 68) {
                const bool wanted = (argc < 2 || strcmp(argv[1], names[i]) == 0) &&
                                    (!only_threads || threads == only_threads) && (!only_batch || batch == only_batch);
                if (wanted) failed |= run(names[i], threads, batch);
            }
    return failed;
}
