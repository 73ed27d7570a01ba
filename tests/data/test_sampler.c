#include "../test.h"

#include "data/audio.h"
#include "data/augment.h"
#include "data/sampler.h"
#include "data/sound_change.h"

#include <math.h>
#include <unistd.h>

#define RATE   8000
#define CLIP   8000
#define FRAMES 49
#define COEFS  10
#define X      (FRAMES * COEFS)

/* A folder with made clips: "up" and "down" tones, 5 unknown words, 2 silences. */
static char dir[] = "/tmp/thimble-sampler-XXXXXX";
static th_project project;
static th_pipeline pipe_;
static th_dataset *set;
static const int counts[4] = {12, 8, 40, 2}; /* up, down, unknown, silence */

static void add_clip(const char *label, const char *word, int number, int n, double hz, float loud)
{
    char path[200];
    int16_t *pcm = malloc((size_t)n * sizeof *pcm);
    th_rng r = th_rng_make((uint64_t)number, 77);
    th_why why = {0};
    for (int i = 0; i < n; i++) {
        const double swell = sin(3.14159265 * i / n);
        pcm[i] =
            (int16_t)lrint((double)loud * (swell * sin(6.2831853 * hz * i / RATE) + 0.05 * (double)th_rng_normal(&r)));
    }
    snprintf(path, sizeof path, "%s/%s-%d.wav", dir, word, number);
    assert_int_equal(th_audio_write(path, RATE, pcm, n, &why), TH_OK);
    free(pcm);
    const th_sample clip = {
        .file = path, .label = label, .word = word, .subject = "", .source = "test", .split = TH_TRAIN, .n_rows = n};
    assert_int_equal(th_dataset_add(set, &clip, &why), TH_OK);
}

static int make_clips(void **state)
{
    (void)state;
    const char *labels[] = {"up", "down"};
    th_why why = {0};
    if (!mkdtemp(dir)) return -1;
    assert_int_equal(th_project_defaults("keyword", labels, 2, &project, &why), TH_OK);
    project.rate_hz = RATE;
    assert_int_equal(th_dataset_new(&project, &set, &why), TH_OK);
    for (int k = 0; k < counts[0]; k++) add_clip("up", "up", k, 5000 + 500 * k, 300.0 + 20.0 * k, 12000.0f);
    for (int k = 0; k < counts[2]; k++) { /* mixed in between: the sampler sorts them */
        char word[8];
        snprintf(word, sizeof word, "w%d", k < 30 ? 0 : k % 5);
        add_clip("unknown", word, k, CLIP, 2000.0 + 10.0 * k, 9000.0f);
    }
    for (int k = 0; k < counts[1]; k++) add_clip("down", "down", k, CLIP, 1000.0 + 20.0 * k, 3000.0f);
    for (int k = 0; k < counts[3]; k++) add_clip("silence", "silence", k, CLIP + 3000, 50.0, 20.0f);
    pipe_.n_labels = 4;
    const char *all[] = {"up", "down", "unknown", "silence"};
    for (int k = 0; k < 4; k++) snprintf(pipe_.labels[k], TH_LABEL_BYTES, "%s", all[k]);
    pipe_.frontend = (th_frontend_cfg){TH_MFCC, RATE, 240, 160, 256, 24, COEFS, 20.0f, 3900.0f};
    pipe_.clip_samples = CLIP;
    pipe_.n_frames = FRAMES;
    return 0;
}

static int remove_clips(void **state)
{
    (void)state;
    for (size_t k = 0; k < set->n; k++) unlink(set->samples[k].file);
    th_dataset_free(set);
    return rmdir(dir);
}

static th_sampler *open_sampler(const th_augment *a, uint64_t seed)
{
    th_sampler *s;
    th_why why = {0};
    const th_err err = th_sampler_new(set, TH_TRAIN, &pipe_, a, seed, &s, &why);
    if (err) printf("%s\n", why.text);
    assert_int_equal(err, TH_OK);
    return s;
}

