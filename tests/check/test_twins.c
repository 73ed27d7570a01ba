/* How many copies are found, and how many others are taken for copies: on real data. */
#include "world.h"

#include "base/rng.h"
#include "data/examples.h"
#include "data/picture.h"
#include "data/split.h"

#include <math.h>

static const char *const yes_no[] = {"yes", "no"};

static void look(world *w)
{
    static const th_check_cfg cfg = {.seed = 1};
    w->c = (th_check){.p = &w->p, .task = th_project_task(&w->p), .set = w->set, .cfg = &cfg};
    good(w, th_check_look(&w->c, &w->why));
}

/* Of n samples with `copies` each behind them (sample i, its copies at n + i * copies ..): the part of copy k that was
 * found; others that were taken for the same -> *wrong. */
static double found(const world *w, size_t n, size_t copies, size_t k, size_t *wrong)
{
    size_t right = 0;
    bool *seen = calloc(n, sizeof *seen);
    size_t *root = calloc(w->set->n, sizeof *root);
    assert_non_null(seen);
    assert_non_null(root);
    for (size_t i = 0; i < w->set->n; i++) root[i] = i;
    *wrong = 0;
    for (int again = 0; again < 8; again++)
        for (size_t i = 0; i < w->c.n_pairs; i++) {
            const th_pair *p = &w->c.pair[i];
            const size_t least = root[p->a] < root[p->b] ? root[p->a] : root[p->b];
            root[p->a] = root[p->b] = least;
        }
    for (size_t i = 0; i < w->c.n_pairs; i++) {
        const th_pair *p = &w->c.pair[i];
        const size_t a = p->a < n ? p->a : (p->a - n) / copies, b = p->b < n ? p->b : (p->b - n) / copies;
        *wrong += a != b;
    }
    for (size_t i = 0; i < n; i++) right += root[n + i * copies + k] == root[i];
    free(seen);
    free(root);
    return (double)right / (double)n;
}

/* ---- sounds ---- */

enum { GAIN, SHIFT, NOISE_20, NOISE_10, ALL, HALF_RATE, N_SOUND };

static void change_sound(int how, const int16_t *pcm, int32_t n, th_rng *r, int16_t *out)
{
    double square = 1;
    const int32_t shift = how == SHIFT || how == ALL ? (int32_t)th_rng_below(r, 3200) - 1600 : 0;
    const float gain = how == GAIN || how == ALL ? 0.4f : 1, noise = how == NOISE_10 || how == ALL ? 0.316f
                                                                     : how == NOISE_20             ? 0.1f
                                                                                                   : 0;
    for (int32_t i = 0; i < n; i++) square += (double)pcm[i] * pcm[i];
    const float rms = (float)sqrt(square / n);
    for (int32_t i = 0; i < n; i++) {
        float v = i - shift >= 0 && i - shift < n ? (float)pcm[i - shift] : 0;
        if (how == HALF_RATE) v = i % 2 ? ((float)pcm[i - 1] + (float)pcm[i + 1 < n ? i + 1 : i - 1]) / 2 : v;
        v = gain * (v + noise * rms * th_rng_normal(r));
        out[i] = (int16_t)fmaxf(-32768, fminf(32767, v));
    }
}

static void sounds(void **state)
{
    TEST_NEEDS_SHARED("data/speech_commands/README.md");
    static const char *const name[] = {"gain", "shift up to 100 ms", "noise 20 dB", "noise 10 dB",
                                       "all",  "half the rate"};
    static const double least[] = {0.97, 0.97, 0.9, 0.5, 0.5, 0.8};
    world *w = *state;
    char dir[4096];
    const size_t n = 200;
    size_t wrong = 0;
    make(w, "keyword", yes_no, 2);
    snprintf(dir, sizeof dir, "%s/data/speech_commands", test_shared());
    good(w, th_dataset_scan(&w->p, dir, TH_PART_ALL, &w->from, &w->why));
    th_rng r = th_rng_make(3, 3);
    int16_t *pcm[200], *out = calloc(16000 * 8, sizeof *out);
    int32_t len[200];
    const size_t step = w->from->n / n;
    for (size_t i = 0, k = 0; i < n; k++) {
        th_sample s = w->from->samples[i * step + k % step];
        good(w, th_dataset_samples(w->from, &s, &pcm[i], &len[i], &w->why));
        s.file = NULL;
        good(w, th_dataset_put_sound(w->set, &s, pcm[i], len[i], &w->why));
        i++;
    }
    for (size_t i = 0; i < n; i++)
        for (int how = 0; how < N_SOUND; how++) {
            th_sample s = {.label = "yes", .word = "yes", .source = "s", .name = "copy"};
            change_sound(how, pcm[i], len[i], &r, out);
            good(w, th_dataset_put_sound(w->set, &s, out, len[i], &w->why));
        }
    for (size_t i = 0; i < n; i++) free(pcm[i]);
    free(out);
    look(w);
    for (size_t k = 0; k < N_SOUND; k++) {
        const double part = found(w, n, N_SOUND, k, &wrong);
        printf("sound, %s: %.1f %% found\n", name[k], 100 * part);
        if (part < least[k]) fail_msg("%s: only %.3f", name[k], part);
    }
    printf("sound: %zu pairs of others (of %zu clips)\n", wrong, w->set->n);
    assert_true(wrong <= 4);
}

/* ---- pictures ---- */

