/* Gradient-boosted trees (Friedman 2001): each small tree is a Newton step for what the trees before it left.
 *
 *   two classes    F = sum of the trees,  p = 1 / (1 + e^-F),  g = p - y,  h = p (1 - p);  the leaves say -F/2, F/2
 *   more           one tree a round for each class c,  p = softmax(F),  g = p_c - y_c,  h = p_c (1 - p_c)
 *
 * The first round's leaves carry the logarithm of how frequent the classes are.  With validation rows it ends when
 * their loss has not fallen for `wait` rounds, and keeps the rounds up to its lowest. */
#include "learn/trees.h"

#include <math.h>
#include <string.h>

typedef struct boost {
    th_learning *l;
    th_bins bins;
    th_grow grow;
    int32_t scores, rounds, n_trees; /* scores: trees of a round, 1 for two classes */
    double shrinkage;
    double *f[2];  /* [n][scores] of train and val */
    double *g, *h; /* [n] */
    double *prior; /* [scores] */
    th_tree *tree; /* [rounds * scores] */
    double *p;     /* [classes] */
} boost;

/* Probabilities of the classes at the scores f. */
static void chances(const boost *b, const double *f)
{
    double most = -HUGE_VAL, sum = 0;
    if (b->scores == 1) {
        b->p[1] = 1 / (1 + exp(-f[0]));
        b->p[0] = 1 - b->p[1];
        return;
    }
    for (int32_t c = 0; c < b->scores; c++) most = fmax(most, f[c]);
    for (int32_t c = 0; c < b->scores; c++) sum += b->p[c] = exp(f[c] - most);
    for (int32_t c = 0; c < b->scores; c++) b->p[c] /= sum;
}

static double loss_of(const boost *b, const th_rows *r, const double *f)
{
    double sum = 0;
    for (int32_t i = 0; i < r->n; i++) {
        chances(b, f + (size_t)i * (size_t)b->scores);
        sum -= log(fmax(b->p[r->label[i]], 1e-15));
    }
    return sum / r->n;
}

static void slopes(const boost *b, int32_t score)
{
    const th_rows *r = &b->l->job->train;
    const int32_t class = b->scores == 1 ? 1 : score;
    for (int32_t i = 0; i < r->n; i++) {
        chances(b, b->f[0] + (size_t)i * (size_t)b->scores);
        b->g[i] = b->p[class] - (r->label[i] == class);
        b->h[i] = fmax(b->p[class] * (1 - b->p[class]), 1e-9);
    }
}

static void add_tree(const boost *b, const th_tree *t, int32_t score)
{
    const th_rows *rows[2] = {&b->l->job->train, &b->l->job->val};
    for (int k = 0; k < 2; k++)
        for (int32_t i = 0; i < rows[k]->n; i++) {
            const int32_t leaf = th_tree_leaf(t, rows[k]->x + (size_t)i * (size_t)rows[k]->d);
            b->f[k][(size_t)i * (size_t)b->scores + (size_t)score] += (double)t->value[leaf * b->grow.width];
        }
}

/* A tree for each score, all from the slopes before the round: those of the scores are found one after the other, but
 * a tree of one score changes the chances of the others only in the next round. */
static th_err one_round(boost *b, double *saved)
{
    const th_rows *r = &b->l->job->train;
    const size_t n = (size_t)r->n * (size_t)b->scores;
    memcpy(saved, b->f[0], n * sizeof *saved);
    for (int32_t s = 0; s < b->scores; s++) {
        th_tree *t = &b->tree[b->n_trees++];
        double *now = b->f[0];
        b->f[0] = saved;
        slopes(b, s);
        b->f[0] = now;
        for (int32_t i = 0; i < r->n; i++) b->grow.row[i] = i;
        b->grow.tree = t;
        if (!th_grow_tree(&b->grow)) return th_learn_no_memory(b->l);
        for (int32_t i = 0; i < t->n_leaves; i++) t->value[i * b->grow.width] *= (float)b->shrinkage;
        add_tree(b, t, s);
    }
    return TH_OK;
}

