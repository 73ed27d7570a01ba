/* A value in answers.ini against what the toolkit computes; or, where nothing is asked, that value against a bar. */
#include "course/lab_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const settings[] = {"ask", "unit", "compute", "is", "near", "mistake", "bar", "runs", NULL};

/* The value that is right.  *complaint: the verb could not say it (json is then NULL). */
static th_err compute(th_lab_run *run, const th_lab_prop *p, const json_t **json, double *value, const char **complaint,
                      th_why *why)
{
    const char *line = th_lab_setting(p, "compute"), *is = th_lab_setting(p, "is");
    *json = NULL;
    *complaint = NULL;
    if (line) TH_TRY(th_lab_ask_verb(run, run->dir, line, json, complaint, why));
    if (*complaint) return TH_OK;
    return th_value_of(*json, is, value, why);
}

/* How far an answer may be away from the value. */
static double tolerance(const th_lab_prop *p, double value)
{
    const char *near = th_lab_setting(p, "near");
    double x = 0.5;
    bool percent = !near;
    if (near) {
        percent = strchr(near, '%') != NULL;
        if (!th_lab_read_number(near, "%", &x)) x = 0;
    }
    /* a last digit of a float that was printed is not hers */
    return fabs(percent ? x / 100 * value : x) + 1e-9 * fabs(value) + 1e-12;
}

/* "mistake = VALUE: text": what is said to who made that mistake; NULL: it is none of them. */
static const char *known_mistake(const th_lab_prop *p, const json_t *json, double given)
{
    size_t at = 0;
    for (const char *m; (m = th_lab_next(p, "mistake", &at));) {
        char text[128];
        double value;
        const char *colon = strchr(m, ':');
        snprintf(text, sizeof text, "%.*s", (int)(colon - m), m);
        if (th_value_of(json, text, &value, NULL)) continue;
        if (fabs(given - value) <= tolerance(p, value)) return colon + 1 + strspn(colon + 1, " ");
    }
    return NULL;
}

/* In which direction it is wrong, without saying by how much. */
static const char *direction(double given, double value)
{
    if (given * value < 0) return "It has the wrong sign.";
    if (value != 0 && fabs(given / value - 10) < 0.1) return "It is ten times too much.";
    if (value != 0 && fabs(given / value - 0.1) < 0.001) return "It is ten times too little.";
    if (value != 0 && fabs(given / value - 1000) < 5) return "It is a thousand times too much.";
    if (value != 0 && fabs(given / value - 0.001) < 0.000005) return "It is a thousand times too little.";
    return given > value ? "It is too large." : "It is too small.";
}

/* 32,000 is thirty-two thousand to some and thirty-two to others: the other reading, where there is one. */
static bool read_grouped(const char *text, const char *unit, double *value)
{
    char plain[96];
    size_t n = 0;
    bool grouped = false;
    for (const char *c = text; *c && n + 1 < sizeof plain; c++) {
        const bool comma = *c == ',' && c != text && strspn(c + 1, "0123456789") == 3;
        grouped = grouped || comma;
        if (!comma) plain[n++] = *c;
    }
    plain[n] = 0;
    return grouped && th_lab_read_number(plain, unit, value);
}

static th_err judge(const th_lab_prop *p, const json_t *json, double value, const char *text, th_lab_found *found)
{
    double given, other;
    const char *unit = th_lab_setting(p, "unit");
    const bool two = read_grouped(text, unit, &other);
    if (two && fabs(other - value) <= tolerance(p, value)) {
        th_lab_say(found, TH_LAB_PASSED, "%g is right.", other);
        return TH_OK;
    }
    if (!th_lab_read_number(text, unit, &given)) {
        th_lab_say(found, TH_LAB_FAILED, "\"%.80s\" is no number.", text);
        return TH_OK;
    }
    if (fabs(given - value) <= tolerance(p, value)) {
        th_lab_say(found, TH_LAB_PASSED, "%g is right.", given);
        return TH_OK;
    }
    const char *mistake = known_mistake(p, json, given);
    th_lab_say(found, TH_LAB_FAILED, "Your answer is %g. %s", given, mistake ? mistake : direction(given, value));
    return TH_OK;
}

