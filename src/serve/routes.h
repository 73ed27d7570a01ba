/* serve/routes.h -- the routes of each part of the API, ended by a row with method NULL. */
#ifndef TH_SERVE_ROUTES_H
#define TH_SERVE_ROUTES_H

#include "serve/site.h"

extern const th_route th_routes_server[];   /* api_server.c: the server itself */
extern const th_route th_routes_projects[]; /* api_projects.c */
extern const th_route th_routes_pages[];    /* pages.c: everything else */

#endif
