/* Every loss: its value against the formula in double, its gradient against central differences of that formula,
 * and against figures of PyTorch 1.13 (torch.nn.functional, float64) for one fixed case. */
#include "../test.h"

#include "base/rng.h"
#include "train/loss.h"

#include <math.h>

#define MOST 12

/* The formulas of loss.h a second time, in double and as they stand there. */
static double ref_loss(const th_loss_cfg *c, const double *z, const float *y, int32_t n)
{
    const double s = (double)c->smoothing, delta = (double)c->delta;
    double sum = 0, loss = 0;
    for (int32_t i = 0; i < n; i++) sum += exp(z[i]);
    for (int32_t i = 0; i < n; i++) {
        const double t = (double)y[i], d = z[i] - t, w = c->class_weight ? (double)c->class_weight[i] : 1;
        if (!strcmp(c->row->name, "cross-entropy")) {
            loss -= w * ((1 - s) * t + s / n) * (z[i] - log(sum));
        } else if (!strcmp(c->row->name, "binary")) {
            const double q = (1 - s) * t + s / 2, yes = n == 1 && c->class_weight ? (double)c->class_weight[1] : w;
            loss += (yes * q * log(1 + exp(-z[i])) + w * (1 - q) * log(1 + exp(z[i]))) / n;
        } else if (!strcmp(c->row->name, "mse")) {
            loss += d * d / n;
        } else if (!strcmp(c->row->name, "mae")) {
            loss += fabs(d) / n;
        } else {
            loss += (fabs(d) <= delta ? d * d / 2 : delta * (fabs(d) - delta / 2)) / n;
        }
    }
    return loss;
}

static void check(const th_loss_cfg *c, const float *z, const float *y, int32_t n)
{
    double x[MOST];
    float grad[MOST], same[MOST];
    for (int32_t i = 0; i < n; i++) x[i] = (double)z[i];
    memcpy(same, z, (size_t)n * sizeof *z);
    const double loss = c->row->loss(c, z, y, n, grad), want = ref_loss(c, x, y, n);
    assert_true(fabs(loss - want) < 2e-6 * (1 + fabs(want)));
    assert_true(c->row->loss(c, z, y, n, NULL) == loss);
    assert_true(c->row->loss(c, same, y, n, same) == loss);
    assert_memory_equal(same, grad, (size_t)n * sizeof *grad);
    for (int32_t i = 0; i < n; i++) {
        const double step = 1e-6;
        x[i] += step;
        const double up = ref_loss(c, x, y, n);
        x[i] -= 2 * step;
        const double slope = (up - ref_loss(c, x, y, n)) / (2 * step);
        x[i] += step;
        if (fabs((double)grad[i] - slope) > 1e-6 * (1 + fabs(slope)) + 2e-7)
            fail_msg("%s, %d outputs: gradient %d is %.9g, central difference %.9g", c->row->name, (int)n, (int)i,
                     (double)grad[i], slope);
    }
}

/* z and y that suit the row; numbers keep away from the corners of |d| at 0 and delta. */
static void fill(const th_loss_cfg *c, th_rng *r, float *z, float *y, int32_t n)
{
    float sum = 0;
    for (int32_t i = 0; i < n; i++) {
        z[i] = th_rng_normal(r) * 3;
        y[i] = c->row->head == TH_HEAD_LINEAR ? z[i] : th_rng_unit(r);
        sum += y[i];
    }
    for (int32_t i = 0; i < n; i++) {
        if (c->row->head == TH_HEAD_SOFTMAX) y[i] /= sum;
        if (c->row->head == TH_HEAD_LINEAR) y[i] += (i & 1 ? 1.0f : -1.0f) * c->delta * (i % 3 ? 0.4f : 1.7f);
    }
}

