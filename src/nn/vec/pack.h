/* nn/vec/pack.h -- what the packers of nn/vec share: weights as the model has them, scales, field lists. */
#ifndef TH_NN_VEC_PACK_H
#define TH_NN_VEC_PACK_H

#include "nn/prepare.h"
#include "nn/vec/prepare.h"

/* Rows of a field list: the member `s8`. */
#define TH_FIELD_VEC_S8(type)                                                                                          \
    TH_FIELD_INT(type, s8.in_zero), TH_FIELD_INT(type, s8.out_zero), TH_FIELD_INT(type, s8.act_min),                   \
        TH_FIELD_INT(type, s8.act_max), TH_FIELD_INT(type, s8.to_right), TH_FIELD_INT(type, s8.n_scales),              \
        TH_FIELD_INTS(type, s8.bias, s8.n_scales), TH_FIELD_INTS(type, s8.multiplier, s8.n_scales),                    \
        TH_FIELD_INTS(type, s8.shift, s8.n_scales), TH_FIELD_INT(type, s8.n_w8), TH_FIELD_INT(type, s8.n_w16),         \
        TH_FIELD_ARRAY(type, s8.w8, s8.n_w8, S8), TH_FIELD_ARRAY(type, s8.w16, s8.n_w16, S16)

/* Weight k of channel c is number c * per_channel + k * per_k of the tensor. */
typedef struct th_vec_weights {
    const th_tensor *t;
    int32_t per_channel, per_k;
} th_vec_weights;

/* Of int8 and int4 weights. */
int32_t th_vec_number(const th_vec_weights *w, int32_t c, int32_t k);
float th_vec_real(const th_vec_weights *w, int32_t c, int32_t k);

/* What an int8 layer of the model and its packed version have in common; `old`: its plain parameters. */
#define TH_VEC_S8_OF(old)                                                                                              \
    ((th_vec_s8){                                                                                                      \
        .in_zero = (old)->in_zero, .out_zero = (old)->out_zero, .act_min = (old)->act_min, .act_max = (old)->act_max})

/* Scales of n channels; those that nobody fills multiply with 0. */
typedef struct th_vec_scales {
    int32_t *bias, *multiplier, *shift;
} th_vec_scales;

/* Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_vec_scales_new(const th_prepare *p, int32_t n, th_vec_scales *s);

/* An int8 layer while it is packed: arrays for q's n_scales and n_w weights of `bytes` bytes each.
 * Errors: TH_ENOMEM. */
typedef struct th_vec_pack {
    th_vec_s8 *q;
    th_vec_scales scales;
    int8_t *w8;
    int16_t *w16;
} th_vec_pack;
TH_NODISCARD th_err th_vec_pack_new(const th_prepare *p, th_vec_s8 *q, size_t n_w, int32_t bytes, th_vec_pack *pack);

/* Scales of channel c, which has n weights, at `at`; offset: what the micro-kernel adds to every x.
 * false: whatever comes in, the same goes out, and the scales make that of a sum of 0: its weights are not packed. */
bool th_vec_pack_channel(th_vec_pack *pack, const th_prepare *p, const th_vec_weights *w, int32_t c, int32_t n,
                         int32_t multiplier, int32_t shift, int32_t offset, int32_t at);
/* Weight k of channel c goes to `at`. */
void th_vec_pack_weight(th_vec_pack *pack, const th_vec_weights *w, int32_t c, int32_t k, size_t at);

/* Kernel `id` of the family into the step, with the field list of its parameters. */
void th_vec_set_kernel(const th_vec_family *f, int id, const char *par_type, const th_field *fields, size_t n_fields,
                       th_step *step);
#define TH_VEC_KERNEL(f, id, type, list, step)                                                                         \
    th_vec_set_kernel(f, id, #type, list, sizeof(list) / sizeof *(list), step)

/* What makes a family's version of a plain step, or leaves it as it is.  Errors: TH_ENOMEM. */
#define TH_VEC_PREPARE_LIST(X)                                                                                         \
    X(conv_s8)                                                                                                         \
    X(conv_s16)                                                                                                        \
    X(conv_f32)                                                                                                        \
    X(dense_s8)                                                                                                        \
    X(dense_s16)                                                                                                       \
    X(dense_f32)                                                                                                       \
    X(depthwise_s8)                                                                                                    \
    X(depthwise_f32)                                                                                                   \
    X(add_s8)                                                                                                          \
    X(sub_s8)                                                                                                          \
    X(add_f32)                                                                                                         \
    X(lstm_f32)                                                                                                        \
    X(lstm_s8)
#define X(name) TH_NODISCARD th_err th_vec_prepare_##name(const th_vec_family *f, const th_prepare *p, th_step *step);
TH_VEC_PREPARE_LIST(X)
#undef X

/* Each output channel has all of the only input channel: a convolution. */
TH_NODISCARD th_err th_vec_prepare_one_channel_s8(const th_vec_family *f, const th_prepare *p, th_step *step);

#endif
