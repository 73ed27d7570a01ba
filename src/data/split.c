/* Speakers (or clips) are put in an order that the seed decides, and fill test, then val, then training. */
#include "data/split.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

uint64_t th_split_draw(uint64_t seed, const char *text)
{
    uint64_t h =
        th_fnv1a(TH_FNV1A_START, (th_span){(const uint8_t *)text, strlen(text)}) ^ seed * 0x9e3779b97f4a7c15ull;
    h = (h ^ h >> 33) * 0xff51afd7ed558ccdull; /* FNV's high bits mix badly for short texts (finaliser: MurmurHash3) */
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53ull;
    return h ^ h >> 33;
}

th_split th_split_piece(size_t i, size_t n, const th_split_cfg *cfg)
{
    const double at = (double)i + 0.5, all = (double)n;
    if (n < TH_MIN_TO_SPLIT || at < all * (1 - cfg->val - cfg->test)) return TH_TRAIN;
    return at < all * (1 - cfg->test) ? TH_VAL : TH_TEST;
}

typedef struct ref {
    uint64_t draw;
    const char *a, *b; /* sorted by a, then draw, then b */
    th_split_item *item;
} ref;

static int by_group(const void *x, const void *y)
{
    const ref *a = x, *b = y;
    const int first = strcmp(a->a, b->a);
    if (first) return first;
    if (a->draw != b->draw) return a->draw < b->draw ? -1 : 1;
    return strcmp(a->b, b->b);
}

/* ---- single clips, label by label ---------------------------------------------------------- */

static size_t share(size_t n, double part)
{
    const size_t k = (size_t)((double)n * part + 0.5);
    return part > 0 && k == 0 ? 1 : k;
}

static void split_group(ref *r, size_t n, const th_split_cfg *cfg)
{
    const size_t n_test = n < TH_MIN_TO_SPLIT ? 0 : share(n, cfg->test),
                 n_val = n < TH_MIN_TO_SPLIT ? 0 : share(n, cfg->val);
    for (size_t i = 0; i < n; i++) r[i].item->split = i < n_test ? TH_TEST : i < n_test + n_val ? TH_VAL : TH_TRAIN;
}

static void split_clips(ref *refs, size_t n, const th_split_cfg *cfg)
{
    for (size_t i = 0; i < n; i++)
        refs[i] =
            (ref){th_split_draw(cfg->seed, refs[i].item->key), refs[i].item->label, refs[i].item->key, refs[i].item};
    if (n) qsort(refs, n, sizeof *refs, by_group);
    for (size_t i = 0, k; i < n; i = k) {
        for (k = i; k < n && strcmp(refs[k].a, refs[i].a) == 0; k++) {
        }
        split_group(refs + i, k - i, cfg);
    }
}

/* ---- pieces of long recordings -------------------------------------------------------------- */

static const char *piece_mark(const char *key)
{
    const char *mark = strrchr(key, '#');
    return mark && mark[1] && strspn(mark + 1, "0123456789") == strlen(mark + 1) ? mark : NULL;
}

static int by_piece(const void *x, const void *y)
{
    const ref *a = x, *b = y;
    const size_t n = (size_t)(piece_mark(a->b) - a->b), m = (size_t)(piece_mark(b->b) - b->b);
    const int first = memcmp(a->b, b->b, n < m ? n : m);
    if (first) return first;
    if (n != m) return n < m ? -1 : 1;
    return a->draw < b->draw ? -1 : a->draw > b->draw;
}

static void split_pieces(ref *refs, size_t n, const th_split_cfg *cfg)
{
    for (size_t i = 0; i < n; i++) {
        const char *key = refs[i].item->key;
        refs[i] = (ref){strtoull(piece_mark(key) + 1, NULL, 10), "", key, refs[i].item};
    }
    if (n) qsort(refs, n, sizeof *refs, by_piece);
    for (size_t i = 0, k; i < n; i = k) {
        const size_t len = (size_t)(piece_mark(refs[i].b) - refs[i].b);
        for (k = i;
             k < n && (size_t)(piece_mark(refs[k].b) - refs[k].b) == len && memcmp(refs[k].b, refs[i].b, len) == 0;
             k++) {
        }
        for (size_t j = i; j < k; j++) refs[j].item->split = th_split_piece(j - i, k - i, cfg);
    }
}

