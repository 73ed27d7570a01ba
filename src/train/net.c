/* Building a net: geometry, places of parameters, one block of memory; initial weights. */
#include "train/net.h"

#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int32_t stored(int32_t channels)
{
    return channels <= 8 ? 8 : (channels + 15) / 16 * 16;
}

static bool has_weights(th_layer_kind k)
{
    return k == TH_LAYER_CONV2D || k == TH_LAYER_DEPTHWISE || k == TH_LAYER_DENSE;
}

/* Zeros in all that "same" padding adds. */
static int32_t pad_total(int32_t in, int32_t out, int32_t k, int32_t stride, th_padding padding)
{
    const int32_t need = (out - 1) * stride + k - in;
    return padding == TH_PAD_VALID || need < 0 ? 0 : need;
}

static th_place plain_place(int32_t h, int32_t w, int32_t s)
{
    return (th_place){.h = h, .w = w, .s = s, .step_h = 1, .step_w = 1, .pad_h = h, .pad_w = w};
}

static void conv_geometry(th_stage *st)
{
    const th_layer *l = st->layer;
    const int32_t add_h = pad_total(l->in_h, l->out_h, l->k_h, l->stride_h, l->padding);
    const int32_t add_w = pad_total(l->in_w, l->out_w, l->k_w, l->stride_w, l->padding);
    st->in_at = plain_place(l->in_h, l->in_w, st->in_s);
    st->in_at.top = add_h / 2;
    st->in_at.left = add_w / 2;
    st->in_at.pad_h += add_h;
    st->in_at.pad_w += add_w;
    st->g = (th_geom){.pad_w = st->in_at.pad_w,
                      .in_s = st->in_s,
                      .out_s = st->s,
                      .out_h = l->out_h,
                      .out_w = l->out_w,
                      .k_h = l->k_h,
                      .k_w = l->k_w,
                      .stride_h = l->stride_h,
                      .stride_w = l->stride_w};
    /* dx[i] = sum over kr of dz[r] * w[kr] where r*stride + kr - top = i: with dz spread out by the
     * stride and k-1-top zeros in front this is a convolution with the kernel turned round */
    st->dz_at = (th_place){.h = l->out_h,
                           .w = l->out_w,
                           .s = st->s,
                           .top = l->k_h - 1 - add_h / 2,
                           .left = l->k_w - 1 - add_w / 2,
                           .step_h = l->stride_h,
                           .step_w = l->stride_w,
                           .pad_h = l->in_h + l->k_h - 1,
                           .pad_w = l->in_w + l->k_w - 1};
    st->back = (th_geom){.pad_w = st->dz_at.pad_w,
                         .in_s = st->s,
                         .out_s = st->in_s,
                         .out_h = l->in_h,
                         .out_w = l->in_w,
                         .k_h = l->k_h,
                         .k_w = l->k_w,
                         .stride_h = 1,
                         .stride_w = 1};
}

/* Pixels of the picture are samples; the number of rows is filled in by the pass. */
static void dense_geometry(th_stage *st)
{
    const th_layer *l = st->layer;
    st->in_at = plain_place(l->in_h, l->in_w, st->in_s);
    st->dz_at = plain_place(1, 1, st->s);
    st->g = (th_geom){.pad_w = 1,
                      .in_s = l->in_h * l->in_w * st->in_s,
                      .out_s = st->s,
                      .out_w = 1,
                      .k_h = 1,
                      .k_w = 1,
                      .stride_h = 1,
                      .stride_w = 1};
    st->back = st->g;
    st->back.in_s = st->s;
    st->back.out_s = st->g.in_s;
}

static const th_kernels *choose_kernels(const th_stage *st, bool first_stage, int from)
{
    for (int i = from;; i++) {
        const th_kernels *k = th_kernels_get(i);
        if (!k) return th_kernels_get(from);
        if (st->s % k->lanes == 0 && (first_stage || st->in_s % k->lanes == 0)) return k;
    }
}

static th_err make_stages(th_net *net, int kernels, th_why *why)
{
    for (int32_t i = 0; i < net->spec->n_layers; i++) {
        const th_layer *l = &net->spec->layer[i];
        th_stage *last = net->n_stages ? &net->stage[net->n_stages - 1] : NULL;
        if (l->kind == TH_LAYER_DROPOUT) {
            if (!last || last->drop)
                return th_why_set(why, TH_EUNSUP,
                                  "model description, line %d: dropout must follow a layer that computes something",
                                  (int)l->line);
            last->drop = (uint32_t)(l->rate * 256.0f + 0.5f);
            continue;
        }
        th_stage *st = &net->stage[net->n_stages++];
        const bool raw = !last && (l->kind == TH_LAYER_CONV2D || l->kind == TH_LAYER_DENSE);
        *st = (th_stage){.layer = l,
                         .row = th_stage_row_find(l->kind),
                         .s = stored(l->out_c),
                         .out_px = l->out_h * l->out_w,
                         .in_s = last  ? last->s
                                 : raw ? l->in_c
                                       : stored(l->in_c)};
        if (l->kind == TH_LAYER_DENSE) {
            dense_geometry(st);
        } else if (has_weights(l->kind)) {
            conv_geometry(st);
        } else {
            st->in_at = plain_place(l->in_h, l->in_w, st->in_s);
        }
        st->kernels = choose_kernels(st, raw, kernels);
    }
    return TH_OK;
}

