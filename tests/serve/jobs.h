/* Jobs of a program that does as it is told, in place of thimble. */
#ifndef TH_TEST_SERVE_JOBS_H
#define TH_TEST_SERVE_JOBS_H

#include "samples.h"

#include "os/run.h"
#include "serve/job_rules.h"
#include "serve/jobs.h"

/* The verbs that the tests need, with options of every kind. */
static const th_opt fake_train[] = {
    {"epochs", "N", "5", "how often"}, {"name", "NAME", NULL, "what it does"}, {"m", "TEXT", NULL, "a letter"},
    {"resume", NULL, NULL, "go on"},   {"data", "PATH", NULL, "of a file"},    {"from", "PROJECT", NULL, "another"},
    {"out", "FILE", NULL, "where to"}, {"json", NULL, NULL, "one line"},       {0}};
static const th_opt fake_data[] = {{"project", "DIR", ".", "the project"},     {"labels", "A,B", NULL, "words"},
                                   {"from", "SOURCE", "microphone", "source"}, {"list", NULL, NULL, "what there is"},
                                   {"hash", "HEX", NULL, "one or more"},       {"voice", "LANG", NULL, "who speaks"},
                                   {"json", NULL, NULL, "one line"},           {0}};
static const th_opt fake_deploy[] = {
    {"as", "KIND", NULL, "what"},           {"out", "DIR", NULL, "where to"},     {"send", "PORT", NULL, "to a board"},
    {"to", "FILE", NULL, "outputs"},        {"with", "PROJECT", NULL, "another"}, {"in", "FILE", NULL, "inputs"},
    {"name", "NAME", NULL, "what it does"}, {"json", NULL, NULL, "one line"},     {0}};
static const th_verb fake_verbs[] = {
    {"train", "[PROJECT]", "learns", fake_train, 1},
    {"test", "[MODEL]", "tests", fake_train, 1},
    {"data import", "SRC", "brings in", fake_data, 1},
    {"data record", "[PROJECT]", "records", fake_data, 1},
    {"data set", "KEY=VALUE", "changes", fake_data, 4},
    {"data check", "[PROJECT]", "checks", fake_data, 1},
    {"data synth", "", "makes up", fake_data, 0},
    {"data export", "DIR", "writes", fake_data, 1},
    {"deploy", "[MODEL]..", "writes", fake_deploy, 3},
    {"report", "[PROJECT]", "pictures", fake_train, 1},
    {"bench", "[MODEL]", "no job", fake_train, 1},
    {"run", "[MODEL]", "runs", fake_train, 1},
    {NULL, NULL, NULL, NULL, 0},
};

/* What it does stands in --name=. */
static const char fake_program[] =
    "#!/bin/sh\n"
    "do=; for a in \"$@\"; do case $a in --name=*) do=${a#--name=};; --labels=bad) do=badcheck;; --) break;; esac; "
    "done\n"
    "case $do in\n"
    "  sleep) echo began; sleep 30; echo over;;\n"
    "  short) sleep 0.2; echo '{\"slept\":true}';;\n"
    "  checkpoint) mkdir -p model; echo x >model/checkpoint.thc; sleep 30;;\n"
    "  stubborn) trap '' INT; echo began; echo x >trapped; i=0; while [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); "
    "done;;\n"
    "  crash) echo before; kill -SEGV $$;;\n"
    "  fail) echo note >&2; echo 'thimble train: there are no clips. Bring some in' >&2; exit 1;;\n"
    "  flood) i=0; while [ $i -lt 600 ]; do head -c 18000 /dev/zero | tr '\\0' x; echo; i=$((i+1)); done; "
    "echo '{\"flooded\":true}';;\n"
    "  garbage) head -c 200000 /dev/urandom; printf '\\033[31m\\r\\377\\000x\\n'; echo '{\"garbage\":1}';;\n"
    "  cat) while read -r l; do echo \"{\\\"heard\\\":\\\"$l\\\"}\"; done; echo '{\"end\":true}';;\n"
    "  deaf) sleep 30;;\n"
    "  children) sleep 60 & echo $! >child.pid; sleep 60;;\n"
    "  order) echo \"$*\" >>order.txt;;\n"
    "  makes) for a in \"$@\"; do case $a in --out=*) echo x >${a#--out=}/made;; esac; done;;\n"
    "  badcheck) echo '{\"args\":\"data|check\"}'; exit 1;;\n"
    "  bad) echo '{\"wrong\":3}'; exit 1;;\n"
    "  *) echo '{\"progress\":{\"what\":\"train\",\"part\":0.5}}' >&2; echo '{\"epoch\":{\"epoch\":1,\"loss\":0.5}}' "
    ">&2;\n"
    "     echo words for people; printf '{\"args\":\"'; printf '%s|' \"$@\"; echo '\",\"pwd\":\"'\"$PWD\"'\"}';;\n"
    "esac\n";