static int label_of(const float *y)
{
    int best = 0;
    for (int k = 1; k < 4; k++)
        if (y[k] > y[best]) best = k;
    return best;
}

/* features of clip k by the path of the device */
static void plain(size_t k, float *x)
{
    static uint8_t memory[32768] __attribute__((aligned(16)));
    static int16_t window[CLIP];
    static float scratch[2 * (256 + 2)];
    th_arena arena = th_arena_over(memory, sizeof memory);
    th_frontend f;
    int16_t *pcm;
    int32_t n;
    th_why why = {0};
    assert_int_equal(th_frontend_init(&f, &pipe_.frontend, NULL, NULL, &arena), TH_OK);
    assert_int_equal(th_dataset_samples(set, &set->samples[k], &pcm, &n, &why), TH_OK);
    th_clip_window(pcm, n, 0, window, CLIP);
    th_frontend_clip(&f, window, CLIP, scratch, x);
    free(pcm);
}

static void without_augmentation_it_is_the_plain_front_end(void **state)
{
    (void)state;
    th_sampler *s = open_sampler(NULL, 1);
    assert_int_equal(th_sampler_epoch_size(s), set->n);
    for (size_t k = 0; k < set->n; k++) {
        float x[X], y[4], want[X];
        th_sampler_example(s, 3, (int32_t)k, 0, x, y);
        plain(k, want);
        assert_memory_equal(x, want, sizeof x);
        for (int c = 0; c < 4; c++)
            assert_true(y[c] == (strcmp(pipe_.labels[c], set->samples[k].label) == 0 ? 1.0f : 0.0f));
    }
    th_sampler_free(s);
}

static void an_epoch_is_balanced_and_has_each_keyword_clip_once(void **state)
{
    (void)state;
    const th_augment nothing = {.unknown_share = 2.0f, .silence_share = 0.5f};
    th_sampler *s = open_sampler(&nothing, 5);
    static float want[64][X];
    for (size_t k = 0; k < set->n; k++) plain(k, want[k]);
    for (int epoch = 0; epoch < 3; epoch++) {
        int count[4] = {0}, seen[64] = {0};
        for (int32_t i = 0; i < th_sampler_epoch_size(s); i++) {
            float x[X], y[4];
            th_sampler_example(s, epoch, i, 1, x, y);
            const int label = label_of(y);
            count[label]++;
            if (label == 3) continue; /* silences are always made anew */
            size_t k = 0;
            while (k < set->n && memcmp(x, want[k], sizeof x) != 0) k++;
            assert_true(k < set->n); /* unchanged, since no augmentation is asked for */
            assert_string_equal(set->samples[k].label, pipe_.labels[label]);
            seen[k]++;
        }
        for (size_t k = 0; k < set->n; k++)
            if (set->samples[k].label[0] != 'u' || set->samples[k].label[1] == 'p')
                assert_int_equal(seen[k], strcmp(set->samples[k].label, "silence") != 0);
        assert_int_equal(count[0], 12);
        assert_int_equal(count[1], 8);
        assert_int_equal(count[2], 20); /* 2 * (12 + 8) / 2 */
        assert_int_equal(count[3], 5);
        int common = 0; /* 32 of the 40 unknown clips are "w0"; shares go by the root */
        for (size_t k = 0; k < set->n; k++)
            if (strcmp(set->samples[k].word, "w0") == 0) common += seen[k];
        assert_in_range(common, 8, 10); /* sqrt(32) / (sqrt(32) + 4 sqrt(2)) = 1/2, less what falls on an edge */
    }
    th_sampler_free(s);
}

static th_augment everything(void)
{
    th_augment a = th_augment_default();
    a.time_mask_frames = 6;
    a.freq_mask_coefs = 2;
    a.mixup = 0.3f;
    a.stretch = a.pitch = 0.4f;
    return a;
}

