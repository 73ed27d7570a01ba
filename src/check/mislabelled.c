/* Which labels do models doubt that have not seen the sample?
 *
 *   units    samples, of a sensor labelled parts of recordings; rows of numbers of each: features of sounds and
 *            pictures, windows of a sensor, points of a stroke
 *   folds    FOLDS of them, whole subjects (else groups, recordings) in each; a model learns from the others and says
 *            p(label) of each row; of a unit the mean
 *   t[k]     mean p(k) of the units that are labelled k: how sure the models are of k at all
 *   doubt    p(given) < t[given], and another label with the largest p has p > t[it]: by p(it) - p(given); only where
 *            p(given) is so small that labels are given twice as often as the models themselves expect (surprise_of)
 *
 * Source: Northcutt, Jiang, Chuang, "Confident learning: estimating uncertainty in dataset labels", JAIR 2021. */
#include "check/check_priv.h"

#include "base/fmath.h"
#include "base/rng.h"
#include "data/split.h"
#include "data/task_examples.h"
#include "data/windows.h"
#include "learn/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FOLDS      5
#define LEAST      8    /* units of a class */
#define MOST_ROWS  8000 /* that one model learns from */
#define MOST_CLASS 256
#define WAVES      512
#define TRUSTED    0.5
#define WORSE      2.0
#define RIDGE      0.5
#define PLAIN      "stats mean sd min max step" /* where the project's own features cannot be computed */

typedef struct unit {
    size_t sample;
    int32_t from, to; /* rows of a part; to 0: the whole sample */
    const char *name; /* of the class */
    int32_t class;    /* -1: too rare */
    int fold;
    int32_t n_rows;
    double *p; /* [classes] */
} unit;

typedef struct trial {
    th_check *c;
    unit *u;
    size_t n, cap;
    int32_t n_classes, d, n_rows;
    const char *class[MOST_CLASS];
    float *own;  /* [n_rows][d] */
    int32_t *of; /* [n_rows] the unit of each */
    double *p;   /* [n][n_classes] */
    double mean[MOST_CLASS];
} trial;

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "no memory to look for wrong labels");
}

static th_err add_unit(trial *t, const unit *u, th_why *why)
{
    if (t->n == t->cap) {
        const size_t cap = t->cap ? 2 * t->cap : 256;
        unit *more = realloc(t->u, cap * sizeof *more);
        if (!more) return no_memory(why);
        t->u = more;
        t->cap = cap;
    }
    t->u[t->n++] = *u;
    return TH_OK;
}

/* ---- rows of sounds and pictures: one of each ---- */

static th_err rows_of_facts(trial *t, th_why *why)
{
    const th_check *c = t->c;
    for (size_t i = 0; i < c->set->n; i++) {
        const th_sample *s = &c->set->samples[i];
        if (!c->fact[i].has_features || !*s->label) continue;
        const bool word = s->kind == TH_SOUND && *s->word;
        TH_TRY(add_unit(t, &(unit){.sample = i, .name = word ? s->word : s->label}, why));
    }
    t->d = TH_FEATURES;
    t->n_rows = (int32_t)t->n;
    t->own = malloc((t->n + 1) * TH_FEATURES * sizeof *t->own);
    t->of = malloc((t->n + 1) * sizeof *t->of);
    if (!t->own || !t->of) return no_memory(why);
    for (size_t k = 0; k < t->n; k++) {
        memcpy(t->own + k * TH_FEATURES, c->features + t->u[k].sample * TH_FEATURES, TH_FEATURES * sizeof *t->own);
        t->of[k] = (int32_t)k;
    }
    return TH_OK;
}

/* ---- rows of signals: windows ---- */

typedef struct cutting {
    trial *t;
    th_windows *w;
    size_t sample;
} cutting;

static th_err take_part(cutting *k, const th_recording *r, int32_t from, int32_t to, const char *label, const char *own,
                        th_why *why)
{
    char name[24];
    th_recording part = *r;
    if (from < 0) from = 0;
    if (to > r->n) to = r->n;
    if (to <= from || !*label) return TH_OK;
    th_text_fmt(name, sizeof name, "%zu", k->t->n);
    part.name = name;
    part.label = label;
    part.rows = r->rows + (size_t)from * (size_t)r->n_channels;
    part.n = to - from;
    part.n_parts = 0;
    TH_TRY(add_unit(k->t, &(unit){.sample = k->sample, .from = from, .to = to, .name = own}, why));
    return th_windows_add(k->w, &part, why);
}

