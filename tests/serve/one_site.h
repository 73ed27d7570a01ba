/* One studio for all tests of a program, with a project of each task. */
#ifndef TH_TEST_SERVE_ONE_SITE_H
#define TH_TEST_SERVE_ONE_SITE_H

#include "samples.h"

static th_site *site;

static int set_up(void **state)
{
    static const char *const projects[][3] = {{"words", "keyword", "yes,no"}, {"moves", "activity", ""},
                                              {"views", "image", ""},         {"signs", "gesture", ""},
                                              {"machine", "anomaly", ""},     {"sum", "sine", ""}};
    if (in_temp(state)) return 1;
    site = site_open(*state);
    for (size_t i = 0; i < sizeof projects / sizeof *projects; i++)
        site_project(site, projects[i][0], projects[i][1], projects[i][2]);
    return 0;
}

static int tear_down(void **state)
{
    site_close(site);
    return remove_temp(state);
}

static inline answer get(const char *uri)
{
    return ask(site, "GET", uri, NULL, (th_span){0});
}

#endif
