/* pthreads by the names that the other layers know. */
#include "os/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

th_err th_mutex_init(th_mutex *mutex, th_why *why)
{
    const int bad = pthread_mutex_init(&mutex->m, NULL);
    return bad ? th_why_set(why, TH_ENOMEM, "no mutex: %s", strerror(bad)) : TH_OK;
}

void th_mutex_free(th_mutex *mutex)
{
    pthread_mutex_destroy(&mutex->m);
}

void th_mutex_lock(th_mutex *mutex)
{
    pthread_mutex_lock(&mutex->m);
}

void th_mutex_unlock(th_mutex *mutex)
{
    pthread_mutex_unlock(&mutex->m);
}

th_err th_bell_init(th_bell *bell, th_why *why)
{
    pthread_condattr_t attr;
    int bad = pthread_condattr_init(&attr);
    if (bad) return th_why_set(why, TH_ENOMEM, "no condition: %s", strerror(bad));
    bad = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* as th_clock_s */
    if (!bad) bad = pthread_cond_init(&bell->c, &attr);
    pthread_condattr_destroy(&attr);
    return bad ? th_why_set(why, TH_ENOMEM, "no condition: %s", strerror(bad)) : TH_OK;
}

void th_bell_free(th_bell *bell)
{
    pthread_cond_destroy(&bell->c);
}

void th_bell_ring(th_bell *bell)
{
    pthread_cond_broadcast(&bell->c);
}

void th_bell_wait(th_bell *bell, th_mutex *mutex, double until_s)
{
    const time_t s = (time_t)until_s;
    const struct timespec t = {.tv_sec = s, .tv_nsec = (long)((until_s - (double)s) * 1e9)};
    (void)pthread_cond_timedwait(&bell->c, &mutex->m, &t);
}

/* What a new thread is told; it frees this. */
typedef struct start_of {
    th_thread_fn *fn;
    void *ctx;
} start_of;

static void *enter(void *ctx)
{
    const start_of s = *(start_of *)ctx;
    free(ctx);
    s.fn(s.ctx);
    return NULL;
}

th_err th_thread_start(th_thread_fn *fn, void *ctx, th_why *why)
{
    pthread_t thread;
    sigset_t all, before;
    start_of *s = malloc(sizeof *s);
    if (!s) return th_why_set(why, TH_ENOMEM, "out of memory for a thread");
    *s = (start_of){fn, ctx};
    sigfillset(&all); /* signals are for the thread that was there first */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int bad = pthread_create(&thread, NULL, enter, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (bad) {
        free(s);
        return th_why_set(why, TH_ENOMEM, "no thread: %s", strerror(bad));
    }
    pthread_detach(thread);
    return TH_OK;
}
