/* `thimble test --light`: the same pictures in other light, through the networks and through a camera's path. */
#include "cli/emulate.h"
#include "cli/table.h"
#include "cli/test.h"
#include "data/frames.h"
#include "data/light.h"
#include "evaluate/look.h"
#include "os/run.h"
#include "report/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAMERA = TH_MAX_NETS, COLUMNS, STEPS = TH_LIGHT_STEPS + 1, ON_BOARD = 4 };

/* What is tested: as it is (step 0), then th_light_steps. */
typedef struct lights {
    th_test *t;
    uint8_t *as_is, *rgb, *frame; /* the pictures' own bytes; one picture; a camera's frame */
    double right[STEPS][COLUMNS]; /* part that was right; -1: not tested */
    th_eye eye;
    th_plan *plan;
    th_look *look; /* NULL: the network is none for a camera */
    th_confusion seen;
    int32_t truth;
    uint8_t *feed; /* frames for the board, and what they gave here */
    int8_t *scores;
    size_t n_feed, cap_feed;
    bool feeds;
} lights;

static size_t picture_bytes(const th_examples *e)
{
    return (size_t)e->h * (size_t)e->w * (size_t)e->c;
}

static void on_frame(void *ctx, const int8_t *scores, int32_t label, int32_t score)
{
    lights *l = ctx;
    (void)score;
    th_confusion_add(&l->seen, l->truth, label);
    if (l->feeds) memcpy(l->scores + l->n_feed * (size_t)l->eye.n_labels, scores, (size_t)l->eye.n_labels);
}

/* Example i as a camera would send it. */
static th_err look_at(lights *l, size_t i, th_why *why)
{
    const th_examples *e = l->t->shown;
    const uint8_t *x = e->u8 + i * picture_bytes(e), *rgb = x;
    if (e->c == 1) {
        for (size_t k = 0; k < 3 * picture_bytes(e); k++) l->rgb[k] = x[k / 3];
        rgb = l->rgb;
    }
    TH_TRY(th_frame_of(rgb, e->h, e->w, &l->eye.pixels, &l->eye.crop, l->frame, why));
    const size_t each = (l->t->n + ON_BOARD - 1) / ON_BOARD, bytes = th_pixel_bytes(&l->eye.pixels);
    l->feeds = l->feed && i % each == 0 && l->n_feed < l->cap_feed;
    l->truth = l->t->truth[i];
    TH_TRY(th_look_frame(l->look, l->frame, on_frame, l, why));
    if (l->feeds) memcpy(l->feed + l->n_feed++ * bytes, l->frame, bytes);
    return TH_OK;
}

static th_err measure(lights *l, double right[COLUMNS], th_why *why)
{
    th_test *t = l->t;
    TH_TRY(th_test_ask(t, why));
    for (int k = 0; k < TH_MAX_NETS; k++) {
        th_confusion c = {.n = t->pipe.n_labels};
        for (size_t i = 0; i < t->n; i++)
            if (!t->verdict[i].err && t->truth[i] >= 0) th_confusion_add(&c, t->truth[i], t->verdict[i].said[k]);
        right[k] = t->net[k] ? th_confusion_accuracy(&c) : -1;
    }
    l->seen = (th_confusion){.n = t->pipe.n_labels};
    for (size_t i = 0; l->look && i < t->n; i++) {
        if (t->truth[i] < 0) continue;
        if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
        TH_TRY(look_at(l, i, why));
    }
    right[CAMERA] = l->look ? th_confusion_accuracy(&l->seen) : -1;
    return TH_OK;
}

static th_err measure_all(lights *l, th_why *why)
{
    const th_examples *e = l->t->shown;
    uint8_t tables[3][256];
    memcpy(l->as_is, e->u8, l->t->n * picture_bytes(e));
    TH_TRY(measure(l, l->right[0], why));
    for (int s = 0; s < TH_LIGHT_STEPS; s++) {
        th_light_tables(&th_light_steps[s], tables);
        th_light_apply((const uint8_t(*)[256])tables, l->as_is, l->t->n * (size_t)e->h * (size_t)e->w, e->c, e->u8);
        TH_TRY(measure(l, l->right[s + 1], why));
    }
    memcpy(e->u8, l->as_is, l->t->n * picture_bytes(e));
    return TH_OK;
}

static th_err open_all(lights *l, bool board, th_why *why)
{
    const th_test *t = l->t;
    const size_t bytes = picture_bytes(t->shown);
    l->as_is = malloc(t->n * bytes + 1);
    l->rgb = malloc(3 * bytes + 1);
    if (!l->as_is || !l->rgb) return th_why_set(why, TH_ENOMEM, "out of memory for %zu pictures", t->n);
    const th_graph *g = t->net[TH_NET_INT8] ? &t->net[TH_NET_INT8]->graphs[0] : NULL;
    if (!g || !th_eye_fits(g)) return TH_OK;
    TH_TRY(th_eye_make(g, t->card.pixel_lo, t->card.pixel_hi, (const char(*)[TH_LABEL_BYTES])t->card.labels,
                       t->card.n_labels, &l->eye, why));
    const size_t frame = th_pixel_bytes(&l->eye.pixels), n = (size_t)STEPS * ON_BOARD;
    l->frame = malloc(frame);
    l->cap_feed = board ? n : 0;
    l->feed = board ? malloc(n * frame) : NULL;
    l->scores = malloc(n * (size_t)l->eye.n_labels);
    if (!l->frame || !l->scores || (board && !l->feed)) return th_why_set(why, TH_ENOMEM, "out of memory");
    TH_TRY(th_plan_make_host(g, &l->plan, why));
    return th_look_new(&l->eye, l->plan, &l->look, why);
}

