/* tests/check/world.h -- a project in a folder of its own, with samples to check. */
#ifndef TH_TESTS_CHECK_WORLD_H
#define TH_TESTS_CHECK_WORLD_H

#include "../data/sound.h"

#include "check/check_priv.h"

typedef struct world {
    char dir[TH_PATH_BYTES];
    th_project p;
    th_dataset *from, *set; /* somebody's samples, or NULL; those that are checked */
    th_check_report r;
    th_check c;
    th_why why;
} world;

static int begin(void **state)
{
    world *w = calloc(1, sizeof *w);
    *state = w;
    return !w || th_dir_temp(w->dir, NULL) ? -1 : 0;
}

static int end(void **state)
{
    world *w = *state;
    th_check_free(&w->r);
    if (w->c.set) th_check_end(&w->c);
    th_dataset_free(w->set);
    th_dataset_free(w->from);
    th_dir_remove(w->dir);
    free(w);
    return 0;
}

static void good(world *w, th_err err)
{
    if (err) fail_msg("%s", w->why.text);
}

static void make(world *w, const char *task, const char *const *labels, int n)
{
    good(w, th_project_defaults(task, labels, n, &w->p, &w->why));
    good(w, th_project_create(&w->p, at(w->dir, "project"), &w->why));
    good(w, th_project_load(at(w->dir, "project"), &w->p, &w->why));
    good(w, th_dataset_new(&w->p, &w->set, &w->why));
}

#endif
