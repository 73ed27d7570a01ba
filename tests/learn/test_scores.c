/* Learners of what is normal: k-means, k-NN, mixtures and PCA against what is known of their data. */
#include "learn/kmeans.h"
#include "learn/linear.h"
#include "learn/mixture.h"
#include "rows.h"

/* ---- k-means ---- */

typedef struct falling {
    int32_t start, steps;
    double last;
    bool rose;
} falling;

static void watch_inertia(void *ctx, int32_t start, double inertia)
{
    falling *f = ctx;
    if (f->steps && start == f->start && inertia > f->last * (1 + 1e-7)) f->rose = true;
    f->start = start;
    f->last = inertia;
    f->steps++;
}

static void inertia_never_rises(void **state)
{
    (void)state;
    static rows s;
    for (uint64_t seed = 0; seed < 5; seed++) {
        bench b;
        th_kmeans m;
        falling f = {0};
        rows_blobs(&s, seed, 500, 6, 4, 2);
        bench_open(&b, &s.r);
        b.job.cfg.seed = seed;
        assert_int_equal(th_kmeans_fit(&b.l, 9, &m, watch_inertia, &f), TH_OK);
        assert_true(f.steps > 5 && !f.rose);
        bench_close(&b);
    }
}

static void separate_blobs_are_found_exactly(void **state)
{
    (void)state;
    static rows s;
    bench b;
    th_kmeans m;
    rows_blobs(&s, 3, 400, 5, 5, 40);
    bench_open(&b, &s.r);
    assert_int_equal(th_kmeans_fit(&b.l, 5, &m, NULL, NULL), TH_OK);
    double inertia = 0;
    for (int32_t i = 0; i < s.r.n; i++) {
        assert_int_equal(m.of[i], m.of[i % 5]);
        double mean[5] = {0};
        for (int32_t k = i % 5; k < s.r.n; k += 5)
            for (int32_t j = 0; j < 5; j++) mean[j] += (double)s.x[k * 5 + j] / (s.r.n / 5);
        for (int32_t j = 0; j < 5; j++) {
            assert_true(fabs((double)m.centre[m.of[i] * 5 + j] - mean[j]) < 1e-3);
            inertia += pow((double)s.x[i * 5 + j] - mean[j], 2);
        }
    }
    assert_true(fabs(inertia / m.inertia - 1) < 1e-4);
    bench_close(&b);
}

static void rows_that_are_all_the_same(void **state)
{
    (void)state;
    static rows s;
    th_learn_report report;
    rows_blobs(&s, 1, 60, 3, 1, 0);
    for (int32_t i = 0; i < 180; i++) s.x[i] = 2;
    static const char *const names[] = {"kmeans", "knn", "mixture", "pca"};
    for (int i = 0; i < 4; i++) {
        th_learn_job job = {.train = s.r, .anomaly = true, .cfg = th_learn_default()};
        th_model *m = learn(names[i], &job, &report);
        float y[2];
        const float x[] = {2, 2, 2, 3, 2, 2};
        ask(m, x, 2, 3, y, 1);
        assert_true(isfinite(y[0]) && y[0] <= 1 && y[1] > 1); /* any change is strange */
        th_model_free(m);
    }
}

/* The limit is the percentile of watched rows where these lie farther out than folds of the others do. */
static void watched_rows_move_the_limit(void **state)
{
    (void)state;
    static rows s, far;
    static const char *const names[] = {"kmeans", "knn", "mixture", "pca"};
    rows_blobs(&s, 5, 300, 4, 1, 0);
    rows_blobs(&far, 6, 200, 4, 1, 0);
    for (int32_t i = 0; i < 800; i++) far.x[i] *= 4;
    for (int i = 0; i < 4; i++) {
        th_learn_job job = {.train = s.r, .anomaly = true, .cfg = th_learn_default()};
        th_learn_report report;
        float y[2][200];
        job.cfg.percentile = 90;
        for (int watched = 0; watched < 2; watched++) {
            if (watched) job.val = far.r;
            th_model *m = learn(names[i], &job, &report);
            ask(m, far.x, 200, 4, y[watched], 1);
            th_model_free(m);
        }
        int above[2] = {0, 0};
        for (int k = 0; k < 400; k++) above[k / 200] += y[k / 200][k % 200] > 1;
        assert_true(above[0] > 150 && above[1] >= 18 && above[1] <= 21); /* a tenth */
    }
}

/* ---- mixture ---- */

static void watch_likelihood(void *ctx, double likelihood)
{
    falling *f = ctx;
    if (f->steps && likelihood < f->last - 1e-9 * fabs(f->last)) f->rose = true;
    f->last = likelihood;
    f->steps++;
}

static void likelihood_never_falls(void **state)
{
    (void)state;
    static rows s;
    for (int full = 0; full < 2; full++) {
        bench b;
        th_mixture m;
        falling f = {0};
        rows_blobs(&s, 7, 600, 4, 3, 3);
        bench_open(&b, &s.r);
        assert_int_equal(th_mixture_fit(&b.l, 4, full, &m, watch_likelihood, &f), TH_OK);
        assert_true(f.steps > 3 && !f.rose);
        double sum = 0;
        for (int32_t k = 0; k < m.k; k++) sum += m.weight[k];
        assert_true(fabs(sum - 1) < 1e-9);
        bench_close(&b);
    }
}

