/* Principal axes and t-SNE: held against formulas, differences, and data of which the right picture is known. */
#include "rows.h"

#include "learn/axes.h"
#include "learn/linear.h"
#include "learn/tsne.h"
#include "os/run.h"

#include <stdlib.h>

static th_team *team_of(int n)
{
    th_team *team;
    assert_int_equal(th_team_new(n, &team, NULL), TH_OK);
    return team;
}

/* ---- axes ---- */

/* Against the eigenvectors of the covariance, for all columns and for some of many. */
static void axes_are_those_of_the_covariance(void **state)
{
    (void)state;
    static rows s;
    static float x[MOST_ROWS * MOST_WIDE], y[MOST_ROWS * 2], wide[300 * 60], out[300 * 2];
    double mean[60], *cov = calloc(60 * 60, sizeof *cov), value[60], *v = calloc(60 * 60, sizeof *v), share;
    th_team *team = team_of(2);
    rows_blobs(&s, 3, 400, 6, 3, 5);
    memcpy(x, s.x, sizeof x);
    assert_int_equal(th_axes(team, x, 400, 6, 2, 1, y, &share, NULL), TH_OK);
    (void)th_covariance(&s.r, NULL, mean, cov);
    th_eigen(cov, 6, value, v);
    double all = 0;
    for (int j = 0; j < 6; j++) all += value[j];
    assert_true(fabs(share - (value[0] + value[1]) / all) < 1e-5);
    for (int i = 0; i < 400; i++)
        for (int c = 0; c < 2; c++) {
            double z = 0;
            for (int j = 0; j < 6; j++) z += v[c * 6 + j] * ((double)s.x[i * 6 + j] - mean[j]);
            assert_true(fabs(z - (double)y[i * 2 + c]) < 1e-3);
        }
    th_rng r = th_rng_make(8, 1); /* two strong directions in sixty weak ones */
    for (int i = 0; i < 300; i++) {
        const float a = 6 * th_rng_normal(&r), b = 3 * th_rng_normal(&r);
        for (int j = 0; j < 60; j++)
            wide[i * 60 + j] = 0.5f * th_rng_normal(&r) + a * sinf((float)j) + b * cosf(2 * (float)j);
    }
    const th_rows w = {.x = wide, .n = 300, .d = 60};
    (void)th_covariance(&w, NULL, mean, cov);
    th_eigen(cov, 60, value, v);
    static float copy[300 * 60];
    memcpy(copy, wide, sizeof copy);
    assert_int_equal(th_axes(team, copy, 300, 60, 2, 1, out, &share, NULL), TH_OK);
    for (int i = 0; i < 300; i++)
        for (int c = 0; c < 2; c++) {
            double z = 0;
            for (int j = 0; j < 60; j++) z += v[c * 60 + j] * ((double)wide[i * 60 + j] - mean[j]);
            assert_true(fabs(z - (double)out[i * 2 + c]) < 2e-2);
        }
    free(cov);
    free(v);
    th_team_free(team);
}

static void axes_of_nothing(void **state)
{
    (void)state;
    float x[12] = {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3}, y[8];
    double share = 7;
    th_team *team = team_of(1);
    assert_int_equal(th_axes(team, x, 4, 3, 2, 1, y, &share, NULL), TH_OK);
    assert_true(share >= 0 && share <= 1);
    for (int i = 0; i < 8; i++) assert_true(fabs((double)y[i]) < 1e-9);
    th_team_free(team);
}

/* ---- t-SNE ---- */

static void p_is_a_distribution(void **state)
{
    (void)state;
    static rows s;
    th_team *team = team_of(2);
    rows_blobs(&s, 4, 200, 5, 2, 6);
    for (int all = 0; all < 2; all++) {
        th_near near;
        double sum = 0;
        assert_int_equal(th_near_make(team, s.x, 200, 5, 12, all, &near, NULL), TH_OK);
        for (int32_t i = 0; i < 200; i++)
            for (int64_t k = near.first[i]; k < near.first[i + 1]; k++) {
                const int32_t j = near.to[k];
                bool back = false;
                assert_true(j != i && (k == near.first[i] || j > near.to[k - 1]));
                for (int64_t m = near.first[j]; m < near.first[j + 1]; m++)
                    back = back || (near.to[m] == i && fabs((double)(near.p[m] - near.p[k])) < 1e-9);
                assert_true(back);
                sum += (double)near.p[k];
            }
        assert_true(fabs(sum - 1) < 1e-4);
        if (all) assert_int_equal(near.first[200], 200 * 199);
        th_near_free(&near);
    }
    th_team_free(team);
}

/* Of a ring of rows at equal steps the entropy of each p(.|i) is that of the perplexity: p of i's row alone is known
 * from p_ij because all are alike. */
