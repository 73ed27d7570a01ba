/* serve/site.h -- the studio's server: what all of its requests share, and what one request and its reply are.
 *
 *   browser --HTTP--> http.c (libmicrohttpd) --guard.c (may this one do that?)--> routes.c --api_*.c--> th_reply
 *
 * A route is a row of a table: method, path, who may, how long a body may be, the function.  The functions stand in
 * api_<noun>.c; docs/api.md tells what each does, src/serve/openapi.json says it exactly, and tests hold the two tables
 * against each other.  Every connection has a thread of its own, so a function may block, and what requests share
 * needs a lock. */
#ifndef TH_SERVE_SITE_H
#define TH_SERVE_SITE_H

#include "base/option.h"
#include "base/span.h"
#include "base/why.h"
#include "data/project.h"

#include <jansson.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TH_NAME_BYTES   128  /* of a project or a file, with its NUL */
#define TH_TARGET_BYTES 4096 /* of a path with its query */
#define TH_ORDER_PREFIX "order-"

struct th_jobs;    /* serve/jobs.h */
struct th_guard;   /* serve/guard.h */
struct th_desk;    /* serve/desk.h: the data of each project, open */
struct th_library; /* course/shelf.h: the courses */
struct th_school;  /* course/school.h: who learns what */

typedef struct th_site {
    char root[TH_PATH_BYTES]; /* absolute: the projects are its sub-folders */
    char only[TH_NAME_BYTES]; /* the one project that is shown, or "": all below the root */
    const char *program;      /* path of this program: jobs run it */
    const th_verb *verbs;     /* ended by a row with name NULL */
    const char *version;
    bool lan;
    int port;
    struct th_jobs *jobs;
    struct th_guard *guard;
    struct th_desk *desk;
    struct th_library *library;
    const char *issuer; /* the school's name on certificates */
    struct th_school *school;
    atomic_int measuring; /* firmwares that are built for previews now (api_model.c) */
} th_site;

/* ---- a request ---------------------------------------------------------------------------------------------- */

typedef enum th_role { TH_ROLE_NOBODY, TH_ROLE_LEARNER, TH_ROLE_TEACHER } th_role;

/* name = value, of the query or of the headers. */
typedef struct th_pair {
    const char *name, *value;
} th_pair;

/* The target of a request, "/api/v1/projects/my%20words/samples?limit=5", taken apart: segments between slashes and
 * pairs of the query, decoded.  UTF-8 without control characters, or it is refused. */
#define TH_MAX_SEGMENTS 24
#define TH_MAX_QUERY    24
typedef struct th_target {
    const char *segment[TH_MAX_SEGMENTS]; /* "api", "v1", "projects", .. */
    int n_segments;
    th_pair query[TH_MAX_QUERY];
    int n_query;
    char text[TH_TARGET_BYTES]; /* what they point into */
} th_target;
TH_NODISCARD th_err th_target_parse(const char *uri, th_target *t, th_why *why);

#define TH_MAX_PARTS 4
typedef struct th_request {
    th_site *site;
    const char *method;
    const char *part[TH_MAX_PARTS]; /* what stood for {project}, {sample}, .. of the route's path */
    const th_pair *query, *headers; /* [n_query], [n_headers] */
    int n_query, n_headers;
    th_span body;
    th_role role;
    const char *user;    /* its name, "" when nobody is logged in */
    const char *address; /* the other end's, "192.168.1.7" */
} th_request;

const char *th_request_query(const th_request *r, const char *name);  /* NULL when it is not there */
const char *th_request_header(const th_request *r, const char *name); /* in any case; NULL when it is not there */
/* ?name=N. Errors: TH_EUSAGE with the range. */
TH_NODISCARD th_err th_request_int(const th_request *r, const char *name, int64_t lo, int64_t hi, int64_t def,
                                   int64_t *out, th_why *why);
/* JSON of strangers: no deeper than TH_JSON_DEPTH, and no larger in memory than its weight allows.  A list or object
 * weighs 4, a key 1, a value 1; more than most is refused before anything is made of it.  flags: jansson's.
 * Errors: TH_EFORMAT with line and column, TH_ERANGE. */
#define TH_JSON_DEPTH 32
#define TH_JSON_BODY  200000 /* the most that th_request_json takes */
TH_NODISCARD th_err th_json_read(th_span text, size_t flags, size_t most, json_t **root, th_why *why);
/* The body as a JSON object; free with json_decref.  An empty body is {}. Errors: TH_EFORMAT with line and column. */
TH_NODISCARD th_err th_request_json(const th_request *r, json_t **root, th_why *why);

