/* Shapes of a layer from those that it reads, and what it costs. */
#include "model/spec_priv.h"

typedef struct shape {
    int32_t h, w, c;
} shape;

static shape shape_of(const th_spec *s, int32_t layer)
{
    if (layer == TH_NET_INPUT) return (shape){s->in_h, s->in_w, s->in_c};
    const th_layer *l = &s->layer[layer];
    return (shape){l->out_h, l->out_w, l->out_c};
}

static int64_t values_in(const th_layer *l)
{
    return (int64_t)l->in_h * l->in_w * l->in_c;
}

static int64_t values_out(const th_layer *l)
{
    return (int64_t)l->out_h * l->out_w * l->out_c;
}

static bool convolves(const th_layer *l)
{
    return l->kind == TH_LAYER_CONV2D || l->kind == TH_LAYER_DEPTHWISE || l->kind == TH_LAYER_TRANSPOSE_CONV;
}

static bool recurs(const th_layer *l)
{
    return l->kind == TH_LAYER_LSTM || l->kind == TH_LAYER_GRU || l->kind == TH_LAYER_SVDF;
}

/* ---- shapes ---- */

static int32_t out_size(int32_t in, int32_t k, int32_t stride, int32_t dilation, th_padding padding)
{
    const int32_t reach = (k - 1) * dilation + 1;
    if (padding == TH_PAD_SAME) return (in + stride - 1) / stride;
    return in < reach ? 0 : (in - reach) / stride + 1;
}

/* The number of inputs from which out_size makes `in` outputs: that of a convolution run backwards. */
static int64_t back_size(int32_t in, int32_t k, int32_t stride, th_padding padding)
{
    const int64_t n = (int64_t)in * stride;
    return padding == TH_PAD_SAME || k < stride ? n : n + k - stride;
}

static th_err too_large(const th_spec_line *w)
{
    return th_spec_bad(w, TH_ERANGE, "the output of this layer has more than 67 million values");
}

static th_err infer_window(const th_spec_line *w, th_layer *l)
{
    if (l->k_h == 0) l->k_h = l->stride_h = l->in_h, l->k_w = l->stride_w = l->in_w; /* global */
    l->out_h = out_size(l->in_h, l->k_h, l->stride_h, l->dilation_h, l->padding);
    l->out_w = out_size(l->in_w, l->k_w, l->stride_w, l->dilation_w, l->padding);
    l->out_c = l->kind == TH_LAYER_CONV2D ? l->filters : l->in_c;
    if (l->out_h < 1 || l->out_w < 1)
        return th_spec_bad(w, TH_ESHAPE,
                           "a kernel of %dx%d%s does not fit into the %dx%d values that are left here; take a smaller "
                           "kernel or drop the word valid",
                           (int)l->k_h, (int)l->k_w,
                           l->dilation_h > 1 || l->dilation_w > 1 ? ", spread out by its dilation," : "", (int)l->in_h,
                           (int)l->in_w);
    if (l->in_c % l->groups || l->out_c % l->groups)
        return th_spec_bad(w, TH_ESHAPE, "groups %d must divide the %d channels that come in and the %d filters",
                           (int)l->groups, (int)l->in_c, (int)l->out_c);
    return TH_OK;
}

static th_err infer_transpose(const th_spec_line *w, th_layer *l)
{
    const int64_t h = back_size(l->in_h, l->k_h, l->stride_h, l->padding),
                  width = back_size(l->in_w, l->k_w, l->stride_w, l->padding);
    if (h > TH_SPEC_VALUES || width > TH_SPEC_VALUES) return too_large(w);
    l->out_h = (int32_t)h, l->out_w = (int32_t)width, l->out_c = l->filters;
    return TH_OK;
}

static th_err infer_reshape(const th_spec_line *w, th_layer *l)
{
    if (l->out_h == 0) l->out_h = l->out_w = 1, l->out_c = (int32_t)values_in(l); /* flatten */
    if (values_in(l) == values_out(l)) return TH_OK;
    return th_spec_bad(w, TH_ESHAPE, "%dx%dx%d are %lld values, but %lld come in (%dx%dx%d)", (int)l->out_h,
                       (int)l->out_w, (int)l->out_c, (long long)values_out(l), (long long)values_in(l), (int)l->in_h,
                       (int)l->in_w, (int)l->in_c);
}

