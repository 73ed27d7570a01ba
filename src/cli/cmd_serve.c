/* thimble serve: the studio, in a browser on this computer, or for a class. */
#include "cli/course_store.h"
#include "course/shelf.h"
#include "os/listen.h"
#include "os/process.h"
#include "os/run.h"
#include "serve/desk.h"
#include "serve/guard.h"
#include "serve/http.h"
#include "serve/jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef TH_VERSION
#define TH_VERSION "unknown"
#endif

#define PORT_DEFAULT 8765

/* The verbs as the studio needs them: what they take, not what they do. */
static th_verb *verbs_new(th_why *why)
{
    size_t n = 0;
    while (th_verbs[n]) n++;
    th_verb *all = calloc(n + 1, sizeof *all);
    if (!all) {
        (void)th_why_set(why, TH_ENOMEM, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        const th_cmd *c = th_verbs[i];
        all[i] = (th_verb){c->name, c->words, c->summary, c->opts, c->max_words};
    }
    return all;
}

/* A project's folder is shown alone; any other folder is one of projects. */
static th_err find_root(const char *dir, th_site *site, th_why *why)
{
    char ini[TH_PATH_BYTES];
    TH_TRY(th_path_absolute(site->root, dir, why));
    if (!th_dir_exists(site->root))
        return th_why_set(why, TH_EUSAGE, "%s is no folder: name a project, or a folder for projects", dir);
    TH_TRY(th_path_join(ini, site->root, TH_FILE_INI, why));
    char *slash = strrchr(site->root, '/');
    if (!th_file_exists(ini) || slash == site->root) return TH_OK;
    if (!th_project_name_ok(slash + 1))
        return th_why_set(why, TH_EUSAGE, "the studio can't show a folder called \"%s\": give it a plainer name",
                          slash + 1);
    snprintf(site->only, sizeof site->only, "%s", slash + 1);
    *slash = 0;
    return TH_OK;
}

/* The port that was asked for; or the usual one, and where that is taken any other. */
static th_err listen_on(const th_args *a, th_site *site, int *socket, th_why *why)
{
    int64_t port;
    TH_TRY(th_arg_int(a, "port", 0, 65535, PORT_DEFAULT, &port, why));
    site->port = (int)port;
    const bool chosen = th_arg(a, "port") != NULL;
    const th_err err = th_listen(site->lan, &site->port, socket, chosen ? why : NULL);
    if (err != TH_EEXIST || chosen) return err;
    site->port = 0;
    return th_listen(site->lan, &site->port, socket, why);
}

static th_err say_where(const th_site *site, th_why *why)
{
    char *welcome;
    TH_TRY(th_guard_welcome(site->guard, th_stdout_is_terminal(), &welcome, why));
    printf("The studio is at  http%s://localhost:%d/\n", site->lan ? "s" : "", site->port);
    if (site->only[0])
        printf("It shows the project %s. Ctrl-C ends it.\n", site->only);
    else
        printf("It shows the projects in %s. Ctrl-C ends it.\n", site->root);
    fputs(welcome, stdout);
    fflush(stdout);
    free(welcome);
    return TH_OK;
}

static th_err serve(th_site *site, const th_args *a, int socket, th_why *why)
{
    const th_guard_settings settings = {.root = site->root, .port = site->port, .lan = site->lan};
    th_http *http = NULL;
    th_err err = th_guard_new(&settings, &site->guard, why);
    const th_http_settings how = {.socket = socket,
                                  .cert = site->guard ? th_guard_certificate(site->guard) : NULL,
                                  .key = site->guard ? th_guard_key(site->guard) : NULL};
    if (!err) err = th_desk_new(&site->desk, why);
    if (!err) err = th_library_new(th_arg(a, "courses"), &site->library, why);
    if (!err) err = th_course_store_open(a, site->root, true, site->program, &site->school, why);
    if (!err) err = th_jobs_new(site, NULL, &site->jobs, why);
    if (!err) err = th_http_start(site, &how, &http, why);
    if (err)
        th_listen_close(socket);
    else
        err = say_where(site, why);
    if (!err) {
        th_interrupt_catch();
        while (!th_interrupted()) th_clock_rest(0.25);
        fputs("\nThe studio ends.\n", stderr);
    }
    th_jobs_stop(site->jobs);
    th_http_stop(http);
    th_desk_free(site->desk);
    th_library_free(site->library);
    th_jobs_free(site->jobs);
    th_school_close(site->school);
    th_guard_free(site->guard);
    return err;
}

static th_err run(const th_args *a, th_why *why)
{
    char program[TH_PATH_BYTES];
    int socket;
    th_site *site = calloc(1, sizeof *site);
    if (!site) return th_why_set(why, TH_ENOMEM, "out of memory");
    site->version = TH_VERSION;
    site->lan = th_arg_on(a, "lan");
    site->issuer = th_arg(a, "school") ? th_arg(a, "school") : "a class with Thimble";
    site->program = program;
    th_err err = th_program_self(program, why);
    if (!err) err = find_root(th_word(a, 0, "."), site, why);
    th_verb *verbs = err ? NULL : verbs_new(why);
    if (!err && !verbs) err = TH_ENOMEM;
    site->verbs = verbs;
    if (!err) err = listen_on(a, site, &socket, why);
    if (!err) err = serve(site, a, socket, why);
    free(verbs);
    free(site);
    return err;
}

static const th_opt opts[] = {
    {"port", "N", "8765, or a free one", "the port of this computer; 0: a free one"},
    {"courses", "DIR", "those in the program", "for authors: the courses of this folder, read anew when they change"},
    {"store", "WHERE", ".thimble/course.db", "learners' records: a file, or postgresql://.. for a school"},
    {"school", "NAME", "a class with Thimble", "who gives the certificates of courses"},
    {"lan", NULL, NULL, "for a class: others on the local network may join, with a code and TLS"},
    {0},
};

const th_cmd th_cmd_serve = {
    .name = "serve",
    .words = "[PROJECT|FOLDER]",
    .summary = "the studio: the whole workflow in the browser, on this computer",
    .detail =
        "PROJECT alone, or all projects in FOLDER (default: the folder this runs in). Nothing leaves this computer;\n"
        "without --lan nobody else can reach it. docs/studio.md shows the pages, docs/studio-lan.md is\n"
        "for a class, docs/api.md for programs.\n\n"
        "  thimble serve my-words\n"
        "  thimble serve ~/projects --port 8080\n"
        "  thimble serve ~/class --lan",
    .opts = opts,
    .max_words = 1,
    .run = run,
};
