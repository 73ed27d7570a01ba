/* LSTM, GRU and SVDF as operators.
 *
 * LSTM: UNIDIRECTIONAL_SEQUENCE_LSTM over the whole window.  Its state is in variable tensors, as TFLite has it, and
 * must be zero when a window begins: th_runner_reset, model_init, or TFLite's reset_all_variables.
 *
 * GRU: there is no such operator, so its steps are written one after the other, all with the same weights.
 *   [T][2u] = x Wzr + (bz bz', br br')    [T][u] = x Wn + bn       FULLY_CONNECTED, all steps at once; SPLIT
 *   z, r = LOGISTIC(.. + Rzr h)           n = TANH(.. + r * (Rn h + an))
 *   h    = n + z * (h - n)                in the first step, where h is 0: n - z * n
 *
 * SVDF (kinds/svdf.c has the formula): CONV_2D to [T][1][rank * units], seen as [T][rank][units], and a
 * DEPTHWISE_CONV_2D of memory x rank, which sums over time and rank.  TFLite's SVDF operator takes one step at a time
 * and would have to be run T times for a window; with the same weights it is the streaming form. */
#include "train/export_priv.h"

#include <stdio.h>
#include <string.h>

static th_shape shape2(int32_t rows, int32_t columns)
{
    return (th_shape){.rank = 2, .d = {rows, columns}};
}

static th_shape shape3(int32_t steps, int32_t values)
{
    return (th_shape){.rank = 3, .d = {1, steps, values}};
}

/* ---- LSTM ---- */

enum { LSTM_W = 1, LSTM_R = 5, LSTM_BIAS = 12, LSTM_H = 18, LSTM_C = 19, LSTM_INPUTS = 24 };

/* The four gates' part of a logical tensor, which has them one after the other. */
static void add_gates(th_builder *b, const th_stage *st, th_param_role role, const char *name, const char *what,
                      int32_t columns, int32_t in[4])
{
    static const char *const gates[] = {"input", "forget", "cell", "output"};
    const int32_t units = st->layer.filters;
    const float *v = th_build_values(b, st, role);
    for (int32_t g = 0; g < 4; g++) {
        char suffix[48];
        snprintf(suffix, sizeof suffix, "/%s/%s", gates[g], what);
        const th_shape shape = role == TH_PARAM_BIAS ? th_shape_1(units) : shape2(units, columns);
        in[g] = th_build_constant(b, name, suffix, v ? v + g * units * columns : NULL, shape);
    }
}

static int32_t add_state(th_builder *b, const char *name, const char *suffix, int32_t units)
{
    const int32_t t = th_build_tensor(b, name, suffix, TH_F32, NULL, shape2(1, units));
    b->graph->tensors[t].is_variable = 1;
    return t;
}

int32_t th_export_lstm(th_builder *b, const th_stage *st, const char *name)
{
    const th_layer *l = &st->layer;
    const int32_t units = l->filters, values = l->in_w * l->in_c;
    int32_t in[LSTM_INPUTS];
    for (int32_t i = 0; i < LSTM_INPUTS; i++) in[i] = -1;
    in[0] = th_build_reshape(b, th_build_input(b, st, 0), name, "/steps", shape3(l->in_h, values));
    add_gates(b, st, TH_PARAM_WEIGHTS, name, "weights", values, in + LSTM_W);
    add_gates(b, st, TH_PARAM_RECURRENT, name, "recurrent", units, in + LSTM_R);
    add_gates(b, st, TH_PARAM_BIAS, name, "bias", 1, in + LSTM_BIAS);
    in[LSTM_H] = add_state(b, name, "/hidden", units);
    in[LSTM_C] = add_state(b, name, "/cell", units);
    const int32_t all = th_build_tensor(b, name, l->sequence ? "" : "/all", TH_F32, NULL, shape3(l->in_h, units));
    th_build_node(b, TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM, &(th_attr){.lstm = {.act = TH_ACT_TANH}}, in, LSTM_INPUTS,
                  all);
    return l->sequence ? all : th_build_rows(b, all, 1, l->in_h - 1, true, name, "");
}

/* ---- GRU ---- */

typedef struct gru {
    th_builder *b;
    const th_stage *st;
    const char *name;
    int32_t units, step;
    int32_t r_zr, r_n, zero, a_n; /* recurrent weights and what is added to them: nothing, and bias */
} gru;

/* Name of a tensor of this step. */
static const char *of_step(const gru *g, const char *what, char suffix[48])
{
    snprintf(suffix, 48, "/%d/%s", (int)g->step, what);
    return suffix;
}

static int32_t unary(const gru *g, th_op op, int32_t x, int32_t width, const char *what)
{
    char suffix[48];
    return th_build_unary(g->b, op, &(th_attr){0}, x, g->name, of_step(g, what, suffix), shape2(1, width));
}

static int32_t binary(const gru *g, th_op op, int32_t x, int32_t y, int32_t width, const char *what)
{
    char suffix[48];
    return th_build_binary(g->b, op, x, y, g->name, of_step(g, what, suffix), shape2(1, width));
}

