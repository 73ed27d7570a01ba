/* How many there are of each label, subject, device and part; and who stands out among the others of a kind. */
#include "check/check_priv.h"

#include "data/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEW 20

bool th_check_by_label(const th_check *c)
{
    return c->task->output == TH_OUT_LABELS;
}

th_err th_check_empty(th_check *c, th_why *why)
{
    (void)why;
    if (c->set->n) return TH_OK;
    th_check_item *item = th_found(c, TH_NO_SAMPLE, TH_NO_SAMPLE, 0);
    th_text_fmt(item->text, sizeof item->text, "%s", c->p->dir);
    th_fix(c, item, "import FOLDER", NULL, NULL);
    return TH_OK;
}

/* ---- labels: examples are samples, of a sensor windows ---- */

typedef struct counting {
    const th_check *c;
    const th_sample *s;
    size_t count[TH_MAX_LABELS][TH_N_SPLITS];
} counting;

static void count_label(void *ctx, const char *name, int32_t rows)
{
    counting *k = ctx;
    const th_recipe *r = &k->c->p->recipe;
    const int label = th_project_label(k->c->p, name);
    size_t n = 1;
    if (k->s->kind == TH_SIGNAL && k->s->rate_hz > 0 && r->hop_ms > 0) {
        const double windows = (rows / k->s->rate_hz * 1000 - r->window_ms) / r->hop_ms;
        n = windows > 0 ? 1 + (size_t)windows : 1;
    }
    if (label >= 0) k->count[label][k->s->split] += n;
}

typedef bool label_is_bad(const th_check *c, const size_t n[TH_N_SPLITS], size_t most, size_t all_val);

/* The labels that are words, or whatever else is told apart: "unknown" and "silence" are not. */
static int n_words(const th_check *c)
{
    return c->task->input == TH_IN_SOUND ? c->p->n_labels - 2 : c->p->n_labels;
}

static void count_labels(counting *k)
{
    for (size_t i = 0; i < k->c->set->n; i++) {
        k->s = &k->c->set->samples[i];
        th_sample_labels(k->s, count_label, k);
    }
}

static th_err find_labels(th_check *c, label_is_bad *bad, bool words_only)
{
    counting k = {.c = c};
    size_t most = 0, val = 0;
    if (!th_check_by_label(c)) return TH_OK; /* what is not normal needs no example */
    count_labels(&k);
    for (int i = 0; i < n_words(c); i++) most = k.count[i][TH_TRAIN] > most ? k.count[i][TH_TRAIN] : most;
    for (int i = 0; i < c->p->n_labels; i++) val += k.count[i][TH_VAL];
    for (int i = 0; i < (words_only ? n_words(c) : c->p->n_labels); i++) {
        const size_t *n = k.count[i];
        if (!bad(c, n, most, val)) continue;
        th_check_item *item = th_found(c, TH_NO_SAMPLE, TH_NO_SAMPLE, -(double)n[TH_TRAIN]);
        th_text_fmt(item->text, sizeof item->text, "%s: %zu train, %zu val, %zu test", c->p->labels[i], n[TH_TRAIN],
                    n[TH_VAL], n[TH_TEST]);
    }
    return TH_OK;
}

static bool has_none(const th_check *c, const size_t n[TH_N_SPLITS], size_t most, size_t all_val)
{
    (void)c, (void)most, (void)all_val;
    return n[TH_TRAIN] == 0;
}

static bool has_few(const th_check *c, const size_t n[TH_N_SPLITS], size_t most, size_t all_val)
{
    (void)c, (void)most, (void)all_val;
    return n[TH_TRAIN] > 0 && n[TH_TRAIN] < FEW;
}

static bool is_rare(const th_check *c, const size_t n[TH_N_SPLITS], size_t most, size_t all_val)
{
    (void)c, (void)all_val;
    return n[TH_TRAIN] > 0 && n[TH_TRAIN] * 3 < most;
}

/* Pictures may have no part to watch: the training then takes one of its own. */
static bool is_untested(const th_check *c, const size_t n[TH_N_SPLITS], size_t most, size_t all_val)
{
    (void)most;
    const bool needs_val = all_val > 0 || c->task->input != TH_IN_PICTURE;
    return n[TH_TRAIN] > 0 && (n[TH_TEST] == 0 || (needs_val && n[TH_VAL] == 0));
}

th_err th_check_labels(th_check *c, th_why *why)
{
    (void)why;
    return find_labels(c, has_none, true);
}

th_err th_check_few(th_check *c, th_why *why)
{
    (void)why;
    return find_labels(c, has_few, false);
}

th_err th_check_balance(th_check *c, th_why *why)
{
    (void)why;
    return find_labels(c, is_rare, true);
}

th_err th_check_not_tested(th_check *c, th_why *why)
{
    (void)why;
    return find_labels(c, is_untested, false);
}

static th_err find_no(th_check *c, int from_end)
{
    counting k = {.c = c};
    const int i = c->p->n_labels - from_end;
    if (c->task->input != TH_IN_SOUND || i < 0) return TH_OK;
    count_labels(&k);
    if (k.count[i][TH_TRAIN]) return TH_OK;
    th_check_item *item = th_found(c, TH_NO_SAMPLE, TH_NO_SAMPLE, 0);
    th_text_fmt(item->text, sizeof item->text, "%s: 0 train, %zu val, %zu test", c->p->labels[i], k.count[i][TH_VAL],
                k.count[i][TH_TEST]);
    return TH_OK;
}

th_err th_check_no_unknown(th_check *c, th_why *why)
{
    (void)why;
    return find_no(c, 2);
}

