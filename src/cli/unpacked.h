/* cli/unpacked.h -- data that somebody names: a file or folder as it is, or an archive, which is unpacked first. */
#ifndef TH_CLI_UNPACKED_H
#define TH_CLI_UNPACKED_H

#include "base/why.h"
#include "os/file.h"

typedef struct th_unpacked {
    char temp[TH_PATH_BYTES]; /* folder that goes again; "": nothing was unpacked */
    char path[TH_PATH_BYTES]; /* what to read */
} th_unpacked;

/* A .zip (data/zip.h) becomes a temporary folder of its name.  Close it after an error, too.
 * Errors: those of th_zip_unpack. */
TH_NODISCARD th_err th_unpacked_open(const char *path, th_unpacked *u, th_why *why);
void th_unpacked_close(th_unpacked *u);

#endif
