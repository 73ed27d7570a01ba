/* deploy/bundle.h -- a set of files in memory, on its way into a folder or a zip, or out of one. */
#ifndef TH_DEPLOY_BUNDLE_H
#define TH_DEPLOY_BUNDLE_H

#include "base/span.h"
#include "deploy/embed.h"
#include "deploy/folder.h"
#include "deploy/writer.h"

typedef struct th_bundle_file {
    char *name;     /* "src/model.c" */
    uint8_t *bytes; /* [n], and a NUL behind it */
    size_t n;
} th_bundle_file;

typedef struct th_bundle {
    th_bundle_file *file;
    size_t n, cap;
    th_err err; /* sticky TH_ENOMEM: look at it once, at the end */
} th_bundle;

void th_bundle_put(th_bundle *b, const char *name, th_span bytes); /* a copy */
void th_bundle_text(th_bundle *b, const char *name, th_writer *w); /* takes the text out of the writer */

/* A file of this program (deploy/embed.h) in which each key ("@NAME@") stands for its value.  words: ended by a key
 * NULL, or NULL.  Errors: TH_ENOENT (no such file in the program). */
typedef struct th_bundle_word {
    const char *key, *value;
} th_bundle_word;
TH_NODISCARD th_err th_bundle_template(th_bundle *b, const char *name, const char *from, const th_bundle_word *words,
                                       th_why *why);

const th_bundle_file *th_bundle_find(const th_bundle *b, const char *name); /* NULL: there is none */
void th_bundle_free(th_bundle *b);

/* Everything below a folder, or in a zip, whose only folder is `root` then (room for TH_PATH_BYTES; a folder's own
 * name in the first case).  Free with th_bundle_free, also after an error.
 * Errors: TH_EIO, TH_ENOENT, TH_EFORMAT (a zip without one folder around all, or damaged), TH_ERANGE, TH_ENOMEM. */
TH_NODISCARD th_err th_bundle_read(const char *path, char root[TH_PATH_BYTES], th_bundle *b, th_why *why);

/* Writes the files as root/NAME of a zip.  The same files give the same bytes: nothing says when or by whom.
 * Errors: TH_EEXIST (there is a file that is no such zip), TH_EIO, TH_ENOMEM. */
TH_NODISCARD th_err th_bundle_write_zip(const th_bundle *b, const char *root, const char *path, th_why *why);

/* Writes them as a folder (deploy/folder.h).  Errors: those of th_folder_begin. */
TH_NODISCARD th_err th_bundle_write_folder(const th_bundle *b, const char *path, th_why *why);

#endif