/* One Gaussian is the mean and the deviations of the rows, and its likelihood is known. */
static void one_component_is_the_moments(void **state)
{
    (void)state;
    static rows s;
    bench b;
    th_mixture m;
    rows_blobs(&s, 2, 500, 3, 1, 5);
    bench_open(&b, &s.r);
    assert_int_equal(th_mixture_fit(&b.l, 1, false, &m, NULL, NULL), TH_OK);
    double likelihood = 0;
    for (int32_t j = 0; j < 3; j++) {
        double mean = 0, var = 0;
        for (int32_t i = 0; i < 500; i++) mean += (double)s.x[i * 3 + j] / 500;
        for (int32_t i = 0; i < 500; i++) var += pow((double)s.x[i * 3 + j] - mean, 2) / 500;
        assert_true(fabs(m.mean[j] - mean) < 1e-9 && fabs(m.f[j] * sqrt(var) - 1) < 1e-9);
        likelihood -= 250 * (log(2 * 3.14159265358979 * var) + 1);
    }
    assert_true(fabs(m.log_likelihood - likelihood) < 1e-6 * fabs(likelihood));
    assert_true(fabs(m.bic - (-2 * likelihood + 6 * log(500))) < 1e-3);
    bench_close(&b);
}

static void rows_left_out_count_the_blobs(void **state)
{
    (void)state;
    static rows s;
    th_learn_report report;
    rows_blobs(&s, 4, 600, 6, 4, 12);
    th_learn_job job = {.train = s.r, .anomaly = true, .cfg = th_learn_default()};
    th_model *m = learn("mixture", &job, &report);
    assert_int_equal((int)figure(&report, "components"), 4);
    th_model_free(m);
}

/* A level that wanders: each stretch of time has a place of its own, and BIC would give each a component.  Rows of
 * another time come from none of these, so few wide ones are right, and the limit stays low. */
static void stretches_of_time_are_no_components(void **state)
{
    (void)state;
    static rows s;
    th_learn_report report;
    th_rng rng = th_rng_make(3, 1);
    rows_blobs(&s, 4, 600, 6, 1, 0);
    float level[6] = {0};
    for (int32_t i = 0; i < 600; i++)
        for (int32_t j = 0; j < 6; j++) {
            if (i % 60 == 0) level[j] = 5 * th_rng_normal(&rng);
            s.x[i * 6 + j] = level[j] + 0.3f * th_rng_normal(&rng);
        }
    th_learn_job job = {.train = s.r, .anomaly = true, .cfg = th_learn_default()};
    th_model_free(learn("mixture", &job, &report));
    assert_true(figure(&report, "components") <= 2 && figure(&report, "margin") < 2);
    job.cfg.clusters = 8;
    th_model_free(learn("mixture", &job, &report));
    assert_true(figure(&report, "margin") > 3);
}

/* ---- matrices ---- */

static void eigenvectors_are_known(void **state)
{
    (void)state;
    /* [[2 1 0] [1 2 0] [0 0 5]]: 5 along z, 3 along (1, 1), 1 along (1, -1) */
    double a[] = {2, 1, 0, 1, 2, 0, 0, 0, 5}, value[3], v[9];
    const double want[] = {5, 3, 1}, r = sqrt(0.5);
    th_eigen(a, 3, value, v);
    for (int i = 0; i < 3; i++) assert_true(fabs(value[i] - want[i]) < 1e-12);
    assert_true(fabs(v[2] - 1) < 1e-12 && fabs(v[3] - r) < 1e-12 && fabs(v[4] - r) < 1e-12);
    assert_true(fabs(fabs(v[6]) - r) < 1e-12 && fabs(v[6] + v[7]) < 1e-12);
}

/* A v = lambda v for each, of a random symmetric matrix; and F of a covariance turns it into 1. */
static void eigen_and_cholesky_of_random_matrices(void **state)
{
    (void)state;
    static rows s;
    double mean[9], c[81], copy[81], value[9], v[81];
    rows_blobs(&s, 9, 300, 9, 3, 2);
    assert_true(fabs(th_covariance(&s.r, NULL, mean, c) - 300) < 1e-9);
    memcpy(copy, c, sizeof c);
    th_eigen(copy, 9, value, v);
    for (int k = 0; k < 9; k++)
        for (int i = 0; i < 9; i++) {
            double sum = 0;
            for (int j = 0; j < 9; j++) sum += c[i * 9 + j] * v[k * 9 + j];
            assert_true(fabs(sum - value[k] * v[k * 9 + i]) < 1e-10);
        }
    memcpy(copy, c, sizeof c);
    assert_true(th_cholesky(copy, 9));
    th_lower_inverse(copy, 9);
    for (int a = 0; a < 9; a++)
        for (int b = 0; b < 9; b++) {
            double sum = 0;
            for (int i = 0; i <= a; i++)
                for (int j = 0; j <= b; j++) sum += copy[a * 9 + i] * c[i * 9 + j] * copy[b * 9 + j];
            assert_true(fabs(sum - (a == b)) < 1e-9);
        }
    double none[] = {1, 2, 2, 1};
    assert_false(th_cholesky(none, 2));
}

