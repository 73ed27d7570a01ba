/* os/feed.h -- what comes on a descriptor of ours, on its way into a FIFO that another program reads: a thread of its
 * own takes all that comes at once, and the other program takes it as fast as it can. */
#ifndef TH_OS_FEED_H
#define TH_OS_FEED_H

#include "base/span.h"
#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TH_FEED_UNIT 4096 /* bytes, most of a unit: what a pipe takes at once or not at all (PIPE_BUF of Linux) */

typedef struct th_feed th_feed;

/* Bytes that came -> th_feed_put of what the reader is to get.  In the feed's thread. */
typedef th_err th_feed_take_fn(void *ctx, th_feed *f, th_span bytes);

typedef struct th_feed_cfg {
    int from;              /* a descriptor: 0 is standard input.  It is not closed */
    size_t unit;           /* bytes, 1 to TH_FEED_UNIT: the reader is never given a part of a unit */
    size_t keep;           /* bytes: so many are kept for th_feed_kept */
    th_feed_take_fn *take; /* NULL: the bytes as they are */
    void *ctx;
} th_feed_cfg;

/* Makes the FIFO `path` and starts.  The reader may open it later: it sees all from the first byte on, and the end when
 * the descriptor has ended, or after Ctrl-C.  Errors: TH_EIO, TH_ENOMEM. */
TH_NODISCARD th_err th_feed_start(const th_feed_cfg *cfg, const char *path, th_feed **f, th_why *why);

void th_feed_put(th_feed *f, const void *bytes, size_t n); /* in the feed's thread */

/* Bytes for the reader so far, those that it has not taken yet as well.  From any thread. */
int64_t th_feed_came(const th_feed *f);

/* Stops where it is and waits for the thread. */
void th_feed_stop(th_feed *f);

/* After th_feed_stop: what went into the FIFO, when that was no more than cfg->keep.  false: it was more, or the reader
 * has left before the end. */
bool th_feed_kept(const th_feed *f, th_span *all);

void th_feed_free(th_feed *f); /* stops it, too; NULL is fine */

#endif
