/* The store of runs: what is put in comes out, also after kill -9, on a full disk, in a read-only folder, with a
 * damaged or foreign file, and when memory runs out at any moment. */
#include "scarce.h"
#include "store_folder.h"

#include "os/file.h"
#include "os/lock.h"
#include "store/runs.h"

#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char hash_a[] = "00ff", hash_b[] = "beef", preset[] = "ds-cnn",
            text[] = "epochs = 9\nclip = 0.5\nclip_more = 1\n", model[] = "dense classes\n",
            seed[] = "18446744073709551615", kernels[] = "avx2", code[] = "0.1.0", metric[] = "val_loss";

static th_run run_of(char *job)
{
    return (th_run){.job = job,
                    .preset = preset,
                    .options = text,
                    .model = model,
                    .seed = seed,
                    .threads = 2,
                    .path = kernels,
                    .data_hash = hash_a,
                    .code = code,
                    .metric = metric,
                    .parameters = 123,
                    .macs = INT64_C(5000000000),
                    .epochs = 9};
}

static void put_epochs(th_store *s, int64_t id, int first, int last)
{
    for (int e = first; e <= last; e++) {
        char loss[] = "val_loss", none[] = "val_mae";
        const th_run_value v[] = {{e, loss, 1.0 / e}, {e, none, (double)NAN}};
        assert_int_equal(th_runs_put(s, id, v, 2, NULL), TH_OK);
    }
}

static th_run_list read_all(void)
{
    th_run_list list;
    th_store *s = open_ok(false);
    assert_int_equal(th_runs_all(s, &list, NULL), TH_OK);
    th_store_close(s);
    return list;
}

static void there_and_back(void **state)
{
    (void)state;
    int64_t a, b, c;
    th_why why = {0};
    th_store *s;
    assert_int_equal(th_store_open(path, false, &s, &why), TH_ENOENT);
    assert_non_null(strstr(why.text, "thimble train"));
    s = open_ok(true);
    th_run r = run_of(hash_a), other = run_of(hash_b);
    assert_int_equal(th_runs_start(s, &r, false, &a, NULL), TH_OK);
    put_epochs(s, a, 1, 3);
    assert_int_equal(th_runs_artefact(s, a, "model", "model/float.tflite", "abcd", NULL), TH_OK);
    assert_int_equal(th_runs_finish(s, a, "done", NULL, 3, NULL), TH_OK);
    assert_int_equal(th_runs_start(s, &other, false, &b, NULL), TH_OK);
    put_epochs(s, b, 1, 2);
    assert_int_equal(th_runs_start(s, &r, true, &c, NULL), TH_OK); /* the same job goes on, the other one was killed */
    assert_int_equal(c, a);
    put_epochs(s, a, 2, 5);
    assert_int_equal(th_runs_finish(s, a, "stopped", "Ctrl-C", 0, NULL), TH_OK);
    assert_int_equal(th_runs_result(s, "abcd", "test_accuracy", 0.75, NULL), TH_OK);
    assert_int_equal(th_runs_result(s, "0000", "test_accuracy", 0.75, &why), TH_ENOENT);
    th_run_values v;
    assert_int_equal(th_runs_metrics(s, a, &v, NULL), TH_OK);
    assert_int_equal(v.n, 5);
    assert_true(th_runs_value(&v, 4, "val_loss") == 0.25 && isnan(th_runs_value(&v, 4, "val_mae")));
    assert_true(isnan(th_runs_value(&v, 6, "val_loss")) && th_runs_epochs(&v) == 5);
    th_runs_values_free(&v);
    assert_int_equal(th_runs_results(s, a, &v, NULL), TH_OK);
    assert_true(v.n == 1 && v.v[0].value == 0.75);
    th_runs_values_free(&v);
    th_store_close(s);

    th_run_list list = read_all();
    assert_int_equal(list.n, 2);
    const th_run *x = th_runs_find(&list, "1"), *y = th_runs_find(&list, "2");
    assert_string_equal(x->state, "stopped");
    assert_string_equal(x->message, "Ctrl-C");
    assert_string_equal(x->seed, seed);
    assert_string_equal(x->options, text);
    assert_true(x->macs == r.macs && x->best_epoch == 0 && x->threads == 2 && strlen(x->started) == 20);
    assert_string_equal(y->state, "stopped");
    assert_non_null(strstr(y->message, "killed"));
    char value[8];
    assert_true(th_runs_option(x, "clip", value, sizeof value) && !strcmp(value, "0.5"));
    assert_false(th_runs_option(x, "cli", value, sizeof value));
    assert_false(th_runs_option(x, "clip", value, 3));
    assert_null(th_runs_find(&list, "3"));
    assert_null(th_runs_find(&list, ""));
    th_runs_free(&list);
}

