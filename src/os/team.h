/* os/team.h -- a persistent team of threads for work that is split the same way each time.
 *
 * The split depends on the team's size only, never on timing, so results repeat bit for bit.
 * Barriers spin briefly, then sleep, so the team survives other programs on the same cores. */
#ifndef TH_OS_TEAM_H
#define TH_OS_TEAM_H

#include "base/why.h"

typedef struct th_team th_team;
typedef void th_team_fn(void *ctx, int member, int n_members);

TH_NODISCARD th_err th_team_new(int n_members, th_team **team, th_why *why); /* 1 makes no thread */
void th_team_free(th_team *team);
int th_team_size(const th_team *team);

/* Runs fn on every member (the caller is member 0) and waits for all. */
void th_team_run(th_team *team, th_team_fn *fn, void *ctx);

/* Inside fn: waits until every member is here. */
void th_team_barrier(th_team *team, int member);

#endif
