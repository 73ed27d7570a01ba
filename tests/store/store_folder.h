/* A folder with a store in it, for each test anew. */
#ifndef TH_TESTS_STORE_FOLDER_H
#define TH_TESTS_STORE_FOLDER_H

#include "../test.h"

#include "os/file.h"
#include "store/store.h"

static char folder[TH_PATH_BYTES], path[TH_PATH_BYTES];

static int set_up(void **state)
{
    (void)state;
    return th_dir_temp(folder, NULL) || th_path_join(path, folder, "thimble.db", NULL);
}

static int tear_down(void **state)
{
    (void)state;
    th_dir_remove(folder);
    return 0;
}

static th_store *open_ok(bool writes)
{
    th_store *s;
    th_why why = {0};
    if (th_store_open(path, writes, &s, &why)) fail_msg("%s", why.text);
    return s;
}

#endif
