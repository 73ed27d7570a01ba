/* Operators of the classic learners against second versions in double, written from their formulas; and what must be
 * refused: tables that would lead a kernel out of them. */
#include "one_op.h"

#include <math.h>

#define MOST_D      12
#define MOST_POINTS 30
#define MOST_ROWS   3

static const float unit_256[] = {1.0f / 256};
static const int32_t zero_128[] = {-128};

static void quantise(one_op *o, int32_t t, const float *scale, const int32_t *zero)
{
    o->g->tensors[t].quant = (th_quant){scale, zero, 1, 0};
}

/* ---- nearest ---- */

typedef struct near_case {
    int32_t rows, d, points, k, classes; /* classes 0: a distance */
    bool whole;                          /* int8 */
    float p[MOST_POINTS * MOST_D], w[MOST_POINTS], scale, out_scale;
    int32_t zero;
    int8_t q[MOST_POINTS * MOST_D];
    uint8_t label[MOST_POINTS];
} near_case;

static void near_make(one_op *o, near_case *c, bool vote, bool whole)
{
    c->rows = one_between(o, 1, MOST_ROWS);
    c->d = one_between(o, 1, MOST_D);
    c->points = one_between(o, 1, MOST_POINTS);
    c->k = one_between(o, 1, c->points < 7 ? c->points : 7);
    c->classes = vote ? one_between(o, 1, 5) : 0;
    c->whole = whole;
    c->scale = th_rng_range(&o->rng, 0.01f, 0.05f);
    c->zero = one_between(o, -20, 20);
    c->out_scale = vote ? unit_256[0] : 1.0f / 16;
    for (int32_t i = 0; i < c->points * c->d; i++) {
        c->q[i] = (int8_t)one_between(o, -128, 127);
        c->p[i] = whole ? c->scale * (float)(c->q[i] - c->zero) : th_rng_range(&o->rng, -2, 2);
    }
    for (int32_t i = 0; i < c->points; i++) {
        c->w[i] = th_rng_range(&o->rng, 0.1f, 3.0f);
        c->label[i] = (uint8_t)(vote ? one_between(o, 0, c->classes - 1) : 0);
    }
}

static void near_build(one_op *o, near_case *c)
{
    const th_type type = c->whole ? TH_S8 : TH_F32;
    const int32_t *out_zero = zero_128;
    one_in(o, type, one_shape(2, c->rows, c->d, 0), NULL);
    one_in(o, type, one_shape(2, c->points, c->d, 0), c->whole ? (const void *)c->q : c->p);
    one_in(o, c->classes ? TH_U8 : TH_F32, one_shape(1, c->points, 0, 0), c->classes ? (const void *)c->label : c->w);
    one_out(o, type, one_shape(2, c->rows, c->classes ? c->classes : 1, 0));
    for (int32_t i = 0; c->whole && i < 2; i++) quantise(o, o->in[i], &c->scale, &c->zero);
    if (c->whole) quantise(o, o->out[0], &c->out_scale, out_zero);
    one_option(o, "classes", c->classes ? c->classes : 1, false);
    one_option(o, "neighbours", c->k, false);
    one_feed(o, 1);
    for (size_t i = 0; c->whole && i < o->n_fed; i++) o->fed_bytes[i] = (uint8_t)one_between(o, 0, 255);
}

/* Value j of row r, as a real number. */
static double fed_value(const one_op *o, bool whole, float scale, int32_t zero, int32_t i)
{
    if (!whole) return (double)((const float *)(const void *)o->fed_bytes)[i];
    return (double)scale * ((double)(int8_t)o->fed_bytes[i] - zero);
}

/* The k nearest, found one after the other. */
static void near_second(const one_op *o, const near_case *c, int32_t r, double *y)
{
    bool taken[MOST_POINTS] = {false};
    for (int32_t j = 0; j < (c->classes ? c->classes : 1); j++) y[j] = 0;
    for (int32_t n = 0; n < c->k; n++) {
        int32_t best = -1;
        double least = HUGE_VAL;
        for (int32_t i = 0; i < c->points; i++) {
            double sum = 0;
            for (int32_t j = 0; j < c->d; j++)
                sum += pow(fed_value(o, c->whole, c->scale, c->zero, r * c->d + j) - (double)c->p[i * c->d + j], 2);
            if (!c->classes) sum *= (double)c->w[i];
            if (!taken[i] && sum < least * (1 - 1e-12)) least = sum, best = i;
        }
        taken[best] = true;
        y[c->classes ? c->label[best] : 0] += (c->classes ? 1 : sqrt(least)) / c->k;
    }
}

