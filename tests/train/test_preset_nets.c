/* Every preset can be trained, and the graph that comes out has its input and outputs, the work that was said, and no
 * more memory. */
#include "../test.h"

#include "model/plan.h"
#include "train/train.h"

#define EXAMPLES 4

typedef struct job {
    th_spec spec;
    int32_t n_in, n_out;
} job;

static void example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    const job *j = ctx;
    (void)epoch, (void)member;
    for (int32_t k = 0; k < j->n_in; k++) x[k] = (float)((k * 37 + i * 11) % 19) / 19.0f - 0.5f;
    for (int32_t k = 0; k < j->n_out; k++)
        y[k] = j->spec.n_classes ? (float)(k == i % j->n_out) : (float)((k + i) % 5) / 5.0f;
}

static void train(const th_preset *p)
{
    static job j;
    th_why why = {0};
    th_model *model = NULL;
    th_plan *plan = NULL;
    if (th_spec_parse(p->text, p->in_h, p->in_w, p->in_c, p->n_classes, &j.spec, &why)) fail_msg("%s", why.text);
    const th_layer *last = &j.spec.layer[j.spec.n_layers - 1];
    j.n_in = p->in_h * p->in_w * p->in_c;
    j.n_out = last->out_h * last->out_w * last->out_c;
    th_train_job t = {
        .spec = &j.spec, .cfg = th_train_default(), .train = example, .train_ctx = &j, .n_train = EXAMPLES};
    t.cfg.epochs = 1;
    t.cfg.batch = EXAMPLES;
    t.cfg.learning_rate = 1e-3f;
    t.cfg.n_threads = 1;
    if (!p->n_classes) t.cfg.loss.row = th_loss_find("mse");
    if (th_train(&t, &model, &why) || th_plan_make(&model->graphs[0], &plan, &why))
        fail_msg("%s: %s", p->name, why.text);
    const th_graph *g = &model->graphs[0];
    assert_int_equal(th_shape_count(&g->tensors[g->inputs[0]].shape), j.n_in);
    assert_int_equal(th_shape_count(&g->tensors[g->outputs[0]].shape), j.n_out);
    int64_t most = 0;
    for (int32_t i = 0; i < j.spec.n_layers; i++)
        if (th_spec_live_values(&j.spec, i) > most) most = th_spec_live_values(&j.spec, i);
    /* the first step of a GRU has nothing behind it to multiply; it is written out step by step */
    const bool gru = j.spec.layer[0].kind == TH_LAYER_GRU;
    if (plan->macs > th_spec_macs(&j.spec) || (!gru && plan->macs != th_spec_macs(&j.spec)))
        fail_msg("%s: %lld MACs planned, %lld said", p->name, (long long)plan->macs, (long long)th_spec_macs(&j.spec));
    if (plan->arena_bytes / sizeof(float) > (size_t)most)
        fail_msg("%s: %zu values planned, %lld said", p->name, plan->arena_bytes / sizeof(float), (long long)most);
    th_plan_free(plan);
    th_model_free(model);
}

static void all_presets(void **state)
{
    (void)state;
    char text[TH_PRESET_BYTES];
    th_preset p;
    for (size_t i = 0; th_preset_name(i); i++) {
        assert_int_equal(th_preset_make(th_preset_name(i), text, &p, NULL), TH_OK);
        train(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_presets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
