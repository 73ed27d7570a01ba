#include "../test.h"

#include "../models.h"

static void comes_back_exactly(void **state)
{
    (void)state;
    th_model *m = test_ds_cnn(1);
    const th_pipeline p = test_pipeline();
    th_pipeline back;
    th_why why = {0};
    assert_int_equal(th_pipeline_from(m, &back, &why), TH_ENOENT);
    why = (th_why){0};
    assert_int_equal(th_pipeline_attach(&p, m, &why), TH_OK);
    assert_int_equal(th_pipeline_from(m, &back, &why), TH_OK);
    assert_memory_equal(p.mean, back.mean, sizeof p.mean);
    assert_memory_equal(p.inv_std, back.inv_std, sizeof p.inv_std);
    assert_memory_equal(&p.frontend, &back.frontend, sizeof p.frontend);
    assert_memory_equal(&p.detect, &back.detect, sizeof p.detect);
    assert_int_equal(p.n_labels, back.n_labels);
    for (int32_t i = 0; i < p.n_labels; i++) assert_string_equal(p.labels[i], back.labels[i]);
    assert_string_equal(p.task, back.task);
    assert_string_equal(p.preset, back.preset);
    assert_true(p.source_hash == back.source_hash);
    assert_int_equal(p.clip_samples, back.clip_samples);
    assert_int_equal(p.n_frames, back.n_frames);
    th_model_free(m);
}

static void refuse(const th_pipeline *p, const char *words)
{
    th_model *m = test_ds_cnn(1);
    th_why why = {0};
    assert_int_not_equal(th_pipeline_attach(p, m, &why), TH_OK);
    if (!strstr(why.text, words)) fail_msg("\"%s\" is not in: %s", words, why.text);
    th_model_free(m);
}

static void impossible_settings_are_refused(void **state)
{
    (void)state;
    th_pipeline p = test_pipeline();
    p.n_labels = 3;
    refuse(&p, "4");
    p = test_pipeline();
    strcpy(p.labels[1], "yes");
    refuse(&p, "twice");
    p = test_pipeline();
    p.labels[0][1] = '\n';
    refuse(&p, "control");
    p = test_pipeline();
    memset(p.labels[0], 'x', TH_LABEL_BYTES);
    refuse(&p, "too long");
    p = test_pipeline();
    strcpy(p.labels[1], "\xff\xfe");
    refuse(&p, "UTF-8");
    p = test_pipeline();
    p.frontend.n_fft = 501;
    refuse(&p, "frontend");
    p = test_pipeline();
    p.inv_std[3] = 0.0f;
    refuse(&p, "inv_std");
    p = test_pipeline();
    p.clip_samples = 5000;
    refuse(&p, "n_frames");
    p = test_pipeline();
    p.detect.threshold = 1.5f;
    refuse(&p, "threshold");
    p = test_pipeline();
    p.detect.min_count = 65;
    refuse(&p, "min_count");
}

/* Each key left out, and each value replaced by something of another kind. */
static void damaged_json_is_refused(void **state)
{
    (void)state;
    static const char *const text[] = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"format\":2}",
        "{\"format\":1}",
        "{\"format\":1e99}",
        "{\"format\":1,\"format\":1}",
        "\xff\xff",
    };
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        th_model *m = test_ds_cnn(1);
        th_why why = {0};
        th_pipeline p;
        assert_int_equal(
            th_model_set_metadata(m, TH_PIPELINE_METADATA, (th_span){(const uint8_t *)text[i], strlen(text[i])}, &why),
            TH_OK);
        assert_int_not_equal(th_pipeline_from(m, &p, &why), TH_OK);
        assert_int_not_equal(why.text[0], 0);
        th_model_free(m);
    }
}

static void every_mutation_of_the_json_is_sound_or_refused(void **state)
{
    (void)state;
    th_model *m = test_ds_cnn(1);
    const th_pipeline p = test_pipeline();
    th_pipeline back;
    th_why why = {0};
    assert_int_equal(th_pipeline_attach(&p, m, &why), TH_OK);
    const th_span good = th_model_metadata(m, TH_PIPELINE_METADATA);
    uint8_t *copy = malloc(good.n);
    th_rng rng = th_rng_make(5, 5);
    int refused = 0;
    for (int k = 0; k < 3000; k++) {
        th_model *other = test_ds_cnn(1);
        memcpy(copy, good.p, good.n);
        copy[th_rng_below(&rng, (uint32_t)good.n)] =
            k % 2 ? (uint8_t) "0123456789-.,:\"{}[]eE"[th_rng_below(&rng, 21)] : (uint8_t)th_rng_u32(&rng);
        const size_t n = k % 10 ? good.n : th_rng_below(&rng, (uint32_t)good.n);
        why = (th_why){0};
        assert_int_equal(th_model_set_metadata(other, TH_PIPELINE_METADATA, (th_span){copy, n}, &why), TH_OK);
        if (th_pipeline_from(other, &back, &why))
            refused++;
        else
            assert_int_equal(back.n_labels, 4);
        th_model_free(other);
    }
    assert_in_range(refused, 100, 2999);
    free(copy);
    th_model_free(m);
}

static void the_detector_gets_integers(void **state)
{
    (void)state;
    th_pipeline p = test_pipeline();
    const th_detector_cfg d = th_pipeline_detector(&p);
    assert_int_equal(th_pipeline_stride_frames(&p), 5); /* 100 ms of 20 ms hops */
    assert_int_equal(d.stride_ms, 100);
    assert_int_equal(d.threshold, 179);
    assert_int_equal(d.keyword_mask, 3); /* not unknown, not silence */
    assert_int_equal(d.n_classes, 4);
    assert_int_equal(th_pipeline_label(&p, "unknown"), 2);
    assert_int_equal(th_pipeline_label(&p, "maybe"), -1);
    p.detect.threshold = 1.0f;
    assert_int_equal(th_pipeline_detector(&p).threshold, 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_exactly),         cmocka_unit_test(impossible_settings_are_refused),
        cmocka_unit_test(damaged_json_is_refused),    cmocka_unit_test(every_mutation_of_the_json_is_sound_or_refused),
        cmocka_unit_test(the_detector_gets_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
