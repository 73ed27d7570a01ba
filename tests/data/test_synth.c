#include "sound.h"

#include "data/stream.h"
#include "data/synth.h"
#include "data/voices.h"
#include "os/process.h"

static const char *const labels[] = {"yes", "نعم"};

static void language_by_script(void **state)
{
    (void)state;
    static const struct {
        const char *text, *language;
    } good[] = {{"yes", "en"},    {"über", "en"}, {"نعم", "ar"}, {"да", "ru"}, {"はい", "ja"},
                {"食べる", "ja"}, {"是", "cmn"},  {"예", "ko"},  {"7", "en"},  {"turn on", "en"}};
    static const char *const bad[] = {"yesда", "ᚠᚢ", "🙂", "--"};
    const char *language;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(th_voice_language(good[i].text, &language, NULL), TH_OK);
        assert_string_equal(language, good[i].language);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        th_why why = {0};
        assert_int_equal(th_voice_language(bad[i], &language, &why), TH_EUNSUP);
        assert_non_null(strstr(why.text, bad[i]));
    }
}

static th_dataset *make(const char *dir, uint64_t seed, int32_t per_label, th_project *p)
{
    th_dataset *set;
    th_synth_report r;
    th_why why = {0};
    const th_synth_cfg cfg = {.count = per_label, .seed = seed};
    make_project(p, dir, labels, 2);
    assert_int_equal(th_dataset_load(p, &set, NULL), TH_OK);
    if (th_synth(p, set, &cfg, &r, &why)) fail_msg("%s", why.text);
    assert_int_equal(r.added, (size_t)per_label * 5);
    if (th_synth(p, set, &cfg, &r, &why)) fail_msg("%s", why.text);
    assert_int_equal(r.added, 0); /* the same once more adds nothing */
    assert_int_equal(r.already, (size_t)per_label * 5);
    return set;
}

static void voices_make_a_data_set(void **state)
{
    if (!th_program_exists("espeak-ng")) skip();
    th_project p;
    th_dataset *a = make(at(*state, "a"), 3, 8, &p), *b = make(at(*state, "b"), 3, 8, &p),
               *c = make(at(*state, "c"), 4, 8, &p);
    size_t same = 0, count[4][TH_N_SPLITS] = {{0}};
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        const th_sample *x = &a->samples[i];
        int16_t *pcm;
        int32_t n, loudest = 0;
        assert_string_equal(x->hash, b->samples[i].hash);
        assert_int_equal(x->split, b->samples[i].split);
        same += strcmp(x->hash, c->samples[i].hash) == 0;
        assert_int_equal(strncmp(x->source, "synthetic:", 10), 0);
        count[th_project_label(&p, x->label)][x->split]++;
        assert_int_equal(th_dataset_samples(a, x, &pcm, &n, NULL), TH_OK);
        assert_int_equal(n, 16000);
        for (int32_t k = 0; k < n; k++) loudest = abs(pcm[k]) > loudest ? abs(pcm[k]) : loudest;
        if (strcmp(x->label, "silence") != 0) assert_true(loudest > 500);
        assert_true(loudest < 32767);
        free(pcm);
    }
    assert_int_equal(same, 0); /* another seed, other clips */
    for (int l = 0; l < 4; l++) assert_true(count[l][TH_TRAIN] >= 4 && count[l][TH_VAL] && count[l][TH_TEST]);
    th_dataset_free(a);
    th_dataset_free(b);
    th_dataset_free(c);
}

/* A label that is a tone of its own, so that the stream can be looked at. */
static void fill_project(const th_project *p, th_dataset *set)
{
    for (int i = 0; i < 24; i++) {
        int16_t pcm[16000] = {0};
        const int label = i % 4;
        for (int k = 5000; k < 9000; k++)
            pcm[k] = (int16_t)(label == 3 ? i : (k / (4 + label * 4)) % 2 ? 6000 + i : -6000);
        const th_sample c = {.label = p->labels[label],
                             .word = p->labels[label],
                             .source = "made",
                             .split = i < 12 ? TH_TRAIN : TH_TEST};
        assert_int_equal(th_dataset_put_sound(set, &c, pcm, 16000, NULL), TH_OK);
    }
}

static void a_stream_says_what_it_says(void **state)
{
    static const char *const two[] = {"yes", "no"};
    th_project p;
    th_dataset *set;
    th_why why = {0};
    int16_t *pcm, *again;
    int32_t n, m;
    size_t words, words_again, seen = 0, yes = 0, no = 0;
    char *truth, *truth_again;
    make_project(&p, at(*state, "p"), two, 2);
    assert_int_equal(th_dataset_load(&p, &set, NULL), TH_OK);
    th_stream_cfg cfg = {.seconds = 60, .seed = 5, .split = TH_TEST};
    assert_int_equal(th_stream_make(&p, set, &cfg, &pcm, &n, &truth, &words, &why), TH_ENOENT);
    fill_project(&p, set);
    assert_int_equal(th_stream_make(&p, set, &cfg, &pcm, &n, &truth, &words, NULL), TH_OK);
    assert_int_equal(th_stream_make(&p, set, &cfg, &again, &m, &truth_again, &words_again, NULL), TH_OK);
    assert_int_equal(n, 60 * 16000);
    assert_int_equal(m, n);
    assert_memory_equal(pcm, again, (size_t)n * sizeof *pcm);
    assert_string_equal(truth, truth_again);
    double last_end = 0;
    for (const char *line = strchr(truth, '\n') + 1; *line; line = strchr(line, '\n') + 1, seen++) {
        char label[64];
        double start, end;
        int32_t loudest = 0;
        assert_int_equal(sscanf(line, "%lf\t%lf\t%63s", &start, &end, label), 3);
        assert_true(start >= last_end && end > start && end < 60);
        for (int32_t k = (int32_t)(last_end * 16000) + 200; k < (int32_t)(start * 16000) - 200; k++)
            loudest = abs(pcm[k]) > loudest ? abs(pcm[k]) : loudest;
        assert_true(loudest < 300); /* between the words: the background alone */
        yes += strcmp(label, "yes") == 0;
        no += strcmp(label, "no") == 0;
        last_end = end;
        if (strcmp(label, "yes") && strcmp(label, "no")) continue;
        assert_true(end - start > 0.24 && end - start < 0.28); /* the 4000 samples of the tone */
    }
    assert_int_equal(seen, words);
    assert_true(yes >= 5 && no >= 5 && yes + no <= seen / 2 + 1);
    free(pcm);
    free(again);
    free(truth);
    free(truth_again);
    th_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(language_by_script),
        cmocka_unit_test_setup_teardown(voices_make_a_data_set, in_temp, remove_temp),
        cmocka_unit_test_setup_teardown(a_stream_says_what_it_says, in_temp, remove_temp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
