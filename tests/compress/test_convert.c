/* How precisions and scales meet: QUANTIZE between them, given scales kept to the bit, biases that correct the mean. */
#include "trained.h"

#include "compress/correct.h"
#include "compress/weights.h"

static th_quantize_job job_of(const th_model *m)
{
    return (th_quantize_job){.model = m, .samples = trained_samples(100)};
}

static int32_t count_op(const th_graph *g, th_op op)
{
    int32_t n = 0;
    for (int32_t i = 0; i < g->n_nodes; i++) n += g->nodes[i].op == op;
    return n;
}

static th_type made_by(const th_graph *g, const th_converted *c, int32_t node)
{
    return g->tensors[g->nodes[c->node[node]].out[0]].type;
}

static void one_layer_in_16_bits(void **state)
{
    (void)state;
    th_model *m = trained_net();
    th_quantize_job job = job_of(m);
    const th_precision one[6] = {TH_P_S8, TH_P_S16, TH_P_S8, TH_P_S8, TH_P_S8, TH_P_S8};
    th_quantizer *q = NULL;
    th_converted c = {0};
    th_why why = {0};
    job.settings.precision = one;
    assert_int_equal(th_quantizer_new(&job, &q, &why), TH_OK);
    if (th_quantizer_make(q, &job.settings, &c, &why)) fail_msg("%s", why.text);
    const th_graph *g = &c.model->graphs[0];
    assert_int_equal(g->n_nodes, 8); /* int8 -> int16 in front of it, back behind it */
    assert_int_equal(count_op(g, TH_OP_QUANTIZE), 2);
    assert_int_equal(made_by(g, &c, 0), TH_S8);
    assert_int_equal(made_by(g, &c, 1), TH_S16);
    assert_int_equal(made_by(g, &c, 2), TH_S8);
    const th_node *n = &g->nodes[c.node[1]];
    assert_int_equal(g->tensors[n->in[0]].type, TH_S16);
    assert_int_equal(g->tensors[n->in[0]].quant.zero[0], 0);
    assert_int_equal(g->tensors[n->in[1]].type, TH_S8);
    assert_int_equal(g->tensors[n->in[2]].type, TH_S64);
    th_layer_error rows[6];
    if (th_compare_layers(q, &c, rows, NULL, &why)) fail_msg("%s", why.text); /* it runs */
    assert_true(rows[5].snr_db > 30.0);
    assert_int_equal(rows[1].precision, TH_P_S16);
    th_converted_free(&c);
    th_quantizer_free(q);
    th_model_free(m);
}

static void float_layers_and_ends(void **state)
{
    (void)state;
    th_model *m = trained_net();
    th_quantize_job job = job_of(m);
    const th_precision one[6] = {TH_P_S8, TH_P_S8, TH_P_F32, TH_P_S8, TH_P_S8, TH_P_S8};
    th_quantizer *q = NULL;
    th_converted c = {0};
    th_why why = {0};
    job.settings = (th_quantize_settings){.precision = one, .ends = TH_ENDS_F32};
    assert_int_equal(th_quantizer_new(&job, &q, &why), TH_OK);
    if (th_quantizer_make(q, &job.settings, &c, &why)) fail_msg("%s", why.text);
    const th_graph *g = &c.model->graphs[0];
    assert_int_equal(count_op(g, TH_OP_QUANTIZE), 2);   /* the input; behind the float layer */
    assert_int_equal(count_op(g, TH_OP_DEQUANTIZE), 2); /* before it; the output */
    assert_int_equal(g->tensors[g->inputs[0]].type, TH_F32);
    assert_int_equal(g->tensors[g->outputs[0]].type, TH_F32);
    assert_int_equal(made_by(g, &c, 2), TH_F32);
    th_converted_free(&c);
    th_quantizer_free(q);
    th_model_free(m);
}

/* Scales of an int8 model, read back by the float model's tensor numbers, give that model again, byte for byte. */
static void given_scales_are_kept_to_the_bit(void **state)
{
    (void)state;
    th_model *m = trained_net(), *again = NULL;
    th_quantize_job job = job_of(m);
    th_quantizer *q = NULL;
    th_converted c = {0};
    th_scale scale[32] = {{0}};
    uint8_t *bytes[2] = {NULL, NULL};
    size_t n[2] = {0, 0};
    th_why why = {0};
    assert_int_equal(th_quantizer_new(&job, &q, &why), TH_OK);
    assert_int_equal(th_quantizer_make(q, &job.settings, &c, &why), TH_OK);
    for (int32_t i = 0; i < m->graphs[0].n_tensors; i++) {
        const th_tensor *t = c.tensor[i] >= 0 ? &c.model->graphs[0].tensors[c.tensor[i]] : NULL;
        if (t && !t->data && t->type == TH_S8) scale[i] = (th_scale){t->quant.scale[0], t->quant.zero[0]};
    }
    scale[m->graphs[0].nodes[3].out[0]] = (th_scale){0.0f, 0}; /* RESHAPE: follows its input */
    if (th_quantize_fixed(m, scale, NULL, &again, &why)) fail_msg("%s", why.text);
    assert_int_equal(th_model_to_tflite(c.model, &bytes[0], &n[0], &why), TH_OK);
    assert_int_equal(th_model_to_tflite(again, &bytes[1], &n[1], &why), TH_OK);
    assert_int_equal(n[0], n[1]);
    assert_memory_equal(bytes[0], bytes[1], n[0]);
    th_model_free(again);

    const int32_t conv = m->graphs[0].nodes[0].out[0], flat = m->graphs[0].nodes[3].out[0];
    const th_scale kept = scale[conv];
    scale[conv].scale = 0.0f;
    assert_int_equal(th_quantize_fixed(m, scale, NULL, &again, &why), TH_ERANGE);
    assert_non_null(strstr(why.text, "needs a scale"));
    scale[conv] = kept;
    scale[flat] = (th_scale){0.5f, 0}; /* not that of its input */
    why = (th_why){0};
    assert_int_equal(th_quantize_fixed(m, scale, NULL, &again, &why), TH_ERANGE);
    assert_non_null(strstr(why.text, "given two"));
    free(bytes[0]);
    free(bytes[1]);
    th_converted_free(&c);
    th_quantizer_free(q);
    th_model_free(m);
}

