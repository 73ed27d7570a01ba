/* A project's thimble.ini as a text. */
#include "data/project_edit.h"
#include "serve/ini.h"
#include "serve/routes.h"

#include <stdlib.h>

static th_err show(const th_request *r, th_reply *out, th_why *why)
{
    th_project *at = calloc(1, sizeof *at); /* only its dir: the file may be one that can't be read as a project */
    th_ini ini = {0};
    if (!at) return th_why_set(why, TH_ENOMEM, "out of memory for a project");
    th_err err = th_site_project_dir(r->site, r->part[0], at->dir, why);
    if (!err) err = th_ini_open(at, &ini, why);
    if (!err) {
        json_t *o = json_pack("{s:s%, s:s}", "text", (const char *)ini.text, ini.n, "revision", ini.revision);
        err = o ? th_reply_json(out, 200, o, why)
                : th_why_set(why, TH_EFORMAT, "%s of %s is no text in UTF-8", TH_FILE_INI, r->part[0]);
    }
    th_ini_close(&ini);
    free(at);
    return err;
}

static th_err replace(void *ctx, const th_project *p, th_why *why)
{
    const th_span *text = ctx;
    char path[TH_PATH_BYTES];
    TH_TRY(th_project_path(p, TH_FILE_INI, path, why));
    return th_file_write(path, *text, why);
}

/* Is it a project's? */
static th_err check(th_span text, th_why *why)
{
    th_project *read = calloc(1, sizeof *read);
    if (!read) return th_why_set(why, TH_ENOMEM, "out of memory for a project");
    const th_err err = th_project_parse(text, TH_FILE_INI, read, why);
    free(read);
    return err;
}

static th_err save_text(const th_request *r, th_project *at, const json_t *body, th_reply *out, th_why *why)
{
    const json_t *text = json_object_get(body, "text");
    th_why wrong = {0};
    const char *rest;
    th_ini ini;
    if (!json_is_string(text) || !json_is_string(json_object_get(body, "revision")))
        return th_why_set(why, TH_EUSAGE, "settings need {\"text\": .., \"revision\": ..}, the revision as it was got");
    th_span span = {(const uint8_t *)json_string_value(text), json_string_length(text)};
    if (span.n > TH_INI_BYTES)
        return th_why_set(why, TH_EUSAGE, "%s takes at most %zu bytes", TH_FILE_INI, TH_INI_BYTES);
    TH_TRY(th_site_project_dir(r->site, r->part[0], at->dir, why));
    const th_err err = check(span, &wrong);
    if (err == TH_EFORMAT || err == TH_EUSAGE)
        return th_ini_wrong(out, wrong.text, th_ini_complaint(wrong.text, &rest), why);
    if (err) return th_why_set(why, err, "%s", wrong.text);
    TH_TRY(th_ini_change(r, at, json_object_get(body, "revision"), replace, &span, why));
    TH_TRY(th_ini_open(at, &ini, why));
    json_t *o = json_pack("{s:s}", "revision", ini.revision);
    th_ini_close(&ini);
    return th_reply_json(out, 200, o, why);
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
    {"GET", "/api/v1/projects/{project}/settings", TH_ROLE_LEARNER, 0, .handle = show},
    {"PUT", "/api/v1/projects/{project}/settings", TH_ROLE_TEACHER, 2 * TH_INI_BYTES, .handle = save},
    {0},
};
