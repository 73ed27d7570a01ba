#include "course/groups.h"

void th_groups_hide(th_group *group, size_t n)
{
    int hidden = 0;
    for (size_t i = 0; i < n; i++) {
        group[i].told = group[i].n >= TH_GROUP_LEAST;
        hidden += group[i].told ? 0 : group[i].n;
    }
    while (hidden > 0 && hidden < TH_GROUP_LEAST) {
        th_group *least = NULL;
        for (size_t i = 0; i < n; i++)
            if (group[i].told && (!least || group[i].n < least->n)) least = &group[i];
        if (!least) return;
        least->told = false;
        hidden += least->n;
    }
}
