/* store/objects.h -- files that are called by their content: DIR/ab/REST.SUFFIX, where abREST is the hash of the bytes.
 *
 * The same content is kept once, a file never changes, and `b2sum -l 256` shows whether one is damaged. */
#ifndef TH_STORE_OBJECTS_H
#define TH_STORE_OBJECTS_H

#include "base/span.h"
#include "os/file.h"

#define TH_HASH_BYTES 65 /* 64 characters 0-9 a-f, and the NUL */

/* BLAKE2b-256 (RFC 7693, libsodium's generichash) of the bytes as text. */
void th_hash_of(th_span bytes, char hash[TH_HASH_BYTES]);

bool th_hash_is_good(const char *hash); /* 64 characters 0-9 a-f */

/* suffix: "wav", "csv", "png", "jpg": up to 8 small letters and digits.
 * Errors: TH_EFORMAT (hash or suffix is none, so that no path leads out of dir), TH_ERANGE (too long). */
TH_NODISCARD th_err th_object_path(const char *dir, const char *hash, const char *suffix, char path[TH_PATH_BYTES],
                                   th_why *why);

/* Writes bytes under their hash unless they are there; a file of another size is replaced.  The name appears when all
 * bytes are written; after a power cut the newest files may be damaged.  Errors: TH_EIO. */
TH_NODISCARD th_err th_object_put(const char *dir, th_span bytes, const char *suffix, char hash[TH_HASH_BYTES],
                                  th_why *why);

/* The same for a file that stands elsewhere on the disk: without a copy where the file system has links. */
TH_NODISCARD th_err th_object_take(const char *dir, const char *from, const char *suffix, char hash[TH_HASH_BYTES],
                                   th_why *why);

/* Is the file there, with this many bytes (below 0: any)? */
bool th_object_is_there(const char *dir, const char *hash, const char *suffix, int64_t bytes);

#endif
