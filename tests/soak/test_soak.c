/* A sample of `make soak`: every model of ../shared, cut short and spoilt, loads or is refused; some of what loads is
 * run. The same cuts and mutations every time. */
#include "../test.h"

#include "mutate.h"
#include "os/file.h"

enum { EVERY = 64, MUTATIONS = 2000, RUNS = 3 };

static void one_model(const char *path)
{
    uint8_t *bytes;
    size_t n;
    th_why why = {0};
    soak_file f;
    soak_counts cuts = {0}, spoilt = {0};
    if (th_file_read(path, 0, &bytes, &n, &why)) fail_msg("%s", why.text);
    assert_int_equal(soak_open(&f, (th_span){bytes, n}), 0);
    for (size_t cut = 0; cut < n; cut += EVERY) soak_prefix(&f, cut, &cuts);
    for (int64_t k = 0; k < MUTATIONS; k++) soak_mutate(&f, 1, k, RUNS - spoilt.run, &spoilt);
    assert_memory_equal(f.bytes, bytes, n);      /* every change was taken back */
    assert_in_range(cuts.loaded, 0, 1);          /* only three bytes or less at the end can be padding */
    if (strstr(path, "kws_ref_model_float32")) { /* hybrid: refused as it is */
        assert_int_equal(spoilt.loaded, 0);
    } else {
        assert_in_range(spoilt.loaded, 1, MUTATIONS - 1); /* some harmless, some not */
        assert_int_equal(spoilt.run, RUNS);
    }
    soak_close(&f);
    free(bytes);
}

static void models_load_or_are_refused(void **state)
{
    (void)state;
    char folder[TH_PATH_BYTES], path[TH_PATH_BYTES];
    th_names names;
    th_why why = {0};
    int seen = 0;
    TEST_NEEDS_SHARED("models/kws_ref_model.tflite");
    assert_int_equal(th_path_join(folder, test_shared(), "models", NULL), TH_OK);
    if (th_dir_list(folder, &names, &why)) fail_msg("%s", why.text);
    for (size_t i = 0; i < names.n; i++) {
        const size_t n = strlen(names.name[i]);
        if (n < 7 || strcmp(names.name[i] + n - 7, ".tflite") != 0) continue;
        assert_int_equal(th_path_join(path, folder, names.name[i], NULL), TH_OK);
        one_model(path);
        seen++;
    }
    th_names_free(&names);
    assert_in_range(seen, 1, 1000);
}

/* What the soak counts on: a cut hides what is behind it, and mutation k is always the same. */
static void mutations_repeat(void **state)
{
    (void)state;
    uint8_t bytes[3000];
    soak_file f;
    soak_mutation m;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7);
    assert_int_equal(soak_open(&f, (th_span){bytes, sizeof bytes}), 0);
    uint64_t first = 0, again;
    int changed = 0;
    for (int64_t k = 0; k < 500; k++) {
        for (int twice = 0; twice < 2; twice++) {
            th_rng rng = th_rng_make(5, (uint64_t)k);
            soak_spoil(&f, &m, &rng);
            again = th_fnv1a(TH_FNV1A_START, (th_span){f.bytes, m.n});
            changed += memcmp(f.bytes, bytes, m.n) != 0;
            soak_mend(&f, &m);
            assert_memory_equal(f.bytes, bytes, sizeof bytes);
            if (twice) assert_true(first == again);
            first = again;
        }
    }
    assert_in_range(changed, 900, 1000);
    soak_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutations_repeat),
        cmocka_unit_test(models_load_or_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
