#include "serve/news.h"

#include "os/run.h"
#include "os/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEPT 512

/* ---- server-sent events ---- */

bool th_sse_add(th_sse *s, const char *id, const char *event, const char *data)
{
    const size_t need = strlen(event) + strlen(data) + 96;
    if (s->at == s->n) s->at = s->n = 0;
    if (s->n + need > s->cap) {
        char *more = realloc(s->text, 2 * (s->n + need));
        if (!more) return false;
        s->text = more;
        s->cap = 2 * (s->n + need);
    }
    char *to = s->text + s->n;
    if (id) s->n += (size_t)snprintf(to, s->cap - s->n, "id: %s\n", id);
    s->n += (size_t)snprintf(s->text + s->n, s->cap - s->n, "event: %s\ndata: %s\n\n", event, data);
    return true;
}

long th_sse_take(th_sse *s, char *buf, size_t cap)
{
    static const char hello[] = "retry: 2000\n\n", pause[] = ": still here\n\n";
    const double now = th_clock_s();
    const char *from = s->text + s->at;
    size_t n = s->n - s->at;
    if (n == 0 && s->sent_s <= 0) {
        from = hello; /* so that the head goes out at once */
        n = sizeof hello - 1;
    } else if (n == 0 && now - s->sent_s >= TH_HEARTBEAT_S) {
        from = pause;
        n = sizeof pause - 1;
    } else {
        n = n < cap ? n : cap;
        s->at += n;
    }
    if (n == 0 || n > cap) return 0;
    memcpy(buf, from, n);
    s->sent_s = now;
    return (long)n;
}

void th_sse_free(th_sse *s)
{
    free(s->text);
}

th_err th_sse_after(const th_request *r, bool *given, uint64_t *id, th_why *why)
{
    const char *text = th_request_header(r, "Last-Event-ID");
    int64_t n = 0;
    *id = 0;
    *given = text || th_request_query(r, "after");
    if (!text) {
        TH_TRY(th_request_int(r, "after", 0, INT64_MAX, 0, &n, why));
        *id = (uint64_t)n;
        return TH_OK;
    }
    char *end;
    *id = strtoull(text, &end, 10);
    *given = *text >= '0' && *text <= '9' && !*end; /* another server's: from here on */
    if (!*given) *id = 0;
    return TH_OK;
}

/* ---- news ---- */

typedef struct told {
    char event[16];
    char *data;
} told;

struct th_news {
    th_mutex mutex;
    th_bell bell;
    told last[KEPT]; /* number i stands at i % KEPT */
    uint64_t first, next;
    bool closed;
};

th_err th_news_new(th_news **news, th_why *why)
{
    th_news *f = calloc(1, sizeof *f);
    *news = NULL;
    if (!f) return th_why_set(why, TH_ENOMEM, "out of memory for events");
    if (th_mutex_init(&f->mutex, why)) {
        free(f);
        return TH_ENOMEM;
    }
    if (th_bell_init(&f->bell, why)) {
        th_mutex_free(&f->mutex);
        free(f);
        return TH_ENOMEM;
    }
    /* numbers go on rising when the server is started anew: a thousand events a second are never told */
    f->first = f->next = (uint64_t)time(NULL) * 1000;
    *news = f;
    return TH_OK;
}

void th_news_free(th_news *news)
{
    if (!news) return;
    for (size_t i = 0; i < KEPT; i++) free(news->last[i].data);
    th_bell_free(&news->bell);
    th_mutex_free(&news->mutex);
    free(news);
}

void th_news_say(th_news *news, const char *event, json_t *data)
{
    char *text = data ? json_dumps(data, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(data);
    if (!text) return;
    th_mutex_lock(&news->mutex);
    told *t = &news->last[news->next % KEPT];
    free(t->data);
    t->data = text;
    snprintf(t->event, sizeof t->event, "%s", event);
    news->next++;
    if (news->next - news->first > KEPT) news->first++;
    th_bell_ring(&news->bell);
    th_mutex_unlock(&news->mutex);
}

void th_news_close(th_news *news)
{
    th_mutex_lock(&news->mutex);
    news->closed = true;
    th_bell_ring(&news->bell);
    th_mutex_unlock(&news->mutex);
}

typedef struct listener {
    th_news *news;
    uint64_t next;
    th_sse sse;
} listener;

/* What is new, into the listener's text. */
static void collect(listener *l)
{
    th_news *f = l->news;
    char id[24];
    if (l->next < f->first || l->next > f->next) {
        l->next = f->next;
        snprintf(id, sizeof id, "%llu", (unsigned long long)(l->next - 1));
        (void)th_sse_add(&l->sse, id, "missed", "{}");
    }
    for (; l->next < f->next; l->next++) {
        const told *t = &f->last[l->next % KEPT];
        snprintf(id, sizeof id, "%llu", (unsigned long long)l->next);
        if (!th_sse_add(&l->sse, id, t->event, t->data)) return;
    }
}

static long next(void *ctx, char *buf, size_t cap)
{
    listener *l = ctx;
    th_news *f = l->news;
    long n = th_sse_take(&l->sse, buf, cap);
    if (n) return n;
    th_mutex_lock(&f->mutex);
    while (!f->closed && l->next == f->next && th_clock_s() < l->sse.sent_s + TH_HEARTBEAT_S)
        th_bell_wait(&f->bell, &f->mutex, l->sse.sent_s + TH_HEARTBEAT_S);
    const bool closed = f->closed;
    if (!closed) collect(l);
    th_mutex_unlock(&f->mutex);
    return closed ? -1 : th_sse_take(&l->sse, buf, cap);
}

static void end(void *ctx)
{
    listener *l = ctx;
    th_sse_free(&l->sse);
    free(l);
}

th_err th_news_stream(th_news *news, const th_request *r, th_reply *out, th_why *why)
{
    uint64_t after;
    bool given;
    TH_TRY(th_sse_after(r, &given, &after, why));
    listener *l = calloc(1, sizeof *l);
    if (!l) return th_why_set(why, TH_ENOMEM, "out of memory for events");
    l->news = news;
    th_mutex_lock(&news->mutex);
    l->next = given ? after + 1 : news->next;
    th_mutex_unlock(&news->mutex);
    out->type = "text/event-stream";
    out->next = next;
    out->ctx = l;
    out->end = end;
    return TH_OK;
}
