#include "learn/trees.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- bins ---- */

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Edges between the values v [n], sorted; their number is that of the bins less one. */
static int32_t edges_of(const float *v, int32_t n, float *edge)
{
    int32_t distinct = 1, bins = 0;
    for (int32_t i = 1; i < n; i++) distinct += v[i] > v[i - 1];
    const bool each = distinct <= TH_TREE_BINS;
    for (int32_t i = 1; i < n && bins < TH_TREE_BINS - 1; i++) {
        if (!(v[i] > v[i - 1])) continue;
        if (!each && (int64_t)i * TH_TREE_BINS < (int64_t)(bins + 1) * n) continue;
        const float middle = v[i - 1] / 2 + v[i] / 2;
        edge[bins++] = middle < v[i] ? middle : v[i - 1]; /* they may be neighbours among the floats */
    }
    return bins + 1;
}

static uint8_t bin_of(const float *edge, int32_t bins, float v)
{
    int32_t lo = 0, hi = bins - 1;
    while (lo < hi) {
        const int32_t mid = (lo + hi) / 2;
        if (v <= edge[mid])
            hi = mid;
        else
            lo = mid + 1;
    }
    return (uint8_t)lo;
}

th_err th_bins_make(th_learning *l, th_bins *b)
{
    const th_rows *r = &l->job->train;
    const size_t n = (size_t)r->n, d = (size_t)r->d;
    *b = (th_bins){.n = r->n,
                   .d = r->d,
                   .bin = th_learn_get(l, n * d, 1),
                   .edge = th_learn_get(l, d * TH_TREE_BINS, sizeof *b->edge),
                   .count = th_learn_get(l, d, sizeof *b->count)};
    float *v = th_learn_get(l, n, sizeof *v);
    if (!b->bin || !b->edge || !b->count || !v) return th_learn_no_memory(l);
    for (size_t j = 0; j < d; j++) {
        float *edge = b->edge + j * TH_TREE_BINS;
        for (size_t i = 0; i < n; i++) v[i] = r->x[i * d + j];
        qsort(v, n, sizeof *v, by_value);
        b->count[j] = edges_of(v, r->n, edge);
        for (size_t i = 0; i < n; i++) b->bin[j * n + i] = bin_of(edge, b->count[j], r->x[i * d + j]);
    }
    return TH_OK;
}

/* ---- a tree ---- */

void th_tree_free(th_tree *t)
{
    free(t->node);
    free(t->value);
    *t = (th_tree){0};
}

int32_t th_tree_leaf(const th_tree *t, const float *x)
{
    int32_t i = 0;
    while (t->node[i].feature >= 0) i += x[t->node[i].feature] <= t->node[i].threshold ? 1 : t->node[i].next;
    return t->node[i].next;
}

static th_tree_node *add_node(th_tree *t)
{
    if (t->n == t->cap) {
        const int32_t cap = t->cap ? 2 * t->cap : 64;
        th_tree_node *more = realloc(t->node, (size_t)cap * sizeof *more);
        if (!more) return NULL;
        t->node = more;
        t->cap = cap;
    }
    t->node[t->n] = (th_tree_node){-1, 0, 0};
    return &t->node[t->n++];
}

static float *add_leaf(th_tree *t, int32_t width)
{
    if (t->n_leaves == t->leaf_cap) {
        const int32_t cap = t->leaf_cap ? 2 * t->leaf_cap : 32;
        float *more = realloc(t->value, (size_t)cap * (size_t)width * sizeof *more);
        if (!more) return NULL;
        t->value = more;
        t->leaf_cap = cap;
    }
    float *v = t->value + (size_t)t->n_leaves++ * (size_t)width;
    memset(v, 0, (size_t)width * sizeof *v);
    return v;
}

/* ---- sums over rows: one for each class, or g and h; and behind them their count ---- */

static int32_t channels(const th_grow *g)
{
    return g->classes ? g->classes : 2;
}

size_t th_grow_sums(int32_t classes, int threads)
{
    return (size_t)threads * TH_TREE_BINS * (size_t)((classes ? classes : 2) + 1) * sizeof(double);
}

static void add_row(const th_grow *g, int32_t row, double *sum)
{
    if (g->classes) {
        sum[g->label[row]] += 1;
        sum[g->classes] += 1;
        return;
    }
    sum[0] += g->g[row];
    sum[1] += g->h[row];
    sum[2] += 1;
}

static double worth(const th_grow *g, const double *sum)
{
    double square = 0;
    if (!g->classes) return sum[0] * sum[0] / (sum[1] + g->l2 + 1e-12);
    for (int32_t c = 0; c < g->classes; c++) square += sum[c] * sum[c];
    return sum[g->classes] > 0 ? square / sum[g->classes] : 0;
}

/* ---- the best question ---- */

typedef struct question {
    double gain;
    int32_t column, bin; /* column -1: there is none */
} question;

#define MOST_CHANNELS 257

