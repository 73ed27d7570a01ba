#include "nn/boxes.h"

#include "nn/copy.h"
#include "nn/move.h"

#define BYTES_LIMIT (INT32_C(1) << 30)

static const th_field fields[] = {
    TH_FIELD_INT(th_move_par, n_boxes),
    TH_FIELD_INT(th_move_par, n_words),
    TH_FIELD_INTS(th_move_par, words, n_words),
};

th_err th_boxes_begin(const th_prepare *p, const th_tensor *t, int32_t n, th_boxes *b)
{
    const size_t words = TH_MOVE_HEAD + 3 * TH_COPY_DIMS;
    if (n < 1 || n > 100000) return th_refuse(p, TH_EUNSUP, "it would be cut into more than 100000 pieces");
    *b = (th_boxes){.element_bytes = (int32_t)th_type_bytes(t->type)};
    b->words = TH_NEW(p->arena, int32_t, words * (size_t)n);
    return b->words ? TH_OK : th_refuse(p, TH_ENOMEM, "no memory for the parameters");
}

/* Drops dimensions of size 1 and joins neighbours that are one walk on both sides. */
static void join_dims(th_box *x)
{
    int32_t rank = 0;
    for (int32_t d = 0; d < x->rank; d++) {
        if (x->n[d] == 1) continue;
        const int32_t last = rank - 1;
        if (rank && x->from_step[last] == x->n[d] * x->from_step[d] && x->to_step[last] == x->n[d] * x->to_step[d])
            x->n[last] *= x->n[d];
        else
            x->n[rank++] = x->n[d];
        x->from_step[rank - 1] = x->from_step[d];
        x->to_step[rank - 1] = x->to_step[d];
    }
    x->rank = rank;
}

void th_boxes_add(th_boxes *b, const th_box *box)
{
    th_box x = *box;
    const int32_t e = b->element_bytes;
    join_dims(&x);
    int32_t run = e;
    if (x.rank && x.from_step[x.rank - 1] == 1 && x.to_step[x.rank - 1] == 1) run *= x.n[--x.rank];
    int32_t *w = b->words + b->n_words;
    *w++ = x.in, *w++ = x.out, *w++ = x.from * e, *w++ = x.to * e, *w++ = run, *w++ = x.rank;
    for (int32_t d = 0; d < x.rank; d++) *w++ = x.n[d], *w++ = x.from_step[d] * e, *w++ = x.to_step[d] * e;
    b->n_words = (int32_t)(w - b->words);
    b->n_boxes++;
}

void th_boxes_fill(th_boxes *b, const th_tensor *out, int32_t value)
{
    int32_t *w = b->words + b->n_words;
    *w++ = -1, *w++ = 0, *w++ = value, *w++ = 0, *w++ = (int32_t)th_tensor_bytes(out), *w++ = 0;
    b->n_words = (int32_t)(w - b->words);
    b->n_boxes++;
}

th_err th_boxes_end(const th_prepare *p, th_boxes *b, int32_t n_in, int32_t n_out, th_step *step)
{
    th_move_par *par = TH_NEW(p->arena, th_move_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_move_par){b->n_boxes, b->n_words, b->words};
    TH_STEP_KERNEL_OUT(step, th_move, n_in, n_out, "nn/move.h", th_move_par, fields);
    step->par = par;
    /* One copy of everything: then the output may lie on the input, and nothing is left to do. */
    if (b->n_boxes == 1 && n_out == 1 && b->words[0] >= 0 && b->words[0] < 32 && b->words[5] == 0 && b->words[2] == 0 &&
        b->words[3] == 0 && (size_t)b->words[4] == th_tensor_bytes(th_prepare_in(p, b->words[0])))
        step->in_place = UINT32_C(1) << b->words[0];
    return TH_OK;
}

void th_shape_steps(const th_shape *s, int32_t *step)
{
    int32_t n = 1;
    for (int32_t d = s->rank - 1; d >= 0; d--) {
        step[d] = n;
        n *= s->d[d];
    }
}

th_err th_check_movable(const th_prepare *p, const th_tensor *t)
{
    if (th_type_bytes(t->type) == 0 || t->type == TH_S4 || t->type == TH_RESOURCE)
        return th_refuse(p, TH_EUNSUP, "numbers of this type cannot be moved here");
    const int32_t n = th_shape_count(&t->shape);
    if (n < 1 || n > BYTES_LIMIT / (int32_t)th_type_bytes(t->type))
        return th_refuse(p, TH_ERANGE, "a tensor is empty, or larger than 1 GiB");
    return TH_OK;
}

th_err th_check_moved(const th_prepare *p, const th_tensor *x, const th_tensor *y)
{
    if (x->type != y->type) return th_refuse(p, TH_EUNSUP, "input and output have different types");
    TH_TRY(th_check_movable(p, x));
    return th_check_movable(p, y);
}

th_err th_const_ints(const th_prepare *p, int32_t input, int32_t most, int32_t *v, int32_t *n, const char *what)
{
    const th_tensor *t = th_prepare_in(p, input);
    if (!t || !t->data || t->is_variable || (t->type != TH_S32 && t->type != TH_S64))
        return th_refuse(p, TH_EUNSUP, what);
    *n = th_shape_count(&t->shape);
    if (*n < 0 || *n > most) return th_refuse(p, TH_ESHAPE, "an input that tells axes or sizes has too many numbers");
    for (int32_t i = 0; i < *n; i++) {
        const uint8_t *at = (const uint8_t *)t->data + (size_t)i * th_type_bytes(t->type);
        if (t->type == TH_S32) {
            v[i] = (int32_t)th_le32(at);
            continue;
        }
        const int64_t wide = (int64_t)th_le64(at);
        v[i] = wide < INT32_MIN ? INT32_MIN : wide > INT32_MAX ? INT32_MAX : (int32_t)wide;
    }
    return TH_OK;
}

th_err th_check_axis(const th_prepare *p, int32_t axis, int32_t rank, int32_t *positive)
{
    if (axis < -rank || axis >= rank) return th_refuse(p, TH_ERANGE, "an axis is outside of the tensor's dimensions");
    *positive = axis < 0 ? axis + rank : axis;
    return TH_OK;
}
