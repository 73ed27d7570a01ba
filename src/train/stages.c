/* From a description to stages: what is merged, which kind's row each one has, and where everything lies. */
#include "train/stages.h"

#include <string.h>

/* A program that needs few kinds may bring a list of its own (web/engine/lists.h). */
#ifndef TH_STAGE_LIST
#define TH_STAGE_LIST(X)                                                                                               \
    X(conv)                                                                                                            \
    X(depthwise)                                                                                                       \
    X(dense)                                                                                                           \
    X(transpose)                                                                                                       \
    X(avgpool)                                                                                                         \
    X(maxpool)                                                                                                         \
    X(add)                                                                                                             \
    X(multiply)                                                                                                        \
    X(concat)                                                                                                          \
    X(same)                                                                                                            \
    X(softmax)                                                                                                         \
    X(reshape)                                                                                                         \
    X(upsample)                                                                                                        \
    X(input)                                                                                                           \
    X(lstm)                                                                                                            \
    X(gru)                                                                                                             \
    X(svdf)
#endif

static const th_stage_row *const rows[] = {
#define X(name) &th_kind_##name,
    TH_STAGE_LIST(X)
#undef X
};

const th_stage_row *th_stage_row_find(th_layer_kind kind)
{
    if (kind == TH_LAYER_DROPOUT) return &th_kind_same; /* one that could not be merged */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i]->kind == kind) return rows[i];
    return NULL;
}

int32_t th_stored(int32_t channels)
{
    return channels <= 8 ? 8 : (channels + 15) / 16 * 16;
}

th_place th_place_plain(int32_t h, int32_t w, int32_t s)
{
    return (th_place){.h = h, .w = w, .s = s, .step_h = 1, .step_w = 1, .pad_h = h, .pad_w = w};
}

int32_t th_pad_total(int32_t in, int32_t out, int32_t k, int32_t stride, int32_t dilation, th_padding padding)
{
    const int32_t need = (out - 1) * stride + (k - 1) * dilation + 1 - in;
    return padding == TH_PAD_VALID || need < 0 ? 0 : need;
}

/* ---- which layers are stages ---- */

typedef struct maker {
    th_net *net;
    const th_spec *spec;
    const bool *frozen;
    int32_t readers[TH_MAX_LAYERS]; /* layers that read this one */
    bool alone[TH_MAX_LAYERS];      /* nothing reads this layer's stage but what reads this layer */
    int kernels;
} maker;

/* Every reader of layer i is a dense layer, or hands values on to one as they are: to them it does not matter
 * whether they come as a picture or as one row. */
static bool only_dense(const th_spec *s, int32_t i)
{
    bool any = false;
    for (int32_t r = i + 1; r < s->n_layers; r++) {
        const th_layer *l = &s->layer[r];
        for (int32_t k = 0; k < l->n_in; k++) {
            if (l->in[k] != i) continue;
            const bool hands_on = l->kind == TH_LAYER_DROPOUT || l->kind == TH_LAYER_RESHAPE ||
                                  (l->kind == TH_LAYER_ACTIVATION && !l->batch_norm);
            if (l->kind != TH_LAYER_DENSE && !(hands_on && only_dense(s, r))) return false;
            any = true;
        }
    }
    return any;
}

/* Layer i only changes how the stage before is read: the stage takes it over. */
static bool merge(maker *mk, int32_t i)
{
    const th_layer *l = &mk->spec->layer[i];
    const int32_t p = l->in[0];
    th_net *net = mk->net;
    if (l->kind == TH_LAYER_RESHAPE && only_dense(mk->spec, i)) {
        net->of_layer[i] = p == TH_NET_INPUT ? TH_NET_INPUT : net->of_layer[p];
        mk->alone[i] = p != TH_NET_INPUT && mk->alone[p] && mk->readers[p] == 1;
        return true;
    }
    const bool last = i == mk->spec->n_layers - 1;
    if (l->kind == TH_LAYER_SOFTMAX && last && mk->spec->n_classes && p != TH_NET_INPUT) {
        net->of_layer[i] = net->of_layer[p]; /* the loss has a soft-max of its own */
        return true;
    }
    if (p == TH_NET_INPUT || net->of_layer[p] == TH_NET_INPUT || !mk->alone[p] || mk->readers[p] != 1) return false;
    th_stage *st = &net->stage[net->of_layer[p]];
    if (st->drop) return false;
    if (l->kind == TH_LAYER_DROPOUT) {
        st->drop = (uint32_t)(l->rate * 256.0f + 0.5f);
    } else if (l->kind == TH_LAYER_ACTIVATION && st->layer.act == TH_LAYER_ACT_NONE &&
               !(l->batch_norm && (st->layer.batch_norm || st->row->recurrent || (st->row->count && st->layer.bias)))) {
        st->layer.batch_norm |= l->batch_norm;
        st->layer.act = l->act;
        st->layer.leak = l->leak;
    } else {
        return false;
    }
    net->of_layer[i] = net->of_layer[p];
    mk->alone[i] = true;
    return true;
}

