#include "serve/door.h"

#include "base/text.h"
#include "os/thread.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define ONCE_LETTERS 12

struct th_door {
    th_mutex lock;
    char pairing[TH_PAIRING_BYTES]; /* "": none */
    int64_t until_ms;
    int wrong;
    char once[ONCE_LETTERS + 1]; /* "": used */
};

th_err th_door_new(th_door **out, th_why *why)
{
    static const char letters[] = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"; /* no I, L, O, 0, 1 */
    th_door *d = calloc(1, sizeof *d);
    *out = d;
    if (!d || th_mutex_init(&d->lock, why)) {
        free(d);
        *out = NULL;
        return th_why_set(why, TH_ENOMEM, "out of memory for the pairing codes");
    }
    for (int i = 0; i < ONCE_LETTERS; i++) d->once[i] = letters[randombytes_uniform(sizeof letters - 1)];
    return TH_OK;
}

void th_door_free(th_door *d)
{
    if (!d) return;
    th_mutex_free(&d->lock);
    sodium_memzero(d, sizeof *d);
    free(d);
}

/* Under the lock. */
static void make_pairing(th_door *d, int64_t now_ms)
{
    (void)th_text_fmt(d->pairing, sizeof d->pairing, "%06u", (unsigned)randombytes_uniform(1000000));
    d->until_ms = now_ms + TH_PAIRING_MS;
    d->wrong = 0;
}

static bool is_open(const th_door *d, int64_t now_ms)
{
    return d->pairing[0] && now_ms < d->until_ms && d->until_ms - now_ms <= TH_PAIRING_MS;
}

void th_door_pairing(th_door *d, bool renew, int64_t now_ms, char code[TH_PAIRING_BYTES], int64_t *left_ms)
{
    th_mutex_lock(&d->lock);
    if (renew || !is_open(d, now_ms)) make_pairing(d, now_ms);
    memcpy(code, d->pairing, sizeof d->pairing);
    *left_ms = d->until_ms - now_ms;
    th_mutex_unlock(&d->lock);
}

void th_door_once(th_door *d, char code[TH_ONCE_BYTES])
{
    th_mutex_lock(&d->lock);
    if (d->once[0])
        (void)th_text_fmt(code, TH_ONCE_BYTES, "%.4s-%.4s-%.4s", d->once, d->once + 4, d->once + 8);
    else
        code[0] = 0;
    th_mutex_unlock(&d->lock);
}

/* The code's letters and digits, upper case; zeros behind them. */
static void plain(const char *code, char out[ONCE_LETTERS + 1])
{
    size_t n = 0;
    memset(out, 0, ONCE_LETTERS + 1);
    for (; *code; code++) {
        if (*code == ' ' || *code == '-') continue;
        if (n > ONCE_LETTERS) break;
        out[n++] = (char)(*code >= 'a' && *code <= 'z' ? *code - 'a' + 'A' : *code);
    }
}

th_door_kind th_door_try(th_door *d, const char *code, int64_t now_ms)
{
    char given[ONCE_LETTERS + 1], pairing[ONCE_LETTERS + 1] = "";
    plain(code, given);
    th_mutex_lock(&d->lock);
    memcpy(pairing, d->pairing, sizeof d->pairing);
    const bool is_pairing = !sodium_memcmp(given, pairing, sizeof pairing) && is_open(d, now_ms);
    const bool is_once = !sodium_memcmp(given, d->once, sizeof d->once) && d->once[0];
    if (!is_pairing && !is_once && d->pairing[0] && ++d->wrong >= TH_PAIRING_TRIES) make_pairing(d, now_ms);
    th_mutex_unlock(&d->lock);
    return is_pairing ? TH_DOOR_PAIRING : is_once ? TH_DOOR_ONCE : TH_DOOR_SHUT;
}

bool th_door_use_once(th_door *d)
{
    th_mutex_lock(&d->lock);
    const bool was = d->once[0] != 0;
    sodium_memzero(d->once, sizeof d->once);
    th_mutex_unlock(&d->lock);
    return was;
}

void th_door_again(th_door *d, const char *code)
{
    char once[ONCE_LETTERS + 1];
    plain(code, once);
    th_mutex_lock(&d->lock);
    memcpy(d->once, once, sizeof d->once);
    th_mutex_unlock(&d->lock);
}
