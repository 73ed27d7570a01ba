#include "serve/guard.h"

#include "serve/head.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct th_guard {
    th_guard_settings set;
    unsigned char key[crypto_generichash_KEYBYTES]; /* of this start */
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

const th_guard_header *th_guard_headers(void)
{
    return headers;
}

th_err th_guard_new(const th_guard_settings *settings, struct th_guard **guard, th_why *why)
{
    *guard = NULL;
    if (sodium_init() < 0) return th_why_set(why, TH_EIO, "this system gives no random numbers (libsodium)");
    if (settings->lan) return th_why_set(why, TH_EUNSUP, "serve --lan is not there yet");
    struct th_guard *g = calloc(1, sizeof *g);
    if (!g) return th_why_set(why, TH_ENOMEM, "out of memory for the studio's guard");
    g->set = *settings;
    randombytes_buf(g->key, sizeof g->key);
    *guard = g;
    return TH_OK;
}

void th_guard_free(struct th_guard *g)
{
    if (!g) return;
    sodium_memzero(g->key, sizeof g->key);
    free(g);
}

bool th_guard_too_slow(int64_t bytes, int64_t ms)
{
    return ms > 20000 && bytes < ms / 2; /* 500 bytes a second, after 20 s: a tenth of the slowest telephone line */
}

void th_guard_token(struct th_guard *g, const char *cookie, char token[TH_TOKEN_BYTES])
{
    unsigned char mac[24];
    (void)cookie;
    (void)crypto_generichash(mac, sizeof mac, (const unsigned char *)"token", 5, g->key, sizeof g->key);
    (void)sodium_bin2base64(token, TH_TOKEN_BYTES, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

const char *th_guard_certificate(const struct th_guard *g)
{
    (void)g;
    return NULL;
}

const char *th_guard_key(const struct th_guard *g)
{
    (void)g;
    return NULL;
}

static int refuse(int status, th_err err, th_why *why, const char *text)
{
    (void)th_why_set(why, err, "%s", text);
    return status;
}

static int check_host(const struct th_guard *g, const th_guard_ask *ask, th_why *why)
{
    th_host host;
    const bool form = th_head_host(ask->host, &host), here = form && (host.port ? host.port : 80) == g->set.port;
    if (!here ||
        (strcmp(host.name, "localhost") != 0 && strcmp(host.name, "127.0.0.1") != 0 && strcmp(host.name, "::1") != 0))
        return refuse(403, TH_EUSAGE, why,
                      "this is not the studio's address: open the one that thimble serve printed in its terminal");
    if (ask->origin && !th_head_same_origin(ask->origin, "http", ask->host))
        return refuse(403, TH_EUSAGE, why, "a page of another site asked for this; only the studio's own pages may");
    return 0;
}

static bool reads(const char *method)
{
    return !strcmp(method, "GET") || !strcmp(method, "HEAD");
}

static int check_write(struct th_guard *g, const th_guard_ask *ask, th_why *why)
{
    char token[TH_TOKEN_BYTES];
    if (reads(ask->method)) return 0;
    th_guard_token(g, ask->cookie, token);
    const size_t n = strlen(token);
    const bool right = ask->token && strlen(ask->token) == n && !sodium_memcmp(ask->token, token, n);
    if (!right)
        return refuse(
            403, TH_EUSAGE, why,
            "the header X-Thimble-Token is missing or old: take the one of GET /api/v1/session (load the page "
            "again)");
    return 0;
}

static int check_length(const th_guard_ask *ask, th_why *why)
{
    if (ask->length < 0)
        return refuse(411, TH_EUSAGE, why, "the body's length must be told beforehand: send Content-Length");
    if ((uint64_t)ask->length <= ask->body_max) return 0;
    (void)th_why_set(why, TH_ERANGE, "%lld bytes are too many here: at most %zu", (long long)ask->length,
                     ask->body_max);
    return 413;
}

int th_guard_check(struct th_guard *g, const th_guard_ask *ask, th_guard_answer *answer, th_why *why)
{
    *answer = (th_guard_answer){.role = TH_ROLE_NOBODY};
    int status = check_host(g, ask, why);
    if (status) return status;
    answer->role = TH_ROLE_TEACHER;
    memcpy(answer->user, "teacher", sizeof "teacher");
    status = check_write(g, ask, why);
    return status ? status : check_length(ask, why);
}
