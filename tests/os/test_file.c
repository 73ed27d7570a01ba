#define _XOPEN_SOURCE 700 /* symlink */
#include "../test.h"

#include "os/file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static th_span text(const char *s)
{
    return (th_span){(const uint8_t *)s, strlen(s)};
}

static int in_temp(void **state)
{
    static char dir[TH_PATH_BYTES];
    th_why why = {0};
    *state = dir;
    return th_dir_temp(dir, &why);
}

static int remove_temp(void **state)
{
    th_dir_remove(*state);
    return th_dir_exists(*state);
}

static char *at(const char *dir, const char *name)
{
    static char buf[4][TH_PATH_BYTES];
    static int k;
    k = (k + 1) % 4;
    assert_int_equal(th_path_join(buf[k], dir, name, NULL), TH_OK);
    return buf[k];
}

static void assert_content(const char *path, const char *want)
{
    uint8_t *bytes;
    size_t n;
    th_why why = {0};
    assert_int_equal(th_file_read(path, 0, &bytes, &n, &why), TH_OK);
    assert_int_equal(n, strlen(want));
    assert_memory_equal(bytes, want, n);
    free(bytes);
}

static size_t count_names(const char *dir)
{
    th_names names;
    assert_int_equal(th_dir_list(dir, &names, NULL), TH_OK);
    const size_t n = names.n;
    th_names_free(&names);
    return n;
}

static void writes_and_replaces(void **state)
{
    const char *dir = *state, *path = at(dir, "a.txt");
    assert_int_equal(th_file_write(path, text("one"), NULL), TH_OK);
    assert_content(path, "one");
    assert_int_equal(th_file_write(path, text(""), NULL), TH_OK);
    assert_content(path, "");
    assert_int_equal(th_file_write_unsynced(path, text("three"), NULL), TH_OK);
    assert_content(path, "three");
    assert_int_equal(count_names(dir), 1); /* no temporary file left */
}

static void what_a_killed_writer_left_is_taken_away(void **state)
{
    char alive[64];
    snprintf(alive, sizeof alive, ".f.%ld.tmp", (long)getppid());
    const char *left[] = {".f.2147483000.tmp", alive, ".f.x.tmp", ".other.2147483000.tmp"};
    for (size_t i = 0; i < 4; i++) assert_int_equal(th_file_write(at(*state, left[i]), text("part"), NULL), TH_OK);
    assert_int_equal(th_file_write(at(*state, "f"), text("whole"), NULL), TH_OK);
    assert_false(th_file_exists(at(*state, left[0])));
    for (size_t i = 1; i < 4; i++) assert_true(th_file_exists(at(*state, left[i])));
}

static void keeps_the_old_file_when_writing_fails(void **state)
{
    const char *path = at(*state, "a.txt");
    assert_int_equal(th_file_write(path, text("old content"), NULL), TH_OK);
    struct rlimit was, tiny;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    tiny = was;
    tiny.rlim_cur = 8; /* as a full disk: write() fails in the middle */
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tiny), 0);
    th_why why = {0};
    const th_err err = th_file_write(path, text("new content that is longer"), &why);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_int_equal(err, TH_EIO);
    assert_non_null(strstr(why.text, "a.txt"));
    assert_content(path, "old content");
    assert_int_equal(count_names(*state), 1);
}

static void says_when_the_disk_is_full(void **state)
{
    (void)state;
    th_why why = {0};
    if (access("/dev/full", W_OK)) skip();
    assert_int_equal(th_file_write("/dev/full", text("x"), &why), TH_EIO);
    assert_non_null(strstr(why.text, "No space left"));
    assert_non_null(strstr(why.text, "Free some space"));
}

