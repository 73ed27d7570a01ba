/* What is synthesised has in it what its physics says, and is marked as synthetic. */
#include "sound.h"

#include "data/synth_kind.h"

#include <math.h>

#define RATE 1600
#define ROWS (8 * RATE)
#define PI   3.14159265358979

static float buffer[ROWS * 6];

/* |sum x e^(-2 pi i f t)|^2 of n numbers that are `step` apart, rate_hz a second. */
static double power_at(const float *x, int n, int step, double rate_hz, double f)
{
    double re = 0.0, im = 0.0;
    for (int i = 0; i < n; i++) {
        const double hann = 0.5 - 0.5 * cos(2.0 * PI * i / n);
        re += hann * (double)x[i * step] * cos(2.0 * PI * f * i / rate_hz);
        im -= hann * (double)x[i * step] * sin(2.0 * PI * f * i / rate_hz);
    }
    return re * re + im * im;
}

/* Mean power within 1.5 % of f beside that around it: how much a line stands out. */
static double line_at(const float *x, int n, int step, double rate_hz, double f)
{
    double on = 0.0, off = 0.0;
    for (int k = -6; k <= 6; k++) {
        on += power_at(x, n, step, rate_hz, f * (1.0 + 0.0025 * k));
        off += 0.5 * power_at(x, n, step, rate_hz, f * (0.94 + 0.0025 * k)) +
               0.5 * power_at(x, n, step, rate_hz, f * (1.06 + 0.0025 * k));
    }
    return on / off;
}

static th_synth_one machine(int32_t label, int32_t number)
{
    return (th_synth_one){.seed = 5, .label = label, .subject = number % 5, .number = number, .rate_hz = RATE};
}

/* Squared envelope of the resonance (Randall and Antoni 2011, section 5): |x e^(-2 pi i f t), smoothed|^2. */
static void envelope(const float *rows, double resonance, float *out)
{
    enum { REACH = 4 };
    for (int i = 0; i < ROWS; i++) {
        double re = 0.0, im = 0.0;
        for (int j = i - REACH < 0 ? 0 : i - REACH; j <= i + REACH && j < ROWS; j++) {
            const double v = (double)(rows[3 * j + 1] - 1.0f), a = 2.0 * PI * resonance * j / RATE;
            re += v * cos(a);
            im += v * sin(a);
        }
        out[i] = (float)(re * re + im * im);
    }
}

static double bearing_line(int32_t label, int32_t number, double orders)
{
    static float squared[ROWS];
    const th_synth_one one = machine(label, number);
    float shaft, resonance;
    th_synth_machine_speed(&one, &shaft, &resonance);
    assert_int_equal(th_synth_machine.rows(&one, buffer, ROWS), ROWS);
    envelope(buffer, (double)resonance, squared);
    return line_at(squared, ROWS, 1, RATE, orders * (double)shaft);
}

static void a_bearing_has_its_frequencies(void **state)
{
    (void)state;
    const th_bearing b = th_bearing_of(9, 7.94f, 39.04f, 0.0f); /* 6205: 3.585, 5.415, 2.357, 0.398 in data sheets */
    assert_true(fabsf(b.outer - 3.585f) < 0.002f && fabsf(b.inner - 5.415f) < 0.002f);
    assert_true(fabsf(b.ball - 2.357f) < 0.002f && fabsf(b.cage - 0.398f) < 0.001f);
    double all = 0.0;
    for (int32_t number = 0; number < 4; number++) {
        const double outer = (double)b.outer, inner = (double)b.inner;
        const double sound = fmax(bearing_line(0, number, outer), bearing_line(0, number, inner));
        const double at_outer = bearing_line(3, number, outer), at_inner = bearing_line(4, number, inner);
        printf("machine %d: normal %.2f, outer race %.1f, inner race %.1f\n", (int)number, sound, at_outer, at_inner);
        assert_true(sound < 2.5);
        assert_true(at_outer > 5.0 && at_outer > 3.0 * sound && at_inner > 1.4 * sound);
        all += at_inner / 4;
        assert_true(bearing_line(3, number, inner) < at_outer && bearing_line(4, number, outer) < at_inner);
    }
    assert_true(all > 5.0);
}

