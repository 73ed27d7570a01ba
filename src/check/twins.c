/* Which samples show the same, without holding each against each.
 *
 *   views --signs of random projections--> BANDS codes of `bits` bits; samples with one code in common are candidates
 *   candidates whose views are near --whole contents--> pairs
 *
 * Two views at an angle of w share a bit with probability 1 - w / pi (Charikar, "Similarity estimation techniques from
 * rounding algorithms", STOC 2002).  Bits grow with the number of samples, so that few others stand beside a sample. */
#include "check/check_priv.h"

#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BANDS       24
#define STROKE      0.99f /* how alike strokes must be: a hand repeats itself well */
#define MOST_BESIDE 64    /* samples of one code that are held against each other; of more, each against so many */
#define MOST_HELD   8     /* contents that one sample is held against for a code: those with the nearest views */
#define LEAST_SHARE 0.1f  /* of the shorter recording that both must have */
#define MOST_PRINTS 16    /* the same for runs of rows: what more share is in no recording's own */

/* How near views must be to look at the contents, and how alike the contents to be called so; measured by
 * tests/check/test_twins.c. */
static const struct {
    float near, alike;
} limit[TH_N_SAMPLE_KINDS] = {[TH_SOUND] = {0.85f, 0.65f}, [TH_SIGNAL] = {0.9f, 0.97f}};

size_t th_root_of(size_t *root, size_t i)
{
    while (root[i] != i) i = root[i] = root[root[i]];
    return i;
}

bool th_view_unit(float *x, size_t n)
{
    double mean = 0, square = 0;
    for (size_t i = 0; i < n; i++) mean += (double)x[i];
    mean /= (double)n;
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)((double)x[i] - mean);
        square += (double)x[i] * (double)x[i];
    }
    if (!(square > 1e-12)) return false;
    for (size_t i = 0; i < n; i++) x[i] = (float)((double)x[i] / sqrt(square));
    return true;
}

th_err th_winnow(th_fact *f, const uint64_t *hash, int32_t n, int32_t window, th_why *why)
{
    int32_t cap = 0, least = -1, last = -1;
    for (int32_t i = 0; i < n; i++) {
        if (least >= 0 && least <= i - window) { /* it has left the window: look for the next */
            least = -1;
            for (int32_t k = i - window + 1; k < i; k++)
                if (hash[k] && (least < 0 || hash[k] <= hash[least])) least = k;
        }
        if (hash[i] && (least < 0 || hash[i] <= hash[least])) least = i;
        if (least < 0 || least == last || (i < window - 1 && i < n - 1)) continue;
        if (f->n_prints == cap) {
            cap = cap ? 2 * cap : 32;
            uint64_t *print = realloc(f->print, (size_t)cap * sizeof *print);
            if (print) f->print = print;
            int32_t *place = realloc(f->place, (size_t)cap * sizeof *place);
            if (place) f->place = place;
            if (!print || !place) return th_why_set(why, TH_ENOMEM, "out of memory");
        }
        f->print[f->n_prints] = hash[least];
        f->place[f->n_prints++] = last = least;
    }
    return TH_OK;
}

/* ---- pairs ---- */