/* Some frames of each light through the firmware: the same scores as here, byte for byte? */
static th_err hold_board(lights *l, const char *path, const char *board, th_why *why)
{
    static th_session s; /* large; a verb runs once */
    th_emulation e = {0};
    const size_t n = l->n_feed, labels = (size_t)l->eye.n_labels;
    if (!l->look) return th_why_set(why, TH_EUSAGE, "--light --on needs the int8 network of pictures");
    th_err err = th_target_open(path, board, NULL, &s.t, why);
    if (!err) err = th_emulator_tools(s.t.board, why);
    if (!err) err = th_firmware_tools(s.t.board, why);
    if (!err) err = th_session_build(&s, false, 0, why);
    if (!err)
        err = th_emulator_run(s.t.board, s.fw.elf, TH_EMULATE_PICTURES,
                              (th_span){l->feed, n * th_pixel_bytes(&l->eye.pixels)}, false, 600 + 5 * (int)n, NULL,
                              NULL, &e, why);
    if (!err && e.n_out != n * labels)
        err = th_why_set(why, TH_EIO, "the board gave %zu bytes of scores for %zu frames", e.n_out, n);
    for (size_t i = 0; i < n && !err; i++)
        l->t->differ += memcmp(e.out + i * labels, l->scores + i * labels, labels) != 0;
    l->t->on_board = n;
    l->t->board = s.t.board;
    th_emulation_free(&e);
    th_session_close(&s);
    return err;
}

/* ---- what came out ---- */

static const char *const column_name[COLUMNS] = {"float", "int8", "camera"};

static json_t *step_json(const lights *l, int s)
{
    const th_light *step = s ? &th_light_steps[s - 1] : NULL;
    json_t *o = json_pack("{s:s,s:f}", "kind", step ? th_light_name(step->kind) : "as it is", "amount",
                          step ? (double)step->amount : 0.0);
    for (int k = 0; k < COLUMNS; k++)
        if (l->right[s][k] >= 0) json_object_set_new(o, column_name[k], json_real(l->right[s][k]));
    return o;
}

static json_t *light_json(const lights *l)
{
    json_t *list = json_array();
    for (int s = 0; s < STEPS; s++) json_array_append_new(list, step_json(l, s));
    json_t *o = json_pack("{s:o,s:I}", "light", list, "examples", (json_int_t)l->t->tested);
    if (o && l->t->board)
        json_object_set_new(o, "device",
                            json_pack("{s:s,s:I,s:I}", "board", l->t->board->name, "frames", (json_int_t)l->t->on_board,
                                      "differ", (json_int_t)l->t->differ));
    return o;
}

static th_err print_light(const lights *l, th_why *why)
{
    th_table table = th_table_make(5);
    th_table_cell(&table, "light");
    th_table_cell(&table, "%s", "");
    for (int k = 0; k < COLUMNS; k++) th_table_cell(&table, "%s", column_name[k]);
    for (int s = 0; s < STEPS; s++) {
        const th_light *step = s ? &th_light_steps[s - 1] : NULL;
        th_table_cell(&table, "%s", step ? th_light_name(step->kind) : "as it is");
        if (step)
            th_table_cell(&table, step->kind == TH_LIGHT_STOPS ? "%+g stops" : "%g", (double)step->amount);
        else
            th_table_cell(&table, "%s", "");
        for (int k = 0; k < COLUMNS; k++)
            if (l->right[s][k] >= 0)
                th_table_cell(&table, "%.1f %%", 100 * l->right[s][k]);
            else
                th_table_cell(&table, "%s", "");
    }
    th_table_print(&table, stdout, th_stdout_is_terminal());
    puts("\ncamera: int8 on the frames that a camera sends (RGB565), as the board sees them.\n"
         "Falls where a lamp or a cloud may be? change = light in thimble.ini shows training pictures in other light.");
    const bool failed = table.failed;
    th_table_free(&table);
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

static th_err show(const lights *l, bool own, bool json, th_why *why)
{
    json_t *o = light_json(l);
    if (!o) return th_why_set(why, TH_ENOMEM, "out of memory");
    if (own) th_test_save(l->t, o, l->t->hash[TH_NET_INT8], TH_FILE_LIGHT);
    if (json) return th_json_print(o, why);
    json_decref(o);
    return print_light(l, why);
}

th_err th_test_light(th_test *t, const char *path, const char *board, bool own, bool json, th_why *why)
{
    if (!t->of_examples || !t->shown || !t->shown->u8 || th_test_output(t) != TH_OUT_LABELS)
        return th_why_set(why, TH_EUSAGE, "--light is for models that tell pictures apart");
    lights *l = calloc(1, sizeof *l);
    if (!l) return th_why_set(why, TH_ENOMEM, "out of memory");
    l->t = t;
    th_err err = open_all(l, board != NULL, why);
    if (!err) err = measure_all(l, why);
    if (!err && board) err = hold_board(l, path, board, why);
    if (!err) err = show(l, own, json, why);
    th_look_free(l->look);
    th_plan_free(l->plan);
    free(l->as_is);
    free(l->rgb);
    free(l->frame);
    free(l->feed);
    free(l->scores);
    free(l);
    return err;
}
