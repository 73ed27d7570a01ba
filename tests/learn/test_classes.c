/* Learners of classes: against conditions that their answer must fulfil, and against brute force. */
#include "learn/logistic.h"
#include "learn/trees.h"
#include "rows.h"

/* ---- logistic regression ---- */

/* The loss, written down once more. */
static double loss_of(const th_rows *r, const double *w, double l2)
{
    double sum = 0, square = 0;
    const int32_t d = r->d;
    for (int32_t i = 0; i < r->n; i++) {
        double z[8], all = 0;
        for (int32_t c = 0; c < r->n_labels; c++) {
            z[c] = w[c * (d + 1) + d];
            for (int32_t j = 0; j < d; j++) z[c] += w[c * (d + 1) + j] * (double)r->x[i * d + j];
            all += exp(z[c]);
        }
        sum += log(all) - z[r->label[i]];
    }
    for (int32_t c = 0; c < r->n_labels; c++)
        for (int32_t j = 0; j < d; j++) square += w[c * (d + 1) + j] * w[c * (d + 1) + j];
    return sum / r->n + l2 / (2 * r->n) * square;
}

static void logistic_ends_where_the_slope_is_0(void **state)
{
    (void)state;
    static rows s;
    for (uint64_t seed = 0; seed < 3; seed++) {
        bench b;
        double *w, *g;
        rows_blobs(&s, seed, 400, 5, 2 + (int32_t)seed, 1.5f);
        bench_open(&b, &s.r);
        assert_int_equal(th_logistic_fit(&b.l, &w, &g), TH_OK);
        const int32_t n = s.r.n_labels * 6;
        for (int32_t i = 0; i < n; i++) {
            const double h = 1e-4, was = w[i];
            w[i] = was + h;
            const double up = loss_of(&s.r, w, 1);
            w[i] = was - h;
            const double slope = (up - loss_of(&s.r, w, 1)) / (2 * h);
            w[i] = was;
            assert_true(fabs(g[i]) < 1e-5 && fabs(slope) < 1e-5);
        }
        bench_close(&b);
    }
}

/* ---- trees ---- */

/* The most that one question can gain, over all columns and places, counted anew each time. */
static double brute_gain(const th_rows *r, int32_t min_leaf)
{
    double best = 0;
    for (int32_t j = 0; j < r->d; j++)
        for (int32_t k = 0; k < r->n; k++) {
            double count[2][8] = {{0}}, n[2] = {0}, all[8] = {0}, gain = 0;
            for (int32_t i = 0; i < r->n; i++) {
                const int side = r->x[i * r->d + j] > r->x[k * r->d + j];
                count[side][r->label[i]] += 1;
                n[side] += 1;
                all[r->label[i]] += 1;
            }
            if (n[0] < min_leaf || n[1] < min_leaf) continue;
            for (int32_t c = 0; c < r->n_labels; c++)
                gain += count[0][c] * count[0][c] / n[0] + count[1][c] * count[1][c] / n[1] - all[c] * all[c] / r->n;
            best = fmax(best, gain);
        }
    return best;
}

static double gain_of_root(const th_rows *r, const th_tree *t)
{
    double count[2][8] = {{0}}, n[2] = {0}, all[8] = {0}, gain = 0;
    for (int32_t i = 0; i < r->n; i++) {
        const int side = r->x[i * r->d + t->node[0].feature] > t->node[0].threshold;
        count[side][r->label[i]] += 1;
        n[side] += 1;
        all[r->label[i]] += 1;
    }
    for (int32_t c = 0; c < r->n_labels; c++)
        gain += count[0][c] * count[0][c] / n[0] + count[1][c] * count[1][c] / n[1] - all[c] * all[c] / r->n;
    return gain;
}

static void first_question_is_the_best_one(void **state)
{
    (void)state;
    static rows s;
    for (uint64_t seed = 0; seed < 10; seed++) {
        bench b;
        th_bins bins;
        th_tree t = {0};
        th_rng rng = th_rng_make(seed, 8);
        rows_blobs(&s, seed, 120, 5, 3, 1); /* fewer than 256 rows: each value has a bin of its own */
        bench_open(&b, &s.r);
        assert_int_equal(th_bins_make(&b.l, &bins), TH_OK);
        int32_t row[120], spare[120], columns[5];
        for (int32_t i = 0; i < 120; i++) row[i] = i;
        th_grow g = {.bins = &bins,
                     .label = s.label,
                     .classes = 3,
                     .width = 3,
                     .depth = 1,
                     .min_leaf = 7,
                     .features = 5,
                     .rng = &rng,
                     .row = row,
                     .n_rows = 120,
                     .columns = columns,
                     .spare = spare,
                     .sums = malloc(th_grow_sums(3, 1)),
                     .tree = &t};
        assert_true(th_grow_tree(&g));
        assert_int_equal(t.n, 3);
        assert_true(fabs(gain_of_root(&s.r, &t) - brute_gain(&s.r, 7)) < 1e-9);
        free(g.sums);
        th_tree_free(&t);
        bench_close(&b);
    }
}

/* A tree without limits knows its rows by heart, whatever they are. */
static void deep_tree_knows_its_rows(void **state)
{
    (void)state;
    static rows s;
    th_learn_report report;
    rows_blobs(&s, 5, 250, 4, 3, 0);
    th_learn_job job = {.train = s.r, .cfg = th_learn_default()};
    job.cfg.depth = 30;
    job.cfg.min_leaf = 1;
    th_model *m = learn("tree", &job, &report);
    assert_true(accuracy(m, &s.r) > 0.999);
    th_model_free(m);
}