static bool make(boost *b)
{
    th_learning *l = b->l;
    const th_rows *r = &l->job->train;
    const size_t n = (size_t)r->n, scores = (size_t)b->scores;
    b->f[0] = th_learn_get(l, n * scores, sizeof(double));
    b->f[1] = th_learn_get(l, (size_t)l->job->val.n * scores + 1, sizeof(double));
    b->g = th_learn_get(l, n, sizeof(double));
    b->h = th_learn_get(l, n, sizeof(double));
    b->p = th_learn_get(l, (size_t)r->n_labels, sizeof(double));
    b->prior = th_learn_get(l, scores, sizeof(double));
    b->tree = th_learn_get(l, (size_t)b->rounds * scores, sizeof *b->tree);
    b->grow.g = b->g;
    b->grow.h = b->h;
    b->grow.bins = &b->bins;
    b->grow.team = l->team;
    b->grow.n_rows = r->n;
    b->grow.row = th_learn_get(l, n, sizeof(int32_t));
    b->grow.spare = th_learn_get(l, n, sizeof(int32_t));
    b->grow.columns = th_learn_get(l, (size_t)r->d, sizeof(int32_t));
    b->grow.sums = th_learn_get(l, th_grow_sums(0, th_team_size(l->team)), 1);
    return b->f[0] && b->f[1] && b->g && b->h && b->p && b->prior && b->tree && b->grow.row && b->grow.spare &&
           b->grow.columns && b->grow.sums;
}

/* Scores before the first tree: how frequent the classes are. */
static void begin(boost *b)
{
    const th_rows *r = &b->l->job->train;
    for (int32_t s = 0; s < b->scores; s++) {
        const int32_t class = b->scores == 1 ? 1 : s;
        double count = 0;
        for (int32_t i = 0; i < r->n; i++) count += r->label[i] == class;
        const double part = fmin(fmax(count / r->n, 1e-6), 1 - 1e-6);
        b->prior[s] = b->scores == 1 ? log(part / (1 - part)) : log(part);
    }
    for (int32_t i = 0; i < (r->n + b->l->job->val.n) * b->scores; i++) {
        const int32_t k = i >= r->n * b->scores;
        b->f[k][k ? i - r->n * b->scores : i] = b->prior[i % b->scores];
    }
}

static th_err train(boost *b, double *saved)
{
    const th_rows *val = &b->l->job->val;
    const int32_t wait = (int32_t)b->l->job->cfg.wait;
    int32_t best = 0;
    double least = val->n ? loss_of(b, val, b->f[1]) : HUGE_VAL;
    for (int32_t k = 1; k <= b->rounds; k++) {
        TH_TRY(th_learn_step(b->l, (double)k / b->rounds));
        TH_TRY(one_round(b, saved));
        const double loss = val->n ? loss_of(b, val, b->f[1]) : -k;
        if (loss < least) least = loss, best = k;
        if (k - best >= wait) break;
    }
    if (best < 1) best = 1;
    for (int32_t t = best * b->scores; t < b->n_trees; t++) th_tree_free(&b->tree[t]);
    b->n_trees = best * b->scores;
    th_learn_tell(b->l, "rounds", best);
    if (val->n) th_learn_tell(b->l, "val_loss", least);
    return TH_OK;
}

/* Leaves as the model has them: with the first score in the first round, and halved for two classes. */
static void finish(const boost *b)
{
    for (int32_t t = 0; t < b->n_trees; t++)
        for (int32_t i = 0; i < b->tree[t].n_leaves; i++) {
            float *v = b->tree[t].value + (size_t)i * (size_t)b->grow.width;
            if (t < b->scores) v[0] += (float)b->prior[t];
            if (b->scores == 1) v[1] = v[0] / 2, v[0] = -v[1];
        }
}

th_err th_learn_boost(th_learning *l)
{
    const th_learn_cfg *c = &l->job->cfg;
    const int32_t classes = l->job->train.n_labels, width = classes == 2 ? 2 : 1;
    boost b = {.l = l,
               .scores = classes == 2 ? 1 : classes,
               .rounds = th_learn_whole(c->trees, 200),
               .shrinkage = c->shrinkage,
               .grow = {.width = width,
                        .l2 = c->l2,
                        .depth = th_learn_whole(c->depth, 4),
                        .min_leaf = th_learn_whole(c->min_leaf, 20),
                        .features = l->job->train.d}};
    if (l->job->train.d > INT16_MAX)
        return th_why_set(l->why, TH_EUSAGE, "trees take up to %d columns, there are %ld", INT16_MAX,
                          (long)l->job->train.d);
    TH_TRY(th_bins_make(l, &b.bins));
    double *saved = th_learn_get(l, (size_t)l->job->train.n * (size_t)b.scores, sizeof *saved);
    if (!make(&b) || !saved) return th_learn_no_memory(l);
    begin(&b);
    th_err err = train(&b, saved);
    if (!err) {
        finish(&b);
        err = th_learn_end(l, th_trees_node(l, b.tree, b.n_trees, classes, width, 0, "sums"), classes, true);
    }
    for (int32_t t = 0; t < b.n_trees; t++) th_tree_free(&b.tree[t]);
    return err;
}
