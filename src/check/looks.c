/* Which pictures are copies of each other, in a set whose pictures are all alike: by what differs, not by what is
 * common.
 *
 *   thumb [32][32] --low frequencies of it, and of what crops of it would show--> looks, LOOK numbers each
 *   looks --what the set's own pictures have in common divided out--> points on a ball; a picture's NEAREST by signs of
 *       random projections (as in twins.c)
 *   each with its nearest --place, size, brightness, contrast by Gauss-Newton--> rest, the part of the fine detail that
 *       the other one does not explain
 *   copies: nearer than what the set's own pictures come to each other, and the rest is small
 *
 * Whitening: coefficients x of the set have mean m and covariance S = L L'; the point is L^-1 (x - m), length 1. */
#include "check/check_priv.h"

#include "base/rng.h"
#include "learn/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FREQUENCIES 8
#define LOOK        (FREQUENCIES * FREQUENCIES) /* the first one, the mean, is left 0 */
#define FRAMES      4                           /* as it is, and three crops */
#define NEAREST     6                           /* that are held against a picture */
#define BANDS       24
#define BESIDE      32   /* pictures of one code, about */
#define MOST_BESIDE 1024 /* looks of one code that one picture is held against */
#define NOBODY      (-2.0f)
#define COPY        0.985f /* cosine of whitened looks; tests/check/test_twins.c holds what they find together: */
#define ROUGH       2.0f   /* parts of the fine detail: a small copy, brought up, has lost its own */
#define LIKELY      0.97f
#define FINE        0.15f
#define SAME        0.05f
#define MOST_LEARNT 4000 /* pictures that say what is common */
#define RIDGE       0.02
#define STEPS       8
#define PIXELS      (TH_THUMB * TH_THUMB)
#define N_PARAMS    6

static const float frame_part[FRAMES] = {1, 0.96f, 0.92f, 0.88f};

typedef struct near {
    size_t other;
    float cosine;
    int8_t frame; /* the crop that looks like the other: > 0 of this one, < 0 of the other one */
} near;

typedef struct looks {
    th_check *c;
    size_t *picture; /* [n] samples that are pictures, of equal ones the first */
    size_t n;
    float *look;   /* [n][FRAMES][LOOK] */
    near *nearest; /* [n][NEAREST] the nearest first; cosine NOBODY: none */
} looks;

/* ---- looks ---- */

/* cos(pi u t) over the part of each pixel that is in the crop, t from 0 to 1 in it. */
static void make_basis(float basis[FRAMES][FREQUENCIES][TH_THUMB])
{
    for (int f = 0; f < FRAMES; f++)
        for (int u = 0; u < FREQUENCIES; u++)
            for (int x = 0; x < TH_THUMB; x++) {
                const double side = TH_THUMB * (double)frame_part[f], from = (TH_THUMB - side) / 2;
                const double lo = fmax(x, from), hi = fmin(x + 1, from + side);
                const double t = ((lo + hi) / 2 - from) / side;
                basis[f][u][x] = hi > lo ? (float)(cos(3.14159265358979 * u * t) * (hi - lo) / side) : 0;
            }
}

static void make_look(const uint8_t *thumb, float basis[FREQUENCIES][TH_THUMB], float *to)
{
    float rows[TH_THUMB][FREQUENCIES];
    double square = 0;
    for (int y = 0; y < TH_THUMB; y++)
        for (int u = 0; u < FREQUENCIES; u++) {
            float sum = 0;
            for (int x = 0; x < TH_THUMB; x++) sum += basis[u][x] * (float)thumb[y * TH_THUMB + x];
            rows[y][u] = sum;
        }
    for (int v = 0; v < FREQUENCIES; v++)
        for (int u = 0; u < FREQUENCIES; u++) {
            float sum = 0;
            for (int y = 0; y < TH_THUMB; y++) sum += basis[v][y] * rows[y][u];
            to[v * FREQUENCIES + u] = sum;
        }
    to[0] = 0;
    for (int k = 0; k < LOOK; k++) square += (double)to[k] * (double)to[k];
    const float by = square > 1e-9 ? (float)(1 / sqrt(square)) : 0;
    for (int k = 0; k < LOOK; k++) to[k] *= by;
}

