/* Files and folders.  Writing is: temporary name in the same folder, fsync, rename, fsync of the folder. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "os/file.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_MAX ((size_t)1 << 30)

/* What to do next, for the reasons that a person can do something about. */
static const char *advice(int reason, bool writing)
{
    switch (reason) {
    case ENOENT: return writing ? ". Is its folder there?" : "";
    case ENOSPC:
    case EDQUOT: return ". Free some space, then run the same command again";
    case EACCES:
    case EPERM: return ". Check who owns it and its permissions (ls -l)";
    case EROFS: return ". Choose a folder that can be written to";
    case EFBIG: return ". The limit for the size of a file is reached (ulimit -f)";
    default: return "";
    }
}

/* "cannot <what> <path>: <reason of the system><advice>" from errno. */
static th_err fail(th_why *why, const char *what, const char *path)
{
    const int reason = errno;
    const th_err err = reason == ENOENT || reason == ENOTDIR ? TH_ENOENT : reason == ENOMEM ? TH_ENOMEM : TH_EIO;
    return th_why_set(why, err, "cannot %s %s: %s%s", what, path, strerror(reason), advice(reason, what[0] == 'w'));
}

/* Reads up to `cap` bytes; *n tells how many came before the end. */
static int read_all(int fd, uint8_t *buf, size_t cap, size_t *n)
{
    *n = 0;
    while (*n < cap) {
        const ssize_t got = read(fd, buf + *n, cap - *n);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        *n += (size_t)got;
    }
    return 0;
}

/* The content of an open file.  A size that stat does not know (pipe, /proc) is found by reading on. */
static th_err read_open(int fd, const char *path, size_t max_bytes, uint8_t **bytes, size_t *n, th_why *why)
{
    struct stat st;
    if (fstat(fd, &st)) return fail(why, "read", path);
    if (S_ISDIR(st.st_mode)) return th_why_set(why, TH_EIO, "cannot read %s: it is a folder, a file is needed", path);
    if (st.st_size > 0 && (uint64_t)st.st_size > max_bytes)
        return th_why_set(why, TH_ERANGE, "%s is too large: %lld bytes, at most %zu are read", path,
                          (long long)st.st_size, max_bytes);
    size_t cap = st.st_size > 0 ? (size_t)st.st_size + 1 : 65536, have = 0;
    uint8_t *buf = NULL;
    for (;;) {
        uint8_t *more = realloc(buf, cap);
        if (!more) return free(buf), th_why_set(why, TH_ENOMEM, "out of memory reading %s", path);
        buf = more;
        size_t got;
        if (read_all(fd, buf + have, cap - have, &got)) return free(buf), fail(why, "read", path);
        have += got;
        if (have < cap) break;
        if (have > max_bytes)
            return free(buf),
                   th_why_set(why, TH_ERANGE, "%s is too large: at most %zu bytes are read", path, max_bytes);
        cap *= 2;
    }
    *bytes = buf;
    *n = have;
    return TH_OK;
}

th_err th_file_read(const char *path, size_t max_bytes, uint8_t **bytes, size_t *n, th_why *why)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(why, "open", path);
    const th_err err = read_open(fd, path, max_bytes ? max_bytes : DEFAULT_MAX, bytes, n, why);
    close(fd);
    return err;
}

th_err th_file_head(const char *path, uint8_t *buf, size_t cap, size_t *n, th_why *why)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(why, "open", path);
    const int bad = read_all(fd, buf, cap, n), reason = errno;
    close(fd);
    errno = reason;
    return bad ? fail(why, "read", path) : TH_OK;
}

static int write_all(int fd, th_span bytes)
{
    while (bytes.n) {
        const ssize_t put = write(fd, bytes.p, bytes.n);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return -1;
        bytes.p += put;
        bytes.n -= (size_t)put;
    }
    return 0;
}

/* A name that is synced only when its folder is; not every file system can, so no error. */
static void sync_folder_of(const char *path)
{
    char dir[TH_PATH_BYTES];
    const char *slash = strrchr(path, '/');
    if (slash == path)
        th_text_fmt(dir, sizeof dir, "/");
    else if (slash)
        th_text_fmt(dir, sizeof dir, "%.*s", (int)(slash - path), path);
    else
        th_text_fmt(dir, sizeof dir, ".");
    const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)fsync(fd);
    close(fd);
}

/* A device or pipe (/dev/stdout) cannot be replaced by rename: written as it is. */
static th_err write_special(const char *path, th_span bytes, th_why *why)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return fail(why, "open", path);
    const int bad = write_all(fd, bytes), reason = errno;
    if (close(fd) == 0 || bad) errno = reason;
    return bad ? fail(why, "write", path) : TH_OK;
}