/* The best edge of a column for rows from .. to - 1, against `best`. */
static void ask_column(const th_grow *g, int32_t column, int32_t from, int32_t to, const double *all, double *sums,
                       question *best)
{
    const th_bins *b = g->bins;
    const int32_t n = channels(g) + 1, bins = b->count[column];
    const uint8_t *bin = b->bin + (size_t)column * (size_t)b->n;
    double left[MOST_CHANNELS] = {0}, right[MOST_CHANNELS];
    if (bins < 2) return;
    memset(sums, 0, (size_t)bins * (size_t)n * sizeof *sums);
    for (int32_t i = from; i < to; i++) add_row(g, g->row[i], sums + (size_t)bin[g->row[i]] * (size_t)n);
    for (int32_t k = 0; k + 1 < bins; k++) {
        const double *here = sums + (size_t)k * (size_t)n;
        if (here[n - 1] < 0.5) continue; /* the edge before says the same */
        for (int32_t c = 0; c < n; c++) left[c] += here[c], right[c] = all[c] - left[c];
        if (left[n - 1] < g->min_leaf) continue;
        if (right[n - 1] < g->min_leaf) break;
        const double gain = worth(g, left) + worth(g, right) - worth(g, all);
        if (gain > best->gain * (1 + 1e-12)) *best = (question){gain, column, k};
    }
}

typedef struct search {
    const th_grow *g;
    int32_t from, to, features;
    const double *all;
    question best[64]; /* of each thread */
} search;

static void ask_columns(void *ctx, int member, int n_members)
{
    search *s = ctx;
    double *sums = s->g->sums + (size_t)member * TH_TREE_BINS * (size_t)(channels(s->g) + 1);
    s->best[member] = (question){1e-9, -1, 0};
    for (int32_t i = member; i < s->features; i += n_members)
        ask_column(s->g, s->g->columns[i], s->from, s->to, s->all, sums, &s->best[member]);
}

/* Columns to ask for: all of them, or a few that are drawn anew. */
static int32_t draw_columns(const th_grow *g)
{
    const int32_t d = g->bins->d;
    if (g->features >= d) return d;
    for (int32_t i = 0; i < g->features; i++) {
        const int32_t k = i + (int32_t)th_rng_below(g->rng, (uint32_t)(d - i)), v = g->columns[i];
        g->columns[i] = g->columns[k];
        g->columns[k] = v;
    }
    return g->features;
}

static question find_question(const th_grow *g, int32_t from, int32_t to, const double *all)
{
    search s = {.g = g, .from = from, .to = to, .all = all, .features = draw_columns(g)};
    const bool large = (int64_t)(to - from) * s.features > 20000;
    const int threads = g->team && large ? th_team_size(g->team) : 1;
    if (threads > 1)
        th_team_run(g->team, ask_columns, &s);
    else
        ask_columns(&s, 0, 1);
    question best = s.best[0];
    for (int i = 1; i < threads; i++) /* the first column of equals, whoever asked it */
        if (s.best[i].column >= 0 && (best.column < 0 || s.best[i].gain > best.gain * (1 + 1e-12) ||
                                      (s.best[i].gain >= best.gain * (1 - 1e-12) && s.best[i].column < best.column)))
            best = s.best[i];
    return best;
}

/* Rows with a yes first, both parts in the order that they had; their number. */
static int32_t divide(const th_grow *g, int32_t from, int32_t to, question q)
{
    const uint8_t *bin = g->bins->bin + (size_t)q.column * (size_t)g->bins->n;
    int32_t yes = from, no = 0;
    for (int32_t i = from; i < to; i++)
        if (bin[g->row[i]] <= q.bin)
            g->row[yes++] = g->row[i];
        else
            g->spare[no++] = g->row[i];
    memcpy(g->row + yes, g->spare, (size_t)no * sizeof *g->row);
    return yes;
}

static bool end(const th_grow *g, int32_t at, const double *all)
{
    float *v = add_leaf(g->tree, g->width);
    if (!v) return false;
    g->tree->node[at].next = g->tree->n_leaves - 1;
    if (!g->classes) v[0] = (float)(-all[0] / (all[1] + g->l2 + 1e-12));
    for (int32_t c = 0; c < g->classes; c++) v[c] = (float)(all[c] / all[g->classes]);
    return true;
}

static bool grow(const th_grow *g, int32_t from, int32_t to, int32_t depth)
{
    const int32_t at = g->tree->n;
    double all[MOST_CHANNELS] = {0};
    question q = {0, -1, 0};
    if (!add_node(g->tree)) return false;
    for (int32_t i = from; i < to; i++) add_row(g, g->row[i], all);
    if (depth > 0 && to - from >= 2 * g->min_leaf && g->tree->n < TH_TREE_NODES) q = find_question(g, from, to, all);
    if (q.column < 0) return end(g, at, all);
    const int32_t middle = divide(g, from, to, q);
    g->tree->node[at].feature = (int16_t)q.column;
    g->tree->node[at].threshold = g->bins->edge[(size_t)q.column * TH_TREE_BINS + (size_t)q.bin];
    if (!grow(g, from, middle, depth - 1)) return false;
    g->tree->node[at].next = g->tree->n - at;
    return grow(g, middle, to, depth - 1);
}

