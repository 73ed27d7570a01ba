#include "data/import.h"

#include "base/text.h"
#include "data/audio.h"
#include "data/sound_file.h"
#include "os/run.h"

#include <stdlib.h>
#include <string.h>

#define SAVE_EVERY_S 3.0

/* ---- content ------------------------------------------------------------------------------ */

/* Open addressing with linear probing; at most half full. */
struct th_hash_index {
    const th_dataset *set;
    size_t *at;    /* 1 + number of a sample; 0: free */
    size_t cap, n; /* cap: a power of two */
};

/* The hash is even in all its bits: its first ones say where to look. */
static size_t place_of(const th_hash_index *h, const char *hash)
{
    size_t bits = 0;
    for (int i = 0; i < 12 && hash[i]; i++)
        bits = bits << 4 | (size_t)(hash[i] <= '9' ? hash[i] - '0' : hash[i] - 'a' + 10);
    return bits & (h->cap - 1);
}

static bool index_room(th_hash_index *h, size_t cap)
{
    const th_hash_index old = *h;
    h->at = calloc(cap, sizeof *h->at);
    if (!h->at) {
        *h = old;
        return false;
    }
    h->cap = cap;
    h->n = 0;
    for (size_t i = 0; i < old.cap; i++)
        if (old.at[i]) th_hash_index_add(h, old.at[i] - 1);
    free(old.at);
    return true;
}

th_err th_hash_index_new(const th_dataset *set, th_hash_index **h, th_why *why)
{
    size_t cap = 1024;
    while (cap < set->n * 2 + 2) cap *= 2;
    *h = calloc(1, sizeof **h);
    if (*h) (*h)->set = set;
    if (!*h || !index_room(*h, cap)) {
        free(*h);
        *h = NULL;
        return th_why_set(why, TH_ENOMEM, "out of memory for %zu samples", set->n);
    }
    for (size_t i = 0; i < set->n; i++) th_hash_index_add(*h, i);
    return TH_OK;
}

void th_hash_index_free(th_hash_index *h)
{
    if (!h) return;
    free(h->at);
    free(h);
}

int64_t th_hash_index_find(const th_hash_index *h, const char *hash)
{
    for (size_t i = place_of(h, hash); h->at[i]; i = (i + 1) & (h->cap - 1))
        if (strcmp(h->set->samples[h->at[i] - 1].hash, hash) == 0) return (int64_t)h->at[i] - 1;
    return -1;
}

void th_hash_index_add(th_hash_index *h, size_t sample)
{
    if (h->n * 2 >= h->cap && !index_room(h, h->cap * 2)) return; /* a twin of this one will not be found */
    size_t i = place_of(h, h->set->samples[sample].hash);
    while (h->at[i]) i = (i + 1) & (h->cap - 1);
    h->at[i] = sample + 1;
    h->n++;
}

/* ---- which ones, and where to ------------------------------------------------------------- */

typedef struct job {
    const th_project *p;
    th_dataset *set;
    const th_import_cfg *cfg;
    th_import_report *report;
    th_hash_index *index;
    bool *take; /* [found->n] */
    double saved_s;
    size_t unsaved;
    th_why *why;
} job;

static bool is_noise(const th_found *f)
{
    return strcmp(f->word, TH_LABEL_SILENCE) == 0;
}

static th_err choose_splits(job *j)
{
    th_found_list *l = j->report->found;
    th_split_item *items = calloc(l->n + j->set->n + 1, sizeof *items);
    if (!items) return th_why_set(j->why, TH_ENOMEM, "out of memory");
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        const th_found *f = &l->item[i];
        items[n++] = (th_split_item){.label = th_dataset_label(j->p, f->word),
                                     .subject = *f->subject ? f->subject
                                                : f->to     ? f->path /* pieces of one recording */
                                                            : "",
                                     .key = f->name,
                                     .fixed = f->has_split,
                                     .split = f->split};
    }
    for (size_t i = 0; i < j->set->n; i++) { /* people who are here already stay on their side */
        const th_sample *c = &j->set->samples[i];
        if (*c->subject)
            items[n++] = (th_split_item){
                .label = c->label, .subject = c->subject, .key = c->name, .fixed = true, .split = c->split};
    }
    const th_err err = th_split_choose(items, n, &j->cfg->split, &j->report->by_speaker, j->why);
    for (size_t i = 0; i < l->n && !err; i++) l->item[i].split = items[i].split;
    free(items);
    return err;
}

