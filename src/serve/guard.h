/* serve/guard.h -- may this one do that?  http.c asks before the function of a route runs, for pages, too.
 *
 *   Host      is this server's: else another site's name was made to lead here (DNS rebinding)        403
 *   Origin    when it is there, is this server's: else another site's page asks                       403
 *   who       Authorization: Bearer (a program), cookie (a browser), or nobody;
 *             without --lan everybody on this computer is the teacher
 *   rate      requests a second, bytes a minute (serve/limits.h)                                      429
 *   role      at least the route's; who made a project or a sample is its teacher                     401, 403
 *   token     whoever writes without Bearer has X-Thimble-Token, which only this server's pages know  403
 *   length    at most the route's, told beforehand                                                    413, 411
 *
 * docs/studio-lan.md is the threat model.  Everything may be called from any thread. */
#ifndef TH_SERVE_GUARD_H
#define TH_SERVE_GUARD_H

#include "os/net.h"
#include "serve/accounts.h"
#include "serve/site.h"

#define TH_USER_BYTES  80 /* of a user: TH_PERSON_BYTES and "program:" */
#define TH_TOKEN_BYTES 48 /* of a text that is secret, with its NUL */
#define TH_URL_BYTES   160

typedef struct th_guard_settings {
    const char *root; /* accounts, key and certificate are kept in root/.thimble (only with lan) */
    int port;
    bool lan;
    int64_t (*now_ms)(void *ctx); /* since 1970; NULL: the system's clock */
    void *ctx;
    const th_net *net; /* NULL: this computer's */
} th_guard_settings;

/* Errors: TH_EIO (root/.thimble cannot be made or read), TH_ENOMEM. */
TH_NODISCARD th_err th_guard_new(const th_guard_settings *settings, struct th_guard **guard, th_why *why);
void th_guard_free(struct th_guard *guard); /* NULL is fine */

typedef struct th_guard_ask {
    const char *method;
    const char *project, *sample;                               /* that the path names; NULL: none */
    const char *host, *origin, *token, *cookie, *authorization; /* headers, NULL: not there; token: X-Thimble-Token */
    const char *address;                                        /* the other end's, "192.168.1.7", "fe80::1" */
    th_role role;                                               /* the route's */
    size_t body_max;                                            /* the route's */
    int64_t length; /* Content-Length; 0: no body; -1: there is one and it is not told (chunked) */
} th_guard_ask;

typedef struct th_guard_answer {
    th_role role;
    char user[TH_USER_BYTES]; /* "" nobody; "program:NAME" for a token */
    int retry_after_s;        /* with 429: Retry-After */
} th_guard_answer;

/* 0: go on, with answer's role and user in the request. Else the status of the reply; `why` says what and what next
 * (its code is th_status_word(status)).  For a body that is sent afterwards, ask before it is read. */
int th_guard_check(struct th_guard *guard, const th_guard_ask *ask, th_guard_answer *answer, th_why *why);

/* A body of which `bytes` came in `ms` comes too slowly to be meant: end the connection. */
bool th_guard_too_slow(int64_t bytes, int64_t ms);

/* For libmicrohttpd: connections in all, of one address (a school's network may show all phones as one), and seconds
 * in which nothing comes or goes. */
#define TH_GUARD_CONNECTIONS 3000 /* 500 learners whose browsers hold up to six each, not all at once */
#define TH_GUARD_PER_ADDRESS 2500
#define TH_GUARD_IDLE_S      60

/* Headers of every reply, ended by a row with name NULL. */
typedef struct th_guard_header {
    const char *name, *value;
} th_guard_header;
const th_guard_header *th_guard_headers(void);

/* The X-Thimble-Token of whoever has this Cookie (or Set-Cookie) header (NULL: none): for api_session.c only. */
void th_guard_token(struct th_guard *guard, const char *cookie, char token[TH_TOKEN_BYTES]);

/* Certificate and key as PEM, for as long as the guard; NULL without lan. */
const char *th_guard_certificate(const struct th_guard *guard);
const char *th_guard_key(const struct th_guard *guard);
const char *
th_guard_fingerprint(const struct th_guard *guard); /* SHA-256 of the certificate, AB:CD:..; "" without lan */

/* For the terminal, with lan: how the class gets in, and the teacher's link.  `colours`: with a QR code, for a terminal
 * that shows it.  "" without lan.  free(*text). */
TH_NODISCARD th_err th_guard_welcome(struct th_guard *guard, bool colours, char **text, th_why *why);

/* ---- with lan: coming and going.  0 or the status of a refusal, as th_guard_check; `cookie` is for Set-Cookie ---- */

/* By the class's code or the teacher's.  400: the name; 403: the code; 409: the name is taken; 429. */
int th_guard_join(struct th_guard *guard, const char *address, const char *code, const char *name, char cookie[256],
                  th_guard_answer *who, th_why *why);
int th_guard_login(struct th_guard *guard, const char *address, const char *name, const char *password,
                   char cookie[256], th_guard_answer *who, th_why *why);
/* Ends the session of a Cookie header; `cleared` makes the browser forget it. */
int th_guard_logout(struct th_guard *guard, const char *cookie, char cleared[256], th_why *why);

typedef struct th_guard_pairing {
    char code[8], url[TH_URL_BYTES];
    int expires_s;
} th_guard_pairing;
/* Errors: TH_ENOENT: without lan there is none. */
TH_NODISCARD th_err th_guard_pairing_of(struct th_guard *guard, bool renew, th_guard_pairing *pairing, th_why *why);

/* NULL without lan. */
th_accounts *th_guard_accounts(struct th_guard *guard);
struct th_limits *th_guard_limits(struct th_guard *guard);
int64_t th_guard_now_ms(const struct th_guard *guard);

/* ---- for the other parts of the server --------------------------------------------------------------------------- */

/* The project (or, not NULL, the sample of this hash) is this learner's from now on, who may do with it what the
 * teacher may.  Nothing for others, and without lan. */
TH_NODISCARD th_err th_guard_own(struct th_guard *guard, const char *project, const char *sample, const char *user,
                                 th_role role, th_why *why);

/* One order of firmware with so many bytes of data: counted against the token's quota; a teacher has none.
 * 0, 403 (a learner), 413, 429 with *retry_after_s (until midnight at Greenwich). */
int th_guard_order(struct th_guard *guard, const char *user, th_role role, uint64_t bytes, int *retry_after_s,
                   th_why *why);

#endif
