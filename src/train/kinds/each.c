#include "train/kinds/each.h"

void th_each_prepare(const th_net *net, th_stage *st)
{
    const th_layer *l = &st->layer;
    for (int32_t k = 0; k < st->n_in; k++) {
        const th_stage *from = st->in[k].from;
        st->in[k].at = from ? th_place_plain(from->layer.out_h, from->layer.out_w, from->s)
                            : th_place_plain(net->spec->in_h, net->spec->in_w, th_stored(net->spec->in_c));
    }
    st->dz_at = th_place_plain(l->out_h, l->out_w, st->s);
}

void th_each_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, th_each_value *fn)
{
    for (int32_t n = n0; n < n1; n++) {
        const float *x[TH_MAX_LAYER_INPUTS];
        for (int32_t k = 0; k < st->n_in; k++) x[k] = th_net_read(net, m, st, k, n, 0);
        fn(st, x, th_stage_z(st, n));
        th_net_moments(net, m, st, n, 1);
    }
}

void th_each_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, th_each_gradient *fn)
{
    float *dz = m->buffer + st->dz_slot;
    for (int32_t n = n0; n < n1; n++) {
        const float *x[TH_MAX_LAYER_INPUTS];
        for (int32_t k = 0; k < st->n_in; k++) x[k] = th_net_read(net, m, st, k, n, 0);
        th_net_dz(m, st, n, &st->dz_at, dz);
        for (int32_t k = 0; k < st->n_in; k++) {
            if (!th_net_wants(st, k)) continue;
            fn(st, k, x, th_stage_z(st, n), dz, m->dx);
            th_net_read_back(net, m, st, k, n, m->dx);
        }
    }
}
