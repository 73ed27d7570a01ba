#include "data/divide.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[TH_N_DIVIDE] = {
#define X(id, name) name,
    TH_DIVIDE_LIST(X)
#undef X
};

const char *th_divide_name(th_divide_by by)
{
    return names[by];
}

bool th_divide_find(const char *name, th_divide_by *by)
{
    for (int i = 0; i < TH_N_DIVIDE; i++)
        if (strcmp(name, names[i]) == 0) {
            *by = (th_divide_by)i;
            return true;
        }
    return false;
}

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory");
}

/* ---- units: samples that belong together ------------------------------------------------------ */

typedef struct ref {
    const char *text; /* what is shared */
    size_t sample;
} ref;

typedef struct units {
    const th_dataset *set;
    size_t *root; /* [n] a sample of the same unit; itself at the end of the way */
    const char *
        *name;      /* [n] of the unit whose root it is: the first of its subjects, else of its groups, else its hash */
    ref *refs;      /* [n] scratch */
    size_t n_units; /* of those that have a name */
} units;

static size_t root_of(units *u, size_t i)
{
    while (u->root[i] != i) i = u->root[i] = u->root[u->root[i]];
    return i;
}

static int by_text(const void *a, const void *b)
{
    const ref *x = a, *y = b;
    const int order = strcmp(x->text, y->text);
    return order ? order : (x->sample > y->sample) - (x->sample < y->sample);
}

/* Samples with the same text of this member are one unit; those that have none stay as they are. */
static void join(units *u, const char *member)
{
    size_t n = 0;
    for (size_t i = 0; i < u->set->n; i++) {
        const char *text = th_sample_text(&u->set->samples[i], member);
        if (*text) u->refs[n++] = (ref){text, i};
    }
    if (n) qsort(u->refs, n, sizeof *u->refs, by_text);
    for (size_t i = 1; i < n; i++)
        if (strcmp(u->refs[i].text, u->refs[i - 1].text) == 0)
            u->root[root_of(u, u->refs[i].sample)] = root_of(u, u->refs[i - 1].sample);
}

static void name_units(units *u, const char *member)
{
    for (size_t i = 0; i < u->set->n; i++) {
        const char *text = th_sample_text(&u->set->samples[i], member);
        const char **name = &u->name[root_of(u, i)];
        if (*text && (!*name || strcmp(text, *name) < 0)) *name = text;
    }
}

/* Units by what the members say. False when fewer than `need` have the first. */
static bool make_units(units *u, const char *first, const char *second, const char *third, size_t need)
{
    const size_t n = u->set->n;
    for (size_t i = 0; i < n; i++) {
        u->root[i] = i;
        u->name[i] = NULL;
    }
    join(u, first);
    if (second) join(u, second);
    if (third) join(u, third);
    name_units(u, first);
    u->n_units = 0;
    for (size_t i = 0; i < n; i++) u->n_units += u->root[i] == i && u->name[i];
    return u->n_units >= need;
}

/* Units without the first member that still hold several samples together. */
static void name_others(units *u)
{
    const size_t n = u->set->n;
    for (size_t i = 0; i < n; i++) {
        const size_t root = root_of(u, i);
        if (root != i && !u->name[root])
            u->name[root] = *u->set->samples[i].hash ? u->set->samples[i].hash : th_sample_shown(&u->set->samples[i]);
    }
}

/* ---- by time ---------------------------------------------------------------------------------- */

/* Where the number of a piece begins: behind the # of "FILE#12"; NULL when it is none. */
static const char *piece_mark(const char *name)
{
    const char *mark = strrchr(name, '#');
    return mark && mark[1] && strspn(mark + 1, "0123456789") == strlen(mark + 1) ? mark + 1 : NULL;
}

typedef struct stretch {
    int32_t from, to;
    th_split split;
} stretch;