/* May a project have this name?  It is a folder's, on any computer: no slash, no dot or dash in front, .. */
bool th_project_name_ok(const char *name);

/* Is it the project of somebody's order of firmware?  Then it is for teachers. */
bool th_is_order(const char *project);

/* The folder of a project that is shown.  Errors: TH_ENOENT. */
TH_NODISCARD th_err th_site_project_dir(const th_site *site, const char *name, char dir[TH_PATH_BYTES], th_why *why);

/* The same, or that of a lab, which need not be a project (course/lab.h): where jobs run. */
TH_NODISCARD th_err th_site_work_dir(const th_site *site, const char *name, char dir[TH_PATH_BYTES], th_why *why);

/* Makes the project of {name, task, labels, preset}, as thimble new; its name was checked. */
TH_NODISCARD th_err th_site_make_project(const th_site *site, const json_t *body, th_why *why);

/* The project of part[0], name checked, loaded into memory of its own: free() it.  NULL with an error.
 * Errors: TH_ENOENT, those of th_project_load. */
TH_NODISCARD th_err th_request_project(const th_request *r, th_project **p, th_why *why);

/* ---- its reply ---------------------------------------------------------------------------------------------- */

/* Up to cap further bytes; waits until there are some, at most some seconds (0: none yet, -1: the end). */
typedef long th_stream_next(void *ctx, char *buf, size_t cap);

typedef struct th_reply {
    int status;       /* 0: 200 */
    const char *type; /* Content-Type, a static text */
    uint8_t *bytes;   /* [n], free()d after it was sent; NULL: none, or one of the following */
    size_t n;
    const void *fixed;               /* [n] bytes that stay as long as the program */
    char file[TH_PATH_BYTES];        /* or this file as it is */
    char save_as[TH_NAME_BYTES];     /* not "": a download of this name */
    const char *encoding;            /* "gzip" or NULL */
    const char *keep;                /* Cache-Control, or NULL: no-store */
    char location[256], cookie[256]; /* headers of these names (Set-Cookie), or "" */
    int retry_after_s;               /* header of this name, or 0 */
    char tag[80];                    /* ETag without quotes, or ""; a request that has it gets 304 */
    th_stream_next *next;            /* or a stream */
    void *ctx;
    void (*end)(void *ctx); /* after the stream, however it ended */
} th_reply;

/* Takes root. */
TH_NODISCARD th_err th_reply_json(th_reply *out, int status, json_t *root, th_why *why);
/* Copies the bytes. */
TH_NODISCARD th_err th_reply_bytes(th_reply *out, const char *type, const void *bytes, size_t n, th_why *why);

/* ---- routes -------------------------------------------------------------------------------------------------- */

typedef th_err th_handler(const th_request *r, th_reply *out, th_why *why);
/* Is given the project of {project}, the first part of its path, loaded as it is now. */
typedef th_err th_project_handler(const th_request *r, th_project *p, th_reply *out, th_why *why);

typedef struct th_route {
    const char *method, *path; /* "GET", "/api/v1/projects/{project}/samples" */
    th_role role;              /* who may, at least */
    size_t body_max;           /* bytes; 0: no body */
    th_handler *handle;
    th_project_handler *with_project; /* instead of handle */
} th_route;

extern const th_route *const th_route_tables[]; /* each ended by a row with method NULL; ended by NULL */

/* The route of a request and the parts of its path (a last "{file..}" takes all that is left: "a/b.c", put into
 * rest).  NULL when there is none; then *known says whether another method has the path. */
const th_route *th_route_find(const char *method, const th_target *t, const char *part[TH_MAX_PARTS],
                              char rest[TH_TARGET_BYTES], bool *known);

/* Does all of it but the network: finds the route, runs it; errors become the JSON body of an error.  The reply's
 * status is always set.  r->part is filled in.  (http.c calls the two halves: the guard stands between them.) */
void th_route_run(const th_route *route, const th_request *r, th_reply *out);
void th_reply_error(th_reply *out, int status, const char *text);

/* What is no character of UTF-8 in text[0..n), or a control character other than tab and newline, becomes '?': what a
 * program printed may be anything, and an error may have been cut inside of a letter. */
void th_text_mend(char *text, size_t n);

/* An error's text as JSON, mended; NULL when memory is out. */
json_t *th_text_json(const char *text);
void th_reply_free(th_reply *out);

/* HTTP status for an error: usage, format, range 400, not found 404, exists 409, tool 501, memory 503, else 500; and
 * its word in the reply {"error": {"code": "not-found", "text": ".."}}. */
int th_status_of(th_err err);
const char *th_status_word(int status);

#endif
