/* Lines, neurons, layers: losses and their gradients are those of the training (train/loss.h), layers run in the
 * device's float kernels (nn). */
#include "course/calc_priv.h"
#include "data/split.h"
#include "model/spec.h"
#include "nn/fully_connected.h"
#include "nn/softmax_f32.h"
#include "nn/unary.h"
#include "train/loss.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST 1e6

/* ---- a line through points ---- */

typedef struct line {
    th_numbers xs, ys;
    double w, b;
    double loss, absolute, slope_w, slope_b; /* at w, b */
    float says[TH_CALC_VALUES], slope[TH_CALC_VALUES];
} line;

static void read_line(th_calc *c, line *l)
{
    l->w = th_calc_number(c, "w", -MOST, MOST);
    l->b = th_calc_number(c, "b", -MOST, MOST);
    th_calc_list(c, "xs", 1, TH_CALC_VALUES, &l->xs);
    th_calc_list(c, "ys", 1, TH_CALC_VALUES, &l->ys);
    th_calc_need(c, l->xs.n == l->ys.n, "xs and ys are as many numbers");
}

/* dL/dw = sum of dL/dy x, dL/db = sum of dL/dy, with L the mean of (w x + b - y)^2. */
static void look_at(line *l)
{
    const int32_t n = l->xs.n;
    const th_loss_row *mse = th_loss_find("mse"), *mae = th_loss_find("mae");
    for (int32_t i = 0; i < n; i++) l->says[i] = (float)(l->w * l->xs.v[i] + l->b);
    l->absolute = mae->loss(&(th_loss_cfg){.row = mae}, l->says, l->ys.f, n, NULL);
    l->loss = mse->loss(&(th_loss_cfg){.row = mse}, l->says, l->ys.f, n, l->slope);
    l->slope_w = l->slope_b = 0;
    for (int32_t i = 0; i < n; i++) {
        l->slope_w += (double)l->slope[i] * l->xs.v[i];
        l->slope_b += (double)l->slope[i];
    }
}

void th_calc_line(th_calc *c)
{
    line l;
    double errors[TH_CALC_VALUES];
    read_line(c, &l);
    if (c->err) return;
    look_at(&l);
    for (int32_t i = 0; i < l.xs.n; i++) errors[i] = (double)l.says[i] - l.ys.v[i];
    th_calc_set(c, "loss", l.loss);
    th_calc_set(c, "absolute", l.absolute);
    th_calc_set_floats(c, "says", l.says, l.xs.n);
    th_calc_set_list(c, "errors", errors, l.xs.n);
    th_calc_set(c, "slope_w", l.slope_w);
    th_calc_set(c, "slope_b", l.slope_b);
}

static void go(line *l, double rate)
{
    l->w -= rate * l->slope_w;
    l->b -= rate * l->slope_b;
    look_at(l);
}

void th_calc_step(th_calc *c)
{
    line l;
    const double rate = th_calc_number(c, "rate", 0, 1000);
    read_line(c, &l);
    if (c->err) return;
    look_at(&l);
    th_calc_set(c, "before", l.loss);
    th_calc_set(c, "slope_w", l.slope_w);
    th_calc_set(c, "slope_b", l.slope_b);
    go(&l, rate);
    th_calc_set(c, "w", l.w);
    th_calc_set(c, "b", l.b);
    th_calc_set(c, "after", l.loss);
}

void th_calc_descend(th_calc *c)
{
    line l;
    double losses[TH_CALC_VALUES];
    const double rate = th_calc_number(c, "rate", 0, 1000);
    const int32_t n = th_calc_whole(c, "n", 0, TH_CALC_VALUES - 1);
    read_line(c, &l);
    if (c->err) return;
    look_at(&l);
    losses[0] = l.loss;
    for (int32_t i = 1; i <= n; i++) {
        go(&l, rate);
        losses[i] = l.loss;
    }
    th_calc_set(c, "w", l.w);
    th_calc_set(c, "b", l.b);
    th_calc_set(c, "loss", l.loss);
    th_calc_set_list(c, "losses", losses, n + 1);
    th_calc_set_yes(c, "falls", losses[n] < losses[0]);
}

/* ---- neurons ---- */

enum { NONE, RELU, SIGMOID, TANH, STEP };
static const char *const activations[] = {"none", "relu", "sigmoid", "tanh", "step", NULL};

