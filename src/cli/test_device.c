/* `thimble test --on BOARD`: everything that was tested once more through the firmware on the emulated board. */
#include "cli/emulate.h"
#include "cli/test.h"

#include "evaluate/stream.h"
#include "os/run.h"
#include "os/team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEWEST 64 /* examples that are worth another board */

/* Bytes that the board gets and gives, example by example. */
typedef struct feed {
    size_t *example; /* [n] numbers of the examples that could be read */
    size_t n, in_bytes, out_bytes;
    uint8_t *in, *host; /* [n][in_bytes], [n][out_bytes] */
    char mode;
} feed;

bool th_test_has(const th_test *t, int k)
{
    return k < TH_MAX_NETS ? t->net[k] != NULL : t->board != NULL;
}

const char *th_test_net(int k)
{
    static const char *const name[TH_TEST_NETS] = {"float", "int8", "device"};
    return name[k];
}

const char *th_test_heading(const th_test *t, int k)
{
    return k == TH_NET_DEVICE && t->board ? t->board->name : th_test_net(k);
}

static void feed_free(feed *f)
{
    free(f->example);
    free(f->in);
    free(f->host);
}

static th_err feed_room(const th_test *t, size_t in_bytes, size_t out_bytes, feed *f, th_why *why)
{
    *f = (feed){.in_bytes = in_bytes, .out_bytes = out_bytes};
    f->example = malloc((t->n + 1) * sizeof *f->example);
    f->in = malloc(t->n * in_bytes + 1);
    f->host = malloc(t->n * out_bytes + 1);
    return f->example && f->in && f->host ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for %zu examples", t->n);
}

/* ---- clips: samples in, scores out ---- */

static th_err feed_clips(th_test *t, const th_session *s, feed *f, th_why *why)
{
    const th_pipeline *p = &s->t.pipe;
    TH_TRY(feed_room(t, (size_t)p->clip_samples * sizeof(int16_t), (size_t)p->n_labels, f, why));
    f->mode = TH_EMULATE_CLIPS;
    for (size_t i = 0; i < t->n; i++) {
        if (t->verdict[i].err) continue;
        TH_TRY(th_test_clip(t, i, (int16_t *)(void *)(f->in + f->n * f->in_bytes)));
        f->example[f->n++] = i;
    }
    return th_stream_clips(p, s->t.plan, (const int16_t *)(void *)f->in, (int32_t)f->n, (int8_t *)f->host, why);
}

/* ---- examples: tensors ---- */

static th_err check_tensors(const th_graph *g, const char *path, th_why *why)
{
    const th_tensor *out = &g->tensors[g->outputs[0]];
    bool fine = out->type == TH_F32 || out->type == TH_S8;
    for (int32_t i = 0; i < g->n_inputs; i++) {
        const th_type type = g->tensors[g->inputs[i]].type;
        fine &= type == TH_F32 || type == TH_S8;
    }
    if (g->n_inputs > 0 && g->n_outputs == 1 && fine) return TH_OK;
    return th_why_set(why, TH_EUNSUP, "%s: inputs and one output in float32 or int8 are needed", path);
}

/* What this computer's kernels make of a set of inputs; the network remembers nothing. */
static th_err run_host(th_runner *r, const th_graph *g, const feed *f, size_t k, th_why *why)
{
    th_runner_reset(r);
    const uint8_t *in = f->in + k * f->in_bytes;
    for (int32_t i = 0; i < g->n_inputs; i++) {
        const size_t bytes = th_tensor_bytes(&g->tensors[g->inputs[i]]);
        memcpy(th_runner_input(r, i), in, bytes);
        in += bytes;
    }
    const th_err err = th_runner_invoke(r, NULL, NULL);
    if (err) return th_why_set(why, err, "on this computer %s", th_err_text(err));
    memcpy(f->host + k * f->out_bytes, th_runner_output(r, 0), f->out_bytes);
    return th_interrupted() ? th_why_set(why, TH_EINTR, "interrupted") : TH_OK;
}

static th_err feed_tensors(th_test *t, const th_session *s, feed *f, th_why *why)
{
    const th_graph *g = s->t.plan->graph;
    size_t n = 0, bytes = 0;
    for (int32_t i = 0; i < g->n_inputs; i++) {
        n += (size_t)th_shape_count(&g->tensors[g->inputs[i]].shape);
        bytes += th_tensor_bytes(&g->tensors[g->inputs[i]]);
    }
    th_runner *r = NULL;
    TH_TRY(feed_room(t, bytes, th_tensor_bytes(&g->tensors[g->outputs[0]]), f, why));
    f->mode = TH_EMULATE_EXAMPLES;
    float *x = malloc(n * sizeof *x);
    th_err err = x ? th_runner_new(s->t.plan, &r, why) : th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < t->n && !err; i++) {
        uint8_t *to = f->in + f->n * f->in_bytes;
        if (t->verdict[i].err) continue;
        th_test_input(t, i, x);
        const float *from = x;
        for (int32_t k = 0; k < g->n_inputs; k++) {
            const th_tensor *in = &g->tensors[g->inputs[k]];
            from = th_input_fill(in, from, to);
            to += th_tensor_bytes(in);
        }
        f->example[f->n++] = i;
        err = run_host(r, g, f, f->n - 1, why);
    }
    th_runner_free(r);
    free(x);
    return err;
}