static void entropy_is_the_perplexity(void **state)
{
    (void)state;
    float x[2 * 60];
    th_near near;
    th_team *team = team_of(1);
    for (int i = 0; i < 60; i++) x[2 * i] = cosf((float)i * 0.10471976f), x[2 * i + 1] = sinf((float)i * 0.10471976f);
    assert_int_equal(th_near_make(team, x, 60, 2, 8, true, &near, NULL), TH_OK);
    for (int32_t i = 0; i < 60; i++) {
        double h = 0;
        for (int64_t k = near.first[i]; k < near.first[i + 1]; k++) {
            const double p = 60 * (double)near.p[k]; /* (p(j|i) + p(i|j)) / 2n, both equal */
            if (p > 0) h -= p * log(p);
        }
        assert_true(fabs(exp(h) - 8) < 0.02);
    }
    th_near_free(&near);
    th_team_free(team);
}

/* (C(y + h) - C(y - h)) / 2h. */
static void gradient_is_the_slope(void **state)
{
    (void)state;
    static rows s;
    float y[2 * 60], g[2 * 60], dead[2 * 60];
    th_near near;
    th_rng r = th_rng_make(1, 2);
    th_team *team = team_of(2);
    rows_blobs(&s, 5, 60, 4, 3, 4);
    assert_int_equal(th_near_make(team, s.x, 60, 4, 10, true, &near, NULL), TH_OK);
    for (int i = 0; i < 120; i++) y[i] = th_rng_normal(&r);
    assert_int_equal(th_tsne_gradient(team, &near, y, 0, 1, g, NULL, NULL), TH_OK);
    double most = 0, wrong = 0;
    for (int i = 0; i < 120; i++) {
        const float at = y[i], h = 0.02f;
        double up, down;
        y[i] = at + h;
        const float above = y[i];
        assert_int_equal(th_tsne_gradient(team, &near, y, 0, 1, dead, &up, NULL), TH_OK);
        y[i] = at - h;
        assert_int_equal(th_tsne_gradient(team, &near, y, 0, 1, dead, &down, NULL), TH_OK);
        const double slope = (up - down) / (double)(above - y[i]);
        y[i] = at;
        most = fmax(most, fabs(slope));
        wrong = fmax(wrong, fabs(slope - (double)g[i]));
    }
    assert_true(most > 0.01 && wrong < 2e-3 * most);
    th_near_free(&near);
    th_team_free(team);
}

static void the_tree_is_nearly_exact(void **state)
{
    (void)state;
    static rows s;
    static float y[2 * MOST_ROWS], exact[2 * MOST_ROWS], tree[2 * MOST_ROWS];
    th_near near;
    th_rng r = th_rng_make(2, 2);
    th_team *team = team_of(2);
    rows_blobs(&s, 6, MOST_ROWS, 4, 3, 4);
    assert_int_equal(th_near_make(team, s.x, MOST_ROWS, 4, 20, false, &near, NULL), TH_OK);
    for (int i = 0; i < 2 * MOST_ROWS; i++) y[i] = 15 * th_rng_normal(&r);
    for (int i = 0; i < 20; i++) y[2 * i] = y[0], y[2 * i + 1] = y[1]; /* many at one place */
    double c, c_tree, square = 0, off = 0, off_tiny = 0;
    assert_int_equal(th_tsne_gradient(team, &near, y, 0, 1, exact, &c, NULL), TH_OK);
    assert_int_equal(th_tsne_gradient(team, &near, y, 0.5, 1, tree, &c_tree, NULL), TH_OK);
    for (int i = 0; i < 2 * MOST_ROWS; i++) {
        square += (double)exact[i] * (double)exact[i];
        off += ((double)exact[i] - (double)tree[i]) * ((double)exact[i] - (double)tree[i]);
    }
    assert_true(sqrt(off / square) < 0.02 && fabs(c - c_tree) < 0.02);
    assert_int_equal(th_tsne_gradient(team, &near, y, 1e-3, 1, tree, NULL, NULL), TH_OK); /* no cell is far enough */
    for (int i = 0; i < 2 * MOST_ROWS; i++)
        off_tiny += ((double)exact[i] - (double)tree[i]) * ((double)exact[i] - (double)tree[i]);
    assert_true(sqrt(off_tiny / square) < 1e-4);
    th_near_free(&near);
    th_team_free(team);
}

/* Part of the points whose nearest neighbour in the plane has the same label. */
static double kept_apart(const rows *s, const float *y)
{
    int same = 0;
    for (int32_t i = 0; i < s->r.n; i++) {
        double best = 1e300;
        int32_t at = i;
        for (int32_t j = 0; j < s->r.n; j++) {
            const double dx = (double)(y[2 * i] - y[2 * j]), dy = (double)(y[2 * i + 1] - y[2 * j + 1]);
            if (j != i && dx * dx + dy * dy < best) best = dx * dx + dy * dy, at = j;
        }
        same += s->label[at] == s->label[i];
    }
    return (double)same / s->r.n;
}