static void near_compare(const one_op *o, const near_case *c)
{
    const int32_t wide = c->classes ? c->classes : 1;
    double y[8];
    for (int32_t r = 0; r < c->rows; r++) {
        near_second(o, c, r, y);
        for (int32_t j = 0; j < wide; j++) {
            if (!c->whole) {
                const double got = (double)((const float *)(const void *)o->made)[r * wide + j];
                if (!(fabs(got - y[j]) <= 1e-5 * (1 + y[j]))) fail_msg("%g, not %g", got, y[j]);
                continue;
            }
            const int32_t got = (int8_t)o->made[r * wide + j];
            const double steps = y[j] / (double)c->out_scale;
            const int32_t want = -128 + (int32_t)fmin(c->classes ? floor(steps + 1e-6) : round(steps), 255);
            if (abs(got - want) > (c->classes ? 0 : 1)) fail_msg("%d, not %d", (int)got, (int)want);
        }
    }
}

static void nearest(bool vote, bool whole)
{
    for (uint64_t seed = 0; seed < 60; seed++) {
        one_op *o = one_new(seed, TH_OP_NEAREST);
        static near_case c;
        near_make(o, &c, vote, whole);
        near_build(o, &c);
        one_run(o);
        near_compare(o, &c);
        one_free(o);
    }
}

static void nearest_distance(void **state)
{
    (void)state;
    nearest(false, false);
}

static void nearest_distance_s8(void **state)
{
    (void)state;
    nearest(false, true);
}

static void nearest_vote(void **state)
{
    (void)state;
    nearest(true, false);
}

static void nearest_vote_s8(void **state)
{
    (void)state;
    nearest(true, true);
}

/* ---- mixture ---- */

typedef struct mix_case {
    int32_t rows, d, parts;
    bool full, whole;
    float mean[5 * MOST_D], f[5 * MOST_D * MOST_D], offset[5], gain, scale, out_scale;
    int8_t q[5 * MOST_D];
    int32_t zero;
} mix_case;

static void mix_make(one_op *o, mix_case *c, bool full, bool whole)
{
    const int32_t d = c->d = one_between(o, 1, MOST_D);
    c->rows = one_between(o, 1, MOST_ROWS);
    c->parts = one_between(o, 1, 5);
    c->full = full, c->whole = whole;
    c->scale = th_rng_range(&o->rng, 0.01f, 0.05f);
    c->out_scale = 1.0f / 16;
    c->zero = one_between(o, -20, 20);
    c->gain = th_rng_range(&o->rng, 0.2f, 1.0f);
    for (int32_t i = 0; i < c->parts * d; i++) {
        c->q[i] = (int8_t)one_between(o, -60, 60);
        c->mean[i] = whole ? c->scale * (float)(c->q[i] - c->zero) : th_rng_range(&o->rng, -1, 1);
    }
    for (int32_t k = 0; k < c->parts; k++) c->offset[k] = th_rng_range(&o->rng, 0, 5);
    for (int32_t i = 0; i < c->parts * d * (full ? d : 1); i++)
        c->f[i] = full && i % d > i / d % d ? 0 : th_rng_range(&o->rng, 0.3f, 3.0f);
}

static void mix_build(one_op *o, mix_case *c)
{
    const th_type type = c->whole ? TH_S8 : TH_F32;
    one_in(o, type, one_shape(2, c->rows, c->d, 0), NULL);
    one_in(o, type, one_shape(2, c->parts, c->d, 0), c->whole ? (const void *)c->q : c->mean);
    one_in(o, TH_F32, one_shape(c->full ? 3 : 2, c->parts, c->d, c->d), c->f);
    one_in(o, TH_F32, one_shape(1, c->parts, 0, 0), c->offset);
    one_in(o, TH_F32, one_shape(1, 1, 0, 0), &c->gain);
    one_out(o, type, one_shape(2, c->rows, 1, 0));
    for (int32_t i = 0; c->whole && i < 2; i++) quantise(o, o->in[i], &c->scale, &c->zero);
    if (c->whole) quantise(o, o->out[0], &c->out_scale, zero_128);
    one_feed(o, 1);
    for (size_t i = 0; c->whole && i < o->n_fed; i++) o->fed_bytes[i] = (uint8_t)one_between(o, 0, 255);
}

