#define _XOPEN_SOURCE 700 /* symlink, truncate, mkfifo */
#include "sound.h"

#include "check/check.h"
#include "data/import.h"
#include "data/split.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HZ 16000
static const char *const two[] = {"yes", "no"};

typedef struct world {
    char dir[TH_PATH_BYTES], src[TH_PATH_BYTES];
    th_project p;
    th_dataset *set;
    th_import_report report;
    th_why why;
} world;

static int begin(void **state)
{
    world *w = calloc(1, sizeof *w);
    *state = w;
    if (!w || th_dir_temp(w->dir, NULL)) return -1;
    make_project(&w->p, at(w->dir, "project"), two, 2);
    snprintf(w->src, sizeof w->src, "%s", at(w->dir, "src"));
    return th_dataset_load(&w->p, &w->set, NULL);
}

static int end(void **state)
{
    world *w = *state;
    th_source_free(w->report.found);
    th_dataset_free(w->set);
    th_dir_remove(w->dir);
    free(w);
    return 0;
}

static void sound(const world *w, const char *name, int32_t rate_hz, double seconds, uint64_t seed)
{
    make_wav(at(w->src, name), rate_hz, (int32_t)(seconds * rate_hz), seed);
}

static th_err import(world *w, int32_t per_label)
{
    const th_import_cfg cfg = {.per_label = per_label, .split = {.val = 0.1, .test = 0.1, .seed = 1}};
    th_source_free(w->report.found);
    w->why = (th_why){0};
    return th_import(&w->p, w->set, w->src, &cfg, &w->report, &w->why);
}

static void import_well(world *w)
{
    if (import(w, 0)) fail_msg("%s", w->why.text);
}

static size_t count(const world *w, const char *label, int split)
{
    size_t n = 0;
    for (size_t i = 0; i < w->set->n; i++)
        n += strcmp(w->set->samples[i].label, label) == 0 && (split < 0 || (int)w->set->samples[i].split == split);
    return n;
}

static const th_sample *from(const world *w, const char *source_end)
{
    for (size_t i = 0; i < w->set->n; i++) {
        const char *s = w->set->samples[i].name;
        const size_t n = strlen(s), m = strlen(source_end);
        if (n >= m && strcmp(s + n - m, source_end) == 0) return &w->set->samples[i];
    }
    fail_msg("nothing from %s", source_end);
    return NULL;
}

static bool has_problem(const world *w, const char *a, const char *b)
{
    for (size_t i = 0; i < w->report.found->n_problems; i++)
        if (strstr(w->report.found->problem[i], a) && strstr(w->report.found->problem[i], b)) return true;
    return false;
}

/* The index on disk equals the one in memory, and every clip is a file with the content it should have. */
static void assert_stored(world *w)
{
    th_dataset *disk;
    th_check_report found;
    assert_int_equal(th_dataset_load(&w->p, &disk, NULL), TH_OK);
    assert_int_equal(disk->n, w->set->n);
    assert_int_equal(th_check_run(&w->p, disk, &(th_check_cfg){.seed = 1}, &found, NULL), TH_OK);
    assert_int_equal(th_check_find(&found, "missing")->n + th_check_find(&found, "damaged")->n +
                         th_check_find(&found, "changed")->n + th_check_find(&found, "rate")->n,
                     0);
    th_check_free(&found);
    th_dataset_free(disk);
}

static void a_folder_per_label(void **state)
{
    world *w = *state;
    char name[64];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "yes/%d.wav", i);
        sound(w, name, i % 2 ? 8000 : 44100, 0.3, 100 + (uint64_t)i);
        snprintf(name, sizeof name, "No/%d.wav", i); /* a label in another case is that label */
        sound(w, name, HZ, 0.3, 200 + (uint64_t)i);
        snprintf(name, sizeof name, "märz نعم/%d.wav", i);
        sound(w, name, HZ, 0.3, 300 + (uint64_t)i);
    }
    make_text(at(w->src, "yes/notes.txt"), "no sound");
    import_well(w);
    assert_int_equal(w->report.added, 60);
    assert_int_equal(count(w, "yes", TH_TRAIN), 16);
    assert_int_equal(count(w, "no", TH_VAL), 2);
    assert_int_equal(count(w, "unknown", TH_TEST), 2);
    assert_string_equal(from(w, "märz نعم/3.wav")->word, "märz نعم");
    assert_int_equal(from(w, "yes/1.wav")->n_rows, 4800);
    assert_stored(w);
    import_well(w); /* once more: nothing new */
    assert_int_equal(w->report.added, 0);
    assert_int_equal(w->report.already, 60);
    assert_int_equal(w->set->n, 60);
}

