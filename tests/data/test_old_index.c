/* Projects of before the store are brought over: whole, once, whenever the program is killed. */
#include "sound.h"

#include "data/old_index.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const two[] = {"yes", "no"};

static th_err take(void *ctx, const th_sample *s, th_why *why)
{
    return th_dataset_add(ctx, s, why);
}

static th_err parse(const char *text, size_t n, th_dataset *set, th_why *why)
{
    *why = (th_why){0};
    return th_old_index_parse((th_span){(const uint8_t *)text, n}, "index.tsv", take, set, why);
}

#define HEAD "# thimble index 1\nfile\tlabel\tsplit\tspeaker\tword\tsource\thash\tsamples\n"
#define GOOD "yes/a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t5\n"

static void every_cut_of_the_index_is_refused(void **state)
{
    (void)state;
    static const char text[] =
        HEAD GOOD "no/\xc3\xbc.wav\tno\tval\t\tno\tsrc/a\\tb\\\\c\\nd\\re\tffffffffffffffff\t1\n# end\n";
    th_project p;
    th_dataset *set;
    th_why why;
    assert_int_equal(th_project_defaults("keyword", two, 2, &p, NULL), TH_OK);
    assert_int_equal(th_dataset_new(&p, &set, NULL), TH_OK);
    for (size_t i = 0; i + 2 < sizeof text; i++) { /* without its last newline it is still whole */
        char *copy = malloc(i + 1);                /* exact size, so that a sanitizer sees an over-read */
        memcpy(copy, text, i);
        const th_err err = parse(copy, i, set, &why);
        free(copy);
        assert_true(err == TH_ETRUNC || err == TH_EFORMAT);
        assert_non_null(strstr(why.text, "line "));
    }
    th_dataset_free(set);
    assert_int_equal(th_dataset_new(&p, &set, NULL), TH_OK);
    assert_int_equal(parse(text, sizeof text - 1, set, &why), TH_OK);
    assert_int_equal(set->n, 2);
    assert_string_equal(set->samples[0].name, "a.wav"); /* "x" is a source without a path */
    assert_string_equal(set->samples[0].source, "x");
    assert_string_equal(set->samples[1].name, "a\tb\\c\nd\re");
    assert_string_equal(set->samples[1].source, "src");
    th_dataset_free(set);
}

static void damaged_lines_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *line, *expect;
    } bad[] = {
        {"../a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t5\n", "inside data/clips"},
        {"yes/../../a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t5\n", "inside data/clips"},
        {"/etc/passwd\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t5\n", "inside data/clips"},
        {"a.wav\tye/s\ttrain\ts\tyes\tx\t0123456789abcdef\t5\n", "label"},
        {"a.wav\tyes\ttrian\ts\tyes\tx\t0123456789abcdef\t5\n", "train, val, test"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123456789ABCDEF\t5\n", "hash"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123\t5\n", "hash"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t0\n", "samples"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t-5\n", "samples"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t99999999999\n", "samples"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\n", "fewer columns"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t5\t6\n", "more columns"},
        {"a.wav\tyes\ttrain\ts\\q\tyes\tx\t0123456789abcdef\t5\n", "backslash"},
        {"\n", "columns"},
    };
    th_project p;
    th_dataset *set;
    assert_int_equal(th_project_defaults("keyword", two, 2, &p, NULL), TH_OK);
    assert_int_equal(th_dataset_new(&p, &set, NULL), TH_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[1024];
        th_why why;
        const int n = snprintf(text, sizeof text, HEAD GOOD "%s" GOOD "# end\n", bad[i].line);
        assert_int_equal(parse(text, (size_t)n, set, &why), TH_EFORMAT);
        if (!strstr(why.text, "index.tsv, line 4") || !strstr(why.text, bad[i].expect))
            fail_msg("%s: %s", bad[i].line, why.text);
    }
    th_dataset_free(set);
}

#define N_OLD 40

/* An old project with N_OLD clips, and a line whose file is missing. */
static void make_old(th_project *p, const char *dir)
{
    char text[16384], name[64];
    size_t n = (size_t)snprintf(text, sizeof text, HEAD);
    make_project(p, dir, two, 2);
    for (int i = 0; i < N_OLD; i++) {
        snprintf(name, sizeof name, "data/clips/%s/%d.wav", two[i % 2], i);
        make_wav(at(p->dir, name), 16000, 1600, (uint64_t)i + 1);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s/%d.wav\t%s\t%s\tp%d\t%s\tset/%s/%d.wav\t%016x\t1600\n",
                              two[i % 2], i, two[i % 2], th_split_name((th_split)(i % 3)), i % 5, two[i % 2],
                              two[i % 2], i, i);
    }
    snprintf(text + n, sizeof text - n, "no/gone.wav\tno\ttrain\t\tno\tset/no/gone.wav\t0123456789abcdef\t9\n# end\n");
    make_text(at(p->dir, "data/index.tsv"), text);
}

