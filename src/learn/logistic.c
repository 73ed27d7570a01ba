/* Logistic regression: softmax(W x + b), the weighted sums that make
 *
 *   f = 1/n sum_i -ln p(label_i | x_i)  +  l2 / (2 n) |W|^2
 *
 * smallest.  f is convex; L-BFGS (Nocedal, Wright, algorithm 7.4) walks down to a gradient of at most 1e-6 in each
 * component, with steps that hold Armijo's rule. */
#include "learn/logistic.h"

#include <math.h>
#include <string.h>

#define HISTORY   10
#define MOST_STEP 500
#define PARTS     8 /* of the rows, added in their order: the same sums on any number of threads */

typedef struct slope {
    const th_rows *r;
    double l2;
    const double *at; /* [classes][d + 1], the last one the bias */
    double *part;     /* [PARTS][classes * (d + 1) + 1] gradient and value of the rows of a part */
    double *p;        /* [PARTS][classes] */
    size_t size;      /* classes * (d + 1) */
} slope;

/* Probabilities of the classes -> p; -ln of that of the label. */
static double row_loss(const slope *s, const float *x, int32_t label, double *p)
{
    const size_t d = (size_t)s->r->d;
    const int32_t classes = s->r->n_labels;
    double most = -HUGE_VAL, sum = 0;
    for (int32_t c = 0; c < classes; c++) {
        const double *w = s->at + (size_t)c * (d + 1);
        double z = w[d];
        for (size_t j = 0; j < d; j++) z += w[j] * (double)x[j];
        p[c] = z;
        most = fmax(most, z);
    }
    for (int32_t c = 0; c < classes; c++) sum += p[c] = exp(p[c] - most);
    for (int32_t c = 0; c < classes; c++) p[c] /= sum;
    return -log(fmax(p[label], 1e-300));
}

static void add_part(const slope *s, int part)
{
    const th_rows *r = s->r;
    const size_t d = (size_t)r->d;
    double *g = s->part + (size_t)part * (s->size + 1), *p = s->p + (size_t)part * (size_t)r->n_labels;
    memset(g, 0, (s->size + 1) * sizeof *g);
    const int32_t from = (int32_t)((int64_t)r->n * part / PARTS), to = (int32_t)((int64_t)r->n * (part + 1) / PARTS);
    for (int32_t i = from; i < to; i++) {
        const float *x = r->x + (size_t)i * d;
        g[s->size] += row_loss(s, x, r->label[i], p);
        for (int32_t c = 0; c < r->n_labels; c++) {
            const double e = p[c] - (c == r->label[i]);
            double *row = g + (size_t)c * (d + 1);
            for (size_t j = 0; j < d; j++) row[j] += e * (double)x[j];
            row[d] += e;
        }
    }
}

static void add_rows(void *ctx, int member, int n_members)
{
    for (int part = member; part < PARTS; part += n_members) add_part(ctx, part);
}

