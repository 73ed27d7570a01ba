/* Settings in words: each can be set, says what is possible when it cannot, and is printed so that it can be set again.
 */
#include "../test.h"

#include "train/settings.h"

#include <math.h>

static const struct {
    const char *name, *good, *bad, *says;
} cases[] = {
    {"loss", "huber", "hinge", "cross-entropy, binary, mse, mae, huber"},
    {"label_smoothing", "0.25", "1", "below 1"},
    {"class_weights", "1, 2.5,0", "1,x", "commas"},
    {"huber_delta", "2", "0", "huber_delta is a number from"},
    {"optimizer", "sgd", "SGD", "adamw, adam, rmsprop, sgd"},
    {"learning_rate", "3e-4", "nan", "number"},
    {"momentum", "0.5", "-0.1", "momentum"},
    {"weight_decay", "0.125", "2", "from 0 to 1"},
    {"batch", "17", "17.5", "whole number from 2 to 4096"},
    {"schedule", "plateau", "linear", "cosine, constant, step, plateau"},
    {"warmup", "2.5", "soon", "\"soon\""},
    {"rate_floor", "0.5", "0x1p-1", "rate_floor"},
    {"drop_every", "3", "0", "drop_every"},
    {"drop_factor", "0.1", "1e", "drop_factor"},
    {"clip", "1.5", "", "clip"},
    {"average", "0.9", "inf", "average"},
    {"stop_on", "balanced_accuracy", "train_loss", "loss, accuracy, balanced_accuracy, f1, mae, rmse"},
    {"patience", "4", "1e300", "patience"},
};
#define N_CASES (sizeof cases / sizeof cases[0])

static th_train_settings fresh(void)
{
    return (th_train_settings){.cfg = th_train_default()};
}

static void every_one(void **state)
{
    (void)state;
    static const char *const names[] = {
#define X(name, value, def, help) name,
        TH_TRAIN_SETTING_LIST(X)
#undef X
    };
    assert_int_equal(sizeof names / sizeof names[0], N_CASES);
    for (size_t i = 0; i < N_CASES; i++) {
        char line[64], text[2048], untouched[2048];
        th_train_settings s = fresh();
        th_why why = {0};
        assert_true(th_train_setting_known(names[i]) && th_train_setting_known(cases[i].name));
        th_train_settings_print(&s, untouched, sizeof untouched);
        assert_int_equal(th_train_set(&s, cases[i].name, cases[i].bad, &why), TH_EUSAGE);
        if (!strstr(why.text, cases[i].says) || strncmp(why.text, cases[i].name, strlen(cases[i].name)) != 0)
            fail_msg("%s = %s: %s", cases[i].name, cases[i].bad, why.text);
        s = fresh();
        assert_int_equal(th_train_set(&s, names[i], "preset", NULL), TH_OK);
        th_train_settings_print(&s, text, sizeof text);
        assert_string_equal(text, untouched);
        assert_int_equal(th_train_set(&s, names[i], cases[i].good, NULL), TH_OK);
        th_train_settings_print(&s, text, sizeof text);
        assert_string_not_equal(text, untouched);
        snprintf(line, sizeof line, "%s = %s\n", cases[i].name,
                 i == 2   ? "1, 2.5, 0"
                 : i == 5 ? "0.0003"
                          : cases[i].good);
        if (!strstr(text, line)) fail_msg("no \"%s\" in\n%s", line, text);
    }
    th_train_settings s = fresh();
    th_why why = {0};
    assert_false(th_train_setting_known("optimiser"));
    assert_int_equal(th_train_set(&s, "optimiser", "sgd", &why), TH_EUSAGE);
    assert_non_null(strstr(why.text, "optimizer"));
}

