#include "nn/vec/pack.h"

#include "nn/requant.h"

#define STILL_SHIFT 8 /* as most channels have it: neighbours with about the same shift are faster in WebAssembly */

int32_t th_vec_number(const th_vec_weights *w, int32_t c, int32_t k)
{
    const int32_t i = c * w->per_channel + k * w->per_k;
    if (w->t->type != TH_S4) return ((const int8_t *)w->t->data)[i];
    const int32_t v = ((const uint8_t *)w->t->data)[i / 2] >> (i % 2 * 4) & 15;
    return v < 8 ? v : v - 16;
}

float th_vec_real(const th_vec_weights *w, int32_t c, int32_t k)
{
    return ((const float *)w->t->data)[c * w->per_channel + k * w->per_k];
}

th_err th_vec_scales_new(const th_prepare *p, int32_t n, th_vec_scales *s)
{
    s->bias = TH_NEW(p->arena, int32_t, (size_t)n);
    s->multiplier = TH_NEW(p->arena, int32_t, (size_t)n);
    s->shift = TH_NEW(p->arena, int32_t, (size_t)n);
    if (!s->bias || !s->multiplier || !s->shift) return th_refuse(p, TH_ENOMEM, "no memory for packed weights");
    for (int32_t i = 0; i < n; i++) s->shift[i] = -STILL_SHIFT;
    return TH_OK;
}

th_err th_vec_pack_new(const th_prepare *p, th_vec_s8 *q, size_t n_w, int32_t bytes, th_vec_pack *pack)
{
    *pack = (th_vec_pack){.q = q};
    TH_TRY(th_vec_scales_new(p, q->n_scales, &pack->scales));
    if (bytes == 1)
        pack->w8 = TH_NEW(p->arena, int8_t, n_w);
    else
        pack->w16 = TH_NEW(p->arena, int16_t, n_w);
    if (!pack->w8 && !pack->w16) return th_refuse(p, TH_ENOMEM, "no memory for packed weights");
    q->to_right = 1;
    q->bias = pack->scales.bias;
    q->multiplier = pack->scales.multiplier;
    q->shift = pack->scales.shift;
    q->w8 = pack->w8;
    q->w16 = pack->w16;
    q->n_w8 = pack->w8 ? (int32_t)n_w : 0;
    q->n_w16 = pack->w16 ? (int32_t)n_w : 0;
    return TH_OK;
}

bool th_vec_pack_channel(th_vec_pack *pack, const th_prepare *p, const th_vec_weights *w, int32_t c, int32_t n,
                         int32_t multiplier, int32_t shift, int32_t offset, int32_t at)
{
    const th_tensor *biases = th_prepare_in(p, 2);
    const int32_t bias = biases ? ((const int32_t *)biases->data)[c] : 0;
    const th_vec_scales *s = &pack->scales;
    int32_t sum = 0;
    int64_t reach = 0; /* inputs are at most 255 away from their zero point */
    for (int32_t k = 0; k < n; k++) {
        const int32_t v = th_vec_number(w, c, k);
        sum += v;
        reach += 255 * (v < 0 ? -v : v);
    }
    int32_t least = 0, most = 0; /* outputs before the zero point is added */
    if (multiplier != 0) {
        least = INT32_MIN;
        most = INT32_MAX;
        if (bias - reach >= INT32_MIN && bias + reach <= INT32_MAX) {
            least = th_requant((int32_t)(bias - reach), multiplier, shift);
            most = th_requant((int32_t)(bias + reach), multiplier, shift);
        }
    }
    if (least == most) { /* 512 is beyond int8 with any zero point, as everything above it */
        s->bias[at] = th_clamp(least, -512, 512) * (INT32_C(2) << STILL_SHIFT);
        s->multiplier[at] = INT32_C(1) << 30;
        s->shift[at] = -STILL_SHIFT;
        return false;
    }
    s->bias[at] =
        (int32_t)((uint32_t)bias - (uint32_t)sum * (uint32_t)(pack->q->in_zero + offset)); /* wraps as sums do */
    s->multiplier[at] = multiplier;
    s->shift[at] = shift;
    pack->q->to_right &= shift >= -31 && shift <= -1;
    return true;
}

void th_vec_pack_weight(th_vec_pack *pack, const th_vec_weights *w, int32_t c, int32_t k, size_t at)
{
    if (pack->w8)
        pack->w8[at] = (int8_t)th_vec_number(w, c, k);
    else
        pack->w16[at] = (int16_t)th_vec_number(w, c, k);
}

void th_vec_set_kernel(const th_vec_family *f, int id, const char *par_type, const th_field *fields, size_t n_fields,
                       th_step *step)
{
    step->kernel = f->kernel[id].kernel;
    step->part = f->kernel[id].part;
    step->kernel_name = f->kernel[id].name;
    step->header = f->header;
    step->par_type = par_type;
    step->fields = fields;
    step->n_fields = n_fields;
    step->n_in = step->n_out = 1;
    step->slide = 0;
    step->lead = 0;
}
