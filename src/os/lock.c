/* Locks of fcntl: the system drops them with the process, and tells who has them; they work over NFS. */
#include "os/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static struct flock whole_file(void)
{
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

th_err th_lock_take(const char *path, int *lock, th_why *why)
{
    struct flock want = whole_file();
    *lock = -1;
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return th_why_set(why, TH_EIO, "cannot write %s: %s", path, strerror(errno));
    if (fcntl(fd, F_SETLK, &want) == 0) {
        *lock = fd;
        return TH_OK;
    }
    const int reason = errno;
    struct flock holder = whole_file();
    const bool known = fcntl(fd, F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK;
    close(fd);
    if (reason == ENOLCK || reason == EINVAL) return TH_OK; /* a file system without locks: go on without */
    return th_why_set(why, TH_EEXIST, "%s is held by process %ld", path, known ? (long)holder.l_pid : 0L);
}

void th_lock_release(int lock)
{
    if (lock >= 0) close(lock);
}

bool th_lock_is_held(const char *path)
{
    struct flock holder = whole_file();
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return false;
    const bool held = fcntl(fd, F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK;
    close(fd);
    return held;
}