static void a_folder_per_speaker(void **state)
{
    world *w = *state;
    char name[64];
    for (int s = 0; s < 10; s++)
        for (int i = 0; i < 4; i++) {
            snprintf(name, sizeof name, "%s/person%d/%d.wav", i % 2 ? "yes" : "no", s, i);
            sound(w, name, HZ, 0.2, (uint64_t)(s * 10 + i));
        }
    import_well(w);
    assert_true(w->report.by_speaker);
    assert_int_equal(w->report.n_speakers, 10);
    assert_string_equal(from(w, "yes/person3/1.wav")->subject, "person3");
    for (size_t i = 0; i < w->set->n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(w->set->samples[i].subject, w->set->samples[k].subject) == 0)
                assert_int_equal(w->set->samples[i].split, w->set->samples[k].split);
    assert_int_equal(count(w, "yes", TH_TEST), 2);
}

static void speech_commands(void **state)
{
    world *w = *state;
    char name[64];
    for (int i = 0; i < 9; i++) {
        snprintf(name, sizeof name, "yes/abc%d_nohash_0.wav", i % 3);
        if (i < 3) sound(w, name, HZ, 1, 1 + (uint64_t)i);
        snprintf(name, sizeof name, "marvin/abc%d_nohash_%d.wav", i % 3, i);
        sound(w, name, HZ, 1, 20 + (uint64_t)i);
    }
    make_text(at(w->src, "validation_list.txt"),
              "yes/abc1_nohash_0.wav\nmarvin/abc1_nohash_1.wav\nmarvin/abc1_nohash_4.wav\nmarvin/abc1_nohash_7.wav\n");
    make_text(at(w->src, "testing_list.txt"), "yes/abc2_nohash_0.wav\r\nmarvin/abc2_nohash_2.wav");
    sound(w, "_background_noise_/rain.wav", 22050, 20.5, 50);
    sound(w, "_silence_/one.wav", HZ, 1, 60);
    sound(w, "_unknown_/some.wav", HZ, 1, 61);
    import_well(w);
    assert_true(w->report.has_lists);
    assert_int_equal(from(w, "yes/abc0_nohash_0.wav")->split, TH_TRAIN);
    assert_int_equal(from(w, "yes/abc1_nohash_0.wav")->split, TH_VAL);
    assert_int_equal(from(w, "yes/abc2_nohash_0.wav")->split, TH_TEST);
    assert_string_equal(from(w, "marvin/abc2_nohash_2.wav")->label, "unknown");
    assert_string_equal(from(w, "marvin/abc2_nohash_2.wav")->subject, "abc2");
    assert_int_equal(from(w, "marvin/abc2_nohash_5.wav")->split, TH_TRAIN); /* in no list */
    assert_string_equal(from(w, "some.wav")->label, "unknown");
    assert_int_equal(count(w, "silence", -1), 21); /* 20 whole seconds and the one of _silence_ */
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "rain.wav#%d", i);
        assert_int_equal(from(w, name)->split, i < 16 ? TH_TRAIN : i < 18 ? TH_VAL : TH_TEST);
        assert_int_equal(from(w, name)->n_rows, HZ);
    }
    assert_stored(w);
}

static void spoken_digits(void **state)
{
    world *w = *state;
    static const char *const digits[] = {"zero", "seven"};
    for (int i = 0; i < 15; i++) {
        char name[64];
        snprintf(name, sizeof name, "recordings/%d_%s_%d.wav", i % 2 ? 7 : 0, i % 3 ? "lea" : "bob", i);
        sound(w, name, 8000, 0.4, (uint64_t)i);
    }
    assert_int_equal(import(w, 0), TH_EUSAGE); /* no label fits: the text says what to type */
    assert_non_null(strstr(w->why.text, "--labels zero,seven"));
    assert_int_equal(w->set->n, 0);
    assert_int_equal(th_project_set_labels(&w->p, digits, 2, NULL), TH_OK);
    import_well(w);
    assert_string_equal(from(w, "7_lea_5.wav")->word, "seven");
    assert_string_equal(from(w, "7_lea_5.wav")->subject, "lea");
    assert_int_equal(from(w, "0_lea_4.wav")->split, TH_TEST);
    assert_int_equal(from(w, "7_lea_5.wav")->split, TH_VAL);
    assert_int_equal(from(w, "0_lea_10.wav")->split, TH_TRAIN);
    assert_int_equal(from(w, "0_lea_10.wav")->n_rows, 6400);
}