static inline void fake_write(const char *path)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(fake_program, f);
    fclose(f);
    char command[TH_PATH_BYTES + 16];
    snprintf(command, sizeof command, "chmod +x %s", path);
    assert_int_equal(system(command), 0);
}

static inline answer post(th_site *site, const char *uri, const char *body)
{
    return ask(site, "POST", uri, "application/json", (th_span){(const uint8_t *)body, strlen(body)});
}

/* The job once it is in one of these states; the caller frees it. */
static inline json_t *wait_for(th_site *site, const char *project, const char *id, const char *states)
{
    json_t *job = NULL;
    for (double until = th_clock_s() + 30; th_clock_s() < until; th_clock_rest(0.01)) {
        th_why why = {0};
        if (th_jobs_get(site->jobs, project, id, &job, &why)) fail_msg("%s", why.text);
        if (strstr(states, text_at(job, "state"))) return job;
        json_decref(job);
    }
    fail_msg("job %s did not become %s", id, states);
    return NULL;
}

#define A "/api/v1/projects/a/jobs"

static char *root, program[TH_PATH_BYTES];
static th_site *site;
static const th_jobs_limits limits = {.at_once = 2, .inputs = 2, .waiting = 5, .kept = 4, .grace_s = 0.5};

static inline void open_jobs(void)
{
    th_why why = {0};
    if (th_jobs_new(site, &limits, &site->jobs, &why)) fail_msg("%s", why.text);
}

static inline void close_jobs(void)
{
    th_jobs_stop(site->jobs);
    th_jobs_free(site->jobs);
    site->jobs = NULL;
}

static inline int set_up(void **state)
{
    if (in_temp(state)) return 1;
    root = *state;
    site = site_open(root);
    snprintf(program, sizeof program, "%.4000s/fake.sh", site->root);
    fake_write(program);
    site->program = program;
    site->verbs = fake_verbs;
    site_project(site, "a", "sine", "");
    site_project(site, "b", "sine", "");
    open_jobs();
    return 0;
}

static inline int tear_down(void **state)
{
    close_jobs();
    site_close(site);
    return remove_temp(state);
}

static inline void start(const char *project, const char *body, char id[TH_JOB_ID_BYTES])
{
    char uri[128];
    snprintf(uri, sizeof uri, "/api/v1/projects/%s/jobs", project);
    answer a = post(site, uri, body);
    expect(&a, 202);
    snprintf(id, TH_JOB_ID_BYTES, "%s", text_at(a.json, "id"));
    done(&a);
}

static inline void ends_as(const char *project, const char *id, const char *state)
{
    json_t *job = wait_for(site, project, id, "done failed cancelled interrupted");
    if (strcmp(text_at(job, "state"), state) != 0) {
        char *text = json_dumps(job, 0);
        fail_msg("%s is not %s: %s", id, state, text);
    }
    json_decref(job);
}

#endif
