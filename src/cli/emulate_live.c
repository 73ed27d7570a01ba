/* The emulated board on what comes now.  Each line on standard output is one JSON object:
 *
 *   {"board": {..}}       once, first: memory map, what it takes, the labels
 *   {"serial": TEXT}      what the firmware says, as it says it
 *   {"led": 0..255}       the light has changed
 *   {"detect": {..}}      heard, felt, seen
 *   {"run": {..}}         an inference: time, instructions, scores, how far the board is behind
 *   {"end": {..}}         last: what it took in all
 *
 * docs/deploy.md has the fields. */
#include "cli/emulate.h"

#include "data/forwarder.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_BYTES ((size_t)64 << 20) /* 35 minutes of sound: so much is held against this computer at the end */

typedef struct live {
    th_session *s;
    const char (*labels)[TH_LABEL_BYTES];
    int32_t n_labels;
    char mode;
    size_t unit;        /* bytes of a sample, a row, a row of pixels */
    double ms_per_unit; /* of the board's time; 0: a camera */
    int32_t now_ms;     /* of the last inference */
    int32_t n_runs, n_detections;
    int64_t instructions, most; /* of all inferences, of the longest */
    th_forwarder lines;         /* of rows */
    int32_t n_broken;
    bool compared;
    th_err err; /* of the comparison */
    th_why why;
} live;

static void say(json_t *o)
{
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    if (text) puts(text);
    fflush(stdout); /* who looks on wants it now */
    free(text);
    json_decref(o);
}

/* What a state is called: of a sensor without labels "normal" and "strange". */
static const char *state(const live *l, int32_t k)
{
    if (l->mode == TH_EMULATE_WATCH) return th_sensor_state(&l->s->t.sensor, k);
    return k >= 0 && k < l->n_labels ? l->labels[k] : "?";
}

/* ---- the board ---- */

static json_t *part(const char *name, json_int_t bytes)
{
    return json_pack("{s:s,s:I}", "name", name, "bytes", bytes > 0 ? bytes : 0);
}

static json_t *memory(const char *name, uint32_t at, uint32_t bytes, json_int_t used, json_t *parts)
{
    return json_pack("{s:s,s:I,s:I,s:I,s:o}", "name", name, "at", (json_int_t)at, "bytes", (json_int_t)bytes, "used",
                     used, "parts", parts);
}

static json_int_t sized(const live *l, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(l->s->out, "flash_parts"), key));
}

static json_t *flash_map(const live *l)
{
    static const char *const name[] = {"program", "weights", "parameters", "tables"};
    json_t *parts = json_array();
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        json_array_append_new(parts, part(name[i], sized(l, name[i])));
    const th_board *b = l->s->t.board;
    return memory("flash", b->flash_at, b->flash_bytes, l->s->fw.flash, parts);
}

static json_t *ram_map(const live *l)
{
    const th_firmware *fw = &l->s->fw;
    const th_board *b = l->s->t.board;
    const json_int_t rest = (json_int_t)fw->fixed - fw->listener;
    json_t *parts = json_pack("[o,o,o,o]", part("arena", fw->arena), part("features", fw->listener),
                              part("variables", rest), part("stack", fw->stack));
    return memory("ram", b->ram_at, b->ram_bytes, fw->ram_bound, parts);
}

static json_t *input_json(const live *l)
{
    const th_target *t = &l->s->t;
    if (l->mode == TH_EMULATE_STREAM)
        return json_pack("{s:s,s:i}", "kind", "sound", "rate_hz", (int)t->pipe.frontend.rate_hz);
    if (l->mode == TH_EMULATE_WATCH)
        return json_pack("{s:s,s:f,s:i}", "kind", "rows", "rate_hz", (double)t->sensor.block.rate_hz, "axes",
                         (int)t->sensor.block.n_axes);
    return json_pack("{s:s,s:i,s:i,s:i}", "kind", "frames", "width", (int)t->eye.pixels.w, "height",
                     (int)t->eye.pixels.h, "bytes", (int)th_pixel_bytes(&t->eye.pixels));
}