/* ".name.PID.tmp" beside path, so that rename stays on one file system. */
static th_err temp_name(const char *path, char temp[TH_PATH_BYTES], th_why *why)
{
    const char *slash = strrchr(path, '/');
    const int dir = slash ? (int)(slash - path + 1) : 0;
    const size_t n = th_text_fmt(temp, TH_PATH_BYTES, "%.*s.%s.%ld.tmp", dir, path, path + dir, (long)getpid());
    return n < TH_PATH_BYTES ? TH_OK : th_why_set(why, TH_ERANGE, "the path %s is too long", path);
}

/* Takes away what killed writers of `path` left behind: ".name.PID.tmp" of a process that is gone. */
static void sweep(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char dir[TH_PATH_BYTES], head[NAME_MAX + 3], temp[TH_PATH_BYTES];
    th_names names;
    th_text_fmt(dir, sizeof dir, "%.*s", slash ? (int)(name - path) : 1, slash ? path : ".");
    const size_t n_head = th_text_fmt(head, sizeof head, ".%s.", name);
    if (n_head >= sizeof head || th_dir_list(dir, &names, NULL)) return;
    for (size_t i = 0; i < names.n; i++) {
        if (strncmp(names.name[i], head, n_head) != 0) continue;
        char *end;
        const long pid = strtol(names.name[i] + n_head, &end, 10);
        const bool gone = pid > 0 && strcmp(end, ".tmp") == 0 && kill((pid_t)pid, 0) && errno == ESRCH;
        if (gone && th_path_join(temp, dir, names.name[i], NULL) == TH_OK) (void)unlink(temp);
    }
    th_names_free(&names);
}

static th_err replace(const char *path, th_span bytes, bool synced, mode_t mode, th_why *why)
{
    char temp[TH_PATH_BYTES];
    TH_TRY(temp_name(path, temp, why));
    const int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0) return fail(why, "write", path);
    bool good = write_all(fd, bytes) == 0 && (!synced || fsync(fd) == 0);
    int reason = errno;
    if (close(fd) && good) { /* NFS reports a full disk only here */
        good = false;
        reason = errno;
    }
    if (good && rename(temp, path)) {
        good = false;
        reason = errno;
    }
    if (!good) {
        (void)unlink(temp);
        errno = reason;
        return fail(why, "write", path);
    }
    if (synced) {
        sync_folder_of(path);
        sweep(path);
    }
    return TH_OK;
}

static th_err write_file(const char *path, th_span bytes, bool synced, th_why *why)
{
    struct stat st;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return th_why_set(why, TH_EIO, "cannot write %s: a folder of that name is there", path);
        if (!S_ISREG(st.st_mode)) return write_special(path, bytes, why);
        char target[PATH_MAX]; /* through a symbolic link: the file it points to is replaced, the link stays */
        if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && realpath(path, target))
            return replace(target, bytes, synced, 0666, why);
    }
    return replace(path, bytes, synced, 0666, why);
}

th_err th_file_write(const char *path, th_span bytes, th_why *why)
{
    return write_file(path, bytes, true, why);
}

th_err th_file_write_private(const char *path, th_span bytes, th_why *why)
{
    return replace(path, bytes, true, 0600, why);
}

th_err th_file_write_unsynced(const char *path, th_span bytes, th_why *why)
{
    return write_file(path, bytes, false, why);
}

th_err th_file_sync(const char *path, th_why *why)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(why, "open", path);
    const th_err err = fdatasync(fd) ? fail(why, "write", path) : TH_OK;
    close(fd);
    return err;
}

int th_file_descriptor(const char *path, uint64_t *size, th_why *why)
{
    struct stat st;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        (void)fail(why, "read", path);
        return -1;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        *size = (uint64_t)st.st_size;
        return fd;
    }
    close(fd);
    (void)th_why_set(why, TH_EFORMAT, "cannot read %s: it is no file", path);
    return -1;
}

int64_t th_file_time(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (int64_t)st.st_mtime : 0;
}

bool th_file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

bool th_dir_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

th_err th_dir_current(char buf[TH_PATH_BYTES], th_why *why)
{
    if (getcwd(buf, TH_PATH_BYTES)) return TH_OK;
    return th_why_set(why, TH_EIO, "the folder this runs in cannot be found: %s", strerror(errno));
}

int64_t th_file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
}

bool th_file_identity(const char *path, uint64_t id[2])
{
    struct stat st;
    if (stat(path, &st)) return false;
    id[0] = (uint64_t)st.st_dev;
    id[1] = (uint64_t)st.st_ino;
    return true;
}

