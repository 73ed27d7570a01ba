/* thimble calc: a calculator for learners (course/calc.h). */
#include "cli/cmd.h"
#include "course/calc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const th_opt options[] = {
    {"json", NULL, NULL, "print one JSON object"},
    {NULL, NULL, NULL, NULL},
};

static void print_rows(void)
{
    const char *group = "";
    for (size_t i = 0; th_calc_row_at(i); i++) {
        const th_calc_row *r = th_calc_row_at(i);
        if (strcmp(group, r->group) != 0) printf("%s%s\n", i ? "\n" : "", r->group);
        group = r->group;
        printf("  %-12s  %s\n", r->name, r->help);
        printf("  %-12s  %s\n", "", r->takes);
    }
}

static json_t *rows_json(void)
{
    json_t *list = json_array();
    for (size_t i = 0; th_calc_row_at(i); i++) {
        const th_calc_row *r = th_calc_row_at(i);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "name", r->name, "group", r->group, "takes",
                                              r->takes, "help", r->help));
    }
    return list;
}

/* "1.5", "true", "1, 2", "1, 2 / 3, 4" */
static void print_value(const json_t *v, const char *between)
{
    if (json_is_boolean(v))
        fputs(json_is_true(v) ? "yes" : "no", stdout);
    else if (json_is_number(v))
        printf("%.6g", json_number_value(v));
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *one = json_array_get(v, i);
        if (i) fputs(json_is_array(one) ? " / " : between, stdout);
        print_value(one, ", ");
    }
}

static void print_result(json_t *result)
{
    const char *name;
    json_t *v;
    json_object_foreach(result, name, v)
    {
        printf("%-13s ", name);
        print_value(v, ", ");
        puts("");
    }
}

static void print_json(json_t *result)
{
    char *text = json_dumps(result, JSON_COMPACT);
    puts(text ? text : "null");
    free(text);
}

static th_err run(const th_args *a, th_why *why)
{
    json_t *result = NULL;
    if (a->n_words == 0 && th_arg_on(a, "json"))
        print_json(result = rows_json());
    else if (a->n_words == 0)
        print_rows();
    else {
        TH_TRY(th_calc_run(a->word[0], a->word + 1, a->n_words - 1, &result, why));
        if (th_arg_on(a, "json"))
            print_json(result);
        else
            print_result(result);
    }
    json_decref(result);
    return TH_OK;
}

const th_cmd th_cmd_calc = {
    "calc",
    "[NAME] [KEY=VALUE ..]",
    "a calculator for learners: small computations with the toolkit's own functions",
    "Without a name: all computations, with what each takes and its defaults. Lists have commas, rows of\n"
    "tables are divided by /. Quizzes of the courses compute their answers with it (docs/calc.md).\n"
    "  thimble calc line w=2 b=1 xs=0,1,2 ys=1,3,6\n"
    "  thimble calc conv picture=0,0,9/0,0,9/0,0,9 kernel=-1,1 row=0 column=1\n"
    "  thimble calc energy active_ma=6 active_ms=20 every_ms=1000 mah=220 --json",
    options,
    0,
    TH_MAX_WORDS,
    run,
};