static double mix_second(const one_op *o, const mix_case *c, int32_t r)
{
    double least = HUGE_VAL;
    for (int32_t k = 0; k < c->parts; k++) {
        double q = (double)c->offset[k];
        for (int32_t j = 0; j < c->d; j++) {
            double sum = 0;
            for (int32_t i = 0; i < c->d; i++) {
                const double v =
                    fed_value(o, c->whole, c->scale, c->zero, r * c->d + i) - (double)c->mean[k * c->d + i];
                if (c->full) sum += (double)c->f[(k * c->d + j) * c->d + i] * v;
                if (!c->full && i == j) sum += (double)c->f[k * c->d + i] * v;
            }
            q += sum * sum;
        }
        least = fmin(least, q);
    }
    return (double)c->gain * sqrt(least);
}

static void mixture(bool full, bool whole)
{
    for (uint64_t seed = 0; seed < 60; seed++) {
        one_op *o = one_new(seed, TH_OP_MIXTURE);
        static mix_case c;
        mix_make(o, &c, full, whole);
        mix_build(o, &c);
        one_run(o);
        for (int32_t r = 0; r < c.rows; r++) {
            const double want = mix_second(o, &c, r), steps = round(want / (double)c.out_scale);
            if (whole)
                assert_true(fabs((double)(int8_t)o->made[r] + 128 - fmin(steps, 255)) <= 1);
            else
                assert_true(fabs((double)((const float *)(const void *)o->made)[r] - want) <= 1e-5 * (1 + want));
        }
        one_free(o);
    }
}

static void mixture_diagonal(void **state)
{
    (void)state;
    mixture(false, false);
}

static void mixture_full(void **state)
{
    (void)state;
    mixture(true, false);
}

static void mixture_s8(void **state)
{
    (void)state;
    mixture(false, true);
}

/* ---- trees ---- */

#define MOST_NODES 400

typedef struct tree_case {
    th_type type;
    int32_t rows, d, classes, wide, trees, n, leaves;
    int16_t feature[MOST_NODES], value_q[MOST_NODES * 4];
    float threshold[MOST_NODES], value[MOST_NODES * 4], scale, value_scale, out_scale;
    int16_t threshold_16[MOST_NODES];
    int8_t threshold_8[MOST_NODES];
    int32_t zero, value_zero, out_zero;
    uint16_t next[MOST_NODES];
    int32_t root[6];
} tree_case;

/* A tree at node c->n, whose ways stay inside it. */
static void grow(one_op *o, tree_case *c, int32_t depth)
{
    const int32_t at = c->n++;
    if (depth == 0 || one_between(o, 0, 3) == 0) {
        c->feature[at] = -1;
        c->next[at] = (uint16_t)one_between(o, 0, c->leaves - 1);
        return;
    }
    c->feature[at] = (int16_t)one_between(o, 0, c->d - 1);
    c->threshold[at] = th_rng_range(&o->rng, -2, 2);
    c->threshold_8[at] = (int8_t)one_between(o, -128, 127);
    c->threshold_16[at] = (int16_t)one_between(o, -32768, 32767);
    grow(o, c, depth - 1);
    c->next[at] = (uint16_t)(c->n - at);
    grow(o, c, depth - 1);
}

static void tree_make(one_op *o, tree_case *c, th_type type)
{
    *c = (tree_case){.type = type, .scale = 0.02f, .value_scale = 1.0f / 40000, .out_scale = 1.0f / 64};
    c->rows = one_between(o, 1, MOST_ROWS);
    c->d = one_between(o, 1, MOST_D);
    c->classes = one_between(o, 1, 4);
    c->wide = one_between(o, 0, 1) ? c->classes : 1;
    c->trees = one_between(o, 1, 6);
    c->leaves = one_between(o, 1, 40);
    c->zero = type == TH_S8 ? one_between(o, -20, 20) : 0;
    c->out_zero = type == TH_S8 ? one_between(o, -20, 20) : 0;
    for (int32_t i = 0; i < c->leaves * c->wide; i++) {
        c->value_q[i] = (int16_t)one_between(o, -32768, 32767);
        c->value[i] = th_rng_range(&o->rng, -1, 1);
    }
    for (int32_t t = 0; t < c->trees; t++) {
        c->root[t] = c->n;
        grow(o, c, one_between(o, 0, 5));
    }
}

