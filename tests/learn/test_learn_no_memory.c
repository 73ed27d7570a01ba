/* Every learner when memory runs out at each of its requests: an error, and nothing is lost. */
#include "../no_memory.h"

#include "rows.h"

static void memory_runs_out(void **state)
{
    (void)state;
    static rows s;
    size_t n;
    const th_learner *all = th_learners(&n);
    rows_blobs(&s, 2, 60, 3, 2, 2);
    for (size_t i = 0; i < 2 * n; i++) {
        th_learn_job job = {.train = s.r, .val = s.r, .input = {.rank = 2, .d = {1, 3}}, .cfg = th_learn_default()};
        job.anomaly = i >= n;
        job.cfg.trees = 3;
        job.cfg.restarts = 1;
        job.cfg.clusters = 2;
        if (!(all[i % n].kinds & (job.anomaly ? TH_LEARN_SCORE : TH_LEARN_CLASSES))) continue;
        th_err err = TH_ENOMEM;
        for (long left = 0; err; left++) {
            th_model *m = NULL;
            th_learn_report report;
            th_why why = {0};
            requests_left = left;
            request_failed = false;
            err = th_learn(&all[i % n], &job, &m, &report, &why);
            requests_left = -1;
            if (err && (err != TH_ENOMEM || !request_failed || m)) fail_msg("%s: %s", all[i % n].name, why.text);
            th_model_free(m);
            assert_true(left < 3000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_runs_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