/* For per_label: the k-th clip of every speaker before the (k+1)-th of anyone ("unknown": of every word). */
typedef struct turn {
    const char *label, *group;
    size_t round; /* which one of its group */
    uint64_t draw;
    size_t item;
} turn;

static int by_group(const void *x, const void *y)
{
    const turn *a = x, *b = y;
    int d = strcmp(a->label, b->label);
    if (!d) d = strcmp(a->group, b->group);
    if (d) return d;
    return a->draw != b->draw ? (a->draw < b->draw ? -1 : 1) : (a->item > b->item) - (a->item < b->item);
}

static int by_round(const void *x, const void *y)
{
    const turn *a = x, *b = y;
    const int d = strcmp(a->label, b->label);
    if (d) return d;
    if (a->round != b->round) return a->round < b->round ? -1 : 1;
    return a->draw != b->draw ? (a->draw < b->draw ? -1 : 1) : (a->item > b->item) - (a->item < b->item);
}

static th_err limit_training(job *j)
{
    th_found_list *l = j->report->found;
    if (j->cfg->per_label <= 0) return TH_OK;
    turn *t = calloc(l->n + 1, sizeof *t);
    if (!t) return th_why_set(j->why, TH_ENOMEM, "out of memory");
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        const th_found *f = &l->item[i];
        if (f->split != TH_TRAIN || is_noise(f)) continue;
        const char *label = th_dataset_label(j->p, f->word);
        t[n++] = (turn){label, strcmp(label, TH_LABEL_UNKNOWN) ? f->subject : f->word, 0,
                        th_split_draw(j->cfg->split.seed, f->name), i};
    }
    if (n) qsort(t, n, sizeof *t, by_group);
    for (size_t i = 1; i < n; i++)
        if (strcmp(t[i].label, t[i - 1].label) == 0 && strcmp(t[i].group, t[i - 1].group) == 0)
            t[i].round = t[i - 1].round + 1;
    if (n) qsort(t, n, sizeof *t, by_round);
    int32_t k = 0;
    for (size_t i = 0; i < n; i++) {
        k = i && strcmp(t[i].label, t[i - 1].label) == 0 ? k + 1 : 0;
        if (k < j->cfg->per_label) continue;
        j->take[t[i].item] = false;
        j->report->left_out++;
    }
    free(t);
    return TH_OK;
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static th_err count_speakers(job *j)
{
    const th_found_list *l = j->report->found;
    const char **who = calloc(l->n + 1, sizeof *who);
    if (!who) return th_why_set(j->why, TH_ENOMEM, "out of memory");
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (*l->item[i].subject) who[n++] = l->item[i].subject;
    if (n) qsort(who, n, sizeof *who, compare_text);
    for (size_t i = 0; i < n; i++) j->report->n_speakers += i == 0 || strcmp(who[i], who[i - 1]) != 0;
    free(who);
    return TH_OK;
}

/* ---- one recording -------------------------------------------------------------------------- */

/* Adds a clip unless its sound is there already. */
static th_err take(job *j, const th_sample *c, const int16_t *pcm, int32_t n)
{
    char hash[TH_HASH_BYTES];
    TH_TRY(th_sound_hash(j->p->rate_hz, pcm, n, hash, j->why));
    const int64_t old = th_hash_index_find(j->index, hash);
    if (old < 0) {
        TH_TRY(th_dataset_put_sound(j->set, c, pcm, n, j->why));
        th_hash_index_add(j->index, j->set->n - 1);
        j->report->added++;
        j->unsaved++;
        return TH_OK;
    }
    const th_sample *there = &j->set->samples[old];
    if (!th_object_is_there(j->set->object_dir, hash, there->suffix, 44 + 2 * (int64_t)n)) { /* lost or damaged */
        char path[TH_PATH_BYTES];
        TH_TRY(th_dataset_path(j->set, there, path, j->why));
        j->report->added++;
        return th_audio_write(path, j->p->rate_hz, pcm, n, j->why);
    }
    if (strcmp(there->source, c->source) == 0 && strcmp(there->name, c->name) == 0) {
        j->report->already++;
        return TH_OK;
    }
    j->report->duplicates++;
    if (strcmp(there->word, c->word) != 0)
        th_source_problem(
            j->report->found,
            "%s/%s: the same sound as %s/%s, which is labelled \"%s\", not \"%s\"; only the first one is kept",
            c->source, c->name, there->source, there->name, there->word, c->word);
    return TH_OK;
}