static size_t up16(size_t n)
{
    return (n + 15) & ~(size_t)15;
}

static size_t place_floats(const th_place *p)
{
    return up16((size_t)p->pad_h * (size_t)p->pad_w * (size_t)p->s);
}

/* Numbers parameters and channels: all weights first, then gammas and betas. */
static void number_parameters(th_net *net)
{
    for (int32_t i = 0; i < net->n_stages; i++) {
        th_stage *st = &net->stage[i];
        st->c = net->n_channels;
        net->n_channels += (size_t)st->s;
        if (!has_weights(st->layer->kind)) continue;
        const size_t k = (size_t)(st->layer->k_h * st->layer->k_w);
        st->n_w = st->layer->kind == TH_LAYER_DEPTHWISE ? k * (size_t)st->s : k * (size_t)st->in_s * (size_t)st->s;
        st->n_w = up16(st->n_w);
        st->w = net->n_weights;
        net->n_weights += st->n_w;
        st->w_back = net->n_flipped;
        if (i) net->n_flipped += st->n_w;
    }
    net->n_params = net->n_weights;
    for (int32_t i = 0; i < net->n_stages; i++) {
        th_stage *st = &net->stage[i];
        if (!has_weights(st->layer->kind)) continue;
        st->gamma = net->n_params;
        net->n_params += st->layer->batch_norm ? up16((size_t)st->s) : 0;
        st->beta = net->n_params;
        net->n_params += up16((size_t)st->s);
    }
    net->n_channels = up16(net->n_channels);
}

/* Padded inputs of equal geometry share a buffer: their borders are zero and stay so. */
static void number_buffers(th_net *net)
{
    const size_t share = (size_t)((net->batch + net->n_members - 1) / net->n_members);
    for (int32_t i = 0; i < net->n_stages; i++) {
        th_stage *st = &net->stage[i];
        const bool dense = st->layer->kind == TH_LAYER_DENSE, weights = has_weights(st->layer->kind);
        const size_t copies = dense ? share : 1;
        int32_t twin = i - 1;
        while (twin >= 0 && (net->stage[twin].layer->kind != st->layer->kind ||
                             memcmp(&net->stage[twin].in_at, &st->in_at, sizeof st->in_at) != 0 ||
                             memcmp(&net->stage[twin].dz_at, &st->dz_at, sizeof st->dz_at) != 0))
            twin--;
        st->kept = dense && twin < 0;
        if (twin >= 0) {
            net->stage[twin].kept = false;
            st->in_slot = net->stage[twin].in_slot;
            st->dz_slot = net->stage[twin].dz_slot;
            continue;
        }
        st->in_slot = net->buffer_floats;
        net->buffer_floats += copies * place_floats(&st->in_at);
        st->dz_slot = net->buffer_floats;
        if (weights) net->buffer_floats += copies * place_floats(&st->dz_at);
    }
    for (int32_t i = 0; i < net->n_stages; i++) {
        const th_stage *st = &net->stage[i];
        const size_t in = (size_t)(st->layer->in_h * st->layer->in_w * st->in_s), out = (size_t)(st->out_px * st->s);
        const size_t dx = st->layer->kind == TH_LAYER_DENSE ? share * in : in;
        if (dx > net->dx_floats) net->dx_floats = dx;
        if (out > net->dy_floats) net->dy_floats = out;
    }
    net->dy_floats = up16(net->dy_floats);
}

/* Hands out the memory at `base`; with base NULL it only counts. */
static float *take(float *base, size_t *used, size_t n)
{
    float *p = base ? base + *used : NULL;
    *used += up16(n);
    return p;
}

static size_t lay_out(th_net *net, float *base)
{
    size_t used = 0;
    const size_t batch = (size_t)net->batch, ch = net->n_channels;
    net->params = take(base, &used, net->n_params);
    net->grad = take(base, &used, net->n_params);
    net->running = take(base, &used, 2 * ch);
    net->flipped = take(base, &used, net->n_flipped);
    net->x = take(base, &used, batch * net->n_in);
    net->y = take(base, &used, batch * (size_t)net->spec->n_classes);
    for (int i = 0; i < 2; i++) net->dy[i] = take(base, &used, batch * net->dy_floats);
    for (int32_t i = 0; i < net->n_stages; i++) {
        th_stage *st = &net->stage[i];
        const size_t n = batch * (size_t)st->out_px * (size_t)st->s;
        st->z = take(base, &used, n);
        if (st->drop) st->mask = (uint8_t *)take(base, &used, (n + 3) / 4);
    }
    for (int t = 0; t < net->n_members; t++) {
        th_net_member *m = &net->member[t];
        m->buffer = take(base, &used, net->buffer_floats);
        m->dx = take(base, &used, net->dx_floats);
        m->grad = take(base, &used, net->n_params);
        m->sum = take(base, &used, 2 * ch);
        m->sum_back = take(base, &used, 2 * ch);
        float **const rows[] = {&m->a, &m->b, &m->mean, &m->inv, &m->da, &m->db, &m->dc};
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) *rows[i] = take(base, &used, ch);
    }
    return used;
}

