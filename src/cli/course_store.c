#include "cli/course_store.h"

#include "os/file.h"

#include <stdlib.h>

/* The file in the folder's .thimble, where the studio keeps what is not a project's. */
static th_err file_below(const char *root, bool make, char file[TH_PATH_BYTES], th_why *why)
{
    char dir[TH_PATH_BYTES];
    TH_TRY(th_path_join(dir, root, ".thimble", why));
    TH_TRY(th_path_join(file, dir, TH_SCHOOL_FILE, why));
    if (th_file_exists(file)) return TH_OK;
    if (!make)
        return th_why_set(why, TH_ENOENT,
                          "there is no %s: nobody has learnt in this folder's studio yet. Name another "
                          "folder, or --store",
                          file);
    TH_TRY(th_dir_make_private(dir, why));
    return th_file_write_private(file, (th_span){NULL, 0}, why);
}

th_err th_course_store_open(const th_args *a, const char *root, bool make, const char *program, th_school **school,
                            th_why *why)
{
    char file[TH_PATH_BYTES];
    const char *where = th_arg(a, "store") ? th_arg(a, "store") : getenv("THIMBLE_STORE");
    if (!where || !*where) {
        TH_TRY(file_below(root, make, file, why));
        where = file;
    }
    return th_school_open(where, program, school, why);
}
