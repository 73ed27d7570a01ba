/* course/groups.h -- counts of people that tell nothing of one of them.
 *
 * Groups of fewer than five are not told.  Nor may what is left be found by subtraction: those who are not told
 * together (small groups, and who said nothing) are none or at least five; else the smallest of the other groups is
 * not told either, until they are (complementary suppression; A. Hundepool et al., "Statistical Disclosure Control",
 * 2012, 4.2). */
#ifndef TH_COURSE_GROUPS_H
#define TH_COURSE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#define TH_GROUP_LEAST 5

typedef struct th_group {
    const char *name; /* NULL: who said nothing; told like any other group */
    int n, done;
    bool told;
} th_group;

/* Decides which groups are told. */
void th_groups_hide(th_group *group, size_t n);

#endif
