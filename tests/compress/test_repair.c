/* A network made to collapse: one channel a thousand times as large as the others, the same function in float. */
#include "trained.h"

#include "compress/equalise.h"
#include "compress/repair.h"

static th_model *collapsing(void)
{
    th_model *m = trained_net(), *stretched = NULL;
    th_why why = {0};
    if (th_stretch(m, 0, 3, 1000.0, &stretched, &why)) fail_msg("%s", why.text);
    th_model_free(m);
    return stretched;
}

typedef struct bench {
    th_model *f32;
    th_quantize_job job;
    th_quantizer *q;
    th_scorer scorer;
} bench;

static void open_bench(bench *b, th_model *f32)
{
    const th_samples check = trained_test_samples(1000);
    th_why why = {0};
    *b =
        (bench){.f32 = f32, .job = {.model = f32, .samples = trained_samples(200), .settings = {.correct_bias = true}}};
    if (th_quantizer_new(&b->job, &b->q, &why) || th_scorer_new(b->q->g, &check, &b->scorer, &why))
        fail_msg("%s", why.text);
}

static void close_bench(bench *b)
{
    th_scorer_free(&b->scorer);
    th_quantizer_free(b->q);
    th_model_free(b->f32);
}

static th_score score_with(bench *b, const th_quantize_settings *s)
{
    th_converted c = {0};
    th_score score = {0};
    th_why why = {0};
    if (th_quantizer_make(b->q, s, &c, &why) || th_scorer_run(&b->scorer, &c.model->graphs[0], &score, &why))
        fail_msg("%s", why.text);
    th_converted_free(&c);
    return score;
}

static void the_network_collapses_and_is_repaired(void **state)
{
    (void)state;
    bench b, whole;
    open_bench(&whole, trained_net());
    open_bench(&b, collapsing());
    const th_score healthy = score_with(&whole, &whole.job.settings), broken = score_with(&b, &b.job.settings);
    printf("float %.1f %%, int8 of the healthy network %.1f %%, stretched: float %.1f %%, int8 %.1f %%\n",
           100 * whole.scorer.f32.accuracy, 100 * healthy.accuracy, 100 * b.scorer.f32.accuracy, 100 * broken.accuracy);
    assert_true(whole.scorer.f32.accuracy > 0.85);
    assert_true(fabs(whole.scorer.f32.accuracy - b.scorer.f32.accuracy) < 0.002);
    assert_true(healthy.accuracy > whole.scorer.f32.accuracy - 0.01);
    assert_true(broken.accuracy < b.scorer.f32.accuracy - 0.1);
    const th_repair_job job = {.q = b.q, .job = &b.job, .scorer = &b.scorer, .within = 1.0};
    th_repair r;
    th_why why = {0};
    if (th_repair_find(&job, &r, &why)) fail_msg("%s", why.text);
    for (int32_t i = 0; i < r.n; i++)
        printf("%s%s: %.1f %%, %.1f dB\n", i == r.best ? "* " : "  ", r.tried[i].words, 100 * r.tried[i].score.accuracy,
               r.tried[i].score.out_db);
    assert_true(r.restored && r.tried[r.best].equalised && r.best == r.n - 1);
    assert_true(r.tried[r.best].score.accuracy >= b.scorer.f32.accuracy - 0.01);
    th_score again; /* what was kept is what was scored */
    assert_int_equal(th_scorer_run(&b.scorer, &r.made.model->graphs[0], &again, &why), TH_OK);
    assert_true(again.accuracy == r.tried[r.best].score.accuracy);
    th_repair_free(&r);
    close_bench(&b);
    close_bench(&whole);
}

/* ABS of what ReLU made changes nothing, but equalisation does not look behind it. */
static th_model *hidden_collapse(void)
{
    th_model *m = trained_net();
    th_graph *g = &m->graphs[0];
    const int32_t conv = g->nodes[0].out[0], abs = g->n_tensors++;
    g->tensors[abs] = g->tensors[conv];
    g->tensors[abs].name = "abs";
    for (int32_t i = g->n_nodes++; i > 1; i--) g->nodes[i] = g->nodes[i - 1];
    int32_t *io = th_model_alloc(m, 2, sizeof *io);
    io[0] = conv;
    io[1] = abs;
    g->nodes[1] = (th_node){.op = TH_OP_ABS, .n_in = 1, .n_out = 1, .in = io, .out = io + 1};
    ((int32_t *)(uintptr_t)g->nodes[2].in)[0] = abs;
    float *w = (float *)(uintptr_t)g->tensors[g->nodes[0].in[1]].data, /* [8][4][3][1] */
        *b = (float *)(uintptr_t)g->tensors[g->nodes[0].in[2]].data,
          *next = (float *)(uintptr_t)g->tensors[g->nodes[2].in[1]].data; /* [1][3][3][8] */
    for (int i = 0; i < 12; i++) w[3 * 12 + i] *= 1000.0f;
    b[3] *= 1000.0f;
    for (int i = 0; i < 9; i++) next[i * 8 + 3] /= 1000.0f;
    return m;
}

