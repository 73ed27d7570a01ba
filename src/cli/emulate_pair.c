/* thimble emulate FIRST --with SECOND: one model wakes the other on the emulated board, and here; what it costs beside
 * each of them alone. */
#include "cli/emulate.h"
#include "cli/pair.h"

#include "data/audio.h"
#include "data/frames.h"
#include "deploy/measure.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SECONDS (2 * 3600.0)

/* What one of the two is fed with. */
typedef struct feed {
    int16_t *pcm;
    float *rows;
    th_frames frames;
    th_span span;
} feed;

typedef struct list {
    th_detection *d;
    size_t n, cap;
} list;

/* What the host's loop gave. */
typedef struct host {
    uint8_t *out;
    size_t n_out, cap_out;
    list heard, answers;
    bool failed;
} host;

typedef struct pair_run {
    th_pair p;
    feed feed[2];
    th_measure alone[2]; /* each in an arena of its own */
    th_firmware fw;
    th_emulation e;
    host h;
    char dir[TH_PATH_BYTES];
    double seconds; /* of the first feed */
    bool equal;
} pair_run;

static bool grow(void **bytes, size_t *cap, size_t needed)
{
    if (needed <= *cap) return true;
    void *more = realloc(*bytes, 2 * needed);
    if (!more) return false;
    *bytes = more;
    *cap = 2 * needed;
    return true;
}

static void on_out(void *ctx, const void *scores, size_t bytes)
{
    host *h = ctx;
    void *out = h->out;
    if (!grow(&out, &h->cap_out, h->n_out + bytes)) {
        h->failed = true;
        return;
    }
    h->out = out;
    memcpy(h->out + h->n_out, scores, bytes);
    h->n_out += bytes;
}

static void append(host *h, list *l, const th_detection *d)
{
    void *all = l->d;
    if (!grow(&all, &l->cap, (l->n + 1) * sizeof *d)) {
        h->failed = true;
        return;
    }
    l->d = all;
    l->d[l->n++] = *d;
}

static void on_heard(void *ctx, const th_detection *d)
{
    host *h = ctx;
    append(h, &h->heard, d);
}

static void on_answer(void *ctx, const th_detection *d)
{
    host *h = ctx;
    append(h, &h->answers, d);
}

static bool same_list(const list *l, const th_detection *d, size_t n)
{
    if (l->n != n) return false;
    for (size_t i = 0; i < n; i++)
        if (l->d[i].time_ms != d[i].time_ms || l->d[i].label != d[i].label || l->d[i].score != d[i].score) return false;
    return true;
}

static th_err read_feed(const th_target *t, const char *path, feed *f, th_why *why)
{
    int32_t n;
    size_t numbers;
    if (t->app.sound) {
        TH_TRY(th_audio_read(path, t->pipe.frontend.rate_hz, MOST_SECONDS, &f->pcm, &n, why));
        f->span = (th_span){(const uint8_t *)f->pcm, sizeof *f->pcm * (size_t)n};
    } else if (t->app.sensor) {
        TH_TRY(th_target_rows(t, path, &f->rows, &numbers, why));
        f->span = (th_span){(const uint8_t *)f->rows, sizeof *f->rows * numbers};
    } else {
        f->frames = (th_frames){.pixels = t->eye.pixels, .crop = t->eye.crop};
        TH_TRY(th_frames_read(t->card, path, &f->frames, why));
        f->span = (th_span){f->frames.bytes, (size_t)f->frames.n * th_pixel_bytes(&t->eye.pixels)};
    }
    return TH_OK;
}

