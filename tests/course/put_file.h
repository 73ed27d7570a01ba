/* A file of a course that a test makes, with the folders above it. */
#ifndef TH_TESTS_COURSE_PUT_FILE_H
#define TH_TESTS_COURSE_PUT_FILE_H

#include "../test.h"

#include "os/file.h"

static inline void put_file(const char *dir, const char *name, const char *text)
{
    char path[TH_PATH_BYTES], folder[TH_PATH_BYTES];
    assert_int_equal(th_path_join(path, dir, name, NULL), TH_OK);
    memcpy(folder, path, sizeof folder);
    *strrchr(folder, '/') = 0;
    assert_int_equal(th_dir_make(folder, NULL), TH_OK);
    assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, NULL), TH_OK);
}

#endif
