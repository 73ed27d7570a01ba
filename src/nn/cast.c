#include "nn/cast.h"

static int64_t whole(float v)
{
    if (v >= 4294967296.0f) return UINT32_MAX;
    if (v <= -2147483648.0f) return INT32_MIN;
    return v == v ? (int64_t)v : 0;
}

static int64_t load(const void *x, int32_t i, int32_t type)
{
    switch (type) {
    case TH_CAST_BOOL: return ((const uint8_t *)x)[i] != 0;
    case TH_CAST_S8: return ((const int8_t *)x)[i];
    case TH_CAST_U8: return ((const uint8_t *)x)[i];
    case TH_CAST_S16: return ((const int16_t *)x)[i];
    case TH_CAST_S32: return ((const int32_t *)x)[i];
    case TH_CAST_U32: return ((const uint32_t *)x)[i];
    default: return ((const int64_t *)x)[i];
    }
}

static void store(void *y, int32_t i, int32_t type, int64_t v)
{
    const uint64_t bits = (uint64_t)v;
    switch (type) {
    case TH_CAST_BOOL: ((uint8_t *)y)[i] = v != 0; break;
    case TH_CAST_S8:
    case TH_CAST_U8: ((uint8_t *)y)[i] = (uint8_t)bits; break;
    case TH_CAST_S16: ((uint16_t *)y)[i] = (uint16_t)bits; break;
    case TH_CAST_S32:
    case TH_CAST_U32: ((uint32_t *)y)[i] = (uint32_t)bits; break;
    case TH_CAST_S64: ((int64_t *)y)[i] = v; break;
    default: ((float *)y)[i] = (float)v; break;
    }
}

void th_cast(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_cast_par *p = (const th_cast_par *)par;
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) {
        if (p->from != TH_CAST_F32) {
            store(out[0], i, p->to, load(in[0], i, p->from));
            continue;
        }
        const float v = ((const float *)in[0])[i];
        int64_t w = whole(v);
        if (p->to != TH_CAST_U32 && w > INT32_MAX) w = INT32_MAX;
        if (p->to == TH_CAST_F32)
            ((float *)out[0])[i] = v;
        else
            store(out[0], i, p->to, p->to == TH_CAST_BOOL ? v != 0.0f : w);
    }
}
