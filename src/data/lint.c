#include "data/lint.h"

#include "base/text.h"
#include "data/audio.h"
#include "os/run.h"

#include <stdlib.h>
#include <string.h>

#define FEW         20
#define QUIET_POWER 10738 /* mean square at -50 dBFS: 32768^2 * 10^-5 */

typedef struct row {
    const char *name, *what, *todo;
    bool is_error;
} row;

static const row rows[TH_N_LINTS] = {
#define X(id, name, is_error, what, todo) {name, what, todo, is_error},
    TH_LINT_LIST(X)
#undef X
};

const char *th_lint_name(th_lint_kind kind)
{
    return rows[kind].name;
}

const char *th_lint_what(th_lint_kind kind)
{
    return rows[kind].what;
}

const char *th_lint_todo(th_lint_kind kind)
{
    return rows[kind].todo;
}

bool th_lint_is_error(th_lint_kind kind)
{
    return rows[kind].is_error;
}

static void found(th_lint_report *r, th_lint_kind kind, const char *example)
{
    th_finding *f = &r->finding[kind];
    if (f->count < TH_LINT_EXAMPLES) th_text_fmt(f->example[f->count], sizeof f->example[0], "%s", example);
    f->count++;
}

/* ---- single clips ------------------------------------------------------------------------------ */

static void check_samples(const th_sample *c, const int16_t *pcm, int32_t n, int32_t rate_hz, th_lint_report *r)
{
    int64_t sum = 0, squares = 0;
    int32_t full = 0;
    const bool noise = strcmp(c->label, TH_LABEL_SILENCE) == 0;
    for (int32_t i = 0; i < n; i++) {
        sum += pcm[i];
        squares += (int32_t)pcm[i] * pcm[i];
        full += pcm[i] >= 32767 || pcm[i] <= -32767;
    }
    const int64_t mean = sum / n;
    if (full > 8 && full > n / 500) found(r, TH_LINT_CLIPPED, th_sample_shown(c));
    if (mean > 655 || mean < -655) found(r, TH_LINT_OFFSET, th_sample_shown(c)); /* 2 % */
    if (!noise && squares / n - mean * mean < QUIET_POWER) found(r, TH_LINT_QUIET, th_sample_shown(c));
    if (!noise && n < rate_hz / 10) found(r, TH_LINT_SHORT, th_sample_shown(c));
}

/* A file of the store never changes: its name says what is in it. */
static th_err check_content(const th_sample *c, const char *path, th_lint_report *r, th_why *why)
{
    char hash[TH_HASH_BYTES];
    uint8_t *bytes;
    size_t n;
    if (*c->file) return TH_OK;
    if (th_file_read(path, 0, &bytes, &n, NULL))
        return th_why_set(why, TH_EIO, "cannot read %s. Check its permissions (ls -l)", path);
    th_hash_of((th_span){bytes, n}, hash);
    free(bytes);
    if (strcmp(hash, c->hash) != 0) found(r, TH_LINT_CHANGED, th_sample_shown(c));
    return TH_OK;
}

static th_err check_sound(const th_project *p, const th_dataset *set, const th_sample *c, const char *path,
                          th_lint_report *r, th_why *why)
{
    int16_t *pcm;
    int32_t n, file_rate;
    const th_err err = th_dataset_samples(set, c, &pcm, &n, NULL);
    if (err == TH_ENOMEM) return th_why_set(why, err, "out of memory reading %s", path);
    if (err) return found(r, TH_LINT_DAMAGED, th_sample_shown(c)), TH_OK;
    if (th_audio_rate(path, &file_rate) == TH_OK && file_rate != p->rate_hz) found(r, TH_LINT_RATE, th_sample_shown(c));
    check_samples(c, pcm, n, p->rate_hz, r);
    free(pcm);
    return check_content(c, path, r, why);
}

static th_err check_signal(const th_dataset *set, const th_sample *c, const char *path, th_lint_report *r, th_why *why)
{
    float *values;
    int32_t n = 0, channels = 0;
    const th_err err = th_dataset_signal(set, c, &values, &n, &channels, NULL);
    if (err == TH_ENOMEM) return th_why_set(why, err, "out of memory reading %s", path);
    if (err) return found(r, TH_LINT_DAMAGED, th_sample_shown(c)), TH_OK;
    free(values);
    return check_content(c, path, r, why);
}

static th_err check_one(const th_project *p, const th_dataset *set, const th_sample *c, th_lint_report *r, th_why *why)
{
    char path[TH_PATH_BYTES];
    TH_TRY(th_dataset_path(set, c, path, why));
    if (!th_file_exists(path)) return found(r, TH_LINT_MISSING, th_sample_shown(c)), TH_OK;
    switch (c->kind) {
    case TH_SOUND: return check_sound(p, set, c, path, r, why);
    case TH_SIGNAL: return check_signal(set, c, path, r, why);
    case TH_PICTURE: return check_content(c, path, r, why);
    }
    return TH_OK;
}

/* ---- labels -------------------------------------------------------------------------------------- */

typedef struct counting {
    const th_project *p;
    th_split split;
    size_t count[TH_MAX_LABELS][TH_N_SPLITS];
} counting;

static void count_label(void *ctx, const char *name, int32_t n)
{
    counting *c = ctx;
    const int label = th_project_label(c->p, name);
    (void)n;
    if (label >= 0) c->count[label][c->split]++;
}

