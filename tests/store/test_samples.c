/* The index of the data: what is written is read, versions come back whole, also after kill -9, on a full disk, beside
 * another program and when memory runs out at any moment; a hundred thousand samples are no burden. */
#include "scarce.h"
#include "store_folder.h"

#include "os/file.h"
#include "os/run.h"
#include "store/versions.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 100000

/* Samples number first .. first + n - 1; `split` is that of all. */
typedef struct made {
    th_sample *sample;
    char (*name)[24], (*hash)[TH_HASH_BYTES];
    size_t n;
} made;

static made make(unsigned first, size_t n, th_split split)
{
    static const th_segment segments[] = {{0, 10, "a"}, {10, 30, "b"}};
    static const th_box boxes[] = {{1, 2, 3, 4, "x"}};
    made m = {calloc(n + 1, sizeof *m.sample), calloc(n + 1, sizeof *m.name), calloc(n + 1, sizeof *m.hash), n};
    assert_true(m.sample && m.name && m.hash);
    for (size_t i = 0; i < n; i++) {
        const unsigned k = first + (unsigned)i;
        snprintf(m.name[i], sizeof m.name[i], "clip-%06u", k);
        th_hash_of((th_span){(const uint8_t *)&k, sizeof k}, m.hash[i]);
        m.sample[i] = (th_sample){.name = m.name[i],
                                  .hash = m.hash[i],
                                  .suffix = "wav",
                                  .label = k % 2 ? "yes" : "no",
                                  .subject = k % 3 ? "anna" : "",
                                  .source = "test",
                                  .split = split,
                                  .rate_hz = 16000,
                                  .n_rows = 100};
        if (k % 10 == 0) {
            m.sample[i].segments = segments;
            m.sample[i].n_segments = 2;
        }
        if (k % 10 == 5) {
            m.sample[i].boxes = boxes;
            m.sample[i].n_boxes = 1;
        }
    }
    return m;
}

static void drop(made *m)
{
    free(m->sample);
    free(m->name);
    free(m->hash);
}

static th_err put(unsigned first, size_t n, th_split split, th_why *why)
{
    th_store *s;
    int64_t any = -1;
    TH_TRY(th_store_open(path, true, &s, why));
    made m = make(first, n, split);
    const th_err err = th_samples_write(s, m.sample, n, &any, why);
    drop(&m);
    th_store_close(s);
    return err;
}

static void put_ok(unsigned first, size_t n, th_split split)
{
    th_why why = {0};
    if (put(first, n, split, &why)) fail_msg("%s", why.text);
}

/* What is read: how many, the sum of their numbers, and that segments and boxes belong to them. */
typedef struct seen {
    size_t n, test;
    uint64_t sum;
} seen;

static th_err take(void *ctx, const th_sample *s, th_why *why)
{
    seen *got = ctx;
    const unsigned k = (unsigned)strtoul(s->name + 5, NULL, 10);
    (void)why;
    got->n++;
    got->sum += k;
    got->test += s->split == TH_TEST;
    if (s->n_segments != (k % 10 == 0 ? 2 : 0) || s->n_boxes != (k % 10 == 5 ? 1 : 0)) return TH_EFORMAT;
    if (s->n_segments && (s->segments[1].from != 10 || strcmp(s->segments[1].label, "b") != 0)) return TH_EFORMAT;
    if (s->n_boxes && (s->boxes[0].w < 3 || s->boxes[0].w > 3)) return TH_EFORMAT;
    return strcmp(s->label, k % 2 ? "yes" : "no") == 0 ? TH_OK : TH_EFORMAT;
}

static seen read_rows(int64_t rows, int64_t without)
{
    th_store *s = open_ok(false);
    th_why why = {0};
    seen got = {0};
    if (th_samples_read(s, rows, without, take, &got, &why)) fail_msg("%s", why.text);
    th_store_close(s);
    return got;
}

