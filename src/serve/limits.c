#include "serve/limits.h"

#include "base/text.h"
#include "os/net.h"
#include "os/thread.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SETS  256
#define WAYS  16
#define TRIES '!' /* kind of the slots that count wrong tries */

typedef struct slot {
    uint64_t who;  /* 0: free */
    double level;  /* tokens, or wrong tries */
    int64_t at_ms; /* of level: last use */
    int64_t until_ms;
} slot;

struct th_limits {
    th_mutex lock;
    unsigned char key[crypto_shorthash_KEYBYTES];
    slot slot[SETS][WAYS];
};

th_err th_limits_new(th_limits **out, th_why *why)
{
    th_limits *l = calloc(1, sizeof *l);
    *out = l;
    if (!l || th_mutex_init(&l->lock, why)) {
        free(l);
        *out = NULL;
        return th_why_set(why, TH_ENOMEM, "out of memory for the studio's limits");
    }
    randombytes_buf(l->key, sizeof l->key);
    return TH_OK;
}

void th_limits_free(th_limits *l)
{
    if (!l) return;
    th_mutex_free(&l->lock);
    free(l);
}

/* The slot of kind and who: its own, or the oldest of its set, emptied (*fresh). Under the lock. */
static slot *slot_of(th_limits *l, char kind, const char *who, bool *fresh)
{
    unsigned char hash[crypto_shorthash_BYTES], text[256];
    const size_t n = th_text_fmt((char *)text, sizeof text, "%c%s", kind, who);
    uint64_t h;
    (void)crypto_shorthash(hash, text, n < sizeof text ? n : sizeof text - 1, l->key);
    memcpy(&h, hash, sizeof h);
    h |= (uint64_t)!h;
    slot *set = l->slot[h % SETS], *oldest = set;
    for (int i = 0; i < WAYS; i++) {
        if (set[i].who == h) return *fresh = false, &set[i];
        if (set[i].at_ms < oldest->at_ms || !set[i].who) oldest = &set[i];
        if (!oldest->who) break;
    }
    *fresh = true;
    *oldest = (slot){.who = h};
    return oldest;
}

int64_t th_limits_take(th_limits *l, const th_bucket *b, const char *who, double amount, int64_t now_ms)
{
    bool fresh;
    int64_t wait = 0;
    th_mutex_lock(&l->lock);
    slot *s = slot_of(l, b->kind, who, &fresh);
    if (fresh) s->level = b->burst;
    if (!fresh && now_ms > s->at_ms) s->level += b->per_s * (double)(now_ms - s->at_ms) / 1000;
    if (s->level > b->burst) s->level = b->burst;
    s->at_ms = now_ms;
    const double needed = amount < b->burst ? amount : b->burst;
    if (s->level >= needed)
        s->level -= amount;
    else
        wait = (int64_t)((needed - s->level) / b->per_s * 1000) + 1;
    th_mutex_unlock(&l->lock);
    return wait;
}

static int64_t wait_after(double wrong)
{
    int64_t wait = TH_TRIES_WAIT_MS;
    for (double k = TH_TRIES_FREE; k < wrong && wait < TH_TRIES_MOST_MS; k++) wait *= 2;
    return wait < TH_TRIES_MOST_MS ? wait : TH_TRIES_MOST_MS;
}

int64_t th_limits_try(th_limits *l, const char *who, int64_t now_ms)
{
    bool fresh;
    th_mutex_lock(&l->lock);
    slot *s = slot_of(l, TRIES, who, &fresh);
    if (now_ms - s->at_ms > TH_TRIES_FORGET_MS) *s = (slot){.who = s->who};
    int64_t wait = s->until_ms - now_ms;
    if (wait > TH_TRIES_MOST_MS) wait = TH_TRIES_MOST_MS; /* somebody set the clock back */
    if (wait <= 0) {
        wait = 0;
        s->level += 1;
        s->at_ms = now_ms;
        if (s->level >= TH_TRIES_FREE) s->until_ms = now_ms + wait_after(s->level);
    }
    th_mutex_unlock(&l->lock);
    return wait;
}

void th_limits_right(th_limits *l, const char *who)
{
    bool fresh;
    th_mutex_lock(&l->lock);
    *slot_of(l, TRIES, who, &fresh) = (slot){.who = 0};
    th_mutex_unlock(&l->lock);
}

void th_limits_who(const char *address, char *who, size_t cap)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
    unsigned char ip[16];
    char text[TH_NET_ADDRESS_BYTES];
    const size_t n = th_net_parse(address, ip);
    const bool four = n == 16 && !memcmp(ip, mapped, sizeof mapped); /* ::ffff:192.168.1.7 is 192.168.1.7 */
    if (n != 16) {
        (void)th_text_fmt(who, cap, "%s", address);
        return;
    }
    if (!four) memset(ip + 8, 0, 8);
    th_net_text(four ? ip + 12 : ip, four ? 4 : 16, text);
    (void)th_text_fmt(who, cap, "%s%s", text, four ? "" : "/64");
}
