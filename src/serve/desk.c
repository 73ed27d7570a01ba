#include "serve/desk.h"

#include "data/lock.h"
#include "os/run.h"
#include "os/thread.h"

#include <stdlib.h>
#include <string.h>

#define MOST_SHEETS 16   /* projects in memory; more only while somebody is at them */
#define PATIENCE_S  20.0 /* for another program that is at the data */
#define REST_S      0.05

struct th_sheet {
    th_desk *desk;
    th_sheet *next;
    char *dir;
    int users; /* who is at it, or waits */
    uint64_t used;
    th_mutex alone;  /* guards what follows */
    th_dataset *set; /* NULL: to be loaded */
    bool sorted;
    int32_t rate_hz, n_labels; /* of the project, when it was loaded: they decide what is in the set */
    char labels[TH_MAX_LABELS][TH_LABEL_BYTES];
};

struct th_desk {
    th_mutex lock; /* guards the list, and users and used of its sheets */
    th_sheet *first;
    uint64_t clock;
};

th_err th_desk_new(th_desk **d, th_why *why)
{
    *d = calloc(1, sizeof **d);
    if (!*d) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_err err = th_mutex_init(&(*d)->lock, why);
    if (err) {
        free(*d);
        *d = NULL;
    }
    return err;
}

static void sheet_free(th_sheet *s)
{
    th_dataset_free(s->set);
    th_mutex_free(&s->alone);
    free(s->dir);
    free(s);
}

void th_desk_free(th_desk *d)
{
    if (!d) return;
    for (th_sheet *s = d->first, *next; s; s = next) {
        next = s->next;
        sheet_free(s);
    }
    th_mutex_free(&d->lock);
    free(d);
}

/* ---- the sheet of a project ---------------------------------------------------------------- */

/* The one that nobody has looked at for the longest time goes, when there are too many.  d->lock is held. */
static void make_room(th_desk *d)
{
    th_sheet **oldest = NULL;
    int n = 0;
    for (th_sheet **at = &d->first; *at; at = &(*at)->next, n++)
        if ((*at)->users == 0 && (!oldest || (*at)->used < (*oldest)->used)) oldest = at;
    if (n < MOST_SHEETS || !oldest) return;
    th_sheet *gone = *oldest;
    *oldest = gone->next;
    sheet_free(gone);
}

static th_sheet *sheet_new(th_desk *d, const char *dir)
{
    th_sheet *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->dir = strdup(dir);
    if (!s->dir || th_mutex_init(&s->alone, NULL)) {
        free(s->dir);
        free(s);
        return NULL;
    }
    s->desk = d;
    s->next = d->first;
    d->first = s;
    return s;
}

static th_sheet *find_sheet(th_desk *d, const char *dir)
{
    th_mutex_lock(&d->lock);
    th_sheet *s = d->first;
    while (s && strcmp(s->dir, dir) != 0) s = s->next;
    if (!s) {
        make_room(d);
        s = sheet_new(d, dir);
    }
    if (s) {
        s->users++;
        s->used = ++d->clock;
    }
    th_mutex_unlock(&d->lock);
    return s;
}

static th_err take_sheet(th_desk *d, const th_project *p, th_sheet **sheet, th_why *why)
{
    *sheet = find_sheet(d, p->dir);
    if (!*sheet) return th_why_set(why, TH_ENOMEM, "out of memory for the data of %s", p->dir);
    th_mutex_lock(&(*sheet)->alone);
    return TH_OK;
}

void th_desk_leave(th_sheet *s)
{
    if (!s) return;
    th_desk *d = s->desk;
    th_mutex_unlock(&s->alone);
    th_mutex_lock(&d->lock);
    s->users--;
    th_mutex_unlock(&d->lock);
}

/* ---- the index as it is now ---------------------------------------------------------------- */

static void forget(th_sheet *s)
{
    th_dataset_free(s->set);
    s->set = NULL;
}

static th_err revision_now(const th_project *p, int64_t *revision, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_store *store;
    th_why inner = {0};
    *revision = 0;
    TH_TRY(th_project_path(p, TH_FILE_STORE, path, why));
    th_err err = th_store_open(path, false, &store, &inner);
    if (err == TH_ENOENT) return TH_OK;
    if (!err) {
        err = th_samples_revision(store, revision, &inner);
        th_store_close(store);
    }
    return err ? th_why_set(why, err, "%s", inner.text) : TH_OK;
}

static bool same_project(const th_sheet *s, const th_project *p)
{
    bool same = s->rate_hz == p->rate_hz && s->n_labels == p->n_labels;
    for (int32_t i = 0; i < p->n_labels && same; i++) same = strcmp(s->labels[i], p->labels[i]) == 0;
    return same;
}

static void keep_project(th_sheet *s, const th_project *p)
{
    s->rate_hz = p->rate_hz;
    s->n_labels = p->n_labels;
    memcpy(s->labels, p->labels, sizeof s->labels);
}

static th_err refresh(th_sheet *s, const th_project *p, th_why *why)
{
    int64_t revision;
    if (s->set && same_project(s, p)) {
        TH_TRY(revision_now(p, &revision, why));
        if (revision == s->set->revision) return TH_OK;
    }
    forget(s);
    TH_TRY(th_dataset_load(p, &s->set, why));
    keep_project(s, p);
    s->sorted = true;
    return TH_OK;
}