static float *look_of(const looks *l, size_t i, int frame)
{
    return l->look + (i * FRAMES + (size_t)frame) * LOOK;
}

/* mean [LOOK], a [LOOK][LOOK] the lower triangle of L */
static bool learn_common(const looks *l, double *mean, double *a)
{
    const size_t step = l->n / MOST_LEARNT + 1;
    double n = 0, trace = 0;
    for (size_t i = 0; i < l->n; i += step, n++)
        for (int k = 0; k < LOOK; k++) mean[k] += (double)look_of(l, i, 0)[k];
    for (int k = 0; k < LOOK; k++) mean[k] /= n;
    for (size_t i = 0; i < l->n; i += step)
        for (int k = 0; k < LOOK; k++)
            for (int j = 0; j <= k; j++)
                a[k * LOOK + j] +=
                    ((double)look_of(l, i, 0)[k] - mean[k]) * ((double)look_of(l, i, 0)[j] - mean[j]) / n;
    for (int k = 0; k < LOOK; k++) trace += a[k * LOOK + k];
    for (int k = 0; k < LOOK; k++) a[k * LOOK + k] += trace / LOOK * (RIDGE + LOOK / (LOOK + n)) + 1e-9;
    return th_cholesky(a, LOOK);
}

static void whiten(const double *mean, const double *a, float *x)
{
    double y[LOOK], square = 0;
    for (int k = 0; k < LOOK; k++) {
        double v = (double)x[k] - mean[k];
        for (int j = 0; j < k; j++) v -= a[k * LOOK + j] * y[j];
        y[k] = v / a[k * LOOK + k];
        square += y[k] * y[k];
    }
    for (int k = 0; k < LOOK; k++) x[k] = (float)(y[k] / sqrt(square + 1e-12));
}

static th_err make_looks(looks *l, th_why *why)
{
    float basis[FRAMES][FREQUENCIES][TH_THUMB];
    double *a = calloc(LOOK * LOOK + LOOK, sizeof *a);
    if (!a) return th_why_set(why, TH_ENOMEM, "out of memory");
    make_basis(basis);
    for (size_t i = 0; i < l->n; i++)
        for (int f = 0; f < FRAMES; f++) make_look(l->c->fact[l->picture[i]].thumb, basis[f], look_of(l, i, f));
    const bool ok = learn_common(l, a + LOOK * LOOK, a);
    for (size_t i = 0; i < l->n * FRAMES && ok; i++) whiten(a + LOOK * LOOK, a, l->look + i * LOOK);
    free(a);
    return TH_OK;
}

/* ---- who is near ---- */

typedef struct key {
    uint32_t code;
    uint32_t frame;
    size_t i;
} key;

static int by_key(const void *x, const void *y)
{
    const key *a = x, *b = y;
    if (a->code != b->code) return a->code < b->code ? -1 : 1;
    if (a->i != b->i) return a->i < b->i ? -1 : 1;
    return (a->frame > b->frame) - (a->frame < b->frame);
}

static float dot(const float *a, const float *b)
{
    float part[8] = {0}, sum = 0;
    for (int i = 0; i < LOOK; i += 8)
        for (int k = 0; k < 8; k++) part[k] += a[i + k] * b[i + k];
    for (int k = 0; k < 8; k++) sum += part[k];
    return sum;
}

static void keep(looks *l, size_t i, near it)
{
    near *list = l->nearest + i * NEAREST;
    int k = 0;
    if (it.cosine <= list[NEAREST - 1].cosine) return;
    while (k < NEAREST - 1 && !(list[k].cosine > NOBODY && list[k].other == it.other)) k++;
    if (it.cosine <= list[k].cosine) return; /* known already, from a better frame */
    for (; k > 0 && list[k - 1].cosine < it.cosine; k--) list[k] = list[k - 1];
    list[k] = it;
}

static void hold_bucket(looks *l, const key *k, size_t n)
{
    for (size_t x = 0; x < n; x++)
        for (size_t y = x + 1; y < n && y <= x + MOST_BESIDE; y++) {
            if (k[x].i == k[y].i || (k[x].frame && k[y].frame)) continue;
            const float cosine = dot(look_of(l, k[x].i, (int)k[x].frame), look_of(l, k[y].i, (int)k[y].frame));
            const int8_t frame = (int8_t)(k[x].frame ? (int)k[x].frame : -(int)k[y].frame);
            keep(l, k[x].i, (near){k[y].i, cosine, frame});
            keep(l, k[y].i, (near){k[x].i, cosine, (int8_t)-frame});
        }
}

