#include "../test.h"

#include "base/hash.h"
#include "base/rng.h"
#include "data/audio.h"
#include "dsp/micro.h"
#include "os/file.h"

#include <math.h>

#define PI 3.14159265358979323846

enum { PER_WORD = 24, MOST = 16000 * 10 };

typedef struct fixture {
    th_micro m;
    th_micro_stream s;
    void *tables, *room;
} fixture;

static void open_micro(fixture *f, const th_micro_cfg *cfg)
{
    const size_t n = th_micro_mem(cfg);
    assert_true(n > 0);
    f->tables = aligned_alloc(TH_ARENA_ALIGN, n);
    th_arena a = th_arena_over(f->tables, n);
    assert_int_equal(th_micro_init(&f->m, cfg, &a), TH_OK);
    assert_int_equal(a.peak, n);
    const size_t room = th_micro_stream_mem(&f->m);
    f->room = aligned_alloc(TH_ARENA_ALIGN, room);
    th_arena b = th_arena_over(f->room, room);
    assert_int_equal(th_micro_stream_init(&f->s, &f->m, &b), TH_OK);
    assert_int_equal(b.peak, room);
}

static void close_micro(fixture *f)
{
    free(f->tables);
    free(f->room);
}

/* ---- what TensorFlow gives (tools/micro.sh) ---- */

/* All values of all clips with one setting; "speech": PER_WORD clips of each word of ../shared, "hard": add_hard. */
typedef struct row {
    const char *words; /* the members of th_micro_cfg */
    const char *sound;
    int32_t clips;
    uint64_t hash; /* FNV-1a */
} row;

static const row rows[] = {
#include "../micro.rows"
};
#define N_ROWS (sizeof rows / sizeof rows[0])

static th_micro_cfg cfg_of(const char *words)
{
    th_micro_cfg c;
    char *at = strdup(words), *next = at;
    int32_t *const whole[] = {&c.rate_hz, &c.window_ms,  &c.step_ms, &c.bands, NULL, NULL, &c.smoothing_bits,
                              NULL,       NULL,          NULL,       &c.pcan,  NULL, NULL, &c.gain_bits,
                              &c.log,     &c.scale_shift};
    float *const real[] = {
        NULL,          NULL, NULL,        NULL,      &c.low_hz, &c.high_hz, NULL, &c.even_smoothing, &c.odd_smoothing,
        &c.min_signal, NULL, &c.strength, &c.offset, NULL,      NULL,       NULL};
    for (int i = 0; i < 16; i++) {
        if (whole[i])
            *whole[i] = (int32_t)strtol(next, &next, 10);
        else
            *real[i] = strtof(next, &next);
    }
    assert_int_equal(*next, 0);
    free(at);
    return c;
}

typedef struct clips {
    int32_t n, cap;
    int32_t *length;
    int16_t **pcm;
} clips;

static void add_clip(clips *c, int16_t *pcm, int32_t n)
{
    if (c->n == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 64;
        c->length = realloc(c->length, (size_t)c->cap * sizeof *c->length);
        c->pcm = realloc(c->pcm, (size_t)c->cap * sizeof *c->pcm);
    }
    c->pcm[c->n] = pcm;
    c->length[c->n++] = n;
}

static void free_clips(clips *c)
{
    for (int32_t i = 0; i < c->n; i++) free(c->pcm[i]);
    free(c->pcm);
    free(c->length);
}

/* Sounds that are hard on fixed point: the limits, silence, almost silence, noise; and less than a frame. */
static void add_hard(clips *c)
{
    th_rng rng = th_rng_make(3, 0);
    for (int kind = 0; kind < 8; kind++) {
        const int32_t n = kind == 6 ? 3 : 9000;
        int16_t *x = malloc((size_t)n * sizeof *x);
        for (int32_t i = 0; i < n; i++) {
            const int32_t any = (int32_t)th_rng_below(&rng, 65536) - 32768;
            const int32_t v[] = {
                -32768, 0, i & 1 ? 32767 : -32768, any, any & 3 ? 0 : -32768, i == 240 ? -32768 : 0, 1, any / 16384};
            x[i] = (int16_t)v[kind];
        }
        add_clip(c, x, n);
    }
}

