/* Freezing and a new head: the trunk stays as it was to the bit, the head learns, with kept features and without. */
#include "../test.h"

#include "../squares.h"
#include "train/export.h"
#include "train/transfer.h"

#include <math.h>
#include <stdlib.h>

#define N_TRAIN 240
#define N_VAL   60

static void example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    (void)member;
    squares_example((uint64_t)(*(int *)ctx), epoch, i, 1.5f, x, y);
}

static bool remember(void *ctx, const th_epoch_report *r)
{
    *(double *)ctx = r->value[TH_VAL_ACCURACY];
    return true;
}

static th_train_job job_of(const th_import *im, int *seeds, double *accuracy)
{
    th_train_job job = {.spec = &im->spec,
                        .cfg = th_train_default(),
                        .train = example,
                        .val = example,
                        .train_ctx = &seeds[0],
                        .val_ctx = &seeds[1],
                        .n_train = N_TRAIN,
                        .n_val = N_VAL,
                        .on_epoch = remember,
                        .ctx = accuracy};
    job.cfg.epochs = 12;
    job.cfg.batch = 20;
    job.cfg.learning_rate = 0.02f;
    job.cfg.n_threads = 2;
    return job;
}

static th_model *first_model(th_spec *spec)
{
    th_net *net = NULL;
    th_model *model = NULL;
    const char text[] = "conv2d 12 3x3 stride 2x2 relu\nconv2d 10 3x3 relu\nflatten\ndense classes\n";
    assert_int_equal(th_spec_parse(text, SQUARES_H, SQUARES_H, 1, 2, spec, NULL), TH_OK);
    assert_int_equal(th_net_new(spec, &(th_net_options){.batch = 2, .n_members = 1}, &net, NULL), TH_OK);
    th_net_init(net, 5);
    assert_int_equal(th_net_export(net, &model, NULL), TH_OK);
    th_net_free(net);
    return model;
}

/* Constant tensor k (in the graph's order) of both models has the same bytes. */
static bool same_constant(const th_model *a, const th_model *b, int32_t k)
{
    const th_tensor *t[2];
    const th_model *m[] = {a, b};
    for (int i = 0; i < 2; i++) {
        int32_t seen = 0;
        const th_tensor *c = m[i]->graphs[0].tensors;
        while (!(c->type == TH_F32 && c->data && seen++ == k)) c++;
        t[i] = c;
    }
    const size_t n = (size_t)th_shape_count(&t[0]->shape);
    return n == (size_t)th_shape_count(&t[1]->shape) && memcmp(t[0]->data, t[1]->data, n * sizeof(float)) == 0;
}

static void check(bool keeps_features)
{
    static th_spec spec;
    static th_import im;
    th_why why = {0};
    th_model *before = first_model(&spec), *after = NULL;
    int seeds[] = {3, 4};
    double accuracy = 0;
    assert_int_equal(th_import_graph(&before->graphs[0], &im, &why), TH_OK);
    const int32_t last = th_import_layer(&im, "conv2d2");
    assert_int_equal(last, 1);
    assert_int_equal(th_import_replace_head(&im, last, "flatten\ndense 16 relu\ndense classes\n", 3, &why), TH_OK);
    th_train_job job = job_of(&im, seeds, &accuracy);
    const bool frozen[TH_MAX_LAYERS] = {true, true};
    job.start = &im;
    job.frozen = frozen;
    if (keeps_features ? th_transfer_train(&job, &im, last, 2, &after, &why) : th_train(&job, &after, &why))
        fail_msg("%s", why.text);
    if (!(accuracy > 0.95)) fail_msg("accuracy %g", accuracy);
    for (int32_t k = 0; k < 4; k++) assert_true(same_constant(before, after, k));
    th_model_free(before);
    th_model_free(after);
}

static void frozen_trunk(void **state)
{
    (void)state;
    check(false);
}

static void kept_features(void **state)
{
    (void)state;
    check(true);
}

static void refuses(void **state)
{
    (void)state;
    static th_spec spec;
    static th_import im;
    th_why why = {0};
    th_model *before = first_model(&spec), *after = NULL;
    int seeds[] = {3, 4};
    double accuracy = 0;
    assert_int_equal(th_import_graph(&before->graphs[0], &im, &why), TH_OK);
    const th_train_job job = job_of(&im, seeds, &accuracy);
    assert_int_equal(th_transfer_train(&job, &im, im.spec.n_layers - 1, 1, &after, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "nothing left to train"));
    assert_int_equal(th_import_replace_head(&im, 1, "conv2d 10 1x1\nadd input\nflatten\ndense classes\n", 3, &why),
                     TH_OK);
    why = (th_why){0};
    im.spec.layer[3].in[1] = 0; /* reads conv2d1, in the trunk */
    assert_int_equal(th_transfer_train(&job, &im, 1, 1, &after, &why), TH_EUNSUP);
    if (!strstr(why.text, "conv2d2")) fail_msg("%s", why.text);
    th_model_free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(frozen_trunk), cmocka_unit_test(kept_features),
                                       cmocka_unit_test(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
