#include "serve/guard.h"

#include "os/file.h"
#include "serve/door.h"
#include "serve/head.h"
#include "serve/limits.h"
#include "serve/qr.h"
#include "serve/tls.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DIR_STATE     ".thimble"
#define FILE_PEOPLE   "people.db"
#define PROGRAM       "program:"
#define LEARNER_BYTES (64 << 20) /* a body, and a minute: all bodies that come are held in memory */
#define KEY_BYTES     160        /* whose tries are counted */

struct th_guard {
    th_guard_settings set;
    unsigned char key[crypto_generichash_KEYBYTES]; /* of this start: the token of who has no session */
    /* with lan: */
    th_net net;
    th_tls tls;
    th_limits *limits;
    th_accounts *accounts;
    th_door *door;
};

/* What a page may do, wherever it came from: nothing from elsewhere, no code but our files, no frames.
 * 'wasm-unsafe-eval' lets WebAssembly compile, nothing else. No Strict-Transport-Security: a browser that has it never
 * lets a person past a certificate of our own once that changed, and there is no plain HTTP here that it would protect
 * from. */
static const th_guard_header headers[] = {
    {"Content-Security-Policy",
     "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
     "media-src blob: 'self'; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
     "frame-ancestors 'none'; form-action 'self'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Permissions-Policy",
     "microphone=(self), camera=(self), accelerometer=(self), gyroscope=(self), geolocation=(), payment=()"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Embedder-Policy", "require-corp"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {NULL, NULL},
};

/* With lan only. A page loads about 20 files at once and draws a hundred samples. */
static const th_bucket per_address = {'a', 100, 2000}; /* 30 phones behind one address, before they have joined */
static const th_bucket per_user = {'u', 40, 400};
static const th_bucket logins = {'l', 0.5, 40}; /* of an address: a class that comes back after the holidays */
static const th_bucket upload = {'b', LEARNER_BYTES / 60.0, LEARNER_BYTES}; /* of a learner or a program */

const th_guard_header *th_guard_headers(void)
{
    return headers;
}

bool th_guard_too_slow(int64_t bytes, int64_t ms)
{
    return ms > 20000 && bytes < ms / 2; /* 500 bytes a second, after 20 s: slower than a telephone line of 1995 */
}

/* ---- a guard ----------------------------------------------------------------------------------------------------- */

static int64_t system_ms(void *ctx)
{
    (void)ctx;
    struct timespec t;
    return timespec_get(&t, TIME_UTC) ? (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 : 0;
}

int64_t th_guard_now_ms(const struct th_guard *g)
{
    return g->set.now_ms(g->set.ctx);
}

static th_err open_lan(struct th_guard *g, th_why *why)
{
    char dir[TH_PATH_BYTES], people[TH_PATH_BYTES];
    if (g->set.net)
        g->net = *g->set.net;
    else
        TH_TRY(th_net_here(&g->net, why));
    TH_TRY(th_path_join(dir, g->set.root, DIR_STATE, why));
    TH_TRY(th_path_join(people, dir, FILE_PEOPLE, why));
    TH_TRY(th_dir_make_private(dir, why));
    if (!th_file_exists(people)) TH_TRY(th_file_write_private(people, (th_span){NULL, 0}, why));
    TH_TRY(th_tls_open(dir, &g->net, th_guard_now_ms(g), &g->tls, why));
    TH_TRY(th_limits_new(&g->limits, why));
    TH_TRY(th_door_new(&g->door, why));
    return th_accounts_open(people, &g->accounts, why);
}

th_err th_guard_new(const th_guard_settings *settings, struct th_guard **guard, th_why *why)
{
    *guard = NULL;
    if (sodium_init() < 0) return th_why_set(why, TH_EIO, "this system gives no random numbers (libsodium)");
    struct th_guard *g = calloc(1, sizeof *g);
    if (!g) return th_why_set(why, TH_ENOMEM, "out of memory for the studio's guard");
    g->set = *settings;
    if (!g->set.now_ms) g->set.now_ms = system_ms;
    randombytes_buf(g->key, sizeof g->key);
    const th_err err = settings->lan ? open_lan(g, why) : TH_OK;
    if (err)
        th_guard_free(g);
    else
        *guard = g;
    return err;
}

void th_guard_free(struct th_guard *g)
{
    if (!g) return;
    th_accounts_close(g->accounts);
    th_door_free(g->door);
    th_limits_free(g->limits);
    th_tls_free(&g->tls);
    sodium_memzero(g->key, sizeof g->key);
    free(g);
}

const char *th_guard_certificate(const struct th_guard *g)
{
    return g->tls.certificate;
}

const char *th_guard_key(const struct th_guard *g)
{
    return g->tls.key;
}

const char *th_guard_fingerprint(const struct th_guard *g)
{
    return g->tls.fingerprint;
}

th_accounts *th_guard_accounts(struct th_guard *g)
{
    return g->accounts;
}

th_limits *th_guard_limits(struct th_guard *g)
{
    return g->limits;
}

/* ---- cookies and tokens ------------------------------------------------------------------------------------------ */

/* __Host-: browsers take it only over TLS, from this very host. The port: cookies of two studios are different. */
static void cookie_name(const struct th_guard *g, char name[40])
{
    snprintf(name, 40, "__Host-thimble-%d", g->set.port);
}

static bool session_in(const struct th_guard *g, const char *cookie, char session[TH_SECRET_BYTES])
{
    char name[40];
    cookie_name(g, name);
    return g->set.lan && th_head_cookie(cookie, name, session, TH_SECRET_BYTES);
}

static void make_cookie(const struct th_guard *g, const char *session, int max_age_s, char cookie[256])
{
    char name[40];
    cookie_name(g, name);
    snprintf(cookie, 256, "%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%d", name, session, max_age_s);
}

/* Made of the session's secret, so it lives as long, over restarts; of this start's key where there is no session. */
void th_guard_token(struct th_guard *g, const char *cookie, char token[TH_TOKEN_BYTES])
{
    static const char what[] = "X-Thimble-Token";
    unsigned char mac[24];
    char session[TH_SECRET_BYTES];
    const bool has = session_in(g, cookie, session) && strlen(session) >= crypto_generichash_KEYBYTES_MIN;
    (void)crypto_generichash(mac, sizeof mac, (const unsigned char *)what, sizeof what - 1,
                             has ? (const unsigned char *)session : g->key, has ? strlen(session) : sizeof g->key);
    (void)sodium_bin2base64(token, TH_TOKEN_BYTES, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* ---- the questions, in their order ------------------------------------------------------------------------------- */

static int refuse(int status, th_why *why, const char *text)
{
    (void)th_why_set(why, TH_EUSAGE, "%s", text);
    return status;
}

static bool is_here(const struct th_guard *g, const th_host *host)
{
    if (!strcmp(host->name, "localhost") || !strcmp(host->name, "127.0.0.1") || !strcmp(host->name, "::1")) return true;
    if (!g->set.lan) return false;
    if (host->ip) return true; /* a site's name can be made to lead here, an address can't */
    const size_t n = strlen(g->net.name);
    return n && !strncmp(host->name, g->net.name, n) && (!host->name[n] || !strcmp(host->name + n, ".local"));
}

static int check_host(const struct th_guard *g, const th_guard_ask *ask, th_why *why)
{
    th_host host;
    const int usual = g->set.lan ? 443 : 80;
    if (!th_head_host(ask->host, &host) || (host.port ? host.port : usual) != g->set.port || !is_here(g, &host))
        return refuse(403, why,
                      "this is not the studio's address: open the one that thimble serve printed in its terminal");
    if (ask->origin && !th_head_same_origin(ask->origin, g->set.lan ? "https" : "http", ask->host))
        return refuse(403, why, "a page of another site asked for this; only the studio's own pages may");
    return 0;
}

/* Whoever asks, with lan: a program, a person, nobody. */
typedef struct asker {
    bool program;
    bool teacher;            /* of the class; the maker of a project is one only in what may be done there */
    char key[TH_USER_BYTES]; /* whom the limits count */
} asker;

static int find_asker(struct th_guard *g, const th_guard_ask *ask, asker *a, th_guard_answer *answer, th_why *why)
{
    char secret[TH_SECRET_BYTES];
    th_program program;
    th_person person;
    th_err err = TH_ENOENT;
    th_limits_who(ask->address, a->key, sizeof a->key);
    if (ask->authorization) {
        if (th_head_bearer(ask->authorization, secret, sizeof secret))
            err = th_accounts_program(g->accounts, secret, &program, NULL);
        if (err) return refuse(401, why, "this token is not known here: ask the teacher for a new one");
        a->program = true;
        answer->role = TH_ROLE_LEARNER;
        snprintf(answer->user, sizeof answer->user, PROGRAM "%s", program.name);
        memcpy(a->key, answer->user, sizeof a->key);
    } else if (session_in(g, ask->cookie, secret)) {
        err = th_accounts_session(g->accounts, secret, th_guard_now_ms(g), &person, NULL);
        if (err) return 0; /* over: nobody, who may log in again */
        answer->role = person.teacher ? TH_ROLE_TEACHER : TH_ROLE_LEARNER;
        memcpy(answer->user, person.name, sizeof person.name);
        snprintf(a->key, sizeof a->key, "#%lld", (long long)person.id);
    }
    return 0;
}

static int too_many(int64_t wait_ms, th_guard_answer *answer, th_why *why)
{
    if (!wait_ms) return 0;
    answer->retry_after_s = (int)((wait_ms + 999) / 1000);
    (void)th_why_set(why, TH_EUSAGE, "too much at once: wait %d s and try again", answer->retry_after_s);
    return 429;
}

static int check_role(struct th_guard *g, const th_guard_ask *ask, const asker *a, th_guard_answer *answer, th_why *why)
{
    bool owns = false;
    if (ask->project && answer->role == TH_ROLE_LEARNER && !a->program &&
        th_accounts_owns(g->accounts, ask->project, ask->sample ? ask->sample : "", answer->user, &owns, NULL) ==
            TH_OK &&
        owns)
        answer->role = TH_ROLE_TEACHER;
    const th_role least = ask->project && th_is_order(ask->project) ? TH_ROLE_TEACHER : ask->role;
    if (answer->role >= least) return 0;
    if (answer->role == TH_ROLE_NOBODY) return refuse(401, why, "join the class or log in first");
    return refuse(403, why, "only a teacher may do that, or who made the project or the sample");
}

static bool reads(const char *method)
{
    return !strcmp(method, "GET") || !strcmp(method, "HEAD");
}

static int check_token(struct th_guard *g, const th_guard_ask *ask, th_why *why)
{
    char token[TH_TOKEN_BYTES];
    if (reads(ask->method)) return 0;
    th_guard_token(g, ask->cookie, token);
    const size_t n = strlen(token);
    if (ask->token && strlen(ask->token) == n && !sodium_memcmp(ask->token, token, n)) return 0;
    return refuse(403, why,
                  "the header X-Thimble-Token is missing or old: take the one of GET /api/v1/session (load the page "
                  "again)");
}

static int check_length(const th_guard_ask *ask, bool learner, th_why *why)
{
    const size_t most = learner && ask->body_max > LEARNER_BYTES ? LEARNER_BYTES : ask->body_max;
    if (ask->length < 0) return refuse(411, why, "the body's length must be told beforehand: send Content-Length");
    if ((uint64_t)ask->length <= most) return 0;
    (void)th_why_set(why, TH_ERANGE, "%lld bytes are too many here: at most %zu", (long long)ask->length, most);
    return 413;
}

static int check_lan(struct th_guard *g, const th_guard_ask *ask, asker *a, th_guard_answer *answer, th_why *why)
{
    const int64_t now = th_guard_now_ms(g);
    int status = find_asker(g, ask, a, answer, why);
    a->teacher = answer->role == TH_ROLE_TEACHER;
    if (!status)
        status =
            too_many(th_limits_take(g->limits, answer->role ? &per_user : &per_address, a->key, 1, now), answer, why);
    return status ? status : check_role(g, ask, a, answer, why);
}

int th_guard_check(struct th_guard *g, const th_guard_ask *ask, th_guard_answer *answer, th_why *why)
{
    asker a = {.teacher = !g->set.lan};
    *answer = (th_guard_answer){.role = TH_ROLE_NOBODY};
    int status = check_host(g, ask, why);
    if (!status && g->set.lan) status = check_lan(g, ask, &a, answer, why);
    if (!g->set.lan) {
        answer->role = TH_ROLE_TEACHER;
        memcpy(answer->user, "teacher", sizeof "teacher");
    }
    if (!status && !a.program) status = check_token(g, ask, why);
    if (!status) status = check_length(ask, !a.program && !a.teacher, why);
    if (!status && !a.teacher && ask->length > 0)
        status =
            too_many(th_limits_take(g->limits, &upload, a.key, (double)ask->length, th_guard_now_ms(g)), answer, why);
    return status;
}

/* ---- coming and going -------------------------------------------------------------------------------------------- */

static int no_lan(th_why *why)
{
    return refuse(404, why, "this studio is for this computer only: joining is for thimble serve --lan");
}

/* A person with a session is in. */
static int let_in(const struct th_guard *g, const th_person *p, const char *session, char cookie[256],
                  th_guard_answer *who)
{
    who->role = p->teacher ? TH_ROLE_TEACHER : TH_ROLE_LEARNER;
    memcpy(who->user, p->name, sizeof p->name);
    make_cookie(g, session, (p->teacher ? TH_TEACHER_DAYS : TH_LEARNER_DAYS) * 86400, cookie);
    return 0;
}

/* Tries are counted for an address, passwords' for each name from there: thirty phones may share an address. */
static int count_try(struct th_guard *g, const char *address, const char *name, char key[KEY_BYTES],
                     th_guard_answer *who, th_why *why)
{
    char from[TH_USER_BYTES];
    th_limits_who(address, from, sizeof from);
    snprintf(key, KEY_BYTES, "%s %s", from, name);
    return too_many(th_limits_try(g->limits, key, th_guard_now_ms(g)), who, why);
}

static int count_login(struct th_guard *g, const char *address, th_guard_answer *who, th_why *why)
{
    char from[TH_USER_BYTES];
    th_limits_who(address, from, sizeof from);
    return too_many(th_limits_take(g->limits, &logins, from, 1, th_guard_now_ms(g)), who, why);
}

int th_guard_join(struct th_guard *g, const char *address, const char *code, const char *name, char cookie[256],
                  th_guard_answer *who, th_why *why)
{
    char key[KEY_BYTES], session[TH_SECRET_BYTES];
    th_person person;
    *who = (th_guard_answer){.role = TH_ROLE_NOBODY};
    if (!g->set.lan) return no_lan(why);
    const int status = count_try(g, address, "", key, who, why);
    if (status) return status;
    const th_door_kind kind = th_door_try(g->door, code, th_guard_now_ms(g));
    if (kind == TH_DOOR_SHUT) return refuse(403, why, "this code does not open: look at the teacher's screen again");
    th_limits_right(g->limits, key);
    const bool once = kind == TH_DOOR_ONCE;
    if (once && !th_door_use_once(g->door)) return refuse(403, why, "this link was used already");
    const th_err err = th_accounts_join(g->accounts, name, once, th_guard_now_ms(g), session, &person, why);
    if (err && once) th_door_again(g->door, code);
    return err ? th_status_of(err) : let_in(g, &person, session, cookie, who);
}

int th_guard_login(struct th_guard *g, const char *address, const char *name, const char *password, char cookie[256],
                   th_guard_answer *who, th_why *why)
{
    char key[KEY_BYTES], session[TH_SECRET_BYTES];
    th_person person;
    *who = (th_guard_answer){.role = TH_ROLE_NOBODY};
    if (!g->set.lan) return no_lan(why);
    int status = count_login(g, address, who, why);
    if (!status) status = count_try(g, address, name, key, who, why);
    if (status) return status;
    const th_err err = th_accounts_login(g->accounts, name, password, th_guard_now_ms(g), session, &person, why);
    if (err) return err == TH_ENOENT ? 403 : th_status_of(err);
    th_limits_right(g->limits, key);
    return let_in(g, &person, session, cookie, who);
}

int th_guard_logout(struct th_guard *g, const char *cookie, char cleared[256], th_why *why)
{
    char session[TH_SECRET_BYTES];
    cleared[0] = 0;
    if (!session_in(g, cookie, session)) return 0;
    make_cookie(g, "", 0, cleared);
    const th_err err = th_accounts_logout(g->accounts, session, why);
    return err ? th_status_of(err) : 0;
}

/* https://ADDRESS:PORT/#/join/CODE; without an address that others reach, localhost. */
static void join_url(const struct th_guard *g, const char *host, const char *code, char url[TH_URL_BYTES])
{
    char address[TH_NET_ADDRESS_BYTES + 2];
    th_net_in_url(host ? host : g->net.n ? g->net.address[0] : "localhost", address, sizeof address);
    snprintf(url, TH_URL_BYTES, "https://%s:%d/#/join/%s", address, g->set.port, code);
}

th_err th_guard_pairing_of(struct th_guard *g, bool renew, th_guard_pairing *pairing, th_why *why)
{
    int64_t left_ms;
    if (!g->set.lan) {
        (void)no_lan(why);
        return TH_ENOENT;
    }
    th_door_pairing(g->door, renew, th_guard_now_ms(g), pairing->code, &left_ms);
    pairing->expires_s = (int)(left_ms / 1000);
    join_url(g, NULL, pairing->code, pairing->url);
    return TH_OK;
}

th_err th_guard_welcome(struct th_guard *g, bool colours, char **text, th_why *why)
{
    th_guard_pairing pairing;
    char once[TH_ONCE_BYTES], url[TH_URL_BYTES], *qr = NULL;
    *text = NULL;
    if (!g->set.lan) {
        *text = calloc(1, 1);
        return *text ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for a text");
    }
    TH_TRY(th_guard_pairing_of(g, false, &pairing, why));
    if (colours) TH_TRY(th_qr_terminal(pairing.url, &qr, why));
    th_door_once(g->door, once);
    join_url(g, "localhost", once, url);
    const size_t cap = 2048 + (qr ? strlen(qr) : 0);
    *text = malloc(cap);
    if (*text)
        snprintf(
            *text, cap,
            "You are the teacher (once, on this computer):\n  %s\n"
            "The class joins for the next %d minutes:\n  %s\n%s"
            "Browsers warn of the certificate, because it is this studio's own. Its SHA-256 fingerprint is\n  %s\n",
            url, pairing.expires_s / 60, pairing.url, qr ? qr : "", g->tls.fingerprint);
    free(qr);
    return *text ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for a text");
}

/* ---- for the other parts ----------------------------------------------------------------------------------------- */

th_err th_guard_own(struct th_guard *g, const char *project, const char *sample, const char *user, th_role role,
                    th_why *why)
{
    if (role == TH_ROLE_TEACHER || !g->set.lan || !strncmp(user, PROGRAM, strlen(PROGRAM))) return TH_OK;
    return th_accounts_own(g->accounts, project, sample ? sample : "", user, why);
}

int th_guard_order(struct th_guard *g, const char *user, th_role role, uint64_t bytes, int *retry_after_s, th_why *why)
{
    bool taken = false;
    th_program program;
    const int64_t now = th_guard_now_ms(g), day_ms = INT64_C(86400000);
    *retry_after_s = 0;
    if (role == TH_ROLE_TEACHER) return 0;
    if (!g->set.lan || strncmp(user, PROGRAM, strlen(PROGRAM)) != 0)
        return refuse(403, why, "orders are for teachers and for programs that have a token");
    const char *name = user + strlen(PROGRAM);
    th_err err = th_accounts_program_find(g->accounts, name, &program, why);
    if (!err && bytes > (uint64_t)program.order_bytes) {
        (void)th_why_set(why, TH_ERANGE, "this token allows %lld bytes an order, these are %llu",
                         (long long)program.order_bytes, (unsigned long long)bytes);
        return 413;
    }
    if (!err) err = th_accounts_order(g->accounts, name, now, &taken, why);
    if (err) return th_status_of(err);
    if (taken) return 0;
    *retry_after_s = (int)((day_ms - now % day_ms) / 1000) + 1;
    (void)th_why_set(why, TH_EUSAGE, "this token's %lld orders of today are used up: try again tomorrow",
                     (long long)program.orders_a_day);
    return 429;
}