static void add_speech(clips *c)
{
    char all[4096], dir[TH_PATH_BYTES], path[TH_PATH_BYTES];
    th_names words, files;
    snprintf(all, sizeof all, "%s/data/speech_commands", test_shared());
    assert_int_equal(th_dir_list(all, &words, NULL), TH_OK);
    for (size_t w = 0; w < words.n; w++) {
        assert_int_equal(th_path_join(dir, all, words.name[w], NULL), TH_OK);
        if (!th_dir_exists(dir)) continue;
        assert_int_equal(th_dir_list(dir, &files, NULL), TH_OK);
        for (size_t i = 0; i < files.n && i < PER_WORD; i++) {
            int16_t *pcm;
            int32_t n;
            assert_int_equal(th_path_join(path, dir, files.name[i], NULL), TH_OK);
            if (!strstr(path, ".wav")) continue;
            assert_int_equal(th_audio_read(path, 16000, 100.0, &pcm, &n, NULL), TH_OK);
            add_clip(c, pcm, n < MOST ? n : MOST);
        }
        th_names_free(&files);
    }
    th_names_free(&words);
}

static void put(FILE *f, const void *bytes, size_t size, int32_t n)
{
    assert_int_equal(fwrite(&n, sizeof n, 1, f), 1);
    if (n) assert_int_equal(fwrite(bytes, size, (size_t)n, f), n);
}

/* The clips as the real one takes them, and its answer; NULL without THIMBLE_MICRO. */
static FILE *ask(const char *words, const clips *c)
{
    char dir[TH_PATH_BYTES], command[3 * TH_PATH_BYTES];
    const char *program = getenv("THIMBLE_MICRO");
    if (!program) return NULL;
    assert_int_equal(th_dir_temp(dir, NULL), TH_OK);
    snprintf(command, sizeof command, "%s/in", dir);
    FILE *f = fopen(command, "wb");
    assert_non_null(f);
    for (int32_t i = 0; i < c->n; i++) put(f, c->pcm[i], sizeof(int16_t), c->length[i]);
    fclose(f);
    snprintf(command, sizeof command, "%s %s <%s/in >%s/out", program, words, dir, dir);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "%s/out", dir);
    f = fopen(command, "rb");
    assert_non_null(f);
    th_dir_remove(dir); /* the open file stays */
    return f;
}

/* The next clip's values in the answer are v [n]. */
static void compare(FILE *answer, const uint16_t *v, int32_t n)
{
    int32_t m;
    assert_int_equal(fread(&m, sizeof m, 1, answer), 1);
    assert_int_equal(m, n);
    uint16_t *real = malloc((size_t)n * sizeof *real + 1);
    assert_int_equal(fread(real, sizeof *real, (size_t)n, answer), n);
    assert_memory_equal(real, v, (size_t)n * sizeof *v);
    free(real);
}

static uint64_t hash_of(const char *words, const clips *c)
{
    const th_micro_cfg cfg = cfg_of(words);
    fixture f;
    open_micro(&f, &cfg);
    FILE *answer = ask(words, c);
    uint64_t h = TH_FNV1A_START;
    for (int32_t i = 0; i < c->n; i++) {
        const int32_t n = th_micro_frames(&f.m, c->length[i]) * cfg.bands;
        uint16_t *v = malloc((size_t)n * sizeof *v + 1);
        th_micro_clip(&f.s, c->pcm[i], c->length[i], v);
        if (answer) compare(answer, v, n);
        h = th_fnv1a(h, (th_span){(const uint8_t *)v, (size_t)n * sizeof *v});
        free(v);
    }
    if (answer) fclose(answer);
    close_micro(&f);
    return h;
}

static void check_rows(const char *sound, const clips *c)
{
    const char *write = getenv("THIMBLE_ROWS");
    for (size_t i = 0; i < N_ROWS; i++) {
        if (strcmp(rows[i].sound, sound)) continue;
        const uint64_t h = hash_of(rows[i].words, c);
        if (!write) {
            assert_int_equal(c->n, rows[i].clips);
            assert_true(h == rows[i].hash);
            continue;
        }
        FILE *f = fopen(write, "a");
        assert_non_null(f);
        fprintf(f, "{\"%s\", \"%s\", %d, UINT64_C(0x%016llx)},\n", rows[i].words, sound, (int)c->n,
                (unsigned long long)h);
        fclose(f);
    }
}

