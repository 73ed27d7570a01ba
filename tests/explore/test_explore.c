/* What the explorables show, against formulas of its own and against the library that it is made of. The same functions
 * as WebAssembly: tests/web/explore.spec.mjs. */
#include "explore/explore.h"

#include "../test.h"
#include "compress/weights.h"
#include "deploy/board.h"
#include "dsp/frontend.h"

#include <math.h>
#include <stdbool.h>

#define NEAR(a, b, eps) assert_true(fabs((double)(a) - (double)(b)) <= (eps))

/* ---- small networks ---- */

static void a_gradient_is_the_slope_of_the_loss(void **state)
{
    (void)state;
    for (int32_t model = 0; model < 3; model++) {
        th_toy *t = th_explore_descent(model, 0.2, 1);
        float w[2] = {-1.25f, 0.5f}, grad[2];
        const int32_t n = th_explore_weights(t, NULL);
        assert_int_equal(n, model == 0 ? 1 : 2);
        th_explore_set_weights(t, w);
        const double loss = th_explore_gradient(t, grad);
        NEAR(loss, th_explore_loss(t, 0), 1e-6);
        for (int32_t k = 0; k < n; k++) {
            const float at = w[k], step = 1e-2f;
            w[k] = at + step;
            th_explore_set_weights(t, w);
            const double above = th_explore_loss(t, 0);
            w[k] = at - step;
            th_explore_set_weights(t, w);
            NEAR((above - th_explore_loss(t, 0)) / (2 * (double)step), grad[k], 1e-3);
            w[k] = at;
        }
        th_explore_free(t);
    }
}

static void a_step_goes_down_the_gradient(void **state)
{
    (void)state;
    th_toy *t = th_explore_descent(1, 0.2, 1);
    float w[2] = {-2, -1}, grad[2], after[2], x[16], y[16];
    th_explore_set_weights(t, w);
    (void)th_explore_gradient(t, grad);
    const double before = th_explore_step(t, 0.1);
    assert_int_equal(th_explore_weights(t, after), 2);
    for (int k = 0; k < 2; k++) NEAR(after[k], w[k] - 0.1f * grad[k], 1e-6);
    assert_int_equal(th_explore_points(t, 0, x, y), 16);
    double mean = 0;
    for (int i = 0; i < 16; i++) mean += pow((double)(w[0] * x[i] + w[1] - y[i]), 2) / 16;
    NEAR(before, mean, 1e-5);
    assert_true(th_explore_loss(t, 0) < before);
    float map[9];
    th_explore_map(t, -1, 1, 3, map); /* row 2, column 0: slope -1, bias 1 */
    mean = 0;
    for (int i = 0; i < 16; i++) mean += pow((double)(-x[i] + 1 - y[i]), 2) / 16;
    NEAR(map[6], mean, 1e-5);
    assert_int_equal(th_explore_weights(t, w), 2);
    assert_memory_equal(w, after, sizeof w); /* the map leaves them as they were */
    th_explore_free(t);
}

static void few_points_are_learned_by_heart(void **state)
{
    (void)state;
    enum { EPOCHS = 600 };
    static float loss[2 * EPOCHS], again[2 * EPOCHS];
    th_toy *t = th_explore_overfit(16, 12, 0.3, 1), *u = th_explore_overfit(16, 12, 0.3, 1);
    th_explore_epochs(t, EPOCHS, loss);
    for (int32_t i = 0; i < EPOCHS; i += 8) th_explore_epochs(u, 8, again + 2 * i);
    assert_memory_equal(loss, again, sizeof loss);
    float best = loss[1];
    for (int32_t i = 0; i < EPOCHS; i++) best = fminf(best, loss[2 * i + 1]);
    assert_true(loss[2 * EPOCHS - 2] < 0.1f * loss[0]); /* it knows them.. */
    assert_true(loss[2 * EPOCHS - 1] > 1.2f * best);    /* ..and others the worse */
    float x[200], y[200], says[200];
    const int32_t n = th_explore_points(t, 1, x, y);
    double now = 0, then = 0;
    th_explore_answer(t, x, n, says);
    for (int32_t i = 0; i < n; i++) now += pow((double)(says[i] - y[i]), 2) / n;
    th_explore_best(t, x, n, says);
    for (int32_t i = 0; i < n; i++) then += pow((double)(says[i] - y[i]), 2) / n;
    NEAR(now, loss[2 * EPOCHS - 1], 1e-4);
    NEAR(then, best, 1e-4);
    th_explore_free(t);
    th_explore_free(u);
    th_explore_free(NULL);
}