/* Words of thimble.ini for sounds: what each sets, what is off, what is refused. */
static void words_say_what_is_changed(void **state)
{
    (void)state;
    const th_augment usual = everything();
    th_augment a = usual;
    th_why why = {0};
    assert_int_equal(th_sound_change_parse("", &a, NULL), TH_OK);
    assert_memory_equal(&a, &usual, sizeof a);
    assert_int_equal(th_sound_change_parse("usual", &a, NULL), TH_OK);
    assert_memory_equal(&a, &usual, sizeof a);
    assert_int_equal(th_sound_change_parse("usual, stretch 0.25, pitch", &a, NULL), TH_OK);
    assert_true(a.stretch == 0.25f && a.pitch == 0.1f && a.speed == usual.speed && a.mixup == usual.mixup);
    assert_int_equal(th_sound_change_parse("shift, noise 0.8, masks 9", &a, NULL), TH_OK);
    assert_true(a.shift_ms == 100.0f && a.noise_prob == 0.8f && a.time_mask_frames == 9 && a.freq_mask_coefs == 3);
    assert_true(a.speed == 0.0f && a.pitch == 0.0f && a.mixup == 0.0f && a.room_prob == 0.0f && a.gain_db == 0.0f);
    assert_true(a.silence_share == usual.silence_share && a.snr_hi_db == usual.snr_hi_db);
    assert_int_equal(th_sound_change_parse("none", &a, NULL), TH_OK);
    assert_true(a.shift_ms == 0.0f && a.noise_prob == 0.0f && a.time_mask_frames == 0);
    assert_int_equal(th_sound_change_parse("shift, echo", &a, &why), TH_EUSAGE);
    assert_non_null(strstr(why.text, "\"echo\" is none of usual, shift, "));
    assert_non_null(strstr(why.text, "masks, none"));
    why = (th_why){0};
    assert_int_equal(th_sound_change_parse("pitch 0.6", &a, &why), TH_EUSAGE);
    assert_non_null(strstr(why.text, "up to 0.4"));
    assert_int_equal(th_sound_change_parse("pitch high", &a, &(th_why){0}), TH_EUSAGE);
}

static void the_same_bytes_in_any_order_on_any_member(void **state)
{
    (void)state;
    const th_augment a = everything();
    th_sampler *s = open_sampler(&a, 9), *t = open_sampler(&a, 9), *other = open_sampler(&a, 10);
    const int32_t n = th_sampler_epoch_size(s);
    int equal_epochs = 0, equal_seeds = 0;
    static float x[64][X], y[64][4];
    assert_in_range(n, 1, 64);
    for (int32_t i = 0; i < n; i++) th_sampler_example(s, 2, i, 0, x[i], y[i]);
    for (int32_t k = 0; k < n; k++) {
        const int32_t i = n - 1 - k; /* backwards */
        float x2[X], y2[4];
        th_sampler_example(t, 2, i, (int)(k % TH_SAMPLER_MEMBERS), x2, y2);
        assert_memory_equal(x2, x[i], sizeof x2);
        assert_memory_equal(y2, y[i], sizeof y2);
        th_sampler_example(t, 3, i, 5, x2, y2);
        equal_epochs += memcmp(x2, x[i], sizeof x2) == 0;
        th_sampler_example(other, 2, i, 5, x2, y2);
        equal_seeds += memcmp(x2, x[i], sizeof x2) == 0;
    }
    assert_true(equal_epochs <= 1 && equal_seeds <= 1); /* digital silence may come twice */
    th_sampler_free(s);
    th_sampler_free(t);
    th_sampler_free(other);
}

