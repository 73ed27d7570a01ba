/* A layer as the line of text that would say it. */
#include "model/spec.h"

#include "base/text.h"

#include <string.h>

typedef struct line {
    char *buf;
    size_t cap, n;
} line;

static void TH_PRINTF(2, 3) put(line *o, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    o->n += th_text_vfmt(o->buf + (o->n < o->cap ? o->n : o->cap), o->n < o->cap ? o->cap - o->n : 0, fmt, args);
    va_end(args);
}

static void put_name(line *o, const th_spec *s, int32_t layer)
{
    if (layer == TH_NET_INPUT)
        put(o, " input");
    else if (s->layer[layer].name[0])
        put(o, " %s", s->layer[layer].name);
    else
        put(o, " layer%d", (int)layer + 1);
}

static void put_pair(line *o, const char *word, int32_t h, int32_t w, int32_t h0, int32_t w0)
{
    if (h != h0 || w != w0) put(o, " %s%s%dx%d", word, *word ? " " : "", (int)h, (int)w);
}

/* Up to 6 decimals of 0 to 1, no zeros at the end. */
static void put_part(line *o, float v)
{
    char digits[16];
    const int32_t micro = (int32_t)(v * 1e6f + 0.5f);
    size_t n = th_text_fmt(digits, sizeof digits, "%d.%06d", (int)(micro / 1000000), (int)(micro % 1000000));
    while (digits[n - 1] == '0') digits[--n] = 0;
    if (digits[n - 1] == '.') digits[n - 1] = 0;
    put(o, " %s", digits);
}

static void put_act(line *o, const th_layer *l)
{
    if (l->batch_norm) put(o, "%sbn", o->n ? " " : "");
    if (l->act == TH_LAYER_ACT_NONE) return;
    put(o, "%s%s", o->n ? " " : "", th_layer_act_name(l->act));
    if (l->act == TH_LAYER_ACT_LEAKY_RELU) put_part(o, l->leak);
}

static void put_window(line *o, const th_layer *l)
{
    const bool pool = l->kind == TH_LAYER_AVGPOOL || l->kind == TH_LAYER_MAXPOOL;
    const bool global = pool && l->padding == TH_PAD_VALID && l->k_h == l->in_h && l->k_w == l->in_w;
    if (global) {
        put(o, " global");
        return;
    }
    put(o, " %dx%d", (int)l->k_h, (int)l->k_w);
    put_pair(o, "stride", l->stride_h, l->stride_w, pool ? l->k_h : 1, pool ? l->k_w : 1);
    put_pair(o, "dilation", l->dilation_h, l->dilation_w, 1, 1);
    if (l->groups > 1) put(o, " groups %d", (int)l->groups);
    if (l->padding == TH_PAD_VALID) put(o, " valid");
}

static void put_inputs(line *o, const th_spec *s, int32_t i)
{
    const th_layer *l = &s->layer[i];
    const bool many = l->kind == TH_LAYER_ADD || l->kind == TH_LAYER_MULTIPLY || l->kind == TH_LAYER_CONCAT;
    if (!many && l->in[0] != i - 1 && l->kind != TH_LAYER_INPUT) {
        put(o, " from");
        put_name(o, s, l->in[0]);
    }
    for (int32_t k = l->n_in == 2 && l->in[0] == i - 1; many && k < l->n_in; k++) put_name(o, s, l->in[k]);
}

/* Does a later line say the layer's name? */
static bool is_named(const th_spec *s, int32_t layer)
{
    for (int32_t i = layer + 1; i < s->n_layers; i++)
        for (int32_t k = 0; k < s->layer[i].n_in; k++)
            if (s->layer[i].in[k] == layer && (i != layer + 1 || k > 0 || s->layer[i].n_in > 2)) return true;
    return false;
}

static void put_kind(line *o, const th_layer *l)
{
    const bool outputs = l->kind == TH_LAYER_CONV2D || l->kind == TH_LAYER_TRANSPOSE_CONV ||
                         l->kind == TH_LAYER_DENSE || l->kind == TH_LAYER_LSTM || l->kind == TH_LAYER_GRU ||
                         l->kind == TH_LAYER_SVDF;
    const bool flat = l->kind == TH_LAYER_RESHAPE && l->out_h == 1 && l->out_w == 1;
    if (l->kind == TH_LAYER_ACTIVATION) return;
    put(o, "%s", flat ? "flatten" : th_layer_kind_name(l->kind));
    if (outputs) put(o, " %d", (int)l->filters);
    if (l->kind == TH_LAYER_CONV2D || l->kind == TH_LAYER_DEPTHWISE || l->kind == TH_LAYER_TRANSPOSE_CONV ||
        l->kind == TH_LAYER_AVGPOOL || l->kind == TH_LAYER_MAXPOOL)
        put_window(o, l);
    if ((l->kind == TH_LAYER_RESHAPE && !flat) || l->kind == TH_LAYER_INPUT)
        put(o, " %dx%dx%d", (int)l->out_h, (int)l->out_w, (int)l->out_c);
    if (l->kind == TH_LAYER_UPSAMPLE) put(o, " %dx%d", (int)l->scale_h, (int)l->scale_w);
    if (l->kind == TH_LAYER_DROPOUT) put_part(o, l->rate);
    if (l->kind == TH_LAYER_SVDF) put(o, " rank %d memory %d", (int)l->rank, (int)l->memory);
    if (l->sequence) put(o, " sequence");
    if (!l->bias && !l->batch_norm &&
        (l->kind == TH_LAYER_CONV2D || l->kind == TH_LAYER_DEPTHWISE || l->kind == TH_LAYER_TRANSPOSE_CONV ||
         l->kind == TH_LAYER_DENSE || l->kind == TH_LAYER_SVDF))
        put(o, " no-bias");
}

size_t th_layer_text(const th_spec *s, int32_t i, char *buf, size_t cap)
{
    const th_layer *l = &s->layer[i];
    line o = {buf, cap, 0};
    if (cap) buf[0] = 0;
    put_kind(&o, l);
    if (l->kind == TH_LAYER_ADD || l->kind == TH_LAYER_MULTIPLY || l->kind == TH_LAYER_CONCAT) {
        put_inputs(&o, s, i);
        put_act(&o, l);
    } else {
        put_act(&o, l);
        put_inputs(&o, s, i);
    }
    if (l->name[0] || is_named(s, i)) {
        put(&o, " as");
        put_name(&o, s, i);
    }
    return o.n;
}