th_err th_check_no_silence(th_check *c, th_why *why)
{
    (void)why;
    return find_no(c, 1);
}

/* ---- spelling ---- */

static const char *word_of(const th_sample *s)
{
    return *s->word ? s->word : s->label;
}

static int by_word(const void *a, const void *b)
{
    return strcmp(word_of(*(const th_sample *const *)a), word_of(*(const th_sample *const *)b));
}

th_err th_check_case(th_check *c, th_why *why)
{
    size_t kinds = 0;
    const th_sample **s = malloc((c->set->n + 1) * sizeof *s);
    if (!s) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < c->set->n; i++) s[i] = &c->set->samples[i];
    if (c->set->n) qsort(s, c->set->n, sizeof *s, by_word);
    for (size_t i = 0; i < c->set->n; i++) /* one of each word, to the front */
        if (i == 0 || strcmp(word_of(s[i]), word_of(s[kinds - 1])) != 0) s[kinds++] = s[i];
    for (size_t i = 0; i < kinds && kinds <= 2000; i++)
        for (size_t k = i + 1; k < kinds; k++) {
            if (!th_label_same(word_of(s[i]), word_of(s[k]))) continue;
            th_check_item *item = th_found(c, (size_t)(s[k] - c->set->samples), (size_t)(s[i] - c->set->samples), 0);
            th_text_fmt(item->text, sizeof item->text, "%s and %s", word_of(s[i]), word_of(s[k]));
        }
    free(s);
    return TH_OK;
}

/* ---- who and with what ---- */

/* How many different ones there are of a text, for each label; one is as good as "several". */
typedef struct owners {
    const char *first[TH_MAX_LABELS];
    bool several[TH_MAX_LABELS], unknown[TH_MAX_LABELS];
    size_t n[TH_MAX_LABELS];
    size_t n_several; /* labels */
    const char *any;
    bool any_two;
} owners;

typedef const char *owner_fn(const th_sample *s);

static void count_owners(const th_check *c, owner_fn *of, owners *o)
{
    *o = (owners){0};
    for (size_t i = 0; i < c->set->n; i++) {
        const th_sample *s = &c->set->samples[i];
        const char *who = of(s);
        const int k = th_project_label(c->p, s->label);
        if (k < 0) continue;
        o->n[k]++;
        if (!*who) {
            o->unknown[k] = true;
            continue;
        }
        if (!o->any) o->any = who;
        o->any_two = o->any_two || strcmp(o->any, who) != 0;
        if (!o->first[k]) o->first[k] = who;
        if (!o->several[k] && strcmp(o->first[k], who) != 0) o->several[k] = true, o->n_several++;
    }
}

static th_err find_single(th_check *c, owner_fn *of)
{
    owners o;
    if (!th_check_by_label(c)) return TH_OK;
    count_owners(c, of, &o);
    for (int k = 0; k < n_words(c) && o.any_two && o.n_several; k++) {
        if (!o.first[k] || o.several[k] || o.unknown[k] || o.n[k] < 5) continue;
        th_check_item *item = th_found(c, TH_NO_SAMPLE, TH_NO_SAMPLE, (double)o.n[k]);
        th_text_fmt(item->text, sizeof item->text, "%s: all %zu are of %s", c->p->labels[k], o.n[k], o.first[k]);
    }
    return TH_OK;
}

static const char *subject_of(const th_sample *s)
{
    return s->subject;
}

th_err th_check_one_subject(th_check *c, th_why *why)
{
    (void)why;
    return find_single(c, subject_of);
}

static const char *device_of(const th_sample *s)
{
    return s->device;
}

th_err th_check_one_device(th_check *c, th_why *why)
{
    (void)why;
    return find_single(c, device_of);
}

static int by_name(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

th_err th_check_subjects(th_check *c, th_why *why)
{
    size_t n = 0, kinds = 0, most = 0, from = 0;
    const char **who = malloc((c->set->n + 1) * sizeof *who);
    if (!who) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < c->set->n; i++)
        if (*c->set->samples[i].subject) who[n++] = c->set->samples[i].subject;
    if (n) qsort(who, n, sizeof *who, by_name);
    for (size_t i = 0, k; i < n; i = k, kinds++) {
        for (k = i; k < n && strcmp(who[k], who[i]) == 0; k++) {
        }
        if (k - i > most) most = k - i, from = i;
    }
    if (kinds >= 3 && n >= 20 && most * 2 > n) {
        th_check_item *item = th_found(c, TH_NO_SAMPLE, TH_NO_SAMPLE, (double)most);
        th_text_fmt(item->text, sizeof item->text, "%s: %zu of %zu", who[from], most, n);
    }
    free(who);
    return TH_OK;
}

th_err th_check_shares(th_check *c, th_why *why)
{
    size_t count[TH_N_SPLITS] = {0};
    const size_t n = c->set->n;
    (void)why;
    for (size_t i = 0; i < n; i++) count[c->set->samples[i].split]++;
    for (int k = 0; k < TH_N_SPLITS && th_check_by_label(c) && n >= FEW; k++) {
        const bool wrong = k == TH_TRAIN ? count[k] * 5 < n * 2 : k == TH_TEST && count[k] * 20 < n;
        if (!wrong) continue;
        th_check_item *item = th_found(c, TH_NO_SAMPLE, TH_NO_SAMPLE, 0);
        th_text_fmt(item->text, sizeof item->text, "%s: %zu of %zu", th_split_name((th_split)k), count[k], n);
        th_fix(c, item, "split", NULL, NULL);
    }
    return TH_OK;
}