static th_err take_recording(void *ctx, const th_recording *r, th_why *why)
{
    cutting *k = ctx;
    const th_sample *s = &k->t->c->set->samples[k->sample];
    if (r->n_parts == 0) return take_part(k, r, 0, r->n, s->label, s->label, why);
    for (int32_t i = 0; i < r->n_parts; i++) /* the sample's own texts live on */
        TH_TRY(take_part(k, r, r->parts[i].from, r->parts[i].to, r->parts[i].label, s->segments[i].label, why));
    return TH_OK;
}

/* The windows of all signals with the first one's number of channels.  blocks: NULL, or in place of the card's. */
static th_err cut_signals(trial *t, th_card *card, const char *blocks, th_examples **e, th_why *why)
{
    const th_check *c = t->c;
    cutting k = {.t = t};
    card->axes = 0;
    if (blocks) th_text_fmt(card->recipe.blocks, sizeof card->recipe.blocks, "%s", blocks);
    th_text_fmt(card->recipe.baseline, sizeof card->recipe.baseline, "none");
    th_text_fmt(card->recipe.strokes, sizeof card->recipe.strokes, "points");
    card->recipe.points = 32;
    TH_TRY(th_windows_new(card, false, &k.w, why));
    th_err err = TH_OK;
    for (size_t i = 0; i < c->set->n && !err; i++) {
        const th_sample *s = &c->set->samples[i];
        const th_fact *f = &c->fact[i];
        k.sample = i;
        if (s->kind != TH_SIGNAL || !f->channel || (card->axes && f->is.signal.n_channels != card->axes)) continue;
        err = th_task_recording(c->set, s, take_recording, &k, why);
    }
    *e = err ? NULL : th_windows_take(k.w);
    th_windows_free(k.w);
    return err;
}

static th_err rows_of_windows(trial *t, th_why *why)
{
    th_card *card = malloc(sizeof *card);
    th_examples *e = NULL;
    th_why inner = {0};
    if (!card) return no_memory(why);
    th_err err = th_task_card(t->c->p, "logistic", card, why);
    if (!err && cut_signals(t, card, NULL, &e, &inner) == TH_EFORMAT) { /* such as a window too short for a spectrum */
        t->n = 0;
        err = cut_signals(t, card, PLAIN, &e, why);
    } else if (!err && inner.err) {
        err = th_why_set(why, inner.err, "%s", inner.text);
    }
    free(card);
    if (err || !e) return err;
    t->d = e->h * e->w * e->c;
    t->n_rows = e->n;
    t->of = malloc(((size_t)e->n + 1) * sizeof *t->of);
    for (int32_t i = 0; i < e->n && t->of; i++) t->of[i] = (int32_t)strtol(e->file[i], NULL, 10);
    t->own = e->f32;
    e->f32 = NULL;
    th_examples_free(e);
    return t->of ? TH_OK : no_memory(why);
}

/* ---- classes and folds ---- */

static th_err find_classes(trial *t, th_why *why)
{
    size_t count[MOST_CLASS] = {0};
    int32_t number[MOST_CLASS], kept = 0;
    for (int32_t i = 0; i < t->n_rows; i++) t->u[t->of[i]].n_rows++;
    for (size_t k = 0; k < t->n; k++) {
        int32_t j = 0;
        while (j < t->n_classes && strcmp(t->class[j], t -> u[k].name) != 0) j++;
        t->u[k].class = -1;
        if (j == MOST_CLASS || t->u[k].n_rows == 0) continue;
        if (j == t->n_classes) t->class[t->n_classes++] = t->u[k].name;
        t->u[k].class = j;
        count[j]++;
    }
    for (int32_t j = 0; j < t->n_classes; j++) {
        number[j] = count[j] >= LEAST ? kept : -1;
        if (count[j] >= LEAST) t->class[kept++] = t->class[j];
    }
    for (size_t k = 0; k < t->n; k++)
        if (t->u[k].class >= 0) t->u[k].class = number[t->u[k].class];
    t->n_classes = kept;
    t->p = calloc(t->n * (size_t)kept + 1, sizeof *t->p);
    for (size_t k = 0; k < t->n && t->p; k++) t->u[k].p = t->p + k * (size_t)kept;
    return t->p ? TH_OK : no_memory(why);
}