static double add_parts(const slope *s, double *gradient)
{
    const double n = s->r->n;
    const size_t d = (size_t)s->r->d;
    double f = 0, square = 0;
    for (size_t i = 0; i <= s->size; i++) {
        double sum = 0;
        for (int m = 0; m < PARTS; m++) sum += s->part[(size_t)m * (s->size + 1) + i];
        if (i == s->size) {
            f = sum / n;
            continue;
        }
        const bool bias = i % (d + 1) == d;
        gradient[i] = sum / n + (bias ? 0 : s->l2 / n * s->at[i]);
        square += bias ? 0 : s->at[i] * s->at[i];
    }
    return f + s->l2 / (2 * n) * square;
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

typedef struct descent {
    th_learning *l;
    slope s;
    double *w, *g, *next, *next_g, *way; /* [size] */
    double *step[HISTORY], *turn[HISTORY], rho[HISTORY];
    int32_t n_history;
} descent;

static double value_at(descent *b, const double *at, double *gradient)
{
    b->s.at = at;
    th_team_run(b->l->team, add_rows, &b->s);
    return add_parts(&b->s, gradient);
}

/* way = -H g by the two loops over the last steps. */
static void direction(descent *b)
{
    const size_t n = b->s.size;
    double alpha[HISTORY];
    const int32_t have = b->n_history < HISTORY ? b->n_history : HISTORY;
    for (size_t i = 0; i < n; i++) b->way[i] = -b->g[i];
    for (int32_t k = 0; k < have; k++) {
        const int32_t h = (b->n_history - 1 - k) % HISTORY;
        alpha[h] = b->rho[h] * dot(b->step[h], b->way, n);
        for (size_t i = 0; i < n; i++) b->way[i] -= alpha[h] * b->turn[h][i];
    }
    if (have) {
        const int32_t h = (b->n_history - 1) % HISTORY;
        const double scale = 1 / (b->rho[h] * dot(b->turn[h], b->turn[h], n));
        for (size_t i = 0; i < n; i++) b->way[i] *= scale;
    }
    for (int32_t k = have - 1; k >= 0; k--) {
        const int32_t h = (b->n_history - 1 - k) % HISTORY;
        const double beta = b->rho[h] * dot(b->turn[h], b->way, n);
        for (size_t i = 0; i < n; i++) b->way[i] += b->step[h][i] * (alpha[h] - beta);
    }
}

static void remember(descent *b)
{
    const size_t n = b->s.size;
    const int32_t h = b->n_history % HISTORY;
    for (size_t i = 0; i < n; i++) {
        b->step[h][i] = b->next[i] - b->w[i];
        b->turn[h][i] = b->next_g[i] - b->g[i];
    }
    const double curve = dot(b->step[h], b->turn[h], n);
    if (!(curve > 1e-300)) return;
    b->rho[h] = 1 / curve;
    b->n_history++;
}

/* A step along `way` that makes f smaller; false: there is none that numbers can show. */
static bool walk(descent *b, double *f)
{
    const size_t n = b->s.size;
    const double down = dot(b->g, b->way, n);
    double length = b->n_history ? 1 : 1 / fmax(1, sqrt(dot(b->g, b->g, n)));
    for (int k = 0; k < 40; k++, length /= 2) {
        for (size_t i = 0; i < n; i++) b->next[i] = b->w[i] + length * b->way[i];
        const double there = value_at(b, b->next, b->next_g);
        if (!(there <= *f + 1e-4 * length * down)) continue;
        remember(b);
        memcpy(b->w, b->next, n * sizeof *b->w);
        memcpy(b->g, b->next_g, n * sizeof *b->g);
        *f = there;
        return true;
    }
    return false;
}

static double largest(const double *v, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) most = fmax(most, fabs(v[i]));
    return most;
}

static bool make(descent *b)
{
    const size_t n = b->s.size;
    bool good = true;
    double **const rows[] = {&b->w, &b->g, &b->next, &b->next_g, &b->way};
    for (size_t i = 0; i < 5; i++) good = (*rows[i] = th_learn_get(b->l, n, sizeof(double))) && good;
    for (int h = 0; h < HISTORY && good; h++)
        good = (b->step[h] = th_learn_get(b->l, n, sizeof(double))) &&
               (b->turn[h] = th_learn_get(b->l, n, sizeof(double)));
    b->s.part = good ? th_learn_get(b->l, PARTS * (n + 1), sizeof(double)) : NULL;
    b->s.p = good ? th_learn_get(b->l, PARTS * (size_t)b->s.r->n_labels, sizeof(double)) : NULL;
    return b->s.part && b->s.p;
}

th_err th_logistic_fit(th_learning *l, double **weights, double **gradient)
{
    const th_rows *r = &l->job->train;
    descent b = {.l = l, .s = {.r = r, .l2 = l->job->cfg.l2, .size = (size_t)r->n_labels * ((size_t)r->d + 1)}};
    if (!make(&b)) return th_learn_no_memory(l);
    double f = value_at(&b, b.w, b.g);
    int32_t steps = 0;
    for (; steps < MOST_STEP && largest(b.g, b.s.size) > 1e-6; steps++) {
        TH_TRY(th_learn_step(l, (double)steps / MOST_STEP));
        direction(&b);
        if (!walk(&b, &f)) break;
    }
    th_learn_tell(l, "loss", f);
    th_learn_tell(l, "steps", steps);
    *weights = b.w;
    *gradient = b.g;
    return TH_OK;
}

th_err th_learn_logistic(th_learning *l)
{
    const th_rows *r = &l->job->train;
    const size_t d = (size_t)r->d;
    int32_t in[3] = {0};
    double *fit, *gradient;
    TH_TRY(th_logistic_fit(l, &fit, &gradient));
    float *w = th_learn_constant(l, "weights", TH_F32, th_learn_shape(r->n_labels, r->d), &in[1]);
    float *b = th_learn_constant(l, "bias", TH_F32, th_learn_shape(r->n_labels, 0), &in[2]);
    if (!w || !b) return th_learn_no_memory(l);
    for (size_t c = 0; c < (size_t)r->n_labels; c++) {
        for (size_t j = 0; j < d; j++) w[c * d + j] = (float)fit[c * (d + 1) + j];
        b[c] = (float)fit[c * (d + 1) + d];
    }
    return th_learn_end(l, th_learn_node(l, TH_OP_FULLY_CONNECTED, &(th_attr){0}, in, 3, "sums", r->n_labels),
                        r->n_labels, true);
}
