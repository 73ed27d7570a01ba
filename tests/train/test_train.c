/* The whole trainer on a small problem that is made here: it learns, repeats itself, goes on where it stopped. */
#include "../test.h"

#include "base/rng.h"
#include "os/file.h"
#include "os/run.h"
#include "train/train.h"

#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define H 8
#define W 6

/* Class 0: energy in the upper half, 1: in the lower half, 2: everywhere. */
static void example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    (void)member;
    th_rng r = th_rng_make(*(const uint64_t *)ctx + (uint64_t)epoch, (uint64_t)i);
    const int32_t label = i % 3;
    for (int32_t e = 0; e < H * W; e++)
        x[e] = th_rng_normal(&r) * (label == 2 || (e < H * W / 2) == (label == 0) ? 1.0f : 0.2f);
    memset(y, 0, 3 * sizeof *y);
    y[label] = 1;
}

typedef struct seen {
    int32_t epochs, restored, stop_after, signal_in, signal, best;
    int32_t full_after; /* no file may grow after this epoch: to a program, a full disk */
    th_metric metric;
    double loss, first_loss, val_accuracy, gradient, watched; /* the metric */
} seen;

static bool on_epoch(void *ctx, const th_epoch_report *r)
{
    seen *s = ctx;
    s->epochs = r->epoch;
    s->restored += r->restored;
    if (r->best) s->best = r->epoch;
    s->val_accuracy = r->value[TH_VAL_ACCURACY];
    if (r->epoch == 1) s->first_loss = r->value[TH_TRAIN_LOSS];
    s->loss = r->value[TH_TRAIN_LOSS];
    s->watched = r->value[s->metric];
    s->gradient = r->value[TH_GRADIENT];
    if (r->epoch == s->full_after) {
        const struct rlimit none = {0, 0};
        (void)setrlimit(RLIMIT_FSIZE, &none);
    }
    return r->epoch != s->stop_after;
}

static void on_progress(void *ctx, int32_t epoch, double part)
{
    const seen *s = ctx;
    if (s->signal && epoch == s->signal_in && part > 0.4) raise(s->signal);
}

static const char small_net[] = "conv2d 6 3x3 stride 2x2 bn relu\ndropout 0.1\ndepthwise 3x3 bn relu\nconv2d 8 1x1 bn "
                                "relu\navgpool global\ndense classes\n";

static th_train_job make_job(const th_spec *spec, seen *s, const char *checkpoint, int threads)
{
    static uint64_t seeds[2] = {11, 99};
    th_train_cfg cfg = th_train_default();
    cfg.epochs = 6;
    cfg.batch = 16;
    cfg.learning_rate = 0.02f;
    cfg.weight_decay = 0.01f;
    cfg.loss.smoothing = 0.05f;
    cfg.ema = 0.9f;
    cfg.seed = 4;
    cfg.n_threads = threads;
    return (th_train_job){.spec = spec,
                          .cfg = cfg,
                          .train = example,
                          .val = example,
                          .train_ctx = &seeds[0],
                          .val_ctx = &seeds[1],
                          .n_train = 100,
                          .n_val = 50,
                          .checkpoint = checkpoint,
                          .job_hash = 77,
                          .on_epoch = on_epoch,
                          .on_progress = on_progress,
                          .ctx = s};
}

static th_spec parse(void)
{
    th_spec spec;
    assert_int_equal(th_spec_parse(small_net, H, W, 1, 3, &spec, NULL), TH_OK);
    return spec;
}

typedef struct file {
    uint8_t *bytes;
    size_t n;
} file;

static file train_ok(const th_train_job *job)
{
    th_why why = {0};
    th_model *model = NULL;
    file f = {0};
    if (th_train(job, &model, &why)) fail_msg("%s", why.text);
    assert_int_equal(th_model_to_tflite(model, &f.bytes, &f.n, NULL), TH_OK);
    th_model_free(model);
    return f;
}

static void assert_same(file a, file b)
{
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.bytes, b.bytes, a.n);
}

static void learns(void **state)
{
    (void)state;
    const th_spec spec = parse();
    seen s = {0};
    th_train_job job = make_job(&spec, &s, NULL, 2);
    job.cfg.epochs = 25;
    free(train_ok(&job).bytes);
    assert_true(s.loss < 0.6 * s.first_loss);
    assert_true(s.val_accuracy > 0.85);
}