/* Noise of so many samples is cut. */
static bool is_long(const th_project *p, int32_t n)
{
    return (int64_t)n * 1000 >= 2 * (int64_t)p->rate_hz * p->clip_ms;
}

/* Long noise becomes clips of clip_ms. */
static th_err take_pieces(job *j, const th_found *f, const th_sample *whole, const int16_t *pcm, int32_t n)
{
    char name[TH_PATH_BYTES + 16];
    th_sample c = *whole;
    const int32_t len = (int32_t)((int64_t)j->p->rate_hz * j->p->clip_ms / 1000), pieces = n / len;
    for (int32_t i = 0; i < pieces; i++) {
        th_text_fmt(name, sizeof name, "%s#%d", whole->name, (int)i);
        c.name = name;
        c.split = f->has_split ? f->split : th_split_piece((size_t)i, (size_t)pieces, &j->cfg->split);
        TH_TRY(take(j, &c, pcm + (size_t)i * (size_t)len, len));
    }
    return TH_OK;
}

static bool is_fault_of_the_file(th_err err)
{
    return err == TH_EFORMAT || err == TH_ETRUNC || err == TH_ERANGE || err == TH_EUNSUP || err == TH_ENOENT ||
           err == TH_EIO;
}

/* What the folder says of a recording: "speech_commands/yes/a.wav" is yes/a.wav of speech_commands. */
static th_sample found_sample(const th_project *p, const th_found *f, th_split split, char source[TH_PATH_BYTES])
{
    const size_t n = strcspn(f->name, "/");
    th_text_fmt(source, TH_PATH_BYTES, "%.*s", (int)n, f->name);
    return (th_sample){.kind = TH_SOUND,
                       .label = th_dataset_label(p, f->word),
                       .word = f->word,
                       .subject = f->subject,
                       .source = source,
                       .name = f->name + n + (f->name[n] == '/'),
                       .split = split};
}

/* at: its first sample in the file, at the project's rate; or NULL. */
static th_err read_found(const th_project *p, const th_found *f, const char *key, int16_t **pcm, int32_t *n,
                         int32_t *at, th_why *why)
{
    const th_sound_part part = {f->from, f->to, is_noise(f) ? TH_MAX_NOISE_SECONDS : TH_MAX_WORD_SECONDS, at};
    return th_sound_read(f->path, key, p->rate_hz, &part, pcm, n, why);
}

static th_err take_found(job *j, const th_found *f)
{
    int16_t *pcm;
    int32_t n;
    th_why inner = {0};
    const bool noise = is_noise(f);
    th_err err = read_found(j->p, f, j->cfg->hmac_key, &pcm, &n, NULL, &inner);
    if (err && is_fault_of_the_file(err)) {
        th_source_problem(j->report->found, "%s", inner.text);
        j->report->refused++;
        return TH_OK;
    }
    if (err) return th_why_set(j->why, err, "%s", inner.text);
    char source[TH_PATH_BYTES];
    const th_sample c = found_sample(j->p, f, f->split, source);
    if (noise && is_long(j->p, n)) {
        err = take_pieces(j, f, &c, pcm, n);
    } else {
        err = take(j, &c, pcm, n);
    }
    free(pcm);
    return err;
}

/* ---- all ------------------------------------------------------------------------------------- */

static th_err save(job *j)
{
    j->saved_s = th_clock_s();
    if (!j->unsaved) return TH_OK;
    j->unsaved = 0;
    return th_dataset_save(j->p, j->set, j->why);
}

