#include "compress/cells.h"

#include "nn/lstm.h"
#include "nn/svdf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 20, HIDDEN = 18, CELL = 19 };

typedef struct cell {
    int32_t node;
    float *x, *step; /* its newest input; one time of it */
    float *h, *c;    /* LSTM: state */
    size_t n_x, n_c;
    int32_t batches, steps, n_in, n_cell;
    bool time_major;
} cell;

struct th_cells {
    const th_graph *g;
    float *most;
    cell *list;
    int32_t n;
};

static void free_cell(cell *s)
{
    free(s->x);
    free(s->step);
    free(s->h);
    free(s->c);
}

static bool open_cell(const th_graph *g, int32_t index, cell *s)
{
    const th_node *n = &g->nodes[index];
    const th_shape *x = &g->tensors[n->in[0]].shape;
    *s = (cell){.node = index, .n_x = (size_t)th_shape_count(x)};
    if (n->op == TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM) {
        s->time_major = n->attr.lstm.time_major != 0;
        s->batches = x->d[s->time_major];
        s->steps = x->d[!s->time_major];
        s->n_in = x->d[2];
        s->n_cell = g->tensors[n->in[CELL]].shape.d[1];
        s->n_c = (size_t)s->batches * (size_t)s->n_cell;
    }
    s->x = calloc(s->n_x + 1, sizeof *s->x);
    s->step = calloc(s->n_x + s->n_c + 1, sizeof *s->step);
    s->h = calloc(s->n_c + 1, sizeof *s->h);
    s->c = calloc(s->n_c + 1, sizeof *s->c);
    return s->x && s->step && s->h && s->c;
}

th_err th_cells_new(const th_graph *g, float *most, th_cells **out, th_why *why)
{
    th_cells *c = calloc(1, sizeof *c);
    if (c) c->list = calloc((size_t)g->n_nodes + 1, sizeof *c->list);
    bool ok = c && c->list;
    if (ok) *c = (th_cells){.g = g, .most = most, .list = c->list};
    for (int32_t i = 0; ok && i < g->n_nodes; i++)
        if (g->nodes[i].op == TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM || g->nodes[i].op == TH_OP_SVDF)
            ok = open_cell(g, i, &c->list[c->n++]);
    *out = c;
    if (ok) return TH_OK;
    th_cells_free(c);
    *out = NULL;
    return th_why_set(why, TH_ENOMEM, "no memory for the states of recurrent layers");
}

void th_cells_free(th_cells *c)
{
    if (!c) return;
    for (int32_t i = 0; i < c->n; i++) free_cell(&c->list[i]);
    free(c->list);
    free(c);
}

void th_cells_see(th_cells *c, int32_t tensor, const float *v)
{
    for (int32_t i = 0; i < c->n; i++)
        if (c->g->nodes[c->list[i].node].in[0] == tensor) memcpy(c->list[i].x, v, c->list[i].n_x * sizeof *v);
}

/* One call of the kernel for each time, so that every state is seen. */
static float run_lstm(const th_graph *g, cell *s)
{
    const th_node *n = &g->nodes[s->node];
    const void *in[INPUTS] = {0};
    void *out[1] = {s->step + (size_t)s->batches * (size_t)s->n_in}; /* the step's output, not looked at */
    const th_lstm_f32_par par = {s->batches, 1, s->n_in, s->n_cell, 1, n->attr.lstm.cell_clip};
    float most = 0.0f;
    for (int32_t i = 0; i < INPUTS && i < n->n_in; i++) in[i] = n->in[i] >= 0 ? g->tensors[n->in[i]].data : NULL;
    in[0] = s->step;
    in[HIDDEN] = s->h;
    in[CELL] = s->c;
    for (int32_t t = 0; t < s->steps; t++) {
        for (int32_t b = 0; b < s->batches; b++) {
            const size_t row =
                s->time_major ? (size_t)t * (size_t)s->batches + (size_t)b : (size_t)b * (size_t)s->steps + (size_t)t;
            memcpy(s->step + (size_t)b * (size_t)s->n_in, s->x + row * (size_t)s->n_in, (size_t)s->n_in * sizeof *s->x);
        }
        th_lstm_f32(&par, in, out, NULL);
        for (size_t k = 0; k < s->n_c; k++) most = fmaxf(most, fabsf(s->c[k]));
    }
    return most;
}

static float run_svdf(const th_graph *g, const cell *s)
{
    const th_tensor *wf = &g->tensors[g->nodes[s->node].in[1]];
    const int32_t filters = wf->shape.d[0], n_in = wf->shape.d[1];
    const float *w = wf->data;
    float most = 0.0f;
    for (size_t b = 0; w && b + (size_t)n_in <= s->n_x; b += (size_t)n_in)
        for (int32_t f = 0; f < filters; f++) {
            float sum = 0.0f;
            for (int32_t k = 0; k < n_in; k++) sum += s->x[b + (size_t)k] * w[f * n_in + k];
            most = fmaxf(most, fabsf(sum));
        }
    return most;
}

void th_cells_run(th_cells *c, int32_t node)
{
    for (int32_t i = 0; i < c->n; i++) {
        cell *s = &c->list[i];
        if (s->node != node) continue;
        const float v = c->g->nodes[node].op == TH_OP_SVDF ? run_svdf(c->g, s) : run_lstm(c->g, s);
        c->most[node] = fmaxf(c->most[node], v);
    }
}

void th_cells_reset(th_cells *c)
{
    for (int32_t i = 0; i < c->n; i++) {
        memset(c->list[i].h, 0, c->list[i].n_c * sizeof(float));
        memset(c->list[i].c, 0, c->list[i].n_c * sizeof(float));
    }
}