/* ---- whole speakers -------------------------------------------------------------------------- */

typedef struct person {
    ref *first; /* their clips: refs[first .. first + n) */
    size_t n;
    uint64_t draw;
    bool fixed;
    th_split split;
} person;

static int by_draw(const void *x, const void *y)
{
    const person *a = x, *b = y;
    if (a->draw != b->draw) return a->draw < b->draw ? -1 : 1;
    return strcmp(a->first->a, b->first->a);
}

static bool says(const person *p, const char *label)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->first[i].item->label, label) == 0) return true;
    return false;
}

/* Is somebody in split `s` who says `label`? */
static size_t speakers_of(const person *people, size_t n, th_split s, const char *label)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) k += people[i].split == s && (!label || says(&people[i], label));
    return k;
}

/* Moves the training speaker with the fewest clips (who says `label`) to split s, if another one stays. */
static void move_one(person *people, size_t n, th_split s, const char *label)
{
    person *best = NULL;
    for (size_t i = 0; i < n; i++) {
        person *p = &people[i];
        if (p->split == TH_TRAIN && !p->fixed && (!label || says(p, label)) && (!best || p->n < best->n)) best = p;
    }
    if (best && speakers_of(people, n, TH_TRAIN, label) > 1) best->split = s;
}

static void fill(person *people, size_t n, size_t n_clips, const th_split_cfg *cfg)
{
    size_t have[TH_N_SPLITS] = {0};
    for (size_t i = 0; i < n; i++)
        if (people[i].fixed) have[people[i].split] += people[i].n;
    for (size_t i = 0; i < n; i++) {
        person *p = &people[i];
        if (p->fixed) continue;
        const double half = (double)p->n / 2;
        p->split = (double)have[TH_TEST] + half < (double)n_clips * cfg->test ? TH_TEST
                   : (double)have[TH_VAL] + half < (double)n_clips * cfg->val ? TH_VAL
                                                                              : TH_TRAIN;
        have[p->split] += p->n;
    }
}

/* The labels with their counts; at most TH_MAX_LABELS of them, for a project has no more. */
static size_t count_labels(const ref *refs, size_t n, const char *labels[TH_MAX_LABELS], size_t count[TH_MAX_LABELS])
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;
        while (j < k && strcmp(labels[j], refs[i].item->label) != 0) j++;
        if (j == TH_MAX_LABELS) continue;
        if (j == k) {
            labels[k] = refs[i].item->label;
            count[k++] = 0;
        }
        count[j]++;
    }
    return k;
}

/* Whatever else: a label is trained. */
static void train_one(person *people, size_t n, const char *label)
{
    person *best = NULL;
    if (speakers_of(people, n, TH_TRAIN, label)) return;
    for (size_t i = 0; i < n; i++)
        if (!people[i].fixed && says(&people[i], label) && (!best || people[i].n < best->n)) best = &people[i];
    if (best) best->split = TH_TRAIN;
}

static void cover_labels(person *people, size_t n, const ref *refs, size_t n_refs, const th_split_cfg *cfg)
{
    const char *labels[TH_MAX_LABELS];
    size_t count[TH_MAX_LABELS];
    const size_t n_labels = count_labels(refs, n_refs, labels, count);
    for (int s = TH_VAL; s <= TH_TEST; s++) {
        if ((s == TH_VAL ? cfg->val : cfg->test) <= 0) continue;
        if (!speakers_of(people, n, (th_split)s, NULL)) move_one(people, n, (th_split)s, NULL);
        for (size_t i = 0; i < n_labels; i++)
            if (count[i] >= TH_MIN_TO_SPLIT && !speakers_of(people, n, (th_split)s, labels[i]))
                move_one(people, n, (th_split)s, labels[i]);
    }
    for (size_t i = 0; i < n_labels; i++) train_one(people, n, labels[i]);
}