static th_err check_words(job *j, const char *src)
{
    const th_found_list *l = j->report->found;
    char words[400], list[200], labels[200] = "";
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (th_project_label(j->p, l->item[i].word) >= 0) return TH_OK;
    for (int i = 0; i < j->p->n_labels - 2 && n < sizeof labels; i++)
        n += th_text_fmt(labels + n, sizeof labels - n, "%s%s", i ? ", " : "", j->p->labels[i]);
    th_source_words(l, true, words, sizeof words);
    th_source_words(l, false, list, sizeof list);
    return th_why_set(j->why, TH_EUSAGE,
                      "none of the words in %s is a label of this project (%s). There are: %s. To hear these words: "
                      "thimble data import %s --labels %s",
                      src, labels, words, src, list);
}

static th_err import_all(job *j)
{
    const th_found_list *l = j->report->found;
    th_err err = TH_OK;
    j->saved_s = th_clock_s();
    for (size_t i = 0; i < l->n && !err; i++) {
        if (j->take[i]) err = take_found(j, &l->item[i]);
        if (!err && th_interrupted())
            err = th_why_set(j->why, TH_EINTR,
                             "interrupted; %zu clips are imported. Run the same command again for the rest",
                             j->report->added);
        if (!err && th_clock_s() - j->saved_s > SAVE_EVERY_S) err = save(j);
        if (j->cfg->progress) j->cfg->progress(j->cfg->ctx, (double)(i + 1) / (double)l->n);
    }
    const th_err at_end = save(j); /* also after an error: what is imported stays */
    return err ? err : at_end;
}

th_err th_import(const th_project *p, th_dataset *set, const char *src, const th_import_cfg *cfg,
                 th_import_report *report, th_why *why)
{
    *report = (th_import_report){0};
    job j = {.p = p, .set = set, .cfg = cfg, .report = report, .why = why};
    TH_TRY(th_source_find(p, src, &report->found, why));
    report->has_lists = report->found->has_lists;
    j.take = malloc(report->found->n * sizeof *j.take + 1);
    th_err err = j.take ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < report->found->n && !err; i++) j.take[i] = true;
    if (!err) err = check_words(&j, src);
    if (!err) err = count_speakers(&j);
    if (!err) err = choose_splits(&j);
    if (!err) err = limit_training(&j);
    if (!err) err = th_hash_index_new(set, &j.index, why);
    if (!err) err = import_all(&j);
    th_hash_index_free(j.index);
    free(j.take);
    if (err) {
        th_source_free(report->found);
        report->found = NULL;
    }
    return err;
}

/* ---- one that is recorded now --------------------------------------------------------------- */

static th_err choose_split(const job *j, th_sample *s)
{
    th_split_item *items = calloc(j->set->n + 1, sizeof *items);
    if (!items) return th_why_set(j->why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < j->set->n; i++) {
        const th_sample *c = &j->set->samples[i];
        items[i] =
            (th_split_item){.label = c->label, .subject = c->subject, .key = c->name, .fixed = true, .split = c->split};
    }
    items[j->set->n] =
        (th_split_item){.label = s->label, .subject = s->subject ? s->subject : "", .key = s->name ? s->name : ""};
    const th_err err = th_split_next(items, j->set->n + 1, j->set->n, &j->cfg->split, j->why);
    s->split = items[j->set->n].split;
    free(items);
    return err;
}

th_err th_import_recorded(const th_project *p, th_dataset *set, const th_sample *about, const int16_t *pcm, int32_t n,
                          const th_split_cfg *split, size_t *added, th_why *why)
{
    const th_import_cfg cfg = {.split = *split};
    th_import_report report = {.found = calloc(1, sizeof *report.found)};
    job j = {.p = p, .set = set, .cfg = &cfg, .report = &report, .why = why};
    const th_found found = {0};
    th_sample s = *about;
    s.kind = TH_SOUND;
    s.label = th_dataset_label(p, s.word);
    th_err err = report.found ? choose_split(&j, &s) : th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) err = th_hash_index_new(set, &j.index, why);
    if (!err && strcmp(s.word, TH_LABEL_SILENCE) == 0 && is_long(p, n))
        err = take_pieces(&j, &found, &s, pcm, n);
    else if (!err)
        err = take(&j, &s, pcm, n);
    th_hash_index_free(j.index);
    th_source_free(report.found);
    *added = report.added;
    if (!err && !report.added) err = th_why_set(why, TH_EEXIST, "this very sound is in the data already");
    return err;
}