static void gradients(void **state)
{
    (void)state;
    static const int32_t sizes[] = {1, 2, 3, MOST};
    static const float weights[MOST] = {0.5f, 2, 1, 0, 3, 1, 1, 0.25f, 4, 1, 1, 1};
    size_t n_rows;
    const th_loss_row *rows = th_loss_all(&n_rows);
    th_rng r = th_rng_make(3, 1);
    for (size_t row = 0; row < n_rows; row++)
        for (int k = 0; k < 4 * 4 * 25; k++) {
            const int32_t n = sizes[k % 4];
            th_loss_cfg c = {.row = &rows[row], .delta = 0.7f};
            if (c.row->head == TH_HEAD_SOFTMAX && n == 1) continue;
            if (c.row->head != TH_HEAD_LINEAR) {
                c.smoothing = k / 4 & 1 ? 0.1f : 0;
                c.class_weight = k / 8 & 1 ? weights : NULL;
            }
            float z[MOST], y[MOST];
            fill(&c, &r, z, y, n);
            assert_int_equal(th_loss_check(&c, n, NULL), TH_OK);
            assert_true(th_loss_target_ok(c.row, y, n));
            check(&c, z, y, n);
        }
}

/* PyTorch:  F.cross_entropy(z, y, weight=w, label_smoothing=.1, reduction="sum") with y as probabilities,
 * F.binary_cross_entropy_with_logits, F.mse_loss, F.l1_loss, F.huber_loss(delta=.5), all in float64. */
static void as_pytorch(void **state)
{
    (void)state;
    static const float z[3] = {1.5f, -0.25f, 0.5f}, y[3] = {0.75f, 0.25f, 0}, w[3] = {1, 2, 0.5f};
    static const struct {
        const char *name;
        float smoothing;
        const float *weight;
        double want;
    } cases[] = {
        {"cross-entropy", 0, NULL, 0.870355467}, {"cross-entropy", 0.1f, NULL, 0.918272134},
        {"cross-entropy", 0.1f, w, 1.458295538}, {"binary", 0, NULL, 0.729643227},
        {"binary", 0, w, 0.780110203},           {"mse", 0, NULL, 0.354166667},
        {"mae", 0, NULL, 0.583333333},           {"huber", 0, NULL, 0.166666667},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const th_loss_cfg c = {th_loss_find(cases[i].name), cases[i].smoothing, 0.5f, cases[i].weight};
        const double got = c.row->loss(&c, z, y, 3, NULL);
        if (fabs(got - cases[i].want) > 1e-6) fail_msg("%s: %.9f, PyTorch %.9f", c.row->name, got, cases[i].want);
    }
}

/* Very sure and very wrong: large, but numbers. */
static void far_out(void **state)
{
    (void)state;
    size_t n_rows;
    const th_loss_row *rows = th_loss_all(&n_rows);
    for (size_t row = 0; row < n_rows; row++) {
        const th_loss_cfg c = {.row = &rows[row], .delta = 1};
        const float z[2] = {1e4f, -1e4f}, y[2] = {0, 1};
        float grad[2];
        assert_true(isfinite(c.row->loss(&c, z, y, 2, grad)));
        assert_true(isfinite(grad[0]) && grad[0] > 0 && isfinite(grad[1]) && grad[1] < 0);
    }
}

/* What is no number stays visible, in the value and in the gradient, wherever it stands. */
static void no_numbers(void **state)
{
    (void)state;
    size_t n_rows;
    const th_loss_row *rows = th_loss_all(&n_rows);
    for (size_t row = 0; row < n_rows; row++)
        for (int at = 0; at < 3; at++) {
            const th_loss_cfg c = {.row = &rows[row], .delta = 1};
            float z[3] = {1, 2, 3}, grad[3];
            const float y[3] = {0, 1, 0};
            z[at] = NAN;
            assert_true(isnan(c.row->loss(&c, z, y, 3, grad)));
            assert_true(isnan(grad[at]));
        }
}