static void map(const rows *s, int members, double theta, double exaggeration, float *y, double *c)
{
    static float x[MOST_ROWS * MOST_WIDE];
    th_team *team = team_of(members);
    th_tsne_cfg cfg = th_tsne_default();
    cfg.theta = theta, cfg.exaggeration = exaggeration, cfg.perplexity = 20;
    memcpy(x, s->x, sizeof x);
    assert_int_equal(th_axes(team, x, s->r.n, s->r.d, 2, 1, y, NULL, NULL), TH_OK);
    assert_int_equal(th_tsne(team, s->x, s->r.n, s->r.d, &cfg, y, c, NULL), TH_OK);
    th_team_free(team);
}

/* Ten clusters in ten dimensions: two axes mix them, t-SNE does not; its neighbours are neighbours. */
static void clusters_stay_apart(void **state)
{
    (void)state;
    static rows s;
    static float y[2 * MOST_ROWS], start[2 * MOST_ROWS], x[MOST_ROWS * MOST_WIDE];
    double c[2], trust, before;
    th_team *team = team_of(2);
    rows_blobs(&s, 7, 500, 10, 10, 8);
    memcpy(x, s.x, sizeof x);
    assert_int_equal(th_axes(team, x, 500, 10, 2, 1, start, NULL, NULL), TH_OK);
    th_team_free(team);
    map(&s, 2, 0, 12, y, &c[0]);
    assert_int_equal(th_trustworthiness(s.x, 500, 10, start, 12, &before, NULL), TH_OK);
    assert_int_equal(th_trustworthiness(s.x, 500, 10, y, 12, &trust, NULL), TH_OK);
    print_message("exact: kept apart %.3f, trust %.4f (axes: %.3f, %.4f), divergence %.3f\n", kept_apart(&s, y), trust,
                  kept_apart(&s, start), before, c[0]);
    assert_true(kept_apart(&s, y) > 0.99 && kept_apart(&s, start) < 0.8);
    assert_true(trust > 0.95 && trust > before + 0.05);
    map(&s, 2, 0.5, 12, y, &c[1]);
    assert_int_equal(th_trustworthiness(s.x, 500, 10, y, 12, &trust, NULL), TH_OK);
    print_message("tree: kept apart %.3f, trust %.4f, divergence %.3f\n", kept_apart(&s, y), trust, c[1]);
    assert_true(kept_apart(&s, y) > 0.99 && trust > 0.95 && fabs(c[0] - c[1]) < 0.1);
}

static void same_on_any_number_of_threads(void **state)
{
    (void)state;
    static rows s;
    static float one[2 * MOST_ROWS], three[2 * MOST_ROWS];
    rows_blobs(&s, 8, 160, 5, 4, 5);
    for (int tree = 0; tree < 2; tree++) {
        map(&s, 1, tree ? 0.5 : 0, 12, one, NULL);
        map(&s, 3, tree ? 0.5 : 0, 12, three, NULL);
        assert_memory_equal(one, three, 320 * sizeof *one);
    }
}

static void few_points_and_equal_ones(void **state)
{
    (void)state;
    static rows s;
    static float y[2 * MOST_ROWS];
    for (int32_t n = 1; n <= 9; n++) {
        rows_blobs(&s, 9, n, 3, 1, 0);
        for (int i = 0; i < 3 * n && n > 6; i++) s.x[i] = 2; /* all of them */
        map(&s, 1, -1, 12, y, NULL);
        for (int32_t i = 0; i < 2 * n; i++) assert_true(isfinite(y[i]));
    }
    th_tsne_cfg cfg = th_tsne_default();
    th_team *team = team_of(1);
    assert_int_equal(th_tsne(team, s.x, TH_TSNE_MOST + 1, 1, &cfg, y, NULL, NULL), TH_ERANGE);
    th_team_free(team);
}

/* Points in a line keep their neighbours; drawn by lot they do not. */
static void trust_is_known_at_both_ends(void **state)
{
    (void)state;
    float x[300], y[600];
    double trust;
    th_rng r = th_rng_make(3, 3);
    for (int i = 0; i < 300; i++) x[i] = y[2 * i] = (float)(i * 7 % 300), y[2 * i + 1] = 0;
    assert_int_equal(th_trustworthiness(x, 300, 1, y, 10, &trust, NULL), TH_OK);
    assert_true(trust == 1);
    for (int i = 0; i < 600; i++) y[i] = th_rng_unit(&r);
    assert_int_equal(th_trustworthiness(x, 300, 1, y, 10, &trust, NULL), TH_OK);
    assert_true(trust > 0.4 && trust < 0.6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_are_those_of_the_covariance),
        cmocka_unit_test(axes_of_nothing),
        cmocka_unit_test(p_is_a_distribution),
        cmocka_unit_test(entropy_is_the_perplexity),
        cmocka_unit_test(gradient_is_the_slope),
        cmocka_unit_test(the_tree_is_nearly_exact),
        cmocka_unit_test(clusters_stay_apart),
        cmocka_unit_test(same_on_any_number_of_threads),
        cmocka_unit_test(few_points_and_equal_ones),
        cmocka_unit_test(trust_is_known_at_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
