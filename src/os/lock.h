/* os/lock.h -- one program at a time: a lock that ends with the program, however it ends. */
#ifndef TH_OS_LOCK_H
#define TH_OS_LOCK_H

#include "base/why.h"

#include <stdbool.h>

/* Takes the lock of `path` (a file that is made and stays, empty); *lock goes to th_lock_release.
 * Errors: TH_EEXIST when another program has it, the text names its process number; TH_EIO. */
TH_NODISCARD th_err th_lock_take(const char *path, int *lock, th_why *why);
void th_lock_release(int lock); /* below 0 is fine */

/* Has another program got it? */
bool th_lock_is_held(const char *path);

#endif
