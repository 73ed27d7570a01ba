/* What is known on both sides of the division, and what is there twice. */
#include "check/check_priv.h"

#include "data/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- subjects and groups ---- */

typedef const char *text_of(const th_sample *s);

static const char *subject_of(const th_sample *s)
{
    return s->subject;
}

const char *th_piece_mark(const th_sample *s)
{
    const char *mark = strrchr(s->name, '#');
    if (s->kind == TH_SIGNAL && !(s->rate_hz > 0)) return NULL;
    return mark && mark[1] && strspn(mark + 1, "0123456789") == strlen(mark + 1) ? mark : NULL;
}

/* Pieces of one recording are cut in time, and may stand on two sides. */
static const char *group_of(const th_sample *s)
{
    return th_piece_mark(s) || *s->subject ? "" : s->group;
}

/* A sample by a text that several have. */
typedef struct entry {
    const char *text;
    size_t len; /* of the text that counts */
    uint64_t number;
    size_t i;
} entry;

static int by_text(const void *x, const void *y)
{
    const entry *a = x, *b = y;
    const int order = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
    if (order) return order;
    if (a->len != b->len) return a->len < b->len ? -1 : 1;
    if (a->number != b->number) return a->number < b->number ? -1 : 1;
    return (a->i > b->i) - (a->i < b->i);
}

static bool same_text(const entry *a, const entry *b)
{
    return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* The samples of which `of` says something, by it; *n of them.  NULL: no memory. */
static entry *sorted_by(const th_check *c, text_of *of, size_t *n, th_why *why)
{
    entry *e = malloc((c->set->n + 1) * sizeof *e);
    *n = 0;
    if (!e) return (void)th_why_set(why, TH_ENOMEM, "out of memory"), NULL;
    for (size_t i = 0; i < c->set->n; i++) {
        const char *text = of(&c->set->samples[i]);
        if (*text) e[(*n)++] = (entry){text, strlen(text), 0, i};
    }
    if (*n) qsort(e, *n, sizeof *e, by_text);
    return e;
}

/* Calls found for each text that stands in training and elsewhere; returns how many texts there are. */
static th_err find_shared(th_check *c, text_of *of, size_t least, size_t most, const char *by, th_why *why)
{
    size_t n, texts = 0;
    entry *e = sorted_by(c, of, &n, why);
    if (!e) return TH_ENOMEM;
    for (size_t i = 0; i < n; i++) texts += i == 0 || !same_text(&e[i], &e[i - 1]);
    for (size_t i = 0, k; i < n && texts >= least && texts <= most; i = k) {
        size_t count[TH_N_SPLITS] = {0}, first[TH_N_SPLITS] = {0};
        for (k = i; k < n && same_text(&e[k], &e[i]); k++) {
            const th_split split = c->set->samples[e[k].i].split;
            if (count[split]++ == 0) first[split] = e[k].i;
        }
        if (!count[TH_TRAIN] || count[TH_TRAIN] == k - i) continue;
        th_check_item *item = th_found(c, first[count[TH_TEST] ? TH_TEST : TH_VAL], first[TH_TRAIN], (double)(k - i));
        th_text_fmt(item->text, sizeof item->text, "%s: %zu train, %zu val, %zu test", e[i].text, count[TH_TRAIN],
                    count[TH_VAL], count[TH_TEST]);
        if (by) th_fix(c, item, "split", "by", by);
    }
    free(e);
    return TH_OK;
}

th_err th_check_leak(th_check *c, th_why *why)
{
    return find_shared(c, subject_of, TH_MIN_SPEAKERS, SIZE_MAX, "subject", why);
}

th_err th_check_few_subjects(th_check *c, th_why *why) /* no division can mend it */
{
    return find_shared(c, subject_of, 0, TH_MIN_SPEAKERS - 1, NULL, why);
}

th_err th_check_group_leak(th_check *c, th_why *why)
{
    if (!th_check_by_label(c)) return TH_OK; /* a machine's normal recordings are divided in time */
    return find_shared(c, group_of, 2, SIZE_MAX, "group", why);
}

/* ---- pieces of one recording, and series ---- */

static const char *piece_of(const th_sample *s)
{
    return th_piece_mark(s) ? s->name : "";
}

th_err th_check_order(th_check *c, th_why *why)
{
    size_t n;
    entry *e = sorted_by(c, piece_of, &n, why);
    if (!e) return TH_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const char *mark = th_piece_mark(&c->set->samples[e[i].i]);
        e[i].number = strtoull(mark + 1, NULL, 10);
        e[i].len = (size_t)(mark - e[i].text);
    }
    if (n) qsort(e, n, sizeof *e, by_text);
    for (size_t i = 0, k; i < n; i = k) {
        size_t early = n, late = n, wrong = 0; /* the first piece that tests, the last one that trains */
        for (k = i; k < n && same_text(&e[k], &e[i]); k++) {
            const th_split split = c->set->samples[e[k].i].split;
            if (split == TH_TEST && early == n) early = k;
            if (split != TH_TRAIN) continue;
            late = k;
            wrong += early < n;
        }
        if (!wrong) continue;
        th_check_item *item = th_found(c, e[early].i, e[late].i, (double)wrong);
        th_text_fmt(item->text, sizeof item->text, "%.*s: piece %llu tests, piece %llu trains", (int)e[i].len,
                    e[i].text, (unsigned long long)e[early].number, (unsigned long long)e[late].number);
        th_fix(c, item, "split", "by", "time");
    }
    free(e);
    return TH_OK;
}

#define NEAR 0.95f /* of views */