/* Amplitude of the horizontal axis at so many times the shaft's speed, over a band of its wandering. */
static double at_order(int32_t label, int32_t number, double order)
{
    const th_synth_one one = machine(label, number);
    float shaft, resonance;
    double sum = 0.0;
    th_synth_machine_speed(&one, &shaft, &resonance);
    assert_int_equal(th_synth_machine.rows(&one, buffer, ROWS), ROWS);
    for (int k = -8; k <= 8; k++) sum += power_at(buffer, ROWS, 3, RATE, order * (double)shaft * (1.0 + 0.002 * k));
    return sqrt(sum);
}

static void imbalance_pulls_once_a_turn_and_misalignment_twice(void **state)
{
    (void)state;
    for (int32_t number = 0; number < 5; number++) {
        assert_true(at_order(1, number, 1.0) > 1.6 * at_order(0, number, 1.0));
        assert_true(at_order(1, number, 2.0) < 1.3 * at_order(0, number, 2.0));
        assert_true(at_order(2, number, 2.0) > 1.6 * at_order(0, number, 2.0));
    }
}

static void a_hand_starts_and_stops(void **state)
{
    (void)state;
    float length[2] = {0};
    for (int32_t subject = 0; subject < 10; subject++) {
        const th_synth_one one = {.seed = 2, .label = 1, .subject = subject, .number = subject, .rate_hz = 80};
        const int32_t n = th_synth_stroke.rows(&one, buffer, 480);
        float most = 0.0f, first = 0.0f, last = 0.0f;
        assert_in_range(n, 20, 480);
        for (int32_t i = 1; i < n; i++) {
            const float *p = buffer + 2 * i, v = hypotf(p[0] - p[-2], p[1] - p[-1]);
            most = fmaxf(most, v);
            if (i < 4) first += v / 3;
            if (i >= n - 3) last += v / 3;
        }
        assert_true(first < 0.4f * most && last < 0.4f * most); /* a bell */
        assert_true(buffer[1] > buffer[2 * n - 1] + 0.1f);      /* a 1 goes down */
        length[subject & 1] += (float)n / 5;
    }
    assert_true(length[0] > 0.0f && length[1] > 0.0f);
}

