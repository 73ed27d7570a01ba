/* thimble data set, remove: what is known of some samples, and whether they belong to the data at all. */
#include "cli/data_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The same two steps for both verbs: which samples, then what to do with each. */
typedef th_err edit(th_project *p, th_dataset *set, const th_filter *f, const th_args *a, size_t *n, th_why *why);

static th_err edit_samples(const th_args *a, edit *what, size_t *n, th_why *why)
{
    static th_project p;
    th_dataset *set;
    th_filter f;
    TH_TRY(th_filter_read(a, &f, why));
    if (f.any && !th_arg_on(a, "all"))
        return th_why_set(why, TH_EUSAGE, "which samples? Name them (--label, --subject, --name ..), or --all");
    TH_TRY(th_arg_project(a, &p, why));
    TH_TRY(th_dataset_load(&p, &set, why));
    *n = 0;
    th_err err = what(&p, set, &f, a, n, why);
    if (!err && *n == 0)
        err = th_why_set(why, TH_ENOENT, "no sample is like that. thimble data list with the same options shows them");
    if (!err) err = th_dataset_save(&p, set, why);
    th_dataset_free(set);
    return err;
}

/* ---- set -------------------------------------------------------------------------------------- */

typedef struct change {
    char key[16];
    const char *value;
} change;

/* Of labels joined by commas: each can be a folder's name. */
static th_err check_labels(const char *labels, th_why *why)
{
    char **list;
    int n;
    if (!*labels) return TH_OK;
    TH_TRY(th_list_split(labels, &list, &n, why));
    th_err err = TH_OK;
    for (int i = 0; i < n && !err; i++) err = th_label_check(list[i], why);
    th_list_free(list, n);
    return err;
}

static th_err check_label(const th_project *p, const char *label, th_why *why)
{
    TH_TRY(th_label_check(label, why));
    if (th_project_task(p)->input != TH_IN_SOUND || th_project_label(p, label) >= 0) return TH_OK;
    return th_why_set(why, TH_EUSAGE,
                      "\"%s\" is no label of this project (thimble.ini). To keep what was said: word=%s, which is "
                      "\"unknown\" until it becomes a label",
                      label, label);
}

static th_err read_change(const th_project *p, const char *text, change *c, th_why *why)
{
    static const char can[] =
        "label, labels, word, name, subject, device, consent, licence, source, group, notes, split";
    const char *equals = strchr(text, '=');
    const size_t n = equals ? (size_t)(equals - text) : 0;
    th_split split;
    if (!n || n >= sizeof c->key)
        return th_why_set(why, TH_EUSAGE, "\"%s\" is no KEY=VALUE; the keys are %s", text, can);
    memcpy(c->key, text, n);
    c->key[n] = 0;
    c->value = equals + 1;
    if (strcmp(c->key, "split") == 0) return th_split_read(c->value, &split, why);
    if (strcmp(c->key, "label") == 0) return check_label(p, c->value, why);
    if (strcmp(c->key, "labels") == 0) return check_labels(c->value, why);
    const bool fixed = strcmp(c->key, "hash") == 0 || strcmp(c->key, "suffix") == 0 || strcmp(c->key, "channels") == 0;
    const th_sample known = {
#define X(member, what) .member = "",
        TH_SAMPLE_TEXTS(X)
#undef X
    };
    if (!fixed && th_sample_text(&known, c->key)) return TH_OK;
    return th_why_set(why, TH_EUSAGE, "%s: there is no such key, or it comes from the file; the keys are %s", c->key,
                      can);
}

/* One sample; a label that is given by hand is also its word, from which labels are made anew. */
static th_err apply(const th_project *p, th_dataset *set, size_t i, const change *c, th_why *why)
{
    th_split split;
    if (strcmp(c->key, "split") == 0) {
        TH_TRY(th_split_read(c->value, &split, why));
        set->samples[i].split = split;
        return TH_OK;
    }
    TH_TRY(th_dataset_set(set, i, c->key, c->value, why));
    if (strcmp(c->key, "label") == 0 && set->samples[i].kind == TH_SOUND && th_project_task(p)->input == TH_IN_SOUND)
        return th_dataset_set(set, i, "word", c->value, why);
    return TH_OK;
}

#define MOST_CHANGES 16

static th_err set_samples(th_project *p, th_dataset *set, const th_filter *f, const th_args *a, size_t *n, th_why *why)
{
    change c[MOST_CHANGES];
    for (int k = 0; k < a->n_words; k++) TH_TRY(read_change(p, a->word[k], &c[k], why));
    for (size_t i = 0; i < set->n; i++) {
        if (!th_filter_takes(f, &set->samples[i])) continue;
        ++*n;
        for (int k = 0; k < a->n_words; k++) TH_TRY(apply(p, set, i, &c[k], why));
    }
    return TH_OK;
}

static th_err run_set(const th_args *a, th_why *why)
{
    size_t n = 0;
    TH_TRY(edit_samples(a, set_samples, &n, why));
    printf("%zu samples changed (thimble data diff shows how)\n", n);
    return TH_OK;
}

static const th_opt set_opts[] = {
    {"project", "DIR", ".", "the project"},
    TH_FILTER_OPTIONS,
    {"all", NULL, NULL, "every sample"},
    {0},
};

const th_cmd th_cmd_data_set = {
    .name = "data set",
    .words = "KEY=VALUE [KEY=VALUE ..]",
    .summary = "change what is known of samples: label, subject, licence, split, notes ..",
    .detail = "Keys: label, labels (further ones, with commas between), word, name, subject, device, consent, licence, "
              "source,\n"
              "group, notes, split.\n\n"
              "  thimble data set --name anna/ subject=anna consent=\"research only\"\n"
              "  thimble data set --hash 3fa9 label=no notes=\"was labelled yes\"",
    .opts = set_opts,
    .min_words = 1,
    .max_words = MOST_CHANGES,
    .run = run_set,
};

/* ---- remove ----------------------------------------------------------------------------------- */

static th_err remove_samples(th_project *p, th_dataset *set, const th_filter *f, const th_args *a, size_t *n,
                             th_why *why)
{
    const size_t all = set->n;
    bool *gone = calloc(all + 1, sizeof *gone);
    (void)p, (void)a;
    if (!gone) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < all; i++) *n += gone[i] = th_filter_takes(f, &set->samples[i]);
    th_dataset_remove(set, gone, all);
    free(gone);
    return TH_OK;
}

static th_err run_remove(const th_args *a, th_why *why)
{
    size_t n = 0;
    TH_TRY(edit_samples(a, remove_samples, &n, why));
    printf("%zu samples taken out. Their files stay until thimble data clean\n", n);
    return TH_OK;
}

const th_cmd th_cmd_data_remove = {
    .name = "data remove",
    .words = "",
    .summary = "take samples out of the data; versions keep them",
    .detail = "  thimble data remove --hash 3fa9\n  thimble data remove --source speech_commands --split val",
    .opts = set_opts,
    .run = run_remove,
};
