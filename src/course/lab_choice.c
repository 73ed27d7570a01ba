/* A decision in answers.ini: by name, or by what follows from it, computed. */
#include "course/lab_priv.h"

#include "course/lab_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHOICES = 200, CHOICE_BYTES = 64 };

static const char *const settings[] = {"ask",  "choice", "range",  "good", "cost",   "is", "within",
                                       "most", "said",   "reason", "unit", "rubric", NULL};

typedef struct choices {
    char id[MOST_CHOICES][CHOICE_BYTES];
    size_t n;
    bool numbers; /* of a range */
} choices;

/* The id in "id: text". */
static bool id_of(const char *line, char id[CHOICE_BYTES])
{
    const char *at = line;
    return strchr(line, ':') && th_lab_part(&at, ':', id, CHOICE_BYTES) && *id;
}

static th_err list(const th_lab_prop *p, choices *c, th_why *why)
{
    const char *range = th_lab_setting(p, "range");
    double lo, hi, step;
    size_t at = 0;
    c->n = 0;
    c->numbers = range != NULL;
    if (range && !th_lab_range(range, &lo, &hi, &step))
        return th_why_set(why, TH_EFORMAT, "range = %.60s: LO..HI step S is wanted", range);
    for (size_t i = 0; range && lo + step * (double)i <= hi + step * 1e-6; i++) {
        if (c->n == MOST_CHOICES) return th_why_set(why, TH_EFORMAT, "more than %d choices", MOST_CHOICES);
        snprintf(c->id[c->n++], CHOICE_BYTES, "%.9g", lo + step * (double)i);
    }
    for (const char *line; !range && (line = th_lab_next(p, "choice", &at));) {
        if (c->n == MOST_CHOICES) return th_why_set(why, TH_EFORMAT, "more than %d choices", MOST_CHOICES);
        if (!id_of(line, c->id[c->n++])) return th_why_set(why, TH_EFORMAT, "a choice is \"id: text\"");
    }
    return c->n > 1 ? TH_OK : th_why_set(why, TH_EFORMAT, "a choice needs two \"choice\" lines, or a \"range\"");
}

/* What follows from a choice; *complaint as th_lab_ask_verb has it. */
static th_err cost_of(th_lab_run *run, const th_lab_prop *p, const char *choice, double *cost, const char **complaint,
                      th_why *why)
{
    th_values v = {0};
    char *line = NULL;
    const json_t *json = NULL;
    th_err err = th_values_set(&v, "choice", choice, why);
    if (!err) err = th_values_fill(&v, th_lab_setting(p, "cost"), false, &line, why);
    if (!err) err = th_lab_ask_verb(run, run->dir, line, &json, complaint, why);
    if (!err && !*complaint) err = th_value_of(json, th_lab_setting(p, "is"), cost, why);
    th_values_free(&v);
    free(line);
    return err;
}

/* The cheapest choice, or the dearest. */
static th_err best_of(th_lab_run *run, const th_lab_prop *p, const choices *c, bool worst, size_t *best, double *cost,
                      const char **complaint, th_why *why)
{
    *complaint = NULL;
    for (size_t i = 0; i < c->n && !*complaint; i++) {
        double one;
        TH_TRY(cost_of(run, p, c->id[i], &one, complaint, why));
        if (*complaint || (i && (worst ? one <= *cost : one >= *cost))) continue;
        *cost = one;
        *best = i;
    }
    return TH_OK;
}

/* The id that an answer is, or NULL. */
static const char *chosen(const choices *c, const char *answer)
{
    double given, one;
    const bool number = c->numbers && th_lab_read_number(answer, NULL, &given);
    for (size_t i = 0; i < c->n; i++) {
        if (!c->numbers && strcmp(c->id[i], answer) == 0) return c->id[i];
        if (number && th_lab_read_number(c->id[i], NULL, &one) && fabs(given - one) < 1e-6 * (1 + fabs(one)))
            return c->id[i];
    }
    return NULL;
}

static bool in_names(const char *names, const char *id)
{
    char one[CHOICE_BYTES];
    while (th_lab_part(&names, ',', one, sizeof one))
        if (strcmp(one, id) == 0) return true;
    return false;
}

/* "said = id: text" of a choice, or "". */
static const char *said_of(const th_lab_prop *p, const char *id)
{
    char one[CHOICE_BYTES];
    size_t at = 0;
    for (const char *line; (line = th_lab_next(p, "said", &at));)
        if (id_of(line, one) && strcmp(one, id) == 0) return strchr(line, ':') + 1 + strspn(strchr(line, ':') + 1, " ");
    return "";
}