th_err th_desk_enter(th_desk *d, const th_project *p, th_sheet **sheet, const th_dataset **set, th_why *why)
{
    TH_TRY(take_sheet(d, p, sheet, why));
    const th_err err = refresh(*sheet, p, why);
    if (err) {
        th_desk_leave(*sheet);
        *sheet = NULL;
        return err;
    }
    if (!(*sheet)->sorted) th_dataset_sort((*sheet)->set);
    (*sheet)->sorted = true;
    *set = (*sheet)->set;
    return TH_OK;
}

th_err th_desk_find(const th_dataset *set, const char *hash, size_t *i, th_why *why)
{
    const size_t n = strlen(hash);
    bool found = false;
    if (n < TH_HASH_SHORT || n >= TH_HASH_BYTES || strspn(hash, "0123456789abcdef") != n)
        return th_why_set(why, TH_EUSAGE, "\"%.80s\" is no sample: it is called by its hash, at least %d of its signs",
                          hash, TH_HASH_SHORT);
    for (size_t k = 0; k < set->n; k++) {
        if (strncmp(set->samples[k].hash, hash, n) != 0) continue;
        if (found && strcmp(set->samples[k].hash, set->samples[*i].hash) != 0)
            return th_why_set(why, TH_EUSAGE, "several samples begin with %s: give more of the hash", hash);
        if (!found) *i = k;
        found = true;
    }
    return found ? TH_OK
                 : th_why_set(why, TH_ENOENT,
                              "there is no sample %.12s. It may have been deleted: restore brings it back", hash);
}

th_err th_desk_sample(th_desk *d, const th_project *p, const char *hash, th_sample *copy, th_dataset **set, th_why *why)
{
    th_sheet *sheet;
    const th_dataset *all;
    size_t i;
    *set = NULL;
    TH_TRY(th_desk_enter(d, p, &sheet, &all, why));
    th_err err = th_desk_find(all, hash, &i, why);
    if (!err) err = th_sample_copy(&all->samples[i], copy, why);
    th_desk_leave(sheet);
    if (err) return err;
    err = th_dataset_new(p, set, why);
    if (err) free(copy->block);
    return err;
}

/* ---- changes ------------------------------------------------------------------------------- */

typedef struct change {
    th_desk_edit *edit;
    void *ctx;
    const char *restored; /* or this one's last change is taken back */
    th_desk_fn *fn;       /* or this is done, without the data */
} change;

static th_err make(th_sheet *s, th_project *p, const change *c, bool *again, th_why *why)
{
    th_samples_edit e = {0};
    if (c->restored) {
        *again = true;
        const th_err err = th_dataset_restore(p, s->set, c->restored, why);
        forget(s);
        return err;
    }
    TH_TRY(c->edit(c->ctx, p, s->set, &e, why));
    s->sorted = false;
    if (e.n_in + e.n_out == 0) return TH_OK;
    *again = true;
    TH_TRY(th_dataset_save_few(p, s->set, &e, why));
    return TH_OK;
}

/* The sheet is held.  *again: it failed because another program was at the data. */
static th_err change_once(th_sheet *s, th_project *p, const change *c, bool *again, th_why *why)
{
    char dir[TH_PATH_BYTES];
    int lock;
    *again = true;
    TH_TRY(th_data_lock(p, &lock, why));
    *again = false;
    if (c->fn) {
        const th_err err = c->fn(c->ctx, why);
        th_lock_release(lock);
        return err;
    }
    memcpy(dir, p->dir, sizeof dir);
    th_err err = th_project_load(dir, p, why);
    if (!err) err = refresh(s, p, why);
    if (!err) {
        err = make(s, p, c, again, why);
        if (err) forget(s); /* it may have been changed half */
    }
    th_lock_release(lock);
    return err;
}

static th_err change_all(th_desk *d, th_project *p, const change *c, th_why *why)
{
    const double start = th_clock_s();
    for (;;) {
        th_why inner = {0};
        th_sheet *s;
        bool again;
        TH_TRY(take_sheet(d, p, &s, why));
        const th_err err = change_once(s, p, c, &again, &inner);
        th_desk_leave(s);
        if (!err) return TH_OK;
        if (err != TH_EEXIST || !again || th_clock_s() - start > PATIENCE_S)
            return th_why_set(why, err, "%s", inner.text);
        th_clock_rest(REST_S);
    }
}

th_err th_desk_change(th_desk *d, th_project *p, th_desk_edit *edit, void *ctx, th_why *why)
{
    const change c = {.edit = edit, .ctx = ctx};
    return change_all(d, p, &c, why);
}

th_err th_desk_restore(th_desk *d, th_project *p, const char *hash, th_why *why)
{
    const change c = {.restored = hash};
    return change_all(d, p, &c, why);
}

th_err th_desk_alone(th_desk *d, th_project *p, th_desk_fn *fn, void *ctx, th_why *why)
{
    const change c = {.fn = fn, .ctx = ctx};
    return change_all(d, p, &c, why);
}
