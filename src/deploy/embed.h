/* deploy/embed.h -- the sources that run on a device, held inside the program, so that deploy
 * works wherever the program is installed.  The table is made by tools/embed.sh at build time. */
#ifndef TH_DEPLOY_EMBED_H
#define TH_DEPLOY_EMBED_H

#include "base/why.h"

typedef struct th_embed_file {
    const char *path;           /* as an #include names it: "nn/op.h"; the firmware's own files: "device/main.c" */
    const unsigned char *bytes; /* [size], and a NUL behind it */
    size_t size;
} th_embed_file;

extern const th_embed_file th_embed_table[];  /* ended by a row with path NULL */
extern const th_embed_file th_course_table[]; /* the same of courses/, sorted by path: "1-rule/course.md" */

const th_embed_file *th_embed_find(const char *path); /* NULL when there is none */

/* A set of files that is closed under #include. */
#define TH_EMBED_MAX 320
typedef struct th_embed_set {
    const th_embed_file *file[TH_EMBED_MAX];
    size_t n;
} th_embed_set;

/* Adds `path`, what it includes, and for every header the .c file of the same name.
 * Errors: TH_ENOENT (no such file in the program). */
TH_NODISCARD th_err th_embed_add(th_embed_set *set, const char *path, th_why *why);

#endif
