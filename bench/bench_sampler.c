/* Augmented training examples per second on one thread: name,value,unit */
#include "base/rng.h"
#include "data/audio.h"
#include "data/sampler.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RATE 16000

static th_err add_clip(th_dataset *set, const char *dir, const char *label, int number, th_why *why)
{
    char path[128];
    int16_t *pcm = malloc(RATE * sizeof *pcm);
    if (!pcm) return TH_ENOMEM;
    th_rng r = th_rng_make((uint64_t)number, 5);
    for (int i = 0; i < RATE; i++) pcm[i] = (int16_t)(4000.0f * th_rng_normal(&r) * (float)(i % 4000) / 4000.0f);
    snprintf(path, sizeof path, "%s/%s%d.wav", dir, label, number);
    th_err err = th_audio_write(path, RATE, pcm, RATE, why);
    const th_sample clip = {
        .file = path, .label = label, .word = label, .subject = "", .source = "bench", .n_rows = RATE};
    if (!err) err = th_dataset_add(set, &clip, why);
    free(pcm);
    return err;
}

static th_err measure(const th_dataset *set, const th_pipeline *pipe, float mixup, th_why *why)
{
    th_augment a = th_augment_default();
    a.time_mask_frames = 8;
    a.freq_mask_coefs = 2;
    a.mixup = mixup;
    th_sampler *s;
    TH_TRY(th_sampler_new(set, TH_TRAIN, pipe, &a, 1, &s, why));
    float *x = malloc((size_t)(pipe->n_frames * pipe->frontend.n_coef) * sizeof *x), y[TH_MAX_LABELS];
    const int32_t n = th_sampler_epoch_size(s);
    double best = 0.0;
    for (int32_t epoch = 0; x && epoch < 8; epoch++) {
        const double from = th_clock_s();
        for (int32_t i = 0; i < n; i++) th_sampler_example(s, epoch, i, 0, x, y);
        const double rate = n / (th_clock_s() - from);
        if (rate > best) best = rate;
    }
    printf("sampler_mfcc_49x10%s,%.0f,examples/s/thread\n", mixup > 0.0f ? "_mixup" : "", best);
    free(x);
    th_sampler_free(s);
    return TH_OK;
}

int main(void)
{
    char dir[] = "/tmp/thimble-bench-XXXXXX";
    const char *words[] = {"yes", "no"}, *labels[] = {"yes", "no", "unknown", "silence"};
    static th_project project;
    static th_pipeline pipe;
    th_dataset *set = NULL;
    th_why why = {0};
    if (!mkdtemp(dir)) return 1;
    th_err err = th_project_defaults("keyword", words, 2, &project, &why);
    if (!err) err = th_dataset_new(&project, &set, &why);
    for (int k = 0; !err && k < 160; k++) err = add_clip(set, dir, labels[k % 4], k, &why);
    pipe = (th_pipeline){.n_labels = 4,
                         .clip_samples = RATE,
                         .n_frames = 49,
                         .frontend = {TH_MFCC, RATE, 480, 320, 512, 40, 10, 20.0f, 7600.0f}};
    for (int k = 0; k < 4; k++) snprintf(pipe.labels[k], TH_LABEL_BYTES, "%s", labels[k]);
    if (!err) err = measure(set, &pipe, 0.0f, &why);
    if (!err) err = measure(set, &pipe, 0.2f, &why);
    for (size_t k = 0; set && k < set->n; k++) unlink(set->samples[k].file);
    th_dataset_free(set);
    rmdir(dir);
    if (err) fprintf(stderr, "bench_sampler: %s\n", why.text);
    return err != TH_OK;
}