static void assert_brought(const th_project *p)
{
    th_dataset *set;
    th_why why = {0};
    if (th_dataset_load(p, &set, &why)) fail_msg("%s", why.text);
    assert_int_equal(set->n, N_OLD);
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *s = &set->samples[i];
        const int number = atoi(strchr(s->name, '/') + 1);
        int16_t *pcm, *made;
        int32_t n, n_made;
        char name[64];
        assert_string_equal(s->label, two[number % 2]);
        assert_int_equal(s->split, number % 3);
        assert_int_equal(s->subject[1] - '0', number % 5);
        assert_string_equal(s->source, "set");
        snprintf(name, sizeof name, "again/%d.wav", number);
        make_wav(at(p->dir, name), 16000, 1600, (uint64_t)number + 1);
        assert_int_equal(th_dataset_samples(set, s, &pcm, &n, NULL), TH_OK);
        assert_int_equal(th_audio_read(at(p->dir, name), 16000, 10, &made, &n_made, NULL), TH_OK);
        assert_int_equal(n, n_made);
        assert_memory_equal(pcm, made, (size_t)n * sizeof *pcm);
        free(pcm);
        free(made);
    }
    th_dataset_free(set);
    assert_false(th_file_exists(at(p->dir, "data/index.tsv")));
    assert_true(th_file_exists(at(p->dir, "data/index.tsv.old")));
}

static void old_projects_are_brought_over(void **state)
{
    th_project p;
    make_old(&p, at(*state, "p"));
    make_text(at(p.dir, "data/clips/yes/mine.txt"), "not of the index: stays");
    assert_brought(&p);
    assert_false(th_file_exists(at(p.dir, "data/clips/yes/0.wav")));
    assert_false(th_dir_exists(at(p.dir, "data/clips/no")));
    assert_true(th_file_exists(at(p.dir, "data/clips/yes/mine.txt")));
    assert_brought(&p);
}

static void damaged_ones_are_left_alone(void **state)
{
    th_project p;
    th_dataset *set;
    th_why why = {0};
    make_old(&p, at(*state, "p"));
    make_text(at(p.dir, "data/index.tsv"), HEAD GOOD);
    assert_int_equal(th_dataset_load(&p, &set, &why), TH_ETRUNC);
    assert_non_null(strstr(why.text, "data/index.tsv, line 4"));
    assert_true(th_file_exists(at(p.dir, "data/index.tsv")) && th_file_exists(at(p.dir, "data/clips/yes/0.wav")));
    assert_false(th_file_exists(at(p.dir, "thimble.db")));
}

static void killed_at_any_moment(void **state)
{
    th_project p;
    make_old(&p, at(*state, "p"));
    for (int round = 0; round < 12; round++) {
        const pid_t child = fork();
        if (child == 0) {
            th_dataset *set;
            _exit(th_dataset_load(&p, &set, NULL) ? 1 : 0);
        }
        nanosleep(&(struct timespec){.tv_nsec = round * 1000000L}, NULL);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
    }
    assert_brought(&p);
}

/* The index was brought over, but its name is still the old one: the moment between the two. */
static void once_more_is_the_same(void **state)
{
    th_project p;
    make_old(&p, at(*state, "p"));
    uint8_t *text;
    size_t n;
    char name[64];
    assert_int_equal(th_file_read(at(p.dir, "data/index.tsv"), 0, &text, &n, NULL), TH_OK);
    assert_brought(&p);
    assert_int_equal(th_file_write(at(p.dir, "data/index.tsv"), (th_span){text, n}, NULL), TH_OK);
    for (int i = 0; i < N_OLD; i++) {
        snprintf(name, sizeof name, "data/clips/%s/%d.wav", two[i % 2], i);
        make_wav(at(p.dir, name), 16000, 1600, (uint64_t)i + 1);
    }
    free(text);
    assert_brought(&p);
}

static void labels_follow_the_project(void **state)
{
    static const char text[] = HEAD "a.wav\tup\ttrain\t\tup\tx\t0000000000000001\t5\n"
                                    "b.wav\tunknown\ttrain\t\tno\tx\t0000000000000002\t5\n"
                                    "c.wav\tyes\ttrain\t\tno\tx\t0000000000000003\t5\r\n"
                                    "d.wav\tsilence\ttrain\t\tsilence\tx\t0000000000000004\t5\n# end";
    static const char *const want[] = {"unknown", /* "up" is no label any more */
                                       "no",      /* has become one */
                                       "yes",     /* somebody corrected the label by hand */
                                       "silence"};
    th_project p;
    th_dataset *set;
    char name[] = "data/clips/a.wav";
    make_project(&p, at(*state, "p"), two, 2);
    make_text(at(p.dir, "data/index.tsv"), "");
    for (int i = 0; i < 4; i++) {
        name[11] = (char)('a' + i);
        make_wav(at(p.dir, name), 16000, 100, (uint64_t)i);
    }
    make_text(at(p.dir, "data/index.tsv"), text);
    assert_int_equal(th_dataset_load(&p, &set, NULL), TH_OK);
    assert_int_equal(set->n, 4);
    for (size_t i = 0; i < 4; i++) assert_string_equal(set->samples[i].label, want[set->samples[i].name[0] - 'a']);
    th_dataset_free(set);
}

#define T(name) cmocka_unit_test_setup_teardown(name, in_temp, remove_temp)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_of_the_index_is_refused),
        cmocka_unit_test(damaged_lines_are_named),
        T(old_projects_are_brought_over),
        T(damaged_ones_are_left_alone),
        T(killed_at_any_moment),
        T(once_more_is_the_same),
        T(labels_follow_the_project),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