static char *commit(const char *message, bool *made_one)
{
    static char id[TH_HASH_BYTES];
    th_store *s = open_ok(true);
    th_why why = {0};
    if (th_versions_commit(s, message, id, made_one, &why)) fail_msg("%s", why.text);
    th_store_close(s);
    return id;
}

static th_err checkout(const char *word, bool careful, th_why *why)
{
    th_data_version_list list;
    const th_data_version *v;
    th_store *s = open_ok(true);
    th_err err = th_versions_all(s, &list, why);
    if (!err) err = th_versions_find(&list, word, &v, why);
    if (!err) err = th_versions_checkout(s, v, careful, why);
    th_versions_free(&list);
    th_store_close(s);
    return err;
}

static int64_t count_rows(const char *table)
{
    char sql[100];
    sqlite3 *db;
    sqlite3_stmt *q;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    const int64_t n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return n;
}

static void versions_come_back(void **state)
{
    (void)state;
    bool is_new;
    th_why why = {0};
    char first[TH_HASH_BYTES], second[TH_HASH_BYTES];
    put_ok(0, 1000, TH_TRAIN);
    snprintf(first, sizeof first, "%s", commit("one", &is_new));
    assert_true(is_new);
    assert_string_equal(commit("one more", &is_new), first); /* the same content: the same version */
    assert_false(is_new);
    put_ok(100, 1000, TH_TRAIN); /* 100 go, 100 come */
    assert_int_equal(count_rows("descriptions"), 1100);
    snprintf(second, sizeof second, "%s", commit("two", &is_new));
    assert_string_not_equal(first, second);
    const seen only_new = read_rows(2, 1), only_old = read_rows(1, 2);
    assert_int_equal(only_new.n, 100);
    assert_int_equal(only_new.sum, 100 * 1000 + 4950);
    assert_int_equal(only_old.sum, 4950);
    put_ok(100, 1000, TH_TEST); /* all changed, not committed */
    assert_int_equal(checkout(first, true, &why), TH_EEXIST);
    assert_non_null(strstr(why.text, "--force"));
    assert_int_equal(read_rows(TH_ROWS_NOW, TH_ROWS_NONE).test, 1000);
    why = (th_why){0};
    assert_int_equal(checkout(first, false, &why), TH_OK);
    const seen back = read_rows(TH_ROWS_NOW, TH_ROWS_NONE);
    assert_int_equal(back.n, 1000);
    assert_int_equal(back.sum, 499500);
    assert_int_equal(back.test, 0);
    assert_int_equal(count_rows("descriptions"), 1100);          /* what no version had is gone */
    assert_int_equal(checkout("head~1", true, &why), TH_ENOENT); /* the first has none before it */
    assert_int_equal(checkout(second, true, &why), TH_OK);
    assert_int_equal(checkout("head~1", true, &why), TH_OK);
    assert_int_equal(read_rows(TH_ROWS_NOW, 1).n, 0);
}

/* Content alone decides the name of a version: neither the order of writing nor what was there before. */
static void ids_are_of_the_content(void **state)
{
    (void)state;
    th_store *s;
    bool is_new;
    int64_t any = -1;
    char id[2][TH_HASH_BYTES];
    for (int turn = 0; turn < 2; turn++) {
        th_file_remove(path);
        if (turn) put_ok(5000, 10, TH_VAL);
        made m = make(0, 50, TH_TRAIN);
        for (size_t i = 0; turn && i < 25; i++) {
            const th_sample swap = m.sample[i];
            m.sample[i] = m.sample[49 - i];
            m.sample[49 - i] = swap;
        }
        s = open_ok(true);
        any = -1;
        assert_int_equal(th_samples_write(s, m.sample, 50, &any, NULL), TH_OK);
        assert_int_equal(th_versions_commit(s, turn ? "a" : "b", id[turn], &is_new, NULL), TH_OK);
        th_store_close(s);
        drop(&m);
    }
    assert_string_equal(id[0], id[1]);
}