/* Means of |acceleration|, |turning|, and the least |acceleration|. */
static void moves(int32_t label, float mean[2], float *least)
{
    const th_synth_one one = {.seed = 3, .label = label, .subject = 4, .number = 9, .rate_hz = 50};
    const int32_t n = th_synth_walk.rows(&one, buffer, 400);
    assert_int_equal(n, 400);
    *least = 100.0f;
    mean[0] = mean[1] = 0.0f;
    for (int32_t i = 0; i < n; i++)
        for (int k = 0; k < 2; k++) {
            const float *v = buffer + 6 * i + 3 * k, size = sqrtf(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
            mean[k] += size / 400;
            if (k == 0) *least = fminf(*least, size);
        }
}

static void a_body_obeys_gravity(void **state)
{
    (void)state;
    float mean[2], least;
    moves(0, mean, &least); /* stands */
    assert_true(fabsf(mean[0] - 9.81f) < 0.3f && mean[1] < 0.2f && least > 9.0f);
    moves(1, mean, &least); /* walks: always a foot on the ground */
    assert_true(fabsf(mean[0] - 9.81f) < 1.5f && least > 3.0f);
    moves(2, mean, &least); /* runs: flies between steps */
    assert_true(least < 3.0f && mean[0] > 9.0f);
    moves(3, mean, &least); /* turns */
    assert_true(mean[1] > 0.5f);
}

static void persons_have_boxes(void **state)
{
    (void)state;
    enum { SIDE = 64 };
    static uint8_t a[SIDE * SIDE * 3], b[SIDE * SIDE * 3];
    for (int32_t i = 0; i < 40; i++) {
        const th_synth_one one = {.seed = 1, .label = i & 1, .subject = i, .number = i};
        th_synth_one other = one;
        th_box box, again;
        double sum = 0.0, squares = 0.0;
        other.seed = 2;
        assert_int_equal(th_synth_person.draw(&one, a, SIDE, &box, NULL), TH_OK);
        assert_int_equal(th_synth_person.draw(&one, b, SIDE, &again, NULL), TH_OK);
        assert_memory_equal(a, b, sizeof a);
        assert_int_equal(th_synth_person.draw(&other, b, SIDE, &again, NULL), TH_OK);
        assert_memory_not_equal(a, b, sizeof a);
        for (size_t k = 0; k < sizeof a; k++) sum += a[k], squares += (double)a[k] * a[k];
        assert_true(squares / sizeof a - pow(sum / sizeof a, 2) > 30.0); /* something is to be seen */
        if (one.label == 0)
            assert_true(box.w > 0 && box.x >= 0 && box.y >= 0 && box.x + box.w <= SIDE &&
                        box.h * box.w > 0.005f * SIDE * SIDE);
        else
            assert_true(box.w <= 0.0f);
    }
}

static void open_project(th_project *p, const char *dir, const char *task, const char *const *labels, int n)
{
    th_why why = {0};
    if (th_project_defaults(task, labels, n, p, &why) || th_project_create(p, dir, &why) ||
        th_project_load(dir, p, &why))
        fail_msg("%s", why.text);
}

static void what_is_made_is_marked(void **state)
{
    static const char *const tasks[] = {"anomaly", "gesture", "activity", "image"}, *const of_anomaly[] = {"normal",
                                                                                                           "anomaly"};
    for (size_t k = 0; k < sizeof tasks / sizeof *tasks; k++) {
        static th_project p;
        th_dataset *set;
        th_synth_report r;
        th_why why = {0};
        size_t split[TH_N_SPLITS] = {0};
        th_synth_cfg cfg = {.count = 10, .seed = 7};
        open_project(&p, at(*state, tasks[k]), tasks[k], of_anomaly, k == 0 ? 2 : 0);
        assert_int_equal(th_dataset_load(&p, &set, NULL), TH_OK);
        if (th_synth(&p, set, &cfg, &r, &why)) fail_msg("%s", why.text);
        assert_true(r.added >= 20 && r.already == 0 && p.n_labels >= 2);
        assert_int_equal(r.added, set->n);
        for (size_t i = 0; i < set->n; i++) {
            const th_sample *s = &set->samples[i];
            assert_int_equal(strncmp(s->source, "synthetic:", 10), 0);
            assert_string_equal(s->licence, "CC0-1.0");
            assert_true(*s->consent && (*s->subject || *s->group));
            assert_true(th_project_label(&p, s->label) >= 0);
            split[s->split]++;
        }
        assert_true(split[TH_TRAIN] && split[TH_VAL] && split[TH_TEST]);
        if (th_synth(&p, set, &cfg, &r, &why)) fail_msg("%s", why.text);
        assert_int_equal(r.added, 0); /* the same once more */
        cfg.seed = 8;
        if (th_synth(&p, set, &cfg, &r, &why)) fail_msg("%s", why.text);
        assert_int_equal(r.already, 0);
        cfg.voice = "de";
        assert_int_equal(th_synth(&p, set, &cfg, &r, &why), TH_EUSAGE);
        th_dataset_free(set);
    }
}

static void labels_choose_the_kind(void **state)
{
    static const char *const faults[] = {"inner_race", "Normal"}, *const odd[] = {"walking", "flying"};
    static th_project p;
    th_dataset *set;
    th_synth_report r;
    th_why why = {0};
    const th_synth_cfg cfg = {.count = 6, .seed = 1};
    open_project(&p, at(*state, "faults"), "activity", faults, 2);
    assert_int_equal(th_dataset_load(&p, &set, NULL), TH_OK);
    if (th_synth(&p, set, &cfg, &r, &why)) fail_msg("%s", why.text);
    assert_int_equal(r.added, 12);
    assert_string_equal(set->samples[0].channels, "x,y,z");
    th_dataset_free(set);
    open_project(&p, at(*state, "odd"), "activity", odd, 2);
    assert_int_equal(th_dataset_load(&p, &set, NULL), TH_OK);
    assert_int_equal(th_synth(&p, set, &cfg, &r, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "running,turning"));
    th_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bearing_has_its_frequencies),
        cmocka_unit_test(imbalance_pulls_once_a_turn_and_misalignment_twice),
        cmocka_unit_test(a_hand_starts_and_stops),
        cmocka_unit_test(a_body_obeys_gravity),
        cmocka_unit_test(persons_have_boxes),
        cmocka_unit_test_setup_teardown(what_is_made_is_marked, in_temp, remove_temp),
        cmocka_unit_test_setup_teardown(labels_choose_the_kind, in_temp, remove_temp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
