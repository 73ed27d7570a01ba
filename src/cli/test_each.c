/* Of `thimble test`: every clip and example with its scores, and what is right of each person. */
#include "cli/test.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ROWS 50000 /* clips; a studio's page does not show more */

typedef struct person {
    const char *name;
    int32_t n, right;
} person;

static int shown_net(const th_test *t) /* as in test_show.c: the one that a board runs, when it is there */
{
    return t->net[TH_NET_INT8] ? TH_NET_INT8 : TH_NET_FLOAT;
}

static int by_name(const void *a, const void *b)
{
    const th_sample *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

/* The samples of examples, which know only names: [t->n], NULL where none has it; and the set that they lie in. */
static const th_sample **samples_of(const th_test *t, th_dataset **set)
{
    const th_sample **found = calloc(t->n + 1, sizeof *found), **all = NULL;
    *set = NULL;
    if (!found || !t->has_project || !t->shown || !t->shown->file) return found;
    if (th_dataset_load(&t->project, set, NULL) == TH_OK) all = malloc(((*set)->n + 1) * sizeof(const th_sample *));
    if (!all) return found;
    for (size_t i = 0; i < (*set)->n; i++) all[i] = &(*set)->samples[i];
    qsort(all, (*set)->n, sizeof(const th_sample *), by_name);
    for (size_t i = 0; i < t->n; i++) {
        th_sample key = {.name = t->shown->file[i]};
        const th_sample *look = &key;
        const th_sample *const *hit =
            key.name ? bsearch(&look, all, (*set)->n, sizeof(const th_sample *), by_name) : NULL;
        if (hit) found[i] = *hit;
    }
    free(all);
    return found;
}

static json_t *row_json(const th_test *t, size_t i, const th_sample *c)
{
    const th_verdict *v = &t->verdict[i];
    const int k = shown_net(t);
    json_t *scores = json_array();
    for (int32_t j = 0; j < t->pipe.n_labels; j++)
        json_array_append_new(scores, json_integer((json_int_t)lrintf(1000.0f * v->score[k][j])));
    const char *name = c                                                 ? th_sample_shown(c)
                       : t->shown && t->shown->file && t->shown->file[i] ? t->shown->file[i]
                                                                         : "";
    return json_pack("[s,s%,s,s,i,i,o]", c ? c->hash : "", name, strlen(name), c ? c->subject : "", c ? c->word : "",
                     (int)t->truth[i], (int)v->said[k], scores);
}

static int by_person(const void *a, const void *b)
{
    return strcmp(((const person *)a)->name, ((const person *)b)->name);
}

/* Those of whom least is right come first. */
static int by_right(const void *a, const void *b)
{
    const person *x = a, *y = b;
    const int64_t left = (int64_t)x->right * y->n, right = (int64_t)y->right * x->n;
    return left != right ? (left > right) - (left < right) : strcmp(x->name, y->name);
}

static json_t *people_json(person *p, size_t n)
{
    size_t m = 0;
    json_t *list = json_array();
    if (n) qsort(p, n, sizeof *p, by_person);
    for (size_t i = 0; i < n; i++) { /* m never passes i: each is read before its place is taken */
        const person one = p[i];
        if (m && strcmp(p[m - 1].name, one.name) == 0) {
            p[m - 1].n += one.n;
            p[m - 1].right += one.right;
        } else {
            p[m++] = one;
        }
    }
    if (m) qsort(p, m, sizeof *p, by_right);
    for (size_t i = 0; i < m; i++)
        json_array_append_new(
            list, json_pack("{s:s,s:i,s:i}", "subject", p[i].name, "n", (int)p[i].n, "right", (int)p[i].right));
    return list;
}

void th_test_add_each(const th_test *t, json_t *object)
{
    th_dataset *set = NULL;
    const th_sample **sample = t->of_examples ? samples_of(t, &set) : NULL;
    person *people = malloc((t->n + 1) * sizeof *people);
    size_t n_people = 0;
    json_t *rows = json_array();
    for (size_t i = 0; people && i < t->n; i++) {
        const th_sample *c = t->of_examples ? (sample ? sample[i] : NULL) : &t->set->samples[t->clip[i]];
        if (t->verdict[i].err || t->truth[i] < 0) continue;
        if (json_array_size(rows) < MOST_ROWS) json_array_append_new(rows, row_json(t, i, c));
        if (c && *c->subject)
            people[n_people++] = (person){c->subject, 1, t->verdict[i].said[shown_net(t)] == t->truth[i]};
    }
    json_object_set_new(object, "subjects", people_json(people, people ? n_people : 0));
    json_object_set_new(object, "each",
                        json_pack("{s:[s,s,s,s,s,s,s],s:o}", "fields", "sample", "name", "subject", "word", "truth",
                                  "said", "scores", "rows", rows));
    free(people);
    free(sample);
    th_dataset_free(set);
}