static th_err split_speakers(ref *refs, size_t n_refs, size_t n_people, const th_split_cfg *cfg, th_why *why)
{
    person *people = calloc(n_people + 1, sizeof *people);
    if (!people) return th_why_set(why, TH_ENOMEM, "out of memory");
    size_t n = 0;
    for (size_t i = 0; i < n_refs; i++) {
        if (i == 0 || strcmp(refs[i].a, refs[i - 1].a) != 0)
            people[n++] = (person){.first = &refs[i], .draw = th_split_draw(cfg->seed, refs[i].a)};
        person *p = &people[n - 1];
        p->n++;
        if (refs[i].item->fixed && !p->fixed) {
            p->fixed = true;
            p->split = refs[i].item->split;
        }
    }
    qsort(people, n, sizeof *people, by_draw);
    fill(people, n, n_refs, cfg);
    cover_labels(people, n, refs, n_refs, cfg);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < people[i].n; k++)
            if (!people[i].first[k].item->fixed) people[i].first[k].item->split = people[i].split;
    free(people);
    return TH_OK;
}

/* Takes the items with (or without) a known speaker into refs; sorted by speaker. */
static size_t gather(th_split_item *items, size_t n, int kind, ref *refs)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        const int its = *items[i].subject ? 0 : piece_mark(items[i].key) ? 1 : 2;
        if (its == kind && (kind == 0 || !items[i].fixed))
            refs[k++] = (ref){0, items[i].subject, items[i].key, &items[i]};
    }
    if (k) qsort(refs, k, sizeof *refs, by_group);
    return k;
}

th_err th_split_choose(th_split_item *items, size_t n, const th_split_cfg *cfg, bool *by_speaker, th_why *why)
{
    ref *refs = calloc(n + 1, sizeof *refs);
    if (!refs) return th_why_set(why, TH_ENOMEM, "out of memory");
    size_t k = gather(items, n, 0, refs), people = 0;
    for (size_t i = 0; i < k; i++) people += i == 0 || strcmp(refs[i].a, refs[i - 1].a) != 0;
    th_err err = TH_OK;
    *by_speaker = people >= (cfg->min_subjects ? cfg->min_subjects : TH_MIN_SPEAKERS);
    if (*by_speaker) {
        err = split_speakers(refs, k, people, cfg, why);
    } else {
        size_t free_ones = 0;
        for (size_t i = 0; i < k; i++)
            if (!refs[i].item->fixed) refs[free_ones++] = refs[i];
        split_clips(refs, free_ones, cfg);
    }
    if (!err) split_pieces(refs, gather(items, n, 1, refs), cfg);
    if (!err) split_clips(refs, gather(items, n, 2, refs), cfg);
    free(refs);
    return err;
}

int th_split_tested(const size_t told[TH_N_SPLITS])
{
    return told[TH_TEST] ? (int)TH_TEST : told[TH_VAL] ? (int)TH_VAL : TH_PART_ALL;
}

th_err th_split_part(const char *name, int *part, th_why *why)
{
    *part = !name ? TH_PART_TOLD : TH_PART_ALL;
    if (!name || strcmp(name, "all") == 0) return TH_OK;
    for (*part = 0; *part < TH_N_SPLITS; ++*part)
        if (strcmp(th_split_name((th_split)*part), name) == 0) return TH_OK;
    return th_why_set(why, TH_EUSAGE, "--split takes train, val, test or all, not \"%s\"", name);
}

th_err th_split_next(th_split_item *items, size_t n, size_t k, const th_split_cfg *cfg, th_why *why)
{
    bool by_speaker;
    size_t have[TH_N_SPLITS] = {0}, all = 1;
    th_split_item *new = &items[k];
    TH_TRY(th_split_choose(items, n, cfg, &by_speaker, why));
    if (new->fixed || (by_speaker && *new->subject)) return TH_OK;
    for (size_t i = 0; i < n; i++) {
        if (i == k || strcmp(items[i].label, new->label) != 0) continue;
        have[items[i].split]++;
        all++;
    }
    new->split = (double)have[TH_TEST] + 0.5 < (double)all * cfg->test ? TH_TEST
                 : (double)have[TH_VAL] + 0.5 < (double)all * cfg->val ? TH_VAL
                                                                       : TH_TRAIN;
    return TH_OK;
}
