#include "check/map.h"

#include "base/rng.h"
#include "base/text.h"
#include "data/seen.h"
#include "learn/axes.h"
#include "learn/tsne.h"
#include "os/run.h"
#include "os/team.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_MEMBERS 64
#define STATISTICS   5
#define BEYOND       5.0f
#define READING      0.4 /* of the progress */

typedef struct world {
    const th_project *p;
    const th_dataset *set;
    const th_map_cfg *cfg;
    th_seer *seer;
    th_team *team;
    size_t *sample; /* [n] that are looked at */
    float **row;    /* [n] of each; NULL: it can't be read */
    int32_t *wide;  /* [n] numbers of it */
    int32_t n;
    th_err err[MOST_MEMBERS];
    char *reason[MOST_MEMBERS]; /* of a member's first sample that can't be read, */
    int32_t at[MOST_MEMBERS];   /* and which one that is */
} world;

/* ---- a sample as a row of numbers --------------------------------------------------------------- */

/* Mean, deviation, least, largest, mean step of each channel of a recording. */
static th_err statistics(const world *w, const th_sample *s, float **row, int32_t *wide, th_why *why)
{
    float *x;
    int32_t n, channels;
    TH_TRY(th_dataset_signal(w->set, s, &x, &n, &channels, why));
    *wide = STATISTICS * channels;
    *row = calloc((size_t)*wide + 1, sizeof **row);
    for (int32_t c = 0; c < channels && *row && n > 0; c++) {
        double sum = 0, square = 0, step = 0;
        float low = x[c], high = x[c];
        for (int32_t t = 0; t < n; t++) {
            const float v = x[(size_t)t * (size_t)channels + (size_t)c];
            sum += (double)v;
            low = fminf(low, v), high = fmaxf(high, v);
            if (t) step += fabs((double)(v - x[(size_t)(t - 1) * (size_t)channels + (size_t)c]));
        }
        for (int32_t t = 0; t < n; t++) {
            const double off = (double)x[(size_t)t * (size_t)channels + (size_t)c] - sum / n;
            square += off * off;
        }
        const float all[STATISTICS] = {(float)(sum / n), (float)sqrt(square / n), low, high, (float)(step / n)};
        memcpy(*row + STATISTICS * c, all, sizeof all);
    }
    free(x);
    return *row ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

static int32_t at_most(int32_t n, int32_t most)
{
    return n < most ? n : most;
}

/* Means of parts of what is seen: to[h][w][channels]. */
static void pool(const th_seen *s, int32_t h, int32_t w, float *to)
{
    const size_t c = (size_t)s->channels;
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            const int32_t y0 = y * s->rows / h, y1 = (y + 1) * s->rows / h, x0 = x * s->columns / w,
                          x1 = (x + 1) * s->columns / w;
            for (size_t k = 0; k < c; k++) {
                double sum = 0;
                for (int32_t i = y0; i < y1; i++)
                    for (int32_t j = x0; j < x1; j++)
                        sum += (double)s->values[((size_t)i * (size_t)s->columns + (size_t)j) * c + k];
                to[((size_t)y * (size_t)w + (size_t)x) * c + k] = (float)(sum / ((y1 - y0) * (x1 - x0)));
            }
        }
}