/* What lies on the other side of an "exclusive or" no line parts, but trees and neighbours do. */
static void exclusive_or(void **state)
{
    (void)state;
    static rows s, other;
    rows *const both[] = {&s, &other};
    for (int k = 0; k < 2; k++) {
        rows_blobs(both[k], 30 + (uint64_t)k, 600, 3, 2, 0);
        for (int32_t i = 0; i < 600; i++) both[k]->label[i] = (both[k]->x[i * 3] > 0) != (both[k]->x[i * 3 + 1] > 0);
    }
    static const struct {
        const char *name;
        double lo, hi;
    } want[] = {{"tree", 0.9, 1}, {"forest", 0.9, 1}, {"boost", 0.9, 1}, {"knn", 0.85, 1}, {"logistic", 0.3, 0.7}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        th_learn_report report;
        th_learn_job job = {.train = s.r, .cfg = th_learn_default()};
        job.cfg.trees = 60;
        th_model *m = learn(want[i].name, &job, &report);
        const double got = accuracy(m, &other.r);
        if (!(got >= want[i].lo && got <= want[i].hi)) fail_msg("%s: %g", want[i].name, got);
        if (strcmp(want[i].name, "forest") == 0) assert_true(fabs(figure(&report, "out_of_bag_accuracy") - got) < 0.06);
        th_model_free(m);
    }
}

/* Several classes that lie apart: everyone has to find them, and scores are parts of 1. */
static void blobs_are_told_apart(void **state)
{
    (void)state;
    static rows s, other;
    size_t n;
    const th_learner *all = th_learners(&n);
    rows_blobs(&s, 40, 500, 6, 5, 7);
    rows_blobs(&other, 41, 500, 6, 5, 7);
    for (size_t i = 0; i < n; i++) {
        th_learn_report report;
        th_learn_job job = {.train = s.r, .val = other.r, .cfg = th_learn_default()};
        float y[5], sum = 0;
        if (!(all[i].kinds & TH_LEARN_CLASSES)) continue;
        job.cfg.trees = 30;
        th_model *m = learn(all[i].name, &job, &report);
        if (accuracy(m, &other.r) < 0.97) fail_msg("%s: %g", all[i].name, accuracy(m, &other.r));
        ask(m, other.x, 1, 6, y, 5);
        for (int c = 0; c < 5; c++) sum += y[c];
        assert_true(fabsf(sum - 1) < 0.02f);
        th_model_free(m);
    }
}

/* The loss of the validation rows falls while trees are added, and the best number of them is kept. */
static void boosting_stops_in_time(void **state)
{
    (void)state;
    static rows s, other;
    th_learn_report report;
    rows_blobs(&s, 50, 300, 4, 2, 1);
    rows_blobs(&other, 51, 600, 4, 2, 1);
    th_learn_job job = {.train = s.r, .val = other.r, .cfg = th_learn_default()};
    job.cfg.trees = 400;
    job.cfg.min_leaf = 2;
    th_model *m = learn("boost", &job, &report);
    assert_true(figure(&report, "rounds") < 200); /* it would learn the rows by heart */
    static float y[1200];
    double loss = 0;
    ask(m, other.x, 600, 4, y, 2);
    for (int32_t i = 0; i < 600; i++) loss -= log((double)y[2 * i + other.label[i]]) / 600;
    assert_true(fabs(loss - figure(&report, "val_loss")) < 1e-3 && loss < 0.6);
    th_model_free(m);
}

/* ---- refusals ---- */

static void jobs_that_make_no_sense(void **state)
{
    (void)state;
    static rows s;
    th_model *m;
    th_learn_report report;
    rows_blobs(&s, 1, 50, 3, 2, 1);
    const th_learn_job good = {.train = s.r, .input = {.rank = 2, .d = {1, 3}}, .cfg = th_learn_default()};
    for (int k = 0; k < 5; k++) {
        th_why why = {0};
        th_learn_job job = good;
        static const char *const part[] = {"--normal LABEL", "tells classes apart", "two labels", "row 5, column 1",
                                           "has no label"};
        job.anomaly = k == 1;
        if (k == 2) job.train.n_labels = 1;
        if (k == 3) s.x[12] = NAN;
        if (k == 4) s.x[12] = 0, s.label[7] = 2;
        assert_int_not_equal(th_learn(th_learner_find(k == 0 ? "kmeans" : "logistic"), &job, &m, &report, &why), TH_OK);
        if (!strstr(why.text, part[k])) fail_msg("\"%s\" does not say \"%s\"", why.text, part[k]);
        assert_null(m);
    }
    th_learn_cfg cfg = th_learn_default();
    th_why why = {0};
    assert_int_equal(th_learn_set(&cfg, "trees", "2.5", &why), TH_EUSAGE);
    why = (th_why){0};
    assert_int_equal(th_learn_set(&cfg, "components", "0.9", &why), TH_OK);
    assert_true(fabs(cfg.components - 0.9) < 1e-12);
    assert_int_equal(th_learn_set(&cfg, "depth", "31", &why), TH_EUSAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logistic_ends_where_the_slope_is_0),
        cmocka_unit_test(first_question_is_the_best_one),
        cmocka_unit_test(deep_tree_knows_its_rows),
        cmocka_unit_test(exclusive_or),
        cmocka_unit_test(blobs_are_told_apart),
        cmocka_unit_test(boosting_stops_in_time),
        cmocka_unit_test(jobs_that_make_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
