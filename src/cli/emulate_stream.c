/* A continuous stream through the emulated board, and through the same listener here. */
#include "cli/cmd.h"
#include "cli/emulate.h"

#include "data/audio.h"
#include "data/source.h"
#include "evaluate/stream.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SECONDS (2 * 3600.0)

typedef struct heard { /* by the host */
    th_detection *d;
    size_t n, cap;
    int8_t *scores; /* [n_scores] */
    size_t n_scores, cap_scores, n_labels;
    bool failed;
} heard;

static void host_detect(void *ctx, const th_detection *d)
{
    heard *h = ctx;
    if (h->n == h->cap) {
        th_detection *more = realloc(h->d, (h->cap * 2 + 64) * sizeof *more);
        if (!more) {
            h->failed = true;
            return;
        }
        h->d = more;
        h->cap = h->cap * 2 + 64;
    }
    h->d[h->n++] = *d;
}

static void host_scores(void *ctx, int32_t time_ms, const int8_t *scores)
{
    heard *h = ctx;
    (void)time_ms;
    if (h->n_scores + h->n_labels > h->cap_scores) {
        int8_t *more = realloc(h->scores, h->cap_scores * 2 + 65536);
        if (!more) {
            h->failed = true;
            return;
        }
        h->scores = more;
        h->cap_scores = h->cap_scores * 2 + 65536;
    }
    memcpy(h->scores + h->n_scores, scores, h->n_labels);
    h->n_scores += h->n_labels;
}

/* A line of text must not stand behind the progress bar of a folder. */
static void clear_bar(const th_session *s)
{
    if (s->file && th_stderr_is_terminal()) fputs("\r\033[K", stderr);
}

static void print_detection(void *ctx, const th_detection *d)
{
    const th_session *s = ctx;
    clear_bar(s);
    const char *label = d->label >= 0 && d->label < s->t.pipe.n_labels ? s->t.pipe.labels[d->label] : "?";
    json_t *o = json_pack("{s:i,s:s,s:f}", "time_ms", (int)d->time_ms, "label", label, "score", d->score / 256.0);
    if (o && s->file) json_object_set_new(o, "file", json_string(s->file));
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    if (text) puts(text);
    fflush(stdout);
    free(text);
    json_decref(o);
}

static bool same(const heard *h, const th_emulation *e)
{
    if (h->n != e->n_detections || h->n_scores != e->n_out) return false;
    if (h->n_scores && memcmp(h->scores, e->out, h->n_scores) != 0) return false;
    for (size_t i = 0; i < h->n; i++)
        if (h->d[i].time_ms != e->detection[i].time_ms || h->d[i].label != e->detection[i].label ||
            h->d[i].score != e->detection[i].score)
            return false;
    return true;
}

static json_t *detections_json(const th_session *s, const th_emulation *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < e->n_detections; i++) {
        const th_detection *d = &e->detection[i];
        const char *label = d->label >= 0 && d->label < s->t.pipe.n_labels ? s->t.pipe.labels[d->label] : "?";
        json_array_append_new(
            list, json_pack("{s:f,s:s,s:f}", "time_s", d->time_ms / 1000.0, "label", label, "score", d->score / 256.0));
    }
    return list;
}

/* Instructions while it listens on and on: frames and inferences come at fixed distances. */
static void cost_json(th_session *s, const th_emulation *e)
{
    const th_pipeline *p = &s->t.pipe;
    const double frames = (double)p->frontend.rate_hz / p->frontend.hop;
    const double per_second =
        frames * (double)e->frame.mean + frames / th_pipeline_stride_frames(p) * (double)e->inference.mean;
    const double ms = th_board_ms(s->t.board, per_second);
    json_t *o = json_pack("{s:I,s:f,s:I,s:f,s:f}", "features_instructions_per_frame", (json_int_t)e->frame.mean,
                          "instructions_per_second_audio", per_second, "features_instructions_per_frame_max",
                          (json_int_t)e->frame.max, "duty_cycle_estimate", ms / 1000.0, "latency_ms_estimate",
                          th_board_ms(s->t.board, (double)(e->inference.mean + e->frame.mean)));
    json_object_update(s->out, o);
    json_decref(o);
}

