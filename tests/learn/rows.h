/* tests/learn/rows.h -- rows of numbers for the tests of learners, and models asked for their answers. */
#ifndef TH_TEST_LEARN_ROWS_H
#define TH_TEST_LEARN_ROWS_H

#include "../test.h"

#include "learn/learning.h"
#include "model/plan.h"

#include <math.h>
#include <string.h>

#define MOST_ROWS 1200
#define MOST_WIDE 12

typedef struct rows {
    float x[MOST_ROWS * MOST_WIDE];
    int32_t label[MOST_ROWS];
    th_rows r;
} rows;

/* n rows of d values around `classes` centres that lie `apart` from each other; rows of the classes take turns. */
static inline void rows_blobs(rows *s, uint64_t seed, int32_t n, int32_t d, int32_t classes, float apart)
{
    th_rng rng = th_rng_make(seed, 5);
    for (int32_t i = 0; i < n; i++) {
        s->label[i] = i % classes;
        for (int32_t j = 0; j < d; j++)
            s->x[i * d + j] = (j == s->label[i] % d ? apart * (float)(1 + s->label[i] / d) : 0) + th_rng_normal(&rng);
    }
    s->r = (th_rows){.x = s->x, .label = s->label, .n = n, .d = d, .n_labels = classes};
}

/* A training that a test can look into. */
typedef struct bench {
    th_learn_job job;
    th_learn_report report;
    th_why why;
    th_learning l;
} bench;

static inline void bench_open(bench *b, const th_rows *r)
{
    *b = (bench){.job = {.train = *r, .input = {.rank = 2, .d = {1, r->d}}, .cfg = th_learn_default()}};
    b->l = (th_learning){.job = &b->job, .report = &b->report, .why = &b->why, .margin = 1};
    assert_int_equal(th_team_new(2, &b->l.team, &b->why), TH_OK);
}

static inline void bench_close(bench *b)
{
    for (void *block = b->l.memory, *next; block; block = next) {
        next = *(void **)block;
        free(block);
    }
    th_team_free(b->l.team);
}

static inline th_model *learn(const char *name, th_learn_job *job, th_learn_report *report)
{
    th_model *m = NULL;
    th_why why = {0};
    job->input = (th_shape){.rank = 2, .d = {1, job->train.d}};
    assert_non_null(th_learner_find(name));
    if (th_learn(th_learner_find(name), job, &m, report, &why)) fail_msg("%s: %s", name, why.text);
    return m;
}

static inline double figure(const th_learn_report *r, const char *name)
{
    for (int32_t i = 0; i < r->n; i++)
        if (strcmp(r->figure[i].name, name) == 0) return r->figure[i].value;
    fail_msg("there is no figure %s", name);
    return 0;
}

/* What the model says to rows x [n][d]: y [n][classes]. */
static inline void ask(const th_model *m, const float *x, int32_t n, int32_t d, float *y, int32_t classes)
{
    th_plan *plan = NULL;
    th_runner *runner = NULL;
    th_why why = {0};
    if (th_plan_make(&m->graphs[0], &plan, &why) || th_runner_new(plan, &runner, &why)) fail_msg("%s", why.text);
    for (int32_t i = 0; i < n; i++) {
        memcpy(th_runner_input(runner, 0), x + i * d, (size_t)d * sizeof *x);
        assert_int_equal(th_runner_invoke(runner, NULL, NULL), TH_OK);
        memcpy(y + i * classes, th_runner_output(runner, 0), (size_t)classes * sizeof *y);
    }
    th_runner_free(runner);
    th_plan_free(plan);
}

static inline double accuracy(const th_model *m, const th_rows *r)
{
    float y[16];
    int32_t right = 0;
    for (int32_t i = 0; i < r->n; i++) {
        int32_t best = 0;
        ask(m, r->x + i * r->d, 1, r->d, y, r->n_labels);
        for (int32_t c = 1; c < r->n_labels; c++)
            if (y[c] > y[best]) best = c;
        right += best == r->label[i];
    }
    return (double)right / r->n;
}

#endif