static int by_score(const void *x, const void *y)
{
    const th_pair *a = x, *b = y;
    if (a->score != b->score) return a->score > b->score ? -1 : 1;
    if (a->a != b->a) return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static int by_pair(const void *x, const void *y)
{
    const th_pair *a = x, *b = y;
    if (a->a != b->a) return a->a < b->a ? -1 : 1;
    if (a->b != b->b) return a->b < b->b ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

static th_err grow(th_pair **list, size_t n, size_t *cap, th_why *why)
{
    if (n < *cap) return TH_OK;
    const size_t more = *cap ? 2 * *cap : 1024;
    th_pair *grown = realloc(*list, more * sizeof *grown);
    if (!grown) return th_why_set(why, TH_ENOMEM, "no memory for %zu pairs", more);
    *list = grown;
    *cap = more;
    return TH_OK;
}

th_err th_twins_add(th_check *c, size_t a, size_t b, th_pair_kind kind, float score, th_why *why)
{
    TH_TRY(grow(&c->pair, c->n_pairs, &c->cap_pairs, why));
    c->pair[c->n_pairs++] = (th_pair){a < b ? a : b, a < b ? b : a, kind, score};
    return TH_OK;
}

/* In order, and of each pair the surest alone. */
static void tidy(th_check *c)
{
    size_t n = 0;
    if (c->n_pairs) qsort(c->pair, c->n_pairs, sizeof *c->pair, by_pair);
    for (size_t i = 0; i < c->n_pairs; i++)
        if (n == 0 || c->pair[i].a != c->pair[n - 1].a || c->pair[i].b != c->pair[n - 1].b) c->pair[n++] = c->pair[i];
    c->n_pairs = n;
}

/* A sample and something that others may have, too. */
typedef struct key {
    uint64_t key;
    size_t i;
    int32_t place;
} key;

static int by_key(const void *x, const void *y)
{
    const key *a = x, *b = y;
    if (a->key != b->key) return a->key < b->key ? -1 : 1;
    if (a->i != b->i) return a->i < b->i ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

/* ---- equal files ---- */

static uint64_t head_of(const char *hash)
{
    uint64_t h = 0;
    for (int i = 0; i < 16 && hash[i]; i++)
        h = h << 4 | (uint64_t)(hash[i] <= '9' ? hash[i] - '0' : hash[i] - 'a' + 10);
    return h;
}

static th_err find_equal(th_check *c, key *k, th_why *why)
{
    const th_sample *s = c->set->samples;
    for (size_t i = 0; i < c->set->n; i++) k[i] = (key){head_of(s[i].hash), i, 0};
    qsort(k, c->set->n, sizeof *k, by_key);
    for (size_t i = 1; i < c->set->n; i++)
        if (*s[k[i].i].hash && strcmp(s[k[i - 1].i].hash, s[k[i].i].hash) == 0) {
            c->fact[k[i - 1].i].has_equal = c->fact[k[i].i].has_equal = true;
            TH_TRY(th_twins_add(c, k[i - 1].i, k[i].i, TH_PAIR_SAME, 1, why));
        }
    return TH_OK;
}

/* ---- near views ---- */

typedef struct search {
    th_check *c;
    key *k;       /* [set->n] */
    size_t n;     /* samples that have a view */
    size_t *root; /* [set->n] of the samples that are alike: one of them, or one that leads there */
    th_pair *tried, *fresh;
    size_t n_tried, cap_tried, n_fresh, cap_fresh;
    uint8_t *held; /* [set->n] contents that each was held against for this code */
    int bits;
    float *way;                             /* [bits][TH_VIEW] */
    float mean[TH_N_SAMPLE_KINDS][TH_VIEW]; /* of the views */
} search;

static void join(const search *s, size_t a, size_t b)
{
    const size_t x = th_root_of(s->root, a), y = th_root_of(s->root, b);
    s->root[x > y ? x : y] = x < y ? x : y;
}

static float *view_of(const th_check *c, size_t i)
{
    return c->view + i * TH_VIEW;
}

static float dot(const float *a, const float *b)
{
    float part[4] = {0};
    for (int i = 0; i < TH_VIEW; i += 4)
        for (int k = 0; k < 4; k++) part[k] += a[i + k] * b[i + k];
    return part[0] + part[1] + (part[2] + part[3]);
}

static void find_means(search *s)
{
    const th_check *c = s->c;
    double sum[TH_VIEW];
    for (int kind = 0; kind < TH_N_SAMPLE_KINDS; kind++) {
        size_t n = 0;
        memset(sum, 0, sizeof sum);
        for (size_t i = 0; i < c->set->n; i++) {
            if (!c->fact[i].has_view || c->set->samples[i].kind != (th_sample_kind)kind) continue;
            n++;
            for (int j = 0; j < TH_VIEW; j++) sum[j] += (double)view_of(c, i)[j];
        }
        for (int j = 0; j < TH_VIEW && n; j++) s->mean[kind][j] = (float)(sum[j] / (double)n);
    }
}

static uint64_t code_of(const search *s, size_t i)
{
    const th_sample_kind kind = s->c->set->samples[i].kind;
    float x[TH_VIEW];
    uint64_t code = (uint64_t)kind;
    for (int j = 0; j < TH_VIEW; j++) x[j] = view_of(s->c, i)[j] - s->mean[kind][j];
    for (int b = 0; b < s->bits; b++) code = code << 1 | (dot(x, s->way + (size_t)b * TH_VIEW) > 0);
    return code;
}

/* Neighbours by one band's code whose views are near, into fresh. */
static th_err gather(search *s, int band, th_why *why)
{
    const th_check *c = s->c;
    th_rng rng = th_rng_make(c->cfg->seed, 900 + (uint64_t)band);
    for (int j = 0; j < s->bits * TH_VIEW; j++) s->way[j] = th_rng_normal(&rng);
    s->n = s->n_fresh = 0;
    for (size_t i = 0; i < c->set->n; i++)
        if (c->fact[i].has_view && c->set->samples[i].kind != TH_PICTURE) s->k[s->n++] = (key){code_of(s, i), i, 0};
    if (s->n) qsort(s->k, s->n, sizeof *s->k, by_key);
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = i + 1; j < s->n && j <= i + MOST_BESIDE && s->k[j].key == s->k[i].key; j++) {
            const size_t a = s->k[i].i, b = s->k[j].i;
            const float near = dot(view_of(c, a), view_of(c, b));
            if (near < limit[c->set->samples[a].kind].near) continue;
            TH_TRY(grow(&s->fresh, s->n_fresh, &s->cap_fresh, why));
            s->fresh[s->n_fresh++] = (th_pair){a, b, TH_PAIR_ALIKE, near};
        }
    return TH_OK;
}

static th_err alike(const th_check *c, size_t a, size_t b, float *score, th_why *why)
{
    switch (c->set->samples[a].kind) {
    case TH_SOUND: return th_sound_alike(c, a, b, score, why);
    case TH_SIGNAL: return th_signal_alike(c, a, b, score, why);
    case TH_PICTURE: break; /* looks.c */
    }
    return TH_OK;
}

static th_err hold(search *s, const th_pair *p, th_why *why)
{
    th_check *c = s->c;
    float score;
    if (th_root_of(s->root, p->a) == th_root_of(s->root, p->b)) return TH_OK; /* known to be alike */
    const bool sound = c->set->samples[p->a].kind == TH_SOUND;
    if (sound && !th_sound_maybe(&c->fact[p->a], &c->fact[p->b])) return TH_OK;
    if (s->n_tried && bsearch(p, s->tried, s->n_tried, sizeof *p, by_pair)) return TH_OK;
    TH_TRY(alike(c, p->a, p->b, &score, why));
    const th_sample *one = &c->set->samples[p->a];
    const bool stroke = one->kind == TH_SIGNAL && !(one->rate_hz > 0);
    if (score < (stroke ? STROKE : limit[one->kind].alike)) return TH_OK;
    join(s, p->a, p->b);
    return th_twins_add(c, p->a, p->b, TH_PAIR_ALIKE, fminf(score, 1), why);
}

static th_err find_near(search *s, th_why *why)
{
    th_check *c = s->c;
    find_means(s);
    for (size_t i = 0; i < c->n_pairs; i++) join(s, c->pair[i].a, c->pair[i].b);
    for (int band = 0; band < BANDS; band++) {
        TH_TRY(gather(s, band, why));
        if (s->n_fresh) qsort(s->fresh, s->n_fresh, sizeof *s->fresh, by_score);
        memset(s->held, 0, c->set->n);
        const size_t before = s->n_tried;
        size_t known = before;
        for (size_t i = 0; i < s->n_fresh; i++) {
            uint8_t *a = &s->held[s->fresh[i].a], *b = &s->held[s->fresh[i].b];
            if (*a == MOST_HELD || *b == MOST_HELD) continue;
            ++*a, ++*b;
            TH_TRY(hold(s, &s->fresh[i], why));
            TH_TRY(th_check_step(c, (band + (double)i / (double)s->n_fresh) / (BANDS + 1), why));
            TH_TRY(grow(&s->tried, known, &s->cap_tried, why));
            s->tried[known++] = s->fresh[i];
        }
        s->n_tried = known;
        if (known) qsort(s->tried, known, sizeof *s->tried, by_pair);
        TH_TRY(th_check_step(c, (band + 1.0) / (BANDS + 1), why));
    }
    return TH_OK;
}

/* ---- the same rows in two recordings ---- */

/* The rows of a sample as bytes. */
static th_err load_rows(const th_check *c, size_t i, uint8_t **rows, int32_t *n, size_t *row_bytes, th_why *why)
{
    const th_sample *s = &c->set->samples[i];
    if (s->kind == TH_SOUND) {
        int16_t *pcm = NULL;
        const th_err err = th_dataset_samples(c->set, s, &pcm, n, why);
        *rows = (uint8_t *)pcm;
        *row_bytes = sizeof *pcm;
        return err;
    }
    float *x = NULL;
    int32_t channels = 0;
    const th_err err = th_dataset_signal(c->set, s, &x, n, &channels, why);
    *rows = (uint8_t *)x;
    *row_bytes = (size_t)channels * sizeof *x;
    return err;
}

/* The most rows in a row that a has at place t + lag and b at t. */
static int32_t longest_run(const uint8_t *a, int32_t n_a, const uint8_t *b, int32_t n_b, int32_t lag, size_t row_bytes)
{
    int32_t most = 0, run = 0;
    for (int32_t t = lag < 0 ? -lag : 0; t < n_b && t + lag < n_a; t++) {
        const bool same = memcmp(a + (size_t)(t + lag) * row_bytes, b + (size_t)t * row_bytes, row_bytes) == 0;
        run = same ? run + 1 : 0;
        most = run > most ? run : most;
    }
    return most;
}

static th_err hold_rows(th_check *c, size_t a, size_t b, int32_t lag, th_why *why)
{
    uint8_t *x = NULL, *y = NULL;
    int32_t n_x = 0, n_y = 0;
    size_t size_x = 0, size_y = 0;
    th_err err = load_rows(c, a, &x, &n_x, &size_x, why);
    if (!err) err = load_rows(c, b, &y, &n_y, &size_y, why);
    if (!err && size_x == size_y && n_x > 0 && n_y > 0) {
        const float share = (float)longest_run(x, n_x, y, n_y, lag, size_x) / (float)(n_x < n_y ? n_x : n_y);
        if (share >= LEAST_SHARE) err = th_twins_add(c, a, b, TH_PAIR_OVERLAP, share, why);
    }
    free(x);
    free(y);
    return err;
}

static th_err find_overlaps(th_check *c, th_why *why)
{
    size_t n = 0, last[2] = {0, 0};
    for (size_t i = 0; i < c->set->n; i++) n += (size_t)c->fact[i].n_prints;
    key *k = malloc((n + 1) * sizeof *k);
    if (!k) return th_why_set(why, TH_ENOMEM, "no memory for %zu hashes", n);
    n = 0;
    for (size_t i = 0; i < c->set->n; i++)
        for (int32_t j = 0; j < c->fact[i].n_prints; j++) k[n++] = (key){c->fact[i].print[j], i, c->fact[i].place[j]};
    if (n) qsort(k, n, sizeof *k, by_key);
    th_err err = TH_OK;
    for (size_t i = 0; i < n && !err; i++)
        for (size_t j = i + 1; j < n && j <= i + MOST_PRINTS && k[j].key == k[i].key && !err; j++) {
            const bool again = last[0] == k[i].i && last[1] == k[j].i;
            if (k[i].i == k[j].i || again || c->set->samples[k[i].i].kind != c->set->samples[k[j].i].kind) continue;
            if (strcmp(c->set->samples[k[i].i].hash, c->set->samples[k[j].i].hash) == 0) continue;
            last[0] = k[i].i, last[1] = k[j].i;
            err = hold_rows(c, k[i].i, k[j].i, k[i].place - k[j].place, why);
            if (!err) err = th_check_step(c, (BANDS + (double)i / (double)n) / (BANDS + 1), why);
        }
    free(k);
    return err;
}

th_err th_twins_find(th_check *c, th_why *why)
{
    search s = {.c = c, .bits = 8};
    const size_t n = c->set->n;
    while (s.bits < 24 && (size_t)1 << s.bits < n) s.bits++;
    s.k = malloc((n + 1) * sizeof *s.k);
    s.root = malloc((n + 1) * sizeof *s.root);
    s.held = malloc(n + 1);
    s.way = malloc((size_t)s.bits * TH_VIEW * sizeof *s.way);
    th_err err = s.k && s.root && s.way && s.held ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for %zu samples", n);
    for (size_t i = 0; i < n && s.root; i++) s.root[i] = i;
    if (!err) err = find_equal(c, s.k, why);
    if (!err) err = th_looks_find(c, why);
    if (!err) err = find_near(&s, why);
    if (!err) err = find_overlaps(c, why);
    if (!err) tidy(c);
    free(s.k);
    free(s.root);
    free(s.way);
    free(s.held);
    free(s.tried);
    free(s.fresh);
    return err;
}
