#include "data/import.h"

#include "base/hash.h"
#include "base/text.h"
#include "data/audio.h"
#include "os/run.h"

#include <stdlib.h>
#include <string.h>

#define SAVE_EVERY_S 3.0

/* ---- content ------------------------------------------------------------------------------ */

uint64_t th_clip_hash(const int16_t *pcm, int32_t n)
{
    uint64_t h = TH_FNV1A_START;
    for (int32_t i = 0; i < n; i++) {
        const uint8_t two[2] = {(uint8_t)pcm[i], (uint8_t)((uint16_t)pcm[i] >> 8)};
        h = th_fnv1a(h, (th_span){two, 2});
    }
    return h;
}

/* Open addressing with linear probing; at most half full. */
struct th_hash_index {
    uint64_t *hash;
    int64_t *clip; /* -1: free */
    size_t cap, n; /* cap: a power of two */
};

static bool index_room(th_hash_index *h, size_t cap)
{
    const th_hash_index old = *h;
    h->hash = calloc(cap, sizeof *h->hash);
    h->clip = calloc(cap, sizeof *h->clip);
    if (!h->hash || !h->clip) {
        free(h->hash);
        free(h->clip);
        *h = old;
        return false;
    }
    h->cap = cap;
    h->n = 0;
    for (size_t i = 0; i < cap; i++) h->clip[i] = -1;
    for (size_t i = 0; i < old.cap; i++)
        if (old.clip[i] >= 0) (void)th_hash_index_find(h, old.hash[i], old.clip[i]);
    free(old.hash);
    free(old.clip);
    return true;
}

th_err th_hash_index_new(const th_dataset *set, th_hash_index **h, th_why *why)
{
    size_t cap = 1024;
    while (cap < set->n * 2 + 2) cap *= 2;
    *h = calloc(1, sizeof **h);
    if (!*h || !index_room(*h, cap)) {
        free(*h);
        return th_why_set(why, TH_ENOMEM, "out of memory for %zu clips", set->n);
    }
    for (size_t i = 0; i < set->n; i++) (void)th_hash_index_find(*h, set->clips[i].hash, (int64_t)i);
    return TH_OK;
}

void th_hash_index_free(th_hash_index *h)
{
    if (!h) return;
    free(h->hash);
    free(h->clip);
    free(h);
}

int64_t th_hash_index_find(th_hash_index *h, uint64_t hash, int64_t add)
{
    size_t i = (size_t)(hash ^ hash >> 32) & (h->cap - 1);
    for (; h->clip[i] >= 0; i = (i + 1) & (h->cap - 1))
        if (h->hash[i] == hash) return h->clip[i];
    if (add < 0 || (h->n * 2 >= h->cap && !index_room(h, h->cap * 2))) return -1;
    for (i = (size_t)(hash ^ hash >> 32) & (h->cap - 1); h->clip[i] >= 0; i = (i + 1) & (h->cap - 1)) {
    }
    h->hash[i] = hash;
    h->clip[i] = add;
    h->n++;
    return -1;
}

/* ---- storing ------------------------------------------------------------------------------ */