static void test_hard(void **state)
{
    (void)state;
    clips c = {0};
    add_hard(&c);
    check_rows("hard", &c);
    free_clips(&c);
}

static void test_speech(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("data/speech_commands/README.md");
    clips c = {0};
    add_speech(&c);
    assert_true(c.n >= 500);
    check_rows("speech", &c);
    free_clips(&c);
}

/* ---- in pieces ---- */

static void test_chunks(void **state)
{
    (void)state;
    const int32_t pieces[] = {1, 7, 319, 320, 321, 480, 1000, 9000};
    const th_micro_cfg cfg = th_micro_speech();
    fixture f;
    open_micro(&f, &cfg);
    clips c = {0};
    add_hard(&c);
    const int16_t *x = c.pcm[3];
    const int32_t frames = th_micro_frames(&f.m, 9000), n = frames * cfg.bands;
    uint16_t *whole = malloc((size_t)n * 2), *is = malloc((size_t)n * 2);
    th_micro_clip(&f.s, x, 9000, whole);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        int32_t made = 0;
        th_micro_reset(&f.s);
        memset(is, 0, (size_t)n * 2);
        for (int32_t at = 0; at < 9000;) {
            int32_t left = pieces[i] < 9000 - at ? pieces[i] : 9000 - at;
            for (int32_t used; left > 0; left -= used, at += used)
                made += th_micro_push(&f.s, x + at, left, &used, is + made * cfg.bands);
        }
        assert_int_equal(made, frames);
        assert_memory_equal(is, whole, (size_t)n * 2);
    }
    free(is);
    free(whole);
    free_clips(&c);
    close_micro(&f);
}

/* ---- for hours ---- */

/* The same two seconds again and again: the noise's estimate follows what is heard, by design, so the first times
 * differ; but then each time gives the same bytes as the one before, whatever was heard at first. */
static void test_hours(void **state)
{
    (void)state;
    enum { PERIOD = 32000, FRAMES = 100, TIMES = 60, SETTLED = 30 };
    const th_micro_cfg cfg = th_micro_speech();
    static int16_t x[PERIOD];
    static uint16_t was[FRAMES * TH_MICRO_BANDS], is[FRAMES * TH_MICRO_BANDS];
    fixture f;
    open_micro(&f, &cfg);
    const size_t bytes = sizeof *is * FRAMES * (size_t)cfg.bands;
    uint64_t settled[2];
    for (int loud = 0; loud < 2; loud++) {
        th_rng r = th_rng_make(11, (uint64_t)loud);
        int32_t first = 0;
        th_micro_reset(&f.s);
        for (int32_t k = 0; k < TIMES; k++) {
            int32_t made = 0;
            if (k == 1) r = th_rng_make(12, 0);
            for (int32_t i = 0; i < PERIOD && k < 2; i++) {
                const float level = k ? i > PERIOD / 2 ? 9000.0f : 300.0f : loud ? 30000.0f : 1.0f;
                x[i] = (int16_t)(level * th_rng_range(&r, -1.0f, 1.0f));
            }
            for (int32_t at = 0, used; at < PERIOD; at += used)
                made += th_micro_push(&f.s, x + at, PERIOD - at, &used, is + made * cfg.bands);
            assert_true(made == FRAMES || k == 0);
            if (memcmp(is, was, bytes) != 0) first = k;
            memcpy(was, is, bytes);
        }
        assert_true(first > 2 && first < SETTLED);
        settled[loud] = th_fnv1a(TH_FNV1A_START, (th_span){(const uint8_t *)is, bytes});
    }
    assert_true(settled[0] == settled[1]);
    close_micro(&f);
}

/* ---- the same without fixed point: levels of a loud tone and of what surrounds it ---- */

static double plain_mel(double hz)
{
    return 1127.0 * log(1.0 + hz / 700.0);
}

