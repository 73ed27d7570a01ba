/* Quantising, equalising, looking for faults and repairing when memory runs out at any request: an error with a text,
 * nothing lost (as the address sanitizer sees) and nothing broken. */
#include "../no_memory.h"

#include "trained.h"

#include "compress/equalise.h"
#include "compress/repair.h"

/* Everything that src/compress does, on few samples. */
static th_err all_of_it(const th_model *f32, th_why *why)
{
    const th_quantize_job job = {.model = f32, .samples = trained_samples(4), .settings = {.correct_bias = true}};
    th_quantizer *q = NULL;
    th_scorer scorer = {0};
    th_repair r = {0};
    th_layer_debug rows[8];
    th_err err = th_quantizer_new(&job, &q, why);
    if (!err) err = th_scorer_new(q->g, &job.samples, &scorer, why);
    const th_repair_job repair = {.q = q, .job = &job, .scorer = &scorer, .within = -100.0}; /* never enough */
    if (!err) {
        err = th_repair_find(&repair, &r, why);
        if (!err)
            err = th_debug_layers(th_repair_quantizer(&repair, &r), &r.tried[r.best].settings, &r.made, &scorer, NULL,
                                  NULL, rows, why);
        th_repair_free(&r);
    }
    th_scorer_free(&scorer);
    th_quantizer_free(q);
    return err;
}

static th_err fixed(const th_model *f32, th_why *why)
{
    th_scale scale[32] = {{0}};
    th_model *made = NULL;
    for (int i = 0; i < 32; i++) scale[i] = (th_scale){0.1f, -3};
    scale[f32->graphs[0].nodes[5].out[0]] = (th_scale){0.0f, 0}; /* soft-max's follows from the operator */
    const th_err err = th_quantize_fixed(f32, scale, NULL, &made, why);
    if (!err) th_model_free(made);
    return err;
}

static th_err stretched(const th_model *f32, th_why *why)
{
    th_model *made = NULL;
    const th_err err = th_stretch(f32, 0, 1, 10.0, &made, why);
    if (!err) th_model_free(made);
    return err;
}

/* How many requests it takes; the further away the fewer of them fail once. */
static long try_every(th_err (*what)(const th_model *, th_why *), const th_model *m, long rate)
{
    for (long k = 0;; k += 1 + k / rate) {
        th_why why = {0};
        request_failed = false;
        requests_left = k;
        const th_err err = what(m, &why);
        requests_left = -1;
        if (!err && !request_failed) return k;
        if (err != TH_ENOMEM || !why.text[0]) fail_msg("request %ld: %d, %s", k, (int)err, why.text);
    }
}

static void memory_may_run_out(void **state)
{
    (void)state;
    th_model *m = trained_shape();
    printf("fixed scales: %ld requests\n", try_every(fixed, m, 1000));
    printf("stretching: %ld requests\n", try_every(stretched, m, 1000));
    const long n = try_every(all_of_it, m, 12);
    printf("everything: %ld requests\n", n);
    assert_true(n > 500);
    th_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_may_run_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
