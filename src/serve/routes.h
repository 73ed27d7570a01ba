/* serve/routes.h -- the routes of each part of the API, ended by a row with method NULL. */
#ifndef TH_SERVE_ROUTES_H
#define TH_SERVE_ROUTES_H

#include "serve/site.h"

extern const th_route th_routes_server[];   /* api_server.c: the server itself */
extern const th_route th_routes_session[];  /* api_session.c: who am I, log in, the class's code */
extern const th_route th_routes_people[];   /* api_people.c: users, tokens */
extern const th_route th_routes_projects[]; /* api_projects.c */
extern const th_route th_routes_samples[];  /* api_samples.c */
extern const th_route th_routes_looks[];    /* api_looks.c: waveform, spectrogram, features */
extern const th_route th_routes_jobs[];     /* api_jobs.c: jobs, and the events of a project */
extern const th_route th_routes_import[];   /* api_import.c */
extern const th_route th_routes_model[];    /* api_model.c: the network, its preview, presets, boards */
extern const th_route th_routes_settings[]; /* api_settings.c: thimble.ini */
extern const th_route th_routes_runs[];     /* api_runs.c: runs and results */
extern const th_route th_routes_service[];  /* api_service.c: firmware for a .zip of recordings */
extern const th_route th_routes_course[];   /* api_course.c: the courses to read */
extern const th_route th_routes_learn[];    /* api_learn.c: where a learner is, her answers, notes, journal */
extern const th_route th_routes_class[];    /* api_class.c: classes, gradebook, dashboard */
extern const th_route th_routes_badges[];   /* api_badges.c: certificates */
extern const th_route th_routes_together[]; /* api_together.c: forum, showcase, peers */
extern const th_route th_routes_labs[];     /* api_labs.c: what a learner makes, and its grading */
extern const th_route th_routes_pages[];    /* pages.c: everything else */

#endif
