/* Each check finds what it is for, and nothing where all is well. */
#include "world.h"

#include "base/rng.h"
#include "data/picture.h"
#include "data/split.h"
#include "data/task_import.h"

#include <math.h>

static void run(world *w)
{
    th_check_free(&w->r);
    good(w, th_check_run(&w->p, w->set, &(th_check_cfg){.seed = 1}, &w->r, &w->why));
}

static size_t n_of(const world *w, const char *name)
{
    const th_finding *f = th_check_find(&w->r, name);
    if (!f) fail_msg("no check is called %s", name);
    return f->n;
}

/* Exactly these checks have found something, and each so much. */
typedef struct wanted {
    const char *name;
    size_t n;
} wanted;

static void holds(const world *w, const wanted *want, size_t n)
{
    for (size_t i = 0; th_check_row_at(i); i++) {
        const char *name = th_check_row_at(i)->name;
        size_t is = n_of(w, name), k = 0;
        while (k < n && strcmp(want[k].name, name) != 0) k++;
        if (is != (k < n ? want[k].n : 0))
            fail_msg("%s: %zu, not %zu (%s)", name, is, k < n ? want[k].n : 0,
                     is ? w->r.finding[i].item[0].text : "none");
    }
}
#define HOLDS(...) holds(w, (const wanted[]){__VA_ARGS__}, sizeof((const wanted[]){__VA_ARGS__}) / sizeof(wanted))

static const th_check_item *first(const world *w, const char *name)
{
    assert_true(n_of(w, name) > 0);
    return &th_check_find(&w->r, name)->item[0];
}

static th_split split_of(int i)
{
    return i % 5 == 3 ? TH_VAL : i % 5 == 4 ? TH_TEST : TH_TRAIN;
}

/* ---- sounds ---- */

static const char *const two[] = {"yes", "no"};

/* A tone that rises or falls, in noise: `kind` 0 or 1; another one for each seed. */
static void put_sound(world *w, int i, int kind, const char *word, const char *subject)
{
    int16_t pcm[8000];
    char name[32];
    th_rng r = th_rng_make((uint64_t)i, 77);
    const float low = th_rng_range(&r, 300, 600), speed = th_rng_range(&r, 0.8f, 1.2f),
                from = th_rng_range(&r, 0, 0.1f);
    double phase = 0;
    for (int t = 0; t < 8000; t++) {
        const float at = ((float)t / 8000 - from) * speed, inside = at > 0 && at < 0.8f;
        phase += 6.283185307 * (double)(low * (kind ? 1 + 3 * at : 4 - 3 * at)) / 16000;
        pcm[t] = (int16_t)(inside * (4000 * (float)sin(phase) + 3000 * th_rng_normal(&r)) + 40 * th_rng_normal(&r));
    }
    snprintf(name, sizeof name, "%s/%d.wav", word, i);
    const th_sample s = {.label = th_dataset_label(&w->p, word),
                         .word = word,
                         .name = name,
                         .subject = subject,
                         .source = "s",
                         .split = split_of(i)};
    good(w, th_dataset_put_sound(w->set, &s, pcm, 8000, &w->why));
}

