/* os/thread.h -- threads, and what two of them share: a mutex, and a bell that wakes whoever waits for news. */
#ifndef TH_OS_THREAD_H
#define TH_OS_THREAD_H

#include "base/why.h"

#include <pthread.h>

typedef struct th_mutex {
    pthread_mutex_t m;
} th_mutex;

TH_NODISCARD th_err th_mutex_init(th_mutex *mutex, th_why *why);
void th_mutex_free(th_mutex *mutex);
void th_mutex_lock(th_mutex *mutex);
void th_mutex_unlock(th_mutex *mutex);

/* Rung after what the mutex guards has changed. */
typedef struct th_bell {
    pthread_cond_t c;
} th_bell;

TH_NODISCARD th_err th_bell_init(th_bell *bell, th_why *why);
void th_bell_free(th_bell *bell);
void th_bell_ring(th_bell *bell); /* wakes all */

/* Gives the mutex back, waits until the bell rings or th_clock_s() is `until_s`, takes the mutex again.  May return
 * without cause: look at what you wait for. */
void th_bell_wait(th_bell *bell, th_mutex *mutex, double until_s);

/* Runs fn(ctx) beside the caller; nobody waits for its end (count them where that matters).  Errors: TH_ENOMEM. */
typedef void th_thread_fn(void *ctx);
TH_NODISCARD th_err th_thread_start(th_thread_fn *fn, void *ctx, th_why *why);

#endif