static void repeats_itself(void **state)
{
    (void)state;
    const th_spec spec = parse();
    for (int threads = 1; threads <= 3; threads++) {
        seen s = {0};
        th_train_job job = make_job(&spec, &s, NULL, threads);
        const file a = train_ok(&job), b = train_ok(&job);
        assert_same(a, b);
        job.cfg.seed = 5;
        const file c = train_ok(&job);
        assert_true(c.n != a.n || memcmp(a.bytes, c.bytes, a.n) != 0);
        free(a.bytes), free(b.bytes), free(c.bytes);
    }
}

static void stops_early_and_without_validation(void **state)
{
    (void)state;
    const th_spec spec = parse();
    seen s = {0};
    th_train_job job = make_job(&spec, &s, NULL, 1);
    job.cfg.epochs = 200;
    job.cfg.patience = 3;
    free(train_ok(&job).bytes);
    assert_true(s.epochs < 200);
    job.n_val = 0;
    job.cfg.epochs = 5;
    free(train_ok(&job).bytes);
    assert_int_equal(s.epochs, 5);
}

/* Examples with the next one's label: the more is learnt, the worse they look. */
static void contrary(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    example(ctx, epoch, i, member, x, y);
    const float last = y[2];
    memmove(y + 1, y, 2 * sizeof *y);
    y[0] = last;
}

/* Of many watched examples the best epoch counts whenever it comes; of few, only from the middle on. */
static void all_epochs_compete_for_many(void **state)
{
    (void)state;
    const th_spec spec = parse();
    for (int32_t few = 0; few < 2; few++) {
        seen s = {0};
        th_train_job job = make_job(&spec, &s, NULL, 1);
        job.val = contrary;
        job.n_val = 500 - few;
        job.cfg.epochs = 8;
        job.cfg.patience = 0;
        free(train_ok(&job).bytes);
        assert_int_equal(s.epochs, 8);
        if (few)
            assert_true(s.best > 4);
        else
            assert_true(s.best < 4);
    }
}

static char folder[TH_PATH_BYTES], checkpoint[TH_PATH_BYTES];

static int set_up(void **state)
{
    (void)state;
    if (th_dir_temp(folder, NULL)) return 1;
    return th_path_join(checkpoint, folder, "checkpoint.thc", NULL) != TH_OK;
}

static int tear_down(void **state)
{
    (void)state;
    th_dir_remove(folder);
    return 0;
}