bool th_grow_tree(th_grow *g)
{
    for (int32_t j = 0; j < g->bins->d; j++) g->columns[j] = j;
    return grow(g, 0, g->n_rows, g->depth);
}

/* ---- the operator ---- */

typedef struct leaves {
    th_learning *l;
    float *row;  /* [n][width] different ones */
    int32_t *at; /* [places] number of a row + 1, by hash; 0: free */
    uint32_t places;
    int32_t n, width;
} leaves;

/* The number of the row with these values. */
static int32_t find_leaf(leaves *s, const float *v)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < (size_t)s->width * sizeof *v; i++) h = (h ^ ((const uint8_t *)v)[i]) * 16777619u;
    for (h &= s->places - 1; s->at[h]; h = (h + 1) & (s->places - 1))
        if (memcmp(s->row + (size_t)(s->at[h] - 1) * (size_t)s->width, v, (size_t)s->width * sizeof *v) == 0)
            return s->at[h] - 1;
    memcpy(s->row + (size_t)s->n * (size_t)s->width, v, (size_t)s->width * sizeof *v);
    s->at[h] = ++s->n;
    return s->n - 1;
}

/* Leaves of all trees, rounded -> number of each in `of`. */
static void collect(leaves *s, const th_tree *tree, int32_t n_trees, double step, int32_t *of)
{
    float v[MOST_CHANNELS];
    int32_t k = 0;
    s->n = 0;
    memset(s->at, 0, s->places * sizeof *s->at);
    for (int32_t t = 0; t < n_trees; t++)
        for (int32_t i = 0; i < tree[t].n_leaves; i++) {
            const float *from = tree[t].value + (size_t)i * (size_t)s->width;
            for (int32_t c = 0; c < s->width; c++)
                v[c] = (step > 0 ? (float)(round((double)from[c] / step) * step) : from[c]) + 0.0f;
            of[k++] = find_leaf(s, v);
        }
}

static int32_t *number_leaves(leaves *s, const th_tree *tree, int32_t n_trees, double step)
{
    size_t all = 0;
    double most = 0;
    for (int32_t t = 0; t < n_trees; t++) {
        all += (size_t)tree[t].n_leaves;
        for (int32_t i = 0; i < tree[t].n_leaves * s->width; i++) { /* not fmax: gcc 12 for AArch64 gives up on it */
            const double v = fabs((double)tree[t].value[i]);
            if (v > most) most = v;
        }
    }
    for (s->places = 64; s->places < 2 * all; s->places *= 2) {
    }
    int32_t *of = th_learn_get(s->l, all, sizeof *of);
    s->row = th_learn_get(s->l, all * (size_t)s->width, sizeof *s->row);
    s->at = th_learn_get(s->l, s->places, sizeof *s->at);
    if (!of || !s->row || !s->at) return NULL;
    for (collect(s, tree, n_trees, step, of); s->n > 65535; collect(s, tree, n_trees, step, of))
        step = step > 0 ? 2 * step : most / 32768;
    return of;
}

int32_t th_trees_node(th_learning *l, const th_tree *tree, int32_t n_trees, int32_t classes, int32_t width, double step,
                      const char *name)
{
    int32_t in[6] = {0}, n = 0, leaf = 0;
    leaves s = {.l = l, .width = width};
    const int32_t *of = number_leaves(&s, tree, n_trees, step);
    for (int32_t t = 0; t < n_trees; t++) n += tree[t].n;
    int16_t *feature = th_learn_constant(l, "feature", TH_S16, th_learn_shape(n, 0), &in[1]);
    float *threshold = th_learn_constant(l, "threshold", TH_F32, th_learn_shape(n, 0), &in[2]);
    uint16_t *next = th_learn_constant(l, "next", TH_U16, th_learn_shape(n, 0), &in[3]);
    int32_t *root = th_learn_constant(l, "root", TH_S32, th_learn_shape(n_trees, 0), &in[4]);
    float *value = of ? th_learn_constant(l, "leaves", TH_F32, th_learn_shape(s.n, width), &in[5]) : NULL;
    if (!of || !feature || !threshold || !next || !root || !value) return -1;
    memcpy(value, s.row, (size_t)s.n * (size_t)width * sizeof *value);
    for (int32_t t = 0, k = 0; t < n_trees; t++) {
        root[t] = k;
        for (int32_t i = 0; i < tree[t].n; i++, k++) {
            const th_tree_node *from = &tree[t].node[i];
            feature[k] = from->feature;
            threshold[k] = from->threshold;
            next[k] = (uint16_t)(from->feature < 0 ? of[leaf + from->next] : from->next);
        }
        leaf += tree[t].n_leaves;
    }
    th_learn_tell(l, "nodes", n);
    th_learn_tell(l, "leaves", s.n);
    return th_learn_custom(l, TH_OP_TREES, 0, in, 6, name, classes);
}
