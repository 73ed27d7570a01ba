/* serve/archive.h -- the files of a job as one .zip. */
#ifndef TH_SERVE_ARCHIVE_H
#define TH_SERVE_ARCHIVE_H

#include "serve/site.h"

/* Everything below dir (links are left out), as a reply.  Errors: TH_EIO (no room for it), TH_ENOMEM. */
TH_NODISCARD th_err th_archive_reply(const char *dir, const char *save_as, th_reply *out, th_why *why);

#endif