static void arabic_commands(void **state)
{
    world *w = *state;
    char list[4096] = "file,class\n", name[64];
    for (int s = 0; s < 8; s++)
        for (int r = 0; r < 5; r++) {
            snprintf(name, sizeof name, "dataset/%s/%08d_NO_%02d.wav", r % 2 ? "yes" : "no", s, r);
            sound(w, name, HZ, 0.5, (uint64_t)(s * 10 + r));
            if (s >= 6) strcat(strcat(strcat(list, name), r % 2 ? ",yes" : ",no"), "\n");
        }
    make_text(at(w->src, "val.csv"), list);
    import_well(w);
    assert_string_equal(from(w, "yes/00000003_NO_01.wav")->subject, "00000003");
    assert_int_equal(from(w, "yes/00000003_NO_01.wav")->split, TH_TRAIN);
    assert_int_equal(from(w, "yes/00000006_NO_01.wav")->split, TH_VAL); /* half of the speakers of val.csv test */
    assert_int_equal(from(w, "yes/00000007_NO_03.wav")->split, TH_TEST);
}

static void per_label_takes_few_of_many_speakers(void **state)
{
    world *w = *state;
    char name[64];
    for (int s = 0; s < 20; s++)
        for (int i = 0; i < 10; i++) {
            snprintf(name, sizeof name, "%s/p%02d_nohash_%d.wav", i < 5 ? "yes" : "no", s, i);
            sound(w, name, HZ, 0.1, (uint64_t)(s * 10 + i));
        }
    if (import(w, 14)) fail_msg("%s", w->why.text);
    assert_int_equal(count(w, "yes", TH_TRAIN), 14);
    assert_int_equal(count(w, "yes", TH_VAL), 10);
    assert_int_equal(count(w, "yes", TH_TEST), 10);
    assert_int_equal(w->report.left_out, 2 * (100 - 20 - 14));
    for (size_t i = 0; i < w->set->n; i++) /* 16 speakers train: none of 14 clips has to share one */
        for (size_t k = 0; k < i; k++)
            if (w->set->samples[i].split == TH_TRAIN && w->set->samples[k].split == TH_TRAIN &&
                strcmp(w->set->samples[i].label, w->set->samples[k].label) == 0)
                assert_string_not_equal(w->set->samples[i].subject, w->set->samples[k].subject);
}

static void bad_files_stop_nothing(void **state)
{
    world *w = *state;
    sound(w, "yes/good.wav", HZ, 0.5, 1);
    sound(w, "yes/copy.wav", HZ, 0.5, 1);
    sound(w, "no/other.wav", HZ, 0.5, 1); /* the same sound with another label */
    make_text(at(w->src, "yes/empty.wav"), "");
    make_text(at(w->src, "yes/text.mp3"), "no sound at all, only some text that is long enough");
    sound(w, "yes/slow.wav", 1, 5, 2);
    sound(w, "yes/long.wav", HZ, 11, 3);
    sound(w, "yes/cut.wav", HZ, 1, 4);
    assert_int_equal(truncate(at(w->src, "yes/cut.wav"), 1000), 0);
    assert_int_equal(symlink("..", at(w->src, "yes/loop")), 0);
    assert_int_equal(symlink("nowhere", at(w->src, "yes/dangling.wav")), 0);
    assert_int_equal(mkfifo(at(w->src, "yes/pipe.wav"), 0600), 0); /* must not be waited for */
    import_well(w);
    assert_int_equal(w->report.added, 1);
    assert_int_equal(w->report.duplicates, 2);
    assert_int_equal(w->report.refused, 7);
    assert_true(has_problem(w, "empty.wav", "empty") && has_problem(w, "text.mp3", "it is no sound file") &&
                has_problem(w, "slow.wav", "1 Hz") && has_problem(w, "long.wav", "11 s long") &&
                has_problem(w, "cut.wav", "cut off") && has_problem(w, "dangling.wav", "no sound file") &&
                has_problem(w, "pipe.wav", "not a file") && has_problem(w, "loop", "link back") &&
                has_problem(w, "yes/good.wav", "labelled"));
    assert_int_equal(count(w, "no", -1), 1); /* "no" comes first in the folder */
    assert_stored(w);
}