/* The parts of a recording of n rows, a gap before the second and third; 0 when it is too short. */
static size_t plan_parts(int32_t n, int32_t gap, const th_split_cfg *cfg, stretch part[TH_N_SPLITS])
{
    const int32_t val = (int32_t)((1 - cfg->val - cfg->test) * n), test = (int32_t)((1 - cfg->test) * n);
    size_t k = 0;
    part[k++] = (stretch){0, val, TH_TRAIN};
    if (cfg->val > 0) part[k++] = (stretch){val + gap, test, TH_VAL};
    if (cfg->test > 0) part[k++] = (stretch){test + gap, n, TH_TEST};
    for (size_t i = 0; i < k; i++)
        if (part[i].to - part[i].from < gap || part[i].to <= part[i].from) return 0;
    return k > 1 ? k : 0;
}

/* The segments inside a part, counted from its first row; fresh memory. */
static th_segment *cut_segments(const th_sample *s, stretch part, size_t *n)
{
    th_segment *out = calloc(s->n_segments + 1, sizeof *out);
    *n = 0;
    for (size_t i = 0; out && i < s->n_segments; i++) {
        const th_segment *g = &s->segments[i];
        const int32_t from = g->from > part.from ? g->from : part.from, to = g->to < part.to ? g->to : part.to;
        if (from < to) out[(*n)++] = (th_segment){from - part.from, to - part.from, g->label};
    }
    return out;
}

static th_err add_part(th_dataset *set, const th_sample *whole, size_t number, stretch part, const int16_t *pcm,
                       const float *rows, int32_t channels, th_why *why)
{
    char name[TH_PATH_BYTES + 16];
    th_sample s = *whole;
    th_text_fmt(name, sizeof name, "%s#%zu", whole->name, number);
    s.name = name;
    s.split = part.split;
    th_segment *segments = cut_segments(whole, part, &s.n_segments);
    if (!segments) return no_memory(why);
    s.segments = segments;
    const th_err err =
        pcm ? th_dataset_put_sound(set, &s, pcm + part.from, part.to - part.from, why)
            : th_dataset_put_signal(set, &s, rows + (size_t)part.from * (size_t)channels, part.to - part.from, why);
    free(segments);
    return err;
}

/* Adds the parts of sample i, when it is long enough: *cut. */
static th_err cut_sample(th_dataset *set, size_t i, const th_divide_cfg *cfg, bool *cut, th_why *why)
{
    const th_sample s = set->samples[i]; /* the array moves while it grows */
    stretch part[TH_N_SPLITS];
    int16_t *pcm = NULL;
    float *rows = NULL;
    int32_t n, channels = 0;
    *cut = false;
    if (s.kind == TH_PICTURE || !(s.rate_hz > 0) || piece_mark(s.name)) return TH_OK;
    const double gap = cfg->gap_s * s.rate_hz;
    if (gap > s.n_rows || !plan_parts(s.n_rows, (int32_t)gap, &cfg->split, part)) return TH_OK;
    TH_TRY(s.kind == TH_SOUND ? th_dataset_samples(set, &s, &pcm, &n, why)
                              : th_dataset_signal(set, &s, &rows, &n, &channels, why));
    const size_t parts = plan_parts(n, (int32_t)(cfg->gap_s * (pcm ? set->rate_hz : s.rate_hz)), &cfg->split, part);
    th_err err = TH_OK;
    for (size_t k = 0; k < parts && !err; k++) err = add_part(set, &s, k, part[k], pcm, rows, channels, why);
    *cut = parts > 0;
    free(pcm);
    free(rows);
    return err;
}

static th_err cut_all(th_dataset *set, const th_divide_cfg *cfg, size_t *cut, th_why *why)
{
    const size_t n = set->n;
    th_err err = TH_OK;
    bool *gone = calloc(n + 1, sizeof *gone);
    if (!gone) return no_memory(why);
    for (size_t i = 0; i < n && !err; i++) {
        err = cut_sample(set, i, cfg, &gone[i], why);
        *cut += gone[i];
    }
    if (!err) th_dataset_remove(set, gone, n);
    th_dataset_sort(set);
    free(gone);
    return err;
}