/* The dearest that passes. */
static th_err limit_of(th_lab_run *run, const th_lab_prop *p, const choices *c, double *limit, const char **complaint,
                       th_why *why)
{
    const char *within = th_lab_setting(p, "within");
    size_t best = 0;
    double part = 0, cheapest = 0;
    *complaint = NULL;
    if (!within) return th_lab_amount(p, "most", 0, limit, why);
    TH_TRY(best_of(run, p, c, false, &best, &cheapest, complaint, why));
    if (!th_lab_read_number(within, "%", &part)) return th_why_set(why, TH_EFORMAT, "within = %.40s", within);
    *limit = cheapest + (strchr(within, '%') ? fabs(cheapest) * part / 100 : part) + 1e-9 * fabs(cheapest);
    return TH_OK;
}

static th_err judge_cost(th_lab_run *run, const th_lab_prop *p, const choices *c, const char *id, th_lab_found *found,
                         th_why *why)
{
    double cost = 0, limit = 0;
    const char *complaint = NULL, *unit = th_lab_setting(p, "unit");
    TH_TRY(limit_of(run, p, c, &limit, &complaint, why));
    if (!complaint) TH_TRY(cost_of(run, p, id, &cost, &complaint, why));
    if (complaint) {
        th_lab_say(found, TH_LAB_FAILED, "What follows from it can't be computed yet: %s", complaint);
        return TH_OK;
    }
    const char *said = said_of(p, id), *of = unit ? unit : "";
    if (cost <= limit)
        th_lab_say(found, TH_LAB_PASSED, "With %s it costs %.6g%s%s: nothing that can be chosen is clearly better. %s",
                   id, cost, *of ? " " : "", of, said);
    else
        th_lab_say(found, TH_LAB_FAILED, "With %s it costs %.6g%s%s, and %.6g or less is possible. %s", id, cost,
                   *of ? " " : "", of, limit, said);
    return TH_OK;
}

/* Words of the reason that are missing: told, and not passed. */
static bool reason_missing(th_lab_run *run, const th_lab_prop *p, th_lab_found *found, th_why *why)
{
    char name[128];
    double words;
    if (th_lab_amount(p, "reason", 0, &words, why) || words <= 0) return false;
    snprintf(name, sizeof name, "%s.reason", p->own->name);
    const char *text = th_lab_answer(run, name);
    const size_t n = text ? th_lab_words(text) : 0;
    if ((double)n >= words) return false;
    th_lab_say(found, TH_LAB_FAILED, "The reason has %zu words; %g are wanted: %s = .. in answers.ini.", n, words,
               name);
    return true;
}

static th_err judge(th_lab_run *run, const th_lab_prop *p, const choices *c, th_lab_found *found, th_why *why)
{
    const char *answer = th_lab_answer(run, p->own->name);
    if (!answer) {
        th_lab_say(found, TH_LAB_FAILED, "Nothing is chosen yet: %s = .. in answers.ini.", p->own->name);
        return TH_OK;
    }
    const char *id = chosen(c, answer);
    if (!id) {
        const char *range = th_lab_setting(p, "range");
        char all[512] = "";
        for (size_t i = 0, n = 0; !range && i < c->n && n < sizeof all; i++)
            n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? ", " : "", c->id[i]);
        th_lab_say(found, TH_LAB_FAILED, "\"%.60s\" can't be chosen. It must be one of %s.", answer,
                   range ? range : all);
        return TH_OK;
    }
    if (th_lab_setting(p, "cost")) {
        TH_TRY(judge_cost(run, p, c, id, found, why));
    } else {
        const bool good = in_names(th_lab_setting(p, "good"), id);
        const char *said = said_of(p, id);
        th_lab_say(found, good ? TH_LAB_PASSED : TH_LAB_FAILED, "You chose %s. %s", id,
                   *said  ? said
                   : good ? "That can be defended."
                          : "What follows from it is worse than from another one.");
    }
    if (found->state == TH_LAB_PASSED) (void)reason_missing(run, p, found, why);
    return TH_OK;
}