/* ---- a folder that is only tested ------------------------------------------------------------ */

/* Is that piece of a recording in the part that is tested? */
static bool is_wanted(const th_found *f, size_t piece, size_t pieces, int part)
{
    static const th_split_cfg tenths = {.val = 0.1, .test = 0.1};
    if (part == TH_PART_ALL) return true;
    if (f->has_split) return (int)f->split == part;
    return is_noise(f) && (pieces == 1 || (int)th_split_piece(piece, pieces, &tenths) == part);
}

static th_err scan_one(const th_project *p, const th_found *f, int part, th_dataset *set, th_why *why)
{
    int16_t *pcm;
    int32_t n, begin = 0;
    const bool noise = is_noise(f);
    if (!noise && !is_wanted(f, 0, 1, part)) return TH_OK;
    const th_err err = read_found(p, f, NULL, &pcm, &n, &begin, NULL);
    if (err == TH_ENOMEM) return th_why_set(why, err, "out of memory reading %s", f->path);
    if (err) {
        set->n_skipped++;
        return TH_OK;
    }
    const int32_t len = (int32_t)((int64_t)p->rate_hz * p->clip_ms / 1000),
                  pieces = noise && n >= 2 * len ? n / len : 1;
    th_err bad = TH_OK;
    for (int32_t i = 0; i < pieces && !bad; i++) {
        const int32_t at = i * len, count = pieces == 1 ? n : len;
        char source[TH_PATH_BYTES], hash[TH_HASH_BYTES];
        th_sample c = found_sample(p, f, TH_TEST, source);
        if (!is_wanted(f, (size_t)i, (size_t)pieces, part)) continue;
        c.file = f->path;
        c.hash = hash;
        c.start = begin + at;
        c.n_rows = count;
        c.rate_hz = p->rate_hz;
        bad = th_sound_hash(p->rate_hz, pcm + at, count, hash, why);
        if (!bad) bad = th_dataset_add(set, &c, why);
    }
    free(pcm);
    return bad;
}

/* The part that the folder itself says is for testing. */
static int told_part(const th_found_list *l)
{
    size_t told[TH_N_SPLITS] = {0};
    for (size_t i = 0; i < l->n; i++)
        if (l->item[i].has_split) told[l->item[i].split]++;
    return th_split_tested(told);
}

static th_err scan_all(const th_project *p, const char *dir, const th_found_list *l, int part, th_dataset *set,
                       th_why *why)
{
    if (part == TH_PART_TOLD) part = told_part(l);
    for (size_t i = 0; i < l->n; i++) {
        TH_TRY(scan_one(p, &l->item[i], part, set, why));
        if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
    }
    if (set->n) return TH_OK;
    if (part >= 0 && !set->n_skipped)
        return th_why_set(why, TH_ENOENT, "%s has no recordings for %s: --split all takes all of its %zu", dir,
                          th_split_name((th_split)part), l->n);
    return th_why_set(why, TH_ENOENT, "%s: none of its %zu recordings can be read; the first: %s", dir, l->n,
                      l->item[0].path);
}

th_err th_dataset_scan(const th_project *p, const char *dir, int part, th_dataset **set, th_why *why)
{
    th_found_list *l;
    *set = NULL;
    TH_TRY(th_source_find(p, dir, &l, why));
    th_err err = th_dataset_new(p, set, why);
    th_import_report report = {.found = l};
    job j = {.p = p, .report = &report, .why = why};
    if (!err && th_project_label(p, TH_LABEL_UNKNOWN) < 0) err = check_words(&j, dir);
    if (!err) err = scan_all(p, dir, l, part, *set, why);
    th_source_free(l);
    if (err) {
        th_dataset_free(*set);
        *set = NULL;
    }
    return err;
}
