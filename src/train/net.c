/* A net's memory, its first weights, and its parameters as others see them. */
#include "train/net.h"

#include "os/run.h"
#include "train/stages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Hands out the memory at `base`; with base NULL it only counts. */
static float *take(float *base, size_t *used, size_t n)
{
    float *p = base ? base + *used : NULL;
    *used += (n + 15) & ~(size_t)15;
    return p;
}

static void lay_out_stages(th_net *net, float *base, size_t *used)
{
    const size_t batch = (size_t)net->batch;
    for (int32_t i = 0; i < net->n_dy_slots; i++) net->dy[i] = take(base, used, batch * net->dy_slot_floats[i]);
    for (int32_t i = 0; i < net->n_stages; i++) {
        th_stage *st = &net->stage[i];
        const size_t n = batch * th_stage_floats(st);
        st->dy = net->dy[st->dy_slot];
        st->z = take(base, used, n);
        if (net->simulation) st->seen = take(base, used, n);
        st->keep = take(base, used, batch * st->n_keep);
        if (st->drop) st->mask = (uint8_t *)take(base, used, (n + 3) / 4);
    }
}

static size_t lay_out(th_net *net, float *base)
{
    size_t used = 0;
    const size_t batch = (size_t)net->batch, ch = net->n_channels;
    net->params = take(base, &used, net->n_params);
    net->running = take(base, &used, 2 * ch);
    net->flipped = take(base, &used, net->n_flipped);
    net->x = take(base, &used, batch * net->n_in);
    net->y = take(base, &used, batch * net->n_out);
    lay_out_stages(net, base, &used);
    for (int t = 0; t < net->n_members; t++) {
        th_net_member *m = &net->member[t];
        for (int i = 0; i < 2; i++) m->part[i] = take(base, &used, batch * net->part_floats);
        m->buffer = take(base, &used, net->buffer_floats);
        m->dx = take(base, &used, net->dx_floats);
        m->scratch = take(base, &used, net->scratch_floats);
        m->grad = take(base, &used, net->n_params);
        if (t == 0) net->grad = m->grad;
        m->sum = take(base, &used, 2 * ch);
        m->sum_back = take(base, &used, 2 * ch);
        m->near = take(base, &used, 2 * ch);
        m->out = take(base, &used, th_stage_floats(&net->stage[net->n_stages - 1]));
        m->grad_out = take(base, &used, net->n_out);
        float **const each[] = {&m->a, &m->b, &m->mean, &m->inv, &m->rest, &m->da, &m->db, &m->dc};
        for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) *each[i] = take(base, &used, ch);
    }
    return used;
}