static void a_hundred_thousand(void **state)
{
    (void)state;
    bool is_new;
    th_file_remove(path);
    double at = th_thread_clock_s();
    put_ok(0, MOST, TH_TRAIN);
    const double first_s = th_thread_clock_s() - at;
    at = th_thread_clock_s();
    assert_int_equal(read_rows(TH_ROWS_NOW, TH_ROWS_NONE).n, MOST);
    const double read_s = th_thread_clock_s() - at;
    (void)commit("all", &is_new);
    at = th_thread_clock_s();
    put_ok(1, MOST, TH_TRAIN);
    const double again_s = th_thread_clock_s() - at;
    at = th_thread_clock_s();
    (void)commit("one other", &is_new);
    const double commit_s = th_thread_clock_s() - at;
    const seen one = read_rows(2, 1);
    assert_int_equal(one.n, 1);
    assert_int_equal(one.sum, MOST);
    assert_int_equal(count_rows("descriptions"), MOST + 1);
    at = th_thread_clock_s();
    put_ok(0, 5000, TH_TRAIN);
    const double few_s = th_thread_clock_s() - at;
    printf("100 000 samples: written in %.2f s, again in %.2f s, read in %.2f s, committed in %.2f s, %.0f MB; 5000 in "
           "%.2f s\n",
           first_s, again_s, read_s, commit_s, (double)th_file_size(path) / 1e6, few_s);
}

static void wait_a_little(int round)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000 + 3919000 * round % 40000000}, NULL);
}

/* Either what was there, or what came, never a part; also of checkouts and commits. */
static void killed(void **state)
{
    (void)state;
    th_file_remove(path);
    put_ok(0, 500, TH_TRAIN);
    for (int round = 0; round < 30; round++) {
        const pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            for (unsigned i = 0;; i++) {
                bool is_new;
                char id[TH_HASH_BYTES];
                th_store *s;
                if (put(i % 7, 500, i % 2 ? TH_TRAIN : TH_TEST, NULL)) _exit(1);
                if (th_store_open(path, true, &s, NULL) || th_versions_commit(s, "k", id, &is_new, NULL)) _exit(1);
                th_store_close(s);
            }
        }
        wait_a_little(round);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        const seen got = read_rows(TH_ROWS_NOW, TH_ROWS_NONE);
        assert_int_equal(got.n, 500);
        assert_true(got.test == 0 || got.test == 500);
        assert_true((got.sum - 124750) % 500 == 0);
    }
    th_data_version_list list;
    th_store *s = open_ok(false);
    assert_int_equal(th_versions_all(s, &list, NULL), TH_OK);
    for (size_t i = 0; i < list.n; i++) assert_int_equal(list.v[i].n, 500);
    th_versions_free(&list);
    th_store_close(s);
}

static void full_disk(void **state)
{
    (void)state;
    th_file_remove(path);
    put_ok(0, 200, TH_TRAIN);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const struct rlimit little = {300000, 300000};
        th_why why = {0};
        signal(SIGXFSZ, SIG_IGN);
        (void)setrlimit(RLIMIT_FSIZE, &little);
        _exit(put(0, 20000, TH_TEST, &why) == TH_EIO && strstr(why.text, "thimble.db") ? 42 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 42);
    const seen got = read_rows(TH_ROWS_NOW, TH_ROWS_NONE);
    assert_true(got.n == 200 && got.test == 0);
    put_ok(0, 2000, TH_TEST); /* there is room again */
    assert_int_equal(read_rows(TH_ROWS_NOW, TH_ROWS_NONE).n, 2000);
}

static void others_are_waited_for(void **state)
{
    (void)state;
    sqlite3 *db;
    th_why why = {0};
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(put(0, 5, TH_TRAIN, &why), TH_EIO);
    assert_non_null(strstr(why.text, "held by another program"));
    sqlite3_close(db);
    put_ok(0, 5, TH_TRAIN);
}