static void folders_that_differ_by_case(void **state)
{
    world *w = *state;
    sound(w, "yes/a.wav", HZ, 0.5, 1);
    sound(w, "Yes/b.wav", HZ, 0.5, 2);
    if (th_file_exists(at(w->src, "yes/b.wav"))) skip(); /* a file system without cases */
    assert_int_equal(import(w, 0), TH_EFORMAT);
    assert_non_null(strstr(w->why.text, "upper and lower case"));
}

static void nothing_to_import(void **state)
{
    world *w = *state;
    assert_int_equal(import(w, 0), TH_ENOENT);
    assert_int_equal(th_dir_make(at(w->src, "yes"), NULL), TH_OK);
    assert_int_equal(import(w, 0), TH_ENOENT);
    assert_non_null(strstr(w->why.text, "LABEL/"));
}

static void what_is_lost_is_put_back(void **state)
{
    world *w = *state;
    sound(w, "yes/a.wav", HZ, 0.5, 1);
    sound(w, "yes/b.wav", HZ, 0.5, 2);
    import_well(w);
    char path[TH_PATH_BYTES];
    assert_int_equal(th_dataset_path(w->set, &w->set->samples[0], path, NULL), TH_OK);
    th_file_remove(path);
    assert_int_equal(th_dataset_path(w->set, &w->set->samples[1], path, NULL), TH_OK);
    assert_int_equal(truncate(path, 100), 0);
    import_well(w);
    assert_int_equal(w->report.added, 2);
    assert_int_equal(w->set->n, 2);
    assert_stored(w);
}

/* A process that is killed while it imports leaves an index that can be read and gone on with. */
static void kill_minus_9(void **state)
{
    world *w = *state;
    char name[64];
    for (int i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "yes/%d.wav", i);
        sound(w, name, HZ, 0.2, (uint64_t)i);
    }
    for (int tries = 0; tries < 8; tries++) {
        const pid_t child = fork();
        if (child == 0) _exit(import(w, 0) ? 1 : 0);
        nanosleep(&(struct timespec){.tv_nsec = tries * 1500000L}, NULL);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        th_dataset *set;
        assert_int_equal(th_dataset_load(&w->p, &set, &w->why), TH_OK);
        th_dataset_free(set);
    }
    th_dataset_free(w->set);
    assert_int_equal(th_dataset_load(&w->p, &w->set, &w->why), TH_OK);
    import_well(w);
    assert_int_equal(w->set->n, 60);
    assert_stored(w);
}

static void a_full_disk(void **state)
{
    world *w = *state;
    sound(w, "yes/a.wav", HZ, 0.1, 1);
    import_well(w);
    sound(w, "yes/b.wav", HZ, 5, 2);
    struct rlimit was, tiny;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    tiny = was;
    tiny.rlim_cur = 10000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tiny), 0);
    const th_err err = import(w, 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_int_equal(err, TH_EIO);
    assert_non_null(strstr(w->why.text, "cannot write"));
    assert_int_equal(w->set->n, 1);
    assert_stored(w);
    import_well(w);
    assert_int_equal(w->set->n, 2);
    assert_stored(w);
}

static void scanning_for_a_test(void **state)
{
    world *w = *state;
    th_dataset *set;
    sound(w, "yes/a.wav", 8000, 0.5, 1);
    sound(w, "up/b.wav", HZ, 0.5, 2);
    make_text(at(w->src, "yes/bad.wav"), "x");
    sound(w, "_background_noise_/n.wav", HZ, 3.2, 3);
    assert_int_equal(th_dataset_scan(&w->p, w->src, TH_PART_TOLD, &set, &w->why), TH_OK);
    assert_int_equal(set->n, 5);
    assert_int_equal(set->n_skipped, 1);
    for (size_t i = 0; i < set->n; i++) {
        int16_t *pcm;
        int32_t n;
        assert_int_equal(set->samples[i].split, TH_TEST);
        assert_int_equal(th_dataset_samples(set, &set->samples[i], &pcm, &n, NULL), TH_OK);
        assert_int_equal(n, set->samples[i].n_rows);
        char hash[TH_HASH_BYTES];
        assert_int_equal(th_sound_hash(HZ, pcm, n, hash, NULL), TH_OK);
        assert_string_equal(hash, set->samples[i].hash);
        free(pcm);
    }
    th_dataset_free(set);
    assert_int_equal(th_dir_make(at(w->dir, "outer"), NULL), TH_OK);
    assert_int_equal(rename(w->src, at(w->dir, "outer/src")), 0);
    assert_int_equal(th_dataset_scan(&w->p, at(w->dir, "outer"), TH_PART_TOLD, &set, &w->why), TH_OK); /* one up */
    assert_int_equal(set->n, 5);
    th_dataset_free(set);
}