/* Add and multiply: all shapes equal.  Concat: height and width. */
static th_err infer_many(const th_spec_line *w, const th_spec *s, th_layer *l)
{
    const bool concat = l->kind == TH_LAYER_CONCAT;
    int64_t channels = 0;
    for (int32_t k = 0; k < l->n_in; k++) {
        const shape a = shape_of(s, l->in[0]), b = shape_of(s, l->in[k]);
        channels += b.c;
        if (a.h == b.h && a.w == b.w && (concat || a.c == b.c)) continue;
        return th_spec_bad(w, TH_ESHAPE, "%s needs inputs of %s; here they are %dx%dx%d and %dx%dx%d",
                           th_layer_kind_name(l->kind), concat ? "equal height and width" : "one shape", (int)a.h,
                           (int)a.w, (int)a.c, (int)b.h, (int)b.w, (int)b.c);
    }
    if (channels > TH_SPEC_VALUES) return too_large(w);
    l->out_h = l->in_h, l->out_w = l->in_w, l->out_c = concat ? (int32_t)channels : l->in_c;
    return TH_OK;
}

static th_err infer_upsample(const th_spec_line *w, th_layer *l)
{
    const int64_t h = (int64_t)l->in_h * l->scale_h, width = (int64_t)l->in_w * l->scale_w;
    if (h > TH_SPEC_VALUES || width > TH_SPEC_VALUES) return too_large(w);
    l->out_h = (int32_t)h, l->out_w = (int32_t)width, l->out_c = l->in_c;
    return TH_OK;
}

static th_err infer_input(const th_spec_line *w, const th_spec *s, th_layer *l)
{
    const int64_t all = (int64_t)s->in_h * s->in_w * s->in_c;
    l->first = 0;
    for (int32_t i = 0; i < s->n_layers; i++)
        if (s->layer[i].kind == TH_LAYER_INPUT) l->first = s->layer[i].first + (int32_t)values_out(&s->layer[i]);
    if (l->first + values_out(l) <= all) return TH_OK;
    return th_spec_bad(w, TH_ESHAPE, "this input takes %lld values, but of the %lld of an example only %lld are left",
                       (long long)values_out(l), (long long)all, (long long)(all - l->first));
}

static th_err infer_kind(const th_spec_line *w, const th_spec *s, th_layer *l)
{
    switch (l->kind) {
    case TH_LAYER_CONV2D:
    case TH_LAYER_DEPTHWISE:
    case TH_LAYER_AVGPOOL:
    case TH_LAYER_MAXPOOL: return infer_window(w, l);
    case TH_LAYER_TRANSPOSE_CONV: return infer_transpose(w, l);
    case TH_LAYER_DENSE:
        l->k_h = l->in_h, l->k_w = l->in_w;
        l->padding = TH_PAD_VALID;
        l->out_h = l->out_w = 1, l->out_c = l->filters;
        return TH_OK;
    case TH_LAYER_ADD:
    case TH_LAYER_MULTIPLY:
    case TH_LAYER_CONCAT: return infer_many(w, s, l);
    case TH_LAYER_RESHAPE: return infer_reshape(w, l);
    case TH_LAYER_UPSAMPLE: return infer_upsample(w, l);
    case TH_LAYER_INPUT: return infer_input(w, s, l);
    case TH_LAYER_SVDF:
    case TH_LAYER_LSTM:
    case TH_LAYER_GRU:
        if (l->kind == TH_LAYER_SVDF && l->memory == 0) l->memory = l->in_h; /* of all steps */
        l->out_h = l->sequence ? l->in_h : 1, l->out_w = 1, l->out_c = l->filters;
        return TH_OK;
    case TH_LAYER_ACTIVATION:
    case TH_LAYER_SOFTMAX:
    case TH_LAYER_DROPOUT: l->out_h = l->in_h, l->out_w = l->in_w, l->out_c = l->in_c; return TH_OK;
    }
    return TH_OK;
}

th_err th_spec_infer(const th_spec_line *w, th_spec *s)
{
    th_layer *l = &s->layer[s->n_layers];
    const shape in = shape_of(s, l->in[0]);
    l->in_h = in.h, l->in_w = in.w, l->in_c = in.c;
    TH_TRY(infer_kind(w, s, l));
    if ((int64_t)l->out_h * l->out_w > TH_SPEC_VALUES || values_out(l) > TH_SPEC_VALUES) return too_large(w);
    if (th_layer_parameters(l) > TH_SPEC_VALUES)
        return th_spec_bad(w, TH_ERANGE, "this layer would learn %lld numbers; more than 67 million are too many",
                           (long long)th_layer_parameters(l));
    return TH_OK;
}

th_err th_spec_infer_layer(th_spec *s, int32_t i)
{
    const th_spec_line nowhere = {.file = "layer", .number = i}; /* nobody reads what it says */
    const int32_t n = s->n_layers;
    s->n_layers = i;
    const th_err err = th_spec_infer(&nowhere, s);
    s->n_layers = n;
    return err;
}

/* ---- costs ---- */

/* Values of one step of a recurrent layer: a row. */
static int64_t step_of(const th_layer *l)
{
    return (int64_t)l->in_w * l->in_c;
}

