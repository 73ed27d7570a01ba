/* data/zip.h -- files of a .zip or .tar.gz from anybody, by libarchive.
 *
 * Refused before a byte is unpacked: names that lead out of the folder (a root, ".."), that are no UTF-8 or have
 * control characters; links; more than TH_ZIP_FILES files, one of more than TH_ZIP_BYTES, all together more than
 * TH_ZIP_RATIO times the archive and TH_ZIP_BYTES. */
#ifndef TH_DATA_ZIP_H
#define TH_DATA_ZIP_H

#include "base/span.h"
#include "base/why.h"
#include "os/file.h"

#define TH_ZIP_FILES 200000
#define TH_ZIP_BYTES ((uint64_t)256 << 20)
#define TH_ZIP_RATIO 100

/* A file of the archive; good until the function returns. */
typedef th_err th_zip_take(void *ctx, const char *path, th_span bytes, th_why *why);

/* Gives away every file but hidden ones and those of macOS's own folder.
 * Errors: TH_EFORMAT (cut off, no zip, a file that is damaged: its name), TH_EUNSUP (encrypted, a link), TH_ERANGE
 * (beyond the limits), TH_ENOMEM, those of take. */
TH_NODISCARD th_err th_zip_read(th_span zip, const char *name, th_zip_take *take, void *ctx, th_why *why);

/* The same of a .tar or .tar.gz. */
TH_NODISCARD th_err th_tar_read(th_span tar, const char *name, th_zip_take *take, void *ctx, th_why *why);

/* Writes the files of the archive at `path` below dir; `root`: the folder of them that holds more than one folder, or
 * files (archives often have one folder around all).  Errors: those of th_zip_read and of writing. */
TH_NODISCARD th_err th_zip_unpack(const char *path, const char *dir, char root[TH_PATH_BYTES], th_why *why);

#endif