static th_err find_nearest(looks *l, th_why *why)
{
    int bits = 1;
    while (bits < 30 && l->n >> bits > BESIDE) bits++;
    const size_t n = l->n * FRAMES;
    key *k = malloc(n * sizeof *k);
    float *way = malloc((size_t)bits * LOOK * sizeof *way);
    th_err err = k && way ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for %zu pictures", l->n);
    for (int band = 0; band < BANDS && !err; band++) {
        th_rng rng = th_rng_make(l->c->cfg->seed, 930 + (uint64_t)band);
        for (int j = 0; j < bits * LOOK; j++) way[j] = th_rng_normal(&rng);
        for (size_t i = 0; i < n; i++) {
            k[i] = (key){0, (uint32_t)(i % FRAMES), i / FRAMES};
            for (int b = 0; b < bits; b++)
                k[i].code = k[i].code << 1 | (dot(l->look + i * LOOK, way + (size_t)b * LOOK) > 0);
        }
        qsort(k, n, sizeof *k, by_key);
        for (size_t from = 0, to; from < n; from = to) {
            for (to = from; to < n && k[to].code == k[from].code;) to++;
            hold_bucket(l, k + from, to - from);
        }
        err = th_check_step(l->c, 0.5 * (band + 1) / BANDS, why);
    }
    free(k);
    free(way);
    return err;
}

/* ---- one laid on the other ---- */

/* 1 2 1 both ways; the rim is its own neighbour. */
static void soften(const float *from, float *to)
{
    float mid[PIXELS];
    for (int y = 0; y < TH_THUMB; y++)
        for (int x = 0; x < TH_THUMB; x++) {
            const float *row = from + y * TH_THUMB;
            mid[y * TH_THUMB + x] = (row[x ? x - 1 : 0] + 2 * row[x] + row[x + 1 < TH_THUMB ? x + 1 : x]) / 4;
        }
    for (int y = 0; y < TH_THUMB; y++)
        for (int x = 0; x < TH_THUMB; x++)
            to[y * TH_THUMB + x] = (mid[(y ? y - 1 : 0) * TH_THUMB + x] + 2 * mid[y * TH_THUMB + x] +
                                    mid[(y + 1 < TH_THUMB ? y + 1 : y) * TH_THUMB + x]) /
                                   4;
}

static void soft_thumb(const uint8_t *thumb, float *to)
{
    float plain[PIXELS];
    for (int k = 0; k < PIXELS; k++) plain[k] = (float)thumb[k];
    soften(plain, to);
}

/* b(x) ~ gain a(middle + by (x - middle) + at) + offset */
typedef struct lay {
    float by[2], at[2], gain, offset; /* down, across */
} lay;

/* What is left at a pixel, and how it changes with each parameter; false: a does not show this place. */
static bool left_at(const float *a, const float *b, const lay *l, int y, int x, float *left, float slope[N_PARAMS])
{
    const float mid = (TH_THUMB - 1) / 2.0f, v0 = (float)y - mid, u0 = (float)x - mid;
    const float v = mid + l->by[0] * v0 + l->at[0], u = mid + l->by[1] * u0 + l->at[1];
    if (v < 0 || u < 0 || v > TH_THUMB - 1 || u > TH_THUMB - 1) return false;
    const int i = v < TH_THUMB - 2 ? (int)v : TH_THUMB - 2, k = u < TH_THUMB - 2 ? (int)u : TH_THUMB - 2;
    const float p = v - (float)i, q = u - (float)k;
    const float *s = a + i * TH_THUMB + k;
    const float top = s[0] + q * (s[1] - s[0]), low = s[TH_THUMB] + q * (s[TH_THUMB + 1] - s[TH_THUMB]);
    const float value = top + p * (low - top), down = l->gain * (low - top);
    const float across = l->gain * ((1 - p) * (s[1] - s[0]) + p * (s[TH_THUMB + 1] - s[TH_THUMB]));
    *left = b[y * TH_THUMB + x] - l->gain * value - l->offset;
    slope[0] = down * v0 / 16, slope[1] = across * u0 / 16; /* sizes in steps of a pixel at the rim */
    slope[2] = down, slope[3] = across;
    slope[4] = value, slope[5] = 1;
    return true;
}

