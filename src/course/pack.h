/* course/pack.h -- files put into one .zip or .tar.gz, the same bytes each time: no clock, no user, files in the order
 * in which they were added. */
#ifndef TH_COURSE_PACK_H
#define TH_COURSE_PACK_H

#include "base/span.h"
#include "base/why.h"

#include <stdbool.h>

typedef struct th_pack th_pack;

TH_NODISCARD th_err th_pack_new(bool tar, th_pack **pack, th_why *why);
void th_pack_free(th_pack *pack); /* NULL is fine */

/* name: ASCII, '/' between folders.  plain: not compressed (of a .zip).  Errors: TH_ENOMEM, TH_ERANGE (4 GB). */
TH_NODISCARD th_err th_pack_add(th_pack *pack, const char *name, th_span bytes, bool plain, th_why *why);

/* Ends the archive; its bytes live until th_pack_free.  Nothing may be added after it. */
TH_NODISCARD th_err th_pack_end(th_pack *pack, th_span *bytes, th_why *why);

#endif
