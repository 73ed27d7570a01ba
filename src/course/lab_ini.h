/* course/lab_ini.h -- the text form of recipes of labs and of answers: sections of "name = value" (docs/labs.md). */
#ifndef TH_COURSE_LAB_INI_H
#define TH_COURSE_LAB_INI_H

#include "base/span.h"
#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct th_lab_line {
    char *name, *value;
    int line; /* of the file, from 1 */
} th_lab_line;

typedef struct th_lab_section {
    char *kind, *name; /* [kind name]; "" where there is none */
    th_lab_line *entry;
    size_t n;
    int line;
} th_lab_section;

typedef struct th_lab_ini {
    th_lab_section *section; /* [n >= 1]; the first has what stands above all others */
    size_t n;
} th_lab_ini;

#define TH_LAB_INI_BYTES (1u << 20) /* of a text, at most */

/* Reads a text.  file: its name, for complaints.  comments: what stands behind " #" in a line is none of the value
 * (recipes; answers may have it).  Errors: TH_EFORMAT with file and line, TH_ERANGE (too long), TH_ENOMEM.  Free it
 * either way. */
TH_NODISCARD th_err th_lab_ini_read(th_span text, const char *file, bool comments, th_lab_ini *ini, th_why *why);
void th_lab_ini_free(th_lab_ini *ini);

/* The first section [kind name] (name NULL: any), or NULL. */
const th_lab_section *th_lab_ini_find(const th_lab_ini *ini, const char *kind, const char *name);

/* The value of a name in a section, NULL when it is not there (or the section is NULL). */
const char *th_lab_get(const th_lab_section *s, const char *name);

#endif
