/* serve/head.h -- what a request's headers say, read strictly: Host, Origin, Cookie, Authorization.
 *
 * They are bytes of strangers.  Whatever does not have the form that browsers send is "no": nothing is repaired,
 * nothing is guessed.  Pure functions of their texts (fuzz/fuzz_head.c). */
#ifndef TH_SERVE_HEAD_H
#define TH_SERVE_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#define TH_HOST_BYTES 256

typedef struct th_host {
    char name[TH_HOST_BYTES]; /* lower case; an IPv6 address without its brackets */
    int port;                 /* 1 to 65535; 0: not told */
    bool ip;                  /* an address, not a name: the name's owner has no say in where it leads */
} th_host;

/* "name", "name:port", "1.2.3.4:port", "[::1]:port"; names of letters, digits, '-' and '.'. */
bool th_head_host(const char *text, th_host *host);

/* True when `origin` is exactly scheme://host (RFC 6454, as browsers write it); letters' case does not matter. */
bool th_head_same_origin(const char *origin, const char *scheme, const char *host);

/* The value of one cookie of "a=b; c=d" into value [cap], ended by NUL; only letters, digits, '-' and '_' are a value.
 * False when it is not there, is there twice (who set the second one?), is of another form or does not fit. */
bool th_head_cookie(const char *cookies, const char *name, char *value, size_t cap);

/* "Bearer VALUE", with the same letters. */
bool th_head_bearer(const char *authorization, char *value, size_t cap);

#endif