th_err th_path_absolute(char buf[TH_PATH_BYTES], const char *path, th_why *why)
{
    char *full = realpath(path, NULL);
    if (!full) return fail(why, "find", path);
    const size_t n = th_text_fmt(buf, TH_PATH_BYTES, "%s", full);
    free(full);
    return n < TH_PATH_BYTES ? TH_OK : th_why_set(why, TH_ERANGE, "the path of %s is too long", path);
}

void th_file_remove(const char *path)
{
    (void)unlink(path);
}

th_err th_file_rename(const char *from, const char *to, th_why *why)
{
    if (rename(from, to)) return fail(why, "write", to);
    sync_folder_of(to);
    return TH_OK;
}

bool th_file_link(const char *from, const char *to)
{
    return link(from, to) == 0;
}

void th_dir_remove_empty(const char *path)
{
    (void)rmdir(path);
}

th_err th_dir_make(const char *path, th_why *why)
{
    char part[TH_PATH_BYTES];
    if (th_text_fmt(part, sizeof part, "%s", path) >= sizeof part)
        return th_why_set(why, TH_ERANGE, "the path %s is too long", path);
    for (char *c = part + 1; part[0]; c++) {
        if (*c != '/' && *c != 0) continue;
        const char was = *c;
        *c = 0;
        if (mkdir(part, 0777) && !th_dir_exists(part)) {
            if (errno == EEXIST) errno = ENOTDIR;
            return fail(why, "make the folder", part);
        }
        *c = was;
        if (!was) return TH_OK;
    }
    return th_why_set(why, TH_ENOENT, "the name of the folder is empty");
}

th_err th_dir_make_private(const char *path, th_why *why)
{
    struct stat st;
    if (!mkdir(path, 0700)) return TH_OK;
    if (errno != EEXIST || lstat(path, &st)) return fail(why, "make the folder", path);
    if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
        return th_why_set(why, TH_EIO, "%s must be a folder of your own, because secrets are kept there: move it away",
                          path);
    if ((st.st_mode & 077) && chmod(path, 0700)) return fail(why, "make private the folder", path);
    return TH_OK;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void th_names_free(th_names *names)
{
    for (size_t i = 0; i < names->n; i++) free(names->name[i]);
    free(names->name);
    *names = (th_names){0};
}

static bool names_add(th_names *names, size_t *cap, const char *name)
{
    if (names->n == *cap) {
        const size_t more = *cap ? *cap * 2 : 64;
        char **grown = realloc(names->name, more * sizeof *grown);
        if (!grown) return false;
        names->name = grown;
        *cap = more;
    }
    return (names->name[names->n] = strdup(name)) != NULL && ++names->n;
}

th_err th_dir_list(const char *path, th_names *names, th_why *why)
{
    *names = (th_names){0};
    size_t cap = 0;
    DIR *dir = opendir(path);
    if (!dir) return fail(why, "list the folder", path);
    errno = 0;
    for (struct dirent *e; (e = readdir(dir)) != NULL; errno = 0) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        if (!names_add(names, &cap, e->d_name)) {
            closedir(dir);
            th_names_free(names);
            return th_why_set(why, TH_ENOMEM, "out of memory listing %s", path);
        }
    }
    const int reason = errno;
    closedir(dir);
    if (reason) {
        th_names_free(names);
        errno = reason;
        return fail(why, "list the folder", path);
    }
    if (names->n) qsort(names->name, names->n, sizeof *names->name, by_bytes);
    return TH_OK;
}

th_err th_path_join(char buf[TH_PATH_BYTES], const char *dir, const char *name, th_why *why)
{
    const size_t len = strlen(dir);
    const char *slash = len && dir[len - 1] != '/' ? "/" : "";
    if (th_text_fmt(buf, TH_PATH_BYTES, "%s%s%s", dir, slash, name) < TH_PATH_BYTES) return TH_OK;
    return th_why_set(why, TH_ERANGE, "the path %s%s%s is too long", dir, slash, name);
}

th_err th_dir_temp(char buf[TH_PATH_BYTES], th_why *why)
{
    const char *base = getenv("TMPDIR");
    TH_TRY(th_path_join(buf, base && *base ? base : "/tmp", "thimble-XXXXXX", why));
    return mkdtemp(buf) ? TH_OK : fail(why, "make a temporary folder", buf);
}

void th_dir_remove(const char *path)
{
    th_names names;
    struct stat st;
    /* never through a symbolic link: that tree is not ours */
    if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && th_dir_list(path, &names, NULL) == TH_OK) {
        char child[TH_PATH_BYTES];
        for (size_t i = 0; i < names.n; i++)
            if (th_path_join(child, path, names.name[i], NULL) == TH_OK) th_dir_remove(child);
        th_names_free(&names);
        (void)rmdir(path);
    } else {
        (void)unlink(path);
    }
}