static void targets(void **state)
{
    (void)state;
    const th_loss_row *ce = th_loss_find("cross-entropy"), *yes_no = th_loss_find("binary"), *mse = th_loss_find("mse");
    const float good[2] = {0.25f, 0.75f}, both[2] = {1, 1}, above[2] = {-1, 2}, nan[2] = {NAN, 1};
    assert_true(th_loss_target_ok(ce, good, 2) && th_loss_target_ok(yes_no, good, 2));
    assert_true(!th_loss_target_ok(ce, both, 2) && th_loss_target_ok(yes_no, both, 2));
    assert_true(!th_loss_target_ok(ce, above, 2) && !th_loss_target_ok(yes_no, above, 2));
    assert_true(th_loss_target_ok(mse, above, 2) && !th_loss_target_ok(mse, nan, 2));
    assert_false(th_loss_target_ok(ce, nan, 2));
}

static void refuse(th_loss_cfg c, int32_t n, const char *word)
{
    th_why why = {0};
    assert_int_equal(th_loss_check(&c, n, &why), TH_ERANGE);
    assert_non_null(strstr(why.text, word));
}

static void settings(void **state)
{
    (void)state;
    static const float minus[3] = {1, -1, 1}, none[3] = {1, 1, INFINITY}, fine[3] = {0, 1, 2};
    const th_loss_row *ce = th_loss_find("cross-entropy"), *mse = th_loss_find("mse"), *hub = th_loss_find("huber");
    assert_null(th_loss_find("hinge"));
    refuse((th_loss_cfg){.row = ce, .smoothing = 1}, 3, "label_smoothing");
    refuse((th_loss_cfg){.row = ce, .smoothing = NAN}, 3, "label_smoothing");
    refuse((th_loss_cfg){.row = mse, .smoothing = 0.1f}, 3, "mse");
    refuse((th_loss_cfg){.row = mse, .class_weight = fine}, 3, "class_weights");
    refuse((th_loss_cfg){.row = ce}, 1, "binary");
    refuse((th_loss_cfg){.row = hub}, 1, "huber_delta");
    refuse((th_loss_cfg){.row = ce, .class_weight = minus}, 3, "number 2");
    refuse((th_loss_cfg){.row = ce, .class_weight = none}, 3, "number 3");
    assert_int_equal(th_loss_check(&(th_loss_cfg){.row = ce, .class_weight = fine}, 3, NULL), TH_OK);
    assert_int_equal(th_loss_n_weights(th_loss_find("binary"), 1), 2);
    assert_int_equal(th_loss_n_weights(ce, 5), 5);
    assert_int_equal(th_loss_n_weights(mse, 5), 0);
}

static void scores(void **state)
{
    (void)state;
    float z[3] = {1, 2, -1};
    const float want[3] = {0.2594965f, 0.7053845f, 0.0351190f}, soft[3] = {0.7310586f, 0.8807971f, 0.2689414f};
    float out[3];
    th_loss_scores(th_loss_find("cross-entropy"), z, 3, out);
    for (int i = 0; i < 3; i++) assert_true(fabsf(out[i] - want[i]) < 1e-6f);
    th_loss_scores(th_loss_find("binary"), z, 3, out);
    for (int i = 0; i < 3; i++) assert_true(fabsf(out[i] - soft[i]) < 1e-6f);
    th_loss_scores(th_loss_find("huber"), z, 3, z);
    assert_true(z[0] == 1 && z[1] == 2 && z[2] == -1);
    assert_true(th_loss_find("binary")->score(z, want, 3) == 2.0 / 3);
    assert_true(th_loss_find("cross-entropy")->score(z, want, 3) == 1);
    assert_true(fabs(th_loss_find("mae")->score(z, soft, 3) - (0.2689414 + 1.1192029 + 1.2689414) / 3) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients),  cmocka_unit_test(as_pytorch), cmocka_unit_test(far_out),
        cmocka_unit_test(no_numbers), cmocka_unit_test(targets),    cmocka_unit_test(settings),
        cmocka_unit_test(scores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