static void say_board(const live *l)
{
    const th_board *b = l->s->t.board;
    json_t *labels = json_array();
    for (int32_t k = 0; k < l->n_labels; k++) json_array_append_new(labels, json_string(state(l, k)));
    json_t *o =
        json_pack("{s:s,s:s,s:s,s:s,s:i,s:o,s:o,s:o,s:o}", "name", b->name, "title", b->title, "chip", b->chip, "core",
                  b->core->name, "clock_hz", (int)b->clock_hz, "memory", json_pack("[o,o]", flash_map(l), ram_map(l)),
                  "arena", json_integer((json_int_t)l->s->fw.arena), "input", input_json(l), "labels", labels);
    say(json_pack("{s:o}", "board", o));
}

/* ---- what it does ---- */

static void on_line(void *ctx, const char *line)
{
    (void)ctx;
    say(json_pack("{s:s%}", "serial", line, strlen(line)));
}

static void on_led(void *ctx, int32_t level)
{
    const live *l = ctx;
    say(json_pack("{s:i,s:i}", "led", (int)level, "time_ms", (int)l->now_ms));
}

static void on_detect(void *ctx, const th_detection *d)
{
    live *l = ctx;
    l->n_detections++;
    say(json_pack("{s:{s:i,s:s,s:f}}", "detect", "time_ms", (int)d->time_ms, "label", state(l, d->label), "score",
                  d->score / 256.0));
}

/* Of classes as they are: 0 to 1; other answers say nothing that could be drawn. */
static json_t *scores_json(const live *l, const th_emulated_run *r)
{
    const th_graph *g = l->s->t.plan->graph;
    const th_tensor *t = &g->tensors[g->outputs[0]];
    json_t *list = json_array();
    if (t->type != TH_S8 || t->quant.n != 1 || r->n_out != (size_t)l->n_labels) return list;
    for (size_t i = 0; i < r->n_out; i++)
        json_array_append_new(list, json_real((double)t->quant.scale[0] * ((int8_t)r->out[i] - t->quant.zero[0])));
    return list;
}

static void on_run(void *ctx, const th_emulated_run *r)
{
    live *l = ctx;
    const th_board *b = l->s->t.board;
    const int64_t units = r->came / (int64_t)l->unit; /* whole ones */
    const double came = (double)units;
    const double behind = l->ms_per_unit > 0 ? came * l->ms_per_unit - r->time_ms
                                             : came / l->s->t.eye.pixels.h - (r->time_ms + 1); /* frames */
    l->now_ms = r->time_ms;
    l->n_runs++;
    l->instructions += r->inference;
    if (r->inference > l->most) l->most = r->inference;
    json_t *o = json_pack("{s:i,s:I,s:I,s:f,s:i,s:o}", "time_ms", (int)r->time_ms, "instructions",
                          (json_int_t)r->inference, "features_instructions", (json_int_t)r->frame, "ms_estimate",
                          th_board_ms(b, (double)r->inference), l->ms_per_unit > 0 ? "behind_ms" : "behind_frames",
                          behind > 0 ? (int)behind : 0, "scores", scores_json(l, r));
    say(json_pack("{s:o}", "run", o));
}

/* ---- what comes ---- */

/* Lines of numbers -> rows of floats; others are counted and left out. */
static th_err take_rows(void *ctx, th_feed *f, th_span bytes)
{
    live *l = ctx;
    double v[TH_FORWARDER_MOST];
    float row[TH_FORWARDER_MOST];
    const int32_t axes = l->s->t.sensor.block.n_axes;
    while (th_forwarder_take(&l->lines, &bytes)) {
        int32_t n;
        const th_line kind = th_forwarder_read(&l->lines, v, &n);
        if (kind == TH_LINE_ROW && n == axes) {
            for (int32_t k = 0; k < n; k++) row[k] = (float)v[k];
            th_feed_put(f, row, (size_t)n * sizeof *row);
        } else if (kind != TH_LINE_EMPTY && kind != TH_LINE_NAMES) {
            l->n_broken++;
        }
    }
    return TH_OK;
}

