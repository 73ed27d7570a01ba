/* LSTM, GRU and SVDF from end to end: the presets learn the order of two tones, the float graph says what the trainer
 * says, and the int8 one loses nothing. */
#include "../test.h"

#include "base/rng.h"
#include "compress/quantize.h"
#include "train/train.h"

#include <math.h>

#define STEPS  20
#define VALUES 8
#define N_IN   (STEPS * VALUES)
#define TRAIN  240
#define TEST   200

/* Two tones under noise, each for three steps at some time of its half.  Class 0: the low one first. */
static void sample_of(uint64_t seed, int32_t i, float *x)
{
    th_rng r = th_rng_make(seed, (uint64_t)i);
    for (int32_t e = 0; e < N_IN; e++) x[e] = 0.4f * th_rng_normal(&r);
    for (int32_t half = 0; half < 2; half++) {
        const int32_t tone = (half == 0) == (i % 2 == 0) ? 2 : 5;
        const int32_t from = half * STEPS / 2 + (int32_t)th_rng_below(&r, STEPS / 2 - 2);
        for (int32_t t = from; t < from + 3; t++) x[t * VALUES + tone] += 1.5f;
    }
}

static void example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    const bool validates = ctx != NULL;
    (void)member;
    sample_of(validates ? 1 : 2 + (uint64_t)epoch, i, x);
    y[0] = (float)(i % 2 == 0);
    y[1] = 1 - y[0];
}

static void test_sample(void *ctx, int32_t i, float *x)
{
    (void)ctx;
    sample_of(1, i, x);
}

static th_model *train(const char *preset)
{
    static int validates;
    char text[TH_PRESET_BYTES];
    th_preset p;
    th_spec spec;
    th_model *model = NULL;
    th_why why = {0};
    if (th_preset_make(preset, text, &p, &why) || th_spec_parse(text, STEPS, VALUES, 1, 2, &spec, &why))
        fail_msg("%s", why.text);
    th_train_cfg cfg = th_train_default();
    cfg.epochs = 8;
    cfg.batch = 20;
    cfg.learning_rate = 3e-3f;
    cfg.ema = 0.9f;
    cfg.seed = 1;
    cfg.n_threads = 1;
    const th_train_job job = {.spec = &spec,
                              .cfg = cfg,
                              .train = example,
                              .val = example,
                              .val_ctx = &validates,
                              .n_train = TRAIN,
                              .n_val = TEST};
    if (th_train(&job, &model, &why)) fail_msg("%s: %s", preset, why.text);
    return model;
}

/* Part of the test samples that the model is right about. */
static double accuracy(const th_model *m)
{
    const th_samples s = {.n = TEST, .sample = test_sample};
    th_trial t;
    th_why why = {0};
    int32_t right = 0;
    if (th_trial_new(&m->graphs[0], &t, &why)) fail_msg("%s", why.text);
    for (int32_t i = 0; i < TEST; i++) {
        assert_int_equal(th_trial_run(&t, &s, i, NULL, NULL), TH_OK);
        right += th_scores_class(t.y, t.n_y) == (i % 2 == 0 ? 0 : 1);
    }
    th_trial_free(&t);
    return (double)right / TEST;
}

/* The steps of a GRU are one layer: one bias for the same weights, one struct of parameters for the same operator. */
static void steps_are_one(const th_graph *g)
{
    th_plan *plan = NULL;
    int32_t again = 0, different = 0, operators = 0;
    assert_int_equal(th_plan_make(g, &plan, NULL), TH_OK);
    for (int32_t i = 0; i < g->n_nodes; i++) {
        operators += plan->steps[i].par != NULL;
        different += plan->steps[i].par && th_plan_first_par(plan, i) == i;
        for (int32_t k = 0; g->nodes[i].op == TH_OP_FULLY_CONNECTED && k < i; k++) {
            if (g->nodes[k].op != TH_OP_FULLY_CONNECTED || g->nodes[k].in[1] != g->nodes[i].in[1]) continue;
            assert_int_equal(g->nodes[k].in[2], g->nodes[i].in[2]);
            again++;
        }
    }
    assert_true(again > STEPS && operators > 8 * STEPS && different < 40);
    th_plan_free(plan);
}

static void learns(const char *preset)
{
    th_model *f32 = train(preset), *s8 = NULL;
    th_layer_error *rows = NULL;
    th_why why = {0};
    int32_t n = 0;
    const double real = accuracy(f32);
    const th_quantize_job job = {.model = f32,
                                 .samples = {.n = 60, .sample = test_sample},
                                 .settings = {.method = TH_RANGE_MSE, .correct_bias = true}};
    if (th_quantize(&job, &s8, &rows, &n, &why)) fail_msg("%s: %s", preset, why.text);
    const double whole = accuracy(s8);
    printf("%s: float %.3f, int8 %.3f, scores %.1f dB\n", preset, real, whole, rows[n - 1].snr_db);
    for (int32_t i = 0; i < s8->graphs[0].n_nodes; i++) {
        const th_node *node = &s8->graphs[0].nodes[i];
        assert_int_equal(s8->graphs[0].tensors[node->out[0]].type, TH_S8);
    }
    if (strcmp(preset, "gru") == 0) steps_are_one(&s8->graphs[0]);
    assert_true(real > 0.95 && whole > 0.95);
    assert_true(rows[n - 1].snr_db > 20);
    free(rows);
    th_model_free(s8);
    th_model_free(f32);
}

static void lstm(void **state)
{
    (void)state;
    learns("lstm");
}

static void gru(void **state)
{
    (void)state;
    learns("gru");
}

static void svdf(void **state)
{
    (void)state;
    learns("low-latency-svdf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lstm), cmocka_unit_test(gru), cmocka_unit_test(svdf)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
