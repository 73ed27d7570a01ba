/* What verbs say, once for each line and grading. */
#include "course/lab_priv.h"

#include "os/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_TIMEOUT_S = 290 };

/* Those that a property may ask, and those that may stand in [start], sealed and solution/steps. */
static const char *const asks[] = {"calc",       "model", "inspect", "test", "data list",
                                   "data check", "runs",  "emulate", NULL};
static const char *const does[] = {
    "new",         "data import", "data synth",    "data split", "data stream", "data pairs", "data set", "data remove",
    "data commit", "data check",  "data checkout", "train",      "quantize",    "test",       "inspect",  "model",
    "edit",        "deploy",      "emulate",       "compare",    "report",      NULL};

struct th_lab_said {
    struct th_lab_said *next;
    char *dir, *line, *complaint;
    json_t *json;
};

static const struct th_lab_said *find(const th_lab_run *run, const char *dir, const char *line)
{
    for (const struct th_lab_said *s = run->said; s; s = s->next)
        if (strcmp(s->line, line) == 0 && strcmp(s->dir, dir) == 0) return s;
    return NULL;
}

th_err th_lab_ask_verb(th_lab_run *run, const char *dir, const char *line, const json_t **json, const char **complaint,
                       th_why *why)
{
    th_why own = {0};
    const struct th_lab_said *known = find(run, dir, line);
    if (!known) {
        struct th_lab_said *s = calloc(1, sizeof *s);
        if (!s) return th_why_set(why, TH_ENOMEM, "out of memory");
        s->next = run->said;
        run->said = s;
        s->dir = strdup(dir);
        s->line = strdup(line);
        if (!s->dir || !s->line) return th_why_set(why, TH_ENOMEM, "out of memory");
        const th_err err = th_verb_json(run->lab->cfg.program, dir, line, asks, &s->json, &own);
        if (err == TH_EFORMAT)
            s->complaint = strdup(own.text);
        else if (err)
            return th_why_set(why, err, "%s", own.text);
        known = s;
    }
    *json = known->json;
    *complaint = known->complaint;
    return TH_OK;
}

void th_lab_said_free(struct th_lab_said *said)
{
    while (said) {
        struct th_lab_said *next = said->next;
        json_decref(said->json);
        free(said->dir);
        free(said->line);
        free(said->complaint);
        free(said);
        said = next;
    }
}

static th_err do_words(const char *program, const th_words *w, const char *dir, th_why *why)
{
    char tail[1024] = "", end[96];
    int status = 0;
    const char **argv = calloc(w->n + 2, sizeof *argv);
    if (!argv) return th_why_set(why, TH_ENOMEM, "out of memory");
    argv[0] = program;
    for (size_t i = 0; i < w->n; i++) argv[i + 1] = w->word[i];
    const th_process p = {.argv = argv, .cwd = dir, .timeout_s = STEP_TIMEOUT_S};
    const th_err err = th_process_run(&p, &status, tail, sizeof tail, why);
    free(argv);
    if (err || status == 0) return err;
    size_t n = strlen(tail);
    while (n && strchr(" \n", tail[n - 1])) tail[--n] = 0;
    const char *last = strrchr(tail, '\n') ? strrchr(tail, '\n') + 1 : tail;
    th_process_status_text(status, end, sizeof end);
    return th_why_set(why, TH_EFORMAT, "%s", *last ? last : end);
}

th_err th_lab_do(const th_lab *lab, const char *line, const char *dir, th_why *why)
{
    th_words w;
    th_err err = th_words_split(line, &w, why);
    if (!err && !th_words_are(&w, does))
        err = th_why_set(why, TH_EFORMAT, "\"%.100s\" begins with no verb that may stand here", line);
    if (!err) err = do_words(lab->cfg.program, &w, dir, why);
    th_words_free(&w);
    return err;
}