/* Letters, digits, - _ . and whatever is not ASCII stay; a cut never splits a UTF-8 character. */
static void safe_name(const char *stem, char out[96])
{
    size_t n = 0;
    const bool utf8 = th_text_is_utf8(stem);
    for (const char *c = stem; *c && n < 90; c++) {
        const unsigned char b = (unsigned char)*c;
        const bool ascii =
            (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '-' || b == '_';
        if (n >= 72 && (b & 0xc0) != 0x80) break;
        out[n++] = ascii || (b >= 0x80 && utf8) ? *c : '_';
    }
    out[n] = 0;
}

th_err th_clip_store(const th_project *p, th_dataset *set, th_clip *c, const char *stem, const int16_t *pcm, int32_t n,
                     th_why *why)
{
    char name[96], file[TH_LABEL_BYTES + 128], dir[TH_PATH_BYTES], path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n_bytes;
    safe_name(stem, name);
    c->hash = th_clip_hash(pcm, n);
    c->n_samples = n;
    c->start = 0;
    th_text_fmt(file, sizeof file, "%s/%s-%08x%08x.wav", c->label, name, (unsigned)(c->hash >> 32), (unsigned)c->hash);
    TH_TRY(th_path_join(dir, set->clip_dir, c->label, why));
    TH_TRY(th_path_join(path, set->clip_dir, file, why));
    TH_TRY(th_dir_make(dir, why));
    TH_TRY(th_audio_wav(p->rate_hz, pcm, n, &bytes, &n_bytes, why));
    const th_err err = th_file_write_unsynced(path, (th_span){bytes, n_bytes}, why);
    free(bytes);
    if (err) return err;
    c->file = file;
    return th_dataset_add(set, c, why);
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
                                     .speaker = f->speaker,
                                     .key = f->name,
                                     .fixed = f->has_split,
                                     .split = f->split};
    }
    for (size_t i = 0; i < j->set->n; i++) { /* people who are here already stay on their side */
        const th_clip *c = &j->set->clips[i];
        if (*c->speaker)
            items[n++] = (th_split_item){
                .label = c->label, .speaker = c->speaker, .key = c->source, .fixed = true, .split = c->split};
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
        t[n++] = (turn){label, strcmp(label, TH_LABEL_UNKNOWN) ? f->speaker : f->word, 0,
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
        if (*l->item[i].speaker) who[n++] = l->item[i].speaker;
    if (n) qsort(who, n, sizeof *who, compare_text);
    for (size_t i = 0; i < n; i++) j->report->n_speakers += i == 0 || strcmp(who[i], who[i - 1]) != 0;
    free(who);
    return TH_OK;
}

/* ---- one recording -------------------------------------------------------------------------- */

static bool clip_is_there(const job *j, const th_clip *c)
{
    char path[TH_PATH_BYTES];
    return th_dataset_path(j->set, c, path, NULL) == TH_OK && th_file_size(path) == 44 + 2 * (int64_t)c->n_samples;
}

/* Adds a clip unless its sound is there already. */
static th_err take(job *j, th_clip *c, const char *stem, const int16_t *pcm, int32_t n)
{
    const uint64_t hash = th_clip_hash(pcm, n);
    const int64_t old = th_hash_index_find(j->index, hash, (int64_t)j->set->n);
    if (old < 0) {
        j->report->added++;
        j->unsaved++;
        return th_clip_store(j->p, j->set, c, stem, pcm, n, j->why);
    }
    const th_clip *there = &j->set->clips[old];
    if (!clip_is_there(j, there)) { /* lost or damaged: put it back */
        char path[TH_PATH_BYTES];
        TH_TRY(th_dataset_path(j->set, there, path, j->why));
        j->report->added++;
        return th_audio_write(path, j->p->rate_hz, pcm, n, j->why);
    }
    if (strcmp(there->source, c->source) == 0) {
        j->report->already++;
        return TH_OK;
    }
    j->report->duplicates++;
    if (strcmp(there->word, c->word) != 0)
        th_source_problem(j->report->found,
                          "%s: the same sound as %s, which is labelled \"%s\", not \"%s\"; only the first one is kept",
                          c->source, there->source, there->word, c->word);
    return TH_OK;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void stem_of(const th_found *f, const char *label, int64_t piece, char buf[256])
{
    const char *name = file_name(f->path), *dot = strrchr(name, '.');
    const int len = dot && dot != name ? (int)(dot - name) : (int)strlen(name);
    size_t n = strcmp(label, f->word) == 0 ? 0 : th_text_fmt(buf, 256, "%s-", f->word);
    if (n < 200) n += th_text_fmt(buf + n, 256 - n, "%.*s", len > 200 ? 200 : len, name);
    if (n < 240 && piece >= 0) th_text_fmt(buf + n, 256 - n, "-%04d", (int)piece);
}

/* Long noise becomes clips of clip_ms. */
static th_err take_pieces(job *j, const th_found *f, th_clip *c, const int16_t *pcm, int32_t n)
{
    char stem[256], source[TH_PATH_BYTES + 16];
    const int32_t len = (int32_t)((int64_t)j->p->rate_hz * j->p->clip_ms / 1000), pieces = n / len;
    for (int32_t i = 0; i < pieces; i++) {
        stem_of(f, c->label, i, stem);
        th_text_fmt(source, sizeof source, "%s#%d", f->name, (int)i);
        c->source = source;
        c->split = f->has_split ? f->split : th_split_piece((size_t)i, (size_t)pieces, &j->cfg->split);
        TH_TRY(take(j, c, stem, pcm + (size_t)i * (size_t)len, len));
    }
    return TH_OK;
}

static bool is_fault_of_the_file(th_err err)
{
    return err == TH_EFORMAT || err == TH_ETRUNC || err == TH_ERANGE || err == TH_EUNSUP || err == TH_ENOENT ||
           err == TH_EIO;
}

static th_err take_found(job *j, const th_found *f)
{
    int16_t *pcm;
    int32_t n;
    th_why inner = {0};
    const bool noise = is_noise(f);
    th_err err =
        th_audio_read(f->path, j->p->rate_hz, noise ? TH_MAX_NOISE_SECONDS : TH_MAX_WORD_SECONDS, &pcm, &n, &inner);
    if (err && is_fault_of_the_file(err)) {
        th_source_problem(j->report->found, "%s", inner.text);
        j->report->refused++;
        return TH_OK;
    }
    if (err) return th_why_set(j->why, err, "%s", inner.text);
    char stem[256];
    th_clip c = {.label = th_dataset_label(j->p, f->word),
                 .word = f->word,
                 .speaker = f->speaker,
                 .source = f->name,
                 .split = f->split};
    if (noise && (int64_t)n * 1000 >= 2 * (int64_t)j->p->rate_hz * j->p->clip_ms) {
        err = take_pieces(j, f, &c, pcm, n);
    } else {
        stem_of(f, c.label, -1, stem);
        err = take(j, &c, stem, pcm, n);
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

/* ---- a folder that is only tested ------------------------------------------------------------ */

static th_err scan_one(const th_project *p, const th_found *f, th_dataset *set, th_why *why)
{
    int16_t *pcm;
    int32_t n;
    const bool noise = is_noise(f);
    const th_err err =
        th_audio_read(f->path, p->rate_hz, noise ? TH_MAX_NOISE_SECONDS : TH_MAX_WORD_SECONDS, &pcm, &n, NULL);
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
        const th_clip c = {.file = f->path,
                           .label = th_dataset_label(p, f->word),
                           .word = f->word,
                           .speaker = f->speaker,
                           .source = f->name,
                           .split = TH_TEST,
                           .hash = th_clip_hash(pcm + at, count),
                           .start = at,
                           .n_samples = count};
        bad = th_dataset_add(set, &c, why);
    }
    free(pcm);
    return bad;
}

th_err th_dataset_scan(const th_project *p, const char *dir, th_dataset **set, th_why *why)
{
    th_found_list *l;
    TH_TRY(th_source_find(p, dir, &l, why));
    th_err err = th_dataset_new(p, set, why);
    if (err) *set = NULL;
    th_import_report report = {.found = l};
    job j = {.p = p, .report = &report, .why = why};
    if (!err) err = check_words(&j, dir);
    for (size_t i = 0; i < l->n && !err; i++) {
        err = scan_one(p, &l->item[i], *set, why);
        if (!err && th_interrupted()) err = th_why_set(why, TH_EINTR, "interrupted");
    }
    if (!err && (*set)->n == 0)
        err = th_why_set(why, TH_ENOENT, "%s: none of its %zu recordings can be read; the first: %s", dir, l->n,
                         l->item[0].path);
    th_source_free(l);
    if (err) {
        th_dataset_free(*set);
        *set = NULL;
    }
    return err;
}