/* What is printed makes the same settings again. */
static void there_and_back(void **state)
{
    (void)state;
    char text[4096], again[4096];
    th_train_settings s = fresh(), t = fresh();
    for (size_t i = 0; i < N_CASES; i++) assert_int_equal(th_train_set(&s, cases[i].name, cases[i].good, NULL), TH_OK);
    th_train_settings_print(&s, text, sizeof text);
    char copy[sizeof text], *rest = copy;
    memcpy(copy, text, sizeof copy);
    for (char *line; (line = strtok_r(rest, "\n", &rest));) {
        char *value = strstr(line, " = ");
        assert_non_null(value);
        *value = 0;
        assert_int_equal(th_train_set(&t, line, value + 3, NULL), TH_OK);
    }
    th_train_settings_print(&t, again, sizeof again);
    assert_string_equal(text, again);
    char small[16]; /* cut, not overrun */
    assert_int_equal(th_train_settings_print(&s, small, sizeof small), strlen(text));
    assert_int_equal(strlen(small), sizeof small - 1);
}

static void weights(void **state)
{
    (void)state;
    static const char *const labels[] = {"yes", "no", "unknown"};
    static const int64_t counts[] = {10, 20, 60}, empty[] = {10, 0, 60};
    th_train_settings s = fresh();
    th_why why = {0};
    assert_int_equal(th_train_settle(&s, labels, counts, 3, NULL), TH_OK);
    assert_null(s.cfg.loss.class_weight);
    assert_int_equal(th_train_set(&s, "class_weights", "auto", NULL), TH_OK);
    assert_int_equal(th_train_settle(&s, labels, counts, 3, NULL), TH_OK);
    assert_true(s.cfg.loss.class_weight[0] == 3 && s.cfg.loss.class_weight[1] == 1.5f &&
                s.cfg.loss.class_weight[2] == 0.5f);
    assert_int_equal(th_train_settle(&s, labels, empty, 3, &why), TH_ERANGE);
    assert_non_null(strstr(why.text, "\"no\""));
    why = (th_why){0};
    assert_int_equal(th_train_settle(&s, labels, counts, 0, &why), TH_EUSAGE);
    assert_int_equal(th_train_set(&s, "class_weights", "1,2", NULL), TH_OK);
    why = (th_why){0};
    assert_int_equal(th_train_settle(&s, labels, counts, 3, &why), TH_EUSAGE);
    assert_non_null(strstr(why.text, "yes, no, unknown"));
    assert_int_equal(th_train_set(&s, "class_weights", "1,2,0.5", NULL), TH_OK);
    assert_int_equal(th_train_settle(&s, labels, counts, 3, NULL), TH_OK);
    assert_true(s.cfg.loss.class_weight[1] == 2);
    char many[4 * (TH_MAX_CLASS_WEIGHTS + 1)] = "1";
    for (int i = 0; i < TH_MAX_CLASS_WEIGHTS; i++) strcat(many, ",1");
    assert_int_equal(th_train_set(&s, "class_weights", many, NULL), TH_EUSAGE);
}

/* A preset's rates are those of adamw; another optimiser brings its own, unless they are said. */
static void rates(void **state)
{
    (void)state;
    th_train_settings s = fresh();
    s.cfg.learning_rate = 0.25f, s.cfg.weight_decay = 0.5f;
    assert_int_equal(th_train_settle(&s, NULL, NULL, 0, NULL), TH_OK);
    assert_true(s.cfg.learning_rate == 0.25f && s.cfg.weight_decay == 0.5f && s.cfg.momentum == 0.9);
    s.cfg.momentum = -1;
    assert_int_equal(th_train_set(&s, "optimizer", "rmsprop", NULL), TH_OK);
    assert_int_equal(th_train_settle(&s, NULL, NULL, 0, NULL), TH_OK);
    assert_true(s.cfg.learning_rate < 0.25f && s.cfg.weight_decay == 0 && s.cfg.momentum == 0);
    assert_int_equal(th_train_set(&s, "learning_rate", "0.125", NULL), TH_OK);
    assert_int_equal(th_train_settle(&s, NULL, NULL, 0, NULL), TH_OK);
    assert_true(s.cfg.learning_rate == 0.125f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_one),
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(weights),
        cmocka_unit_test(rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