/* What stays in one fold: a subject, else a group, else a recording with all its pieces, else the sample. */
static void owner_of(const th_sample *s, int by, char *to, size_t cap)
{
    const char *mark = th_piece_mark(s);
    if (by == 0 && *s->subject)
        th_text_fmt(to, cap, "s%s", s->subject);
    else if (by <= 1 && *s->group)
        th_text_fmt(to, cap, "g%s", s->group);
    else if (by <= 2 && mark)
        th_text_fmt(to, cap, "n%.*s", (int)(mark - s->name), s->name);
    else
        th_text_fmt(to, cap, "h%s%s", s->hash, s->name);
}

typedef struct owned {
    uint64_t draw;
    size_t k;
} owned;

static int by_draw(const void *x, const void *y)
{
    const owned *a = x, *b = y;
    if (a->draw != b->draw) return a->draw < b->draw ? -1 : 1;
    return (a->k > b->k) - (a->k < b->k);
}

/* Owners in an order that the seed decides, one fold after the other. */
static void deal(trial *t, int by, owned *o)
{
    size_t owners = 0;
    for (size_t k = 0; k < t->n; k++) {
        char owner[512];
        owner_of(&t->c->set->samples[t->u[k].sample], by, owner, sizeof owner);
        o[k] = (owned){th_split_draw(t->c->cfg->seed, owner), k};
    }
    if (t->n) qsort(o, t->n, sizeof *o, by_draw);
    for (size_t k = 0; k < t->n; k++) {
        owners += k > 0 && o[k].draw != o[k - 1].draw;
        t->u[o[k].k].fold = (int)(owners % FOLDS);
    }
}

/* Can each class be learnt without any of the folds? */
static bool is_dealt(const trial *t)
{
    size_t in[MOST_CLASS][FOLDS] = {{0}};
    for (size_t k = 0; k < t->n; k++)
        if (t->u[k].class >= 0) in[t->u[k].class][t->u[k].fold]++;
    for (int32_t j = 0; j < t->n_classes; j++) {
        int folds = 0;
        for (int f = 0; f < FOLDS; f++) folds += in[j][f] > 0;
        if (folds < 3) return false;
    }
    return true;
}

/* By subject if that can be, else by what is smaller. */
static th_err find_folds(trial *t, th_why *why)
{
    owned *o = malloc((t->n + 1) * sizeof *o);
    if (!o) return no_memory(why);
    for (int by = 0; by < 4; by++) {
        deal(t, by, o);
        if (is_dealt(t)) break;
    }
    free(o);
    return TH_OK;
}

/* Columns to mean 0 and deviation 1. */
static void standardise(trial *t)
{
    for (int32_t j = 0; j < t->d; j++) {
        double sum = 0, square = 0;
        for (int32_t i = 0; i < t->n_rows; i++) {
            const double v = (double)t->own[(size_t)i * (size_t)t->d + (size_t)j];
            sum += v;
            square += v * v;
        }
        const double mean = sum / t->n_rows, sd = sqrt(fmax(0, square / t->n_rows - mean * mean));
        for (int32_t i = 0; i < t->n_rows; i++) {
            float *v = &t->own[(size_t)i * (size_t)t->d + (size_t)j];
            *v = sd > 1e-9 ? (float)fmin(fmax(((double)*v - mean) / sd, -6), 6) : 0;
        }
    }
}

/* ---- the models ---- */

/* One for each fold, which has not seen its rows: ridge regression on waves of the row,
 *
 *   z[j] = sqrt(2 / WAVES) cos(w[j] x + b[j]),  w ~ N(0, 2 / d), b ~ U(0, 2 pi):  z(x) z(y) ~ exp(-|x - y|^2 / d)
 *   W = (sum of z z' over the others + RIDGE)^-1 sum of z y',  y[k] 1 for the label, else 0
 *
 * so that one pass over the rows makes all folds.  Source: Rahimi, Recht, "Random features for large-scale kernel
 * machines", NIPS 2007. */
typedef struct waves {
    const trial *t;
    float *w, *b;          /* [d][WAVES], [WAVES] */
    double *gram[FOLDS];   /* [WAVES][WAVES] lower triangles of the rows of each fold */
    double *sum[FOLDS];    /* [n_classes][WAVES] */
    double *a;             /* [WAVES][WAVES] what is solved */
    double *weight[FOLDS]; /* [n_classes][WAVES] */
} waves;

