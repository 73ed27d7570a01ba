/* The project's data: how many of whom, with whose leave, and what `data check` finds. */
#include "course/lab_priv.h"

#include "store/samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LABELS = 200, MOST_PEOPLE = 2000 };

static const char *const settings[] = {"labels",    "per_label", "people", "people_per_label",
                                       "consent",   "licence",   "clean",  "balance",
                                       "synthetic", "split",     NULL};

typedef struct label {
    char *name;
    int32_t n, split[TH_N_SPLITS];
    uint8_t of[MOST_PEOPLE / 8]; /* bit: this person has one of it */
} label;

typedef struct census {
    bool synthetic; /* count what was synthesised */
    label label[MOST_LABELS];
    size_t n_labels;
    char *person[MOST_PEOPLE];
    size_t n_people, n, n_synthetic, without_consent, without_licence;
    char name[256]; /* of the first that lacks what is wanted */
} census;

static label *label_of(census *c, const char *name)
{
    for (size_t i = 0; i < c->n_labels; i++)
        if (strcmp(c->label[i].name, name) == 0) return &c->label[i];
    if (c->n_labels == MOST_LABELS) return NULL;
    c->label[c->n_labels].name = strdup(name);
    return c->label[c->n_labels].name ? &c->label[c->n_labels++] : NULL;
}

/* Number of a person; -1: none is named, or too many. */
static int person_of(census *c, const char *name)
{
    if (!*name) return -1;
    for (size_t i = 0; i < c->n_people; i++)
        if (strcmp(c->person[i], name) == 0) return (int)i;
    if (c->n_people == MOST_PEOPLE || !(c->person[c->n_people] = strdup(name))) return -1;
    return (int)c->n_people++;
}

static th_err take(void *ctx, const th_sample *s, th_why *why)
{
    census *c = ctx;
    const bool synthetic = strncmp(s->source, "synthetic", 9) == 0;
    c->n_synthetic += synthetic;
    if (synthetic && !c->synthetic) return TH_OK;
    label *l = label_of(c, s->label);
    if (!l) return th_why_set(why, TH_ERANGE, "more than %d labels", MOST_LABELS);
    const int person = person_of(c, s->subject);
    c->n++;
    l->n++;
    l->split[s->split]++;
    if (person >= 0) l->of[person / 8] |= (uint8_t)(1u << person % 8);
    /* nobody was asked for what a computer made */
    c->without_consent += !synthetic && !*s->consent;
    c->without_licence += !synthetic && !*s->licence;
    return TH_OK;
}

static void census_free(census *c)
{
    for (size_t i = 0; i < c->n_labels; i++) free(c->label[i].name);
    for (size_t i = 0; i < c->n_people; i++) free(c->person[i]);
    free(c);
}

static int people_of(const label *l)
{
    int n = 0;
    for (size_t i = 0; i < sizeof l->of; i++)
        for (int bit = 0; bit < 8; bit++) n += l->of[i] >> bit & 1;
    return n;
}

/* ---- what is wanted ---- */

/* Each of these says true when it has told what is missing. */

static bool labels_missing(const th_lab_prop *p, const census *c, th_lab_found *found)
{
    const char *text = th_lab_setting(p, "labels");
    char one[64];
    double n;
    if (text && th_lab_read_number(text, NULL, &n)) {
        if ((double)c->n_labels >= n) return false;
        th_lab_say(found, TH_LAB_FAILED, "There are samples of %zu labels; %g are wanted.", c->n_labels, n);
        return true;
    }
    while (th_lab_part(&text, ',', one, sizeof one)) {
        bool there = false;
        for (size_t i = 0; i < c->n_labels; i++) there = there || strcmp(c->label[i].name, one) == 0;
        if (there) continue;
        th_lab_say(found, TH_LAB_FAILED, "There is no sample of the label \"%s\".", one);
        return true;
    }
    return false;
}

static bool too_few(const th_lab_prop *p, const census *c, th_lab_found *found)
{
    double least, people, people_each;
    if (th_lab_amount(p, "per_label", 1, &least, NULL) || th_lab_amount(p, "people", 0, &people, NULL) ||
        th_lab_amount(p, "people_per_label", 0, &people_each, NULL))
        return false;
    for (size_t i = 0; i < c->n_labels; i++) {
        const label *l = &c->label[i];
        const int who = people_of(l);
        if (l->n < least)
            th_lab_say(found, TH_LAB_FAILED, "Of \"%s\" there are %d samples; %g are wanted.", l->name, (int)l->n,
                       least);
        else if (who < people_each)
            th_lab_say(found, TH_LAB_FAILED, "\"%s\" is there from %d people; %g are wanted.", l->name, who,
                       people_each);
        else
            continue;
        return true;
    }
    if ((double)c->n_people >= people) return false;
    th_lab_say(found, TH_LAB_FAILED,
               "The samples name %zu people; %g are wanted. (thimble data set subject=anna says who it is)",
               c->n_people, people);
    return true;
}