enum { BRIGHT, SMALLER, CROPPED, COARSE, N_PICTURE };

static void put_picture(world *w, const uint8_t *px, int32_t h, int32_t width, const char *name)
{
    uint8_t *png;
    size_t bytes;
    good(w, th_picture_png(px, h, width, 3, &png, &bytes, &w->why));
    const th_sample s = {.label = "x", .source = "s", .name = name, .kind = TH_PICTURE};
    good(w, th_dataset_put_picture(w->set, &s, (th_span){png, bytes}, &w->why));
    free(png);
}

/* Coarse: 8 x 8 blocks lose their fine steps, as JPEG's do at a low quality. */
static void change_picture(world *w, int how, const uint8_t *px, int32_t side)
{
    const size_t n = (size_t)side * (size_t)side * 3;
    uint8_t *out = malloc(n);
    assert_non_null(out);
    int32_t to = side;
    for (size_t i = 0; i < n; i++) out[i] = px[i];
    for (size_t i = 0; i < n && how == BRIGHT; i++) out[i] = (uint8_t)(30 + px[i] * 3 / 4);
    for (size_t i = 0; i < n && how == COARSE; i++) out[i] = (uint8_t)(px[i] / 24 * 24 + 12);
    if (how == SMALLER) {
        to = side * 5 / 8;
        good(w, th_picture_resize(px, side, side, 3, out, to, to, &w->why));
    }
    if (how == CROPPED) {
        const int32_t edge = side / 24;
        to = side - 2 * edge;
        for (int32_t y = 0; y < to; y++)
            memcpy(out + (size_t)y * (size_t)to * 3, px + ((size_t)(y + edge) * (size_t)side + (size_t)edge) * 3,
                   (size_t)to * 3);
    }
    put_picture(w, out, to, to, "copy");
    free(out);
}

static void pictures(void **state)
{
    TEST_NEEDS_SHARED("data/horses_or_humans/README.md");
    static const char *const name[] = {"brightness", "5/8 of the size", "cropped by 4 % a side", "coarse levels"};
    world *w = *state;
    char path[4096];
    size_t n = 0, wrong = 0;
    uint8_t *px[300];
    make(w, "image", NULL, 0);
    for (int figure = 1; figure <= 50; figure++) /* one pose of each, so that no two show the same */
        for (int person = 0; person < 2; person++) {
            int32_t h = 0, width = 0;
            snprintf(path, sizeof path, "%s/data/horses_or_humans/train/%s%02d-%s.png", test_shared(),
                     person ? "humans/human" : "horses/horse", figure, person ? "05" : "2");
            if (th_picture_read(path, 3, &px[n], &h, &width, NULL)) continue;
            assert_int_equal(h, width);
            put_picture(w, px[n++], h, width, "own");
        }
    assert_true(n >= 30);
    for (size_t i = 0; i < n; i++)
        for (int how = 0; how < N_PICTURE; how++) change_picture(w, how, px[i], 96);
    for (size_t i = 0; i < n; i++) free(px[i]);
    look(w);
    for (size_t k = 0; k < N_PICTURE; k++) {
        const double part = found(w, n, N_PICTURE, k, &wrong);
        printf("picture, %s: %.1f %% found of %zu\n", name[k], 100 * part, n);
        assert_true(part > 0.9);
    }
    printf("picture: %zu pairs of others\n", wrong);
    assert_int_equal(wrong, 0);
}

/* Clothes look like each other and are none's copy: of 2,500 pictures hardly any pair, with copies only the copies. */
static void clothes(void **state)
{
    TEST_NEEDS_SHARED("data/fashion_mnist/README.md");
#ifdef __SANITIZE_ADDRESS__
    enum { CLOTHES = 800, COPIED = 40, SIDE = 28 };
#else
    enum { CLOTHES = 2500, COPIED = 100, SIDE = 28 };
#endif
    world *w = *state;
    const th_examples_shape any = {0};
    th_examples *e = NULL;
    char path[4096];
    static uint8_t rgb[SIDE * SIDE * 3];
    size_t copies = 0, others = 0;
    snprintf(path, sizeof path, "%s/data/fashion_mnist/t10k-images-idx3-ubyte.gz", test_shared());
    make(w, "image", NULL, 0);
    good(w, th_examples_load(path, &any, &e, &w->why));
    assert_true(e->n >= CLOTHES);
    for (int i = 0; i < CLOTHES + COPIED; i++) {
        const uint8_t *px = e->u8 + (size_t)(i % CLOTHES) * SIDE * SIDE;
        for (int k = 0; k < SIDE * SIDE * 3; k++) rgb[k] = px[k / 3];
        if (i < CLOTHES)
            put_picture(w, rgb, SIDE, SIDE, "own");
        else
            change_picture(w, i % 2 ? BRIGHT : CROPPED, rgb, SIDE);
    }
    th_examples_free(e);
    look(w);
    for (size_t i = 0; i < w->c.n_pairs; i++) {
        const bool copy = w->c.pair[i].b == w->c.pair[i].a + CLOTHES;
        copies += copy;
        others += !copy;
    }
    printf("clothes: %zu of %d copies found, %zu other pairs of %d\n", copies, COPIED, others, CLOTHES);
    assert_true(copies >= COPIED * 9 / 10);
    assert_true(others <= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sounds, begin, end),
        cmocka_unit_test_setup_teardown(pictures, begin, end),
        cmocka_unit_test_setup_teardown(clothes, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