/* ---- PCA ---- */

/* Two directions and a little noise: the score is T2 and Q of textbook formulas, in steps of its threshold. */
static void pca_keeps_the_plane(void **state)
{
    (void)state;
    static rows s;
    th_rng rng = th_rng_make(6, 1);
    for (int32_t i = 0; i < 400; i++) {
        const float a = 3 * th_rng_normal(&rng), b = 2 * th_rng_normal(&rng);
        const float x[] = {a, a, b, -b, 0.05f * th_rng_normal(&rng)};
        for (int32_t j = 0; j < 5; j++) s.x[i * 5 + j] = x[j] + 0.05f * th_rng_normal(&rng);
    }
    s.r = (th_rows){.x = s.x, .n = 400, .d = 5};
    th_learn_report report;
    th_learn_job job = {.train = s.r, .anomaly = true, .cfg = th_learn_default()};
    th_model *m = learn("pca", &job, &report);
    assert_int_equal((int)figure(&report, "components"), 2);
    assert_true(figure(&report, "explained_variance") > 0.99);
    const float probe[] = {3, 3, 2, -2, 0, 3, -3, 0, 0, 0, 30, 30, 0, 0, 0, 0, 0, 0, 0, 0};
    float y[4];
    ask(m, probe, 4, 5, y, 1);
    assert_true(y[0] < 1 && y[1] > 5 && y[2] > 1 && y[3] < 0.5f); /* along, off, too far along, the middle */
    assert_true(y[2] < 10 * y[1]);
    th_model_free(m);
}

/* ---- all of them ---- */

static void strange_rows_are_above_the_threshold(void **state)
{
    (void)state;
    static rows s, other;
    static const char *const names[] = {"kmeans", "knn", "mixture", "pca"};
    static float y[MOST_ROWS];
    rows_blobs(&s, 11, 600, 8, 3, 6);
    rows_blobs(&other, 12, 600, 8, 3, 6);
    for (int i = 0; i < 4; i++)
        for (int threads = 1; threads <= 3; threads += 2) {
            th_learn_report report;
            th_learn_job job = {.train = s.r, .anomaly = true, .cfg = th_learn_default()};
            job.cfg.n_threads = threads;
            job.cfg.percentile = 95;
            th_model *m = learn(names[i], &job, &report);
            ask(m, other.x, 600, 8, y, 1);
            int32_t alarms = 0;
            for (int32_t k = 0; k < 600; k++) alarms += y[k] > 1;
            if (alarms < 6 || alarms > 66) fail_msg("%s: %d alarms among 600 normal rows, not 30", names[i], alarms);
            float far[8];
            for (int32_t j = 0; j < 8; j++) far[j] = 9;
            ask(m, far, 1, 8, y, 1);
            assert_true(y[0] > 1.5f);
            th_model_free(m);
        }
}

static void the_same_bytes_on_any_number_of_threads(void **state)
{
    (void)state;
    static rows s;
    size_t n_learners;
    const th_learner *all = th_learners(&n_learners);
    rows_blobs(&s, 21, 300, 6, 3, 2);
    for (size_t i = 0; i < n_learners; i++) {
        uint8_t *bytes[2];
        size_t n[2];
        th_why why = {0};
        for (int k = 0; k < 2; k++) {
            th_learn_report report;
            th_learn_job job = {.train = s.r, .val = s.r, .cfg = th_learn_default()};
            job.anomaly = !(all[i].kinds & TH_LEARN_CLASSES);
            job.cfg.n_threads = k ? 3 : 1;
            job.cfg.trees = 10;
            th_model *m = learn(all[i].name, &job, &report);
            assert_int_equal(th_model_to_tflite(m, &bytes[k], &n[k], &why), TH_OK);
            th_model_free(m);
        }
        if (n[0] != n[1] || memcmp(bytes[0], bytes[1], n[0]) != 0) fail_msg("%s differs", all[i].name);
        for (int k = 0; k < 2; k++) free(bytes[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inertia_never_rises),
        cmocka_unit_test(separate_blobs_are_found_exactly),
        cmocka_unit_test(rows_that_are_all_the_same),
        cmocka_unit_test(watched_rows_move_the_limit),
        cmocka_unit_test(likelihood_never_falls),
        cmocka_unit_test(one_component_is_the_moments),
        cmocka_unit_test(rows_left_out_count_the_blobs),
        cmocka_unit_test(stretches_of_time_are_no_components),
        cmocka_unit_test(eigenvectors_are_known),
        cmocka_unit_test(eigen_and_cholesky_of_random_matrices),
        cmocka_unit_test(pca_keeps_the_plane),
        cmocka_unit_test(strange_rows_are_above_the_threshold),
        cmocka_unit_test(the_same_bytes_on_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
