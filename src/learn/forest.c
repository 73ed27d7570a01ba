/* One tree (CART), and a random forest: trees of rows that are drawn with replacement, each question chosen from a few
 * columns only (Breiman 2001). A leaf says the parts of the classes; a forest their mean over the trees. */
#include "learn/trees.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct forest {
    th_learning *l;
    th_bins bins;
    th_tree *tree; /* [n] */
    int32_t n, depth, min_leaf, features;
    bool draw;    /* rows with replacement; false: all of them once */
    th_grow *own; /* [threads] memory for growing */
    bool *failed; /* [threads] */
} forest;

static th_rng rng_of(const forest *f, int32_t tree)
{
    return th_learn_rng(f->l, 100000 + (uint64_t)tree);
}

/* Rows of a tree; the generator goes on to draw its columns. */
static void draw_rows(const forest *f, th_rng *rng, int32_t *row)
{
    const int32_t n = f->bins.n;
    for (int32_t i = 0; i < n; i++) row[i] = f->draw ? (int32_t)th_rng_below(rng, (uint32_t)n) : i;
}

static void grow_trees(void *ctx, int member, int n_members)
{
    forest *f = ctx;
    for (int32_t t = member; t < f->n && !f->failed[member]; t += n_members) {
        th_grow g = f->own[member];
        th_rng rng = rng_of(f, t);
        draw_rows(f, &rng, g.row);
        g.rng = &rng;
        g.tree = &f->tree[t];
        f->failed[member] = !th_grow_tree(&g);
    }
}

static bool make(forest *f)
{
    th_learning *l = f->l;
    const size_t n = (size_t)f->bins.n, d = (size_t)f->bins.d;
    const int threads = th_team_size(l->team);
    f->tree = th_learn_get(l, (size_t)f->n, sizeof *f->tree);
    f->own = th_learn_get(l, (size_t)threads, sizeof *f->own);
    f->failed = th_learn_get(l, (size_t)threads, sizeof *f->failed);
    if (!f->tree || !f->own || !f->failed) return false;
    for (int m = 0; m < threads; m++) {
        f->own[m] = (th_grow){.bins = &f->bins,
                              .label = l->job->train.label,
                              .classes = l->job->train.n_labels,
                              .width = l->job->train.n_labels,
                              .depth = f->depth,
                              .min_leaf = f->min_leaf,
                              .features = f->features,
                              .row = th_learn_get(l, n, sizeof(int32_t)),
                              .n_rows = f->bins.n,
                              .sums = th_learn_get(l, th_grow_sums(l->job->train.n_labels, 1), 1),
                              .columns = th_learn_get(l, d, sizeof(int32_t)),
                              .spare = th_learn_get(l, n, sizeof(int32_t))};
        if (!f->own[m].row || !f->own[m].sums || !f->own[m].columns || !f->own[m].spare) return false;
    }
    return true;
}

/* ---- how good it is on rows that a tree has not seen ---- */

static th_err out_of_bag(const forest *f)
{
    th_learning *l = f->l;
    const th_rows *r = &l->job->train;
    const size_t n = (size_t)r->n, classes = (size_t)r->n_labels;
    float *votes = th_learn_get(l, n * classes, sizeof *votes);
    int32_t *row = th_learn_get(l, n, sizeof *row), right = 0, judged = 0;
    bool *in = th_learn_get(l, n, sizeof *in);
    if (!votes || !row || !in) return th_learn_no_memory(l);
    for (int32_t t = 0; t < f->n; t++) {
        th_rng rng = rng_of(f, t);
        draw_rows(f, &rng, row);
        memset(in, 0, n * sizeof *in);
        for (size_t i = 0; i < n; i++) in[row[i]] = true;
        for (size_t i = 0; i < n; i++) {
            if (in[i]) continue;
            const float *v = f->tree[t].value + (size_t)th_tree_leaf(&f->tree[t], r->x + i * (size_t)r->d) * classes;
            for (size_t c = 0; c < classes; c++) votes[i * classes + c] += v[c];
        }
    }
    for (size_t i = 0; i < n; i++) {
        size_t best = 0;
        float sum = 0;
        for (size_t c = 0; c < classes; c++) {
            sum += votes[i * classes + c];
            if (votes[i * classes + c] > votes[i * classes + best]) best = c;
        }
        judged += sum > 0;
        right += sum > 0 && (int32_t)best == r->label[i];
    }
    if (judged) th_learn_tell(l, "out_of_bag_accuracy", (double)right / judged);
    return TH_OK;
}

/* ---- the learners ---- */

static th_err run(forest *f)
{
    th_learning *l = f->l;
    const int32_t classes = l->job->train.n_labels;
    TH_TRY(th_bins_make(l, &f->bins));
    if (!make(f)) return th_learn_no_memory(l);
    th_team_run(l->team, grow_trees, f);
    th_err err = TH_OK;
    for (int m = 0; m < th_team_size(l->team); m++)
        if (f->failed[m]) err = th_learn_no_memory(l);
    if (!err) err = th_learn_step(l, 0.9);
    if (!err && f->draw) err = out_of_bag(f);
    for (int32_t t = 0; t < f->n && !err; t++) /* their mean is a sum of parts */
        for (int32_t i = 0; i < f->tree[t].n_leaves * classes; i++) f->tree[t].value[i] /= (float)f->n;
    if (!err)
        err = th_learn_end(l, th_trees_node(l, f->tree, f->n, classes, classes, 1.0 / 256 / f->n, "scores"), classes,
                           false);
    for (int32_t t = 0; t < f->n; t++) th_tree_free(&f->tree[t]);
    return err;
}

static th_err check(const th_learning *l)
{
    if (l->job->train.d > INT16_MAX)
        return th_why_set(l->why, TH_EUSAGE, "trees take up to %d columns, there are %ld", INT16_MAX,
                          (long)l->job->train.d);
    return TH_OK;
}

th_err th_learn_tree(th_learning *l)
{
    const th_learn_cfg *c = &l->job->cfg;
    forest f = {.l = l,
                .n = 1,
                .depth = th_learn_whole(c->depth, 12),
                .min_leaf = th_learn_whole(c->min_leaf, 5),
                .features = l->job->train.d};
    TH_TRY(check(l));
    return run(&f);
}

th_err th_learn_forest(th_learning *l)
{
    const th_learn_cfg *c = &l->job->cfg;
    const int32_t d = l->job->train.d, root = (int32_t)(sqrt((double)d) + 0.5),
                  asked = th_learn_whole(c->features, root > 0 ? root : 1);
    forest f = {.l = l,
                .n = th_learn_whole(c->trees, 100),
                .depth = th_learn_whole(c->depth, 16),
                .min_leaf = th_learn_whole(c->min_leaf, 1),
                .features = asked < d ? asked : d,
                .draw = true};
    TH_TRY(check(l));
    return run(&f);
}