static void weights_sum_to_one_and_features_are_finite(void **state)
{
    (void)state;
    const th_augment a = everything();
    th_sampler *s = open_sampler(&a, 2);
    int mixed = 0;
    for (int epoch = 0; epoch < 5; epoch++)
        for (int32_t i = 0; i < th_sampler_epoch_size(s); i++) {
            float x[X], y[4], sum = 0.0f, top = 0.0f;
            th_sampler_example(s, epoch, i, 3, x, y);
            for (int k = 0; k < X; k++) assert_true(isfinite(x[k]));
            for (int c = 0; c < 4; c++) {
                assert_true(y[c] >= 0.0f);
                sum += y[c];
                top = fmaxf(top, y[c]);
            }
            assert_true(fabsf(sum - 1.0f) < 1e-6f && top >= 0.5f - 1e-6f);
            mixed += top < 0.95f;
        }
    assert_true(mixed > 10);
    th_sampler_free(s);
}

static void silence_is_made_at_every_level(void **state)
{
    (void)state;
    const th_augment a = th_augment_default();
    th_pipeline old = pipe_;
    pipe_.frontend.kind = TH_LOGMEL;
    pipe_.frontend.n_mel = pipe_.frontend.n_coef = COEFS;
    th_sampler *s = open_sampler(&a, 2);
    int digital = 0, quiet = 0, loud = 0;
    for (int epoch = 0; epoch < 40; epoch++)
        for (int32_t i = 0; i < th_sampler_epoch_size(s); i++) {
            float x[X], y[4], mean = 0.0f;
            th_sampler_example(s, epoch, i, 0, x, y);
            if (label_of(y) != 3) continue;
            for (int k = 0; k < X; k++) mean += x[k] / X;
            digital += mean < -13.8f;
            quiet += mean >= -13.8f && mean < -9.0f;
            loud += mean > -1.0f;
        }
    printf("digital %d quiet %d loud %d\n", digital, quiet, loud);
    assert_true(digital > 0 && quiet > 10 && loud > 10);
    th_sampler_free(s);
    pipe_ = old;
}

static void normalising_gives_mean_0_and_deviation_1(void **state)
{
    (void)state;
    for (int augment = 0; augment < 2; augment++) {
        const th_augment plain_ones = th_augment_default();
        th_augment a = everything();
        a.stretch = a.pitch = 0.0f;
        th_sampler *s = open_sampler(augment ? &a : NULL, 4);
        th_why why = {0};
        th_pipeline p = pipe_;
        assert_int_equal(th_sampler_normalise(s, &p, &why), TH_OK);
        th_sampler_free(s);
        const th_pipeline old = pipe_;
        pipe_ = p; /* a new sampler takes the numbers from the pipeline */
        s = open_sampler(augment ? &plain_ones : NULL, 4);
        double sum[COEFS] = {0}, squares[COEFS] = {0};
        const int epochs = augment ? 20 : 1;
        for (int e = 0; e < epochs; e++)
            for (int32_t i = 0; i < th_sampler_epoch_size(s); i++) {
                float x[X], y[4];
                th_sampler_example(s, e, i, 0, x, y);
                for (int k = 0; k < X; k++) sum[k % COEFS] += (double)x[k], squares[k % COEFS] += (double)(x[k] * x[k]);
            }
        const double n = (double)FRAMES * epochs * th_sampler_epoch_size(s), near = augment ? 0.3 : 1e-3;
        for (int c = 0; c < COEFS; c++) {
            assert_true(fabs(sum[c] / n) < near);
            assert_true(fabs(sqrt(squares[c] / n) - 1.0) < near);
        }
        pipe_ = old;
        th_sampler_free(s);
    }
}

static void errors_say_what_is_wrong(void **state)
{
    (void)state;
    th_sampler *s = NULL;
    th_why why = {0};
    assert_int_equal(th_sampler_new(set, TH_VAL, &pipe_, NULL, 1, &s, &why), TH_ENOENT);
    assert_non_null(strstr(why.text, "val"));
    th_augment a = th_augment_default();
    a.speed = 0.7f;
    why = (th_why){0};
    assert_int_equal(th_sampler_new(set, TH_TRAIN, &pipe_, &a, 1, &s, &why), TH_ERANGE);
    th_pipeline p = pipe_;
    p.n_frames++;
    why = (th_why){0};
    assert_int_equal(th_sampler_new(set, TH_TRAIN, &p, NULL, 1, &s, &why), TH_ERANGE);
    p = pipe_;
    snprintf(p.labels[1], TH_LABEL_BYTES, "left");
    why = (th_why){0};
    assert_int_equal(th_sampler_new(set, TH_TRAIN, &p, NULL, 1, &s, &why), TH_ENOENT);
    assert_non_null(strstr(why.text, "down"));
    th_sampler_free(NULL);
}