static void a_neuron_is_a_sum_and_a_question(void **state)
{
    (void)state;
    const float w[3] = {0.5f, -2, 0.25f}, x[6] = {1, 0, 0, 1, 3, 0.5f};
    float y[3];
    for (int32_t a = 0; a < 3; a++) {
        th_explore_fire(w, a, x, 3, y);
        for (int i = 0; i < 3; i++) {
            const double sum = (double)(w[0] * x[2 * i] + w[1] * x[2 * i + 1] + w[2]);
            const double want = a == TH_FIRE_STEP ? (sum > 0) : a == TH_FIRE_RELU ? fmax(0, sum) : 1 / (1 + exp(-sum));
            NEAR(y[i], want, 1e-6);
        }
    }
    /* Points apart are divided by a few steps, those in opposite corners by no line. */
    for (int32_t data = 0; data < 4; data += 3) {
        th_toy *t = th_explore_neuron(data, 1);
        float points[80], class[40], says[40];
        const float none[3] = {0, 0, 0};
        int wrong = 0;
        th_explore_set_weights(t, none);
        for (int i = 0; i < 200; i++) (void)th_explore_step(t, 0.4);
        assert_int_equal(th_explore_points(t, 0, points, class), 40);
        th_explore_answer(t, points, 40, says);
        for (int i = 0; i < 40; i++) wrong += (says[i] > 0.5f) != (class[i] > 0.5f);
        assert_true(data == 0 ? wrong == 0 : wrong >= 8);
        th_explore_free(t);
    }
}

/* ---- scores ---- */

static void alarms_are_counted(void **state)
{
    (void)state;
    enum { BINS = 200 };
    th_scores *t = th_explore_scores(1000, 0.3, -0.75, 0.75, 1);
    float quiet[BINS], events[BINS], a[TH_ALARM_N], cost, x[50], y[50];
    th_explore_piles(t, BINS, quiet, events);
    for (int k = 0; k <= 10; k++) { /* thresholds that are edges of bins; no score is one */
        double hits = 0, alarms = 0, wins = 0;
        th_explore_alarms(t, k / 10.0, a);
        for (int b = k * BINS / 10; b < BINS; b++) {
            hits += (double)events[b];
            alarms += (double)quiet[b];
        }
        assert_true(fabs((double)a[TH_ALARM_HITS] - hits) <= 1 && fabs((double)a[TH_ALARM_FALSE] - alarms) <= 1);
        NEAR(a[TH_ALARM_HITS] + a[TH_ALARM_MISSES], 300, 0);
        NEAR(a[TH_ALARM_FALSE] + a[TH_ALARM_QUIET], 700, 0);
        NEAR(th_explore_rate(t, k / 10.0, TH_RATE_HIT), hits / 300, 0.01);
        for (int e = 0; k == 10 && e < BINS; e++)
            for (int q = 0; q < BINS; q++) wins += (double)(events[e] * quiet[q]) * (e > q ? 1 : e == q ? 0.5 : 0);
        if (k == 10) NEAR(th_explore_auc(t), wins / 300 / 700, 0.005);
    }
    const double at = th_explore_cheapest(t, 5, 1, &cost);
    for (int k = 0; k <= TH_THRESHOLDS; k++) {
        th_explore_alarms(t, (double)k / TH_THRESHOLDS, a);
        assert_true(5 * a[TH_ALARM_MISSES] + a[TH_ALARM_FALSE] >= cost);
    }
    th_explore_alarms(t, at, a);
    NEAR(5 * a[TH_ALARM_MISSES] + a[TH_ALARM_FALSE], cost, 0);
    const int32_t n = th_explore_roc(t, 50, x, y);
    assert_true(n > 10 && n <= 50);
    for (int32_t i = 1; i < n; i++) assert_true(x[i] >= x[i - 1] && y[i] >= y[i - 1]);
    th_explore_scores_free(t);
    th_explore_scores_free(NULL);
}

