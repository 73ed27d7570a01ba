/* Frames of a camera through the emulated board, and through the same loop here. */
#include "cli/emulate.h"

#include "data/frames.h"
#include "evaluate/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTED = 8 }; /* of many frames so many are counted: counting takes long, and each costs the same */

/* What the host saw, held against what the board says. */
typedef struct host {
    const th_emulation *e;
    size_t n_labels, detection; /* of e->detection so far */
    int32_t n, state;
    bool equal;
} host;

static void on_frame(void *ctx, const int8_t *scores, int32_t label, int32_t score)
{
    host *h = ctx;
    const size_t at = (size_t)h->n * h->n_labels;
    if (at + h->n_labels > h->e->n_out || memcmp(h->e->out + at, scores, h->n_labels) != 0) h->equal = false;
    if (label != h->state) {
        const th_detection *d = h->detection < h->e->n_detections ? &h->e->detection[h->detection] : NULL;
        h->detection++;
        if (!d || d->time_ms != h->n || d->label != label || d->score != score) h->equal = false;
    }
    h->state = label;
    h->n++;
}

/* Whose names and labels a detection has. */
typedef struct shown {
    const th_session *s;
    const th_frames *f;
} shown;

static json_t *detection_json(const th_session *s, const th_frames *f, const th_detection *d)
{
    const char *name = d->time_ms >= 0 && d->time_ms < f->n ? f->name[d->time_ms] : "?";
    const char *label = d->label >= 0 && d->label < s->t.eye.n_labels ? s->t.eye.labels[d->label] : "?";
    return json_pack("{s:i,s:s,s:s,s:f}", "frame", (int)d->time_ms, "file", name, "label", label, "score",
                     d->score / 256.0);
}

static void print_detection(void *ctx, const th_detection *d)
{
    const shown *p = ctx;
    json_t *o = detection_json(p->s, p->f, d);
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    if (text) puts(text);
    fflush(stdout);
    free(text);
    json_decref(o);
}

static void add_costs(th_session *s, const th_emulation *e)
{
    json_t *o = json_pack("{s:I,s:I,s:f}", "camera_instructions_per_frame", (json_int_t)e->frame.mean,
                          "camera_instructions_per_frame_max", (json_int_t)e->frame.max, "latency_ms_estimate",
                          th_board_ms(s->t.board, (double)(e->inference.mean + e->frame.mean)));
    json_object_update(s->out, o);
    json_decref(o);
    th_session_inference(s, e);
}

static void add_detections(th_session *s, const th_frames *f, const th_emulation *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < e->n_detections; i++) json_array_append_new(list, detection_json(s, f, &e->detection[i]));
    json_object_set_new(s->out, "frames", json_integer(f->n));
    json_object_set_new(s->out, "detections", list);
}

static th_err emulate(th_session *s, const th_frames *f, int32_t n, bool count, th_emulator_detect_fn *say,
                      th_emulation *e, th_why *why)
{
    shown p = {s, f};
    const th_span feed = {f->bytes, (size_t)n * th_pixel_bytes(&f->pixels)};
    return th_emulator_run(s->t.board, s->fw.elf, TH_EMULATE_PICTURES, feed, count, 300 + 2 * n, say, &p, e, why);
}

/* The costs of the first frames, when there are too many to count them all. */
static th_err count_some(th_session *s, const th_frames *f, th_why *why)
{
    th_emulation e;
    const th_err err = emulate(s, f, COUNTED, true, NULL, &e, why);
    if (!err) add_costs(s, &e);
    th_emulation_free(&e);
    return err;
}

th_err th_session_same_frames(th_session *s, const uint8_t *frames, int32_t n, const th_emulation *e, th_why *why)
{
    host h = {.e = e, .n_labels = (size_t)s->t.eye.n_labels, .state = -1, .equal = true};
    TH_TRY(th_look_run(&s->t.eye, s->t.plan, frames, n, on_frame, &h, why));
    if (!h.equal || (size_t)n * h.n_labels != e->n_out || h.detection != e->n_detections) s->equal = false;
    return TH_OK;
}

static th_err run(th_session *s, const th_frames *f, th_why *why)
{
    const bool many = f->n > 2 * COUNTED;
    th_emulation e = {0};
    if (many) TH_TRY(count_some(s, f, why));
    th_err err = emulate(s, f, f->n, !many, f->n_labelled ? NULL : print_detection, &e, why);
    if (!err) err = th_session_same_frames(s, f->bytes, f->n, &e, why);
    if (!err) {
        const bool whole = (size_t)f->n * (size_t)s->t.eye.n_labels == e.n_out;
        if (!many) add_costs(s, &e);
        add_detections(s, f, &e);
        th_session_memory(s, &e);
        if (whole && f->n_labelled) th_session_accuracy(s, f->label, f->n, e.out, s->t.eye.n_labels);
    }
    th_emulation_free(&e);
    if (err || !*s->fw.profile_elf) return err;
    return th_session_layers(s, TH_EMULATE_PICTURES, (th_span){f->bytes, th_pixel_bytes(&f->pixels)}, why);
}

static void note_left_out(const th_frames *f)
{
    if (f->n_bad)
        fprintf(stderr, "note: %zu files could not be read and are left out; the first: %s\n", f->n_bad, f->problem);
    if (f->n_labelled && f->n_labelled < f->n)
        fprintf(stderr, "note: %d of %d pictures have a label that the model does not know; they are not counted\n",
                (int)(f->n - f->n_labelled), (int)f->n);
}

static th_err own_frames(const th_session *s, th_frames *f, th_why *why)
{
    th_dataset *set;
    if (!s->t.has_project) return th_why_set(why, TH_EUSAGE, "--clips needs a project; for a model file: --feed DIR");
    TH_TRY(th_dataset_load(&s->t.project, &set, why));
    const th_err err = th_frames_of_set(s->t.card, set, f, why);
    th_dataset_free(set);
    return err;
}

th_err th_session_look(th_session *s, const char *path, th_why *why)
{
    th_frames f = {.pixels = s->t.eye.pixels, .crop = s->t.eye.crop};
    th_err err = path ? th_frames_read(s->t.card, path, &f, why) : own_frames(s, &f, why);
    if (!err) note_left_out(&f);
    if (!err) err = run(s, &f, why);
    th_frames_free(&f);
    return err;
}