static void names_and_deletes(void **state)
{
    (void)state;
    int64_t a, b, c;
    th_why why = {0};
    th_run r = run_of(hash_a);
    th_store *s = open_ok(true);
    assert_int_equal(th_runs_start(s, &r, false, &a, NULL), TH_OK);
    assert_int_equal(th_runs_start(s, &r, false, &b, NULL), TH_OK);
    put_epochs(s, b, 1, 4);
    assert_int_equal(th_runs_name(s, a, "first try", NULL), TH_OK);
    assert_int_equal(th_runs_name(s, b, "first try", &why), TH_EEXIST);
    assert_int_equal(th_runs_name(s, b, "17", NULL), TH_EUSAGE);
    assert_int_equal(th_runs_name(s, b, "", NULL), TH_EUSAGE);
    assert_int_equal(th_runs_delete(s, b, NULL), TH_OK);
    th_run_values v;
    assert_int_equal(th_runs_metrics(s, b, &v, NULL), TH_OK);
    assert_int_equal(v.n, 0); /* they went with the run */
    th_runs_values_free(&v);
    assert_int_equal(th_runs_start(s, &r, false, &c, NULL), TH_OK);
    assert_true(c > b); /* its number is not given again */
    th_store_close(s);
    th_run_list list = read_all();
    assert_int_equal(th_runs_find(&list, "first try")->id, a);
    th_runs_free(&list);
}

/* Killed while it writes, again and again: what was there before is there, and what comes next can be written. */
static void killed(void **state)
{
    (void)state;
    for (int round = 0; round < 12; round++) {
        const pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            int64_t id;
            th_run r = run_of(hash_a);
            th_store *s = open_ok(true);
            if (th_runs_start(s, &r, true, &id, NULL)) _exit(1);
            for (int e = 1;; e++) put_epochs(s, id, e % 500 + 1, e % 500 + 1);
        }
        nanosleep(&(struct timespec){.tv_nsec = 3000000 + 7919000 * round % 20000000}, NULL);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        th_run_list list = read_all();
        assert_int_equal(list.n, 2);
        th_runs_free(&list);
        sqlite3 *db;
        sqlite3_stmt *q;
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &q, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(q), SQLITE_ROW);
        assert_string_equal((const char *)sqlite3_column_text(q, 0), "ok");
        sqlite3_finalize(q);
        sqlite3_close(db);
    }
}

static void full_disk(void **state)
{
    (void)state;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        th_store *s = open_ok(true);
        const struct rlimit little = {16384, 16384};
        th_why why = {0};
        th_err err = TH_OK;
        signal(SIGXFSZ, SIG_IGN);
        (void)setrlimit(RLIMIT_FSIZE, &little);
        for (int e = 1; !err && e < 100000; e++) {
            char loss[] = "val_loss";
            err = th_runs_put(s, 1, &(th_run_value){e, loss, 1}, 1, &why);
        }
        _exit(err == TH_EIO && strstr(why.text, "thimble.db") ? 42 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 42);
    th_run_list list = read_all();
    assert_true(list.n >= 2);
    th_runs_free(&list);
    th_store *s = open_ok(true); /* there is room again */
    put_epochs(s, 1, 1, 2);
    th_store_close(s);
}

static void refused(const char *bytes, size_t n, th_err want, const char *says)
{
    th_store *s;
    th_why why = {0};
    assert_int_equal(th_file_write(path, (th_span){(const uint8_t *)bytes, n}, NULL), TH_OK);
    for (int writes = 0; writes < 2; writes++) {
        why = (th_why){0};
        assert_int_equal(th_store_open(path, writes, &s, &why), want);
        assert_null(s);
        if (!strstr(why.text, says)) fail_msg("\"%s\" does not say \"%s\"", why.text, says);
    }
}

/* Found when it is opened or when it is read, and said so. */
static void cut_off(const uint8_t *bytes, size_t n)
{
    th_store *s;
    th_run_list list;
    th_run_values v;
    th_why why = {0};
    assert_int_equal(th_file_write(path, (th_span){bytes, n}, NULL), TH_OK);
    th_err err = th_store_open(path, false, &s, &why);
    if (!err && !(err = th_runs_all(s, &list, &why))) th_runs_free(&list);
    if (!err && !(err = th_runs_metrics(s, 1, &v, &why))) th_runs_values_free(&v);
    th_store_close(s);
    if (err != TH_EFORMAT || !strstr(why.text, "damaged")) fail_msg("cut at %zu: %d %s", n, err, why.text);
}

