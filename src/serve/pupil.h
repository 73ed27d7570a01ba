/* serve/pupil.h -- what the parts of the API about the course share: who asks, and the courses as they are now. */
#ifndef TH_SERVE_PUPIL_H
#define TH_SERVE_PUPIL_H

#include "course/school.h"
#include "serve/site.h"

/* The learner who asks, entered when she comes first; the time is the guard's.  Errors: TH_EUSAGE (a program asks,
 * which learns nothing), those of th_school_enter. */
TH_NODISCARD th_err th_request_pupil(const th_request *r, th_pupil *who, th_why *why);

/* A page of the courses, or an own lesson ("own/12"); general: also "general", a place in the forum.
 * Errors: TH_ENOENT. */
TH_NODISCARD th_err th_request_page(const th_request *r, const char *id, bool general, th_why *why);

/* "own/12": a lesson of a class's teacher. */
bool th_is_own_lesson(const char *id);

/* The number that stands for part i of the path.  Errors: TH_ENOENT. */
TH_NODISCARD th_err th_request_number(const th_request *r, int part, int64_t *number, th_why *why);

/* The whole of a handler that looks something up: who asks, find, reply with 200. */
typedef th_err th_pupil_find(th_school *school, const th_pupil *who, json_t **found, th_why *why);
TH_NODISCARD th_err th_pupil_reply(const th_request *r, th_reply *out, th_pupil_find *find, th_why *why);

/* 204 unless it failed. */
TH_NODISCARD th_err th_reply_nothing(th_reply *out, th_err err);

#endif