/* Of samples of which nobody says what belongs together: by name up to its last number. */
static const char *series_of(const th_sample *s)
{
    const bool stroke = s->kind == TH_SIGNAL && !(s->rate_hz > 0);
    return *s->subject || *s->group || th_piece_mark(s) || stroke ? "" : s->name;
}

static void number_name(entry *e)
{
    const char *stop = e->text + e->len;
    while (stop > e->text && (stop[-1] < '0' || stop[-1] > '9')) stop--;
    const char *from = stop;
    while (from > e->text && from[-1] >= '0' && from[-1] <= '9') from--;
    e->number = from < stop ? strtoull(from, NULL, 10) : 0;
    e->len = (size_t)(from - e->text);
}

static float near(const th_check *c, size_t a, size_t b)
{
    float sum = 0;
    if (!c->fact[a].has_view || !c->fact[b].has_view) return 0;
    for (size_t k = 0; k < TH_VIEW; k++) sum += c->view[a * TH_VIEW + k] * c->view[b * TH_VIEW + k];
    return sum;
}

th_err th_check_neighbours(th_check *c, th_why *why)
{
    size_t n;
    entry *e = sorted_by(c, series_of, &n, why);
    if (!e) return TH_ENOMEM;
    for (size_t i = 0; i < n; i++) number_name(&e[i]);
    if (n) qsort(e, n, sizeof *e, by_text);
    for (size_t i = 1; i < n; i++) {
        const size_t a = e[i - 1].i, b = e[i].i;
        const th_sample *x = &c->set->samples[a], *y = &c->set->samples[b];
        if (!same_text(&e[i], &e[i - 1]) || e[i].number > e[i - 1].number + 5 || x->kind != y->kind ||
            x->split == y->split || strcmp(x->label, y->label) != 0 || strcmp(x->hash, y->hash) == 0)
            continue;
        const float how = near(c, a, b);
        if (how < NEAR) continue;
        th_check_item *item = th_found(c, y->split == TH_TRAIN ? a : b, y->split == TH_TRAIN ? b : a, (double)how);
        th_text_fmt(item->text, sizeof item->text, "%s (%s) and %s (%s)", th_sample_shown(x), th_split_name(x->split),
                    th_sample_shown(y), th_split_name(y->split));
    }
    free(e);
    return TH_OK;
}

/* ---- what is there twice ---- */

static th_err find_pairs(th_check *c, th_pair_kind kind, const char *how)
{
    for (size_t i = 0; i < c->n_pairs; i++) {
        const th_pair *p = &c->pair[i];
        char a[32];
        if (p->kind != kind) continue;
        th_check_item *item = th_found(c, p->b, p->a, (double)p->score);
        th_text_fmt(item->text, sizeof item->text, "%s %s %s (%s %%)", th_sample_shown(&c->set->samples[p->b]), how,
                    th_sample_shown(&c->set->samples[p->a]), th_number(a, 100 * (double)p->score, 0));
        th_fix_sample(c, item, "remove", p->b, NULL, NULL);
    }
    return TH_OK;
}

th_err th_check_duplicate(th_check *c, th_why *why)
{
    (void)why;
    return find_pairs(c, TH_PAIR_SAME, "is");
}

th_err th_check_near(th_check *c, th_why *why)
{
    (void)why;
    return find_pairs(c, TH_PAIR_ALIKE, "is nearly");
}

th_err th_check_overlap(th_check *c, th_why *why)
{
    (void)why;
    return find_pairs(c, TH_PAIR_OVERLAP, "has rows of");
}

th_err th_check_conflict(th_check *c, th_why *why)
{
    (void)why;
    for (size_t i = 0; i < c->n_pairs && th_check_by_label(c); i++) {
        const th_pair *p = &c->pair[i];
        const th_sample *a = &c->set->samples[p->a], *b = &c->set->samples[p->b];
        if (p->kind == TH_PAIR_OVERLAP || strcmp(a->label, b->label) == 0) continue;
        th_check_item *item = th_found(c, p->b, p->a, (double)p->score);
        th_text_fmt(item->text, sizeof item->text, "%s (%s) and %s (%s)", th_sample_shown(a), a->label,
                    th_sample_shown(b), b->label);
        th_fix_sample(c, item, "remove", p->b, NULL, NULL);
    }
    return TH_OK;
}

/* Samples that are alike form a family (a is like b, b like c); each of it that does not train is told of, once one
 * does. */
th_err th_check_twin_leak(th_check *c, th_why *why)
{
    const size_t n = c->set->n;
    const th_sample *s = c->set->samples;
    size_t *root = malloc((n + 1) * sizeof *root), *trains = malloc((n + 1) * sizeof *trains);
    const th_err err = root && trains ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < n && !err; i++) root[i] = i, trains[i] = TH_NO_SAMPLE;
    for (size_t k = 0; k < c->n_pairs && !err; k++) {
        const size_t a = th_root_of(root, c->pair[k].a), b = th_root_of(root, c->pair[k].b);
        root[a > b ? a : b] = a < b ? a : b;
    }
    for (size_t i = n; i-- > 0 && !err;)
        if (s[i].split == TH_TRAIN) trains[th_root_of(root, i)] = i;
    for (size_t i = 0; i < n && !err; i++) {
        const size_t twin = trains[th_root_of(root, i)];
        if (s[i].split == TH_TRAIN || twin == TH_NO_SAMPLE) continue;
        th_check_item *item = th_found(c, i, twin, 0);
        th_text_fmt(item->text, sizeof item->text, "%s (%s) and %s (train)", th_sample_shown(&s[i]),
                    th_split_name(s[i].split), th_sample_shown(&s[twin]));
        th_fix_sample(c, item, "remove", i, NULL, NULL);
    }
    free(root);
    free(trains);
    return err;
}