static void waves_free(waves *v)
{
    free(v->w);
    free(v->b);
    free(v->a);
    for (int f = 0; f < FOLDS; f++) {
        free(v->gram[f]);
        free(v->sum[f]);
        free(v->weight[f]);
    }
}

static bool waves_open(waves *v, const trial *t)
{
    const size_t square = (size_t)WAVES * WAVES, answers = (size_t)t->n_classes * WAVES;
    *v = (waves){.t = t};
    v->w = malloc((size_t)t->d * WAVES * sizeof *v->w);
    v->b = malloc(WAVES * sizeof *v->b);
    v->a = malloc(square * sizeof *v->a);
    bool ok = v->w && v->b && v->a;
    for (int f = 0; f < FOLDS; f++) {
        v->gram[f] = calloc(square, sizeof *v->gram[f]);
        v->sum[f] = calloc(answers, sizeof *v->sum[f]);
        v->weight[f] = calloc(answers, sizeof *v->weight[f]);
        ok = ok && v->gram[f] && v->sum[f] && v->weight[f];
    }
    th_rng rng = th_rng_make(t->c->cfg->seed, 960);
    const float scale = sqrtf(2 / (float)t->d);
    for (size_t i = 0; i < (size_t)t->d * WAVES && ok; i++) v->w[i] = scale * th_rng_normal(&rng);
    for (int j = 0; j < WAVES && ok; j++) v->b[j] = th_rng_range(&rng, 0, 6.2831853f);
    return ok;
}

static void wave_row(const waves *v, int32_t i, float *z)
{
    const float *x = v->t->own + (size_t)i * (size_t)v->t->d;
    memcpy(z, v->b, WAVES * sizeof *z);
    for (int32_t k = 0; k < v->t->d; k++)
        for (int j = 0; j < WAVES; j++) z[j] += x[k] * v->w[(size_t)k * WAVES + (size_t)j];
    for (int j = 0; j < WAVES; j++) z[j] = sqrtf(2.0f / WAVES) * th_cosf(z[j]);
}

static void add_row(const waves *v, int32_t i)
{
    const unit *u = &v->t->u[v->t->of[i]];
    float z[WAVES];
    wave_row(v, i, z);
    for (size_t j = 0; j < WAVES; j++) {
        double *to = v->gram[u->fold] + j * WAVES;
        const double f = (double)z[j];
        for (size_t k = 0; k <= j; k++) to[k] += f * (double)z[k];
        v->sum[u->fold][(size_t)u->class * WAVES + j] += f;
    }
}

/* The rows that learn: so many at most, drawn by the seed. */
static th_err add_rows(const waves *v, th_why *why)
{
    const trial *t = v->t;
    uint32_t left = 0, wanted;
    for (int32_t i = 0; i < t->n_rows; i++) left += t->u[t->of[i]].class >= 0;
    wanted = left < MOST_ROWS ? left : MOST_ROWS;
    th_rng rng = th_rng_make(t->c->cfg->seed, 961);
    for (int32_t i = 0; i < t->n_rows; i++) {
        if (t->u[t->of[i]].class < 0) continue;
        if (th_rng_below(&rng, left--) < wanted) {
            add_row(v, i);
            wanted--;
        }
        if (i % 256 == 0) TH_TRY(th_check_step(t->c, 0.6 * i / t->n_rows, why));
    }
    return TH_OK;
}

/* weight[f] from the sums of the other folds. */
static bool solve(waves *v, int f)
{
    const size_t n = WAVES;
    memset(v->a, 0, n * n * sizeof *v->a);
    for (int g = 0; g < FOLDS; g++)
        for (size_t i = 0; i < n * n && g != f; i++) v->a[i] += v->gram[g][i];
    for (size_t i = 0; i < n; i++) v->a[i * n + i] += RIDGE;
    if (!th_cholesky(v->a, WAVES)) return false;
    for (int32_t k = 0; k < v->t->n_classes; k++) {
        double *x = v->weight[f] + (size_t)k * n;
        for (int g = 0; g < FOLDS; g++)
            for (size_t i = 0; i < n && g != f; i++) x[i] += v->sum[g][(size_t)k * n + i];
        for (size_t i = 0; i < n; i++) { /* L u = x, then L' x = u */
            for (size_t j = 0; j < i; j++) x[i] -= v->a[i * n + j] * x[j];
            x[i] /= v->a[i * n + i];
        }
        for (size_t i = n; i-- > 0;) {
            x[i] /= v->a[i * n + i];
            for (size_t j = 0; j < i; j++) x[j] -= v->a[i * n + j] * x[i];
        }
    }
    return true;
}