void th_session_inference(th_session *s, const th_emulation *e)
{
    const th_board *b = s->t.board;
    json_t *o = json_pack("{s:I,s:I,s:I,s:I,s:f,s:s}", "instructions", (json_int_t)e->inference.mean,
                          "instructions_min", (json_int_t)e->inference.min, "instructions_max",
                          (json_int_t)e->inference.max, "inferences", (json_int_t)e->inference.n, "ms_estimate",
                          th_board_ms(b, (double)e->inference.mean), "estimate_source", b->core->cycles_source);
    if (b->core->cycles_error_percent)
        json_object_set_new(o, "estimate_error_percent", json_integer(b->core->cycles_error_percent));
    if (b->pj_per_cycle) {
        json_object_set_new(o, "mj_estimate", json_real(th_board_mj(b, (double)e->inference.mean)));
        json_object_set_new(o, "energy_source", json_string(b->energy_source));
    }
    json_object_update(s->out, o);
    json_decref(o);
    th_session_memory(s, e);
}

th_err th_session_layers(th_session *s, char mode, th_span feed, th_why *why)
{
    const th_plan *plan = s->t.plan;
    th_emulation e;
    const th_err err = th_emulator_run(s->t.board, s->fw.profile_elf, mode, feed, true, 120, NULL, NULL, &e, why);
    if (!err) {
        json_t *list = json_array();
        for (size_t i = 0; i < e.n_steps && i < (size_t)plan->graph->n_nodes; i++) {
            const th_op_row *row = th_op_find((int32_t)plan->graph->nodes[i].op);
            json_array_append_new(list, json_pack("{s:s,s:s,s:I,s:I}", "op", row ? row->name : "?", "kernel",
                                                  plan->steps[i].kernel_name, "macs", (json_int_t)plan->steps[i].macs,
                                                  "instructions", (json_int_t)e.step[i]));
        }
        json_object_set_new(s->out, "instructions_by_layer", list);
    }
    th_emulation_free(&e);
    return err;
}

th_err th_session_same_sound(th_session *s, const int16_t *pcm, int64_t n, const th_emulation *e, th_why *why)
{
    heard h = {.n_labels = (size_t)s->t.pipe.n_labels};
    th_err err = th_stream_run(&s->t.pipe, s->t.plan, pcm, n, host_detect, host_scores, &h, why);
    if (!err && h.failed) err = th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err && !same(&h, e)) s->equal = false;
    free(h.d);
    free(h.scores);
    return err;
}

/* Seconds that QEMU may take on a slow, busy computer. */
static int patience(double seconds)
{
    return 120 + (int)(seconds * 20.0);
}

static th_err run_stream(th_session *s, const int16_t *pcm, int32_t n, th_why *why)
{
    const double seconds = (double)n / s->t.pipe.frontend.rate_hz;
    const th_span feed = {(const uint8_t *)pcm, (size_t)n * 2};
    const size_t least = 2 * (size_t)s->t.pipe.clip_samples;
    th_emulation e;
    th_err err = th_emulator_run(s->t.board, s->fw.elf, TH_EMULATE_STREAM, feed, true, patience(seconds),
                                 print_detection, s, &e, why);
    if (!err) err = th_session_same_sound(s, pcm, n, &e, why);
    if (!err) {
        th_session_inference(s, &e);
        cost_json(s, &e);
        json_object_set_new(s->out, "seconds", json_real(seconds));
        json_object_set_new(s->out, "detections", detections_json(s, &e));
        clear_bar(s);
        if (!e.n_detections) fprintf(stderr, "note: no word was heard in %s\n", s->file ? s->file : "the recording");
    }
    th_emulation_free(&e);
    /* in a folder once is enough: every recording runs the same layers */
    if (s->file && json_object_get(s->out, "instructions_by_layer")) return err;
    return err || feed.n < least ? err : th_session_layers(s, TH_EMULATE_STREAM, (th_span){feed.p, least}, why);
}

th_err th_session_stream(th_session *s, const char *wav, th_why *why)
{
    int16_t *pcm;
    int32_t n;
    if (!s->t.has_pipe)
        return th_why_set(why, TH_EUSAGE,
                          "%s has no features and labels in it, so it cannot listen to %s. "
                          "Feed it raw input tensors: --in FILE --out FILE",
                          s->t.path, wav);
    TH_TRY(th_audio_read(wav, s->t.pipe.frontend.rate_hz, MOST_SECONDS, &pcm, &n, why));
    const th_err err = run_stream(s, pcm, n, why);
    free(pcm);
    return err;
}

