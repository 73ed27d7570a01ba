/* thimble data commit, log, diff, checkout. */
#include "cli/table.h"
#include "data/version.h"
#include "report/table.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 12 /* characters of an id */

/* The project, its database and all versions. */
typedef struct view {
    th_project project;
    th_store *store;
    th_data_version_list list;
} view;

/* Labels that follow thimble.ini are written down first, so that what is compared is what a training would see. */
static th_err follow_labels(const th_project *p, const th_store *s, th_why *why)
{
    char now[TH_HASH_BYTES], id[TH_HASH_BYTES];
    th_dataset *set;
    TH_TRY(th_versions_now(s, now, why));
    TH_TRY(th_dataset_load(p, &set, why));
    th_err err = th_dataset_id(set, id, why);
    if (!err && strcmp(now, id) != 0) err = th_dataset_save(p, set, why);
    th_dataset_free(set);
    return err;
}

static th_err open_view(const th_args *a, view *v, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_dataset *set;
    TH_TRY(th_arg_project(a, &v->project, why));
    TH_TRY(th_project_path(&v->project, TH_FILE_STORE, path, why));
    TH_TRY(th_dataset_load(&v->project, &set, why)); /* brings over a project of before */
    th_dataset_free(set);
    if (!th_file_exists(path))
        return th_why_set(why, TH_ENOENT,
                          "there is no data yet. First: thimble data import FOLDER, or thimble data synth");
    TH_TRY(th_store_open(path, false, &v->store, why));
    (void)!follow_labels(&v->project, v->store, NULL); /* not in a read-only folder */
    return th_versions_all(v->store, &v->list, why);
}

static th_err with_view(const th_args *a, th_err (*work)(const th_args *a, view *v, th_why *why), th_why *why)
{
    view *v = calloc(1, sizeof *v);
    if (!v) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = open_view(a, v, why);
    if (!err) err = work(a, v, why);
    th_versions_free(&v->list);
    th_store_close(v->store);
    free(v);
    return err;
}

static const th_data_version *head_of(const th_data_version_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i].head) return &list->v[i];
    return NULL;
}

/* ---- commit --------------------------------------------------------------------------------- */

static th_err commit_set(const th_args *a, const th_project *p, th_dataset *set, th_why *why)
{
    char id[TH_HASH_BYTES];
    bool made;
    const char *message = th_arg(a, "m");
    TH_TRY(th_dataset_commit(p, set, message ? message : "", id, &made, why));
    if (th_arg_on(a, "json"))
        return th_json_print(json_pack("{s:s,s:b,s:I}", "version", id, "new", made, "samples", (json_int_t)set->n),
                             why);
    printf(made ? "version %.*s: %zu samples\n" : "version %.*s has just this data already (%zu samples)\n", SHOWN, id,
           set->n);
    return TH_OK;
}

static th_err run_commit(const th_args *a, th_why *why)
{
    static th_project p;
    th_dataset *set;
    TH_TRY(th_arg_project(a, &p, why));
    TH_TRY(th_dataset_load(&p, &set, why));
    const th_err err = commit_set(a, &p, set, why);
    th_dataset_free(set);
    return err;
}

static const th_opt commit_opts[] = {
    {"m", "TEXT", NULL, "what is new, for thimble data log"},
    {"project", "DIR", ".", "the project"},
    {"json", NULL, NULL, "print the result as one JSON object"},
    {0},
};

const th_cmd th_cmd_data_commit = {
    .name = "data commit",
    .words = "",
    .summary = "keep the data as it is now as a version",
    .detail =
        "A version names every sample with all that is known of it; files are kept once, however many versions have\n"
        "them. Its name is made from its content: the same data has the same name everywhere. thimble train does\n"
        "this by itself, and thimble runs shows which version a run has seen.\n\n"
        "  thimble data commit -m \"forty more speakers\"",
    .opts = commit_opts,
    .run = run_commit,
};

/* ---- log -------------------------------------------------------------------------------------- */

static th_err log_json(const view *v, bool changed, th_why *why)
{
    json_t *all = json_array();
    for (size_t i = 0; i < v->list.n; i++) {
        const th_data_version *d = &v->list.v[i];
        json_array_append_new(all, json_pack("{s:s,s:s,s:s,s:s%,s:I,s:b}", "version", d->id, "parent", d->parent,
                                             "time", d->time, "message", d->message, strlen(d->message), "samples",
                                             (json_int_t)d->n, "head", d->head));
    }
    return th_json_print(json_pack("{s:o,s:b}", "versions", all, "changed", changed), why);
}