/* What the model of its fold says of each row; of a unit the mean. */
static th_err answer(const waves *v, th_why *why)
{
    const trial *t = v->t;
    for (int32_t i = 0; i < t->n_rows; i++) {
        const unit *u = &t->u[t->of[i]];
        float z[WAVES];
        if (u->class < 0) continue;
        wave_row(v, i, z);
        for (int32_t k = 0; k < t->n_classes; k++) {
            const double *w = v->weight[u->fold] + (size_t)k * WAVES;
            double sum = 0;
            for (int j = 0; j < WAVES; j++) sum += w[j] * (double)z[j];
            u->p[k] += sum / u->n_rows;
        }
        if (i % 256 == 0) TH_TRY(th_check_step(t->c, 0.8 + 0.2 * i / t->n_rows, why));
    }
    return TH_OK;
}

static th_err ask(trial *t, th_why *why)
{
    waves v;
    bool ok = waves_open(&v, t);
    th_err err = ok ? add_rows(&v, why) : no_memory(why);
    for (int f = 0; f < FOLDS && !err && ok; f++) {
        ok = solve(&v, f);
        err = ok ? th_check_step(t->c, 0.6 + 0.2 * (f + 1) / FOLDS, why) : TH_OK;
    }
    if (!err && ok) err = answer(&v, why);
    waves_free(&v);
    return err;
}

/* Answers become probabilities, p[k] ~ e^(sharp answer[k]), sharp so that the mean of the largest p is as often as it
 * is right: what is often wrong is not sure of itself. */
static void soften(const trial *t, double sharp, const double *from, double *to)
{
    double most = -HUGE_VAL, sum = 0;
    for (int32_t k = 0; k < t->n_classes; k++) most = fmax(most, from[k]);
    for (int32_t k = 0; k < t->n_classes; k++) sum += to[k] = exp(sharp * (from[k] - most));
    for (int32_t k = 0; k < t->n_classes; k++) to[k] /= sum;
}

static int32_t best_of(const trial *t, const unit *u)
{
    int32_t best = 0;
    for (int32_t k = 1; k < t->n_classes; k++)
        if (u->p[k] > u->p[best]) best = k;
    return best;
}

static void calibrate(const trial *t)
{
    double lo = 0.1, hi = 200, p[MOST_CLASS];
    size_t n = 0, right = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->u[i].class < 0) continue;
        n++;
        right += best_of(t, &t->u[i]) == t->u[i].class;
    }
    for (int step = 0; step < 30; step++) {
        const double mid = sqrt(lo * hi);
        double sure = 0;
        for (size_t i = 0; i < t->n; i++) {
            if (t->u[i].class < 0) continue;
            soften(t, mid, t->u[i].p, p);
            sure += p[best_of(t, &t->u[i])];
        }
        *(sure < (double)right ? &lo : &hi) = mid;
    }
    for (size_t i = 0; i < t->n && n; i++)
        if (t->u[i].class >= 0) soften(t, lo, t->u[i].p, t->u[i].p);
}

/* ---- doubts ---- */

static void find_means(trial *t)
{
    size_t n[MOST_CLASS] = {0};
    for (size_t i = 0; i < t->n; i++) {
        const int32_t k = t->u[i].class;
        if (k < 0) continue;
        t->mean[k] += t->u[i].p[k];
        n[k]++;
    }
    for (int32_t k = 0; k < t->n_classes; k++) t->mean[k] /= n[k] ? (double)n[k] : 1;
}

/* Who is hardly better than drawing labels by lot has nothing to say against them: Cohen's kappa,
 * (right - chance) / (1 - chance), must be TRUSTED at least. */
static bool is_trusted(const trial *t)
{
    size_t count[MOST_CLASS] = {0}, n = 0, right = 0;
    double chance = 0;
    for (size_t i = 0; i < t->n; i++) {
        const int32_t k = t->u[i].class;
        if (k < 0) continue;
        n++;
        count[k]++;
        right += best_of(t, &t->u[i]) == k;
    }
    for (int32_t k = 0; k < t->n_classes; k++) chance += (double)count[k] / (double)n * ((double)count[k] / (double)n);
    return (double)right / (double)n - chance >= TRUSTED * (1 - chance);
}