static th_err hold_to_bar(const th_lab_prop *p, double value, th_lab_found *found, th_why *why)
{
    th_lab_bar bar;
    char text[96];
    TH_TRY(th_lab_bar_read(th_lab_setting(p, "bar"), &bar, why));
    th_lab_bar_say(&bar, 1, text);
    const bool good = value >= bar.lo && value <= bar.hi;
    th_lab_say(found, good ? TH_LAB_PASSED : TH_LAB_FAILED, "It is %.6g; wanted is %s.", value, text);
    return TH_OK;
}

static th_err grade(th_lab_run *run, const th_lab_prop *p, th_lab_found *found, th_why *why)
{
    const json_t *json;
    const char *complaint, *text = th_lab_answer(run, p->own->name);
    double value;
    const bool asked = th_lab_setting(p, "ask") != NULL;
    if (asked && !text) {
        th_lab_say(found, TH_LAB_FAILED, "There is no answer yet: %s = .. in answers.ini.", p->own->name);
        return TH_OK;
    }
    TH_TRY(compute(run, p, &json, &value, &complaint, why));
    if (complaint) {
        th_lab_say(found, TH_LAB_FAILED, "It can't be computed yet: %s", complaint);
        return TH_OK;
    }
    return asked ? judge(p, json, value, text, found) : hold_to_bar(p, value, found, why);
}

static th_err check(const th_lab *lab, const th_lab_prop *p, th_why *why)
{
    (void)lab;
    const char *compute = th_lab_setting(p, "compute"), *is = th_lab_setting(p, "is"), *bar = th_lab_setting(p, "bar"),
               *near = th_lab_setting(p, "near");
    double value;
    th_lab_bar read;
    size_t at = 0;
    if (!is)
        return th_why_set(why, TH_EFORMAT, "a number needs \"is\": a pointer into what \"compute\" prints, or a value");
    if (!compute) TH_TRY(th_value_of(NULL, is, &value, why));
    if (near && !th_lab_read_number(near, "%", &value))
        return th_why_set(why, TH_EFORMAT, "near = %.40s is no number", near);
    for (const char *m; (m = th_lab_next(p, "mistake", &at));)
        if (!strchr(m, ':')) return th_why_set(why, TH_EFORMAT, "a mistake is \"VALUE: what is said\"");
    if (th_lab_setting(p, "ask")) return TH_OK;
    if (!bar || !compute) return th_why_set(why, TH_EFORMAT, "a number without \"ask\" needs \"compute\" and \"bar\"");
    return th_lab_bar_read(bar, &read, why);
}

static th_err ask(const th_lab *lab, const th_lab_prop *p, json_t *answers, th_why *why)
{
    const char *text = th_lab_told(lab, p, "ask");
    if (!text) return TH_OK;
    const bool own_lang = text != th_lab_setting(p, "ask");
    return json_array_append_new(answers, json_pack("{s:s, s:s, s:s, s:s, s:s?, s:n}", "name", p->own->name, "kind",
                                                    "number", "ask", text, "lang", own_lang ? lab->cfg.lang : "en",
                                                    "unit", th_lab_told(lab, p, "unit"), "choices"))
               ? th_why_set(why, TH_ENOMEM, "out of memory")
               : TH_OK;
}

static th_err key(th_lab_run *run, const th_lab_prop *p, bool worst, char text[64], th_why *why)
{
    const json_t *json;
    const char *complaint;
    double value;
    (void)worst;
    TH_TRY(compute(run, p, &json, &value, &complaint, why));
    if (complaint) return th_why_set(why, TH_EFORMAT, "%s: %s", p->own->name, complaint);
    snprintf(text, 64, "%.9g", value);
    return TH_OK;
}

const th_lab_kind th_lab_kind_number = {
    .name = "number", .settings = settings, .check = check, .grade = grade, .ask = ask, .key = key};
