/* A training that is refused its n-th request for memory, for every n: an error that says so (or none, where it can do
 * without), nothing leaked, no crash.
 * Own malloc and friends stand before the C library's; with a sanitizer, which has its own, only the whole run is
 * tried. */
#include "../test.h"

#include "base/rng.h"
#include "os/file.h"
#include "train/train.h"

#include <errno.h>

#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)
#define COUNTED 0
#else
#define COUNTED 1
#endif

static long left = -1; /* requests before the one that is refused; below 0: none is */

#if COUNTED
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static bool granted(void)
{
    if (left < 0 || left-- > 0) return true;
    errno = ENOMEM; /* the C library relies on it */
    return false;
}

void *malloc(size_t n)
{
    return granted() ? __libc_malloc(n) : NULL;
}

void *calloc(size_t n, size_t size)
{
    return granted() ? __libc_calloc(n, size) : NULL;
}

void *realloc(void *p, size_t n)
{
    return granted() ? __libc_realloc(p, n) : NULL;
}
#endif

static void example(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    (void)ctx, (void)member;
    th_rng r = th_rng_make((uint64_t)epoch, (uint64_t)i);
    for (int32_t e = 0; e < 24; e++) x[e] = th_rng_normal(&r);
    y[0] = (float)(i & 1);
    y[1] = 1 - y[0];
}

static th_err train(const th_spec *spec, const char *checkpoint, bool resume, th_why *why)
{
    th_train_cfg cfg = th_train_default();
    cfg.epochs = 3;
    cfg.batch = 8;
    cfg.learning_rate = 0.01f;
    cfg.schedule.row = th_schedule_find("plateau");
    cfg.ema = 0.5f;
    cfg.n_threads = 2;
    const th_train_job job = {.spec = spec,
                              .cfg = cfg,
                              .train = example,
                              .val = example,
                              .n_train = 20,
                              .n_val = 6,
                              .checkpoint = checkpoint,
                              .resume = resume};
    th_model *model = NULL;
    const th_err err = th_train(&job, &model, why);
    if (err) assert_null(model);
    th_model_free(model);
    return err;
}

static void every_request(void **state)
{
    (void)state;
    static const char text[] = "conv2d 4 3x3 bn relu\ndropout 0.1\navgpool global\ndense classes\n";
    char folder[TH_PATH_BYTES], checkpoint[TH_PATH_BYTES];
    th_spec spec;
    assert_int_equal(th_spec_parse(text, 6, 4, 1, 2, &spec, NULL), TH_OK);
    assert_int_equal(th_dir_temp(folder, NULL), TH_OK);
    assert_int_equal(th_path_join(checkpoint, folder, "c.thc", NULL), TH_OK);
    for (int resume = 0; resume < 2; resume++) {
        bool refused = COUNTED;
        long n = 0;
        for (; refused; n++) {
            th_why why = {0};
            left = n;
            const th_err err = train(&spec, checkpoint, resume, &why);
            refused = left < 0;
            left = -1;
            if (err && (!refused || err != TH_ENOMEM || !*why.text)) fail_msg("request %ld: %d %s", n, err, why.text);
            assert_true(n < 5000);
        }
        if (COUNTED && n < (resume ? 10 : 20)) fail_msg("only %ld requests: are they counted?", n);
    }
    th_why why = {0};
    assert_int_equal(train(&spec, checkpoint, false, &why), TH_OK);
    th_dir_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_request)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