/* What is said of a word in this project: "unknown" for two of them is one label. */
static const char *label_of(const trial *t, const unit *u, const char *name)
{
    return t->c->set->samples[u->sample].kind == TH_SOUND ? th_dataset_label(t->c->p, name) : name;
}

#define BINS 64 /* of p, four to each halving */

static int bin_of(double p)
{
    const double at = p > 0 ? -4 * log2(p) : BINS;
    return at < 0 ? 0 : at >= BINS ? BINS - 1 : (int)at;
}

/* Models that know their limits are surprised as often as they say: of labels with p there are p.  The largest p below
 * which labels are given WORSE times as often as that, so that at least half of them cannot be the models' doubt
 * alone; 0 when there is none.  One more is given, so that a few samples can say anything. */
static double surprise_of(const trial *t)
{
    double given[BINS] = {0}, expected[BINS] = {0}, below = 0;
    for (size_t i = 0; i < t->n; i++) {
        const unit *u = &t->u[i];
        if (u->class < 0) continue;
        given[bin_of(u->p[u->class])]++;
        for (int32_t k = 0; k < t->n_classes; k++) expected[bin_of(u->p[k])] += u->p[k];
    }
    for (int b = BINS - 1; b > 0; b--) {
        given[b - 1] += given[b];
        expected[b - 1] += expected[b];
    }
    for (int b = BINS - 1; b >= 0; b--)
        if (given[b] + 1 >= WORSE * expected[b]) below = exp2(-b / 4.0);
    return below;
}

static void doubt(trial *t, const unit *u, double surprise)
{
    th_check *c = t->c;
    const th_sample *s = &c->set->samples[u->sample];
    const int32_t best = best_of(t, u);
    char a[32], b[32], rows[64] = "";
    if (best == u->class || u->p[u->class] >= surprise || u->p[u->class] >= t->mean[u->class] ||
        u->p[best] <= t->mean[best])
        return;
    if (strcmp(label_of(t, u, u->name), label_of(t, u, t->class[best])) == 0) return;
    th_check_item *item = th_found(c, u->sample, TH_NO_SAMPLE, u->p[best] - u->p[u->class]);
    const bool part = u->to > 0 && s->n_segments > 0;
    if (part) th_text_fmt(rows, sizeof rows, ", rows %ld to %ld", (long)u->from + 1, (long)u->to);
    th_text_fmt(item->text, sizeof item->text, "%s%s: labelled %s, looks like %s (%s %% against %s %%)",
                th_sample_shown(s), rows, u->name, t->class[best], th_number(a, 100 * u->p[best], 0),
                th_number(b, 100 * u->p[u->class], 0));
    const bool label = s->kind != TH_SOUND || th_project_label(c->p, t->class[best]) >= 0;
    if (!part) th_fix_sample(c, item, "set", u->sample, label ? "label" : "word", t->class[best]);
}

static th_err run_trial(trial *t, th_why *why)
{
    const th_check *c = t->c;
    TH_TRY(c->task->input == TH_IN_SIGNAL || c->task->input == TH_IN_STROKE ? rows_of_windows(t, why)
                                                                            : rows_of_facts(t, why));
    if (t->n_rows == 0) return TH_OK;
    TH_TRY(find_classes(t, why));
    if (t->n_classes < 2) return TH_OK;
    TH_TRY(find_folds(t, why));
    standardise(t);
    TH_TRY(ask(t, why));
    calibrate(t);
    if (!is_trusted(t)) return TH_OK;
    find_means(t);
    const double surprise = surprise_of(t);
    for (size_t i = 0; i < t->n; i++)
        if (t->u[i].class >= 0) doubt(t, &t->u[i], surprise);
    return TH_OK;
}

th_err th_check_mislabelled(th_check *c, th_why *why)
{
    if (!th_check_by_label(c)) return TH_OK;
    trial *t = calloc(1, sizeof *t);
    if (!t) return no_memory(why);
    t->c = c;
    const th_err err = run_trial(t, why);
    free(t->u);
    free(t->own);
    free(t->of);
    free(t->p);
    free(t);
    return err;
}