static th_err open_clean(const th_pipeline *p, int32_t at_most, th_sampler **s)
{
    th_project in = project;
    snprintf(in.dir, sizeof in.dir, "%s", dir);
    return th_sampler_clean(&in, set, TH_TRAIN, p, at_most, s, NULL);
}

/* Example i * n / count of the front end, for each i. */
static void check_clean(int32_t at_most, int32_t count)
{
    th_sampler *plain = open_sampler(NULL, 1), *clean = NULL;
    float x[2][X], y[2][4];
    assert_int_equal(open_clean(&pipe_, at_most, &clean), TH_OK);
    const int32_t n = th_sampler_epoch_size(plain);
    assert_int_equal(th_sampler_epoch_size(clean), count < n ? count : n);
    for (int32_t i = 0; i < th_sampler_epoch_size(clean); i++) {
        th_sampler_example(plain, 0, count < n ? i * n / count : i, 0, x[0], y[0]);
        th_sampler_example(clean, 7, i, 3, x[1], y[1]);
        assert_memory_equal(x[0], x[1], sizeof x[0]);
        assert_memory_equal(y[0], y[1], sizeof y[0]);
    }
    th_sampler_free(plain);
    th_sampler_free(clean);
}

static void clean_features_are_computed_once(void **state)
{
    (void)state;
    char kept[100], away[100];
    th_sampler *s = NULL;
    snprintf(kept, sizeof kept, "%s/cache/train.kept", dir);
    snprintf(away, sizeof away, "%s/away", dir);
    check_clean(INT32_MAX, INT32_MAX);
    check_clean(INT32_MAX, INT32_MAX);
    assert_int_equal(rename(set->samples[3].file, away), 0);
    assert_int_equal(open_clean(&pipe_, INT32_MAX, &s), TH_OK); /* nothing is read */
    th_sampler_free(s);
    th_pipeline other = pipe_;
    other.frontend.low_hz = 40;
    assert_int_not_equal(open_clean(&other, INT32_MAX, &s), TH_OK); /* other features must be made */
    other = pipe_;
    other.inv_std[0] = 2;
    assert_int_not_equal(open_clean(&other, INT32_MAX, &s), TH_OK);
    assert_int_not_equal(open_clean(&pipe_, 5, &s), TH_OK);
    assert_int_equal(truncate(kept, 5000), 0);
    assert_int_not_equal(open_clean(&pipe_, INT32_MAX, &s), TH_OK); /* half a file is none */
    assert_int_equal(rename(away, set->samples[3].file), 0);
    check_clean(5, 5);
    check_clean(INT32_MAX, INT32_MAX);
    unlink(kept);
    *strrchr(kept, '/') = 0;
    rmdir(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_augmentation_it_is_the_plain_front_end),
        cmocka_unit_test(an_epoch_is_balanced_and_has_each_keyword_clip_once),
        cmocka_unit_test(the_same_bytes_in_any_order_on_any_member),
        cmocka_unit_test(words_say_what_is_changed),
        cmocka_unit_test(weights_sum_to_one_and_features_are_finite),
        cmocka_unit_test(silence_is_made_at_every_level),
        cmocka_unit_test(normalising_gives_mean_0_and_deviation_1),
        cmocka_unit_test(errors_say_what_is_wrong),
        cmocka_unit_test(clean_features_are_computed_once),
    };
    return cmocka_run_group_tests(tests, make_clips, remove_clips);
}
