#include "nn/broadcast_prepare.h"

#include "nn/boxes.h"
#include "nn/slide.h"

/* Dimension d of s as seen in a shape of `rank` dimensions. */
static int32_t dim(const th_shape *s, int32_t rank, int32_t d)
{
    const int32_t own = d - (rank - s->rank);
    return own < 0 ? 1 : s->d[own];
}

th_err th_broadcast_shape(const th_prepare *p, int32_t inputs, th_shape *out)
{
    *out = (th_shape){.rank = 0};
    for (int32_t i = 0; i < inputs; i++)
        if (th_prepare_in(p, i)->shape.rank > out->rank) out->rank = th_prepare_in(p, i)->shape.rank;
    if (out->rank > TH_BROADCAST_DIMS) return th_refuse(p, TH_ESHAPE, "a tensor has too many dimensions");
    for (int32_t d = 0; d < out->rank; d++) {
        out->d[d] = 1;
        for (int32_t i = 0; i < inputs; i++) {
            const int32_t n = dim(&th_prepare_in(p, i)->shape, out->rank, d);
            if (n != 1 && out->d[d] != 1 && n != out->d[d])
                return th_refuse(p, TH_ESHAPE, "the shapes of the inputs do not go together: sizes must be equal or 1");
            if (n != 1) out->d[d] = n;
        }
    }
    return TH_OK;
}

/* Strides in bytes of input i in the output's dimensions; 0 where it is repeated. */
static void strides_of(const th_tensor *x, const th_shape *out, int32_t stride[TH_BROADCAST_DIMS])
{
    int32_t bytes = (int32_t)th_type_bytes(x->type);
    for (int32_t d = out->rank - 1; d >= 0; d--) {
        const int32_t n = dim(&x->shape, out->rank, d);
        stride[d] = n == 1 ? 0 : bytes;
        bytes *= n;
    }
}

/* Outer dimension d and the one inside it, m, are one when every input goes from the end of a row to the next. */
static bool go_together(int32_t stride[][TH_BROADCAST_DIMS], int32_t inputs, int32_t d, int32_t m, int32_t m_size)
{
    for (int32_t i = 0; i < inputs; i++)
        if (stride[i][d] != stride[i][m] * m_size) return false;
    return true;
}

th_err th_broadcast_make(const th_prepare *p, int32_t inputs, th_broadcast *map, th_step *step)
{
    th_shape s;
    const th_tensor *y = th_prepare_out(p, 0);
    int32_t stride[TH_BROADCAST_INPUTS][TH_BROADCAST_DIMS], size[TH_BROADCAST_DIMS], n = 0;
    TH_TRY(th_broadcast_shape(p, inputs, &s));
    if (th_shape_count(&s) < 1 || th_shape_count(&s) != th_shape_count(&y->shape) ||
        (!th_shape_same(&s, &y->shape) && th_shape_count(&s) != 1))
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape to which the inputs broadcast");
    for (int32_t i = 0; i < inputs; i++) {
        const th_tensor *x = th_prepare_in(p, i);
        if (th_shape_count(&x->shape) > INT32_MAX / (int32_t)th_type_bytes(x->type))
            return th_refuse(p, TH_ERANGE, "a tensor is larger than 2 GiB");
        strides_of(x, &s, stride[i]);
        if (th_shape_count(&x->shape) == th_shape_count(&s)) th_slide_elements(p, i, step);
    }
    for (int32_t d = 0; d < s.rank; d++) { /* dimensions of size 1 go, neighbours are put together */
        if (s.d[d] == 1) continue;
        if (n > 0 && go_together(stride, inputs, n - 1, d, s.d[d]))
            n--, size[n] *= s.d[d];
        else
            size[n] = s.d[d];
        for (int32_t i = 0; i < inputs; i++) stride[i][n] = stride[i][d];
        n++;
    }
    if (n == 0) { /* one element */
        size[0] = 1;
        for (int32_t i = 0; i < inputs; i++) stride[i][0] = 0;
        n = 1;
    }
    int32_t *sizes = TH_NEW(p->arena, int32_t, (size_t)n), *strides = TH_NEW(p->arena, int32_t, (size_t)(n * inputs));
    if (!sizes || !strides) return th_refuse(p, TH_ENOMEM, "no memory for the strides");
    for (int32_t d = 0; d < n; d++) {
        sizes[d] = size[d];
        for (int32_t i = 0; i < inputs; i++) strides[d * inputs + i] = stride[i][d];
    }
    *map = (th_broadcast){n, n * inputs, sizes, strides};
    return TH_OK;
}
