#include "nn/cortexm/tile_dsp_prepare.h"

#include "nn/cortexm/tile_dsp.h"
#include "nn/int4.h"
#include "nn/prepare.h"
#include "nn/requant.h"

int8_t th_filter_weight(const th_filters *f, int32_t o, int32_t k)
{
    return k < f->n && !(f->still && f->still[o])
               ? f->w[(size_t)o * (size_t)f->per_filter + (size_t)k * (size_t)f->per_tap]
               : 0;
}

static bool are_constant(const th_prepare *p, th_type type)
{
    const th_tensor *w = th_prepare_in(p, 1), *bias = th_prepare_in(p, 2);
    return w && w->data && !w->is_variable && w->type == type && !(bias && (!bias->data || bias->is_variable));
}

bool th_filters_constant(const th_prepare *p, th_filters *f)
{
    if (!are_constant(p, TH_S8)) return false;
    f->w = (const int8_t *)th_prepare_in(p, 1)->data;
    f->bias = th_prepare_in(p, 2) ? (const int32_t *)th_prepare_in(p, 2)->data : NULL;
    return true;
}

th_err th_filters_any(const th_prepare *p, th_filters *f, bool *constant)
{
    *constant = th_filters_constant(p, f);
    if (*constant || !are_constant(p, TH_S4)) return TH_OK;
    const int32_t n = f->outs * f->n;
    int8_t *w = TH_NEW(p->arena, int8_t, (size_t)n);
    if (!w) return th_refuse(p, TH_ENOMEM, "no memory for the weights");
    th_int4_unpack((const uint8_t *)th_prepare_in(p, 1)->data, 0, n, w);
    f->w = w;
    f->bias = th_prepare_in(p, 2) ? (const int32_t *)th_prepare_in(p, 2)->data : NULL;
    *constant = true;
    return TH_OK;
}

/* The sum of filter o is inside bias - reach .. bias + reach: inputs are at most 255 away from their zero point. */
static int64_t reach(const th_filters *f, int32_t o)
{
    int64_t sum = 0;
    for (int32_t k = 0; k < f->n; k++) {
        const int32_t w = th_filter_weight(f, o, k);
        sum += 255 * (w < 0 ? -w : w);
    }
    return sum;
}

typedef struct scale {
    int32_t bias, multiplier, shift; /* to the right */
} scale;

/* False: tile_dsp.h's way would overflow. */
static bool fit(const th_filters *f, int32_t o, scale *s, uint8_t *still)
{
    const int64_t far = reach(f, o), lo = s->bias - far, hi = s->bias + far, most = INT64_C(1) << 30;
    if (lo > -most && hi < most && s->shift >= 1 && s->shift <= TH_TILE_SHIFT_MAX) return true;
    if (lo < -INT32_MAX || hi > INT32_MAX) return false;
    const int32_t least = th_requant((int32_t)lo, s->multiplier, -s->shift);
    if (th_requant((int32_t)hi, s->multiplier, -s->shift) != least) return false;
    /* Always `least`: round(4 least 2^30 / 2^31) = 2 least, half of which is it, whatever is added before rounding
     * down. What is beyond int8 with any zero point is so as well with 512. */
    *s = (scale){4 * th_clamp(least, -512, 512), INT32_C(1) << 30, 1};
    *still = 1;
    return true;
}

th_err th_dsp_scales_make(const th_prepare *p, th_filters *f, const int32_t *multiplier, const int32_t *shift,
                          int32_t n_scales, th_dsp_scales *scales, bool *fits)
{
    int32_t *bias = TH_NEW(p->arena, int32_t, (size_t)f->outs), *m = TH_NEW(p->arena, int32_t, (size_t)f->outs);
    int8_t *right = TH_NEW(p->arena, int8_t, (size_t)f->outs);
    uint8_t *still = TH_NEW(p->arena, uint8_t, (size_t)f->outs); /* all 0 */
    if (!bias || !m || !right || !still) return th_refuse(p, TH_ENOMEM, "no memory for the scales");
    *fits = false;
    for (int32_t o = 0; o < f->outs; o++) {
        const int32_t i = n_scales == 1 ? 0 : o;
        scale s = {f->bias ? f->bias[o] : 0, multiplier[i], -shift[i]};
        if (!fit(f, o, &s, &still[o])) return TH_OK;
        bias[o] = s.bias;
        m[o] = s.multiplier;
        right[o] = (int8_t)(s.shift - 1);
    }
    *scales = (th_dsp_scales){bias, m, right};
    f->still = still;
    *fits = true;
    return TH_OK;
}

const int8_t *th_filters_pack(const th_prepare *p, const th_filters *f, int32_t groups, int32_t per, bool again,
                              int32_t *bytes)
{
    const int32_t outs = f->outs / groups, n4 = (f->n + 3) / 4 * 4, sets = (outs + per - 1) / per;
    int8_t *packed = (int8_t *)TH_NEW(p->arena, int32_t, (size_t)groups * (size_t)sets * (size_t)per * (size_t)n4 / 4);
    if (!packed) return NULL;
    int8_t *to = packed;
    for (int32_t g = 0; g < groups; g++)
        for (int32_t s = 0; s < sets; s++) {
            const int32_t first = again && (s + 1) * per > outs ? outs - per : s * per;
            for (int32_t k = 0; k < n4; k += 4)
                for (int32_t o = first; o < first + per; o++)
                    for (int32_t j = 0; j < 4; j++) *to++ = o < outs ? th_filter_weight(f, g * outs + o, k + j) : 0;
        }
    *bytes = groups * sets * per * n4;
    return packed;
}

const int8_t *th_filters_pack_w4(const th_prepare *p, const th_filters *f, int32_t groups, int32_t per, bool again,
                                 int32_t *bytes)
{
    static const int32_t place[8] = {0, 1, 4, 5, 2, 3, 6, 7}; /* of u0 u1 v0 v1 u2 u3 v2 v3 among u0..u3 v0..v3 */
    const int8_t *from = th_filters_pack(p, f, groups, per, again, bytes);
    if (!from) return NULL;
    *bytes /= 2;
    int8_t *packed = (int8_t *)TH_NEW(p->arena, int32_t, (size_t)*bytes / 4);
    for (int32_t k = 0; packed && k < *bytes; k++) {
        const int8_t *word = from + k / 4 * 8;
        packed[k] = (int8_t)((word[place[k % 4 * 2]] + 8) | (word[place[k % 4 * 2 + 1]] + 8) * 16);
    }
    return packed;
}

const int8_t *th_filters_pack_each(const th_prepare *p, const th_filters *f, int32_t *bytes)
{
    *bytes = f->outs * f->n;
    int8_t *packed = TH_NEW(p->arena, int8_t, (size_t)*bytes), *to = packed;
    for (int32_t o = 0; packed && o < f->outs; o++)
        for (int32_t k = 0; k < f->n; k++) *to++ = th_filter_weight(f, o, k);
    return packed;
}

const int8_t *th_int4_pack(const th_prepare *p, const int8_t *from, int32_t *bytes)
{
    const int32_t n = *bytes;
    int8_t *packed = TH_NEW(p->arena, int8_t, (size_t)TH_INT4_BYTES(n));
    *bytes = TH_INT4_BYTES(n);
    for (int32_t k = 0; packed && k < n; k += 2) {
        const int32_t both = (from[k] & 15) | (k + 1 < n ? from[k + 1] & 15 : 0) << 4;
        packed[k / 2] = (int8_t)(both > 127 ? both - 256 : both);
    }
    return packed;
}