/* The two --feed, in the order of the models. */
static th_err read_feeds(const th_args *a, pair_run *r, th_why *why)
{
    int n = 0;
    for (int i = 0; i < a->n_given; i++) {
        if (strcmp(a->cmd->opts[a->given[i].row].name, "feed") != 0) continue;
        if (n < 2) TH_TRY(read_feed(&r->p.t[n], a->given[i].value, &r->feed[n], why));
        n++;
    }
    if (n != 2)
        return th_why_set(why, TH_EUSAGE,
                          "--with takes two feeds, the first model's and the second's: --feed A --feed B");
    const th_sense *s = &r->p.sense[0];
    const size_t units = r->feed[0].span.n / th_sense_unit(s);
    r->seconds = (double)units / th_sense_rate(s, r->p.frames_hz);
    return TH_OK;
}

static th_err run_both(pair_run *r, th_why *why)
{
    const th_span feeds[2] = {r->feed[0].span, r->feed[1].span};
    const th_together_see see = {on_out, on_heard, on_answer, &r->h};
    TH_TRY(th_together_run(r->p.sense, &r->p.wake, feeds, &see, why));
    if (r->h.failed) return th_why_set(why, TH_ENOMEM, "out of memory");
    const int patience = 300 + (int)(20.0 * r->seconds) + 4 * r->p.wake.answers * (int)r->h.answers.n;
    TH_TRY(th_emulator_run_two(r->p.t[0].board, r->fw.elf, TH_EMULATE_TOGETHER, feeds, true, patience, NULL, NULL,
                               &r->e, why));
    r->equal = r->e.n_out == r->h.n_out && memcmp(r->e.out, r->h.out, r->e.n_out) == 0 &&
               same_list(&r->h.heard, r->e.detection, r->e.n_detections) &&
               same_list(&r->h.answers, r->e.answer, r->e.n_answers);
    return TH_OK;
}

static double instructions(const th_emulated_cost *c)
{
    return (double)c->n * (double)c->mean;
}

/* Of a model that is always on: instructions in a second. */
static double always(const th_sense *s, const th_emulated_cost *frame, const th_emulated_cost *inference, double fps)
{
    const double f = (double)frame->mean, i = (double)inference->mean;
    if (s->sensor) return (double)s->sensor->block.rate_hz / s->sensor->hop * (f + i);
    if (s->camera) return fps * (f + i);
    const double frames = (double)s->sound->frontend.rate_hz / s->sound->frontend.hop;
    return frames * f + frames / th_pipeline_stride_frames(s->sound) * i;
}

/* Bytes that one of the ways takes. */
typedef struct memory {
    size_t flash, arena, ram; /* ram: arena, start values and buffers, stack in use */
} memory;

static memory of_one(const th_measure *m)
{
    return (memory){m->flash, m->arena, m->arena + m->fixed + (m->ran ? m->stack : m->stack_bound)};
}

static memory of_both(const th_firmware *fw, uint32_t stack)
{
    return (memory){fw->flash, fw->arena, (size_t)fw->arena + fw->fixed + stack};
}

static json_t *way_json(const th_board *b, double per_second, memory m)
{
    json_t *o = json_pack("{s:I,s:I,s:I,s:f,s:f}", "flash", (json_int_t)m.flash, "arena", (json_int_t)m.arena, "ram",
                          (json_int_t)m.ram, "instructions_per_second", per_second, "duty_cycle_estimate",
                          th_board_ms(b, per_second) / 1000.0);
    if (b->pj_per_cycle) json_object_set_new(o, "mw_estimate", json_real(th_board_mj(b, per_second)));
    return o;
}

static json_t *costs_json(const th_emulated_cost *frame, const th_emulated_cost *inference)
{
    return json_pack("{s:I,s:I,s:I,s:I}", "frames", (json_int_t)frame->n, "frame_instructions", (json_int_t)frame->mean,
                     "inferences", (json_int_t)inference->n, "inference_instructions", (json_int_t)inference->mean);
}

static json_t *event_json(const th_sense *s, const th_detection *d)
{
    return json_pack("{s:f,s:s,s:f}", "time_s", d->time_ms / 1000.0, "label", th_sense_label(s, d->label), "score",
                     d->score / 256.0);
}