static void a_threshold_meets_a_rate(void **state)
{
    (void)state;
    th_scores *a = th_explore_scores(4000, 0.5, -0.75, 0.75, 1), *b = th_explore_scores(4000, 0.3, -1.55, -0.05, 2);
    for (int32_t rate = TH_RATE_YES; rate <= TH_RATE_FALSE; rate++) {
        const double want = th_explore_rate(a, 0.5, rate), at = th_explore_match(b, rate, want);
        NEAR(th_explore_rate(b, at, rate), want, 0.02);
        assert_true(at < 0.5); /* B is scored lower */
    }
    th_explore_scores_free(a);
    th_explore_scores_free(b);
}

/* ---- the grid ---- */

static void eight_bits_are_the_toolkits_own(void **state)
{
    (void)state;
    enum { N = 256 };
    float v[N], back[N], scale[16], own[16], out[TH_GRID_N];
    int8_t q[N];
    assert_int_equal(th_explore_values(TH_VALUES_WEIGHTS, 1, NULL), N);
    for (int32_t per = 0; per < 2; per++) {
        assert_int_equal(th_explore_values(TH_VALUES_WEIGHTS, 1, v), N);
        th_explore_grid(v, 8, 0, per, 1, back, scale, out);
        const th_layer_weights l = {.w = v, .n = N, .n_out = 16, .inner = 16, .per_channel = per != 0, .in_scale = 1};
        th_weights_to_s8(&l, q, own);
        double sum = 0;
        for (int i = 0; i < N; i++) {
            assert_true(back[i] == own[per ? i / 16 : 0] * (float)q[i]);
            assert_true(fabsf(back[i] - v[i]) <= 0.5001f * own[per ? i / 16 : 0]);
            sum += pow((double)(back[i] - v[i]), 2);
        }
        NEAR(out[TH_GRID_RMS], sqrt(sum / N), 1e-6);
        NEAR(out[TH_GRID_CUT], 0, 0);
    }
}

static void fewer_bits_are_coarser(void **state)
{
    (void)state;
    enum { N = 256 };
    float v[N], back[N], scale[16], out[TH_GRID_N], last = 0;
    for (int32_t kind = 0; kind < 3; kind++) {
        const int32_t affine = kind == TH_VALUES_OUTPUTS;
        assert_int_equal(th_explore_values(kind, 1, v), N);
        for (int32_t bits = 8; bits >= 2; bits--) {
            th_explore_grid(v, bits, affine, 0, 1, back, scale, out);
            assert_true(bits == 8 || out[TH_GRID_RMS] > last);
            assert_true(out[TH_GRID_USED] <= (float)((1 << bits) - !affine));
            last = out[TH_GRID_RMS];
            for (int i = 0; affine && i < N; i++) assert_true(v[i] != 0 || back[i] == 0); /* zero is met exactly */
        }
        th_explore_grid(v, 8, affine, 0, 0.5, back, scale, out);
        assert_true(out[TH_GRID_CUT] > 0);
    }
}

/* ---- the window ---- */

static void a_window_multiplies_and_adds(void **state)
{
    (void)state;
    float x[49], kernel[9], y[81], pooled[81];
    for (int i = 0; i < 49; i++) x[i] = (float)((i * 7) % 5) - 1;
    for (int i = 0; i < 9; i++) kernel[i] = (float)(i - 4);
    for (int32_t stride = 1; stride <= 3; stride++)
        for (int32_t same = 0; same < 2; same++) {
            const int32_t n = th_explore_window(x, 7, kernel, stride, same, 0, y);
            assert_int_equal(n, same ? (7 + stride - 1) / stride : (7 - 3) / stride + 1);
            const int32_t all = same ? (n - 1) * stride + 3 - 7 : 0, before = all > 0 ? all / 2 : 0;
            for (int32_t o = 0; o < n * n; o++) {
                float sum = 0;
                for (int32_t k = 0; k < 9; k++) {
                    const int32_t r = o / n * stride - before + k / 3, c = o % n * stride - before + k % 3;
                    if (r >= 0 && r < 7 && c >= 0 && c < 7) sum += kernel[k] * x[7 * r + c];
                }
                NEAR(y[o], sum, 1e-5);
            }
            const int32_t half = th_explore_pool(y, n, 1, n > 1 ? pooled : NULL);
            assert_int_equal(half, (n - 2) / 2 + 1);
            for (int32_t o = 0; n > 1 && o < half * half; o++) {
                const float *p = y + 2 * (o / half) * n + 2 * (o % half);
                NEAR(pooled[o], fmaxf(fmaxf(p[0], p[1]), fmaxf(p[n], p[n + 1])), 0);
            }
        }
}

