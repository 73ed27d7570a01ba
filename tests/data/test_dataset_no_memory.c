/* A data set, when memory runs out at the n-th request: an error that says so, no leak, and the project as it was. */
#include "../no_memory.h"
#include "sound.h"

#include "data/divide.h"
#include "data/import.h"
#include "data/version.h"

static const char *const two[] = {"yes", "no"};
static th_project project;

/* Load, add one of each kind, change, divide, save, keep, read back. */
static th_err whole_use(th_why *why)
{
    static const th_segment segments[] = {{0, 1, "a"}};
    static const float rows[] = {1, 2, 3, 4};
    static const int16_t pcm[100] = {1, 2, 3};
    th_dataset *set;
    th_divided done;
    char id[TH_HASH_BYTES];
    bool made;
    float *back = NULL;
    int16_t *sound = NULL;
    int32_t n, channels;
    const th_divide_cfg cfg = {.split = {.val = 0.2, .test = 0.2, .seed = 1}, .by = TH_BY_BEST};
    const th_sample signal = {.label = "yes",
                              .name = "s",
                              .channels = "x,y",
                              .rate_hz = 1,
                              .segments = segments,
                              .n_segments = 1},
                    wave = {.label = "no", .word = "no", .name = "w"};
    TH_TRY(th_dataset_load(&project, &set, why));
    th_err err = th_dataset_put_signal(set, &signal, rows, 2, why);
    if (!err) err = th_dataset_put_sound(set, &wave, pcm, 100, why);
    if (!err) err = th_dataset_set(set, 0, "subject", "anna", why);
    if (!err) err = th_dataset_divide(set, &cfg, &done, why);
    if (!err) err = th_dataset_save(&project, set, why);
    if (!err) err = th_dataset_commit(&project, set, "m", id, &made, why);
    for (size_t i = 0; i < set->n && !err; i++)
        err = set->samples[i].kind == TH_SIGNAL ? th_dataset_signal(set, &set->samples[i], &back, &n, &channels, why)
                                                : th_dataset_samples(set, &set->samples[i], &sound, &n, why);
    free(back);
    free(sound);
    th_dataset_free(set);
    return err;
}

static void any_request_may_fail(void **state)
{
    long failures = 0;
    make_project(&project, at(*state, "p"), two, 2);
    for (long i = 0; i < 5000; i++) {
        char db[TH_PATH_BYTES];
        th_why why = {0};
        snprintf(db, sizeof db, "%s", at(project.dir, "thimble.db"));
        th_file_remove(db);
        requests_left = i;
        request_failed = false;
        const th_err err = whole_use(&why);
        requests_left = -1;
        if (!request_failed) {
            if (err) fail_msg("%s", why.text);
            if (failures < 15) fail_msg("only %ld requests", failures);
            return;
        }
        failures++;
        if (err != TH_ENOMEM || !why.err) fail_msg("request %ld: %d, \"%s\"", i, (int)err, why.text);
        th_dataset *set;
        assert_int_equal(th_dataset_load(&project, &set, NULL), TH_OK); /* nothing half written */
        assert_true(set->n == 0 || set->n == 2);
        th_dataset_free(set);
    }
    fail_msg("it never ended");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_request_may_fail, in_temp, remove_temp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
