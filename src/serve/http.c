#include "serve/http.h"

#include "os/file.h"
#include "os/listen.h"
#include "os/run.h"
#include "serve/guard.h"
#include "serve/tls.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct th_http {
    th_site *site;
    struct MHD_Daemon *daemon;
};

#define MAX_HEADERS  48
#define PROJECT_PATH "/api/v1/projects/{project}"
#define SAMPLE_PATH  PROJECT_PATH "/samples/{sample}"

/* One request, from its first line until its reply has gone. */
typedef struct exchange {
    char *uri;
    th_target target;
    bool begun;
    double begun_s;
    char rest[TH_TARGET_BYTES], user[TH_NAME_BYTES], address[TH_ADDRESS_BYTES];
    th_pair headers[MAX_HEADERS];
    th_request request;
    const th_route *route;
    uint8_t *body; /* [n] of cap */
    size_t n, cap;
    th_reply reply; /* of a stream: its context until the end */
} exchange;

/* Called with the target as it came, before anything else. */
static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
    (void)cls;
    (void)connection;
    exchange *x = calloc(1, sizeof *x);
    if (x && !(x->uri = strdup(uri))) {
        free(x);
        x = NULL;
    }
    return x;
}

static void on_end(void *cls, struct MHD_Connection *connection, void **con_cls, enum MHD_RequestTerminationCode how)
{
    (void)cls;
    (void)connection;
    (void)how;
    exchange *x = *con_cls;
    if (!x) return;
    th_reply_free(&x->reply);
    free(x->body);
    free(x->uri);
    free(x);
    *con_cls = NULL;
}

static enum MHD_Result on_header(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    exchange *x = ctx;
    if (x->request.n_headers == MAX_HEADERS) return MHD_NO;
    x->headers[x->request.n_headers++] = (th_pair){name, value ? value : ""};
    return MHD_YES;
}

/* ---- replies -------------------------------------------------------------------------------------------------- */

static ssize_t on_more(void *ctx, uint64_t pos, char *buf, size_t cap)
{
    (void)pos;
    exchange *x = ctx;
    const long n = x->reply.next(x->reply.ctx, buf, cap);
    return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    if (value && value[0]) (void)MHD_add_response_header(response, name, value);
}

static void add_headers(struct MHD_Response *response, const th_reply *r)
{
    add(response, "Content-Type", r->type);
    add(response, "Cache-Control", r->keep ? r->keep : "no-store");
    add(response, "Content-Encoding", r->encoding);
    add(response, "Location", r->location);
    add(response, "Set-Cookie", r->cookie);
    char text[TH_NAME_BYTES + 32];
    if (r->tag[0]) {
        snprintf(text, sizeof text, "\"%s\"", r->tag);
        add(response, "ETag", text);
    }
    if (r->retry_after_s > 0) {
        snprintf(text, sizeof text, "%d", r->retry_after_s);
        add(response, "Retry-After", text);
    }
    if (r->save_as[0]) {
        char name[TH_NAME_BYTES];
        snprintf(name, sizeof name, "%s", r->save_as);
        for (char *c = name; *c; c++) /* what a header can't hold */
            if (*c == '"' || *c == '\\' || (unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e) *c = '_';
        snprintf(text, sizeof text, "attachment; filename=\"%s\"", name);
        add(response, "Content-Disposition", text);
    }
    for (const th_guard_header *h = th_guard_headers(); h->name; h++) add(response, h->name, h->value);
}

/* A response of what the reply has; its bytes go over to it.  A file that can't be opened makes the reply an error. */
static struct MHD_Response *make_response(exchange *x)
{
    th_reply *r = &x->reply;
    struct MHD_Response *response = NULL;
    if (r->file[0]) {
        uint64_t size;
        th_why why = {0};
        const int fd = th_file_descriptor(r->file, &size, &why);
        if (fd >= 0) return MHD_create_response_from_fd64(size, fd);
        th_reply_error(r, th_status_of(why.err), why.text);
    }
    if (r->next) {
        response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, on_more, x, NULL);
    } else if (r->bytes) {
        response = MHD_create_response_from_buffer(r->n, r->bytes, MHD_RESPMEM_MUST_FREE);
        if (response) r->bytes = NULL;
    } else {
        static char empty[1];
        union {
            const void *from;
            void *to;
        } fixed = {r->fixed ? r->fixed : empty};
        response = MHD_create_response_from_buffer(r->fixed ? r->n : 0, fixed.to, MHD_RESPMEM_PERSISTENT);
    }
    return response;
}

