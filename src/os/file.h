/* os/file.h -- whole files, folders and paths.  Texts in `why` name the path and the system's reason. */
#ifndef TH_OS_FILE_H
#define TH_OS_FILE_H

#include "base/span.h"
#include "base/why.h"

#include <stdbool.h>

#define TH_PATH_BYTES 4096

/* The whole file into fresh memory (free() it); files over max_bytes are refused, 0 = 1 GiB. */
TH_NODISCARD th_err th_file_read(const char *path, size_t max_bytes, uint8_t **bytes, size_t *n, th_why *why);

/* The first bytes, at most cap; *n tells how many there are. */
TH_NODISCARD th_err th_file_head(const char *path, uint8_t *buf, size_t cap, size_t *n, th_why *why);

/* Writes to a temporary name beside `path`, syncs, renames: after a crash or on a full disk the old
 * content or the new one is there, never a part. What killed writers of `path` left behind is taken away. */
TH_NODISCARD th_err th_file_write(const char *path, th_span bytes, th_why *why);

/* The same without waiting for the disk, for many small files: after a power cut the newest may be damaged. */
TH_NODISCARD th_err th_file_write_unsynced(const char *path, th_span bytes, th_why *why);

/* The same as th_file_write for what only this user may read (mode 0600). */
TH_NODISCARD th_err th_file_write_private(const char *path, th_span bytes, th_why *why);

/* Waits until what was written to the file, by whomever, is on the disk. */
TH_NODISCARD th_err th_file_sync(const char *path, th_why *why);

/* Opens a file (no folder, no device) to be read by its number; -1 on failure.  close() it. *size: bytes. */
int th_file_descriptor(const char *path, uint64_t *size, th_why *why);
/* When it was last changed, seconds since 1970; 0 when it is not there. */
int64_t th_file_time(const char *path);

bool th_file_exists(const char *path);
bool th_dir_exists(const char *path);
TH_NODISCARD th_err th_dir_current(char buf[TH_PATH_BYTES], th_why *why); /* the folder the program runs in */
int64_t th_file_size(const char *path);                                   /* bytes; -1 when it is no regular file */
void th_file_remove(const char *path);                                    /* fine when it is not there */

/* The file gets another name on the same disk, in place of one that has it. */
TH_NODISCARD th_err th_file_rename(const char *from, const char *to, th_why *why);

/* The file gets a second name; false where that can't be (another disk, a file system without links, the name taken).
 */
bool th_file_link(const char *from, const char *to);

void th_dir_remove_empty(const char *path); /* stays when something is in it */

/* Two paths to one file or folder have the same identity; false when there is none. */
bool th_file_identity(const char *path, uint64_t id[2]);

/* The path from the root, without links, "." and "..".  Errors: TH_ENOENT. */
TH_NODISCARD th_err th_path_absolute(char buf[TH_PATH_BYTES], const char *path, th_why *why);

/* Makes the folder and the ones above it; fine when it exists. */
TH_NODISCARD th_err th_dir_make(const char *path, th_why *why);

/* The last folder of the path is this user's alone (mode 0700): made so, or, when it exists, changed to that.
 * Errors: TH_EIO, also when it is a link or somebody else's. */
TH_NODISCARD th_err th_dir_make_private(const char *path, th_why *why);

/* Names in a folder, sorted bytewise, without "." and ".."; free with th_names_free. */
typedef struct th_names {
    char **name;
    size_t n;
} th_names;
TH_NODISCARD th_err th_dir_list(const char *path, th_names *names, th_why *why);
void th_names_free(th_names *names);

/* dir + "/" + name into buf; TH_ERANGE when it does not fit. */
TH_NODISCARD th_err th_path_join(char buf[TH_PATH_BYTES], const char *dir, const char *name, th_why *why);

/* A fresh private folder below $TMPDIR or /tmp; remove with th_dir_remove (the whole tree). */
TH_NODISCARD th_err th_dir_temp(char buf[TH_PATH_BYTES], th_why *why);
void th_dir_remove(const char *path);

#endif