/* Recordings of the folder in that part. */
static size_t scanned(world *w, int part)
{
    th_dataset *set;
    assert_int_equal(th_dataset_scan(&w->p, w->src, part, &set, &w->why), TH_OK);
    const size_t n = set->n;
    th_dataset_free(set);
    return n;
}

static void scanning_the_part_that_is_told(void **state)
{
    world *w = *state;
    th_dataset *set;
    char name[64];
    for (int i = 0; i < 6; i++) {
        snprintf(name, sizeof name, "%s/p%d_nohash_0.wav", i % 2 ? "yes" : "up", i);
        sound(w, name, HZ, 0.5, (uint64_t)i);
    }
    make_text(at(w->src, "testing_list.txt"), "yes/of_other_people.wav\n");
    assert_int_equal(scanned(w, TH_PART_TOLD), 6); /* the list names nobody who is here */
    make_text(at(w->src, "testing_list.txt"), "yes/p1_nohash_0.wav\nup/p2_nohash_0.wav\nyes/of_other_people.wav\n");
    make_text(at(w->src, "validation_list.txt"), "yes/p3_nohash_0.wav\n");
    assert_int_equal(scanned(w, TH_PART_TOLD), 2);
    assert_int_equal(scanned(w, TH_VAL), 1);
    assert_int_equal(scanned(w, TH_TRAIN), 3);
    assert_int_equal(scanned(w, TH_PART_ALL), 6);
    sound(w, "_background_noise_/n.wav", HZ, 20, 9); /* is divided in time, as the import does */
    assert_int_equal(scanned(w, TH_PART_TOLD), 4);
    assert_int_equal(scanned(w, TH_PART_ALL), 26);
    make_text(at(w->src, "testing_list.txt"), "");
    make_text(at(w->src, "validation_list.txt"), "");
    assert_int_equal(th_dataset_scan(&w->p, w->src, TH_TEST, &set, &w->why), TH_OK); /* the noise is divided */
    th_dataset_free(set);
}

/* Digits whose numbers are all from 5 on: nothing is told to test, so all do. */
static void scanning_digits(void **state)
{
    world *w = *state;
    char name[64];
    for (int i = 5; i < 15; i++) {
        snprintf(name, sizeof name, "recordings/1_anna_%d.wav", i);
        sound(w, name, 8000, 0.5, (uint64_t)i);
    }
    assert_int_equal(scanned(w, TH_PART_TOLD), 10);
    sound(w, "recordings/1_anna_3.wav", 8000, 0.5, 3);
    assert_int_equal(scanned(w, TH_PART_TOLD), 1);
}

/* Parts of a long recording are read again as they were when they were found. */
static void scanning_segments(void **state)
{
    world *w = *state;
    th_dataset *set;
    sound(w, "talk.wav", 8000, 3, 5);
    make_text(at(w->src, "structured_labels.labels"),
              "{\"version\": 1, \"type\": \"structured-labels\", \"structuredLabels\": {\"talk.wav\": ["
              "{\"startIndex\": 800, \"endIndex\": 7999, \"label\": \"yes\"},"
              "{\"startIndex\": 8000, \"endIndex\": 23999, \"label\": \"no\"}]}}");
    assert_int_equal(th_dataset_scan(&w->p, w->src, TH_PART_TOLD, &set, &w->why), TH_OK);
    assert_int_equal(set->n, 2);
    for (size_t i = 0; i < set->n; i++) {
        char hash[TH_HASH_BYTES];
        int16_t *pcm;
        int32_t n;
        assert_int_equal(th_dataset_samples(set, &set->samples[i], &pcm, &n, NULL), TH_OK);
        assert_int_equal(n, i ? 2 * HZ : HZ * 9 / 10);
        assert_int_equal(th_sound_hash(HZ, pcm, n, hash, NULL), TH_OK);
        assert_string_equal(hash, set->samples[i].hash);
        free(pcm);
    }
    th_dataset_free(set);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_folder_per_label),     T(a_folder_per_speaker),
        T(speech_commands),        T(spoken_digits),
        T(arabic_commands),        T(per_label_takes_few_of_many_speakers),
        T(bad_files_stop_nothing), T(folders_that_differ_by_case),
        T(nothing_to_import),      T(what_is_lost_is_put_back),
        T(kill_minus_9),           T(a_full_disk),
        T(scanning_for_a_test),    T(scanning_the_part_that_is_told),
        T(scanning_digits),        T(scanning_segments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
