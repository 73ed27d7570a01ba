/* Sources without hardware: a pair of pseudo terminals for the serial port, a FIFO, a file. */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include "../test.h"

#include "data/audio.h"
#include "data/level.h"
#include "data/live_rows.h"
#include "data/live_sound.h"
#include "data/wav_head.h"
#include "os/file.h"

#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

static const th_capture_cfg quick = {.timeout_s = 0.3};

/* The other side of a serial port. */
typedef struct board {
    int fd;
    char from[80];
} board;

static board plug_in(void)
{
    board b = {.fd = posix_openpt(O_RDWR | O_NOCTTY)};
    assert_true(b.fd >= 0);
    assert_int_equal(grantpt(b.fd), 0);
    assert_int_equal(unlockpt(b.fd), 0);
    snprintf(b.from, sizeof b.from, "serial:%s", ptsname(b.fd));
    return b;
}

static void say(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static th_live_rows *open_rows(const char *from, const char *channels, bool renames)
{
    th_live_rows *l = malloc(sizeof *l);
    const th_live_rows_cfg cfg = {.from = from, .capture = quick, .channels = channels, .renames = renames};
    th_why why = {0};
    assert_non_null(l);
    if (th_live_rows_open(l, &cfg, &why)) fail_msg("%s", why.text);
    return l;
}

static void close_rows(th_live_rows *l)
{
    th_live_rows_close(l);
    free(l);
}

/* Takes rows until there are no more: the sum of their first numbers, and how it ended. */
static th_err take_rows(th_live_rows *l, double *sum, th_why *why)
{
    double row[TH_FORWARDER_MOST], ms;
    *sum = 0;
    for (;;) {
        bool got;
        const th_err err = th_live_rows_next(l, row, &ms, &got, why);
        if (err || !got) return err;
        *sum += row[0];
    }
}

static void a_board_that_sends_lines(void **state)
{
    (void)state;
    board b = plug_in();
    th_live_rows *l = open_rows(b.from, NULL, false);
    double sum;
    th_why why = {0};
    /* half a line first, garbage, a row of another length; then nothing more */
    say(b.fd, ",7\n1,2,3\r\n10,2,3\r\n100,2,3\r\nwhat?\r\n5\r\n1000,nan,3\r\n10000,2,3\r\n20000,2");
    assert_int_equal(take_rows(l, &sum, &why), TH_ETRUNC);
    assert_non_null(strstr(why.text, "nothing more came"));
    assert_int_equal((int)(sum + 0.5), 10111);
    assert_int_equal(l->n_rows, 4);
    assert_int_equal(l->n_broken, 3);
    assert_string_equal(l->broken, "what?");
    assert_string_equal(l->names, "x,y,z");
    assert_int_equal(th_live_rows_axes(l), 3);
    close_rows(l);
    close(b.fd);
}

static void a_board_that_is_unplugged(void **state)
{
    (void)state;
    board b = plug_in();
    th_live_rows *l = open_rows(b.from, NULL, false);
    double sum;
    th_why why = {0};
    say(b.fd, "0\n1,2\n3,4\n5,6\n7,8\n");
    double row[TH_FORWARDER_MOST], ms;
    bool got;
    assert_int_equal(th_live_rows_next(l, row, &ms, &got, NULL), TH_OK);
    close(b.fd);
    assert_int_equal(take_rows(l, &sum, &why), TH_EIO);
    assert_non_null(strstr(why.text, "has gone"));
    assert_int_equal((int)(sum + 0.5), 15);
    close_rows(l);
}

static void a_board_that_says_nothing_or_only_garbage(void **state)
{
    (void)state;
    board b = plug_in();
    th_live_rows *l = open_rows(b.from, NULL, false);
    double sum;
    th_why why = {0};
    assert_int_equal(take_rows(l, &sum, &why), TH_ETRUNC);
    assert_non_null(strstr(why.text, "--baud"));
    memset(&why, 0, sizeof why);
    for (int i = 0; i < 250; i++) say(b.fd, "\x80\x81 ?\n");
    assert_int_equal(take_rows(l, &sum, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "--baud"));
    close_rows(l);
    l = open_rows(b.from, NULL, false);
    memset(&why, 0, sizeof why);
    say(b.fd, "x\nERR: the sensor does not answer\n");
    assert_int_equal(take_rows(l, &sum, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "does not answer"));
    close_rows(l);
    close(b.fd);
}

static void ports_that_cannot_be(void **state)
{
    (void)state;
    th_capture *c;
    th_why why = {0};
    th_capture_cfg cfg = quick;
    assert_int_equal(th_capture_open("serial:/dev/ttyNONE0", &cfg, &c, &why), TH_ENOENT);
    assert_non_null(strstr(why.text, "ttyNONE0"));
    memset(&why, 0, sizeof why);
    cfg.baud = 12345;
    assert_int_equal(th_capture_open("serial:/dev/ttyNONE0", &cfg, &c, &why), TH_EUSAGE);
    assert_non_null(strstr(why.text, "115200"));
    memset(&why, 0, sizeof why);
    assert_int_equal(th_capture_open("serial:/dev/null", &quick, &c, &why), TH_EIO);
    assert_non_null(strstr(why.text, "no serial port"));
    memset(&why, 0, sizeof why);
    assert_int_equal(th_capture_open("fifo:/nowhere/at/all", &quick, &c, &why), TH_ENOENT);
    assert_non_null(strstr(why.text, "mkfifo"));
    memset(&why, 0, sizeof why);
    assert_int_equal(th_capture_open("/nowhere/at/all", &quick, &c, &why), TH_EUSAGE);
    assert_non_null(strstr(why.text, "no source"));
    th_capture_close(NULL);
}

/* A file in a folder of its own; fifo:PATH reads it. */
typedef struct place {
    char dir[TH_PATH_BYTES], from[TH_PATH_BYTES + 8];
} place;

static place make_place(const char *name)
{
    place p;
    assert_int_equal(th_dir_temp(p.dir, NULL), TH_OK);
    snprintf(p.from, sizeof p.from, "fifo:%.4000s/%.80s", p.dir, name);
    return p;
}

static void put_file(const place *p, const void *bytes, size_t n)
{
    assert_int_equal(th_file_write_unsynced(p->from + 5, (th_span){bytes, n}, NULL), TH_OK);
}

static th_err rows_of(const char *text, const char *channels, bool renames, th_live_rows **l, double *sum, th_why *why)
{
    place p = make_place("rows.csv");
    put_file(&p, text, strlen(text));
    *l = open_rows(p.from, channels, renames);
    memset(why, 0, sizeof *why);
    const th_err err = take_rows(*l, sum, why);
    th_dir_remove(p.dir);
    return err;
}

static void columns_and_names(void **state)
{
    (void)state;
    th_live_rows *l;
    double sum;
    th_why why;
    assert_int_equal(rows_of("ax,ay\n1,2\n2,3\n", NULL, false, &l, &sum, &why), TH_OK); /* two rows are all */
    assert_string_equal(l->names, "ax,ay");
    assert_int_equal(l->n_rows, 2);
    close_rows(l);
    assert_int_equal(rows_of("time_ms,a\n0,1\n10,2\n10,4\n5,8\n20,16\n", NULL, false, &l, &sum, &why), TH_OK);
    assert_true(l->timed);
    assert_string_equal(l->names, "a");
    assert_int_equal((int)sum, 19); /* times that do not rise are left out */
    assert_int_equal(l->n_broken, 2);
    close_rows(l);
    assert_int_equal(rows_of("time_ms,x,y\n0,1,1\n9,2,1\n", "x,y", false, &l, &sum, &why), TH_OK);
    assert_true(l->timed); /* the project's channels, and times in front */
    close_rows(l);
    assert_int_equal(rows_of("0,1,1\n9,2,1\n", "time_ms,x,y", true, &l, &sum, &why), TH_OK);
    assert_int_equal((int)sum, 3);
    close_rows(l);
    assert_int_equal(rows_of("a,b\n1,1\n", "x,y", false, &l, &sum, &why), TH_ESHAPE);
    assert_non_null(strstr(why.text, "--channels"));
    close_rows(l);
    assert_int_equal(rows_of("a,b\n1,1\n", "x,y", true, &l, &sum, &why), TH_OK);
    close_rows(l);
    assert_int_equal(rows_of("1,2\n1\n1,2,3\n2,3,4\n3,4,5\n", NULL, false, &l, &sum, &why), TH_OK);
    assert_int_equal(th_live_rows_axes(l), 3); /* three alike decide */
    assert_int_equal(l->n_broken, 2);
    close_rows(l);
    assert_int_equal(rows_of("", NULL, false, &l, &sum, &why), TH_OK);
    assert_int_equal(l->n_rows, 0);
    close_rows(l);
}

static void another_number_of_columns(void **state)
{
    (void)state;
    th_live_rows *l;
    double sum;
    th_why why;
    char text[400] = "";
    for (int i = 0; i < 5; i++) strcat(text, "1,2\n");
    strcat(text, "1,2,3\n"); /* one slip is none */
    for (int i = 0; i < 5; i++) strcat(text, "1,2\n");
    for (int i = 0; i < 12; i++) strcat(text, "1,2,3\n");
    assert_int_equal(rows_of(text, NULL, false, &l, &sum, &why), TH_ESHAPE);
    assert_int_equal(l->n_rows, 10);
    assert_non_null(strstr(why.text, "3 numbers now"));
    close_rows(l);
    assert_int_equal(rows_of(text, "x", false, &l, &sum, &why), TH_ESHAPE);
    assert_int_equal(l->n_rows, 0);
    close_rows(l);
    text[0] = 0;
    for (int i = 0; i < 12; i++) strcat(text, "1,2,3\n");
    assert_int_equal(rows_of(text, "x,y", false, &l, &sum, &why), TH_ESHAPE);
    assert_non_null(strstr(why.text, "time_ms"));
    close_rows(l);
    text[0] = 0;
    for (int i = 0; i < 24; i++) sprintf(text + strlen(text), "%d,1\n", i < 4 ? 1000 + i : i);
    assert_int_equal(rows_of(text, "time_ms,x", true, &l, &sum, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "reset"));
    close_rows(l);
}

static void the_pace_of_rows(void **state)
{
    (void)state;
    th_pace p = {0}, burst = {0};
    for (int i = 0; i < 20; i++) th_pace_add(&p, 5 + i * 0.02, i);
    assert_true(th_pace_hz(&p) <= 0); /* less than a second */
    for (int i = 20; i < 200; i++) th_pace_add(&p, 5 + i * 0.02 + (i % 3) * 0.004, i);
    assert_true(fabs(th_pace_hz(&p) - 50) < 0.1);
    th_pace_add(&burst, 0, 300); /* what waited in the pipe; then 64 rows every 1.28 s */
    for (int i = 1; i < 6; i++) th_pace_add(&burst, i * 1.28, 300 + 64 * i);
    assert_true(fabs(th_pace_hz(&burst) - 50) < 0.01);
    const double cases[][3] = {{50.4, 50, 50},  {49.1, 50, 50},       {51.5, 50, 51.5}, {99.8, 50, 100},
                               {62.6, 0, 62.6}, {0.21387, 0, 0.2139}, {0, 50, 0},       {3.3, 0, 3.3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(fabs(th_rate_meant(cases[i][0], cases[i][1]) - cases[i][2]) < 1e-9);
}

/* ---- sound ---- */

#define N 24000

static void make_tone(int16_t *pcm, int32_t n, int32_t rate)
{
    for (int32_t i = 0; i < n; i++) pcm[i] = (int16_t)lrint(9000 * sin(6.283185307 * 440 * i / rate));
}

static int32_t read_sound(const char *from, int32_t rate, int32_t raw_rate, int16_t *pcm, int32_t cap)
{
    th_live_sound *s;
    th_why why = {0};
    int32_t got = 0, n = 0;
    const th_live_sound_cfg cfg = {.from = from, .capture = quick, .rate_hz = rate, .raw_rate_hz = raw_rate};
    if (th_live_sound_open(&cfg, &s, &why)) fail_msg("%s", why.text);
    do {
        if (th_live_sound_read(s, pcm + n, cap - n < 777 ? cap - n : 777, &got, &why)) fail_msg("%s", why.text);
        n += got;
    } while (got > 0 && n < cap);
    th_live_sound_close(s);
    return n;
}

static void sound_equals_that_of_a_file(void **state)
{
    (void)state;
    place p = make_place("tone.wav");
    int16_t *tone = malloc(N * 2), *want, *have = malloc(2 * N * 2);
    int32_t n_want, n;
    make_tone(tone, N, 24000);
    assert_int_equal(th_audio_write(p.from + 5, 24000, tone, N, NULL), TH_OK);
    n = read_sound(p.from, 24000, 0, have, 2 * N);
    assert_int_equal(n, N);
    assert_memory_equal(have, tone, N * 2);
    assert_int_equal(th_audio_read(p.from + 5, 16000, 10, &want, &n_want, NULL), TH_OK);
    n = read_sound(p.from, 16000, 0, have, 2 * N);
    assert_in_range(n, n_want - 16, n_want + 16);
    assert_memory_equal(have, want, ((size_t)n_want - 200) * 2);
    put_file(&p, tone, N * 2 - 1); /* the samples alone, the last one cut off */
    n = read_sound(p.from, 16000, 24000, have, 2 * N);
    assert_memory_equal(have, want, ((size_t)n_want - 200) * 2);
    assert_int_equal(read_sound(p.from, 16000, 0, have, 2 * N), N - 1);
    free(tone);
    free(want);
    free(have);
    th_dir_remove(p.dir);
}

/* Two channels of each kind of sample, behind a chunk that nobody knows; the size is that of a pipe. */
static void every_kind_of_sample(void **state)
{
    (void)state;
    static const struct {
        int bytes, kind;
    } kinds[] = {{1, 1}, {2, 1}, {3, 1}, {4, 1}, {4, 3}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        uint8_t w[4096] = "RIFF\xff\xff\xff\xffWAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0";
        const int b = kinds[k].bytes;
        size_t at = 12 + 12 + 8;
        const uint8_t format[] = {(uint8_t)kinds[k].kind, 0, 2, 0, 0x80, 0x3e, 0, 0, 0, 0, 0, 0, 0, 0,
                                  (uint8_t)(8 * b),       0};
        memcpy(w + at, format, 16);
        memcpy(w + at + 16, "data\xff\xff\xff\xff", 8);
        at += 24;
        for (int i = 0; i < 100; i++, at += (size_t)b) { /* a quarter of full scale, then its opposite */
            const int32_t v = i % 4 < 2 ? 0x20000000 : -0x20000000;
            const float x = i % 4 < 2 ? 0.25f : -0.25f;
            for (int j = 0; j < b; j++) w[at + (size_t)j] = (uint8_t)((uint32_t)v >> (8 * (4 - b + j)));
            if (b == 1) w[at] = i % 4 < 2 ? 128 + 32 : 128 - 32;
            if (kinds[k].kind == 3) memcpy(w + at, &x, 4);
        }
        place p = make_place("kind.wav");
        int16_t have[200];
        put_file(&p, w, at);
        assert_int_equal(read_sound(p.from, 16000, 0, have, 200), 50);
        for (int i = 0; i < 50; i++) assert_int_equal(have[i], i % 2 ? -8192 : 8192);
        th_dir_remove(p.dir);
        th_pcm_format f;
        size_t start;
        int64_t size;
        bool done;
        for (size_t cut = 1; cut < 64; cut++) { /* more is needed until it is all there */
            uint8_t *part = malloc(cut);
            memcpy(part, w, cut);
            assert_int_equal(th_wav_head((th_span){part, cut}, &f, &start, &size, &done, NULL), TH_OK);
            assert_int_equal(done, cut >= 56);
            free(part);
        }
    }
}

static void headers_that_cannot_be(void **state)
{
    (void)state;
    uint8_t w[] = "RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0......\x10\0data\x08\0\0\0abcdefgh";
    th_pcm_format f;
    size_t at;
    int64_t size;
    bool done;
    const th_span all = {w, sizeof w - 1};
    assert_int_equal(th_wav_head(all, &f, &at, &size, &done, NULL), TH_OK);
    assert_true(done && at == 44 && size == 8 && f.rate_hz == 16000);
    static const struct {
        int at, value;
    } bad[] = {{20, 2}, {22, 0}, {22, 99}, {26, 200}, {34, 12}, {16, 4}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const uint8_t was = w[bad[i].at];
        th_why why = {0};
        w[bad[i].at] = (uint8_t)bad[i].value;
        assert_int_not_equal(th_wav_head(all, &f, &at, &size, &done, &why), TH_OK);
        assert_non_null(strstr(why.text, "WAV"));
        w[bad[i].at] = was;
    }
    w[12] = 'g';
    assert_int_equal(th_wav_head(all, &f, &at, &size, &done, NULL), TH_EFORMAT);
}

static void how_loud(void **state)
{
    (void)state;
    int16_t x[1000];
    for (int i = 0; i < 1000; i++) x[i] = 7;
    th_level l = th_level_of(x, 1000);
    assert_true(l.flat && th_level_silent(&l) && !th_level_clipped(&l));
    for (int i = 0; i < 1000; i++) x[i] = i % 2 ? 16384 : -16384;
    l = th_level_of(x, 1000);
    assert_true(!l.flat && !th_level_silent(&l) && fabs(th_level_peak_db(&l) + 6.02) < 0.01);
    for (int i = 0; i < 12; i++) x[i] = -32768;
    l = th_level_of(x, 1000);
    assert_true(th_level_clipped(&l) && fabs(th_level_peak_db(&l)) < 0.01);
    for (int i = 0; i < 1000; i++) x[i] = i % 2 ? 100 : -100;
    l = th_level_of(x, 1000);
    assert_true(th_level_silent(&l));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_board_that_sends_lines),
                                       cmocka_unit_test(a_board_that_is_unplugged),
                                       cmocka_unit_test(a_board_that_says_nothing_or_only_garbage),
                                       cmocka_unit_test(ports_that_cannot_be),
                                       cmocka_unit_test(columns_and_names),
                                       cmocka_unit_test(another_number_of_columns),
                                       cmocka_unit_test(the_pace_of_rows),
                                       cmocka_unit_test(sound_equals_that_of_a_file),
                                       cmocka_unit_test(every_kind_of_sample),
                                       cmocka_unit_test(headers_that_cannot_be),
                                       cmocka_unit_test(how_loud)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