/* Runs the job in a process of its own that is hit by a signal in the middle of an epoch; returns how it ended. */
static int run_hit(th_train_job job, int sig, int32_t epoch)
{
    seen *s = job.ctx;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        th_interrupt_catch();
        s->signal = sig;
        s->signal_in = epoch;
        th_why why = {0};
        th_model *model = NULL;
        const th_err err = th_train(&job, &model, &why);
        _exit(err == TH_EINTR && strstr(why.text, epoch > 1 ? "epoch 3 of 6, which is saved" : "nothing to go on from")
                  ? 42
                  : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void goes_on_where_it_stopped(void **state)
{
    (void)state;
    const th_spec spec = parse();
    for (int way = 0; way < 3; way++) {
        seen s = {0};
        const th_train_job whole = make_job(&spec, &s, NULL, 2);
        const file want = train_ok(&whole);
        th_train_job job = make_job(&spec, &s, checkpoint, 2);
        if (way == 0) {
            s.stop_after = 3;
            free(train_ok(&job).bytes);
            assert_int_equal(s.epochs, 3);
        } else {
            assert_int_equal(run_hit(job, way == 1 ? SIGINT : SIGKILL, 4), way == 1 ? 42 : 128 + SIGKILL);
        }
        s = (seen){0};
        job.resume = true;
        const file got = train_ok(&job);
        assert_int_equal(s.restored, 3);
        assert_int_equal(s.epochs, 6);
        assert_same(want, got);
        free(got.bytes);
        s = (seen){0};
        const file again = train_ok(&job); /* all is done: the result once more */
        assert_int_equal(s.restored, 6);
        assert_same(want, again);
        free(again.bytes), free(want.bytes);
    }
    seen s = {0};
    assert_int_equal(run_hit(make_job(&spec, &s, checkpoint, 1), SIGINT, 1), 42);
}

static void expect(const th_train_job *job, th_err err, const char *text)
{
    th_why why = {0};
    th_model *model = NULL;
    assert_int_equal(th_train(job, &model, &why), err);
    assert_null(model);
    if (!strstr(why.text, text)) fail_msg("\"%s\" does not say \"%s\"", why.text, text);
}

static void refuses_bad_checkpoints(void **state)
{
    (void)state;
    const th_spec spec = parse();
    seen s = {.stop_after = 2};
    th_train_job job = make_job(&spec, &s, checkpoint, 1);
    unlink(checkpoint);
    job.resume = true;
    expect(&job, TH_ENOENT, "without --resume");
    job.resume = false;
    free(train_ok(&job).bytes);
    job.resume = true;
    uint8_t *good;
    size_t n;
    assert_int_equal(th_file_read(checkpoint, 0, &good, &n, NULL), TH_OK);
    for (size_t cut = 0; cut < n; cut += 1 + n / 40) { /* every length ends somewhere else */
        assert_int_equal(th_file_write(checkpoint, (th_span){good, cut}, NULL), TH_OK);
        expect(&job, TH_EFORMAT, "without --resume");
    }
    for (size_t at = 0; at < n; at += 1 + n / 40) {
        good[at] ^= 0x10;
        assert_int_equal(th_file_write(checkpoint, (th_span){good, n}, NULL), TH_OK);
        expect(&job, TH_EFORMAT, "without --resume");
        good[at] ^= 0x10;
    }
    assert_int_equal(th_file_write(checkpoint, (th_span){good, n}, NULL), TH_OK);
    job.job_hash++;
    expect(&job, TH_EUSAGE, "without --resume");
    job.job_hash--;
    job.cfg.learning_rate *= 2;
    expect(&job, TH_EUSAGE, "without --resume");
    free(good);
}

static void refuses_bad_jobs(void **state)
{
    (void)state;
    const th_spec spec = parse();
    seen s = {0};
    th_train_job job = make_job(&spec, &s, NULL, 1);
    job.n_train = 1;
    expect(&job, TH_ERANGE, "at least 2 examples");
    job = make_job(&spec, &s, NULL, 1);
    job.cfg.learning_rate = 0;
    expect(&job, TH_ERANGE, "learning rate");
    job = make_job(&spec, &s, NULL, 1);
    job.cfg.stop_on = TH_VAL_MAE;
    expect(&job, TH_ERANGE, "val_mae is not measured");
    job = make_job(&spec, &s, NULL, 1);
    job.cfg.loss.class_weight = (const float[]){1, -1, 1};
    expect(&job, TH_ERANGE, "class_weights");
    job = make_job(&spec, &s, NULL, 1);
    job.cfg.schedule.warmup = 6;
    expect(&job, TH_ERANGE, "warmup");
    job = make_job(&spec, &s, NULL, 1);
    job.cfg.clip = NAN;
    expect(&job, TH_ERANGE, "clip");
    job = make_job(&spec, &s, "/nowhere/at/all.thc", 1);
    expect(&job, TH_ENOENT, "/nowhere/at/all.thc");
}

/* Other optimisers, schedules and what they look at: each the same bytes after an interruption. */
static void any_settings_go_on(void **state)
{
    (void)state;
    static const struct {
        const char *optimizer, *schedule;
        float clip, ema;
        th_metric stop_on;
        int threads;
    } ways[] = {
        {"sgd", "plateau", 0.5f, 0.9f, TH_VAL_F1, 1},     {"sgd", "constant", 0, 0, TH_VAL_LOSS, 3},
        {"rmsprop", "step", 0, 0.9f, TH_VAL_BALANCED, 2}, {"adam", "plateau", 1e-3f, 0, TH_VAL_ACCURACY, 2},
        {"adamw", "cosine", 2, 0.9f, TH_VAL_LOSS, 2},
    };
    const th_spec spec = parse();
    file before = {0};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        seen s = {0};
        th_train_job job = make_job(&spec, &s, NULL, ways[i].threads);
        job.cfg.optimizer = th_optim_find(ways[i].optimizer);
        job.cfg.schedule.row = th_schedule_find(ways[i].schedule);
        job.cfg.schedule.every = 1;
        job.cfg.learning_rate = 0.005f;
        job.cfg.clip = ways[i].clip;
        job.cfg.ema = ways[i].ema;
        job.cfg.stop_on = ways[i].stop_on;
        const file want = train_ok(&job);
        assert_true(before.n != want.n || memcmp(before.bytes, want.bytes, want.n) != 0);
        job.checkpoint = checkpoint;
        s = (seen){.stop_after = 4};
        free(train_ok(&job).bytes);
        job.resume = true;
        s = (seen){0};
        const file got = train_ok(&job);
        assert_int_equal(s.restored, 4);
        assert_same(want, got);
        free(got.bytes), free(before.bytes);
        before = want;
    }
    free(before.bytes);
}

/* The gradient is measured whole, whoever computes which part of it. */
static void clips_the_same_for_any_team(void **state)
{
    (void)state;
    const th_spec spec = parse();
    double first = 0;
    for (int threads = 1; threads <= 4; threads++) {
        seen s = {0};
        th_train_job job = make_job(&spec, &s, NULL, threads);
        job.cfg.optimizer = th_optim_find("sgd");
        job.cfg.clip = 0.1f;
        job.cfg.epochs = 2;
        free(train_ok(&job).bytes);
        assert_true(s.gradient > 0.1);
        if (threads == 1) first = s.gradient;
        assert_true(fabs(s.gradient - first) < 1e-3 * first);
    }
}

/* An example function that goes wrong in one place. */
typedef struct wrong {
    uint64_t seed;
    int32_t epoch, i;
    float x, y; /* put there unless 0 */
} wrong;

static void wrong_example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    wrong *w = ctx;
    example(&w->seed, epoch, i, member, x, y);
    if (epoch != w->epoch || i != w->i) return;
    if (w->x != 0) x[3] = w->x;
    if (w->y != 0) y[1] = w->y;
}