static th_err look(const world *w, const th_sample *s, float **row, int32_t *wide, th_why *why)
{
    th_seen seen;
    TH_TRY(th_seer_look(w->seer, w->set, s, &seen, why));
    const bool pixels = seen.kind == TH_SEEN_PIXELS, points = seen.kind == TH_SEEN_POINTS;
    const int32_t h = points                         ? seen.rows
                      : seen.kind == TH_SEEN_WINDOWS ? 1
                                                     : at_most(seen.rows, TH_MAP_SIDE),
                  c = pixels ? at_most(seen.columns, TH_MAP_SIDE) : seen.columns;
    if (seen.kind == TH_SEEN_ROWS) {
        th_seen_free(&seen);
        return statistics(w, s, row, wide, why);
    }
    *wide = h * c * seen.channels;
    *row = malloc(((size_t)*wide + 1) * sizeof **row);
    if (*row) pool(&seen, h, c, *row);
    th_seen_free(&seen);
    return *row ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

static void look_at_some(void *ctx, int member, int n_members)
{
    world *w = ctx;
    for (int32_t i = member; i < w->n && !w->err[member] && !th_interrupted(); i += n_members) {
        th_why why = {0};
        const th_err err = look(w, &w->set->samples[w->sample[i]], &w->row[i], &w->wide[i], &why);
        if (err == TH_ENOMEM) w->err[member] = err;
        if (err && !w->reason[member]) {
            w->reason[member] = strdup(why.text);
            w->at[member] = i;
        }
        if (member == 0 && w->cfg->progress) w->cfg->progress(w->cfg->ctx, READING * (i + 1) / w->n);
    }
}

/* ---- which samples ----------------------------------------------------------------------------- */

static int by_number(const void *x, const void *y)
{
    const size_t *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

/* `limit` of them drawn by the seed, in their order. */
static th_err draw(world *w, th_why *why)
{
    const size_t all = w->set->n, n = all < (size_t)w->cfg->limit ? all : (size_t)w->cfg->limit;
    w->sample = malloc((all + 1) * sizeof *w->sample);
    w->row = calloc(n + 1, sizeof *w->row);
    w->wide = calloc(n + 1, sizeof *w->wide);
    if (!w->sample || !w->row || !w->wide) return th_why_set(why, TH_ENOMEM, "no memory for %zu samples", all);
    th_rng r = th_rng_make(w->cfg->seed, 613);
    for (size_t i = 0; i < all; i++) w->sample[i] = i;
    for (size_t i = 0; i < n && n < all; i++) {
        const size_t k = i + th_rng_below(&r, (uint32_t)(all - i)), t = w->sample[i];
        w->sample[i] = w->sample[k];
        w->sample[k] = t;
    }
    if (n < all) qsort(w->sample, n, sizeof *w->sample, by_number);
    w->n = (int32_t)n;
    return TH_OK;
}

/* ---- from rows to points ------------------------------------------------------------------------ */

/* The numbers that most samples have; others (fewer channels) can't be held against them. */
static int32_t usual_width(const world *w)
{
    int32_t best = 0, most = 0;
    for (int32_t i = 0; i < w->n; i++) {
        int32_t count = 0;
        if (!w->row[i] || w->wide[i] == best) continue;
        for (int32_t j = 0; j < w->n; j++) count += w->row[j] && w->wide[j] == w->wide[i];
        if (count > most) most = count, best = w->wide[i];
    }
    return best;
}

static void scale(float *x, int32_t n, int32_t d, bool together)
{
    const int32_t step = together ? 1 : d;
    for (int32_t j = 0; j < step; j++) {
        double sum = 0, square = 0;
        const size_t count = (size_t)n * (size_t)d;
        for (size_t i = (size_t)j; i < count; i += (size_t)step) sum += (double)x[i];
        const double mean = sum / ((double)n * d / step);
        for (size_t i = (size_t)j; i < count; i += (size_t)step)
            square += ((double)x[i] - mean) * ((double)x[i] - mean);
        const double sd = sqrt(square / ((double)n * d / step));
        for (size_t i = (size_t)j; i < count; i += (size_t)step) {
            const float z = sd > 1e-12 ? (float)(((double)x[i] - mean) / sd) : 0;
            x[i] = fmaxf(-BEYOND, fminf(BEYOND, z));
        }
    }
}

static th_err gather(world *w, th_map *map, float **x, th_why *why)
{
    const int32_t d = map->columns = usual_width(w);
    map->sample = malloc(((size_t)w->n + 1) * sizeof *map->sample);
    map->xy = calloc(2 * (size_t)w->n + 1, sizeof *map->xy);
    *x = malloc(((size_t)w->n * (size_t)d + 1) * sizeof **x);
    if (!map->sample || !map->xy || !*x) return th_why_set(why, TH_ENOMEM, "no memory for %d samples", (int)w->n);
    int32_t odd = -1;
    for (int32_t i = 0; i < w->n; i++) {
        bool finite = w->row[i] && w->wide[i] == d;
        for (int32_t k = 0; k < d && finite; k++) finite = isfinite(w->row[i][k]);
        if (!finite && w->row[i] && odd < 0) odd = i;
        if (!finite) continue;
        memcpy(*x + (size_t)map->n * (size_t)d, w->row[i], (size_t)d * sizeof **x);
        map->sample[map->n++] = w->sample[i];
    }
    map->left_out = (size_t)(w->n - map->n);
    int32_t first = w->n;
    for (int m = 0; m < MOST_MEMBERS; m++)
        if (w->reason[m] && w->at[m] < first) {
            first = w->at[m];
            th_text_fmt(map->reason, sizeof map->reason, "%s", w->reason[m]);
        }
    if (!*map->reason && odd >= 0)
        th_text_fmt(map->reason, sizeof map->reason, "%s has other channels than most, or values that are no numbers",
                    th_sample_shown(&w->set->samples[w->sample[odd]]));
    if (map->n) return TH_OK;
    return th_why_set(why, TH_ENOENT, "not one of %d samples can be put on a map. The first: %s", (int)w->n,
                      map->reason);
}

static void on_tsne(void *ctx, double part)
{
    const th_map_cfg *cfg = ctx;
    if (cfg->progress) cfg->progress(cfg->ctx, READING + 0.1 + (0.9 - READING) * part);
}

static th_err place(world *w, th_map *map, float *x, th_why *why)
{
    const int32_t n = map->n, d = map->columns, k = at_most(d, w->cfg->tsne ? TH_MAP_AXES : 2);
    float *axes = calloc((size_t)n * (size_t)k + 1, sizeof *axes);
    th_map_cfg mine = *w->cfg;
    th_tsne_cfg cfg = th_tsne_default();
    cfg.perplexity = w->cfg->perplexity;
    cfg.seed = w->cfg->seed;
    cfg.progress = on_tsne;
    cfg.ctx = &mine;
    th_err err = axes ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for %d points", (int)n);
    if (!err) err = th_axes(w->team, x, n, d, k, w->cfg->seed, axes, w->cfg->tsne ? NULL : &map->share, why);
    for (int32_t i = 0; i < n && !err; i++)
        for (int32_t a = 0; a < 2 && a < k; a++) map->xy[2 * i + a] = axes[(size_t)i * (size_t)k + (size_t)a];
    if (!err && w->cfg->tsne) err = th_tsne(w->team, axes, n, k, &cfg, map->xy, &map->divergence, why);
    free(axes);
    const int32_t near = at_most(TH_MAP_TRUST, (n - 1) / 2);
    map->trust = 1;
    if (!err && near > 0 && n > 3) err = th_trustworthiness(x, n, d, map->xy, near, &map->trust, why);
    return err;
}

static void centre(th_map *map)
{
    double mean[2] = {0}, most = 0;
    for (int32_t i = 0; i < 2 * map->n; i++) mean[i & 1] += (double)map->xy[i] / map->n;
    for (int32_t i = 0; i < 2 * map->n; i++) most = fmax(most, fabs((double)map->xy[i] - mean[i & 1]));
    for (int32_t i = 0; i < 2 * map->n; i++)
        map->xy[i] = most > 0 ? (float)(((double)map->xy[i] - mean[i & 1]) / most) : 0;
}

static th_err run(world *w, th_map *map, th_why *why)
{
    float *x = NULL;
    const int threads = w->cfg->n_threads ? w->cfg->n_threads : th_cpu_count();
    TH_TRY(draw(w, why));
    TH_TRY(th_seer_new(w->p, &w->seer, why));
    TH_TRY(th_team_new(threads > MOST_MEMBERS ? MOST_MEMBERS : threads, &w->team, why));
    th_team_run(w->team, look_at_some, w);
    if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
    for (int m = 0; m < MOST_MEMBERS; m++)
        if (w->err[m]) return th_why_set(why, w->err[m], "out of memory");
    th_err err = gather(w, map, &x, why);
    const th_task_input input = th_project_task(w->p)->input;
    if (!err) scale(x, map->n, map->columns, input == TH_IN_PICTURE || input == TH_IN_STROKE);
    if (!err) err = place(w, map, x, why);
    if (!err) centre(map);
    free(x);
    if (!err && w->cfg->progress) w->cfg->progress(w->cfg->ctx, 1);
    return err;
}

th_err th_map_make(const th_project *p, const th_dataset *set, const th_map_cfg *cfg, th_map *map, th_why *why)
{
    *map = (th_map){0};
    if (!set->n)
        return th_why_set(why, TH_ENOENT,
                          "there is nothing to put on a map. First: thimble data import FOLDER, or thimble data synth");
    world *w = calloc(1, sizeof *w);
    if (!w) return th_why_set(why, TH_ENOMEM, "out of memory");
    w->p = p, w->set = set, w->cfg = cfg;
    const th_err err = run(w, map, why);
    for (int32_t i = 0; i < w->n && w->row; i++) free(w->row[i]);
    for (int m = 0; m < MOST_MEMBERS; m++) free(w->reason[m]);
    free(w->sample);
    free(w->row);
    free(w->wide);
    th_seer_free(w->seer);
    th_team_free(w->team);
    free(w);
    return err;
}

void th_map_free(th_map *map)
{
    free(map->sample);
    free(map->xy);
    *map = (th_map){0};
}