/* out [rows of w] = x w + b, then the activation on a copy of it. */
static void run_layer(const th_numbers *x, const th_numbers *w, const float *b, int activation, float *sum, float *out)
{
    const th_fully_connected_f32_par dense = {1, x->n, w->rows, -INFINITY, INFINITY};
    const th_unary_par unary = {w->rows};
    const void *in[] = {x->f, w->f, b}, *from[] = {sum};
    void *to[] = {sum}, *acted[] = {out};
    th_fully_connected_f32(&dense, in, to, NULL);
    if (activation == SIGMOID)
        th_logistic_f32(&unary, from, acted, NULL);
    else if (activation == TANH)
        th_tanh_f32(&unary, from, acted, NULL);
    else
        for (int32_t i = 0; i < w->rows; i++)
            out[i] = activation == RELU ? fmaxf(0, sum[i]) : activation == STEP ? (float)(sum[i] > 0) : sum[i];
}

void th_calc_neuron(th_calc *c)
{
    th_numbers x, w;
    float sum = 0, out = 0;
    th_calc_list(c, "x", 1, TH_CALC_VALUES, &x);
    th_calc_list(c, "w", 1, TH_CALC_VALUES, &w);
    const float b = (float)th_calc_number(c, "b", -MOST, MOST);
    const int activation = th_calc_word(c, "activation", activations);
    th_calc_need(c, x.n == w.n, "x and w are as many numbers");
    if (c->err) return;
    run_layer(&x, &w, &b, activation, &sum, &out);
    th_calc_set(c, "sum", (double)sum);
    th_calc_set(c, "out", (double)out);
}

void th_calc_layer(th_calc *c)
{
    th_numbers x, w, b;
    float sum[TH_CALC_VALUES], out[TH_CALC_VALUES];
    th_calc_list(c, "x", 1, TH_CALC_VALUES, &x);
    th_calc_table(c, "w", &w);
    th_calc_list(c, "b", 1, TH_CALC_VALUES, &b);
    const int activation = th_calc_word(c, "activation", activations);
    th_calc_need(c, x.n == w.columns, "a row of w has as many numbers as x");
    th_calc_need(c, b.n == w.rows, "b has a number for each row of w");
    if (c->err) return;
    run_layer(&x, &w, b.f, activation, sum, out);
    th_calc_set_floats(c, "sums", sum, w.rows);
    th_calc_set_floats(c, "out", out, w.rows);
}

static int32_t largest(const th_numbers *z)
{
    int32_t best = 0;
    for (int32_t i = 1; i < z->n; i++)
        if (z->v[i] > z->v[best]) best = i;
    return best;
}

static void run_softmax(const th_numbers *z, float *p)
{
    const th_softmax_f32_par par = {1, z->n, 1.0f};
    const void *in[] = {z->f};
    void *out[] = {p};
    th_softmax_f32(&par, in, out, NULL);
}

void th_calc_softmax(th_calc *c)
{
    th_numbers z;
    float p[TH_CALC_VALUES];
    th_calc_list(c, "z", 1, TH_CALC_VALUES, &z);
    if (c->err) return;
    run_softmax(&z, p);
    th_calc_set_floats(c, "p", p, z.n);
    th_calc_set_whole(c, "largest", largest(&z));
}

void th_calc_crossentropy(th_calc *c)
{
    th_numbers z;
    float p[TH_CALC_VALUES], y[TH_CALC_VALUES] = {0};
    th_calc_list(c, "z", 2, TH_CALC_VALUES, &z);
    if (c->err) return;
    const int32_t k = th_calc_whole(c, "class", 0, z.n - 1);
    const th_loss_row *row = th_loss_find("cross-entropy");
    if (c->err) return;
    y[k] = 1;
    run_softmax(&z, p);
    th_calc_set(c, "p", (double)p[k]);
    th_calc_set(c, "loss", row->loss(&(th_loss_cfg){.row = row}, z.f, y, z.n, NULL));
}

/* ---- what a layer has to learn ---- */