static enum MHD_Result send_reply(exchange *x, struct MHD_Connection *connection)
{
    th_reply *r = &x->reply;
    const char *known = th_request_header(&x->request, "If-None-Match");
    if (r->tag[0] && known && strstr(known, r->tag)) {
        free(r->bytes);
        r->bytes = NULL;
        r->fixed = NULL;
        r->file[0] = 0;
        r->encoding = NULL;
        r->status = 304;
    }
    struct MHD_Response *response = make_response(x);
    if (!response) return MHD_NO;
    add_headers(response, r);
    const enum MHD_Result ok = MHD_queue_response(connection, (unsigned)(r->status ? r->status : 200), response);
    MHD_destroy_response(response);
    return ok;
}

static enum MHD_Result send_error(exchange *x, struct MHD_Connection *connection, int status, const char *text)
{
    th_reply_error(&x->reply, status, text);
    return send_reply(x, connection);
}

/* ---- requests ------------------------------------------------------------------------------------------------- */

static bool is_below(const th_route *route, const char *path)
{
    return route && !strncmp(route->path, path, strlen(path));
}

/* The head has come: may it go on?  0, or the status of a refusal, whose text is in why. */
static int judge(th_http *http, exchange *x, struct MHD_Connection *connection, const char *method, th_why *why)
{
    th_request *r = &x->request;
    *r = (th_request){
        .site = http->site, .method = method, .headers = x->headers, .user = x->user, .address = x->address};
    if (MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, x) >= MAX_HEADERS)
        return th_why_set(why, TH_EUSAGE, "the request has too many headers"), 400;
    if (th_target_parse(x->uri, &x->target, why)) return 400;
    r->query = x->target.query;
    r->n_query = x->target.n_query;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    th_address_text(info ? info->client_addr : NULL, x->address);

    bool known;
    x->route = th_route_find(method, &x->target, r->part, x->rest, &known);
    const char *length = th_request_header(r, "Content-Length");
    const th_guard_ask ask = {
        .method = method,
        .project = is_below(x->route, PROJECT_PATH) ? r->part[0] : NULL,
        .sample = is_below(x->route, SAMPLE_PATH) ? r->part[1] : NULL,
        .host = th_request_header(r, "Host"),
        .origin = th_request_header(r, "Origin"),
        .token = th_request_header(r, "X-Thimble-Token"),
        .cookie = th_request_header(r, "Cookie"),
        .authorization = th_request_header(r, "Authorization"),
        .address = x->address,
        .role = x->route ? x->route->role : TH_ROLE_NOBODY,
        .body_max = x->route ? x->route->body_max : SIZE_MAX, /* of another method: 405 below, its body is never read */
        /* pieces first: libmicrohttpd goes by them, whatever a Content-Length beside them says */
        .length = th_request_header(r, "Transfer-Encoding") ? -1
                  : length                                  ? strtoll(length, NULL, 10)
                                                            : 0,
    };
    th_guard_answer answer = {0};
    const int status = th_guard_check(http->site->guard, &ask, &answer, why);
    x->reply.retry_after_s = answer.retry_after_s;
    if (status) return status;
    r->role = answer.role;
    snprintf(x->user, sizeof x->user, "%s", answer.user);
    if (!x->route && known) return th_why_set(why, TH_EUSAGE, "%s can't be done there", method), 405;
    if (!x->route) return th_why_set(why, TH_ENOENT, "there is nothing at this address: see docs/api.md"), 404;
    return 0;
}