static th_err log_versions(const th_args *a, view *v, th_why *why)
{
    char now[TH_HASH_BYTES];
    const th_data_version *head = head_of(&v->list);
    TH_TRY(th_versions_now(v->store, now, why));
    const bool changed = !head || strcmp(head->id, now) != 0;
    if (th_arg_on(a, "json")) return log_json(v, changed, why);
    th_table t = th_table_make(5);
    t.last_left = true;
    static const char *const heads[] = {"version", "", "time (UTC)", "samples", "message"};
    for (int i = 0; i < 5; i++) th_table_cell(&t, "%s", heads[i]);
    for (size_t i = 0; i < v->list.n; i++) {
        const th_data_version *d = &v->list.v[i];
        th_table_cell(&t, "%.*s", SHOWN, d->id);
        th_table_cell(&t, "%s", d->head ? "head" : "");
        th_table_cell(&t, "%.10s %.5s", d->time, strlen(d->time) > 11 ? d->time + 11 : "");
        th_table_cell(&t, "%lld", (long long)d->n);
        th_table_cell(&t, "%s", d->message);
    }
    th_table_print(&t, stdout, th_stdout_is_terminal());
    const bool failed = t.failed;
    th_table_free(&t);
    if (changed)
        puts("\nThe data has changes that are not in the head: thimble data diff, thimble data commit -m TEXT");
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

static th_err run_log(const th_args *a, th_why *why)
{
    return with_view(a, log_versions, why);
}

static const th_opt log_opts[] = {
    {"project", "DIR", ".", "the project"}, {"json", NULL, NULL, "print the versions as one JSON object"}, {0}};

const th_cmd th_cmd_data_log = {
    .name = "data log",
    .words = "",
    .summary = "list the versions of the data, newest first",
    .opts = log_opts,
    .run = run_log,
};

/* ---- diff ------------------------------------------------------------------------------------- */

#define MOST_LINES 40

typedef struct diff {
    th_dataset before, after; /* samples that only one side has, by source, name, hash */
    size_t added, removed, changed, lines;
    bool all;
    json_t *list; /* or NULL: printed */
} diff;

static th_err take(void *ctx, const th_sample *s, th_why *why)
{
    return th_dataset_add(ctx, s, why);
}

static int by_source(const void *a, const void *b)
{
    const th_sample *x = a, *y = b;
    int order = strcmp(x->source, y->source);
    if (!order) order = strcmp(x->name, y->name);
    return order;
}

static int by_source_and_hash(const void *a, const void *b)
{
    const int order = by_source(a, b);
    return order ? order : strcmp(((const th_sample *)a)->hash, ((const th_sample *)b)->hash);
}

static void put_json(json_t *o, const char *key, const char *text)
{
    json_object_set_new(o, key, json_stringn_nocheck(text, strlen(text)));
}

/* "label yes -> no" for each text that differs. */
static void changes(const th_sample *x, const th_sample *y, json_t *o, bool print)
{
    const char *const split[] = {th_split_name(x->split), th_split_name(y->split)};
    const char *comma = "";
#define CHANGE(member, a, b)                                                                                           \
    if (strcmp(a, b) != 0) {                                                                                           \
        if (o) {                                                                                                       \
            json_t *two = json_object();                                                                               \
            put_json(two, "from", a);                                                                                  \
            put_json(two, "to", b);                                                                                    \
            json_object_set_new(o, member, two);                                                                       \
        } else if (print) {                                                                                            \
            printf("%s %s \"%.60s\" -> \"%.60s\"", comma, member, a, b);                                               \
        }                                                                                                              \
        comma = ",";                                                                                                   \
    }
#define X(member, what) CHANGE(#member, x->member, y->member)
    TH_SAMPLE_TEXTS(X)
#undef X
    CHANGE("split", split[0], split[1])
#undef CHANGE
    if (!*comma && print && !o) printf(" segments, boxes or counts");
}

static void show(diff *d, const char *what, const char *sign, const th_sample *x, const th_sample *y)
{
    const th_sample *s = y ? y : x;
    const bool print = d->all || d->lines < MOST_LINES;
    json_t *o = NULL, *fields = NULL;
    d->lines++;
    if (d->list) {
        o = json_object();
        put_json(o, "what", what);
        put_json(o, "name", s->name);
        put_json(o, "source", s->source);
        put_json(o, "label", s->label);
        fields = x && y ? json_object() : NULL;
    } else if (print) {
        printf("%s %s: %s", sign, s->label, s->name);
    }
    if (x && y) changes(x, y, fields, print);
    if (fields) json_object_set_new(o, "fields", fields);
    if (o)
        json_array_append_new(d->list, o);
    else if (print)
        puts("");
}

static void compare_sides(diff *d)
{
    th_dataset *x = &d->before, *y = &d->after;
    if (x->n) qsort(x->samples, x->n, sizeof *x->samples, by_source_and_hash);
    if (y->n) qsort(y->samples, y->n, sizeof *y->samples, by_source_and_hash);
    for (size_t i = 0, k = 0; i < x->n || k < y->n;) {
        const int order = i == x->n ? 1 : k == y->n ? -1 : by_source(&x->samples[i], &y->samples[k]);
        if (order < 0)
            d->removed++, show(d, "removed", "-", &x->samples[i++], NULL);
        else if (order > 0)
            d->added++, show(d, "added", "+", NULL, &y->samples[k++]);
        else
            d->changed++, show(d, "changed", "~", &x->samples[i++], &y->samples[k++]);
    }
}

static void empty(th_dataset *set)
{
    for (size_t i = 0; i < set->n; i++) free(set->samples[i].block);
    free(set->samples);
}

static th_err diff_rows(const th_args *a, const view *v, int64_t from, int64_t to, th_why *why)
{
    diff d = {.all = th_arg_on(a, "all"), .list = th_arg_on(a, "json") ? json_array() : NULL};
    th_err err = th_samples_read(v->store, from, to, take, &d.before, why);
    if (!err) err = th_samples_read(v->store, to, from, take, &d.after, why);
    if (!err) compare_sides(&d);
    empty(&d.before);
    empty(&d.after);
    if (err || d.list) {
        json_t *o = json_pack("{s:I,s:I,s:I,s:o}", "added", (json_int_t)d.added, "removed", (json_int_t)d.removed,
                              "changed", (json_int_t)d.changed, "samples", d.list ? d.list : json_array());
        if (!err) return th_json_print(o, why);
        json_decref(o);
        return err;
    }
    if (!d.all && d.lines > MOST_LINES) printf("  .. and %zu more (--all)\n", d.lines - MOST_LINES);
    printf("%zu added, %zu removed, %zu changed\n", d.added, d.removed, d.changed);
    return TH_OK;
}

static th_err diff_versions(const th_args *a, view *v, th_why *why)
{
    const th_data_version *head = head_of(&v->list), *one;
    int64_t side[2] = {head ? head->number : TH_ROWS_NONE, TH_ROWS_NOW};
    for (int i = 0; i < a->n_words; i++) {
        TH_TRY(th_versions_find(&v->list, a->word[i], &one, why));
        side[i] = one->number;
    }
    return diff_rows(a, v, side[0], side[1], why);
}

static th_err run_diff(const th_args *a, th_why *why)
{
    return with_view(a, diff_versions, why);
}

static const th_opt diff_opts[] = {
    {"project", "DIR", ".", "the project"},
    {"all", NULL, NULL, "every line, not only the first 40"},
    {"json", NULL, NULL, "print all of it as one JSON object"},
    {0},
};

const th_cmd th_cmd_data_diff = {
    .name = "data diff",
    .words = "[A [B]]",
    .summary = "show what is different between two versions, or a version and now",
    .detail = "Without words: what was changed since the last version. A: from version A to now. A B: from A to B. A "
              "version\n"
              "is named by the first characters of its id, or as head, head~1 (the one before) ..\n\n"
              "  thimble data diff head~1 head",
    .opts = diff_opts,
    .max_words = 2,
    .run = run_diff,
};

/* ---- checkout --------------------------------------------------------------------------------- */

static th_err checkout(const th_args *a, view *v, th_why *why)
{
    const th_data_version *to;
    char path[TH_PATH_BYTES];
    th_store *s;
    TH_TRY(th_versions_find(&v->list, a->word[0], &to, why));
    TH_TRY(th_project_path(&v->project, TH_FILE_STORE, path, why));
    TH_TRY(th_store_open(path, true, &s, why));
    const th_err err = th_versions_checkout(s, to, !th_arg_on(a, "force"), why);
    th_store_close(s);
    if (!err) printf("the data is that of version %.*s: %lld samples\n", SHOWN, to->id, (long long)to->n);
    return err;
}

static th_err run_checkout(const th_args *a, th_why *why)
{
    return with_view(a, checkout, why);
}

static const th_opt checkout_opts[] = {
    {"project", "DIR", ".", "the project"},
    {"force", NULL, NULL, "also when changes that no version has are lost"},
    {0},
};

const th_cmd th_cmd_data_checkout = {
    .name = "data checkout",
    .words = "VERSION",
    .summary = "make the data again what it was in a version",
    .detail = "VERSION is the first characters of an id (thimble data log), or head, head~1 .. Changes that no version "
              "has are\n"
              "not thrown away unless --force says so. Files are neither copied nor deleted.",
    .opts = checkout_opts,
    .min_words = 1,
    .max_words = 1,
    .run = run_checkout,
};