/* ---- one stage ---- */

static void connect(maker *mk, th_stage *st, const th_layer *l)
{
    th_net *net = mk->net;
    st->n_in = l->n_in;
    for (int32_t k = 0; k < l->n_in; k++) {
        const int32_t of = l->in[k] == TH_NET_INPUT ? TH_NET_INPUT : net->of_layer[l->in[k]];
        st->in[k].from = of == TH_NET_INPUT ? NULL : &net->stage[of];
    }
    const th_stage *from = st->in[0].from; /* its shape counts: a flatten in between may be gone */
    st->layer.in_h = from ? from->layer.out_h : net->spec->in_h;
    st->layer.in_w = from ? from->layer.out_w : net->spec->in_w;
    st->layer.in_c = from ? from->layer.out_c : net->spec->in_c;
    st->in_s = from ? from->s : st->row->raw ? st->layer.in_c : th_stored(st->layer.in_c);
}

static const th_kernels *choose_kernels(const th_stage *st, int from)
{
    for (int i = from;; i++) {
        const th_kernels *k = th_kernels_get(i);
        if (!k) return th_kernels_get(from);
        if (st->s % k->lanes == 0 && (!st->in[0].from || st->in_s % k->lanes == 0)) return k;
    }
}

static th_err make_stage(maker *mk, int32_t i, th_why *why)
{
    th_net *net = mk->net;
    const th_layer *l = &mk->spec->layer[i];
    const th_stage_row *row = th_stage_row_find(l->kind);
    if (!row)
        return th_why_set(why, TH_EUNSUP, "model description, line %d: %s cannot be trained", (int)l->line,
                          th_layer_kind_name(l->kind));
    th_stage *st = &net->stage[net->n_stages];
    *st = (th_stage){.layer = *l, .row = row, .learns = !(mk->frozen && mk->frozen[i])};
    if (l->kind == TH_LAYER_DROPOUT) st->drop = (uint32_t)(l->rate * 256.0f + 0.5f);
    net->of_layer[i] = net->n_stages++;
    mk->alone[i] = true;
    connect(mk, st, l);
    th_layer *own = &st->layer;
    if (row == &th_kind_same) own->out_h = own->in_h, own->out_w = own->in_w, own->out_c = own->in_c;
    st->s = th_stored(own->out_c);
    st->out_px = own->out_h * own->out_w;
    return TH_OK;
}

static void finish_stage(maker *mk, th_stage *st)
{
    const size_t s = (size_t)st->s;
    st->kernels = choose_kernels(st, mk->kernels);
    st->row->prepare(mk->net, st);
    st->n_gamma = st->layer.batch_norm ? s : 0;
    st->n_beta = st->layer.batch_norm || (st->n_w && st->layer.bias) ? s : 0;
    st->learns = st->learns && st->n_w + st->n_beta > 0;
    st->passes = st->learns;
    for (int32_t k = 0; k < st->n_in; k++) st->passes |= th_net_wants(st, k);
}

/* With a barrier before it, a stage's gradients of all samples can be seen by all.  Batch norm has one, and the last
 * stage; for others it costs less than clearing and adding up so many weights. */
#define WORTH_A_BARRIER 16384

static bool is_shared(const th_net *net, const th_stage *st)
{
    return net->n_members > 1 && st->row->whole_gradient && st->learns &&
           (st->layer.batch_norm || st == &net->stage[net->n_stages - 1] || st->n_w >= WORTH_A_BARRIER);
}

/* All wait before the way back through this stage. */
static bool has_barrier(const th_stage *st)
{
    return st->learns && (st->layer.batch_norm || st->shared);
}

/* Members may write the gradient of each other's samples when the stage before comes next, after a barrier, and when
 * its activation is one that kernels know. */
static bool is_across(const th_stage *st)
{
    const th_stage *from = st->in[0].from;
    return st->shared && th_net_wants(st, 0) && from == st - 1 && has_barrier(from) &&
           (from->layer.act == TH_LAYER_ACT_NONE || from->layer.act == TH_LAYER_ACT_RELU);
}