void th_calc_parameters(th_calc *c)
{
    static const char *const kinds[] = {"dense", "conv", "depthwise", NULL};
    const int kind = th_calc_word(c, "kind", kinds);
    const int32_t inputs = th_calc_whole(c, "inputs", 1, 65536), units = th_calc_whole(c, "units", 1, 4096),
                  channels = th_calc_whole(c, "channels", 1, 4096), kernel = th_calc_whole(c, "kernel", 1, 64);
    const int32_t bias = th_calc_whole(c, "bias", 0, 1);
    char text[96];
    th_spec spec;
    if (c->err) return;
    if (kind == 0)
        snprintf(text, sizeof text, "dense %ld%s", (long)units, bias ? "" : " no-bias");
    else if (kind == 1)
        snprintf(text, sizeof text, "conv2d %ld %ldx%ld%s", (long)units, (long)kernel, (long)kernel,
                 bias ? "" : " no-bias");
    else
        snprintf(text, sizeof text, "depthwise %ldx%ld%s", (long)kernel, (long)kernel, bias ? "" : " no-bias");
    c->err = th_spec_parse(text, kind ? 64 : 1, kind ? 64 : 1, kind ? channels : inputs, 0, &spec, c->why);
    if (c->err) return;
    const int64_t all = th_spec_parameters(&spec);
    const int64_t biases = bias ? spec.layer[0].out_c : 0, weights = all - biases;
    th_calc_set_whole(c, "weights", weights);
    th_calc_set_whole(c, "biases", biases);
    th_calc_set_whole(c, "parameters", all);
    th_calc_set_whole(c, "bytes_float", 4 * all);
    th_calc_set_whole(c, "bytes_int8", weights + 4 * biases);
}

/* ---- who learns, and how long ---- */

/* Clips c0, c1, .. of people p0, p1, .. in turn, each of one label, as th_split_choose divides them. */
static th_err divide(th_split_item *items, char (*names)[16], int32_t n, int32_t people, const th_split_cfg *cfg,
                     bool *by_people, th_why *why)
{
    for (int32_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "c%d", (int)i);
        items[i] = (th_split_item){.label = "word", .key = names[i], .subject = ""};
        if (people > 0) items[i].subject = names[i % people]; /* any name will do, if each has one */
    }
    return th_split_choose(items, (size_t)n, cfg, by_people, why);
}

void th_calc_split(th_calc *c)
{
    th_split_item items[TH_CALC_VALUES];
    char names[TH_CALC_VALUES][16];
    int64_t clips[TH_N_SPLITS] = {0}, persons[TH_N_SPLITS] = {0};
    bool by_people;
    const int32_t n = th_calc_whole(c, "n", 1, TH_CALC_VALUES), people = th_calc_whole(c, "people", 0, TH_CALC_VALUES);
    const th_split_cfg cfg = {.val = th_calc_number(c, "val", 0, 40) / 100,
                              .test = th_calc_number(c, "test", 0, 40) / 100,
                              .seed = (uint64_t)th_calc_whole(c, "seed", 0, 1000000)};
    if (c->err) return;
    c->err = divide(items, names, n, people, &cfg, &by_people, c->why);
    if (c->err) return;
    for (int32_t i = 0; i < n; i++) {
        clips[items[i].split]++;
        persons[items[i].split] += i < people;
    }
    th_calc_set_whole(c, "train", clips[TH_TRAIN]);
    th_calc_set_whole(c, "val", clips[TH_VAL]);
    th_calc_set_whole(c, "test", clips[TH_TEST]);
    th_calc_set_yes(c, "by_people", by_people);
    if (!by_people) return; /* a person's clips may be in all three */
    th_calc_set_whole(c, "people_train", persons[TH_TRAIN]);
    th_calc_set_whole(c, "people_val", persons[TH_VAL]);
    th_calc_set_whole(c, "people_test", persons[TH_TEST]);
}

void th_calc_patience(th_calc *c)
{
    th_numbers losses;
    th_calc_list(c, "losses", 1, TH_CALC_VALUES, &losses);
    const int32_t patience = th_calc_whole(c, "patience", 1, 1000);
    int32_t best = 0, at = 0;
    if (c->err) return;
    for (; at < losses.n; at++) {
        if (losses.v[at] < losses.v[best]) best = at;
        if (at - best >= patience) break;
    }
    th_calc_set_whole(c, "stops", at < losses.n ? at + 1 : losses.n);
    th_calc_set_whole(c, "best", best + 1);
    th_calc_set(c, "loss", losses.v[best]);
    th_calc_set_yes(c, "early", at < losses.n);
}