static int32_t dense(const gru *g, int32_t x, int32_t w, int32_t bias, int32_t rows, int32_t width, const char *what)
{
    char suffix[48];
    const int32_t out = th_build_tensor(g->b, g->name, of_step(g, what, suffix), TH_F32, NULL, shape2(rows, width));
    th_build_node(g->b, TH_OP_FULLY_CONNECTED, &(th_attr){0}, (int32_t[]){x, w, bias}, 3, out);
    return out;
}

/* whole [n * rows][columns] -> n parts: of the rows, or (one row) of the columns. */
static void split(const gru *g, int32_t whole, int32_t n, th_shape part, const char *what, int32_t *parts)
{
    char suffix[48];
    const int32_t axis = g->b->graph->tensors[whole].shape.d[0] == part.d[0];
    for (int32_t k = 0; k < n; k++) {
        snprintf(suffix, sizeof suffix, "/%d/%s%d", (int)g->step, what, (int)k);
        parts[k] = th_build_tensor(g->b, g->name, suffix, TH_F32, NULL, part);
    }
    snprintf(suffix, sizeof suffix, "/%d/%s/axis", (int)g->step, what);
    const int32_t in[] = {th_build_numbers(g->b, g->name, suffix, &axis, 1), whole};
    th_build_many(g->b, TH_OP_SPLIT, &(th_attr){.split = {n}}, in, 2, parts, n);
}

/* h of this step from the one before, -1: it is zero. */
static int32_t add_step(const gru *g, int32_t x_zr, int32_t x_n, int32_t h)
{
    const int32_t u = g->units;
    int32_t zr[2], q = g->a_n, sum = x_zr;
    if (h >= 0) {
        sum = binary(g, TH_OP_ADD, x_zr, dense(g, h, g->r_zr, g->zero, 1, 2 * u, "back_zr"), 2 * u, "sum_zr");
        q = dense(g, h, g->r_n, g->a_n, 1, u, "back_n");
    }
    split(g, unary(g, TH_OP_LOGISTIC, sum, 2 * u, "zr"), 2, shape2(1, u), "gate", zr);
    const int32_t reset = binary(g, TH_OP_MUL, q, zr[1], u, "reset");
    const int32_t n = unary(g, TH_OP_TANH, binary(g, TH_OP_ADD, x_n, reset, u, "sum_n"), u, "new");
    const int32_t apart = h >= 0 ? binary(g, TH_OP_SUB, h, n, u, "apart") : n;
    const int32_t move = binary(g, TH_OP_MUL, zr[0], apart, u, "move");
    return binary(g, h >= 0 ? TH_OP_ADD : TH_OP_SUB, n, move, u, "h");
}

/* The parts of x for all steps: rows first .. first + rows - 1 of W, and their bias. */
static void add_inputs(const gru *g, int32_t x, int32_t first, int32_t rows, const float *bias, const char *what,
                       int32_t *parts)
{
    const th_layer *l = &g->st->layer;
    const int32_t values = l->in_w * l->in_c;
    const float *w = th_build_values(g->b, g->st, TH_PARAM_WEIGHTS);
    char suffix[48];
    snprintf(suffix, sizeof suffix, "/weights_%s", what);
    const int32_t tw = th_build_constant(g->b, g->name, suffix, w ? w + first * values : NULL, shape2(rows, values));
    snprintf(suffix, sizeof suffix, "/bias_%s", what);
    const int32_t tb = th_build_constant(g->b, g->name, suffix, bias, th_shape_1(rows));
    const int32_t all = dense(g, x, tw, tb, l->in_h, rows, what);
    if (l->in_h == 1)
        parts[0] = all;
    else
        split(g, all, l->in_h, shape2(1, rows), what, parts);
}

int32_t th_export_gru(th_builder *b, const th_stage *st, const char *name)
{
    const th_layer *l = &st->layer;
    const int32_t u = l->filters, steps = l->in_h;
    gru g = {.b = b, .st = st, .name = name, .units = u};
    const int32_t x = th_build_reshape(b, th_build_input(b, st, 0), name, "/steps", shape2(steps, l->in_w * l->in_c));
    const float *back = th_build_values(b, st, TH_PARAM_BIAS_BACK), *r = th_build_values(b, st, TH_PARAM_RECURRENT);
    float *bias = th_build_values(b, st, TH_PARAM_BIAS), *zero = th_build_get(b, (size_t)(2 * u), sizeof *zero);
    int32_t *x_zr = th_build_get(b, (size_t)steps, sizeof *x_zr), *x_n = th_build_get(b, (size_t)steps, sizeof *x_n),
            *all = th_build_get(b, (size_t)steps, sizeof *all);
    if (!back || !r || !bias || !zero || !x_zr || !x_n || !all) return 0;
    for (int32_t k = 0; k < 2 * u; k++) bias[k] += back[k]; /* for z and r both biases are one */
    g.r_zr = th_build_constant(b, name, "/recurrent_zr", r, shape2(2 * u, u));
    g.r_n = th_build_constant(b, name, "/recurrent_n", r + 2 * u * u, shape2(u, u));
    g.zero = th_build_constant(b, name, "/zero", zero, th_shape_1(2 * u));
    g.a_n = th_build_constant(b, name, "/bias_back", back + 2 * u, th_shape_1(u));
    add_inputs(&g, x, 0, 2 * u, bias, "in_zr", x_zr);
    add_inputs(&g, x, 2 * u, u, bias + 2 * u, "in_n", x_n);
    for (; g.step < steps; g.step++)
        all[g.step] = add_step(&g, x_zr[g.step], x_n[g.step], g.step ? all[g.step - 1] : -1);
    if (!l->sequence || steps == 1) return all[steps - 1];
    const int32_t rows = th_build_tensor(b, name, "/rows", TH_F32, NULL, shape2(steps, u));
    th_build_node(b, TH_OP_CONCATENATION, &(th_attr){.concat = {.axis = 0}}, all, steps, rows);
    return th_build_reshape(b, rows, name, "", shape3(steps, u));
}

