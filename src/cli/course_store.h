/* cli/course_store.h -- where learners' records are: --store, or THIMBLE_STORE, or a file below the studio's folder. */
#ifndef TH_CLI_COURSE_STORE_H
#define TH_CLI_COURSE_STORE_H

#include "cli/cmd.h"
#include "course/school.h"

/* make: the file below the folder, readable by this user only, is made when it is not there; else that is TH_ENOENT.
 * program: as of th_school_open. */
TH_NODISCARD th_err th_course_store_open(const th_args *a, const char *root, bool make, const char *program,
                                         th_school **school, th_why *why);

#endif
