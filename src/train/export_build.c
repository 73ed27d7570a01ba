/* Tensors, operators and parameters of a graph that is being built. */
#include "train/export_priv.h"

#include "nn/prepare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void *th_build_get(th_builder *b, size_t n, size_t size)
{
    void *p = th_model_alloc(b->model, n, size);
    if (!p) b->full = true;
    return p;
}

static const char *text(th_builder *b, const char *a, const char *c)
{
    const size_t n = strlen(a) + strlen(c) + 1;
    char *p = th_build_get(b, n, 1);
    if (p) snprintf(p, n, "%s%s", a, c);
    return p ? p : "";
}

int32_t th_build_tensor(th_builder *b, const char *name, const char *suffix, th_type type, const void *data,
                        th_shape shape)
{
    b->graph->tensors[b->graph->n_tensors] =
        (th_tensor){.name = text(b, name, suffix), .type = type, .shape = shape, .data = data};
    return b->graph->n_tensors++;
}

void th_build_many(th_builder *b, th_op op, const th_attr *attr, const int32_t *in, int32_t n_in, const int32_t *out,
                   int32_t n_out)
{
    int32_t *io = th_build_get(b, (size_t)(n_in + n_out), sizeof *io);
    if (!io) return;
    memcpy(io, in, (size_t)n_in * sizeof *io);
    memcpy(io + n_in, out, (size_t)n_out * sizeof *io);
    b->graph->nodes[b->graph->n_nodes++] =
        (th_node){.op = op, .n_in = n_in, .n_out = n_out, .in = io, .out = io + n_in, .attr = *attr};
}

void th_build_node(th_builder *b, th_op op, const th_attr *attr, const int32_t *in, int32_t n_in, int32_t out)
{
    th_build_many(b, op, attr, in, n_in, &out, 1);
}

int32_t th_build_unary(th_builder *b, th_op op, const th_attr *attr, int32_t in, const char *name, const char *suffix,
                       th_shape shape)
{
    const int32_t out = th_build_tensor(b, name, suffix, TH_F32, NULL, shape);
    th_build_node(b, op, attr, &in, 1, out);
    return out;
}

int32_t th_build_binary(th_builder *b, th_op op, int32_t x, int32_t y, const char *name, const char *suffix,
                        th_shape shape)
{
    const int32_t out = th_build_tensor(b, name, suffix, TH_F32, NULL, shape);
    th_build_node(b, op, &(th_attr){0}, (int32_t[]){x, y}, 2, out);
    return out;
}

int32_t th_build_constant(th_builder *b, const char *name, const char *suffix, const float *v, th_shape shape)
{
    return th_build_tensor(b, name, suffix, TH_F32, v, shape);
}

int32_t th_build_numbers(th_builder *b, const char *name, const char *suffix, const int32_t *v, int32_t n)
{
    int32_t *d = th_build_get(b, (size_t)n, sizeof *d);
    if (d) memcpy(d, v, (size_t)n * sizeof *d);
    return th_build_tensor(b, name, suffix, TH_S32, d, (th_shape){.rank = 1, .d = {n}});
}

th_shape th_shape_1(int32_t n)
{
    return (th_shape){.rank = 1, .d = {n}};
}

th_shape th_shape_4(int32_t h, int32_t w, int32_t c)
{
    return (th_shape){.rank = 4, .d = {1, h, w, c}};
}

/* ---- parameters ---- */

static int32_t layer_of(const th_builder *b, const th_stage *st)
{
    int32_t i = 0;
    while (b->net->of_layer[i] != st - b->net->stage) i++;
    return i;
}

float *th_build_values(th_builder *b, const th_stage *st, th_param_role role)
{
    const int32_t layer = layer_of(b, st);
    float *v = th_build_get(b, th_net_param_count(b->net, layer, role) + 1, sizeof *v);
    if (v) th_net_param_get(b->net, layer, role, v);
    return v;
}