static void foreign_files(void **state)
{
    (void)state;
    static char junk[4096];
    memset(junk, 'x', sizeof junk);
    refused(junk, sizeof junk, TH_EFORMAT, "move it away");
    uint8_t *good;
    size_t n;
    th_file_remove(path);
    th_store_close(open_ok(true));
    assert_int_equal(th_file_read(path, 0, &good, &n, NULL), TH_OK);
    memset(good + 68, 0, 4); /* application id: see "Database File Format", 1.3 */
    refused((const char *)good, n, TH_EFORMAT, "another program");
    memcpy(good + 68, "Thmb", 4);
    good[63] = 99; /* user_version */
    refused((const char *)good, n, TH_EUNSUP, "newer Thimble");
    good[63] = 1;
    for (size_t cut = 100; cut < n - 8192; cut += 997) cut_off(good, cut);
    free(good);
    th_file_remove(path);
    assert_int_equal(th_file_write(path, (th_span){NULL, 0}, NULL), TH_OK);
    th_store *s;
    th_why why = {0};
    assert_int_equal(th_store_open(path, false, &s, &why), TH_ENOENT); /* empty: no runs yet */
    assert_int_equal(th_store_open("/nowhere/at/all.db", true, &s, &why), TH_EIO);
    th_store_close(open_ok(true));
}

/* Memory that runs out in SQLite at call n: an error and nothing half done, for every n. */
static th_err whole_use(void)
{
    th_store *s;
    th_run_list list;
    th_run_values v;
    int64_t id;
    char loss[] = "val_loss";
    th_run r = run_of(hash_b);
    TH_TRY(th_store_open(path, true, &s, NULL));
    th_err err = th_runs_start(s, &r, false, &id, NULL);
    if (!err) err = th_runs_put(s, id, &(th_run_value){1, loss, 1}, 1, NULL);
    if (!err) err = th_runs_finish(s, id, "done", NULL, 1, NULL);
    if (!err && !(err = th_runs_all(s, &list, NULL))) th_runs_free(&list);
    if (!err && !(err = th_runs_metrics(s, id, &v, NULL))) th_runs_values_free(&v);
    th_store_close(s);
    return err;
}

static void out_of_memory(void **state)
{
    (void)state;
    memory_metered();
    int failed = 0;
    for (int n = 0; n < 5000; n += 1 + n / 60) {
        memory.left = n;
        const th_err err = whole_use();
        memory_plenty();
        failed += err != TH_OK;
        th_run_list list;
        th_store *s = open_ok(true);
        assert_int_equal(th_runs_all(s, &list, NULL), TH_OK);
        th_runs_free(&list);
        th_store_close(s);
    }
    assert_true(failed > 20);
    assert_int_equal(whole_use(), TH_OK);
    memory_as_before();
}

static void locks(void **state)
{
    (void)state;
    char name[TH_PATH_BYTES];
    int lock, pipe_fd[2];
    assert_int_equal(th_path_join(name, folder, "train.lock", NULL), TH_OK);
    assert_false(th_lock_is_held(name));
    assert_int_equal(pipe(pipe_fd), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        const bool good = th_lock_take(name, &lock, NULL) == TH_OK;
        if (write(pipe_fd[1], "x", 1) == 1 && good) pause();
        _exit(1);
    }
    char byte;
    assert_int_equal(read(pipe_fd[0], &byte, 1), 1);
    th_why why = {0};
    char number[32];
    snprintf(number, sizeof number, "process %ld", (long)pid);
    assert_true(th_lock_is_held(name));
    assert_int_equal(th_lock_take(name, &lock, &why), TH_EEXIST);
    assert_non_null(strstr(why.text, number));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_false(th_lock_is_held(name));
    assert_int_equal(th_lock_take(name, &lock, NULL), TH_OK);
    th_lock_release(lock);
    close(pipe_fd[0]), close(pipe_fd[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back), cmocka_unit_test(killed),
        cmocka_unit_test(full_disk),      cmocka_unit_test(names_and_deletes),
        cmocka_unit_test(foreign_files),  cmocka_unit_test(out_of_memory),
        cmocka_unit_test(locks),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