/* ---- sound ---- */

static int32_t loudest(const float *v, int32_t n)
{
    int32_t at = 0;
    for (int32_t i = 1; i < n; i++)
        if (v[i] > v[at]) at = i;
    return at;
}

static void too_few_samples_make_another_tone(void **state)
{
    (void)state;
    static float wave[16 * TH_WAVE_SAMPLES], samples[TH_WAVE_SAMPLES], loud[TH_WAVE_SAMPLES / 2 + 1];
    const double tones[] = {500, 1000, 3000, 5000, 6000, 7500};
    for (int i = 0; i < 6; i++) {
        const double heard = th_explore_heard(tones[i], 8000);
        NEAR(heard, tones[i] <= 4000 ? tones[i] : 8000 - tones[i], 1e-9);
        th_explore_wave(tones[i], 8000, 0, wave, samples);
        th_explore_spectrum(samples, loud);
        NEAR(loudest(loud, TH_WAVE_SAMPLES / 2 + 1) * 8000.0 / TH_WAVE_SAMPLES, heard, 1e-9);
        NEAR(loud[loudest(loud, TH_WAVE_SAMPLES / 2 + 1)], 1, 1e-3);
        for (int k = 0; k < TH_WAVE_SAMPLES; k++) assert_true(samples[k] == wave[16 * k]);
        th_explore_wave(tones[i], 8000, 1, wave, samples);
        th_explore_spectrum(samples, loud);
        const float left = loud[loudest(loud, TH_WAVE_SAMPLES / 2 + 1)];
        assert_true(tones[i] <= 3000 ? left > 0.8f : left < 0.2f);
    }
}

static void an_ear_is_the_front_end(void **state)
{
    (void)state;
    enum { N = 4000, WINDOW = 480, HOP = 320, BANDS = 40, BINS = 257, FRAMES = 12 };
    static float pcm[N], bands[FRAMES * BANDS], same[FRAMES * BANDS], windowed[WINDOW], power[BINS],
        weight[BANDS * BINS];
    static int16_t whole[N];
    static uint8_t memory[1 << 16] __attribute__((aligned(16)));
    static float scratch[2 * 514];
    for (int32_t kind = TH_SOUND_AA; kind <= TH_SOUND_SWEEP; kind++) {
        th_ear *e = th_explore_ear(16000, WINDOW, HOP, BANDS);
        th_explore_sound(kind, 130, 16000, N, 1, pcm);
        for (int i = 0; i < N; i++) whole[i] = (int16_t)pcm[i];
        assert_int_equal(th_explore_ear_bins(e), BINS);
        assert_int_equal(th_explore_ear_clip(e, pcm, N, NULL), FRAMES);
        assert_int_equal(th_explore_ear_clip(e, pcm, N, bands), FRAMES);
        const th_frontend_cfg cfg = {TH_LOGMEL, 16000, WINDOW, HOP, 512, BANDS, BANDS, 20, 8000};
        th_arena arena = th_arena_over(memory, sizeof memory);
        th_frontend f;
        assert_int_equal(th_frontend_init(&f, &cfg, NULL, NULL, &arena), TH_OK);
        th_frontend_clip(&f, whole, N, scratch, same);
        assert_memory_equal(bands, same, sizeof(float) * FRAMES * BANDS);
        /* What is shown on the way leads there. */
        th_explore_ear_frame(e, pcm + 3 * HOP, windowed, power);
        th_explore_ear_weights(e, weight);
        for (int b = 0; b < BANDS; b++) {
            double sum = (double)TH_MEL_FLOOR;
            for (int k = 0; k < BINS; k++) sum += (double)(weight[b * BINS + k] * power[k]);
            NEAR(log(sum), bands[3 * BANDS + b], 1e-3);
        }
        th_explore_ear_free(e);
    }
    assert_null(th_explore_ear(16000, 480, 320, 1000));
    th_explore_ear_free(NULL);
}

/* ---- the arena ---- */

