/* A network that int8 breaks learns to live with int8, and what is exported is what training saw. */
#include "../test.h"

#include "../squares.h"
#include "compress/equalise.h"
#include "compress/qat.h"
#include "compress/score.h"
#include "train/export.h"

#include <math.h>
#include <stdlib.h>

#define N_TRAIN 240
#define N_VAL   90

static void example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    (void)member;
    squares_example((uint64_t)(*(int *)ctx), epoch, i, 0.9f, x, y);
}

static void sample(void *ctx, int32_t i, float *x)
{
    float y[3];
    example(ctx, 0, i, 0, x, y);
}

static int32_t label(void *ctx, int32_t i)
{
    (void)ctx;
    return i % 3;
}

static bool remember(void *ctx, const th_epoch_report *r)
{
    if (r->best) *(double *)ctx = r->value[TH_VAL_ACCURACY];
    return true;
}

static int seeds[] = {3, 4};

static th_train_job job_of(const th_spec *spec, int32_t epochs, float rate, double *accuracy)
{
    th_train_job job = {.spec = spec,
                        .cfg = th_train_default(),
                        .train = example,
                        .val = example,
                        .train_ctx = &seeds[0],
                        .val_ctx = &seeds[1],
                        .n_train = N_TRAIN,
                        .n_val = N_VAL,
                        .on_epoch = remember,
                        .ctx = accuracy};
    job.cfg.epochs = epochs;
    job.cfg.batch = 20;
    job.cfg.learning_rate = rate;
    job.cfg.n_threads = 2;
    return job;
}

static th_model *trained(double *accuracy)
{
    static th_spec spec;
    th_model *model = NULL;
    th_why why = {0};
    const char text[] =
        "conv2d 12 3x3 bn relu\ndepthwise 3x3 stride 2x2 bn relu as a\nconv2d 12 1x1 bn relu\nconv2d 12 "
        "1x1\nadd a\nhard-swish\nflatten\ndense classes\n";
    if (th_spec_parse(text, SQUARES_H, SQUARES_H, 1, 3, &spec, &why)) fail_msg("%s", why.text);
    const th_train_job job = job_of(&spec, 8, 0.01f, accuracy);
    if (th_train(&job, &model, &why)) fail_msg("%s", why.text);
    return model;
}

static double accuracy_of(const th_model *f32, const th_graph *g)
{
    const th_samples s = {.n = N_VAL, .sample = sample, .label = label, .ctx = &seeds[1]};
    th_scorer scorer;
    th_score score;
    th_why why = {0};
    if (th_scorer_new(&f32->graphs[0], &s, &scorer, &why) || th_scorer_run(&scorer, g, &score, &why))
        fail_msg("%s", why.text);
    th_scorer_free(&scorer);
    return score.accuracy;
}

static const th_quantize_settings minmax = {.method = TH_RANGE_MIN_MAX};
static const th_samples calibration = {.n = 60, .sample = sample, .label = label, .ctx = &seeds[0]};

/* The model with a channel made 1000 times as large, one whose size breaks int8; *accuracy of its int8 form. */
static th_model *broken_by(const th_model *good, double limit, double *accuracy)
{
    th_why why = {0};
    for (int32_t channel = 0; channel < 12; channel++) {
        th_model *bad = NULL, *s8 = NULL;
        if (th_stretch(good, 0, channel, 1000, &bad, &why)) fail_msg("%s", why.text);
        const th_quantize_job job = {.model = bad, .samples = calibration, .settings = minmax};
        if (th_quantize(&job, &s8, NULL, NULL, &why)) fail_msg("%s", why.text);
        *accuracy = accuracy_of(bad, &s8->graphs[0]);
        th_model_free(s8);
        if (*accuracy < limit) return bad;
        th_model_free(bad);
    }
    fail_msg("no channel breaks int8");
    return NULL;
}

static void learns_to_live_with_int8(void **state)
{
    (void)state;
    double first = 0, collapsed = 0, after = 0;
    th_model *good = trained(&first);
    th_why why = {0};
    assert_true(first > 0.9);
    th_model *bad = broken_by(good, first - 0.3, &collapsed);
    const th_train_job train = job_of(NULL, 12, 0.003f, &after);
    const th_qat_job job = {.model = bad, .samples = calibration, .settings = minmax, .train = &train};
    th_qat_result r;
    if (th_qat_train(&job, &r, &why)) fail_msg("%s", why.text);
    if (!(after > collapsed + 0.1)) fail_msg("collapsed to %g, trained to %g", collapsed, after);
    printf("accuracy: float %.3f, int8 with one channel 1000 times as large %.3f, after training with int8 %.3f\n",
           first, collapsed, after);
    th_qat_free(&r);
    th_model_free(good), th_model_free(bad);
}

/* Exporting the trained float weights again with the scales of training gives the very same model. */
static void exports_what_it_saw(void **state)
{
    (void)state;
    double first = 0, after = 0;
    th_model *good = trained(&first), *again = NULL;
    th_why why = {0};
    const th_train_job train = job_of(NULL, 2, 0.001f, &after);
    const th_qat_job job = {.model = good, .samples = calibration, .train = &train};
    th_qat_result r;
    if (th_qat_train(&job, &r, &why)) fail_msg("%s", why.text);
    const double exported = accuracy_of(good, &r.integer.model->graphs[0]);
    assert_true(fabs(exported - after) < 2.5 / N_VAL); /* equal scores are counted in two ways */
    const th_graph *f = &r.f32->graphs[0];
    th_scale *scale = calloc((size_t)f->n_tensors, sizeof *scale);
    for (int32_t t = 0; t < f->n_tensors; t++) {
        const th_tensor *home =
            r.integer.tensor[t] < 0 ? NULL : &r.integer.model->graphs[0].tensors[r.integer.tensor[t]];
        if (th_is_activation(f, t) && home && home->quant.n == 1)
            scale[t] = (th_scale){home->quant.scale[0], home->quant.zero[0]};
    }
    if (th_quantize_fixed(r.f32, scale, NULL, &again, &why)) fail_msg("%s", why.text);
    uint8_t *a, *b;
    size_t n, m;
    assert_int_equal(th_model_to_tflite(again, &a, &n, NULL), TH_OK);
    assert_int_equal(th_model_to_tflite(r.integer.model, &b, &m, NULL), TH_OK);
    assert_int_equal(n, m);
    assert_memory_equal(a, b, n);
    free(a), free(b), free(scale);
    th_model_free(again), th_model_free(good);
    th_qat_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(learns_to_live_with_int8),
                                       cmocka_unit_test(exports_what_it_saw)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