static bool unbalanced(const th_lab_prop *p, const census *c, th_lab_found *found)
{
    double most;
    const label *few = NULL, *many = NULL;
    if (!th_lab_setting(p, "balance") || th_lab_amount(p, "balance", 1, &most, NULL)) return false;
    for (size_t i = 0; i < c->n_labels; i++) {
        if (!few || c->label[i].n < few->n) few = &c->label[i];
        if (!many || c->label[i].n > many->n) many = &c->label[i];
    }
    if (!few || many->n <= most * few->n) return false;
    th_lab_say(found, TH_LAB_FAILED, "\"%s\" has %d samples, \"%s\" only %d: more than %g times as many.", many->name,
               (int)many->n, few->name, (int)few->n, most);
    return true;
}

static bool undivided(const th_lab_prop *p, const census *c, th_lab_found *found)
{
    for (size_t i = 0; th_lab_yes(p, "split") && i < c->n_labels; i++)
        for (int s = 0; s < TH_N_SPLITS; s++) {
            if (c->label[i].split[s]) continue;
            th_lab_say(found, TH_LAB_FAILED, "\"%s\" has no sample in %s. (thimble data split divides by people)",
                       c->label[i].name, th_split_name((th_split)s));
            return true;
        }
    return false;
}

static bool unasked(const th_lab_prop *p, const census *c, th_lab_found *found)
{
    if (th_lab_yes(p, "consent") && c->without_consent)
        th_lab_say(
            found, TH_LAB_FAILED,
            "%zu samples don't say what their people agreed to. (thimble data set --subject anna consent=\"..\")",
            c->without_consent);
    else if (th_lab_yes(p, "licence") && c->without_licence)
        th_lab_say(found, TH_LAB_FAILED, "%zu samples have no licence. (thimble data set licence=..)",
                   c->without_licence);
    else
        return false;
    return true;
}

/* `data check` of the project: findings that must not be there. */
static th_err unclean(th_lab_run *run, const th_lab_prop *p, th_lab_found *found, th_why *why)
{
    const json_t *json, *f;
    const char *complaint, *clean = th_lab_setting(p, "clean");
    size_t i;
    if (!clean) return TH_OK;
    TH_TRY(th_lab_ask_verb(run, run->dir, "data check", &json, &complaint, why));
    if (complaint) {
        th_lab_say(found, TH_LAB_FAILED, "The data can't be checked: %s", complaint);
        return TH_OK;
    }
    json_array_foreach(json_object_get(json, "findings"), i, f)
    {
        char one[64];
        const char *kind = json_string_value(json_object_get(f, "kind")),
                   *severity = json_string_value(json_object_get(f, "severity")), *at = clean;
        bool bad = false;
        while (kind && severity && th_lab_part(&at, ',', one, sizeof one))
            bad = bad || strcmp(one, kind) == 0 || strcmp(one, "all") == 0 ||
                  (strcmp(one, "errors") == 0 && strcmp(severity, "error") == 0);
        if (!bad) continue;
        th_lab_say(found, TH_LAB_FAILED, "data check finds %d %s: %s",
                   (int)json_integer_value(json_object_get(f, "count")), kind,
                   json_string_value(json_object_get(f, "what")));
        return TH_OK;
    }
    return TH_OK;
}

static th_err count(const th_lab_run *run, census *c, bool *there, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_store *store = NULL;
    TH_TRY(th_path_join(path, run->dir, "thimble.db", why));
    *there = th_file_exists(path);
    if (!*there) return TH_OK;
    TH_TRY(th_store_open(path, false, &store, why));
    const th_err err = th_samples_read(store, TH_ROWS_NOW, TH_ROWS_NONE, take, c, why);
    th_store_close(store);
    return err;
}

static th_err judge(th_lab_run *run, const th_lab_prop *p, census *c, th_lab_found *found, th_why *why)
{
    const char *synthetic = th_lab_setting(p, "synthetic");
    bool there;
    c->synthetic = !synthetic || strcmp(synthetic, "no") != 0;
    TH_TRY(count(run, c, &there, why));
    if (!there || c->n == 0) {
        th_lab_say(found, TH_LAB_FAILED, "There are no %ssamples yet.", c->n_synthetic ? "recorded " : "");
        return TH_OK;
    }
    th_lab_say(found, TH_LAB_PASSED, "%zu samples of %zu labels, %zu people.", c->n, c->n_labels, c->n_people);
    if (labels_missing(p, c, found) || too_few(p, c, found) || unbalanced(p, c, found) || undivided(p, c, found) ||
        unasked(p, c, found))
        return TH_OK;
    return unclean(run, p, found, why);
}

static th_err grade(th_lab_run *run, const th_lab_prop *p, th_lab_found *found, th_why *why)
{
    census *c = calloc(1, sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_err err = judge(run, p, c, found, why);
    census_free(c);
    return err;
}

static th_err check(const th_lab *lab, const th_lab_prop *p, th_why *why)
{
    static const char *const amounts[] = {"per_label", "people", "people_per_label", "balance"};
    static const char *const switches[] = {"consent", "licence", "synthetic", "split"};
    double value;
    (void)lab;
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++)
        TH_TRY(th_lab_amount(p, amounts[i], 0, &value, why));
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        const char *text = th_lab_setting(p, switches[i]);
        if (text && strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
            return th_why_set(why, TH_EFORMAT, "%s is yes or no", switches[i]);
    }
    return TH_OK;
}

const th_lab_kind th_lab_kind_data = {.name = "data", .settings = settings, .check = check, .grade = grade};
