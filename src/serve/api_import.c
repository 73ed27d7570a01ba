/* POST ../import: a .zip of recordings, as a job. */
#include "serve/jobs.h"
#include "serve/routes.h"

#include <string.h>

#define ZIP_BYTES ((size_t)512 << 20)

static th_err import(const th_request *r, th_reply *out, th_why *why)
{
    static const char *const given[] = {"labels", "device", "per-label"};
    int64_t n;
    TH_TRY(th_request_int(r, "per-label", 1, 1000000, 1, &n, why));
    json_t *job = NULL, *options = json_object();
    int status = 0;
    if (r->body.n < 22 || memcmp(r->body.p, "PK", 2) != 0) { /* the end of a .zip has 22 bytes */
        json_decref(options);
        out->status = 415;
        return th_why_set(why, TH_EFORMAT, "send a .zip: of a data set, or of a folder per label");
    }
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        const char *value = th_request_query(r, given[i]);
        if (value) json_object_set_new(options, given[i], json_string(value));
    }
    json_t *request =
        json_pack("{s:s, s:[s], s:o}", "verb", "data import", "words", "files/upload.zip", "options", options);
    const th_job_by by = {.user = r->user, .upload_name = "upload.zip", .upload = r->body};
    const th_err err = request ? th_jobs_add(r->site->jobs, r->part[0], request, &by, &job, &status, why)
                               : th_why_set(why, TH_ENOMEM, "out of memory for a job");
    json_decref(request);
    out->status = status;
    return err ? err : th_reply_json(out, 202, job, why);
}

const th_route th_routes_import[] = {
    {"POST", "/api/v1/projects/{project}/import", TH_ROLE_TEACHER, ZIP_BYTES, .handle = import},
    {0},
};