/* `more` after what `list` holds already, each with its file. */
static void add_detections(json_t *list, json_t *more, const char *file)
{
    for (size_t i = 0; i < json_array_size(more); i++) {
        json_t *d = json_array_get(more, i);
        json_object_set_new(d, "file", json_string(file));
        json_array_append(list, d);
    }
}

th_err th_session_folder(th_session *s, const char *dir, th_why *why)
{
    th_names names;
    char path[TH_PATH_BYTES];
    double seconds = 0.0;
    size_t files = 0;
    TH_TRY(th_dir_list(dir, &names, why));
    json_t *all = json_array();
    th_err err = all ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < names.n && !err; i++) {
        if (names.name[i][0] == '.' || !th_source_is_sound(names.name[i])) continue;
        s->file = names.name[i];
        th_progress("emulate", (double)i / (double)names.n);
        err = th_interrupted() ? th_why_set(why, TH_EINTR, "interrupted") : th_path_join(path, dir, names.name[i], why);
        if (!err) err = th_session_stream(s, path, why);
        if (err) break;
        files++;
        seconds += json_number_value(json_object_get(s->out, "seconds"));
        add_detections(all, json_object_get(s->out, "detections"), names.name[i]);
    }
    s->file = NULL;
    if (files && !err) th_progress("emulate", 1);
    if (!err && !files) err = th_why_set(why, TH_ENOENT, "there is no sound file in %s", dir);
    if (!err) {
        json_object_set_new(s->out, "seconds", json_real(seconds));
        json_object_set(s->out, "detections", all);
    }
    json_decref(all);
    th_names_free(&names);
    return err;
}

static size_t input_bytes(const th_graph *g)
{
    size_t n = 0;
    for (int32_t i = 0; i < g->n_inputs; i++) n += th_tensor_bytes(&g->tensors[g->inputs[i]]);
    return n;
}

/* The host's outputs for the same input sets, compared with the device's. */
static th_err compare_raw(th_session *s, const uint8_t *in, size_t n, const th_emulation *e, th_why *why)
{
    const th_graph *g = s->t.plan->graph;
    th_runner *r;
    size_t at = 0, out = 0;
    TH_TRY(th_runner_new(s->t.plan, &r, why));
    while (at < n && s->equal) {
        for (int32_t i = 0; i < g->n_inputs; i++) {
            const size_t bytes = th_tensor_bytes(&g->tensors[g->inputs[i]]);
            memcpy(th_runner_input(r, i), in + at, bytes);
            at += bytes;
        }
        const th_err err = th_runner_invoke(r, NULL, NULL);
        if (err) {
            th_runner_free(r);
            return th_why_set(why, err, "on this computer %s", th_err_text(err));
        }
        for (int32_t i = 0; i < g->n_outputs && s->equal; i++) {
            const size_t bytes = th_tensor_bytes(&g->tensors[g->outputs[i]]);
            s->equal = out + bytes <= e->n_out && memcmp(e->out + out, th_runner_output(r, i), bytes) == 0;
            out += bytes;
        }
    }
    th_runner_free(r);
    return TH_OK;
}

th_err th_session_sets(th_session *s, const char *name, th_span sets, const char *out, th_why *why)
{
    const size_t one = input_bytes(s->t.plan->graph);
    if (!sets.n || sets.n % one)
        return th_why_set(why, TH_EFORMAT,
                          "%s has %zu bytes; one set of input tensors is %zu bytes, and the file must hold whole sets",
                          name, sets.n, one);
    th_emulation e;
    th_err err = th_emulator_run(s->t.board, s->fw.elf, TH_EMULATE_RAW, sets, true, 600, NULL, NULL, &e, why);
    if (!err) err = compare_raw(s, sets.p, sets.n, &e, why);
    if (!err) th_session_inference(s, &e);
    if (!err && out) err = th_file_write(out, (th_span){e.out, e.n_out}, why);
    th_emulation_free(&e);
    if (err || !*s->fw.profile_elf) return err;
    return th_session_layers(s, TH_EMULATE_RAW, (th_span){sets.p, one}, why);
}

th_err th_session_raw(th_session *s, const char *in, const char *out, th_why *why)
{
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(in, 0, &bytes, &n, why));
    const th_err err = th_session_sets(s, in, (th_span){bytes, n}, out, why);
    free(bytes);
    return err;
}
