/* A barrier counts arrivals; the last one starts the next generation. Waiting spins for some tens of
 * microseconds, which is what the others usually need, and then sleeps: a spinning thread must not
 * take the processor from the one it waits for. */
#include "os/team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#define SPINS 1500

struct th_team {
    int n;
    th_team_fn *fn;
    void *ctx;
    bool quit;
    atomic_int arrived;
    atomic_uint generation;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct th_member {
        th_team *team;
        pthread_t thread;
        int index;
    } * member; /* [n - 1]: the caller is number 0 */
};

static void spin_once(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

void th_team_barrier(th_team *team, int member)
{
    (void)member;
    if (team->n == 1) return;
    const unsigned now = atomic_load_explicit(&team->generation, memory_order_acquire);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) == team->n - 1) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        pthread_mutex_lock(&team->lock); /* else a sleeper could miss the wake-up */
        atomic_store_explicit(&team->generation, now + 1, memory_order_release);
        pthread_cond_broadcast(&team->wake);
        pthread_mutex_unlock(&team->lock);
        return;
    }
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(&team->generation, memory_order_acquire) != now) return;
        spin_once();
    }
    pthread_mutex_lock(&team->lock);
    while (atomic_load_explicit(&team->generation, memory_order_acquire) == now)
        pthread_cond_wait(&team->wake, &team->lock);
    pthread_mutex_unlock(&team->lock);
}

static void *member_main(void *arg)
{
    const struct th_member *m = arg;
    th_team *team = m->team;
    pthread_mutex_lock(&team->lock); /* the gate: the size of the team is known from here on */
    pthread_mutex_unlock(&team->lock);
    for (;;) {
        th_team_barrier(team, m->index); /* work is here */
        if (team->quit) return NULL;
        team->fn(team->ctx, m->index, team->n);
        th_team_barrier(team, m->index); /* work is done */
    }
}

void th_team_run(th_team *team, th_team_fn *fn, void *ctx)
{
    team->fn = fn;
    team->ctx = ctx;
    th_team_barrier(team, 0);
    fn(ctx, 0, team->n);
    th_team_barrier(team, 0);
}

/* Starts the threads behind the closed gate `lock`; team->n becomes what was really started. */
static th_err start(th_team *team)
{
    const int wanted = team->n;
    pthread_mutex_lock(&team->lock);
    for (team->n = 1; team->n < wanted; team->n++) {
        struct th_member *m = &team->member[team->n - 1];
        *m = (struct th_member){.team = team, .index = team->n};
        if (pthread_create(&m->thread, NULL, member_main, m)) break;
    }
    pthread_mutex_unlock(&team->lock);
    return team->n == wanted ? TH_OK : TH_ENOMEM;
}

th_err th_team_new(int n_members, th_team **out, th_why *why)
{
    *out = NULL;
    if (n_members < 1 || n_members > 64)
        return th_why_set(why, TH_ERANGE, "%d threads: 1 to 64 are possible", n_members);
    th_team *team = calloc(1, sizeof *team);
    if (!team) return th_why_set(why, TH_ENOMEM, "out of memory");
    team->n = n_members;
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->wake, NULL);
    team->member = calloc((size_t)n_members, sizeof *team->member);
    if (!team->member) team->n = 1;
    if (!team->member || start(team)) {
        th_team_free(team);
        return th_why_set(why, TH_ENOMEM, "cannot start %d threads. Try --threads 1.", n_members);
    }
    *out = team;
    return TH_OK;
}

void th_team_free(th_team *team)
{
    if (!team) return;
    if (team->n > 1) {
        team->quit = true;
        th_team_barrier(team, 0);
        for (int i = 0; i < team->n - 1; i++) pthread_join(team->member[i].thread, NULL);
    }
    pthread_cond_destroy(&team->wake);
    pthread_mutex_destroy(&team->lock);
    free(team->member);
    free(team);
}

int th_team_size(const th_team *team)
{
    return team->n;
}
