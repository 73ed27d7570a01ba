/* tests/deploy/small.h -- a quantised keyword network with its pipeline, made here. */
#ifndef TH_TEST_DEPLOY_SMALL_H
#define TH_TEST_DEPLOY_SMALL_H

#include "../test.h"

#include "../models.h"

#include "compress/quantize.h"
#include "model/plan.h"
#include "os/file.h"
#include "os/process.h"

typedef struct small {
    th_model *f32, *s8;
    th_plan *plan;
    th_pipeline pipe;
} small;

static inline void small_sample(void *ctx, int32_t i, float *x)
{
    (void)ctx;
    th_rng rng = th_rng_make(7, (uint64_t)i);
    for (int k = 0; k < 120; k++) x[k] = 0.3f * th_rng_normal(&rng);
}

/* Twelve frames of ten values, four labels, sensitive enough that noise is "heard" now and then. */
static inline void small_make(small *s)
{
    th_why why = {0};
    s->f32 = test_ds_cnn(5);
    const th_quantize_job job = {.model = s->f32, .samples = {.n = 32, .sample = small_sample}};
    int32_t n = 0;
    if (th_quantize(&job, &s->s8, NULL, &n, &why) || th_plan_make(&s->s8->graphs[0], &s->plan, &why))
        fail_msg("%s", why.text);
    s->pipe = test_pipeline();
    s->pipe.detect = (th_detect_settings){400, 600, 2, 100, 0.3f};
    for (int i = 0; i < 10; i++) {
        s->pipe.mean[i] = 0.0f;
        s->pipe.inv_std[i] = 0.15f;
    }
    if (th_pipeline_check(&s->pipe, s->s8, &why)) fail_msg("%s", why.text);
}

static inline void small_free(small *s)
{
    th_plan_free(s->plan);
    th_model_free(s->s8);
    th_model_free(s->f32);
}

/* Bursts of noise of many levels: scores that change. */
static inline void small_noise(int16_t *pcm, int32_t n)
{
    th_rng rng = th_rng_make(11, 5);
    for (int32_t i = 0; i < n; i++) {
        const int32_t level = 1 << (i / 3000 % 14);
        pcm[i] = (int16_t)((int32_t)th_rng_below(&rng, (uint32_t)(2 * level)) - level);
    }
}

static inline int run_program(const char *cwd, const char *const *argv, char *tail, size_t cap)
{
    th_why why = {0};
    int status = -1;
    const th_process p = {.argv = argv, .cwd = cwd, .timeout_s = 120};
    *tail = '\0';
    if (th_process_run(&p, &status, tail, cap, &why)) fail_msg("%s", why.text);
    return status;
}

#endif
