#include "../test.h"

#include "os/process.h"

static void collect(void *ctx, const char *line)
{
    strcat(strcat(ctx, line), "|");
}

static int run(const char *const *argv, char *out, char *tail, size_t cap, int timeout_s, th_why *why)
{
    int status = -1;
    const th_process p = {
        .argv = argv, .cwd = "/", .on_line = out ? collect : NULL, .ctx = out, .timeout_s = timeout_s};
    const th_err err = th_process_run(&p, &status, tail, cap, why);
    return err ? err : status;
}

static void lines_status_and_stderr(void **state)
{
    (void)state;
    char out[256] = "", tail[8];
    const char *argv[] = {"sh", "-c", "pwd; printf 'a b\\nlast'; echo 123456789 >&2; exit 3", NULL};
    assert_int_equal(run(argv, out, tail, sizeof tail, 0, NULL), 3);
    assert_string_equal(out, "/|a b|last|");
    assert_string_equal(tail, "456789\n");
    const char *no_shell[] = {"echo", "$HOME; *", NULL}; /* words arrive as they are */
    out[0] = 0;
    assert_int_equal(run(no_shell, out, NULL, 0, 0, NULL), 0);
    assert_string_equal(out, "$HOME; *|");
    const char *killed[] = {"sh", "-c", "kill -9 $$", NULL};
    assert_int_equal(run(killed, NULL, NULL, 0, 0, NULL), 137);
    th_process_status_text(137, out, sizeof out);
    assert_non_null(strstr(out, "signal 9"));
    th_process_status_text(3, out, sizeof out);
    assert_string_equal(out, "exit code 3");
}

static void much_output_on_both_streams(void **state)
{
    (void)state;
    char tail[64];
    const char *argv[] = {"sh", "-c",
                          "i=0; while [ $i -lt 4000 ]; do echo 0123456789012345678901234567890123456789; "
                          "echo 0123456789012345678901234567890123456789 >&2; i=$((i+1)); done",
                          NULL};
    assert_int_equal(run(argv, NULL, tail, sizeof tail, 0, NULL), 0);
    assert_int_equal(strlen(tail), 63);
}

static void a_missing_program_is_named(void **state)
{
    (void)state;
    th_why why = {0};
    const char *argv[] = {"th-no-such-program", NULL};
    assert_int_equal(run(argv, NULL, NULL, 0, 0, &why), TH_ETOOL);
    assert_non_null(strstr(why.text, "th-no-such-program"));
    assert_false(th_program_exists("th-no-such-program"));
    assert_false(th_program_exists("/tmp/th-no-such-program"));
    assert_true(th_program_exists("sh"));
    assert_true(th_program_exists("/bin/sh"));
}

static void stops_what_takes_too_long(void **state)
{
    (void)state;
    th_why why = {0};
    const char *argv[] = {"sleep", "1000", NULL};
    assert_int_equal(run(argv, NULL, NULL, 0, 1, &why), TH_ETOOL);
    assert_non_null(strstr(why.text, "sleep"));
    /* a grandchild that holds the pipe open after the child's end does not hold us up */
    const char *daemon[] = {"sh", "-c", "sleep 30 & exit 4", NULL};
    char out[64] = "";
    assert_int_equal(run(daemon, out, NULL, 0, 0, NULL), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_status_and_stderr), cmocka_unit_test(much_output_on_both_streams),
        cmocka_unit_test(a_missing_program_is_named), cmocka_unit_test(stops_what_takes_too_long)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
