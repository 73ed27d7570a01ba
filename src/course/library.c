/* A shelf that may change: the newest one, and older ones that somebody still reads. */
#include "course/shelf_priv.h"

#include "os/file.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct held {
    th_shelf *shelf;
    int readers;
    struct held *older;
} held;

struct th_library {
    char dir[TH_PATH_BYTES]; /* "": what is built into the program */
    th_mutex lock;
    held *newest;
    uint64_t revision; /* of the newest */
    double looked_s;   /* when the folder was looked at */
};

/* Opens the shelf as it is now, before the ones that are there. */
static th_err open_newest(th_library *l, th_why *why)
{
    held *h = calloc(1, sizeof *h);
    if (!h) return th_why_set(why, TH_ENOMEM, "out of memory for the courses");
    const th_err err = th_shelf_open(l->dir[0] ? l->dir : NULL, &h->shelf, why);
    if (err) {
        free(h);
        return err;
    }
    h->older = l->newest;
    l->newest = h;
    return TH_OK;
}

/* Closes what is not the newest and nobody reads. */
static void close_unread(th_library *l)
{
    for (held **at = &l->newest->older; *at;) {
        held *h = *at;
        if (h->readers) {
            at = &h->older;
            continue;
        }
        *at = h->older;
        th_shelf_close(h->shelf);
        free(h);
    }
}

th_err th_library_new(const char *dir, th_library **library, th_why *why)
{
    th_library *l = calloc(1, sizeof *l);
    if (!l) return th_why_set(why, TH_ENOMEM, "out of memory for the courses");
    th_err err = th_mutex_init(&l->lock, why);
    if (err) {
        free(l);
        return err;
    }
    snprintf(l->dir, sizeof l->dir, "%s", dir ? dir : "");
    if (dir) err = th_shelf_revision(dir, &l->revision, why);
    if (!err) err = open_newest(l, why);
    l->looked_s = th_clock_s();
    *library = err ? NULL : l;
    if (err) th_library_free(l);
    return err;
}

void th_library_free(th_library *l)
{
    if (!l) return;
    while (l->newest) {
        held *h = l->newest;
        l->newest = h->older;
        th_shelf_close(h->shelf);
        free(h);
    }
    th_mutex_free(&l->lock);
    free(l);
}

/* Has the folder changed? Then the newest shelf is made of it. */
static th_err look_again(th_library *l, th_why *why)
{
    uint64_t revision;
    if (!l->dir[0] || th_clock_s() < l->looked_s + 1) return TH_OK;
    TH_TRY(th_shelf_revision(l->dir, &revision, why));
    if (revision != l->revision) TH_TRY(open_newest(l, why));
    l->revision = revision;
    l->looked_s = th_clock_s();
    return TH_OK;
}

const char *th_library_dir(const th_library *l)
{
    return l->dir[0] ? l->dir : NULL;
}

th_err th_library_borrow(th_library *l, const th_shelf **shelf, th_why *why)
{
    th_mutex_lock(&l->lock);
    const th_err err = look_again(l, why);
    if (!err) {
        l->newest->readers++;
        *shelf = l->newest->shelf;
        close_unread(l);
    }
    th_mutex_unlock(&l->lock);
    return err;
}

void th_library_return(th_library *l, const th_shelf *shelf)
{
    th_mutex_lock(&l->lock);
    for (held *h = shelf ? l->newest : NULL; h; h = h->older)
        if (h->shelf == shelf) h->readers--;
    close_unread(l);
    th_mutex_unlock(&l->lock);
}
