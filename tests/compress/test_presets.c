/* Every preset, with weights of chance, as int8 and as int16x8: whatever training exports can be quantised. */
#include "../test.h"

#include "compress/quantize.h"
#include "model/spec.h"
#include "train/export.h"

#include <math.h>

static th_model *exported(const char *name)
{
    static th_spec spec;
    static char text[TH_PRESET_BYTES];
    th_preset preset;
    th_net *net = NULL;
    th_model *m = NULL;
    th_why why = {0};
    if (th_preset_make(name, text, &preset, &why) ||
        th_spec_parse(text, preset.in_h, preset.in_w, preset.in_c, preset.n_classes, &spec, &why) ||
        th_net_new(&spec, &(th_net_options){.batch = 1, .n_members = 1}, &net, &why))
        fail_msg("%s: %s", name, why.text);
    th_net_init(net, 9);
    if (th_net_export(net, &m, &why)) fail_msg("%s: %s", name, why.text);
    th_net_free(net);
    return m;
}

static void sample(void *ctx, int32_t i, float *x)
{
    th_rng rng = th_rng_make(5, (uint64_t)i);
    for (int32_t k = 0; k < *(const int32_t *)ctx; k++) x[k] = th_rng_normal(&rng);
}

static void all_presets(void **state)
{
    (void)state;
    for (size_t i = 0; th_preset_name(i); i++)
        for (int wide = 0; wide < 2; wide++) {
            th_model *m = exported(th_preset_name(i)), *made = NULL;
            const th_graph *g = &m->graphs[0];
            int32_t n_in = th_shape_count(&g->tensors[g->inputs[0]].shape), n = 0;
            const th_quantize_job job = {
                .model = m, .samples = {.n = 2, .sample = sample, .ctx = &n_in}, .settings = {.wide = wide != 0}};
            th_layer_error *rows = NULL;
            th_why why = {0};
            if (th_quantize(&job, &made, &rows, &n, &why)) fail_msg("%s: %s", th_preset_name(i), why.text);
            printf("%s, %d bits: %.1f dB\n", th_preset_name(i), wide ? 16 : 8, rows[n - 1].snr_db);
            assert_true(rows[n - 1].snr_db > 10.0);
            free(rows);
            th_model_free(made);
            th_model_free(m);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_presets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
