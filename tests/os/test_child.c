/* A program beside this one: its lines as they come, its input, its end, and ours. */
#include "../test.h"

#include "os/child.h"
#include "os/run.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct heard {
    char out[4096], err[4096];
    size_t longest;
} heard;

static void hear(void *ctx, bool error, const char *line, size_t n)
{
    heard *h = ctx;
    char *to = error ? h->err : h->out;
    assert_int_equal(line[n], 0);
    if (n > h->longest) h->longest = n;
    if (strlen(to) + n + 2 < sizeof h->out) strcat(strcat(to, line), "|");
}

static th_child *start(const char *script, bool input)
{
    const char *const argv[] = {"sh", "-c", script, NULL}, *const env[] = {"HOME=/elsewhere", "TH_NEW=1", NULL};
    th_child *c;
    th_why why = {0};
    const th_child_start s = {.argv = argv, .cwd = "/", .env = env, .input = input, .own_group = true};
    if (th_child_new(&s, &c, &why)) fail_msg("%s", why.text);
    return c;
}

static int end(th_child *c, heard *h)
{
    while (!th_child_follow(c, 50, hear, h)) continue;
    const int status = th_child_status(c);
    th_child_free(c);
    return status;
}

static void lines_of_both_outputs(void **state)
{
    (void)state;
    heard h = {0};
    assert_int_equal(end(start("pwd; echo $HOME $TH_NEW; echo wrong >&2; printf last; exit 3", false), &h), 3);
    assert_string_equal(h.out, "/|/elsewhere 1|last|");
    assert_string_equal(h.err, "wrong|");
    h = (heard){0};
    assert_int_equal(end(start("read x || echo none", false), &h), 0); /* no input: its end */
    assert_string_equal(h.out, "none|");
    h = (heard){0};
    assert_int_equal(end(start("head -c 3000000 /dev/zero | tr '\\0' a", false), &h), 0);
    assert_in_range(h.longest, (1 << 20) - 1, 1 << 20); /* a line that is too long comes in parts */
    h = (heard){0};
    assert_int_equal(end(start("ls /proc/self/fd | wc -l", false), &h), 0); /* 0, 1, 2 and the folder that is read */
    assert_int_equal(strtol(h.out, NULL, 10), 4);
}

static void lines_come_when_they_are_printed(void **state)
{
    (void)state;
    heard h = {0};
    th_child *c = start("echo first; sleep 30", false);
    const double began = th_clock_s();
    while (!h.out[0]) assert_false(th_child_follow(c, 50, hear, &h));
    assert_true(th_clock_s() - began < 5);
    th_child_stop(c, 10); /* SIGINT is enough */
    assert_int_equal(end(c, &h), 130);
    assert_true(th_clock_s() - began < 8);
}

static void it_reads_what_is_written(void **state)
{
    (void)state;
    heard h = {0};
    th_child *c = start("while read -r l; do echo \"<$l>\"; done; echo end", true);
    assert_int_equal(th_child_write(c, (th_span){(const uint8_t *)"a\nb c\n", 6}, 1000, NULL), TH_OK);
    while (!strstr(h.out, "<b c>")) assert_false(th_child_follow(c, 50, hear, &h));
    th_child_end_input(c);
    assert_int_equal(th_child_write(c, (th_span){(const uint8_t *)"x", 1}, 1000, NULL), TH_EIO);
    assert_int_equal(end(c, &h), 0);
    assert_string_equal(h.out, "<a>|<b c>|end|");
    c = start("sleep 30", true); /* it does not read */
    static uint8_t much[1 << 20];
    assert_int_equal(th_child_write(c, (th_span){much, sizeof much}, 200, NULL), TH_ERANGE);
    th_child_free(c);
    c = start("true", true); /* it has gone: an error, no signal for us */
    while (!th_child_follow(c, 50, hear, &h)) continue;
    assert_int_equal(th_child_write(c, (th_span){much, 10}, 200, NULL), TH_EIO);
    th_child_free(c);
    c = start("true", false);
    assert_int_equal(th_child_write(c, (th_span){much, 10}, 200, NULL), TH_EUSAGE);
    th_child_free(c);
}

static void who_ignores_the_wish_is_killed(void **state)
{
    (void)state;
    heard h = {0};
    th_child *c = start("trap '' INT; echo on; while :; do sleep 0.05; done", false);
    while (!h.out[0]) assert_false(th_child_follow(c, 50, hear, &h));
    const double began = th_clock_s();
    th_child_stop(c, 0.3);
    th_child_stop(c, 10); /* a longer one changes nothing */
    assert_int_equal(end(c, &h), 137);
    assert_true(th_clock_s() - began > 0.25 && th_clock_s() - began < 5);
}

/* Is there such a process, and no mere remains of one? */
static bool lives(pid_t pid)
{
    char path[64], is = 'Z';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    if (f && fscanf(f, "%*d %*s %c", &is) != 1) is = 'Z';
    if (f) fclose(f);
    return is != 'Z';
}

static void it_dies_with_us(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    const pid_t we = fork();
    if (we == 0) {
        const char *const argv[] = {"sh", "-c", "echo $$; exec sleep 60", NULL};
        th_child *c;
        heard h = {0};
        if (th_child_new(&(th_child_start){.argv = argv, .own_group = true}, &c, NULL)) _exit(1);
        while (!strchr(h.out, '|')) (void)th_child_follow(c, 50, hear, &h);
        const int pid = (int)strtol(h.out, NULL, 10);
        if (write(ends[1], &pid, sizeof pid) != sizeof pid) _exit(1);
        for (;;) pause();
    }
    int pid = 0;
    assert_int_equal(read(ends[0], &pid, sizeof pid), sizeof pid);
    assert_true(lives(pid));
    kill(we, SIGKILL);
    waitpid(we, NULL, 0);
    for (int i = 0; i < 300 && lives(pid); i++) th_clock_rest(0.01);
    assert_false(lives(pid));
    close(ends[0]);
    close(ends[1]);
}

static void what_cannot_start_is_named(void **state)
{
    (void)state;
    th_child *c;
    th_why why = {0};
    const char *const none[] = {"th-no-such-program", NULL}, *const folder[] = {"/tmp", NULL},
                      *const sh[] = {"sh", NULL};
    assert_int_equal(th_child_new(&(th_child_start){.argv = none}, &c, &why), TH_ETOOL);
    assert_null(c);
    assert_non_null(strstr(why.text, "th-no-such-program"));
    assert_int_equal(th_child_new(&(th_child_start){.argv = folder}, &c, NULL), TH_ETOOL);
    assert_int_equal(th_child_new(&(th_child_start){.argv = sh, .cwd = "/no/such/folder"}, &c, NULL), TH_ETOOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_both_outputs),    cmocka_unit_test(lines_come_when_they_are_printed),
        cmocka_unit_test(it_reads_what_is_written), cmocka_unit_test(who_ignores_the_wish_is_killed),
        cmocka_unit_test(it_dies_with_us),          cmocka_unit_test(what_cannot_start_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
