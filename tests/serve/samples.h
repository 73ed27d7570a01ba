/* A studio without its network for tests of the API about samples: requests made by hand. */
#ifndef TH_TEST_SERVE_SAMPLES_H
#define TH_TEST_SERVE_SAMPLES_H

#include "../data/sound.h"

#include "serve/desk.h"
#include "serve/routes.h"

#include <math.h>

static inline th_site *site_open(const char *root)
{
    th_site *site = calloc(1, sizeof *site);
    th_why why = {0};
    assert_non_null(site);
    assert_int_equal(th_path_absolute(site->root, root, NULL), TH_OK);
    if (th_desk_new(&site->desk, &why)) fail_msg("%s", why.text);
    return site;
}

static inline void site_close(th_site *site)
{
    th_desk_free(site->desk);
    free(site);
}

/* ROOT/NAME, of a task. */
static inline void site_project(const th_site *site, const char *name, const char *task, const char *labels)
{
    static th_project p;
    th_why why = {0};
    char list[4][TH_LABEL_BYTES], dir[TH_PATH_BYTES];
    const char *label[4] = {0};
    int n = 0;
    for (const char *at = labels; *at && n < 4; n++) {
        const size_t len = strcspn(at, ",");
        snprintf(list[n], sizeof list[n], "%.*s", (int)len, at);
        label[n] = list[n];
        at += len + (at[len] == ',');
    }
    if (th_project_defaults(task, label, n, &p, &why)) fail_msg("%s", why.text);
    assert_int_equal(th_path_join(dir, site->root, name, NULL), TH_OK);
    if (th_project_create(&p, dir, &why)) fail_msg("%s", why.text);
}

typedef struct answer {
    th_reply reply;
    json_t *json; /* of its body, or NULL */
} answer;

/* "POST /api/v1/..?label=yes" with a body of a type. */
static inline answer ask(th_site *site, const char *method, const char *uri, const char *type, th_span body)
{
    static _Thread_local th_target target;
    char rest[TH_TARGET_BYTES];
    const th_pair headers[] = {{"content-type", type}};
    th_why why = {0};
    answer a = {0};
    bool known;
    if (th_target_parse(uri, &target, &why)) {
        th_reply_error(&a.reply, 400, why.text);
        return a;
    }
    th_request r = {.site = site,
                    .method = method,
                    .query = target.query,
                    .n_query = target.n_query,
                    .headers = headers,
                    .n_headers = type ? 1 : 0,
                    .body = body,
                    .role = TH_ROLE_TEACHER,
                    .user = ""};
    const th_route *route = th_route_find(method, &target, r.part, rest, &known);
    if (!route || body.n > route->body_max) {
        th_reply_error(&a.reply, !known ? 404 : !route ? 405 : 413, "");
        return a;
    }
    th_route_run(route, &r, &a.reply);
    if (a.reply.bytes) a.json = json_loadb((const char *)a.reply.bytes, a.reply.n, 0, NULL);
    return a;
}

static inline void done(answer *a)
{
    json_decref(a->json);
    th_reply_free(&a->reply);
}

static inline void expect(const answer *a, int status)
{
    if (a->reply.status != status)
        fail_msg("status %d, not %d: %.*s", a->reply.status, status, (int)a->reply.n,
                 a->reply.bytes ? (const char *)a->reply.bytes : "");
}

static inline const char *text_at(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "(none)";
}

static inline json_int_t number_at(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static inline bool warns(const answer *a, const char *code)
{
    size_t i;
    json_t *w;
    json_array_foreach(json_object_get(a->json, "warnings"), i,
                       w) if (strcmp(text_at(w, "code"), code) == 0) return true;
    return false;
}

/* ---- bodies ---- */

typedef struct bytes {
    uint8_t *p;
    size_t n;
} bytes;

static inline th_span span_of(const bytes *b)
{
    return (th_span){b->p, b->n};
}

static inline bytes wav_from(const int16_t *pcm, int32_t n)
{
    bytes b = {0};
    assert_int_equal(th_audio_wav(16000, pcm, n, &b.p, &b.n, NULL), TH_OK);
    return b;
}

/* A "word": a tone of 0.3 s in the middle of n samples, over noise of this size. */
static inline bytes wav_of(int32_t n, uint64_t seed, double loud, double noise)
{
    bytes b;
    int16_t *pcm = calloc((size_t)n, sizeof *pcm);
    assert_non_null(pcm);
    th_rng r = th_rng_make(seed, 3);
    for (int32_t i = 0; i < n; i++) {
        const double at = (double)(i - n / 2) / 16000, tone = fabs(at) < 0.15 ? loud * sin(6.2831853 * 700 * at) : 0;
        const double v = tone + noise * (double)th_rng_range(&r, -1.0f, 1.0f);
        pcm[i] = (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
    }
    b = wav_from(pcm, n);
    free(pcm);
    return b;
}

#endif