static void tree_build(one_op *o, tree_case *c)
{
    const bool whole = c->type != TH_F32;
    const void *threshold = c->type == TH_F32  ? (const void *)c->threshold
                            : c->type == TH_S8 ? (const void *)c->threshold_8
                                               : c->threshold_16;
    one_in(o, c->type, one_shape(2, c->rows, c->d, 0), NULL);
    one_in(o, TH_S16, one_shape(1, c->n, 0, 0), c->feature);
    one_in(o, c->type, one_shape(1, c->n, 0, 0), threshold);
    one_in(o, TH_U16, one_shape(1, c->n, 0, 0), c->next);
    one_in(o, TH_S32, one_shape(1, c->trees, 0, 0), c->root);
    one_in(o, whole ? TH_S16 : TH_F32, one_shape(2, c->leaves, c->wide, 0),
           whole ? (const void *)c->value_q : c->value);
    one_out(o, c->type, one_shape(2, c->rows, c->classes, 0));
    if (whole) {
        quantise(o, o->in[0], &c->scale, &c->zero);
        quantise(o, o->in[2], &c->scale, &c->zero);
        quantise(o, o->in[5], &c->value_scale, &c->value_zero);
        quantise(o, o->out[0], &c->out_scale, &c->out_zero);
    }
    one_option(o, "classes", c->classes, false);
    one_feed(o, 1);
    for (size_t i = 0; whole && i < o->n_fed; i++) o->fed_bytes[i] = (uint8_t)one_between(o, 0, 255);
}

/* One question of row r: does it go on behind the node? */
static bool yes(const one_op *o, const tree_case *c, int32_t node, int32_t r)
{
    const int32_t i = r * c->d + c->feature[node];
    if (c->type == TH_S8) return ((const int8_t *)o->fed_bytes)[i] <= c->threshold_8[node];
    if (c->type == TH_S16) return ((const int16_t *)(const void *)o->fed_bytes)[i] <= c->threshold_16[node];
    return ((const float *)(const void *)o->fed_bytes)[i] <= c->threshold[node];
}

static int32_t leaf_of(const one_op *o, const tree_case *c, int32_t node, int32_t r)
{
    if (c->feature[node] < 0) return c->next[node];
    return leaf_of(o, c, yes(o, c, node, r) ? node + 1 : node + c->next[node], r);
}

static void trees_of(th_type type)
{
    for (uint64_t seed = 0; seed < 60; seed++) {
        one_op *o = one_new(seed, TH_OP_TREES);
        static tree_case c;
        tree_make(o, &c, type);
        tree_build(o, &c);
        one_run(o);
        for (int32_t r = 0; r < c.rows; r++)
            for (int32_t k = 0; k < c.classes; k++) {
                double sum = 0;
                for (int32_t t = 0; t < c.trees; t++) {
                    const int32_t row = leaf_of(o, &c, c.root[t], r) * c.wide;
                    if (c.wide == 1 && t % c.classes != k) continue;
                    const int32_t at = c.wide == 1 ? row : row + k;
                    sum += type == TH_F32 ? (double)c.value[at] : (double)c.value_q[at] * (double)c.value_scale;
                }
                const int32_t at = r * c.classes + k;
                if (type == TH_F32) {
                    assert_true(fabs((double)((const float *)(const void *)o->made)[at] - sum) < 1e-5);
                    continue;
                }
                const double lo = type == TH_S8 ? -128 : -32768, hi = -lo - 1;
                const double want = fmax(lo, fmin(hi, round(sum / (double)c.out_scale) + c.out_zero));
                const double got =
                    type == TH_S8 ? (double)(int8_t)o->made[at] : (double)((const int16_t *)(const void *)o->made)[at];
                assert_true(fabs(got - want) <= 1); /* rounded twice */
            }
        one_free(o);
    }
}

static void trees(void **state)
{
    (void)state;
    trees_of(TH_F32);
}

static void trees_s8(void **state)
{
    (void)state;
    trees_of(TH_S8);
}

static void trees_s16(void **state)
{
    (void)state;
    trees_of(TH_S16);
}

/* ---- refusals ---- */

static void refused(one_op *o, th_err want, const char *part)
{
    th_why why;
    assert_int_equal(one_plan(o, &why), want);
    if (!strstr(why.text, part)) fail_msg("\"%s\" does not say \"%s\"", why.text, part);
    one_free(o);
}

