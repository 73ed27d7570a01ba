/* The table of routes, which function answers a request, and what an error becomes. */
#include "serve/routes.h"

#include "serve/lab_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const th_route *const th_route_tables[] = {
    th_routes_server,
    th_routes_session,
    th_routes_people,
    th_routes_projects,
    th_routes_samples,
    th_routes_looks,
    th_routes_jobs,
    th_routes_import,
    th_routes_model,
    th_routes_settings,
    th_routes_runs,
    th_routes_service,
    th_routes_course,
    th_routes_learn,
    th_routes_labs,
    th_routes_class,
    th_routes_badges,
    th_routes_together,
    th_routes_pages, /* the last: takes what nobody else has */
    NULL,
};

/* A pattern's segment at *at (behind its slash) and its length; moves *at behind it. */
static size_t next_part(const char **at, const char **part)
{
    *at += **at == '/';
    *part = *at;
    const size_t n = strcspn(*at, "/");
    *at += n;
    return n;
}

/* The segments from i on with slashes between them: "a/b.c". */
static const char *join(const th_target *t, int i, char rest[TH_TARGET_BYTES])
{
    size_t n = 0;
    rest[0] = 0;
    for (; i < t->n_segments; i++) /* never longer than what they came from */
        n += (size_t)snprintf(rest + n, TH_TARGET_BYTES - n, "%s%s", n ? "/" : "", t->segment[i]);
    return rest;
}

static bool matches(const char *pattern, const th_target *t, const char *part[TH_MAX_PARTS], char rest[TH_TARGET_BYTES])
{
    int i = 0, n_parts = 0;
    for (const char *at = pattern, *p; *at; i++) {
        const size_t n = next_part(&at, &p);
        if (i == t->n_segments) return false;
        if (n && p[0] == '{') {
            if (!t->segment[i][0]) return false;
            const bool all = n > 4 && memcmp(p + n - 3, "..}", 3) == 0;
            part[n_parts++] = all ? join(t, i, rest) : t->segment[i];
            if (all) return true;
        } else if (strlen(t->segment[i]) != n || memcmp(t->segment[i], p, n) != 0) {
            return false;
        }
    }
    return i == t->n_segments;
}

const th_route *th_route_find(const char *method, const th_target *t, const char *part[TH_MAX_PARTS],
                              char rest[TH_TARGET_BYTES], bool *known)
{
    *known = false;
    if (strcmp(method, "HEAD") == 0) method = "GET"; /* the same without its body */
    for (const th_route *const *table = th_route_tables; *table; table++)
        for (const th_route *route = *table; route->method; route++) {
            if (!matches(route->path, t, part, rest)) continue;
            if (*known && table[1] == NULL) return NULL; /* the last table, of the pages, takes nothing of the API */
            *known = true;
            if (strcmp(route->method, method) == 0) return route;
        }
    return NULL;
}

/* Where the studio's folder is on its computer (whose user's name is in it) is nothing for a class. */
static void hide_root(const char *root, char *text)
{
    const size_t n = strlen(root);
    for (char *at = text; n > 1 && (at = strstr(at, root));) {
        const char *rest = at + n + (at[n] == '/');
        memmove(at, rest, strlen(rest) + 1);
    }
}

static th_err run_project(const th_route *route, const th_request *r, th_reply *out, th_why *why)
{
    th_project *p;
    TH_TRY(th_request_project(r, &p, why));
    const th_err err = route->with_project(r, p, out, why);
    free(p);
    return err;
}

/* A lab in a class is its learner's (whom the guard made a teacher of it) and the teachers'. */
static th_err check_lab(const th_route *route, const th_request *r, th_why *why)
{
    static const char below[] = "/api/v1/projects/{project}";
    if (r->role == TH_ROLE_TEACHER || strncmp(route->path, below, sizeof below - 1) != 0) return TH_OK;
    if (!th_lab_is_others(r->site, r->part[0], r->user)) return TH_OK;
    return th_why_set(why, TH_ENOENT, "there is no project \"%s\" here", r->part[0]);
}

void th_route_run(const th_route *route, const th_request *r, th_reply *out)
{
    th_why why = {0};
    *out = (th_reply){0};
    th_err err = check_lab(route, r, &why);
    if (!err) err = route->with_project ? run_project(route, r, out, &why) : route->handle(r, out, &why);
    if (r->role != TH_ROLE_TEACHER) hide_root(r->site->root, why.text);
    if (err) {
        const int wait = out->retry_after_s;
        th_reply_error(out, out->status >= 400 ? out->status : th_status_of(err),
                       why.err ? why.text : th_err_text(err));
        out->retry_after_s = wait;
    } else if (!out->status) {
        out->status = 200;
    }
}