static void layers_in_16_bits_are_the_last_resort(void **state)
{
    (void)state;
    bench b;
    open_bench(&b, hidden_collapse());
    const th_repair_job job = {.q = b.q, .job = &b.job, .scorer = &b.scorer, .within = 1.0};
    th_repair r;
    th_why why = {0};
    if (th_repair_find(&job, &r, &why)) fail_msg("%s", why.text);
    for (int32_t i = 0; i < r.n; i++)
        printf("%s%s: %.1f %%, %.1f dB\n", i == r.best ? "* " : "  ", r.tried[i].words, 100 * r.tried[i].score.accuracy,
               r.tried[i].score.out_db);
    int wide = 0;
    for (int32_t i = 0; i < b.q->g->n_nodes; i++) wide += r.precision[i] == TH_P_S16;
    assert_true(r.restored && r.tried[r.best].wide_layers);
    assert_true(r.tried[0].score.accuracy < b.scorer.f32.accuracy - 0.1);
    assert_true(r.tried[r.best].score.accuracy >= b.scorer.f32.accuracy - 0.01);
    assert_in_range(wide, 3, 5); /* not all 7 */
    th_repair_free(&r);
    close_bench(&b);
}

/* A dense layer with one weight of 60 on a feature that is always 0: one scale for all weights leaves the others 0. */
static void dense_layers_get_a_scale_per_output(void **state)
{
    (void)state;
    bench b;
    th_model *m = trained_net();
    const th_graph *g = &m->graphs[0];
    float *w = (float *)(uintptr_t)g->tensors[g->nodes[4].in[1]].data,
          *pw = (float *)(uintptr_t)g->tensors[g->nodes[2].in[1]].data,
          *pb = (float *)(uintptr_t)g->tensors[g->nodes[2].in[2]].data;
    for (int k = 0; k < 8; k++) pw[5 * 8 + k] = 0.0f; /* channel 5 is silent */
    pb[5] = -1.0f;
    w[5] = 60.0f; /* class 0, channel 5 of the first place */
    open_bench(&b, m);
    th_quantize_settings s = b.job.settings;
    const th_score broken = score_with(&b, &s);
    s.dense_per_channel = true;
    const th_score mended = score_with(&b, &s);
    printf("float %.1f %%, one scale %.1f %%, one per output %.1f %%\n", 100 * b.scorer.f32.accuracy,
           100 * broken.accuracy, 100 * mended.accuracy);
    assert_true(broken.accuracy < b.scorer.f32.accuracy - 0.1);
    assert_true(mended.accuracy >= b.scorer.f32.accuracy - 0.01);
    close_bench(&b);
}

static void the_debugger_points_at_the_layer(void **state)
{
    (void)state;
    bench b;
    th_converted c = {0};
    th_layer_debug rows[8];
    th_why why = {0};
    char words[192];
    open_bench(&b, collapsing());
    assert_int_equal(th_quantizer_make(b.q, &b.job.settings, &c, &why), TH_OK);
    if (th_debug_layers(b.q, &b.job.settings, &c, &b.scorer, NULL, NULL, rows, &why)) fail_msg("%s", why.text);
    assert_int_equal(rows[0].channel, 3);
    assert_true(rows[0].imbalance > 300.0);
    assert_true(rows[0].error.snr_db > 20.0); /* the large channel is fine, and hides the others */
    assert_true(rows[0].channel_db < 3.0);
    assert_true(rows[0].tried && rows[0].alone.accuracy < b.scorer.f32.accuracy - 0.1);
    assert_true(rows[4].tried && rows[4].alone.accuracy > b.scorer.f32.accuracy - 0.01);
    th_debug_words(&rows[0], &b.scorer.f32, words, sizeof words);
    assert_non_null(strstr(words, "channel 3 is"));
    th_debug_words(&rows[1], &b.scorer.f32, words, sizeof words); /* reads it */
    assert_non_null(strstr(words, "look at the layers that it reads"));
    th_debug_words(&rows[4], &b.scorer.f32, words, sizeof words); /* only hands on what was lost */
    assert_string_equal(words, "");
    double sum = 0.0;
    for (int i = 0; i < TH_DEBUG_BARS; i++) sum += rows[0].bar[i];
    assert_true(fabs(sum - 1.0) < 1e-9);
    th_converted_free(&c);
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_network_collapses_and_is_repaired),
        cmocka_unit_test(layers_in_16_bits_are_the_last_resort),
        cmocka_unit_test(dense_layers_get_a_scale_per_output),
        cmocka_unit_test(the_debugger_points_at_the_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