/* ---- the boards ---- */

/* Several boards share the examples, each a run of its own. */
typedef struct boards {
    const th_session *s;
    const feed *f;
    uint8_t *out; /* [f->n][out_bytes] */
    th_why *why;  /* [members] */
} boards;

static void run_board(void *ctx, int member, int n_members)
{
    const boards *b = ctx;
    const feed *f = b->f;
    const size_t from = f->n * (size_t)member / (size_t)n_members, to = f->n * ((size_t)member + 1) / (size_t)n_members;
    const th_span in = {f->in + from * f->in_bytes, (to - from) * f->in_bytes};
    th_why *why = &b->why[member];
    th_emulation e = {0};
    if (to == from) return;
    th_err err = th_emulator_run(b->s->t.board, b->s->fw.elf, f->mode, in, false, 600 + (int)f->n, NULL, NULL, &e, why);
    if (!err && e.n_out != (to - from) * f->out_bytes)
        err = th_why_set(why, TH_EIO, "the board gave %zu bytes of outputs for %zu examples of %zu", e.n_out, to - from,
                         f->out_bytes);
    if (!err) memcpy(b->out + from * f->out_bytes, e.out, e.n_out);
    th_emulation_free(&e);
}

/* Outputs of all examples, fresh memory. */
static th_err run_boards(const th_session *s, const feed *f, uint8_t **out, th_why *why)
{
    const size_t useful = f->n / FEWEST + 1;
    const int n = useful < (size_t)th_cpu_count() ? (int)useful : th_cpu_count();
    boards b = {.s = s, .f = f, .out = malloc(f->n * f->out_bytes + 1), .why = calloc((size_t)n, sizeof *b.why)};
    th_team *team = NULL;
    th_err err = b.out && b.why ? th_team_new(n, &team, why) : th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) {
        fprintf(stderr, "note: %zu examples, one after the other on %d emulated %s\n", f->n, n, s->t.board->name);
        th_team_run(team, run_board, &b);
        th_team_free(team);
        for (int k = 0; k < n && !err; k++)
            if (b.why[k].err) err = th_why_set(why, b.why[k].err, "%s", b.why[k].text);
    }
    free(b.why);
    *out = b.out;
    return err;
}

/* ---- what came out ---- */

/* The board's outputs as numbers. */
static void to_numbers(const th_tensor *out, const uint8_t *bytes, int32_t n, float *x)
{
    if (out->type == TH_F32) {
        memcpy(x, bytes, (size_t)n * sizeof *x);
        return;
    }
    for (int32_t k = 0; k < n; k++)
        x[k] = out->quant.scale[0] * (float)(((const int8_t *)bytes)[k] - out->quant.zero[0]);
}

static th_err take(th_test *t, const th_graph *g, const feed *f, const uint8_t *got, th_why *why)
{
    const th_tensor *out = &g->tensors[g->outputs[0]];
    const int32_t n = th_shape_count(&out->shape);
    const bool classes = !t->of_examples || th_test_output(t) == TH_OUT_LABELS;
    float *x = t->out[TH_NET_DEVICE] = calloc(t->n * (size_t)n + 1, sizeof *x);
    if (!x) return th_why_set(why, TH_ENOMEM, "out of memory");
    t->confusion[TH_NET_DEVICE] = (th_confusion){.n = t->pipe.n_labels};
    for (size_t k = 0; k < f->n; k++) {
        const size_t i = f->example[k];
        const uint8_t *bytes = got + k * f->out_bytes;
        t->differ += memcmp(bytes, f->host + k * f->out_bytes, f->out_bytes) != 0;
        to_numbers(out, bytes, n, x + i * (size_t)n);
        if (classes) th_confusion_add(&t->confusion[TH_NET_DEVICE], t->truth[i], th_score_best(x + i * (size_t)n, n));
    }
    t->on_board = f->n;
    return classes ? TH_OK : th_test_values_of(t, TH_NET_DEVICE, why);
}

static th_err run(th_test *t, th_session *s, const char *path, th_why *why)
{
    feed f = {0};
    uint8_t *out = NULL;
    TH_TRY(check_tensors(s->t.plan->graph, path, why));
    th_err err = t->of_examples ? feed_tensors(t, s, &f, why) : feed_clips(t, s, &f, why);
    if (!err) err = run_boards(s, &f, &out, why);
    if (!err) {
        t->board = s->t.board;
        err = take(t, s->t.plan->graph, &f, out, why);
    }
    free(out);
    feed_free(&f);
    return err;
}

th_err th_test_device(th_test *t, const char *path, const char *board, th_why *why)
{
    static th_session s; /* large; a verb runs once */
    th_err err = th_target_open(path, board, NULL, &s.t, why);
    if (!err) err = th_emulator_tools(s.t.board, why);
    if (!err) err = th_firmware_tools(s.t.board, why);
    if (!err) err = th_session_build(&s, false, 0, why);
    if (!err) err = run(t, &s, path, why);
    th_session_close(&s);
    return err;
}