static void only_reading(void **state)
{
    (void)state;
    th_why why = {0};
    if (geteuid() == 0) skip(); /* may write everywhere */
    put_ok(0, 20, TH_TRAIN);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    const seen got = read_rows(TH_ROWS_NOW, TH_ROWS_NONE);
    const th_err err = put(0, 5, TH_TRAIN, &why);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(got.n, 20);
    assert_int_equal(err, TH_EIO);
    assert_non_null(strstr(why.text, "permissions"));
}

/* A few of many: they alone go and come, go back on demand, and are forgotten on demand. */
static void a_few_of_many(void **state)
{
    (void)state;
    th_store *s;
    th_why why = {0};
    int64_t revision = -1, old;
    bool used;
    made all = make(0, 100, TH_TRAIN), more = make(500, 2, TH_TEST);
    th_file_remove(path);
    s = open_ok(true);
    assert_int_equal(th_samples_write(s, all.sample, all.n, &revision, &why), TH_OK);
    old = revision;
    const th_samples_edit one = {.out = &all.sample[7], .n_out = 1, .in = more.sample, .n_in = 2, .undo = true};
    assert_int_equal(th_samples_change(s, &one, &revision, &why), TH_OK);
    assert_true(revision > old);
    assert_int_equal(read_rows(TH_ROWS_NOW, TH_ROWS_NONE).n, 101);
    assert_int_equal(th_samples_change(s, &one, &old, NULL), TH_EEXIST);      /* somebody else has written since */
    assert_int_equal(th_samples_change(s, &one, &revision, NULL), TH_ENOENT); /* it is gone already */
    assert_int_equal(read_rows(TH_ROWS_NOW, TH_ROWS_NONE).n, 101);
    assert_int_equal(th_samples_use(s, all.hash[7], &used, &why), TH_OK);
    assert_false(used); /* its file stays, but nothing needs it */
    assert_int_equal(th_samples_write(s, more.sample, more.n, &revision, &why), TH_OK); /* all of them anew .. */
    assert_int_equal(th_samples_restore(s, all.hash[7], &revision, &why), TH_OK);       /* .. and it still comes back */
    assert_int_equal(read_rows(TH_ROWS_NOW, TH_ROWS_NONE).n, 3);
    assert_int_equal(th_samples_restore(s, all.hash[7], &revision, NULL), TH_ENOENT);
    const th_samples_edit gone = {.out = &all.sample[7], .n_out = 1, .undo = true};
    assert_int_equal(th_samples_change(s, &gone, &revision, &why), TH_OK);
    assert_int_equal(th_samples_forget(s, &why), TH_OK);
    revision = -1;
    assert_int_equal(th_samples_restore(s, all.hash[7], &revision, NULL), TH_ENOENT);
    assert_int_equal(read_rows(TH_ROWS_NOW, TH_ROWS_NONE).n, 2);
    th_store_close(s);
    drop(&all);
    drop(&more);
}

/* A file of the first schema, with a run in it, gets the tables of the data when it is opened. */
static void older_files_are_brought_up(void **state)
{
    (void)state;
    sqlite3 *db;
    th_file_remove(path);
    th_store_close(open_ok(true));
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "DROP TABLE undo; DROP TABLE data_state; DROP TABLE version_rows; DROP TABLE versions; DROP TABLE "
                     "samples; DROP TABLE boxes; DROP TABLE segments; DROP TABLE descriptions; ALTER TABLE "
                     "runs DROP COLUMN data_version; PRAGMA user_version = 1",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(read_rows(TH_ROWS_NOW, TH_ROWS_NONE).n, 0);
    put_ok(0, 5, TH_TRAIN);
}

