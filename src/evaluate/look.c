#include "evaluate/look.h"

#include "os/run.h"

#include <stdlib.h>

struct th_look {
    const th_eye *eye;
    th_runner *runner;
    th_camera camera;
    void *memory;
};

th_err th_look_frame(th_look *l, const uint8_t *frame, th_on_frame_fn *on_frame, void *ctx, th_why *why)
{
    const int32_t row = th_pixel_row_bytes(&l->eye->pixels);
    int32_t score;
    th_runner_reset(l->runner); /* every frame stands alone, as in training */
    th_camera_start(&l->camera, th_runner_input(l->runner, 0));
    while (!th_camera_row(&l->camera, frame, NULL, NULL)) frame += row;
    const th_err err = th_runner_invoke(l->runner, NULL, NULL);
    if (err) return th_why_set(why, err, "the network stopped: %s", th_err_text(err));
    const int8_t *scores = th_runner_output(l->runner, 0);
    const int32_t label = th_camera_best(scores, l->eye->n_labels, l->eye->zero, l->eye->gain, &score);
    on_frame(ctx, scores, label, score);
    return TH_OK;
}

static th_err feed(th_look *l, const uint8_t *frames, int32_t n, th_on_frame_fn *on_frame, void *ctx, th_why *why)
{
    const size_t bytes = th_pixel_bytes(&l->eye->pixels);
    for (int32_t i = 0; i < n; i++) {
        if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
        TH_TRY(th_look_frame(l, frames + (size_t)i * bytes, on_frame, ctx, why));
    }
    return TH_OK;
}

static th_err setup(th_look *l, const th_plan *plan, th_why *why)
{
    const th_camera_cfg cfg = th_eye_camera(l->eye);
    const size_t bytes = th_camera_mem(&cfg) + TH_ARENA_ALIGN;
    l->memory = malloc(bytes);
    if (!l->memory) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_arena arena = th_arena_over(l->memory, bytes);
    const th_err err = th_camera_init(&l->camera, &cfg, &arena);
    if (err) return th_why_set(why, err, "the model's settings for its camera are not valid");
    return th_runner_new(plan, &l->runner, why);
}

th_err th_look_new(const th_eye *eye, const th_plan *plan, th_look **look, th_why *why)
{
    th_look *l = *look = calloc(1, sizeof *l);
    if (!l) return th_why_set(why, TH_ENOMEM, "out of memory");
    l->eye = eye;
    const th_err err = setup(l, plan, why);
    if (!err) return TH_OK;
    th_look_free(l);
    *look = NULL;
    return err;
}

void th_look_free(th_look *l)
{
    if (!l) return;
    th_runner_free(l->runner);
    free(l->memory);
    free(l);
}

th_err th_look_run(const th_eye *eye, const th_plan *plan, const uint8_t *frames, int32_t n, th_on_frame_fn *on_frame,
                   void *ctx, th_why *why)
{
    th_look *l;
    TH_TRY(th_look_new(eye, plan, &l, why));
    const th_err err = feed(l, frames, n, on_frame, ctx, why);
    th_look_free(l);
    return err;
}