/* ---- SVDF ---- */

/* Logical [units * rank][row] -> [rank * units][row], or with `last` [row][rank][units], times factor[unit]. */
static float *by_rank(th_builder *b, const float *v, const th_layer *l, int32_t row, bool last, const float *factor)
{
    const int32_t units = l->filters, rank = l->rank;
    float *to = th_build_get(b, (size_t)(units * rank * row), sizeof *to);
    for (int32_t u = 0; to && v && u < units; u++)
        for (int32_t r = 0; r < rank; r++)
            for (int32_t k = 0; k < row; k++)
                to[last ? (k * rank + r) * units + u : (r * units + u) * row + k] =
                    v[(u * rank + r) * row + k] * (factor ? factor[u] : 1);
    return to;
}

static th_attr window(th_act act, int32_t multiplier)
{
    return (th_attr){.conv = {.padding = TH_PAD_VALID,
                              .act = act,
                              .stride_h = 1,
                              .stride_w = 1,
                              .dilation_h = 1,
                              .dilation_w = 1,
                              .depth_multiplier = multiplier}};
}

/* `lead` rows of zeros on top of [1][h][w][c]. */
static int32_t add_zeros(th_builder *b, int32_t in, int32_t lead, const char *name)
{
    th_shape shape = b->graph->tensors[in].shape;
    const int32_t before_after[] = {0, 0, lead, 0, 0, 0, 0, 0};
    const int32_t sizes = th_build_numbers(b, name, "/lead", before_after, 8);
    b->graph->tensors[sizes].shape = shape2(4, 2);
    shape.d[1] += lead;
    return th_build_binary(b, TH_OP_PAD, in, sizes, name, "/padded", shape);
}

int32_t th_export_svdf(th_builder *b, const th_stage *st, const char *name)
{
    const th_layer *l = &st->layer;
    const int32_t units = l->filters, rank = l->rank, values = l->in_w * l->in_c;
    int32_t x = th_build_picture(b, st, 0, name);
    if (!l->sequence && l->memory < l->in_h) x = th_build_rows(b, x, 1, l->in_h - l->memory, false, name, "/newest");
    const int32_t steps = b->graph->tensors[x].shape.d[1], taps = l->sequence ? l->memory : steps;
    float *bias, *factor = th_build_fold(b, st, &bias);
    const float *w = by_rank(b, th_build_values(b, st, TH_PARAM_WEIGHTS), l, values, false, NULL);
    const float *v = by_rank(b, th_build_values(b, st, TH_PARAM_RECURRENT), l, l->memory, true, factor);
    const int32_t tw =
        th_build_constant(b, name, "/features", w, (th_shape){.rank = 4, .d = {rank * units, 1, l->in_w, l->in_c}});
    const int32_t unused = (l->memory - taps) * rank * units; /* of steps before the window */
    const int32_t tv = th_build_constant(b, name, "/time", v ? v + unused : NULL, th_shape_4(taps, rank, units));
    const int32_t made = th_build_tensor(b, name, "/made", TH_F32, NULL, th_shape_4(steps, 1, rank * units));
    th_attr attr = window(TH_ACT_NONE, 0);
    th_build_node(b, TH_OP_CONV_2D, &attr, (int32_t[]){x, tw}, 2, made);
    int32_t s = th_build_reshape(b, made, name, "/by_rank", th_shape_4(steps, rank, units));
    if (l->sequence && l->memory > 1) s = add_zeros(b, s, l->memory - 1, name);
    const int32_t out = th_build_tensor(b, name, "", TH_F32, NULL, th_shape_4(l->out_h, 1, units));
    attr = window(th_build_fused(st), 1);
    th_build_node(b, TH_OP_DEPTHWISE_CONV_2D, &attr,
                  (int32_t[]){s, tv, th_build_constant(b, name, "/bias", bias, th_shape_1(units))}, 3, out);
    return out;
}