/* Pieces of one recording, items[first .. first + n) in their order. */
static void divide_pieces(const th_dataset *set, const ref *refs, size_t n, const th_split_cfg *cfg,
                          th_split_item *items)
{
    double all = 0, at = 0;
    for (size_t i = 0; i < n; i++) all += set->samples[refs[i].sample].n_rows;
    for (size_t i = 0; i < n; i++) {
        const double rows = set->samples[refs[i].sample].n_rows, middle = all > 0 ? (at + rows / 2) / all : 0;
        th_split split = middle < 1 - cfg->val - cfg->test ? TH_TRAIN : middle < 1 - cfg->test ? TH_VAL : TH_TEST;
        if (n <= TH_N_SPLITS) split = i == 0 ? TH_TRAIN : i + 1 == n ? TH_TEST : TH_VAL; /* as they were cut */
        if (split == TH_TEST && !(cfg->test > 0)) split = cfg->val > 0 ? TH_VAL : TH_TRAIN;
        if (split == TH_VAL && !(cfg->val > 0)) split = TH_TRAIN;
        items[refs[i].sample].split = split;
        items[refs[i].sample].fixed = true;
        items[refs[i].sample].subject = "";
        at += rows;
    }
}

/* "source/name" of a piece without its number, and the number: the same recording's pieces follow one another. */
static int by_piece(const void *a, const void *b)
{
    const ref *x = a, *y = b;
    const char *p = piece_mark(x->text), *q = piece_mark(y->text);
    const size_t n = (size_t)(p - x->text), m = (size_t)(q - y->text);
    const int order = memcmp(x->text, y->text, n < m ? n : m);
    if (order || n != m) return order ? order : n < m ? -1 : 1;
    const unsigned long long i = strtoull(p, NULL, 10), k = strtoull(q, NULL, 10);
    return i != k ? (i < k ? -1 : 1) : (x->sample > y->sample) - (x->sample < y->sample);
}

static bool same_recording(const ref *a, const ref *b)
{
    const size_t n = (size_t)(piece_mark(a->text) - a->text);
    return (size_t)(piece_mark(b->text) - b->text) == n && memcmp(a->text, b->text, n) == 0;
}

static void divide_by_time(const units *u, const th_split_cfg *cfg, th_split_item *items)
{
    size_t n = 0;
    for (size_t i = 0; i < u->set->n; i++)
        if (piece_mark(items[i].key)) u->refs[n++] = (ref){items[i].key, i};
    if (n) qsort(u->refs, n, sizeof *u->refs, by_piece);
    for (size_t i = 0, k; i < n; i = k) {
        for (k = i; k < n && same_recording(&u->refs[k], &u->refs[i]); k++) {
        }
        divide_pieces(u->set, u->refs + i, k - i, cfg, items);
    }
}

/* ---- all -------------------------------------------------------------------------------------- */

static th_err too_few(const units *u, const th_divide_cfg *cfg, size_t sides, th_why *why)
{
    return th_why_set(why, TH_ERANGE,
                      "%zu %ss are known, and %zu are needed. thimble data set %s=NAME with a filter names them; --by "
                      "sample divides without them",
                      u->n_units, names[cfg->by], sides, names[cfg->by]);
}