static void says_what_is_wrong_with_the_data(void **state)
{
    (void)state;
    static const struct {
        wrong train, val;
        const char *says;
    } cases[] = {
        {{11, 1, 57, 0, 5}, {99, -1, 0, 0, 0}, "training example 57 has a target"},
        {{11, 1, 58, 0, NAN}, {99, -1, 0, 0, 0}, "training example 58 has a target"},
        {{11, 0, 99, NAN, 0}, {99, -1, 0, 0, 0}, "training example 99 holds values that are no numbers"},
        {{11, 0, 3, INFINITY, 0}, {99, -1, 0, 0, 0}, "training example 3 holds values that are no numbers"},
        {{11, -1, 0, 0, 0}, {99, 0, 49, 0, -1}, "validation example 49 has a target"},
        {{11, -1, 0, 0, 0}, {99, 0, 7, NAN, 0}, "validation example 7 holds values"},
    };
    const th_spec spec = parse();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int threads = 1; threads <= 3; threads++) {
            seen s = {0};
            wrong train = cases[i].train, val = cases[i].val;
            th_train_job job = make_job(&spec, &s, NULL, threads);
            job.train = job.val = wrong_example;
            job.train_ctx = &train;
            job.val_ctx = &val;
            expect(&job, TH_ERANGE, cases[i].says);
        }
}

static void exploding_loss(void **state)
{
    (void)state;
    const th_spec spec = parse();
    seen s = {0};
    th_train_job job = make_job(&spec, &s, checkpoint, 2);
    unlink(checkpoint);
    job.cfg.epochs = 40;
    job.cfg.optimizer = th_optim_find("sgd");
    job.cfg.momentum = 0.99;
    job.cfg.learning_rate = 9;
    job.cfg.weight_decay = 1;
    expect(&job, TH_ERANGE, "set a smaller learning_rate, or clip = 1");
}

/* The disk is full from the third epoch on: an error that says so, the epochs before are safe, and when there is room
 * again the training goes on to the same bytes. */