typedef struct sums {
    double a[N_PARAMS * N_PARAMS], y[N_PARAMS];
    double left, detail; /* squares: of what is left, and of b's detail where a shows it */
    int n;
} sums;

static void sum_up(const float *a, const float *b, const float *detail, const lay *l, sums *s)
{
    float left, slope[N_PARAMS], part[N_PARAMS][N_PARAMS + 1];
    *s = (sums){0};
    for (int y = 0; y < TH_THUMB; y++) {
        memset(part, 0, sizeof part);
        for (int x = 0; x < TH_THUMB; x++) {
            if (!left_at(a, b, l, y, x, &left, slope)) continue;
            for (int j = 0; j < N_PARAMS; j++) {
                for (int k = 0; k <= j; k++) part[j][k] += slope[j] * slope[k];
                part[j][N_PARAMS] += slope[j] * left;
            }
            s->left += (double)(left * left);
            s->detail += (double)(detail[y * TH_THUMB + x] * detail[y * TH_THUMB + x]);
            s->n++;
        }
        for (int j = 0; j < N_PARAMS; j++) {
            for (int k = 0; k <= j; k++) s->a[j * N_PARAMS + k] += (double)part[j][k];
            s->y[j] += (double)part[j][N_PARAMS];
        }
    }
}

/* One step of Gauss and Newton; false: there is none. */
static bool step(sums *s, lay *l)
{
    const int n = N_PARAMS;
    for (int j = 0; j < n; j++) s->a[j * n + j] = s->a[j * n + j] * 1.0001 + 1e-3;
    if (!th_cholesky(s->a, n)) return false;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) s->y[i] -= s->a[i * n + j] * s->y[j];
        s->y[i] /= s->a[i * n + i];
    }
    for (int i = n; i-- > 0;) {
        s->y[i] /= s->a[i * n + i];
        for (int j = 0; j < i; j++) s->y[j] -= s->a[i * n + j] * s->y[i];
    }
    for (int k = 0; k < 2; k++) {
        l->by[k] += (float)fmax(-0.06, fmin(0.06, s->y[k] / 16));
        l->at[k] += (float)fmax(-1.5, fmin(1.5, s->y[2 + k]));
        if (l->by[k] < 0.8f || l->by[k] > 1.1f || fabsf(l->at[k]) > 4) return false;
    }
    l->gain += (float)s->y[4];
    l->offset += (float)s->y[5];
    return true;
}

#define HOPELESS 4.0

/* Squares of what is left of b, by those of its fine detail, when a is laid on it as well as can be; zoom: where to
 * begin. */
static float rest_of(const uint8_t *thumb_a, const uint8_t *thumb_b, float zoom)
{
    float a[PIXELS], b[PIXELS], soft[PIXELS];
    lay l = {{zoom, zoom}, {0, 0}, 1, 0};
    double best = 1e9;
    sums s;
    soft_thumb(thumb_a, a);
    soft_thumb(thumb_b, b);
    soften(b, soft);
    soften(soft, soft);
    for (int k = 0; k < PIXELS; k++) soft[k] = b[k] - soft[k];
    for (int i = 0; i < STEPS; i++) {
        sum_up(a, b, soft, &l, &s);
        if (s.n < PIXELS / 2 || !(s.detail > 0)) break;
        const double rest = s.left / s.detail, before = best;
        best = fmin(best, rest);
        if ((i >= 2 && best > HOPELESS) || (i > 2 && rest > 0.99 * before) || !step(&s, &l)) break;
    }
    return (float)best;
}

/* ---- copies ---- */

typedef struct held {
    size_t a, b; /* numbers of looks->picture */
    float cosine, rest;
    int8_t frame;
} held;