/* Keeps a piece of the body; false when that is too much. */
static bool keep(exchange *x, const char *bytes, size_t n)
{
    if (n > x->route->body_max - x->n) return false;
    if (x->n + n > x->cap) {
        size_t cap = x->cap ? x->cap * 2 : 16384;
        while (cap < x->n + n) cap *= 2;
        uint8_t *more = realloc(x->body, cap);
        if (!more) return false;
        x->body = more;
        x->cap = cap;
    }
    memcpy(x->body + x->n, bytes, n);
    x->n += n;
    return !th_guard_too_slow((int64_t)x->n, (int64_t)((th_clock_s() - x->begun_s) * 1000));
}

/* Called once for the head, once for each piece of the body, once at its end. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *n_upload, void **con_cls)
{
    (void)url;
    (void)version;
    th_http *http = cls;
    exchange *x = *con_cls;
    if (!x) return MHD_NO;
    if (!x->begun) {
        x->begun = true;
        x->begun_s = th_clock_s();
        th_why why = {0};
        const int status = judge(http, x, connection, method, &why);
        if (status) {
            const int wait = x->reply.retry_after_s;
            th_reply_error(&x->reply, status, why.text);
            x->reply.retry_after_s = wait;
            return send_reply(x, connection);
        }
        return MHD_YES;
    }
    if (*n_upload) {
        const bool fits = keep(x, upload, *n_upload);
        *n_upload = 0;
        if (!fits) return send_error(x, connection, 413, "that is more than may be sent there, or comes too slowly");
        return MHD_YES;
    }
    x->request.body = (th_span){x->body, x->n};
    th_route_run(x->route, &x->request, &x->reply);
    return send_reply(x, connection);
}

/* libmicrohttpd decodes nothing: target.c does. */
static size_t leave_encoded(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

/* Its own complaints (a client that went away) are nobody's business. */
static void say_nothing(void *cls, const char *fmt, va_list args)
{
    (void)cls;
    (void)fmt;
    (void)args;
}

th_err th_http_start(th_site *site, const th_http_settings *settings, th_http **http, th_why *why)
{
    th_http *h = calloc(1, sizeof *h);
    if (!h) return th_why_set(why, TH_ENOMEM, "out of memory for the server");
    h->site = site;
    th_file_limit_raise(TH_GUARD_CONNECTIONS + 1000); /* connections are files, and so is what they ask for */
    const unsigned tls = settings->cert ? MHD_USE_TLS : 0;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)say_nothing, NULL},
        {MHD_OPTION_LISTEN_SOCKET, settings->socket, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, TH_GUARD_CONNECTIONS, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, TH_GUARD_IDLE_S, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, TH_GUARD_PER_ADDRESS, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_uri, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_end, NULL},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_encoded, NULL},
        {MHD_OPTION_END, 0, NULL},
        {MHD_OPTION_END, 0, NULL},
        {MHD_OPTION_END, 0, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    if (tls) {
        union {
            const char *from;
            void *to;
        } key = {settings->key}, cert = {settings->cert}, which = {TH_TLS_PRIORITIES};
        options[8] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, key.to};
        options[9] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, cert.to};
        options[10] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, which.to};
    }
    h->daemon = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
                                     MHD_USE_ITC | MHD_USE_ERROR_LOG | tls,
                                 0, NULL, NULL, on_request, h, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (!h->daemon) {
        free(h);
        return th_why_set(why, TH_EIO, "the server can't start%s", tls ? " with this certificate" : "");
    }
    *http = h;
    return TH_OK;
}

void th_http_stop(th_http *http)
{
    if (!http) return;
    MHD_stop_daemon(http->daemon);
    free(http);
}
