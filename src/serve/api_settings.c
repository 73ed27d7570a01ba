/* A project's thimble.ini as a text. */
#include "base/hash.h"
#include "data/project_edit.h"
#include "serve/desk.h"
#include "serve/jobs.h"
#include "serve/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REVISION_BYTES 17

/* A checksum: whoever brings back the old content has the old revision. */
static void revision_of(th_span text, char revision[REVISION_BYTES])
{
    snprintf(revision, REVISION_BYTES, "%016llx", (unsigned long long)th_fnv1a(TH_FNV1A_START, text));
}

/* The file as it is now; free(*text). */
static th_err read_ini(const th_project *at, uint8_t **text, size_t *n, char revision[REVISION_BYTES], th_why *why)
{
    char path[TH_PATH_BYTES];
    TH_TRY(th_project_path(at, TH_FILE_INI, path, why));
    TH_TRY(th_file_read(path, TH_INI_BYTES, text, n, why));
    revision_of((th_span){*text, *n}, revision);
    return TH_OK;
}

static th_err show(const th_request *r, th_reply *out, th_why *why)
{
    th_project *at = calloc(1, sizeof *at); /* only its dir: the file may be one that can't be read as a project */
    uint8_t *text = NULL;
    size_t n;
    char revision[REVISION_BYTES];
    if (!at) return th_why_set(why, TH_ENOMEM, "out of memory for a project");
    th_err err = th_site_project_dir(r->site, r->part[0], at->dir, why);
    if (!err) err = read_ini(at, &text, &n, revision, why);
    if (!err) {
        json_t *o = json_pack("{s:s%, s:s}", "text", (const char *)text, n, "revision", revision);
        err = o ? th_reply_json(out, 200, o, why)
                : th_why_set(why, TH_EFORMAT, "%s of %s is no text in UTF-8", TH_FILE_INI, r->part[0]);
    }
    free(text);
    free(at);
    return err;
}

/* The number behind ", line " in what th_project_parse says; 0 when there is none. */
static int line_of(const char *text)
{
    const char *at = strstr(text, ", line ");
    return at ? atoi(at + 7) : 0;
}

/* 400 with the line, for an editor to go to. */
static th_err reply_wrong(th_reply *out, const char *text, th_why *why)
{
    json_t *root = json_pack("{s:{s:s, s:s}}", "error", "code", th_status_word(400), "text", text);
    if (root && line_of(text)) json_object_set_new(json_object_get(root, "error"), "line", json_integer(line_of(text)));
    return th_reply_json(out, 400, root, why);
}

typedef struct change {
    const th_project *at; /* its dir */
    const char *revision; /* that the change was made of */
    th_span text;
    char now[REVISION_BYTES];
} change;

static th_err replace(void *ctx, th_why *why)
{
    change *c = ctx;
    uint8_t *old;
    size_t n;
    char path[TH_PATH_BYTES];
    TH_TRY(read_ini(c->at, &old, &n, c->now, why));
    free(old);
    if (strcmp(c->now, c->revision) != 0)
        return th_why_set(why, TH_EEXIST, "%s was changed by somebody else meanwhile: get it again", TH_FILE_INI);
    TH_TRY(th_project_path(c->at, TH_FILE_INI, path, why));
    TH_TRY(th_file_write(path, c->text, why));
    revision_of(c->text, c->now);
    return TH_OK;
}

static th_err save_text(const th_request *r, th_project *at, const json_t *body, th_reply *out, th_why *why)
{
    const json_t *text = json_object_get(body, "text");
    const char *revision = json_string_value(json_object_get(body, "revision"));
    th_why wrong = {0};
    if (!text || !json_is_string(text) || !revision)
        return th_why_set(why, TH_EUSAGE, "settings need {\"text\": .., \"revision\": ..}, the revision as it was got");
    const th_span span = {(const uint8_t *)json_string_value(text), json_string_length(text)};
    if (span.n > TH_INI_BYTES)
        return th_why_set(why, TH_EUSAGE, "%s takes at most %zu bytes", TH_FILE_INI, TH_INI_BYTES);
    TH_TRY(th_site_project_dir(r->site, r->part[0], at->dir, why));
    th_project *read = calloc(1, sizeof *read);
    if (!read) return th_why_set(why, TH_ENOMEM, "out of memory for a project");
    const th_err err = th_project_parse(span, TH_FILE_INI, read, &wrong);
    free(read);
    if (err == TH_EFORMAT || err == TH_EUSAGE) return reply_wrong(out, wrong.text, why);
    if (err) return th_why_set(why, err, "%s", wrong.text);
    change c = {.at = at, .revision = revision, .text = span};
    TH_TRY(th_desk_alone(r->site->desk, at, replace, &c, why));
    th_jobs_tell(r->site->jobs, r->part[0], "model", json_pack("{s:s}", "changed", "settings"));
    return th_reply_json(out, 200, json_pack("{s:s}", "revision", c.now), why);
}

static th_err save(const th_request *r, th_reply *out, th_why *why)
{
    json_t *body = NULL;
    th_project *at = calloc(1, sizeof *at);
    if (!at) return th_why_set(why, TH_ENOMEM, "out of memory for a project");
    th_err err = th_request_json(r, &body, why);
    if (!err) err = save_text(r, at, body, out, why);
    json_decref(body);
    free(at);
    return err;
}

const th_route th_routes_settings[] = {
    {"GET", "/api/v1/projects/{project}/settings", TH_ROLE_LEARNER, 0, show},
    {"PUT", "/api/v1/projects/{project}/settings", TH_ROLE_LEARNER, 2 * TH_INI_BYTES, save},
    {0},
};
