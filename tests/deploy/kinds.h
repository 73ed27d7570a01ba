/* tests/deploy/kinds.h -- a small model of each kind with a feed for its sensor and what the host says to that: for
 * exports that are to say the same. */
#ifndef TH_TEST_DEPLOY_KINDS_H
#define TH_TEST_DEPLOY_KINDS_H

#include "picture.h"

#include "base/text.h"
#include "deploy/app.h"
#include "deploy/writer.h"
#include "evaluate/look.h"
#include "evaluate/stream.h"
#include "evaluate/watch.h"

enum { SAMPLES = 96256, ROWS = 1500, AXES = 6 }; /* whole blocks of the sketch */

static const char sensor_labels[4][TH_LABEL_BYTES] = {"still", "walking", "turning", "falling"};
typedef struct world {
    small s;
    char dir[TH_PATH_BYTES], out[TH_PATH_BYTES];
    th_writer want; /* what the host says, line by line */
} world;

static inline world *open_world(const char *name)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    small_make(&w->s);
    assert_int_equal(th_dir_temp(w->dir, NULL), TH_OK);
    assert_int_equal(th_path_join(w->out, w->dir, name, NULL), TH_OK);
    return w;
}

static inline void close_world(world *w)
{
    th_writer_free(&w->want);
    th_dir_remove(w->dir);
    small_free(&w->s);
    free(w);
}

static inline void put(const world *w, const char *name, th_span bytes)
{
    char path[TH_PATH_BYTES];
    assert_int_equal(th_path_join(path, w->out, name, NULL), TH_OK);
    assert_int_equal(th_file_write(path, bytes, NULL), TH_OK);
}

/* The file "said" of the export holds what the host says. */
static inline void said_is_wanted(const world *w)
{
    char path[TH_PATH_BYTES];
    uint8_t *said;
    size_t n;
    assert_int_equal(th_path_join(path, w->out, "said", NULL), TH_OK);
    assert_int_equal(th_file_read(path, 0, &said, &n, NULL), TH_OK);
    assert_int_equal(n, w->want.n);
    assert_memory_equal(said, w->want.text, n);
    free(said);
}

/* Exports the model, runs it on the feed, compares.  The world is closed behind it. */
typedef void kind_fn(world *w, const th_plan *plan, const th_app *app, th_span feed);

static inline void on_detect(void *ctx, const th_detection *d)
{
    world *w = ctx;
    th_writer_add(&w->want, "%d ms: %s %.2f\n", (int)d->time_ms, w->s.pipe.labels[d->label], d->score / 256.0);
}

static inline void with_words(world *w, kind_fn *fn)
{
    int16_t *pcm = calloc(SAMPLES, sizeof *pcm);
    small_noise(pcm, SAMPLES);
    assert_int_equal(th_stream_run(&w->s.pipe, w->s.plan, pcm, SAMPLES, on_detect, NULL, w, NULL), TH_OK);
    assert_true(w->want.n > 20); /* or the test says nothing */
    fn(w, w->s.plan, &(th_app){.sound = &w->s.pipe}, (th_span){(const uint8_t *)pcm, SAMPLES * 2});
    free(pcm);
    close_world(w);
}

static inline void on_window(void *ctx, const void *answer, size_t bytes, const th_sighting *seen)
{
    world *w = ctx;
    (void)answer;
    (void)bytes;
    if (seen)
        th_writer_add(&w->want, "%ld ms: %s %.2f\n", (long)seen->time_ms, sensor_labels[seen->state],
                      seen->score / 256.0);
}

/* A sensor of so many axes. */
static inline void with_motion(world *w, int32_t axes, kind_fn *fn)
{
    static float rows[ROWS * AXES];
    static float mean[120], inv_std[120];
    th_rng r = th_rng_make(3, 9);
    const int32_t n = ROWS * AXES / axes;
    const th_block_cfg cfg = {
        .n_parts = 1, .n_axes = axes, .window = 120 / axes, .rate_hz = 50.0f, .part = {{.kind = TH_BLOCK_RAW}}};
    const th_sensor sensor = {.block = cfg,
                              .mean = mean,
                              .inv_std = inv_std,
                              .hop = 7,
                              .answer = TH_ANSWER_LABELS,
                              .n_labels = 4,
                              .labels = sensor_labels};
    for (int i = 0; i < ROWS * AXES; i++) rows[i] = (float)(int)(40.0f * (float)(i / 900) * th_rng_normal(&r));
    for (int i = 0; i < 120; i++) inv_std[i] = 0.003f;
    assert_int_equal(th_watch_run(&sensor, w->s.plan, rows, n, on_window, w, NULL), TH_OK);
    assert_true(w->want.n > 20);
    fn(w, w->s.plan, &(th_app){.sensor = &sensor},
       (th_span){(const uint8_t *)rows, (size_t)n * (size_t)axes * sizeof *rows});
    close_world(w);
}

static inline void on_frame(void *ctx, const int8_t *scores, int32_t label, int32_t score)
{
    world *w = ctx;
    (void)scores;
    th_writer_add(&w->want, "%s %.2f\n", picture_labels[label], score / 256.0);
}

static inline void with_pictures(world *w, kind_fn *fn)
{
    th_why why = {0};
    th_plan *plan = NULL;
    th_eye eye;
    make_frames();
    th_model *s8 = picture_int8_net(3);
    const th_graph *g = &s8->graphs[0];
    if (th_eye_make(g, -1.0f, 1.0f, picture_labels, LABELS, &eye, &why) || th_plan_make(g, &plan, &why) ||
        th_look_run(&eye, plan, frames[0], FRAMES, on_frame, w, &why))
        fail_msg("%s", why.text);
    fn(w, plan, &(th_app){.camera = &eye}, (th_span){frames[0], sizeof frames});
    th_plan_free(plan);
    th_model_free(s8);
    close_world(w);
}

#endif