/* Worked by hand: scales 2/127 and 1/127; 0.5 of the second is 63.5, which rounds away from zero. */
static void weights_by_hand(void **state)
{
    (void)state;
    const float w[6] = {2.0f, -1.0f, 0.0f, -1.0f, 0.5f, 0.25f}, bias[2] = {1.0f, -0.1f};
    th_layer_weights l = {.w = w, .bias = bias, .n = 6, .n_out = 2, .inner = 3, .per_channel = true, .in_scale = 0.5};
    int8_t q[6];
    float scale[2];
    th_weights_to_s8(&l, q, scale);
    const int8_t want[6] = {127, -64, 0, -127, 64, 32};
    assert_memory_equal(q, want, sizeof q);
    assert_true(scale[0] == 2.0f / 127.0f && scale[1] == 1.0f / 127.0f);
    assert_int_equal(th_bias_to_int(&l, scale, 0, 0.0), 127);  /* 1 / (0.5 * 2/127) */
    assert_int_equal(th_bias_to_int(&l, scale, 1, 0.0), -25);  /* -0.1 / (0.5 / 127) = -25.4 */
    assert_int_equal(th_bias_to_int(&l, scale, 1, 0.05), -13); /* -12.7 */
    l.per_channel = false;
    th_weights_to_s8(&l, q, scale);
    const int8_t one_scale[6] = {127, -64, 0, -64, 32, 16};
    assert_memory_equal(q, one_scale, sizeof q);
}

typedef struct mean_error {
    const th_converted *c;
    const th_graph *f, *g;
    double real[360], rounded[360];
} mean_error;

static void add_float(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    mean_error *e = ctx;
    (void)tensor;
    for (int k = 0; node == 4 && k < TRAINED_CLASSES; k++) e->real[k] += (double)((const float *)data)[k];
}

static void add_rounded(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    mean_error *e = ctx;
    for (int k = 0; node == e->c->node[4] && k < TRAINED_CLASSES; k++)
        e->rounded[k] += (double)th_tensor_real(&e->g->tensors[tensor], data, k);
}

/* Largest |mean error| of a score before the soft-max, over samples that were not corrected with. */
static double mean_error_of(const th_model *m, bool correct)
{
    th_quantize_job job = job_of(m);
    const th_samples test = trained_test_samples(400);
    th_quantizer *q = NULL;
    th_converted c = {0};
    th_trial a, b;
    th_why why = {0};
    static mean_error e;
    double most = 0.0;
    job.settings.correct_bias = correct;
    assert_int_equal(th_quantizer_new(&job, &q, &why), TH_OK);
    assert_int_equal(th_quantizer_make(q, &job.settings, &c, &why), TH_OK);
    e = (mean_error){.c = &c, .f = q->g, .g = &c.model->graphs[0]};
    assert_int_equal(th_trial_new(e.f, &a, &why), TH_OK);
    assert_int_equal(th_trial_new(e.g, &b, &why), TH_OK);
    for (int32_t i = 0; i < test.n; i++) {
        assert_int_equal(th_trial_run(&a, &test, i, add_float, &e), TH_OK);
        assert_int_equal(th_trial_run(&b, &test, i, add_rounded, &e), TH_OK);
    }
    for (int k = 0; k < TRAINED_CLASSES; k++) most = fmax(most, fabs(e.real[k] - e.rounded[k]) / test.n);
    th_trial_free(&a);
    th_trial_free(&b);
    th_converted_free(&c);
    th_quantizer_free(q);
    return most;
}

/* Weights of one large and many small ones: rounding them is a bias. */
static void bias_correction_makes_the_mean_right(void **state)
{
    (void)state;
    th_model *m = trained_net();
    const th_graph *g = &m->graphs[0];
    const th_tensor *t = &g->tensors[g->nodes[2].in[1]];
    float *w = (float *)(uintptr_t)t->data;
    for (int c = 0; c < 12; c++)
        for (int k = 1; k < 8; k++) w[c * 8 + k] = 0.0117f * (1.0f + 0.1f * (float)((c + k) % 3)); /* half a step */
    for (int c = 0; c < 12; c++) w[c * 8] = 3.0f;
    const double without = mean_error_of(m, false), with = mean_error_of(m, true);
    printf("largest mean error %.4f, corrected %.4f\n", without, with);
    assert_true(with < 0.5 * without);
    th_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_layer_in_16_bits),
        cmocka_unit_test(float_layers_and_ends),
        cmocka_unit_test(given_scales_are_kept_to_the_bit),
        cmocka_unit_test(weights_by_hand),
        cmocka_unit_test(bias_correction_makes_the_mean_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
