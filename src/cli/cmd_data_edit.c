/* thimble data set, remove: what is known of some samples, and whether they belong to the data at all. */
#include "cli/data_filter.h"
#include "data/describe.h"

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

static th_err read_change(const th_project *p, const char *text, change *c, th_why *why)
{
    const char *equals = strchr(text, '=');
    const size_t n = equals ? (size_t)(equals - text) : 0;
    if (!n || n >= sizeof c->key)
        return th_why_set(why, TH_EUSAGE, "\"%s\" is no KEY=VALUE; the keys are %s", text, TH_DESCRIBE_KEYS);
    memcpy(c->key, text, n);
    c->key[n] = 0;
    c->value = equals + 1;
    return th_describe_check(p, c->key, c->value, why);
}

#define MOST_CHANGES 16

static th_err set_samples(th_project *p, th_dataset *set, const th_filter *f, const th_args *a, size_t *n, th_why *why)
{
    change c[MOST_CHANGES];
    for (int k = 0; k < a->n_words; k++) TH_TRY(read_change(p, a->word[k], &c[k], why));
    for (size_t i = 0; i < set->n; i++) {
        if (!th_filter_takes(f, &set->samples[i])) continue;
        ++*n;
        for (int k = 0; k < a->n_words; k++) TH_TRY(th_describe(p, set, i, c[k].key, c[k].value, why));
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