/* Sums [samples][s] that go from core to core cost less than weights [inputs][s] that do so, and that the optimiser has
 * to take back from all who have read them: here those that a member uses are those that it changes. */
static bool is_parted(const th_net *net, const th_stage *st)
{
    const size_t inputs = st->n_w / (size_t)st->s;
    return st->row->part && st->shared && (st->across || !st->in[0].from) && inputs >= 2 * (size_t)net->batch;
}

static bool is_columns(const th_net *net, const th_stage *st)
{
    const th_stage *next = st + 1;
    if (!st->parted || next == net->stage + net->n_stages || !next->parted || next->in[0].from != st) return false;
    for (const th_stage *r = next + 1; r < net->stage + net->n_stages; r++)
        for (int32_t k = 0; k < r->n_in; k++)
            if (r->in[k].from == st) return false;
    return true;
}

static void divide_stages(th_net *net)
{
    for (int32_t i = 0; i < net->n_stages; i++) {
        th_stage *st = &net->stage[i];
        st->shared = is_shared(net, st);
        st->across = is_across(st);
        st->parted = is_parted(net, st);
        if (st->parted && (size_t)st->s > net->part_floats) net->part_floats = (size_t)st->s;
    }
    for (int32_t i = 0; i < net->n_stages; i++) net->stage[i].columns = is_columns(net, &net->stage[i]);
    for (int32_t i = 0; i < net->n_stages; i++) {
        th_stage *st = &net->stage[i];
        const th_stage *from = st->in[0].from;
        st->waits = st->parted && !(from && (from->columns || from->layer.batch_norm));
    }
}

/* Later readers first, as the way back goes: the first one writes, the others add. */
static void order_of_adding(th_net *net)
{
    bool written[TH_MAX_LAYERS] = {0};
    for (int32_t i = net->n_stages - 1; i >= 0; i--) {
        th_stage *st = &net->stage[i];
        for (int32_t k = 0; k < st->n_in; k++) {
            if (!th_net_wants(st, k)) continue;
            bool *w = &written[st->in[k].from - net->stage];
            st->in[k].adds = *w;
            *w = true;
        }
    }
}

th_err th_stages_make(th_net *net, int kernels, const bool *frozen, th_why *why)
{
    maker mk = {.net = net, .spec = net->spec, .frozen = frozen, .kernels = kernels};
    for (int32_t i = 0; i < net->spec->n_layers; i++)
        for (int32_t k = 0; k < net->spec->layer[i].n_in; k++)
            if (net->spec->layer[i].in[k] != TH_NET_INPUT) mk.readers[net->spec->layer[i].in[k]]++;
    for (int32_t i = 0; i < net->spec->n_layers; i++)
        if (!merge(&mk, i)) TH_TRY(make_stage(&mk, i, why));
    for (int32_t i = 0; net->simulation && i < net->n_stages; i++)
        if (net->stage[i].layer.batch_norm)
            return th_why_set(why, TH_EUNSUP, "layer %s has a batch norm, which must be folded into weights first",
                              net->stage[i].layer.name);
    if (net->n_stages == 0) return th_why_set(why, TH_EUNSUP, "model description: no layer computes anything");
    for (int32_t i = 0; i < net->n_stages; i++) finish_stage(&mk, &net->stage[i]);
    divide_stages(net);
    order_of_adding(net);
    return TH_OK;
}

/* ---- numbers: parameters, channels, buffers ---- */

static size_t up16(size_t n)
{
    return (n + 15) & ~(size_t)15;
}

static size_t give(size_t *next, size_t n)
{
    const size_t at = *next;
    *next += up16(n);
    return at;
}

/* All weights first, then gammas and betas; those of frozen stages behind them. */
static void number_parameters(th_net *net)
{
    for (int frozen = 0; frozen < 2; frozen++) {
        for (int32_t i = 0; i < net->n_stages; i++)
            if (net->stage[i].learns == !frozen) net->stage[i].w = give(&net->n_params, net->stage[i].n_w);
        if (!frozen) net->n_weights = net->n_params;
        for (int32_t i = 0; i < net->n_stages; i++) {
            th_stage *st = &net->stage[i];
            if (st->learns == frozen) continue;
            st->gamma = give(&net->n_params, st->n_gamma);
            st->beta = give(&net->n_params, st->n_beta);
            st->bias = give(&net->n_params, st->n_bias);
        }
        if (!frozen) net->n_trained = net->n_params;
    }
    for (int32_t i = 0; i < net->n_stages; i++) {
        th_stage *st = &net->stage[i];
        st->c = give(&net->n_channels, (size_t)st->s);
        if (!th_net_wants(st, 0) && !st->row->recurrent) st->n_flipped = 0;
        st->w_back = give(&net->n_flipped, st->n_flipped);
    }
}

