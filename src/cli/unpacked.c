#include "cli/unpacked.h"

#include "base/text.h"
#include "data/zip.h"

#include <string.h>

th_err th_unpacked_open(const char *path, th_unpacked *u, th_why *why)
{
    char dir[TH_PATH_BYTES], stem[256];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    *u = (th_unpacked){0};
    if (!th_text_ends(path, ".zip") || !th_file_exists(path)) {
        if (th_text_fmt(u->path, sizeof u->path, "%s", path) < sizeof u->path) return TH_OK;
        return th_why_set(why, TH_ERANGE, "the path is too long: %.60s..", path);
    }
    th_text_fmt(stem, sizeof stem, "%.*s", (int)(strlen(name) - 4), name);
    TH_TRY(th_dir_temp(u->temp, why));
    TH_TRY(th_path_join(dir, u->temp, *stem ? stem : "zip", why));
    TH_TRY(th_dir_make(dir, why));
    return th_zip_unpack(path, dir, u->path, why);
}

void th_unpacked_close(th_unpacked *u)
{
    if (*u->temp) th_dir_remove(u->temp);
    *u->temp = 0;
}