float *th_build_fold(th_builder *b, const th_stage *st, float **bias)
{
    const size_t n = (size_t)st->layer.out_c;
    float *factor = th_build_get(b, n, sizeof *factor);
    *bias = st->n_beta ? th_build_values(b, st, TH_PARAM_BIAS) : th_build_get(b, n, sizeof **bias);
    if (!factor || !*bias) return NULL;
    for (size_t c = 0; c < n; c++) factor[c] = 1;
    if (!st->n_gamma) return factor;
    const float *gamma = th_build_values(b, st, TH_PARAM_GAMMA), *mean = th_build_values(b, st, TH_PARAM_MEAN),
                *variance = th_build_values(b, st, TH_PARAM_VARIANCE);
    if (!gamma || !mean || !variance) return NULL;
    for (size_t c = 0; c < n; c++) {
        factor[c] = (float)((double)gamma[c] / sqrt((double)variance[c] + (double)TH_BN_EPSILON));
        (*bias)[c] = (float)((double)(*bias)[c] - (double)mean[c] * (double)factor[c]);
    }
    return factor;
}

/* ---- inputs ---- */

int32_t th_build_input(const th_builder *b, const th_stage *st, int32_t k)
{
    const th_stage *from = st->in[k].from;
    return from ? b->made[from - b->net->stage].seen : b->input;
}

int32_t th_build_picture(th_builder *b, const th_stage *st, int32_t k, const char *name)
{
    const int32_t in = th_build_input(b, st, k);
    const th_shape *s = &b->graph->tensors[in].shape;
    const int32_t h = s->rank > 2 ? s->d[1] : 1, w = s->rank > 3 ? s->d[2] : 1;
    return th_build_reshape(b, in, name, "/as-picture", th_shape_4(h, w, s->d[s->rank - 1]));
}

th_act th_build_fused(const th_stage *st)
{
    return st->layer.act == TH_LAYER_ACT_RELU    ? TH_ACT_RELU
           : st->layer.act == TH_LAYER_ACT_RELU6 ? TH_ACT_RELU6
                                                 : TH_ACT_NONE;
}

int32_t th_build_reshape(th_builder *b, int32_t in, const char *name, const char *suffix, th_shape shape)
{
    char more[48];
    snprintf(more, sizeof more, "%s/shape", suffix);
    if (th_shape_same(&b->graph->tensors[in].shape, &shape)) return in;
    return th_build_binary(b, TH_OP_RESHAPE, in, th_build_numbers(b, name, more, shape.d, shape.rank), name, suffix,
                           shape);
}

int32_t th_build_rows(th_builder *b, int32_t in, int32_t axis, int32_t first, bool drop, const char *name,
                      const char *suffix)
{
    static const char *const parts[] = {"begin", "end", "step"};
    const th_shape whole = b->graph->tensors[in].shape;
    th_shape shape = whole;
    int32_t io[4] = {in}, v[3][TH_MAX_RANK] = {{0}};
    v[0][axis] = first;
    for (int32_t k = 0; k < whole.rank; k++) v[1][k] = whole.d[k], v[2][k] = 1;
    for (int32_t k = 0; k < 3; k++) {
        char more[48];
        snprintf(more, sizeof more, "%s/%s", suffix, parts[k]);
        io[k + 1] = th_build_numbers(b, name, more, v[k], whole.rank);
    }
    shape.d[axis] -= first;
    const bool drops = drop && shape.d[axis] == 1;
    for (int32_t k = axis; drops && k + 1 < shape.rank; k++) shape.d[k] = shape.d[k + 1];
    if (drops) shape.rank--;
    const int32_t out = th_build_tensor(b, name, suffix, TH_F32, NULL, shape);
    th_build_node(b, TH_OP_STRIDED_SLICE, &(th_attr){.strided_slice = {.shrink_axis_mask = drops ? 1 << axis : 0}}, io,
                  4, out);
    return out;
}