/* Memory that runs out in SQLite at call n: an error and nothing half done, for every n. */
static th_err whole_use(const made *m)
{
    th_store *s;
    th_data_version_list list;
    char id[TH_HASH_BYTES];
    bool flag;
    int64_t any = -1;
    seen got = {0};
    TH_TRY(th_store_open(path, true, &s, NULL));
    th_err err = th_samples_write(s, m->sample, m->n, &any, NULL);
    if (!err) err = th_versions_commit(s, "m", id, &flag, NULL);
    const th_samples_edit e = {.out = m->sample, .n_out = 1, .undo = true};
    if (!err) err = th_samples_change(s, &e, &any, NULL);
    if (!err) err = th_samples_restore(s, m->hash[0], &any, NULL);
    if (!err) err = th_samples_use(s, m->hash[0], &flag, NULL);
    if (!err && !(err = th_versions_all(s, &list, NULL))) {
        err = th_versions_checkout(s, &list.v[0], true, NULL);
        th_versions_free(&list);
    }
    if (!err) err = th_samples_read(s, TH_ROWS_NOW, TH_ROWS_NONE, take, &got, NULL);
    th_store_close(s);
    return err;
}

static void out_of_memory(void **state)
{
    (void)state;
    made m = make(0, 20, TH_TRAIN);
    th_file_remove(path);
    put_ok(0, 10, TH_TEST);
    memory_metered();
    int failed = 0;
    for (int n = 0; n < 8000; n += 1 + n / 40) {
        memory.left = n;
        const th_err err = whole_use(&m);
        memory_plenty();
        failed += err != TH_OK;
        const seen got = read_rows(TH_ROWS_NOW, TH_ROWS_NONE);
        assert_true((got.n == 10 && got.test == 10) || ((got.n == 20 || got.n == 19) && got.test == 0));
    }
    assert_true(failed > 20);
    assert_int_equal(whole_use(&m), TH_OK);
    memory_as_before();
    drop(&m);
}

static void files_by_their_content(void **state)
{
    (void)state;
    static const uint8_t abc[] = "abc";
    char hash[TH_HASH_BYTES], object[TH_PATH_BYTES], from[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    assert_int_equal(th_object_put(folder, (th_span){abc, 3}, "csv", hash, NULL), TH_OK);
    /* b2sum -l 256 */
    assert_string_equal(hash, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    assert_int_equal(th_object_path(folder, hash, "csv", object, NULL), TH_OK);
    assert_non_null(strstr(object, "/bd/dd813c"));
    assert_true(th_object_is_there(folder, hash, "csv", 3));
    assert_false(th_object_is_there(folder, hash, "csv", 4));
    assert_int_equal(th_file_write(object, (th_span){abc, 1}, NULL), TH_OK); /* cut short: written anew */
    assert_int_equal(th_object_put(folder, (th_span){abc, 3}, "csv", hash, NULL), TH_OK);
    assert_int_equal(th_file_read(object, 0, &bytes, &n, NULL), TH_OK);
    assert_int_equal(n, 3);
    free(bytes);
    assert_int_equal(th_path_join(from, folder, "from", NULL), TH_OK);
    assert_int_equal(th_file_write(from, (th_span){abc, 2}, NULL), TH_OK);
    assert_int_equal(th_object_take(folder, from, "wav", hash, NULL), TH_OK);
    assert_true(th_object_is_there(folder, hash, "wav", 2));
    static const char *const bad[][2] = {{"../../etc/passwd", "wav"}, {"", "wav"}};
    for (int i = 0; i < 2; i++)
        assert_int_equal(th_object_path(folder, bad[i][0], bad[i][1], object, NULL), TH_EFORMAT);
    static const char *const suffixes[] = {"", "../x", "WAV", "a.b", "toolongsuffix"};
    for (int i = 0; i < 5; i++) assert_int_equal(th_object_path(folder, hash, suffixes[i], object, NULL), TH_EFORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_come_back),
        cmocka_unit_test(ids_are_of_the_content),
        cmocka_unit_test(a_hundred_thousand),
        cmocka_unit_test(killed),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(others_are_waited_for),
        cmocka_unit_test(only_reading),
        cmocka_unit_test(a_few_of_many),
        cmocka_unit_test(older_files_are_brought_up),
        cmocka_unit_test(files_by_their_content),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
