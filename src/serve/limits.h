/* serve/limits.h -- how often somebody may: token buckets, and wrong tries that make the wait grow.
 *
 * A bucket holds `burst` tokens and fills with `per_s` a second; what is done takes some out, and when there are not
 * enough one waits.  Who it is (an address, a session) is a text; states stand in a table of fixed size, 16 places for
 * each of 256 hashes with a key of this start, and the one that was not used for longest makes room.  So memory is
 * bounded, and nobody can choose whom to push out.  From any thread. */
#ifndef TH_SERVE_LIMITS_H
#define TH_SERVE_LIMITS_H

#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct th_limits th_limits;

typedef struct th_bucket {
    char kind; /* different things that one may do have different buckets */
    double per_s, burst;
} th_bucket;

TH_NODISCARD th_err th_limits_new(th_limits **l, th_why *why);
void th_limits_free(th_limits *l);

/* Takes `amount` tokens; returns 0, or after how many ms there will be enough (and takes none).
 * More than the burst is taken from a full bucket, which then is empty for the longer. */
int64_t th_limits_take(th_limits *l, const th_bucket *bucket, const char *who, double amount, int64_t now_ms);

#define TH_TRIES_FREE      5                /* wrong tries that cost nothing */
#define TH_TRIES_WAIT_MS   10000            /* after these, doubled with each further one .. */
#define TH_TRIES_MOST_MS   (15 * 60 * 1000) /* .. up to this */
#define TH_TRIES_FORGET_MS (60 * 60 * 1000) /* without a try */

/* Before a secret is looked at: counts the try as wrong and returns 0, or how many ms `who` must wait (not counted).
 * Counted first, so that a hundred tries at the same moment are a hundred. */
int64_t th_limits_try(th_limits *l, const char *who, int64_t now_ms);
/* It was right: all is forgiven. */
void th_limits_right(th_limits *l, const char *who);

/* Whom an address counts as, into who [cap]: itself; of IPv6 its /64, which one household has for itself. */
void th_limits_who(const char *address, char *who, size_t cap);

#endif