static th_err with_choices(th_lab_run *run, const th_lab_prop *p, th_lab_found *found, th_why *why)
{
    choices *c = malloc(sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = list(p, c, why);
    if (!err) err = judge(run, p, c, found, why);
    free(c);
    return err;
}

static th_err check(const th_lab *lab, const th_lab_prop *p, th_why *why)
{
    (void)lab;
    double words;
    const bool cost = th_lab_setting(p, "cost") != NULL;
    choices *c = malloc(sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = list(p, c, why);
    const char *good = th_lab_setting(p, "good");
    char one[CHOICE_BYTES];
    if (!err && !th_lab_setting(p, "ask")) err = th_why_set(why, TH_EFORMAT, "a choice needs \"ask\"");
    if (!err && cost == (good != NULL)) err = th_why_set(why, TH_EFORMAT, "a choice needs either \"good\" or \"cost\"");
    if (!err && cost && (!th_lab_setting(p, "is") || !th_lab_setting(p, "within") == !th_lab_setting(p, "most")))
        err = th_why_set(why, TH_EFORMAT, "\"cost\" needs \"is\", and either \"within\" or \"most\"");
    while (!err && good && th_lab_part(&good, ',', one, sizeof one))
        if (!chosen(c, one)) err = th_why_set(why, TH_EFORMAT, "good = %s is none of the choices", one);
    if (!err) err = th_lab_amount(p, "reason", 0, &words, why);
    free(c);
    return err;
}

/* Their texts, in the lab's language where the recipe has them all. */
static json_t *shown(const th_lab *lab, const th_lab_prop *p, bool *own_lang)
{
    char name[32], id[CHOICE_BYTES];
    size_t at = 0;
    json_t *all = json_array();
    snprintf(name, sizeof name, "choice.%.16s", lab->cfg.lang);
    *own_lang = th_lab_setting(p, name) != NULL;
    for (const char *line; (line = th_lab_next(p, *own_lang ? name : "choice", &at));)
        if (id_of(line, id))
            json_array_append_new(all, json_pack("{s:s, s:s}", "id", id, "text",
                                                 strchr(line, ':') + 1 + strspn(strchr(line, ':') + 1, " ")));
    return all;
}

static th_err ask(const th_lab *lab, const th_lab_prop *p, json_t *answers, th_why *why)
{
    char name[128];
    double lo = 0, hi = 0, step = 0, words = 0;
    bool own_choices;
    const char *text = th_lab_told(lab, p, "ask"), *range = th_lab_setting(p, "range");
    const char *lang = text != th_lab_setting(p, "ask") ? lab->cfg.lang : "en";
    json_t *all = shown(lab, p, &own_choices);
    json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:o}", "name", p->own->name, "kind", "choice", "ask", text,
                            "lang", lang, "unit", th_lab_told(lab, p, "unit"), "choices", all);
    if (range && th_lab_range(range, &lo, &hi, &step)) {
        json_object_set_new(row, "choices", json_null());
        json_object_set_new(row, "from", json_real(lo));
        json_object_set_new(row, "to", json_real(hi));
        json_object_set_new(row, "step", json_real(step));
    }
    int failed = json_array_append_new(answers, row);
    TH_TRY(th_lab_amount(p, "reason", 0, &words, why));
    snprintf(name, sizeof name, "%s.reason", p->own->name);
    if (words > 0)
        failed |= json_array_append_new(answers,
                                        json_pack("{s:s, s:s, s:s, s:s, s:n, s:n, s:f}", "name", name, "kind", "reason",
                                                  "ask", text, "lang", lang, "unit", "choices", "words", words));
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

/* The choice and its reason. */
static char *text(th_lab_run *run, const th_lab_prop *p)
{
    char name[128];
    snprintf(name, sizeof name, "%s.reason", p->own->name);
    const char *answer = th_lab_answer(run, p->own->name), *reason = th_lab_answer(run, name);
    return answer && reason ? th_lab_text("%s: %s", answer, reason) : NULL;
}

static th_err key(th_lab_run *run, const th_lab_prop *p, bool worst, char text[64], th_why *why)
{
    size_t best = 0;
    double cost = 0;
    const char *complaint = NULL, *good = th_lab_setting(p, "good");
    choices *c = malloc(sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = list(p, c, why);
    if (!err && good) {
        /* by name: the first that is good, or is not */
        while (best < c->n && in_names(good, c->id[best]) == worst) best++;
    } else if (!err) {
        err = best_of(run, p, c, worst, &best, &cost, &complaint, why);
    }
    if (!err && complaint) err = th_why_set(why, TH_EFORMAT, "%s: %s", p->own->name, complaint);
    if (!err && best == c->n) err = th_why_set(why, TH_EFORMAT, "%s: no choice is wrong", p->own->name);
    if (!err) snprintf(text, 64, "%s", c->id[best]);
    free(c);
    return err;
}

const th_lab_kind th_lab_kind_choice = {.name = "choice",
                                        .settings = settings,
                                        .check = check,
                                        .grade = with_choices,
                                        .ask = ask,
                                        .text = text,
                                        .key = key};
