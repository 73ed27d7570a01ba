/* cli/course_labs.h -- the labs' solutions and typical mistakes, tried one after another. */
#ifndef TH_CLI_COURSE_LABS_H
#define TH_CLI_COURSE_LABS_H

#include "course/shelf.h"

/* Prints a line for each thing that was tried.  id: of a lab, its chapter, its course; NULL for all labs.  seed: the
 * learner's. Errors: TH_EFORMAT (something is wrong: it was printed), those of th_lab_check. */
TH_NODISCARD th_err th_course_labs(const th_shelf *shelf, const char *id, uint64_t seed, th_why *why);

#endif
