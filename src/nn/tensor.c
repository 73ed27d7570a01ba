#include "nn/tensor.h"

const char *th_type_name(th_type type)
{
    switch (type) {
#define X(name, code, bytes, text)                                                                                     \
    case name: return text;
        TH_TYPE_LIST(X)
#undef X
    }
    return "?";
}

size_t th_type_bytes(th_type type)
{
    switch (type) {
#define X(name, code, bytes, text)                                                                                     \
    case name: return bytes;
        TH_TYPE_LIST(X)
#undef X
    }
    return 0;
}

int32_t th_shape_count(const th_shape *s)
{
    int64_t n = 1;
    for (int32_t i = 0; i < s->rank; i++) {
        if (s->d[i] < 0) return -1;
        n *= s->d[i];
        if (n > INT32_MAX) return -1;
    }
    return (int32_t)n;
}

size_t th_tensor_bytes(const th_tensor *t)
{
    const int32_t n = th_shape_count(&t->shape);
    if (n < 0) return 0;
    return t->type == TH_S4 ? ((size_t)n + 1) / 2 : (size_t)n * th_type_bytes(t->type);
}

uint8_t th_tensor_start(const th_tensor *t)
{
    return t->type == TH_S8 && t->quant.n > 0 ? (uint8_t)t->quant.zero[0] : 0;
}