static void sounds(void **state)
{
    static const char *const who[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    world *w = *state;
    make(w, "keyword", two, 2);
    run(w);
    assert_int_equal(w->r.n_errors, 1);
    assert_int_equal(n_of(w, "empty"), 1);
    for (int i = 0; i < 200; i++) put_sound(w, i, i / 10 % 2, i / 10 % 2 ? "yes" : "no", who[i % 10]);
    run(w);
    HOLDS({"no-unknown", 1}, {"no-silence", 1}); /* nothing else is wrong */

    char path[3][TH_PATH_BYTES];
    for (int i = 0; i < 3; i++)
        assert_int_equal(th_dataset_path(w->set, &w->set->samples[10 + i], path[i], NULL), TH_OK);
    int16_t loud[8000], half[8000];
    for (int t = 0; t < 8000; t++) loud[t] = 32767;
    for (int t = 0; t < 8000; t++) half[t] = (int16_t)(t % 2 ? 0 : 20);
    th_file_remove(path[0]);
    make_text(path[1], "damaged");
    assert_int_equal(th_audio_write(path[2], 16000, loud, 8000, NULL), TH_OK);
    good(w, th_dataset_set(w->set, 20, "label", "yes", &w->why)); /* it was a no */
    good(w, th_dataset_set(w->set, 20, "word", "YES", &w->why));
    const th_sample quiet = {.label = "no", .word = "no", .name = "quiet", .subject = "a", .source = "s"};
    good(w, th_dataset_put_sound(w->set, &quiet, half, 8000, &w->why));
    good(w, th_dataset_put_sound(w->set, &quiet, loud, 1000, &w->why));
    run(w);
    assert_int_equal(w->r.n_errors, 2);
    assert_int_equal(n_of(w, "missing"), 1);
    assert_int_equal(n_of(w, "damaged"), 1);
    assert_int_equal(n_of(w, "changed"), 1);
    assert_int_equal(n_of(w, "clipped"), 2);
    assert_int_equal(n_of(w, "offset"), 2);
    assert_int_equal(n_of(w, "quiet"), 3);
    assert_int_equal(n_of(w, "short"), 1);
    assert_int_equal(n_of(w, "case"), 1);
    assert_non_null(strstr(first(w, "clipped")->command, "thimble data remove --project "));
}

/* Copies, leaks and wrong labels. */
static void twice(void **state)
{
    static const char *const who[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    world *w = *state;
    make(w, "keyword", two, 2);
    for (int i = 0; i < 200; i++) put_sound(w, i, i / 10 % 2, i / 10 % 2 ? "yes" : "no", who[i % 10]);
    th_sample s = w->set->samples[0]; /* that trains */
    int16_t *pcm, out[8000] = {0};
    int32_t n;
    good(w, th_dataset_samples(w->set, &s, &pcm, &n, &w->why));
    s.name = "again.wav";
    s.split = TH_TEST;
    good(w, th_dataset_add(w->set, &s, &w->why)); /* the same content */
    for (int t = 0; t < 8000; t++) out[t] = (int16_t)(t < 500 ? 0 : pcm[t - 500] / 2);
    s.name = "softer.wav";
    s.label = s.word = "yes"; /* and a no */
    s.split = TH_TRAIN;
    good(w, th_dataset_put_sound(w->set, &s, out, n, &w->why));
    free(pcm);
    good(w, th_dataset_samples(w->set, &w->set->samples[5], &pcm, &n, &w->why));
    s = w->set->samples[5];
    s.name = "part.wav";
    good(w, th_dataset_put_sound(w->set, &s, pcm + 2000, 3000, &w->why)); /* cut out of the middle */
    free(pcm);
    w->set->samples[31].split = TH_TEST; /* of b */
    put_sound(w, 300, 1, "no", "a");     /* sounds like a yes */
    run(w);
    assert_int_equal(n_of(w, "duplicate"), 1);
    assert_int_equal(n_of(w, "near-duplicate") + n_of(w, "overlap"), 2);
    assert_int_equal(n_of(w, "overlap"), 1);
    assert_int_equal(n_of(w, "twin-leak"), 1);
    assert_int_equal(n_of(w, "conflict"), 1);
    assert_int_equal(n_of(w, "leak"), 2); /* a, b */
    assert_non_null(strstr(first(w, "leak")->command, "data split --project"));
    assert_non_null(strstr(first(w, "leak")->command, "--by subject"));
    assert_string_equal(first(w, "leak")->mend.verb, "split");
    assert_string_equal(first(w, "leak")->mend.key, "by");
    assert_string_equal(first(w, "leak")->mend.value, "subject");
    assert_int_equal(n_of(w, "mislabelled"), 2); /* softer.wav is one, too */
    assert_non_null(strstr(first(w, "mislabelled")->command, "label="));
    for (size_t i = 0; i < w->set->n; i++) w->set->samples[i].subject = "anna"; /* alone: dividing cannot help */
    run(w);
    assert_int_equal(n_of(w, "leak"), 0);
    assert_int_equal(n_of(w, "few-subjects"), 1);
}

/* A rate of 8000 Hz brought to 16000 by a real converter. */
static void half_the_rate(void **state)
{
    world *w = *state;
    int32_t n, n_out;
    float x[8000], *y;
    int16_t pcm[16000] = {0};
    make(w, "keyword", two, 2);
    th_rng r = th_rng_make(9, 9);
    for (int t = 0; t < 8000; t++) x[t] = 0.1f * th_rng_normal(&r);
    good(w, th_audio_resample(x, 8000, 2, &y, &n_out, &w->why));
    n = n_out < 16000 ? n_out : 16000;
    for (int32_t t = 0; t < n; t++) pcm[t] = (int16_t)lroundf(fmaxf(-1, fminf(1, y[t])) * 32000);
    free(y);
    const th_sample s = {.label = "yes", .word = "yes", .name = "up", .source = "s"};
    good(w, th_dataset_put_sound(w->set, &s, pcm, n, &w->why));
    for (int t = 0; t < 16000; t++) pcm[t] = (int16_t)(3000 * th_rng_normal(&r));
    good(w, th_dataset_put_sound(w->set, &s, pcm, 16000, &w->why));
    run(w);
    assert_int_equal(n_of(w, "bandwidth"), 1);
    assert_non_null(strstr(first(w, "bandwidth")->text, "nothing above "));
}

/* ---- signals ---- */

#define ROWS 400

static void fill(float *x, int i, int kind)
{
    th_rng r = th_rng_make((uint64_t)i, 78);
    const float at = th_rng_range(&r, 0, 6);
    for (int t = 0; t < ROWS; t++)
        for (int k = 0; k < 3; k++)
            x[t * 3 + k] = sinf(at + (float)k + (float)t * (kind ? 0.5f : 0.1f)) + 0.2f * th_rng_normal(&r);
}

static void put_signal(world *w, const float *x, int i, int kind, const char *name, const char *channels)
{
    char subject[8], own[32];
    snprintf(subject, sizeof subject, "s%d", i % 10);
    snprintf(own, sizeof own, "%s%d.csv", kind ? "fast" : "slow", i);
    const th_sample s = {.label = kind ? "fast" : "slow",
                         .name = name ? name : own,
                         .kind = TH_SIGNAL,
                         .subject = subject,
                         .source = "s",
                         .channels = channels,
                         .rate_hz = 50,
                         .n_rows = ROWS,
                         .split = split_of(i % 10)};
    good(w, th_dataset_put_signal(w->set, &s, x, ROWS, &w->why));
}

static void signals(void **state)
{
    static const char *const labels[] = {"slow", "fast"};
    world *w = *state;
    float x[ROWS * 3], y[ROWS * 3];
    make(w, "activity", NULL, 0);
    good(w, th_project_set_labels(&w->p, labels, 2, &w->why));
    for (int i = 0; i < 60; i++) {
        fill(x, i, i / 10 % 2);
        put_signal(w, x, i, i / 10 % 2, NULL, "x,y,z");
    }
    run(w);
    HOLDS({"", 0});

    fill(x, 100, 0);
    for (int t = 200; t < 300; t++) memcpy(x + t * 3, x + 600, 3 * sizeof *x);
    put_signal(w, x, 0, 0, "stuck", "x,y,z");
    fill(x, 101, 0);
    for (int t = 0; t < ROWS; t++) x[t * 3 + 1] = 7;
    put_signal(w, x, 0, 0, "constant", "x,y,z");
    fill(x, 102, 0);
    for (int t = 0; t < ROWS; t++) x[t * 3 + 2] = (float)t / 200;
    put_signal(w, x, 0, 0, "counter", "x,y,z");
    fill(x, 103, 0);
    for (int t = 1; t < ROWS; t += 2)
        for (int k = 0; k < 3; k++) x[t * 3 + k] = (x[t * 3 - 3 + k] + x[(t + 1 < ROWS ? t + 1 : t - 1) * 3 + k]) / 2;
    put_signal(w, x, 0, 0, "half", "x,y,z");
    fill(x, 104, 0);
    for (int i = 0; i < ROWS * 3; i++) x[i] *= 9.81f;
    put_signal(w, x, 0, 0, "units", "x,y,z");
    fill(x, 105, 0);
    for (int i = 0; i < ROWS * 3; i++) x[i] = fmaxf(-0.5f, fminf(0.5f, x[i]));
    put_signal(w, x, 0, 0, "clipped", "x,y,z");
    fill(x, 106, 0);
    put_signal(w, x, 0, 0, "channels", "x,y,w");
    fill(x, 3, 0); /* the first rows of another one, behind others */
    fill(y, 107, 0);
    memcpy(y + 300 * 3, x + 50 * 3, 100 * 3 * sizeof *x);
    put_signal(w, y, 0, 0, "overlap", "x,y,z");
    fill(x, 108, 1); /* a fast one that is called slow */
    put_signal(w, x, 0, 0, "wrong", "x,y,z");
    run(w);
    static const char *const found[] = {"stuck", "constant", "counter", "bridged", "clipped", "channels", "overlap"};
    for (size_t i = 0; i < sizeof found / sizeof *found; i++)
        if (n_of(w, found[i]) != 1) fail_msg("%s: %zu", found[i], n_of(w, found[i]));
    assert_int_equal(n_of(w, "units"), 4); /* three channels in another unit, and the constant one */
    assert_int_equal(n_of(w, "mislabelled"), 1);
    assert_non_null(strstr(first(w, "mislabelled")->text, "wrong: labelled slow, looks like fast"));
    assert_non_null(strstr(first(w, "mislabelled")->command, "label=fast"));
    assert_string_equal(first(w, "mislabelled")->mend.verb, "set");
    assert_int_equal(first(w, "mislabelled")->mend.sample, first(w, "mislabelled")->sample[0]);
    assert_string_equal(first(w, "mislabelled")->mend.value, "fast");
}

static void divided_badly(void **state)
{
    static const char *const labels[] = {"slow", "fast"};
    world *w = *state;
    float x[ROWS * 3];
    char name[32];
    make(w, "activity", NULL, 0);
    good(w, th_project_set_labels(&w->p, labels, 2, &w->why));
    for (int i = 0; i < 40; i++) {
        fill(x, i, i % 2);
        snprintf(name, sizeof name, "long.csv#%d", i);
        put_signal(w, x, i / 4, i % 2, i < 20 ? name : NULL, "x,y,z");
    }
    for (size_t i = 0; i < w->set->n; i++) {
        th_sample *s = &w->set->samples[i];
        s->subject = i < 20 ? "" : i % 2 ? "only one" : i % 4 ? "p" : "q";
        s->group = i < 20 ? "" : "machine";
        s->device = i % 2 ? "phone" : i % 4 ? "watch" : "phone";
        s->split = i == 2 ? TH_TEST : TH_TRAIN;
    }
    run(w);
    assert_int_equal(n_of(w, "time-order"), 1);
    assert_non_null(strstr(first(w, "time-order")->command, "--by time"));
    assert_int_equal(n_of(w, "one-device"), 1);
    assert_int_equal(n_of(w, "shares"), 1);
    assert_int_equal(n_of(w, "not-tested"), 2);
    for (size_t i = 20; i < w->set->n; i++) w->set->samples[i].split = i % 3 ? TH_TRAIN : TH_TEST;
    for (size_t i = 20; i < w->set->n; i++) w->set->samples[i].subject = "";
    for (size_t i = 20; i < 30; i++) w->set->samples[i].group = "other machine";
    run(w);
    assert_int_equal(n_of(w, "group-leak"), 2);
    for (size_t i = 0; i < w->set->n; i++) w->set->samples[i].subject = i % 2 ? "only one" : i % 4 ? "p" : "q";
    run(w);
    assert_int_equal(n_of(w, "one-subject"), 1);
    for (size_t i = 0; i < w->set->n; i++) w->set->samples[i].subject = i == 0 ? "p" : i == 1 ? "q" : "r";
    run(w);
    assert_int_equal(n_of(w, "subjects"), 1);
}

/* ---- pictures ---- */

#define SIDE 96

static void paint(uint8_t *px, int i, int kind)
{
    th_rng r = th_rng_make((uint64_t)i, 79);
    const float wide = th_rng_range(&r, 5, 9), at = th_rng_range(&r, 0, 6), turn = th_rng_range(&r, -0.2f, 0.2f);
    float block[SIDE / 8 * (SIDE / 8)];
    for (int k = 0; k < SIDE / 8 * (SIDE / 8); k++) block[k] = 25 * th_rng_normal(&r);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            for (int k = 0; k < 3; k++) {
                const float along = kind ? (float)x + turn * (float)y : (float)y + turn * (float)x;
                const float v = 120 + 20 * (float)k + 45 * sinf(at + along / wide) + 15 * th_rng_normal(&r) +
                                block[y / 8 * (SIDE / 8) + x / 8];
                px[(y * SIDE + x) * 3 + k] = (uint8_t)fmaxf(0, fminf(255, v));
            }
}

static void put_picture(world *w, const uint8_t *px, int32_t h, int32_t width, int kind, const char *name,
                        th_split split)
{
    uint8_t *png;
    size_t bytes;
    good(w, th_picture_png(px, h, width, 3, &png, &bytes, &w->why));
    const th_sample s = {
        .label = kind ? "up" : "across", .source = "s", .name = name, .kind = TH_PICTURE, .split = split};
    good(w, th_dataset_put_picture(w->set, &s, (th_span){png, bytes}, &w->why));
    free(png);
}

static void pictures(void **state)
{
    static const char *const labels[] = {"across", "up"};
    world *w = *state;
    static uint8_t px[SIDE * SIDE * 3], out[SIDE * SIDE * 3];
    char name[32];
    make(w, "image", NULL, 0);
    good(w, th_project_set_labels(&w->p, labels, 2, &w->why));
    for (int i = 0; i < 80; i++) {
        snprintf(name, sizeof name, "%s/pic-%d.png", i % 2 ? "up" : "across", i * 10);
        paint(px, i, i % 2);
        put_picture(w, px, SIDE, SIDE, i % 2, name, i % 5 ? TH_TRAIN : TH_TEST);
    }
    run(w);
    HOLDS({"", 0});

    memset(out, 90, sizeof out);
    put_picture(w, out, SIDE, SIDE, 0, "blank", TH_TRAIN);
    paint(px, 200, 0);
    for (int i = 0; i < SIDE * SIDE * 3; i++) out[i] = px[i] / 16;
    put_picture(w, out, SIDE, SIDE, 0, "dark", TH_TRAIN);
    paint(px, 201, 0);
    good(w, th_picture_resize(px, SIDE, SIDE, 3, out, 40, 40, &w->why));
    put_picture(w, out, 40, 40, 0, "tiny", TH_TRAIN);
    paint(px, 202, 0);
    put_picture(w, px, SIDE / 3, SIDE * 3 / 2, 0, "wide", TH_TRAIN);
    paint(px, 203, 0);
    for (int i = 0; i < SIDE * SIDE; i++) px[3 * i + 1] = px[3 * i + 2] = px[3 * i];
    put_picture(w, px, SIDE, SIDE, 0, "grey", TH_TRAIN);
    paint(px, 204, 0);
    static uint8_t small[12 * 12 * 3];
    good(w, th_picture_resize(px, SIDE, SIDE, 3, small, 12, 12, &w->why));
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE * 3; x++) { /* a ramp from each point to the next */
            const int a = y / 8, b = a < 11 ? a + 1 : a, c = x / 3 / 8 * 3 + x % 3, d = c + 3 < 36 ? c + 3 : c;
            const int v = y % 8, u = x / 3 % 8;
            out[y * SIDE * 3 + x] = (uint8_t)(((8 - v) * ((8 - u) * small[a * 36 + c] + u * small[a * 36 + d]) +
                                               v * ((8 - u) * small[b * 36 + c] + u * small[b * 36 + d])) /
                                              64);
        }
    put_picture(w, out, SIDE, SIDE, 0, "blurred", TH_TRAIN);
    paint(px, 205, 1);
    put_picture(w, px, SIDE, SIDE, 0, "wrong", TH_TRAIN);
    paint(px, 7, 1); /* pic-70 a little brighter, tests */
    for (int i = 0; i < SIDE * SIDE * 3; i++) px[i] = (uint8_t)(px[i] < 240 ? px[i] + 15 : 255);
    put_picture(w, px, SIDE, SIDE, 1, "up/pic-71.png", TH_TEST);
    run(w);
    static const char *const found[] = {"blank",          "dark",      "stretched",  "colour",     "blurred",
                                        "near-duplicate", "twin-leak", "neighbours", "mislabelled"};
    for (size_t i = 0; i < sizeof found / sizeof *found; i++)
        if (n_of(w, found[i]) != 1) fail_msg("%s: %zu", found[i], n_of(w, found[i]));
    assert_int_equal(n_of(w, "tiny"), 2); /* and the stretched one */
    assert_non_null(strstr(first(w, "mislabelled")->text, "wrong: labelled across, looks like up"));
}

/* ---- real data: 5 % of the labels are swapped ---- */

static void wrong_labels(world *w, const char *what, double precision, double recall)
{
    th_rng r = th_rng_make(5, 5);
    size_t swapped = 0, right = 0;
    bool *is = calloc(w->set->n, sizeof *is);
    const bool sound = w->set->samples[0].kind == TH_SOUND;
    assert_non_null(is);
    const int n_labels = w->p.n_labels - (sound ? 2 : 0);
    for (size_t i = 0; i < w->set->n; i++) {
        const char *to = w->p.labels[th_rng_below(&r, (uint32_t)n_labels)], *was = w->set->samples[i].label;
        if (th_rng_unit(&r) >= 0.05f || strcmp(to, was) == 0 || (sound && strcmp(was, "unknown") == 0)) continue;
        good(w, th_dataset_set(w->set, i, "label", to, &w->why));
        if (sound) good(w, th_dataset_set(w->set, i, "word", to, &w->why));
        is[i] = true;
        swapped++;
    }
    run(w);
    const th_finding *f = th_check_find(&w->r, "mislabelled");
    const size_t n = f->n < swapped ? f->n : swapped;
    for (size_t i = 0; i < n; i++) right += is[f->item[i].sample[0]];
    free(is);
    printf("%s: %zu of %zu labels swapped; of the first %zu doubts %.1f %% are such, %.1f %% of all\n", what, swapped,
           w->set->n, n, 100.0 * (double)right / (double)n, 100.0 * (double)right / (double)swapped);
    assert_true((double)right >= precision * (double)n);
    assert_true((double)right >= recall * (double)swapped);
}

static void wrong_words(void **state)
{
    TEST_NEEDS_SHARED("data/speech_commands/README.md");
    static const char *const ten[] = {"yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"};
    world *w = *state;
    char dir[4096];
    make(w, "keyword", ten, 10);
    th_dataset_free(w->set);
    snprintf(dir, sizeof dir, "%s/data/speech_commands", test_shared());
    good(w, th_dataset_scan(&w->p, dir, TH_PART_ALL, &w->set, &w->why));
    wrong_labels(w, "speech_commands", 0.45, 0.4);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {T(sounds),        T(twice),    T(half_the_rate), T(signals),
                                       T(divided_badly), T(pictures), T(wrong_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
