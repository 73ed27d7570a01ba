/* Values of an item: drawn by seed and name, so that each learner has her own and always the same. */
#include "course/calc.h"
#include "course/draw.h"
#include "course/quiz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static th_err draw(const th_item *item, uint64_t seed, th_values *values, th_why *why)
{
    for (size_t i = 0; i < item->n_vars; i++) {
        const th_var *v = &item->vars[i];
        char text[TH_DRAWN_BYTES];
        TH_TRY(th_draw_grid(v->lo, v->hi, v->step, seed, item->name ? item->name : "", v->name, text, why));
        TH_TRY(th_values_set(values, v->name, text, why));
    }
    return TH_OK;
}

/* *text with the values where their names stand in [[ ]]. */
static th_err fill(char **text, const th_values *values, th_why *why)
{
    char *filled;
    if (!*text || !strstr(*text, "[[")) return TH_OK;
    TH_TRY(th_values_fill(values, *text, false, &filled, why));
    free(*text);
    *text = filled;
    return TH_OK;
}

static th_err fill_all(th_item *item, const th_values *values, th_why *why)
{
    char **const texts[] = {&item->stem, &item->explanation, &item->hint, &item->compute};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) TH_TRY(fill(texts[i], values, why));
    for (size_t i = 0; i < item->n_choices; i++) {
        TH_TRY(fill(&item->choices[i].text, values, why));
        TH_TRY(fill(&item->choices[i].match, values, why));
        TH_TRY(fill(&item->choices[i].feedback, values, why));
    }
    return TH_OK;
}

/* `calc` is a function of ours and needs no process: a page of a quiz is there at once. */
static th_err run(const char *command, const char *program, json_t **result, th_why *why)
{
    static const char *const calc[] = {"calc", NULL};
    th_words words;
    TH_TRY(th_words_split(command, &words, why));
    th_err err;
    if (th_words_are(&words, calc) && words.n > 1)
        err = th_calc_run(words.word[1], (const char *const *)words.word + 2, (int)words.n - 2, result, why);
    else
        err = th_verb_json(program, NULL, command, th_verbs_pure, result, why);
    th_words_free(&words);
    return err;
}

/* The computed answers get the number.  near: so many per cent of it, or itself. */
static th_err set_number(th_item *item, double v, th_why *why)
{
    for (size_t i = 0; i < item->n_choices; i++) {
        th_choice *c = &item->choices[i];
        char text[80];
        if (strncmp(c->text, "computed", 8) != 0) continue;
        if (c->text[strlen(c->text) - 1] == '%') c->near = fabs(v) * strtod(c->text + 9, NULL) / 100;
        c->value = v;
        snprintf(text, sizeof text, "%.9g:%.9g", v, c->near);
        char *copy = malloc(strlen(text) + 1);
        if (!copy) return th_why_set(why, TH_ENOMEM, "out of memory while a question's number is computed");
        memcpy(copy, text, strlen(text) + 1);
        free(c->text);
        c->text = copy;
    }
    return TH_OK;
}

static th_err compute(th_item *item, const char *program, th_why *why)
{
    json_t *result = NULL;
    double v = 0;
    th_why own = {0};
    th_err err = run(item->compute, program, &result, &own);
    if (!err) err = th_value_of(result, item->key, &v, &own);
    json_decref(result);
    if (!err) return set_number(item, v, why);
    return th_why_set(why, err == TH_EUSAGE || err == TH_ERANGE ? TH_EFORMAT : err,
                      "the question \"%.60s\" (line %d) cannot be computed by \"%.120s\", %.60s: %.400s",
                      item->name ? item->name : "", item->line, item->compute, item->key, own.text);
}

th_err th_item_freeze(th_item *item, uint64_t seed, const char *program, th_why *why)
{
    th_values values = {0};
    th_err err = draw(item, seed, &values, why);
    if (!err) err = fill_all(item, &values, why);
    th_values_free(&values);
    TH_TRY(err);
    for (size_t i = 0; i < item->n_vars; i++) free(item->vars[i].name);
    item->n_vars = 0;
    if (!program || !item->compute) return TH_OK;
    TH_TRY(compute(item, program, why));
    free(item->compute);
    free(item->key);
    item->compute = item->key = NULL;
    return TH_OK;
}
