/* Quizzes that were read and, where they have values of a learner's own, frozen for her seed: a table of fixed size, in
 * which the one that was not used for longest makes room.  A key holds the content's hash, so an author's change is
 * seen. */
#include "course/school_priv.h"

#include "base/hash.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SETS 512
#define WAYS 8

typedef struct quiz_key {
    char id[TH_PAGE_ID_BYTES];
    char lang[16];
    uint64_t seed; /* 0: as it was read */
    uint64_t content;
} quiz_key;

struct th_quiz_held {
    quiz_key key;
    th_quiz quiz;
    bool varies; /* from learner to learner */
    bool kept;   /* stands in the table */
    int refs;
    uint64_t used;
};

struct th_quiz_cache {
    th_mutex lock;
    uint64_t clock;
    th_quiz_held *held[SETS][WAYS];
};

th_err th_quiz_cache_new(struct th_quiz_cache **cache, th_why *why)
{
    *cache = calloc(1, sizeof **cache);
    if (*cache && !th_mutex_init(&(*cache)->lock, why)) return TH_OK;
    free(*cache);
    *cache = NULL;
    return th_why_set(why, TH_ENOMEM, "out of memory for quizzes");
}

static void held_free(th_quiz_held *h)
{
    if (!h) return;
    th_quiz_free(&h->quiz);
    free(h);
}

void th_quiz_cache_free(struct th_quiz_cache *c)
{
    if (!c) return;
    for (int i = 0; i < SETS * WAYS; i++) held_free(c->held[i / WAYS][i % WAYS]);
    th_mutex_free(&c->lock);
    free(c);
}

/* The hash of the quiz's file and of its translation. */
static uint64_t content_of(const th_shelf *shelf, const th_page *page, const char *lang)
{
    char file[2 * TH_PAGE_ID_BYTES];
    th_span bytes;
    uint64_t hash = TH_FNV1A_START;
    if (th_shelf_file(shelf, page->file, &bytes, NULL) == TH_OK) hash = th_fnv1a(hash, bytes);
    const char *dot = strrchr(page->file, '.');
    const size_t n = dot ? (size_t)(dot - page->file) : 0;
    if (th_text_fmt(file, sizeof file, "%.*s.%s%s", (int)n, page->file, lang, dot ? dot : "") < sizeof file &&
        th_shelf_file(shelf, file, &bytes, NULL) == TH_OK)
        hash = th_fnv1a(hash, bytes);
    return hash;
}

static bool same(const quiz_key *a, const quiz_key *b)
{
    return a->content == b->content && a->seed == b->seed && !strcmp(a->id, b->id) && !strcmp(a->lang, b->lang);
}

static th_quiz_held **set_of(struct th_quiz_cache *c, const quiz_key *key)
{
    const uint64_t start = key->content ^ key->seed * UINT64_C(0x9E3779B97F4A7C15),
                   h = th_fnv1a(start, (th_span){(const uint8_t *)key->id, strlen(key->id)});
    return c->held[(h ^ h >> 32) % SETS];
}

static th_quiz_held *look_up(struct th_quiz_cache *c, const quiz_key *key)
{
    th_mutex_lock(&c->lock);
    th_quiz_held **set = set_of(c, key), *found = NULL;
    for (int i = 0; i < WAYS && !found; i++)
        if (set[i] && same(&set[i]->key, key)) found = set[i];
    if (found) {
        found->refs++;
        found->used = ++c->clock;
    }
    th_mutex_unlock(&c->lock);
    return found;
}

/* Puts it into the place of the one of its set that was not used for longest and that nobody holds. */
static void keep(struct th_quiz_cache *c, th_quiz_held *h)
{
    th_mutex_lock(&c->lock);
    th_quiz_held **set = set_of(c, &h->key), **place = NULL, *old = NULL;
    for (int i = 0; i < WAYS; i++) {
        if (set[i] && set[i]->refs) continue;
        if (!place || !set[i] || (*place && set[i]->used < (*place)->used)) place = &set[i];
        if (!*place) break;
    }
    h->refs = 1;
    h->used = ++c->clock;
    if (place) {
        old = *place;
        *place = h;
        h->kept = true;
    }
    th_mutex_unlock(&c->lock);
    held_free(old);
}

void th_quiz_let_go(struct th_quiz_cache *c, th_quiz_held *h)
{
    if (!h) return;
    th_mutex_lock(&c->lock);
    const bool last = --h->refs == 0 && !h->kept;
    th_mutex_unlock(&c->lock);
    if (last) held_free(h);
}

static bool varies(const th_quiz *quiz)
{
    for (size_t i = 0; i < quiz->n; i++)
        if (quiz->items[i].n_vars || quiz->items[i].compute) return true;
    return false;
}

static th_err read_quiz(th_school *s, const th_shelf *shelf, const quiz_key *key, th_quiz_held *h, th_why *why)
{
    h->key = *key;
    TH_TRY(th_quiz_load(shelf, key->id, key->lang, &h->quiz, why));
    h->varies = varies(&h->quiz);
    if (!key->seed || !h->varies) return TH_OK;
    for (size_t i = 0; i < h->quiz.n; i++) TH_TRY(th_item_freeze(&h->quiz.items[i], key->seed, s->program, why));
    return TH_OK;
}

static th_err hold(th_school *s, const th_shelf *shelf, const quiz_key *key, th_quiz_held **held, th_why *why)
{
    *held = look_up(s->cache, key);
    if (*held) return TH_OK;
    th_quiz_held *h = calloc(1, sizeof *h);
    if (!h) return th_why_set(why, TH_ENOMEM, "out of memory for a quiz");
    const th_err err = read_quiz(s, shelf, key, h, why);
    if (err) {
        held_free(h);
        return err;
    }
    keep(s->cache, h);
    *held = h;
    return TH_OK;
}

/* As it was read; and where that varies, frozen for the seed. */
th_err th_quiz_hold(th_school *s, const th_shelf *shelf, const char *id, const char *lang, uint64_t seed,
                    th_quiz_held **held, th_why *why)
{
    quiz_key key = {.seed = 0};
    const th_page *page = th_shelf_find(shelf, id);
    *held = NULL;
    if (!page) return th_why_set(why, TH_ENOENT, "there is no quiz \"%s\"", id);
    (void)th_text_fmt(key.id, sizeof key.id, "%s", id);
    (void)th_text_fmt(key.lang, sizeof key.lang, "%s", lang && *lang ? lang : "en");
    key.content = content_of(shelf, page, key.lang);
    TH_TRY(hold(s, shelf, &key, held, why));
    if (!seed || !(*held)->varies) return TH_OK;
    th_quiz_let_go(s->cache, *held);
    key.seed = seed;
    return hold(s, shelf, &key, held, why);
}

const th_quiz *th_quiz_of(const th_quiz_held *held)
{
    return &held->quiz;
}

th_err th_quiz_points(th_school *s, const th_shelf *shelf, const char *id, int *points, th_why *why)
{
    th_quiz_held *held;
    *points = 0;
    TH_TRY(th_quiz_hold(s, shelf, id, "en", 0, &held, why));
    for (size_t i = 0; i < held->quiz.n; i++) *points += held->quiz.items[i].kind != TH_ITEM_ESSAY;
    th_quiz_let_go(s->cache, held);
    return TH_OK;
}