/* ln of the root of a band's energy in a frame, as far as the log keeps it: 2^shift ln(2^correction sqrt E). */
static double plain_band(const th_micro *m, const int16_t *pcm, int32_t band)
{
    const double low = plain_mel((double)m->cfg.low_hz),
                 step = (plain_mel((double)m->cfg.high_hz) - low) / (m->cfg.bands + 1);
    const double top = low + step * (band + 1);
    double sum = 0.0;
    for (int32_t k = m->first; k < m->end; k++) {
        const double weight = 1.0 - fabs(plain_mel((double)k * m->cfg.rate_hz / m->n_fft) - top) / step;
        double re = 0.0, im = 0.0;
        if (weight <= 0.0) continue;
        for (int32_t t = 0; t < m->size; t++) {
            const double x = pcm[t] * (0.5 - 0.5 * cos(2.0 * PI * (t + 0.5) / m->size));
            re += x * cos(2.0 * PI * k * t / m->n_fft);
            im -= x * sin(2.0 * PI * k * t / m->n_fft);
        }
        sum += weight * (re * re + im * im) / m->n_fft / m->n_fft;
    }
    return 64.0 * log(sqrt(sum * 4096.0) * (1 << m->correction));
}

static void test_formula(void **state)
{
    (void)state;
    th_micro_cfg cfg = th_micro_speech();
    cfg.pcan = 0;
    cfg.even_smoothing = cfg.odd_smoothing = 0.0f; /* no noise is ever learned */
    fixture f;
    open_micro(&f, &cfg);
    int16_t x[480];
    uint16_t v[40];
    double worst = 0.0;
    th_rng rng = th_rng_make(5, 0);
    for (int32_t i = 0; i < 480; i++)
        x[i] = (int16_t)(9000.0 * sin(i * 0.4) + 2000.0 * cos(i * 1.7) + (double)th_rng_below(&rng, 8000) - 4000.0);
    th_micro_clip(&f.s, x, 480, v);
    for (int32_t b = 0; b < 40; b++) worst = fmax(worst, fabs(v[b] - plain_band(&f.m, x, b)));
    printf("one frame: at most %.2f of 1/64 ln from double\n", worst);
    assert_true(worst < 1.5);
    close_micro(&f);
}

static void test_to_s8(void **state)
{
    (void)state;
    const uint16_t v[6] = {0, 1, 333, 666, 670, 65535};
    int8_t q[6];
    th_micro_to_s8(v, 6, q);
    const int8_t want[6] = {-128, -128, 0, 127, 127, 127};
    assert_memory_equal(q, want, 6);
}

static void test_refused(void **state)
{
    (void)state;
    static _Alignas(16) uint8_t memory[16384];
    for (int i = 0; i < 14; i++) {
        th_micro_cfg c = th_micro_speech();
        th_micro m;
        th_arena a = th_arena_over(memory, sizeof memory);
        if (i == 0) c.rate_hz = 999;
        if (i == 1) c.step_ms = 31;
        if (i == 2) c.bands = 0;
        if (i == 3) c.bands = TH_MICRO_BANDS + 1;
        if (i == 4) c.high_hz = 8001.0f;
        if (i == 5) c.low_hz = 7500.0f;
        if (i == 6) c.window_ms = 257; /* 4112 samples */
        if (i == 7) c.low_hz = -1.0f;
        if (i == 8) c.smoothing_bits = 2; /* fewer than the bits that the level lacks */
        if (i == 9) c.gain_bits = 31;
        if (i == 10) c.offset = 0.0f;
        if (i == 11) c.even_smoothing = NAN;
        if (i == 12) c.scale_shift = -1;
        if (i == 13) c.high_hz = 8000.0f; /* the last band has no bin above it */
        assert_int_equal(th_micro_mem(&c), 0);
        assert_int_equal(th_micro_init(&m, &c, &a), TH_ERANGE);
    }
    const th_micro_cfg good = th_micro_speech();
    for (size_t n = 0; n < th_micro_mem(&good); n += 16) {
        th_micro m;
        th_arena a = th_arena_over(memory, n);
        assert_int_equal(th_micro_init(&m, &good, &a), TH_ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hard),    cmocka_unit_test(test_speech), cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_formula), cmocka_unit_test(test_to_s8),  cmocka_unit_test(test_refused),
        cmocka_unit_test(test_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