/* Two trees: a question with two leaves, and a leaf. */
static one_op *small_trees(tree_case *c)
{
    one_op *o = one_new(1, TH_OP_TREES);
    *c = (tree_case){.type = TH_F32, .rows = 1, .d = 2, .classes = 2, .wide = 2, .trees = 2, .n = 4, .leaves = 2};
    const int16_t feature[] = {1, -1, -1, -1};
    const uint16_t next[] = {2, 0, 1, 1};
    memcpy(c->feature, feature, sizeof feature);
    memcpy(c->next, next, sizeof next);
    c->root[1] = 3;
    return o;
}

typedef struct bad_tree {
    int table; /* 0 feature, 1 next, 2 root */
    int32_t at, value;
    const char *part;
} bad_tree;

static void trees_that_lead_astray(void **state)
{
    (void)state;
    static const bad_tree bad[] = {
        {0, 0, 2, "a value that the input has not"},
        {0, 1, -2, "a value that the input has not"},
        {0, 2, 0, "leads out of its tree"},
        {1, 0, 3, "leads out of its tree"},
        {1, 0, 0, "leads out of its tree"},
        {1, 1, 2, "a row that the values have not"},
        {1, 3, 65535, "a row that the values have"},
        {2, 0, 1, "do not stand one behind the other"},
        {2, 1, 0, "do not stand one behind the other"},
        {2, 1, 4, "do not stand one behind the other"},
        {2, 1, -1, "do not stand one behind the other"},
    };
    static tree_case c;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        one_op *o = small_trees(&c);
        if (bad[i].table == 0) c.feature[bad[i].at] = (int16_t)bad[i].value;
        if (bad[i].table == 1) c.next[bad[i].at] = (uint16_t)bad[i].value;
        if (bad[i].table == 2) c.root[bad[i].at] = bad[i].value;
        tree_build(o, &c);
        refused(o, TH_EFORMAT, bad[i].part);
    }
    one_op *o = small_trees(&c);
    th_why why;
    tree_build(o, &c);
    assert_int_equal(one_plan(o, &why), TH_OK);
    one_free(o);
}

static void tables_that_do_not_fit(void **state)
{
    (void)state;
    static near_case c;
    one_op *o;
    for (int i = 0; i < 6; i++) {
        o = one_new(3, TH_OP_NEAREST);
        near_make(o, &c, i % 2, false);
        c.rows = 1, c.points = 4, c.k = 2, c.d = 3;
        if (i % 2) c.classes = 3, memset(c.label, 0, sizeof c.label);
        if (i == 0) c.k = 5;
        if (i == 1) c.label[2] = 3;
        if (i == 2) c.w[1] = -1;
        if (i == 4) c.w[3] = NAN;
        near_build(o, &c);
        if (i == 3) o->g->tensors[o->out[0]].shape.d[1] = 2;
        if (i == 5) o->g->tensors[o->in[2]].shape.d[0] = 3;
        static const char *const part[] = {"more neighbours",    "none of the output's", "negative or no",
                                           "rows times classes", "negative or no",       "as many labels"};
        refused(o, i == 3 || i == 5 ? TH_ESHAPE : TH_ERANGE, part[i]);
    }
    o = one_new(4, TH_OP_NEAREST);
    near_make(o, &c, false, false);
    near_build(o, &c);
    o->n_options = 1;
    refused(o, TH_EFORMAT, "neighbours");
}

static void mixtures_that_do_not_fit(void **state)
{
    (void)state;
    static mix_case c;
    static const char *const part[] = {"offset is negative", "gain is no", "do not belong together", "no int8 form"};
    for (int i = 0; i < 4; i++) {
        one_op *o = one_new(5, TH_OP_MIXTURE);
        mix_make(o, &c, i == 3, i == 3);
        if (i == 0) c.offset[0] = -1;
        if (i == 1) c.gain = 0;
        mix_build(o, &c);
        if (i == 2) o->g->tensors[o->in[3]].shape.d[0]++;
        refused(o, i == 2 ? TH_ESHAPE : i == 3 ? TH_EUNSUP : TH_ERANGE, part[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_distance),
        cmocka_unit_test(nearest_distance_s8),
        cmocka_unit_test(nearest_vote),
        cmocka_unit_test(nearest_vote_s8),
        cmocka_unit_test(mixture_diagonal),
        cmocka_unit_test(mixture_full),
        cmocka_unit_test(mixture_s8),
        cmocka_unit_test(trees),
        cmocka_unit_test(trees_s8),
        cmocka_unit_test(trees_s16),
        cmocka_unit_test(trees_that_lead_astray),
        cmocka_unit_test(tables_that_do_not_fit),
        cmocka_unit_test(mixtures_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