static void no_two_buffers_meet(void **state)
{
    (void)state;
    static const char *const nets[] = {
        "conv2d 8 3x3 stride 2x2 relu\nconv2d 16 3x3 relu\nmaxpool 2x2\nconv2d 24 3x3 relu\navgpool global\n"
        "dense classes\n",
        "conv2d 8 3x3 stride 2x2 relu as a\nconv2d 8 3x3 relu\nconv2d 8 3x3\nadd a relu\navgpool global\n"
        "dense classes\n",
        "conv2d 8 3x3 stride 2x2 relu as a\nconv2d 8 1x1 relu as b\nconv2d 12 3x3 from a relu as c\nconcat b c\n"
        "maxpool 2x2\navgpool global\ndense classes\n"};
    for (int i = 0; i < 3; i++) {
        th_packing *a = th_explore_arena(nets[i], 32, 32, 1);
        float f[TH_ARENA_N];
        assert_non_null(a);
        th_explore_arena_figures(a, f);
        const float *b = th_explore_arena_blocks(a);
        const int n = (int)f[TH_ARENA_BLOCKS];
        double top = 0, sum = 0;
        for (int k = 0; k < n; k++) {
            const float *p = b + TH_BLOCK_N * k;
            top = fmax(top, (double)(p[TH_BLOCK_AT] + p[TH_BLOCK_BYTES]));
            NEAR(p[TH_BLOCK_APART], sum, 0);
            sum += (double)p[TH_BLOCK_BYTES];
            for (int m = 0; m < k; m++) {
                const float *q = b + TH_BLOCK_N * m;
                const bool live = p[TH_BLOCK_FIRST] <= q[TH_BLOCK_LAST] && q[TH_BLOCK_FIRST] <= p[TH_BLOCK_LAST];
                const bool meet = p[TH_BLOCK_AT] < q[TH_BLOCK_AT] + q[TH_BLOCK_BYTES] &&
                                  q[TH_BLOCK_AT] < p[TH_BLOCK_AT] + p[TH_BLOCK_BYTES];
                /* Only a step that writes over what it has just read. */
                assert_true(!live || !meet || p[TH_BLOCK_FIRST] == q[TH_BLOCK_LAST] ||
                            q[TH_BLOCK_FIRST] == p[TH_BLOCK_LAST]);
            }
        }
        NEAR(f[TH_ARENA_APART], sum, 0);
        assert_true((double)f[TH_ARENA_BYTES] >= top && f[TH_ARENA_BYTES] >= f[TH_ARENA_BOUND]);
        assert_true(f[TH_ARENA_BYTES] < 0.75f * f[TH_ARENA_APART]);
        assert_string_equal(th_explore_arena_step(a, 0), "CONV_2D");
        assert_string_equal(th_explore_arena_step(a, (int32_t)f[TH_ARENA_STEPS] - 1), "SOFTMAX");
        th_explore_arena_free(a);
    }
    assert_null(th_explore_arena("magic 8\n", 32, 32, 1));
    th_explore_arena_free(NULL);
}

/* ---- k-means ---- */

static void points_find_their_centres(void **state)
{
    (void)state;
    for (int32_t kind = 0; kind < 4; kind++) {
        th_clusters *c = th_explore_kmeans(kind, 4, 1);
        float x[240], centre[8], of[120], threshold, corner[8] = {-2, 2, -1.8f, 1.8f, -1.6f, 1.6f, -1.4f, 1.4f};
        double last = HUGE_VAL, now = 0;
        assert_int_equal(th_explore_kmeans_points(c, x), 120);
        th_explore_kmeans_put(c, corner);
        for (int step = 0; step < 200 && th_explore_kmeans_assign(c); step++) {
            now = th_explore_kmeans_now(c, centre, of);
            assert_true(now <= last * (1 + 1e-7));
            last = now;
            th_explore_kmeans_move(c);
        }
        assert_int_equal(th_explore_kmeans_assign(c), 0);
        now = th_explore_kmeans_now(c, centre, of);
        double sum = 0, mean[8] = {0}, n[4] = {0};
        for (int i = 0; i < 120; i++) {
            double least = HUGE_VAL;
            for (int k = 0; k < 4; k++)
                least = fmin(least, pow((double)(x[2 * i] - centre[2 * k]), 2) +
                                        pow((double)(x[2 * i + 1] - centre[2 * k + 1]), 2));
            sum += least;
            const int k = (int)of[i];
            n[k]++;
            mean[2 * k] += (double)x[2 * i];
            mean[2 * k + 1] += (double)x[2 * i + 1];
        }
        NEAR(now, sum, 1e-4);
        for (int k = 0; k < 8; k++) NEAR(centre[k], mean[k] / n[k / 2], 1e-5);
        NEAR(th_explore_kmeans_far(c, (double)centre[0], (double)centre[1], 99, &threshold), 0, 1e-6);
        assert_true(th_explore_kmeans_far(c, 9, 9, 99, &threshold) > 8 && threshold > 0 && threshold < 2);
        th_explore_kmeans_free(c);
    }
    th_explore_kmeans_free(NULL);
}