/* Which units, and by what they are called. */
static th_err choose_units(units *u, const th_divide_cfg *cfg, th_divided *done, th_why *why)
{
    const size_t sides = 1u + (cfg->split.val > 0) + (cfg->split.test > 0);
    const bool best = cfg->by == TH_BY_BEST || cfg->by == TH_BY_TIME;
    done->by = cfg->by == TH_BY_TIME ? TH_BY_TIME : TH_BY_SAMPLE;
    if (cfg->by == TH_BY_SAMPLE) return TH_OK;
    const size_t need = best ? TH_MIN_SPEAKERS : sides;
    const char *const first[] = {"subject", "group"};
    for (int i = 0; i < 2; i++) {
        if (!best && strcmp(first[i], names[cfg->by]) != 0) continue;
        if (make_units(u, first[i], first[1 - i], "hash", need) || make_units(u, first[i], "hash", NULL, need) ||
            make_units(u, first[i], NULL, NULL, need)) {
            if (best && cfg->by != TH_BY_TIME) done->by = i == 0 ? TH_BY_SUBJECT : TH_BY_GROUP;
            if (!best) done->by = cfg->by;
            done->units = u->n_units;
            name_others(u);
            return TH_OK;
        }
    }
    return best ? TH_OK : too_few(u, cfg, sides, why);
}

/* Equal content on one side, where no units say otherwise: that of the first.  The number of contents on two sides. */
static size_t join_twins(const units *u, const th_split_item *items, bool by_units, th_dataset *set)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++)
        if (*set->samples[i].hash) u->refs[n++] = (ref){set->samples[i].hash, i};
    if (n) qsort(u->refs, n, sizeof *u->refs, by_text);
    for (size_t i = 0; i < set->n; i++) set->samples[i].split = items[i].split;
    size_t twins = 0;
    for (size_t i = 0, k; i < n; i = k) {
        bool apart = false;
        for (k = i; k < n && strcmp(u->refs[k].text, u->refs[i].text) == 0; k++) {
            th_split *split = &set->samples[u->refs[k].sample].split;
            if (!by_units) *split = set->samples[u->refs[i].sample].split;
            apart = apart || *split != set->samples[u->refs[i].sample].split;
        }
        twins += apart;
    }
    return twins;
}

static th_err divide(units *u, th_dataset *set, th_split_item *items, char *keys, const th_divide_cfg *cfg,
                     th_divided *done, th_why *why)
{
    th_split_cfg split = cfg->split;
    bool by_subject;
    TH_TRY(choose_units(u, cfg, done, why));
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *s = &set->samples[i];
        const char *name = done->units ? u->name[root_of(u, i)] : NULL;
        items[i] = (th_split_item){.label = s->label, .subject = name ? name : "", .key = keys};
        keys += th_text_fmt(keys, strlen(s->source) + strlen(s->name) + 2, "%s/%s", s->source, s->name) + 1;
    }
    if (cfg->by == TH_BY_TIME) divide_by_time(u, &split, items);
    split.min_subjects = 1; /* there are enough, or none has a name */
    TH_TRY(th_split_choose(items, set->n, &split, &by_subject, why));
    done->twins = join_twins(u, items, done->units > 0, set);
    return TH_OK;
}

th_err th_dataset_divide(th_dataset *set, const th_divide_cfg *cfg, th_divided *done, th_why *why)
{
    *done = (th_divided){0};
    th_dataset_sort(set); /* so that the order of coming changes nothing */
    if (cfg->by == TH_BY_TIME) TH_TRY(cut_all(set, cfg, &done->cut, why));
    size_t room = 1;
    const size_t n = set->n + 1;
    for (size_t i = 0; i < set->n; i++) room += strlen(set->samples[i].source) + strlen(set->samples[i].name) + 2;
    units u = {.set = set,
               .root = calloc(n, sizeof *u.root),
               .name = calloc(n, sizeof *u.name),
               .refs = calloc(n, sizeof *u.refs)};
    th_split_item *items = calloc(n, sizeof *items);
    char *keys = malloc(room);
    const bool have = u.root && u.name && u.refs && items && keys;
    const th_err err = have ? divide(&u, set, items, keys, cfg, done, why) : no_memory(why);
    free(u.root);
    free(u.name);
    free(u.refs);
    free(items);
    free(keys);
    return err;
}
