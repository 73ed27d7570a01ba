/* deploy/folder.h -- an output folder that appears whole or not at all, and that never swallows
 * somebody's files.
 *
 * Files are written to PATH.part; at the end the folder gets its name.  A list of what was written
 * (".thimble": hash and path per line) stays in it: a folder with other or changed files in it is
 * not replaced, except for what lies in its build/. */
#ifndef TH_DEPLOY_FOLDER_H
#define TH_DEPLOY_FOLDER_H

#include "base/span.h"
#include "os/file.h"

typedef struct th_folder {
    char path[TH_PATH_BYTES]; /* where it will be */
    char part[TH_PATH_BYTES]; /* where it is being written */
    const char *yours;        /* a file of the user's in it that stays, or NULL */
} th_folder;

/* Checks that `path` is free, empty or ours, and makes PATH.part.
 * Errors: TH_EEXIST with the name of the file that is in the way, TH_EIO, TH_EUSAGE. */
TH_NODISCARD th_err th_folder_begin(const char *path, th_folder *folder, th_why *why);

/* The same; the file `yours` in it, should there be one, is the user's: it may have changed, and is in the new folder,
 * too. */
TH_NODISCARD th_err th_folder_begin_beside(const char *path, const char *yours, th_folder *folder, th_why *why);

/* Writes part/name, with the folders above it. */
TH_NODISCARD th_err th_folder_put(const th_folder *folder, const char *name, th_span bytes, th_why *why);

/* Writes the list of everything in part/ and gives the folder its name. */
TH_NODISCARD th_err th_folder_finish(const th_folder *folder, th_why *why);

/* Removes part/; for every way out that is not th_folder_finish. */
void th_folder_abort(const th_folder *folder);

/* Calls fn for each file below root, name as "src/model.c"; build/ and the list itself are left out. */
typedef th_err th_folder_fn(void *ctx, const char *root, const char *name, th_why *why);
TH_NODISCARD th_err th_folder_each(const char *root, th_folder_fn *fn, void *ctx, th_why *why);

#endif
