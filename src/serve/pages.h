/* serve/pages.h -- the studio's pages, held inside the program.  tools/web.sh makes the table of what esbuild
 * made of web/ (docs/studio.md); without node it is empty, and pages.c says what to do. */
#ifndef TH_SERVE_PAGES_H
#define TH_SERVE_PAGES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct th_web_file {
    const char *path; /* "index.html", "assets/app-1B2C3D4E.js": a name with a hash never changes its content */
    const char *type; /* Content-Type */
    const unsigned char *bytes;
    size_t n;
    bool gzipped; /* bytes are gzip's */
} th_web_file;

extern const th_web_file th_web_files[]; /* ended by a row with path NULL */

#endif
