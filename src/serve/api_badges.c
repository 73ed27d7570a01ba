/* Certificates of courses: those that a learner has, and a new one when she has done all that it takes. */
#include "course/badge.h"
#include "course/shelf.h"
#include "os/file.h"
#include "serve/pupil.h"
#include "serve/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_FILE ".thimble/issuer.key"
#define CRITERIA "All lessons read, the quizzes at 80 % of their points, the labs passed on data that the program made."

static th_err list(const th_request *r, th_reply *out, th_why *why)
{
    return th_pupil_reply(r, out, th_school_certificates, why);
}

static th_err issuer_key(const th_site *site, th_badge_key *key, th_why *why)
{
    char path[TH_PATH_BYTES], dir[TH_PATH_BYTES];
    TH_TRY(th_path_join(dir, site->root, ".thimble", why));
    TH_TRY(th_dir_make_private(dir, why));
    TH_TRY(th_path_join(path, site->root, KEY_FILE, why));
    return th_badge_key_open(path, key, why);
}

/* {course, at, level, jwt, svg} of a badge, signed. */
static th_err sign(const th_site *site, th_badge *badge, json_t **made, th_why *why)
{
    th_badge_key key = {0};
    char *jwt = NULL, *svg = NULL;
    TH_TRY(issuer_key(site, &key, why));
    th_err err = th_badge_sign(badge, &key, &jwt, why);
    memset(&key, 0, sizeof key);
    if (!err) err = th_badge_svg(jwt, &svg, why);
    if (!err) {
        *made = json_pack("{s:s, s:I, s:s, s:s, s:s}", "course", badge->course, "at", (json_int_t)badge->at_s, "level",
                          badge->level, "jwt", jwt, "svg", svg);
        if (!*made) err = th_why_set(why, TH_ENOMEM, "out of memory for a certificate");
    }
    free(jwt);
    free(svg);
    return err;
}

/* 409 with what is missing yet, or the certificate, kept. */
static th_err give(const th_request *r, const th_pupil *who, th_badge *badge, const json_t *completion, th_reply *out,
                   th_why *why)
{
    json_t *made;
    if (!json_is_true(json_object_get(completion, "complete"))) {
        const json_t *missing = json_object_get(completion, "missing"), *first = json_array_get(missing, 0);
        const char *id = json_string_value(json_object_get(first, "id"));
        out->status = 409;
        return th_why_set(why, TH_EUSAGE, "%d lessons, quizzes or labs are left; go on with %s",
                          (int)json_array_size(missing), id ? id : "the course");
    }
    badge->at_s = who->now_ms / 1000;
    TH_TRY(sign(r->site, badge, &made, why));
    const th_err err = th_school_certificate_keep(r->site->school, who, made, why);
    if (!err) return th_reply_json(out, 201, made, why);
    json_decref(made);
    return err;
}

static th_err find_course(const th_request *r, const th_pupil *who, const char *course, th_badge *badge,
                          json_t **completion, th_why *why)
{
    const th_shelf *shelf;
    TH_TRY(th_library_borrow(r->site->library, &shelf, why));
    const th_page *page = th_shelf_find(shelf, course);
    th_err err = TH_OK;
    if (!page || page->kind != TH_PAGE_COURSE) {
        err = th_why_set(why, TH_ENOENT, "there is no course \"%.60s\"", course);
    } else {
        snprintf(badge->course, sizeof badge->course, "%s", course);
        snprintf(badge->title, sizeof badge->title, "%s", th_page_value(shelf, page, "en", "title"));
        err = th_school_completion(r->site->school, who, shelf, course, completion, why);
    }
    th_library_return(r->site->library, shelf);
    return err;
}

/* On one's own computer one says one's name; in a class it is the account's. */
static void name_learner(const th_request *r, const th_pupil *who, const json_t *body, th_badge *badge)
{
    const char *name = json_string_value(json_object_get(body, "name"));
    snprintf(badge->learner, sizeof badge->learner, "%.190s", !r->site->lan && name && *name ? name : who->name);
    th_text_mend(badge->learner, strlen(badge->learner)); /* it may have been cut inside of a letter */
}

static th_err make(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    json_t *body, *completion = NULL;
    th_badge badge = {.criteria = CRITERIA};
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_request_json(r, &body, why));
    const char *course = json_string_value(json_object_get(body, "course"));
    name_learner(r, &who, body, &badge);
    snprintf(badge.level, sizeof badge.level, "%s", r->site->lan ? "class" : "practice");
    snprintf(badge.issuer, sizeof badge.issuer, "%.190s", r->site->issuer);
    snprintf(badge.version, sizeof badge.version, "%s", r->site->version);
    th_err err = course ? find_course(r, &who, course, &badge, &completion, why)
                        : th_why_set(why, TH_EUSAGE, "send {course: \"rule\"}");
    if (!err) err = give(r, &who, &badge, completion, out, why);
    json_decref(completion);
    json_decref(body);
    return err;
}

const th_route th_routes_badges[] = {
    {"GET", "/api/v1/course/certificates", TH_ROLE_LEARNER, 0, .handle = list},
    {"POST", "/api/v1/course/certificates", TH_ROLE_LEARNER, 4096, .handle = make},
    {0},
};