/* Weights without bias. LSTM: 4 gates, GRU: 3, each with weights for the step and for the output of the step before. */
static int64_t weights_of(const th_layer *l)
{
    const int64_t units = l->filters, filters = units * l->rank;
    if (l->kind == TH_LAYER_DENSE) return values_in(l) * l->out_c;
    if (l->kind == TH_LAYER_DEPTHWISE) return (int64_t)l->k_h * l->k_w * l->out_c;
    if (convolves(l)) return (int64_t)l->k_h * l->k_w * (l->in_c / l->groups) * l->out_c;
    if (l->kind == TH_LAYER_SVDF) return filters * (step_of(l) + l->memory);
    if (recurs(l)) return (l->kind == TH_LAYER_LSTM ? 4 : 3) * units * (step_of(l) + units);
    return 0;
}

int64_t th_layer_macs(const th_layer *l)
{
    const int64_t w = weights_of(l), filters = (int64_t)l->filters * l->rank;
    if (l->kind == TH_LAYER_TRANSPOSE_CONV) return w * l->in_h * l->in_w;
    if (l->kind == TH_LAYER_SVDF && !l->sequence) return filters * (step_of(l) * l->in_h + l->memory);
    if (recurs(l)) return w * l->in_h;
    return w * l->out_h * l->out_w;
}

int64_t th_layer_parameters(const th_layer *l)
{
    const int64_t w = weights_of(l);
    if (l->kind == TH_LAYER_LSTM) return w + (int64_t)4 * l->filters;
    if (l->kind == TH_LAYER_GRU) return w + (int64_t)6 * l->filters;
    return w + (l->batch_norm ? 2 : l->bias ? 1 : 0) * (int64_t)l->out_c;
}

int64_t th_spec_macs(const th_spec *s)
{
    int64_t n = 0;
    for (int32_t i = 0; i < s->n_layers; i++) n += th_layer_macs(&s->layer[i]);
    return n;
}

int64_t th_spec_parameters(const th_spec *s)
{
    int64_t n = 0;
    for (int32_t i = 0; i < s->n_layers; i++) n += th_layer_parameters(&s->layer[i]);
    return n;
}

/* ---- memory ---- */

/* holder[i]: the layer whose bytes hold the output of layer i.  Dropout and reshape change nothing, and what nobody
 * reads after an activation is changed where it lies. */
static void find_holders(const th_spec *s, int32_t holder[TH_MAX_LAYERS])
{
    int32_t last_reader[TH_MAX_LAYERS + 1] = {0}; /* of the input, then of the layers */
    for (int32_t i = 0; i < s->n_layers; i++)
        for (int32_t k = 0; k < s->layer[i].n_in; k++) last_reader[s->layer[i].in[k] + 1] = i;
    for (int32_t i = 0; i < s->n_layers; i++) {
        const th_layer *l = &s->layer[i];
        const int32_t in = l->in[0];
        const bool same = l->kind == TH_LAYER_DROPOUT || l->kind == TH_LAYER_RESHAPE || l->kind == TH_LAYER_INPUT ||
                          (l->kind == TH_LAYER_ACTIVATION && last_reader[in + 1] == i);
        holder[i] = !same ? i : in == TH_NET_INPUT ? TH_NET_INPUT : holder[in];
    }
}

/* What a recurrent layer has beside its input and output: SVDF its memory; LSTM its cells (16 bits) and outputs, and
 * the outputs of all steps, also when only the last one is wanted; GRU these, and the gates of all steps. */
static int64_t state_of(const th_layer *l)
{
    const int64_t units = l->filters, steps = l->sequence ? 0 : l->in_h;
    if (l->kind == TH_LAYER_SVDF) return units * l->rank * l->memory;
    if (l->kind == TH_LAYER_LSTM) return units * (steps + 3);
    return l->kind == TH_LAYER_GRU ? units * (steps + 3 * (int64_t)l->in_h) : 0;
}

int64_t th_spec_live_values(const th_spec *s, int32_t layer)
{
    int32_t holder[TH_MAX_LAYERS] = {0};
    bool live[TH_MAX_LAYERS + 1] = {false}; /* the input, then the layers */
    int64_t sum = state_of(&s->layer[layer]);
    find_holders(s, holder);
    live[holder[layer] + 1] = true;
    for (int32_t i = layer; i < s->n_layers; i++)
        for (int32_t k = 0; k < s->layer[i].n_in; k++) {
            const int32_t in = s->layer[i].in[k];
            if (in < layer) live[(in == TH_NET_INPUT ? in : holder[in]) + 1] = true;
        }
    for (int32_t i = TH_NET_INPUT; i <= layer; i++) {
        const shape a = shape_of(s, i);
        if (live[i + 1]) sum += (int64_t)a.h * a.w * a.c;
    }
    return sum;
}