static void full_disk(void **state)
{
    (void)state;
    const th_spec spec = parse();
    seen s = {0};
    const th_train_job whole = make_job(&spec, &s, NULL, 1);
    const file want = train_ok(&whole);
    th_train_job job = make_job(&spec, &s, checkpoint, 1);
    unlink(checkpoint);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGXFSZ, SIG_IGN);
        s = (seen){.full_after = 2};
        th_why why = {0};
        th_model *model = NULL;
        const th_err err = th_train(&job, &model, &why);
        _exit(err == TH_EIO && strstr(why.text, "checkpoint.thc") && strstr(why.text, "ulimit") ? 42 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 42);
    job.resume = true;
    s = (seen){0};
    const file got = train_ok(&job);
    assert_int_equal(s.restored, 2);
    assert_same(want, got);
    free(want.bytes), free(got.bytes);
}

/* Two numbers to find, or two yes or no: the mean of the upper half and the sign of the lower half. */
static void number_example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    float unused[3];
    example(ctx, epoch, i, member, x, unused);
    y[0] = y[1] = 0;
    for (int32_t e = 0; e < H * W; e++) y[e < H * W / 2 ? 0 : 1] += x[e] / 6;
}

static void yes_no_example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    number_example(ctx, epoch, i, member, x, y);
    y[0] = y[0] > 0, y[1] = y[1] > 0;
}

static void other_losses(void **state)
{
    (void)state;
    static const struct {
        const char *loss;
        th_metric stop_on;
        double worst; /* of stop_on at the end */
    } cases[] = {
        {"mse", TH_VAL_RMSE, 0.25},       {"mae", TH_VAL_MAE, 0.2},         {"huber", TH_VAL_LOSS, 0.02},
        {"binary", TH_VAL_ACCURACY, 0.9}, {"binary", TH_VAL_BALANCED, 0.9}, {"binary", TH_VAL_F1, 0.9},
    };
    th_spec spec;
    assert_int_equal(th_spec_parse("flatten\ndense 16 relu\ndense 2\n", H, W, 1, 0, &spec, NULL), TH_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        seen s = {.metric = cases[i].stop_on};
        th_train_job job = make_job(&spec, &s, NULL, 2);
        job.train = job.val = *cases[i].loss == 'b' ? yes_no_example : number_example;
        job.n_train = 600;
        job.cfg.epochs = 30;
        job.cfg.loss = (th_loss_cfg){.row = th_loss_find(cases[i].loss), .delta = 0.5f};
        job.cfg.stop_on = cases[i].stop_on;
        job.cfg.weight_decay = 0;
        const file want = train_ok(&job);
        if (th_metric_better(cases[i].stop_on) * s.watched < th_metric_better(cases[i].stop_on) * cases[i].worst)
            fail_msg("%s: %s is %g", cases[i].loss, th_metric_name(cases[i].stop_on), s.watched);
        job.checkpoint = checkpoint;
        s = (seen){.stop_after = 7};
        free(train_ok(&job).bytes);
        job.resume = true;
        s = (seen){0};
        const file got = train_ok(&job);
        assert_int_equal(s.restored, 7);
        assert_same(want, got);
        free(want.bytes), free(got.bytes);
    }
}

/* A class that counts more is missed less often; a class that counts nothing is never said. */
static void weighs_classes(void **state)
{
    (void)state;
    static const float without_third[] = {1, 1, 0};
    const th_spec spec = parse();
    seen s = {.metric = TH_VAL_BALANCED};
    th_train_job job = make_job(&spec, &s, NULL, 2);
    job.cfg.epochs = 25;
    job.cfg.loss.smoothing = 0;
    free(train_ok(&job).bytes);
    assert_true(s.watched > 0.85);
    job.cfg.loss.class_weight = without_third;
    free(train_ok(&job).bytes);
    assert_true(s.watched < 0.72); /* two of three at best */
    assert_true(s.watched > 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learns),
        cmocka_unit_test(repeats_itself),
        cmocka_unit_test(stops_early_and_without_validation),
        cmocka_unit_test(all_epochs_compete_for_many),
        cmocka_unit_test(goes_on_where_it_stopped),
        cmocka_unit_test(refuses_bad_checkpoints),
        cmocka_unit_test(refuses_bad_jobs),
        cmocka_unit_test(any_settings_go_on),
        cmocka_unit_test(clips_the_same_for_any_team),
        cmocka_unit_test(says_what_is_wrong_with_the_data),
        cmocka_unit_test(exploding_loss),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(other_losses),
        cmocka_unit_test(weighs_classes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