static size_t place_floats(const th_place *p)
{
    return up16((size_t)p->pad_h * (size_t)p->pad_w * (size_t)p->s);
}

static bool same_places(const th_stage *a, const th_stage *b)
{
    if (a->row != b->row || a->n_in != b->n_in || memcmp(&a->dz_at, &b->dz_at, sizeof a->dz_at) != 0) return false;
    for (int32_t k = 0; k < a->n_in; k++)
        if (memcmp(&a->in[k].at, &b->in[k].at, sizeof a->in[k].at) != 0 || !a->in[k].from != !b->in[k].from)
            return false;
    return true;
}

/* Padded inputs of equal geometry share a buffer: their borders are zero and stay so.  The network's input shares with
 * itself alone: its channels that only fill up a vector are never written, and another stage may have real ones there.
 */
static void number_buffers(th_net *net)
{
    const size_t share = (size_t)((net->batch + net->n_members - 1) / net->n_members);
    for (int32_t i = 0; i < net->n_stages; i++) {
        th_stage *st = &net->stage[i];
        const size_t copies = st->row->per_batch ? share : 1;
        int32_t twin = i - 1;
        while (twin >= 0 && !same_places(&net->stage[twin], st)) twin--;
        for (int32_t k = 0; k < st->n_in; k++) {
            const size_t n = copies * place_floats(&st->in[k].at);
            st->in[k].slot = twin >= 0 ? net->stage[twin].in[k].slot : give(&net->buffer_floats, n);
            const size_t dx = copies * (size_t)st->in[k].at.h * (size_t)st->in[k].at.w * (size_t)st->in[k].at.s;
            if (dx > net->dx_floats) net->dx_floats = dx;
        }
        st->dz_slot =
            twin >= 0 ? net->stage[twin].dz_slot : give(&net->buffer_floats, copies * place_floats(&st->dz_at));
        if (st->n_scratch > net->scratch_floats) net->scratch_floats = st->n_scratch;
    }
    const size_t last = th_stage_floats(&net->stage[net->n_stages - 1]);
    if (last > net->dx_floats) net->dx_floats = last;
}

/* Stage `st` may write its input's gradient where its own lies: both are as large, and nobody needs its own afterwards.
 */
static bool in_place(const th_stage *st)
{
    return st->row->in_place && st->n_gamma && th_stage_floats(st) == th_stage_floats(st->in[0].from);
}

/* A gradient lives from the last reader of a stage to the stage itself, backwards; that of a shared stage, which others
 * may still read when a member is through with it, to the next barrier. */
static void number_gradients(th_net *net)
{
    bool busy[TH_MAX_LAYERS] = {0}, has[TH_MAX_LAYERS] = {0}, late[TH_MAX_LAYERS] = {0};
    for (int32_t i = net->n_stages; i >= 0; i--) {
        const bool barrier = i < net->n_stages && has_barrier(&net->stage[i]);
        for (int32_t k = 0; barrier && k < TH_MAX_LAYERS; k++)
            if (late[k]) busy[k] = late[k] = false;
        const th_stage *st = &net->stage[i]; /* i == n_stages: the loss, which reads the last stage */
        const int32_t n_in = i == net->n_stages ? 1 : st->n_in;
        bool ends = i < net->n_stages && has[i]; /* the gradient of stage i */
        for (int32_t k = 0; k < n_in; k++) {
            th_stage *from = i == net->n_stages ? &net->stage[i - 1] : st->in[k].from;
            if (!from || !from->passes || has[from - net->stage]) continue;
            size_t slot = 0;
            while (busy[slot]) slot++;
            if (ends && in_place(st)) {
                slot = st->dy_slot;
                ends = false;
            }
            busy[slot] = has[from - net->stage] = true;
            from->dy_slot = slot;
            const size_t n = up16(th_stage_floats(from));
            if (n > net->dy_slot_floats[slot]) net->dy_slot_floats[slot] = n;
            if ((int32_t)slot >= net->n_dy_slots) net->n_dy_slots = (int32_t)slot + 1;
        }
        if (ends) {
            late[st->dy_slot] = st->shared;
            busy[st->dy_slot] = st->shared;
        }
    }
}

void th_stages_number(th_net *net)
{
    number_parameters(net);
    number_buffers(net);
    number_gradients(net);
    for (int32_t i = 0; i < net->n_stages; i++) net->stage[i].dy_stride = net->dy_slot_floats[net->stage[i].dy_slot];
}