static void check_labels(const th_project *p, const th_dataset *set, th_lint_report *r)
{
    const th_task *task = th_project_task(p);
    counting all = {.p = p};
    size_t(*count)[TH_N_SPLITS] = all.count, most = 0;
    const int keywords = task->input == TH_IN_SOUND ? p->n_labels - 2 : p->n_labels;
    for (size_t i = 0; i < set->n; i++) {
        all.split = set->samples[i].split;
        th_sample_labels(&set->samples[i], count_label, &all);
    }
    if (task->output != TH_OUT_LABELS) return; /* what is not normal needs no example */
    for (int i = 0; i < keywords; i++) most = count[i][TH_TRAIN] > most ? count[i][TH_TRAIN] : most;
    for (int i = 0; i < p->n_labels; i++) {
        const size_t *c = count[i], n = c[TH_TRAIN];
        char example[160];
        th_text_fmt(example, sizeof example, "%s: %zu train, %zu val, %zu test", p->labels[i], n, c[TH_VAL],
                    c[TH_TEST]);
        if (i >= keywords && n == 0) {
            found(r, i == keywords ? TH_LINT_NO_UNKNOWN : TH_LINT_NO_SILENCE, example);
            continue;
        }
        if (n == 0)
            found(r, TH_LINT_NO_CLIPS, example);
        else if (n < FEW)
            found(r, TH_LINT_FEW, example);
        if (n && i < keywords && n * 3 < most) found(r, TH_LINT_BALANCE, example);
        if (n && (c[TH_VAL] == 0 || c[TH_TEST] == 0)) found(r, TH_LINT_NOT_TESTED, example);
    }
}

/* ---- pairs ------------------------------------------------------------------------------------------ */

static int by_speaker(const void *a, const void *b)
{
    const th_sample *x = *(const th_sample *const *)a, *y = *(const th_sample *const *)b;
    const int d = strcmp(x->subject, y->subject);
    return d ? d : (x->split > y->split) - (x->split < y->split);
}

static int by_hash(const void *a, const void *b)
{
    const th_sample *x = *(const th_sample *const *)a, *y = *(const th_sample *const *)b;
    const int order = strcmp(x->hash, y->hash);
    return order ? order : strcmp(x->name, y->name);
}

static int by_word(const void *a, const void *b)
{
    return strcmp((*(const th_sample *const *)a)->word, (*(const th_sample *const *)b)->word);
}

static void check_speakers(const th_sample **c, size_t n, th_lint_report *r)
{
    size_t people = 0;
    for (size_t i = 0; i < n; i++)
        people += *c[i]->subject && (i == 0 || strcmp(c[i]->subject, c[i - 1]->subject) != 0);
    const th_lint_kind kind =
        people < TH_MIN_SPEAKERS ? TH_LINT_FEW_SPEAKERS : TH_LINT_LEAK; /* no division can mend the first */
    for (size_t i = 0, k; i < n; i = k) {
        for (k = i; k < n && strcmp(c[k]->subject, c[i]->subject) == 0; k++) {
        }
        if (*c[i]->subject && c[i]->split == TH_TRAIN && c[k - 1]->split != TH_TRAIN) found(r, kind, c[i]->subject);
    }
}

static void check_words(const th_sample **c, size_t n, th_lint_report *r)
{
    size_t kinds = 0;
    for (size_t i = 0; i < n; i++) /* one of each word, to the front */
        if (i == 0 || strcmp(c[i]->word, c[kinds - 1]->word) != 0) c[kinds++] = c[i];
    if (kinds > 2000) return;
    for (size_t i = 0; i < kinds; i++)
        for (size_t k = i + 1; k < kinds; k++) {
            char example[160];
            if (!th_label_same(c[i]->word, c[k]->word)) continue;
            th_text_fmt(example, sizeof example, "%s and %s", c[i]->word, c[k]->word);
            found(r, TH_LINT_CASE, example);
        }
}

static th_err check_pairs(const th_dataset *set, th_lint_report *r, th_why *why)
{
    const th_sample **c = calloc(set->n + 1, sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < set->n; i++) c[i] = &set->samples[i];
    qsort(c, set->n, sizeof *c, by_hash);
    for (size_t i = 1; i < set->n; i++)
        if (strcmp(c[i]->hash, c[i - 1]->hash) == 0) found(r, TH_LINT_DUPLICATE, th_sample_shown(c[i]));
    qsort(c, set->n, sizeof *c, by_speaker);
    check_speakers(c, set->n, r);
    qsort(c, set->n, sizeof *c, by_word);
    check_words(c, set->n, r);
    free(c);
    return TH_OK;
}

th_err th_lint(const th_project *p, const th_dataset *set, th_import_progress *progress, void *ctx,
               th_lint_report *report, th_why *why)
{
    *report = (th_lint_report){0};
    if (set->n == 0) found(report, TH_LINT_EMPTY, p->dir);
    for (size_t i = 0; i < set->n; i++) {
        TH_TRY(check_one(p, set, &set->samples[i], report, why));
        if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
        if (progress) progress(ctx, (double)(i + 1) / (double)set->n);
    }
    if (set->n) {
        check_labels(p, set, report);
        TH_TRY(check_pairs(set, report, why));
    }
    for (int i = 0; i < TH_N_LINTS; i++)
        if (report->finding[i].count) *(rows[i].is_error ? &report->n_errors : &report->n_warnings) += 1;
    return TH_OK;
}
