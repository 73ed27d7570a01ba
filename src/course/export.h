/* course/export.h -- a course for other programs: one row of a table for each format.
 *
 *   th_shelf --th_lesson_json, th_quiz_load--> pages, items --export_<format>.c--> one file
 *
 * Pages are HTML whose links and pictures lead into the file itself; items are frozen to the numbers of seed 1.  The
 * same course gives the same bytes. */
#ifndef TH_COURSE_EXPORT_H
#define TH_COURSE_EXPORT_H

#include "course/shelf.h"

typedef struct th_export_cfg {
    const th_shelf *shelf;
    const char *course;  /* its id, "rule" */
    const char *lang;    /* "en"; what is not translated stays English */
    const char *program; /* this program's path, for computed items */
} th_export_cfg;

/* Name and one line of help of row i; NULL after the last. */
const char *th_export_name(size_t i, const char **help);

/* Writes the course to a file, at once or not at all.
 * Errors: TH_EUSAGE (no such format), TH_ENOENT (no such course), those of its pages, TH_EIO. */
TH_NODISCARD th_err th_course_export(const th_export_cfg *cfg, const char *format, const char *path, th_why *why);

#endif
