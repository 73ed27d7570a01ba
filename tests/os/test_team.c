#include "../test.h"

#include "os/team.h"

#define MEMBERS 5 /* more than this machine has processors: members must sleep */
#define ROUNDS  100

typedef struct work {
    th_team *team;
    int count[MEMBERS], wrong;
} work;

/* After each barrier all members must have counted as far as this one. */
static void count_together(void *ctx, int member, int n)
{
    work *w = ctx;
    for (int i = 1; i <= ROUNDS; i++) {
        w->count[member]++;
        th_team_barrier(w->team, member);
        for (int k = 0; k < n; k++)
            if (w->count[k] != i) w->wrong++;
        th_team_barrier(w->team, member);
    }
}

static void mark(void *ctx, int member, int n)
{
    ((int *)ctx)[member] += n;
}

static void members_wait_for_each_other(void **state)
{
    (void)state;
    for (int n = 1; n <= MEMBERS; n++) {
        work w = {0};
        assert_int_equal(th_team_new(n, &w.team, NULL), TH_OK);
        assert_int_equal(th_team_size(w.team), n);
        th_team_run(w.team, count_together, &w);
        assert_int_equal(w.wrong, 0);
        int marks[MEMBERS] = {0};
        for (int i = 0; i < 100; i++) th_team_run(w.team, mark, marks);
        for (int k = 0; k < MEMBERS; k++) assert_int_equal(marks[k], k < n ? 100 * n : 0);
        th_team_free(w.team);
    }
}

static void sizes_are_checked(void **state)
{
    (void)state;
    th_team *team;
    th_why why = {0};
    assert_int_equal(th_team_new(0, &team, &why), TH_ERANGE);
    assert_int_equal(th_team_new(65, &team, NULL), TH_ERANGE);
    assert_null(team);
    th_team_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(members_wait_for_each_other),
                                       cmocka_unit_test(sizes_are_checked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
