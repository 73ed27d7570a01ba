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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TH_NAME_BYTES 128 /* of a project or a file, with its NUL */

struct th_jobs;  /* serve/jobs.h */
struct th_guard;  /* serve/guard.h */
struct th_desk;   /* serve/desk.h: the data of each project, open */

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
} th_site;

/* ---- a request ---------------------------------------------------------------------------------------------- */

typedef enum th_role { TH_ROLE_NOBODY, TH_ROLE_LEARNER, TH_ROLE_TEACHER } th_role;

#define TH_MAX_PARTS  4
typedef struct th_request {
    th_site *site;
    const char *method, *path;
    const char *part[TH_MAX_PARTS]; /* what stood for {project}, {sample}, .. of the route's path, decoded */
    th_span body;
    th_role role;
    const char *user; /* its name, "" when nobody is logged in */
    void *connection; /* of libmicrohttpd */
} th_request;

const char *th_request_query(const th_request *r, const char *name);  /* NULL when it is not there */
const char *th_request_header(const th_request *r, const char *name); /* NULL when it is not there */
/* ?name=N. Errors: TH_EUSAGE with the range. */
TH_NODISCARD th_err th_request_int(const th_request *r, const char *name, int64_t lo, int64_t hi, int64_t def,
                                   int64_t *out, th_why *why);
/* The body as a JSON object; free with json_decref.  An empty body is {}. Errors: TH_EFORMAT with line and column. */
TH_NODISCARD th_err th_request_json(const th_request *r, json_t **root, th_why *why);

/* The project of part[0]: name checked, loaded.  Errors: TH_ENOENT, those of th_project_load. */
TH_NODISCARD th_err th_request_project(const th_request *r, th_project *p, th_why *why);

/* ---- its reply ---------------------------------------------------------------------------------------------- */

/* Up to cap further bytes; waits until there are some, at most some seconds (0: none yet, -1: the end). */
typedef long th_stream_next(void *ctx, char *buf, size_t cap);

typedef struct th_reply {
    int status; /* 0: 200 */
    const char *type; /* Content-Type, a static text */
    uint8_t *bytes;   /* [n], free()d after it was sent; NULL: none, or one of the following */
    size_t n;
    const void *fixed;        /* [n] bytes that stay as long as the program */
    char file[TH_PATH_BYTES]; /* or this file as it is */
    char save_as[TH_NAME_BYTES]; /* not "": a download of this name */
    const char *encoding;        /* "gzip" or NULL */
    const char *keep;            /* Cache-Control, or NULL: no-store */
    char location[256], cookie[256]; /* headers of these names (Set-Cookie), or "" */
    char tag[80];                /* ETag without quotes, or ""; a request that has it gets 304 */
    th_stream_next *next;        /* or a stream */
    void *ctx;
    void (*end)(void *ctx); /* after the stream, however it ended */
} th_reply;

/* Takes root. */
TH_NODISCARD th_err th_reply_json(th_reply *out, int status, json_t *root, th_why *why);
/* Copies the bytes. */
TH_NODISCARD th_err th_reply_bytes(th_reply *out, const char *type, const void *bytes, size_t n, th_why *why);

/* ---- routes -------------------------------------------------------------------------------------------------- */

typedef th_err th_handler(const th_request *r, th_reply *out, th_why *why);

typedef struct th_route {
    const char *method, *path; /* "GET", "/api/v1/projects/{project}/samples" */
    th_role role;              /* who may, at least */
    size_t body_max;           /* bytes; 0: no body */
    th_handler *handle;
} th_route;

extern const th_route *const th_route_tables[]; /* each ended by a row with method NULL; ended by NULL */

/* The route of a request and the parts of its path, decoded into buf [cap].
 * *allowed: some route has the path, with another method. NULL when there is none. */
const th_route *th_route_find(const char *method, const char *path, const char *part[TH_MAX_PARTS], char *buf,
                              size_t cap, bool *allowed);

/* HTTP status for an error: usage, format, range 400, not found 404, exists 409, tool 501, memory 503, else 500; and its word
 * in the reply {"error": {"code": "not-found", "text": ".."}}. */
int th_status_of(th_err err);
const char *th_status_word(int status);

#endif