th_err th_net_new(const th_spec *spec, const th_net_options *o, th_net **out, th_why *why)
{
    *out = NULL;
    th_net *net = calloc(1, sizeof *net);
    if (!net) return th_why_set(why, TH_ENOMEM, "out of memory");
    net->spec = spec;
    net->batch = o->batch;
    net->n_members = o->n_members;
    net->simulation = o->simulation;
    net->n_in = (size_t)(spec->in_h * spec->in_w * spec->in_c);
    const th_err err = th_stages_make(net, o->kernels, o->frozen, why);
    if (err) {
        free(net);
        return err;
    }
    const th_stage *last = &net->stage[net->n_stages - 1];
    net->n_out = (size_t)(last->out_px * last->layer.out_c);
    th_stages_number(net);
    const size_t bytes = lay_out(net, NULL) * sizeof(float);
    net->memory = aligned_alloc(64, bytes);
    if (!net->memory) {
        free(net);
        return th_why_set(why, TH_ENOMEM, "training needs %zu MB of memory; take a smaller batch in thimble.ini",
                          bytes >> 20);
    }
    th_memory_large(net->memory, bytes);
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

/* ---- logical parameters ---- */

/* Floats of an array like th_net.params where value i of a role is; the moments are among th_net.running. */
static size_t place_of(const th_stage *st, th_param_role role, size_t i)
{
    if (role == TH_PARAM_GAMMA) return st->gamma + i;
    if (role == TH_PARAM_MEAN) return 2 * st->c + i;
    if (role == TH_PARAM_VARIANCE) return 2 * st->c + (size_t)st->s + i;
    if (role == TH_PARAM_BIAS && st->n_beta) return st->beta + i;
    return st->w + st->row->place(st, role, i);
}

static size_t count_of(const th_stage *st, th_param_role role)
{
    const size_t c = (size_t)st->layer.out_c;
    if (role == TH_PARAM_GAMMA || role == TH_PARAM_MEAN || role == TH_PARAM_VARIANCE) return st->n_gamma ? c : 0;
    if (role == TH_PARAM_BIAS && st->n_beta) return c;
    return st->row->count ? st->row->count(st, role) : 0;
}

static const th_stage *stage_of(const th_net *net, int32_t layer)
{
    return net->of_layer[layer] == TH_NET_INPUT ? NULL : &net->stage[net->of_layer[layer]];
}

static bool is_moment(th_param_role role)
{
    return role == TH_PARAM_MEAN || role == TH_PARAM_VARIANCE;
}

size_t th_net_param_count(const th_net *net, int32_t layer, th_param_role role)
{
    const th_stage *st = stage_of(net, layer);
    return st ? count_of(st, role) : 0;
}

void th_net_param_of(const th_net *net, const float *from, int32_t layer, th_param_role role, float *values)
{
    const th_stage *st = stage_of(net, layer);
    const size_t n = th_net_param_count(net, layer, role);
    for (size_t i = 0; i < n; i++) values[i] = from[place_of(st, role, i)];
}

void th_net_param_get(const th_net *net, int32_t layer, th_param_role role, float *values)
{
    th_net_param_of(net, is_moment(role) ? net->stats : net->w, layer, role, values);
}

void th_net_param_set(th_net *net, int32_t layer, th_param_role role, const float *values)
{
    const th_stage *st = stage_of(net, layer);
    const size_t n = th_net_param_count(net, layer, role);
    float *to = is_moment(role) ? net->running : net->params;
    for (size_t i = 0; i < n; i++) to[place_of(st, role, i)] = values[i];
}

/* ---- first weights ---- */

/* Deviation sqrt(2 / inputs of an output) before a ReLU, sqrt(1 / inputs) else.  Source: He et al. 2015. */
static void init_weights(th_net *net, const th_stage *st, th_rng *rng)
{
    const th_layer *l = &st->layer;
    const size_t n = st->row->count(st, TH_PARAM_WEIGHTS);
    const float fan = (float)n / (float)l->out_c;
    const float dev = sqrtf(
        (l->act == TH_LAYER_ACT_NONE || l->act == TH_LAYER_ACT_SIGMOID || l->act == TH_LAYER_ACT_TANH ? 1.0f : 2.0f) /
        fan);
    for (size_t i = 0; i < n; i++)
        net->params[st->w + st->row->place(st, TH_PARAM_WEIGHTS, i)] = dev * th_rng_normal(rng);
}

void th_net_init(th_net *net, uint64_t seed)
{
    memset(net->params, 0, net->n_params * sizeof *net->params);
    memset(net->running, 0, 2 * net->n_channels * sizeof *net->running);
    for (int32_t i = 0; i < net->n_stages; i++) {
        const th_stage *st = &net->stage[i];
        th_rng rng = th_rng_make(seed, 1000 + (uint64_t)i);
        if (st->row->init)
            st->row->init(st, &rng, net->params + st->w);
        else if (st->n_w)
            init_weights(net, st, &rng);
        for (size_t c = 0; c < st->n_gamma; c++) {
            net->params[st->gamma + c] = 1;
            net->running[2 * st->c + (size_t)st->s + c] = 1;
        }
    }
}
