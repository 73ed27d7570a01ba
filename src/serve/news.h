/* serve/news.h -- what happens in a project, for all who listen: the last events in memory, each with a number.
 *
 * A listener that is slow or comes back (Last-Event-ID) gets what it missed; if that was too much, one event `missed`,
 * upon which a page loads anew.  Nobody waits for listeners. */
#ifndef TH_SERVE_NEWS_H
#define TH_SERVE_NEWS_H

#include "serve/site.h"

typedef struct th_news th_news;

TH_NODISCARD th_err th_news_new(th_news **news, th_why *why);
void th_news_free(th_news *news); /* after its listeners have gone; NULL is fine */

/* Takes data.  An event that does not fit into memory is not told. */
void th_news_say(th_news *news, const char *event, json_t *data);
void th_news_close(th_news *news); /* ends all streams */

/* The request's answer: a stream behind Last-Event-ID, or of what happens from now on. */
TH_NODISCARD th_err th_news_stream(th_news *news, const th_request *r, th_reply *out, th_why *why);

/* ---- the form of server-sent events, for other streams, too ---- */

#define TH_HEARTBEAT_S 15

typedef struct th_sse {
    char *text; /* [n] to be sent, from `at` on */
    size_t n, at, cap;
    double sent_s; /* th_clock_s of the last bytes */
} th_sse;

/* id: NULL leaves it as it was.  data: one line.  False when there is no memory. */
bool th_sse_add(th_sse *s, const char *id, const char *event, const char *data);
long th_sse_take(th_sse *s, char *buf, size_t cap); /* so many of them; at a stream's pauses a comment; 0: none yet */
void th_sse_free(th_sse *s);

/* The number of header Last-Event-ID (or ?after=), 0 when it is not given.  Errors: TH_EUSAGE (?after= is no number).
 */
TH_NODISCARD th_err th_sse_after(const th_request *r, bool *given, uint64_t *id, th_why *why);

#endif