/* The same bytes through the same loop here. */
static void on_kept(void *ctx, th_span all, const th_emulation *e)
{
    live *l = ctx;
    const size_t n = all.n / l->unit;
    void *copy = malloc(all.n + 1); /* the feed's bytes may lie anywhere: samples and floats may not */
    if (!copy) return;
    if (all.n) memcpy(copy, all.p, all.n);
    if (l->mode == TH_EMULATE_STREAM)
        l->err = th_session_same_sound(l->s, copy, (int64_t)n, e, &l->why);
    else if (l->mode == TH_EMULATE_WATCH)
        l->err = th_session_same_rows(l->s, copy, (int64_t)n, e, &l->why);
    else
        l->err = th_session_same_frames(l->s, copy, (int32_t)n / l->s->t.eye.pixels.h, e, &l->why);
    l->compared = !l->err;
    free(copy);
}

/* ---- the whole ---- */

static th_err settle(live *l, th_why *why)
{
    const th_target *t = &l->s->t;
    if (t->has_pipe) {
        l->mode = TH_EMULATE_STREAM;
        l->labels = t->pipe.labels;
        l->n_labels = t->pipe.n_labels;
        l->unit = sizeof(int16_t);
        l->ms_per_unit = 1000.0 / t->pipe.frontend.rate_hz;
    } else if (t->has_sensor) {
        l->mode = TH_EMULATE_WATCH;
        l->n_labels = t->sensor.answer == TH_ANSWER_LABELS ? t->sensor.n_labels : 2;
        l->unit = (size_t)t->sensor.block.n_axes * sizeof(float);
        l->ms_per_unit = 1000.0 / (double)t->sensor.block.rate_hz;
    } else if (t->has_eye) {
        l->mode = TH_EMULATE_PICTURES;
        l->labels = t->eye.labels;
        l->n_labels = t->eye.n_labels;
        l->unit = (size_t)th_pixel_row_bytes(&t->eye.pixels);
    } else {
        return th_why_set(why, TH_EUNSUP,
                          "%s has no sensor in front of it, so nothing can come live. Feed it raw input tensors: --in "
                          "FILE",
                          t->path);
    }
    if (l->mode == TH_EMULATE_WATCH && t->sensor.block.n_axes > TH_FORWARDER_MOST)
        return th_why_set(why, TH_EUNSUP, "a line has at most %d numbers, the model watches %d", TH_FORWARDER_MOST,
                          (int)t->sensor.block.n_axes);
    return TH_OK;
}

static void say_end(const live *l, const th_emulation *e, bool whole)
{
    json_t *o =
        json_pack("{s:i,s:i,s:i,s:I,s:I}", "time_ms", (int)l->now_ms, "inferences", (int)l->n_runs, "detections",
                  (int)l->n_detections, "instructions", (json_int_t)(l->n_runs ? l->instructions / l->n_runs : 0),
                  "instructions_max", (json_int_t)l->most);
    if (whole) json_object_set_new(o, "stack", json_integer(e->stack));
    if (l->compared) json_object_set_new(o, "host_equal", json_boolean(l->s->equal));
    if (l->n_broken) json_object_set_new(o, "lines_left_out", json_integer(l->n_broken));
    say(json_pack("{s:o}", "end", o));
}

th_err th_session_live(th_session *s, th_why *why)
{
    static live l; /* large; a verb runs once */
    th_emulation e;
    l.s = s;
    TH_TRY(settle(&l, why));
    const th_emulator_live onlooker = {
        .feed = {.unit = l.unit, .keep = KEEP_BYTES, .take = l.mode == TH_EMULATE_WATCH ? take_rows : NULL, .ctx = &l},
        .on_line = on_line,
        .on_run = on_run,
        .on_detect = on_detect,
        .on_led = on_led,
        .on_kept = on_kept,
        .ctx = &l,
    };
    say_board(&l);
    th_err err = th_emulator_live_run(s->t.board, s->fw.elf, l.mode, &onlooker, &e, why);
    const bool ended = err == TH_EINTR; /* that is how somebody ends it */
    if (!err || ended) say_end(&l, &e, !err);
    th_emulation_free(&e);
    if (l.err) return th_why_set(why, l.err, "%s", l.why.text);
    return ended ? TH_OK : err;
}
