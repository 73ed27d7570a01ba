#include "cli/target.h"

#include "base/text.h"
#include "design/around.h"

#include <stdlib.h>
#include <string.h>

th_err th_target_find(const char *word, th_target *t, th_why *why)
{
    memset(t, 0, sizeof *t);
    if (!th_dir_exists(word)) {
        if (!th_file_exists(word))
            return th_why_set(why, TH_ENOENT, "there is no file or folder %s: name a project or a .tflite file", word);
        th_text_fmt(t->path, sizeof t->path, "%s", word);
        return TH_OK;
    }
    TH_TRY(th_project_load(word, &t->project, why));
    t->has_project = true;
    TH_TRY(th_project_path(&t->project, TH_FILE_INT8, t->path, why));
    if (th_file_exists(t->path)) return TH_OK;
    return th_why_set(why, TH_ENOENT, "%s is not there yet: run `thimble train %s` and `thimble quantize %s` first",
                      t->path, word, word);
}

/* THIMBLE_ISA=plain leaves the fast kernels away, on boards as on this machine: to see what they bring. */
static th_isa isa_of(const th_board *board)
{
    const char *name = getenv("THIMBLE_ISA");
    return name && th_isa_find(name) == TH_ISA_PLAIN ? TH_ISA_PLAIN : board->isa;
}

th_err th_target_plan(th_target *t, th_isa isa, th_why *why)
{
    th_plan_free(t->plan);
    t->plan = NULL;
    return t->banded ? th_plan_make_banded(&t->model->graphs[0], isa, &t->plan, why)
                     : th_plan_make_for(&t->model->graphs[0], isa, &t->plan, why);
}

static th_err open_card(th_target *t, th_why *why)
{
    if (!th_model_metadata(t->model, TH_CARD_METADATA).p) return TH_OK;
    t->card = calloc(1, sizeof *t->card);
    if (!t->card) return th_why_set(why, TH_ENOMEM, "out of memory");
    TH_TRY(th_card_from(t->model, t->card, why));
    t->has_card = true;
    TH_TRY(th_around_eye(t->card, &t->model->graphs[0], &t->eye, &t->has_eye, why));
    return th_around_sensor(t->card, &t->model->graphs[0], &t->sensor, &t->has_sensor, why);
}

/* What is in the file, with the file's name before each complaint. */
static th_err open_inside(th_target *t, th_why *why)
{
    th_why inner = {0};
    th_err err = TH_OK;
    if (th_model_metadata(t->model, TH_PIPELINE_METADATA).p) {
        err = th_pipeline_from(t->model, &t->pipe, &inner);
        t->has_pipe = !err;
    }
    if (!err) err = open_card(t, &inner);
    if (t->has_pipe) t->app.sound = &t->pipe;
    if (t->has_sensor) t->app.sensor = &t->sensor;
    if (t->has_eye) t->app.camera = &t->eye;
    if (!err) err = th_target_plan(t, isa_of(t->board), &inner);
    return err ? th_why_set(why, err, "%s: %s", t->path, inner.err ? inner.text : th_err_text(err)) : TH_OK;
}

th_err th_target_open(const char *word, const char *board, const char *bands, th_target *t, th_why *why)
{
    const th_board *named = NULL;
    const bool off = bands && strcmp(bands, "off") == 0;
    memset(t, 0, sizeof *t);
    if (bands && !off && strcmp(bands, "auto") != 0)
        return th_why_set(why, TH_EUSAGE, "--bands takes auto or off, not \"%s\"", bands);
    if (board) TH_TRY(th_board_find(board, &named, why));
    TH_TRY(th_target_find(word, t, why));
    t->board = named;
    t->banded = !off;
    if (!board) TH_TRY(th_board_find(t->has_project ? t->project.board : NULL, &t->board, why));
    TH_TRY(th_model_load(t->path, &t->model, why));
    return open_inside(t, why);
}

void th_target_free(th_target *t)
{
    th_plan_free(t->plan);
    th_model_free(t->model);
    free(t->card);
    memset(t, 0, sizeof *t);
}