/* ---- people ---- */

static void a_leak_looks_good(void **state)
{
    (void)state;
    float tested[100], wrong[100];
    th_people *p = th_explore_split(10, 10, 0.8, 1);
    for (int32_t whole = 0; whole < 2; whole++) {
        const int32_t n = th_explore_split_deal(p, whole, 0.3, tested);
        assert_true(n >= 25 && n <= 35);
        int both = 0, bad = 0;
        for (int i = 0; i < 10; i++) {
            int t = 0;
            for (int k = 0; k < 10; k++) t += tested[10 * i + k] > 0;
            both += t > 0 && t < 10;
        }
        const double right = th_explore_split_judge(p, wrong), later = th_explore_split_later(p);
        for (int i = 0; i < 100; i++) bad += wrong[i] > 0;
        NEAR(right, 1 - (double)bad / n, 1e-9);
        if (whole) assert_int_equal(both, 0);
        assert_true(whole ? right < 0.8 : both > 5 && right > 0.95 && later < 0.75);
    }
    th_explore_split_free(p);
    p = th_explore_split(10, 10, 0, 1); /* all speak alike: there is nothing to leak */
    assert_true(th_explore_split_deal(p, 1, 0.3, tested) > 0);
    assert_true(th_explore_split_judge(p, wrong) > 0.95 && th_explore_split_later(p) > 0.95);
    th_explore_split_free(p);
    th_explore_split_free(NULL);
}

/* ---- boards ---- */

static void boards_are_those_of_the_table(void **state)
{
    (void)state;
    size_t n;
    const th_board *all = th_board_all(&n);
    assert_int_equal(th_explore_boards(), (int32_t)n);
    for (size_t i = 0; i < n; i++) {
        float out[TH_BOARD_N];
        th_explore_board((int32_t)i, 2e6, out);
        assert_string_equal(th_explore_board_name((int32_t)i), all[i].name);
        assert_string_equal(th_explore_board_title((int32_t)i), all[i].title);
        assert_string_equal(th_explore_board_chip((int32_t)i), all[i].chip);
        NEAR(out[TH_BOARD_RAM], all[i].ram_bytes, 0);
        const double instructions = th_board_instructions(&all[i], 2e6);
        assert_true(instructions > 5e5 && instructions < 1e7);
        NEAR(out[TH_BOARD_MS], th_board_ms(&all[i], instructions), 1e-3);
        NEAR(out[TH_BOARD_MJ], th_board_mj(&all[i], instructions), 1e-6);
    }
    /* 1 mJ a second is 1 mW; 220 mAh at 3 V are 660 mWh. */
    NEAR(th_explore_days(1, 1, 0, 220, 3), 27.5, 1e-9);
    NEAR(th_explore_days(1, 1, 1000.0 / 3, 220, 3), 13.75, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gradient_is_the_slope_of_the_loss),
        cmocka_unit_test(a_step_goes_down_the_gradient),
        cmocka_unit_test(few_points_are_learned_by_heart),
        cmocka_unit_test(a_neuron_is_a_sum_and_a_question),
        cmocka_unit_test(alarms_are_counted),
        cmocka_unit_test(a_threshold_meets_a_rate),
        cmocka_unit_test(eight_bits_are_the_toolkits_own),
        cmocka_unit_test(fewer_bits_are_coarser),
        cmocka_unit_test(a_window_multiplies_and_adds),
        cmocka_unit_test(too_few_samples_make_another_tone),
        cmocka_unit_test(an_ear_is_the_front_end),
        cmocka_unit_test(no_two_buffers_meet),
        cmocka_unit_test(points_find_their_centres),
        cmocka_unit_test(a_leak_looks_good),
        cmocka_unit_test(boards_are_those_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