static int by_members(const void *x, const void *y)
{
    const held *a = x, *b = y;
    if (a->a != b->a) return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static th_err hold_all(looks *l, held **list, size_t *n, th_why *why)
{
    held *h = malloc(l->n * NEAREST * sizeof *h);
    size_t m = 0, kept = 0;
    *list = h;
    if (!h) return th_why_set(why, TH_ENOMEM, "no memory for %zu pictures", l->n);
    for (size_t i = 0; i < l->n; i++)
        for (int k = 0; k < NEAREST; k++) {
            const near *it = &l->nearest[i * NEAREST + (size_t)k];
            if (it->cosine <= NOBODY) continue;
            const bool first = i < it->other;
            h[m++] = (held){first ? i : it->other, first ? it->other : i, it->cosine, 0,
                            (int8_t)(first ? it->frame : -it->frame)};
        }
    qsort(h, m, sizeof *h, by_members);
    for (size_t i = 0; i < m; i++) {
        if (kept && by_members(&h[kept - 1], &h[i]) == 0) continue;
        held it = h[i];
        const uint8_t *a = l->c->fact[l->picture[it.a]].thumb, *b = l->c->fact[l->picture[it.b]].thumb;
        it.rest = it.frame >= 0 ? rest_of(a, b, frame_part[it.frame]) : rest_of(b, a, frame_part[-it.frame]);
        h[kept++] = it;
        if (i % 256 == 0) TH_TRY(th_check_step(l->c, 0.5 + 0.4 * (double)i / (double)m, why));
    }
    *n = kept;
    return TH_OK;
}

/* Nearer than COPY a pair stands out from all that the set has, between LIKELY and COPY the rest decides; SAME: nothing
 * is left but noise, as in a camera's pictures of a scene in which nothing moves, which are far from each other only by
 * that noise. */
static bool is_copy(const held *h)
{
    return h->rest <= SAME || (h->rest <= FINE && h->cosine >= LIKELY) || (h->rest <= ROUGH && h->cosine >= COPY);
}

/* Pictures that can be compared, of equal files the first. */
static th_err take_pictures(looks *l, th_why *why)
{
    const th_check *c = l->c;
    const size_t n = c->set->n;
    bool *again = calloc(n + 1, sizeof *again);
    l->picture = malloc((n + 1) * sizeof *l->picture);
    for (size_t i = 0; i < c->n_pairs && again; i++) again[c->pair[i].b] = true;
    for (size_t i = 0; i < n && again && l->picture; i++)
        if (c->set->samples[i].kind == TH_PICTURE && c->fact[i].has_view && !again[i]) l->picture[l->n++] = i;
    free(again);
    l->look = malloc((l->n + 1) * FRAMES * LOOK * sizeof *l->look);
    l->nearest = malloc((l->n + 1) * NEAREST * sizeof *l->nearest);
    if (!again || !l->picture || !l->look || !l->nearest)
        return th_why_set(why, TH_ENOMEM, "no memory for %zu pictures", n);
    for (size_t i = 0; i < l->n * NEAREST; i++) l->nearest[i] = (near){0, NOBODY, 0};
    return TH_OK;
}

/* Of a family of copies as many pairs as connect it: two that are alike by others are not told of again. */
static th_err tell(const looks *l, const held *h, size_t n, th_why *why)
{
    size_t *root = malloc((l->n + 1) * sizeof *root);
    if (!root) return th_why_set(why, TH_ENOMEM, "no memory for %zu pictures", l->n);
    th_err err = TH_OK;
    for (size_t i = 0; i < l->n; i++) root[i] = i;
    for (size_t i = 0; i < n && !err; i++) {
        if (!is_copy(&h[i])) continue;
        const size_t a = th_root_of(root, h[i].a), b = th_root_of(root, h[i].b);
        if (a == b) continue;
        root[a > b ? a : b] = a < b ? a : b;
        err = th_twins_add(l->c, l->picture[h[i].a], l->picture[h[i].b], TH_PAIR_ALIKE, fminf(1, h[i].cosine), why);
    }
    free(root);
    return err;
}

th_err th_looks_find(th_check *c, th_why *why)
{
    looks l = {.c = c};
    held *h = NULL;
    size_t n = 0;
    th_err err = take_pictures(&l, why);
    if (!err && l.n > 1) err = make_looks(&l, why);
    if (!err && l.n > 1) err = find_nearest(&l, why);
    if (!err && l.n > 1) err = hold_all(&l, &h, &n, why);
    if (!err) err = tell(&l, h, n, why);
    free(l.picture);
    free(l.look);
    free(l.nearest);
    free(h);
    return err;
}