static void a_link_stays_a_link(void **state)
{
    assert_int_equal(th_file_write(at(*state, "real"), text("1"), NULL), TH_OK);
    assert_int_equal(symlink("real", at(*state, "link")), 0);
    assert_int_equal(th_file_write(at(*state, "link"), text("2"), NULL), TH_OK);
    assert_content(at(*state, "real"), "2");
    struct stat st;
    assert_int_equal(lstat(at(*state, "link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    uint64_t a[2], b[2];
    assert_true(th_file_identity(at(*state, "real"), a) && th_file_identity(at(*state, "link"), b));
    assert_memory_equal(a, b, sizeof a);
}

static void errors_name_the_path(void **state)
{
    uint8_t *bytes;
    size_t n;
    th_why why = {0};
    assert_int_equal(th_file_read(at(*state, "absent"), 0, &bytes, &n, &why), TH_ENOENT);
    assert_non_null(strstr(why.text, "absent"));
    why = (th_why){0};
    assert_int_equal(th_file_read(*state, 0, &bytes, &n, &why), TH_EIO);
    assert_non_null(strstr(why.text, "folder"));
    why = (th_why){0};
    assert_int_equal(th_file_write(*state, text("x"), &why), TH_EIO);
    assert_int_equal(th_file_write(at(*state, "no/such/dir"), text("x"), NULL), TH_ENOENT);
    assert_int_equal(th_file_write(at(*state, "big"), text("123456"), NULL), TH_OK);
    assert_int_equal(th_file_read(at(*state, "big"), 5, &bytes, &n, NULL), TH_ERANGE);
    assert_int_equal(th_file_read(at(*state, "big"), 6, &bytes, &n, NULL), TH_OK);
    free(bytes);
    assert_int_equal(th_file_size(at(*state, "big")), 6);
    assert_int_equal(th_dir_make(at(*state, "big/below"), NULL), TH_ENOENT);
    assert_int_equal(th_dir_make("", NULL), TH_ENOENT);
}

static void reads_files_of_unknown_size(void **state)
{
    (void)state;
    uint8_t *bytes;
    size_t n;
    if (th_file_read("/proc/self/status", 0, &bytes, &n, NULL)) skip();
    assert_true(n > 100);
    free(bytes);
    assert_int_equal(th_file_read("/dev/zero", 100000, &bytes, &n, NULL), TH_ERANGE);
}

static void folders_are_made_listed_and_removed(void **state)
{
    const char *deep = at(*state, "a/b/c");
    assert_int_equal(th_dir_make(deep, NULL), TH_OK);
    assert_int_equal(th_dir_make(deep, NULL), TH_OK);
    assert_int_equal(th_file_write(at(deep, "z"), text(""), NULL), TH_OK);
    assert_int_equal(th_file_write(at(deep, "B"), text(""), NULL), TH_OK);
    assert_int_equal(symlink("/", at(deep, "root")), 0); /* must not be followed on removal */
    th_names names;
    assert_int_equal(th_dir_list(deep, &names, NULL), TH_OK);
    assert_int_equal(names.n, 3);
    assert_string_equal(names.name[0], "B");
    assert_string_equal(names.name[2], "z");
    th_names_free(&names);
    th_dir_remove(at(*state, "a"));
    assert_false(th_dir_exists(at(*state, "a")));
    assert_true(th_dir_exists("/"));
    char full[TH_PATH_BYTES];
    assert_int_equal(th_path_absolute(full, at(*state, "a"), NULL), TH_ENOENT);
    assert_int_equal(th_path_absolute(full, "/usr/../", NULL), TH_OK);
    assert_string_equal(full, "/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes_and_replaces, in_temp, remove_temp),
        cmocka_unit_test_setup_teardown(what_a_killed_writer_left_is_taken_away, in_temp, remove_temp),
        cmocka_unit_test_setup_teardown(keeps_the_old_file_when_writing_fails, in_temp, remove_temp),
        cmocka_unit_test(says_when_the_disk_is_full),
        cmocka_unit_test_setup_teardown(a_link_stays_a_link, in_temp, remove_temp),
        cmocka_unit_test_setup_teardown(errors_name_the_path, in_temp, remove_temp),
        cmocka_unit_test(reads_files_of_unknown_size),
        cmocka_unit_test_setup_teardown(folders_are_made_listed_and_removed, in_temp, remove_temp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