static json_t *report(const pair_run *r)
{
    const th_pair *p = &r->p;
    const th_emulation *e = &r->e;
    const th_board *b = p->t[0].board;
    json_t *heard = json_array(), *looks = json_array();
    for (size_t i = 0; i < e->n_detections; i++)
        json_array_append_new(heard, event_json(&p->sense[0], &e->detection[i]));
    for (size_t i = 0; i < e->n_answers; i++) json_array_append_new(looks, event_json(&p->sense[1], &e->answer[i]));
    const double first = always(&p->sense[0], &e->frame, &e->inference, p->frames_hz),
                 second = always(&p->sense[1], &e->frame2, &e->inference2, p->frames_hz),
                 both = (instructions(&e->frame) + instructions(&e->inference) + instructions(&e->frame2) +
                         instructions(&e->inference2)) /
                        r->seconds;
    json_t *o = json_pack("{s:s,s:f,s:s,s:i,s:f,s:o,s:o,s:o,s:o}", "board", b->name, "seconds", r->seconds, "wake",
                          th_sense_label(&p->sense[0], p->wake.label), "answers_per_look", (int)p->wake.answers,
                          "look_s", p->look_s, "detections", heard, "looks", looks, "first",
                          costs_json(&e->frame, &e->inference), "second", costs_json(&e->frame2, &e->inference2));
    json_object_set_new(o, "first_alone", way_json(b, first, of_one(&r->alone[0])));
    if (e->n_answers) json_object_set_new(o, "second_always", way_json(b, second, of_one(&r->alone[1])));
    json_object_set_new(o, "together", way_json(b, both, of_both(&r->fw, e->stack)));
    json_object_set_new(o, "flash_sum", json_integer((json_int_t)r->alone[0].flash + r->alone[1].flash));
    json_object_set_new(o, "arena_sum", json_integer((json_int_t)(r->alone[0].arena + r->alone[1].arena)));
    json_object_set_new(o, "stack", json_integer(e->stack));
    json_object_set_new(o, "host_equal", json_boolean(r->equal));
    if (b->pj_per_cycle) json_object_set_new(o, "energy_source", json_string(b->energy_source));
    json_object_set_new(o, "estimate_source", json_string(b->core->cycles_source));
    return o;
}

static double number(const json_t *o, const char *way, const char *key)
{
    return json_number_value(json_object_get(way ? json_object_get(o, way) : o, key));
}

static void print_way(const json_t *o, const char *way, const char *title)
{
    if (!json_object_get(o, way)) return;
    printf("  %-22s %8.0f %8.0f %8.0f %13.0f %8.1f %%", title, number(o, way, "flash"), number(o, way, "ram"),
           number(o, way, "arena"), number(o, way, "instructions_per_second"),
           100.0 * number(o, way, "duty_cycle_estimate"));
    if (json_object_get(json_object_get(o, way), "mw_estimate")) printf(" %9.3f", number(o, way, "mw_estimate"));
    puts("");
}

static void print_event(const char *word, const th_sense *s, const th_detection *d)
{
    json_t *o = json_pack("{s:i,s:s,s:f}", "time_ms", (int)d->time_ms, word, th_sense_label(s, d->label), "score",
                          d->score / 256.0);
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    if (text) puts(text);
    free(text);
    json_decref(o);
}

/* What the first says, and behind what woke the second its answer. */
static void print_events(const pair_run *r)
{
    size_t at = 0;
    for (size_t i = 0; i < r->e.n_detections; i++) {
        const th_detection *d = &r->e.detection[i];
        print_event("label", &r->p.sense[0], d);
        if (d->label == r->p.wake.label && at < r->e.n_answers)
            print_event("answer", &r->p.sense[1], &r->e.answer[at++]);
    }
}