/* Of all that a description can say, stages know chains of these. */
static th_err refuse_others(const th_spec *spec, th_why *why)
{
    for (int32_t i = 0; i < spec->n_layers; i++) {
        const th_layer *l = &spec->layer[i];
        const char *act = l->act > TH_LAYER_ACT_RELU ? th_layer_act_name(l->act) : "";
        const bool plain = l->in[0] == i - 1 && l->groups == 1 && l->dilation_h == 1 && l->dilation_w == 1 &&
                           (!has_weights(l->kind) || l->bias || l->batch_norm);
        if (plain && !*act && (l->kind == TH_LAYER_DROPOUT || th_stage_row_find(l->kind))) continue;
        return th_why_set(why, TH_EUNSUP,
                          "model description, line %d: a layer of this kind cannot be trained yet (%s%s%s%s)",
                          (int)l->line, th_layer_kind_name(l->kind), *act ? " " : "", act,
                          plain ? "" : ", with from, groups, dilation or no-bias");
    }
    if (spec->n_classes == 0 || spec->layer[spec->n_layers - 1].kind != TH_LAYER_DENSE)
        return th_why_set(why, TH_EUNSUP, "only classifiers that end in: dense classes can be trained yet");
    return TH_OK;
}

th_err th_net_new(const th_spec *spec, int32_t batch, int n_members, int kernels, th_net **out, th_why *why)
{
    *out = NULL;
    TH_TRY(refuse_others(spec, why));
    th_net *net = calloc(1, sizeof *net);
    if (!net) return th_why_set(why, TH_ENOMEM, "out of memory");
    net->spec = spec;
    net->batch = batch;
    net->n_members = n_members;
    net->n_in = (size_t)(spec->in_h * spec->in_w * spec->in_c);
    const th_err err = make_stages(net, kernels, why);
    if (err) {
        free(net);
        return err;
    }
    number_parameters(net);
    number_buffers(net);
    const size_t bytes = lay_out(net, NULL) * sizeof(float);
    net->memory = aligned_alloc(64, bytes);
    if (!net->memory) {
        free(net);
        return th_why_set(why, TH_ENOMEM, "training needs %zu MB of memory; take a smaller batch in thimble.ini",
                          bytes >> 20);
    }
    memset(net->memory, 0, bytes);
    (void)lay_out(net, net->memory);
    net->w = net->params;
    net->stats = net->running;
    *out = net;
    return TH_OK;
}

void th_net_free(th_net *net)
{
    if (!net) return;
    free(net->memory);
    free(net);
}

/* Deviation sqrt(2 / inputs of an output) before a ReLU, sqrt(1 / inputs) else.  Source: He et al. 2015. */
static void init_stage(th_net *net, const th_stage *st, uint64_t seed, uint64_t stream)
{
    const th_layer *l = st->layer;
    const bool depthwise = l->kind == TH_LAYER_DEPTHWISE;
    const int32_t inputs = depthwise ? 1 : l->in_c;
    const float fan = (float)(l->k_h * l->k_w * inputs), dev = sqrtf((l->act == TH_LAYER_ACT_NONE ? 1.0f : 2.0f) / fan);
    th_rng rng = th_rng_make(seed, stream);
    for (int32_t kr = 0; kr < l->k_h; kr++)
        for (int32_t kc = 0; kc < l->k_w; kc++)
            for (int32_t ci = 0; ci < inputs; ci++)
                for (int32_t co = 0; co < l->out_c; co++)
                    net->params[st->w + th_stage_weight(st, kr, kc, ci, co)] = dev * th_rng_normal(&rng);
}

void th_net_init(th_net *net, uint64_t seed)
{
    memset(net->params, 0, net->n_params * sizeof *net->params);
    memset(net->running, 0, 2 * net->n_channels * sizeof *net->running);
    for (int32_t i = 0; i < net->n_stages; i++) {
        const th_stage *st = &net->stage[i];
        if (!has_weights(st->layer->kind)) continue;
        init_stage(net, st, seed, 1000 + (uint64_t)i);
        for (int32_t c = 0; st->layer->batch_norm && c < st->s; c++) {
            net->params[st->gamma + (size_t)c] = 1;
            net->running[2 * st->c + (size_t)(st->s + c)] = 1;
        }
    }
}
