/* What the library asks of an operating system, in a browser's page: one thread, nobody who presses Ctrl-C, no files.
 */
#include "os/run.h"
#include "os/team.h"

#include <stdlib.h>

struct th_team {
    int n;
};

th_err th_team_new(int n_members, th_team **team, th_why *why)
{
    if (n_members != 1) return th_why_set(why, TH_EUNSUP, "a page has one thread, not %d", n_members);
    *team = malloc(sizeof **team);
    if (!*team) return th_why_set(why, TH_ENOMEM, "no memory for a team of one");
    (*team)->n = n_members;
    return TH_OK;
}

void th_team_free(th_team *team)
{
    free(team);
}

int th_team_size(const th_team *team)
{
    return team->n;
}

void th_team_run(th_team *team, th_team_fn *fn, void *ctx)
{
    fn(ctx, 0, team->n);
}

void th_team_barrier(th_team *team, int member)
{
    (void)team;
    (void)member;
}

bool th_interrupted(void)
{
    return false;
}

void th_memory_large(void *p, size_t n)
{
    (void)p;
    (void)n;
}