static void print_text(const pair_run *r, const json_t *o)
{
    const th_board *b = r->p.t[0].board;
    printf("%s, %s, emulated; %.1f s, %zu detections, %zu look%s of %.2f s (\"%s\" wakes)\n", b->title, b->core->name,
           r->seconds, r->e.n_detections, r->e.n_answers, r->e.n_answers == 1 ? "" : "s", r->p.look_s,
           th_sense_label(&r->p.sense[0], r->p.wake.label));
    printf("  %-22s %8s %8s %8s %13s %10s%s\n", "", "flash", "RAM", "arena", "instructions/s", "duty",
           b->pj_per_cycle ? "        mW" : "");
    print_way(o, "first_alone", "the first alone");
    print_way(o, "second_always", "the second, always on");
    print_way(o, "together", "the first wakes it");
    printf("  both alone, in sum     %8.0f %8.0f %8.0f\n", number(o, NULL, "flash_sum"),
           number(o, "first_alone", "ram") + number(o, "second_always", "ram"), number(o, NULL, "arena_sum"));
    printf("  instructions: first %lld a frame, %lld an inference; second %lld and %lld\n", (long long)r->e.frame.mean,
           (long long)r->e.inference.mean, (long long)r->e.frame2.mean, (long long)r->e.inference2.mean);
    printf("  duty and mW are estimates, of the processor at work: not of its sleep, the microphone or the camera\n");
    printf("  device equals host       %10s\n", r->equal ? "yes" : "NO");
}

static th_err show(const th_args *a, const pair_run *r, th_why *why)
{
    json_t *o = report(r);
    if (!o) return th_why_set(why, TH_ENOMEM, "out of memory");
    print_events(r);
    if (th_arg_on(a, "json")) {
        char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(10));
        if (text) puts(text);
        free(text);
    } else {
        print_text(r, o);
    }
    json_decref(o);
    if (!r->e.n_answers)
        fprintf(stderr, "note: the second model was never woken: of what it costs nothing is known from this feed\n");
    return r->equal ? TH_OK
                    : th_why_set(why, TH_EIO,
                                 "the emulated board and this computer do not agree: this is a bug, please report it "
                                 "with models and feeds");
}

static th_err build(pair_run *r, th_why *why)
{
    char out[TH_PATH_BYTES];
    for (int i = 0; i < 2; i++)
        TH_TRY(th_measure_model(r->p.t[i].plan, &r->p.t[i].app, r->p.t[i].board, &r->alone[i], why));
    TH_TRY(th_pair_join(&r->p, why));
    TH_TRY(th_dir_temp(r->dir, why));
    TH_TRY(th_path_join(out, r->dir, "firmware", why));
    const th_several several = th_pair_several(&r->p);
    return th_export_cascade_firmware(&several, r->p.t[0].board, out, &r->fw, why);
}

static void clean(pair_run *r)
{
    for (int i = 0; i < 2; i++) {
        free(r->feed[i].pcm);
        free(r->feed[i].rows);
        th_frames_free(&r->feed[i].frames);
    }
    free(r->h.out);
    free(r->h.heard.d);
    free(r->h.answers.d);
    th_emulation_free(&r->e);
    th_firmware_free(&r->fw);
    if (*r->dir) th_dir_remove(r->dir);
    th_pair_free(&r->p);
}

th_err th_pair_ready(const th_args *a, th_pair *p, th_why *why)
{
    th_interrupt_catch();
    TH_TRY(th_pair_open(a, p, why));
    TH_TRY(th_emulator_tools(p->t[0].board, why));
    return th_firmware_tools(p->t[0].board, why);
}

th_err th_emulate_pair(const th_args *a, th_why *why)
{
    pair_run *r = calloc(1, sizeof *r);
    if (!r) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = th_pair_ready(a, &r->p, why);
    if (!err) err = read_feeds(a, r, why);
    if (!err) err = build(r, why);
    if (!err) err = run_both(r, why);
    if (!err) err = show(a, r, why);
    clean(r);
    free(r);
    return err;
}
