/* serve/http.h -- requests from the network to the table of routes and their replies back (libmicrohttpd). */
#ifndef TH_SERVE_HTTP_H
#define TH_SERVE_HTTP_H

#include "serve/site.h"

typedef struct th_http th_http;

typedef struct th_http_settings {
    int socket;             /* listening (os/listen.h); closed by th_http_stop */
    const char *cert, *key; /* PEM texts for TLS, or NULL */
} th_http_settings;

/* Answers from now on, in threads of its own.  The site stays as long. Errors: TH_EIO, TH_ENOMEM. */
TH_NODISCARD th_err th_http_start(th_site *site, const th_http_settings *settings, th_http **http, th_why *why);

/* No new connections; waits until what is under way has ended. */
void th_http_stop(th_http *http);

#endif
